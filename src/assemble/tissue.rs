//! What tissue and genes showed.

use super::facts::{Facts, add, fill, text};
use crate::model::case::{CopyNumber, Fusion, Ihc, Msi, Pathology, Rearrangement, Stage, Tmb, Variant};
use crate::model::{EntityId, EntityType, Field};

/// Adds a leaf to those that are there, or its entities to the leaf that says the same.
fn put<T>(
    all: &mut Vec<T>,
    leaf: T,
    same: impl Fn(&T, &T) -> bool,
    entities: impl Fn(&mut T) -> &mut Vec<EntityId>,
) {
    let mut leaf = leaf;
    match all.iter_mut().find(|other| same(other, &leaf)) {
        Some(other) => {
            let more: Vec<u32> = entities(&mut leaf).iter().map(|e| e.0).collect();
            add(entities(other), more);
        }
        None => all.push(leaf),
    }
}

/// Pathology and molecular results.
pub(super) fn pathology(facts: &Facts<'_, '_>) -> Pathology {
    let mut out = Pathology::default();
    for &number in &facts.chosen {
        let entity = facts.entity(number);
        let (value, status) = (&entity.value, entity.assertion.status);
        // Most facts belong elsewhere, so that this is made only for those that do not.
        let entities = || vec![EntityId(number)];
        match entity.kind {
            EntityType::Ihc => ihc(&mut out.ihc, facts, number),
            EntityType::Fusion => {
                let leaf = Fusion {
                    five_prime: text(value, Field::FivePrime),
                    three_prime: text(value, Field::ThreePrime),
                    hgvs: text(value, Field::Hgvs),
                    status,
                    entities: entities(),
                };
                let same = |a: &Fusion, b: &Fusion| {
                    (&a.five_prime, &a.three_prime, &a.hgvs, a.status)
                        == (&b.five_prime, &b.three_prime, &b.hgvs, b.status)
                };
                put(&mut out.fusions, leaf, same, |leaf| &mut leaf.entities);
            }
            EntityType::Rearrangement => {
                let leaf = Rearrangement {
                    gene: text(value, Field::Gene),
                    translocation: text(value, Field::Translocation),
                    status,
                    entities: entities(),
                };
                let same = |a: &Rearrangement, b: &Rearrangement| {
                    (&a.gene, &a.translocation, a.status) == (&b.gene, &b.translocation, b.status)
                };
                put(&mut out.rearrangements, leaf, same, |leaf| &mut leaf.entities);
            }
            EntityType::Variant => {
                let leaf = Variant {
                    gene: text(value, Field::Gene),
                    hgvs: text(value, Field::Hgvs),
                    status,
                    entities: entities(),
                };
                let same =
                    |a: &Variant, b: &Variant| (&a.gene, &a.hgvs, a.status) == (&b.gene, &b.hgvs, b.status);
                put(&mut out.variants, leaf, same, |leaf| &mut leaf.entities);
            }
            EntityType::CopyNumber => {
                let Some(gene) = text(value, Field::Gene) else { continue };
                let leaf = CopyNumber {
                    gene,
                    change: text(value, Field::Change),
                    copies: value.number(Field::Copies),
                    status,
                    entities: entities(),
                };
                let same = |a: &CopyNumber, b: &CopyNumber| {
                    (&a.gene, &a.change, a.copies, a.status) == (&b.gene, &b.change, b.copies, b.status)
                };
                put(&mut out.copy_numbers, leaf, same, |leaf| &mut leaf.entities);
            }
            EntityType::Stage => {
                let Some(code) = text(value, Field::Code) else { continue };
                let leaf = Stage { system: text(value, Field::System), code, entities: entities() };
                let same = |a: &Stage, b: &Stage| (&a.system, &a.code) == (&b.system, &b.code);
                put(&mut out.stages, leaf, same, |leaf| &mut leaf.entities);
            }
            EntityType::Msi => {
                let Some(state) = text(value, Field::Status) else { continue };
                match &mut out.msi {
                    Some(msi) if msi.status == state && msi.assertion == status => {
                        add(&mut msi.entities, [number]);
                    }
                    Some(_) => {}
                    None => out.msi = Some(Msi { status: state, assertion: status, entities: entities() }),
                }
            }
            EntityType::Tmb => {
                let told = Tmb {
                    value: value.number(Field::Value),
                    low: value.number(Field::Low),
                    high: value.number(Field::High),
                    unit: text(value, Field::Unit),
                    comparator: text(value, Field::Comparator),
                    result: text(value, Field::Result),
                    entities: entities(),
                };
                tmb(&mut out.tmb, told);
            }
            _ => {}
        }
    }
    out
}

/// The burden is one: words and number, or the number twice, are put together.
fn tmb(known: &mut Option<Tmb>, told: Tmb) {
    let Some(known) = known else {
        *known = Some(told);
        return;
    };
    let figures = |t: &Tmb| (t.value, t.low, t.high);
    let silent = (None, None, None);
    if figures(known) != figures(&told) && figures(known) != silent && figures(&told) != silent {
        return;
    }
    if figures(known) == silent {
        (known.value, known.low, known.high) = figures(&told);
        known.unit = told.unit;
        known.comparator = told.comparator;
    }
    fill(&mut known.result, told.result);
    add(&mut known.entities, told.entities.iter().map(|e| e.0));
}

fn ihc(all: &mut Vec<Ihc>, facts: &Facts<'_, '_>, number: u32) {
    let value = &facts.entity(number).value;
    let (Some(marker), Some(result)) = (text(value, Field::Marker), text(value, Field::Result)) else {
        return;
    };
    let leaf = Ihc {
        marker,
        result,
        extent: text(value, Field::Extent),
        percent: value.number(Field::Percent),
        low: value.number(Field::Low),
        high: value.number(Field::High),
        comparator: text(value, Field::Comparator),
        entities: vec![EntityId(number)],
    };
    // A place that tells less than another is taken to speak of the same stain.
    let figures = |i: &Ihc| (i.percent, i.low, i.high);
    let silent = (None, None, None);
    let same = all.iter_mut().find(|other| {
        other.marker == leaf.marker
            && other.result == leaf.result
            && (figures(other) == figures(&leaf) || figures(other) == silent || figures(&leaf) == silent)
            && (other.extent == leaf.extent || other.extent.is_none() || leaf.extent.is_none())
    });
    let Some(same) = same else {
        all.push(leaf);
        return;
    };
    if figures(same) == silent {
        (same.percent, same.low, same.high) = figures(&leaf);
        same.comparator = leaf.comparator;
    }
    fill(&mut same.extent, leaf.extent);
    add(&mut same.entities, [number]);
}
