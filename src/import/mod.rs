//! Vocabularies that a user has a licence for, turned into tables that the grammar loads: tables with named columns,
//! OBO ontologies (HPO, MONDO, DOID), HGNC's complete set and RxNorm's RXNCONSO. The codes come along and stand at
//! the entities as `codings`.
//!
//! ```
//! # fn main() -> anyhow::Result<()> {
//! use casegrain::import::{Format, Options, read, write_table};
//! let obo = "[Term]\nid: HP:0000501\nname: Glaucoma\nsynonym: \"Raised eye pressure\" EXACT []\n\n\
//!            [Term]\nid: HP:0000000\nname: obsolete thing\nis_obsolete: true\n";
//! let import = read(obo.as_bytes(), Format::Obo, &Options::default())?;
//! let mut table = Vec::new();
//! write_table(&import, &mut table)?;
//! assert_eq!(String::from_utf8(table)?, "name\tsynonyms\tcodes\nGlaucoma\tRaised eye pressure\tHP:0000501\n");
//! assert_eq!(import.left_out, [("obsolete", 1)]);
//! # Ok(())
//! # }
//! ```

mod hgnc;
mod obo;
mod rxnorm;
mod surface;
mod table;

use std::io::{BufRead, Write};
use std::path::Path;
pub use surface::Surface;

/// The form of a vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Columns set apart by tabs, named in the first line.
    Tsv,
    /// Columns set apart by commas, with quotes, named in the first line.
    Csv,
    /// An ontology in OBO.
    Obo,
    /// HGNC's complete set, as TSV.
    Hgnc,
    /// RxNorm's `RXNCONSO.RRF`.
    Rxnorm,
}

impl Format {
    /// All forms.
    pub const ALL: &'static [Format] = &[Format::Tsv, Format::Csv, Format::Obo, Format::Hgnc, Format::Rxnorm];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Tsv => "tsv",
            Format::Csv => "csv",
            Format::Obo => "obo",
            Format::Hgnc => "hgnc",
            Format::Rxnorm => "rxnorm",
        }
    }

    /// The form that a file's name and first line tell.
    ///
    /// ```
    /// use casegrain::import::Format;
    /// use std::path::Path;
    /// assert_eq!(Format::of(Path::new("hp.obo"), "format-version: 1.2"), Some(Format::Obo));
    /// assert_eq!(Format::of(Path::new("set.txt"), "hgnc_id\tsymbol\tname"), Some(Format::Hgnc));
    /// assert_eq!(Format::of(Path::new("words.txt"), "some words"), None);
    /// ```
    pub fn of(path: &Path, first_line: &str) -> Option<Format> {
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        match ending.as_str() {
            "obo" => Some(Format::Obo),
            "rrf" => Some(Format::Rxnorm),
            _ if first_line.starts_with("hgnc_id\tsymbol") => Some(Format::Hgnc),
            "tsv" => Some(Format::Tsv),
            "csv" => Some(Format::Csv),
            _ if first_line.contains('\t') => Some(Format::Tsv),
            _ => None,
        }
    }
}

/// What to take.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The column of the preferred name; by its usual names otherwise.
    pub name: Option<String>,
    /// The column of the synonyms, with `|` or `;` between them; by its usual names otherwise.
    pub synonyms: Option<String>,
    /// The column of the code; by its usual names otherwise.
    pub code: Option<String>,
    /// The system of the codes, where they do not carry it themselves ("HP:0000501").
    pub system: Option<String>,
    /// Whether codes of other systems that the source names come along.
    pub xrefs: bool,
}

/// One concept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Concept {
    /// The preferred name, then the synonyms.
    pub surfaces: Vec<Surface>,
    /// Codes, as `SYSTEM:CODE`.
    pub codes: Vec<String>,
}

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct Import {
    /// In the order of the file.
    pub concepts: Vec<Concept>,
    /// What was left out: why, and how many.
    pub left_out: Vec<(&'static str, usize)>,
}

impl Import {
    fn leave_out(&mut self, why: &'static str) {
        match self.left_out.iter_mut().find(|(w, _)| *w == why) {
            Some((_, count)) => *count += 1,
            None => self.left_out.push((why, 1)),
        }
    }

    /// Adds a concept without the surfaces that can be no words, and each surface once.
    fn add(&mut self, surfaces: impl IntoIterator<Item = Surface>, codes: Vec<String>) {
        let mut concept = Concept { surfaces: Vec::new(), codes };
        for surface in surfaces {
            match surface.checked() {
                None => self.leave_out("no words"),
                Some(s) if concept.surfaces.iter().any(|o| o.text.eq_ignore_ascii_case(&s.text)) => {}
                Some(surface) => concept.surfaces.push(surface),
            }
        }
        match concept.surfaces.is_empty() {
            true => self.leave_out("without a name"),
            false => self.concepts.push(concept),
        }
    }

    /// How many surfaces the concepts have in all.
    pub fn surfaces(&self) -> usize {
        self.concepts.iter().map(|c| c.surfaces.len()).sum()
    }
}

/// Reads a vocabulary.
///
/// # Errors
/// When the input cannot be read, lacks a needed column or is of another form; the message says the line.
pub fn read(input: impl BufRead, format: Format, options: &Options) -> anyhow::Result<Import> {
    match format {
        Format::Tsv => table::read(input, b'\t', options),
        Format::Csv => table::read(input, b',', options),
        Format::Obo => obo::read(input, options),
        Format::Hgnc => hgnc::read(input, options),
        Format::Rxnorm => rxnorm::read(input),
    }
}

/// Writes the table that a grammar folder takes.
///
/// # Errors
/// When the output cannot be written.
pub fn write_table(import: &Import, mut out: impl Write) -> std::io::Result<()> {
    out.write_all(b"name\tsynonyms\tcodes\n")?;
    for concept in &import.concepts {
        for (at, surface) in concept.surfaces.iter().enumerate() {
            out.write_all(match at {
                0 => b"",
                1 => b"\t",
                _ => b"|",
            })?;
            surface.write(&mut out)?;
        }
        if concept.surfaces.len() == 1 {
            out.write_all(b"\t")?;
        }
        writeln!(out, "\t{}", concept.codes.join("|"))?;
    }
    Ok(())
}
