//! What happened when: as the text tells it, and what follows from all of it together.

use super::calendar::{DAY, days_of, ends, hours, scaled};
use super::facts::{Facts, Site, add, quantity, text};
use super::solve::{Bounds, Constraint, solve};
use crate::grammar::record::Use;
use crate::model::case::{Event, Interval, Patient, Quantity};
use crate::model::{Decimal, Entity, EntityType, Field, Issue, RelationType, Severity, Span, Status, Time};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::borrow::Cow;

/// The point from which days are counted: the patient's presentation.
const ORIGIN: u32 = 0;

/// Stands for the presentation among the entities that tell events.
const PRESENTED: u32 = u32::MAX;

/// More times than this, as in a collection of reports, are told but not solved.
const MOST_POINTS: usize = 256;

/// An event that no fact tells is told with at most so many words of the text, and one.
const MOST_WORDS: usize = 9;

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

/// Something near a time that may have happened then.
struct Candidate<'r> {
    span: Span,
    name: Cow<'r, str>,
    entity: Option<u32>,
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
    /// The anchor that was told last.
    anchor: Option<u32>,
    /// Events with their points.
    events: Vec<(Event, u32)>,
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
            (None, "after") => (self.before(number), Anchored::Chained),
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
        self.events.push((event, point));
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
            Some(given) if self.facts.sentence[given as usize] < sentence => {
                let name = event_name(self.facts, given);
                self.named(name)
            }
            _ => self.last.unwrap_or(ORIGIN),
        }
    }

    /// Notes a treatment that may be what the story goes on from.
    fn give(&mut self, number: u32) {
        let entity = self.facts.entity(number);
        let told = entity.assertion.status == Status::Present && entity.assertion.time == Time::Current;
        let later = self.last.is_none() || self.facts.sentence[number as usize] > self.told_in;
        if told && later && matches!(self.facts.use_of(entity).0, Use::Keep | Use::Combined) {
            self.given = Some(number);
        }
    }

    fn date(&mut self, number: u32, entity: &'r Entity<'_>) {
        // A time of day alone is of no day.
        let Some(iso) = text(&entity.value, Field::Iso8601).filter(|iso| !iso.starts_with('T')) else {
            return;
        };
        let Some((point, mut event)) = self.event(number, entity) else { return };
        if let Some((first, last)) = days_of(&iso) {
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
                anchored: Anchored::Told,
            });
        }
        event.iso8601 = Some(iso);
        self.tell(point, number);
        self.events.push((event, point));
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
        self.events.push((event, point));
    }

    /// What happened at a time, and its point: what a relation says, or what stands nearest in the sentence.
    fn event(&mut self, number: u32, time: &Entity<'_>) -> Option<(u32, Event)> {
        let facts = self.facts;
        let mut entities = Vec::new();
        let linked: Vec<u32> = facts
            .leads(number, RelationType::TimeOf)
            .filter(|n| facts.chosen.binary_search(n).is_ok())
            .collect();
        let (name, first) = if linked.is_empty() {
            let found = self.nearest(number, time)?;
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
            if let Some(procedure) = self.of_category.get(&*event.name) {
                let name = event_name(facts, *procedure);
                return Some(self.named(name));
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

    /// What stands nearest to a time in its sentence: a fact that can happen, or a word for an event.
    fn nearest(&self, number: u32, time: &Entity<'_>) -> Option<Candidate<'r>> {
        let facts = self.facts;
        let sentence = facts.sentence[number as usize];
        let within = facts.sentences[sentence as usize];
        let mut best: Option<(u32, Candidate<'r>)> = None;
        let same = |n: &u32| facts.sentence[*n as usize] == sentence;
        let before = (0..number).rev().take_while(same);
        let after = (number + 1..facts.sentence.len() as u32).take_while(same);
        let others = before.chain(after);
        // The words of a time, such as its anchor, are not what happened then.
        let times: SmallVec<[Span; 4]> = others
            .clone()
            .chain([number])
            .map(|n| facts.entity(n))
            .filter(|e| matches!(e.kind, EntityType::RelativeTime | EntityType::Date | EntityType::Age))
            .map(|e| e.span)
            .collect();
        let mut offer = |candidate: Candidate<'r>| {
            if times.iter().any(|time| candidate.span.overlaps(*time)) {
                return;
            }
            let distance = match candidate.span.start >= time.span.end {
                true => 2 * (candidate.span.start - time.span.end),
                false => 2 * (time.span.start - candidate.span.end) + 1,
            };
            if best.as_ref().is_none_or(|(least, _)| distance < *least) {
                best = Some((distance, candidate));
            }
        };
        for n in others.filter(|n| is_event(facts, *n)) {
            if facts.chosen.binary_search(&n).is_ok() && facts.use_of(facts.entity(n)).0 != Use::Drop {
                offer(Candidate { span: facts.entity(n).span, name: event_name(facts, n), entity: Some(n) });
            }
        }
        let mut lower = String::new();
        for (start, word) in words(within.of(facts.report.text)) {
            lower.clear();
            lower.extend(word.chars().map(|c| c.to_ascii_lowercase()));
            if let Some(event) = facts.tables.event(&lower) {
                let start = within.start + start as u32;
                let span = Span::new(start, start + word.len() as u32);
                offer(Candidate { span, name: Cow::Borrowed(&event.name), entity: None });
            }
        }
        best.map(|(_, candidate)| candidate).or_else(|| clause(facts, time.span, within))
    }

    /// Solves the constraints and gives each event its days.
    fn finish(self, issues: &mut Vec<Issue>) -> Vec<Event> {
        let Builder { facts, names, constraints, events, .. } = self;
        let mut solution: Option<Vec<Bounds>> = None;
        if names.len() <= MOST_POINTS && !constraints.is_empty() {
            let loose = |told: &Told, more: i64| Constraint {
                low: told.constraint.low.map(|low| low - told.slack - more),
                high: told.constraint.high.map(|high| high + told.slack + more),
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
        let dated = |(mut event, point): (Event, u32)| {
            event.day = day(point);
            event
        };
        // What an abstract has told, the text tells again.
        let mut timeline: Vec<Event> = Vec::new();
        for event in events.into_iter().map(dated) {
            let told = |e: &&mut Event| {
                (&e.event, &e.anchor, e.earliest, e.latest, &e.unit, &e.iso8601, e.status)
                    == (
                        &event.event,
                        &event.anchor,
                        event.earliest,
                        event.latest,
                        &event.unit,
                        &event.iso8601,
                        event.status,
                    )
            };
            match timeline.iter_mut().find(told) {
                Some(same) => add(&mut same.entities, event.entities.iter().map(|e| e.0)),
                None => timeline.push(event),
            }
        }
        timeline
    }
}

fn contradiction(facts: &Facts<'_, '_>, sources: Vec<u32>) -> Issue {
    let words: Vec<String> =
        sources.iter().map(|n| format!("\"{}\"", facts.words(facts.entity(*n)))).collect();
    let message = format!("these times cannot all be right: {}", words.join(", "));
    Issue::new("time-contradiction", Severity::Warning, message, sources)
}

/// Whether an entity can be what happened at a time.
fn is_event(facts: &Facts<'_, '_>, number: u32) -> bool {
    matches!(
        facts.entity(number).kind,
        EntityType::Procedure
            | EntityType::Drug
            | EntityType::Regimen
            | EntityType::Radiotherapy
            | EntityType::Transfusion
            | EntityType::Disease
            | EntityType::Finding
            | EntityType::Outcome
            | EntityType::Measurement
    )
}

/// The preferred name of an event, with its site if it has one.
fn event_name<'r>(facts: &Facts<'r, '_>, number: u32) -> Cow<'r, str> {
    let entity = facts.entity(number);
    let fields = [Field::Name, Field::Analyte, Field::Product, Field::Code];
    let name =
        fields.iter().find_map(|field| entity.value.text(*field)).unwrap_or_else(|| facts.words(entity));
    match facts.sites(number).first() {
        Some(Site { name: site, entity, .. }) if *entity == number => Cow::Owned(format!("{site} {name}")),
        _ => Cow::Borrowed(name),
    }
}

/// The words after a time, or before it, up to the next mark: what a sentence says that has no fact in it.
fn clause<'r>(facts: &Facts<'r, '_>, time: Span, sentence: Span) -> Option<Candidate<'r>> {
    let text = facts.report.text;
    let mark = |c: char| !(c.is_alphanumeric() || c == ' ' || c == '-');
    let after = Span::new(time.end, sentence.end.max(time.end)).of(text).trim_start_matches([' ', ',', ':']);
    let after = after.split(mark).next().unwrap_or_default();
    let before = Span::new(sentence.start.min(time.start), time.start).of(text);
    let before = before.rsplit(mark).next().unwrap_or_default();
    let words = [after, before].into_iter().find(|words| words.split(' ').count() > 2)?;
    let mut spaces = words.match_indices(' ').map(|(at, _)| at);
    let words = words[..spaces.nth(MOST_WORDS).unwrap_or(words.len())].trim();
    Some(Candidate { span: Span::default(), name: Cow::Borrowed(words), entity: None })
}

/// Runs of letters, with their places.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + text[rest..].find(|c: char| c.is_alphabetic())?;
        let end = text[start..].find(|c: char| !c.is_alphabetic()).map_or(text.len(), |n| start + n);
        rest = end;
        Some((start, &text[start..end]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_runs_of_letters() {
        let found: Vec<_> = words("On day 3, Übelkeit (mild)").collect();
        assert_eq!(found, [(0, "On"), (3, "day"), (10, "Übelkeit"), (21, "mild")]);
    }
}
