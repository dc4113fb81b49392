//! BioC, as JSON and as XML: a collection of documents, written one document at a time.
//!
//! Offsets and lengths count code points. A document is one passage unless it names its own; marks stand in the
//! innermost piece that holds them, or in the document if none does. Label, attributes, fields and note are infons.

use super::json::{number, push_members, push_string};
use crate::model::{Annotated, Annotation, Group, Home, Link, OffsetMap, OffsetUnit, Passage, Span};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
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

/// A relation with its nodes.
#[derive(Clone, Copy)]
enum Bond<'d> {
    Link(&'d Link<'d>),
    Group(&'d Group<'d>),
}

/// What stands in one piece of a document.
#[derive(Clone, Default)]
struct Held<'d> {
    annotations: Vec<&'d Annotation<'d>>,
    bonds: Vec<Bond<'d>>,
}

/// Where the marks and links of a document stand.
struct Layout<'d> {
    document: &'d Annotated<'d>,
    map: OffsetMap<'d>,
    passages: Cow<'d, [Passage<'d>]>,
    /// By passage, what it holds itself, and what each of its sentences does.
    held: Vec<(Held<'d>, Vec<Held<'d>>)>,
    /// What the document holds itself.
    own: Held<'d>,
}

impl<'d> Layout<'d> {
    fn new(document: &'d Annotated<'d>) -> Self {
        let mut passages = Cow::Borrowed(document.passages.as_slice());
        if passages.is_empty() {
            let span = Span::new(0, document.text.len() as u32);
            passages = Cow::Owned(vec![Passage { span, ..Passage::default() }]);
        }
        let held = passages.iter().map(|p| (Held::default(), vec![Held::default(); p.sentences.len()]));
        let held = held.collect();
        let map = OffsetMap::new(&document.text, OffsetUnit::Chars);
        let mut layout = Layout { document, map, passages, held, own: Held::default() };
        let mut homes = FxHashMap::default();
        for annotation in &document.annotations {
            let home = document.home(annotation.reach());
            homes.insert(annotation.id.as_ref(), home);
            layout.at(home.at(annotation.level)).annotations.push(annotation);
        }
        let common = |ids: &mut dyn Iterator<Item = &str>| {
            let known = ids.filter_map(|id| homes.get(id).copied());
            known.reduce(Home::with).unwrap_or(Home::Document)
        };
        for link in &document.links {
            let home = common(&mut [link.from.as_ref(), link.to.as_ref()].into_iter());
            layout.at(home.at(link.level)).bonds.push(Bond::Link(link));
        }
        for group in &document.groups {
            let home = common(&mut group.members.iter().map(|(_, id)| id.as_ref()));
            layout.at(home.at(group.level)).bonds.push(Bond::Group(group));
        }
        layout
    }

