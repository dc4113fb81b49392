//! `webannotation`: the W3C Web Annotation data model as JSON-LD, one page of annotations for each report.
//!
//! Positions count code points, as that model has it. A quotation with the words around it stands beside each
//! position, so that an annotation can be found again in a page that holds the text among other things.

use super::annotated::{annotated, without_passages};
use super::head::Head;
use super::{Document, Format, Rendered, files};
use crate::model::{Annotation, Span};
use crate::read;
use crate::write::brat::push_object;
use crate::write::json::{number, push_string};
use std::borrow::Cow;

/// <https://www.w3.org/TR/annotation-model/>
pub(super) static FORMAT: Format = Format {
    name: "webannotation",
    about: "W3C Web Annotation JSON-LD, with positions and quotations; a file for each report",
    needs_text: true,
    built: true,
    render,
    gather: |_| files(),
};

/// How many characters before and after a quotation stand with it.
const AROUND: usize = 24;

/// Bytes that an annotation takes, so that room is made once.
const ROOM: usize = 1024;

fn render(document: &Document<'_>, out: &mut Rendered) {
    without_passages(document, &[Head::File, Head::Program, Head::Version, Head::Length], out);
    let marks = annotated(document);
    let record = document.record;
    let page = format!("urn:casegrain:{}", iri(&record.id));
    let mut json = Vec::with_capacity(ROOM * (marks.annotations.len() + 1));
    // It is the same after each.
    let mut generator = b",\"generator\":{\"type\":\"Software\",\"name\":".to_vec();
    push_string(&mut generator, &format!("{} {}", record.program.name, record.program.version));
    generator.extend_from_slice(b"}}");
    let mut object = Vec::new();
    json.extend_from_slice(b"{\"@context\":\"http://www.w3.org/ns/anno.jsonld\",\"id\":");
    push_string(&mut json, &page);
    json.extend_from_slice(b",\"type\":\"AnnotationPage\",\"startIndex\":0,\"items\":[");
    let mut source = iri(&record.source.name);
    if record.source.format != read::Format::Text.name() {
        // One file holds many texts, each with positions of its own.
        source = format!("{source}#{}", iri(&record.id)).into();
    }
    for (at, mark) in marks.annotations.iter().enumerate() {
        json.extend_from_slice(if at > 0 { b",\n" } else { b"\n" });
        open(&mut json, &page, &mark.id, "tagging");
        bodies(&mut json, mark, &mut object);
        target(&mut json, document, mark.reach(), &source);
        json.extend_from_slice(&generator);
    }
    for (at, link) in marks.links.iter().enumerate() {
        json.extend_from_slice(if at > 0 || !marks.annotations.is_empty() { b",\n" } else { b"\n" });
        open(&mut json, &page, &link.id, "linking");
        json.extend_from_slice(b",\"body\":[{\"type\":\"TextualBody\",\"purpose\":\"tagging\",\"value\":");
        push_string(&mut json, &link.label);
        json.extend_from_slice(b"},");
        push_iri(&mut json, &page, &link.to);
        json.extend_from_slice(b"],\"target\":");
        push_iri(&mut json, &page, &link.from);
        json.extend_from_slice(&generator);
    }
    json.extend_from_slice(b"\n]}\n");
    out.files.push((".jsonld".into(), json));
}

fn open(json: &mut Vec<u8>, page: &str, id: &str, motivation: &str) {
    json.extend_from_slice(b"{\"id\":");
    push_iri(json, page, id);
    json.extend_from_slice(b",\"type\":\"Annotation\",\"motivation\":");
    push_string(json, motivation);
}

/// What a mark or link of a page is called, as a string.
fn push_iri(json: &mut Vec<u8>, page: &str, id: &str) {
    // Neither has anything that JSON would escape.
    json.push(b'"');
    json.extend_from_slice(page.as_bytes());
    json.push(b':');
    json.extend_from_slice(iri(id).as_bytes());
    json.push(b'"');
}

/// The type as a tag, the rest as a JSON object, a remark as a comment.
fn bodies(json: &mut Vec<u8>, mark: &Annotation<'_>, object: &mut Vec<u8>) {
    json.extend_from_slice(b",\"body\":[{\"type\":\"TextualBody\",\"purpose\":\"tagging\",\"value\":");
    push_string(json, &mark.label);
    json.extend_from_slice(
        b"},{\"type\":\"TextualBody\",\"purpose\":\"describing\",\"format\":\"application/json\",\"value\":",
    );
    object.clear();
    let attributes =
        mark.attributes.iter().map(|(name, value)| (name.as_ref(), value.as_deref().unwrap_or("true")));
    let fields = mark.fields.iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
    push_object(object, attributes.chain(fields));
    push_string(json, std::str::from_utf8(object).expect("put together from strings"));
    json.push(b'}');
    if let Some(note) = &mark.note {
        json.extend_from_slice(b",{\"type\":\"TextualBody\",\"purpose\":\"commenting\",\"value\":");
        push_string(json, note);
        json.push(b'}');
    }
    json.push(b']');
}

fn target(json: &mut Vec<u8>, document: &Document<'_>, span: Span, source: &str) {
    let text = document.text;
    json.extend_from_slice(b",\"target\":{\"source\":");
    push_string(json, source);
    json.extend_from_slice(b",\"selector\":[{\"type\":\"TextPositionSelector\",\"start\":");
    number(json, document.characters(span.start));
    json.extend_from_slice(b",\"end\":");
    number(json, document.characters(span.end));
    json.extend_from_slice(b"},{\"type\":\"TextQuoteSelector\",\"exact\":");
    push_string(json, span.of(text));
    let (before, after) = (&text[..span.start as usize], &text[span.end as usize..]);
    let from = before.char_indices().rev().take(AROUND).last().map_or(before.len(), |(at, _)| at);
    let to = after.char_indices().nth(AROUND).map_or(after.len(), |(at, _)| at);
    json.extend_from_slice(b",\"prefix\":");
    push_string(json, &before[from..]);
    json.extend_from_slice(b",\"suffix\":");
    push_string(json, &after[..to]);
    json.extend_from_slice(b"}]}");
}

/// Text as part of an IRI: what may not stand there is percent-encoded.
fn iri(text: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/');
    if text.bytes().all(plain) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if plain(byte) {
            out.push(byte as char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out.into()
}
