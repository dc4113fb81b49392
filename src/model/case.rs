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

impl EntityId {
    /// Takes the id as it is written, without a string of its own: there are as many of these as there are facts.
    pub(crate) fn written<T>(self, take: impl FnOnce(&str) -> T) -> T {
        // `T` and at most ten digits, from the last to the first.
        let mut letters = [0; 11];
        let mut at = letters.len();
        let mut number = u64::from(self.0) + 1;
        while number > 0 {
            at -= 1;
            letters[at] = b'0' + (number % 10) as u8;
            number /= 10;
        }
        at -= 1;
        letters[at] = b'T';
        take(std::str::from_utf8(&letters[at..]).expect("a letter and digits"))
    }
}

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

mod course;
mod pathology;
mod treatment;

pub use course::{Event, Interval, Outcome, OutcomeDisease, OutcomeTime};
pub use pathology::{CopyNumber, Fusion, Ihc, Msi, Pathology, Rearrangement, Stage, Tmb, Variant};
pub use treatment::{Drug, Procedure, Radiotherapy, Regimen, Transfusion, Treatments};

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
    const ALL: [Role; 7] = [
        Role::Final,
        Role::Provisional,
        Role::Suspected,
        Role::Excluded,
        Role::Comorbidity,
        Role::Complication,
        Role::History,
    ];

    /// The role of that name.
    pub fn from_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }

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
