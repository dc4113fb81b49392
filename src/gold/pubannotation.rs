//! PubAnnotation JSON: one object, an array of them, or one a line.

use super::bioc::is_field;
use super::neutral::Lines;
use super::{Datum, Document, Mapping, Place, Problem};
use crate::model::{Annotated, Annotation, Link, OffsetMap, OffsetUnit, Span};
use smallvec::SmallVec;

/// Whether an object looks like PubAnnotation's.
pub(super) fn is_it(datum: &Datum) -> bool {
    datum.get("denotations").is_some()
}

/// Reads one object; a document without an id is called by its file.
pub(super) fn document(datum: &Datum, place: &Place, mapping: &Mapping) -> Result<Document, Problem> {
    let bad = |why: String| Problem::error(place, "form", why);
    let string = |datum: &Datum, name: &str| {
        datum.get(name).map(Datum::plain).ok_or_else(|| bad(format!("lacks the field `{name}`")))
    };
    let text = datum.get("text").and_then(Datum::text).ok_or_else(|| bad("lacks the field `text`".into()))?;
    let id = match datum.get("sourceid") {
        Some(id) => id.plain(),
        None => {
            let stem = std::path::Path::new(&place.file).file_stem().unwrap_or_default();
            stem.to_string_lossy().into_owned()
        }
    };
    let mut out = Annotated::new(id, text);
    let map = OffsetMap::new(text, OffsetUnit::Chars);
    for (name, value) in datum.members() {
        if !matches!(name.as_str(), "sourceid" | "text" | "denotations" | "relations" | "attributes") {
            out.infons.push((name.into(), value.plain().into()));
        }
    }
    let members = |name: &str| datum.get(name).map(Datum::elements).unwrap_or_default();
    for denotation in members("denotations") {
        let span = denotation.get("span").ok_or_else(|| bad("a denotation lacks `span`".into()))?;
        let spans = match span {
            Datum::List(spans) => spans.as_slice(),
            one => std::slice::from_ref(one),
        };
        let id = string(denotation, "id")?;
        let place = |span: &Datum| {
            let byte = |name| map.byte(span.get(name)?.number()? as u32);
            let place = byte("begin").zip(byte("end")).filter(|(begin, end)| begin < end);
            place.map(|(begin, end)| Span::new(begin, end))
        };
        let spans: Option<SmallVec<[Span; 1]>> = spans.iter().map(place).collect();
        let spans = spans.filter(|spans| !spans.is_empty());
        let spans = spans.ok_or_else(|| bad(format!("{id}: its span is no slice of the text")))?;
        let label = string(denotation, "obj")?;
        let (id, label) = (id.into(), label.into());
        out.annotations.push(Annotation { id, label, spans, ..Annotation::default() });
    }
    for relation in members("relations") {
        out.links.push(Link {
            id: string(relation, "id")?.into(),
            label: string(relation, "pred")?.into(),
            from: string(relation, "subj")?.into(),
            to: string(relation, "obj")?.into(),
            ..Link::default()
        });
    }
    for attribute in members("attributes") {
        let subject = string(attribute, "subj")?;
        let name = string(attribute, "pred")?;
        let Some(annotation) = out.annotations.iter_mut().find(|a| a.id == subject) else {
            return Err(bad(format!("an attribute is of `{subject}`, which is not there")));
        };
        let value = attribute.get("obj").cloned().unwrap_or(Datum::Flag(true));
        match name.as_str() {
            "note" => annotation.note = Some(value.plain().into()),
            _ if is_field(&name) => annotation.fields.push((name.into(), value.plain().into())),
            _ => {
                let value = (value != Datum::Flag(true)).then(|| value.plain().into());
                annotation.attributes.push((name.into(), value));
            }
        }
    }
    Document::of_annotated(out, &Lines::default(), place.clone(), mapping)
}
