//! PubAnnotation JSON: one object a document, with denotations, relations and attributes.
//!
//! Offsets count code points. A discontinuous mark has an array of spans, as the format's "bagging" has it.

use super::brat::push_value;
use super::json::{number, push_string};
use crate::model::{Annotated, OffsetMap, OffsetUnit};

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
pub fn push(out: &mut Vec<u8>, document: &Annotated<'_>) {
    push_with(out, document, push_string, push_value);
}

/// Appends a document; `push_infon` writes what is known of it as a whole, `push_value` what is known of a mark.
pub(crate) fn push_with(
    out: &mut Vec<u8>,
    document: &Annotated<'_>,
    push_infon: fn(&mut Vec<u8>, &str),
    push_value: fn(&mut Vec<u8>, &str),
) {
    let map = OffsetMap::new(&document.text, OffsetUnit::Chars);
    out.reserve(document.text.len() + ROOM * document.annotations.len());
    out.extend_from_slice(b"{\"sourceid\":");
    push_string(out, &document.id);
    for (name, value) in &document.infons {
        out.push(b',');
        push_string(out, name);
        out.push(b':');
        push_infon(out, value);
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
            if many {
                out.push(if at > 0 { b',' } else { b'[' });
            }
            out.extend_from_slice(b"{\"begin\":");
            number(out, map.convert(span.start));
            out.extend_from_slice(b",\"end\":");
            number(out, map.convert(span.end));
            out.push(b'}');
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
            out.push(b',');
            push_string(out, name);
            out.push(b':');
            push_string(out, value);
        }
        out.push(b'}');
    }
    out.extend_from_slice(b"],\"attributes\":[");
    let mut count = 0;
    let mut attribute = |id: &str, name: &str, value: &str| {
        count += 1;
        out.extend_from_slice(if count > 1 { b",{\"id\":\"A" } else { b"{\"id\":\"A" });
        number(out, count);
        out.extend_from_slice(b"\",\"subj\":");
        push_string(out, id);
        out.extend_from_slice(b",\"pred\":");
        push_string(out, name);
        out.extend_from_slice(b",\"obj\":");
        push_value(out, value);
        out.push(b'}');
    };
    for annotation in &document.annotations {
        annotation.properties().for_each(|(name, value)| attribute(&annotation.id, name, value));
    }
    for link in &document.links {
        link.properties().for_each(|(name, value)| attribute(&link.id, name, value));
    }
    out.extend_from_slice(b"]}");
}

/// Bytes that a mark takes with its attributes, so that room is made once.
const ROOM: usize = 640;
