//! What each rule does on gold, as a table.

use super::super::Score;
use std::collections::BTreeSet;
use std::fmt::Write;

/// The rules of a score, those that are wrong most often first, and then those of `known` that made nothing.
///
/// ```
/// use casegrain::score::{RuleTally, Score, show::rules};
/// let tally = RuleTally { matches: 3, right: 2, wrong: 1, ..RuleTally::default() };
/// let score = Score { rules: [("drug/name".to_owned(), tally)].into(), ..Score::default() };
/// let table = rules(&score, &["drug/name", "dose/plain"]);
/// assert!(table.contains("1 of 2 rules made nothing here:\n  dose/plain"));
/// ```
pub fn rules(score: &Score, known: &[&str]) -> String {
    let mut all: Vec<_> = score.rules.iter().filter(|(_, tally)| tally.matches > 0).collect();
    all.sort_by_key(|(rule, t)| (std::cmp::Reverse((t.wrong, t.misread, t.matches)), rule.as_str()));
    let mut out = format!(
        "{:44} {:>7} {:>6} {:>6} {:>8} {:>8} {:>6}\n",
        "rule", "matches", "right", "wrong", "unjudged", "misread", "only"
    );
    for (rule, t) in &all {
        let _ = writeln!(
            out,
            "{rule:44} {:>7} {:>6} {:>6} {:>8} {:>8} {:>6}",
            t.matches,
            t.right,
            t.wrong,
            t.matches - t.right - t.wrong,
            t.misread,
            t.only
        );
    }
    let made: BTreeSet<&str> = all.iter().map(|(rule, _)| rule.as_str()).collect();
    let idle: Vec<&&str> = known.iter().filter(|rule| !made.contains(**rule)).collect();
    let _ = writeln!(out, "\n{} of {} rules made nothing here:", idle.len(), known.len());
    for rule in idle {
        let _ = writeln!(out, "  {rule}");
    }
    out
}
