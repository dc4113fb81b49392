//! Which facts a rule alone finds: tried by reading each document again without the rule.

use super::Score;
use super::view::{counts_for_recall, finds};
use crate::Extractor;
use crate::gold::{Corpus, Document, Entity, Mapping};
use crate::model::{OffsetMap, OffsetUnit};
use crate::read;
use crate::run::Record;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

/// Counts, for each rule of a score, the entities of gold that the run finds and that are not found when the same
/// grammars read the text without that rule.
///
/// What lost to the rule may then win, so a rule that merely was faster or longer than another has nothing of its own.
/// A document is read once more for each rule that found something in it.
///
/// ```
/// use casegrain::gold::{Corpus, Mapping};
/// use casegrain::{Extractor, read, run, score};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let folder = tempfile::tempdir()?;
/// let file = folder.path().join("gold.jsonl");
/// std::fs::write(&file, r#"{"id":"a","text":"He took aspirin.","entities":[{"type":"drug","start":8,"end":15}]}"#)?;
/// let corpus = Corpus::load(&[file], &Mapping::default())?;
/// let extractor = Extractor::new()?;
/// let input = read::Record::new("a", &corpus.documents[0].text);
/// let run = [run::Record::of(&input, &extractor.extract(&input.text), extractor.grammar_hash())];
/// let mut score = score::score(&corpus, &run, &score::Options::default())?;
/// score::found_by_no_other(&mut score, &corpus, &Mapping::default(), &run, &extractor)?;
/// // Several rules know names of drugs, so none of them has this one alone.
/// assert!(score.rules.values().all(|tally| tally.only == Some(0)));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// When the run was made with other grammars: what these rules would have done is not known then.
pub fn found_by_no_other(
    score: &mut Score,
    corpus: &Corpus,
    mapping: &Mapping,
    run: &[Record],
    extractor: &Extractor,
) -> anyhow::Result<()> {
    let own = extractor.grammar_hash();
    if let Some(other) = run.iter().find(|record| record.program.grammar != own) {
        anyhow::bail!(
            "the run was made with the grammars {}, not with these, {own}: what its rules alone found cannot be tried",
            other.program.grammar
        );
    }
    let by_id: FxHashMap<&str, &Record> = run.iter().map(|record| (record.id.as_str(), record)).collect();
    let alone: Vec<&str> = corpus
        .documents
        .par_iter()
        .filter_map(|document| Some((document, *by_id.get(document.id.as_str())?)))
        .flat_map_iter(|(document, record)| alone(document, record, mapping, extractor))
        .collect();
    for tally in score.rules.values_mut() {
        tally.only = Some(0);
    }
    for rule in alone {
        if let Some(only) = score.rules.get_mut(rule).and_then(|tally| tally.only.as_mut()) {
            *only += 1;
        }
    }
    Ok(())
}

/// The rules of one document's record, each as often as it found something that is not found without it.
fn alone<'r>(
    document: &Document,
    record: &'r Record,
    mapping: &Mapping,
    extractor: &Extractor,
) -> Vec<&'r str> {
    let map = OffsetMap::new(&document.text, OffsetUnit::Chars);
    let mut by_rule: Vec<(&str, Vec<&Entity>)> = Vec::new();
    let counted = |gold: &&Entity| !gold.optional && counts_for_recall(gold, document, mapping, &map);
    for gold in document.entities.iter().filter(counted) {
        let finders = record.entities.iter().filter(|found| finds(found, gold, mapping));
        let rules: FxHashSet<&str> = finders.map(|found| found.rule.as_str()).collect();
        // What several rules found is found without any one of them.
        let [rule] = rules.into_iter().collect::<Vec<_>>()[..] else { continue };
        match by_rule.iter_mut().find(|(known, _)| *known == rule) {
            Some((_, all)) => all.push(gold),
            None => by_rule.push((rule, vec![gold])),
        }
    }
    let input = read::Record::new(&document.id, &document.text);
    let mut out = Vec::new();
    for (rule, all) in by_rule {
        let Some(report) = extractor.extract_without(&document.text, rule) else { continue };
        let without = Record::of(&input, &report, extractor.grammar_hash());
        let found = |gold: &Entity| without.entities.iter().any(|found| finds(found, gold, mapping));
        out.extend(all.into_iter().filter(|gold| !found(gold)).map(|_| rule));
    }
    out
}
