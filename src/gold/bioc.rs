//! BioC collections, JSON and XML.

use super::neutral::Lines;
use super::{Document, Mapping, Place, Problem};
use crate::model::{Annotated, Annotation, Field, Link, OffsetMap, OffsetUnit, Passage, Span};
use roxmltree::{Node, ParsingOptions};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::path::Path;

/// Whether JSON looks like a BioC collection.
pub(super) fn is_json(beginning: &str) -> bool {
    beginning.contains("\"documents\"") || beginning.contains("\"BioCCollection\"")
}

#[derive(Deserialize)]
struct Collection<'a> {
    #[serde(borrow)]
    documents: Vec<&'a RawValue>,
}

/// A document in either form.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Form {
    id: String,
    infons: Infons,
    passages: Vec<FormPassage>,
    annotations: Vec<Mark>,
    relations: Vec<FormRelation>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct FormPassage {
    offset: u32,
    infons: Infons,
    text: Option<String>,
    sentences: Vec<Sentence>,
    annotations: Vec<Mark>,
    relations: Vec<FormRelation>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Sentence {
    offset: u32,
    text: Option<String>,
    annotations: Vec<Mark>,
    relations: Vec<FormRelation>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Mark {
    id: String,
    infons: Infons,
    text: Option<String>,
    locations: Vec<Location>,
    /// The line that it begins in, where that is known.
    #[serde(skip)]
    line: u64,
}

/// Infons in the order of the file.
#[derive(Default)]
struct Infons(Vec<(Cow<'static, str>, Cow<'static, str>)>);

impl<'de> Deserialize<'de> for Infons {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let datum = super::Datum::deserialize(deserializer)?;
        Ok(Infons(
            datum.members().iter().map(|(n, value)| (n.clone().into(), value.plain().into())).collect(),
        ))
    }
}

#[derive(Deserialize)]
struct Location {
    offset: u32,
    length: u32,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct FormRelation {
    id: String,
    infons: Infons,
    nodes: Vec<FormNode>,
    /// The line that it begins in, where that is known.
    #[serde(skip)]
    line: u64,
}

#[derive(Deserialize)]
struct FormNode {
    refid: String,
    #[serde(default)]
    role: String,
}

/// Reads a collection in JSON.
pub(super) fn read_json(file: &Path, json: &str, mapping: &Mapping) -> Vec<Result<Document, Problem>> {
    let name = file.display().to_string();
    let collection: Collection<'_> = match serde_json::from_str(json) {
        Ok(collection) => collection,
        Err(error) => {
            let place = Place { file: name, line: error.line() as u64 };
            return vec![Err(Problem::error(&place, "json", error.to_string()))];
        }
    };
    let mut line = 1;
    let mut passed = 0;
    collection
        .documents
        .iter()
        .map(|raw| {
            // Where the document stands in the file.
            let at = raw.get().as_ptr() as usize - json.as_ptr() as usize;
            line += json[passed..at].bytes().filter(|byte| *byte == b'\n').count() as u64;
            passed = at;
            let place = Place { file: name.clone(), line };
            let form: Form = serde_json::from_str(raw.get())
                .map_err(|error| Problem::error(&place, "form", error.to_string()))?;
            form.document(&place, mapping)
        })
        .collect()
}

/// Reads a collection in XML.
pub(super) fn read_xml(file: &Path, xml: &str, mapping: &Mapping) -> Vec<Result<Document, Problem>> {
    let name = file.display().to_string();
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let parsed = match roxmltree::Document::parse_with_options(xml, options) {
        Ok(parsed) => parsed,
        Err(error) => {
            let place = Place { file: name, line: error.pos().row.into() };
            return vec![Err(Problem::error(&place, "xml", error.to_string()))];
        }
    };
    // Lines are counted from one element to the next, so that the file is gone through once.
    let mut lines = LineCount { xml, passed: 0, line: 1 };
    children(parsed.root_element(), "document")
        .map(|node| {
            let place = Place { file: name.clone(), line: lines.of(node) };
            let form = xml_document(node, &mut lines).map_err(|why| Problem::error(&place, "form", why))?;
            form.document(&place, mapping)
        })
        .collect()
}

struct LineCount<'x> {
    xml: &'x str,
    passed: usize,
    line: u64,
}

