//! What gold says of single facts.

use super::Effect;
use crate::gold::{Assumed, Corpus, Document, Mapping};
use crate::model::{OffsetMap, OffsetUnit};
use crate::run::Entity;
pub use crate::score::Verdict;
use crate::score::{AROUND, verdict};
use rustc_hash::FxHashMap;

/// Gold by document; without any, nothing is known.
#[derive(Debug, Default)]
pub struct Judge<'g> {
    documents: FxHashMap<&'g str, &'g Document>,
    mapping: Option<&'g Mapping>,
    assumed: Assumed,
}

impl<'g> Judge<'g> {
    /// By this gold.
    pub fn new(corpus: &'g Corpus, mapping: &'g Mapping) -> Self {
        let documents = corpus.documents.iter().map(|document| (document.id.as_str(), document)).collect();
        Judge { documents, mapping: Some(mapping), assumed: corpus.assumed(mapping) }
    }

    /// The gold of one document.
    pub(super) fn document(&self, id: &str) -> Sight<'_> {
        let document = self.documents.get(id).copied();
        Sight {
            gold: document.zip(self.mapping),
            assumed: self.assumed,
            map: document.map(|document| OffsetMap::new(&document.text, OffsetUnit::Chars)),
        }
    }
}

/// The gold of one document, if there is any.
pub(super) struct Sight<'g> {
    gold: Option<(&'g Document, &'g Mapping)>,
    assumed: Assumed,
    map: Option<OffsetMap<'g>>,
}

impl Sight<'_> {
    pub(super) fn verdict(&self, entity: &Entity) -> Verdict {
        match self.gold {
            None => Verdict::Unknown,
            Some((document, mapping)) => verdict(entity, document, mapping, &self.assumed),
        }
    }

    /// What stands before and after a place.
    pub(super) fn around(&self, start: u32, end: u32) -> Option<(String, String)> {
        let (document, map) = (self.gold?.0, self.map.as_ref()?);
        let text = &document.text;
        let length = map.convert(text.len() as u32);
        let slice = |from: u32, to: u32| text.get(map.byte(from)? as usize..map.byte(to)? as usize);
        let before = slice(start.saturating_sub(AROUND), start)?;
        let after = slice(end, (end + AROUND).min(length))?;
        Some((before.to_owned(), after.to_owned()))
    }
}

/// What it does to what is right when the first becomes the second. A fact that is not there is worth as much as one
/// that is neither right nor wrong.
pub(super) fn effect(before: Option<Verdict>, after: Option<Verdict>) -> Effect {
    let worth = |verdict: Option<Verdict>| match verdict {
        Some(Verdict::Right) => Some(2),
        Some(Verdict::Misread) => Some(1),
        None => Some(0),
        Some(Verdict::Wrong) => Some(-1),
        Some(Verdict::Unknown) => None,
    };
    match (worth(before), worth(after)) {
        (Some(before), Some(after)) if after > before => Effect::Better,
        (Some(before), Some(after)) if after < before => Effect::Worse,
        (Some(_), Some(_)) => Effect::Same,
        _ => Effect::Unknown,
    }
}
