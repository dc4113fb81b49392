//! What rules need beside their first steps: words, entries or numbers without which they cannot match, so that most
//! rules are passed over where they could begin.

use super::index::List;
use super::program::{Inst, Program, Start};
use crate::recognise::lattice::{Edges, Lattice};
use crate::segment::token::Token;
use crate::segment::words::{WordId, role};
use rustc_hash::FxHashMap;

/// What a rule needs beside its first step, and how far from its first token that may stand.
#[derive(Clone, Copy, Debug)]
struct Need {
    /// What may stand there: a slot, and perhaps more of them, a run of the index's slots.
    first: u32,
    more: List,
    least: u32,
    most: u32,
}

/// Where what rules need was seen last, from the end of a sentence to its beginning: by slot the nearest token behind
/// the present one. A slot stands for a vocabulary, for numbers, for quantities, or for a set of words.
#[derive(Debug, Default)]
pub(crate) struct Seen(Vec<u32>);

impl Seen {
    /// Forgets the text before.
    pub(crate) fn clear(&mut self, needs: &Needs) {
        self.0.clear();
        self.0.resize(needs.slot_count as usize, 0);
    }
}

/// What rules need beside their first steps.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// By rule: its needs, a run of `all`.
    of_rules: Vec<List>,
    all: Vec<Need>,
    slots: Vec<u32>,
    /// The slot of numbers, behind those of vocabularies; that of quantities comes next, then the sets of words.
    number_slot: u32,
    slot_count: u32,
    /// By word: its place in `word_sets`, counted from 1; 0 for a word that is in no set.
    words: Vec<u32>,
    /// The slots of the sets that a word is in, runs of `word_slots`.
    word_sets: Vec<List>,
    word_slots: Vec<u32>,
}

/// So many needs of a rule are looked for.
const NEEDS: usize = 3;

/// What every match must have: one of these beginnings, by one of these instructions.
#[derive(Clone, Debug, Default)]
struct Cut {
    weight: u32,
    insts: Vec<u32>,
}

/// Looks for what every match of a program must have.
struct Cutter<'p> {
    program: &'p Program,
    /// By word: how often programs name it, a guess at how common it is.
    uses: &'p [u32],
}

impl Cutter<'_> {
    fn weight(&self, start: &Start) -> u32 {
        match start {
            Start::Word(word) => 1 + self.uses[*word as usize],
            Start::Dimensions(_) => 400,
            Start::Vocabulary(_) => 600,
            Start::Number(_) => 800,
            Start::Upper | Start::Any => 1_000_000,
        }
    }

    /// The cuts of the instructions from `from` to `to`, one behind the other. The compiler lays choices out as
    /// branches that end with a jump behind the last of them, and what is optional as a branch that may be passed over.
    fn cuts(&self, from: u32, to: u32) -> Vec<Cut> {
        let insts = &self.program.insts;
        let mut out = Vec::new();
        let mut at = from;
        while at < to {
            match &insts[at as usize] {
                Inst::Split(first, second) if *first == at + 1 && *second > at => {
                    match insts[*second as usize - 1] {
                        Inst::Jump(end) if end > *second && end <= to => {
                            out.extend(self.choice(at, end));
                            at = end;
                        }
                        _ => at = *second,
                    }
                }
                // A gap that ends as soon as it can.
                Inst::Split(end, ..) if *end > at => at = *end,
                Inst::Split(..) | Inst::Match => break,
                Inst::Jump(end) if *end > at => at = *end,
                Inst::Jump(_) => break,
                Inst::Dispatch(_) => {
                    out.push(self.leaf(at));
                    at = self.behind(at, to);
                }
                Inst::Begin(_) | Inst::End(_) | Inst::Tag(_) | Inst::Item(_) | Inst::Assert(_) => at += 1,
                _ => {
                    out.push(self.leaf(at));
                    at += 1;
                }
            }
        }
        out
    }

    /// The cut through all branches of a choice from `from` to `end`; `None` if some branch has none.
    fn choice(&self, from: u32, end: u32) -> Option<Cut> {
        let insts = &self.program.insts;
        let mut all = Cut::default();
        let mut at = from;
        while at < end {
            // The last branch has no split before it and no jump behind it.
            let (branch, next) = match &insts[at as usize] {
                Inst::Split(first, second)
                    if *first == at + 1
                        && matches!(insts[*second as usize - 1], Inst::Jump(e) if e == end) =>
                {
                    (self.cuts(*first, *second - 1), *second)
                }
                _ => (self.cuts(at, end), end),
            };
            let best = branch.into_iter().min_by_key(|cut| cut.weight)?;
            all.weight = all.weight.saturating_add(best.weight);
            all.insts.extend(best.insts);
            at = next;
        }
        Some(all)
    }

    fn leaf(&self, at: u32) -> Cut {
        let starts = self.program.starts(Some(at));
        let weight = starts.iter().fold(0u32, |sum, s| sum.saturating_add(self.weight(s)));
        Cut { weight, insts: vec![at] }
    }

    /// The first place behind a tree of words that no jump out of it leads over.
    fn behind(&self, at: u32, to: u32) -> u32 {
        let mut reach = at + 1;
        let mut here = at;
        while here < reach && here < to {
            reach = reach.max(match &self.program.insts[here as usize] {
                Inst::Split(a, b) => *a.max(b),
                Inst::Jump(to) => *to,
                Inst::Dispatch(words) => words.iter().map(|(_, to)| *to).max().unwrap_or(here),
                _ => here + 1,
            });
            here += 1;
        }
        reach.min(to)
    }
}

