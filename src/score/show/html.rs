//! A score as one page of HTML that needs nothing else: no network, no script.

use super::super::floors::Judged;
use super::super::{Counts, Fault, Intervals, Mean, Row, Score};
use super::rules::{by_fault, only};
use super::{
    BOUNDS, Most, around, bounds, cells, confused, floors, held, kappa, pattern, percent, predicted, program,
    ranked, row_bounds, sets, title, told, warnings, wrong_fields,
};
use crate::gold::count;
use std::fmt::Write;

/// The score as a page: charts, tables, and the worst patterns of errors in highlighted text.
///
/// ```
/// use casegrain::score::{Score, show};
/// let score = Score { documents: 3, ..Default::default() };
/// let page = show::html(&score, show::Most { patterns: 100, examples: 20 });
/// assert!(page.starts_with("<!doctype html>") && page.contains("3 documents"));
/// ```
pub fn html(score: &Score, most: Most) -> String {
    let mut out = head("Score");
    let _ = writeln!(out, "<h1>Score: {}</h1>", escape(&title(score)));
    if let Some(line) = program(&score.program) {
        let _ = writeln!(out, "<p class=soft>{}</p>", escape(&line));
    }
    for warning in warnings(score) {
        let _ = writeln!(out, "<p class=note>{}</p>", escape(&warning));
    }
    floors_of(score, &mut out);
    counts("Gold", sets(score), None, false, &mut out);
    if !score.rows.is_empty() {
        out.push_str("<h2>By type</h2>\n");
        let row = |r: &Row| (r.name.clone(), r.counts, r.intervals.unwrap_or_default());
        chart("Recall and precision by type", score.rows.iter().map(row).collect(), &mut out);
        entities(score, &mut out);
    }
    agreements(score, &mut out);
    let relations = score.relations.iter().map(|(name, counts)| (name.as_str(), counts));
    counts("Relations", relations, Some(score.relation_averages()), false, &mut out);
    let cases = score.cases.iter().filter(|(_, c)| c.gold + c.predicted > 0).map(|(name, c)| (*name, c));
    counts("Case record", cases, Some(score.case_averages()), true, &mut out);
    rules(score, &mut out);
    faults(score, most, &mut out);
    out.push_str("</body></html>\n");
    out
}

