//! BioC, as JSON and as XML: a collection of documents, written one document at a time.
//!
//! Offsets and lengths count code points. A document is one passage unless it names its own; marks stand in the
//! passage that holds them, or in the document if none does. Label, attributes, fields and note are infons.

use super::json::{number, push_members, push_string};
use crate::model::{Annotated, Annotation, Link, OffsetMap, OffsetUnit, Passage, Span};
use rustc_hash::FxHashMap;
use std::io::{self, Write};

/// The two forms of BioC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One JSON object.
    Json,
    /// One XML document.
    Xml,
}

/// What is known of a collection as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collection {
    /// Where its texts come from.
    pub source: String,
    /// When it was made.
    pub date: String,
    /// The file that tells what infons mean.
    pub key: String,
    /// More, by name.
    pub infons: Vec<(String, String)>,
}

/// Writes a collection.
///
/// ```
/// use casegrain::model::{Annotated, Annotation, Span};
/// use casegrain::write::bioc::{Collection, Form, Writer};
/// # fn main() -> std::io::Result<()> {
/// let mut document = Annotated::new("a", "2 µg aspirin");
/// document.annotations.push(Annotation::new("T1", "drug", Span::new(6, 13)));
/// let mut writer = Writer::new(Vec::new(), Form::Json, &Collection::default())?;
/// writer.document(&document)?;
/// let json: serde_json::Value = serde_json::from_slice(&writer.finish()?)?;
/// let mark = &json["documents"][0]["passages"][0]["annotations"][0];
/// assert_eq!(mark["locations"][0], serde_json::json!({"offset": 5, "length": 7}));
/// assert_eq!(mark["infons"]["type"], "drug");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Writer<W> {
    output: W,
    form: Form,
    begun: bool,
}

impl<W: Write> Writer<W> {
    /// A collection without documents.
    ///
    /// # Errors
    /// Those of the output.
    pub fn new(mut output: W, form: Form, collection: &Collection) -> io::Result<Self> {
        let mut out = Vec::new();
        match form {
            Form::Json => {
                out.extend_from_slice(b"{\"bioctype\":\"BioCCollection\"");
                for (name, value) in
                    [("source", &collection.source), ("date", &collection.date), ("key", &collection.key)]
                {
                    json_member(&mut out, name, value);
                }
                out.extend_from_slice(b",\"version\":\"1.0\",\"infons\":");
                json_infons(&mut out, &collection.infons);
                out.extend_from_slice(b",\"documents\":[");
            }
            Form::Xml => {
                out.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n");
                out.extend_from_slice(b"<!DOCTYPE collection SYSTEM \"BioC.dtd\">\n<collection>");
                for (name, value) in
                    [("source", &collection.source), ("date", &collection.date), ("key", &collection.key)]
                {
                    element(&mut out, name, value);
                }
                xml_infons(&mut out, &collection.infons);
                out.push(b'\n');
            }
        }
        output.write_all(&out)?;
        Ok(Writer { output, form, begun: false })
    }

    /// Writes one document.
    ///
    /// # Errors
    /// Those of the output.
    pub fn document(&mut self, document: &Annotated<'_>) -> io::Result<()> {
        let layout = Layout::new(document);
        let mut out = Vec::new();
        match self.form {
            Form::Json => {
                out.extend_from_slice(if self.begun { b",\n" } else { b"\n" });
                layout.json(&mut out);
            }
            Form::Xml => layout.xml(&mut out),
        }
        self.begun = true;
        self.output.write_all(&out)
    }

    /// Ends the collection.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(mut self) -> io::Result<W> {
        self.output.write_all(match self.form {
            Form::Json => b"\n]}\n",
            Form::Xml => b"</collection>\n",
        })?;
        self.output.flush()?;
        Ok(self.output)
    }
}

/// Where the marks and links of a document stand.
struct Layout<'d> {
    document: &'d Annotated<'d>,
    map: OffsetMap<'d>,
    passages: Vec<Passage<'d>>,
    /// By passage, and at the end those of the document itself.
    annotations: Vec<Vec<&'d Annotation<'d>>>,
    links: Vec<Vec<&'d Link<'d>>>,
}

impl<'d> Layout<'d> {
    fn new(document: &'d Annotated<'d>) -> Self {
        let mut passages = document.passages.clone();
        if passages.is_empty() {
            let span = Span::new(0, document.text.len() as u32);
            passages.push(Passage { span, infons: Vec::new() });
        }
        let own = passages.len();
        let mut annotations = vec![Vec::new(); own + 1];
        let mut links = vec![Vec::new(); own + 1];
        let mut home = FxHashMap::default();
        for annotation in &document.annotations {
            let reach = annotation.reach();
            // Passages come in the order of the text.
            let at = passages.partition_point(|p| p.span.end < reach.end);
            let at = if at < own && passages[at].span.contains(reach) { at } else { own };
            annotations[at].push(annotation);
            home.insert(annotation.id.as_ref(), at);
        }
        for link in &document.links {
            let end = |id: &str| home.get(id).copied().unwrap_or(own);
            let (from, to) = (end(&link.from), end(&link.to));
            links[if from == to { from } else { own }].push(link);
        }
        let map = OffsetMap::new(&document.text, OffsetUnit::Chars);
        Layout { document, map, passages, annotations, links }
    }

