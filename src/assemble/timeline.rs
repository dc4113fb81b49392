//! What happened when: as the text tells it, and what follows from all of it together.

use super::calendar::{DAY, days_of, ends, hours, scaled, with_year};
use super::facts::{Facts, add, quantity, text};
use super::happening::{event_name, is_event, nearest};
use super::solve::{Bounds, Constraint, solve};
use crate::grammar::record::Use;
use crate::model::case::{Event, Interval, Patient, Quantity};
use crate::model::{
    Decimal, Entity, EntityType, Field, Issue, Operand, RelationType, Severity, Status, Time,
};
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// The point from which days are counted: the patient's presentation.
const ORIGIN: u32 = 0;

/// Stands for the presentation among the entities that tell events.
const PRESENTED: u32 = u32::MAX;

/// More times than this, as in a collection of reports, are told but not solved.
const MOST_POINTS: usize = 256;

/// The record's timeline. Times that cannot all be so become issues.
pub(super) fn timeline(facts: &Facts<'_, '_>, patient: &Patient, issues: &mut Vec<Issue>) -> Vec<Event> {
    let mut builder = Builder {
        facts,
        names: vec![Cow::Borrowed("")],
        by_name: FxHashMap::default(),
        of_category: FxHashMap::default(),
        points: FxHashMap::default(),
        constraints: Vec::new(),
        epoch: None,
        birth: None,
        last: None,
        told_in: 0,
        given: None,
        treated: None,
        dated: None,
        anchor: None,
        events: Vec::new(),
    };
    builder.read(patient);
    builder.finish(issues)
}

/// How sure it is from where a time is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Anchored {
    /// The text names the event.
    Told,
    /// It is the event before, as in "two weeks later".
    Chained,
}

/// A constraint as it was told, without tolerance, and what told it.
struct Told {
    constraint: Constraint,
    /// How far it may be off.
    slack: i64,
    anchored: Anchored,
}

struct Builder<'f, 'r, 'x> {
    facts: &'f Facts<'r, 'x>,
    /// By point: the event's name.
    names: Vec<Cow<'r, str>>,
    /// By name: the latest point.
    by_name: FxHashMap<Cow<'r, str>, u32>,
    /// By category: the procedure that was told last.
    of_category: FxHashMap<&'r str, u32>,
    /// By the entity that tells an event and the type of the time that is told: its point.
    points: FxHashMap<(u32, EntityType), u32>,
    constraints: Vec<Told>,
    /// The first day of the common era, from which dates are counted.
    epoch: Option<u32>,
    birth: Option<u32>,
    /// The event that was told last with its time, and the sentence of that time.
    last: Option<u32>,
    told_in: u32,
    /// The treatment that was told last since.
    given: Option<u32>,
    /// The treatment that was told last.
    treated: Option<u32>,
    /// The date with a year that was told last.
    dated: Option<String>,
    /// The anchor that was told last.
    anchor: Option<u32>,
    /// Events with their points and those from which they are counted.
    events: Vec<(Event, u32, Option<u32>)>,
}

