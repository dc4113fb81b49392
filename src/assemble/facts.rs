//! The facts of one patient, and how they hang together.

use crate::grammar::record::{Record, Use};
use crate::model::case::{Frequency, Quantity};
use crate::model::{
    Decimal, Entity, EntityId, EntityType, Field, FieldValue, RelationType, Report, Span, Status, Subject,
    Value,
};
use std::collections::BTreeMap;

/// Facts about one patient, with the relations between them.
pub(super) struct Facts<'r, 'x> {
    pub(super) report: &'r Report<'x>,
    pub(super) tables: &'r Record,
    pub(super) sentences: &'r [Span],
    /// By entity: its sentence.
    pub(super) sentence: Vec<u32>,
    /// The entities that say something of the patient whose record is made, in the order of the text.
    pub(super) chosen: Vec<u32>,
    /// Relations by the entity that they lead to: that entity, the relation.
    incoming: Vec<(u32, u32)>,
}

impl<'r, 'x> Facts<'r, 'x> {
    pub(super) fn new(tables: &'r Record, report: &'r Report<'x>, sentences: &'r [Span]) -> Self {
        let mut at = 0;
        let mut sentence = Vec::with_capacity(report.entities.len());
        for entity in &report.entities {
            while at + 1 < sentences.len() && sentences[at].end <= entity.span.start {
                at += 1;
            }
            sentence.push(at as u32);
        }
        let mut incoming: Vec<(u32, u32)> =
            (0..).zip(&report.relations).map(|(number, relation)| (relation.to, number)).collect();
        incoming.sort_unstable();
        Facts { report, tables, sentences, sentence, chosen: Vec::new(), incoming }
    }

    /// What is said of each patient. Where a report tells of several one by one, what it says of none of them in
    /// particular, as in its title, is in no record.
    pub(super) fn by_patient(&self) -> BTreeMap<u16, Vec<u32>> {
        let said = |entity: &Entity<'_>| {
            entity.assertion.subject == Subject::Patient
                && !matches!(entity.assertion.status, Status::Conditional | Status::Hypothetical)
        };
        let several = self.report.entities.iter().any(|e| e.case.is_some());
        let mut patients: BTreeMap<u16, Vec<u32>> = BTreeMap::new();
        for (number, entity) in (0..).zip(&self.report.entities).filter(|(_, e)| said(e)) {
            if several && entity.case.is_none() {
                continue;
            }
            patients.entry(entity.case.unwrap_or(1)).or_default().push(number);
        }
        patients
    }

    pub(super) fn entity(&self, number: u32) -> &'r Entity<'x> {
        &self.report.entities[number as usize]
    }

    /// The chosen entities of a type, with their numbers.
    pub(super) fn of(&self, kind: EntityType) -> impl Iterator<Item = (u32, &'r Entity<'x>)> {
        self.chosen.iter().map(|n| (*n, self.entity(*n))).filter(move |(_, e)| e.kind == kind)
    }

    /// The entities from which relations of a type lead to this one, in the order of the relations.
    pub(super) fn linked(&self, to: u32, relation: RelationType) -> impl Iterator<Item = u32> {
        let first = self.incoming.partition_point(|(entity, _)| *entity < to);
        self.incoming[first..]
            .iter()
            .take_while(move |(entity, _)| *entity == to)
            .map(|(_, number)| &self.report.relations[*number as usize])
            .filter(move |r| r.kind == relation)
            .map(|r| r.from)
    }

    /// The entities to which relations of a type lead from this one. Relations stand in the order of their first.
    pub(super) fn leads(&self, from: u32, relation: RelationType) -> impl Iterator<Item = u32> {
        let first = self.report.relations.partition_point(|r| r.from < from);
        self.report.relations[first..]
            .iter()
            .take_while(move |r| r.from == from)
            .filter(move |r| r.kind == relation)
            .map(|r| r.to)
    }

    /// The words of an entity.
    pub(super) fn words(&self, entity: &Entity<'_>) -> &'r str {
        self.report.words(entity)
    }

    /// What becomes of a concept in the record.
    pub(super) fn use_of(&self, entity: &'r Entity<'x>) -> (Use, Option<&'r str>) {
        let name = entity.value.text(Field::Name).unwrap_or_default();
        self.tables.use_of(entity.kind, name, entity.value.text(Field::Category))
    }

    /// Sites of a fact: its own, those inside its words, those that a relation tells.
    pub(super) fn sites(&self, number: u32) -> Vec<Site<'r>> {
        let entity = self.entity(number);
        if let Some(name) = entity.value.text(Field::Site) {
            return vec![Site { name, laterality: entity.value.text(Field::Laterality), entity: number }];
        }
        let inside = self.inside(number).filter_map(|n| self.site(n)).max_by_key(|s| {
            let span = self.entity(s.entity).span;
            span.end - span.start
        });
        if let Some(site) = inside {
            return vec![site];
        }
        self.linked(number, RelationType::SiteOf).filter_map(|n| self.site(n)).collect()
    }

    fn site(&self, number: u32) -> Option<Site<'r>> {
        let entity = self.entity(number);
        let name = entity.value.text(Field::Site)?;
        let (what, _) = self.tables.use_of(EntityType::Anatomy, name, None);
        (entity.kind == EntityType::Anatomy && what != Use::Drop).then_some(Site {
            name,
            laterality: entity.value.text(Field::Laterality),
            entity: number,
        })
    }

    /// Other entities whose words lie inside those of this one.
    pub(super) fn inside(&self, number: u32) -> impl Iterator<Item = u32> {
        let span = self.entity(number).span;
        let before = (0..number).rev().take_while(move |n| self.entity(*n).span.start == span.start);
        let after = (number + 1..self.report.entities.len() as u32)
            .take_while(move |n| self.entity(*n).span.start < span.end);
        before.chain(after).filter(move |n| span.contains(self.entity(*n).span))
    }
}

