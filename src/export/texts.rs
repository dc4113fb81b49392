//! The texts of a saved run, found again by the ids of its records.

use crate::read::{Chunk, Failure, Limits, Reader};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::path::PathBuf;

/// Reads reports and hands out their texts by id. A run has its records in the order of its input, so that only texts
/// without a record stay in memory; where many reports have one id, they come in their order.
///
/// ```
/// use casegrain::export::Texts;
/// let folder = tempfile::tempdir().unwrap();
/// for (name, text) in [("a.txt", "A man."), ("b.txt", "A woman.")] {
///     std::fs::write(folder.path().join(name), text).unwrap();
/// }
/// let mut texts = Texts::new(&[folder.path().to_owned()]);
/// assert_eq!(texts.take("b").as_deref(), Some("A woman."));
/// assert_eq!(texts.take("a").as_deref(), Some("A man."));
/// assert_eq!(texts.take("a"), None);
/// ```
pub struct Texts {
    reader: Reader,
    chunk: Chunk,
    waiting: FxHashMap<String, VecDeque<Box<str>>>,
    failures: Vec<Failure>,
}

impl Texts {
    /// The reports below some paths, as `casegrain extract` reads them.
    pub fn new(paths: &[PathBuf]) -> Self {
        // What the run could read may be read again.
        let limits = Limits { report: Limits::MOST };
        Texts {
            reader: Reader::new(paths, limits),
            chunk: Chunk::default(),
            waiting: FxHashMap::default(),
            failures: Vec::new(),
        }
    }

    /// The next text of that id.
    pub fn take(&mut self, id: &str) -> Option<String> {
        loop {
            if let Some(texts) = self.waiting.get_mut(id) {
                let text = texts.pop_front();
                if texts.is_empty() {
                    self.waiting.remove(id);
                }
                return text.map(String::from);
            }
            if !self.reader.fill(&mut self.chunk) {
                return None;
            }
            let Texts { chunk, waiting, failures, .. } = self;
            chunk.each(Limits { report: Limits::MOST }, |report| match report {
                Ok(report) => {
                    waiting.entry(report.id.into_owned()).or_default().push_back(report.text.into());
                }
                // What failed in the run, too, has no record that would miss it; only what cannot be opened is told.
                Err(failure) if failure.line.is_none() => failures.push(failure),
                Err(_) => {}
            });
        }
    }

    /// What could not be read since the last call.
    pub fn failures(&mut self) -> Vec<Failure> {
        std::mem::take(&mut self.failures)
    }
}
