//! Documents to and from the form in which annotation formats meet.

use super::{Datum, Document, Entity, Mapping, Place, Problem, Relation};
use crate::model::{
    Annotated, Annotation, EntityType, Field, FieldType, Link, OffsetMap, OffsetUnit, Passage, Span,
};
use smallvec::smallvec;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Fields of an entity's value whose name an attribute has, too, are written with this before it.
pub(super) const VALUE: &str = "value.";

/// The infon of a document in which relations were looked for and none is.
const NO_RELATIONS: &str = "no_relations";

/// Names of attributes that say how an entity is meant.
const ASSERTION: [&str; 3] = ["status", "subject", "time"];

/// The lines in which annotations and links stand, where they are known.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub(super) annotations: Vec<u64>,
    pub(super) links: Vec<u64>,
}

impl Document {
    /// The document for the writers of other formats. Labels that a mapping gave a type are written as they were.
    ///
    /// ```
    /// use casegrain::gold::{Document, Entity, Mapping};
    /// let mut document = Document { id: "a".into(), text: "2 µg aspirin".into(), ..Document::default() };
    /// let drug = Entity { label: "drug".into(), start: 5, end: 12, status: Some("absent".into()), ..Entity::default() };
    /// document.entities.push(drug);
    /// let mapping = Mapping::default();
    /// let annotated = document.annotated(&mapping);
    /// assert_eq!(annotated.annotations[0].spans[0].of(&annotated.text), "aspirin");
    /// assert_eq!(annotated.annotations[0].properties().next(), Some(("status", "absent")));
    /// ```
    pub fn annotated<'a>(&'a self, mapping: &'a Mapping) -> Annotated<'a> {
        let map = OffsetMap::new(&self.text, OffsetUnit::Chars);
        let span = |start: u32, end: u32| {
            Span::new(map.byte(start).unwrap_or_default(), map.byte(end).unwrap_or_default())
        };
        let mut out = Annotated::new(&self.id, &self.text);
        if !self.exhaustive.is_empty() {
            out.infons.push(("exhaustive".into(), self.exhaustive.join(" ").into()));
        }
        for (name, value) in &self.other {
            match name.as_str() {
                "extra" => out.extra.extend(value.elements().iter().map(|line| line.plain().into())),
                "passages" => out.passages.extend(value.elements().iter().filter_map(|passage| {
                    let offset = |name| passage.get(name).and_then(Datum::number).map(|n| n as u32);
                    let infons = passage.get("infons").map(Datum::members).unwrap_or_default();
                    let infons =
                        infons.iter().map(|(name, value)| (name.into(), value.plain().into())).collect();
                    Some(Passage { span: span(offset("start")?, offset("end")?), infons })
                })),
                _ => out.infons.push((name.into(), value.plain().into())),
            }
        }
        // That there are no relations is something else than that nobody looked for them.
        if self.relations.as_ref().is_some_and(Vec::is_empty) {
            out.infons.push((NO_RELATIONS.into(), "true".into()));
        }
        if let Some(cases) = &self.cases {
            out.infons.push(("cases".into(), Datum::List(cases.clone()).to_string().into()));
        }
        let id = |at: usize| match &self.entities[at].id {
            id if id.is_empty() => Cow::Owned(format!("T{}", at + 1)),
            id => Cow::from(id),
        };
        for (at, entity) in self.entities.iter().enumerate() {
            let mut annotation = annotation(entity, id(at), mapping);
            annotation.spans = match entity.spans.as_slice() {
                [] => smallvec![span(entity.start, entity.end)],
                pieces => pieces.iter().map(|(start, end)| span(*start, *end)).collect(),
            };
            out.annotations.push(annotation);
        }
        for (number, relation) in (1..).zip(self.relations.iter().flatten()) {
            let theirs = mapping.relations.iter().find(|(_, ours)| **ours == relation.label);
            let theirs = theirs.filter(|_| !mapping.relations.contains_key(&relation.label));
            out.links.push(Link {
                id: if relation.id.is_empty() { format!("R{number}").into() } else { (&relation.id).into() },
                label: theirs.map_or(&relation.label, |(theirs, _)| theirs).into(),
                from: id(relation.from),
                to: id(relation.to),
                roles: ((&relation.roles.0).into(), (&relation.roles.1).into()),
            });
        }
        out
    }

