//! Differences for people and for programs.

use super::{Change, Counts, Diff, Effect, Group};
use crate::gold::count;
use crate::score::show::html::{END, escape as html_escape, head, in_text, table};
use crate::score::show::markdown::escape as markdown_escape;
use crate::score::show::{after, before, line as words, program};
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// How many documents a page lists.
const DOCUMENTS: usize = 25;

/// The rules with the most to look at first: what gets worse, then what changes most.
fn rules(diff: &Diff) -> Vec<(&str, &Group)> {
    let mut all: Vec<_> = diff.rules.iter().map(|(rule, group)| (rule.as_str(), group)).collect();
    all.sort_by_key(|(_, group)| std::cmp::Reverse((group.counts.worse, group.counts.all())));
    all
}

/// What the runs are, and how many documents are in both.
fn heading(diff: &Diff) -> Vec<String> {
    let made = |p: &crate::run::Program| program(p).unwrap_or_else(|| "program unknown".into());
    let mut lines = vec![format!("old: {}", made(&diff.old)), format!("new: {}", made(&diff.new))];
    let (documents, same) = (diff.documents as usize, diff.same as usize);
    lines.push(format!("{} in both runs, {} alike", count(documents, "document"), count(same, "fact")));
    for (what, ids) in [("old", &diff.only_old), ("new", &diff.only_new)] {
        if !ids.is_empty() {
            let some: Vec<&str> = ids.iter().take(5).map(String::as_str).collect();
            let more = if ids.len() > 5 { ", …" } else { "" };
            lines.push(format!(
                "{} only in the {what} run, not compared: {}{more}",
                count(ids.len(), "document"),
                some.join(", ")
            ));
        }
    }
    lines
}

/// The columns of counts; what gold finds is among them only where it tells of any change.
fn columns(diff: &Diff) -> &'static [&'static str] {
    const ALL: [&str; 6] = ["added", "lost", "changed", "better", "worse", "not judged"];
    if diff.is_judged() { &ALL } else { &ALL[..3] }
}

/// What stands under the [`columns`].
fn cells(c: &Counts, diff: &Diff) -> Vec<u64> {
    let all = [c.added, c.lost, c.changed, c.better, c.worse, c.not_judged];
    all[..columns(diff).len()].to_vec()
}

/// The differences as text, with at most `most` examples a rule.
///
/// ```
/// assert!(casegrain::diff::show::text(&Default::default(), 3).contains("no differences"));
/// ```
pub fn text(diff: &Diff, most: usize) -> String {
    let mut out = heading(diff).join("\n");
    out.push('\n');
    if diff.is_empty() {
        out.push_str("no differences\n");
        return out;
    }
    let mut table = |title: &str, rows: &[(&str, &Counts)]| {
        let _ = write!(out, "\n{title:40}");
        for column in columns(diff) {
            let _ = write!(out, " {column:>10}");
        }
        for (name, counts) in rows {
            let _ = write!(out, "\n{name:40}");
            for cell in cells(counts, diff) {
                let _ = write!(out, " {cell:>10}");
            }
        }
        out.push('\n');
    };
    let mut types: Vec<(&str, &Counts)> = diff.types.iter().map(|(name, c)| (*name, c)).collect();
    types.push(("all", &diff.total));
    table("type", &types);
    let rules = rules(diff);
    table("rule", &rules.iter().map(|(rule, group)| (*rule, &group.counts)).collect::<Vec<_>>());
    for (number, line) in links(diff).into_iter().enumerate() {
        let _ = writeln!(out, "{}{line}", if number == 0 { "\n" } else { "" });
    }
    for (rule, group) in rules.into_iter().filter(|_| most > 0) {
        let _ = writeln!(out, "\n{rule}");
        for change in group.examples.iter().take(most) {
            let _ = writeln!(out, "  {}", line(change));
            if let Some(context) = context(change) {
                let _ = writeln!(out, "      {context}");
            }
        }
    }
    out
}

/// A change on one line.
fn line(change: &Change) -> String {
    let what = match (&change.old, &change.new) {
        (None, Some(new)) => format!("+ {}", said(new)),
        (Some(old), None) => format!("- {}", said(old)),
        (Some(old), Some(new)) => format!("~ {} -> {}{}", said(old), said(new), old_rule(change)),
        (None, None) => String::new(),
    };
    let place = change.fact().map_or(0, |fact| fact.start);
    let effect = if change.effect == Effect::Unknown { "" } else { change.effect.name() };
    format!("{effect:6} {}:{place} {what}", change.document).trim_start().to_owned()
}

