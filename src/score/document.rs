//! One document of gold against its record.

use super::compare::Wanted;
use super::fault::{AROUND, Fault, FaultKind};
use super::{Agreement, Counts, RuleTally, case};
use crate::gold::{Assumed, Datum, Document, Entity, Mapping};
use crate::model::{Case, OffsetMap, OffsetUnit, Status};
use crate::run;
use anyhow::bail;
use std::collections::{BTreeMap, BTreeSet};

/// What gold says of one fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is there, with this value, meant like this.
    Right,
    /// It is there, with another value or meant otherwise.
    Misread,
    /// It is not there, and gold would have it.
    Wrong,
    /// Gold does not tell.
    Unknown,
}

/// What gold says of one entity of a run on the same text.
pub(crate) fn verdict(
    found: &run::Entity,
    document: &Document,
    mapping: &Mapping,
    assumed: &Assumed,
) -> Verdict {
    let kind = found.kind.name();
    let listed = mapping.precise.get(kind);
    let mut best = None;
    for gold in document.entities.iter().filter(|gold| touches(found, gold)) {
        let named = listed.is_some_and(|labels| labels.contains(&gold.label));
        if !named && !mapping.accepts(&gold.label, found.kind) {
            continue;
        }
        if gold.optional {
            best = best.or(Some(Verdict::Unknown));
            continue;
        }
        let fields = mapping.values.get(&gold.label).map(Vec::as_slice);
        let counts = fields.is_some() || mapping.is_own();
        let value = gold.value.as_ref().filter(|_| counts).map(|value| Wanted::new(value, fields));
        let meant = found.assertion;
        let meant = [meant.status.name(), meant.subject.name(), meant.time.name()];
        let same =
            assumed.of(gold).into_iter().zip(meant).all(|(wanted, got)| wanted.is_none_or(|w| w == got));
        if same && value.is_none_or(|wanted| wanted.is_met(&found.value)) {
            return Verdict::Right;
        }
        best = Some(Verdict::Misread);
    }
    let precise = listed.is_some() || document.exhaustive.iter().any(|name| name == kind);
    best.unwrap_or(if precise { Verdict::Wrong } else { Verdict::Unknown })
}

/// What is known of the corpus as a whole.
pub(super) struct About<'a> {
    pub(super) mapping: &'a Mapping,
    pub(super) assumed: Assumed,
    /// Types of relations that gold has somewhere, with the labels at both ends; others are not what the corpus is about.
    pub(super) relations: BTreeSet<(String, String, String)>,
}

/// What is counted over documents.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) rows: BTreeMap<String, Counts>,
    /// The types for which precision was counted.
    pub(super) precise: BTreeSet<String>,
    pub(super) values: BTreeMap<String, Agreement>,
    pub(super) fields: BTreeMap<(String, String), Agreement>,
    pub(super) polarity: BTreeMap<String, Agreement>,
    pub(super) assertions: BTreeMap<&'static str, Agreement>,
    pub(super) relations: BTreeMap<String, Counts>,
    pub(super) cases: Vec<(&'static str, Counts)>,
    pub(super) rules: BTreeMap<String, RuleTally>,
    pub(super) faults: Vec<Fault>,
}

/// An entity of gold or of the run touches `start..end` with its own place or one of its parts.
fn touches(found: &run::Entity, gold: &Entity) -> bool {
    gold.overlaps(found.start, found.end)
        || found.parts.iter().any(|part| gold.overlaps(part.start, part.end))
}

/// The words at a place; empty where that is no slice.
fn words<'d>(document: &'d Document, map: &OffsetMap<'_>, start: u32, end: u32) -> &'d str {
    match (map.byte(start), map.byte(end)) {
        (Some(from), Some(to)) => document.text.get(from as usize..to as usize).unwrap_or_default(),
        _ => "",
    }
}

/// Whether an entity of gold, which is not optional, counts as found or missed.
pub(super) fn counts_for_recall(
    gold: &Entity,
    document: &Document,
    mapping: &Mapping,
    map: &OffsetMap<'_>,
) -> bool {
    let digit = || words(document, map, gold.start, gold.end).bytes().any(|b| b.is_ascii_digit());
    mapping.counts(&gold.label) && (!mapping.digits_only.contains(&gold.label) || digit())
}

/// Whether an entity of a run finds one of gold.
pub(super) fn finds(found: &run::Entity, gold: &Entity, mapping: &Mapping) -> bool {
    mapping.accepts(&gold.label, found.kind) && touches(found, gold)
}

/// A value of gold as values of a run are written: names and what they hold, in its order.
fn said(value: &Datum) -> String {
    let members = value.members().iter().filter(|(name, _)| name != "entities");
    members.map(|(name, held)| format!("{name} {}", held.plain())).collect::<Vec<_>>().join(", ")
}

