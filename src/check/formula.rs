//! Values of which the text tells more than arithmetic allows: parts and their total, a ratio and its terms, a part
//! that exceeds its whole. Which analytes hang together how is told by a table.
//!
//! Numbers are taken as intervals, as wide as they were rounded, so that 33 % and 33.3 % agree.

use super::desk::{Desk, Evidence, expected, in_words};
use super::range::is_measured;
use super::table::{Row, Rows};
use super::unit::{Code, Codes};
use crate::model::{Entity, EntityType, Field, Operand, Severity, Status, Subject};
use rustc_hash::FxHashMap;

pub(super) const COLUMNS: &[&str] =
    &["name", "code", "left", "relation", "right", "units", "tolerance", "gap"];

/// Several values of one analyte nearby are several samples; only these few are looked at.
const CANDIDATES: usize = 3;

#[derive(Debug)]
enum Factor {
    Number(f64),
    /// Index into the formula's terms.
    Term(usize),
    Square(usize),
}

/// Factors and divisors with a sign.
#[derive(Debug)]
struct Product {
    sign: f64,
    /// Each with whether it divides.
    factors: Vec<(bool, Factor)>,
}

/// What a formula needs to know of one measurement.
#[derive(Debug)]
struct Term {
    analyte: u16,
    laterality: Option<Box<str>>,
    unit: Option<Code>,
}

#[derive(Debug)]
struct Formula {
    name: &'static str,
    code: &'static str,
    at_most: bool,
    /// The left side first.
    terms: Vec<Term>,
    /// Products that are added.
    products: Vec<Product>,
    /// How far the sides may lie apart beyond rounding, as a part of the left side.
    tolerance: f64,
    /// How many bytes of text may lie between the left side and another term.
    gap: u32,
}

/// All formulas.
#[derive(Debug, Default)]
pub(super) struct Formulas {
    all: Vec<Formula>,
    analytes: FxHashMap<Box<str>, u16>,
    /// By analyte: the formulas with it on their left side.
    of: Vec<Vec<u16>>,
}

impl Formulas {
    pub(super) fn load(rows: Rows<'_, '_>, units: &Codes) -> Self {
        let mut formulas = Formulas::default();
        rows.each(|row| {
            let at_most = match row.text(3) {
                "=" => false,
                "<=" => true,
                other => {
                    row.error(format!("{other:?} is neither = nor <="));
                    return None;
                }
            };
            let mut codes = Vec::new();
            for unit in row.text(5).split('|').filter(|unit| !unit.is_empty()) {
                codes.push(units.code_of(row, unit)?);
            }
            let tolerance = row.number(6)?;
            let gap = row.number(7)? as u32;
            let mut terms = vec![formulas.term(row.text(2))];
            let products = formulas.right(row, &mut terms)?;
            if !codes.is_empty() && codes.len() != terms.len() {
                row.error(format!("{} units for {} terms", codes.len(), terms.len()));
                return None;
            }
            for (term, code) in terms.iter_mut().zip(codes) {
                term.unit = Some(code);
            }
            let of = terms[0].analyte;
            let formula = Formula {
                // Loaded once for the life of the program.
                name: leak(row.text(0)),
                code: leak(row.text(1)),
                at_most,
                terms,
                products,
                tolerance,
                gap,
            };
            formulas.of[usize::from(of)].push(formulas.all.len() as u16);
            formulas.all.push(formula);
            Some(())
        });
        formulas
    }

    /// `GFR`, `GFR(left)`.
    fn term(&mut self, text: &str) -> Term {
        let (name, laterality) = match text.strip_suffix(')').and_then(|t| t.rsplit_once('(')) {
            Some((name, side)) => (name, Some(side.into())),
            None => (text, None),
        };
        let next = self.analytes.len() as u16;
        let analyte = *self.analytes.entry(name.into()).or_insert(next);
        if analyte == next {
            self.of.push(Vec::new());
        }
        Term { analyte, laterality, unit: None }
    }

