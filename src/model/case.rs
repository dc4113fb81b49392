//! The record of one patient: what the report says of him or her, each fact once, with the entities it came from.
//!
//! Everything here is owned, and is written and read back with serde. Numbers keep the digits of the text: 1.50
//! stays 1.50. What a report does not say is `None` or an empty list; `None` is not written, except where the
//! record has exactly one of a thing (`age`, `sex`, `msi`, `tmb`, `outcome`: `null`).

use super::{Decimal, Status, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An entity of the same report: an index into [`Report::entities`](super::Report::entities), written as the id that
/// the entity has in the output.
///
/// ```
/// use casegrain::model::EntityId;
/// assert_eq!(serde_json::to_string(&EntityId(0)).unwrap(), r#""T1""#);
/// assert_eq!(serde_json::from_str::<EntityId>(r#""T12""#).unwrap(), EntityId(11));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityId(pub u32);

macro_rules! structs {
    ($($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)* })*) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
            #[serde(deny_unknown_fields)]
            pub struct $name { $($(#[$field_meta])* pub $field: $type,)* }
        )*
    };
}

structs! {
    /// One patient.
    ///
    /// ```
    /// use casegrain::model::case::Case;
    /// let json = r#"{"id": "C1", "patient": {"age": {"value": 1.50, "unit": "a", "entities": ["T1"]}, "sex": null}}"#;
    /// let case: Case = serde_json::from_str(json).unwrap();
    /// let age = case.patient.age.as_ref().unwrap();
    /// assert_eq!(age.value.unwrap().to_string(), "1.50");
    /// assert!(serde_json::to_string(&case).unwrap().contains(r#"{"value":1.50,"unit":"a","entities":["T1"]}"#));
    /// ```
    Case {
        /// `C1`, `C2`, … in the order of the report.
        id: String,
        /// Age and sex.
        patient: Patient,
        /// Signs, symptoms and what examinations showed.
        #[serde(default)] findings: Vec<Finding>,
        /// What the patient has, had, may have or does not have.
        #[serde(default)] diagnoses: Vec<Diagnosis>,
        /// Where the disease has spread, and where it has not.
        #[serde(default)] metastases: Vec<Metastasis>,
        /// Measured quantities and results in words; reference ranges and thresholds are marked by their state.
        #[serde(default)] measurements: Vec<Measurement>,
        /// What was sized, with its sizes in the order of the text.
        #[serde(default)] lesions: Vec<Lesion>,
        /// What tissue and genes showed.
        #[serde(default)] pathology: Pathology,
        /// What was done and given.
        #[serde(default)] treatments: Treatments,
        /// What happened when.
        #[serde(default)] timeline: Vec<Event>,
        /// How it ended.
        #[serde(default)] outcome: Option<Outcome>,
        /// Where two places of the text disagree on what a patient can have only one of.
        #[serde(default)] conflicts: Vec<Conflict>,
    }

    /// Who the patient is.
    Patient {
        /// At presentation.
        #[serde(default)] age: Option<Age>,
        /// As told.
        #[serde(default)] sex: Option<Sex>,
    }

    /// How old the patient was.
    Age {
        /// The number; none for a decade or another range.
        #[serde(default, skip_serializing_if = "Option::is_none")] value: Option<Decimal>,
        /// The lower end of a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] low: Option<Decimal>,
        /// The upper end of a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] high: Option<Decimal>,
        /// UCUM code: `a`, `mo`, `wk`, `d`, `h`.
        #[serde(default, skip_serializing_if = "Option::is_none")] unit: Option<String>,
        /// `<`, `<=`, `>`, `>=` or `~`.
        #[serde(default, skip_serializing_if = "Option::is_none")] comparator: Option<String>,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// The patient's sex.
    Sex {
        /// `male`, `female`, `other` or `unknown`.
        code: String,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// A number or a range with its unit.
    Quantity {
        /// The number; none for a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] value: Option<Decimal>,
        /// The lower end of a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] low: Option<Decimal>,
        /// The upper end of a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] high: Option<Decimal>,
        /// UCUM code.
        #[serde(default, skip_serializing_if = "Option::is_none")] unit: Option<String>,
        /// `<`, `<=`, `>`, `>=` or `~`.
        #[serde(default, skip_serializing_if = "Option::is_none")] comparator: Option<String>,
    }

    /// How often, as in a FHIR Timing: `count` times in `period` units; twice daily is 2, 1, `d`.
    Frequency {
        /// How many times.
        #[serde(default, skip_serializing_if = "Option::is_none")] count: Option<Decimal>,
        /// How many times at least, of a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] low: Option<Decimal>,
        /// How many times at most, of a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] high: Option<Decimal>,
        /// The length of the period.
        #[serde(default, skip_serializing_if = "Option::is_none")] period: Option<Decimal>,
        /// Its greatest length, of a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] period_max: Option<Decimal>,
        /// UCUM code of its unit.
        #[serde(default, skip_serializing_if = "Option::is_none")] period_unit: Option<String>,
    }

    /// A sign, a symptom, or what an examination showed.
    Finding {
        /// Its preferred name.
        name: String,
        /// The words of its first mention.
        #[serde(default, skip_serializing_if = "Option::is_none")] text: Option<String>,
        /// Whether the patient has it.
        status: Status,
        /// When, if not in the episode that is told.
        #[serde(default, skip_serializing_if = "Time::is_current")] time: Time,
        /// Where in the body.
        #[serde(default, skip_serializing_if = "Option::is_none")] site: Option<String>,
        /// `left`, `right` or `bilateral`.
        #[serde(default, skip_serializing_if = "Option::is_none")] laterality: Option<String>,
        /// For how long.
        #[serde(default, skip_serializing_if = "Option::is_none")] duration: Option<Quantity>,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// A diagnosis.
    Diagnosis {
        /// Its preferred name.
        name: String,
        /// The words of its first mention.
        #[serde(default, skip_serializing_if = "Option::is_none")] text: Option<String>,
        /// Where in the body.
        #[serde(default, skip_serializing_if = "Option::is_none")] site: Option<String>,
        /// `left`, `right` or `bilateral`.
        #[serde(default, skip_serializing_if = "Option::is_none")] laterality: Option<String>,
        /// Whether the patient has it.
        status: Status,
        /// Its place in the course of the case.
        role: Role,
        /// When, if not in the episode that is told.
        #[serde(default, skip_serializing_if = "Time::is_current")] time: Time,
        /// For how long.
        #[serde(default, skip_serializing_if = "Option::is_none")] duration: Option<Quantity>,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// A site to which the disease has spread (or, with status absent, has not).
    Metastasis {
        /// Where; `distant` or `unspecified` if the text does not say.
        site: String,
        /// The words of its first mention.
        #[serde(default, skip_serializing_if = "Option::is_none")] text: Option<String>,
        /// `left`, `right` or `bilateral`.
        #[serde(default, skip_serializing_if = "Option::is_none")] laterality: Option<String>,
        /// Whether it has.
        status: Status,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// Something measured: a quantity, a result in words, a blood pressure or a share.
    Measurement {
        /// Its preferred name.
        analyte: String,
        /// The words for it where it was read.
        #[serde(default, skip_serializing_if = "Option::is_none")] text: Option<String>,
        /// The number; none for a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] value: Option<Decimal>,
        /// The lower end of a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] low: Option<Decimal>,
        /// The upper end of a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] high: Option<Decimal>,
        /// UCUM code.
        #[serde(default, skip_serializing_if = "Option::is_none")] unit: Option<String>,
        /// `<`, `<=`, `>`, `>=` or `~`.
        #[serde(default, skip_serializing_if = "Option::is_none")] comparator: Option<String>,
        /// Systolic pressure, in the unit.
        #[serde(default, skip_serializing_if = "Option::is_none")] systolic: Option<Decimal>,
        /// Diastolic pressure, in the unit.
        #[serde(default, skip_serializing_if = "Option::is_none")] diastolic: Option<Decimal>,
        /// How many, of `denominator`.
        #[serde(default, skip_serializing_if = "Option::is_none")] numerator: Option<Decimal>,
        /// Of how many.
        #[serde(default, skip_serializing_if = "Option::is_none")] denominator: Option<Decimal>,
        /// A result in words: `positive`, `negative`, `normal`, `high`, `low`; also what the text says of the number.
        #[serde(default, skip_serializing_if = "Option::is_none")] result: Option<String>,
        /// `left`, `right` or `bilateral`.
        #[serde(default, skip_serializing_if = "Option::is_none")] laterality: Option<String>,
        /// What the value is.
        #[serde(default, skip_serializing_if = "State::is_measured")] state: State,
        /// Whether it is so.
        #[serde(default, skip_serializing_if = "Status::is_present")] status: Status,
        /// When, if not in the episode that is told.
        #[serde(default, skip_serializing_if = "Time::is_current")] time: Time,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// Something that was sized, followed over time.
    Lesion {
        /// What it is: mass, tumor, nodule, …
        #[serde(default, skip_serializing_if = "Option::is_none")] name: Option<String>,
        /// Where in the body.
        #[serde(default, skip_serializing_if = "Option::is_none")] site: Option<String>,
        /// `left`, `right` or `bilateral`.
        #[serde(default, skip_serializing_if = "Option::is_none")] laterality: Option<String>,
        /// In the order of the text; a change leads from one to the next.
        #[serde(default)] sizes: Vec<LesionSize>,
        /// Where it was read, its sizes included.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// One size of a lesion.
    LesionSize {
        /// Lengths in the order written.
        #[serde(default, skip_serializing_if = "Vec::is_empty")] dimensions: Vec<Decimal>,
        /// The lower end of a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] low: Option<Decimal>,
        /// The upper end of a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] high: Option<Decimal>,
        /// UCUM code.
        #[serde(default, skip_serializing_if = "Option::is_none")] unit: Option<String>,
        /// `<`, `<=`, `>`, `>=` or `~`.
        #[serde(default, skip_serializing_if = "Option::is_none")] comparator: Option<String>,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// What tissue and genes showed.
    Pathology {
        /// Immunohistochemistry.
        #[serde(default)] ihc: Vec<Ihc>,
        /// Fusions of two genes.
        #[serde(default)] fusions: Vec<Fusion>,
        /// Rearranged genes and translocations.
        #[serde(default)] rearrangements: Vec<Rearrangement>,
        /// Sequence variants.
        #[serde(default)] variants: Vec<Variant>,
        /// Changes of copy number.
        #[serde(default)] copy_numbers: Vec<CopyNumber>,
        /// Microsatellites.
        #[serde(default)] msi: Option<Msi>,
        /// Tumour mutational burden.
        #[serde(default)] tmb: Option<Tmb>,
        /// Stages and grades.
        #[serde(default)] stages: Vec<Stage>,
    }

    /// Expression of a marker.
    Ihc {
        /// Its preferred name.
        marker: String,
        /// `positive`, `negative` or `equivocal`.
        result: String,
        /// `focal`, `diffuse`, `weak`, `strong`, …
        #[serde(default, skip_serializing_if = "Option::is_none")] extent: Option<String>,
        /// Percentage of positive cells.
        #[serde(default, skip_serializing_if = "Option::is_none")] percent: Option<Decimal>,
        /// The lower end of a range of percentages.
        #[serde(default, skip_serializing_if = "Option::is_none")] low: Option<Decimal>,
        /// The upper end of a range of percentages.
        #[serde(default, skip_serializing_if = "Option::is_none")] high: Option<Decimal>,
        /// `<`, `<=`, `>`, `>=` or `~`.
        #[serde(default, skip_serializing_if = "Option::is_none")] comparator: Option<String>,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// A fusion of two genes.
    Fusion {
        /// HGNC symbol of the gene at the 5' end.
        #[serde(default, skip_serializing_if = "Option::is_none")] five_prime: Option<String>,
        /// HGNC symbol of the gene at the 3' end.
        #[serde(default, skip_serializing_if = "Option::is_none")] three_prime: Option<String>,
        /// HGNC's form, `EWSR1::WT1`.
        #[serde(default, skip_serializing_if = "Option::is_none")] hgvs: Option<String>,
        /// Whether it was found.
        status: Status,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// A rearranged gene or a translocation.
    Rearrangement {
        /// HGNC symbol.
        #[serde(default, skip_serializing_if = "Option::is_none")] gene: Option<String>,
        /// ISCN text.
        #[serde(default, skip_serializing_if = "Option::is_none")] translocation: Option<String>,
        /// Whether it was found.
        status: Status,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// A sequence variant.
    Variant {
        /// HGNC symbol.
        #[serde(default, skip_serializing_if = "Option::is_none")] gene: Option<String>,
        /// The HGVS description.
        #[serde(default, skip_serializing_if = "Option::is_none")] hgvs: Option<String>,
        /// Whether it was found.
        status: Status,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// A change of copy number.
    CopyNumber {
        /// HGNC symbol.
        gene: String,
        /// `amplification`, `gain`, `loss` or `deletion`.
        #[serde(default, skip_serializing_if = "Option::is_none")] change: Option<String>,
        /// Number of copies.
        #[serde(default, skip_serializing_if = "Option::is_none")] copies: Option<Decimal>,
        /// Whether it was found.
        status: Status,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// Microsatellites.
    Msi {
        /// `MSI-H`, `MSI-L`, `MSS`, `dMMR` or `pMMR`.
        status: String,
        /// `absent` where the text says that `status` is not so ("MSI-H was not detected").
        #[serde(default, skip_serializing_if = "Status::is_present")] assertion: Status,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// Tumour mutational burden.
    Tmb {
        /// The number; none for a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] value: Option<Decimal>,
        /// The lower end of a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] low: Option<Decimal>,
        /// The upper end of a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] high: Option<Decimal>,
        /// `{mutations}/Mb`.
        #[serde(default, skip_serializing_if = "Option::is_none")] unit: Option<String>,
        /// `<`, `<=`, `>`, `>=` or `~`.
        #[serde(default, skip_serializing_if = "Option::is_none")] comparator: Option<String>,
        /// A result in words: `high`, `low`.
        #[serde(default, skip_serializing_if = "Option::is_none")] result: Option<String>,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// A stage or a grade.
    Stage {
        /// `TNM`, `AJCC`, `FIGO`, …
        #[serde(default, skip_serializing_if = "Option::is_none")] system: Option<String>,
        /// As that system writes it.
        code: String,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// What was done and given.
    Treatments {
        /// Operations, examinations and other procedures.
        #[serde(default)] procedures: Vec<Procedure>,
        /// Combinations of drugs, each with its drugs.
        #[serde(default)] regimens: Vec<Regimen>,
        /// Drugs that are in no regimen; one entry for each course, that is each dose.
        #[serde(default)] drugs: Vec<Drug>,
        /// Courses of radiotherapy.
        #[serde(default)] radiotherapy: Vec<Radiotherapy>,
        /// Blood products given.
        #[serde(default)] transfusions: Vec<Transfusion>,
    }

    /// Something done to or for the patient.
    Procedure {
        /// Its preferred name.
        name: String,
        /// The words of its first mention.
        #[serde(default, skip_serializing_if = "Option::is_none")] text: Option<String>,
        /// `imaging`, `laboratory`, `pathology`, `surgery`, `endoscopy` or `other`.
        #[serde(default, skip_serializing_if = "Option::is_none")] category: Option<String>,
        /// Whether it was done.
        status: Status,
        /// When, if not in the episode that is told.
        #[serde(default, skip_serializing_if = "Time::is_current")] time: Time,
        /// Where in the body.
        #[serde(default, skip_serializing_if = "Option::is_none")] site: Option<String>,
        /// `left`, `right` or `bilateral`.
        #[serde(default, skip_serializing_if = "Option::is_none")] laterality: Option<String>,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// A combination of drugs.
    Regimen {
        /// As written: CAV, VIP, R-CHOP, FOLFOX; the names of the drugs if it has no other.
        name: String,
        /// Which cycles.
        #[serde(default, skip_serializing_if = "Vec::is_empty")] cycles: Vec<i64>,
        /// How many cycles.
        #[serde(default, skip_serializing_if = "Option::is_none")] cycle_count: Option<Decimal>,
        /// How often.
        #[serde(default, skip_serializing_if = "Option::is_none")] frequency: Option<Frequency>,
        /// For how long.
        #[serde(default, skip_serializing_if = "Option::is_none")] duration: Option<Quantity>,
        /// Whether it was given.
        #[serde(default, skip_serializing_if = "Status::is_present")] status: Status,
        /// When, if not in the episode that is told.
        #[serde(default, skip_serializing_if = "Time::is_current")] time: Time,
        /// What it consists of.
        #[serde(default)] drugs: Vec<Drug>,
        /// Where it was read, its drugs not included.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// One course of a drug.
    Drug {
        /// International non-proprietary name, in lower case.
        name: String,
        /// The words of its first mention.
        #[serde(default, skip_serializing_if = "Option::is_none")] text: Option<String>,
        /// Whether the name stands for a class of drugs.
        #[serde(default, skip_serializing_if = "is_false")] class: bool,
        /// Whether it was given.
        #[serde(default, skip_serializing_if = "Status::is_present")] status: Status,
        /// When, if not in the episode that is told.
        #[serde(default, skip_serializing_if = "Time::is_current")] time: Time,
        /// Of one giving, unless the unit says otherwise (`mg/kg/d`).
        #[serde(default, skip_serializing_if = "Option::is_none")] dose: Option<Quantity>,
        /// `intravenous`, `oral`, …
        #[serde(default, skip_serializing_if = "Option::is_none")] route: Option<String>,
        /// How often.
        #[serde(default, skip_serializing_if = "Option::is_none")] frequency: Option<Frequency>,
        /// For how long.
        #[serde(default, skip_serializing_if = "Option::is_none")] duration: Option<Quantity>,
        /// On which days of a cycle.
        #[serde(default, skip_serializing_if = "Vec::is_empty")] days: Vec<i64>,
        /// In which cycles.
        #[serde(default, skip_serializing_if = "Vec::is_empty")] cycles: Vec<i64>,
        /// In how many cycles.
        #[serde(default, skip_serializing_if = "Option::is_none")] cycle_count: Option<Decimal>,
        /// The disease that it was given for.
        #[serde(default, skip_serializing_if = "Option::is_none")] reason: Option<String>,
        /// Where it was read, with all that was said of it.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// A course of radiotherapy.
    Radiotherapy {
        /// What was irradiated.
        #[serde(default, skip_serializing_if = "Option::is_none")] site: Option<String>,
        /// `left`, `right` or `bilateral`.
        #[serde(default, skip_serializing_if = "Option::is_none")] laterality: Option<String>,
        /// Number of fractions.
        #[serde(default, skip_serializing_if = "Option::is_none")] fractions: Option<Decimal>,
        /// Dose of one fraction.
        #[serde(default, skip_serializing_if = "Option::is_none")] dose_per_fraction: Option<Decimal>,
        /// Dose of the whole course.
        #[serde(default, skip_serializing_if = "Option::is_none")] total_dose: Option<Decimal>,
        /// UCUM code, `Gy` or `cGy`.
        #[serde(default, skip_serializing_if = "Option::is_none")] unit: Option<String>,
        /// `<`, `<=`, `>`, `>=` or `~`.
        #[serde(default, skip_serializing_if = "Option::is_none")] comparator: Option<String>,
        /// Whether it was given.
        #[serde(default, skip_serializing_if = "Status::is_present")] status: Status,
        /// When, if not in the episode that is told.
        #[serde(default, skip_serializing_if = "Time::is_current")] time: Time,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// Blood products given.
    Transfusion {
        /// `red blood cells`, `fresh frozen plasma`, `platelets`, `whole blood`.
        product: String,
        /// The number; none for a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] value: Option<Decimal>,
        /// The lower end of a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] low: Option<Decimal>,
        /// The upper end of a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] high: Option<Decimal>,
        /// UCUM code.
        #[serde(default, skip_serializing_if = "Option::is_none")] unit: Option<String>,
        /// `<`, `<=`, `>`, `>=` or `~`.
        #[serde(default, skip_serializing_if = "Option::is_none")] comparator: Option<String>,
        /// Whether it was given.
        #[serde(default, skip_serializing_if = "Status::is_present")] status: Status,
        /// When, if not in the episode that is told.
        #[serde(default, skip_serializing_if = "Time::is_current")] time: Time,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// Something that happened, with when it happened as the text tells it and as it follows from all that it tells.
    Event {
        /// What happened.
        event: String,
        /// Whether it did.
        #[serde(default, skip_serializing_if = "Status::is_present")] status: Status,
        /// The event from which the time is counted.
        #[serde(default, skip_serializing_if = "Option::is_none")] anchor: Option<String>,
        /// From the anchor, in `unit`: not before; none if it is open. Negative before the anchor.
        #[serde(default, skip_serializing_if = "Option::is_none")] earliest: Option<Decimal>,
        /// From the anchor, in `unit`: not after; none if it is open.
        #[serde(default, skip_serializing_if = "Option::is_none")] latest: Option<Decimal>,
        /// UCUM code of the unit that the text uses: `d`, `wk`, `mo`, `a`, …
        #[serde(default, skip_serializing_if = "Option::is_none")] unit: Option<String>,
        /// The date, if the text gives it.
        #[serde(default, skip_serializing_if = "Option::is_none")] iso8601: Option<String>,
        /// In days from presentation, as it follows from all intervals together.
        #[serde(default, skip_serializing_if = "Option::is_none")] day: Option<Interval>,
        /// Where it was read: the event's words, then those of the time.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// Days, from the presentation of the patient; an end that is missing is open.
    Interval {
        /// Not before.
        #[serde(default, skip_serializing_if = "Option::is_none")] earliest: Option<i64>,
        /// Not after.
        #[serde(default, skip_serializing_if = "Option::is_none")] latest: Option<i64>,
    }

    /// How it ended.
    Outcome {
        /// `alive`, `dead`, `remission`, `recurrence`, `stable`, `progression` or `lost-to-follow-up`.
        status: String,
        /// When that was said to be so.
        #[serde(default, skip_serializing_if = "Option::is_none")] time: Option<OutcomeTime>,
        /// What the report says of the disease at that time: what persists, what has not come back.
        #[serde(default, skip_serializing_if = "Vec::is_empty")] disease: Vec<OutcomeDisease>,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// When an outcome was observed.
    OutcomeTime {
        /// The number; none for a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] value: Option<Decimal>,
        /// The lower end of a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] low: Option<Decimal>,
        /// The upper end of a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] high: Option<Decimal>,
        /// UCUM code.
        #[serde(default, skip_serializing_if = "Option::is_none")] unit: Option<String>,
        /// `<`, `<=`, `>`, `>=` or `~`.
        #[serde(default, skip_serializing_if = "Option::is_none")] comparator: Option<String>,
        /// The event from which it is counted.
        #[serde(default, skip_serializing_if = "Option::is_none")] anchor: Option<String>,
    }

    /// A disease at the end of the report.
    OutcomeDisease {
        /// Its preferred name.
        name: String,
        /// Where in the body.
        #[serde(default, skip_serializing_if = "Option::is_none")] site: Option<String>,
        /// Whether the patient has it.
        status: Status,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// Two places disagree.
    Conflict {
        /// The field, as `patient.age`.
        field: String,
        /// What the places say, in the order of the text: numbers with their UCUM unit, codes as they are.
        values: Vec<String>,
        /// One for each value.
        #[serde(default)] entities: Vec<EntityId>,
    }
}

/// The place of a diagnosis in the course of a case.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// What the case turned out to be, or one of several such.
    #[default]
    Final,
    /// Held for a time and replaced later.
    Provisional,
    /// Thought of and neither proved nor excluded.
    Suspected,
    /// Found not to be so.
    Excluded,
    /// Something else that the patient has.
    Comorbidity,
    /// What the disease or its treatment brought about.
    Complication,
    /// Something that the patient had before.
    History,
}

impl Role {
    /// The name in the output.
    pub fn name(self) -> &'static str {
        match self {
            Role::Final => "final",
            Role::Provisional => "provisional",
            Role::Suspected => "suspected",
            Role::Excluded => "excluded",
            Role::Comorbidity => "comorbidity",
            Role::Complication => "complication",
            Role::History => "history",
        }
    }
}

/// What a value of a measurement is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// What was measured.
    #[default]
    Measured,
    /// The range that counts as normal.
    Reference,
    /// A limit for a decision.
    Threshold,
    /// What treatment aims at.
    Target,
}

impl State {
    /// The name in the output.
    pub fn name(self) -> &'static str {
        match self {
            State::Measured => "measured",
            State::Reference => "reference",
            State::Threshold => "threshold",
            State::Target => "target",
        }
    }

    /// Whether it was measured.
    pub fn is_measured(&self) -> bool {
        *self == State::Measured
    }
}

impl Status {
    /// Whether it is so.
    pub fn is_present(&self) -> bool {
        *self == Status::Present
    }
}

impl Time {
    /// Whether it is so in the episode that is told.
    pub fn is_current(&self) -> bool {
        *self == Time::Current
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}
