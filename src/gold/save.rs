//! Documents to files, in the forms that annotators' tools read.

use super::{Corpus, Document, Mapping, brat, conll, json, table};
use crate::export::Losses;
use crate::write::bioc::{self, Collection};
use crate::write::brat::{Configuration, standoff};
use crate::write::pubannotation;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// The forms that gold can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// casegrain's own: JSON Lines.
    Jsonl,
    /// brat standoff: a folder of `.txt` and `.ann` with its configuration.
    Brat,
    /// BioC in one JSON file.
    BiocJson,
    /// BioC in one XML file.
    BiocXml,
    /// PubAnnotation: JSON Lines.
    Pubannotation,
    /// CoNLL with IOB2 tags in one file: what is flat.
    Conll,
    /// A folder with a table of spans and the texts: everything but relations, records and pieces.
    Csv,
}

/// Writes a corpus to `path`: a folder for brat and tables, which may exist already, a file otherwise. Labels that the
/// mapping gave a type get their own names back. Gives what the form has no place for.
///
/// ```
/// use casegrain::gold::{Corpus, Document, Form, Mapping, save};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let documents = vec![Document { id: "a".into(), text: "aspirin".into(), ..Document::default() }];
/// let corpus = Corpus { documents, ..Corpus::default() };
/// let folder = tempfile::tempdir()?;
/// save(&corpus, &Mapping::default(), Form::Brat, folder.path())?;
/// assert_eq!(std::fs::read_to_string(folder.path().join("a.txt"))?, "aspirin");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Those of the files, which they name.
pub fn save(corpus: &Corpus, mapping: &Mapping, form: Form, path: &Path) -> io::Result<Losses> {
    let mut losses = Losses::default();
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("cannot write {}: {error}", path.display()));
    let bytes = match form {
        Form::Brat => return folder(corpus, mapping, path).map_err(named).map(|()| losses),
        Form::Csv => {
            let table = table::write(&corpus.documents, mapping, &mut losses);
            table.and_then(|table| texts(corpus, &table, path)).map_err(named)?;
            return Ok(losses);
        }
        Form::Conll => conll::write(&corpus.documents, &mut losses),
        Form::Jsonl => {
            let lines = corpus.documents.iter().map(|document| format!("{}\n", json::to_datum(document)));
            lines.collect::<String>().into_bytes()
        }
        Form::BiocJson | Form::BiocXml => {
            let form = if form == Form::BiocJson { bioc::Form::Json } else { bioc::Form::Xml };
            let mut writer = bioc::Writer::new(Vec::new(), form, &Collection::default())?;
            for document in &corpus.documents {
                writer.document(&document.annotated(mapping))?;
            }
            writer.finish()?
        }
        Form::Pubannotation => {
            let mut out = Vec::new();
            for document in &corpus.documents {
                pubannotation::push(&mut out, &document.annotated(mapping));
                out.push(b'\n');
            }
            out
        }
    };
    if path.as_os_str() == "-" {
        return io::stdout().write_all(&bytes).map(|()| losses);
    }
    fs::write(path, bytes).map_err(named).map(|()| losses)
}

/// The table of a corpus, and its texts beside it.
fn texts(corpus: &Corpus, table: &[u8], path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)?;
    for document in &corpus.documents {
        fs::write(path.join(format!("{}.txt", file_name(document)?)), &document.text)?;
    }
    fs::write(path.join("spans.csv"), table)
}

/// Counts what neither of the flat forms has a place for.
pub(super) fn flat_losses(document: &Document, losses: &mut Losses) {
    let relations = document.relations.as_ref();
    losses.add("relations", relations.map_or(0, Vec::len));
    losses.add("documents without relations that say so", relations.is_some_and(Vec::is_empty).into());
    losses.add("case records", document.cases.as_ref().map_or(0, Vec::len));
    losses.add("types that are exhaustive", document.exhaustive.len());
    losses.add("other fields of documents", document.other.len());
    for entity in &document.entities {
        losses.add("places of fields", entity.parts.len());
        losses
            .add("other fields of entities", entity.other.iter().filter(|(name, _)| name != "label").count());
    }
}

/// The id of a document as the name of its files. It may come from anywhere, and must not lead out of the folder.
fn file_name(document: &Document) -> io::Result<&str> {
    if document.id.contains(['/', '\\']) || document.id.starts_with('.') {
        let why = format!("the id `{}` is no name for a file", document.id);
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    }
    Ok(&document.id)
}

fn folder(corpus: &Corpus, mapping: &Mapping, path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)?;
    let mut configuration = Configuration::default();
    let mut side = String::new();
    for document in &corpus.documents {
        let name = file_name(document)?;
        let annotated = document.annotated(mapping);
        configuration.add(&annotated);
        fs::write(path.join(format!("{name}.txt")), annotated.text.as_bytes())?;
        fs::write(path.join(format!("{name}.ann")), standoff(&annotated))?;
        if let Some(line) = brat::side_line(document) {
            side.push_str(&format!("{line}\n"));
        }
    }
    fs::write(path.join("annotation.conf"), configuration.annotation_conf())?;
    if !side.is_empty() {
        fs::write(path.join(brat::SIDE_FILE), side)?;
    }
    Ok(())
}
