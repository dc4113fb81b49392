//! Files and folders to documents.

use super::lines::ElementLines;
use super::problem::Lost;
use super::{Datum, Document, Entity, Level, Mapping, Place, Problem};
use super::{bioc, brat, check, conll, json, pubannotation, table};
use crate::model::{Status, Subject, Time};
use crate::read::{Failure, decode};
use crate::run::Elements;
use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A mapping that stands in the folder of the gold that it is for.
pub const MAPPING_FILE: &str = "mapping.json";

/// Documents with what should be found in them, and what is wrong with them.
#[derive(Clone, Debug, Default)]
pub struct Corpus {
    /// In the order of the files, and of each file.
    pub documents: Vec<Document>,
    /// In the order of their places.
    pub problems: Vec<Problem>,
    /// The files that were read.
    pub files: Vec<PathBuf>,
}

impl Corpus {
    /// Reads files and folders of gold, in any form that this module knows.
    ///
    /// A folder is read as follows: its subfolder `gold` if it has one; then all files in it that can hold gold, by
    /// name. A document without its text takes it from `ID.txt` beside its file or one folder above.
    ///
    /// # Errors
    /// When nothing can be read at all. What is wrong with single documents is in [`Corpus::problems`].
    pub fn load(paths: &[PathBuf], mapping: &Mapping) -> Result<Corpus, Failure> {
        let mut corpus = Corpus::default();
        for path in paths {
            let files = if path.is_dir() {
                corpus.problems.extend(passed_over(path));
                files_of(path)?
            } else {
                vec![path.clone()]
            };
            for file in files {
                corpus.read(&file, mapping)?;
                corpus.files.push(file);
            }
        }
        check::check(&mut corpus, mapping);
        corpus.problems.sort_by(|a, b| (&a.place, a.level).cmp(&(&b.place, b.level)));
        Ok(corpus)
    }

    /// Whether a problem makes documents unfit to be scored.
    ///
    /// ```
    /// use casegrain::gold::Corpus;
    /// assert!(!Corpus::default().is_broken());
    /// ```
    pub fn is_broken(&self) -> bool {
        self.problems.iter().any(|p| p.level == Level::Error)
    }

    /// What an entity means that does not say so. A corpus in our own types that tells the status, the subject or the
    /// time of any entity tells it of all: what is left out is present, of the patient, current.
    pub(crate) fn assumed(&self, mapping: &Mapping) -> Assumed {
        let any = |says: fn(&Entity) -> &Option<String>| {
            mapping.is_own() && self.documents.iter().flat_map(|d| &d.entities).any(|e| says(e).is_some())
        };
        Assumed {
            status: any(|entity| &entity.status).then(|| Status::default().name()),
            subject: any(|entity| &entity.subject).then(|| Subject::default().name()),
            time: any(|entity| &entity.time).then(|| Time::default().name()),
        }
    }

    /// Leaves out the documents that have errors; gives how many those are, with those that could not be read at all.
    pub fn drop_broken(&mut self) -> usize {
        let errors = || self.problems.iter().filter(|problem| problem.level == Level::Error);
        let of = |problem: &Problem, document: &Document| {
            let line = problem.place.line;
            let mut lines = document.entities.iter().map(|entity| entity.line);
            let mut links = document.relations.iter().flatten().map(|relation| relation.line);
            let within = line > 0 && (lines.any(|own| own == line) || links.any(|own| own == line));
            let own = document.place.line == line || within;
            problem.place.file == document.place.file && own
        };
        let (broken, good): (Vec<Document>, Vec<Document>) = self
            .documents
            .iter()
            .cloned()
            .partition(|document| errors().any(|problem| of(problem, document)));
        // Of a file that holds one document, every line is that document's.
        let unread: BTreeSet<(&str, u64)> = errors()
            .filter(|problem| !broken.iter().any(|document| of(problem, document)))
            .map(|problem| {
                let file = problem.place.file.as_str();
                (file, if file.ends_with(".ann") { 0 } else { problem.place.line })
            })
            .collect();
        let left_out = broken.len() + unread.len();
        self.documents = good;
        left_out
    }

