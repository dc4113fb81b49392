//! Examples of relation rules: the brackets stand around facts, and `to` names the words of their partners.

use super::describe;
use crate::grammar::relation::CompiledRelation;
use crate::grammar::syntax::Example;
use crate::model::{Relation, Report, Span};

/// What is wrong with the result of an example, if anything.
pub(super) fn check(
    rule: &CompiledRelation,
    example: &Example,
    report: &Report<'_>,
    alone: bool,
) -> Option<String> {
    let entity = |number: u32| &report.entities[number as usize];
    let words = |number: u32| report.words(entity(number));
    // A rule must not link what a `no` shows, and alone it links only what a `yes` shows; with others, it is all one
    // which rule links the facts in brackets.
    let own =
        |r: &&Relation<'_>| if alone || !example.positive { r.rule == rule.id } else { r.kind == rule.kind };
    let mut answered: Vec<Relation<'_>> = Vec::new();
    for (number, span) in example.spans.iter().enumerate() {
        let span = Span::new(span.start as u32, span.end as u32);
        let mut wanted: Vec<&str> = example
            .values
            .get(number)
            .into_iter()
            .flatten()
            .map(|(name, value)| if name == "to" { value.as_str() } else { name.as_str() })
            .collect();
        let starts = |r: &&Relation<'_>| entity(r.from).span == span;
        let found: Vec<&Relation<'_>> = report.relations.iter().filter(own).filter(starts).collect();
        answered.extend(found.iter().copied());
        let mut have: Vec<&str> = found.iter().map(|r| words(r.to)).collect();
        have.sort_unstable();
        wanted.sort_unstable();
        if have == wanted {
            continue;
        }
        let mut message = format!(
            "`{}` must link {:?} to {}, but linked it to {}",
            rule.id,
            span.of(&example.text),
            told(&wanted),
            told(&have)
        );
        if !report.entities.iter().any(|e| e.span == span) {
            let near: Vec<String> = report
                .entities
                .iter()
                .filter(|e| e.span.overlaps(span))
                .map(|e| describe(e, report))
                .collect();
            message += "; no fact stands exactly there";
            if !near.is_empty() {
                message += &format!(", but {}", near.join(" and "));
            }
        }
        return Some(message);
    }
    if alone {
        let extra = report.relations.iter().filter(own).find(|r| !answered.contains(r))?;
        return Some(format!("`{}` also linked {:?} to {:?}", rule.id, words(extra.from), words(extra.to)));
    }
    None
}

/// Words as a message shows them.
fn told(words: &[&str]) -> String {
    if words.is_empty() { "nothing".to_owned() } else { format!("{words:?}") }
}
