//! A part that is more than its whole: "14 of 9 lymph nodes".

use super::desk::{Desk, Evidence, in_words};
use super::words::Kind;
use crate::model::{Decimal, EntityType, Expected, Field, Operand, Severity};

const NAME: &str = "part-of-whole";

pub(super) fn check(desk: &mut Desk<'_, '_>) {
    for at in 0..desk.of(EntityType::Ratio).len() {
        let index = desk.of(EntityType::Ratio)[at];
        let ratio = &desk.entity(index).value;
        let (Some(part), Some(whole)) = (ratio.number(Field::Numerator), ratio.number(Field::Denominator))
        else {
            continue;
        };
        // "A ratio of 3 to 1" has no whole.
        if !desk.tables.words.say(Kind::Share, &desk.words(index)) {
            continue;
        }
        let range = Expected { low: Some(Decimal::integer(0)), high: Some(whole), unit: String::new() };
        let operands = || {
            vec![
                Operand { entity: index, field: Field::Numerator },
                Operand { entity: index, field: Field::Denominator },
            ]
        };
        if part <= whole {
            desk.hold(NAME, || Evidence { operands: operands(), expected: Some(range), suggestion: None });
            continue;
        }
        let message =
            format!("{:?}: a part of {whole} is {}, not {part}", desk.words(index), in_words(&range));
        let evidence = Evidence { operands: operands(), expected: Some(range), suggestion: None };
        desk.raise((NAME, "sum-mismatch", Severity::Warning), message, evidence);
    }
}
