//! Names in gold that are none of ours, and values of a kind that their field does not have.

use super::check::{Checker, called};
use super::neutral::EXTRA;
use super::{Corpus, Datum, Document, Entity, Mapping, Place, Problem, brat, json, marks};
use crate::grammar::diagnostic::nearest;
use crate::model::{EntityType, Field, FieldType, RelationType, Status, Subject, Time};
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

/// The end of a message, if a known name is near to one that is not.
pub(super) fn did_you_mean<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> String {
    nearest(name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

fn types() -> impl Iterator<Item = &'static str> {
    EntityType::ALL.iter().map(|kind| kind.name())
}

/// Whether a label was kept on purpose, as one that is none of ours.
fn is_foreign(label: &str, other: &[(String, Datum)]) -> bool {
    other.iter().any(|(name, theirs)| name == marks::LABEL && theirs.text() == Some(label))
}

impl Checker<'_> {
    /// Members of the document that look like slips: those near to one that is not there, and those that hold marks.
    pub(super) fn members(&mut self) {
        let document = self.document;
        let there = |name: &str| match name {
            "entities" => !document.entities.is_empty(),
            "relations" => document.relations.is_some(),
            "case" | "cases" => document.cases.is_some(),
            "exhaustive" => !document.exhaustive.is_empty(),
            _ => true,
        };
        for (name, value) in &document.other {
            if name == EXTRA {
                self.lines(value.elements());
            }
            let missing = || json::DOCUMENT.into_iter().filter(|known| !there(known));
            let near = did_you_mean(name, missing());
            let marked = |element: &Datum| element.get("start").or_else(|| element.get("span")).is_some();
            if !near.is_empty() {
                let why = format!("documents have no field `{name}`{near}");
                // Many a word is near to a short name; it need not be a slip.
                if nearest(name, missing()).is_some_and(|known| known.len() > 5) {
                    self.error(&document.place, "unknown-field", why);
                } else {
                    self.warn(&document.place, "unknown-field", why);
                }
            } else if document.entities.is_empty() && value.elements().iter().any(marked) {
                let why = format!(
                    "documents have no field `{name}`; its marks are only kept, entities are in `entities`"
                );
                self.error(&document.place, "unknown-field", why);
            }
        }
    }

    /// Lines of brat that are kept as they are must name marks that are there, also when those were corrected.
    fn lines(&mut self, lines: &[Datum]) {
        let ids: FxHashSet<&str> = self.document.entities.iter().map(|entity| entity.id.as_str()).collect();
        for line in lines.iter().filter_map(Datum::text) {
            for id in brat::names(line).filter(|id| !ids.contains(id)) {
                let why = format!("`extra` has `{}`, but `{id}` is not there", line.replace('\t', " "));
                self.warn(&self.document.place, "unknown-name", why);
            }
        }
    }

    /// Types, fields and the words of assertions must be ours.
    pub(super) fn names(&mut self, number: usize, entity: &Entity) {
        let place = self.place(entity);
        let who = called(number, entity);
        let kind = self.mapping.kind_of(&entity.label).and_then(EntityType::from_name);
        if self.mapping.is_own() {
            if kind.is_none() && !is_foreign(&entity.label, &entity.other) {
                let near = did_you_mean(&entity.label, types());
                self.error(
                    &place,
                    "unknown-type",
                    format!("{who}: `{}` is no entity type{near}", entity.label),
                );
            }
            for (name, value) in entity.other.iter().filter(|(name, _)| !marks::KEPT.contains(&name.as_str()))
            {
                let why = if name == "value" {
                    format!("{who}: `value` is {}, not an object; it is only kept", value.kind())
                } else {
                    let near = did_you_mean(name, json::ENTITY);
                    format!("{who}: entities have no field `{name}`; it is only kept{near}")
                };
                self.warn(&place, "unknown-field", why);
            }
        }
        let words = |all: &[&'static str], said: &Option<String>| match said {
            Some(said) if !all.contains(&said.as_str()) => {
                Some((said.clone(), did_you_mean(said, all.iter().copied())))
            }
            _ => None,
        };
        let status: Vec<&str> = Status::ALL.iter().map(|status| status.name()).collect();
        let subject: Vec<&str> = Subject::ALL.iter().map(|subject| subject.name()).collect();
        let time: Vec<&str> = Time::ALL.iter().map(|time| time.name()).collect();
        for (what, all, said) in [
            ("status", status, &entity.status),
            ("subject", subject, &entity.subject),
            ("time", time, &entity.time),
        ] {
            if let Some((said, near)) = words(&all, said) {
                self.warn(&place, "unknown-name", format!("{who}: `{said}` is no {what}{near}"));
            }
        }
        if let Some(kind) = kind {
            self.fields(&place, &who, kind, entity);
        }
    }

    /// The fields of a value must be those of its type, and hold what they can.
    fn fields(&mut self, place: &Place, who: &str, kind: EntityType, entity: &Entity) {
        let has = |name: &str| Field::from_name(name).filter(|field| kind.fields().contains(field));
        let known = || kind.fields().iter().map(|field| field.name());
        let mut wrong = Vec::new();
        for (name, held) in entity.value.iter().flat_map(Datum::members) {
            let bare = name.strip_suffix("_any").unwrap_or(name);
            match has(bare) {
                Some(field) if bare == name => wrong.extend(not_of(name, field, held)),
                Some(field) => wrong.extend(none_of(name, held, |held| not_of(name, field, held))),
                None if name == "any" => wrong.extend(none_of(name, held, |whole| {
                    let each = whole.members().iter();
                    each.filter_map(|(name, held)| has(name).and_then(|field| not_of(name, field, held)))
                        .next()
                })),
                None => {
                    let why = format!(
                        "{who}: `{}` has no field `{name}`{}",
                        kind.name(),
                        did_you_mean(bare, known())
                    );
                    self.warn(place, "unknown-field", why);
                }
            }
        }
        for why in wrong {
            let why = format!("{who}: {why}");
            if self.mapping.is_own() {
                self.error(place, "kind", why);
            } else {
                self.warn(place, "kind", why);
            }
        }
        for (name, ..) in entity.parts.iter().filter(|(name, ..)| has(name).is_none()) {
            let near = did_you_mean(name, known());
            let why = format!("{who}: `{}` has no field `{name}` for a part{near}", kind.name());
            self.warn(place, "unknown-field", why);
        }
    }

    /// Types and members of relations must be ours.
    pub(super) fn relation_names(&mut self) {
        let document = self.document;
        for relation in document.relations.iter().flatten() {
            let place = document.place.at(relation.line);
            let foreign = is_foreign(&relation.label, &relation.other);
            // With a mapping, those that are not named are told together.
            if self.mapping.is_empty() && RelationType::from_name(&relation.label).is_none() && !foreign {
                let near = did_you_mean(&relation.label, RelationType::ALL.iter().map(|kind| kind.name()));
                self.warn(
                    &place,
                    "unknown-name",
                    format!("`{}` is no type of relation{near}", relation.label),
                );
            }
            for (name, _) in relation.other.iter().filter(|(name, _)| !marks::KEPT.contains(&name.as_str())) {
                let near = did_you_mean(name, json::RELATION);
                let why = format!("relations have no field `{name}`; it is only kept{near}");
                self.warn(&place, "unknown-field", why);
            }
        }
    }
}