/// Floors: those that are not held as a table, all of them folded away.
fn floors_of(score: &Score, out: &mut String) {
    let Some(held) = held(score) else { return };
    let rows = |all: &mut dyn Iterator<Item = &Judged>, out: &mut String| {
        table(&["floor of", "", "floor", "measured", ""], out);
        for floor in all {
            let (class, held) = if floor.is_held() { ("good", "held") } else { ("bad", "fell") };
            let _ = writeln!(
                out,
                "<tr><td>{}<td class=name>{}<td>{:.1}<td>{}<td class={class}>{held}</tr>",
                escape(&floor.part),
                escape(&floor.name),
                floor.least,
                floor.told()
            );
        }
        out.push_str(END);
    };
    let _ = writeln!(out, "<h2>Floors: {held}</h2>");
    if score.fallen().next().is_some() {
        rows(&mut score.fallen(), out);
    }
    out.push_str("<details><summary>All floors</summary>\n");
    rows(&mut floors(score), out);
    out.push_str("</details>\n");
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

/// Bars of recall and precision for each row, with the bounds of both. Lengths are in percent, so that the chart is as
/// wide as the page.
fn chart(title: &str, rows: Vec<(String, Counts, Intervals)>, out: &mut String) {
    let _ = writeln!(out, "<div class=chart role=img aria-label=\"{title}\">");
    let grid: String = [25, 50, 75, 100]
        .map(|at| format!("<line x1=\"{at}%\" x2=\"{at}%\" y1=\"0\" y2=\"30\" stroke=\"var(--line)\"/>"))
        .concat();
    for (name, counts, intervals) in rows.iter().filter(|(_, counts, _)| counts.gold + counts.predicted > 0) {
        let name = escape(name);
        let _ = write!(out, "<span>{name}</span><svg height=\"30\">{grid}");
        let bars = [
            ("recall", counts.recall(), intervals.recall, "--bar", 4),
            ("precision", counts.precision(), intervals.precision, "--bar2", 16),
        ];
        for (what, figure, interval, colour, y) in bars {
            let Some(figure) = figure else { continue };
            let _ = write!(
                out,
                "<rect y=\"{y}\" width=\"{figure:.1}%\" height=\"10\" fill=\"var({colour})\"><title>{name}: {what} \
                 {figure:.1} {}</title></rect>",
                bounds(interval)
            );
            if let Some(i) = interval {
                let _ = write!(
                    out,
                    "<line x1=\"{:.1}%\" x2=\"{:.1}%\" y1=\"{2}\" y2=\"{2}\" stroke=\"currentColor\"/>",
                    i.low,
                    i.high,
                    y + 5
                );
            }
        }
        let f1 = counts.f1().or(counts.recall()).or(counts.precision());
        let _ = writeln!(out, "</svg><span>{}</span>", percent(f1));
    }
    out.push_str(
        "</div>\n<p class=soft><span class=key style=\"background:var(--bar)\"></span> recall \
         <span class=key style=\"background:var(--bar2)\"></span> precision, where gold is exhaustive. Vertical lines at 25, \
         50, 75 and 100; thin lines across bars: 95% confidence intervals, from draws of documents. The figure is F1, or the only one; so are \
         the intervals of the table.</p>\n",
    );
}

/// The beginning of a table with its columns, and what it scrolls in where the page is narrow.
pub(crate) fn table(columns: &[&str], out: &mut String) {
    out.push_str("<div class=wide><table><tr>");
    for column in columns {
        let _ = write!(out, "<th>{column}");
    }
    out.push_str("</tr>\n");
}

/// The end of what [`table`] began.
pub(crate) const END: &str = "</table></div>\n";

fn entities(score: &Score, out: &mut String) {
    table(
        &["type", "gold", "predicted", "recall", "precision", "F1", "exact R", "exact P", "exact F1", BOUNDS],
        out,
    );
    let mut row = |name: &str, counts: &Counts, interval: String| {
        let exact = counts.exact();
        let _ = write!(out, "<tr><td>{}<td>{}<td>{}", escape(name), counts.gold, predicted(counts));
        for figure in
            [counts.recall(), counts.precision(), counts.f1(), exact.recall(), exact.precision(), exact.f1()]
        {
            let _ = write!(out, "<td>{}", percent(figure));
        }
        let _ = writeln!(out, "<td>{interval}</tr>");
    };
    for r in &score.rows {
        row(&r.name, &r.counts, row_bounds(r.intervals));
    }
    row("all (micro)", &score.micro, row_bounds(score.micro_intervals));
    mean(&score.macro_average(), out);
    out.push_str(END);
}

/// The row of an average over the rows before it.
fn mean(mean: &Mean, out: &mut String) {
    let [recall, precision, f1] = [mean.recall, mean.precision, mean.f1].map(percent);
    let _ = writeln!(out, "<tr><td>mean (macro)<td><td><td>{recall}<td>{precision}<td>{f1}</tr>");
}

fn agreements(score: &Score, out: &mut String) {
    if !score.values.is_empty() {
        out.push_str("<h2>Values</h2>\n");
        table(&["type", "compared", "right", "wrong by field"], out);
        for (label, a) in &score.values {
            let (name, wrong) = (escape(label), escape(&wrong_fields(score, label)));
            let right = percent(a.percent());
            let _ = writeln!(out, "<tr><td>{name}<td>{}<td>{right}<td class=text>{wrong}</tr>", a.compared);
        }
        out.push_str(END);
    }
    if !score.assertions.is_empty() || !score.polarity.is_empty() {
        out.push_str("<h2>How facts are meant</h2>\n");
        table(&["what", "compared", "right", "kappa", "taken for"], out);
        for (what, a) in &score.assertions {
            let (right, kappa, confused) = (percent(a.percent()), kappa(score, what), confused(score, what));
            let _ = writeln!(
                out,
                "<tr><td>{what}<td>{}<td>{right}<td>{kappa}<td class=text>{}</tr>",
                a.compared,
                escape(&confused)
            );
        }
        for (status, a) in &score.polarity {
            let (status, right) = (escape(status), percent(a.percent()));
            let _ = writeln!(
                out,
                "<tr><td>absent or not, where gold says {status}<td>{}<td>{right}<td><td class=text></tr>",
                a.compared
            );
        }
        out.push_str(END);
        out.push_str(
            "<p class=soft>Kappa: how much of the agreement that chance does not give was reached; 1 is all of it.</p>\n",
        );
    }
}

/// Rows of counts, with what they are together and on average where that means something; of records, with what is found
/// by its name alone.
fn counts<'s>(
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
    let _ = writeln!(out, "<h2>{title}</h2>");
    let mut columns = vec!["what", "gold", "predicted", "recall", "precision", "F1"];
    columns.extend(["recall by name", "precision by name"].iter().filter(|_| names));
    table(&columns, out);
    let all = averages.as_ref().map(|(all, _)| ("all (micro)", all));
    for (name, counts) in rows.into_iter().chain(all) {
        let _ = write!(out, "<tr><td>{}<td>{}", escape(name), cells(counts).join("<td>"));
        if names {
            let exact = counts.exact();
            let _ = write!(out, "<td>{}<td>{}", percent(exact.recall()), percent(exact.precision()));
        }
        out.push_str("</tr>\n");
    }
    if let Some((_, average)) = averages {
        mean(&average, out);
    }
    out.push_str(END);
}

