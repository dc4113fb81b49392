//! Whether a measured value is one that a living person can have: by analyte, unit, sex and age.

use super::desk::{Desk, Evidence, expected, in_words, number_field, span_of};
use super::limit::{Allowed, Limit, allowed};
use super::unit::Code;
use crate::model::{Decimal, Entity, EntityType, Field, Operand, Severity, Suggestion};

const NAME: &str = "value-range";
const MEASURED: &str = "measured";
/// The unit of a bare number in the table.
const BARE: &str = "1";

/// A value this many times below the usual range is doubtful where another unit makes it a common one.
const FAR_BELOW: f64 = 20.0;
/// How far from the usual range a value is still common.
const NEAR: f64 = 4.0;
/// A range whose ends are less than this many times apart is narrow enough to tell a lost decimal point.
const NARROW: f64 = 50.0;
/// How many bytes after a number without a unit are looked at for another number.
const AHEAD: usize = 8;
/// How many powers of ten further off a second reading must be for the first to be the one that was meant.
const CLEARLY: f64 = 1.9;
/// Plain units further apart than this are not taken for each other.
const FAR_UNIT: f64 = 1e4;

/// A value to be judged.
struct Value<'v> {
    index: u32,
    analyte: &'v str,
    low: Decimal,
    high: Decimal,
    unit: &'v str,
}

pub(super) fn check(desk: &mut Desk<'_, '_>) {
    for at in 0..desk.of(EntityType::Measurement).len() {
        let index = desk.of(EntityType::Measurement)[at];
        let entity = desk.entity(index);
        if !is_measured(entity) || !desk.counts(entity) {
            continue;
        }
        let Some(analyte) = entity.value.text(Field::Analyte) else { continue };
        let Some((low, high)) = span_of(entity) else { continue };
        let lines = desk.tables.limits.of(analyte);
        if lines.is_empty() || is_piece(desk, index) || is_parted(desk, index) {
            continue;
        }
        match entity.value.text(Field::Unit) {
            Some(unit) => with_unit(desk, lines, &Value { index, analyte, low, high, unit }),
            None => without_unit(desk, lines, &Value { index, analyte, low, high, unit: "" }),
        }
    }
}

/// Whether the number is a piece of a name (`R366C`) or of a broken number (`12. 9`).
fn is_piece(desk: &Desk<'_, '_>, index: u32) -> bool {
    let (text, span) = (desk.report.text, desk.entity(index).span.range());
    let before = &text[..span.start];
    if before.trim_end_matches('-').ends_with(char::is_alphabetic) {
        return true;
    }
    let digit = |c: char| c.is_ascii_digit();
    let point = |c: char| c == '.' || c == ',';
    let after = text[span.end..].strip_prefix(point).map(str::trim_start);
    before.trim_end().strip_suffix(point).is_some_and(|text| text.ends_with(digit))
        || after.is_some_and(|text| text.starts_with(digit))
}

/// Whether another fact stands between the analyte and the number, which may belong to that one.
fn is_parted(desk: &Desk<'_, '_>, index: u32) -> bool {
    let entity = desk.entity(index);
    let Some(part) = entity.parts.iter().find(|part| part.field == Field::Analyte) else { return false };
    let before = desk.report.entities[..index as usize].iter().rev();
    let mut between = before.take_while(|other| other.span.start >= part.span.end);
    between.any(|other| {
        let kinds = [EntityType::Finding, EntityType::Disease, EntityType::Procedure, EntityType::Drug];
        kinds.contains(&other.kind) && other.span.end <= entity.span.start
    })
}

/// Whether the entity says what was measured, and not what is normal or aimed at.
pub(super) fn is_measured(entity: &Entity<'_>) -> bool {
    entity.value.text(Field::State).is_none_or(|state| state == MEASURED)
}

