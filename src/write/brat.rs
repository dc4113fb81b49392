//! brat standoff: the text as it is, and beside it a file of lines.
//!
//! Offsets count code points. A mark that reaches over a line break becomes one fragment a line, as brat itself
//! writes it. Attributes are `A` lines; fields and note share one `#` line, the fields as a JSON object.

use super::json::{number, push_members, push_string};
use crate::model::{Annotated, Annotation, OffsetMap, OffsetUnit, Span};
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The `.ann` file of a document; its `.txt` file is the text.
///
/// Ids that brat would not take, and those that stand twice, are numbered anew.
///
/// ```
/// use casegrain::model::{Annotated, Annotation, Link, Span};
/// let mut document = Annotated::new("a", "aspirin\n100 mg");
/// document.annotations.push(Annotation::new("T1", "drug", Span::new(0, 7)));
/// let mut dose = Annotation::new("T2", "dose", Span::new(8, 14));
/// dose.fields = vec![("value".into(), "100".into()), ("unit".into(), "mg".into())];
/// document.annotations.push(dose);
/// let (id, label) = ("R1".into(), "dose_of".into());
/// document.links.push(Link { id, label, from: "T2".into(), to: "T1".into(), ..Link::default() });
/// assert_eq!(
///     casegrain::write::brat::standoff(&document),
///     "T1\tdrug 0 7\taspirin\nT2\tdose 8 14\t100 mg\n#1\tAnnotatorNotes T2\t{\"value\":100,\"unit\":\"mg\"}\n\
///      R1\tdose_of Arg1:T2 Arg2:T1\n"
/// );
/// ```
pub fn standoff(document: &Annotated<'_>) -> String {
    standoff_with(document, push_value)
}

/// The `.ann` file; `push_field` writes the value of a field into a note.
pub(crate) fn standoff_with(document: &Annotated<'_>, push_field: fn(&mut Vec<u8>, &str)) -> String {
    let map = OffsetMap::new(&document.text, OffsetUnit::Chars);
    let renamed = renamed(document);
    let id_of = |at: usize| renamed.as_ref().map_or(document.annotations[at].id.as_ref(), |ids| &ids[at]);
    let mut lines = Lines {
        out: Vec::with_capacity(ROOM * document.annotations.len()),
        attributes: Numbers::new(b'A', document.extra.iter().map(Cow::as_ref)),
        notes: Numbers::new(b'#', document.extra.iter().map(Cow::as_ref)),
        push_field,
    };
    for (at, annotation) in document.annotations.iter().enumerate() {
        let id = id_of(at).as_bytes();
        mark(&mut lines.out, id, annotation, &document.text, &map);
        lines.about(id, &annotation.attributes, &annotation.fields, annotation.note.as_deref());
    }
    let ends: FxHashMap<&str, &str> = match renamed {
        Some(_) => (0..).zip(&document.annotations).map(|(at, mark)| (mark.id.as_ref(), id_of(at))).collect(),
        None => FxHashMap::default(),
    };
    let new_id = |id| ends.get(id).copied().unwrap_or(id);
    let mut seen = FxHashSet::default();
    let own: Vec<bool> =
        document.links.iter().map(|link| is_numbered(&link.id, 'R') && seen.insert(&link.id)).collect();
    let mut numbers = Numbers::new(b'R', seen.iter().map(|id| id.as_ref()));
    for (link, own) in document.links.iter().zip(own) {
        let mut id = Vec::new();
        if own {
            id.extend_from_slice(link.id.as_bytes());
        } else {
            numbers.push(&mut id);
        }
        let out = &mut lines.out;
        out.extend_from_slice(&id);
        out.push(b'\t');
        push_name(out, &link.label);
        let (first, second) = link.role_names().unwrap_or(("Arg1", "Arg2"));
        let ends = link.ends.as_ref().map_or((&link.from, &link.to), |(from, to)| (from, to));
        for (role, usual, end) in [(first, "Arg1", ends.0), (second, "Arg2", ends.1)] {
            out.push(b' ');
            push_name(out, if role.is_empty() { usual } else { role });
            out.push(b':');
            out.extend_from_slice(new_id(end.as_ref()).as_bytes());
        }
        out.push(b'\n');
        lines.about(&id, &link.attributes, &link.fields, link.note.as_deref());
    }
    for line in &document.extra {
        lines.out.extend_from_slice(with_ids(line, &ends).as_bytes());
        lines.out.push(b'\n');
    }
    String::from_utf8(lines.out).expect("put together from strings")
}

