//! What lies between two facts.

use crate::grammar::relation::{CompiledRelation, List};
use crate::model::Entity;
use crate::recognise::matcher::{Machine, View};
use crate::segment::Segments;

/// The facts of a text and where they stand.
#[derive(Clone, Copy)]
pub(super) struct Facts<'d, 'x> {
    pub(super) view: View<'d>,
    pub(super) segments: &'d Segments,
    /// In tokens.
    pub(super) places: &'d [(u32, u32)],
    pub(super) entities: &'d [Entity<'x>],
}

/// The tokens between two facts, and the facts that may lie there.
#[derive(Clone, Copy)]
pub(super) struct Gap {
    pub(super) from: u32,
    pub(super) to: u32,
    facts: (usize, usize),
}

impl Facts<'_, '_> {
    /// What lies between two facts, the first of which begins first; `None` where they overlap.
    pub(super) fn gap(&self, first: usize, second: usize) -> Option<Gap> {
        let (from, to) = (self.places[first].1, self.places[second].0);
        (from <= to).then_some(Gap { from, to, facts: (first + 1, second) })
    }

    /// The types of the facts that lie wholly in a gap, as bits.
    pub(super) fn types(&self, gap: Gap) -> u64 {
        (gap.facts.0..gap.facts.1)
            .filter(|&n| gap.from <= self.places[n].0 && self.places[n].1 <= gap.to)
            .fold(0, |all, n| all | 1 << self.entities[n].kind as u8)
    }

    /// Whether a rule allows what lies between.
    pub(super) fn allows(&self, rule: &CompiledRelation, gap: Gap, machine: &mut Machine) -> bool {
        if gap.to - gap.from > rule.most || rule.not_over != 0 && self.types(gap) & rule.not_over != 0 {
            return false;
        }
        if let Some(program) = rule.across
            && !self.consists_of(gap, program, rule.over, machine)
        {
            return false;
        }
        if let Some(program) = rule.not_across
            && self.holds(gap, program, machine)
        {
            return false;
        }
        rule.through.is_none_or(|program| self.holds(gap, program, machine))
    }

    /// Whether two facts are neighbours in a list.
    pub(super) fn joined(&self, first: usize, second: usize, list: List, machine: &mut Machine) -> bool {
        self.gap(first, second).is_some_and(|gap| {
            gap.from < gap.to
                && gap.to - gap.from <= WIDEST
                && self.consists_of(gap, list.separator, list.over, machine)
        })
    }

    /// Whether a pattern begins and ends somewhere in the gap.
    fn holds(&self, gap: Gap, program: u32, machine: &mut Machine) -> bool {
        (gap.from..gap.to).any(|t| {
            machine.sub(self.view, program, t as usize, gap.to as usize).is_some_and(|e| e > t as usize)
        })
    }

    /// Whether nothing but what the pattern matches, again and again, and facts of some types fills the gap.
    fn consists_of(&self, gap: Gap, program: u32, over: u64, machine: &mut Machine) -> bool {
        let mut at = gap.from;
        let mut next = gap.facts.0;
        while at < gap.to {
            // The longest fact of such a type that begins here.
            let mut beyond = at;
            while next < gap.facts.1 && self.places[next].0 <= at {
                let (start, end) = self.places[next];
                if start == at && end <= gap.to && over >> self.entities[next].kind as u8 & 1 == 1 {
                    beyond = beyond.max(end);
                }
                next += 1;
            }
            if beyond == at {
                match machine.sub(self.view, program, at as usize, gap.to as usize) {
                    Some(end) if end > at as usize => beyond = end as u32,
                    _ => return false,
                }
            }
            at = beyond;
        }
        true
    }
}

/// Neighbours in a list lie at most so many tokens apart.
const WIDEST: u32 = 40;