    /// `a + b`, `a / b^2`, `a - b - c`, with spaces around the signs.
    fn right(&mut self, row: &mut Row<'_, '_>, terms: &mut Vec<Term>) -> Option<Vec<Product>> {
        let text = row.text(4);
        let mut products = vec![Product { sign: 1.0, factors: Vec::new() }];
        let mut divides = false;
        let mut rest = text;
        loop {
            let end = [" + ", " - ", " * ", " / "].iter().filter_map(|sign| rest.find(sign)).min();
            let word = &rest[..end.unwrap_or(rest.len())];
            if word.is_empty() {
                row.error(format!("{text:?} lacks a term"));
                return None;
            }
            let factor = match (word.parse(), word.strip_suffix("^2")) {
                (Ok(number), _) => Factor::Number(number),
                (_, square) => {
                    terms.push(self.term(square.unwrap_or(word)));
                    let at = terms.len() - 1;
                    if square.is_some() { Factor::Square(at) } else { Factor::Term(at) }
                }
            };
            products.last_mut()?.factors.push((divides, factor));
            let Some(end) = end else { return Some(products) };
            match &rest[end..end + 3] {
                " + " => products.push(Product { sign: 1.0, factors: Vec::new() }),
                " - " => products.push(Product { sign: -1.0, factors: Vec::new() }),
                sign => {
                    divides = sign == " / ";
                    rest = &rest[end + 3..];
                    continue;
                }
            }
            divides = false;
            rest = &rest[end + 3..];
        }
    }
}

