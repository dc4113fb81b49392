//! Parts of a course of radiation against their sum: 45 Gy and a boost of 9 Gy are 54 Gy in all.

use super::desk::{Desk, Evidence, expected, in_words};
use super::words::{self, Kind};
use crate::model::{EntityType, Field, Operand, Severity};

const NAME: &str = "boost-sum";

/// How many bytes before a dose may say what it is.
const BESIDE: usize = 30;

/// How many bytes of text may lie between two parts.
const GAP: u32 = 150;

/// How far the two may lie apart, since totals are rounded.
const TOLERANCE: f64 = 0.02;

pub(super) fn check(desk: &mut Desk<'_, '_>) {
    // Parts that stand together so far; each is a course with its own total.
    let mut parts: Vec<u32> = Vec::new();
    let mut boosted = false;
    for at in 0..desk.of(EntityType::Radiotherapy).len() {
        let index = desk.of(EntityType::Radiotherapy)[at];
        let entity = desk.entity(index);
        let known = entity.value.number(Field::TotalDose).is_some() && desk.counts(entity);
        let last = parts.last().copied();
        let near = last.is_none_or(|last| {
            desk.gap(last, index) <= GAP
                && !desk.between(last, index).contains(". ")
                && desk.entity(last).case == entity.case
                && desk.entity(last).value.text(Field::Unit) == entity.value.text(Field::Unit)
        });
        if !known || !near {
            parts.clear();
            boosted = false;
        }
        if !known {
            continue;
        }
        let cues = &desk.tables.words;
        let before = words::before(desk, index, BESIDE);
        let after_last = last.filter(|_| near).map_or(before, |last| {
            let between = desk.between(last, index);
            if between.len() < before.len() { between } else { before }
        });
        if parts.len() >= 2 && boosted && cues.say(Kind::Total, after_last) {
            judge(desk, &parts, index);
            parts.clear();
            boosted = false;
            continue;
        }
        boosted |= !parts.is_empty() && cues.say(Kind::Boost, after_last);
        parts.push(index);
    }
}

fn judge(desk: &mut Desk<'_, '_>, parts: &[u32], whole: u32) {
    let dose = |index: u32| desk.entity(index).value.number(Field::TotalDose);
    let Some(total) = dose(whole) else { return };
    let sum: f64 = parts.iter().filter_map(|part| dose(*part)).map(|dose| dose.to_f64()).sum();
    let slack = TOLERANCE * sum
        + parts.iter().chain([&whole]).filter_map(|p| dose(*p)).map(|d| d.rounding()).sum::<f64>();
    let unit = desk.entity(whole).value.text(Field::Unit).unwrap_or_default();
    let range = expected(sum, sum, unit);
    let operands: Vec<Operand> =
        [&whole].into_iter().chain(parts).map(|e| Operand { entity: *e, field: Field::TotalDose }).collect();
    if (sum - total.to_f64()).abs() <= slack {
        desk.hold(NAME, || Evidence { operands, expected: Some(range), suggestion: None });
        return;
    }
    let told: Vec<String> = parts.iter().map(|part| format!("{:?}", desk.words(*part))).collect();
    let message = format!("{} are {}, not {:?}", told.join(" and "), in_words(&range), desk.words(whole));
    let evidence = Evidence { operands, expected: Some(range), suggestion: None };
    desk.raise((NAME, "sum-mismatch", Severity::Warning), message, evidence);
}
