//! A score as one page of HTML that needs nothing else: no network, no script.

use super::super::{Counts, Fault, Score};
use super::{bounds, line, percent, warnings, worst};
use std::fmt::Write;

/// The score as a page: charts, tables, and at most `most` faults of each kind in highlighted text.
///
/// ```
/// let score = casegrain::score::Score { documents: 3, ..Default::default() };
/// let page = casegrain::score::show::html(&score, 20);
/// assert!(page.starts_with("<!doctype html>") && page.contains("3 documents"));
/// ```
pub fn html(score: &Score, most: usize) -> String {
    let mut out = head("Score");
    let _ = writeln!(out, "<h1>Score: {} documents</h1>", score.documents);
    for warning in warnings(score) {
        let _ = writeln!(out, "<p class=note>{}</p>", escape(&warning));
    }
    if !score.rows.is_empty() {
        out.push_str("<h2>By type</h2>\n");
        chart(score, &mut out);
        entities(score, &mut out);
    }
    agreements(score, &mut out);
    counts("Relations", score.relations.iter().map(|(n, c)| (n.as_str(), c)), &mut out);
    let cases = score.cases.iter().filter(|(_, c)| c.gold + c.predicted > 0);
    counts("Case record", cases.map(|(n, c)| (*n, c)), &mut out);
    rules(score, &mut out);
    faults(score, most, &mut out);
    out.push_str("</body></html>\n");
    out
}

/// The beginning of a page.
pub(crate) fn head(title: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=en><head><meta charset=utf-8><meta name=viewport \
         content=\"width=device-width\"><title>{title}</title>\n<style>\n{}</style></head><body>\n",
        include_str!("page.css")
    )
}

/// Text for HTML and XML.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
    out
}

const ROW: usize = 30;
const LEFT: f64 = 190.0;
const WIDE: f64 = 480.0;

/// Bars of recall and precision for each row, with the bounds of both.
fn chart(score: &Score, out: &mut String) {
    let rows: Vec<_> = score.rows.iter().filter(|r| r.counts.gold + r.counts.predicted > 0).collect();
    let height = rows.len() * ROW + 30;
    let _ = writeln!(
        out,
        "<svg role=img aria-label=\"Recall and precision by type\" width=\"{:.0}\" height=\"{height}\" viewBox=\"0 0 {0:.0} {height}\">",
        LEFT + WIDE + 60.0
    );
    let x = |figure: f64| LEFT + WIDE * figure / 100.0;
    for tick in [0.0, 25.0, 50.0, 75.0, 100.0] {
        let _ = writeln!(
            out,
            "<line x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"0\" y2=\"{1}\" stroke=\"var(--line)\"/><text x=\"{0:.1}\" y=\"{2}\" text-anchor=\"middle\">{tick}</text>",
            x(tick),
            height - 22,
            height - 6
        );
    }
    for (at, row) in rows.iter().enumerate() {
        let top = at * ROW + 4;
        let name = escape(&row.name);
        let _ = writeln!(
            out,
            "<text x=\"{:.0}\" y=\"{}\" text-anchor=\"end\">{name}</text>",
            LEFT - 8.0,
            top + 14
        );
        let bars = [
            (row.counts.recall(), row.intervals.and_then(|i| i.recall), "--bar", 0),
            (row.counts.precision(), row.intervals.and_then(|i| i.precision), "--bar2", 11),
        ];
        for (figure, interval, colour, down) in bars {
            let Some(figure) = figure else { continue };
            let (y, width) = (top + down, WIDE * figure / 100.0);
            let _ = writeln!(
                out,
                "<rect x=\"{LEFT:.0}\" y=\"{y}\" width=\"{width:.1}\" height=\"9\" fill=\"var({colour})\"><title>{name}: {figure:.1}</title></rect>"
            );
            if let Some(i) = interval {
                let _ = writeln!(
                    out,
                    "<line x1=\"{0:.1}\" x2=\"{2:.1}\" y1=\"{1}\" y2=\"{1}\" stroke=\"currentColor\"/>",
                    x(i.low),
                    y as f64 + 4.5,
                    x(i.high)
                );
            }
        }
    }
    out.push_str("</svg>\n<p class=soft>Blue: recall; yellow: precision, where gold is exhaustive; lines: the bounds of 95 of 100 draws of documents.</p>\n");
}

fn entities(score: &Score, out: &mut String) {
    out.push_str(
        "<table><tr><th>type<th>gold<th>predicted<th>recall<th>precision<th>F1<th>exact recall<th>exact precision<th>exact F1<th>F1, 95 of 100</tr>\n",
    );
    let mut row = |name: &str, counts: &Counts, interval: String| {
        let exact = counts.exact();
        let _ = write!(out, "<tr><td>{}<td>{}<td>{}", escape(name), counts.gold, counts.predicted);
        for figure in
            [counts.recall(), counts.precision(), counts.f1(), exact.recall(), exact.precision(), exact.f1()]
        {
            let _ = write!(out, "<td>{}", percent(figure));
        }
        let _ = writeln!(out, "<td>{interval}</tr>");
    };
    for r in &score.rows {
        row(&r.name, &r.counts, bounds(r.intervals.and_then(|i| i.f1)));
    }
    row("all (micro)", &score.micro, bounds(score.micro_intervals.and_then(|i| i.f1)));
    out.push_str("</table>\n");
}

