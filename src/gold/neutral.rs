//! Documents to and from the form in which annotation formats meet.

use super::pieces::{group, group_datum, passage, passage_datum};
use super::{Datum, Document, Form, Mapping, Place, Problem, Relation, marks};
use crate::model::{Annotated, OffsetMap, OffsetUnit, Span};
use smallvec::smallvec;
use std::borrow::Cow;

/// The infon of a document in which relations were looked for and none is.
const NO_RELATIONS: &str = "no_relations";

/// What a document is of as a whole: what its BioC collection says of itself.
pub(super) const COLLECTION: &str = "collection";

/// Lines of brat that have no other place.
pub(super) const EXTRA: &str = "extra";

/// The passages of a BioC document.
const PASSAGES: &str = "passages";

/// Relations of BioC that do not join two marks.
const GROUPS: &str = "groups";

/// What is known of marks and links beside what they are.
#[derive(Debug)]
pub(super) struct Source {
    /// The form that they were read from.
    pub(super) form: Form,
    /// The lines in which they stand, where those are known.
    pub(super) annotations: Vec<u64>,
    pub(super) links: Vec<u64>,
}

impl Source {
    pub(super) fn new(form: Form) -> Self {
        Source { form, annotations: Vec::new(), links: Vec::new() }
    }
}

impl Form {
    /// Whether values of attributes, remarks and what is known of a document stand as JSON.
    pub(super) fn is_typed(self) -> bool {
        self == Form::Pubannotation
    }

    /// Whether fields of values stand as JSON.
    pub(super) fn has_typed_fields(self) -> bool {
        matches!(self, Form::Pubannotation | Form::Brat)
    }

    fn is_bioc(self) -> bool {
        matches!(self, Form::BiocJson | Form::BiocXml)
    }
}

impl Document {
    /// The document for the writer of a format. Labels, relations and attributes that a mapping gave our names are
    /// written as they were.
    ///
    /// ```
    /// use casegrain::gold::{Document, Entity, Form, Mapping};
    /// let mut document = Document { id: "a".into(), text: "2 µg aspirin".into(), ..Document::default() };
    /// let drug = Entity { label: "drug".into(), start: 5, end: 12, status: Some("absent".into()), ..Entity::default() };
    /// document.entities.push(drug);
    /// let mapping = Mapping::default();
    /// let annotated = document.annotated(Form::Brat, &mapping);
    /// assert_eq!(annotated.annotations[0].spans[0].of(&annotated.text), "aspirin");
    /// assert_eq!(annotated.annotations[0].properties().next(), Some(("status", "absent")));
    /// ```
    pub fn annotated<'a>(&'a self, form: Form, mapping: &'a Mapping) -> Annotated<'a> {
        let map = OffsetMap::new(&self.text, OffsetUnit::Chars);
        let span = |start: u32, end: u32| {
            Span::new(map.byte(start).unwrap_or_default(), map.byte(end).unwrap_or_default())
        };
        let mut out = Annotated::new(&self.id, &self.text);
        // What is known of a document is text, but for a form that has kinds of values.
        let held = |datum: &Datum| if form.is_typed() { datum.to_string() } else { datum.held() };
        let infon = |name: &'a str, value: &Datum| (Cow::Borrowed(name), Cow::Owned(held(value)));
        if !self.exhaustive.is_empty() {
            out.infons.push(infon("exhaustive", &Datum::Text(self.exhaustive.join(" "))));
        }
        for (name, value) in &self.other {
            match name.as_str() {
                EXTRA if form == Form::Brat => {
                    out.extra.extend(value.elements().iter().map(|line| line.plain().into()));
                }
                PASSAGES if form.is_bioc() => {
                    out.passages.extend(value.elements().iter().filter_map(|datum| passage(datum, &span)));
                }
                GROUPS if form.is_bioc() => out.groups.extend(value.elements().iter().map(group)),
                // It is written once for all documents.
                COLLECTION if form.is_bioc() => {}
                _ => out.infons.push(infon(name, value)),
            }
        }
        // That there are no relations is something else than that nobody looked for them.
        if self.relations.as_ref().is_some_and(Vec::is_empty) {
            out.infons.push(infon(NO_RELATIONS, &Datum::Flag(true)));
        }
        if let Some(cases) = &self.cases {
            out.infons.push(infon("cases", &Datum::List(cases.clone())));
        }
        let id = |at: usize| match &self.entities[at].id {
            id if id.is_empty() => Cow::Owned(format!("T{}", at + 1)),
            id => Cow::from(id),
        };
        for (at, entity) in self.entities.iter().enumerate() {
            let mut annotation = marks::annotation(entity, id(at), form, mapping);
            annotation.spans = match entity.spans.as_slice() {
                [] => smallvec![span(entity.start, entity.end)],
                pieces => pieces.iter().map(|(start, end)| span(*start, *end)).collect(),
            };
            let whole = annotation.reach().of(&self.text);
            annotation.words = entity.text.as_deref().filter(|words| *words != whole).map(Cow::Borrowed);
            out.annotations.push(annotation);
        }
        for (number, relation) in (1..).zip(self.relations.iter().flatten()) {
            let mut link = marks::link(relation, form, mapping);
            if link.id.is_empty() {
                link.id = format!("R{number}").into();
            }
            (link.from, link.to) = (id(relation.from), id(relation.to));
            out.links.push(link);
        }
        out
    }

