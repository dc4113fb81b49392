//! What stands at each token beside its word: entries of vocabularies, numbers, quantities.

use super::number::{self, Number};
use crate::grammar::Grammar;
use crate::grammar::lexicon::Hit;
use crate::grammar::lexicon::trie::Opening;
use crate::grammar::program::Sign;
use crate::grammar::units::{Unit, Units};
use crate::model::Decimal;
use crate::segment::token::{CAPITAL, Class, LINE, LOWER, SPACE, Token};
use crate::segment::words::role;

/// A number or range, with or without a unit.
#[derive(Clone, Copy, Debug)]
pub struct Quantity {
    /// First token, with a comparator before the number.
    pub from: u32,
    /// First token of the number.
    pub start: u32,
    /// One past the last token.
    pub end: u32,
    /// The number, or the lower end.
    pub low: Decimal,
    /// The upper end of a range.
    pub high: Option<Decimal>,
    /// The entry of the comparator before it.
    pub comparator: Option<u32>,
    /// Its unit.
    pub unit: Option<Unit>,
    /// Whether it is an ordinal: "second", "2nd".
    pub ordinal: bool,
    /// Whether it is written without a decimal point.
    pub whole: bool,
    /// Whether letters in it were read as digits.
    pub repaired: bool,
    /// Whether its unit is a short spelling without proof.
    pub unproven: bool,
}

/// Where the edges of one token are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Edges {
    /// First hit and how many.
    pub hits: (u32, u16),
    /// First quantity and how many.
    pub quantities: (u32, u16),
}

/// All that stands at the tokens of one text.
#[derive(Debug, Default)]
pub struct Lattice {
    /// By token: index into `edges`, 0 for none.
    at: Vec<u32>,
    edges: Vec<Edges>,
    /// By token: what stands there.
    signs: Vec<Sign>,
    openings: Vec<Opening>,
    /// All entries found.
    pub hits: Vec<Hit>,
    /// All numbers and quantities; those of one token with the longest first.
    pub quantities: Vec<Quantity>,
}

impl Lattice {
    /// Fills the lattice for `tokens`.
    pub fn fill(&mut self, grammar: &Grammar, text: &str, tokens: &[Token]) {
        self.at.clear();
        self.at.resize(tokens.len() + 1, 0);
        self.edges.clear();
        self.edges.push(Edges::default());
        self.hits.clear();
        self.quantities.clear();
        let comparator = grammar.comparator;
        // The last comparator and where it ends.
        let mut pending: Option<(u32, u32, usize)> = None;
        let mut skip_numbers = 0;
        // Where the last name ends that has a number for its last word ("CA 125").
        let mut named = 0;
        self.openings.clear();
        for (at, token) in (0..).zip(tokens) {
            let number = token.class == Class::Number || token.roles & role::BEGINS_NUMBER != 0;
            let small = token.flags & (CAPITAL | LOWER) == LOWER;
            let entry =
                token.roles & role::BEGINS_ENTRY != 0 && !(small && token.roles & role::CAPITAL_ENTRY != 0);
            if entry || number {
                self.openings.push(Opening::at(at, entry, number));
            }
        }
        let mut openings = std::mem::take(&mut self.openings);
        grammar.lexicon.open(text, tokens, &mut openings);
        for opening in &openings {
            let Opening { at, number, .. } = *opening;
            if opening.is_empty() && !number {
                continue;
            }
            let at = at as usize;
            let first_hit = self.hits.len();
            grammar.lexicon.find(&grammar.sources, text, tokens, opening, &mut self.hits);
            let hits = (first_hit as u32, (self.hits.len() - first_hit) as u16);
            if hits.1 > 0
                && let Some(hit) = self.hits[first_hit..].iter().find(|h| Some(h.vocabulary) == comparator)
            {
                pending = Some((hit.entry, hit.end, at));
            }
            for hit in &self.hits[first_hit..] {
                let end = hit.end as usize;
                if end > named && end > at + 1 && tokens[end - 1].class == Class::Number {
                    named = end;
                }
            }
            let first_quantity = self.quantities.len();
            if at >= skip_numbers
                && number
                && let Some(number) = number::read(grammar, text, tokens, at)
            {
                let sign = pending.filter(|(_, end, _)| *end as usize == at);
                self.quantities(
                    &grammar.units,
                    grammar,
                    text,
                    tokens,
                    &number,
                    sign.map(|(entry, _, from)| (entry, from as u32)),
                );
                skip_numbers = number.end as usize;
                // What follows a name is no part of its number: "CA 125 340 U/mL", "CA 19-9 250 U/mL".
                if at < named {
                    self.quantities.extract_if(first_quantity.., |q| q.end as usize > named).for_each(drop);
                    skip_numbers = skip_numbers.min(named);
                }
                // The comparator begins the quantity too.
                if let Some((_, _, from)) = sign {
                    let quantities = (first_quantity as u32, (self.quantities.len() - first_quantity) as u16);
                    match self.at[from] {
                        0 => {
                            self.at[from] = self.edges.len() as u32;
                            self.edges.push(Edges { hits: (0, 0), quantities });
                        }
                        edge => self.edges[edge as usize].quantities = quantities,
                    }
                }
            }
            let quantities = (first_quantity as u32, (self.quantities.len() - first_quantity) as u16);
            if hits.1 > 0 || quantities.1 > 0 {
                self.at[at] = self.edges.len() as u32;
                self.edges.push(Edges { hits, quantities });
            }
        }
        self.openings = openings;
        for hit in &mut self.hits {
            hit.marks = grammar.lexicon.marks(hit.entry);
        }
        self.sign_all(tokens);
    }

