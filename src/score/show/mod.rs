//! A score for people and for programs: one file per form.

pub(crate) mod html;
mod json;
mod junit;
pub(crate) mod markdown;
mod rules;
mod text;

pub use html::html;
pub use json::json;
pub use junit::junit;
pub use markdown::markdown;
pub use rules::rules;
pub use text::text;

use super::fault::AROUND;
use super::floors::Judged;
use super::{Confusion, Counts, Fault, Interval, Intervals, Pattern, Score, patterns};
use crate::gold::count;
use crate::run::Program;
use std::fmt::Write;

/// A figure in percent with one digit; `-` where there is none.
fn percent(figure: Option<f64>) -> String {
    figure.map_or("-".into(), |figure| format!("{figure:.1}"))
}

/// The bounds of F1 of a row, or of the only figure that it has.
fn row_bounds(intervals: Option<Intervals>) -> String {
    bounds(intervals.and_then(|i| i.f1.or(i.recall).or(i.precision)))
}

/// What the bounds are called.
const BOUNDS: &str = "95% CI of F1";

/// The bounds of a figure.
fn bounds(interval: Option<Interval>) -> String {
    interval.map_or(String::new(), |i| format!("{:.1} to {:.1}", i.low, i.high))
}

/// How many documents, and of which gold if that is one file.
fn title(score: &Score) -> String {
    let documents = count(score.documents, "document");
    match score.sets.as_slice() {
        [one] if !one.name.is_empty() => format!("{documents} of {}", one.name),
        _ => documents,
    }
}

/// What made the run; nothing if that is not known.
pub(crate) fn program(program: &Program) -> Option<String> {
    let Program { name, version, grammar } = program;
    let hash = grammar.get(..19).unwrap_or(grammar);
    (!name.is_empty()).then(|| format!("{name} {version}, grammar {hash}"))
}

/// How many entities were predicted; `-` where precision is not counted.
fn predicted(counts: &Counts) -> String {
    if counts.predicted > 0 { counts.predicted.to_string() } else { "-".into() }
}

/// What most tables say of a row: gold, predicted, recall, precision, F1.
fn cells(counts: &Counts) -> [String; 5] {
    let [recall, precision, f1] = [counts.recall(), counts.precision(), counts.f1()].map(percent);
    [counts.gold.to_string(), predicted(counts), recall, precision, f1]
}

/// Files of gold as rows of a table, where there are several.
fn sets(score: &Score) -> impl Iterator<Item = (&str, &Counts)> {
    let several = score.sets.len() > 1;
    score.sets.iter().filter(move |_| several).map(|set| (set.name.as_str(), &set.counts))
}

/// The fields of a value that were wrong somewhere, with how often.
fn wrong_fields(score: &Score, label: &str) -> String {
    let fields = score.fields.iter().filter(|((of, _), a)| of == label && a.right < a.compared);
    let told = fields.map(|((_, field), a)| format!("{field} {} of {}", a.compared - a.right, a.compared));
    told.collect::<Vec<_>>().join(", ")
}

/// What is said of a document without output.
fn missing_output(id: &str) -> String {
    format!("the run has no record of `{id}`; all in it counts as missed")
}

/// How many floors are held, and how many are not; nothing where there are none.
fn held(score: &Score) -> Option<String> {
    let (all, fallen) = (score.floors.as_ref()?.len(), score.fallen().count());
    let floors = count(all, "floor");
    Some(if fallen == 0 { format!("{floors}, all held") } else { format!("{floors}, {fallen} not held") })
}

/// Those that are not held first, each part in the order of the table.
fn floors(score: &Score) -> impl Iterator<Item = &Judged> {
    let held = score.floors.iter().flatten().filter(|floor| floor.is_held());
    score.fallen().chain(held)
}

/// What must be said before any figure: documents that are not in it.
fn warnings(score: &Score) -> Vec<String> {
    let mut all = Vec::new();
    if score.left_out > 0 {
        all.push(format!(
            "{} of {} left out because broken: these are not the figures of the whole corpus",
            score.left_out,
            count(score.left_out + score.documents, "document")
        ));
    }
    if !score.missing.is_empty() {
        let some: Vec<&str> = score.missing.iter().take(5).map(String::as_str).collect();
        let more = if score.missing.len() > 5 { ", …" } else { "" };
        all.push(format!(
            "{} of {} without output, all in them counts as missed: {}{more}",
            score.missing.len(),
            count(score.documents, "document"),
            some.join(", ")
        ));
    }
    if score.surplus > 0 {
        all.push(format!("{} of the run without gold, passed over", count(score.surplus, "record")));
    }
    all
}

/// How much of what went wrong is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Most {
    /// How many patterns, the worst first.
    pub patterns: usize,
    /// How many examples of each.
    pub examples: usize,
}

impl Most {
    /// The worst patterns of a score, and how many more there are.
    fn of(self, score: &Score) -> (Vec<Pattern<'_>>, usize) {
        if self.examples == 0 {
            return (Vec::new(), 0);
        }
        let mut all = patterns(score);
        let more = all.len().saturating_sub(self.patterns);
        all.truncate(self.patterns);
        (all, more)
    }
}

