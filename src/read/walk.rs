//! Finds the files below the given paths, in a fixed order, one at a time.

use super::Failure;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, FileType, Metadata};
use std::path::{Path, PathBuf};
use std::{io, vec};

/// Annotated copies of reports stand in folders of this name. Below a given folder they are passed over, so that no
/// report is read twice; one that is given itself is read.
const GOLD: &str = "gold";

/// What a file holds, as far as its name says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One report.
    Text,
    /// A report a line.
    Jsonl,
    /// Its first bytes must tell.
    Unknown,
    /// The same, on standard input.
    Stdin,
}

impl Kind {
    fn of(path: &Path) -> Kind {
        let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
        if ["txt", "text"].iter().any(|known| extension.eq_ignore_ascii_case(known)) {
            Kind::Text
        } else if ["jsonl", "ndjson"].iter().any(|known| extension.eq_ignore_ascii_case(known)) {
            Kind::Jsonl
        } else {
            Kind::Unknown
        }
    }
}

/// A file to be read.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) path: PathBuf,
    /// The path below the given folder, or the file's own name, with `/` on every system.
    pub(super) name: String,
    pub(super) kind: Kind,
    /// In bytes; `None` for what is not a regular file.
    pub(super) size: Option<u64>,
}

/// Goes through paths; sorted within each folder, and holds no more than the names in the folders on its way.
pub(super) struct Walk {
    roots: vec::IntoIter<PathBuf>,
    folders: Vec<Folder>,
    /// How many files the present root has given.
    found: u64,
    passed_over: BTreeMap<String, u64>,
}

struct Folder {
    path: PathBuf,
    /// Without links: the same folder never stands twice on the way.
    real: PathBuf,
    /// What goes before the names of its files.
    prefix: String,
    entries: vec::IntoIter<(OsString, FileType)>,
}

impl Walk {
    pub(super) fn new(paths: Vec<PathBuf>) -> Self {
        Walk { roots: paths.into_iter(), folders: Vec::new(), found: 0, passed_over: BTreeMap::new() }
    }

    /// How many files in folders were no reports, by their extension, and how many folders held gold, under `gold/`.
    pub(super) fn passed_over(&self) -> &BTreeMap<String, u64> {
        &self.passed_over
    }

    fn root(&mut self, path: PathBuf) -> Option<Result<Input, Failure>> {
        if path.as_os_str() == "-" {
            return Some(Ok(Input { path, name: "stdin".into(), kind: Kind::Stdin, size: None }));
        }
        match fs::metadata(&path) {
            Ok(about) if about.is_dir() => {
                self.found = 0;
                self.enter(path, String::new()).err().map(Err)
            }
            Ok(about) => {
                let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
                Some(Ok(Input { kind: Kind::of(&path), name, size: size(&about), path }))
            }
            Err(error) => Some(Err(failure(&path, &error))),
        }
    }

    fn enter(&mut self, path: PathBuf, prefix: String) -> Result<(), Failure> {
        let list = || -> io::Result<_> {
            let mut entries = Vec::new();
            for entry in fs::read_dir(&path)? {
                let entry = entry?;
                if !entry.file_name().as_encoded_bytes().starts_with(b".") {
                    entries.push((entry.file_name(), entry.file_type()?));
                }
            }
            entries.sort_by(|(a, _), (b, _)| a.as_encoded_bytes().cmp(b.as_encoded_bytes()));
            Ok((fs::canonicalize(&path)?, entries))
        };
        let (real, entries) = list().map_err(|error| failure(&path, &error))?;
        if self.folders.iter().any(|folder| folder.real == real) {
            return Err(Failure::new(path.to_string_lossy(), "is a link back to a folder that it stands in")
                .hint("the reports there are read once; remove the link"));
        }
        self.folders.push(Folder { path, real, prefix, entries: entries.into_iter() });
        Ok(())
    }

    fn entry(&mut self, path: PathBuf, name: String, kind: FileType) -> Option<Result<Input, Failure>> {
        if kind.is_dir() {
            return self.below(path, name);
        }
        let holds = Kind::of(&path);
        // Most files need one look; one that is no report by its name and no link needs none.
        if holds == Kind::Unknown && !kind.is_symlink() {
            self.pass_over(&path);
            return None;
        }
        match fs::metadata(&path) {
            Ok(about) if about.is_dir() => self.below(path, name),
            Ok(about) if about.is_file() && holds != Kind::Unknown => {
                self.found += 1;
                Some(Ok(Input { path, name, kind: holds, size: Some(about.len()) }))
            }
            Err(error) if holds != Kind::Unknown => Some(Err(failure(&path, &error))),
            _ => {
                self.pass_over(&path);
                None
            }
        }
    }

    /// A folder inside another.
    fn below(&mut self, path: PathBuf, name: String) -> Option<Result<Input, Failure>> {
        if path.file_name() == Some(OsStr::new(GOLD)) {
            *self.passed_over.entry(format!("{GOLD}/")).or_default() += 1;
            return None;
        }
        self.enter(path, name + "/").err().map(Err)
    }

    fn pass_over(&mut self, path: &Path) {
        let label = match path.extension() {
            Some(extension) => format!(".{}", extension.to_string_lossy().to_ascii_lowercase()),
            None => "no extension".into(),
        };
        *self.passed_over.entry(label).or_default() += 1;
    }
}

impl Iterator for Walk {
    type Item = Result<Input, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let found = if let Some(folder) = self.folders.last_mut() {
                if let Some((name, kind)) = folder.entries.next() {
                    let path = folder.path.join(&name);
                    let name = format!("{}{}", folder.prefix, name.to_string_lossy());
                    self.entry(path, name, kind)
                } else {
                    let folder = self.folders.pop()?;
                    (self.folders.is_empty() && self.found == 0).then(|| {
                        Err(Failure::new(folder.path.to_string_lossy(), "holds no reports")
                            .hint("reports in a folder end in .txt, .text, .jsonl or .ndjson"))
                    })
                }
            } else {
                let root = self.roots.next()?;
                self.root(root)
            };
            if found.is_some() {
                return found;
            }
        }
    }
}

fn size(about: &Metadata) -> Option<u64> {
    about.is_file().then_some(about.len())
}

fn failure(path: &Path, error: &io::Error) -> Failure {
    Failure::io(&path.to_string_lossy(), error)
}
