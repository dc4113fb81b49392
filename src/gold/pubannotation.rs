//! PubAnnotation JSON: one object, an array of them, or one a line.

use super::bioc::is_field;
use super::lines::ElementLines;
use super::neutral::Source;
use super::problem::Lost;
use super::{Datum, Document, Form, Mapping, Place, Problem};
use crate::model::{Annotated, Annotation, Link, OffsetMap, OffsetUnit, Span};
use smallvec::SmallVec;
use std::borrow::Cow;

/// Whether an object looks like PubAnnotation's.
pub(super) fn is_it(datum: &Datum) -> bool {
    datum.get("denotations").is_some()
}

/// Reads one object; a document without an id is called by its file.
pub(super) fn document(
    datum: &Datum,
    place: &Place,
    lines: &ElementLines,
    mapping: &Mapping,
    lost: &mut Lost,
) -> Result<Document, Problem> {
    let bad = |why: String| Problem::error(place, "form", why);
    let text = datum.get("text").and_then(Datum::text).ok_or_else(|| bad("lacks the field `text`".into()))?;
    let id = match datum.get("sourceid") {
        Some(id) => {
            if id.text().is_none() {
                lost.add(
                    format!("`sourceid` is {}; it becomes text", id.kind()),
                    place.at(lines.member("sourceid")).line,
                );
            }
            id.plain()
        }
        None => {
            let stem = std::path::Path::new(&place.file).file_stem().unwrap_or_default();
            stem.to_string_lossy().into_owned()
        }
    };
    let mut out = Annotated::new(id, text);
    // Values stand as JSON from here on, so that each comes back as the kind that it was.
    for (name, value) in datum.members() {
        if !matches!(name.as_str(), "sourceid" | "text" | "denotations" | "relations" | "attributes") {
            out.infons.push((name.into(), value.to_string().into()));
        }
    }
    let map = OffsetMap::new(text, OffsetUnit::Chars);
    let mut reader = Reader { out, map, place, lines, lost, mapping };
    let mut source = Source::new(Form::Pubannotation);
    for (at, denotation) in reader.members(datum, "denotations")? {
        source.annotations.push(lines.element("denotations", at));
        reader.denotation(at, denotation)?;
    }
    for (at, relation) in reader.members(datum, "relations")? {
        source.links.push(lines.element("relations", at));
        reader.relation(at, relation)?;
    }
    for (at, attribute) in reader.members(datum, "attributes")? {
        reader.attribute(at, attribute)?;
    }
    Document::of_annotated(reader.out, &source, place.clone(), mapping)
}

struct Reader<'d> {
    out: Annotated<'d>,
    map: OffsetMap<'d>,
    place: &'d Place,
    lines: &'d ElementLines,
    lost: &'d mut Lost,
    mapping: &'d Mapping,
}

impl<'d> Reader<'d> {
    fn bad(&self, list: &str, at: usize, why: String) -> Problem {
        Problem::error(&self.place.at(self.lines.element(list, at)), "form", why)
    }