impl<'r> Builder<'_, 'r, '_> {
    fn read(&mut self, patient: &Patient) {
        let facts = self.facts;
        let age = patient.age.as_ref();
        if age.is_some() {
            // The patient's age is that at presentation; another one is of another time.
            self.points.insert((PRESENTED, EntityType::Age), ORIGIN);
        }
        for &number in &facts.chosen {
            let entity = facts.entity(number);
            match entity.kind {
                EntityType::Procedure => {
                    if let (Status::Present, Some(category)) =
                        (entity.assertion.status, entity.value.text(Field::Category))
                    {
                        self.of_category.insert(category, number);
                    }
                    self.give(number);
                }
                EntityType::Drug | EntityType::Regimen | EntityType::Radiotherapy => self.give(number),
                EntityType::RelativeTime => self.relative(number, entity),
                EntityType::Date => self.date(number, entity),
                EntityType::Age => {
                    let of_patient = age.is_some_and(|a| a.entities.iter().any(|e| e.0 == number));
                    if !of_patient && entity.value.number(Field::Value).is_some() {
                        self.aged(number, entity);
                    }
                }
                _ => {}
            }
        }
        if let (Some(birth), Some(age)) = (self.birth, age) {
            // Somebody of 13 has lived from 13 to 14 years.
            if let (Some(value), Some(hours)) = (age.value, age.unit.as_deref().and_then(hours)) {
                let low = scaled(value, hours);
                let source = age.entities.first().map_or(0, |e| e.0);
                self.constraints.push(Told {
                    constraint: Constraint {
                        from: birth,
                        to: ORIGIN,
                        low: Some(low),
                        high: Some(low + hours),
                        source,
                    },
                    slack: 0,
                    anchored: Anchored::Told,
                });
            }
        }
    }

    /// A time that is counted from an event.
    fn relative(&mut self, number: u32, entity: &'r Entity<'_>) {
        let value = &entity.value;
        let relation = value.text(Field::Relation).unwrap_or("at");
        let mut span = quantity(value);
        if span.unit.is_none() && value.get(Field::Anchor).is_some() {
            // "At the end of the second cycle": the anchor itself.
            span = Quantity { value: Some(Decimal::integer(0)), unit: Some("d".to_owned()), ..span };
        }
        let Some(unit) = span.unit.clone() else { return };
        let Some((point, mut event)) = self.event(number, entity) else { return };
        let told = value.text(Field::Anchor).and_then(|words| self.anchor(number, words));
        let (anchor, anchored) = match (told, relation) {
            (Some(anchor), _) => {
                self.anchor = Some(anchor);
                (anchor, Anchored::Told)
            }
            (None, "before") => (ORIGIN, Anchored::Chained),
            (None, "after") if self.is_of_course(entity) => (self.treatment(), Anchored::Chained),
            (None, "after") => (self.before(number), Anchored::Chained),
            // "On day 11" is counted as the days before were, not from what happened last.
            (None, "at") => (self.anchor.unwrap_or(ORIGIN), Anchored::Chained),
            (None, _) => (self.anchor.or(self.last).unwrap_or(ORIGIN), Anchored::Chained),
        };
        if anchor == point {
            return;
        }
        let (earliest, latest) = ends(&span, relation);
        let words = value.text(Field::Anchor).filter(|_| anchored == Anchored::Told);
        event.anchor = Some(words.map_or_else(|| self.name(anchor), str::to_owned));
        (event.earliest, event.latest) = (earliest, latest);
        event.unit = Some(unit.clone());
        if let Some(hours) = hours(&unit) {
            let vague = span.value.is_none() && span.low.is_none();
            let low = if vague && relation == "after" { Some(0) } else { earliest.map(|n| scaled(n, hours)) };
            let high = if vague && relation == "before" { Some(0) } else { latest.map(|n| scaled(n, hours)) };
            let about = if span.comparator.as_deref() == Some("~") { hours } else { 0 };
            // Who says two weeks may mean 12 or 16 days; who says 14 days does not.
            let slack = if hours > DAY { hours / 2 + about } else { about };
            let constraint = Constraint { from: anchor, to: point, low, high, source: number };
            self.constraints.push(Told { constraint, slack, anchored });
        }
        // What lay before is no point from which the story goes on.
        if relation != "before" {
            self.tell(point, number);
        }
        self.events.push((event, point, Some(anchor)));
    }

    /// Whether a time is one of the course that all its times are counted over: "at the 6-month follow-up", which comes
    /// 6 months after what was done and not after the follow-up before it.
    fn is_of_course(&self, time: &Entity<'_>) -> bool {
        let words = self.facts.words(time).to_lowercase();
        // Its last word, and its last two.
        let mut ends = words.rmatch_indices([' ', '\n']).take(2).map(|(before, _)| &words[before + 1..]);
        ends.any(|words| self.facts.tables.event(words).is_some_and(|event| event.course))
    }

