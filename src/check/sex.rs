//! Organs, diseases and procedures of the other sex.

use super::desk::{Desk, Evidence};
use super::table::Rows;
use crate::model::{EntityType, Field, Operand, Severity, Status, Subject};
use rustc_hash::FxHashMap;

pub(super) const COLUMNS: &[&str] = &["type", "name", "sex"];

const NAME: &str = "sex";

/// To which sex a name belongs.
#[derive(Debug, Default)]
pub(super) struct Bound(FxHashMap<Box<str>, (EntityType, Box<str>)>);

impl Bound {
    pub(super) fn load(rows: Rows<'_, '_>) -> Self {
        let mut bound = Bound::default();
        rows.each(|row| {
            let kind = row.kind(0)?;
            if bound.0.insert(row.text(1).into(), (kind, row.text(2).into())).is_some() {
                row.error(format!("{} stands twice", row.text(1)));
            }
            Some(())
        });
        bound
    }
}

pub(super) fn check(desk: &mut Desk<'_, '_>) {
    let bound = &desk.tables.bound.0;
    if bound.is_empty() {
        return;
    }
    for kind in [EntityType::Disease, EntityType::Procedure, EntityType::Measurement] {
        for at in 0..desk.of(kind).len() {
            let index = desk.of(kind)[at];
            let entity = desk.entity(index);
            let field = if kind == EntityType::Measurement { Field::Analyte } else { Field::Name };
            let Some(sex) = desk.patient_of(index).sex else { continue };
            let assertion = entity.assertion;
            if assertion.subject != Subject::Patient || assertion.status != Status::Present {
                continue;
            }
            let name = entity.value.text(field).unwrap_or_default();
            let Some((_, own)) = bound.get(name).filter(|(of, own)| *of == kind && **own != *sex) else {
                continue;
            };
            let Some(told) = desk.sex_entity(index) else { continue };
            let message =
                format!("{:?} is of the other sex: the patient is {sex}, not {own}", desk.words(index));
            let operands =
                vec![Operand { entity: index, field }, Operand { entity: told, field: Field::Code }];
            let evidence = Evidence { operands, expected: None, suggestion: None };
            desk.raise((NAME, "conflict", Severity::Warning), message, evidence);
        }
    }
}