/// A line kept as it was, with the new ids of marks in it.
fn with_ids<'l>(line: &'l str, ends: &FxHashMap<&str, &str>) -> Cow<'l, str> {
    let mut columns = line.splitn(3, '\t');
    let (Some(id), Some(what), false) = (columns.next(), columns.next(), ends.is_empty()) else {
        return line.into();
    };
    let word = |word: &str| match word.rsplit_once(':') {
        Some((role, end)) => ends.get(end).map_or_else(|| word.to_owned(), |new| format!("{role}:{new}")),
        None => ends.get(word).map_or_else(|| word.to_owned(), |new| (*new).to_owned()),
    };
    let what: Vec<String> = what.split(' ').map(word).collect();
    let rest = columns.next().map_or_else(String::new, |rest| format!("\t{rest}"));
    format!("{id}\t{}{rest}", what.join(" ")).into()
}

/// Numbers for the ids of one letter that are not taken.
struct Numbers {
    letter: u8,
    last: u32,
    taken: FxHashSet<u32>,
}

impl Numbers {
    /// Beside the ids that these lines begin with.
    fn new<'l>(letter: u8, lines: impl Iterator<Item = &'l str>) -> Self {
        let number = |line: &str| {
            let id = line.split('\t').next()?.strip_prefix(char::from(letter))?;
            id.parse().ok()
        };
        Numbers { letter, last: 0, taken: lines.filter_map(number).collect() }
    }

    fn push(&mut self, out: &mut Vec<u8>) {
        self.last += 1;
        while self.taken.contains(&self.last) {
            self.last += 1;
        }
        out.push(self.letter);
        number(out, self.last);
    }
}

struct Lines {
    out: Vec<u8>,
    attributes: Numbers,
    notes: Numbers,
    push_field: fn(&mut Vec<u8>, &str),
}

impl Lines {
    /// The lines about a mark or relation: its attributes, and its fields and note.
    fn about(
        &mut self,
        id: &[u8],
        attributes: &[(Cow<'_, str>, Option<Cow<'_, str>>)],
        fields: &[(Cow<'_, str>, Cow<'_, str>)],
        note: Option<&str>,
    ) {
        let out = &mut self.out;
        for (name, value) in attributes {
            self.attributes.push(out);
            out.push(b'\t');
            push_name(out, name);
            out.push(b' ');
            out.extend_from_slice(id);
            if let Some(value) = value {
                out.push(b' ');
                push_line(out, value);
            }
            out.push(b'\n');
        }
        let remark = note.unwrap_or_default();
        if fields.is_empty() && remark.is_empty() {
            return;
        }
        self.notes.push(out);
        out.extend_from_slice(b"\tAnnotatorNotes ");
        out.extend_from_slice(id);
        out.push(b'\t');
        if !fields.is_empty() {
            let fields = fields.iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
            push_members(out, fields, self.push_field);
        } else if remark.starts_with("{\"") || remark.starts_with("{}") {
            // What begins so is read as fields.
            out.extend_from_slice(b"{}");
        }
        if out.ends_with(b"}") && !remark.is_empty() {
            out.push(b' ');
        }
        push_line(out, remark);
        out.push(b'\n');
    }
}

/// Bytes that a mark takes with its attributes and note, so that room is made once.
const ROOM: usize = 512;

/// An id for each annotation, if not all of them have one that brat takes.
fn renamed(document: &Annotated<'_>) -> Option<Vec<String>> {
    let mut seen = FxHashSet::default();
    let good = document.annotations.iter().all(|a| is_numbered(&a.id, 'T') && seen.insert(a.id.as_ref()));
    (!good).then(|| (1..=document.annotations.len()).map(|number| format!("T{number}")).collect())
}

