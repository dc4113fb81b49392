//! Where a resource comes from: its words, and the event that it is.

use super::super::tree::Json;
use super::bundle::extension;
use crate::model::Status;
use crate::model::case::Event;
use crate::run::Entity;
use crate::write::json::{number, push_string};
use std::borrow::Cow;

/// The way back to the words. Half of a Bundle is these, so they are written at once; what is empty has no value, which
/// an extension must have.
pub(super) fn read_from<'d>(document: &str, entity: &Entity) -> Json<'d> {
    let mut out = b"{\"url\":\"urn:casegrain:read-from\",\"extension\":[".to_vec();
    out.reserve(384);
    let text = |out: &mut Vec<u8>, url: &str, value: &str| {
        if !value.is_empty() {
            part(out, url, "valueString");
            push_string(out, value);
            out.extend_from_slice(b"},");
        }
    };
    text(&mut out, "document", &plain(document));
    text(&mut out, "entity", &entity.id);
    for (url, offset) in [("start", entity.start), ("end", entity.end)] {
        part(&mut out, url, "valueUnsignedInt");
        number(&mut out, offset);
        out.extend_from_slice(b"},");
    }
    text(&mut out, "words", &plain(&entity.text));
    text(&mut out, "rule", &entity.rule);
    out.pop();
    out.extend_from_slice(b"]}");
    Json::Written(String::from_utf8(out).expect("put together from strings"))
}

/// The beginning of an extension, up to its value.
fn part(out: &mut Vec<u8>, url: &str, value: &str) {
    for piece in ["{\"url\":\"", url, "\",\"", value, "\":"] {
        out.extend_from_slice(piece.as_bytes());
    }
}

/// On which days it was, from presentation.
pub(super) fn days<'d>(event: &Event) -> Option<Json<'d>> {
    let day = event.day.as_ref()?;
    let mut parts = Vec::new();
    for (name, value) in [("earliest", day.earliest), ("latest", day.latest)] {
        parts.extend(value.map(|value| extension(name).with("valueInteger", value)));
    }
    (!parts.is_empty()).then(|| extension("urn:casegrain:day-from-presentation").with("extension", parts))
}

/// An event with its time as the text tells it.
pub(super) fn told<'d>(event: &'d Event) -> Json<'d> {
    let mut parts = Vec::new();
    if event.status != Status::Present {
        parts.push(extension("status").with("valueCode", event.status.name()));
    }
    for (name, value) in [("earliest", event.earliest), ("latest", event.latest)] {
        parts.extend(value.map(|value| extension(name).with("valueDecimal", value)));
    }
    for (name, text) in [
        ("event", Some(event.event.as_str())),
        ("from", event.anchor.as_deref()),
        ("unit", event.unit.as_deref()),
        ("date", event.iso8601.as_deref()),
    ] {
        let text = text.filter(|text| !text.is_empty());
        parts.extend(text.map(|text| extension(name).with("valueString", plain(text))));
    }
    extension("urn:casegrain:event").with("extension", parts)
}

/// What FHIR allows in a string: spaces other than the common ones, and control characters, become spaces, each one, so
/// that words keep their length.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    let odd = |c: char| {
        (c.is_whitespace() || c.is_control() || c == '\u{feff}') && !matches!(c, ' ' | '\t' | '\n' | '\r')
    };
    if text.chars().any(odd) { text.replace(odd, " ").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_what_fhir_allows_and_as_long_as_they_were() {
        assert_eq!(plain("15\u{a0}cm\tµ\u{1}"), "15 cm\tµ ");
    }
}