/// What is wrong with a value that its field cannot hold.
fn not_of(name: &str, field: Field, held: &Datum) -> Option<String> {
    let whole = |datum: &Datum| matches!(datum, Datum::Number(number) if number.parse::<i64>().is_ok());
    let number = |datum: &Datum| matches!(datum, Datum::Number(_));
    let list = |each: fn(&Datum) -> bool| matches!(held, Datum::List(all) if all.iter().all(each));
    let (fits, wanted) = match field.kind() {
        FieldType::Number => (number(held), "a number"),
        FieldType::Text => (held.text().is_some(), "a string"),
        FieldType::Integers => (list(whole), "an array of whole numbers"),
        FieldType::Numbers => (list(number), "an array of numbers"),
        FieldType::Flag => (matches!(held, Datum::Flag(_)), "true or false"),
    };
    let fits = fits || *held == Datum::Null;
    (!fits).then(|| format!("`{name}` is {held}, not {wanted}"))
}

/// The same of what must be a list of such values.
fn none_of(name: &str, held: &Datum, not_of: impl Fn(&Datum) -> Option<String>) -> Vec<String> {
    match held {
        Datum::List(all) => all.iter().filter_map(not_of).collect(),
        other => vec![format!("`{name}` is {}, not an array", other.kind())],
    }
}