fn is_numbered(id: &str, letter: char) -> bool {
    id.strip_prefix(letter).is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// The text-bound line.
fn mark(out: &mut Vec<u8>, id: &[u8], annotation: &Annotation<'_>, text: &str, map: &OffsetMap<'_>) {
    out.extend_from_slice(id);
    out.push(b'\t');
    push_name(out, &annotation.label);
    let fragments = || annotation.spans.iter().flat_map(|span| lines(*span, text));
    for (at, fragment) in fragments().enumerate() {
        out.push(if at == 0 { b' ' } else { b';' });
        number(out, map.convert(fragment.start));
        out.push(b' ');
        number(out, map.convert(fragment.end));
    }
    for (at, fragment) in fragments().enumerate() {
        out.push(if at == 0 { b'\t' } else { b' ' });
        // A tab would end the column.
        push_line(out, fragment.of(text));
    }
    out.push(b'\n');
}

/// The pieces of a span between line breaks.
fn lines(span: Span, text: &str) -> impl Iterator<Item = Span> {
    let mut start = span.start;
    span.of(text).split('\n').filter_map(move |piece| {
        let piece_span = Span::new(start, start + piece.len() as u32);
        start = piece_span.end + 1;
        (!piece.is_empty()).then_some(piece_span)
    })
}

/// Names and values as a JSON object.
pub(crate) fn push_object<'a>(out: &mut Vec<u8>, members: impl Iterator<Item = (&'a str, &'a str)>) {
    push_members(out, members, push_value);
}

/// The value of a field as JSON: numbers, lists and objects as they are, everything else as text.
pub(crate) fn push_value(out: &mut Vec<u8>, value: &str) {
    let plain = match value.as_bytes() {
        // Most are short whole numbers.
        [b'1'..=b'9', rest @ ..] if rest.iter().all(u8::is_ascii_digit) => true,
        [b'0'..=b'9' | b'-' | b'[' | b'{', ..] => {
            serde_json::from_str::<serde::de::IgnoredAny>(value).is_ok()
        }
        _ => matches!(value, "true" | "false"),
    };
    if plain {
        out.extend_from_slice(value.as_bytes());
    } else {
        push_string(out, value);
    }
}

/// Text without what would end a line or a column.
fn push_line(out: &mut Vec<u8>, text: &str) {
    out.extend(text.bytes().map(|byte| if matches!(byte, b'\n' | b'\r' | b'\t') { b' ' } else { byte }));
}

/// A name as brat takes them: letters, digits, `_` and `-`.
fn push_name(out: &mut Vec<u8>, name: &str) {
    let taken = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c as u8 } else { b'_' };
    if name.is_ascii() {
        out.extend(name.bytes().map(|byte| taken(byte.into())));
    } else {
        out.extend(name.chars().map(taken));
    }
}

fn name_of(name: &str) -> String {
    let mut out = Vec::new();
    push_name(&mut out, name);
    String::from_utf8(out).expect("ASCII")
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r', '\t'], " ")
}

/// Collects what brat must be told of some documents before it shows them.
///
/// ```
/// use casegrain::model::{Annotated, Annotation, Span};
/// let mut document = Annotated::new("a", "aspirin");
/// document.annotations.push(Annotation::new("T1", "drug", Span::new(0, 7)));
/// let mut configuration = casegrain::write::brat::Configuration::default();
/// configuration.add(&document);
/// assert!(configuration.annotation_conf().contains("[entities]\ndrug\n"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Configuration {
    entities: BTreeSet<String>,
    /// The labels at both ends of a kind of link.
    relations: BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)>,
    /// The roles of a kind of event.
    events: BTreeMap<String, BTreeSet<String>>,
    /// What an attribute is of, and its values; none for one that is only there or not.
    attributes: BTreeMap<String, (BTreeSet<&'static str>, BTreeSet<String>)>,
}

