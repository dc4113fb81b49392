//! Numbers that some types of facts cannot hold: an age of 160 years, a marker in 120 % of cells.

use super::desk::{Desk, Evidence, expected, in_words};
use super::table::Rows;
use super::unit::{Code, Codes};
use crate::model::{EntityType, Field, FieldValue, Operand, Severity};

pub(super) const COLUMNS: &[&str] = &["type", "field", "unit", "low", "high", "at_most"];

const NAME: &str = "quantity-range";

#[derive(Debug)]
struct Line {
    kind: EntityType,
    field: Field,
    code: Code,
    unit: Box<str>,
    range: (f64, f64),
    /// Another field, which must not be less.
    at_most: Option<Field>,
}

/// Limits by type and field.
#[derive(Debug, Default)]
pub(super) struct Table(Vec<Line>);

impl Table {
    pub(super) fn load(rows: Rows<'_, '_>, units: &Codes) -> Self {
        let mut lines = Vec::new();
        rows.each(|row| {
            let kind = row.kind(0)?;
            let field = row.field(1, kind)?;
            let (code, range) = row.limits(2, units)?;
            let at_most = if row.text(5).is_empty() { None } else { Some(row.field(5, kind)?) };
            lines.push(Line { kind, field, code, unit: row.text(2).into(), range, at_most });
            Some(())
        });
        Table(lines)
    }
}

/// Whether the field is at most the other one that the line names; only where a unit proves what the numbers are.
fn order(desk: &mut Desk<'_, '_>, line: &Line, index: u32) {
    let value = &desk.entity(index).value;
    let Some(other) = line.at_most else { return };
    let (Some(low), Some(high)) = (value.number(line.field), value.number(other)) else { return };
    // Of one digit each, the two are a grade and its scale.
    let wrong = low.to_f64() > high.to_f64() && high.to_f64() >= 10.0;
    let Some(unit) = value.text(Field::Unit).filter(|_| wrong) else { return };
    let message =
        format!("{:?}: {} {low} is more than {} {high}", desk.words(index), line.field.name(), other.name());
    let operands = [line.field, other].map(|field| Operand { entity: index, field }).to_vec();
    let range = Some(expected(f64::NEG_INFINITY, high.to_f64(), unit));
    let evidence = Evidence { operands, expected: range, suggestion: None };
    desk.raise((NAME, "value-implausible", Severity::Warning), message, evidence);
}

pub(super) fn check(desk: &mut Desk<'_, '_>) {
    let tables = desk.tables;
    for line in &tables.quantities.0 {
        for at in 0..desk.of(line.kind).len() {
            let index = desk.of(line.kind)[at];
            let entity = desk.entity(index);
            let Some(value) = entity.value.get(line.field) else { continue };
            let unit = entity.value.text(Field::Unit).unwrap_or_default();
            let factor = match unit == &*line.unit || unit.is_empty() {
                true => 1.0,
                false => {
                    let codes = &tables.units;
                    let Some(own) = codes.code(unit) else { continue };
                    let Some(factor) = codes.factor(&own, &line.code, None) else { continue };
                    factor
                }
            };
            let (low, high) = (line.range.0 / factor, line.range.1 / factor);
            let fits = |number: f64| low <= number && number <= high;
            let good = match value {
                FieldValue::Number(number) => fits(number.to_f64()),
                FieldValue::Numbers(numbers) => numbers.iter().all(|number| fits(number.to_f64())),
                _ => continue,
            };
            if good {
                order(desk, line, index);
                continue;
            }
            let operands = vec![Operand { entity: index, field: line.field }];
            let range = expected(low, high, unit);
            let name = line.kind.name().replace('_', " ");
            let message = format!("{name} {:?} cannot be: {} can", desk.words(index), in_words(&range));
            let evidence = Evidence { operands, expected: Some(range), suggestion: None };
            desk.raise((NAME, "value-implausible", Severity::Warning), message, evidence);
        }
    }
}
