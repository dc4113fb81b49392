//! One relation rule over the facts of one place.

use super::Stage;
use super::gap::Facts;
use crate::grammar::relation::{CompiledRelation, List};
use crate::grammar::rule::CompiledGuard;
use crate::grammar::syntax::{Side, Within};
use crate::model::Relation;
use crate::recognise::first_failed;
use smallvec::SmallVec;
use std::ops::Range;

/// No partner on that side.
const NONE: u32 = u32::MAX;
/// A list has at most so many facts.
const LONGEST: usize = 32;

const SEEKS: u8 = 1;
const PARTNER: u8 = 2;

impl<'x> Stage<'_, '_, 'x> {
    /// Links the facts of a range as one rule says.
    pub(super) fn seek(&mut self, rule: &'x CompiledRelation, range: Range<usize>) {
        if !self.roles(rule, range.clone()) {
            return;
        }
        if rule.side == Side::Inside {
            return self.inside(rule, range);
        }
        self.neighbours(rule, range.clone());
        if rule.in_order {
            return self.in_order(rule, range);
        }
        // Shared partners come from the neighbour that was served before.
        let backwards = rule.side == Side::Before;
        let order = |step: usize| if backwards { range.end - 1 - step } else { range.start + step };
        let mut last: Option<usize> = None;
        for number in (0..range.len()).map(order) {
            if self.scratch.roles[number - range.start] & SEEKS == 0 {
                continue;
            }
            let open = rule.also || self.scratch.linked[number] >> rule.kind as u8 & 1 == 0;
            if open
                && !self.find(rule, number, &range)
                && let Some(list) = rule.seeker_list
            {
                self.share(rule, number, last, list);
            }
            last = Some(number);
        }
        if rule.side == Side::Beside
            && let Some(list) = rule.seeker_list
        {
            let mut last = None;
            for number in range.clone().rev() {
                if self.scratch.roles[number - range.start] & SEEKS == 0 {
                    continue;
                }
                if self.scratch.linked[number] >> rule.kind as u8 & 1 == 0 {
                    self.share(rule, number, last, list);
                }
                last = Some(number);
            }
        }
    }

    /// Notes who looks for a partner and who may be one; false if there are not both.
    fn roles(&mut self, rule: &CompiledRelation, range: Range<usize>) -> bool {
        let mut all = 0;
        self.scratch.roles.clear();
        for number in range {
            let bit = self.scratch.kinds[number];
            if (rule.seekers.types | rule.partners.types) & bit == 0 {
                self.scratch.roles.push(0);
                continue;
            }
            let entity = &self.facts.entities[number];
            let mut role = 0;
            // A reversed rule's relations start from the partner, and the seeker is what must still be free.
            if rule.seekers.types & bit != 0
                && (rule.also || rule.in_order || !self.is_linked(rule, number) || rule.seeker_list.is_some())
                && rule.seekers.fit(entity)
                && self.hold(&rule.seeker_guards, number)
            {
                role |= SEEKS;
            }
            if rule.partners.types & bit != 0
                && rule.partners.fit(entity)
                && self.hold(&rule.partner_guards, number)
            {
                role |= PARTNER;
            }
            all |= role;
            self.scratch.roles.push(role);
        }
        all == SEEKS | PARTNER
    }

    fn is_linked(&self, rule: &CompiledRelation, number: usize) -> bool {
        self.scratch.linked[number] >> rule.kind as u8 & 1 == 1
    }

    fn hold(&mut self, guards: &[CompiledGuard], number: usize) -> bool {
        let (from, to) = self.facts.places[number];
        self.hold_around(guards, from, to)
    }

    fn hold_around(&mut self, guards: &[CompiledGuard], from: u32, to: u32) -> bool {
        if guards.is_empty() {
            return true;
        }
        let segments = self.facts.segments;
        let sentence = segments.sentence_of(from);
        let to = to as usize;
        first_failed(self.facts.view, segments, self.machine, guards, sentence, from as usize, to).is_none()
    }