/// How often something stands in a corpus, and where first.
type Count = (Place, usize);

/// What a mapping does not name and we have no name for, each told once with its first place and how often it stands.
pub(super) fn unmapped(documents: &[Document], mapping: &Mapping, problems: &mut Vec<Problem>) {
    if mapping.is_empty() {
        return;
    }
    let mut labels: BTreeMap<&str, Count> = BTreeMap::new();
    let mut relations: BTreeMap<&str, Count> = BTreeMap::new();
    let mut attributes: BTreeMap<&str, Count> = BTreeMap::new();
    for document in documents {
        for entity in &document.entities {
            let place = || (document.place.at(entity.line), 0);
            if !mapping.is_own()
                && !mapping.counts_status(&entity.label)
                && mapping.kind_of(&entity.label).is_none()
            {
                labels.entry(&entity.label).or_insert_with(place).1 += 1;
            }
            for (name, _) in marks::attributes(entity) {
                attributes.entry(name).or_insert_with(place).1 += 1;
            }
        }
        for relation in document.relations.iter().flatten() {
            if mapping.relation(&relation.label).is_none() {
                let place = || (document.place.at(relation.line), 0);
                relations.entry(&relation.label).or_insert_with(place).1 += 1;
            }
        }
    }
    let mut tell = |(place, count): Count, what: &str, label: &str, near: String| {
        let why = format!(
            "the mapping does not name `{label}`, and it is none of ours: {}, kept and not scored{near}",
            super::count(count, what)
        );
        problems.push(Problem::warning(&place, "unmapped", why));
    };
    for (label, count) in labels {
        if !mapping.labels().any(|named| named == label) {
            tell(count, "mark", label, did_you_mean(label, mapping.labels()));
        }
    }
    for (label, count) in relations {
        let known = RelationType::ALL.iter().map(|kind| kind.name());
        let near = did_you_mean(label, mapping.relations.keys().map(String::as_str).chain(known));
        tell(count, "relation", label, near);
    }
    let named: Vec<&str> =
        mapping.attributes.keys().map(|name| name.split('=').next().unwrap_or_default()).collect();
    for (name, count) in attributes {
        // Most attributes of another corpus mean nothing to us; what is nearly one that does is a slip.
        let near = did_you_mean(name, named.iter().copied());
        if !named.contains(&name) && !near.is_empty() {
            tell(count, "attribute", name, near);
        }
    }
}

impl Corpus {
    /// What documents hold beside what gold has, by name with the number of documents: it is only kept.
    ///
    /// ```
    /// use casegrain::gold::{Corpus, Datum, Document};
    /// let other = vec![("ward".to_owned(), Datum::Text("7B".into()))];
    /// let corpus = Corpus { documents: vec![Document { other, ..Document::default() }], ..Corpus::default() };
    /// assert_eq!(corpus.only_kept().get("ward"), Some(&1));
    /// ```
    pub fn only_kept(&self) -> BTreeMap<&str, usize> {
        let mut all = BTreeMap::new();
        for (name, _) in self.documents.iter().flat_map(|document| &document.other) {
            *all.entry(name.as_str()).or_default() += 1;
        }
        all
    }
}