/// A place in the body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site<'r> {
    pub(super) name: &'r str,
    pub(super) laterality: Option<&'r str>,
    /// Where it was read.
    pub(super) entity: u32,
}

/// A field's words, owned.
pub(super) fn text(value: &Value<'_>, field: Field) -> Option<String> {
    value.text(field).map(str::to_owned)
}

/// A field's whole numbers.
pub(super) fn integers(value: &Value<'_>, field: Field) -> Vec<i64> {
    match value.get(field) {
        Some(FieldValue::Integers(numbers)) => numbers.clone(),
        _ => Vec::new(),
    }
}

/// A field's numbers.
pub(super) fn numbers(value: &Value<'_>, field: Field) -> Vec<Decimal> {
    match value.get(field) {
        Some(FieldValue::Numbers(numbers)) => numbers.to_vec(),
        _ => Vec::new(),
    }
}

/// The number, range, unit and comparator of a value.
pub(super) fn quantity(value: &Value<'_>) -> Quantity {
    Quantity {
        value: value.number(Field::Value),
        low: value.number(Field::Low),
        high: value.number(Field::High),
        unit: text(value, Field::Unit),
        comparator: text(value, Field::Comparator),
    }
}

/// How often.
pub(super) fn frequency(value: &Value<'_>) -> Frequency {
    Frequency {
        count: value.number(Field::Count),
        low: value.number(Field::Low),
        high: value.number(Field::High),
        period: value.number(Field::Period),
        period_max: value.number(Field::PeriodMax),
        period_unit: text(value, Field::PeriodUnit),
    }
}

/// Adds entities to those of a leaf, each once, in the order of the text.
pub(super) fn add(entities: &mut Vec<EntityId>, more: impl IntoIterator<Item = u32>) {
    for number in more {
        if let Err(at) = entities.binary_search(&EntityId(number)) {
            entities.insert(at, EntityId(number));
        }
    }
}

/// Whether two optional things can be the same: equal, or one of them not told.
pub(super) fn compatible<T: PartialEq + ?Sized>(one: Option<&T>, other: Option<&T>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

/// Fills what the one does not tell from the other.
pub(super) fn fill<T>(one: &mut Option<T>, other: Option<T>) {
    if one.is_none() {
        *one = other;
    }
}
