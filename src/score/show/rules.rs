//! What each rule does on gold, as a table.

use super::super::{RuleTally, Score};
use std::cmp::Reverse;
use std::fmt::Write;

/// The rules of a score, those that are wrong most often first, and then those that made nothing, if that was noted.
///
/// ```
/// use casegrain::score::{RuleTally, Score, show::rules};
/// let tally = RuleTally { matches: 3, right: 2, wrong: 1, only: Some(1), ..RuleTally::default() };
/// let idle = Some(vec!["dose/plain".to_owned()]);
/// let score = Score { rules: [("drug/name".to_owned(), tally)].into(), idle, ..Score::default() };
/// assert!(rules(&score).contains("1 of 2 rules made nothing here:\n  dose/plain"));
/// ```
pub fn rules(score: &Score) -> String {
    let mut out = format!(
        "{:44} {:>7} {:>6} {:>6} {:>8} {:>8} {:>6}\n",
        "rule", "matches", "right", "wrong", "unjudged", "misread", "only"
    );
    let all = by_fault(score);
    for (rule, t) in &all {
        let _ = writeln!(
            out,
            "{rule:44} {:>7} {:>6} {:>6} {:>8} {:>8} {:>6}",
            t.matches,
            t.right,
            t.wrong,
            t.matches - t.right - t.wrong,
            t.misread,
            only(t)
        );
    }
    let Some(idle) = &score.idle else { return out };
    let _ = writeln!(out, "\n{} of {} rules made nothing here:", idle.len(), idle.len() + all.len());
    for rule in idle {
        let _ = writeln!(out, "  {rule}");
    }
    out
}

/// The rules that made something, those that are wrong most often first.
pub(super) fn by_fault(score: &Score) -> Vec<(&str, &RuleTally)> {
    let made = score.rules.iter().filter(|(_, tally)| tally.matches > 0);
    let mut all: Vec<_> = made.map(|(rule, tally)| (rule.as_str(), tally)).collect();
    all.sort_by_key(|(rule, t)| (Reverse((t.wrong, t.misread, t.matches)), *rule));
    all
}

/// The facts that only this rule found; `-` where nobody tried.
pub(super) fn only(tally: &RuleTally) -> String {
    tally.only.map_or("-".into(), |only| only.to_string())
}
