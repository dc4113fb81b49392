//! A value that is told twice, in two units: "6.8 mg/dL (116 µmol/L)". Both must be the same quantity.

use super::desk::{Desk, Evidence, expected, in_words};
use super::range::is_measured;
use super::table::Rows;
use crate::model::{Entity, EntityType, Field, Operand, Severity};
use rustc_hash::FxHashMap;

pub(super) const COLUMNS: &[&str] = &["analyte", "g/mol"];

const NAME: &str = "unit-conversion";

/// Factors of conversion are often rounded themselves.
const TOLERANCE: f64 = 0.04;

/// How many bytes may stand between the two: ` (`.
const GAP: usize = 3;

/// Molar masses by analyte, in g/mol.
#[derive(Debug, Default)]
pub(super) struct MolarMasses(FxHashMap<Box<str>, f64>);

impl MolarMasses {
    pub(super) fn load(rows: Rows<'_, '_>) -> Self {
        let mut masses = FxHashMap::default();
        rows.each(|row| {
            let mass = row.number(1)?;
            if masses.insert(row.text(0).into(), mass).is_some() {
                row.error(format!("{} stands twice", row.text(0)));
            }
            Some(())
        });
        MolarMasses(masses)
    }
}

pub(super) fn check(desk: &mut Desk<'_, '_>) {
    for kind in [EntityType::Measurement, EntityType::Dose] {
        for at in 1..desk.of(kind).len() {
            let (first, second) = (desk.of(kind)[at - 1], desk.of(kind)[at]);
            pair(desk, first, second);
        }
    }
}

fn is_exact(entity: &Entity<'_>) -> bool {
    is_measured(entity)
        && entity.value.number(Field::Value).is_some()
        && entity.value.text(Field::Comparator).is_none()
}

fn pair(desk: &mut Desk<'_, '_>, first: u32, second: u32) {
    let (one, other) = (desk.entity(first), desk.entity(second));
    let (Some(from), Some(to)) = (one.value.text(Field::Unit), other.value.text(Field::Unit)) else { return };
    if from == to || !is_exact(one) || !is_exact(other) || !desk.counts(one) {
        return;
    }
    let analyte = one.value.text(Field::Analyte);
    if analyte != other.value.text(Field::Analyte) && other.value.text(Field::Analyte).is_some() {
        return;
    }
    let between = desk.between(first, second);
    if between.len() > GAP || !between.contains(['(', '=', '[']) {
        return;
    }
    let codes = &desk.tables.units;
    let (Some(from), Some(code)) = (codes.code(from), codes.code(to)) else { return };
    if from.dimensions.is_empty() {
        return;
    }
    let molar_mass = analyte.and_then(|analyte| desk.tables.molar.0.get(analyte).copied());
    let Some(factor) = codes.factor(&from, &code, molar_mass) else { return };
    let (Some(told), Some(again)) = (one.value.number(Field::Value), other.value.number(Field::Value)) else {
        return;
    };
    let converted = told.to_f64() * factor;
    let slack = told.rounding() * factor + again.rounding() + TOLERANCE * converted.abs();
    let range = expected(converted, converted, to);
    let operands = || {
        vec![Operand { entity: second, field: Field::Value }, Operand { entity: first, field: Field::Value }]
    };
    if (converted - again.to_f64()).abs() <= slack {
        desk.hold(NAME, || Evidence { operands: operands(), expected: Some(range), suggestion: None });
        return;
    }
    let message = format!(
        "{:?} and {:?} are not the same quantity: expected {}",
        desk.words(first),
        desk.words(second),
        in_words(&range)
    );
    let evidence = Evidence { operands: operands(), expected: Some(range), suggestion: None };
    desk.raise((NAME, "conflict", Severity::Warning), message, evidence);
}
