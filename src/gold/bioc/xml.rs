//! BioC in XML.

use super::{Bond, Collection, Held, Location, Mark, Piece, Raw};
use crate::gold::lines::LineCount;
use crate::gold::pieces::Infons;
use crate::gold::problem::Lost;
use crate::gold::{Document, Form, Mapping, Place, Problem};
use roxmltree::{Node, ParsingOptions};
use std::path::Path;

/// Reads a collection; what of it is not kept is added to the problems.
pub(in crate::gold) fn read(
    file: &Path,
    xml: &str,
    mapping: &Mapping,
    problems: &mut Vec<Problem>,
) -> Vec<Result<Document, Problem>> {
    let name = file.display().to_string();
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let parsed = match roxmltree::Document::parse_with_options(xml, options) {
        Ok(parsed) => parsed,
        Err(error) => {
            let place = Place { file: name, line: error.pos().row.into() };
            return vec![Err(Problem::error(&place, "xml", error.to_string()))];
        }
    };
    let mut reader = Reader { lines: LineCount::new(xml, 1), lost: Lost::default() };
    let root = parsed.root_element();
    let mut collection = Collection::default();
    for part in ["source", "date", "key"] {
        collection.say(part, &text_of(root, part).unwrap_or_default());
    }
    collection.infons(infons(root));
    reader.only(root, &["source", "date", "key", "infon", "document"]);
    let mut all = Vec::new();
    for node in children(root, "document") {
        let place = Place { file: name.clone(), line: reader.lines.of(node.range().start) };
        let raw = reader.document(node).map_err(|(line, why)| Problem::error(&place.at(line), "form", why));
        let document = raw.and_then(|raw| raw.document(Form::BiocXml, &place, mapping, &mut reader.lost));
        all.push(document.map(|mut document| {
            collection.mark(&mut document);
            document
        }));
    }
    reader.lost.tell(&name, problems);
    all
}

fn children<'n, 'i>(node: Node<'n, 'i>, name: &'static str) -> impl Iterator<Item = Node<'n, 'i>> {
    node.children().filter(move |child| child.has_tag_name(name))
}

/// All text inside a node.
fn text(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|n| n.text()).collect()
}

/// The text of the child of that name.
fn text_of(node: Node<'_, '_>, name: &'static str) -> Option<String> {
    Some(text(children(node, name).next()?))
}

fn infons(node: Node<'_, '_>) -> Infons<'static> {
    let pair = |infon: Node<'_, '_>| {
        let key = infon.attribute("key")?.to_owned();
        Some((key.into(), text(infon).into()))
    };
    children(node, "infon").filter_map(pair).collect()
}

/// What is wrong, with the line.
type Fault = (u64, String);

struct Reader<'x> {
    lines: LineCount<'x>,
    lost: Lost,
}

impl Reader<'_> {
    fn line(&self, node: Node<'_, '_>) -> u64 {
        self.lines.of(node.range().start)
    }

    /// Tells what a node holds that is not read.
    fn only(&mut self, node: Node<'_, '_>, known: &[&str]) {
        for child in node.children().filter(Node::is_element) {
            let name = child.tag_name().name();
            if !known.contains(&name) {
                let of = node.tag_name().name();
                let line = self.line(child);
                self.lost.add(format!("`{name}` of a {of} is not kept"), line);
            }
        }
    }

    fn number(&self, node: Node<'_, '_>, text: Option<&str>, what: &str) -> Result<u32, Fault> {
        let line = self.line(node);
        let text = text.ok_or_else(|| (line, format!("`{what}` is missing")))?;
        text.trim().parse().map_err(|_| (line, format!("`{what}` is `{text}`, not a number")))
    }

    fn document(&mut self, node: Node<'_, '_>) -> Result<Raw, Fault> {
        self.only(node, &["id", "infon", "passage", "annotation", "relation"]);
        let mut raw =
            Raw { id: text_of(node, "id").unwrap_or_default(), infons: infons(node), ..Raw::default() };
        for passage in children(node, "passage") {
            raw.passages.push(self.piece(passage)?);
        }
        raw.held = self.held(node)?;
        Ok(raw)
    }

    /// A passage or a sentence.
    fn piece(&mut self, node: Node<'_, '_>) -> Result<Piece, Fault> {
        let line = self.line(node);
        self.only(node, &["offset", "infon", "text", "sentence", "annotation", "relation"]);
        let offset = text_of(node, "offset");
        let mut piece = Piece {
            offset: self.number(node, offset.as_deref(), "offset")?,
            infons: infons(node),
            text: text_of(node, "text"),
            line,
            ..Piece::default()
        };
        for sentence in children(node, "sentence") {
            piece.sentences.push(self.piece(sentence)?);
        }
        piece.held = self.held(node)?;
        Ok(piece)
    }

    fn held(&mut self, node: Node<'_, '_>) -> Result<Held, Fault> {
        let mut held = Held::default();
        for mark in children(node, "annotation") {
            held.marks.push(self.mark(mark)?);
        }
        for bond in children(node, "relation") {
            held.bonds.push(self.bond(bond));
        }
        Ok(held)
    }

    fn mark(&mut self, node: Node<'_, '_>) -> Result<Mark, Fault> {
        let line = self.line(node);
        self.only(node, &["infon", "location", "text"]);
        let mut mark = Mark {
            id: node.attribute("id").unwrap_or_default().to_owned(),
            infons: infons(node),
            text: text_of(node, "text"),
            line,
            ..Mark::default()
        };
        for location in children(node, "location") {
            mark.locations.push(Location {
                offset: self.number(location, location.attribute("offset"), "offset")?,
                length: self.number(location, location.attribute("length"), "length")?,
            });
        }
        Ok(mark)
    }

    fn bond(&mut self, node: Node<'_, '_>) -> Bond {
        let line = self.line(node);
        self.only(node, &["infon", "node"]);
        let end = |n: Node<'_, '_>| {
            let role = n.attribute("role").unwrap_or_default().to_owned();
            (role, n.attribute("refid").unwrap_or_default().to_owned())
        };
        Bond {
            id: node.attribute("id").unwrap_or_default().to_owned(),
            infons: infons(node),
            nodes: children(node, "node").map(end).collect(),
            line,
        }
    }
}