impl Configuration {
    /// Takes the labels, kinds of links and values of a document.
    pub fn add(&mut self, document: &Annotated<'_>) {
        let mut label = FxHashMap::default();
        for annotation in &document.annotations {
            self.entities.insert(name_of(&annotation.label));
            label.insert(annotation.id.as_ref(), annotation.label.as_ref());
            for (name, value) in &annotation.attributes {
                self.attribute(name, "<ENTITY>", value.as_deref());
            }
        }
        for link in &document.links {
            let ends = self.relations.entry(name_of(&link.label)).or_default();
            ends.0.extend(label.get(link.from.as_ref()).map(|l| name_of(l)));
            ends.1.extend(label.get(link.to.as_ref()).map(|l| name_of(l)));
            for (name, value) in &link.attributes {
                self.attribute(name, "<RELATION>", value.as_deref());
            }
        }
        for (id, rest) in document.extra.iter().filter_map(|line| line.split_once('\t')) {
            match id.as_bytes().first() {
                Some(b'E') => {
                    let mut names = rest.split_whitespace().filter_map(|word| word.split_once(':'));
                    let Some((kind, _)) = names.next() else { continue };
                    let roles = names.map(|(role, _)| role.trim_end_matches(|c: char| c.is_ascii_digit()));
                    self.events.entry(kind.to_owned()).or_default().extend(roles.map(str::to_owned));
                }
                Some(b'A' | b'M') => {
                    let mut words = rest.splitn(3, ' ');
                    if let (Some(name), Some(_)) = (words.next(), words.next()) {
                        self.attribute(name, "<EVENT>", words.next());
                    }
                }
                _ => {}
            }
        }
    }

    fn attribute(&mut self, name: &str, of: &'static str, value: Option<&str>) {
        let (ends, values) = self.attributes.entry(name_of(name)).or_default();
        ends.insert(of);
        values.extend(value.map(one_line));
    }

    /// The text of `annotation.conf`.
    pub fn annotation_conf(&self) -> String {
        let join = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join("|");
        let mut out = String::from("[entities]\n");
        // The trigger of an event is of its kind, which stands among the events.
        for label in self.entities.iter().filter(|label| !self.events.contains_key(*label)) {
            let _ = writeln!(out, "{label}");
        }
        // Marks of different types may overlap.
        out.push_str("\n[relations]\n<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>\n");
        for (label, (from, to)) in &self.relations {
            let _ = writeln!(out, "{label}\tArg1:{}, Arg2:{}", join(from), join(to));
        }
        out.push_str("\n[events]\n");
        for (kind, roles) in &self.events {
            let roles: Vec<String> = roles.iter().map(|role| format!("{role}*:<ANY>")).collect();
            let _ = writeln!(out, "{kind}\t{}", roles.join(", "));
        }
        out.push_str("\n[attributes]\n");
        for (name, (of, values)) in &self.attributes {
            let of: Vec<&str> = of.iter().copied().collect();
            let _ = write!(out, "{name}\tArg:{}", of.join("|"));
            if !values.is_empty() {
                let _ = write!(out, ", Value:{}", join(values));
            }
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_lines_and_foreign_ids() {
        let text = "left\n\nkidney and µ spleen";
        let mut document = Annotated::new("a", text);
        let mut mark = Annotation::new("x", "Body.Part", Span::new(0, 12));
        mark.attributes = vec![("Negation".into(), None), ("side".into(), Some("left\tor".into()))];
        mark.note = Some("see\nabove".into());
        document.annotations.push(mark);
        let mut apart = Annotation::new("x", "site", Span::new(0, 4));
        apart.spans.push(Span::new(20, 26));
        document.annotations.push(apart);
        document.extra.push("*\tEquiv T1 T2".into());
        assert_eq!(
            standoff(&document),
            "T1\tBody_Part 0 4;6 12\tleft kidney\nA1\tNegation T1\nA2\tside T1 left or\n\
             #1\tAnnotatorNotes T1\tsee above\nT2\tsite 0 4;19 25\tleft spleen\n*\tEquiv T1 T2\n"
        );
    }

    #[test]
    fn values_stay_what_they_are() {
        let shown = |value: &str| {
            let mut out = Vec::new();
            push_value(&mut out, value);
            String::from_utf8(out).expect("UTF-8")
        };
        assert_eq!(shown("1.50"), "1.50");
        assert_eq!(shown("[1,2]"), "[1,2]");
        assert_eq!(shown("true"), "true");
        assert_eq!(shown("2019-03"), "\"2019-03\"");
        assert_eq!(shown("[sic"), "\"[sic\"");
        assert_eq!(shown(""), "\"\"");
    }
}
