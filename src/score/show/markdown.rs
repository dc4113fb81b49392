//! A score as Markdown, for a comment on a change.

use super::super::{Counts, Score};
use super::{bounds, context, percent, warnings, worst};
use std::fmt::Write;

/// The score as Markdown, with at most `most` faults of each of the ten most frequent kinds, folded away.
///
/// ```
/// let score = casegrain::score::Score { documents: 3, ..Default::default() };
/// assert!(casegrain::score::show::markdown(&score, 5).starts_with("## Score: 3 documents\n"));
/// ```
pub fn markdown(score: &Score, most: usize) -> String {
    let mut out = format!("## Score: {} documents\n\n", score.documents);
    for warning in warnings(score) {
        let _ = writeln!(out, "> **Note:** {}\n", escape(&warning));
    }
    let rows = score.rows.iter().map(|row| {
        let interval = row.intervals.and_then(|i| i.f1.or(i.recall).or(i.precision));
        (row.name.as_str(), &row.counts, bounds(interval))
    });
    let all = ("**all**", &score.micro, bounds(score.micro_intervals.and_then(|i| i.f1.or(i.recall))));
    table("type", rows.chain([all]), &mut out);
    if !score.values.is_empty() {
        out.push_str("| value | compared | right |\n| --- | ---: | ---: |\n");
        for (label, a) in &score.values {
            let _ = writeln!(out, "| {} | {} | {} |", escape(label), a.compared, percent(a.percent()));
        }
        for (what, a) in &score.assertions {
            let _ = writeln!(out, "| {what} | {} | {} |", a.compared, percent(a.percent()));
        }
        out.push('\n');
    }
    table("relation", score.relations.iter().map(|(n, c)| (n.as_str(), c, String::new())), &mut out);
    let cases = score.cases.iter().filter(|(_, c)| c.gold + c.predicted > 0);
    table("case record", cases.map(|(n, c)| (*n, c, String::new())), &mut out);
    if most > 0 {
        faults(score, most, &mut out);
    }
    out
}

fn table<'s>(title: &str, rows: impl Iterator<Item = (&'s str, &'s Counts, String)>, out: &mut String) {
    let mut any = false;
    for (name, counts, interval) in rows {
        if !any {
            let _ = writeln!(
                out,
                "| {title} | gold | predicted | recall | precision | F1 | exact F1 | 95 of 100 |"
            );
            out.push_str("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n");
            any = true;
        }
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {interval} |",
            if name.starts_with('*') { name.to_owned() } else { escape(name) },
            counts.gold,
            counts.predicted,
            percent(counts.recall()),
            percent(counts.precision()),
            percent(counts.f1()),
            percent(counts.exact().f1()),
        );
    }
    if any {
        out.push('\n');
    }
}

fn faults(score: &Score, most: usize, out: &mut String) {
    for ((kind, label), faults) in worst(score).into_iter().take(10) {
        let _ = writeln!(
            out,
            "<details><summary>{} {}: {}</summary>\n",
            kind.name(),
            escape(label),
            faults.len()
        );
        for fault in faults.into_iter().take(most) {
            let _ = write!(out, "- `{}` {}", fault.document.replace('`', ""), escape(&context(fault)));
            for (name, said) in [("gold", &fault.gold), ("got", &fault.got), ("rule", &fault.rule)] {
                if !said.is_empty() {
                    let _ = write!(out, "; {name} {}", escape(said));
                }
            }
            out.push('\n');
        }
        out.push_str("\n</details>\n");
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
