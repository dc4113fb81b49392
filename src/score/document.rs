//! One document of gold against its record.

use super::compare::Wanted;
use super::fault::{FOLLOWS, Fault, FaultKind, GRAVE};
use super::view::{View, counts_for_recall, finds, gold_head, head, said, shared, touches, went};
use super::{Agreement, Confusion, Counts, RuleTally, case};
use crate::gold::{Assumed, Datum, Document, Entity, Mapping};
use crate::grammar::examples::print_value;
use crate::model::{Case, EntityType, Field, OffsetMap, OffsetUnit, Status};
use crate::run;
use std::cmp::Ordering;
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
        let meant = &found.assertion;
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
    pub(super) confusions: BTreeMap<&'static str, Confusion>,
    pub(super) relations: BTreeMap<String, Counts>,
    pub(super) cases: Vec<(&'static str, Counts)>,
    pub(super) rules: BTreeMap<String, RuleTally>,
    pub(super) faults: Vec<Fault>,
}

/// Whether a fact with this field wrong is another fact: a number, a unit, a result, the name of what was given. Names of
/// concepts, of which several may fit, and what only adds to a fact are not that grave.
fn is_grave(field: &str, kind: EntityType) -> bool {
    match Field::from_name(field) {
        Some(Field::Name) => matches!(kind, EntityType::Drug | EntityType::Regimen),
        Some(
            Field::Analyte | Field::Site | Field::Category | Field::Class | Field::Anchor | Field::Extent,
        )
        | None => false,
        Some(_) => true,
    }
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
            for missed in compared.missed {
                let leaf = &missed.leaf;
                let entity = first(leaf).and_then(|id| view.document.entities.iter().find(|e| e.id == id));
                let place = entity.map_or_else(|| view.quoted(leaf), |entity| (entity.start, entity.end));
                let fault = view.fault(FaultKind::CaseMissed, compared.field, place);
                // A fact that was not read cannot be in the record; that it was missed is told already.
                let unread = entity.is_some_and(|entity| !view.is_found(entity));
                let (reason, weight) = match (unread, &missed.instead) {
                    (true, _) => ("its fact was not found".to_owned(), FOLLOWS),
                    (false, Some((_, fields))) => (format!("there with another {fields}"), GRAVE),
                    (false, None) if entity.is_some() => ("its fact was found".to_owned(), fault.weight),
                    (false, None) => ("not in the record".to_owned(), fault.weight),
                };
                let got = missed.instead.map_or(String::new(), |(other, _)| said(&other));
                self.faults.push(Fault {
                    gold: said(leaf),
                    got,
                    reason,
                    what: gold_head(leaf),
                    weight,
                    ..fault
                });
            }
            for leaf in compared.wrong {
                let entity = first(&leaf).and_then(|id| view.found.iter().find(|e| e.id == id));
                let place = entity.map_or((0, 0), |entity| (entity.start, entity.end));
                let rule = entity.map_or(String::new(), |entity| entity.rule.clone());
                let judged = entity.map(|entity| verdict(entity, view.document, view.mapping, view.assumed));
                let fault = view.fault(FaultKind::CaseFalse, compared.field, place);
                let (reason, weight) = match judged {
                    Some(Verdict::Wrong) => ("its fact is false", FOLLOWS),
                    Some(Verdict::Misread) => ("its fact is misread", FOLLOWS),
                    Some(Verdict::Right) => ("its fact is right", fault.weight),
                    Some(Verdict::Unknown) | None => ("gold does not have it", fault.weight),
                };
                let (reason, what) = (reason.to_owned(), gold_head(&leaf));
                self.faults.push(Fault { got: said(&leaf), rule, reason, what, weight, ..fault });
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
                    if !exactly {
                        self.place(view, gold, &hits);
                    }
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
        let reason =
            other.map_or("nothing was found there".into(), |f| format!("taken for {}", f.kind.name()));
        self.faults.push(Fault {
            gold: gold.value.as_ref().map_or(String::new(), said),
            got: other.map_or(String::new(), |f| format!("{} {:?}", f.kind.name(), f.text)),
            rule: other.map_or(String::new(), |f| f.rule.clone()),
            reason,
            what: gold.value.as_ref().map_or(String::new(), gold_head),
            ..view.fault(FaultKind::Missed, &gold.label, (gold.start, gold.end))
        });
    }

    /// What was found, but not at its place.
    fn place(&mut self, view: &View<'_>, gold: &Entity, hits: &[&run::Entity]) {
        let nearest = hits.iter().max_by_key(|hit| (shared(hit, gold), std::cmp::Reverse(hit.start)));
        let Some(nearest) = nearest else { return };
        let side = |what: &str, found: u32, wanted: u32| match found.cmp(&wanted) {
            Ordering::Less => Some(format!("{what} earlier")),
            Ordering::Equal => None,
            Ordering::Greater => Some(format!("{what} later")),
        };
        let (begins, ends) = (side("begins", nearest.start, gold.start), side("ends", nearest.end, gold.end));
        let reason = match (shared(nearest, gold) > 0, begins, ends) {
            (true, Some(begins), Some(ends)) => format!("{begins}, {ends}"),
            (true, begins, ends) => begins.or(ends).unwrap_or_default(),
            (false, ..) => "only a part of it stands there".into(),
        };
        self.faults.push(Fault {
            gold: view.words(gold.start, gold.end).to_owned(),
            got: view.words(nearest.start, nearest.end).to_owned(),
            rule: nearest.rule.clone(),
            reason,
            ..view.fault(FaultKind::Place, &gold.label, (gold.start, gold.end))
        });
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
            let wrong: Vec<&str> = wanted.faults(&nearest.value).collect();
            let went: Vec<String> =
                wrong.iter().filter_map(|field| went(field, value, &nearest.value)).collect();
            let fault = view.fault(FaultKind::Value, &gold.label, (gold.start, gold.end));
            let grave = wrong.iter().any(|field| is_grave(field, nearest.kind));
            self.faults.push(Fault {
                gold: said(value),
                got: print_value(&nearest.value),
                rule: nearest.rule.clone(),
                reason: format!("another {}", wrong.join(", ")),
                what: went.join(", "),
                weight: if grave { GRAVE } else { fault.weight },
                ..fault
            });
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
        let got = &nearest.assertion;
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
            self.confusions.entry(kind.name()).or_default().add(wanted, got);
            if wanted != got {
                self.rules.entry(nearest.rule.clone()).or_default().misread += 1;
                self.faults.push(Fault {
                    gold: wanted.to_owned(),
                    got: got.to_owned(),
                    rule: nearest.rule.clone(),
                    reason: format!("{wanted} taken for {got}"),
                    ..view.fault(kind, &gold.label, (gold.start, gold.end))
                });
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
                let other = document.entities.iter().find(|gold| !gold.optional && touches(hit, gold));
                let reason = other
                    .map_or("gold has nothing there".into(), |gold| format!("gold has {} there", gold.label));
                self.faults.push(Fault {
                    got: print_value(&hit.value),
                    rule: hit.rule.clone(),
                    reason,
                    what: head(&hit.value),
                    ..view.fault(FaultKind::False, kind, (hit.start, hit.end))
                });
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
                let place = (from.start.min(to.start), from.end.max(to.end));
                let fault = view.fault(FaultKind::RelationMissed, &ours(&relation.label), place);
                // What was not found cannot be linked; that it was missed is told already.
                let unread = [from, to].into_iter().find(|end| !view.is_found(end));
                let (reason, weight) = match unread {
                    Some(end) => (format!("{} was not found", end.label), FOLLOWS),
                    None => ("both were found".to_owned(), fault.weight),
                };
                let gold = view.link((from.start, from.end), (to.start, to.end));
                let what = format!("{} to {}", from.label, to.label);
                self.faults.push(Fault { gold, reason, what, weight, ..fault });
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
                let place = (from.start.min(to.start), from.end.max(to.end));
                let fault = view.fault(FaultKind::RelationFalse, &relation.kind, place);
                let known =
                    |end: &run::Entity| document.entities.iter().any(|gold| finds(end, gold, mapping));
                let other = gold.iter().find(|relation| {
                    let own = &document.entities[relation.from];
                    ours(&relation.label) == fault.label && finds(from, own, mapping)
                });
                let (reason, weight) = match [*from, *to].into_iter().find(|end| !known(end)) {
                    Some(end) => (format!("gold has no such {}", end.kind.name()), FOLLOWS),
                    None if other.is_some() => ("gold links it to another one".to_owned(), GRAVE),
                    None => ("gold does not link it".to_owned(), fault.weight),
                };
                self.faults.push(Fault {
                    gold: other.map_or(String::new(), |relation| {
                        let [from, to] = [relation.from, relation.to].map(|at| &document.entities[at]);
                        view.link((from.start, from.end), (to.start, to.end))
                    }),
                    got: view.link((from.start, from.end), (to.start, to.end)),
                    rule: relation.rule.clone(),
                    reason,
                    what: format!("{} to {}", from.kind.name(), to.kind.name()),
                    weight,
                    ..fault
                });
            }
        }
    }
}