    /// Gives labels and relations of a corpus the names that we have for them, where there is exactly one. What they
    /// were called is kept, also where we have no name, so that the document can be read without the mapping.
    ///
    /// ```
    /// use casegrain::gold::{Document, Entity, Mapping};
    /// let mapping: Mapping = serde_json::from_str(r#"{"accept": {"Medication": ["drug"]}}"#).unwrap();
    /// let mut document = Document::default();
    /// for label in ["Medication", "Vehicle"] {
    ///     document.entities.push(Entity { label: label.into(), ..Entity::default() });
    /// }
    /// document.rename(&mapping);
    /// assert_eq!((document.entities[0].label.as_str(), document.entities[1].label.as_str()), ("drug", "Vehicle"));
    /// assert_eq!(document.entities[1].other[0].0, "label");
    /// ```
    pub fn rename(&mut self, mapping: &Mapping) {
        if mapping.is_empty() {
            return;
        }
        for entity in &mut self.entities {
            let ours = mapping.kind_of(&entity.label);
            marks::rename(&mut entity.label, &mut entity.other, ours);
        }
        for relation in self.relations.iter_mut().flatten() {
            let ours = mapping.relation(&relation.label).map(|kind| kind.name());
            marks::rename(&mut relation.label, &mut relation.other, ours);
        }
    }

    /// Gives labels and relations their own names back where the mapping has those: what was imported with a mapping
    /// is read with it as what it was imported from.
    pub(super) fn restore(&mut self, mapping: &Mapping) {
        for entity in &mut self.entities {
            marks::restore(&mut entity.label, &mut entity.other, &mapping.accept);
        }
        for relation in self.relations.iter_mut().flatten() {
            marks::restore(&mut relation.label, &mut relation.other, &mapping.relations);
        }
    }

    /// A document from what a reader of another format found.
    ///
    /// # Errors
    /// When a link leads to what is no annotation.
    pub(super) fn of_annotated(
        from: Annotated<'_>,
        source: &Source,
        place: Place,
        mapping: &Mapping,
    ) -> Result<Document, Problem> {
        let line = |all: &[u64], at: usize| all.get(at).copied().unwrap_or_default();
        let whole = place.clone();
        let map = OffsetMap::new(&from.text, OffsetUnit::Chars);
        let mut document = Document { id: from.id.into_owned(), place, ..Document::default() };
        for (name, value) in from.infons {
            let read = if source.form.is_typed() { serde_json::from_str(&value).ok() } else { None };
            let datum = read.unwrap_or_else(|| Datum::of_held(&value));
            match name.as_ref() {
                NO_RELATIONS => {
                    document.relations.get_or_insert_default();
                }
                "exhaustive" => {
                    document.exhaustive.extend(datum.plain().split_whitespace().map(str::to_owned));
                }
                "cases" => {
                    let Datum::List(cases) = datum else {
                        return Err(Problem::error(
                            &whole,
                            "form",
                            "`cases` of the document is no list in JSON",
                        ));
                    };
                    document.cases = Some(cases);
                }
                _ => document.other.push((name.into_owned(), datum)),
            }
        }
        let mut keep = |name: &str, elements: Vec<Datum>| {
            if !elements.is_empty() {
                document.other.push((name.into(), Datum::List(elements)));
            }
        };
        keep(PASSAGES, from.passages.iter().map(|passage| passage_datum(passage, &map)).collect());
        keep(GROUPS, from.groups.iter().map(group_datum).collect());
        keep(EXTRA, from.extra.into_iter().map(|line| Datum::Text(line.into_owned())).collect());
        for (at, link) in from.links.into_iter().enumerate() {
            let line = line(&source.links, at);
            let end = |id: &str| {
                let found = from.annotations.iter().position(|a| a.id == id);
                let why = || format!("the relation `{}` leads to `{id}`, which is not there", link.id);
                found.ok_or_else(|| Problem::error(&whole.at(line), "form", why()))
            };
            let (from, to) = (end(&link.from)?, end(&link.to)?);
            let relation = Relation { from, to, line, ..marks::relation(link, source.form) };
            document.relations.get_or_insert_default().push(relation);
        }
        for (at, annotation) in from.annotations.into_iter().enumerate() {
            let mut entity = marks::entity(annotation, &map, &from.text, source.form, mapping);
            entity.line = line(&source.annotations, at);
            document.entities.push(entity);
        }
        document.text = from.text.into_owned();
        Ok(document)
    }
}