fn with_unit(desk: &mut Desk<'_, '_>, lines: &[Limit], value: &Value<'_>) {
    let Some(limits) = limits_in(desk, lines, value.index, value.unit) else { return };
    let entity = desk.entity(value.index);
    let comparator = entity.value.text(Field::Comparator).unwrap_or_default();
    let (low, high) = (value.low.to_f64(), value.high.to_f64());
    // "< 0.01" says no more than that it is low, and may be so at any limit.
    let real = desk.tables.low_values.are_real(value.analyte, value.unit);
    let below = low < limits.plausible.0 * (1.0 - 1e-9) && !comparator.starts_with(['<', '>']) && !real;
    let above = high > limits.plausible.1 * (1.0 + 1e-9) && !comparator.starts_with('<');
    let operand = Operand { entity: value.index, field: number_field(entity) };
    let range = || expected(limits.plausible.0, limits.plausible.1, value.unit);
    if !below && !above {
        match slip(desk, lines, value, &limits) {
            Some(unit) if comparator.is_empty() && !real => {
                let usual = limits.reference.unwrap_or(limits.plausible);
                let range = expected(usual.0, usual.1, value.unit);
                let message = format!(
                    "{} {:?} is far below the usual {}; {} {unit} would be common",
                    value.analyte,
                    desk.words(value.index),
                    in_words(&range),
                    value.low,
                );
                let suggestion = Some(Suggestion { entity: value.index, value: Some(value.low), unit });
                let evidence = Evidence { operands: vec![operand], expected: Some(range), suggestion };
                desk.raise((NAME, "value-implausible", Severity::Warning), message, evidence);
            }
            _ => desk.hold(NAME, || Evidence {
                operands: vec![operand],
                expected: Some(range()),
                suggestion: None,
            }),
        }
        return;
    }
    let suggestion = reading(desk, lines, value, &limits);
    let range = range();
    let mut message = format!(
        "{} {:?} is {} what is possible, {}",
        value.analyte,
        desk.words(value.index),
        if below { "below" } else { "above" },
        in_words(&range),
    );
    if let Some(Suggestion { value: Some(number), unit, .. }) = &suggestion {
        message.push_str(&format!("; {number} {unit} would fit"));
    }
    let evidence = Evidence { operands: vec![operand], expected: Some(range), suggestion };
    desk.raise((NAME, "value-implausible", Severity::Warning), message, evidence);
}

/// The limits in a unit: of the lines with that very unit, or else converted from another one.
fn limits_in(desk: &Desk<'_, '_>, lines: &[Limit], index: u32, unit: &str) -> Option<Allowed> {
    let of = |unit: &str| allowed(lines.iter().filter(|line| *line.unit == *unit), desk.patient_of(index));
    if lines.iter().any(|line| *line.unit == *unit) {
        return of(unit);
    }
    let codes = &desk.tables.units;
    let own = codes.code(unit).filter(|code| !code.dimensions.is_empty())?;
    let (line, factor) = lines.iter().find_map(|line| Some((line, codes.factor(&line.code, &own, None)?)))?;
    // A plain time, length or mass so far from what the analyte is told in was read from other words.
    if matches!(own.dimensions[..], [(_, 1)]) && !(1.0 / FAR_UNIT..=FAR_UNIT).contains(&factor) {
        return None;
    }
    of(&line.unit).map(|limits| limits.scaled(factor))
}

/// A unit that a number may have been meant in.
struct Reading {
    unit: String,
    code: Code,
    limits: Allowed,
}