impl LineCount<'_> {
    fn of(&mut self, node: Node<'_, '_>) -> u64 {
        let at = node.range().start;
        if at > self.passed {
            self.line += self.xml[self.passed..at].bytes().filter(|byte| *byte == b'\n').count() as u64;
            self.passed = at;
        }
        self.line
    }
}

fn children<'n, 'i>(node: Node<'n, 'i>, name: &'static str) -> impl Iterator<Item = Node<'n, 'i>> {
    node.children().filter(move |child| child.has_tag_name(name))
}

/// All text inside the child of that name.
fn text_of(node: Node<'_, '_>, name: &'static str) -> Option<String> {
    let child = children(node, name).next()?;
    Some(child.descendants().filter(Node::is_text).filter_map(|n| n.text()).collect())
}

fn infons(node: Node<'_, '_>) -> Vec<(Cow<'static, str>, Cow<'static, str>)> {
    let pair = |infon: Node<'_, '_>| {
        let text: String = infon.descendants().filter(Node::is_text).filter_map(|n| n.text()).collect();
        Some((infon.attribute("key")?.to_owned().into(), text.into()))
    };
    children(node, "infon").filter_map(pair).collect()
}

fn number(text: Option<&str>, what: &str) -> Result<u32, String> {
    let text = text.ok_or_else(|| format!("`{what}` is missing"))?;
    text.trim().parse().map_err(|_| format!("`{what}` is `{text}`, not a number"))
}

fn xml_document(node: Node<'_, '_>, lines: &mut LineCount<'_>) -> Result<Form, String> {
    let mut form =
        Form { id: text_of(node, "id").unwrap_or_default(), infons: Infons(infons(node)), ..Form::default() };
    for passage in children(node, "passage") {
        let mut out = FormPassage {
            offset: number(text_of(passage, "offset").as_deref(), "offset")?,
            infons: Infons(infons(passage)),
            text: text_of(passage, "text"),
            ..FormPassage::default()
        };
        for sentence in children(passage, "sentence") {
            out.sentences.push(Sentence {
                offset: number(text_of(sentence, "offset").as_deref(), "offset")?,
                text: text_of(sentence, "text"),
                annotations: marks(sentence, lines)?,
                relations: relations(sentence, lines),
            });
        }
        out.annotations = marks(passage, lines)?;
        out.relations = relations(passage, lines);
        form.passages.push(out);
    }
    form.annotations = marks(node, lines)?;
    form.relations = relations(node, lines);
    Ok(form)
}

fn marks(node: Node<'_, '_>, lines: &mut LineCount<'_>) -> Result<Vec<Mark>, String> {
    let mark = |node: Node<'_, '_>| {
        let location = |node: Node<'_, '_>| {
            Ok(Location {
                offset: number(node.attribute("offset"), "offset")?,
                length: number(node.attribute("length"), "length")?,
            })
        };
        Ok(Mark {
            id: node.attribute("id").unwrap_or_default().to_owned(),
            infons: Infons(infons(node)),
            text: text_of(node, "text"),
            locations: children(node, "location").map(location).collect::<Result<_, String>>()?,
            line: lines.of(node),
        })
    };
    children(node, "annotation").map(mark).collect()
}

fn relations(node: Node<'_, '_>, lines: &mut LineCount<'_>) -> Vec<FormRelation> {
    let relation = |node: Node<'_, '_>| FormRelation {
        id: node.attribute("id").unwrap_or_default().to_owned(),
        infons: Infons(infons(node)),
        nodes: children(node, "node")
            .filter_map(|n| {
                let role = n.attribute("role").unwrap_or_default().to_owned();
                Some(FormNode { refid: n.attribute("refid")?.to_owned(), role })
            })
            .collect(),
        line: lines.of(node),
    };
    children(node, "relation").map(relation).collect()
}

