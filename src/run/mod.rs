//! A saved run, read back: what `casegrain extract` wrote, as types that own what they hold.
//!
//! A [`Record`] is one object of the output, read by a [`Reader`] from JSON Lines or from one array, one at a time, so
//! that a run of any length can be read. Fields that this version does not know are passed over; numbers keep the
//! digits that they were written with. Offsets are in the unit of the run, code points unless `--offsets` said
//! otherwise; a record does not hold the text of its report.
//!
//! ```
//! use casegrain::model::{EntityType, Field, OffsetUnit, Status};
//! use casegrain::read::Record as Input;
//! use casegrain::run::Reader;
//! use casegrain::write::{JsonOptions, JsonWriter};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Stands for a file that `casegrain extract … -o run.jsonl` wrote.
//! let extractor = casegrain::Extractor::new()?;
//! let mut saved = Vec::new();
//! let input = Input::new("case-1", "A 76-year-old man took aspirin 1.50 mg.");
//! JsonWriter::new(extractor.grammar_hash(), JsonOptions::default())
//!     .write(&input, &extractor.extract(&input.text), &mut saved);
//!
//! for record in Reader::new("run.jsonl", &saved[..])? {
//!     let record = record?;
//!     assert_eq!(record.id, "case-1");
//!     assert_eq!(record.program.grammar, extractor.grammar_hash());
//!     let dose = record.entities.iter().find(|e| e.kind == EntityType::Dose).ok_or("no dose")?;
//!     assert_eq!((dose.start, dose.end, dose.text.as_str()), (31, 38, "1.50 mg"));
//!     assert_eq!(dose.value.number(Field::Value).map(|n| n.to_string()).as_deref(), Some("1.50"));
//!     assert_eq!(dose.assertion.status, Status::Present);
//! }
//! # Ok(())
//! # }
//! ```

mod elements;
mod fields;
mod made;
mod reader;

pub(crate) use elements::Elements;
pub use reader::{Reader, Unread};

use crate::model::{Case, Decimal, EntityType, Field, Status, Subject, Time, Value};
use serde::Deserialize;
use std::fmt;

/// One report's record.
#[derive(Clone, Debug, Deserialize)]
pub struct Record {
    /// The version of the output's form.
    #[serde(default)]
    pub schema: String,
    /// What wrote it.
    #[serde(default)]
    pub program: Program,
    /// What the report is called.
    pub id: String,
    /// Where the report came from.
    #[serde(default)]
    pub source: Source,
    /// The parts of the report, in the order of the text.
    #[serde(default)]
    pub sections: Vec<Section>,
    /// The facts, in the order of the text.
    pub entities: Vec<Entity>,
    /// Links between facts.
    #[serde(default)]
    pub relations: Vec<Relation>,
    /// One record for each patient.
    #[serde(default)]
    pub cases: Vec<Case>,
    /// What cannot be right, or was repaired.
    #[serde(default)]
    pub issues: Vec<Issue>,
    /// Checks that held, where the run lists them.
    #[serde(default)]
    pub checks: Vec<Check>,
}

impl Record {
    /// The entity of that id, as relations, issues and cases name it.
    ///
    /// ```
    /// let json = r#"{"id": "a", "entities": [{"id": "T2", "type": "age", "start": 0, "end": 4}]}"#;
    /// let record: casegrain::run::Record = serde_json::from_str(json).unwrap();
    /// assert_eq!(record.entity("T2").unwrap().end, 4);
    /// assert!(record.entity("T1").is_none());
    /// ```
    pub fn entity(&self, id: &str) -> Option<&Entity> {
        self.position(id).map(|at| &self.entities[at])
    }

    /// The index of the entity of that id.
    ///
    /// A run numbers its entities in their order, so the place is looked up directly or by halving; only in records
    /// of other making are all entities gone through.
    pub fn position(&self, id: &str) -> Option<usize> {
        let number = |id: &str| id.get(1..).and_then(|digits| digits.parse::<usize>().ok());
        if let Some(wanted) = number(id) {
            let here = |at: usize| self.entities.get(at).is_some_and(|e| e.id == id);
            if here(wanted.wrapping_sub(1)) {
                return Some(wanted - 1);
            }
            let at = self.entities.partition_point(|e| number(&e.id).is_some_and(|n| n < wanted));
            if here(at) {
                return Some(at);
            }
        }
        self.entities.iter().position(|e| e.id == id)
    }
}

/// What wrote a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Program {
    /// `casegrain`, or another program.
    pub name: String,
    /// Its version.
    pub version: String,
    /// `sha256:` and the hash of the grammar set.
    pub grammar: String,
}

/// Where a report came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Source {
    /// The file.
    pub name: String,
    /// `text`, `jsonl`, …
    pub format: String,
    /// How its characters were stored.
    pub encoding: String,
    /// The SHA-256 of the file's bytes, in hexadecimal.
    pub sha256: String,
    /// The length of the text in code points.
    pub characters: u64,
}

