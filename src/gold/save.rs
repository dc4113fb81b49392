//! Documents to files, in the forms that annotators' tools read.

use super::neutral::COLLECTION;
use super::{Corpus, Datum, Document, Mapping, brat, conll, json, table};
use crate::export::Losses;
use crate::model::Annotated;
use crate::write::bioc::{self, Collection};
use crate::write::brat::{Configuration, standoff_with};
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
        Form::Brat => {
            folder(corpus, mapping, path, &mut losses).map_err(named)?;
            return Ok(losses);
        }
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
            let kind = if form == Form::BiocJson { bioc::Form::Json } else { bioc::Form::Xml };
            let mut writer = bioc::Writer::new(Vec::new(), kind, &collection(corpus, &mut losses))?;
            for document in &corpus.documents {
                if form == Form::BiocXml {
                    let foreign = |c: &char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
                    losses.add("characters that XML has not", document.text.chars().filter(foreign).count());
                }
                writer.document(&document.annotated(form, mapping))?;
            }
            writer.finish()?
        }
        Form::Pubannotation => {
            let mut out = Vec::new();
            // Values stand as JSON.
            let raw = |out: &mut Vec<u8>, value: &str| out.extend_from_slice(value.as_bytes());
            for document in &corpus.documents {
                pubannotation::push_with(&mut out, &document.annotated(form, mapping), raw, raw);
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

/// What the documents say of the collection that they are of. A file can say it of one only: the first.
fn collection(corpus: &Corpus, losses: &mut Losses) -> Collection {
    let of = |document: &Document| {
        document.other.iter().find(|(name, _)| name == COLLECTION).map(|(_, said)| said.clone())
    };
    let mut all = corpus.documents.iter().map(of);
    let first = all.next().flatten();
    losses.add("documents of another collection", all.filter(|other| *other != first).count());
    let Some(said) = first else { return Collection::default() };
    let text = |name| said.get(name).map(Datum::plain).unwrap_or_default();
    let infons = said.get("infons").map(Datum::members).unwrap_or_default();
    Collection {
        source: text("source"),
        date: text("date"),
        key: text("key"),
        infons: infons.iter().map(|(name, value)| (name.clone(), value.plain())).collect(),
    }
}

/// The first line of a configuration of ours; one that begins otherwise is somebody's own.
const OURS: &str = "# written by casegrain\n";

fn folder(corpus: &Corpus, mapping: &Mapping, path: &Path, losses: &mut Losses) -> io::Result<()> {
    fs::create_dir_all(path)?;
    let mut configuration = Configuration::default();
    let mut side = String::new();
    for document in &corpus.documents {
        let name = file_name(document)?;
        let annotated = document.annotated(Form::Brat, mapping);
        brat_losses(&annotated, losses);
        configuration.add(&annotated);
        fs::write(path.join(format!("{name}.txt")), annotated.text.as_bytes())?;
        let raw = |out: &mut Vec<u8>, value: &str| out.extend_from_slice(value.as_bytes());
        fs::write(path.join(format!("{name}.ann")), standoff_with(&annotated, raw))?;
        if let Some(line) = brat::side_line(document) {
            side.push_str(&format!("{line}\n"));
        }
    }
    let file = path.join("annotation.conf");
    let own = fs::read_to_string(&file).is_ok_and(|held| !held.starts_with(OURS));
    if !own {
        fs::write(file, format!("{OURS}{}", configuration.annotation_conf()))?;
    }
    if !side.is_empty() {
        fs::write(path.join(brat::SIDE_FILE), side)?;
    }
    Ok(())
}

/// Counts what brat writes in another way.
fn brat_losses(document: &Annotated<'_>, losses: &mut Losses) {
    let marks = document.annotations.iter().map(|mark| (&mark.label, &mark.attributes, &mark.note, None));
    let links = document.links.iter();
    let links = links.map(|link| (&link.label, &link.attributes, &link.note, link.role_names()));
    for (label, attributes, note, roles) in marks.chain(links) {
        let roles = roles.into_iter().flat_map(|(first, second)| [first, second]);
        let names = attributes.iter().map(|(name, _)| name.as_ref()).chain([label.as_ref()]).chain(roles);
        let foreign =
            |name: &&str| !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        losses.add("names in other characters than those of brat", names.filter(foreign).count());
        let values = attributes.iter().filter_map(|(_, value)| value.as_deref()).chain(note.as_deref());
        let breaks = |text: &&str| text.contains(['\n', '\r', '\t']);
        losses.add("remarks and values with line breaks", values.filter(breaks).count());
    }
}
