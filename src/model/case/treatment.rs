//! The part of the record that tells what was done and given.

use super::{EntityId, Frequency, Quantity, is_false};
use crate::model::{Decimal, Status, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

structs! {
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
}