impl Form {
    fn document(self, place: &Place, mapping: &Mapping) -> Result<Document, Problem> {
        let bad = |why: String| Problem::error(place, "form", why);
        let mut passages = Vec::new();
        let mut text = String::new();
        let mut length = 0_u32;
        let mut marks = self.annotations;
        let mut links = self.relations;
        for passage in self.passages {
            let start = fill(&mut text, &mut length, passage.offset).map_err(bad)?;
            match passage.text {
                Some(own) => append(&mut text, &mut length, &own),
                None => {
                    for sentence in &passage.sentences {
                        fill(&mut text, &mut length, sentence.offset).map_err(bad)?;
                        append(&mut text, &mut length, sentence.text.as_deref().unwrap_or_default());
                    }
                }
            }
            for sentence in passage.sentences {
                marks.extend(sentence.annotations);
                links.extend(sentence.relations);
            }
            marks.extend(passage.annotations);
            links.extend(passage.relations);
            let span = Span::new(start as u32, text.len() as u32);
            passages.push(Passage { span, infons: passage.infons.0 });
        }
        if self.id.is_empty() {
            return Err(bad("the document has no id".into()));
        }
        let mut out = Annotated::new(self.id, text);
        out.infons = self.infons.0;
        if passages.len() > 1 || passages.iter().any(|p| !p.infons.is_empty() || p.span.start > 0) {
            out.passages = passages;
        }
        let map = OffsetMap::new(&out.text, OffsetUnit::Chars);
        let mut lines = Lines::default();
        let mut wanted = Vec::new();
        for mark in marks {
            let place = place.at(mark.line);
            lines.annotations.push(mark.line);
            wanted.push(mark.text.clone());
            out.annotations.push(annotation(mark, &map).map_err(|why| Problem::error(&place, "form", why))?);
        }
        for relation in links {
            let [from, to] = relation.nodes.as_slice() else {
                let why = format!("the relation `{}` does not join two annotations", relation.id);
                return Err(Problem::error(&place.at(relation.line), "form", why));
            };
            lines.links.push(relation.line);
            let label = relation.infons.0.iter().find(|(name, _)| name == "type");
            let label = label.map_or("", |(_, label)| label.as_ref());
            let role = |role: &str, usual: &str| {
                if role == usual { Cow::Borrowed("") } else { Cow::Owned(role.to_owned()) }
            };
            out.links.push(Link {
                id: relation.id.clone().into(),
                label: label.to_owned().into(),
                from: from.refid.clone().into(),
                to: to.refid.clone().into(),
                roles: (role(&from.role, "from"), role(&to.role, "to")),
            });
        }
        let mut document = Document::of_annotated(out, &lines, place.clone(), mapping)?;
        for (entity, wanted) in document.entities.iter_mut().zip(wanted) {
            entity.text = wanted.or(entity.text.take());
        }
        Ok(document)
    }
}

/// Line breaks up to an offset, as between passages; gives the byte there.
fn fill(text: &mut String, length: &mut u32, offset: u32) -> Result<usize, String> {
    if offset < *length {
        return Err(format!("a passage begins at {offset}, before the end of the one before it at {length}"));
    }
    for _ in *length..offset {
        text.push('\n');
    }
    *length = offset;
    Ok(text.len())
}

fn append(text: &mut String, length: &mut u32, piece: &str) {
    text.push_str(piece);
    *length += piece.chars().count() as u32;
}

/// Infons that are fields of our values become fields, all others attributes.
fn annotation(mark: Mark, map: &OffsetMap<'_>) -> Result<Annotation<'static>, String> {
    let mut out = Annotation { id: mark.id.into(), ..Annotation::default() };
    for location in &mark.locations {
        let place = map.byte(location.offset).zip(map.byte(location.offset + location.length));
        let Some((start, end)) = place else {
            let Location { offset, length } = location;
            return Err(format!("{}: {length} characters at {offset} are no slice of the text", out.id));
        };
        out.spans.push(Span::new(start, end));
    }
    if out.spans.is_empty() {
        return Err(format!("{}: has no location", out.id));
    }
    for (name, value) in mark.infons.0 {
        match name.as_ref() {
            "type" => out.label = value,
            "note" => out.note = Some(value),
            _ if is_field(&name) => out.fields.push((name, value)),
            _ => out.attributes.push((name, (value != "true").then_some(value))),
        }
    }
    Ok(out)
}

/// Whether an infon or attribute holds a field of a value, rather than what a corpus says in its own way.
pub(super) fn is_field(name: &str) -> bool {
    let bare = name.strip_suffix("_any").unwrap_or(name);
    let ours = Field::from_name(bare).is_some() && !matches!(name, "status" | "subject" | "time");
    ours || name == "any" || ["value.", "part.", "other."].iter().any(|prefix| name.starts_with(prefix))
}
