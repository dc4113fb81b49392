//! Entities and relations to and from marks and links, and what a mapping makes of their labels and attributes.

use super::pieces::{level_name, level_of};
use super::{Datum, Entity, Form, Mapping, Relation};
use crate::model::{Annotation, Field, FieldType, Level, Link, OffsetMap, Span};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Fields of an entity's value whose name an attribute has, too, are written with this before it.
pub(super) const VALUE: &str = "value.";

/// Names of attributes that say how an entity is meant.
const ASSERTION: [&str; 3] = ["status", "subject", "time"];

/// What another corpus calls it, where we have a name of our own or none.
pub(super) const LABEL: &str = "label";

/// What another corpus says of it in its own way.
const ATTRIBUTES: &str = "attributes";

/// The same, of the events of brat that it is the trigger of. Their lines are kept as they are.
pub(super) const EVENT_ATTRIBUTES: &str = "event_attributes";

/// What a mapping read from the attributes; the way back is without it.
const FROM_ATTRIBUTES: &str = "from_attributes";

/// What brat calls the ends of a relation where one is an event.
const ENDS: &str = "ends";

/// The roles of a relation where a format has none.
const ROLES: &str = "roles";

/// The piece of a text that a BioC document has it in.
const LEVEL: &str = "level";

/// Fields of an entity or relation that say nothing that could be scored and are kept on purpose.
pub(super) const KEPT: [&str; 7] =
    [LABEL, ATTRIBUTES, EVENT_ATTRIBUTES, FROM_ATTRIBUTES, ENDS, LEVEL, "note"];

/// Gives a label our name, if there is one, and keeps what it was called; also where we have no name, which says that it
/// is none of ours on purpose.
pub(super) fn rename(label: &mut String, other: &mut Vec<(String, Datum)>, ours: Option<&str>) {
    if ours != Some(label) && !other.iter().any(|(name, _)| name == LABEL) {
        let ours = ours.map_or_else(|| label.clone(), str::to_owned);
        other.push((LABEL.into(), Datum::Text(std::mem::replace(label, ours))));
    }
}

/// Gives a label back what it was called, if a mapping names that.
pub(super) fn restore(
    label: &mut String,
    other: &mut Vec<(String, Datum)>,
    named: &BTreeMap<String, impl Sized>,
) {
    let at = other.iter().position(|(name, theirs)| {
        name == LABEL && theirs.text().is_some_and(|theirs| named.contains_key(theirs))
    });
    if let Some(at) = at {
        *label = other.remove(at).1.plain();
    }
}

/// The attributes that are kept.
fn kept(other: &[(String, Datum)]) -> impl Iterator<Item = (&str, &Datum)> {
    let held = other.iter().find(|(name, _)| name == ATTRIBUTES).map(|(_, held)| held);
    held.into_iter().flat_map(each)
}

/// The members of an object; several of one name are a list there.
fn each(attributes: &Datum) -> impl Iterator<Item = (&str, &Datum)> {
    attributes.members().iter().flat_map(|(name, held)| {
        let each = match held {
            Datum::List(each) => each.as_slice(),
            one => std::slice::from_ref(one),
        };
        each.iter().map(move |one| (name.as_str(), one))
    })
}

/// What another corpus says of an entity in its own way.
pub(super) fn attributes(entity: &Entity) -> impl Iterator<Item = (&str, &Datum)> {
    kept(&entity.other)
}

/// Adds one to attributes that will be kept.
fn keep(theirs: &mut Vec<(String, Datum)>, name: &str, value: Datum) {
    let value = if let Datum::List(_) = value { Datum::List(vec![value]) } else { value };
    match theirs.iter_mut().find(|(own, _)| own == name) {
        Some((_, Datum::List(each))) => match value {
            Datum::List(more) => each.extend(more),
            one => each.push(one),
        },
        Some((_, held)) => *held = Datum::List(vec![std::mem::replace(held, Datum::Null), value]),
        None => theirs.push((name.to_owned(), value)),
    }
}

/// Keeps another field; attributes that had no place of their own are with the others.
fn keep_other(other: &mut Vec<(String, Datum)>, theirs: &mut Vec<(String, Datum)>, name: &str, datum: Datum) {
    if name == ATTRIBUTES {
        each(&datum).for_each(|(name, value)| keep(theirs, name, value.clone()));
    } else {
        other.push((name.to_owned(), datum));
    }
}

