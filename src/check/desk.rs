//! What a check sees, and where it puts what it found.

use super::Tables;
use crate::grammar::Grammar;
use crate::model::{
    Check, Decimal, Entity, EntityType, Expected, Field, Issue, Operand, Report, Severity, Status, Subject,
    Suggestion,
};

/// A year, as UCUM has it.
const YEAR: &str = "a";

/// The patient, as far as it is one and the report says it clearly.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patient<'a> {
    /// From the youngest to the oldest age that is told of the patient, in years; all ages if none is told.
    pub(super) age: (f64, f64),
    /// Whether an age is told.
    pub(super) aged: bool,
    /// The sex, where the report tells one alone.
    pub(super) sex: Option<&'a str>,
}

/// One report under examination.
pub(super) struct Desk<'a, 'x> {
    pub(super) grammar: &'a Grammar,
    pub(super) tables: &'a Tables,
    pub(super) report: &'a Report<'x>,
    /// By the number of the case; the first stands for facts that belong to none.
    patients: Vec<Patient<'a>>,
    /// Indices of the entities, those of one type together.
    order: Vec<u32>,
    /// Where each type begins in `order`.
    starts: Vec<u32>,
    issues: Vec<Issue>,
    held: Vec<Check>,
    listing: bool,
}

/// What a check has to say beside code and words.
#[derive(Default)]
pub(super) struct Evidence {
    pub(super) operands: Vec<Operand>,
    pub(super) expected: Option<Expected>,
    pub(super) suggestion: Option<Suggestion>,
}

impl<'a, 'x> Desk<'a, 'x> {
    pub(super) fn new(grammar: &'a Grammar, report: &'a Report<'x>, listing: bool) -> Self {
        let mut starts = vec![0u32; EntityType::ALL.len() + 1];
        for entity in &report.entities {
            starts[entity.kind as usize + 1] += 1;
        }
        for kind in 0..EntityType::ALL.len() {
            starts[kind + 1] += starts[kind];
        }
        let mut next = starts.clone();
        let mut order = vec![0u32; report.entities.len()];
        for (index, entity) in (0u32..).zip(&report.entities) {
            let at = &mut next[entity.kind as usize];
            order[*at as usize] = index;
            *at += 1;
        }
        let mut desk = Desk {
            grammar,
            tables: &grammar.checks,
            report,
            patients: Vec::new(),
            order,
            starts,
            issues: Vec::new(),
            held: Vec::new(),
            listing,
        };
        let cases = report.entities.iter().filter_map(|entity| entity.case).max().unwrap_or(0);
        desk.patients = (0..=cases).map(|case| desk.patient((case > 0).then_some(case))).collect();
        desk
    }

    /// The entities of one type, in the order of the text.
    pub(super) fn of(&self, kind: EntityType) -> &[u32] {
        &self.order[self.starts[kind as usize] as usize..self.starts[kind as usize + 1] as usize]
    }

    pub(super) fn entity(&self, index: u32) -> &'a Entity<'x> {
        &self.report.entities[index as usize]
    }

    /// The words of an entity, on one line.
    pub(super) fn words(&self, index: u32) -> String {
        self.report.words(self.entity(index)).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Whether the fact is said of a person whom the report is about, and said to be so.
    pub(super) fn counts(&self, entity: &Entity<'_>) -> bool {
        entity.assertion.subject != Subject::Literature
            && !matches!(entity.assertion.status, Status::Hypothetical | Status::Conditional)
    }

    /// The text between two entities, the earlier first; empty where they overlap.
    pub(super) fn between(&self, first: u32, second: u32) -> &'a str {
        let (from, to) = (self.entity(first).span.end as usize, self.entity(second).span.start as usize);
        if from > to { "" } else { &self.report.text[from..to] }
    }

    /// How many bytes lie between two entities.
    pub(super) fn gap(&self, one: u32, other: u32) -> u32 {
        let (one, other) = (self.entity(one).span, self.entity(other).span);
        one.start.saturating_sub(other.end) + other.start.saturating_sub(one.end)
    }

