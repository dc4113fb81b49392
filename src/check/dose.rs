//! Whether a dose of a drug is one that is given: by drug, route and unit, at one time and in a day.

use super::desk::{Desk, Evidence, expected, in_words, number_field, span_of};
use super::table::Rows;
use super::unit::{Code, Codes};
use super::words;
use crate::model::{Decimal, EntityType, Field, Operand, RelationType, Severity, Suggestion};
use rustc_hash::FxHashMap;
use std::ops::Range;

pub(super) const COLUMNS: &[&str] = &["drug", "route", "unit", "low", "high", "day_high"];
pub(super) const EXCEPTION_COLUMNS: &[&str] = &["type", "name", "silences"];

const NAME: &str = "drug-dose";
const DAILY: &str = "drug-daily-dose";

/// Prefixed grams, which are taken for each other most easily.
const MASSES: &[&str] = &["g", "mg", "ug", "ng"];
/// In the first column of the table of exceptions: words beside the dose, not a fact of the report.
const CUE: &str = "beside";
/// UCUM codes of a day, in which daily doses are told, and of a bare number.
const DAY: &str = "d";

/// How many bytes of text may lie between a drug and its dose.
const GAP: u32 = 80;
/// How many bytes of text before and after a dose are searched for words that explain it.
const AROUND: (usize, usize) = (70, 50);
/// More often in a day than this is a rate and no rhythm, or was misread.
const OFTEN: f64 = 12.0;
/// How many bytes of text may lie between a dose and its rhythm.
const RHYTHM: usize = 40;

#[derive(Debug)]
struct Line {
    route: Option<Box<str>>,
    unit: Box<str>,
    code: Code,
    /// At one time.
    range: (f64, f64),
    /// In a day.
    day: Option<f64>,
}

/// What silences a doubt.
#[derive(Clone, Copy, Debug, Default)]
struct Silence {
    above: bool,
    below: bool,
}

impl Silence {
    fn or(self, other: Silence) -> Silence {
        Silence { above: self.above || other.above, below: self.below || other.below }
    }
}

/// Doses by drug.
#[derive(Debug, Default)]
pub(super) struct Doses {
    lines: Vec<Line>,
    of: FxHashMap<Box<str>, Range<u32>>,
    exceptions: FxHashMap<Box<str>, (EntityType, Silence)>,
    /// Beginnings of words beside a dose.
    cues: Vec<(Box<str>, Silence)>,
}

impl Doses {
    pub(super) fn load(rows: Rows<'_, '_>, units: &Codes) -> Self {
        let mut lines: FxHashMap<Box<str>, Vec<Line>> = FxHashMap::default();
        rows.each(|row| {
            let line = Line {
                route: Some(row.text(1)).filter(|route| !route.is_empty()).map(Into::into),
                unit: row.text(2).into(),
                code: units.code_of(row, row.text(2))?,
                range: row.range(3, 4)?,
                day: row.number(5),
            };
            if line.day.is_some_and(|day| day < line.range.1) {
                row.error("less in a day than at one time".to_owned());
            }
            let of = lines.entry(row.text(0).into()).or_default();
            if of.iter().any(|o| o.unit == line.unit && o.route == line.route) {
                row.error(format!("{} in {} stands twice", row.text(0), row.text(2)));
            }
            of.push(line);
            Some(())
        });
        let mut doses = Doses::default();
        for (drug, own) in lines {
            let start = doses.lines.len() as u32;
            doses.lines.extend(own);
            doses.of.insert(drug, start..doses.lines.len() as u32);
        }
        doses
    }

    /// What tells that a dose was no ordinary one.
    pub(super) fn load_exceptions(&mut self, rows: Rows<'_, '_>) {
        rows.each(|row| {
            let silence = match row.text(2) {
                "above" => Silence { above: true, below: false },
                "below" => Silence { above: false, below: true },
                "both" => Silence { above: true, below: true },
                other => {
                    row.error(format!("{other:?} is not above, below or both"));
                    return None;
                }
            };
            if row.text(0) == CUE {
                self.cues.push((row.text(1).into(), silence));
                return Some(());
            }
            let kind = row.kind(0)?;
            if self.exceptions.insert(row.text(1).into(), (kind, silence)).is_some() {
                row.error(format!("{} stands twice", row.text(1)));
            }
            Some(())
        });
    }

    fn of(&self, drug: &str) -> &[Line] {
        self.of.get(drug).map_or(&[], |range| &self.lines[range.start as usize..range.end as usize])
    }
}

/// What is linked to drugs: pairs of drug and other entity, in order.
#[derive(Default)]
struct Links {
    routes: Vec<(u32, u32)>,
    rhythms: Vec<(u32, u32)>,
}

fn of_drug(links: &[(u32, u32)], drug: u32) -> &[(u32, u32)] {
    let start = links.partition_point(|(d, _)| *d < drug);
    let end = links.partition_point(|(d, _)| *d <= drug);
    &links[start..end]
}

