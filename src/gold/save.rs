//! Documents to files, in the forms that annotators' tools read.

use super::{Corpus, Mapping, brat, json};
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
}

/// Writes a corpus to `path`: a folder for brat, which may exist already, a file otherwise. Labels that the mapping
/// gave a type get their own names back.
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
pub fn save(corpus: &Corpus, mapping: &Mapping, form: Form, path: &Path) -> io::Result<()> {
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("cannot write {}: {error}", path.display()));
    let bytes = match form {
        Form::Brat => return folder(corpus, mapping, path).map_err(named),
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
        return io::stdout().write_all(&bytes);
    }
    fs::write(path, bytes).map_err(named)
}

fn folder(corpus: &Corpus, mapping: &Mapping, path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)?;
    let mut configuration = Configuration::default();
    let mut side = String::new();
    for document in &corpus.documents {
        // An id may come from anywhere; it must not lead out of the folder.
        if document.id.contains(['/', '\\']) || document.id.starts_with('.') {
            let why = format!("the id `{}` is no name for a file", document.id);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        let annotated = document.annotated(mapping);
        configuration.add(&annotated);
        fs::write(path.join(format!("{}.txt", document.id)), annotated.text.as_bytes())?;
        fs::write(path.join(format!("{}.ann", document.id)), standoff(&annotated))?;
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
