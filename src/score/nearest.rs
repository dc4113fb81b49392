//! For what was missed: the rule that came nearest to finding it.

use super::{FaultKind, Score};
use crate::Extractor;
use crate::explain::{Near, nearest};
use crate::gold::{Corpus, Document, Mapping};
use crate::model::{EntityType, OffsetMap, OffsetUnit, Span};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

/// Notes, for each entity of gold that was missed, which rule came nearest to it and how that failed: the rule becomes
/// the one at fault where no other took the words.
///
/// Each text is read once more, and each rule for the type is tried in the sentence; the run must be one of the same
/// grammars.
///
/// ```
/// use casegrain::gold::{Corpus, Mapping};
/// use casegrain::{Extractor, read, run, score};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let folder = tempfile::tempdir()?;
/// let file = folder.path().join("gold.jsonl");
/// std::fs::write(&file, r#"{"id":"a","text":"a 10-year-old scar","entities":[{"type":"age","start":2,"end":13}]}"#)?;
/// let corpus = Corpus::load(&[file], &Mapping::default())?;
/// let extractor = Extractor::new()?;
/// let input = read::Record::new("a", &corpus.documents[0].text);
/// let run = [run::Record::of(&input, &extractor.extract(&input.text), extractor.grammar_hash())];
/// let mut score = score::score(&corpus, &run, &score::Options::default())?;
/// score::note_nearest(&mut score, &corpus, &Mapping::default(), &extractor);
/// assert!(score.faults[0].near.contains("its guard at entity/age.grain:"), "{}", score.faults[0].near);
/// # Ok(())
/// # }
/// ```
pub fn note_nearest(score: &mut Score, corpus: &Corpus, mapping: &Mapping, extractor: &Extractor) {
    let mut missed: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for (number, fault) in score.faults.iter().enumerate().filter(|(_, f)| f.kind == FaultKind::Missed) {
        missed.entry(&fault.document).or_default().push(number);
    }
    let wanted = |number: &usize, map: &OffsetMap<'_>| {
        let fault = &score.faults[*number];
        let kind = mapping.kind_of(&fault.label).and_then(EntityType::from_name)?;
        Some((*number, kind, Span::new(map.byte(fault.start)?, map.byte(fault.end)?)))
    };
    let of = |document: &Document| -> Vec<(usize, Near)> {
        let map = OffsetMap::new(&document.text, OffsetUnit::Chars);
        let numbers = missed.get(document.id.as_str()).map(Vec::as_slice).unwrap_or_default();
        let all: Vec<_> = numbers.iter().filter_map(|number| wanted(number, &map)).collect();
        if all.is_empty() {
            return Vec::new();
        }
        let places: Vec<_> = all.iter().map(|(_, kind, span)| (*kind, *span)).collect();
        let nearest = nearest(extractor, &document.text, &places);
        all.into_iter().zip(nearest).filter_map(|((number, ..), near)| Some((number, near?))).collect()
    };
    let found: Vec<(usize, Near)> = corpus.documents.par_iter().flat_map_iter(of).collect();
    for (number, near) in found {
        let fault = &mut score.faults[number];
        if fault.rule.is_empty() {
            fault.rule = near.rule;
            fault.reason = near.why;
        }
        fault.near = near.told;
    }
}