/// What attributes of a corpus say of an entity, by a mapping, and what they said when it was read with one.
fn said(other: &[(String, Datum)], mapping: &Mapping) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let events = other.iter().find(|(name, _)| name == EVENT_ATTRIBUTES).map(|(_, events)| events.members());
    let of_events = events.into_iter().flatten().flat_map(|(_, attributes)| attributes.members());
    let of_events = of_events.map(|(name, value)| (name.as_str(), value));
    for (name, value) in kept(other).chain(of_events) {
        let with_value = mapping.attributes.get(&format!("{name}={}", value.plain()));
        for says in [mapping.attributes.get(name), with_value].into_iter().flatten() {
            all.extend(says.iter().map(|(what, value)| (what.clone(), value.clone())));
        }
    }
    if let Some((_, read)) = other.iter().find(|(name, _)| name == FROM_ATTRIBUTES) {
        all.extend(read.members().iter().map(|(what, value)| (what.clone(), value.plain())));
    }
    all
}

type Attribute<'a> = (Cow<'a, str>, Option<Cow<'a, str>>);

/// An attribute as a form has it.
fn attribute<'a>(name: &'a str, value: &Datum, form: Form) -> Attribute<'a> {
    let there = *value == Datum::Flag(true);
    let text = || if form.is_typed() { value.to_string() } else { value.plain() };
    (name.into(), (!there).then(|| text().into()))
}

/// The value of an attribute that a form has.
fn attribute_datum(value: Option<Cow<'_, str>>, form: Form) -> Datum {
    match value {
        None => Datum::Flag(true),
        Some(value) if form.is_typed() => {
            serde_json::from_str(&value).unwrap_or_else(|_| Datum::Text(value.into_owned()))
        }
        Some(value) => Datum::Text(value.into_owned()),
    }
}

/// A field as a form has it.
fn field<'a>(name: impl Into<Cow<'a, str>>, held: &Datum, form: Form) -> (Cow<'a, str>, Cow<'a, str>) {
    let name = name.into();
    let shown = match held {
        _ if form.has_typed_fields() => held.to_string(),
        // Text stays text, whatever it looks like.
        Datum::Text(text) if is_text(&name) => text.clone(),
        held => held.held(),
    };
    (name, shown.into())
}

fn field_datum(name: &str, held: &str, form: Form) -> Datum {
    match serde_json::from_str(held) {
        Ok(datum) if form.has_typed_fields() => datum,
        _ if is_text(name) => Datum::Text(held.to_owned()),
        _ => Datum::of_held(held),
    }
}

/// Whether a field holds text by its name.
fn is_text(name: &str) -> bool {
    let name = name.strip_prefix(VALUE).unwrap_or(name);
    Field::from_name(name).is_some_and(|field| field.kind() == FieldType::Text)
}

/// Everything else that is kept of an entity or relation, as fields; `native` has a place of its own in the form.
fn others<'a>(
    other: &'a [(String, Datum)],
    native: &'a [&str],
    form: Form,
) -> impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)> {
    let plain = [LABEL, ATTRIBUTES, FROM_ATTRIBUTES, "note"];
    let others = other.iter().filter(move |(name, value)| {
        let note = name == "note" && value.text().is_none();
        note || !plain.contains(&name.as_str()) && !native.contains(&name.as_str())
    });
    others.map(move |(name, value)| field(format!("other.{name}"), value, form))
}

/// The remark that is kept, as a form has it.
fn note<'a>(other: &'a [(String, Datum)], form: Form) -> Option<Cow<'a, str>> {
    let (_, note) = other.iter().find(|(name, _)| name == "note")?;
    let text = note.text()?;
    Some(if form.is_typed() { note.to_string().into() } else { text.into() })
}

fn note_datum(note: &str, form: Form) -> Datum {
    let read = if form.is_typed() { serde_json::from_str(note).ok() } else { None };
    read.unwrap_or_else(|| Datum::Text(note.to_owned()))
}

/// What only some forms have a place for.
fn native(form: Form) -> &'static [&'static str] {
    match form {
        Form::Brat => &[ENDS, EVENT_ATTRIBUTES],
        Form::BiocJson | Form::BiocXml => &[LEVEL],
        _ => &[],
    }
}

fn level(other: &[(String, Datum)], form: Form) -> Level {
    let level = other.iter().find(|(name, _)| name == LEVEL && native(form).contains(&LEVEL));
    level_of(level.and_then(|(_, level)| level.text()))
}