/// A part of a report under one heading.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Section {
    /// The kind, such as `history`; `body` before the first heading.
    pub kind: String,
    /// The heading's words.
    #[serde(default)]
    pub title: String,
    /// Where it begins.
    pub start: u32,
    /// Where it ends, exclusive.
    pub end: u32,
}

/// One fact.
#[derive(Clone, Debug, Deserialize)]
pub struct Entity {
    /// What relations, issues and cases call it: `T1`, `T2`, …
    #[serde(default)]
    pub id: String,
    /// What kind of fact.
    #[serde(rename = "type", deserialize_with = "fields::kind")]
    pub kind: EntityType,
    /// Where it begins, in the offset unit of the run.
    pub start: u32,
    /// Where it ends, exclusive.
    pub end: u32,
    /// The words between the two.
    #[serde(default)]
    pub text: String,
    /// What it says.
    #[serde(default, deserialize_with = "fields::value")]
    pub value: Value<'static>,
    /// The codes of its concept.
    #[serde(default)]
    pub codings: Vec<Coding>,
    /// Where fields were read from, as far as that is outside its place.
    #[serde(default, deserialize_with = "fields::parts")]
    pub parts: Vec<Part>,
    /// How it is meant.
    #[serde(default)]
    pub assertion: Assertion,
    /// Which patient of several it is about.
    #[serde(default)]
    pub case: Option<u16>,
    /// The kind of its section.
    #[serde(default)]
    pub section: String,
    /// The rule that read it, as file/rule.
    #[serde(default)]
    pub rule: String,
}

/// How a fact is meant; what a run leaves out is as usual.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Assertion {
    /// Whether it is so.
    pub status: Status,
    /// Whom it is about.
    pub subject: Subject,
    /// When.
    pub time: Time,
    /// Which relative, where the text says so: `mother`.
    pub relative: Option<String>,
}

/// A code of a concept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Coding {
    /// The system, such as `HGNC`.
    #[serde(default)]
    pub system: String,
    /// The code in it.
    pub code: String,
}

impl fmt::Display for Coding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let between = if self.system.is_empty() { "" } else { ":" };
        write!(f, "{}{between}{}", self.system, self.code)
    }
}

/// The words from which one field was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The field.
    pub field: Field,
    /// Where its words begin.
    pub start: u32,
    /// Where they end, exclusive.
    pub end: u32,
}

/// A directed link between two facts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Relation {
    /// `R1`, `R2`, …
    #[serde(default)]
    pub id: String,
    /// The type, such as `dose_of`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The id of the entity it starts from.
    pub from: String,
    /// The id of the entity it leads to.
    pub to: String,
    /// The rule that made it, as file/rule.
    #[serde(default)]
    pub rule: String,
}

/// One doubt about the text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Issue {
    /// A stable code, such as `unit-repaired`.
    pub code: String,
    /// `info`, `warning` or `error`.
    #[serde(default)]
    pub severity: String,
    /// What is wrong, in words.
    #[serde(default)]
    pub message: String,
    /// The check that raised it; empty for what was found while reading.
    #[serde(default)]
    pub check: String,
    /// The ids of the entities that it is about.
    #[serde(default)]
    pub entities: Vec<String>,
    /// What was compared.
    #[serde(default)]
    pub operands: Vec<Operand>,
    /// What a value would have had to be.
    #[serde(default)]
    pub expected: Option<Expected>,
    /// The reading that fits, where one alone does.
    #[serde(default)]
    pub suggestion: Option<Suggestion>,
}

/// One field of one fact that a check looked at. Its value, its unit and its place, which a run writes beside it, are
/// those of the fact.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Operand {
    /// The id of the fact.
    pub entity: String,
    /// The field.
    #[serde(deserialize_with = "fields::field")]
    pub field: Field,
}

/// What a value should be: within `low` and `high`, or one number where both are the same.
///
/// ```
/// let one: casegrain::run::Expected = serde_json::from_str(r#"{"value": 50.4, "unit": "Gy"}"#).unwrap();
/// assert_eq!((one.low, one.unit.as_str()), (one.high, "Gy"));
/// assert_eq!(one.low.unwrap().to_string(), "50.4");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "fields::Bounds")]
pub struct Expected {
    /// At least.
    pub low: Option<Decimal>,
    /// At most.
    pub high: Option<Decimal>,
    /// UCUM code; empty for a bare number.
    pub unit: String,
}

/// How a fact would have to be read to be plausible.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Suggestion {
    /// The id of the fact.
    pub entity: String,
    /// The number, where another one than was written would fit.
    #[serde(default)]
    pub value: Option<Decimal>,
    /// UCUM code; empty for a bare number.
    #[serde(default)]
    pub unit: String,
}

/// A check that held.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Check {
    /// Its name.
    #[serde(rename = "check")]
    pub name: String,
    /// What was compared.
    #[serde(default)]
    pub operands: Vec<Operand>,
    /// What the first operand had to be.
    #[serde(default)]
    pub expected: Option<Expected>,
}