/// The rule that made the fact before, where it is another one than the rule under which the change stands.
fn old_rule(change: &Change) -> String {
    match (&change.old, &change.new) {
        (Some(old), Some(new)) if old.rule != new.rule && !old.rule.is_empty() => {
            format!(", was by {}", old.rule)
        }
        _ => String::new(),
    }
}

/// A change in its text, where that is known.
fn context(change: &Change) -> Option<String> {
    let fact = change.around.as_ref().and(change.fact())?;
    let (before, after) = around(change);
    Some(format!("{before}[{}]{after}", words(&fact.text)))
}

/// What stands around a change, each on one line.
fn around(change: &Change) -> (String, String) {
    let (left, right) = change.around.as_ref().map_or(("", ""), |(left, right)| (left, right));
    (before(left), after(right))
}

/// Relations and issues that differ, one a line.
fn links(diff: &Diff) -> Vec<String> {
    let relations = diff.relations.iter();
    let relations =
        relations.map(|(kind, (added, lost))| format!("relation {kind}: {added} added, {lost} lost"));
    let issues = diff.issues.iter().filter(|(_, (old, new))| old != new);
    relations.chain(issues.map(|(code, (old, new))| format!("issue {code}: {old}, now {new}"))).collect()
}

fn said(fact: &super::Fact) -> String {
    let text = words(&fact.text);
    format!("{} [{text}] {} ({})", fact.kind, fact.value, fact.meant)
}

/// The differences as Markdown, for a comment on a change.
///
/// ```
/// assert!(casegrain::diff::show::markdown(&Default::default(), 3).starts_with("## Differences"));
/// ```
pub fn markdown(diff: &Diff, most: usize) -> String {
    let mut out = String::from("## Differences\n\n");
    for line in heading(diff) {
        let _ = writeln!(out, "{}  ", markdown_escape(&line));
    }
    out.push('\n');
    if diff.is_empty() {
        out.push_str("No differences.\n");
        return out;
    }
    let mut table = |title: &str, rows: &mut dyn Iterator<Item = (&str, &Counts)>| {
        let (names, lines) = (columns(diff).join(" | "), " ---: |".repeat(columns(diff).len()));
        let _ = writeln!(out, "| {title} | {names} |\n| --- |{lines}");
        for (name, counts) in rows {
            let cells: Vec<String> = cells(counts, diff).iter().map(u64::to_string).collect();
            let _ = writeln!(out, "| {} | {} |", markdown_escape(name), cells.join(" | "));
        }
        out.push('\n');
    };
    let all = [("all", &diff.total)];
    table("type", &mut diff.types.iter().map(|(name, c)| (*name, c)).chain(all));
    table("rule", &mut rules(diff).into_iter().map(|(rule, group)| (rule, &group.counts)));
    for line in links(diff) {
        let _ = writeln!(out, "- {}", markdown_escape(&line));
    }
    out.push('\n');
    for (rule, group) in rules(diff).into_iter().filter(|_| most > 0) {
        let (name, counts) = (html_escape(rule), summary(&group.counts, diff));
        let _ = writeln!(out, "<details><summary>{name}: {counts}</summary>\n");
        for change in group.examples.iter().take(most) {
            let _ = writeln!(out, "- {}", markdown_escape(&line(change)));
            if let Some(context) = context(change) {
                let _ = writeln!(out, "  - {}", markdown_escape(&context));
            }
        }
        out.push_str("\n</details>\n");
    }
    out
}

/// What a rule changed, in words.
fn summary(c: &Counts, diff: &Diff) -> String {
    let told = columns(diff).iter().zip(cells(c, diff)).filter(|(_, n)| *n > 0);
    told.map(|(column, n)| format!("{n} {column}")).collect::<Vec<_>>().join(", ")
}

