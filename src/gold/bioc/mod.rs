//! BioC collections: what JSON and XML have in common.

mod json;
mod xml;

pub(super) use json::{is_it as is_json, read as read_json};
pub(super) use xml::read as read_xml;

use super::neutral::{COLLECTION, Source};
use super::pieces::Infons;
use super::problem::Lost;
use super::{Datum, Document, Form, Mapping, Place, Problem};
use crate::model::{
    Annotated, Annotation, Field, Group, Home, Level, Link, OffsetMap, OffsetUnit, Passage, Span,
};

/// A document as a file has it.
#[derive(Default)]
struct Raw {
    id: String,
    infons: Infons<'static>,
    passages: Vec<Piece>,
    held: Held,
}

/// A passage, or a sentence of one.
#[derive(Default)]
struct Piece {
    offset: u32,
    infons: Infons<'static>,
    text: Option<String>,
    sentences: Vec<Piece>,
    held: Held,
    line: u64,
}

/// What stands in a document, a passage or a sentence itself.
#[derive(Default)]
struct Held {
    marks: Vec<Mark>,
    bonds: Vec<Bond>,
}

#[derive(Default)]
struct Mark {
    id: String,
    infons: Infons<'static>,
    text: Option<String>,
    locations: Vec<Location>,
    /// The line that it begins in.
    line: u64,
}

#[derive(Default)]
struct Location {
    offset: u32,
    length: u32,
}

#[derive(Default)]
struct Bond {
    id: String,
    infons: Infons<'static>,
    /// The role and the id of each.
    nodes: Vec<(String, String)>,
    line: u64,
}

/// What a file says of the collection as a whole; its members are left out where they are empty.
#[derive(Default)]
struct Collection {
    members: Vec<(String, Datum)>,
}

impl Collection {
    fn say(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.members.push((name.to_owned(), Datum::Text(value.to_owned())));
        }
    }

    fn infons(&mut self, infons: Infons<'_>) {
        let infons: Vec<(String, Datum)> = infons
            .into_iter()
            .map(|(name, value)| (name.into_owned(), Datum::Text(value.into_owned())))
            .collect();
        if !infons.is_empty() {
            self.members.push(("infons".into(), Datum::Object(infons)));
        }
    }

    /// Every document tells it, since they may part.
    fn mark(&self, document: &mut Document) {
        if !self.members.is_empty() {
            document.other.push((COLLECTION.into(), Datum::Object(self.members.clone())));
        }
    }
}

