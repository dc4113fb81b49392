//! Age, sex, measurements and sizes.

use super::calendar::{hours, scaled};
use super::facts::{Facts, add, compatible, fill, numbers, text};
use crate::grammar::record::Use;
use crate::model::case::{Age, Conflict, Lesion, LesionSize, Measurement, Patient, Sex, State};
use crate::model::{Decimal, Entity, EntityId, EntityType, Field, RelationType, Status};
use rustc_hash::FxHashMap;

/// How many words after and before a size may tell what has it.
const TOOL_AFTER: usize = 3;
const TOOL_BEFORE: usize = 3;
/// How many characters before a size a bracket may open in which it stands.
const BRACKET: usize = 60;

/// The patient, and where places disagree on who that is.
pub(super) fn patient(facts: &Facts<'_, '_>) -> (Patient, Vec<Conflict>) {
    let mut conflicts = Vec::new();
    let mut patient = Patient::default();
    let present = |e: &Entity<'_>| e.assertion.status == Status::Present;
    let mut others = Vec::new();
    let mut rule = "";
    for (number, entity) in facts.of(EntityType::Age).filter(|(_, e)| present(e)) {
        let age = age(entity);
        if age.value.is_none() && age.low.is_none() && age.high.is_none() {
            continue;
        }
        match &mut patient.age {
            None => {
                rule = entity.rule;
                patient.age = Some(Age { entities: vec![EntityId(number)], ..age });
            }
            Some(first) if same_age(first, &age) => add(&mut first.entities, [number]),
            // A figure says more than "a newborn" or "in her sixties".
            Some(first) if within(&age, first) => {
                rule = entity.rule;
                let mut entities = std::mem::take(&mut first.entities);
                add(&mut entities, [number]);
                *first = Age { entities, ..age };
            }
            Some(first) if within(first, &age) => add(&mut first.entities, [number]),
            // Another age that is told in the same way is a contradiction; "at the age of 12" is a time.
            Some(_) if entity.rule == rule => others.push((describe(&age), number)),
            Some(_) => {}
        }
    }
    conflict(&mut conflicts, "patient.age", patient.age.as_ref().map(|a| (describe(a), &a.entities)), others);
    let mut others = Vec::new();
    for (number, entity) in facts.of(EntityType::Sex).filter(|(_, e)| present(e)) {
        let Some(code) = entity.value.text(Field::Code) else { continue };
        match &mut patient.sex {
            None => patient.sex = Some(Sex { code: code.to_owned(), entities: vec![EntityId(number)] }),
            Some(first) if first.code == code => add(&mut first.entities, [number]),
            Some(_) => others.push((code.to_owned(), number)),
        }
    }
    conflict(
        &mut conflicts,
        "patient.sex",
        patient.sex.as_ref().map(|s| (s.code.clone(), &s.entities)),
        others,
    );
    (patient, conflicts)
}

/// Keeps what places disagree on: what the first says, and what each other one says.
fn conflict(
    conflicts: &mut Vec<Conflict>,
    field: &str,
    first: Option<(String, &Vec<EntityId>)>,
    others: Vec<(String, u32)>,
) {
    let Some((value, entities)) = first.filter(|_| !others.is_empty()) else { return };
    let mut conflict = Conflict { field: field.to_owned(), values: vec![value], entities: vec![entities[0]] };
    for (value, number) in others {
        if !conflict.values.contains(&value) {
            conflict.values.push(value);
            conflict.entities.push(EntityId(number));
        }
    }
    conflicts.push(conflict);
}

fn age(entity: &Entity<'_>) -> Age {
    let value = &entity.value;
    Age {
        value: value.number(Field::Value),
        low: value.number(Field::Low),
        high: value.number(Field::High),
        unit: text(value, Field::Unit),
        comparator: text(value, Field::Comparator),
        entities: Vec::new(),
    }
}

/// Whether an exact age lies in one that is told as a span.
fn within(age: &Age, span: &Age) -> bool {
    let in_hours = |number: Option<Decimal>, unit: &Option<String>| {
        number.zip(unit.as_deref().and_then(hours)).map(|(number, hours)| scaled(number, hours))
    };
    let exact = in_hours(age.value, &age.unit).filter(|_| age.comparator.is_none());
    let (Some(exact), Some(low), Some(high)) =
        (exact, in_hours(span.low, &span.unit), in_hours(span.high, &span.unit))
    else {
        return false;
    };
    low <= exact && exact <= high
}

fn same_age(one: &Age, other: &Age) -> bool {
    let same = |a: Option<Decimal>, b: Option<Decimal>| a.map(Decimal::to_f64) == b.map(Decimal::to_f64);
    one.unit == other.unit
        && same(one.value, other.value)
        && same(one.low, other.low)
        && same(one.high, other.high)
}

