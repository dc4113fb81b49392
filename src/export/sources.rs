//! The way back from a value to its words, for formats of one file for each patient; and what they leave out of the
//! record beside the facts of a case.

use super::terms::Codes;
use super::{Document, Losses, head};
use crate::model::case::{Lesion, LesionSize};
use crate::model::{EntityId, Status, Subject, Time};
use crate::run::Entity;
use rustc_hash::FxHashSet;
use std::borrow::Cow;

/// Entities that a file names, each once.
#[derive(Default)]
pub(super) struct Named<'d> {
    ids: FxHashSet<EntityId>,
    entities: Vec<&'d Entity>,
}

/// The entities of these ids; notes that they are named.
pub(super) fn sources<'s, 'd: 's>(
    document: &'s Document<'d>,
    ids: &'s [EntityId],
    named: &'s mut Named<'d>,
) -> impl Iterator<Item = &'d Entity> + use<'s, 'd> {
    ids.iter().filter_map(move |id| {
        let entity = document.entity(*id)?;
        if named.ids.insert(*id) {
            named.entities.push(entity);
        }
        Some(entity)
    })
}

/// The words of a size, then those of its lesion that are of no size. A size that names none has those of its lesion.
pub(super) fn words_of_size<'c>(lesion: &'c Lesion, size: &'c LesionSize) -> Cow<'c, [EntityId]> {
    if size.entities.is_empty() {
        return Cow::Borrowed(&lesion.entities);
    }
    let of_none = |id: &&EntityId| !lesion.sizes.iter().any(|size| size.entities.contains(id));
    let mut own = lesion.entities.iter().filter(of_none).peekable();
    match own.peek() {
        None => Cow::Borrowed(&size.entities),
        Some(_) => size.entities.iter().chain(own).copied().collect(),
    }
}

/// Counts what is left out of entities of which no more than their words are written.
pub(super) fn details<'e>(entities: impl Iterator<Item = &'e Entity>, losses: &mut Losses) {
    let (mut types, mut fields, mut places, mut meant, mut sections) = (0, 0, 0, 0, 0);
    for entity in entities {
        let assertion = &entity.assertion;
        types += 1;
        fields += entity.value.iter().count();
        places += entity.parts.len();
        meant += usize::from(assertion.status != Status::Present)
            + usize::from(assertion.subject != Subject::Patient)
            + usize::from(assertion.time != Time::Current)
            + usize::from(assertion.relative.is_some())
            + usize::from(entity.case.is_some());
        sections += usize::from(!entity.section.is_empty());
    }
    losses.add("types of entities", types);
    losses.add("fields of entities", fields);
    losses.add("places of fields", places);
    losses.add("assertions and patients of entities", meant);
    losses.add("sections of entities", sections);
}

/// What all such formats leave out.
pub(super) fn losses(document: &Document<'_>, named: &Named<'_>, codes: &Codes<'_>, losses: &mut Losses) {
    let record = document.record;
    losses.add("conflicts between two places", record.cases.iter().map(|case| case.conflicts.len()).sum());
    losses.add("entities that no file names", record.entities.len().saturating_sub(named.ids.len()));
    losses.add("issues", record.issues.len());
    losses.add("checks that held", record.checks.len());
    losses.add("sections", record.sections.len());
    losses.add("relations", record.relations.len());
    if record.cases.is_empty() {
        losses.add("reports without a case record", 1);
        head::losses(document, &[], losses);
    }
    details(named.entities.iter().copied(), losses);
    codes.losses(&named.entities, losses);
}