    /// The treatment that was told last, or the event from which times were counted.
    fn treatment(&mut self) -> u32 {
        match self.treated {
            Some(treated) => self.point_of(treated),
            None => self.anchor.unwrap_or(ORIGIN),
        }
    }

    /// Notes the event from which "two weeks later" counts.
    fn tell(&mut self, point: u32, time: u32) {
        self.last = Some(point);
        self.given = None;
        self.told_in = self.facts.sentence[time as usize];
    }

    /// The event that was told last before the sentence of a time: with a time of its own, or a treatment after that.
    fn before(&mut self, time: u32) -> u32 {
        let sentence = self.facts.sentence[time as usize];
        match self.given {
            Some(given) if self.facts.sentence[given as usize] < sentence => self.point_of(given),
            _ => self.last.unwrap_or(ORIGIN),
        }
    }

    /// Notes a treatment that may be what the story goes on from.
    fn give(&mut self, number: u32) {
        let entity = self.facts.entity(number);
        let told = entity.assertion.status == Status::Present && entity.assertion.time == Time::Current;
        let later = self.last.is_none() || self.facts.sentence[number as usize] > self.told_in;
        if told && matches!(self.facts.use_of(entity).0, Use::Keep | Use::Combined) {
            // An image is no treatment: among procedures, those are whose category times are counted from.
            let category = entity.value.text(Field::Category);
            if category.is_none_or(|category| self.facts.tables.event(category).is_some()) {
                self.treated = Some(number);
            }
            if later {
                self.given = Some(number);
            }
        }
    }

    fn date(&mut self, number: u32, entity: &'r Entity<'_>) {
        // A time of day alone is of no day.
        let Some(iso) = text(&entity.value, Field::Iso8601).filter(|iso| !iso.starts_with('T')) else {
            return;
        };
        let Some((point, mut event)) = self.event(number, entity) else { return };
        // "In May", told after March 2011, is May 2011; after August, it is that of the next year.
        let (iso, anchored) = match self.dated.as_deref().and_then(|before| with_year(&iso, before)) {
            Some(whole) => (whole, Anchored::Chained),
            None => (iso, Anchored::Told),
        };
        if let Some((first, last)) = days_of(&iso) {
            self.dated = Some(iso.clone());
            let epoch = *self.epoch.get_or_insert_with(|| {
                self.names.push(Cow::Borrowed(""));
                self.names.len() as u32 - 1
            });
            self.constraints.push(Told {
                constraint: Constraint {
                    from: epoch,
                    to: point,
                    low: Some(first * DAY),
                    high: Some(last * DAY),
                    source: number,
                },
                slack: 0,
                anchored,
            });
        }
        event.iso8601 = Some(iso);
        self.tell(point, number);
        self.events.push((event, point, None));
    }

    /// "At the age of 12": counted from birth.
    fn aged(&mut self, number: u32, entity: &'r Entity<'_>) {
        let span = quantity(&entity.value);
        let (Some(value), Some(unit)) = (span.value, span.unit) else { return };
        let Some((point, mut event)) = self.event(number, entity) else { return };
        let birth = match self.birth {
            Some(birth) => birth,
            None => {
                // Not by its name: the births that reports tell of are mostly those of children.
                self.names.push(Cow::Borrowed("birth"));
                let birth = self.names.len() as u32 - 1;
                self.birth = Some(birth);
                birth
            }
        };
        if let Some(hours) = hours(&unit) {
            let low = scaled(value, hours);
            self.constraints.push(Told {
                constraint: Constraint {
                    from: birth,
                    to: point,
                    low: Some(low),
                    high: Some(low + hours),
                    source: number,
                },
                slack: 0,
                anchored: Anchored::Told,
            });
        }
        event.anchor = Some(self.name(birth));
        (event.earliest, event.latest, event.unit) = (Some(value), Some(value), Some(unit));
        self.tell(point, number);
        self.events.push((event, point, Some(birth)));
    }

