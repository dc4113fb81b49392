//! Checks of what a report says: sums, doses, ranges. A check looks at facts and raises issues; it changes nothing.
//!
//! To add one, write its file and name it in [`CHECKS`]. What is clinical about it (limits, formulas, doses) stands in
//! `grammars/limits.tsv` and `grammars/check/`.

mod birth;
mod body;
mod boost;
mod conversion;
mod course;
mod desk;
mod dose;
mod formula;
mod gene;
mod lifetime;
mod limit;
mod part;
mod percentage;
mod quantity;
mod radiotherapy;
mod range;
mod sex;
mod table;
mod unit;
mod volume;
mod words;

use crate::grammar::Grammar;
use crate::grammar::source::Sources;
use crate::grammar::units::Units;
use crate::model::Report;
use desk::Desk;
pub(crate) use table::Wrong;

/// The checks, in the order in which they are made.
const CHECKS: &[fn(&mut Desk<'_, '_>)] = &[
    range::check,
    formula::check,
    conversion::check,
    percentage::check,
    part::check,
    volume::check,
    radiotherapy::check,
    boost::check,
    dose::check,
    course::check,
    body::check,
    quantity::check,
    lifetime::check,
    birth::check,
    sex::check,
    gene::check,
];

/// All that the checks know, from the tables of a grammar set.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    units: unit::Codes,
    limits: limit::Limits,
    low_values: limit::LowValues,
    understood: limit::Understood,
    formulas: formula::Formulas,
    molar: conversion::MolarMasses,
    radiotherapy: radiotherapy::Table,
    doses: dose::Doses,
    quantities: quantity::Table,
    volumes: volume::Volumes,
    words: words::Words,
    bodies: body::Bodies,
    bound: sex::Bound,
    genes: gene::Genes,
}

impl Tables {
    /// Reads the tables; also returns what is wrong with them.
    pub(crate) fn load(sources: &Sources, units: &Units) -> (Self, Vec<Wrong>) {
        let mut read = table::Reader { sources, wrong: Vec::new() };
        let units = unit::Codes::load(units, read.rows("check/dimension.tsv", unit::COLUMNS));
        let limits = limit::Limits::load(read.rows("limits.tsv", limit::COLUMNS), &units);
        let low_values = limit::LowValues::load(read.rows("check/low_value.tsv", limit::LOW_COLUMNS), &units);
        let understood =
            limit::Understood::load(read.rows("check/unit_understood.tsv", limit::UNDERSTOOD_COLUMNS));
        let formulas = formula::Formulas::load(read.rows("check/formula.tsv", formula::COLUMNS), &units);
        let molar = conversion::MolarMasses::load(read.rows("check/molar_mass.tsv", conversion::COLUMNS));
        let radiotherapy =
            radiotherapy::Table::load(read.rows("check/radiotherapy.tsv", radiotherapy::COLUMNS), &units);
        let mut doses = dose::Doses::load(read.rows("check/dose.tsv", dose::COLUMNS), &units);
        doses.load_exceptions(read.rows("check/dose_exception.tsv", dose::EXCEPTION_COLUMNS));
        let quantities = quantity::Table::load(read.rows("check/quantity.tsv", quantity::COLUMNS), &units);
        let volumes = volume::Volumes::load(read.rows("check/volume.tsv", volume::COLUMNS));
        let words = words::Words::load(read.rows("check/word.tsv", words::COLUMNS));
        let bodies = body::Bodies::load(read.rows("check/body.tsv", body::COLUMNS), &units);
        let bound = sex::Bound::load(read.rows("check/sex.tsv", sex::COLUMNS));
        let tables = Tables {
            units,
            limits,
            low_values,
            understood,
            formulas,
            molar,
            radiotherapy,
            doses,
            quantities,
            volumes,
            words,
            bodies,
            bound,
            genes: gene::Genes::default(),
        };
        (tables, read.wrong)
    }
}

/// Makes all checks on a report; lists those that held if asked.
pub(crate) fn check(grammar: &Grammar, report: &mut Report<'_>, listing: bool) {
    let mut desk = Desk::new(grammar, report, listing);
    for check in CHECKS {
        check(&mut desk);
    }
    let (mut issues, mut held) = desk.close();
    if !issues.is_empty() {
        report.issues.append(&mut issues);
        report.issues.sort_by_key(|issue| issue.entities.first().copied());
    }
    held.sort_by_key(|check| check.operands.first().map(|operand| operand.entity));
    report.checks = held;
}
