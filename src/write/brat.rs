//! brat standoff: the text as it is, and beside it a file of lines.
//!
//! Offsets count code points. A mark that reaches over a line break becomes one fragment a line, as brat itself
//! writes it. Attributes are `A` lines; fields and note share one `#` line, the fields as a JSON object.

use super::json::push_string;
use crate::model::{Annotated, Annotation, OffsetMap, OffsetUnit, Span};
use rustc_hash::FxHashMap;
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
pub fn standoff(document: &Annotated) -> String {
    let map = OffsetMap::new(&document.text, OffsetUnit::Chars);
    let ids = numbered(document);
    let mut out = String::new();
    let (mut attributes, mut notes) = (0, 0);
    for (annotation, id) in document.annotations.iter().zip(&ids) {
        mark(&mut out, id, annotation, &document.text, &map);
        for (name, value) in &annotation.attributes {
            attributes += 1;
            let _ = write!(out, "A{attributes}\t{} {id}", name_of(name));
            if let Some(value) = value {
                let _ = write!(out, " {}", one_line(value));
            }
            out.push('\n');
        }
        if let Some(note) = note(annotation) {
            notes += 1;
            let _ = writeln!(out, "#{notes}\tAnnotatorNotes {id}\t{note}");
        }
    }
    let by_id: FxHashMap<&str, &str> =
        document.annotations.iter().zip(&ids).map(|(a, id)| (a.id.as_str(), id.as_str())).collect();
    for (number, link) in (1..).zip(&document.links) {
        let end = |id| by_id.get(id).copied().unwrap_or(id);
        let role =
            |given: &'_ str, usual: &'_ str| if given.is_empty() { usual.into() } else { name_of(given) };
        let id = if is_numbered(&link.id, 'R') { link.id.clone() } else { format!("R{number}") };
        let (first, second) = (role(&link.roles.0, "Arg1"), role(&link.roles.1, "Arg2"));
        let _ = writeln!(
            out,
            "{id}\t{} {first}:{} {second}:{}",
            name_of(&link.label),
            end(link.from.as_str()),
            end(link.to.as_str())
        );
    }
    for line in &document.extra {
        let _ = writeln!(out, "{line}");
    }
    out
}

/// An id for each annotation: its own where brat takes it.
fn numbered(document: &Annotated) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let good = document.annotations.iter().all(|a| is_numbered(&a.id, 'T') && seen.insert(&a.id));
    if good {
        return document.annotations.iter().map(|a| a.id.clone()).collect();
    }
    (1..=document.annotations.len()).map(|number| format!("T{number}")).collect()
}

fn is_numbered(id: &str, letter: char) -> bool {
    id.strip_prefix(letter).is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// The text-bound line.
fn mark(out: &mut String, id: &str, annotation: &Annotation, text: &str, map: &OffsetMap<'_>) {
    let _ = write!(out, "{id}\t{}", name_of(&annotation.label));
    let fragments: Vec<Span> = annotation.spans.iter().flat_map(|span| lines(*span, text)).collect();
    for (at, fragment) in fragments.iter().enumerate() {
        let before = if at == 0 { ' ' } else { ';' };
        let _ = write!(out, "{before}{} {}", map.convert(fragment.start), map.convert(fragment.end));
    }
    for (at, fragment) in fragments.iter().enumerate() {
        out.push(if at == 0 { '\t' } else { ' ' });
        // A tab would end the column.
        out.push_str(&fragment.of(text).replace(['\t', '\r'], " "));
    }
    out.push('\n');
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

/// Fields as a JSON object, then the remark.
fn note(annotation: &Annotation) -> Option<String> {
    let mut out = String::new();
    if !annotation.fields.is_empty() {
        let mut json = Vec::new();
        for (at, (name, value)) in annotation.fields.iter().enumerate() {
            json.push(if at == 0 { b'{' } else { b',' });
            push_string(&mut json, name);
            json.push(b':');
            push_value(&mut json, value);
        }
        json.push(b'}');
        out.push_str(&String::from_utf8_lossy(&json));
    }
    if let Some(note) = &annotation.note {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&one_line(note));
    }
    (!out.is_empty()).then_some(out)
}

/// The value of a field as JSON: numbers, lists and objects as they are, everything else as text.
pub(crate) fn push_value(out: &mut Vec<u8>, value: &str) {
    let plain = match value.as_bytes().first() {
        Some(b'0'..=b'9' | b'-' | b'[' | b'{') => {
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

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r', '\t'], " ")
}

/// A name as brat takes them: letters, digits, `_` and `-`.
fn name_of(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
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
    /// The values of an attribute; none for one that is only there or not.
    attributes: BTreeMap<String, BTreeSet<String>>,
}

impl Configuration {
    /// Takes the labels, kinds of links and values of a document.
    pub fn add(&mut self, document: &Annotated) {
        let mut label = FxHashMap::default();
        for annotation in &document.annotations {
            self.entities.insert(name_of(&annotation.label));
            label.insert(annotation.id.as_str(), annotation.label.as_str());
            for (name, value) in &annotation.attributes {
                let values = self.attributes.entry(name_of(name)).or_default();
                values.extend(value.as_deref().map(one_line));
            }
        }
        for link in &document.links {
            let ends = self.relations.entry(name_of(&link.label)).or_default();
            ends.0.extend(label.get(link.from.as_str()).map(|l| name_of(l)));
            ends.1.extend(label.get(link.to.as_str()).map(|l| name_of(l)));
        }
    }

    /// The text of `annotation.conf`.
    pub fn annotation_conf(&self) -> String {
        let join = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join("|");
        let mut out = String::from("[entities]\n");
        for label in &self.entities {
            let _ = writeln!(out, "{label}");
        }
        // Marks of different types may overlap.
        out.push_str("\n[relations]\n<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>\n");
        for (label, (from, to)) in &self.relations {
            let _ = writeln!(out, "{label}\tArg1:{}, Arg2:{}", join(from), join(to));
        }
        out.push_str("\n[events]\n\n[attributes]\n");
        for (name, values) in &self.attributes {
            let _ = write!(out, "{name}\tArg:<ENTITY>");
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