    /// What happened at a time, and its point: what a relation says, or what stands nearest in the sentence.
    fn event(&mut self, number: u32, time: &Entity<'_>) -> Option<(u32, Event)> {
        let facts = self.facts;
        let mut entities = Vec::new();
        // "Discharged without sequelae on day 11" is the discharge: what was not there did not happen then.
        let linked: Vec<u32> = facts
            .leads(number, RelationType::TimeOf)
            .filter(|n| facts.chosen.binary_search(n).is_ok())
            .filter(|n| facts.entity(*n).assertion.status != Status::Absent)
            .collect();
        let (name, first) = if linked.is_empty() {
            let found = nearest(facts, number, time)?;
            entities.extend(found.entity);
            (found.name, found.entity)
        } else {
            let names: Vec<Cow<'r, str>> = linked.iter().take(4).map(|n| event_name(facts, *n)).collect();
            entities.extend(&linked);
            (Cow::Owned(names.join(", ")), linked.first().copied())
        };
        // Who is admitted on a second date is admitted a second time.
        let origin = self.is_origin(&name) && self.points.insert((PRESENTED, time.kind), ORIGIN).is_none();
        let point = match first.map(|first| (first, time.kind)) {
            _ if origin => ORIGIN,
            // A second time of another kind, as a date beside a day, is of the same event.
            Some(key) if !self.points.contains_key(&key) => {
                let kinds = [EntityType::RelativeTime, EntityType::Date, EntityType::Age];
                let known = kinds.iter().find_map(|kind| self.points.get(&(key.0, *kind)).copied());
                let point = known.unwrap_or_else(|| self.point(name.clone()));
                self.points.insert(key, point);
                point
            }
            _ => self.point(name.clone()),
        };
        if point == ORIGIN {
            self.names[0] = name.clone();
        }
        let status = first.map_or(Status::Present, |n| facts.entity(n).assertion.status);
        let mut event = Event { event: name.into_owned(), status, ..Event::default() };
        add(&mut event.entities, entities.into_iter().chain([number]));
        Some((point, event))
    }

    fn is_origin(&self, name: &str) -> bool {
        self.facts.tables.event(name).is_some_and(|event| event.origin)
    }

    /// A new point for an event.
    fn point(&mut self, name: Cow<'r, str>) -> u32 {
        let point = self.names.len() as u32;
        self.by_name.insert(name.clone(), point);
        self.names.push(name);
        point
    }

    /// The point of the event of that name that was told last, or a new one.
    fn named(&mut self, name: Cow<'r, str>) -> u32 {
        match self.by_name.get(&name) {
            Some(point) => *point,
            None => self.point(name),
        }
    }

    /// The point of what an entity tells, by its name.
    fn point_of(&mut self, number: u32) -> u32 {
        let name = event_name(self.facts, number);
        self.named(name)
    }

    fn name(&self, point: u32) -> String {
        let name = &self.names[point as usize];
        if point == ORIGIN && name.is_empty() { "presentation".to_owned() } else { name.to_string() }
    }

    /// The point from which the words of an anchor count.
    fn anchor(&mut self, number: u32, words: &str) -> Option<u32> {
        let facts = self.facts;
        let words = words.to_lowercase();
        // "Surgery" is the last one that was told, "the second operation" is an event of its own.
        if let Some(event) = facts.tables.event(&words) {
            if event.origin {
                self.names[0] = Cow::Borrowed(&event.name);
                return Some(ORIGIN);
            }
            if let Some(point) = self.by_name.get(&*event.name) {
                return Some(*point);
            }
            if let Some(procedure) = self.of_category.get(&*event.name).copied() {
                return Some(self.point_of(procedure));
            }
            return Some(self.named(Cow::Borrowed(&event.name)));
        }
        if let Some(point) = self.by_name.get(&*words) {
            return Some(*point);
        }
        let inside = facts.inside(number).filter(|n| is_event(facts, *n)).max_by_key(|n| {
            let span = facts.entity(*n).span;
            span.end - span.start
        });
        let known = inside.and_then(|n| self.by_name.get(&event_name(facts, n)).copied());
        let last = words.rsplit(' ').next().unwrap_or_default();
        if known.is_none() && facts.tables.event(last).is_some_and(|event| event.origin) {
            return Some(ORIGIN);
        }
        Some(known.unwrap_or_else(|| self.point(Cow::Owned(words))))
    }