impl Needs {
    /// Of rules by number. There are slots for so many vocabularies, and words below `words`.
    pub(crate) fn new(programs: &[&Program], vocabularies: usize, words: usize) -> Self {
        let mut needs = Needs { number_slot: vocabularies as u32, ..Needs::default() };
        let uses = uses(programs, words);
        let mut sets: FxHashMap<Vec<WordId>, u32> = FxHashMap::default();
        for program in programs {
            let from = needs.all.len() as u32;
            if !program.is_empty() {
                needs.find(program, &uses, &mut sets);
            }
            needs.of_rules.push(List { from, count: needs.all.len() as u32 - from });
        }
        needs.lay_out_slots(sets, words);
        needs
    }

    /// The rarest things that each match of a program must have beside its first step.
    fn find(&mut self, program: &Program, uses: &[u32], sets: &mut FxHashMap<Vec<WordId>, u32>) {
        let cutter = Cutter { program, uses };
        let mut cuts = cutter.cuts(0, program.insts.len() as u32);
        let first = program.next(0);
        cuts.retain(|c| c.weight < 100_000 && !c.insts.iter().all(|i| first.contains(&Some(*i))));
        cuts.sort_by_key(|c| c.weight);
        let distances = program.distances();
        for cut in cuts.into_iter().take(NEEDS) {
            let mut words = Vec::new();
            let mut slots = Vec::new();
            for start in cut.insts.iter().flat_map(|i| program.starts(Some(*i))) {
                match start {
                    Start::Word(word) => words.push(word),
                    Start::Vocabulary(test) => slots.push(test.vocabulary.into()),
                    Start::Number(_) => slots.push(self.number_slot),
                    Start::Dimensions(_) => slots.push(self.number_slot + 1),
                    // Too common to be in a cut.
                    Start::Upper | Start::Any => {}
                }
            }
            if !words.is_empty() {
                words.sort_unstable();
                words.dedup();
                let next = self.number_slot + 2 + sets.len() as u32;
                slots.push(*sets.entry(words).or_insert(next));
            }
            slots.sort_unstable();
            slots.dedup();
            let places = cut.insts.iter().map(|i| distances[*i as usize]);
            let (least, most) = places.fold((u32::MAX, 0), |(l, h), (a, b)| (l.min(a), h.max(b)));
            let [first, more @ ..] = &slots[..] else { continue };
            let run = List { from: self.slots.len() as u32, count: more.len() as u32 };
            self.slots.extend(more);
            self.all.push(Need { first: *first, more: run, least, most });
        }
    }