    fn read(&mut self, file: &Path, mapping: &Mapping) -> Result<(), Failure> {
        let extension = file.extension().and_then(|e| e.to_str()).unwrap_or_default();
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let name = file.display().to_string();
        let text = || read_text(file).map_err(|why| Failure::new(&name, why));
        let read = match extension {
            "ann" => match brat::read(file, mapping, &mut self.problems) {
                Ok(document) => vec![Ok(document)],
                Err(problems) => problems.into_iter().map(Err).collect(),
            },
            "xml" => bioc::read_xml(file, &text()?, mapping, &mut self.problems),
            "conll" | "iob" | "iob2" | "bio" => conll::read(&name, &stem, &text()?),
            "csv" | "tsv" => table::read(file, &text()?, mapping),
            "json" if bioc::is_json(&beginning(file)?) => {
                bioc::read_json(file, &text()?, mapping, &mut self.problems)
            }
            _ => return self.read_json(file, mapping),
        };
        for document in read {
            self.take(document, file);
        }
        Ok(())
    }

    /// Adds a document, with its text from elsewhere if it has none, or what is wrong with it.
    fn take(&mut self, document: Result<Document, Problem>, file: &Path) {
        let with_text = document.and_then(|mut document| {
            document.text = text_of(&document, file)?;
            Ok(document)
        });
        match with_text {
            Ok(document) => self.documents.push(document),
            Err(problem) => self.problems.push(problem),
        }
    }

    /// Our own form, or PubAnnotation's.
    fn read_json(&mut self, file: &Path, mapping: &Mapping) -> Result<(), Failure> {
        let name = file.display().to_string();
        let mut elements = Elements::open(file)?;
        if file.extension().is_some_and(|extension| extension == "json") {
            elements = elements.spread();
        }
        let mut lost = Lost::default();
        while let Some(element) = elements.next_unread() {
            let place = Place { file: name.clone(), line: elements.line() };
            let read = element.and_then(|element| Ok((element.read_as::<Datum>()?, element)));
            let read = read.map_err(|failure| {
                let line = failure.line.unwrap_or(place.line);
                Problem::error(&Place { line, ..place.clone() }, "json", failure.reason)
            });
            let document = read.and_then(|(datum, element)| {
                let lines = ElementLines::new(element.text(), place.line);
                if pubannotation::is_it(&datum) {
                    return pubannotation::document(&datum, &place, &lines, mapping, &mut lost);
                }
                let mut document = json::document(datum, &place, &lines)?;
                document.restore(mapping);
                Ok(document)
            });
            self.take(document, file);
        }
        lost.tell(&name, &mut self.problems);
        Ok(())
    }
}

/// What entities mean that do not say so; nothing where a corpus does not tell it of any.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Assumed {
    status: Option<&'static str>,
    subject: Option<&'static str>,
    time: Option<&'static str>,
}

impl Assumed {
    /// Status, subject and time of an entity.
    pub(crate) fn of<'e>(&self, entity: &'e Entity) -> [Option<&'e str>; 3] {
        [
            entity.status.as_deref().or(self.status),
            entity.subject.as_deref().or(self.subject),
            entity.time.as_deref().or(self.time),
        ]
    }
}