    /// For each fact of the range, the nearest partner before it and after it that does not overlap with it.
    fn neighbours(&mut self, rule: &CompiledRelation, range: Range<usize>) {
        let places = self.facts.places;
        let scratch = &mut *self.scratch;
        for side in [&mut scratch.before, &mut scratch.after] {
            side.clear();
            side.resize(range.len(), NONE);
        }
        if rule.within == Within::Column {
            let cells = &self.tables.cells[range.clone()];
            let is_partner = |at: usize| scratch.roles[at] & PARTNER != 0;
            super::table::neighbours(
                cells,
                is_partner,
                range.start as u32,
                &mut scratch.before,
                &mut scratch.after,
            );
            return;
        }
        // Two are kept, since the nearer one may overlap.
        let mut last = [NONE; 2];
        for number in range.clone() {
            let at = number - range.start;
            scratch.before[at] = last
                .into_iter()
                .find(|l| *l != NONE && places[*l as usize].1 <= places[number].0)
                .unwrap_or(NONE);
            if scratch.roles[at] & PARTNER != 0 {
                last = [number as u32, last[0]];
            }
        }
        let mut last = [NONE; 2];
        for number in range.clone().rev() {
            let at = number - range.start;
            scratch.after[at] = last
                .into_iter()
                .find(|l| *l != NONE && places[*l as usize].0 >= places[number].1)
                .unwrap_or(NONE);
            if scratch.roles[at] & PARTNER != 0 {
                last = [number as u32, last[0]];
            }
        }
    }

    /// Gives a fact its partner, or its partners where they stand in a list; false if there is none.
    fn find(&mut self, rule: &'x CompiledRelation, number: usize, range: &Range<usize>) -> bool {
        let at = number - range.start;
        let (before, after) = (self.scratch.before[at], self.scratch.after[at]);
        let sides: SmallVec<[u32; 2]> = match rule.side {
            Side::After => [before].into_iter().collect(),
            Side::Before => [after].into_iter().collect(),
            Side::Beside | Side::Inside => {
                let places = self.facts.places;
                let left = if before == NONE { NONE } else { places[number].0 - places[before as usize].1 };
                let right = if after == NONE { NONE } else { places[after as usize].0 - places[number].1 };
                if right < left { [after, before] } else { [before, after] }.into_iter().collect()
            }
        };
        for partner in sides {
            if partner == NONE || !self.fits(rule, number, partner as usize) {
                continue;
            }
            let partners = match rule.partner_list {
                Some(list) => self.list_of(rule, list, partner as usize, number, range),
                None => SmallVec::from_slice(&[partner]),
            };
            return self.link(rule, number, &partners);
        }
        false
    }

    /// Whether a pair meets all conditions of a rule.
    fn fits(&mut self, rule: &CompiledRelation, seeker: usize, partner: usize) -> bool {
        if rule.once && self.scratch.taken[partner] >> rule.kind as u8 & 1 == 1 {
            return false;
        }
        let (first, second) = (seeker.min(partner), seeker.max(partner));
        let Some(gap) = self.facts.gap(first, second) else { return false };
        if !self.facts.allows(rule, gap, self.machine) {
            return false;
        }
        self.hold_around(&rule.guards, self.facts.places[first].0, self.facts.places[second].1)
    }

    /// The list in which a partner stands, on the side away from the seeker, as far as its members have no seeker of
    /// their own. Before a seeker, it ends where they stop being alike: in "A, B and C 1 mg on day 1" only C is like C.
    fn list_of(
        &mut self,
        rule: &CompiledRelation,
        list: List,
        partner: usize,
        seeker: usize,
        range: &Range<usize>,
    ) -> SmallVec<[u32; 8]> {
        let behind = partner < seeker;
        let mut members = self.chain(list, partner, behind, range);
        let types = |facts: &Facts<'_, '_>, first: u32, second: u32| {
            facts.gap(first as usize, second as usize).map_or(0, |gap| facts.types(gap) & rule.alike)
        };
        let own = if behind { types(&self.facts, partner as u32, seeker as u32) } else { 0 };
        let like = |n: usize| {
            let free = self.scratch.taken[members[n] as usize] >> rule.kind as u8 & 1 == 0;
            free && (!behind || types(&self.facts, members[n], members[n - 1]) == own)
        };
        let length = (1..members.len()).find(|n| !like(*n)).unwrap_or(members.len());
        members.truncate(length);
        members
    }

    /// Gives a fact the partners of its neighbour in a list.
    fn share(&mut self, rule: &'x CompiledRelation, number: usize, last: Option<usize>, list: List) {
        let Some(last) = last.filter(|l| self.is_linked(rule, *l)) else { return };
        if !self.facts.joined(number.min(last), number.max(last), list, self.machine) {
            return;
        }
        let (from, to) = self.scratch.links[last];
        let partners: SmallVec<[u32; 8]> = self.out[from as usize..to as usize]
            .iter()
            .filter(|r| r.kind == rule.kind)
            .map(|r| if r.from == last as u32 { r.to } else { r.from })
            .filter(|p| *p != number as u32)
            .collect();
        self.link(rule, number, &partners);
    }

