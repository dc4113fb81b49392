//! Doses of radiotherapy: fractions × dose of a fraction = total dose; and each of them as it can be given.

use super::desk::{Desk, Evidence, expected, in_words};
use super::table::Rows;
use super::unit::{Code, Codes};
use crate::model::{Entity, EntityType, Expected, Field, Operand, Severity, Suggestion};

pub(super) const COLUMNS: &[&str] =
    &["quantity", "fractions_low", "fractions_high", "unit", "low", "high", "readings"];

const PRODUCT: &str = "radiotherapy-product";
const DOSE: &str = "radiotherapy-dose";

/// The last fraction of a course may be smaller, and totals are rounded.
const TOLERANCE: f64 = 0.02;

#[derive(Debug)]
struct Line {
    field: Field,
    fractions: (f64, f64),
    code: Code,
    range: (f64, f64),
    /// Units that the number may have been meant in.
    readings: Vec<(Box<str>, Code)>,
}

/// What can be given, by field and number of fractions.
#[derive(Debug, Default)]
pub(super) struct Table(Vec<Line>);

impl Table {
    pub(super) fn load(rows: Rows<'_, '_>, units: &Codes) -> Self {
        let mut lines = Vec::new();
        rows.each(|row| {
            let field = row.field(0, EntityType::Radiotherapy)?;
            let (code, range) = row.limits(3, units)?;
            let mut readings = Vec::new();
            for unit in row.text(6).split('|').filter(|unit| !unit.is_empty()) {
                readings.push((unit.into(), units.code_of(row, unit)?));
            }
            lines.push(Line { field, fractions: row.range(1, 2)?, code, range, readings });
            Some(())
        });
        Table(lines)
    }
}

pub(super) fn check(desk: &mut Desk<'_, '_>) {
    for at in 0..desk.of(EntityType::Radiotherapy).len() {
        let index = desk.of(EntityType::Radiotherapy)[at];
        if desk.counts(desk.entity(index)) {
            product(desk, index);
            dose(desk, index);
        }
    }
}

fn product(desk: &mut Desk<'_, '_>, index: u32) {
    let entity = desk.entity(index);
    let number = |field| entity.value.number(field);
    let (Some(fractions), Some(each), Some(total)) =
        (number(Field::Fractions), number(Field::DosePerFraction), number(Field::TotalDose))
    else {
        return;
    };
    let unit = entity.value.text(Field::Unit).unwrap_or_default();
    let product = fractions.to_f64() * each.to_f64();
    // A whole number is exact: 2 Gy are not 1.8 Gy.
    let rounding = if each.to_i64().is_some() { 0.0 } else { each.rounding() };
    let slack = fractions.to_f64() * rounding + total.rounding() + TOLERANCE * product;
    let range = expected(product, product, unit);
    let operands = || {
        [Field::TotalDose, Field::Fractions, Field::DosePerFraction]
            .map(|field| Operand { entity: index, field })
            .to_vec()
    };
    if (product - total.to_f64()).abs() <= slack {
        desk.hold(PRODUCT, || Evidence { operands: operands(), expected: Some(range), suggestion: None });
        return;
    }
    let message =
        format!("{fractions} fractions of {each} {unit} are {}, not {total} {unit}", in_words(&range));
    let evidence = Evidence { operands: operands(), expected: Some(range), suggestion: None };
    desk.raise((PRODUCT, "sum-mismatch", Severity::Warning), message, evidence);
}

fn dose(desk: &mut Desk<'_, '_>, index: u32) {
    let entity = desk.entity(index);
    let unit = entity.value.text(Field::Unit).unwrap_or_default();
    let Some(code) = desk.tables.units.code(unit) else { return };
    let fractions = fractions(entity);
    let lines = || {
        desk.tables
            .radiotherapy
            .0
            .iter()
            .filter(move |line| fractions.is_none_or(|n| line.fractions.0 <= n && n < line.fractions.1))
    };
    let mut wrong: Vec<(Operand, Expected)> = Vec::new();
    let mut right: Vec<(Operand, Expected)> = Vec::new();
    let mut readings: Option<Vec<&str>> = None;
    for field in [Field::DosePerFraction, Field::TotalDose] {
        let Some(value) = entity.value.number(field).map(|n| n.to_f64()) else { continue };
        // How many fractions is not known: the widest range of all lines holds.
        let mut range: Option<(f64, f64)> = None;
        let mut fitting: Vec<&str> = Vec::new();
        for line in lines().filter(|line| line.field == field) {
            let Some(factor) = desk.tables.units.factor(&code, &line.code, None) else { continue };
            let (low, high) = (line.range.0 / factor, line.range.1 / factor);
            range = Some(range.map_or((low, high), |r| (r.0.min(low), r.1.max(high))));
            for (reading, other) in &line.readings {
                let Some(factor) = desk.tables.units.factor(other, &line.code, None) else { continue };
                let read = value * factor;
                if line.range.0 <= read && read <= line.range.1 && **reading != *unit {
                    fitting.push(reading);
                }
            }
        }
        let Some((low, high)) = range else { continue };
        let operand = Operand { entity: index, field };
        if low <= value && value <= high {
            right.push((operand, expected(low, high, unit)));
            continue;
        }
        wrong.push((operand, expected(low, high, unit)));
        match &mut readings {
            Some(readings) => readings.retain(|unit| fitting.contains(unit)),
            None => readings = Some(fitting),
        }
    }
    if wrong.is_empty() {
        if !right.is_empty() {
            desk.hold(DOSE, || {
                let range = right.first().map(|(_, range)| range.clone());
                Evidence {
                    operands: right.into_iter().map(|(operand, _)| operand).collect(),
                    expected: range,
                    suggestion: None,
                }
            });
        }
        return;
    }
    let mut readings = readings.unwrap_or_default();
    readings.sort_unstable();
    readings.dedup();
    let mut message = String::new();
    for (operand, range) in &wrong {
        if let Some(value) = entity.value.number(operand.field) {
            if !message.is_empty() {
                message.push_str("; ");
            }
            let name = operand.field.name().replace('_', " ");
            message.push_str(&format!("{name} {value} {unit} cannot be: {} can be given", in_words(range)));
        }
    }
    let suggestion = match readings[..] {
        [reading] => {
            message.push_str(&format!("; most likely {reading}"));
            Some(Suggestion { entity: index, value: None, unit: reading.to_owned() })
        }
        _ => None,
    };
    let range = wrong.first().map(|(_, range)| range.clone());
    let operands = wrong.into_iter().map(|(operand, _)| operand).collect();
    desk.raise(
        (DOSE, "dose-implausible", Severity::Warning),
        message,
        Evidence { operands, expected: range, suggestion },
    );
}

/// In how many fractions, told or reckoned.
fn fractions(entity: &Entity<'_>) -> Option<f64> {
    let number = |field| entity.value.number(field).map(|n| n.to_f64());
    number(Field::Fractions).or_else(|| {
        let (total, each) = (number(Field::TotalDose)?, number(Field::DosePerFraction)?);
        (each > 0.0).then(|| (total / each).round().max(1.0))
    })
}