    fn json(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"bioctype\":\"BioCDocument\"");
        json_member(out, "id", &self.document.id);
        out.extend_from_slice(b",\"infons\":");
        json_infons(out, &self.document.infons);
        out.extend_from_slice(b",\"passages\":[");
        for (at, passage) in self.passages.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            out.extend_from_slice(b"{\"bioctype\":\"BioCPassage\",\"offset\":");
            number(out, self.map.convert(passage.span.start));
            out.extend_from_slice(b",\"infons\":");
            json_infons(out, &passage.infons);
            json_member(out, "text", passage.span.of(&self.document.text));
            out.extend_from_slice(b",\"sentences\":[]");
            self.json_marks(out, at);
            out.push(b'}');
        }
        out.push(b']');
        self.json_marks(out, self.passages.len());
        out.push(b'}');
    }

    fn json_marks(&self, out: &mut Vec<u8>, at: usize) {
        out.extend_from_slice(b",\"annotations\":[");
        for (place, annotation) in self.annotations[at].iter().enumerate() {
            out.extend_from_slice(if place > 0 { b",{\"id\":" } else { b"{\"id\":" });
            push_string(out, &annotation.id);
            out.extend_from_slice(b",\"infons\":");
            json_object(out, infons(annotation));
            json_member(out, "text", annotation.reach().of(&self.document.text));
            out.extend_from_slice(b",\"locations\":[");
            for (at, span) in annotation.spans.iter().enumerate() {
                let (offset, length) = self.location(*span);
                out.extend_from_slice(if at > 0 { b",{\"offset\":" } else { b"{\"offset\":" });
                number(out, offset);
                out.extend_from_slice(b",\"length\":");
                number(out, length);
                out.push(b'}');
            }
            out.extend_from_slice(b"]}");
        }
        out.extend_from_slice(b"],\"relations\":[");
        for (place, link) in self.links[at].iter().enumerate() {
            out.extend_from_slice(if place > 0 { b",{\"id\":" } else { b"{\"id\":" });
            push_string(out, &link.id);
            out.extend_from_slice(b",\"infons\":{\"type\":");
            push_string(out, &link.label);
            out.extend_from_slice(b"},\"nodes\":[");
            for (place, (refid, role)) in nodes(link).into_iter().enumerate() {
                out.extend_from_slice(if place > 0 { b",{\"refid\":" } else { b"{\"refid\":" });
                push_string(out, refid);
                json_member(out, "role", role);
                out.push(b'}');
            }
            out.extend_from_slice(b"]}");
        }
        out.push(b']');
    }

    fn xml(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"<document>");
        element(out, "id", &self.document.id);
        xml_infons(out, &self.document.infons);
        for (at, passage) in self.passages.iter().enumerate() {
            out.extend_from_slice(b"<passage>");
            xml_infons(out, &passage.infons);
            out.extend_from_slice(b"<offset>");
            number(out, self.map.convert(passage.span.start));
            out.extend_from_slice(b"</offset>");
            element(out, "text", passage.span.of(&self.document.text));
            self.xml_marks(out, at);
            out.extend_from_slice(b"</passage>");
        }
        self.xml_marks(out, self.passages.len());
        out.extend_from_slice(b"</document>\n");
    }

    fn xml_marks(&self, out: &mut Vec<u8>, at: usize) {
        for annotation in &self.annotations[at] {
            out.extend_from_slice(b"\n<annotation id=\"");
            escape(out, &annotation.id);
            out.extend_from_slice(b"\">");
            for (name, value) in infons(annotation) {
                xml_infon(out, name, value);
            }
            for span in &annotation.spans {
                let (offset, length) = self.location(*span);
                out.extend_from_slice(b"<location offset=\"");
                number(out, offset);
                out.extend_from_slice(b"\" length=\"");
                number(out, length);
                out.extend_from_slice(b"\"/>");
            }
            element(out, "text", annotation.reach().of(&self.document.text));
            out.extend_from_slice(b"</annotation>");
        }
        for link in &self.links[at] {
            out.extend_from_slice(b"\n<relation id=\"");
            escape(out, &link.id);
            out.extend_from_slice(b"\">");
            xml_infon(out, "type", &link.label);
            for (refid, role) in nodes(link) {
                out.extend_from_slice(b"<node refid=\"");
                escape(out, refid);
                out.extend_from_slice(b"\" role=\"");
                escape(out, role);
                out.extend_from_slice(b"\"/>");
            }
            out.extend_from_slice(b"</relation>");
        }
    }

    fn location(&self, span: Span) -> (u32, u32) {
        let start = self.map.convert(span.start);
        (start, self.map.convert(span.end) - start)
    }
}

