//! A score as tables for a terminal.

use super::super::{Counts, Mean, Score};
use super::{
    bounds, cells, context, held, percent, predicted, program, sets, title, warnings, worst, wrong_fields,
};
use std::fmt::Write;

/// The score as text, with at most `most` faults of each of the ten most frequent kinds.
///
/// ```
/// let score = casegrain::score::Score { documents: 3, ..Default::default() };
/// assert!(casegrain::score::show::text(&score, 5).starts_with("3 documents"));
/// ```
pub fn text(score: &Score, most: usize) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}", title(score));
    out.extend(program(&score.program).map(|line| line + "\n"));
    for warning in warnings(score) {
        let _ = writeln!(out, "note: {warning}");
    }
    out.extend(held(score).map(|line| line + "\n"));
    for floor in score.fallen() {
        let _ = writeln!(out, "  {} {}: {}, floor {:.1}", floor.part, floor.name, floor.told(), floor.least);
    }
    links("gold", sets(score), None, false, &mut out);
    entities(score, &mut out);
    agreements(score, &mut out);
    let named = score.relations.iter().map(|(name, counts)| (name.as_str(), counts));
    links("relation", named, Some(score.relation_averages()), false, &mut out);
    let filled = score.cases.iter().filter(|(_, counts)| counts.gold > 0 || counts.predicted > 0);
    let filled = filled.map(|(name, counts)| (*name, counts));
    links("case record", filled, Some(score.case_averages()), true, &mut out);
    if most > 0 {
        faults(score, most, &mut out);
    }
    out
}

fn entities(score: &Score, out: &mut String) {
    if score.rows.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\n{:24} {:>6} {:>6} {:>7} {:>7} {:>6} {:>7}  {:>7} {:>6} {:>6}  95 of 100",
        "", "gold", "found", "recall", "precis.", "F1", "predic.", "exact R", "P", "F1"
    );
    let mut row = |name: &str, counts: &Counts, interval: String| {
        let exact = counts.exact();
        let predicted = predicted(counts);
        let gold = |count: u32| if counts.gold > 0 { count.to_string() } else { "-".into() };
        let line = format!(
            "{name:24} {:>6} {:>6} {:>7} {:>7} {:>6} {predicted:>7}  {:>7} {:>6} {:>6}  {interval}",
            gold(counts.gold),
            gold(counts.found),
            percent(counts.recall()),
            percent(counts.precision()),
            percent(counts.f1()),
            percent(exact.recall()),
            percent(exact.precision()),
            percent(exact.f1()),
        );
        let _ = writeln!(out, "{}", line.trim_end());
    };
    for r in &score.rows {
        let interval = r.intervals.and_then(|i| i.f1.or(i.recall).or(i.precision));
        row(&r.name, &r.counts, bounds(interval));
    }
    row("all (micro)", &score.micro, bounds(score.micro_intervals.and_then(|i| i.f1.or(i.recall))));
    mean(&score.macro_average(), out);
}

fn agreements(score: &Score, out: &mut String) {
    if !score.values.is_empty() {
        let _ =
            writeln!(out, "\n{:24} {:>8} {:>7}  wrong by field", "value, where found", "compared", "right");
        for (label, agreement) in &score.values {
            let line = format!(
                "{label:24} {:>8} {:>7}  {}",
                agreement.compared,
                percent(agreement.percent()),
                wrong_fields(score, label)
            );
            let _ = writeln!(out, "{}", line.trim_end());
        }
    }
    if !score.polarity.is_empty() || !score.assertions.is_empty() {
        let _ = writeln!(out, "\n{:24} {:>8} {:>7}", "how it is meant", "compared", "right");
        let absent = score.polarity.iter().map(|(status, a)| (format!("absent or not, {status}"), a));
        let exact = score.assertions.iter().map(|(what, a)| ((*what).to_owned(), a));
        for (name, agreement) in absent.chain(exact) {
            let right = percent(agreement.percent());
            let _ = writeln!(out, "{name:24} {:>8} {right:>7}", agreement.compared);
        }
    }
}

/// Rows of counts, with what they are together and on average where that means something; of records, with what is found
/// by its name alone.
fn links<'s>(
    title: &str,
    rows: impl Iterator<Item = (&'s str, &'s Counts)>,
    averages: Option<(Counts, Mean)>,
    names: bool,
    out: &mut String,
) {
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return;
    }
    let _ = write!(
        out,
        "\n{title:24} {:>6} {:>6} {:>7} {:>7} {:>6} {:>7}",
        "gold", "found", "recall", "precis.", "F1", "predic."
    );
    out.push_str(if names { "  by name R      P\n" } else { "\n" });
    let all = averages.as_ref().map(|(counts, _)| ("all (micro)", counts));
    for (name, counts) in rows.into_iter().chain(all) {
        let [gold, predicted, recall, precision, f1] = cells(counts);
        let found = counts.found;
        let _ =
            write!(out, "{name:24} {gold:>6} {found:>6} {recall:>7} {precision:>7} {f1:>6} {predicted:>7}");
        if names {
            let exact = counts.exact();
            let _ = write!(out, "  {:>9} {:>6}", percent(exact.recall()), percent(exact.precision()));
        }
        out.push('\n');
    }
    if let Some((_, average)) = averages {
        mean(&average, out);
    }
}

fn mean(mean: &Mean, out: &mut String) {
    let [recall, precision, f1] = [mean.recall, mean.precision, mean.f1].map(percent);
    let _ = writeln!(out, "{:24} {:>6} {:>6} {recall:>7} {precision:>7} {f1:>6}", "mean (macro)", "", "");
}

/// How many groups of faults are shown.
const GROUPS: usize = 10;

fn faults(score: &Score, most: usize, out: &mut String) {
    for ((kind, label), faults) in worst(score).into_iter().take(GROUPS) {
        let _ = writeln!(out, "\n{} {label}: {}", kind.name(), faults.len());
        for fault in faults.into_iter().take(most) {
            let _ = write!(out, "  {}:{}  {}", fault.document, fault.start, context(fault));
            if !fault.gold.is_empty() {
                let _ = write!(out, "\n      gold: {}", fault.gold);
            }
            if !fault.got.is_empty() {
                let _ = write!(out, "\n      got:  {}", fault.got);
            }
            if !fault.rule.is_empty() {
                let _ = write!(out, "\n      rule: {}", fault.rule);
            }
            out.push('\n');
        }
    }
}
