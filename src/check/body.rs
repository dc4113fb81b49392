//! A dose for each kilogram or square metre against the dose that was given: 5 mg/kg are 350 mg at a weight of 70 kg.

use super::desk::{Desk, Evidence, expected, in_words, span_of};
use super::formula::is_measured_in_patient;
use super::table::Rows;
use super::unit::{Code, Codes};
use crate::model::{EntityType, Field, Operand, RelationType, Severity};
use smallvec::SmallVec;

pub(super) const COLUMNS: &[&str] = &["unit", "analyte", "height", "weight", "least", "most"];

const NAME: &str = "dose-by-body";

/// UCUM codes in which the surface of a body is reckoned.
const METRE: &str = "m";
const KILOGRAM: &str = "kg";

#[derive(Debug)]
struct Line {
    /// What comes after the mass: `/kg`.
    suffix: Box<str>,
    /// What that is a part of, as UCUM has it.
    of: Code,
    analyte: Box<str>,
    /// Height and weight, from which the surface can be reckoned.
    terms: Option<(Box<str>, Box<str>)>,
    /// How many times what was reckoned the dose may be.
    range: (f64, f64),
}

/// What doses are told for.
#[derive(Debug, Default)]
pub(super) struct Bodies(Vec<Line>);

impl Bodies {
    pub(super) fn load(rows: Rows<'_, '_>, units: &Codes) -> Self {
        let mut lines = Vec::new();
        rows.each(|row| {
            let Some(of) = row.text(0).strip_prefix('/') else {
                row.error(format!("{:?} does not begin with /", row.text(0)));
                return None;
            };
            let of = units.code_of(row, of)?;
            let terms = (!row.text(2).is_empty()).then(|| (row.text(2).into(), row.text(3).into()));
            let range = row.range(4, 5)?;
            lines.push(Line { suffix: row.text(0).into(), of, analyte: row.text(1).into(), terms, range });
            Some(())
        });
        Bodies(lines)
    }
}

pub(super) fn check(desk: &mut Desk<'_, '_>) {
    let doses = desk.report.relations.iter().filter(|r| r.kind == RelationType::DoseOf);
    let mut doses: Vec<(u32, u32)> = doses.map(|r| (r.to, r.from)).collect();
    doses.sort_unstable();
    for own in doses.chunk_by(|a, b| a.0 == b.0) {
        for pair in own.windows(2) {
            let (first, second) = (pair[0].1, pair[1].1);
            // "8 mg/kg (560 mg)": the same dose told twice, with only a sign between.
            if matches!(desk.between(first, second).trim(), "(" | "[" | "=" | "=>" | "→") {
                judge(desk, first, second);
                judge(desk, second, first);
            }
        }
    }
}

fn unit_of<'a>(desk: &Desk<'a, '_>, index: u32) -> &'a str {
    desk.entity(index).value.text(Field::Unit).unwrap_or_default()
}

/// From the least to the most of the patient's measurements of an analyte, in a unit, and where they stand.
fn measured(
    desk: &Desk<'_, '_>,
    analyte: &str,
    unit: &Code,
    dose: u32,
) -> Option<(f64, f64, SmallVec<[u32; 4]>)> {
    let mut out: Option<(f64, f64, SmallVec<[u32; 4]>)> = None;
    for index in desk.of(EntityType::Measurement) {
        let entity = desk.entity(*index);
        let own = entity.value.text(Field::Analyte) == Some(analyte)
            && entity.case == desk.entity(dose).case
            && is_measured_in_patient(entity);
        let Some(number) = entity.value.number(Field::Value).filter(|_| own) else { continue };
        let code = desk.tables.units.code(unit_of(desk, *index))?;
        let Some(factor) = desk.tables.units.factor(&code, unit, None) else { continue };
        let value = number.to_f64() * factor;
        let known = out.get_or_insert((value, value, SmallVec::new()));
        (known.0, known.1) = (known.0.min(value), known.1.max(value));
        known.2.push(*index);
    }
    out
}

/// Whether the second dose is the first one for the whole body.
fn judge(desk: &mut Desk<'_, '_>, by_body: u32, whole: u32) {
    let tables = desk.tables;
    let (part, unit) = (unit_of(desk, by_body), unit_of(desk, whole));
    let Some((line, mass)) =
        tables.bodies.0.iter().find_map(|line| Some((line, part.strip_suffix(&*line.suffix)?)))
    else {
        return;
    };
    let codes = &tables.units;
    let (Some(mass), Some(own)) = (codes.code(mass), codes.code(unit)) else { return };
    let Some(factor) = codes.factor(&mass, &own, None) else { return };
    let (Some((low, high)), Some((least, most))) =
        (span_of(desk.entity(by_body)), span_of(desk.entity(whole)))
    else {
        return;
    };
    if !desk.counts(desk.entity(by_body)) || !desk.counts(desk.entity(whole)) {
        return;
    }
    let reckoned = || {
        let (tall, heavy) = line.terms.as_ref()?;
        let height = measured(desk, tall, &codes.code(METRE)?, whole)?;
        let weight = measured(desk, heavy, &codes.code(KILOGRAM)?, whole)?;
        // Mosteller RD. Simplified calculation of body-surface area. N Engl J Med 1987; 317: 1098.
        let surface = |height: f64, weight: f64| (height * weight / 36.0).sqrt();
        let mut places = height.2;
        places.extend(weight.2);
        Some((surface(height.0, weight.0), surface(height.1, weight.1), places))
    };
    let Some(body) = measured(desk, &line.analyte, &line.of, whole).or_else(reckoned) else { return };
    let (right_low, right_high) = (low.to_f64() * factor * body.0, high.to_f64() * factor * body.1);
    let range = expected(right_low, right_high, unit);
    let mut operands = vec![
        Operand { entity: whole, field: super::desk::number_field(desk.entity(whole)) },
        Operand { entity: by_body, field: super::desk::number_field(desk.entity(by_body)) },
    ];
    operands.extend(body.2.iter().map(|place| Operand { entity: *place, field: Field::Value }));
    if line.range.0 * right_low <= least.to_f64() && most.to_f64() <= line.range.1 * right_high {
        desk.hold(NAME, || Evidence { operands, expected: Some(range), suggestion: None });
        return;
    }
    let places: Vec<String> = body.2.iter().map(|place| format!("{:?}", desk.words(*place))).collect();
    let message = format!(
        "{:?} at {} are {}, not {:?}",
        desk.words(by_body),
        places.join(", "),
        in_words(&range),
        desk.words(whole)
    );
    let evidence = Evidence { operands, expected: Some(range), suggestion: None };
    desk.raise((NAME, "dose-implausible", Severity::Warning), message, evidence);
}
