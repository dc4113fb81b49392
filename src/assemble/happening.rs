//! What happened at a time: a fact that stands near it, or the words of its clause.

use super::facts::{Facts, Site};
use crate::grammar::record::Use;
use crate::model::{Entity, EntityType, Field, Span, Status};
use smallvec::SmallVec;
use std::borrow::Cow;

/// An event that no fact tells is told with at most so many words of the text, and one.
const MOST_WORDS: usize = 9;

/// What did not happen is taken only where nothing else stands within so many bytes more.
const ABSENT: u32 = 100;

/// Something near a time that may have happened then.
pub(super) struct Candidate<'r> {
    span: Span,
    pub(super) name: Cow<'r, str>,
    pub(super) entity: Option<u32>,
}

/// What stands nearest to a time in its sentence: a fact that can happen, or a word for an event.
pub(super) fn nearest<'r>(facts: &Facts<'r, '_>, number: u32, time: &Entity<'_>) -> Option<Candidate<'r>> {
    let sentence = facts.sentence[number as usize];
    let within = facts.sentences[sentence as usize];
    let mut best: Option<(u32, Candidate<'r>)> = None;
    let same = |n: &u32| facts.sentence[*n as usize] == sentence;
    let before = (0..number).rev().take_while(same);
    let after = (number + 1..facts.sentence.len() as u32).take_while(same);
    let others = before.chain(after);
    // The words of a time, such as its anchor, are not what happened then.
    let times: SmallVec<[Span; 4]> = others
        .clone()
        .chain([number])
        .map(|n| facts.entity(n))
        .filter(|e| matches!(e.kind, EntityType::RelativeTime | EntityType::Date | EntityType::Age))
        .map(|e| e.span)
        .collect();
    let mut offer = |candidate: Candidate<'r>| {
        if times.iter().any(|time| candidate.span.overlaps(*time)) {
            return;
        }
        let apart = match candidate.span.start >= time.span.end {
            true => 2 * (candidate.span.start - time.span.end),
            false => 2 * (time.span.start - candidate.span.end) + 1,
        };
        let absent = candidate.entity.is_some_and(|n| facts.entity(n).assertion.status == Status::Absent);
        let distance = apart + if absent { 2 * ABSENT } else { 0 };
        if best.as_ref().is_none_or(|(least, _)| distance < *least) {
            best = Some((distance, candidate));
        }
    };
    for n in others.filter(|n| is_event(facts, *n)) {
        if facts.chosen.binary_search(&n).is_ok() && facts.use_of(facts.entity(n)).0 != Use::Drop {
            offer(Candidate { span: facts.entity(n).span, name: event_name(facts, n), entity: Some(n) });
        }
    }
    let mut lower = String::new();
    for (start, word) in words(within.of(facts.report.text)) {
        lower.clear();
        lower.extend(word.chars().map(|c| c.to_ascii_lowercase()));
        if let Some(event) = facts.tables.event(&lower) {
            let start = within.start + start as u32;
            let span = Span::new(start, start + word.len() as u32);
            offer(Candidate { span, name: Cow::Borrowed(&event.name), entity: None });
        }
    }
    best.map(|(_, candidate)| candidate).or_else(|| clause(facts, time.span, within))
}

/// Whether an entity can be what happened at a time.
pub(super) fn is_event(facts: &Facts<'_, '_>, number: u32) -> bool {
    matches!(
        facts.entity(number).kind,
        EntityType::Procedure
            | EntityType::Drug
            | EntityType::Regimen
            | EntityType::Radiotherapy
            | EntityType::Transfusion
            | EntityType::Disease
            | EntityType::Finding
            | EntityType::Outcome
            | EntityType::Measurement
    )
}

/// The preferred name of an event, with its site if it has one.
pub(super) fn event_name<'r>(facts: &Facts<'r, '_>, number: u32) -> Cow<'r, str> {
    let entity = facts.entity(number);
    let fields = [Field::Name, Field::Analyte, Field::Product, Field::Code];
    let name =
        fields.iter().find_map(|field| entity.value.text(*field)).unwrap_or_else(|| facts.words(entity));
    match facts.sites(number).first() {
        Some(Site { name: site, entity, .. }) if *entity == number => Cow::Owned(format!("{site} {name}")),
        _ => Cow::Borrowed(name),
    }
}

/// The words after a time, or before it, up to the next mark: what a sentence says that has no fact in it.
fn clause<'r>(facts: &Facts<'r, '_>, time: Span, sentence: Span) -> Option<Candidate<'r>> {
    let text = facts.report.text;
    let mark = |c: char| !(c.is_alphanumeric() || c == ' ' || c == '-');
    let after = Span::new(time.end, sentence.end.max(time.end)).of(text).trim_start_matches([' ', ',', ':']);
    let after = after.split(mark).next().unwrap_or_default();
    let before = Span::new(sentence.start.min(time.start), time.start).of(text);
    let before = before.rsplit(mark).next().unwrap_or_default();
    let words = [after, before].into_iter().find(|words| words.split(' ').count() > 2)?;
    let mut spaces = words.match_indices(' ').map(|(at, _)| at);
    let words = words[..spaces.nth(MOST_WORDS).unwrap_or(words.len())].trim();
    Some(Candidate { span: Span::default(), name: Cow::Borrowed(words), entity: None })
}

/// Runs of letters, with their places.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + text[rest..].find(|c: char| c.is_alphabetic())?;
        let end = text[start..].find(|c: char| !c.is_alphabetic()).map_or(text.len(), |n| start + n);
        rest = end;
        Some((start, &text[start..end]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_runs_of_letters() {
        let found: Vec<_> = words("On day 3, Übelkeit (mild)").collect();
        assert_eq!(found, [(0, "On"), (3, "day"), (10, "Übelkeit"), (21, "mild")]);
    }
}
