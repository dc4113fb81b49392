//! Records to the formats that registries, warehouses and annotators load: one folder of files for a run.
//!
//! A [`Format`] is one file here and its name in [`FORMATS`]. Writing has two halves. [`Format::render`] turns one
//! [`Document`] into [`Rendered`] pieces; it knows nothing of other documents, so that any number of threads may do
//! it. A [`Gather`] takes the pieces in the order of the run and puts them into a [`Folder`]: it makes files for
//! each document, or appends rows to tables. What a format cannot hold is counted in [`Losses`], never dropped
//! silently.
//!
//! ```
//! use casegrain::export::{Document, Folder, Format, Losses, Rendered, Settings};
//! use casegrain::{read, run};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let extractor = casegrain::Extractor::new()?;
//! let input = read::Record::new("case-1", "A 76-year-old man.");
//! let record = run::Record::of(&input, &extractor.extract(&input.text), extractor.grammar_hash());
//!
//! let format = Format::from_name("csv").ok_or("no such format")?;
//! let place = tempfile::tempdir()?;
//! let mut folder = Folder::create(&place.path().join("tables"))?;
//! let mut gather = (format.gather)(&Settings::default());
//! gather.begin(&mut folder)?;
//! let mut rendered = Rendered::new(&record.id);
//! (format.render)(&Document::new(&record, &Settings::default()), &mut rendered);
//! gather.take(&rendered, &mut folder)?;
//! gather.finish(&mut folder)?;
//! folder.finish()?;
//!
//! let entities = std::fs::read_to_string(place.path().join("tables/entities.csv"))?;
//! assert!(entities.lines().nth(1).is_some_and(|line| line.starts_with("case-1,T1,age,2,13,76-year-old,")));
//! # Ok(())
//! # }
//! ```

mod annotated;
mod bioc;
mod brat;
mod csv;
mod document;
mod fhir;
mod flat;
mod folder;
mod gather;
mod head;
mod kinds;
mod loss;
mod omop;
mod packed;
mod parquet;
mod phenopacket;
mod pubannotation;
mod redcap;
mod sources;
mod table;
mod terms;
mod texts;
mod tree;
mod webannotation;

pub use document::{Document, Ids, Settings, Unfit};
pub use flat::{TABLES as FLAT_TABLES, rows as flat_rows};
pub use folder::Folder;
pub use gather::{Gather, files, tables};
pub use loss::Losses;
pub use table::{Cell, Column, ColumnType, CsvRows, Rows, Table};
pub use texts::Texts;

/// All formats, in the order in which they are listed; to add one, add its file and its name here.
pub static FORMATS: &[&Format] = &[
    &csv::FORMAT,
    &parquet::FORMAT,
    &redcap::FORMAT,
    &phenopacket::FORMAT,
    &fhir::FORMAT,
    &omop::FORMAT,
    &brat::FORMAT,
    &bioc::JSON,
    &bioc::XML,
    &pubannotation::FORMAT,
    &webannotation::FORMAT,
];

/// One format.
#[derive(Debug)]
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// What it is, in a line.
    pub about: &'static str,
    /// Whether the text of the reports must be at hand.
    pub needs_text: bool,
    /// Whether this build can write it: some formats need a cargo feature of their name.
    pub built: bool,
    /// Turns one document into pieces, and counts what the format cannot hold.
    pub render: fn(&Document<'_>, &mut Rendered),
    /// Makes what puts the pieces of a run into a folder.
    pub gather: fn(&Settings) -> Box<dyn Gather>,
}

impl Format {
    /// The format of that name.
    ///
    /// ```
    /// use casegrain::export::Format;
    /// assert!(Format::from_name("csv").is_some_and(|format| !format.needs_text));
    /// assert!(Format::from_name("spreadsheet").is_none());
    /// ```
    pub fn from_name(name: &str) -> Option<&'static Format> {
        FORMATS.iter().copied().find(|format| format.name == name)
    }
}

/// What one document became, before it is known what stands before it.
#[derive(Debug, Default)]
pub struct Rendered {
    /// What the document is called; its files get names like it.
    pub id: String,
    /// Files of this document alone: what follows the document's name in theirs, such as `.ann` or `-C1.json`, and
    /// what is in them.
    pub files: Vec<(String, Vec<u8>)>,
    /// Pieces of files that all documents share, such as rows of tables: the number of the file, and the bytes. What
    /// the bytes mean is known to the format's own [`Gather`].
    pub shared: Vec<(usize, Vec<u8>)>,
    /// What the format could not hold.
    pub losses: Losses,
}

impl Rendered {
    /// Without pieces.
    pub fn new(id: &str) -> Self {
        Rendered { id: id.to_owned(), ..Rendered::default() }
    }
}
