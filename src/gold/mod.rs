//! Gold: texts with what a reader should find in them, in casegrain's own form and in those of annotators' tools.
//!
//! A [`Document`] is one text with its [entities](Entity); any part of them may be missing, so a corpus may say only
//! where drugs stand, or only what the case record should hold. [`Corpus::load`] reads files and folders and tells
//! everything that is wrong with them as [`Problem`]s with file, line and reason. A [`Mapping`] says which of our
//! types answers which label of a corpus that was made for something else.
//!
//! ```
//! use casegrain::gold::{Corpus, Mapping};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let file = folder.path().join("gold.jsonl");
//! std::fs::write(&file, concat!(
//!     r#"{"id": "a", "text": "aspirin 1.50 mg", "exhaustive": ["drug"], "entities": ["#,
//!     r#"{"type": "drug", "start": 0, "end": 7, "value": {"name": "aspirin"}}]}"#, "\n"))?;
//! let corpus = Corpus::load(&[file], &Mapping::default())?;
//! assert!(corpus.problems.is_empty());
//! assert_eq!(corpus.documents[0].entities[0].label, "drug");
//! # Ok(())
//! # }
//! ```

mod agreement;
mod bioc;
mod brat;
mod check;
mod conll;
mod corpus;
mod datum;
mod json;
mod lines;
mod mapping;
mod marks;
mod names;
mod neutral;
mod pieces;
mod problem;
mod pubannotation;
mod record;
mod save;
mod stats;
mod table;

pub use agreement::Readings;
pub(crate) use agreement::{kappa, share};
pub(crate) use corpus::Assumed;
pub use corpus::{Corpus, MAPPING_FILE};
pub use datum::Datum;
pub use mapping::Mapping;
pub use problem::{Level, Place, Problem, count};
pub use save::{Form, save};
pub use stats::stats;

/// One text and what should be found in it. Offsets count code points.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// What the document is called.
    pub id: String,
    /// Its text.
    pub text: String,
    /// What should be found.
    pub entities: Vec<Entity>,
    /// Links between entities, if the corpus tells them of this document.
    pub relations: Option<Vec<Relation>>,
    /// The records of its patients, if the corpus tells them of this document.
    pub cases: Option<Vec<Datum>>,
    /// The types of which every entity in the text is marked, so that another one is wrong.
    pub exhaustive: Vec<String>,
    /// Other fields of the document, kept as they are.
    pub other: Vec<(String, Datum)>,
    /// Where it stands.
    pub place: Place,
}

/// One thing that should be found.
#[derive(Clone, Debug, Default)]
pub struct Entity {
    /// What relations call it; empty if they count entities.
    pub id: String,
    /// Its type, or the label of the corpus.
    pub label: String,
    /// Where it begins.
    pub start: u32,
    /// Where it ends, exclusive.
    pub end: u32,
    /// The pieces of a discontinuous entity, in the order of the text; empty otherwise.
    pub spans: Vec<(u32, u32)>,
    /// The words at its place, if the corpus repeats them.
    pub text: Option<String>,
    /// What it says.
    pub value: Option<Datum>,
    /// Whether it is so.
    pub status: Option<String>,
    /// Whom it is about.
    pub subject: Option<String>,
    /// When.
    pub time: Option<String>,
    /// Where fields are read from, by field.
    pub parts: Vec<(String, u32, u32)>,
    /// Whether it counts neither as missed nor, when found, as wrong.
    pub optional: bool,
    /// The line of the document's file that it stands in; 0 where that is the document's own.
    pub line: u64,
    /// Other fields, kept as they are.
    pub other: Vec<(String, Datum)>,
}

impl Entity {
    /// Whether the two share at least one code point, from the first to the last piece of each.
    pub(crate) fn overlaps(&self, start: u32, end: u32) -> bool {
        self.start < end && start < self.end
    }

    /// The label as the corpus has it, also where a mapping gave the entity a type.
    pub(crate) fn own_label(&self) -> &str {
        self.other("label").and_then(Datum::text).unwrap_or(&self.label)
    }

    /// A field that is not one of ours.
    pub(crate) fn other(&self, name: &str) -> Option<&Datum> {
        self.other.iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }
}

/// A link that should be found; its ends are indices into [`Document::entities`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Relation {
    /// What it is called; may be empty.
    pub id: String,
    /// Its type, such as `dose_of`.
    pub label: String,
    /// The entity it starts from.
    pub from: usize,
    /// The entity it leads to.
    pub to: usize,
    /// The roles of the two, where a format has names for them that are not the usual ones.
    pub roles: Option<(String, String)>,
    /// The line of the document's file that it stands in; 0 where that is the document's own.
    pub line: u64,
    /// Other fields, kept as they are.
    pub other: Vec<(String, Datum)>,
}