/// An age in words: `13 a`, `60-69 a`.
fn describe(age: &Age) -> String {
    let mut out = age.comparator.clone().unwrap_or_default();
    let number = |n: Option<Decimal>| n.map(|n| n.to_string()).unwrap_or_default();
    match age.value {
        Some(value) => out += &value.to_string(),
        None => out += &format!("{}-{}", number(age.low), number(age.high)),
    }
    if let Some(unit) = &age.unit {
        out.push(' ');
        out += unit;
    }
    out
}

/// What was measured, each value once. What a sentence says in words of a number that it gives ("was raised at 13.1")
/// stands beside the number.
pub(super) fn measurements(facts: &Facts<'_, '_>) -> Vec<Measurement> {
    let mut all: Vec<Measurement> = Vec::new();
    let mut by_analyte: FxHashMap<&str, Vec<u32>> = FxHashMap::default();
    for (number, entity) in facts.of(EntityType::Measurement) {
        let value = &entity.value;
        let Some(analyte) = value.text(Field::Analyte) else { continue };
        let (what, _) = facts.tables.use_of(EntityType::Measurement, analyte, None);
        if what == Use::Drop {
            continue;
        }
        let part = entity.parts.iter().find(|part| part.field == Field::Analyte);
        let leaf = Measurement {
            analyte: analyte.to_owned(),
            text: part.map(|part| part.span.of(facts.report.text).to_owned()),
            value: value.number(Field::Value),
            low: value.number(Field::Low),
            high: value.number(Field::High),
            unit: text(value, Field::Unit),
            comparator: text(value, Field::Comparator),
            systolic: value.number(Field::Systolic),
            diastolic: value.number(Field::Diastolic),
            numerator: value.number(Field::Numerator),
            denominator: value.number(Field::Denominator),
            result: text(value, Field::Result),
            laterality: text(value, Field::Laterality),
            state: value.text(Field::State).and_then(state).unwrap_or_default(),
            status: entity.assertion.status,
            time: entity.assertion.time,
            entities: vec![EntityId(number)],
        };
        let same = by_analyte.entry(analyte).or_default();
        let sentence = |m: &Measurement| m.entities.last().map(|e| facts.sentence[e.0 as usize]);
        let together = |other: &Measurement| {
            sentence(other) == sentence(&leaf)
                && (in_words(other) && in_figures(&leaf) || in_figures(other) && in_words(&leaf))
        };
        let found = same.iter().copied().find(|at| {
            let other = &all[*at as usize];
            same_measurement(other, &leaf) || together(other)
        });
        match found {
            Some(at) => {
                let known = &mut all[at as usize];
                let result = known.result.take().or_else(|| leaf.result.clone());
                let mut entities = std::mem::take(&mut known.entities);
                if in_figures(&leaf) {
                    *known = leaf;
                }
                add(&mut entities, [number]);
                known.result = result;
                known.entities = entities;
            }
            None => {
                same.push(all.len() as u32);
                all.push(leaf);
            }
        }
    }
    all
}

/// Whether only words tell the result of a measurement.
fn in_words(m: &Measurement) -> bool {
    m.result.is_some()
        && m.value.is_none()
        && m.low.is_none()
        && m.systolic.is_none()
        && m.status == Status::Present
}

/// Whether a number that was measured is told without words for it.
fn in_figures(m: &Measurement) -> bool {
    let figures = m.value.is_some() || m.low.is_some() || m.systolic.is_some();
    m.result.is_none() && figures && m.state.is_measured() && m.status == Status::Present
}

fn state(name: &str) -> Option<State> {
    serde_json::from_value(serde_json::Value::from(name)).ok()
}

fn same_measurement(one: &Measurement, other: &Measurement) -> bool {
    one.value == other.value
        && one.low == other.low
        && one.high == other.high
        && one.unit == other.unit
        && one.comparator == other.comparator
        && one.systolic == other.systolic
        && one.diastolic == other.diastolic
        && one.result == other.result
        && one.laterality == other.laterality
        && one.state == other.state
        && one.status == other.status
        && one.time == other.time
}

