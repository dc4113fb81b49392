//! `pubannotation`: PubAnnotation JSON, one object for each report.

use super::annotated::{annotated, without_passages};
use super::head::Head;
use super::{Document, Format, Rendered, files};
use crate::write::pubannotation::push;

/// For PubAnnotation and TextAE.
pub(super) static FORMAT: Format = Format {
    name: "pubannotation",
    about: "PubAnnotation JSON: denotations, relations, attributes; a file for each report",
    needs_text: true,
    built: true,
    render,
    gather: |_| files(),
};

fn render(document: &Document<'_>, out: &mut Rendered) {
    without_passages(document, &[Head::Program, Head::Length], out);
    let mut marks = annotated(document);
    // PubAnnotation finds a text by its database and its number there.
    marks.infons = vec![("sourcedb".into(), document.record.program.name.as_str().into())];
    let mut json = Vec::new();
    push(&mut json, &marks);
    json.push(b'\n');
    out.files.push((".json".into(), json));
}
