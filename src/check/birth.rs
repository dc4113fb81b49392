//! The patient's age against the calendar: who was born in 1980 was about 30 in 2010.

use super::desk::{Desk, Evidence, expected, in_words};
use super::words::{self, Kind};
use crate::model::{Entity, EntityType, Field, Operand, Severity, Status, Subject};

const NAME: &str = "age-at-date";
const YEAR: &str = "a";

/// How many bytes before a date may say that it is that of a birth.
const BESIDE: usize = 24;

/// How many bytes of text may lie between an age and the date that it is of.
const GAP: u32 = 120;

/// Ages are rounded up or down, and the day in the year is mostly not known.
const SLACK: f64 = 1.0;

fn year(entity: &Entity<'_>) -> Option<i64> {
    entity.value.text(Field::Iso8601)?.split('-').next()?.parse().ok()
}

fn own(entity: &Entity<'_>) -> bool {
    entity.assertion.subject == Subject::Patient && entity.assertion.status == Status::Present
}

pub(super) fn check(desk: &mut Desk<'_, '_>) {
    let dates: Vec<u32> =
        desk.of(EntityType::Date).iter().copied().filter(|date| own(desk.entity(*date))).collect();
    let is_birth = |date: &u32| desk.tables.words.say(Kind::Birth, words::before(desk, *date, BESIDE));
    let (births, dates): (Vec<u32>, Vec<u32>) = dates.into_iter().partition(is_birth);
    // Several births are those of several people.
    let [birth] = births[..] else { return };
    let Some(born) = year(desk.entity(birth)) else { return };
    let case = desk.entity(birth).case;
    for at in 0..desk.of(EntityType::Age).len() {
        let index = desk.of(EntityType::Age)[at];
        let entity = desk.entity(index);
        let told = entity.value.text(Field::Unit) == Some(YEAR)
            && entity.case == case
            && own(entity)
            && entity.value.text(Field::Comparator).is_none();
        let Some(age) = entity.value.number(Field::Value).filter(|_| told) else { continue };
        // The nearest date of its sentence is the one that the age is of.
        let same = |date: &&u32| {
            let (first, second) = if **date < index { (**date, index) } else { (index, **date) };
            desk.gap(first, second) <= GAP && !desk.between(first, second).contains(". ")
        };
        let near = dates.iter().filter(same).min_by_key(|date| desk.gap(**date, index)).copied();
        let Some((date, then)) = near.and_then(|date| Some((date, year(desk.entity(date))?))) else {
            continue;
        };
        let years = then - born;
        if years < 0 {
            continue;
        }
        let years = years as f64;
        let range = expected((years - SLACK).max(0.0), years, YEAR);
        let operands = vec![
            Operand { entity: index, field: Field::Value },
            Operand { entity: birth, field: Field::Iso8601 },
            Operand { entity: date, field: Field::Iso8601 },
        ];
        if (age.to_f64() - years).abs() <= SLACK {
            desk.hold(NAME, || Evidence { operands, expected: Some(range), suggestion: None });
            continue;
        }
        let message = format!(
            "{:?} is not the age in {:?} of who was born in {:?}: expected {}",
            desk.words(index),
            desk.words(date),
            desk.words(birth),
            in_words(&range)
        );
        let evidence = Evidence { operands, expected: Some(range), suggestion: None };
        desk.raise((NAME, "time-contradiction", Severity::Warning), message, evidence);
    }
}