/// How many characters the two share.
fn shared(found: &run::Entity, gold: &Entity) -> i64 {
    i64::from(found.end.min(gold.end)) - i64::from(found.start.max(gold.start))
}

impl Tally {
    /// Counts one document.
    pub(super) fn document(
        &mut self,
        document: &Document,
        record: Option<&run::Record>,
        about: &About<'_>,
    ) -> anyhow::Result<()> {
        let About { mapping, assumed, relations } = about;
        let found: &[run::Entity] = record.map_or(&[], |record| &record.entities);
        let map = OffsetMap::new(&document.text, OffsetUnit::Chars);
        let view = View { document, found, mapping, assumed, map };
        view.same_text()?;
        self.recall(&view);
        self.precision(&view);
        for (at, gold) in document.cases.iter().flatten().enumerate() {
            self.case(&view, gold, record.and_then(|record| record.cases.get(at)))?;
        }
        if let (Some(gold), Some(record)) = (&document.relations, record) {
            self.relations_of(&view, gold, record, relations);
        } else {
            for relation in document.relations.iter().flatten() {
                self.relations.entry(relation.label.clone()).or_default().gold += 1;
            }
        }
        Ok(())
    }

    /// Compares the records of one patient.
    fn case(&mut self, view: &View<'_>, gold: &Datum, record: Option<&Case>) -> anyhow::Result<()> {
        let run: Datum = match record {
            Some(case) => serde_json::from_str(&serde_json::to_string(case)?)?,
            None => Datum::Object(Vec::new()),
        };
        // Where the first entity stands that a leaf names; nowhere if it names none.
        let first = |leaf: &Datum| leaf.get("entities")?.elements().first()?.text().map(str::to_owned);
        for compared in case::compare(gold, &run) {
            match self.cases.iter_mut().find(|(field, _)| *field == compared.field) {
                Some((_, counts)) => counts.add(&compared.counts),
                None => self.cases.push((compared.field, compared.counts)),
            }
            for leaf in compared.missed {
                let entity = first(&leaf).and_then(|id| view.document.entities.iter().find(|e| e.id == id));
                let place = entity.map_or((0, 0), |entity| (entity.start, entity.end));
                let (kind, gold) = (FaultKind::CaseMissed, said(&leaf));
                self.faults.push(view.fault(kind, compared.field, place, gold, String::new(), ""));
            }
            for leaf in compared.wrong {
                let entity = first(&leaf).and_then(|id| view.found.iter().find(|e| e.id == id));
                let place = entity.map_or((0, 0), |entity| (entity.start, entity.end));
                let rule = entity.map_or("", |entity| &entity.rule);
                let (kind, got) = (FaultKind::CaseFalse, said(&leaf));
                self.faults.push(view.fault(kind, compared.field, place, String::new(), got, rule));
            }
        }
        Ok(())
    }

    fn recall(&mut self, view: &View<'_>) {
        let View { document, found, mapping, .. } = view;
        for gold in document.entities.iter().filter(|gold| !gold.optional) {
            let label = &gold.label;
            if counts_for_recall(gold, document, mapping, &view.map) {
                let hits: Vec<&run::Entity> = found.iter().filter(|f| finds(f, gold, mapping)).collect();
                let counts = self.rows.entry(label.clone()).or_default();
                counts.gold += 1;
                counts.found += u32::from(!hits.is_empty());
                let exactly = hits.iter().any(|f| (f.start, f.end) == (gold.start, gold.end));
                counts.found_exactly += u32::from(exactly);
                if hits.is_empty() {
                    self.missed(view, gold);
                } else {
                    self.value(view, gold, &hits);
                }
            }
            if mapping.counts_status(label) {
                self.assertion(view, gold);
            }
        }
    }

    fn missed(&mut self, view: &View<'_>, gold: &Entity) {
        let other = view
            .found
            .iter()
            .filter(|f| gold.overlaps(f.start, f.end))
            .max_by_key(|f| (shared(f, gold), std::cmp::Reverse(f.start)));
        let got = other.map_or(String::new(), |f| format!("{} {:?}", f.kind.name(), f.text));
        let rule = other.map_or("", |f| &f.rule);
        let wanted = gold.value.as_ref().map_or(String::new(), said);
        self.faults.push(view.fault(
            FaultKind::Missed,
            &gold.label,
            (gold.start, gold.end),
            wanted,
            got,
            rule,
        ));
    }