    /// Notes the relations of one seeker; false if there are none.
    fn link(&mut self, rule: &'x CompiledRelation, number: usize, partners: &[u32]) -> bool {
        let start = self.out.len() as u32;
        for &partner in partners {
            let (from, to) = if rule.reversed { (partner, number as u32) } else { (number as u32, partner) };
            self.out.push(Relation { kind: rule.kind, from, to, rule: &rule.id });
            self.scratch.taken[partner as usize] |= 1 << rule.kind as u8;
        }
        let any = self.out.len() as u32 > start;
        if any {
            self.scratch.linked[number] |= 1 << rule.kind as u8;
            self.scratch.links[number] = (start, self.out.len() as u32);
        }
        any
    }

    /// Facts that lie in what they belong to: in the shortest such fact.
    fn inside(&mut self, rule: &'x CompiledRelation, range: Range<usize>) {
        let places = self.facts.places;
        // Partners that are still open; what begins at the same token and is longer comes later.
        let mut open: SmallVec<[usize; 8]> = SmallVec::new();
        for number in range.clone() {
            let at = number - range.start;
            open.retain(|p| places[*p].1 > places[number].0);
            if self.scratch.roles[at] & SEEKS != 0 && (rule.also || !self.is_linked(rule, number)) {
                let later = (number + 1..range.end)
                    .take_while(|n| places[*n].0 == places[number].0)
                    .filter(|n| self.scratch.roles[n - range.start] & PARTNER != 0);
                let own = open
                    .iter()
                    .copied()
                    .chain(later)
                    .filter(|p| places[number].1 <= places[*p].1)
                    .filter(|p| !rule.once || self.scratch.taken[*p] >> rule.kind as u8 & 1 == 0)
                    .min_by_key(|p| (places[*p].1 - places[*p].0, *p));
                if let Some(partner) = own
                    && self.hold_around(&rule.guards, places[partner].0, places[partner].1)
                {
                    self.link(rule, number, &[partner as u32]);
                }
            }
            if self.scratch.roles[at] & PARTNER != 0 && open.len() < LONGEST {
                open.push(number);
            }
        }
    }

    /// Pairs two lists of the same length, the first of one with the first of the other.
    fn in_order(&mut self, rule: &'x CompiledRelation, range: Range<usize>) {
        let (Some(seekers), Some(partners)) = (rule.seeker_list, rule.partner_list) else { return };
        let mut run: SmallVec<[usize; 8]> = SmallVec::new();
        let mut runs: Vec<SmallVec<[usize; 8]>> = Vec::new();
        for number in range.clone() {
            if self.scratch.roles[number - range.start] & SEEKS == 0 {
                continue;
            }
            let joined =
                run.last().is_some_and(|last| self.facts.joined(*last, number, seekers, self.machine));
            if !joined && !run.is_empty() {
                runs.push(std::mem::take(&mut run));
            }
            run.push(number);
        }
        runs.push(run);
        for run in runs.iter().filter(|r| (2..=LONGEST).contains(&r.len())) {
            let open = rule.also || run.iter().all(|n| !self.is_linked(rule, *n));
            let behind = rule.side == Side::After;
            let end = if behind { run[0] } else { run[run.len() - 1] };
            let side = if behind { &self.scratch.before } else { &self.scratch.after };
            let partner = side[end - range.start];
            if !open || partner == NONE || !self.fits(rule, end, partner as usize) {
                continue;
            }
            let mut members = self.chain(partners, partner as usize, behind, &range);
            if members.len() != run.len() {
                continue;
            }
            members.sort_unstable();
            for (number, partner) in run.iter().zip(members) {
                self.link(rule, *number, &[partner]);
            }
        }
    }

    /// The whole list that begins or ends with a partner.
    fn chain(
        &mut self,
        list: List,
        partner: usize,
        behind: bool,
        range: &Range<usize>,
    ) -> SmallVec<[u32; 8]> {
        let mut members: SmallVec<[u32; 8]> = SmallVec::from_slice(&[partner as u32]);
        let mut at = partner;
        while members.len() <= LONGEST {
            let side = if behind { &self.scratch.before } else { &self.scratch.after };
            let next = side[at - range.start];
            if next == NONE {
                break;
            }
            let (first, second) = (at.min(next as usize), at.max(next as usize));
            if !self.facts.joined(first, second, list, self.machine) {
                break;
            }
            members.push(next);
            at = next as usize;
        }
        members
    }
}
