//! `bioc-json` and `bioc-xml`: BioC, one collection of one document for each report.

use super::annotated::{annotated, losses};
use super::head::Head;
use super::{Document, Format, Rendered, files};
use crate::write::bioc::{Collection, Form, Writer};

/// BioC as JSON.
pub(super) static JSON: Format = Format {
    name: "bioc-json",
    about: "BioC as JSON, sections as passages; a file for each report",
    needs_text: true,
    built: true,
    render: |document, out| render(document, out, Form::Json, ".json"),
    gather: |_| files(),
};

/// BioC as XML.
pub(super) static XML: Format = Format {
    name: "bioc-xml",
    about: "BioC as XML, sections as passages; a file for each report",
    needs_text: true,
    built: true,
    render: |document, out| {
        // XML 1.0 has no place for them; U+FFFD stands there, so that offsets stay right.
        let lost = document.text.chars().filter(|c| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}'));
        out.losses.add("characters that XML cannot hold", lost.count());
        render(document, out, Form::Xml, ".xml");
    },
    gather: |_| files(),
};

fn render(document: &Document<'_>, out: &mut Rendered, form: Form, ending: &str) {
    losses(document, Head::ALL, &mut out.losses);
    let collection = Collection {
        source: document.record.program.name.clone(),
        date: document.settings.date.clone().unwrap_or_default(),
        key: String::new(),
        infons: Vec::new(),
    };
    let written = Writer::new(Vec::new(), form, &collection).and_then(|mut writer| {
        writer.document(&annotated(document))?;
        writer.finish()
    });
    out.files.push((ending.into(), written.expect("a Vec takes every byte")));
}
