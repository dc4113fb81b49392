//! What was done and given.

use super::facts::{Facts, add, compatible, fill, frequency, integers, quantity, text};
use super::together::together;
use crate::grammar::record::Use;
use crate::model::case::{
    Drug, Frequency, Procedure, Quantity, Radiotherapy, Regimen, Transfusion, Treatments,
};
use crate::model::{Decimal, Entity, EntityId, EntityType, Field, RelationType, Status, Time};
use rustc_hash::FxHashMap;

/// Reads all treatments of the patient.
pub(super) fn treatments(facts: &Facts<'_, '_>) -> Treatments {
    let mut out = Treatments { transfusions: transfusions(facts), ..Treatments::default() };
    (out.regimens, out.drugs) = drugs(facts);
    let (procedures, irradiations) = procedures(facts);
    out.procedures = procedures;
    out.radiotherapy = radiotherapy(facts, irradiations);
    out
}

/// A mention that comes later may tell of what was planned or doubtful before.
fn settle(status: &mut Status, time: &mut Time, entity: &Entity<'_>) {
    if *status == Status::Possible {
        *status = entity.assertion.status;
    }
    if *time == Time::Planned {
        *time = entity.assertion.time;
    }
}

fn agrees(status: Status, time: Time, entity: &Entity<'_>) -> bool {
    let same_time = time == entity.assertion.time
        || time == Time::Planned
        || (entity.assertion.time == Time::Planned && time == Time::Current);
    (status == entity.assertion.status || status == Status::Possible) && same_time
}

/// What relations tell of how a drug or a regimen was given, and the entities that say so.
struct Course {
    route: Option<String>,
    frequency: Option<Frequency>,
    duration: Option<Quantity>,
    days: Vec<i64>,
    cycles: Vec<i64>,
    cycle_count: Option<Decimal>,
    reason: Option<String>,
    places: Vec<u32>,
}

impl Course {
    fn of(facts: &Facts<'_, '_>, number: u32) -> Self {
        let mut course = Course {
            route: None,
            frequency: None,
            duration: None,
            days: Vec::new(),
            cycles: Vec::new(),
            cycle_count: None,
            reason: None,
            places: Vec::new(),
        };
        let value = |n: u32| &facts.entity(n).value;
        if let Some(n) = facts.linked(number, RelationType::RouteOf).next() {
            course.route = text(value(n), Field::Code);
            course.places.push(n);
        }
        if let Some(n) = facts.linked(number, RelationType::FrequencyOf).next() {
            course.frequency = Some(frequency(value(n)));
            course.places.push(n);
        }
        if let Some(n) = facts.linked(number, RelationType::DurationOf).next() {
            course.duration = Some(quantity(value(n)));
            course.places.push(n);
        }
        for n in facts.linked(number, RelationType::ScheduleOf) {
            course.days.extend(integers(value(n), Field::Days));
            course.places.push(n);
        }
        for n in facts.linked(number, RelationType::CycleOf) {
            course.cycles.extend(integers(value(n), Field::Numbers));
            fill(&mut course.cycle_count, value(n).number(Field::Count));
            course.places.push(n);
        }
        for list in [&mut course.days, &mut course.cycles] {
            list.sort_unstable();
            list.dedup();
        }
        if let Some(n) = facts.linked(number, RelationType::ReasonFor).next() {
            course.reason = text(value(n), Field::Name);
            course.places.push(n);
        }
        course
    }
}