pub(super) fn check(desk: &mut Desk<'_, '_>) {
    let mut doses: Vec<(u32, u32)> = Vec::new();
    let mut links = Links::default();
    for relation in &desk.report.relations {
        match relation.kind {
            RelationType::DoseOf => doses.push((relation.from, relation.to)),
            RelationType::RouteOf => links.routes.push((relation.to, relation.from)),
            RelationType::FrequencyOf => links.rhythms.push((relation.to, relation.from)),
            _ => {}
        }
    }
    if doses.is_empty() {
        return;
    }
    links.routes.sort_unstable();
    links.rhythms.sort_unstable();
    // Of several doses of a drug only the one beside it is surely its own, and at one time.
    doses.sort_by_key(|(dose, drug)| (*drug, desk.gap(*dose, *drug)));
    doses.dedup_by_key(|(_, drug)| *drug);
    doses.sort_unstable();
    let mut silence = None;
    for (dose, drug) in doses {
        if desk.gap(dose, drug) <= GAP && is_nearest(desk, dose, drug) {
            judge(desk, &links, dose, drug, &mut silence);
        }
    }
}

/// Whether no other drug stands nearer to the dose.
fn is_nearest(desk: &Desk<'_, '_>, dose: u32, drug: u32) -> bool {
    let drugs = desk.of(EntityType::Drug);
    let after = drugs.partition_point(|other| *other < dose);
    let around = [after.checked_sub(1), Some(after)].into_iter().flatten().filter_map(|at| drugs.get(at));
    let name = |index: u32| desk.entity(index).value.text(Field::Name);
    let mut nearer = around.filter(|other| desk.gap(dose, **other) < desk.gap(dose, drug));
    nearer.all(|other| name(*other) == name(drug))
}

fn judge(desk: &mut Desk<'_, '_>, links: &Links, dose: u32, drug: u32, silence: &mut Option<Silence>) {
    let (entity, of) = (desk.entity(dose), desk.entity(drug));
    if of.kind != EntityType::Drug || !desk.counts(entity) {
        return;
    }
    let Some(name) = of.value.text(Field::Name) else { return };
    let lines = desk.tables.doses.of(name);
    if lines.is_empty() {
        return;
    }
    let (Some((low, high)), Some(unit)) = (span_of(entity), entity.value.text(Field::Unit)) else { return };
    let codes = &desk.tables.units;
    // A number in a unit, as in "mg/(120.mg)", was read of a drug in two parts.
    if unit.contains('(') {
        return;
    }
    let (Some(code), Some(day)) = (codes.code(unit), codes.code(DAY)) else { return };
    let routes = of_drug(&links.routes, drug);
    let by_route = |line: &&Line| {
        routes.is_empty()
            || line.route.as_deref().is_none_or(|route| {
                routes.iter().any(|(_, r)| desk.entity(*r).value.text(Field::Code) == Some(route))
            })
    };
    let mut range: Option<(f64, f64)> = None;
    let mut daily: Option<f64> = None;
    for line in lines.iter().filter(by_route) {
        if let Some(factor) = codes.factor(&code, &line.code, None) {
            // How little may be given in a longer time than the table tells is not known.
            let same = line.unit.rsplit('/').next() == unit.rsplit('/').next() || !unit.contains('/');
            let least = if same { line.range.0 / factor } else { 0.0 };
            let most = line.range.1 / factor;
            range = Some(range.map_or((least, most), |r| (r.0.min(least), r.1.max(most))));
            daily = match (daily, line.day) {
                (Some(own), Some(day)) => Some(own.max(day / factor)),
                (None, Some(day)) => Some(day / factor),
                (own, None) => own,
            };
        } else if let Some(factor) = codes.factor(&code, &line.code.per(&day), None) {
            // Told as an amount in a time. How little that may be is not known: it may be given every other week.
            let most = line.day.unwrap_or(line.range.1) / factor;
            range = Some(range.map_or((0.0, most), |r| (0.0, r.1.max(most))));
        }
    }
    let Some((least, mut most)) = range else { return };
    let rhythm = of_drug(&links.rhythms, drug)
        .iter()
        .map(|(_, rhythm)| *rhythm)
        .find(|r| desk.entity(*r).span.start >= entity.span.end && desk.between(dose, *r).len() <= RHYTHM);
    // Without a rhythm, the dose may be that of a day.
    if let (None, Some(daily)) = (rhythm, daily) {
        most = most.max(daily);
    }
    let operands = || {
        vec![
            Operand { entity: dose, field: number_field(entity) },
            Operand { entity: drug, field: Field::Name },
        ]
    };
    let below = low.to_f64() < least * (1.0 - 1e-9) && low.to_f64() > 0.0;
    let above = high.to_f64() > most * (1.0 + 1e-9);
    let expected_dose = expected(least, most, unit);
    if below || above {
        let silence = silence.get_or_insert_with(|| silenced(desk)).or(around(desk, dose));
        if (below && silence.below) || (above && silence.above) {
            return;
        }
        let reading = reading(codes, lines.iter().filter(by_route).collect(), unit, low, high);
        let mut message = format!(
            "{name} {:?} is {} what is given at one time, {}",
            desk.words(dose),
            if below { "less than" } else { "more than" },
            in_words(&expected_dose)
        );
        let suggestion = reading.map(|unit| {
            message.push_str(&format!("; {low} {unit} would fit"));
            Suggestion { entity: dose, value: Some(low), unit }
        });
        let evidence = Evidence { operands: operands(), expected: Some(expected_dose), suggestion };
        desk.raise((NAME, "dose-implausible", Severity::Warning), message, evidence);
        return;
    }
    desk.hold(NAME, || Evidence { operands: operands(), expected: Some(expected_dose), suggestion: None });
    let Some(most) = daily else { return };
    let Some((rhythm, times)) = rhythm.and_then(|r| Some((r, times_a_day(desk, r)?))) else { return };
    let of_day = high.to_f64() * times;
    let range = expected(f64::NEG_INFINITY, most, &format!("{unit}/d"));
    let operands = || {
        let mut all = operands();
        all.push(Operand { entity: rhythm, field: Field::Count });
        all
    };
    if of_day <= most * (1.0 + 1e-9) {
        desk.hold(DAILY, || Evidence { operands: operands(), expected: Some(range), suggestion: None });
        return;
    }
    if silence.get_or_insert_with(|| silenced(desk)).or(around(desk, dose)).above {
        return;
    }
    let message = format!(
        "{name} {:?} {:?} is {} {unit} in a day; {} is given",
        desk.words(dose),
        desk.words(rhythm),
        Decimal::rounded(of_day, 4),
        in_words(&range)
    );
    let evidence = Evidence { operands: operands(), expected: Some(range), suggestion: None };
    desk.raise((DAILY, "dose-implausible", Severity::Warning), message, evidence);
}

