//! Which fact belongs to which: relation rules over the facts of a sentence, a row, a table, a column or a section.
//!
//! A fact that looks for a partner takes the nearest one on the side that its rule names, or none. So each rule walks
//! once along the facts of a place, and what lies between two facts is looked at over a bounded number of tokens.

mod gap;
mod seek;
mod table;

use crate::grammar::Grammar;
use crate::grammar::relation::CompiledRelation;
use crate::grammar::syntax::Within;
use crate::model::{Entity, Relation};
use crate::recognise::matcher::{Machine, View};
use crate::segment::Segments;
use gap::Facts;
use table::Tables;

/// Buffers, kept from text to text.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// By fact: the relation types from which it has a partner, a bit each.
    linked: Vec<u32>,
    /// By fact: the relation types in which it is a partner, a bit each.
    taken: Vec<u32>,
    /// By fact: its last relations, from which to which.
    links: Vec<(u32, u32)>,
    /// By fact of a place: the nearest partner before it and after it.
    before: Vec<u32>,
    after: Vec<u32>,
    /// By fact: its type, as a bit.
    kinds: Vec<u64>,
    /// By fact of a place: whether it looks for a partner, and whether it may be one.
    roles: Vec<u8>,
    tables: Tables,
}

/// Which rules run.
#[derive(Clone, Copy)]
pub(crate) enum Rules {
    All,
    /// Only this one: the way examples run alone.
    Only(usize),
}

/// Links `entities`, which stand at `places` (tokens).
#[allow(clippy::too_many_arguments, reason = "what a stage reads, what it needs and what it fills")]
pub(crate) fn relate<'x>(
    grammar: &'x Grammar,
    view: View<'_>,
    segments: &Segments,
    machine: &mut Machine,
    places: &[(u32, u32)],
    entities: &[Entity<'x>],
    rules: Rules,
    scratch: &mut Scratch,
    out: &mut Vec<Relation<'x>>,
) {
    if entities.len() < 2 || grammar.relations.is_empty() {
        return;
    }
    for bits in [&mut scratch.linked, &mut scratch.taken] {
        bits.clear();
        bits.resize(entities.len(), 0);
    }
    scratch.links.clear();
    scratch.links.resize(entities.len(), (0, 0));
    scratch.kinds.clear();
    scratch.kinds.extend(entities.iter().map(|entity| 1 << entity.kind as u8));
    scratch.tables.fill(view, segments, places);
    let tables = std::mem::take(&mut scratch.tables);
    let facts = Facts { view, segments, places, entities };
    let mut stage = Stage { grammar, rules, facts, tables: &tables, machine, scratch, out };
    // Narrow places come first: what a row or a sentence says of a fact is not asked of the table or the section.
    stage.run(Within::Sentence, segments.sentences.iter().map(|s| (s.start, s.end)));
    if !segments.rows.is_empty() {
        stage.run(Within::Row, segments.rows.iter().map(|r| (r.start, r.end)));
        stage.run(Within::Column, tables.runs.iter().copied());
        stage.run(Within::Table, tables.runs.iter().copied());
    }
    stage.run(Within::Section, segments.parts.iter().map(|p| (p.run.start, p.run.end)));
    scratch.tables = tables;
    out.sort_by_key(|r| (r.from, r.kind, r.to));
    out.dedup_by_key(|r| (r.from, r.kind, r.to));
}

/// All that the rules of one text need.
struct Stage<'s, 'd, 'x> {
    grammar: &'x Grammar,
    rules: Rules,
    facts: Facts<'d, 'x>,
    tables: &'s Tables,
    machine: &'s mut Machine,
    scratch: &'s mut Scratch,
    out: &'s mut Vec<Relation<'x>>,
}

impl Stage<'_, '_, '_> {
    /// Runs the rules for one kind of place over all such places, in order.
    fn run(&mut self, within: Within, runs: impl Iterator<Item = (u32, u32)>) {
        let grammar = self.grammar;
        let rules = match self.rules {
            Rules::All => &grammar.relations[..],
            Rules::Only(number) => &grammar.relations[number..=number],
        };
        // Types beside each other: in most places only few rules find both of theirs.
        let rules: Vec<(u64, u64, &CompiledRelation)> = rules
            .iter()
            .filter(|rule| rule.within == within)
            .map(|rule| (rule.seekers.types, rule.partners.types, rule))
            .collect();
        if rules.is_empty() {
            return;
        }
        let places = self.facts.places;
        let mut first = 0;
        for (start, end) in runs {
            while first < places.len() && places[first].0 < start {
                first += 1;
            }
            let mut last = first;
            let mut types = 0u64;
            while last < places.len() && places[last].0 < end {
                types |= self.scratch.kinds[last];
                last += 1;
            }
            if last - first >= 2 {
                for (seekers, partners, rule) in &rules {
                    if seekers & types != 0 && partners & types != 0 {
                        self.seek(rule, first..last);
                    }
                }
            }
            first = last;
        }
    }
}