/// The mark of an entity, without its place.
pub(super) fn annotation<'a>(
    entity: &'a Entity,
    id: Cow<'a, str>,
    form: Form,
    mapping: &Mapping,
) -> Annotation<'a> {
    let mut out = Annotation { id, label: entity.own_label().into(), ..Annotation::default() };
    let said = said(&entity.other, mapping);
    for (name, value) in ASSERTION.into_iter().zip([&entity.status, &entity.subject, &entity.time]) {
        // What the corpus says in its own way is not said twice.
        if let Some(value) = value.as_ref().filter(|value| said.get(name) != Some(value)) {
            out.attributes.push(attribute(name, &Datum::Text(value.clone()), form));
        }
    }
    if entity.optional {
        out.attributes.push(("optional".into(), None));
    }
    out.attributes.extend(kept(&entity.other).map(|(name, value)| attribute(name, value, form)));
    for (name, value) in entity.value.iter().flat_map(Datum::members) {
        let taken = ASSERTION.contains(&name.as_str());
        let name: Cow<'_, str> = if taken { format!("{VALUE}{name}").into() } else { name.into() };
        out.fields.push(field(name, value, form));
    }
    for (name, start, end) in &entity.parts {
        let pair = [start, end].map(|offset| Datum::Number(offset.to_string()));
        out.fields.push(field(format!("part.{name}"), &Datum::List(pair.into()), form));
    }
    out.fields.extend(others(&entity.other, native(form), form));
    out.note = note(&entity.other, form);
    out.level = level(&entity.other, form);
    once(&mut out.attributes, &mut out.fields, form);
    out
}

/// Sees to it that no name stands twice where a form has an object of them: further attributes stand in a field.
fn once<'a>(attributes: &mut Vec<Attribute<'a>>, fields: &mut Vec<(Cow<'a, str>, Cow<'a, str>)>, form: Form) {
    if form != Form::BiocJson {
        return;
    }
    let mut more = Vec::new();
    let mut seen: Vec<Cow<'_, str>> = fields.iter().map(|(name, _)| name.clone()).collect();
    seen.extend(["type".into(), "note".into()]);
    attributes.retain_mut(|(name, value)| {
        let first = !seen.contains(name);
        if first {
            seen.push(name.clone());
        } else {
            keep(&mut more, name, attribute_datum(value.take(), form));
        }
        first
    });
    if !more.is_empty() {
        fields.push(field(format!("other.{ATTRIBUTES}"), &Datum::Object(more), form));
    }
}

/// The entity of a mark.
pub(super) fn entity(
    from: Annotation<'_>,
    map: &OffsetMap<'_>,
    text: &str,
    form: Form,
    mapping: &Mapping,
) -> Entity {
    let reach = from.reach();
    let place = |span: &Span| (map.convert(span.start), map.convert(span.end));
    let (start, end) = place(&reach);
    let mut out = Entity {
        id: from.id.into_owned(),
        label: from.label.into_owned(),
        start,
        end,
        text: Some(reach.of(text).to_owned()),
        ..Entity::default()
    };
    if from.spans.len() > 1 {
        out.spans = from.spans.iter().map(place).collect();
    }
    let mut theirs = Vec::new();
    for (name, value) in from.attributes {
        let value = attribute_datum(value, form);
        // What a mapping reads in the corpus's way is the corpus's own.
        let slot = match name.as_ref() {
            _ if mapping.reads(&name, &value) => None,
            "status" => Some(&mut out.status),
            "subject" => Some(&mut out.subject),
            "time" => Some(&mut out.time),
            _ => None,
        };
        match (slot, value) {
            (Some(slot @ None), Datum::Text(value)) => *slot = Some(value),
            (_, Datum::Flag(true)) if name == "optional" && !out.optional => out.optional = true,
            (_, value) => keep(&mut theirs, &name, value),
        }
    }
    let mut value: Vec<(String, Datum)> = Vec::new();
    for (name, held) in from.fields {
        let datum = field_datum(&name, &held, form);
        let pair = match datum.elements() {
            [start, end] => start.number().zip(end.number()).map(|(start, end)| (start as u32, end as u32)),
            _ => None,
        };
        if let Some(other) = name.strip_prefix("other.") {
            keep_other(&mut out.other, &mut theirs, other, datum);
        } else if let Some((field, (start, end))) = name.strip_prefix("part.").zip(pair) {
            out.parts.push((field.to_owned(), start, end));
        } else {
            value.push((name.strip_prefix(VALUE).unwrap_or(&name).to_owned(), datum));
        }
    }
    if !value.is_empty() {
        out.value = Some(Datum::Object(value));
    }
    if !theirs.is_empty() {
        out.other.push((ATTRIBUTES.into(), Datum::Object(theirs)));
    }
    let mut read = Vec::new();
    for (what, value) in said(&out.other, mapping) {
        let slot = match what.as_str() {
            "status" => &mut out.status,
            "subject" => &mut out.subject,
            "time" => &mut out.time,
            _ => continue,
        };
        if *slot.get_or_insert_with(|| value.clone()) == value {
            read.push((what, Datum::Text(value)));
        }
    }
    if !read.is_empty() {
        out.other.push((FROM_ATTRIBUTES.into(), Datum::Object(read)));
    }
    finish(&mut out.other, from.note.as_deref(), from.level, form);
    out
}

