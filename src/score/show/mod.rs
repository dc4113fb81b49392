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

use super::{Fault, FaultKind, Interval, Score};
use std::collections::BTreeMap;

/// A figure in percent with one digit; `-` where there is none.
fn percent(figure: Option<f64>) -> String {
    figure.map_or("-".into(), |figure| format!("{figure:.1}"))
}

/// The bounds of a figure.
fn bounds(interval: Option<Interval>) -> String {
    interval.map_or(String::new(), |i| format!("{:.1} to {:.1}", i.low, i.high))
}

/// What must be said before any figure: documents that are not in it.
fn warnings(score: &Score) -> Vec<String> {
    let mut all = Vec::new();
    if score.left_out > 0 {
        all.push(format!(
            "{} of {} documents are broken and left out: these are not the figures of the whole corpus",
            score.left_out,
            score.left_out + score.documents
        ));
    }
    if !score.missing.is_empty() {
        let some: Vec<&str> = score.missing.iter().take(5).map(String::as_str).collect();
        let more = if score.missing.len() > 5 { ", …" } else { "" };
        all.push(format!(
            "{} of {} documents have no output, all in them counts as missed: {}{more}",
            score.missing.len(),
            score.documents,
            some.join(", ")
        ));
    }
    if score.surplus > 0 {
        all.push(format!(
            "{} records of the run are no documents of gold and are passed over",
            score.surplus
        ));
    }
    all
}

/// Faults by kind and label, the most frequent group first.
fn worst(score: &Score) -> Vec<((FaultKind, &str), Vec<&Fault>)> {
    let mut groups: BTreeMap<(FaultKind, &str), Vec<&Fault>> = BTreeMap::new();
    for fault in &score.faults {
        groups.entry((fault.kind, &fault.label)).or_default().push(fault);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, faults)| std::cmp::Reverse(faults.len()));
    groups
}

/// Words on one line.
fn line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What stands around a fault, on one line, with the words in brackets.
fn context(fault: &Fault) -> String {
    if fault.start == fault.end {
        return String::new();
    }
    // White space between the words and what surrounds them is kept.
    let squeeze = |text: &str| {
        let mut out = String::with_capacity(text.len());
        let mut space = false;
        for c in text.chars() {
            if !(c.is_whitespace() && space) {
                out.push(if c.is_whitespace() { ' ' } else { c });
            }
            space = c.is_whitespace();
        }
        out
    };
    format!(
        "{}[{}]{}",
        squeeze(&fault.before).trim_start(),
        line(&fault.words),
        squeeze(&fault.after).trim_end()
    )
}