    /// Solves the constraints and gives each event its days.
    fn finish(self, issues: &mut Vec<Issue>) -> Vec<Event> {
        let Builder { facts, names, constraints, events, .. } = self;
        let mut solution: Option<Vec<Bounds>> = None;
        if names.len() <= MOST_POINTS && !constraints.is_empty() {
            // What is vague about a time does not make "after" into "before".
            let lower = |low: i64, off: i64| if low >= 0 { (low - off).max(0) } else { low - off };
            let upper = |high: i64, off: i64| if high <= 0 { (high + off).min(0) } else { high + off };
            let loose = |told: &Told, more: i64| Constraint {
                low: told.constraint.low.map(|low| lower(low, told.slack) - more),
                high: told.constraint.high.map(|high| upper(high, told.slack) + more),
                ..told.constraint
            };
            let attempt = |more: i64, chained: bool| {
                let some: Vec<Constraint> = constraints
                    .iter()
                    .filter(|told| chained || told.anchored == Anchored::Told)
                    .map(|told| loose(told, more))
                    .collect();
                solve(names.len(), &some)
            };
            // Whether the first day counts as 0 or as 1 is no contradiction.
            let solved = attempt(0, true).or_else(|_| attempt(DAY, true)).or_else(|_| attempt(DAY, false));
            match solved {
                Ok(bounds) => solution = Some(bounds),
                Err(sources) => issues.push(contradiction(facts, sources)),
            }
        }
        let day = |point: u32| {
            let (low, high) = solution.as_ref()?.get(point as usize).copied()?;
            let interval = Interval {
                earliest: low.map(|hours| hours.div_euclid(DAY)),
                latest: high.map(|hours| -(-hours).div_euclid(DAY)),
            };
            (interval != Interval::default()).then_some(interval)
        };
        // What an abstract has told, the text tells again, perhaps with another name for the event before.
        let mut timeline: Vec<(Event, Option<u32>)> = Vec::new();
        for (mut event, point, anchor) in events {
            event.day = day(point);
            let told = |(e, from): &&mut (Event, Option<u32>)| {
                let span = |e: &Event| (e.earliest, e.latest, e.status);
                let words = |e: &Event| (e.unit.clone(), e.iso8601.clone());
                e.event == event.event
                    && *from == anchor
                    && span(e) == span(&event)
                    && words(e) == words(&event)
            };
            match timeline.iter_mut().find(told) {
                Some((same, _)) => add(&mut same.entities, event.entities.iter().map(|e| e.0)),
                None => timeline.push((event, anchor)),
            }
        }
        timeline.into_iter().map(|(event, _)| event).collect()
    }
}

fn contradiction(facts: &Facts<'_, '_>, sources: Vec<u32>) -> Issue {
    let words: Vec<String> =
        sources.iter().map(|n| format!("\"{}\"", facts.words(facts.entity(*n)))).collect();
    let message = format!("these times cannot all be right: {}", words.join(", "));
    let operands = sources.iter().filter_map(|source| {
        let value = &facts.entity(*source).value;
        let field =
            [Field::Iso8601, Field::Value, Field::Low].into_iter().find(|f| value.get(*f).is_some())?;
        Some(Operand { entity: *source, field })
    });
    let operands = operands.collect();
    Issue { operands, ..Issue::new("time-contradiction", Severity::Warning, message, sources) }
}