fn finish(other: &mut Vec<(String, Datum)>, note: Option<&str>, level: Level, form: Form) {
    other.extend(level_name(level).map(|level| (LEVEL.into(), Datum::Text(level.into()))));
    other.extend(note.map(|note| ("note".into(), note_datum(note, form))));
}

/// The link of a relation, without its ends; its id may be empty.
pub(super) fn link<'a>(relation: &'a Relation, form: Form, mapping: &'a Mapping) -> Link<'a> {
    let other = &relation.other;
    let kept_label = other.iter().find(|(name, _)| name == LABEL).and_then(|(_, label)| label.text());
    // A mapping may have another name for it, if it is not the corpus that calls it as we do.
    let theirs = mapping.relations.iter().find(|(_, ours)| **ours == relation.label);
    let theirs = theirs.filter(|_| !mapping.relations.contains_key(&relation.label));
    let label = kept_label.unwrap_or_else(|| theirs.map_or(&relation.label, |(theirs, _)| theirs));
    let pair = |datum: &'a Datum| match datum.elements() {
        [first, second] => Some((first.plain().into(), second.plain().into())),
        _ => None,
    };
    let ends = other.iter().find(|(name, _)| name == ENDS && native(form).contains(&ENDS));
    let mut attributes = kept(other).map(|(name, value)| attribute(name, value, form)).collect();
    let mut fields: Vec<_> = others(other, native(form), form).collect();
    if let (Some((first, second)), Form::Pubannotation) = (&relation.roles, form) {
        let roles = [first, second].map(|role| Datum::Text(role.clone()));
        fields.push(field(format!("other.{ROLES}"), &Datum::List(roles.into()), form));
    }
    once(&mut attributes, &mut fields, form);
    Link {
        id: (&relation.id).into(),
        label: label.into(),
        roles: relation.roles.as_ref().map(|(first, second)| (first.into(), second.into())),
        ends: ends.and_then(|(_, ends)| pair(ends)),
        attributes,
        fields,
        note: note(other, form),
        level: level(other, form),
        ..Link::default()
    }
}

/// The relation of a link, without its ends.
pub(super) fn relation(link: Link<'_>, form: Form) -> Relation {
    let mut out = Relation {
        id: link.id.into_owned(),
        label: link.label.into_owned(),
        roles: link.roles.map(|(first, second)| (first.into_owned(), second.into_owned())),
        ..Relation::default()
    };
    let mut theirs = Vec::new();
    for (name, value) in link.attributes {
        keep(&mut theirs, &name, attribute_datum(value, form));
    }
    for (name, held) in link.fields {
        let datum = field_datum(&name, &held, form);
        match (name.strip_prefix("other."), datum.elements()) {
            (Some(ROLES), [first, second]) => out.roles = Some((first.plain(), second.plain())),
            (Some(other), _) => keep_other(&mut out.other, &mut theirs, other, datum),
            (None, _) => keep(&mut theirs, &name, datum),
        }
    }
    if !theirs.is_empty() {
        out.other.push((ATTRIBUTES.into(), Datum::Object(theirs)));
    }
    if let Some((from, to)) = link.ends {
        out.other
            .push((ENDS.into(), Datum::List([from, to].map(|end| Datum::Text(end.into_owned())).into())));
    }
    finish(&mut out.other, link.note.as_deref(), link.level, form);
    out
}
