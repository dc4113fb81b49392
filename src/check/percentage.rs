//! A part of a whole that is told as a percentage, too: "12 of 45 cells (26.7 %)".

use super::desk::{Desk, Evidence, expected, in_words};
use crate::model::{EntityType, Field, Operand, Severity};

const NAME: &str = "count-percentage";

/// How many bytes may stand between the two: ` patients (`.
const GAP: usize = 30;

/// Percentages are often cut and not rounded: how many halves of the last digit they may be off.
const CUT: f64 = 2.0;

pub(super) fn check(desk: &mut Desk<'_, '_>) {
    let (ratios, percentages) = (desk.of(EntityType::Ratio).len(), desk.of(EntityType::Percentage).len());
    let mut next = 0;
    for at in 0..ratios {
        let ratio = desk.of(EntityType::Ratio)[at];
        while next < percentages && desk.of(EntityType::Percentage)[next] < ratio {
            next += 1;
        }
        if next < percentages {
            let percentage = desk.of(EntityType::Percentage)[next];
            if belongs(desk.between(ratio, percentage)) {
                judge(desk, ratio, percentage);
                continue;
            }
        }
        if next > 0 {
            let percentage = desk.of(EntityType::Percentage)[next - 1];
            if desk.between(percentage, ratio).trim() == "(" {
                judge(desk, ratio, percentage);
            }
        }
    }
}

/// Whether what follows in brackets belongs to what stands before them, by the text between.
fn belongs(between: &str) -> bool {
    between.len() <= GAP
        && between.trim_end().ends_with(['(', '='])
        && !between.contains(|c: char| c.is_ascii_digit() || ".;:,".contains(c))
}

fn judge(desk: &mut Desk<'_, '_>, ratio: u32, percentage: u32) {
    let (parts, told) = (&desk.entity(ratio).value, &desk.entity(percentage).value);
    let number = |field| parts.number(field).map(|n| n.to_f64());
    let (Some(part), Some(whole)) = (number(Field::Numerator), number(Field::Denominator)) else { return };
    let Some(percent) = told.number(Field::Value).filter(|_| told.text(Field::Comparator).is_none()) else {
        return;
    };
    if whole <= 0.0 {
        return;
    }
    let share = 100.0 * part / whole;
    let range = expected(share, share, "%");
    let operands = || {
        vec![
            Operand { entity: percentage, field: Field::Value },
            Operand { entity: ratio, field: Field::Numerator },
            Operand { entity: ratio, field: Field::Denominator },
        ]
    };
    if (share - percent.to_f64()).abs() <= CUT * percent.rounding() {
        desk.hold(NAME, || Evidence { operands: operands(), expected: Some(range), suggestion: None });
        return;
    }
    let (share, told) = (desk.words(ratio), desk.words(percentage));
    let message = format!("{share:?} are {}, not {told:?}", in_words(&range));
    let evidence = Evidence { operands: operands(), expected: Some(range), suggestion: None };
    desk.raise((NAME, "sum-mismatch", Severity::Warning), message, evidence);
}