    fn sign_all(&mut self, tokens: &[Token]) {
        self.signs.clear();
        self.signs.extend(tokens.iter().map(|token| {
            let class = match token.class {
                Class::Word => Sign::LETTERS,
                Class::Number => Sign::DIGITS,
                Class::Mark => Sign::MARK,
                Class::Abbreviation => Sign::default(),
            };
            let capital = if token.has(CAPITAL) { Sign::CAPITAL } else { Sign::default() };
            let unit = if token.roles & role::BEGINS_UNIT != 0 { Sign::UNIT } else { Sign::default() };
            Sign::ANYWHERE.and(Sign::TOKEN).and(class).and(capital).and(unit).and(Sign::word(token.word))
        }));
        for (token, edge) in self.at.iter().enumerate().filter(|(_, e)| **e != 0) {
            let edges = self.edges[*edge as usize];
            let sign = &mut self.signs[token];
            for hit in &self.hits[edges.hits.0 as usize..][..usize::from(edges.hits.1)] {
                *sign = sign.and(Sign::vocabulary(hit.vocabulary));
            }
            for quantity in &self.quantities[edges.quantities.0 as usize..][..usize::from(edges.quantities.1)]
            {
                *sign = sign.and(if quantity.unit.is_some() { Sign::QUANTITY } else { Sign::NUMBER });
            }
        }
    }

    /// What stands at all tokens.
    pub(crate) fn signs(&self) -> &[Sign] {
        &self.signs
    }

    /// What stands at a token.
    pub(crate) fn sign(&self, token: usize) -> Sign {
        self.signs[token]
    }

    /// The edges of a token, if it has any.
    pub fn edges(&self, token: usize) -> Option<&Edges> {
        match self.at.get(token) {
            None | Some(0) => None,
            Some(&at) => Some(&self.edges[at as usize]),
        }
    }

    /// The entries of these edges, longest first.
    pub(crate) fn hits_of(&self, edges: &Edges) -> &[Hit] {
        &self.hits[edges.hits.0 as usize..][..usize::from(edges.hits.1)]
    }

    /// The numbers and quantities of these edges.
    pub(crate) fn quantities_of(&self, edges: &Edges) -> &[Quantity] {
        &self.quantities[edges.quantities.0 as usize..][..usize::from(edges.quantities.1)]
    }

    /// The entries that begin at a token, longest first.
    pub fn hits_at(&self, token: usize) -> &[Hit] {
        self.edges(token).map_or(&[], |edges| self.hits_of(edges))
    }

    /// Puts these entries, the longest first, in the place of those that begin at a token.
    pub(crate) fn replace_hits(&mut self, token: usize, hits: &[Hit]) {
        let first = self.hits.len() as u32;
        self.hits.extend_from_slice(hits);
        if self.at[token] == 0 {
            self.at[token] = self.edges.len() as u32;
            self.edges.push(Edges::default());
        }
        self.edges[self.at[token] as usize].hits = (first, hits.len() as u16);
        for hit in hits {
            self.signs[token] = self.signs[token].and(Sign::vocabulary(hit.vocabulary));
        }
    }

    /// The numbers and quantities that begin at a token.
    pub fn quantities_at(&self, token: usize) -> &[Quantity] {
        self.edges(token).map_or(&[], |edges| self.quantities_of(edges))
    }

