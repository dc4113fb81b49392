//! Facts to the records of patients: mentions of one thing become one leaf, with all entities that it came from.
//!
//! Only what the report says of a patient goes in. Nothing is guessed: a dose belongs to a drug, a size to a lesion
//! where a relation says so. What the record leaves out, and under which heading a concept stands, is decided by the
//! tables below `grammars/record/`.

mod calendar;
mod concepts;
mod facts;
mod figures;
mod happening;
mod outcome;
mod solve;
mod timeline;
mod tissue;
mod together;
mod treatments;

use crate::grammar::record::Record;
use crate::model::{Case, Issue, Report, Span};
use facts::Facts;

/// The record of each patient, and what in them cannot be right. `sentences` cover the text in order.
pub(crate) fn assemble(
    tables: &Record,
    report: &Report<'_>,
    sentences: impl Iterator<Item = Span>,
) -> (Vec<Case>, Vec<Issue>) {
    let sentences: Vec<Span> = sentences.collect();
    let mut facts = Facts::new(tables, report, &sentences);
    let mut cases = Vec::new();
    let mut issues = Vec::new();
    for (number, chosen) in facts.by_patient() {
        facts.chosen = chosen;
        cases.push(case(&facts, number, &mut issues));
    }
    (cases, issues)
}

/// The record of the patient whom the chosen facts are about.
fn case(facts: &Facts<'_, '_>, number: u16, issues: &mut Vec<Issue>) -> Case {
    let (patient, conflicts) = figures::patient(facts);
    let concepts = concepts::concepts(facts);
    let timeline = timeline::timeline(facts, &patient, issues);
    let outcome = outcome::outcome(facts, &concepts);
    let (findings, diagnoses, metastases) = concepts.into_parts();
    Case {
        id: format!("C{number}"),
        patient,
        findings,
        diagnoses,
        metastases,
        measurements: figures::measurements(facts),
        lesions: figures::lesions(facts),
        pathology: tissue::pathology(facts),
        treatments: treatments::treatments(facts),
        timeline,
        outcome,
        conflicts,
    }
}