    /// Gives labels and relations of a corpus the names that we have for them, where there is exactly one; what they
    /// were called is kept.
    ///
    /// ```
    /// use casegrain::gold::{Document, Entity, Mapping};
    /// let mapping: Mapping = serde_json::from_str(r#"{"accept": {"Medication": ["drug"]}}"#).unwrap();
    /// let mut document = Document::default();
    /// document.entities.push(Entity { label: "Medication".into(), ..Entity::default() });
    /// document.rename(&mapping);
    /// assert_eq!(document.entities[0].label, "drug");
    /// ```
    pub fn rename(&mut self, mapping: &Mapping) {
        for entity in &mut self.entities {
            if let Some(kind) = mapping.kind_of(&entity.label).filter(|kind| **kind != entity.label) {
                let label = std::mem::replace(&mut entity.label, kind.to_owned());
                entity.other.push(("label".into(), Datum::Text(label)));
            }
        }
        for relation in self.relations.iter_mut().flatten() {
            if let Some(ours) = mapping.relations.get(&relation.label) {
                relation.label.clone_from(ours);
            }
        }
    }

    /// A document from what a reader of another format found.
    ///
    /// # Errors
    /// When a link leads to what is no annotation.
    pub(super) fn of_annotated(
        from: Annotated<'_>,
        lines: &Lines,
        place: Place,
        mapping: &Mapping,
    ) -> Result<Document, Problem> {
        let line = |all: &[u64], at: usize| all.get(at).copied().unwrap_or_default();
        let whole = place.clone();
        let map = OffsetMap::new(&from.text, OffsetUnit::Chars);
        let mut document = Document { id: from.id.into_owned(), place, ..Document::default() };
        for (name, value) in from.infons {
            match name.as_ref() {
                NO_RELATIONS => {
                    document.relations.get_or_insert_default();
                }
                "exhaustive" => document.exhaustive.extend(value.split_whitespace().map(str::to_owned)),
                "cases" => {
                    let cases: Datum = serde_json::from_str(&value)
                        .map_err(|_| Problem::error(&whole, "form", "the infon `cases` is no JSON"))?;
                    document.cases = Some(cases.elements().to_vec());
                }
                _ => document.other.push((name.into_owned(), json_or_text(value.into_owned()))),
            }
        }
        if !from.passages.is_empty() {
            let passage = |passage: &Passage<'_>| {
                let infons = passage.infons.iter();
                let infons = infons.map(|(n, v)| (n.to_string(), Datum::Text(v.to_string()))).collect();
                let offset = |byte| Datum::Number(map.convert(byte).to_string());
                Datum::Object(vec![
                    ("start".into(), offset(passage.span.start)),
                    ("end".into(), offset(passage.span.end)),
                    ("infons".into(), Datum::Object(infons)),
                ])
            };
            document
                .other
                .push(("passages".into(), Datum::List(from.passages.iter().map(passage).collect())));
        }
        if !from.extra.is_empty() {
            let lines = from.extra.into_iter().map(|line| Datum::Text(line.into_owned())).collect();
            document.other.push(("extra".into(), Datum::List(lines)));
        }
        for (at, link) in from.links.iter().enumerate() {
            let line = line(&lines.links, at);
            let end = |id: &str| {
                let found = from.annotations.iter().position(|a| a.id == id);
                let why = || format!("the relation `{}` leads to `{id}`, which is not there", link.id);
                found.ok_or_else(|| Problem::error(&whole.at(line), "form", why()))
            };
            document.relations.get_or_insert_default().push(Relation {
                id: link.id.to_string(),
                label: link.label.to_string(),
                from: end(&link.from)?,
                to: end(&link.to)?,
                roles: (link.roles.0.to_string(), link.roles.1.to_string()),
                line,
            });
        }
        for (at, annotation) in from.annotations.into_iter().enumerate() {
            let mut entity = entity(annotation, &map, &from.text, mapping);
            entity.line = line(&lines.annotations, at);
            document.entities.push(entity);
        }
        document.text = from.text.into_owned();
        Ok(document)
    }
}

/// What attributes of a corpus say of an entity, by a mapping.
fn implied<'m>(
    attributes: impl Iterator<Item = (&'m str, Option<&'m str>)>,
    mapping: &Mapping,
) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for (name, value) in attributes {
        let with_value = value.and_then(|value| mapping.attributes.get(&format!("{name}={value}")));
        for says in [mapping.attributes.get(name), with_value].into_iter().flatten() {
            all.extend(says.iter().map(|(what, value)| (what.clone(), value.clone())));
        }
    }
    all
}