    /// Adds a number in all the ways in which it can be read: range with unit, range, number with unit, number.
    fn quantities(
        &mut self,
        units: &Units,
        grammar: &Grammar,
        text: &str,
        tokens: &[Token],
        number: &Number,
        comparator: Option<(u32, u32)>,
    ) {
        let base = Quantity {
            from: comparator.map_or(number.start, |(_, from)| from),
            start: number.start,
            end: number.end,
            low: number.value,
            high: None,
            comparator: comparator.map(|(entry, _)| entry),
            unit: None,
            ordinal: number.ordinal,
            whole: number.whole,
            repaired: number.repaired,
            unproven: false,
        };
        if !number.ordinal {
            let own_units = unit_at(units, text, tokens, number.end as usize);
            if let Some((second, own_unit)) = range_end(grammar, text, tokens, number, &own_units) {
                let range = Quantity {
                    high: Some(second.value),
                    end: second.end,
                    whole: number.whole && second.whole,
                    repaired: number.repaired || second.repaired,
                    ..base
                };
                for (unit, unproven) in unit_at(units, text, tokens, second.end as usize) {
                    let ends = match own_unit {
                        None => Some((number.value, second.value, unit)),
                        Some(own) => units.in_one((number.value, own), (second.value, unit)),
                    };
                    if let Some((low, high, one)) = ends {
                        let high = Some(high);
                        self.quantities.push(Quantity {
                            low,
                            high,
                            end: unit.end,
                            unit: Some(one),
                            unproven,
                            ..range
                        });
                    }
                }
                if own_unit.is_none() {
                    self.quantities.push(range);
                }
            }
            for (unit, unproven) in own_units {
                self.quantities.push(Quantity { end: unit.end, unit: Some(unit), unproven, ..base });
            }
        }
        self.quantities.push(base);
    }
}

type Found = smallvec::SmallVec<[(Unit, bool); 4]>;

/// The units right after a number, with or without a hyphen between, and whether each lacks proof.
fn unit_at(units: &Units, text: &str, tokens: &[Token], end: usize) -> Found {
    let mut out = Found::new();
    let Some(next) = tokens.get(end) else { return out };
    let hyphen = next.class == Class::Mark && !next.has(SPACE) && is_dash(next.span().of(text));
    let from = if hyphen && tokens.get(end + 1).is_some_and(|t| !t.has(SPACE)) { end + 1 } else { end };
    let next = &tokens[from];
    // A unit on the next line belongs to another cell.
    if next.has(LINE) && next.has(CAPITAL) || next.roles & role::BEGINS_UNIT == 0 {
        return out;
    }
    for unit in units.parse(text, tokens, from) {
        let unproven = unit.guarded && !Units::proven(tokens, from, unit.end as usize);
        out.push((unit, unproven));
    }
    out
}

pub(super) fn is_dash(mark: &str) -> bool {
    matches!(mark, "-" | "–" | "—" | "−" | "‐" | "‑" | "~" | "∼" | "～")
}

/// The second number of a range that begins with `first`, and the unit of the first number where it has one of
/// its own ("4 cm to 5 cm", "5 mm to 2 cm").
fn range_end(
    grammar: &Grammar,
    text: &str,
    tokens: &[Token],
    first: &Number,
    own: &[(Unit, bool)],
) -> Option<(Number, Option<Unit>)> {
    let joint = |at: usize| -> Option<usize> {
        let token = tokens.get(at)?;
        let mark = token.class == Class::Mark && is_dash(token.span().of(text));
        (mark || grammar.numbers.is_range_word(token.word)).then_some(at + 1)
    };
    let number_at = |at: usize| -> Option<Number> {
        let token = tokens.get(at)?;
        if token.class != Class::Number && token.roles & role::BEGINS_NUMBER == 0 {
            return None;
        }
        number::read(grammar, text, tokens, at).filter(|n| !n.ordinal)
    };
    if let Some(second) = joint(first.end as usize).and_then(number_at) {
        // "12-13-2004" and "3-4-5" are no ranges.
        let tight = |at: &usize| tokens.get(*at).is_some_and(|t| !t.has(SPACE));
        let again = joint(second.end as usize).filter(tight).and_then(number_at).is_some();
        if !again || !tokens[first.end as usize].class.eq(&Class::Mark) {
            return Some((second, None));
        }
        return None;
    }
    for (unit, _) in own {
        if let Some(second) = joint(unit.end as usize).and_then(number_at) {
            return Some((second, Some(*unit)));
        }
    }
    None
}
