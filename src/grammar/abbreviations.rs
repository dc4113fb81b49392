//! What `abbreviations.tsv` says of short forms that a report defines itself.

use super::lexicon::{Lexicon, VocabularyId};
use super::source::rows;
use rustc_hash::FxHashSet;

/// Which short forms count, and for what they may stand.
#[derive(Debug, Default)]
pub(crate) struct Abbreviations {
    /// By vocabulary: whether a short form may stand for its entries.
    vocabularies: Vec<bool>,
    never: FxHashSet<Box<str>>,
    fillers: FxHashSet<Box<str>>,
}

impl Abbreviations {
    /// Reads the table; returns what is wrong with it as line and message. A vocabulary that this grammar set lacks
    /// is passed over: a set of one's own need not have them all.
    pub(super) fn load(&mut self, text: &str, lexicon: &Lexicon) -> Vec<(u32, String)> {
        self.vocabularies.resize(lexicon.vocabularies().len(), false);
        let mut wrong = Vec::new();
        for (number, line) in rows(text) {
            let (word, kind) = line.split_once('\t').unwrap_or((line, ""));
            match kind.trim() {
                "vocabulary" => {
                    if let Some(vocabulary) = lexicon.vocabulary(word) {
                        self.vocabularies[usize::from(vocabulary)] = true;
                    }
                }
                "never" => {
                    self.never.insert(word.into());
                }
                "filler" => {
                    self.fillers.insert(word.to_lowercase().into());
                }
                other => wrong
                    .push((number, format!("`{other}` is no kind: use `vocabulary`, `never` or `filler`"))),
            }
        }
        wrong
    }

    /// Whether a short form may stand for entries of this vocabulary.
    pub(crate) fn takes(&self, vocabulary: VocabularyId) -> bool {
        self.vocabularies.get(usize::from(vocabulary)).copied().unwrap_or(false)
    }

    /// Whether this is never a short form.
    pub(crate) fn is_never(&self, short: &str) -> bool {
        self.never.contains(short)
    }

    /// Whether a word of a long form, in lower case, need not give a letter.
    pub(crate) fn is_filler(&self, word: &str) -> bool {
        self.fillers.contains(word)
    }
}