/// Regimens with their drugs, and the other drugs.
fn drugs(facts: &Facts<'_, '_>) -> (Vec<Regimen>, Vec<Drug>) {
    let mut regimens: Vec<Regimen> = Vec::new();
    let mut by_entity: FxHashMap<u32, usize> = FxHashMap::default();
    for (number, entity) in facts.of(EntityType::Regimen) {
        let Some(name) = text(&entity.value, Field::Name) else { continue };
        let course = Course::of(facts, number);
        let same = regimens.iter().position(|r| r.name == name && agrees(r.status, r.time, entity));
        let at = same.unwrap_or_else(|| {
            let (status, time) = (entity.assertion.status, entity.assertion.time);
            regimens.push(Regimen { name, status, time, ..Regimen::default() });
            regimens.len() - 1
        });
        by_entity.insert(number, at);
        let regimen = &mut regimens[at];
        settle(&mut regimen.status, &mut regimen.time, entity);
        fill(&mut regimen.cycle_count, course.cycle_count);
        fill(&mut regimen.frequency, course.frequency);
        fill(&mut regimen.duration, course.duration);
        // One place names the cycle that began it, another all of them.
        regimen.cycles.extend(course.cycles);
        regimen.cycles.sort_unstable();
        regimen.cycles.dedup();
        add(&mut regimen.entities, [number].into_iter().chain(course.places));
    }
    for group in together(facts) {
        let at = unnamed(facts, &group, &mut regimens);
        by_entity.extend(group.into_iter().map(|number| (number, at)));
    }
    let mut drugs: Vec<Drug> = Vec::new();
    let mut bare: Vec<u32> = Vec::new();
    for (number, entity) in facts.of(EntityType::Drug) {
        let (what, _) = facts.use_of(entity);
        if what == Use::Drop {
            continue;
        }
        let courses = courses(facts, number);
        let mut regimen = facts.leads(number, RelationType::PartOf).find_map(|r| by_entity.get(&r));
        regimen = regimen.or_else(|| by_entity.get(&number));
        if let Some(at) = regimen {
            for course in courses {
                give(&mut regimens[*at].drugs, course, entity);
            }
        } else if courses.len() == 1 && said_nothing(&courses[0]) {
            bare.push(number);
        } else {
            for course in courses {
                let of_regimen =
                    regimens.iter_mut().find(|r| r.drugs.iter().any(|d| same_course(d, &course, entity)));
                let drugs = of_regimen.map_or(&mut drugs, |r| &mut r.drugs);
                give(drugs, course, entity);
            }
        }
    }
    // A mention that says only the name is of a course that is known, if there is one.
    let exact = drugs.iter().chain(regimens.iter().flat_map(|r| &r.drugs)).any(|d| !d.class);
    let exact = exact || bare.iter().any(|n| facts.entity(*n).value.get(Field::Class).is_none());
    for number in bare {
        let entity = facts.entity(number);
        let (what, _) = facts.use_of(entity);
        let present = entity.assertion.status == Status::Present;
        if what == Use::Generic && present && (exact || !regimens.is_empty()) {
            continue;
        }
        let name = entity.value.text(Field::Name);
        let known = regimens.iter_mut().flat_map(|r| &mut r.drugs);
        let known = drugs
            .iter_mut()
            .chain(known)
            .find(|d| Some(d.name.as_str()) == name && agrees(d.status, d.time, entity));
        match known {
            Some(drug) => {
                settle(&mut drug.status, &mut drug.time, entity);
                add(&mut drug.entities, [number]);
            }
            None => drugs.extend(courses(facts, number)),
        }
    }
    drugs.sort_by(|a, b| a.entities.first().cmp(&b.entities.first()));
    (regimens, drugs)
}

