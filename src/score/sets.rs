//! The files of a corpus, each for itself: a half that rules may be written on says other things than one that is only
//! measured on.

use super::Counts;
use crate::gold::{Corpus, Document};
use std::collections::BTreeMap;
use std::path::Path;

/// What was counted in one file of gold, or in one folder whose files hold a document each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Set {
    /// The file or folder.
    pub name: String,
    /// How many documents it has.
    pub documents: usize,
    /// All types together.
    pub counts: Counts,
}

/// Counts as documents come.
pub(super) struct Sets {
    /// Whether some file holds several documents, so that files are what a reader wants to see apart.
    files: bool,
    sets: Vec<Set>,
}

impl Sets {
    pub(super) fn of(gold: &Corpus) -> Sets {
        let mut same_file = gold.documents.windows(2).map(|pair| pair[0].place.file == pair[1].place.file);
        Sets { files: gold.documents.len() == 1 || same_file.any(|same| same), sets: Vec::new() }
    }

    pub(super) fn add(&mut self, document: &Document, rows: &BTreeMap<String, Counts>) {
        let file = Path::new(&document.place.file);
        let name = if self.files { file } else { file.parent().unwrap_or(file) };
        let name = name.to_string_lossy();
        // Documents come file by file.
        if self.sets.last().is_none_or(|set| set.name != name) {
            self.sets.push(Set { name: name.into_owned(), ..Set::default() });
        }
        let Some(set) = self.sets.last_mut() else { return };
        set.documents += 1;
        rows.values().for_each(|counts| set.counts.add(counts));
    }

    pub(super) fn finish(self) -> Vec<Set> {
        self.sets
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gold::Place;

    fn sets(files: &[&str]) -> Vec<(String, usize)> {
        let document = |file: &&str| Document {
            place: Place { file: (*file).to_owned(), line: 1 },
            ..Document::default()
        };
        let gold = Corpus { documents: files.iter().map(document).collect(), ..Corpus::default() };
        let mut sets = Sets::of(&gold);
        gold.documents.iter().for_each(|document| sets.add(document, &BTreeMap::new()));
        sets.finish().into_iter().map(|set| (set.name, set.documents)).collect()
    }

    #[test]
    fn files_of_many_documents_and_folders_of_many_files() {
        let two = [("g/held.jsonl".to_owned(), 1), ("g/train.jsonl".to_owned(), 2)];
        assert_eq!(sets(&["g/held.jsonl", "g/train.jsonl", "g/train.jsonl"]), two);
        assert_eq!(sets(&["g/a.ann", "g/b.ann", "g/c.ann"]), [("g".to_owned(), 3)]);
        assert_eq!(sets(&["g/a.ann"]), [("g/a.ann".to_owned(), 1)]);
        assert_eq!(sets(&[]), []);
    }
}