/// How many rules are shown at once.
const RULES: usize = 25;

fn rules(score: &Score, out: &mut String) {
    let all = by_fault(score);
    let at_fault = all.iter().filter(|(_, t)| t.wrong + t.misread > 0).count();
    // All of them where somebody asked for rules, those at fault otherwise.
    let shown = if score.idle.is_some() { all.len() } else { at_fault.min(RULES) };
    if shown > 0 {
        out.push_str("<h2>Rules</h2>\n");
        let tried = all.iter().any(|(_, t)| t.only.is_some());
        let mut columns = vec!["rule", "matches", "right", "wrong", "misread"];
        columns.extend(tried.then_some("found by no other"));
        table(&columns, out);
        for (rule, t) in &all[..shown] {
            let _ = writeln!(
                out,
                "<tr><td>{}<td>{}<td>{}<td class=bad>{}<td>{}{}</tr>",
                escape(rule),
                t.matches,
                t.right,
                t.wrong,
                t.misread,
                if tried { format!("<td>{}", only(t)) } else { String::new() }
            );
        }
        out.push_str(END);
    }
    if let Some(idle) = &score.idle {
        let names: Vec<String> = idle.iter().map(|rule| escape(rule)).collect();
        let _ = writeln!(
            out,
            "<details><summary>{} rules made nothing here</summary><p>{}</p></details>",
            idle.len(),
            names.join(", ")
        );
    }
}

fn faults(score: &Score, most: Most, out: &mut String) {
    let (patterns, more) = most.of(score);
    if patterns.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "<h2>What went wrong</h2>\n<p class=soft>{}</p>",
        escape(&ranked(score, patterns.len(), more))
    );
    for shown in &patterns {
        let _ = writeln!(out, "<details><summary>{}</summary>", escape(&pattern(shown)));
        for fault in shown.faults.iter().take(most.examples) {
            quote(fault, out);
        }
        if shown.faults.len() > most.examples {
            let _ = writeln!(out, "<p class=soft>and {} more</p>", shown.faults.len() - most.examples);
        }
        out.push_str("</details>\n");
    }
    if more > 0 {
        let _ = writeln!(out, "<p class=soft>and {}</p>", count(more, "pattern"));
    }
}

/// A fault in its text.
fn quote(fault: &Fault, out: &mut String) {
    if let Some([before, words, after]) = around(fault) {
        in_text(&before, &words, &after, out);
    }
    let _ = write!(out, "<p class=said><span class=soft>{}", escape(&fault.document));
    if fault.start < fault.end {
        let _ = write!(out, " at {}", fault.start);
    }
    out.push_str("</span>");
    for (name, said) in told(fault) {
        let class = match name {
            "gold" => "good",
            "got" => "bad",
            _ => "soft",
        };
        let _ = write!(out, " · {name} <span class={class}>{}</span>", escape(said));
    }
    out.push_str("</p>\n");
}

/// Words highlighted in what stands around them.
pub(crate) fn in_text(before: &str, words: &str, after: &str, out: &mut String) {
    let _ = writeln!(
        out,
        "<blockquote>{}<mark>{}</mark>{}</blockquote>",
        escape(before),
        escape(words),
        escape(after)
    );
}
