//! A document with its text as marks on that text, from where the formats of annotators' tools are written.

use super::head::{self, Head};
use super::{Document, Losses, Rendered};
use crate::model::{Annotated, Annotation, FieldValue, Link, Passage};
use crate::run::{Issue, Relation};
use crate::write::json::{number, push_string};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::fmt::{Display, Write};

/// What such formats cannot hold.
const CASES: &str = "case records";
const LOOSE_ISSUES: &str = "issues about no entity";

/// Entities become annotations with their assertion as attributes, and value, parts, section and rule as fields;
/// issues become notes on the first entity that they are about; relations become links, sections passages.
pub(super) fn annotated<'d>(document: &Document<'d>) -> Annotated<'d> {
    let record = document.record;
    let mut out = Annotated::new(&record.id, document.text);
    out.infons = vec![
        ("source".into(), record.source.name.as_str().into()),
        ("format".into(), record.source.format.as_str().into()),
        ("encoding".into(), record.source.encoding.as_str().into()),
        ("sha256".into(), record.source.sha256.as_str().into()),
        ("program".into(), format!("{} {}", record.program.name, record.program.version).into()),
        ("grammar".into(), record.program.grammar.as_str().into()),
        ("schema".into(), record.schema.as_str().into()),
    ];
    out.infons.retain(|(_, value)| !value.trim_ascii().is_empty());
    let mut notes = notes(document);
    out.annotations.reserve(record.entities.len());
    for entity in &record.entities {
        let mut mark =
            Annotation::new(&entity.id, entity.kind.name(), document.bytes(entity.start, entity.end));
        let assertion = &entity.assertion;
        mark.attributes.reserve(4);
        for (name, value) in [
            ("status", assertion.status.name()),
            ("subject", assertion.subject.name()),
            ("time", assertion.time.name()),
        ] {
            mark.attributes.push((name.into(), Some(value.into())));
        }
        if let Some(case) = entity.case {
            mark.attributes.push(("case".into(), Some(case.to_string().into())));
        }
        // Most values have one or two fields; section and rule come after them.
        mark.fields.reserve(4);
        mark.fields.extend(entity.value.iter().map(|(field, value)| (field.name().into(), shown(value))));
        if !entity.codings.is_empty() {
            mark.fields.push(("codes".into(), spaced(&entity.codings).into()));
        }
        if !entity.parts.is_empty() {
            mark.fields.push(("parts".into(), parts(document, entity).into()));
        }
        if let Some(relative) = &assertion.relative {
            mark.fields.push(("relative".into(), relative.as_str().into()));
        }
        for (name, value) in [("section", &entity.section), ("rule", &entity.rule)] {
            if !value.is_empty() {
                mark.fields.push((name.into(), value.as_str().into()));
            }
        }
        mark.note = notes.remove(entity.id.as_str()).map(Cow::Owned);
        out.annotations.push(mark);
    }
    out.links = record
        .relations
        .iter()
        .filter(|relation| links(document, relation))
        .map(|relation| Link {
            id: relation.id.as_str().into(),
            label: relation.kind.as_str().into(),
            from: relation.from.as_str().into(),
            to: relation.to.as_str().into(),
            ..Link::default()
        })
        .collect();
    out.passages = record
        .sections
        .iter()
        .map(|section| {
            let mut infons = vec![("type".into(), section.kind.as_str().into())];
            if !section.title.is_empty() {
                infons.push(("title".into(), section.title.as_str().into()));
            }
            Passage { span: document.bytes(section.start, section.end), infons, ..Passage::default() }
        })
        .collect();
    out
}

/// Whether both of its ends are there.
fn links(document: &Document<'_>, relation: &Relation) -> bool {
    document.named(&relation.from).and(document.named(&relation.to)).is_some()
}

/// Counts what all formats of marks leave out, and what this one does of the head of the record.
pub(super) fn losses(document: &Document<'_>, head: &[Head], losses: &mut Losses) {
    let record = document.record;
    losses.add(CASES, record.cases.len());
    let is_loose = |issue: &&Issue| !issue.entities.iter().any(|id| document.named(id).is_some());
    let (loose, noted): (Vec<_>, Vec<_>) = record.issues.iter().partition(is_loose);
    losses.add(LOOSE_ISSUES, loose.len());
    // A note is for people, and its message has the figures in words.
    losses.add("names of checks", noted.iter().filter(|issue| !issue.check.is_empty()).count());
    losses
        .add("entities of issues beyond the first", noted.iter().map(|issue| issue.entities.len() - 1).sum());
    losses.add("operands of issues", noted.iter().map(|issue| issue.operands.len()).sum());
    losses.add("expected values of issues", noted.iter().filter(|issue| issue.expected.is_some()).count());
    losses.add("suggestions of issues", noted.iter().filter(|issue| issue.suggestion.is_some()).count());
    losses.add("checks that held", record.checks.len());
    let (linked, dangling): (Vec<_>, Vec<_>) =
        record.relations.iter().partition(|relation| links(document, relation));
    losses.add("relations of entities that are not there", dangling.len());
    losses.add("rules of relations", linked.iter().filter(|relation| !relation.rule.is_empty()).count());
    head::losses(document, head, losses);
}

/// Counts what is lost where a format has no passages, besides.
pub(super) fn without_passages(document: &Document<'_>, head: &[Head], out: &mut Rendered) {
    losses(document, head, &mut out.losses);
    // The kind of its section stands with each entity.
    out.losses.add("places and titles of sections", document.record.sections.len());
}

/// What is said of an entity by the issues that name it first.
fn notes<'d>(document: &Document<'d>) -> FxHashMap<&'d str, String> {
    let mut notes: FxHashMap<&str, String> = FxHashMap::default();
    for issue in &document.record.issues {
        let Some(first) = issue.entities.iter().find_map(|id| document.named(id)) else { continue };
        let note = notes.entry(first.id.as_str()).or_default();
        let between = if note.is_empty() { "" } else { "; " };
        let _ = write!(note, "{between}{} ({}): {}", issue.code, issue.severity, issue.message);
    }
    notes
}

/// Numbers and lists as in JSON, words as they are.
fn shown<'v>(value: &'v FieldValue<'_>) -> Cow<'v, str> {
    match value {
        FieldValue::Number(number) => number.to_string().into(),
        FieldValue::Text(text) => text.as_ref().into(),
        FieldValue::Flag(true) => "true".into(),
        FieldValue::Flag(false) => "false".into(),
        FieldValue::Integers(all) => list(all).into(),
        FieldValue::Numbers(all) => list(all).into(),
    }
}

/// With spaces between.
pub(super) fn spaced(items: &[impl Display]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn list(items: &[impl Display]) -> String {
    let mut out = String::from("[");
    for (at, item) in items.iter().enumerate() {
        let _ = write!(out, "{}{item}", if at > 0 { "," } else { "" });
    }
    out.push(']');
    out
}

/// Where fields were read from, in code points: `{"analyte":[10,14]}`.
fn parts(document: &Document<'_>, entity: &crate::run::Entity) -> String {
    let mut out = Vec::new();
    for (at, part) in entity.parts.iter().enumerate() {
        out.push(if at == 0 { b'{' } else { b',' });
        push_string(&mut out, part.field.name());
        let span = document.bytes(part.start, part.end);
        out.extend_from_slice(b":[");
        number(&mut out, document.characters(span.start));
        out.push(b',');
        number(&mut out, document.characters(span.end));
        out.push(b']');
    }
    out.push(b'}');
    String::from_utf8(out).unwrap_or_default()
}