/// The nodes of a link with their roles.
fn nodes<'l>(link: &'l Link<'_>) -> [(&'l str, &'l str); 2] {
    [
        (&link.from, if link.roles.0.is_empty() { "from" } else { &link.roles.0 }),
        (&link.to, if link.roles.1.is_empty() { "to" } else { &link.roles.1 }),
    ]
}

/// Everything that is known of a mark, by name.
fn infons<'a>(annotation: &'a Annotation<'_>) -> impl Iterator<Item = (&'a str, &'a str)> {
    std::iter::once(("type", annotation.label.as_ref())).chain(annotation.properties())
}

fn json_member(out: &mut Vec<u8>, name: &str, value: &str) {
    out.push(b',');
    push_string(out, name);
    out.push(b':');
    push_string(out, value);
}

fn json_infons(out: &mut Vec<u8>, infons: &[(impl AsRef<str>, impl AsRef<str>)]) {
    json_object(out, infons.iter().map(|(name, value)| (name.as_ref(), value.as_ref())));
}

fn json_object<'i>(out: &mut Vec<u8>, infons: impl Iterator<Item = (&'i str, &'i str)>) {
    push_members(out, infons, push_string);
}

fn xml_infons(out: &mut Vec<u8>, infons: &[(impl AsRef<str>, impl AsRef<str>)]) {
    for (name, value) in infons {
        xml_infon(out, name.as_ref(), value.as_ref());
    }
}

fn xml_infon(out: &mut Vec<u8>, name: &str, value: &str) {
    out.extend_from_slice(b"<infon key=\"");
    escape(out, name);
    out.extend_from_slice(b"\">");
    escape(out, value);
    out.extend_from_slice(b"</infon>");
}

fn element(out: &mut Vec<u8>, name: &str, text: &str) {
    out.push(b'<');
    out.extend_from_slice(name.as_bytes());
    out.push(b'>');
    escape(out, text);
    out.extend_from_slice(b"</");
    out.extend_from_slice(name.as_bytes());
    out.push(b'>');
}

/// Appends text for XML. Carriage returns would be read as line feeds if they stood as they are; characters that XML
/// cannot hold become U+FFFD, so that offsets stay right.
fn escape(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    // Nearly all texts need no escape, and a look at all bytes without leaving early is done many at a time.
    if !bytes.iter().fold(false, |found, byte| found | may_need_escape(*byte)) {
        return out.extend_from_slice(bytes);
    }
    let mut start = 0;
    for (at, byte) in bytes.iter().enumerate().filter(|(_, byte)| may_need_escape(**byte)) {
        let (instead, length): (&[u8], usize) = match byte {
            b'&' => (b"&amp;", 1),
            b'<' => (b"&lt;", 1),
            b'>' => (b"&gt;", 1),
            b'"' => (b"&quot;", 1),
            b'\r' => (b"&#13;", 1),
            b'\t' | b'\n' => continue,
            // The first byte of U+F000 to U+FFFF, of which two are no characters of XML.
            0xEF if !matches!(bytes[at + 1..at + 3], [0xBF, 0xBE | 0xBF]) => continue,
            0xEF => ("\u{fffd}".as_bytes(), 3),
            _ => ("\u{fffd}".as_bytes(), 1),
        };
        out.extend_from_slice(&bytes[start..at]);
        out.extend_from_slice(instead);
        start = at + length;
    }
    out.extend_from_slice(&bytes[start..]);
}

/// Whether a character that begins with this byte may have to be written in another way.
fn may_need_escape(byte: u8) -> bool {
    byte < 0x20 || matches!(byte, b'&' | b'<' | b'>' | b'"' | 0xEF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_escaped_and_everything_else_stays() {
        for (text, expected) in [
            ("", ""),
            ("5 µg ﬁne 💊", "5 µg ﬁne 💊"),
            ("<a> & \"b\"", "&lt;a&gt; &amp; &quot;b&quot;"),
            ("a\tb\r\n", "a\tb&#13;\n"),
            ("\0\u{1f}\u{fffe}\u{ffff}\u{fffd}\u{f8ff}", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{f8ff}"),
        ] {
            let mut out = Vec::new();
            escape(&mut out, text);
            assert_eq!(String::from_utf8(out).expect("UTF-8"), expected, "{text:?}");
        }
    }
}