    fn value(&mut self, view: &View<'_>, gold: &Entity, hits: &[&run::Entity]) {
        let named = view.mapping.values.get(&gold.label);
        let Some(value) = gold.value.as_ref().filter(|_| named.is_some() || view.mapping.is_own()) else {
            return;
        };
        let wanted = Wanted::new(value, named.map(Vec::as_slice));
        let right = hits.iter().any(|hit| wanted.is_met(&hit.value));
        self.values.entry(gold.label.clone()).or_default().add(right);
        // The nearest of several: the one with the fewest fields wrong, then the one that shares most.
        let nearest = hits
            .iter()
            .min_by_key(|hit| (wanted.faults(&hit.value).count(), std::cmp::Reverse(shared(hit, gold))));
        let Some(nearest) = nearest else { return };
        let by_other_reading = right && !wanted.is_met_at_first(&nearest.value);
        for (field, agrees) in wanted.by_field(&nearest.value) {
            let key = (gold.label.clone(), field.to_owned());
            self.fields.entry(key).or_default().add(agrees || by_other_reading);
        }
        if !right {
            self.rules.entry(nearest.rule.clone()).or_default().misread += 1;
            let got = crate::grammar::examples::print_value(&nearest.value);
            let fault = view.fault(
                FaultKind::Value,
                &gold.label,
                (gold.start, gold.end),
                said(value),
                got,
                &nearest.rule,
            );
            self.faults.push(fault);
        }
    }

    /// Status, subject and time are those of the entity that shares most with gold.
    fn assertion(&mut self, view: &View<'_>, gold: &Entity) {
        let mut nearest: Option<&run::Entity> = None;
        for hit in view.found {
            let fits = view.mapping.status_from(&gold.label, hit.kind) && gold.overlaps(hit.start, hit.end);
            if fits && nearest.is_none_or(|best| shared(hit, gold) > shared(best, gold)) {
                nearest = Some(hit);
            }
        }
        let Some(nearest) = nearest else { return };
        let got = nearest.assertion;
        let [status, subject, time] = view.assumed.of(gold);
        if let Some(status) = status {
            let absent = Status::Absent.name();
            let agrees = (got.status.name() == absent) == (status == absent);
            self.polarity.entry(status.to_owned()).or_default().add(agrees);
        }
        let parts = [
            (FaultKind::Status, status, got.status.name()),
            (FaultKind::Subject, subject, got.subject.name()),
            (FaultKind::Time, time, got.time.name()),
        ];
        for (kind, wanted, got) in parts {
            let Some(wanted) = wanted else { continue };
            self.assertions.entry(kind.name()).or_default().add(wanted == got);
            if wanted != got {
                self.rules.entry(nearest.rule.clone()).or_default().misread += 1;
                let place = (gold.start, gold.end);
                let fault =
                    view.fault(kind, &gold.label, place, wanted.to_owned(), got.to_owned(), &nearest.rule);
                self.faults.push(fault);
            }
        }
    }

    fn precision(&mut self, view: &View<'_>) {
        let View { document, found, mapping, .. } = view;
        for hit in *found {
            let kind = hit.kind.name();
            let listed = mapping.precise.get(kind);
            let exhaustive = document.exhaustive.iter().any(|name| name == kind);
            let rule = self.rules.entry(hit.rule.clone()).or_default();
            rule.matches += 1;
            let fits = |gold: &&Entity| {
                let label = &gold.label;
                let named = listed.is_some_and(|labels| labels.contains(label));
                (named || listed.is_none() && mapping.accepts(label, hit.kind)) && touches(hit, gold)
            };
            let right: Vec<&Entity> = document.entities.iter().filter(fits).collect();
            if !right.is_empty() && right.iter().all(|gold| gold.optional) {
                continue;
            }
            rule.right += u32::from(!right.is_empty());
            if listed.is_none() && !exhaustive {
                continue;
            }
            rule.wrong += u32::from(right.is_empty());
            let counts = self.rows.entry(kind.to_owned()).or_default();
            counts.predicted += 1;
            counts.right += u32::from(!right.is_empty());
            let exactly = right.iter().any(|gold| (gold.start, gold.end) == (hit.start, hit.end));
            counts.right_exactly += u32::from(exactly);
            if right.is_empty() {
                let got = crate::grammar::examples::print_value(&hit.value);
                let gold = String::new();
                let fault = view.fault(FaultKind::False, kind, (hit.start, hit.end), gold, got, &hit.rule);
                self.faults.push(fault);
            }
        }
        self.precise.extend(mapping.precise.keys().cloned());
        self.precise.extend(document.exhaustive.iter().cloned());
    }