/// The regimen that drugs given together are, known already or new: it has their names, and the cycles that all of
/// them have.
fn unnamed(facts: &Facts<'_, '_>, group: &[u32], regimens: &mut Vec<Regimen>) -> usize {
    let mut names: Vec<&str> = Vec::new();
    for name in group.iter().filter_map(|n| facts.entity(*n).value.text(Field::Name)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let name = names.join(" + ");
    let entity = facts.entity(group[0]);
    let same = regimens.iter().position(|r| r.name == name && agrees(r.status, r.time, entity));
    let at = same.unwrap_or_else(|| {
        let (status, time) = (entity.assertion.status, entity.assertion.time);
        regimens.push(Regimen { name, status, time, ..Regimen::default() });
        regimens.len() - 1
    });
    let regimen = &mut regimens[at];
    settle(&mut regimen.status, &mut regimen.time, entity);
    let cycles: Vec<u32> = facts.linked(group[0], RelationType::CycleOf).collect();
    let of_all = |cycle: &&u32| {
        group.iter().all(|drug| facts.linked(*drug, RelationType::CycleOf).any(|own| own == **cycle))
    };
    for cycle in cycles.iter().filter(of_all) {
        let value = &facts.entity(*cycle).value;
        fill(&mut regimen.cycle_count, value.number(Field::Count));
        regimen.cycles.extend(integers(value, Field::Numbers));
        add(&mut regimen.entities, [*cycle]);
    }
    regimen.cycles.sort_unstable();
    regimen.cycles.dedup();
    add(&mut regimen.entities, group.iter().copied());
    at
}

fn said_nothing(drug: &Drug) -> bool {
    drug.dose.is_none()
        && drug.route.is_none()
        && drug.frequency.is_none()
        && drug.duration.is_none()
        && drug.days.is_empty()
        && drug.cycles.is_empty()
        && drug.cycle_count.is_none()
        && drug.reason.is_none()
}

/// The courses that one mention of a drug tells: one for each dose.
fn courses(facts: &Facts<'_, '_>, number: u32) -> Vec<Drug> {
    let entity = facts.entity(number);
    let course = Course::of(facts, number);
    let doses: Vec<u32> = facts.linked(number, RelationType::DoseOf).collect();
    let mut drug = Drug {
        name: text(&entity.value, Field::Name).unwrap_or_else(|| facts.words(entity).to_owned()),
        text: Some(facts.words(entity).to_owned()),
        class: entity.value.get(Field::Class).is_some(),
        status: entity.assertion.status,
        time: entity.assertion.time,
        dose: None,
        route: course.route,
        frequency: course.frequency,
        duration: course.duration,
        days: course.days,
        cycles: course.cycles,
        cycle_count: course.cycle_count,
        reason: course.reason,
        entities: Vec::new(),
    };
    add(&mut drug.entities, [number].into_iter().chain(course.places));
    if doses.is_empty() {
        return vec![drug];
    }
    let with = |dose: &u32| {
        let mut drug = drug.clone();
        drug.dose = Some(quantity(&facts.entity(*dose).value));
        add(&mut drug.entities, [*dose]);
        drug
    };
    doses.iter().map(with).collect()
}

/// Whether a mention may be of a course that is known.
fn same_course(known: &Drug, course: &Drug, entity: &Entity<'_>) -> bool {
    known.name == course.name
        && agrees(known.status, known.time, entity)
        && compatible(known.dose.as_ref(), course.dose.as_ref())
        && compatible(known.route.as_ref(), course.route.as_ref())
        && compatible(known.frequency.as_ref(), course.frequency.as_ref())
        && compatible(known.duration.as_ref(), course.duration.as_ref())
        && (known.days == course.days || known.days.is_empty() || course.days.is_empty())
        && (known.cycles == course.cycles || known.cycles.is_empty() || course.cycles.is_empty())
}

/// Adds a course, or what it tells to the course that it may be another mention of.
fn give(drugs: &mut Vec<Drug>, course: Drug, entity: &Entity<'_>) {
    let same = drugs.iter_mut().find(|d| same_course(d, &course, entity));
    let Some(drug) = same else {
        drugs.push(course);
        return;
    };
    settle(&mut drug.status, &mut drug.time, entity);
    fill(&mut drug.dose, course.dose);
    fill(&mut drug.route, course.route);
    fill(&mut drug.frequency, course.frequency);
    fill(&mut drug.duration, course.duration);
    fill(&mut drug.cycle_count, course.cycle_count);
    fill(&mut drug.reason, course.reason);
    if drug.days.is_empty() {
        drug.days = course.days;
    }
    if drug.cycles.is_empty() {
        drug.cycles = course.cycles;
    }
    add(&mut drug.entities, course.entities.iter().map(|e| e.0));
}

/// Procedures, and those of them that are courses of radiation.
fn procedures(facts: &Facts<'_, '_>) -> (Vec<Procedure>, Vec<u32>) {
    let mut all: Vec<Procedure> = Vec::new();
    let mut by_name: FxHashMap<&str, Vec<u32>> = FxHashMap::default();
    let mut irradiations = Vec::new();
    let mut generic: Vec<u32> = Vec::new();
    let mut seen = Vec::new();
    for (number, entity) in facts.of(EntityType::Procedure) {
        match facts.use_of(entity).0 {
            Use::Drop => continue,
            Use::Radiotherapy => {
                irradiations.push(number);
                continue;
            }
            Use::Generic => generic.push(number),
            _ => seen.push(number),
        }
    }
    // A general word for a procedure counts only if no other of its category is told.
    let categories: Vec<_> = seen.iter().map(|n| facts.entity(*n).value.text(Field::Category)).collect();
    generic.retain(|n| !categories.contains(&facts.entity(*n).value.text(Field::Category)));
    seen.extend(generic);
    seen.sort_unstable();
    for number in seen {
        let entity = facts.entity(number);
        let Some(name) = entity.value.text(Field::Name) else { continue };
        let name = in_full(facts, number, name).unwrap_or(name);
        let site = facts.sites(number).first().copied();
        let laterality = text(&entity.value, Field::Laterality)
            .or_else(|| site.and_then(|site| site.laterality).map(str::to_owned));
        let same = by_name.entry(name).or_default();
        let fits = |at: &&u32| {
            let known = &all[**at as usize];
            agrees(known.status, known.time, entity)
                && compatible(known.site.as_deref(), site.as_ref().map(|s| s.name))
                && compatible(known.laterality.as_ref(), laterality.as_ref())
        };
        let at = match same.iter().find(fits) {
            Some(at) => *at,
            None => {
                same.push(all.len() as u32);
                all.push(Procedure {
                    name: name.to_owned(),
                    text: Some(facts.words(entity).to_owned()),
                    category: text(&entity.value, Field::Category),
                    status: entity.assertion.status,
                    time: entity.assertion.time,
                    ..Procedure::default()
                });
                all.len() as u32 - 1
            }
        };
        let leaf = &mut all[at as usize];
        settle(&mut leaf.status, &mut leaf.time, entity);
        fill(&mut leaf.site, site.map(|site| site.name.to_owned()));
        fill(&mut leaf.laterality, laterality);
        add(&mut leaf.entities, [number].into_iter().chain(site.map(|site| site.entity)));
    }
    (all, irradiations)
}

/// The procedure told in full right before its short form: "abdominal computed tomography (CT)".
fn in_full<'r>(facts: &Facts<'r, '_>, number: u32, name: &str) -> Option<&'r str> {
    let short = facts.entity(number).span;
    let mut before = (0..number).rev().map(|n| facts.entity(n)).skip_while(|e| e.span.end > short.start);
    let long = before.next().filter(|e| e.kind == EntityType::Procedure)?;
    let between = &facts.report.text[long.span.end as usize..short.start as usize];
    let in_full = long.value.text(Field::Name)?;
    let ends_so = in_full.strip_suffix(name).is_some_and(|first| first.ends_with(' '));
    (ends_so && between.trim() == "(").then_some(in_full)
}

/// Courses of radiation: those with figures, with what relations put together, and those that are only named.
fn radiotherapy(facts: &Facts<'_, '_>, named: Vec<u32>) -> Vec<Radiotherapy> {
    let mut all: Vec<Radiotherapy> = Vec::new();
    let mut by_entity: FxHashMap<u32, usize> = FxHashMap::default();
    for (number, entity) in facts.of(EntityType::Radiotherapy) {
        let value = &entity.value;
        let site = facts.sites(number).first().copied();
        let course = Radiotherapy {
            site: site.map(|s| s.name.to_owned()),
            laterality: site.and_then(|s| s.laterality).map(str::to_owned),
            fractions: value.number(Field::Fractions),
            dose_per_fraction: value.number(Field::DosePerFraction),
            total_dose: value.number(Field::TotalDose),
            unit: text(value, Field::Unit),
            comparator: text(value, Field::Comparator),
            status: entity.assertion.status,
            time: entity.assertion.time,
            entities: Vec::new(),
        };
        let whole = facts.leads(number, RelationType::PartOf).find_map(|to| by_entity.get(&to).copied());
        let part = facts.linked(number, RelationType::PartOf).find_map(|from| by_entity.get(&from).copied());
        let same = whole.or(part).or_else(|| {
            all.iter().position(|c| {
                let equal = |a: Option<Decimal>, b: Option<Decimal>| a.is_some() && a == b;
                compatible(c.fractions.as_ref(), course.fractions.as_ref())
                    && compatible(c.dose_per_fraction.as_ref(), course.dose_per_fraction.as_ref())
                    && compatible(c.total_dose.as_ref(), course.total_dose.as_ref())
                    && compatible(c.site.as_ref(), course.site.as_ref())
                    && (equal(c.total_dose, course.total_dose) || equal(c.fractions, course.fractions))
            })
        });
        let at = same.unwrap_or(all.len());
        by_entity.insert(number, at);
        if at == all.len() {
            all.push(course);
        } else {
            let known = &mut all[at];
            fill(&mut known.site, course.site);
            fill(&mut known.laterality, course.laterality);
            fill(&mut known.fractions, course.fractions);
            fill(&mut known.dose_per_fraction, course.dose_per_fraction);
            fill(&mut known.total_dose, course.total_dose);
            fill(&mut known.unit, course.unit);
        }
        add(&mut all[at].entities, [number].into_iter().chain(site.map(|s| s.entity)));
    }
    for number in named {
        let entity = facts.entity(number);
        let site = facts.sites(number).first().copied();
        let fits = |c: &&mut Radiotherapy| {
            agrees(c.status, c.time, entity) && compatible(c.site.as_deref(), site.as_ref().map(|s| s.name))
        };
        let places = [number].into_iter().chain(site.map(|s| s.entity));
        match all.iter_mut().find(fits) {
            Some(course) => {
                settle(&mut course.status, &mut course.time, entity);
                fill(&mut course.site, site.map(|s| s.name.to_owned()));
                add(&mut course.entities, places);
            }
            None => {
                let mut course = Radiotherapy {
                    site: site.map(|s| s.name.to_owned()),
                    laterality: site.and_then(|s| s.laterality).map(str::to_owned),
                    status: entity.assertion.status,
                    time: entity.assertion.time,
                    ..Radiotherapy::default()
                };
                add(&mut course.entities, places);
                all.push(course);
            }
        }
    }
    all
}

/// Blood products, each giving once.
fn transfusions(facts: &Facts<'_, '_>) -> Vec<Transfusion> {
    let mut all: Vec<Transfusion> = Vec::new();
    for (number, entity) in facts.of(EntityType::Transfusion) {
        let value = &entity.value;
        let Some(product) = text(value, Field::Product) else { continue };
        let leaf = Transfusion {
            product,
            value: value.number(Field::Value),
            low: value.number(Field::Low),
            high: value.number(Field::High),
            unit: text(value, Field::Unit),
            comparator: text(value, Field::Comparator),
            status: entity.assertion.status,
            time: entity.assertion.time,
            entities: vec![EntityId(number)],
        };
        let same = all.iter_mut().find(|other| {
            (&other.product, other.value, other.low, other.high, &other.unit, other.status)
                == (&leaf.product, leaf.value, leaf.low, leaf.high, &leaf.unit, leaf.status)
        });
        match same {
            Some(same) => add(&mut same.entities, [number]),
            None => all.push(leaf),
        }
    }
    all
}
