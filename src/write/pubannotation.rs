//! PubAnnotation JSON: one object a document, with denotations, relations and attributes.
//!
//! Offsets count code points. A discontinuous mark has an array of spans, as the format's "bagging" has it.

use super::brat::push_value;
use super::json::push_string;
use crate::model::{Annotated, OffsetMap, OffsetUnit};
use std::io::Write;

/// Appends a document as one JSON object, without a line break.
///
/// ```
/// use casegrain::model::{Annotated, Annotation, Span};
/// let mut document = Annotated::new("a", "no µ rash");
/// let mut rash = Annotation::new("T1", "finding", Span::new(6, 10));
/// rash.attributes.push(("status".into(), Some("absent".into())));
/// document.annotations.push(rash);
/// let mut out = Vec::new();
/// casegrain::write::pubannotation::push(&mut out, &document);
/// let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
/// assert_eq!(json["denotations"][0]["span"], serde_json::json!({"begin": 5, "end": 9}));
/// assert_eq!(json["attributes"][0]["obj"], "absent");
/// ```
pub fn push(out: &mut Vec<u8>, document: &Annotated) {
    let map = OffsetMap::new(&document.text, OffsetUnit::Chars);
    out.extend_from_slice(b"{\"sourceid\":");
    push_string(out, &document.id);
    for (name, value) in &document.infons {
        out.push(b',');
        push_string(out, name);
        out.push(b':');
        push_string(out, value);
    }
    out.extend_from_slice(b",\"text\":");
    push_string(out, &document.text);
    out.extend_from_slice(b",\"denotations\":[");
    for (at, annotation) in document.annotations.iter().enumerate() {
        out.extend_from_slice(if at > 0 { b",{\"id\":" } else { b"{\"id\":" });
        push_string(out, &annotation.id);
        out.extend_from_slice(b",\"span\":");
        let many = annotation.spans.len() > 1;
        for (at, span) in annotation.spans.iter().enumerate() {
            let before = if at > 0 {
                ","
            } else if many {
                "["
            } else {
                ""
            };
            let (begin, end) = (map.convert(span.start), map.convert(span.end));
            let _ = write!(out, "{before}{{\"begin\":{begin},\"end\":{end}}}");
        }
        out.extend_from_slice(if many { b"],\"obj\":" } else { b",\"obj\":" });
        push_string(out, &annotation.label);
        out.push(b'}');
    }
    out.extend_from_slice(b"],\"relations\":[");
    for (at, link) in document.links.iter().enumerate() {
        out.extend_from_slice(if at > 0 { b",{\"id\":" } else { b"{\"id\":" });
        push_string(out, &link.id);
        for (name, value) in [("pred", &link.label), ("subj", &link.from), ("obj", &link.to)] {
            let _ = write!(out, ",\"{name}\":");
            push_string(out, value);
        }
        out.push(b'}');
    }
    out.extend_from_slice(b"],\"attributes\":[");
    let mut number = 0;
    for annotation in &document.annotations {
        let attributes =
            annotation.attributes.iter().map(|(name, value)| (name, value.as_deref().unwrap_or("true")));
        let fields = annotation.fields.iter().map(|(name, value)| (name, value.as_str()));
        let note = "note".to_owned();
        let note = annotation.note.iter().map(|value| (&note, value.as_str()));
        for (name, value) in attributes.chain(fields).chain(note) {
            number += 1;
            let comma = if number > 1 { "," } else { "" };
            let _ = write!(out, "{comma}{{\"id\":\"A{number}\",\"subj\":");
            push_string(out, &annotation.id);
            out.extend_from_slice(b",\"pred\":");
            push_string(out, name);
            out.extend_from_slice(b",\"obj\":");
            push_value(out, value);
            out.push(b'}');
        }
    }
    out.extend_from_slice(b"]}");
}