/// The units in which the value would be plausible, each quantity once: those that are one slip away from the written
/// unit, else those of the same dimensions, else those of mass and amount.
fn readings(desk: &Desk<'_, '_>, lines: &[Limit], value: &Value<'_>, near: bool) -> Vec<Reading> {
    let codes = &desk.tables.units;
    let own = codes.code(value.unit);
    let same = |a: &Code, b: &Code| codes.factor(a, b, None).is_some_and(|f| (f - 1.0).abs() < 1e-6);
    let dimensions = own.as_ref().map(|code| &code.dimensions);
    let listed = |line: &Limit| (dimensions == Some(&line.code.dimensions)).then(|| line.unit.to_string());
    let stages: [Vec<String>; 3] = [
        codes.neighbors(value.unit).into_iter().filter(|unit| desk.tables.limits.know(unit)).collect(),
        lines.iter().filter_map(listed).collect(),
        match value.unit.is_empty()
            || own.as_ref().is_some_and(|own| {
                lines.iter().any(|line| {
                    own.dimensions != line.code.dimensions
                        && codes.factor(own, &line.code, Some(1.0)).is_some()
                })
            }) {
            true => lines.iter().map(|line| line.unit.to_string()).collect(),
            false => Vec::new(),
        },
    ];
    for (stage, units) in stages.into_iter().enumerate() {
        let mut found: Vec<Reading> = Vec::new();
        for unit in units {
            let Some(code) = codes.code(&unit) else { continue };
            if own.as_ref().is_some_and(|own| same(own, &code)) || found.iter().any(|f| same(&f.code, &code))
            {
                continue;
            }
            let Some(limits) = limits_in(desk, lines, value.index, &unit) else { continue };
            if within(value, limits.plausible)
                && (!(near || stage == 2 && own.is_some()) || is_near(value, &limits))
            {
                found.push(Reading { unit, code, limits });
            }
        }
        let Some(own) = &own else { return found };
        // How many times the quantity would change, as a power of ten.
        let change = |reading: &Reading| {
            codes.factor(&reading.code, own, Some(1.0)).map_or(f64::INFINITY, |factor| factor.log10().abs())
        };
        found.sort_by(|a, b| change(a).total_cmp(&change(b)));
        if let [first, second, ..] = &found[..]
            && (is_near(value, &first.limits) || change(second) - change(first) > CLEARLY)
        {
            found.truncate(1);
        }
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

fn within(value: &Value<'_>, (low, high): (f64, f64)) -> bool {
    low <= value.low.to_f64() && value.high.to_f64() <= high
}

fn is_near(value: &Value<'_>, limits: &Allowed) -> bool {
    limits.reference.is_some_and(|(low, high)| within(value, (low / NEAR, high * NEAR)))
}

/// A unit in which a possible but very low value would be a common one.
fn slip(desk: &Desk<'_, '_>, lines: &[Limit], value: &Value<'_>, limits: &Allowed) -> Option<String> {
    let (low, _) = limits.reference?;
    let number = value.high.to_f64();
    if !(number > 0.0 && number < low / FAR_BELOW) {
        return None;
    }
    let mut fitting = readings(desk, lines, value, true).into_iter();
    let first = fitting.next()?;
    fitting.next().is_none().then_some(first.unit)
}

/// The one reading of an impossible value that is possible: another unit, or a lost decimal point.
fn reading(desk: &Desk<'_, '_>, lines: &[Limit], value: &Value<'_>, limits: &Allowed) -> Option<Suggestion> {
    let units = readings(desk, lines, value, false);
    let suggestion = |number, unit: &str| {
        let unit = if unit == BARE { "" } else { unit };
        Some(Suggestion { entity: value.index, value: Some(number), unit: unit.to_owned() })
    };
    if let [reading] = &units[..] {
        return suggestion(value.low, &reading.unit);
    }
    let (low, high) = limits.plausible;
    let narrow = low > 0.0 && high / low < NARROW;
    let shifted = value.low.shift(-1);
    let lost = narrow && units.is_empty() && value.low == value.high && value.low.to_i64().is_some();
    (lost && (low..=high).contains(&shifted.to_f64())).then(|| suggestion(shifted, value.unit)).flatten()
}

/// A number without a unit, where the analyte needs one.
fn without_unit(desk: &mut Desk<'_, '_>, lines: &[Limit], value: &Value<'_>) {
    if lines.iter().any(|line| desk.tables.units.is_number(&line.unit)) {
        let bare = Value { unit: BARE, analyte: value.analyte, ..*value };
        if lines.iter().any(|line| &*line.unit == BARE) {
            with_unit(desk, lines, &bare);
        }
        return;
    }
    // A small whole number is more often part of a name, as in "IgG 4", and for some analytes the unit is understood.
    if value.low.to_i64().is_some_and(|number| number < 10) || desk.tables.understood.has(value.analyte) {
        return;
    }
    // Of a list or a broken number, the unit stands further on; a number that a letter touches is part of a name.
    let (text, span) = (desk.report.text, desk.entity(value.index).span.range());
    let follows = text[span.end..].bytes().take(AHEAD).any(|byte| byte.is_ascii_digit());
    if follows || text[..span.start].ends_with(char::is_alphabetic) {
        return;
    }
    let fitting = readings(desk, lines, value, false);
    if fitting.is_empty() {
        return;
    }
    let names = fitting.iter().map(|reading| &*reading.unit).collect::<Vec<_>>().join(" or ");
    let mut message =
        format!("{} {:?} has no unit that could be read", value.analyte, desk.words(value.index));
    message.push_str(&format!("; {names} would fit"));
    let suggestion = match &fitting[..] {
        [reading] => {
            Some(Suggestion { entity: value.index, value: Some(value.low), unit: reading.unit.clone() })
        }
        _ => None,
    };
    let operand = Operand { entity: value.index, field: number_field(desk.entity(value.index)) };
    let evidence = Evidence { operands: vec![operand], expected: None, suggestion };
    desk.raise(("unit", "unit-missing", Severity::Info), message, evidence);
}