/// The line over the worst errors: how many there are, and how they are ranked.
fn ranked(score: &Score, shown: usize, more: usize) -> String {
    let patterns = shown + more;
    format!(
        "{} in {}, the worst first: weight of an error times how often it happens",
        count(score.faults.len(), "error"),
        count(patterns, "pattern")
    )
}

/// A pattern on one line.
fn pattern(pattern: &Pattern<'_>) -> String {
    let Pattern { kind, label, rule, reason, what, faults, .. } = pattern;
    let mut out = format!("{} {label} × {}", kind.name(), faults.len());
    if pattern.documents > 1 {
        let _ = write!(out, " in {} documents", pattern.documents);
    }
    let told = [what, reason].into_iter().filter(|told| !told.is_empty()).map(|told| line(told));
    let _ = write!(out, ": {}", told.collect::<Vec<_>>().join("; "));
    if !rule.is_empty() {
        // Where nothing took the words, the rule is one that did not match.
        let nearest = faults.iter().any(|fault| !fault.near.is_empty() && fault.got.is_empty());
        let _ = write!(out, "; {} {rule}", if nearest { "nearest rule" } else { "rule" });
    }
    out
}

/// What stands under an example, each with its name: what gold and the run say, and what a rule that came near did. The
/// rule itself stands over all examples.
fn told(fault: &Fault) -> impl Iterator<Item = (&'static str, &str)> {
    let all = [("gold", &fault.gold), ("got", &fault.got), ("near", &fault.near)];
    all.into_iter().filter(|(_, said)| !said.is_empty()).map(|(name, said)| (name, said.as_str()))
}

/// What was taken for what, the most frequent first.
fn confused(score: &Score, what: &str) -> String {
    let all = score.confusions.get(what).map(Confusion::differing).unwrap_or_default();
    let some = all.iter().take(CONFUSED).map(|(gold, run, n)| format!("{gold} as {run} {n}"));
    let more = if all.len() > CONFUSED { ", …" } else { "" };
    some.collect::<Vec<_>>().join(", ") + more
}

/// How many pairs of words are shown.
const CONFUSED: usize = 4;

/// Cohen's kappa with two digits; `-` where there is none.
fn kappa(score: &Score, what: &str) -> String {
    score.confusions.get(what).and_then(Confusion::kappa).map_or("-".into(), |kappa| format!("{kappa:.2}"))
}

/// Words on one line.
pub(crate) fn line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What stands before a fault, its words, and what stands after it, each on one line, whole words with an ellipsis where
/// the text goes on; nothing for what stands nowhere.
fn around(fault: &Fault) -> Option<[String; 3]> {
    let words = || shortened(line(&fault.words));
    (fault.start < fault.end).then(|| [before(&fault.before), words(), after(&fault.after)])
}

/// Words without their middle, where they are long: what lies between the ends of a relation may be a whole table.
fn shortened(words: String) -> String {
    let all: Vec<char> = words.chars().collect();
    if all.len() <= 2 * AROUND as usize {
        return words;
    }
    let (first, last) = (&all[..AROUND as usize], &all[all.len() - AROUND as usize..]);
    format!("{} … {}", first.iter().collect::<String>(), last.iter().collect::<String>())
}

/// What stands before some words, on one line.
pub(crate) fn before(text: &str) -> String {
    let shown = squeeze(text);
    match shown.trim_start().split_once(' ') {
        Some((_, rest)) if is_cut(text) => format!("… {rest}"),
        _ => shown.trim_start().to_owned(),
    }
}

/// What stands after some words, on one line.
pub(crate) fn after(text: &str) -> String {
    let shown = squeeze(text);
    match shown.trim_end().rsplit_once(' ') {
        Some((rest, _)) if is_cut(text) => format!("{rest} …"),
        _ => shown.trim_end().to_owned(),
    }
}

/// Whether the text goes on beyond what is shown of it, most likely within a word.
fn is_cut(text: &str) -> bool {
    text.chars().count() >= AROUND as usize
}

/// White space as one blank.
fn squeeze(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut space = false;
    for c in text.chars() {
        if !(c.is_whitespace() && space) {
            out.push(if c.is_whitespace() { ' ' } else { c });
        }
        space = c.is_whitespace();
    }
    out
}

/// What stands around a fault, on one line, with the words in brackets.
fn context(fault: &Fault) -> String {
    around(fault).map_or(String::new(), |[before, words, after]| format!("{before}[{words}]{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_words_are_not_shown_and_long_ones_lose_their_middle() {
        let long = "ab ".repeat(AROUND as usize);
        let cut: String = long.chars().skip(1).take(AROUND as usize).collect();
        assert!(before(&cut).starts_with("… ab ab") && after(&cut).ends_with("ab …"), "{}", before(&cut));
        assert_eq!(
            (before("  the first\n").as_str(), after(", the last \n").as_str()),
            ("the first ", ", the last")
        );
        let shown = shortened(line(&long));
        assert!(shown.starts_with("ab ab") && shown.ends_with("ab ab") && shown.contains(" … "), "{shown}");
        assert!(shown.chars().count() < long.len() && shortened("x".into()) == "x");
    }
}
