//! A score as Markdown, for a comment on a change.

use super::super::floors::Judged;
use super::super::{Counts, Mean, Score};
use super::rules::{by_fault, only};
use super::{
    BOUNDS, Most, confused, context, floors, held, html::escape as html_escape, kappa, pattern, percent,
    predicted, program, ranked, row_bounds, sets, title, told, warnings, wrong_fields,
};
use crate::gold::count;
use std::fmt::Write;

/// The score as Markdown, with the worst patterns of errors, folded away.
///
/// ```
/// use casegrain::score::{Score, show};
/// let score = Score { documents: 3, ..Default::default() };
/// assert!(show::markdown(&score, show::Most { patterns: 10, examples: 3 }).starts_with("## Score: 3 documents\n"));
/// ```
pub fn markdown(score: &Score, most: Most) -> String {
    let mut out = format!("## Score: {}\n\n", escape(&title(score)));
    out.extend(program(&score.program).map(|line| format!("{}\n\n", escape(&line))));
    for warning in warnings(score) {
        let _ = writeln!(out, "> **Note:** {}\n", escape(&warning));
    }
    floors_of(score, &mut out);
    let rows = score.rows.iter().map(|row| (row.name.as_str(), &row.counts, row_bounds(row.intervals)));
    let all = ("**all**", &score.micro, row_bounds(score.micro_intervals));
    table("gold", sets(score).map(|(n, c)| (n, c, String::new())), None, EXACT, &mut out);
    table("type", rows.chain([all]), Some(score.macro_average()), EXACT, &mut out);
    if !score.values.is_empty() {
        out.push_str("| value | compared | right | wrong by field |\n| --- | ---: | ---: | --- |\n");
        for (label, a) in &score.values {
            let wrong = escape(&wrong_fields(score, label));
            let _ =
                writeln!(out, "| {} | {} | {} | {wrong} |", escape(label), a.compared, percent(a.percent()));
        }
        out.push('\n');
    }
    if !score.assertions.is_empty() {
        out.push_str("| how it is meant | compared | right | kappa | taken for |\n| --- | ---: | ---: | ---: | --- |\n");
        for (what, a) in &score.assertions {
            let (right, kappa, confused) = (percent(a.percent()), kappa(score, what), confused(score, what));
            let _ = writeln!(out, "| {what} | {} | {right} | {kappa} | {} |", a.compared, escape(&confused));
        }
        out.push('\n');
    }
    let relations = score.relations.iter().map(|(n, c)| (n.as_str(), c));
    together("relation", relations, score.relation_averages(), EXACT, &mut out);
    let cases = score.cases.iter().filter(|(_, c)| c.gold + c.predicted > 0);
    let by_name: Column = ("recall by name", |counts: &Counts| counts.exact().recall());
    together("case record", cases.map(|(n, c)| (*n, c)), score.case_averages(), by_name, &mut out);
    if score.idle.is_some() {
        rules(score, &mut out);
    }
    faults(score, most, &mut out);
    out
}

/// Floors: those that are not held as a table, all of them folded away.
fn floors_of(score: &Score, out: &mut String) {
    let Some(held) = held(score) else { return };
    let table = |all: &mut dyn Iterator<Item = &Judged>, out: &mut String| {
        out.push_str("| floor of | | floor | measured | |\n| --- | --- | ---: | ---: | --- |\n");
        for floor in all {
            let (part, name) = (escape(&floor.part), escape(&floor.name));
            let held = if floor.is_held() { "held" } else { "**fell**" };
            let _ = writeln!(out, "| {part} | {name} | {:.1} | {} | {held} |", floor.least, floor.told());
        }
        out.push('\n');
    };
    let _ = writeln!(out, "**{held}**\n");
    if score.fallen().next().is_some() {
        table(&mut score.fallen(), out);
    }
    out.push_str("<details><summary>all floors</summary>\n\n");
    table(&mut floors(score), out);
    out.push_str("</details>\n\n");
}

/// What each rule did, folded away.
fn rules(score: &Score, out: &mut String) {
    let all = by_fault(score);
    let _ = writeln!(out, "<details><summary>rules: {}</summary>\n", all.len());
    out.push_str(
        "| rule | matches | right | wrong | misread | only |\n| --- | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for (rule, t) in all {
        let (rule, only) = (escape(rule), only(t));
        let _ =
            writeln!(out, "| {rule} | {} | {} | {} | {} | {only} |", t.matches, t.right, t.wrong, t.misread);
    }
    if let Some(idle) = &score.idle {
        let names: Vec<String> = idle.iter().map(|rule| escape(rule)).collect();
        let _ = writeln!(out, "\n{} rules made nothing here: {}", idle.len(), names.join(", "));
    }
    out.push_str("\n</details>\n\n");
}

/// The figure of a column, and what it is called.
type Column = (&'static str, fn(&Counts) -> Option<f64>);

/// F1 of places that are exactly right.
const EXACT: Column = ("exact F1", |counts| counts.exact().f1());

/// Rows with what they are together and on average.
fn together<'s>(
    title: &str,
    rows: impl Iterator<Item = (&'s str, &'s Counts)>,
    (all, mean): (Counts, Mean),
    column: Column,
    out: &mut String,
) {
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        let rows = rows.into_iter().chain([("**all**", &all)]);
        table(title, rows.map(|(name, counts)| (name, counts, String::new())), Some(mean), column, out);
    }
}

fn table<'s>(
    title: &str,
    rows: impl Iterator<Item = (&'s str, &'s Counts, String)>,
    mean: Option<Mean>,
    (column, figure): Column,
    out: &mut String,
) {
    let mut any = false;
    for (name, counts, interval) in rows {
        if !any {
            let _ = writeln!(
                out,
                "| {title} | gold | predicted | recall | precision | F1 | {column} | {BOUNDS} |"
            );
            out.push_str("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n");
            any = true;
        }
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {interval} |",
            if name.starts_with('*') { name.to_owned() } else { escape(name) },
            counts.gold,
            predicted(counts),
            percent(counts.recall()),
            percent(counts.precision()),
            percent(counts.f1()),
            percent(figure(counts)),
        );
    }
    if any {
        if let Some(mean) = mean {
            let [recall, precision, f1] = [mean.recall, mean.precision, mean.f1].map(percent);
            let _ = writeln!(out, "| mean | | | {recall} | {precision} | {f1} | | |");
        }
        out.push('\n');
    }
}

fn faults(score: &Score, most: Most, out: &mut String) {
    let (patterns, more) = most.of(score);
    if patterns.is_empty() {
        return;
    }
    let _ = writeln!(out, "{}\n", ranked(score, patterns.len(), more));
    for shown in &patterns {
        let _ = writeln!(out, "<details><summary>{}</summary>\n", html_escape(&pattern(shown)));
        for fault in shown.faults.iter().take(most.examples) {
            let _ = write!(out, "- `{}` {}", fault.document.replace('`', ""), escape(&context(fault)));
            out.truncate(out.trim_end().len());
            for (name, said) in told(fault) {
                let _ = write!(out, "; {name} {}", escape(said));
            }
            out.push('\n');
        }
        out.push_str("\n</details>\n");
    }
    if more > 0 {
        let _ = writeln!(out, "\nand {}", count(more, "pattern"));
    }
}

/// Text in which nothing is taken for Markdown.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '#' | '~' => out.extend(['\\', c]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\n' | '\r' | '\t' => out.push(' '),
            _ => out.push(c),
        }
    }
    out
}