    /// The elements of a member by number.
    fn members(
        &self,
        datum: &'d Datum,
        list: &'static str,
    ) -> Result<impl Iterator<Item = (usize, &'d Datum)> + use<'d>, Problem> {
        let elements: &[Datum] = match datum.get(list) {
            None => &[],
            Some(Datum::List(elements)) => elements,
            Some(other) => {
                let place = self.place.at(self.lines.member(list));
                return Err(Problem::error(
                    &place,
                    "form",
                    format!("`{list}` is {}, not an array", other.kind()),
                ));
            }
        };
        Ok(elements.iter().enumerate())
    }

    /// Tells what an element has that is not read.
    fn only(&mut self, list: &str, at: usize, element: &Datum, known: &[&str]) {
        for (name, _) in element.members().iter().filter(|(name, _)| !known.contains(&name.as_str())) {
            let what = format!("`{name}` of {list} is not kept");
            self.lost.add(what, self.place.at(self.lines.element(list, at)).line);
        }
    }

    fn string(&self, list: &str, at: usize, element: &'d Datum, name: &str) -> Result<Cow<'d, str>, Problem> {
        let value = element.get(name);
        let value = value.ok_or_else(|| self.bad(list, at, format!("lacks the field `{name}`")))?;
        Ok(value.text().map_or_else(|| value.plain().into(), Cow::Borrowed))
    }

    /// Ids may be left out.
    fn id(element: &'d Datum, letter: char, at: usize) -> Cow<'d, str> {
        element.get("id").map_or_else(|| format!("{letter}{}", at + 1), Datum::plain).into()
    }

    fn denotation(&mut self, at: usize, denotation: &'d Datum) -> Result<(), Problem> {
        let list = "denotations";
        self.only(list, at, denotation, &["id", "span", "obj"]);
        let id = Self::id(denotation, 'T', at);
        let span = denotation.get("span");
        let span = span.ok_or_else(|| self.bad(list, at, format!("{id}: a denotation lacks `span`")))?;
        let spans = match span {
            Datum::List(spans) => spans.as_slice(),
            one => std::slice::from_ref(one),
        };
        let place = |span: &Datum| {
            let byte = |name| self.map.byte(span.get(name)?.number()? as u32);
            let place = byte("begin").zip(byte("end")).filter(|(begin, end)| begin < end);
            place.map(|(begin, end)| Span::new(begin, end))
        };
        let spans: Option<SmallVec<[Span; 1]>> = spans.iter().map(place).collect();
        let spans = spans.filter(|spans| !spans.is_empty());
        let why = || format!("{id}: its span is no slice of the text");
        let spans = spans.ok_or_else(|| self.bad(list, at, why()))?;
        let label = self.string(list, at, denotation, "obj")?;
        self.out.annotations.push(Annotation { id, label, spans, ..Annotation::default() });
        Ok(())
    }

    fn relation(&mut self, at: usize, relation: &'d Datum) -> Result<(), Problem> {
        let list = "relations";
        self.only(list, at, relation, &["id", "pred", "subj", "obj"]);
        self.out.links.push(Link {
            id: Self::id(relation, 'R', at),
            label: self.string(list, at, relation, "pred")?,
            from: self.string(list, at, relation, "subj")?,
            to: self.string(list, at, relation, "obj")?,
            ..Link::default()
        });
        Ok(())
    }

    fn attribute(&mut self, at: usize, attribute: &'d Datum) -> Result<(), Problem> {
        let list = "attributes";
        self.only(list, at, attribute, &["id", "pred", "subj", "obj"]);
        let subject = self.string(list, at, attribute, "subj")?;
        let name = self.string(list, at, attribute, "pred")?;
        let value = attribute.get("obj").unwrap_or(&Datum::Flag(true));
        let held = Cow::Owned(value.to_string());
        let is_flag = *value == Datum::Flag(true);
        if let Some(annotation) = self.out.annotations.iter_mut().find(|a| a.id == subject) {
            match name.as_ref() {
                "note" if annotation.note.is_none() && value.text().is_some() => annotation.note = Some(held),
                _ if is_field(&name, annotation, self.mapping) => annotation.fields.push((name, held)),
                _ => annotation.attributes.push((name, (!is_flag).then_some(held))),
            }
        } else if let Some(link) = self.out.links.iter_mut().find(|link| link.id == subject) {
            match name.as_ref() {
                "note" if link.note.is_none() && value.text().is_some() => link.note = Some(held),
                _ if name.starts_with("other.") => link.fields.push((name, held)),
                _ => link.attributes.push((name, (!is_flag).then_some(held))),
            }
        } else {
            return Err(self.bad(list, at, format!("an attribute is of `{subject}`, which is not there")));
        }
        Ok(())
    }
}