    fn relations_of(
        &mut self,
        view: &View<'_>,
        gold: &[crate::gold::Relation],
        record: &run::Record,
        kinds: &BTreeSet<(String, String, String)>,
    ) {
        let View { document, mapping, .. } = view;
        let ours = |label: &str| mapping.relations.get(label).map_or(label.to_owned(), Clone::clone);
        // Ends as places in the record, looked up once.
        let found: Vec<(&run::Relation, &run::Entity, &run::Entity)> = record
            .relations
            .iter()
            .filter_map(|r| Some((r, record.entity(&r.from)?, record.entity(&r.to)?)))
            .filter(|(relation, from, to)| {
                kinds.iter().any(|(kind, first, second)| {
                    ours(kind) == relation.kind
                        && mapping.accepts(first, from.kind)
                        && mapping.accepts(second, to.kind)
                })
            })
            .collect();
        let fits = |relation: &crate::gold::Relation,
                    (predicted, from, to): &(&run::Relation, &run::Entity, &run::Entity)| {
            let end = |at: usize, found: &run::Entity| {
                let gold = &document.entities[at];
                mapping.accepts(&gold.label, found.kind) && touches(found, gold)
            };
            predicted.kind == ours(&relation.label) && end(relation.from, from) && end(relation.to, to)
        };
        let optional = |relation: &crate::gold::Relation| {
            document.entities[relation.from].optional || document.entities[relation.to].optional
        };
        for relation in gold.iter().filter(|relation| !optional(relation)) {
            let hit = found.iter().any(|candidate| fits(relation, candidate));
            let counts = self.relations.entry(ours(&relation.label)).or_default();
            counts.gold += 1;
            counts.found += u32::from(hit);
            counts.found_exactly += u32::from(hit);
            if !hit {
                let (from, to) = (&document.entities[relation.from], &document.entities[relation.to]);
                let wanted = view.link(from.start, from.end, to.start, to.end);
                let place = (from.start.min(to.start), from.end.max(to.end));
                let kind = FaultKind::RelationMissed;
                self.faults.push(view.fault(kind, &ours(&relation.label), place, wanted, String::new(), ""));
            }
        }
        for candidate in &found {
            let right: Vec<_> = gold.iter().filter(|relation| fits(relation, candidate)).collect();
            if !right.is_empty() && right.iter().all(|relation| optional(relation)) {
                continue;
            }
            let (relation, from, to) = candidate;
            let counts = self.relations.entry(relation.kind.clone()).or_default();
            counts.predicted += 1;
            counts.right += u32::from(!right.is_empty());
            counts.right_exactly += u32::from(!right.is_empty());
            if right.is_empty() {
                let got = view.link(from.start, from.end, to.start, to.end);
                let place = (from.start.min(to.start), from.end.max(to.end));
                let kind = FaultKind::RelationFalse;
                let fault = view.fault(kind, &relation.kind, place, String::new(), got, &relation.rule);
                self.faults.push(fault);
            }
        }
    }
}

/// A document and what was found in it.
struct View<'v> {
    document: &'v Document,
    found: &'v [run::Entity],
    mapping: &'v Mapping,
    assumed: &'v Assumed,
    map: OffsetMap<'v>,
}

impl View<'_> {
    /// The words of a run must be those of gold's text, or no figure means anything.
    fn same_text(&self) -> anyhow::Result<()> {
        for entity in self.found.iter().filter(|entity| !entity.text.is_empty()) {
            let words = self.words(entity.start, entity.end);
            if words != entity.text {
                bail!(
                    "document `{}`: {} to {} is {words:?} in the text of gold and {:?} in the run; was it made on the \
                     same text, with offsets in code points?",
                    self.document.id,
                    entity.start,
                    entity.end,
                    entity.text
                );
            }
        }
        Ok(())
    }

    fn words(&self, start: u32, end: u32) -> &str {
        words(self.document, &self.map, start, end)
    }

    fn link(&self, from: u32, from_end: u32, to: u32, to_end: u32) -> String {
        format!("{:?} to {:?}", self.words(from, from_end), self.words(to, to_end))
    }

    fn fault(
        &self,
        kind: FaultKind,
        label: &str,
        (start, end): (u32, u32),
        gold: String,
        got: String,
        rule: &str,
    ) -> Fault {
        let length = self.map.convert(self.document.text.len() as u32);
        // What stands nowhere has nothing around it.
        let around = if start < end { AROUND } else { 0 };
        Fault {
            kind,
            label: label.to_owned(),
            document: self.document.id.clone(),
            start,
            end,
            before: self.words(start.saturating_sub(around), start).to_owned(),
            words: self.words(start, end).to_owned(),
            after: self.words(end, (end + around).min(length)).to_owned(),
            gold,
            got,
            rule: rule.to_owned(),
        }
    }
}