/// What was sized. Sizes of one thing, and sizes of which one changed to the other, stand together.
pub(super) fn lesions(facts: &Facts<'_, '_>) -> Vec<Lesion> {
    let mut all: Vec<Lesion> = Vec::new();
    let mut by_size: FxHashMap<u32, u32> = FxHashMap::default();
    let mut by_name: FxHashMap<(&str, Option<&str>), Vec<u32>> = FxHashMap::default();
    for (number, entity) in facts.of(EntityType::Size) {
        if entity.assertion.status != Status::Present {
            continue;
        }
        let value = &entity.value;
        let size = LesionSize {
            dimensions: numbers(value, Field::Dimensions),
            low: value.number(Field::Low),
            high: value.number(Field::High),
            unit: text(value, Field::Unit),
            comparator: text(value, Field::Comparator),
            entities: vec![EntityId(number)],
        };
        // What is not there has no size; the size is then of something else.
        let there = |target: &u32| facts.entity(*target).assertion.status != Status::Absent;
        let target = facts.leads(number, RelationType::SizeOf).next().filter(there);
        let target = target.map(|target| whole(facts, target));
        let changes = || {
            let kind = RelationType::ChangedTo;
            facts.leads(number, kind).chain(facts.linked(number, kind)).next().is_some()
        };
        let of_place = target.is_none_or(|t| facts.entity(t).kind == EntityType::Anatomy);
        if of_place && !changes() && of_tool(facts, entity) {
            continue;
        }
        let name = target.and_then(|t| facts.entity(t).value.text(Field::Name));
        let site = target.and_then(|t| match facts.entity(t).kind {
            EntityType::Anatomy => facts.entity(t).value.text(Field::Site).map(|name| (name, t)),
            _ => facts.sites(t).first().map(|site| (site.name, site.entity)),
        });
        let laterality = target.and_then(|t| {
            let own = facts.entity(t).value.text(Field::Laterality);
            own.or_else(|| facts.sites(t).first().and_then(|site| site.laterality))
        });
        let mut places = vec![number];
        places.extend(target);
        places.extend(site.map(|(_, entity)| entity));
        // The size that this one came from says which lesion it is; otherwise the name and the place do.
        let earlier =
            facts.linked(number, RelationType::ChangedTo).find_map(|from| by_size.get(&from).copied());
        let known = by_name.entry((name.unwrap_or_default(), site.map(|s| s.0))).or_default();
        let side = laterality.map(str::to_owned);
        let same = earlier.or_else(|| {
            let fits = |at: &&u32| compatible(all[**at as usize].laterality.as_ref(), side.as_ref());
            target.and_then(|_| known.iter().find(fits).copied())
        });
        let at = same.unwrap_or_else(|| {
            all.push(Lesion {
                name: name.map(str::to_owned),
                site: site.map(|(name, _)| name.to_owned()),
                ..Lesion::default()
            });
            known.push(all.len() as u32 - 1);
            all.len() as u32 - 1
        });
        by_size.insert(number, at);
        let lesion = &mut all[at as usize];
        fill(&mut lesion.laterality, side);
        fill(&mut lesion.name, name.map(str::to_owned));
        fill(&mut lesion.site, site.map(|(name, _)| name.to_owned()));
        add(&mut lesion.entities, places);
        let same_size = |s: &&mut LesionSize| {
            (&s.dimensions, s.low, s.high, &s.unit, &s.comparator)
                == (&size.dimensions, size.low, size.high, &size.unit, &size.comparator)
        };
        match lesion.sizes.iter_mut().find(same_size) {
            Some(same) => add(&mut same.entities, [number]),
            None => lesion.sizes.push(size),
        }
    }
    all
}

/// The finding of which a place is a part: the enlarged lymph node, not the node in it.
fn whole(facts: &Facts<'_, '_>, target: u32) -> u32 {
    let span = facts.entity(target).span;
    let holds = |n: &u32| {
        let entity = facts.entity(*n);
        matches!(entity.kind, EntityType::Finding | EntityType::Disease) && entity.span.contains(span)
    };
    facts.leads(target, RelationType::SiteOf).find(holds).unwrap_or(target)
}

/// Whether the words beside a size say that it is of something used or made and not found ("a 3 × 18 mm stent", "through
/// an incision of 4 cm", "a prosthesis (diameter 31 mm)"), or how far off something is ("10 cm from the anal verge").
fn of_tool(facts: &Facts<'_, '_>, size: &Entity<'_>) -> bool {
    let text = facts.report.text;
    let letters = |word: &&str| word.starts_with(char::is_alphabetic);
    let clause = |c: char| ",;.()".contains(c);
    let words = [' ', '-', '\n'];
    let after = text[size.span.end as usize..].split(clause).next().unwrap_or_default();
    let mut behind = after.split(words).filter(letters).take(TOOL_AFTER).enumerate();
    if behind.any(|(at, word)| facts.tables.is_tool(word, at == 0)) {
        return true;
    }
    let before = &text[..size.span.start as usize];
    let ends_with_tool = |text: &str| {
        let last = text.rsplit(clause).next().unwrap_or_default();
        let mut words = last.rsplit(words).filter(letters).take(TOOL_BEFORE);
        words.any(|word| facts.tables.is_tool(word, false))
    };
    if ends_with_tool(before) {
        return true;
    }
    // Inside brackets it is of what stands before them.
    let start =
        before.char_indices().rev().take(BRACKET).take_while(|(_, c)| *c != ')').find(|(_, c)| *c == '(');
    start.is_some_and(|(open, _)| ends_with_tool(before[..open].trim_end()))
}