    fn at(&mut self, home: Home) -> &mut Held<'d> {
        match home {
            Home::Document => &mut self.own,
            Home::Passage(passage) => &mut self.held[passage].0,
            Home::Sentence(passage, sentence) => &mut self.held[passage].1[sentence],
        }
    }

    fn json(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"bioctype\":\"BioCDocument\"");
        json_member(out, "id", &self.document.id);
        out.extend_from_slice(b",\"infons\":");
        json_infons(out, &self.document.infons);
        out.extend_from_slice(b",\"passages\":[");
        for (at, (passage, (held, sentences))) in self.passages.iter().zip(&self.held).enumerate() {
            if at > 0 {
                out.push(b',');
            }
            out.extend_from_slice(b"{\"bioctype\":\"BioCPassage\",\"offset\":");
            self.json_piece(out, passage, passage.sentences.is_empty() || passage.repeats);
            out.extend_from_slice(b",\"sentences\":[");
            for (at, (sentence, held)) in passage.sentences.iter().zip(sentences).enumerate() {
                out.extend_from_slice(if at > 0 { b",{" } else { b"{" });
                out.extend_from_slice(b"\"bioctype\":\"BioCSentence\",\"offset\":");
                self.json_piece(out, sentence, true);
                self.json_marks(out, held);
                out.push(b'}');
            }
            out.push(b']');
            self.json_marks(out, held);
            out.push(b'}');
        }
        out.push(b']');
        self.json_marks(out, &self.own);
        out.push(b'}');
    }

    fn json_piece(&self, out: &mut Vec<u8>, piece: &Passage<'_>, with_text: bool) {
        number(out, self.map.convert(piece.span.start));
        out.extend_from_slice(b",\"infons\":");
        json_infons(out, &piece.infons);
        if with_text {
            json_member(out, "text", piece.span.of(&self.document.text));
        }
    }

    fn json_marks(&self, out: &mut Vec<u8>, held: &Held<'_>) {
        out.extend_from_slice(b",\"annotations\":[");
        for (place, annotation) in held.annotations.iter().enumerate() {
            out.extend_from_slice(if place > 0 { b",{\"id\":" } else { b"{\"id\":" });
            push_string(out, &annotation.id);
            out.extend_from_slice(b",\"infons\":");
            json_object(out, infons(annotation));
            json_member(out, "text", self.words(annotation));
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
        for (place, bond) in held.bonds.iter().enumerate() {
            out.extend_from_slice(if place > 0 { b",{\"id\":" } else { b"{\"id\":" });
            push_string(out, bond.id());
            out.extend_from_slice(b",\"infons\":");
            json_object(out, bond.infons());
            out.extend_from_slice(b",\"nodes\":[");
            for (place, (role, refid)) in bond.nodes().enumerate() {
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
        for (passage, (held, sentences)) in self.passages.iter().zip(&self.held) {
            out.extend_from_slice(b"<passage>");
            self.xml_piece(out, passage, passage.sentences.is_empty() || passage.repeats);
            for (sentence, held) in passage.sentences.iter().zip(sentences) {
                out.extend_from_slice(b"\n<sentence>");
                self.xml_piece(out, sentence, true);
                self.xml_marks(out, held);
                out.extend_from_slice(b"</sentence>");
            }
            self.xml_marks(out, held);
            out.extend_from_slice(b"</passage>");
        }
        self.xml_marks(out, &self.own);
        out.extend_from_slice(b"</document>\n");
    }

    fn xml_piece(&self, out: &mut Vec<u8>, piece: &Passage<'_>, with_text: bool) {
        xml_infons(out, &piece.infons);
        out.extend_from_slice(b"<offset>");
        number(out, self.map.convert(piece.span.start));
        out.extend_from_slice(b"</offset>");
        if with_text {
            element(out, "text", piece.span.of(&self.document.text));
        }
    }

    fn xml_marks(&self, out: &mut Vec<u8>, held: &Held<'_>) {
        for annotation in &held.annotations {
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
            element(out, "text", self.words(annotation));
            out.extend_from_slice(b"</annotation>");
        }
        for bond in &held.bonds {
            out.extend_from_slice(b"\n<relation id=\"");
            escape(out, bond.id());
            out.extend_from_slice(b"\">");
            for (name, value) in bond.infons() {
                xml_infon(out, name, value);
            }
            for (role, refid) in bond.nodes() {
                out.extend_from_slice(b"<node refid=\"");
                escape(out, refid);
                out.extend_from_slice(b"\" role=\"");
                escape(out, role);
                out.extend_from_slice(b"\"/>");
            }
            out.extend_from_slice(b"</relation>");
        }
    }

    fn words<'a>(&'a self, annotation: &'a Annotation<'_>) -> &'a str {
        annotation.words.as_deref().unwrap_or_else(|| annotation.reach().of(&self.document.text))
    }

    fn location(&self, span: Span) -> (u32, u32) {
        let start = self.map.convert(span.start);
        (start, self.map.convert(span.end) - start)
    }
}

impl<'d> Bond<'d> {
    fn id(self) -> &'d str {
        match self {
            Bond::Link(link) => &link.id,
            Bond::Group(group) => &group.id,
        }
    }

    fn infons(self) -> impl Iterator<Item = (&'d str, &'d str)> {
        let (link, group) = match self {
            Bond::Link(link) => (Some(link), None),
            Bond::Group(group) => (None, Some(group)),
        };
        let link = link.into_iter().flat_map(|link| kind(&link.label).chain(link.properties()));
        let infons = group.into_iter().flat_map(|group| &group.infons);
        link.chain(infons.map(|(name, value)| (name.as_ref(), value.as_ref())))
    }

    /// The role and the id of each node.
    fn nodes(self) -> impl Iterator<Item = (&'d str, &'d str)> {
        let (link, group) = match self {
            Bond::Link(link) => {
                let (from, to) = link.role_names().unwrap_or(("from", "to"));
                (Some([(from, link.from.as_ref()), (to, link.to.as_ref())]), None)
            }
            Bond::Group(group) => (None, Some(&group.members)),
        };
        let members = group.into_iter().flatten().map(|(role, id)| (role.as_ref(), id.as_ref()));
        link.into_iter().flatten().chain(members)
    }
}

/// The label as an infon; nothing where there is none.
fn kind(label: &str) -> impl Iterator<Item = (&str, &str)> {
    (!label.is_empty()).then_some(("type", label)).into_iter()
}

/// Everything that is known of a mark, by name.
fn infons<'a>(annotation: &'a Annotation<'_>) -> impl Iterator<Item = (&'a str, &'a str)> {
    kind(&annotation.label).chain(annotation.properties())
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
