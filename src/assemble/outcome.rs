//! How it ended.

use super::concepts::Concepts;
use super::facts::{Facts, add, compatible, fill, quantity, text};
use crate::model::case::{Outcome, OutcomeDisease, OutcomeTime};
use crate::model::{Entity, EntityId, EntityType, Field, Status, Time};

/// The code of an outcome after which no other comes.
const DEAD: &str = "dead";
const REMISSION: &str = "remission";
const RECURRENCE: &str = "recurrence";
const ALIVE: &str = "alive";

/// What a finding tells of the state is of the end only if at most so many procedures and drugs are told after it.
const LATE: usize = 3;

/// The last state that the report tells; death, wherever it is told. What was over before the report's own story (a
/// hepatitis "cured in 2019") is no end of it, and who is free of disease and, right after, well, is free of disease.
pub(super) fn outcome(facts: &Facts<'_, '_>, concepts: &Concepts) -> Option<Outcome> {
    let mut told: Vec<(u32, String)> = Vec::new();
    for (number, entity) in facts.of(EntityType::Outcome) {
        if entity.assertion.status == Status::Present
            && let Some(code) = text(&entity.value, Field::Code)
            && (entity.assertion.time != Time::History || code == DEAD)
        {
            told.push((number, code));
        }
    }
    let treated = |entity: &Entity<'_>| {
        matches!(entity.kind, EntityType::Procedure | EntityType::Drug | EntityType::Regimen)
    };
    let still_treated = |number: u32| {
        let later = facts.chosen.iter().rev().take_while(|n| **n > number);
        later.filter(|n| treated(facts.entity(**n))).nth(LATE).is_some()
    };
    for end in &concepts.ends {
        if end.code.is_some() && still_treated(end.entity) {
            continue;
        }
        let code = match (&end.code, facts.entity(end.entity).assertion.status) {
            (Some(code), Status::Present) => code.clone(),
            (None, Status::Present) => RECURRENCE.to_owned(),
            (None, Status::Absent) => REMISSION.to_owned(),
            _ => continue,
        };
        told.push((end.entity, code));
    }
    told.sort_by_key(|(number, _)| *number);
    let end = match told.as_slice() {
        [.., (free, code), (well, alive)] if code == REMISSION && alive == ALIVE => {
            let next = facts.sentence[*well as usize] - facts.sentence[*free as usize] <= 1;
            if next { told.get(told.len() - 2) } else { told.last() }
        }
        told => told.last(),
    };
    let last = told.iter().rev().find(|(_, code)| code == DEAD).or(end)?;
    let (number, status) = last.clone();
    let sentence = facts.sentence[number as usize];
    let near = |n: &u32| facts.sentence[*n as usize] == sentence;
    let mut outcome = Outcome { status, ..Outcome::default() };
    add(&mut outcome.entities, told.iter().filter(|(n, c)| near(n) && *c == outcome.status).map(|(n, _)| *n));
    let time = facts.of(EntityType::RelativeTime).filter(|(n, _)| near(n)).last();
    if let Some((at, entity)) = time {
        let span = quantity(&entity.value);
        outcome.time = Some(OutcomeTime {
            value: span.value,
            low: span.low,
            high: span.high,
            unit: span.unit,
            comparator: span.comparator,
            anchor: text(&entity.value, Field::Anchor),
        });
        add(&mut outcome.entities, [at]);
    }
    // What the same sentence and those after it in its section say of the disease.
    let section = facts.entity(number).section;
    let late = |n: u32| facts.sentence[n as usize] >= sentence && facts.entity(n).section == section;
    for metastasis in concepts.spread() {
        let tells = |e: &&EntityId| late(e.0) && facts.entity(e.0).kind != EntityType::Anatomy;
        if let Some(place) = metastasis.entities.iter().find(tells) {
            let entity = facts.entity(place.0);
            outcome.disease.push(OutcomeDisease {
                name: text(&entity.value, Field::Name).unwrap_or_else(|| facts.words(entity).to_owned()),
                site: Some(metastasis.site.clone()),
                status: metastasis.status,
                entities: metastasis.entities.iter().filter(|e| late(e.0)).copied().collect(),
            });
        }
    }
    for end in concepts.ends.iter().filter(|end| end.code.is_none() && late(end.entity)) {
        let entity = facts.entity(end.entity);
        let site = facts.sites(end.entity).first().copied();
        let name = text(&entity.value, Field::Name).unwrap_or_default();
        // The same told again is as it was told last.
        let same = |d: &&mut OutcomeDisease| {
            d.name == name && compatible(d.site.as_deref(), site.as_ref().map(|s| s.name))
        };
        let disease = match outcome.disease.iter_mut().find(same) {
            Some(same) => same,
            None => {
                outcome.disease.push(OutcomeDisease { name, ..OutcomeDisease::default() });
                outcome.disease.last_mut().expect("just pushed")
            }
        };
        disease.status = entity.assertion.status;
        fill(&mut disease.site, site.map(|s| s.name.to_owned()));
        add(&mut disease.entities, [end.entity].into_iter().chain(site.map(|s| s.entity)));
    }
    // That nothing has come back is no remission while something is still there.
    let persists = |d: &OutcomeDisease| d.status == Status::Present;
    let by_absence = facts.entity(number).assertion.status == Status::Absent;
    if by_absence && outcome.disease.iter().any(persists) {
        outcome.status = ALIVE.to_owned();
    }
    Some(outcome)
}