    /// The patient whom a fact is about.
    pub(super) fn patient_of(&self, index: u32) -> &Patient<'a> {
        &self.patients[usize::from(self.entity(index).case.unwrap_or(0))]
    }

    /// Where the sex of the patient of a fact is told.
    pub(super) fn sex_entity(&self, index: u32) -> Option<u32> {
        let case = self.entity(index).case;
        self.of(EntityType::Sex).iter().copied().find(|sex| {
            let sex = self.entity(*sex);
            sex.case == case && sex.assertion.subject == Subject::Patient
        })
    }

    /// The patient of a case; without a number, whom all facts without one are about.
    fn patient(&self, case: Option<u16>) -> Patient<'a> {
        let mut patient = Patient { age: (f64::INFINITY, 0.0), aged: false, sex: None };
        let own = |entity: &Entity<'_>| {
            entity.case == case
                && entity.assertion.subject == Subject::Patient
                && entity.assertion.status == Status::Present
        };
        for index in self.of(EntityType::Age) {
            let entity = self.entity(*index);
            let Some((low, high)) = span_of(entity).filter(|_| own(entity)) else { continue };
            let unit = entity.value.text(Field::Unit).unwrap_or(YEAR);
            let code = |ucum| self.tables.units.code(ucum);
            let Some(factor) = code(unit)
                .zip(code(YEAR))
                .and_then(|(own, year)| self.tables.units.factor(&own, &year, None))
            else {
                continue;
            };
            patient.age.0 = patient.age.0.min(low.to_f64() * factor);
            patient.age.1 = patient.age.1.max(high.to_f64() * factor);
            patient.aged = true;
        }
        if !patient.aged {
            patient.age = (0.0, f64::INFINITY);
        }
        for index in self.of(EntityType::Sex) {
            let entity = self.entity(*index);
            let Some(sex) = entity.value.text(Field::Code).filter(|_| own(entity)) else { continue };
            match patient.sex {
                Some(known) if known != sex => {
                    patient.sex = None;
                    break;
                }
                _ => patient.sex = Some(sex),
            }
        }
        patient
    }

    /// Something is doubtful. The message is only put together here, where there is one.
    pub(super) fn raise(
        &mut self,
        (check, code, severity): (&'static str, &'static str, Severity),
        message: String,
        evidence: Evidence,
    ) {
        let mut entities: Vec<u32> = evidence.operands.iter().map(|operand| operand.entity).collect();
        entities.sort_unstable();
        entities.dedup();
        self.issues.push(Issue {
            check: Some(check.into()),
            operands: evidence.operands,
            expected: evidence.expected,
            suggestion: evidence.suggestion,
            ..Issue::new(code, severity, message, entities)
        });
    }

    /// A check held. `evidence` is only asked for where such checks are listed.
    pub(super) fn hold(&mut self, check: &'static str, evidence: impl FnOnce() -> Evidence) {
        if self.listing {
            let Evidence { operands, expected, .. } = evidence();
            self.held.push(Check { name: check.into(), operands, expected });
        }
    }

    /// All issues and all that held.
    pub(super) fn close(self) -> (Vec<Issue>, Vec<Check>) {
        (self.issues, self.held)
    }
}

/// The number of a quantity as a range from itself to itself, or its range.
pub(super) fn span_of(entity: &Entity<'_>) -> Option<(Decimal, Decimal)> {
    let number = |field| entity.value.number(field);
    match number(Field::Value) {
        Some(value) => Some((value, value)),
        None => number(Field::Low).zip(number(Field::High)),
    }
}

/// The field that holds the number of a quantity.
pub(super) fn number_field(entity: &Entity<'_>) -> Field {
    if entity.value.number(Field::Value).is_some() { Field::Value } else { Field::High }
}

/// A range that a value had to be in.
pub(super) fn expected(low: f64, high: f64, unit: &str) -> Expected {
    let bound = |number: f64| number.is_finite().then(|| Decimal::rounded(number, 4));
    let unit = if unit == "1" { "" } else { unit };
    Expected { low: bound(low), high: bound(high), unit: unit.to_owned() }
}

/// A range in words: "0.1 to 8 mg/dL", "at most 8 mg/dL".
pub(super) fn in_words(expected: &Expected) -> String {
    let gap = if expected.unit.is_empty() { "" } else { " " };
    let unit = &expected.unit;
    match (expected.low, expected.high) {
        (Some(low), Some(high)) if low == high => format!("{low}{gap}{unit}"),
        (Some(low), Some(high)) => format!("{low} to {high}{gap}{unit}"),
        (Some(low), None) => format!("at least {low}{gap}{unit}"),
        (None, Some(high)) => format!("at most {high}{gap}{unit}"),
        (None, None) => "any value".to_owned(),
    }
}
