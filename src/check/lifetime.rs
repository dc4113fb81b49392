//! Times that are longer than the patient has lived.

use super::desk::{Desk, Evidence, expected, number_field, span_of};
use crate::model::{Entity, EntityType, Field, Operand, Severity, Status, Subject, Time};

const NAME: &str = "within-lifetime";
const YEAR: &str = "a";
const BEFORE: &str = "before";

/// Ages are whole years, and durations often rounded up.
const SLACK: f64 = 1.5;

/// Whether the time lies before the report. What follows may be told of a child that has grown up since.
fn is_past(entity: &Entity<'_>) -> bool {
    match entity.kind {
        EntityType::RelativeTime => entity.value.text(Field::Relation) == Some(BEFORE),
        _ => entity.assertion.time == Time::History,
    }
}

pub(super) fn check(desk: &mut Desk<'_, '_>) {
    let codes = &desk.tables.units;
    let Some(year) = codes.code(YEAR) else { return };
    for kind in [EntityType::Duration, EntityType::RelativeTime] {
        for at in 0..desk.of(kind).len() {
            let index = desk.of(kind)[at];
            let entity = desk.entity(index);
            // Only what is told in years can be longer than a life, but that of a child.
            let assertion = entity.assertion;
            let patient = *desk.patient_of(index);
            if entity.value.text(Field::Unit) != Some(YEAR)
                || !patient.aged
                || assertion.subject != Subject::Patient
                || assertion.status != Status::Present
                || !is_past(entity)
            {
                continue;
            }
            let Some((low, _)) = span_of(entity) else { continue };
            let Some(factor) = codes.code(YEAR).and_then(|own| codes.factor(&own, &year, None)) else {
                return;
            };
            let (years, most) = (low.to_f64() * factor, patient.age.1 + SLACK);
            let operands = vec![Operand { entity: index, field: number_field(entity) }];
            let range = Some(expected(f64::NEG_INFINITY, patient.age.1, YEAR));
            if years <= most {
                desk.hold(NAME, || Evidence { operands, expected: range, suggestion: None });
                continue;
            }
            let words = desk.words(index);
            let message = format!("{words:?} is longer than the patient has lived, {} a", patient.age.1);
            let evidence = Evidence { operands, expected: range, suggestion: None };
            desk.raise((NAME, "time-contradiction", Severity::Warning), message, evidence);
        }
    }
}
