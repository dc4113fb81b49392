//! What went wrong, in the order of how much there is to mend.

use super::{Fault, FaultKind, Score};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// From so many on, faults about one thing are a pattern of their own; fewer are one with others of their reason.
const RECURS: usize = 3;

/// Faults of one kind, by one rule and for one reason.
#[derive(Clone, Debug)]
pub struct Pattern<'s> {
    /// What went wrong.
    pub kind: FaultKind,
    /// The label of gold, or the type predicted.
    pub label: &'s str,
    /// The rule at fault; empty where there is none.
    pub rule: &'s str,
    /// Why.
    pub reason: &'s str,
    /// What they are all about; empty where that differs.
    pub what: &'s str,
    /// The weights of the faults together, by which patterns are ranked.
    pub weight: u32,
    /// In how many documents.
    pub documents: usize,
    /// The faults: the first of each document, then the second, and so on.
    pub faults: Vec<&'s Fault>,
}

/// The faults of a score as patterns, the one with the most weight first: the weight of each fault ([`Fault::weight`])
/// times how often it happens. Faults about the same thing that recur are a pattern of their own, the others of the same
/// kind, type, rule and reason are one together. Of equal weight, the more frequent, then the order of kinds and of the
/// alphabet.
///
/// ```
/// use casegrain::gold::{Corpus, Mapping};
/// use casegrain::score::{Options, patterns, score};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let folder = tempfile::tempdir()?;
/// let file = folder.path().join("gold.jsonl");
/// let gold = r#"{"id": "a", "text": "no fever", "entities": [
///     {"type": "finding", "start": 3, "end": 8, "assertion": {"status": "absent"}}]}"#;
/// std::fs::write(&file, gold.replace('\n', ""))?;
/// let corpus = Corpus::load(&[file], &Mapping::default())?;
/// let run = r#"{"id": "a", "entities": [{"type": "finding", "start": 0, "end": 8, "rule": "finding/name"}]}"#;
/// let score = score(&corpus, &[serde_json::from_str(run)?], &Options::default())?;
/// let told: Vec<_> = patterns(&score).iter().map(|p| (p.kind.name(), p.reason, p.weight)).collect();
/// assert_eq!(told, [("status", "absent taken for present", 5), ("place", "begins earlier", 1)]);
/// # Ok(())
/// # }
/// ```
pub fn patterns(score: &Score) -> Vec<Pattern<'_>> {
    let mut recurring: FxHashMap<_, usize> = FxHashMap::default();
    for fault in &score.faults {
        *recurring.entry((fault.kind, &fault.label, &fault.rule, &fault.reason, &fault.what)).or_default() +=
            1;
    }
    let mut groups: BTreeMap<_, Vec<&Fault>> = BTreeMap::new();
    for fault in &score.faults {
        let Fault { kind, label, rule, reason, what, .. } = fault;
        let recurs = recurring[&(*kind, label, rule, reason, what)] >= RECURS;
        let what = if recurs { what.as_str() } else { "" };
        groups.entry((*kind, label.as_str(), rule.as_str(), reason.as_str(), what)).or_default().push(fault);
    }
    let mut all: Vec<Pattern<'_>> = groups
        .into_iter()
        .map(|((kind, label, rule, reason, what), mut faults)| {
            let weight = faults.iter().map(|fault| fault.weight).sum();
            // Few faults may be about one thing, too.
            let common = faults.windows(2).all(|pair| pair[0].what == pair[1].what);
            let what = if common { faults[0].what.as_str() } else { what };
            let documents = spread(&mut faults);
            Pattern { kind, label, rule, reason, what, weight, documents, faults }
        })
        .collect();
    // Stable: what is equal stays in the order of the map.
    all.sort_by_key(|pattern| (Reverse(pattern.weight), Reverse(pattern.faults.len())));
    all
}

/// Puts the first fault of each document before the second of any; gives how many documents there are.
fn spread(faults: &mut Vec<&Fault>) -> usize {
    let mut seen: FxHashMap<&str, usize> = FxHashMap::default();
    let mut numbered: Vec<(usize, &Fault)> = Vec::with_capacity(faults.len());
    for fault in faults.iter() {
        let number = seen.entry(&fault.document).or_default();
        numbered.push((*number, fault));
        *number += 1;
    }
    numbered.sort_by_key(|(number, _)| *number);
    *faults = numbered.into_iter().map(|(_, fault)| fault).collect();
    seen.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(kind: FaultKind, document: &str, reason: &str, what: &str) -> Fault {
        Fault {
            kind,
            label: "drug".into(),
            document: document.into(),
            start: 0,
            end: 1,
            before: String::new(),
            words: String::new(),
            after: String::new(),
            gold: String::new(),
            got: String::new(),
            rule: "drug/name".into(),
            near: String::new(),
            reason: reason.into(),
            what: what.into(),
            weight: kind.weight(),
        }
    }

    fn told(faults: Vec<Fault>) -> Vec<(&'static str, String, usize, u32)> {
        let score = Score { faults, ..Score::default() };
        patterns(&score)
            .iter()
            .map(|p| (p.kind.name(), format!("{}{}", p.reason, p.what), p.faults.len(), p.weight))
            .collect()
    }

    #[test]
    fn what_is_grave_or_frequent_comes_first() {
        let mut faults = vec![
            fault(FaultKind::Place, "a", "ends later", ""),
            fault(FaultKind::Missed, "a", "nothing", ""),
            fault(FaultKind::Status, "b", "absent taken for present", ""),
            fault(FaultKind::False, "b", "nothing", ""),
        ];
        let kinds = |faults: &[Fault]| -> Vec<_> { told(faults.to_vec()).into_iter().map(|p| p.0).collect() };
        assert_eq!(kinds(&faults), ["status", "false", "missed", "place"]);
        // Six slight ones are more than one grave one.
        faults.extend((0..5).map(|_| fault(FaultKind::Place, "c", "ends later", "")));
        assert_eq!(kinds(&faults), ["place", "status", "false", "missed"]);
        // In whatever order they come.
        faults.reverse();
        assert_eq!(kinds(&faults), ["place", "status", "false", "missed"]);
    }

    #[test]
    fn what_recurs_is_a_pattern_of_its_own() {
        let about = |what: &str| fault(FaultKind::False, "a", "nothing", what);
        let all = ["x", "y", "x", "z", "x", "y"].map(about).to_vec();
        // What is equally grave stands in the order of the alphabet: first what has nothing in common.
        let wanted = [("false", "nothing".to_owned(), 3, 12), ("false", "nothingx".to_owned(), 3, 12)];
        assert_eq!(told(all), wanted);
    }

    #[test]
    fn examples_come_from_different_documents() {
        let faults =
            ["a", "a", "b", "a", "c"].map(|document| fault(FaultKind::Missed, document, "", "")).to_vec();
        let score = Score { faults, ..Score::default() };
        let all = patterns(&score);
        let documents: Vec<&str> = all[0].faults.iter().map(|fault| fault.document.as_str()).collect();
        assert_eq!((documents, all[0].documents), (vec!["a", "b", "c", "a", "a"], 3));
    }
}