/// The beginning of a file, to tell what it is.
fn beginning(file: &Path) -> Result<String, Failure> {
    let name = file.display().to_string();
    let mut bytes = Vec::new();
    let opened = fs::File::open(file).and_then(|file| file.take(4096).read_to_end(&mut bytes));
    opened.map_err(|error| Failure::io(&name, &error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The text of a document: its own, or that of the file of its name.
fn text_of(document: &Document, file: &Path) -> Result<String, Problem> {
    if !document.text.is_empty() {
        return Ok(document.text.clone());
    }
    let folder = file.parent().unwrap_or(Path::new(""));
    let name = format!("{}.txt", document.id);
    for path in [folder.join(&name), folder.join("..").join(&name)] {
        if path.is_file() {
            return read_text(&path).map_err(|why| Problem::error(&document.place, "text", why));
        }
    }
    let why = format!("document `{}` has no text, and there is no file {name} for it", document.id);
    Err(Problem::error(&document.place, "no-text", why))
}

/// The text of a file, decoded.
pub(super) fn read_text(path: &Path) -> Result<String, String> {
    let bytes = fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    match decode(&bytes) {
        Ok((text, _)) => Ok(text.into_owned()),
        Err(_) => Err(format!("{} is not text", path.display())),
    }
}

/// The files of gold in a folder.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let name = folder.display().to_string();
    let inner = folder.join("gold");
    if inner.is_dir() {
        return files_of(&inner);
    }
    if let Some(orphan) = orphan(folder) {
        return Err(orphan);
    }
    let entries = fs::read_dir(folder).map_err(|error| Failure::io(&name, &error))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.is_file() && holds_gold(path))
        .collect();
    files.sort();
    if files.is_empty() {
        return Err(Failure::new(&name, "holds no gold").hint(
            "gold is .jsonl, .json, .ann with .txt, .xml (BioC), .conll or .csv, or a folder `gold` of these",
        ));
    }
    Ok(files)
}

fn holds_gold(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // What stands beside gold: what its labels mean, what brat cannot hold, floors.
    if name == brat::SIDE_FILE
        || name == MAPPING_FILE
        || name.ends_with("floors.tsv")
        || name.starts_with('.')
    {
        return false;
    }
    matches!(
        extension,
        "jsonl" | "ndjson" | "json" | "ann" | "xml" | "conll" | "iob" | "iob2" | "bio" | "csv" | "tsv"
    )
}

/// Gold in a folder that is not read with it: what stands beside its subfolder `gold`, and in other subfolders. A corpus
/// must not become smaller without a word.
fn passed_over(folder: &Path) -> Vec<Problem> {
    let paths = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten();
        let mut all: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
        all.sort();
        all
    };
    let holds = |path: &PathBuf| path.is_file() && holds_gold(path);
    let inner = folder.join("gold");
    let place = |path: &Path| Place { file: path.display().to_string(), line: 0 };
    let mut out = Vec::new();
    for path in paths(folder) {
        if path == inner {
            out.extend(passed_over(&inner));
        } else if path.is_dir() && paths(&path).iter().any(holds) {
            let why = format!("holds gold that is not read with {}; name both, or move it", folder.display());
            out.push(Problem::error(&place(&path), "folder", why));
        } else if inner.is_dir() && holds(&path) {
            let why =
                format!("is not read, since gold is taken from {}; name it, or move it", inner.display());
            out.push(Problem::error(&place(&path), "folder", why));
        }
    }
    out
}

/// In a folder of brat documents every text must have its annotations, if only an empty file: one that is missing
/// would make a corpus smaller without a word.
fn orphan(folder: &Path) -> Option<Failure> {
    let names: Vec<PathBuf> = fs::read_dir(folder).ok()?.filter_map(|e| e.ok().map(|e| e.path())).collect();
    let has = |extension: &str, path: &Path| path.extension().is_some_and(|e| e == extension);
    if !names.iter().any(|path| has("ann", path)) {
        return None;
    }
    let mut alone: Vec<&PathBuf> =
        names.iter().filter(|path| has("txt", path) && !path.with_extension("ann").is_file()).collect();
    alone.sort();
    let first = alone.first()?;
    let why = format!("its annotations {} are missing", first.with_extension("ann").display());
    Some(Failure::new(first.display().to_string(), why).hint("a text without marks has an empty .ann file"))
}