/// The differences as one page that needs nothing else.
///
/// ```
/// assert!(casegrain::diff::show::html(&Default::default()).starts_with("<!doctype html>"));
/// ```
pub fn html(diff: &Diff) -> String {
    let mut out = head("Differences");
    out.push_str("<h1>Differences</h1>\n");
    for line in heading(diff) {
        let _ = writeln!(out, "<p class=soft>{}</p>", html_escape(&line));
    }
    if diff.is_empty() {
        out.push_str("<p>No differences.</p>\n</body></html>\n");
        return out;
    }
    let part =
        |out: &mut String, title: &str, what: &str, rows: &mut dyn Iterator<Item = (&str, &Counts)>| {
            let _ = writeln!(out, "<h2>{title}</h2>");
            table(&[&[what], columns(diff)].concat(), out);
            for (name, counts) in rows {
                let _ = write!(out, "<tr><td>{}", html_escape(name));
                for (column, cell) in columns(diff).iter().zip(cells(counts, diff)) {
                    let class = match *column {
                        "better" if cell > 0 => " class=good",
                        "worse" if cell > 0 => " class=bad",
                        _ => "",
                    };
                    let _ = write!(out, "<td{class}>{cell}");
                }
                out.push_str("</tr>\n");
            }
            out.push_str(END);
        };
    let all = [("all", &diff.total)];
    part(&mut out, "By type", "type", &mut diff.types.iter().map(|(name, c)| (*name, c)).chain(all));
    let mut documents: Vec<_> = diff.by_document.iter().map(|(name, c)| (name.as_str(), c)).collect();
    documents.sort_by_key(|(_, c)| std::cmp::Reverse((c.worse, c.all())));
    part(&mut out, "By document", "document", &mut documents.iter().copied().take(DOCUMENTS));
    if documents.len() > DOCUMENTS {
        let _ = writeln!(out, "<p class=soft>and {} more</p>", documents.len() - DOCUMENTS);
    }
    let links = links(diff);
    if !links.is_empty() {
        out.push_str("<h2>Relations and issues</h2>\n<ul>\n");
        for line in links {
            let _ = writeln!(out, "<li>{}", html_escape(&line));
        }
        out.push_str("</ul>\n");
    }
    out.push_str("<h2>By rule</h2>\n");
    for (rule, group) in rules(diff) {
        let (name, counts) = (html_escape(rule), summary(&group.counts, diff));
        let class = if group.counts.worse > 0 { "bad" } else { "soft" };
        let _ = writeln!(out, "<details><summary>{name}: <span class={class}>{counts}</span></summary>");
        for change in &group.examples {
            let Some(fact) = change.fact() else { continue };
            let (before, after) = around(change);
            in_text(&before, &words(&fact.text), &after, &mut out);
            let _ = write!(
                out,
                "<p class=said><span class=soft>{} at {}</span>",
                html_escape(&change.document),
                fact.start
            );
            for (name, fact) in [("old", &change.old), ("new", &change.new)] {
                if let Some(fact) = fact {
                    let _ = write!(out, " · {name} {}", html_escape(&said(fact)));
                }
            }
            let (class, effect) = match change.effect {
                Effect::Better => ("good", "better"),
                Effect::Worse => ("bad", "worse"),
                Effect::Same => ("soft", "as right or wrong as before"),
                Effect::Unknown => ("soft", if diff.is_judged() { "not judged" } else { "" }),
            };
            let _ = write!(out, "{}", html_escape(&old_rule(change)));
            if !effect.is_empty() {
                let _ = write!(out, " · <span class={class}>{effect}</span>");
            }
            out.push_str("</p>\n");
        }
        out.push_str("</details>\n");
    }
    out.push_str("</body></html>\n");
    out
}

/// The differences as one JSON object.
///
/// ```
/// assert_eq!(casegrain::diff::show::json(&Default::default())["total"]["added"], 0);
/// ```
pub fn json(diff: &Diff) -> Value {
    let counts = |c: &Counts| json!({"added": c.added, "lost": c.lost, "changed": c.changed, "better": c.better, "worse": c.worse, "not_judged": c.not_judged});
    let program =
        |p: &crate::run::Program| json!({"name": p.name, "version": p.version, "grammar": p.grammar});
    let fact = |fact: &Option<super::Fact>| {
        fact.as_ref().map(|f| {
            json!({
                "type": f.kind, "start": f.start, "end": f.end, "text": f.text, "value": f.value, "meant": f.meant,
                "rule": f.rule,
            })
        })
    };
    let change = |c: &Change| json!({"document": c.document, "old": fact(&c.old), "new": fact(&c.new), "effect": c.effect.name()});
    let group = |group: &Group| {
        let mut value = counts(&group.counts);
        value["examples"] = group.examples.iter().map(change).collect();
        value
    };
    json!({
        "old": program(&diff.old),
        "new": program(&diff.new),
        "documents": diff.documents,
        "only_old": diff.only_old,
        "only_new": diff.only_new,
        "same": diff.same,
        "total": counts(&diff.total),
        "types": diff.types.iter().map(|(k, c)| ((*k).to_owned(), counts(c))).collect::<Map<_, _>>(),
        "rules": diff.rules.iter().map(|(k, g)| (k.clone(), group(g))).collect::<Map<_, _>>(),
        "by_document": diff.by_document.iter().map(|(k, c)| (k.clone(), counts(c))).collect::<Map<_, _>>(),
        "relations": diff.relations.iter().map(|(k, (added, lost))| (k.clone(), json!({"added": added, "lost": lost}))).collect::<Map<_, _>>(),
        "issues": diff.issues.iter().map(|(k, (old, new))| (k.clone(), json!({"old": old, "new": new}))).collect::<Map<_, _>>(),
    })
}