/// Whether words beside the dose say that it is no dose of one time.
fn around(desk: &Desk<'_, '_>, dose: u32) -> Silence {
    let (before, after) = (words::before(desk, dose, AROUND.0), words::after(desk, dose, AROUND.1));
    let words = format!("{before} {after}").to_lowercase();
    let mut silence = Silence::default();
    for (cue, own) in &desk.tables.doses.cues {
        if words::has(&words, cue) {
            silence = silence.or(*own);
        }
    }
    silence
}

/// How often in a day, the least where a range is told.
fn times_a_day(desk: &Desk<'_, '_>, rhythm: u32) -> Option<f64> {
    let value = &desk.entity(rhythm).value;
    let number = |field| value.number(field).map(|n| n.to_f64());
    let count = number(Field::Count).or_else(|| number(Field::Low)).unwrap_or(1.0);
    let period = number(Field::PeriodMax).or_else(|| number(Field::Period)).unwrap_or(1.0);
    let codes = &desk.tables.units;
    let unit = codes.code(value.text(Field::PeriodUnit)?)?;
    let days = period * codes.factor(&unit, &codes.code(DAY)?, None)?;
    // Given once a week, a dose is no daily one.
    (days > 0.0 && days <= 1.0).then(|| count / days).filter(|times| *times <= OFTEN)
}

/// Whether the report tells of something that explains doses that nobody orders.
fn silenced(desk: &Desk<'_, '_>) -> Silence {
    let mut silence = Silence::default();
    let exceptions = &desk.tables.doses.exceptions;
    for kind in [EntityType::Disease, EntityType::Finding, EntityType::Procedure] {
        for index in desk.of(kind) {
            let name = desk.entity(*index).value.text(Field::Name).unwrap_or_default();
            if let Some((_, own)) = exceptions.get(name).filter(|(of, _)| *of == kind) {
                silence.above |= own.above;
                silence.below |= own.below;
            }
        }
    }
    silence
}

/// The unit in which the number would be a dose of this drug, where there is one alone: first of those that differ
/// by a prefix, then of those in which the drug is given at all.
fn reading(codes: &Codes, lines: Vec<&Line>, unit: &str, low: Decimal, high: Decimal) -> Option<String> {
    let fits = |ucum: &str| {
        let Some(code) = codes.code(ucum) else { return false };
        lines.iter().any(|line| {
            codes.factor(&code, &line.code, None).is_some_and(|factor| {
                line.range.0 <= low.to_f64() * factor && high.to_f64() * factor <= line.range.1
            })
        })
    };
    // Nobody writes thousands of the smaller unit.
    if low.to_f64() >= 1000.0 {
        return None;
    }
    let (first, rest) = unit.split_at(unit.find('/').unwrap_or(unit.len()));
    let prefixed: Vec<String> = match MASSES.contains(&first) {
        true => MASSES
            .iter()
            .filter(|mass| **mass != first)
            .map(|mass| format!("{mass}{rest}"))
            .filter(|ucum| fits(ucum))
            .collect(),
        false => Vec::new(),
    };
    match &prefixed[..] {
        [alone] => return Some(alone.clone()),
        [] => {}
        _ => return None,
    }
    let mut others: Vec<&str> =
        lines.iter().map(|line| &*line.unit).filter(|ucum| *ucum != unit && fits(ucum)).collect();
    others.sort_unstable();
    others.dedup();
    match others[..] {
        [alone] => Some(alone.to_owned()),
        _ => None,
    }
}
