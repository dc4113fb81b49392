//! A score as tables for a terminal.

use super::super::{Counts, Mean, Score};
use super::rules::by_fault;
use super::{
    BOUNDS, Most, cells, confused, context, held, kappa, line, pattern, percent, predicted, program, ranked,
    row_bounds, sets, title, told, warnings, wrong_fields,
};
use crate::gold::count;
use std::fmt::Write;

/// The score as text, with the worst patterns of errors.
///
/// ```
/// use casegrain::score::{Score, show};
/// let score = Score { documents: 3, ..Default::default() };
/// assert!(show::text(&score, show::Most { patterns: 10, examples: 3 }).starts_with("3 documents"));
/// ```
pub fn text(score: &Score, most: Most) -> String {
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
    if most.examples > 0 {
        rules(score, &mut out);
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
        "\n{:24} {:>6} {:>6} {:>7} {:>7} {:>6} {:>7}  {:>7} {:>6} {:>6}  {BOUNDS}",
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
        row(&r.name, &r.counts, row_bounds(r.intervals));
    }
    row("all (micro)", &score.micro, row_bounds(score.micro_intervals));
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
        let _ = writeln!(out, "\n{:24} {:>8} {:>7} {:>6}", "how it is meant", "compared", "right", "kappa");
        for (status, a) in &score.polarity {
            let (name, right) = (format!("absent or not, {status}"), percent(a.percent()));
            let _ = writeln!(out, "{name:24} {:>8} {right:>7}", a.compared);
        }
        for (what, a) in &score.assertions {
            let (right, kappa, confused) = (percent(a.percent()), kappa(score, what), confused(score, what));
            let line = format!("{what:24} {:>8} {right:>7} {kappa:>6}  {confused}", a.compared);
            let _ = writeln!(out, "{}", line.trim_end());
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

/// How many rules are shown.
const RULES: usize = 10;

/// The rules that are wrong most often.
fn rules(score: &Score, out: &mut String) {
    let all = by_fault(score);
    let mut at_fault = all.iter().filter(|(_, t)| t.wrong + t.misread > 0).take(RULES).peekable();
    if at_fault.peek().is_none() {
        return;
    }
    let _ = writeln!(
        out,
        "\n{:40} {:>7} {:>7} {:>6} {:>8}",
        "rules with most errors", "matches", "right", "wrong", "misread"
    );
    for (rule, t) in at_fault {
        let _ = writeln!(out, "{rule:40} {:>7} {:>7} {:>6} {:>8}", t.matches, t.right, t.wrong, t.misread);
    }
}

fn faults(score: &Score, most: Most, out: &mut String) {
    let (patterns, more) = most.of(score);
    if patterns.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", ranked(score, patterns.len(), more));
    for (number, shown) in (1..).zip(&patterns) {
        let _ = writeln!(out, "\n{number}. {}", pattern(shown));
        for fault in shown.faults.iter().take(most.examples) {
            let place = if fault.start < fault.end { format!(":{}", fault.start) } else { String::new() };
            let _ = write!(out, "  {}{place}  {}", fault.document, context(fault));
            out.truncate(out.trim_end().len());
            for (name, said) in told(fault) {
                let _ = write!(out, "\n      {:5} {}", format!("{name}:"), line(said));
            }
            out.push('\n');
        }
    }
    if more > 0 {
        let _ = writeln!(out, "\nand {}; --patterns shows more, --json all", count(more, "pattern"));
    }
}