fn agreements(score: &Score, out: &mut String) {
    if !score.values.is_empty() {
        out.push_str("<h2>Values</h2>\n<table><tr><th>type<th class=text>field<th>compared<th>right</tr>\n");
        for (label, a) in &score.values {
            let name = escape(label);
            let _ = writeln!(
                out,
                "<tr><td>{name}<td class=text>all<td>{}<td>{}</tr>",
                a.compared,
                percent(a.percent())
            );
            for ((_, field), a) in score.fields.iter().filter(|((of, _), _)| of == label) {
                let field = escape(field);
                let right = percent(a.percent());
                let _ = writeln!(out, "<tr><td><td class=text>{field}<td>{}<td>{right}</tr>", a.compared);
            }
        }
        out.push_str("</table>\n");
    }
    if !score.assertions.is_empty() || !score.polarity.is_empty() {
        out.push_str("<h2>How facts are meant</h2>\n<table><tr><th>what<th>compared<th>right</tr>\n");
        let exact = score.assertions.iter().map(|(what, a)| ((*what).to_owned(), a));
        let absent =
            score.polarity.iter().map(|(status, a)| (format!("absent or not, where gold says {status}"), a));
        for (what, a) in exact.chain(absent) {
            let _ =
                writeln!(out, "<tr><td>{}<td>{}<td>{}</tr>", escape(&what), a.compared, percent(a.percent()));
        }
        out.push_str("</table>\n");
    }
}

fn counts<'s>(title: &str, rows: impl Iterator<Item = (&'s str, &'s Counts)>, out: &mut String) {
    let mut any = false;
    for (name, counts) in rows {
        if !any {
            let _ = writeln!(
                out,
                "<h2>{title}</h2>\n<table><tr><th>what<th>gold<th>predicted<th>recall<th>precision<th>F1</tr>"
            );
            any = true;
        }
        let _ = writeln!(
            out,
            "<tr><td>{}<td>{}<td>{}<td>{}<td>{}<td>{}</tr>",
            escape(name),
            counts.gold,
            counts.predicted,
            percent(counts.recall()),
            percent(counts.precision()),
            percent(counts.f1())
        );
    }
    if any {
        out.push_str("</table>\n");
    }
}

fn rules(score: &Score, out: &mut String) {
    let mut rules: Vec<_> = score.rules.iter().filter(|(_, t)| t.wrong + t.misread > 0).collect();
    rules.sort_by_key(|(_, t)| std::cmp::Reverse(t.wrong + t.misread));
    if rules.is_empty() {
        return;
    }
    out.push_str("<h2>Rules at fault</h2>\n<table><tr><th>rule<th>matches<th>right<th>wrong<th>misread<th>found by no other</tr>\n");
    for (rule, t) in rules.into_iter().take(25) {
        let _ = writeln!(
            out,
            "<tr><td>{}<td>{}<td>{}<td class=bad>{}<td>{}<td>{}</tr>",
            escape(rule),
            t.matches,
            t.right,
            t.wrong,
            t.misread,
            t.only
        );
    }
    out.push_str("</table>\n");
}

fn faults(score: &Score, most: usize, out: &mut String) {
    if score.faults.is_empty() || most == 0 {
        return;
    }
    out.push_str("<h2>What went wrong</h2>\n");
    for ((kind, label), faults) in worst(score) {
        let label = escape(label);
        let _ = writeln!(out, "<details><summary>{} {label}: {}</summary>", kind.name(), faults.len());
        for fault in faults.iter().take(most) {
            quote(fault, out);
        }
        if faults.len() > most {
            let _ = writeln!(out, "<p class=soft>and {} more</p>", faults.len() - most);
        }
        out.push_str("</details>\n");
    }
}

/// A fault in its text.
fn quote(fault: &Fault, out: &mut String) {
    let _ = writeln!(
        out,
        "<blockquote>{} <mark>{}</mark> {}</blockquote>",
        escape(&line(&fault.before)),
        escape(&line(&fault.words)),
        escape(&line(&fault.after))
    );
    let _ =
        write!(out, "<p class=said><span class=soft>{} at {}</span>", escape(&fault.document), fault.start);
    for (name, class, said) in
        [("gold", "good", &fault.gold), ("got", "bad", &fault.got), ("rule", "soft", &fault.rule)]
    {
        if !said.is_empty() {
            let _ = write!(out, " · {name} <span class={class}>{}</span>", escape(said));
        }
    }
    out.push_str("</p>\n");
}
