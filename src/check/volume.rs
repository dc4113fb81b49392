//! A volume beside three lengths: it is less than that of the box around them, and not much less.

use super::desk::{Desk, Evidence, expected, in_words};
use super::table::Rows;
use crate::model::{EntityType, Field, FieldValue, Operand, Severity};
use rustc_hash::FxHashSet;

pub(super) const COLUMNS: &[&str] = &["analyte"];

const NAME: &str = "size-volume";

/// How much of its box something fills: an ellipsoid a half; what is longer and bent, less.
const FILLED: (f64, f64) = (0.15, 1.1);

/// How many bytes of text may lie between size and volume.
const GAP: u32 = 60;

/// Litres in a cubic metre, the base units of volume and length.
const LITRES: f64 = 1000.0;

/// Analytes that are volumes of something that has a size.
#[derive(Debug, Default)]
pub(super) struct Volumes(FxHashSet<Box<str>>);

impl Volumes {
    pub(super) fn load(rows: Rows<'_, '_>) -> Self {
        let mut volumes = Volumes::default();
        rows.each(|row| {
            if !volumes.0.insert(row.text(0).into()) {
                row.error(format!("{} stands twice", row.text(0)));
            }
            Some(())
        });
        volumes
    }
}

pub(super) fn check(desk: &mut Desk<'_, '_>) {
    let sizes = desk.of(EntityType::Size).len();
    let mut next = 0;
    for at in 0..desk.of(EntityType::Measurement).len() {
        let index = desk.of(EntityType::Measurement)[at];
        let entity = desk.entity(index);
        if !entity.value.text(Field::Analyte).is_some_and(|name| desk.tables.volumes.0.contains(name)) {
            continue;
        }
        // Sizes and measurements both stand in the order of the text.
        while next < sizes && desk.of(EntityType::Size)[next] < index {
            next += 1;
        }
        let around = [next.checked_sub(1), Some(next)];
        let near = around.into_iter().flatten().filter_map(|at| desk.of(EntityType::Size).get(at).copied());
        let near = near.min_by_key(|size| desk.gap(index, *size));
        if let Some(size) = near.filter(|size| desk.gap(index, *size) <= GAP) {
            judge(desk, index, size);
        }
    }
}

fn judge(desk: &mut Desk<'_, '_>, volume: u32, size: u32) {
    let (told, sized) = (&desk.entity(volume).value, &desk.entity(size).value);
    let Some(FieldValue::Numbers(lengths)) = sized.get(Field::Dimensions) else { return };
    let (Some(unit), Some(value)) = (told.text(Field::Unit), told.number(Field::Value)) else { return };
    let codes = &desk.tables.units;
    let Some(length) = sized.text(Field::Unit).and_then(|unit| codes.code(unit)) else { return };
    let Some(code) = codes.code(unit).filter(|code| code.dimensions == desk.tables.units.volume()) else {
        return;
    };
    if lengths.len() != 3 || told.text(Field::Comparator).is_some() {
        return;
    }
    let metres: f64 = lengths.iter().map(|number| number.to_f64() * length.factor).product();
    let whole = metres * LITRES / code.factor;
    let range = expected(FILLED.0 * whole, FILLED.1 * whole, unit);
    let operands = || {
        vec![
            Operand { entity: volume, field: Field::Value },
            Operand { entity: size, field: Field::Dimensions },
        ]
    };
    if (FILLED.0 * whole..=FILLED.1 * whole).contains(&value.to_f64()) {
        desk.hold(NAME, || Evidence { operands: operands(), expected: Some(range), suggestion: None });
        return;
    }
    let message = format!(
        "{:?} does not go with {:?}: expected {}",
        desk.words(volume),
        desk.words(size),
        in_words(&range)
    );
    let evidence = Evidence { operands: operands(), expected: Some(range), suggestion: None };
    desk.raise((NAME, "conflict", Severity::Warning), message, evidence);
}
