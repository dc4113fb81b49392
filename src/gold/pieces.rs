//! Passages, sentences and groups of BioC as they are kept in our own form.

use super::Datum;
use crate::model::{Group, Level, OffsetMap, Passage, Span};
use std::borrow::Cow;

/// A level as a word; none for the usual one.
pub(super) fn level_name(level: Level) -> Option<&'static str> {
    match level {
        Level::Innermost => None,
        Level::Passage => Some("passage"),
        Level::Document => Some("document"),
    }
}

/// The level of that name.
pub(super) fn level_of(name: Option<&str>) -> Level {
    match name {
        Some("passage") => Level::Passage,
        Some("document") => Level::Document,
        _ => Level::Innermost,
    }
}

/// What is known of something, by name.
pub(super) type Infons<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

fn infons<'a>(datum: &Datum) -> Infons<'a> {
    let members = datum.get("infons").map(Datum::members).unwrap_or_default();
    members.iter().map(|(name, value)| (Cow::Owned(name.clone()), Cow::Owned(value.plain()))).collect()
}

fn infons_datum(infons: &[(Cow<'_, str>, Cow<'_, str>)]) -> Datum {
    let infons = infons.iter().map(|(name, value)| (name.to_string(), Datum::Text(value.to_string())));
    Datum::Object(infons.collect())
}

/// A passage from our own form; `span` converts offsets.
pub(super) fn passage<'a>(datum: &Datum, span: &impl Fn(u32, u32) -> Span) -> Option<Passage<'a>> {
    let offset = |name| datum.get(name).and_then(Datum::number).map(|n| n as u32);
    let sentences = datum.get("sentences").map(Datum::elements).unwrap_or_default();
    Some(Passage {
        span: span(offset("start")?, offset("end")?),
        infons: infons(datum),
        sentences: sentences.iter().filter_map(|sentence| passage(sentence, span)).collect(),
        repeats: datum.get("repeats") == Some(&Datum::Flag(true)),
    })
}

/// A passage for our own form.
pub(super) fn passage_datum(passage: &Passage<'_>, map: &OffsetMap<'_>) -> Datum {
    let offset = |byte| Datum::Number(map.convert(byte).to_string());
    let mut members = vec![
        ("start".to_owned(), offset(passage.span.start)),
        ("end".to_owned(), offset(passage.span.end)),
        ("infons".to_owned(), infons_datum(&passage.infons)),
    ];
    if !passage.sentences.is_empty() {
        let sentences = passage.sentences.iter().map(|sentence| passage_datum(sentence, map)).collect();
        members.push(("sentences".into(), Datum::List(sentences)));
    }
    if passage.repeats {
        members.push(("repeats".into(), Datum::Flag(true)));
    }
    Datum::Object(members)
}

/// A group from our own form.
pub(super) fn group<'a>(datum: &Datum) -> Group<'a> {
    let text = |datum: &Datum, name| Cow::Owned(datum.get(name).map(Datum::plain).unwrap_or_default());
    let members = datum.get("members").map(Datum::elements).unwrap_or_default();
    Group {
        id: text(datum, "id"),
        members: members.iter().map(|member| (text(member, "role"), text(member, "id"))).collect(),
        infons: infons(datum),
        level: level_of(datum.get("level").and_then(Datum::text)),
    }
}

/// A group for our own form.
pub(super) fn group_datum(group: &Group<'_>) -> Datum {
    let text = |name: &str, value: &str| (name.to_owned(), Datum::Text(value.to_owned()));
    let member =
        |(role, id): &(Cow<'_, str>, Cow<'_, str>)| Datum::Object(vec![text("role", role), text("id", id)]);
    let mut members = vec![
        text("id", &group.id),
        ("infons".to_owned(), infons_datum(&group.infons)),
        ("members".to_owned(), Datum::List(group.members.iter().map(member).collect())),
    ];
    members.extend(level_name(group.level).map(|level| text("level", level)));
    Datum::Object(members)
}
