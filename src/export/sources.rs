//! The way back from a value to its words, for formats of one file for each patient.

use super::{Document, Losses};
use crate::model::EntityId;
use crate::run::Entity;
use rustc_hash::FxHashSet;

/// Entities that a file names.
pub(super) type Named = FxHashSet<EntityId>;

/// The entities of these ids; notes that they are named.
pub(super) fn sources<'s, 'd: 's>(
    document: &'s Document<'d>,
    ids: &'s [EntityId],
    named: &'s mut Named,
) -> impl Iterator<Item = &'d Entity> + use<'s, 'd> {
    ids.iter().filter_map(move |id| {
        let entity = document.entity(*id)?;
        named.insert(*id);
        Some(entity)
    })
}

/// What all such formats leave out.
pub(super) fn losses(document: &Document<'_>, named: &Named, losses: &mut Losses) {
    let record = document.record;
    losses.add("conflicts between two places", record.cases.iter().map(|case| case.conflicts.len()).sum());
    losses.add("entities that no file names", record.entities.len().saturating_sub(named.len()));
    losses.add("issues", record.issues.len());
    losses.add("sections", record.sections.len());
    losses.add("reports without a case record", usize::from(record.cases.is_empty()));
}