fn annotation<'a>(entity: &'a Entity, id: Cow<'a, str>, mapping: &'a Mapping) -> Annotation<'a> {
    let mut out = Annotation { id, label: entity.own_label().into(), ..Annotation::default() };
    let theirs = entity.other("attributes").map(Datum::members).unwrap_or_default();
    let said = implied(theirs.iter().map(|(name, value)| (name.as_str(), value.text())), mapping);
    for (name, value) in ASSERTION.into_iter().zip([&entity.status, &entity.subject, &entity.time]) {
        // What the corpus says in its own way is not said twice.
        if let Some(value) = value.as_ref().filter(|value| said.get(name) != Some(value)) {
            out.attributes.push((name.into(), Some(value.into())));
        }
    }
    if entity.optional {
        out.attributes.push(("optional".into(), None));
    }
    for (name, value) in theirs {
        out.attributes.push((name.into(), (*value != Datum::Flag(true)).then(|| value.plain().into())));
    }
    for (name, value) in entity.value.iter().flat_map(Datum::members) {
        let taken = ASSERTION.contains(&name.as_str());
        let name = if taken { format!("{VALUE}{name}").into() } else { name.into() };
        out.fields.push((name, value.plain().into()));
    }
    for (field, start, end) in &entity.parts {
        out.fields.push((format!("part.{field}").into(), format!("[{start},{end}]").into()));
    }
    for (name, value) in &entity.other {
        match name.as_str() {
            "label" | "attributes" => {}
            "note" => out.note = Some(value.plain().into()),
            _ => out.fields.push((format!("other.{name}").into(), value.plain().into())),
        }
    }
    out
}

fn entity(from: Annotation<'_>, map: &OffsetMap<'_>, text: &str, mapping: &Mapping) -> Entity {
    let reach = from.reach();
    let mut out = Entity {
        id: from.id.into_owned(),
        start: map.convert(reach.start),
        end: map.convert(reach.end),
        text: Some(reach.of(text).to_owned()),
        ..Entity::default()
    };
    if from.spans.len() > 1 {
        out.spans = from.spans.iter().map(|span| (map.convert(span.start), map.convert(span.end))).collect();
    }
    out.label = from.label.into_owned();
    let said =
        implied(from.attributes.iter().map(|(name, value)| (name.as_ref(), value.as_deref())), mapping);
    let mut theirs = Vec::new();
    for (name, value) in from.attributes {
        let value = value.map(Cow::into_owned);
        match (name.as_ref(), value) {
            ("status", Some(value)) => out.status = Some(value),
            ("subject", Some(value)) => out.subject = Some(value),
            ("time", Some(value)) => out.time = Some(value),
            ("optional", _) => out.optional = true,
            (_, value) => theirs.push((name.into_owned(), value.map_or(Datum::Flag(true), Datum::Text))),
        }
    }
    for (what, value) in said {
        let slot = match what.as_str() {
            "status" => &mut out.status,
            "subject" => &mut out.subject,
            "time" => &mut out.time,
            _ => continue,
        };
        slot.get_or_insert(value);
    }
    let kind = mapping.kind_of(&out.label).and_then(EntityType::from_name);
    let mut value = Vec::new();
    for (name, held) in from.fields {
        let pair = |held: &str| serde_json::from_str::<(u32, u32)>(held).ok();
        if let Some(other) = name.strip_prefix("other.") {
            out.other.push((other.to_owned(), json_or_text(held.into_owned())));
        } else if let Some((field, (start, end))) = name.strip_prefix("part.").zip(pair(&held)) {
            out.parts.push((field.to_owned(), start, end));
        } else {
            let name = name.strip_prefix(VALUE).unwrap_or(&name);
            value.push((name.to_owned(), field_datum(name, held.into_owned(), kind)));
        }
    }
    if !value.is_empty() {
        out.value = Some(Datum::Object(value));
    }
    if !theirs.is_empty() {
        out.other.push(("attributes".into(), Datum::Object(theirs)));
    }
    if let Some(note) = from.note {
        out.other.push(("note".into(), Datum::Text(note.into_owned())));
    }
    out
}

/// A field from its plain form: text stays text, whatever it looks like.
fn field_datum(name: &str, held: String, kind: Option<EntityType>) -> Datum {
    let text = kind.is_some() && Field::from_name(name).is_some_and(|field| field.kind() == FieldType::Text);
    if text {
        return Datum::Text(held);
    }
    match serde_json::from_str(&held) {
        Ok(datum) => datum,
        Err(_) => Datum::Text(held),
    }
}

/// Lists and objects that were written as JSON, and everything else as text.
fn json_or_text(held: String) -> Datum {
    if held.starts_with(['[', '{'])
        && let Ok(datum) = serde_json::from_str(&held)
    {
        return datum;
    }
    Datum::Text(held)
}