    fn lay_out_slots(&mut self, sets: FxHashMap<Vec<WordId>, u32>, words: usize) {
        self.slot_count = self.number_slot + 2 + sets.len() as u32;
        let mut pairs: Vec<(WordId, u32)> =
            sets.iter().flat_map(|(set, slot)| set.iter().map(|word| (*word, *slot))).collect();
        pairs.sort_unstable();
        self.words = vec![0; words];
        for slots in pairs.chunk_by(|a, b| a.0 == b.0) {
            self.word_sets.push(List { from: self.word_slots.len() as u32, count: slots.len() as u32 });
            self.words[slots[0].0 as usize] = self.word_sets.len() as u32;
            self.word_slots.extend(slots.iter().map(|(_, slot)| *slot));
        }
    }

    /// Whether some rule needs a word.
    pub(crate) fn word(&self, word: WordId) -> bool {
        self.words.get(word as usize).is_some_and(|place| *place != 0)
    }

    /// Notes what stands at token `at`.
    pub(crate) fn see(
        &self,
        seen: &mut Seen,
        at: usize,
        token: &Token,
        edges: Option<&Edges>,
        lattice: &Lattice,
    ) {
        self.slots_at(token, edges, lattice, |slot| seen.0[slot as usize] = at as u32);
    }

    /// Calls `note` for the slots of what stands at a token.
    fn slots_at(&self, token: &Token, edges: Option<&Edges>, lattice: &Lattice, mut note: impl FnMut(u32)) {
        if token.roles & role::REQUIRED != 0 {
            let list = self.word_sets[self.words[token.word as usize] as usize - 1];
            self.word_slots[list.from as usize..][..list.count as usize].iter().for_each(|slot| note(*slot));
        }
        let Some(edges) = edges else { return };
        lattice.hits_of(edges).iter().for_each(|hit| note(hit.vocabulary.into()));
        let number = self.number_slot;
        lattice.quantities_of(edges).iter().for_each(|q| note(number + u32::from(q.unit.is_some())));
    }

    /// Whether all that a rule needs stands where it must.
    pub(crate) fn possible(
        &self,
        rule: u32,
        lattice: &Lattice,
        tokens: &[Token],
        at: usize,
        limit: usize,
        seen: &Seen,
    ) -> bool {
        let needs = self.of_rules[rule as usize];
        self.all[needs.from as usize..][..needs.count as usize].iter().all(|need| {
            let stands = |slot: u32| {
                let there = seen.0[slot as usize] as usize;
                there > at && there < limit && there - at <= need.most as usize
            };
            let more = &self.slots[need.more.from as usize..][..need.more.count as usize];
            stands(need.first)
                || more.iter().any(|slot| stands(*slot))
                || need.least == 0 && {
                    // A rule that may begin with something optional may have what it needs right here.
                    let mut here = false;
                    self.slots_at(&tokens[at], lattice.edges(at), lattice, |slot| {
                        here |= slot == need.first || more.contains(&slot);
                    });
                    here
                }
        })
    }
}

/// By word: how often programs name it.
fn uses(programs: &[&Program], words: usize) -> Vec<u32> {
    let mut uses = vec![0; words];
    for inst in programs.iter().flat_map(|p| &p.insts) {
        let mut count = |word: WordId| uses[word as usize] += 1;
        match inst {
            Inst::Word(word) | Inst::Exact(word, _) => count(*word),
            Inst::Set(words) => words.iter().for_each(|w| count(*w)),
            Inst::Dispatch(words) => words.iter().for_each(|(w, _)| count(*w)),
            _ => {}
        }
    }
    uses
}