fn leak(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// A measurement that some formula has a term for.
#[derive(Clone, Copy)]
struct Known {
    index: u32,
    analyte: u16,
}

pub(super) fn check(desk: &mut Desk<'_, '_>) {
    let formulas = &desk.tables.formulas;
    if formulas.all.is_empty() {
        return;
    }
    let mut known: Vec<Known> = Vec::new();
    for index in desk.of(EntityType::Measurement) {
        let entity = desk.entity(*index);
        let analyte = entity.value.text(Field::Analyte).and_then(|name| formulas.analytes.get(name));
        if let Some(analyte) = analyte.filter(|_| is_measured_in_patient(entity)) {
            known.push(Known { index: *index, analyte: *analyte });
        }
    }
    if known.len() < 2 {
        return;
    }
    for at in 0..known.len() {
        for number in &formulas.of[usize::from(known[at].analyte)] {
            apply(desk, &formulas.all[usize::from(*number)], &known, at);
        }
    }
}

/// Whether a number stands there that was measured in the patient, without "about" and "more than".
pub(super) fn is_measured_in_patient(entity: &Entity<'_>) -> bool {
    is_measured(entity)
        && entity.assertion.subject == Subject::Patient
        && entity.assertion.status == Status::Present
        && entity.value.number(Field::Value).is_some()
        && entity.value.text(Field::Comparator).is_none()
}

fn fits(entity: &Entity<'_>, term: &Term) -> bool {
    entity.value.text(Field::Laterality) == term.laterality.as_deref()
}

fn apply(desk: &mut Desk<'_, '_>, formula: &Formula, known: &[Known], at: usize) {
    let left = known[at].index;
    let entity = desk.entity(left);
    if !fits(entity, &formula.terms[0]) {
        return;
    }
    let mut picked = vec![left];
    let mut alone = true;
    for term in &formula.terms[1..] {
        let mut found: [u32; CANDIDATES] = [0; CANDIDATES];
        let mut count = 0;
        let mut nearest = u32::MAX;
        let mut offer = |other: &Known| -> bool {
            let candidate = desk.entity(other.index);
            let gap = candidate.span.start.saturating_sub(entity.span.end)
                + entity.span.start.saturating_sub(candidate.span.end);
            if gap > formula.gap || candidate.section != entity.section || candidate.case != entity.case {
                return false;
            }
            if other.analyte == term.analyte && fits(candidate, term) && count < CANDIDATES {
                if gap < nearest {
                    nearest = gap;
                    found[..=count].rotate_right(1);
                    found[0] = other.index;
                } else {
                    found[count] = other.index;
                }
                count += 1;
            }
            true
        };
        let _ = known[at + 1..].iter().all(&mut offer);
        let _ = known[..at].iter().rev().all(&mut offer);
        if count == 0 {
            return;
        }
        let value = |index: u32| desk.entity(index).value.number(Field::Value);
        alone &= found[1..count].iter().all(|index| value(*index) == value(found[0]));
        picked.push(found[0]);
    }
    let twin = |other: &&Known| {
        let candidate = desk.entity(other.index);
        let gap = candidate.span.start.saturating_sub(entity.span.end)
            + entity.span.start.saturating_sub(candidate.span.end);
        other.index != left
            && other.analyte == known[at].analyte
            && gap <= formula.gap
            && fits(candidate, &formula.terms[0])
            && candidate.value.number(Field::Value) != entity.value.number(Field::Value)
    };
    let near = known[at.saturating_sub(8)..(at + 8).min(known.len())].iter();
    let mut near = near.filter(twin);
    alone &= near.next().is_none();
    judge(desk, formula, &picked, alone);
}

/// An interval.
type Span = (f64, f64);

fn judge(desk: &mut Desk<'_, '_>, formula: &Formula, picked: &[u32], alone: bool) {
    let codes = &desk.tables.units;
    let unit_of = |index: u32| desk.entity(index).value.text(Field::Unit).unwrap_or_default();
    let left_unit = unit_of(picked[0]);
    let Some(left_code) = codes.code(left_unit) else { return };
    let mut values: Vec<Span> = Vec::with_capacity(picked.len());
    let mut scale = 1.0;
    for (place, (index, term)) in picked.iter().zip(&formula.terms).enumerate() {
        let Some(code) = codes.code(unit_of(*index)) else { return };
        let Some(number) = desk.entity(*index).value.number(Field::Value) else { return };
        let Some(factor) = codes.factor(&code, term.unit.as_ref().unwrap_or(&left_code), None) else {
            return;
        };
        if place == 0 {
            scale = factor;
        }
        let (value, half) = (number.to_f64(), number.rounding());
        values.push(((value - half) * factor, (value + half) * factor));
    }
    let right = evaluate(formula, &values);
    let left = values[0];
    if !right.0.is_finite() || !right.1.is_finite() {
        return;
    }
    let slack = formula.tolerance * left.0.abs().max(left.1.abs());
    let holds = left.0 - slack <= right.1 && (formula.at_most || right.0 <= left.1 + slack);
    let points: Vec<Span> =
        values.iter().map(|(low, high)| ((low + high) / 2.0, (low + high) / 2.0)).collect();
    let range = || {
        let (_, exact) = evaluate(formula, &points);
        let low = if formula.at_most { f64::NEG_INFINITY } else { exact / scale };
        expected(low, exact / scale, left_unit)
    };
    let operands = || picked.iter().map(|e| Operand { entity: *e, field: Field::Value }).collect();
    if holds {
        desk.hold(formula.name, || Evidence {
            operands: operands(),
            expected: Some(range()),
            suggestion: None,
        });
    } else if alone {
        let range = range();
        let told: Vec<String> = picked.iter().map(|index| told(desk, *index)).collect();
        let message = format!(
            "{} does not agree with {}: expected {}",
            told[0],
            told[1..].join(" and "),
            in_words(&range)
        );
        let evidence = Evidence { operands: operands(), expected: Some(range), suggestion: None };
        desk.raise((formula.name, formula.code, Severity::Warning), message, evidence);
    }
}

/// `left GFR "57.7ml/min"`
fn told(desk: &Desk<'_, '_>, index: u32) -> String {
    let value = &desk.entity(index).value;
    let side = value.text(Field::Laterality).map(|side| format!("{side} ")).unwrap_or_default();
    format!("{side}{} {:?}", value.text(Field::Analyte).unwrap_or_default(), desk.words(index))
}

fn evaluate(formula: &Formula, values: &[Span]) -> Span {
    let mut sum = (0.0, 0.0);
    for Product { sign, factors } in &formula.products {
        let mut product: Span = (1.0, 1.0);
        for (divides, factor) in factors {
            let own = match factor {
                Factor::Number(number) => (*number, *number),
                Factor::Term(at) => values[*at],
                Factor::Square(at) => times(values[*at], values[*at]),
            };
            product = times(product, if *divides { (1.0 / own.1, 1.0 / own.0) } else { own });
        }
        let signed = times(product, (*sign, *sign));
        sum = (sum.0 + signed.0, sum.1 + signed.1);
    }
    sum
}

fn times(a: Span, b: Span) -> Span {
    let all = [a.0 * b.0, a.0 * b.1, a.1 * b.0, a.1 * b.1];
    (all.iter().copied().fold(f64::INFINITY, f64::min), all.iter().copied().fold(f64::NEG_INFINITY, f64::max))
}