impl Raw {
    fn document(
        self,
        form: Form,
        place: &Place,
        mapping: &Mapping,
        lost: &mut Lost,
    ) -> Result<Document, Problem> {
        if self.id.is_empty() {
            return Err(Problem::error(place, "form", "the document has no id"));
        }
        let mut reader = Reader {
            text: String::new(),
            length: 0,
            passages: Vec::new(),
            held: vec![(Home::Document, self.held)],
            place,
            lost,
        };
        for (at, passage) in self.passages.into_iter().enumerate() {
            reader.passage(at, passage)?;
        }
        let Reader { text, passages, held, lost, .. } = reader;
        let mut out = Annotated::new(self.id, text);
        out.infons = self.infons;
        let plain = |p: &Passage<'_>| p.infons.is_empty() && p.span.start == 0 && p.sentences.is_empty();
        if !matches!(passages.as_slice(), [] | [_]) || !passages.iter().all(plain) {
            out.passages = passages;
        }
        let map = OffsetMap::new(&out.text, OffsetUnit::Chars);
        let mut source = Source::new(form);
        let mut wanted = Vec::new();
        let mut all_bonds = Vec::new();
        let mut homes = Vec::new();
        for (home, held) in held {
            for mark in held.marks {
                let line = mark.line;
                source.annotations.push(line);
                wanted.push(mark.text.clone());
                let read = annotation(mark, &map, mapping);
                let mut read = read.map_err(|why| Problem::error(&place.at(line), "form", why))?;
                let usual = out.home(read.reach());
                read.level = level(usual, home).unwrap_or_else(|| {
                    lost.add(
                        "an annotation stands in another passage than its words; it moves to theirs",
                        line,
                    );
                    Level::Innermost
                });
                homes.push((read.id.clone(), usual));
                out.annotations.push(read);
            }
            all_bonds.extend(held.bonds.into_iter().map(|bond| (home, bond)));
        }
        let home_of = |id: &str| homes.iter().find(|(own, _)| *own == id).map(|(_, home)| *home);
        let ids: Vec<String> = all_bonds.iter().map(|(_, bond)| bond.id.clone()).collect();
        for (home, bond) in all_bonds {
            for (_, id) in &bond.nodes {
                if home_of(id).is_none() && !ids.contains(id) {
                    let why = format!("the relation `{}` leads to `{id}`, which is not there", bond.id);
                    return Err(Problem::error(&place.at(bond.line), "form", why));
                }
            }
            let ends = bond.nodes.iter().filter_map(|(_, id)| home_of(id));
            let usual = ends.clone().reduce(Home::with).unwrap_or(Home::Document);
            let level = level(usual, home).unwrap_or_else(|| {
                lost.add(
                    "a relation stands in another passage than its annotations; it moves to theirs",
                    bond.line,
                );
                Level::Innermost
            });
            if bond.nodes.len() == 2 && ends.count() == 2 {
                source.links.push(bond.line);
                out.links.push(bond.link(level));
            } else {
                out.groups.push(bond.group(level));
            }
        }
        let mut document = Document::of_annotated(out, &source, place.clone(), mapping)?;
        for (entity, wanted) in document.entities.iter_mut().zip(wanted) {
            entity.text = wanted.or(entity.text.take());
        }
        Ok(document)
    }
}

/// The level that something is kept at that stands there; none if that is not around its usual place.
fn level(usual: Home, home: Home) -> Option<Level> {
    [Level::Innermost, Level::Passage, Level::Document].into_iter().find(|level| usual.at(*level) == home)
}

impl Bond {
    fn link(self, level: Level) -> Link<'static> {
        let mut link = Link { id: self.id.into(), level, ..Link::default() };
        for (name, value) in self.infons {
            match name.as_ref() {
                "type" if link.label.is_empty() => link.label = value,
                "note" if link.note.is_none() => link.note = Some(value),
                _ if name.starts_with("other.") => link.fields.push((name, value)),
                _ => link.attributes.push((name, (value != "true").then_some(value))),
            }
        }
        let mut nodes = self.nodes.into_iter();
        if let (Some(from), Some(to)) = (nodes.next(), nodes.next()) {
            if (from.0.as_str(), to.0.as_str()) != ("from", "to") {
                link.roles = Some((from.0.into(), to.0.into()));
            }
            (link.from, link.to) = (from.1.into(), to.1.into());
        }
        link
    }

    fn group(self, level: Level) -> Group<'static> {
        let members = self.nodes.into_iter().map(|(role, id)| (role.into(), id.into())).collect();
        Group { id: self.id.into(), members, infons: self.infons, level }
    }
}

/// Puts the text together.
struct Reader<'r> {
    text: String,
    /// In code points.
    length: u32,
    passages: Vec<Passage<'static>>,
    held: Vec<(Home, Held)>,
    place: &'r Place,
    lost: &'r mut Lost,
}

