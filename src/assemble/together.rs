//! Drugs that were given together as one course that the text gives no name.

use super::facts::Facts;
use crate::grammar::record::Use;
use crate::model::{EntityType, Field, RelationType, Status};
use rustc_hash::FxHashMap;

/// Groups of drugs that stand together and are each part of a regimen where given with another; in the order of the
/// text. Drugs of a named regimen are in none.
pub(super) fn together(facts: &Facts<'_, '_>) -> Vec<Vec<u32>> {
    let mut groups: Vec<Vec<u32>> = Vec::new();
    let mut group_of: FxHashMap<u32, usize> = FxHashMap::default();
    for (number, entity) in facts.of(EntityType::Drug) {
        let named = facts.leads(number, RelationType::PartOf).next().is_some();
        if named || entity.assertion.status == Status::Absent || facts.use_of(entity).0 != Use::Combined {
            continue;
        }
        // Relations lead to drugs that were told before, and so are in their group already.
        let first = facts
            .leads(number, RelationType::GivenWith)
            .filter(|other| facts.entity(*other).assertion == entity.assertion)
            .find_map(|other| group_of.get(&other).copied());
        let at = first.unwrap_or_else(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[at].push(number);
        group_of.insert(number, at);
    }
    let name = |number: &u32| facts.entity(*number).value.text(Field::Name);
    groups.retain(|group| group.iter().any(|other| name(other) != name(&group[0])));
    groups
}
