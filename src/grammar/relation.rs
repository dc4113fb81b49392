//! Compiled relation rules.

use super::program::Program;
use super::rule::{CompiledGuard, GuardTest};
use super::syntax::{Example, Place, Side, Within};
use crate::model::{Entity, EntityType, Field, FieldValue, RelationType};
use std::sync::Arc;

/// A rule that links facts, ready to run.
#[derive(Debug)]
pub struct CompiledRelation {
    /// `relation/file/rule`.
    pub id: String,
    /// What it makes.
    pub kind: RelationType,
    /// The file it stands in.
    pub file: String,
    /// Where its name stands.
    pub place: Place,
    /// Whether the relation leads from the partner to the seeker.
    pub(crate) reversed: bool,
    pub(crate) seekers: Facts,
    pub(crate) side: Side,
    pub(crate) partners: Facts,
    pub(crate) within: Within,
    pub(crate) most: u32,
    /// Sub-programs.
    pub(crate) across: Option<u32>,
    pub(crate) not_across: Option<u32>,
    pub(crate) through: Option<u32>,
    /// Types, a bit each.
    pub(crate) over: u64,
    pub(crate) not_over: u64,
    pub(crate) guards: Vec<CompiledGuard>,
    pub(crate) seeker_guards: Vec<CompiledGuard>,
    pub(crate) partner_guards: Vec<CompiledGuard>,
    pub(crate) seeker_list: Option<List>,
    pub(crate) partner_list: Option<List>,
    /// Types, a bit each.
    pub(crate) alike: u64,
    pub(crate) in_order: bool,
    pub(crate) once: bool,
    pub(crate) also: bool,
    /// Its tests.
    pub examples: Arc<Vec<Example>>,
}

impl CompiledRelation {
    /// All that decides what it links, as text; two rules that have it in common do the same.
    pub(crate) fn conditions(&self, programs: &[Program]) -> String {
        let program = |number: u32| format!("{:?}", programs[number as usize].insts);
        let guards = |guards: &[CompiledGuard]| -> Vec<String> {
            guards
                .iter()
                .map(|g| match &g.test {
                    GuardTest::Before(p) => format!("{} before {}", g.negated, program(*p)),
                    GuardTest::After(p) => format!("{} after {}", g.negated, program(*p)),
                    GuardTest::Sentence(p) => format!("{} with {}", g.negated, program(*p)),
                    GuardTest::Opening(p) => format!("{} opening {}", g.negated, program(*p)),
                    GuardTest::Report(p) => format!("{} report {}", g.negated, program(*p)),
                    other => format!("{} {other:?}", g.negated),
                })
                .collect()
        };
        let lists = [self.seeker_list, self.partner_list].map(|l| l.map(|l| (program(l.separator), l.over)));
        let patterns = [self.across, self.not_across, self.through].map(|p| p.map(program));
        format!(
            "{:?} {} {:?} {:?} {:?} {:?} {} {patterns:?} {} {} {:?} {:?} {:?} {lists:?} {} {} {}",
            self.kind,
            self.reversed,
            self.seekers,
            self.side,
            self.partners,
            self.within,
            self.most,
            self.over,
            self.not_over,
            guards(&self.guards),
            guards(&self.seeker_guards),
            guards(&self.partner_guards),
            self.alike,
            self.in_order,
            self.once,
        )
    }
}

/// What may stand between two facts of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List {
    pub(crate) separator: u32,
    /// Types, a bit each.
    pub(crate) over: u64,
}

/// The facts that one end of a relation may be.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// Types, a bit each.
    pub(crate) types: u64,
    /// What a type's fields must hold, where a rule says so.
    pub(crate) fields: Vec<FieldTest>,
}

/// `class=false`, `category!=imaging`
#[derive(Debug)]
pub(crate) struct FieldTest {
    pub(crate) kind: EntityType,
    pub(crate) field: Field,
    pub(crate) negated: bool,
    pub(crate) values: Vec<String>,
}

impl Facts {
    /// Whether a fact is one of them.
    pub(crate) fn fit(&self, entity: &Entity<'_>) -> bool {
        self.types >> entity.kind as u8 & 1 == 1
            && self.fields.iter().all(|test| {
                test.kind != entity.kind
                    || test.values.iter().any(|v| holds(entity.value.get(test.field), v)) != test.negated
            })
    }
}

/// Whether a field holds these words. What is not there is false, and is not there.
fn holds(value: Option<&FieldValue<'_>>, wanted: &str) -> bool {
    match value {
        Some(FieldValue::Text(text)) => text == wanted,
        Some(FieldValue::Flag(flag)) => (wanted == "true") == *flag,
        Some(FieldValue::Number(number)) => number.to_string() == wanted,
        Some(FieldValue::Integers(_) | FieldValue::Numbers(_)) => wanted == "any",
        None => matches!(wanted, "false" | "none"),
    }
}