impl Reader<'_> {
    fn passage(&mut self, at: usize, piece: Piece) -> Result<(), Problem> {
        let start = self.fill(&piece)?;
        let repeats = piece.text.is_some() && piece.sentences.iter().any(|sentence| sentence.text.is_some());
        let mut sentences = Vec::new();
        if let Some(text) = &piece.text {
            self.append(text);
        }
        for (number, sentence) in piece.sentences.into_iter().enumerate() {
            let span = if piece.text.is_none() {
                let start = self.fill(&sentence)?;
                self.append(sentence.text.as_deref().unwrap_or_default());
                Span::new(start as u32, self.text.len() as u32)
            } else {
                self.within(start, piece.offset, &sentence)?
            };
            let infons = sentence.infons;
            sentences.push(Passage { span, infons, ..Passage::default() });
            self.held.push((Home::Sentence(at, number), sentence.held));
        }
        self.held.push((Home::Passage(at), piece.held));
        let span = Span::new(start as u32, self.text.len() as u32);
        self.passages.push(Passage { span, infons: piece.infons, sentences, repeats });
        Ok(())
    }

    /// The place of a sentence whose passage has the text, too.
    fn within(&mut self, start: usize, offset: u32, sentence: &Piece) -> Result<Span, Problem> {
        let passage = &self.text[start..];
        let words = sentence.text.as_deref().unwrap_or_default();
        let skip = sentence.offset.checked_sub(offset);
        let from = skip.and_then(|skip| {
            passage.char_indices().map(|(at, _)| at).chain([passage.len()]).nth(skip as usize)
        });
        let from = from.filter(|from| passage[*from..].starts_with(words)).ok_or_else(|| {
            let why = format!("the sentence at {} is not what its passage has there", sentence.offset);
            Problem::error(&self.place.at(sentence.line), "form", why)
        })?;
        if sentence.text.is_none() {
            self.lost.add("a sentence has no text; it is written back as an empty one", sentence.line);
        }
        Ok(Span::new((start + from) as u32, (start + from + words.len()) as u32))
    }

    /// Line breaks up to a piece, as between passages; gives the byte there.
    fn fill(&mut self, piece: &Piece) -> Result<usize, Problem> {
        let (offset, length) = (piece.offset, self.length);
        if offset < length {
            let why =
                format!("a passage begins at {offset}, before the end of the one before it at {length}");
            return Err(Problem::error(&self.place.at(piece.line), "form", why));
        }
        self.text.extend(std::iter::repeat_n('\n', (offset - length) as usize));
        self.length = offset;
        Ok(self.text.len())
    }

    fn append(&mut self, text: &str) {
        self.text.push_str(text);
        self.length += text.chars().count() as u32;
    }
}

/// Infons that are fields of our values become fields, all others attributes.
fn annotation(mark: Mark, map: &OffsetMap<'_>, mapping: &Mapping) -> Result<Annotation<'static>, String> {
    let mut out = Annotation { id: mark.id.into(), ..Annotation::default() };
    for Location { offset, length } in &mark.locations {
        let end = offset.checked_add(*length).and_then(|end| map.byte(end));
        let Some((start, end)) = map.byte(*offset).zip(end) else {
            return Err(format!("{}: {length} characters at {offset} are no slice of the text", out.id));
        };
        out.spans.push(Span::new(start, end));
    }
    if out.spans.is_empty() {
        return Err(format!("{}: has no location", out.id));
    }
    for (name, value) in mark.infons {
        match name.as_ref() {
            "type" if out.label.is_empty() => out.label = value,
            "note" if out.note.is_none() => out.note = Some(value),
            _ if is_field(&name, &out, mapping) => out.fields.push((name, value)),
            _ => out.attributes.push((name, (value != "true").then_some(value))),
        }
    }
    Ok(out)
}

/// Whether an infon or attribute holds a field of a value, rather than what a corpus says in its own way. A second one
/// of the same name does not.
pub(super) fn is_field(name: &str, of: &Annotation<'_>, mapping: &Mapping) -> bool {
    let bare = name.strip_suffix("_any").unwrap_or(name);
    let ours = Field::from_name(bare).is_some() && !matches!(name, "status" | "subject" | "time");
    let ours = ours || name == "any" || ["value.", "part.", "other."].iter().any(|p| name.starts_with(p));
    ours && !mapping.attributes.contains_key(name) && of.fields.iter().all(|(own, _)| own != name)
}
