//! Tries, at each token, the rules that can begin there.

use super::lattice::{Edges, Lattice};
use super::matcher::{Event, Machine, View};
use crate::grammar::program::Follow;
use crate::grammar::rule::{CompiledRule, GuardTest};
use crate::grammar::syntax::RuleKind;
use crate::segment::Segments;
use crate::segment::words::{UNKNOWN, role};
use smallvec::SmallVec;

/// One fact that a rule would make, before rules are weighed against each other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Proposal {
    pub(crate) rule: u32,
    /// Which production of the rule.
    pub(crate) production: u8,
    /// First token of the whole match and one past its last.
    pub(crate) matched: (u32, u32),
    /// First token of the fact and one past its last.
    pub(crate) span: (u32, u32),
    /// Where the events of the match are.
    pub(crate) events: (u32, u32),
    /// Which item of a list, counted from 0.
    pub(crate) item: Option<u16>,
    /// Number of the match, shared by all its proposals.
    pub(crate) matching: u32,
}

/// All proposals of one text.
#[derive(Debug, Default)]
pub(crate) struct Proposals {
    pub(crate) all: Vec<Proposal>,
    /// Cues: rule and tokens.
    pub(crate) cues: Vec<(u32, u32, u32)>,
    pub(crate) events: Vec<Event>,
    matches: u32,
}

impl Proposals {
    fn clear(&mut self) {
        self.all.clear();
        self.cues.clear();
        self.events.clear();
        self.matches = 0;
    }

    /// What happened in the match of a proposal.
    pub(crate) fn events_of(&self, proposal: &Proposal) -> &[Event] {
        &self.events[proposal.events.0 as usize..proposal.events.1 as usize]
    }
}

/// Tries all rules over the whole text.
pub(crate) fn propose(view: View<'_>, segments: &Segments, machine: &mut Machine, out: &mut Proposals) {
    out.clear();
    machine.units.clear();
    let index = &view.grammar.index;
    let mut wanted = vec![0u64; index.width];
    let mut follow = vec![0u64; index.width];
    let mut possible = vec![0u64; index.width];
    for (sentence, range) in segments.sentences.iter().enumerate() {
        sentence_rules(view, range.start as usize..range.end as usize, &mut possible, &mut follow);
        for at in range.start as usize..range.end as usize {
            let quiet = view.tokens[at].roles & role::BEGINS_RULE == 0 && view.lattice.edges(at).is_none();
            if quiet && !index.any_start || !candidates(view, at, &mut wanted, &mut follow) {
                continue;
            }
            for (word, bits) in wanted.iter().enumerate() {
                let mut bits = *bits & possible[word];
                while bits != 0 {
                    let rule = word * 64 + bits.trailing_zeros() as usize;
                    bits &= bits - 1;
                    attempt(view, segments, machine, rule, sentence, at, out);
                }
            }
        }
    }
}

/// The rules whose required elements all stand in a sentence.
fn sentence_rules(view: View<'_>, tokens: std::ops::Range<usize>, possible: &mut [u64], scratch: &mut [u64]) {
    let grammar = view.grammar;
    let mut vocabularies = [0u64; 4];
    let mut number = false;
    let mut signatures: SmallVec<[u32; 16]> = SmallVec::new();
    for at in tokens.clone() {
        let Some(edges) = view.lattice.edges(at) else { continue };
        for hit in &view.lattice.hits[edges.hits.0 as usize..][..usize::from(edges.hits.1)] {
            vocabularies[usize::from(hit.vocabulary) / 64] |= 1 << (hit.vocabulary % 64);
        }
        for q in &view.lattice.quantities[edges.quantities.0 as usize..][..usize::from(edges.quantities.1)] {
            match q.unit {
                None => number = true,
                Some(unit) if !signatures.contains(&unit.signature) && signatures.len() < 64 => signatures.push(unit.signature),
                Some(_) => {}
            }
        }
    }
    possible.fill(u64::MAX);
    for follow in grammar.index.required() {
        scratch.copy_from_slice(follow.any());
        for token in view.tokens[tokens.clone()].iter().filter(|t| t.roles & role::REQUIRED != 0) {
            if let Some(bits) = follow.word(token.word) {
                or(scratch, bits);
            }
        }
        for (block, bits) in vocabularies.iter().enumerate() {
            let mut bits = *bits;
            while bits != 0 {
                or(scratch, follow.vocabulary((block * 64) as u8 + bits.trailing_zeros() as u8));
                bits &= bits - 1;
            }
        }
        if number {
            or(scratch, follow.number());
        }
        for (number, set) in grammar.units.sets().iter().enumerate() {
            // Past 64 different units in one sentence all sets count as present.
            if signatures.len() >= 64 || signatures.iter().any(|s| set.has(*s)) {
                or(scratch, follow.dimensions(number));
            }
        }
        for (p, s) in possible.iter_mut().zip(scratch.iter()) {
            *p &= s;
        }
    }
}

/// Tries one rule over the whole text: the way examples run alone.
pub(crate) fn propose_for(view: View<'_>, segments: &Segments, machine: &mut Machine, rule: usize, out: &mut Proposals) {
    out.clear();
    machine.units.clear();
    for (sentence, range) in segments.sentences.iter().enumerate() {
        for at in range.start as usize..range.end as usize {
            attempt(view, segments, machine, rule, sentence, at, out);
        }
    }
}

fn or(into: &mut [u64], bits: &[u64]) {
    for (a, b) in into.iter_mut().zip(bits) {
        *a |= b;
    }
}

/// The rules that can begin at `at` and whose second step fits what follows; false if there are none.
fn candidates(view: View<'_>, at: usize, wanted: &mut [u64], follow: &mut [u64]) -> bool {
    let index = &view.grammar.index;
    let word = view.tokens[at].word;
    let edges = view.lattice.edges(at);
    let by_word = if word == UNKNOWN { None } else { index.first().word(word) };
    if by_word.is_none() && edges.is_none() {
        wanted.copy_from_slice(index.first().any());
        return wanted.iter().any(|w| *w != 0);
    }
    wanted.copy_from_slice(index.first().any());
    if let Some(bits) = by_word {
        after(view, at + 1, follow);
        add(wanted, bits, follow);
    }
    if let Some(edges) = edges {
        edge_candidates(view, edges, wanted, follow);
    }
    wanted.iter().any(|w| *w != 0)
}

fn edge_candidates(view: View<'_>, edges: &Edges, wanted: &mut [u64], follow: &mut [u64]) {
    let first = view.grammar.index.first();
    let lattice: &Lattice = view.lattice;
    for hit in &lattice.hits[edges.hits.0 as usize..][..usize::from(edges.hits.1)] {
        let bits = first.vocabulary(hit.vocabulary);
        if bits.iter().any(|b| *b != 0) {
            after(view, hit.end as usize, follow);
            add(wanted, bits, follow);
        }
    }
    for q in &lattice.quantities[edges.quantities.0 as usize..][..usize::from(edges.quantities.1)] {
        after(view, q.end as usize, follow);
        match q.unit {
            None => add(wanted, first.number(), follow),
            Some(unit) => {
                for (number, set) in view.grammar.units.sets().iter().enumerate() {
                    if set.has(unit.signature) {
                        add(wanted, first.dimensions(number), follow);
                    }
                }
            }
        }
    }
}

fn add(wanted: &mut [u64], bits: &[u64], follow: &[u64]) {
    for ((w, b), f) in wanted.iter_mut().zip(bits).zip(follow) {
        *w |= b & f;
    }
}

/// The rules whose second step can begin at `at`.
fn after(view: View<'_>, at: usize, out: &mut [u64]) {
    let second: &Follow = view.grammar.index.second();
    out.copy_from_slice(second.any());
    let Some(token) = view.tokens.get(at) else { return };
    if let Some(bits) = second.word(token.word) {
        or(out, bits);
    }
    let Some(edges) = view.lattice.edges(at) else { return };
    for hit in &view.lattice.hits[edges.hits.0 as usize..][..usize::from(edges.hits.1)] {
        or(out, second.vocabulary(hit.vocabulary));
    }
    for q in &view.lattice.quantities[edges.quantities.0 as usize..][..usize::from(edges.quantities.1)] {
        match q.unit {
            None => or(out, second.number()),
            Some(unit) => {
                for (number, set) in view.grammar.units.sets().iter().enumerate() {
                    if set.has(unit.signature) {
                        or(out, second.dimensions(number));
                    }
                }
            }
        }
    }
}

/// Runs one rule at one token and notes what it would make.
fn attempt(
    view: View<'_>,
    segments: &Segments,
    machine: &mut Machine,
    number: usize,
    sentence: usize,
    at: usize,
    out: &mut Proposals,
) {
    let rule: &CompiledRule = &view.grammar.rules[number];
    let range = segments.sentences[sentence];
    let before = machine.main.steps + machine.sub.steps;
    let end = machine.run(view, &rule.program, at, range.end as usize);
    if let Some(costs) = &mut machine.costs {
        let cost = &mut costs[number];
        cost.attempts += 1;
        cost.matches += u64::from(end.is_some());
        cost.steps += machine.main.steps + machine.sub.steps - before;
    }
    let Some(end) = end else { return };
    if end == at || !guards_hold(view, segments, machine, rule, sentence, at, end) {
        return;
    }
    if rule.kind == RuleKind::Context {
        out.cues.push((number as u32, at as u32, end as u32));
        return;
    }
    let from = out.events.len() as u32;
    out.events.extend_from_slice(&machine.main.events);
    let events = (from, out.events.len() as u32);
    let matching = out.matches;
    out.matches += 1;
    let captured = |events: &[Event], slot: u8| -> Option<(u32, u32)> {
        let start = events.iter().find_map(|e| match e {
            Event::Begin(s, t) if *s == slot => Some(*t),
            _ => None,
        })?;
        let end = events.iter().rev().find_map(|e| match e {
            Event::End(s, t) if *s == slot => Some(*t),
            _ => None,
        })?;
        (start < end).then_some((start, end))
    };
    for (p, production) in rule.productions.iter().enumerate() {
        let base = Proposal {
            rule: number as u32,
            production: p as u8,
            matched: (at as u32, end as u32),
            span: (at as u32, end as u32),
            events,
            item: None,
            matching,
        };
        let Some((list, slot)) = production.each else {
            let all = &out.events[events.0 as usize..events.1 as usize];
            if production.condition.is_some_and(|c| captured(all, c).is_none()) {
                continue;
            }
            let span = match production.span {
                None => Some(base.span),
                Some((a, b)) => captured(all, a).zip(captured(all, b)).map(|((s, _), (_, e))| (s, e)),
            };
            if let Some(span) = span.filter(|(s, e)| s < e) {
                out.all.push(Proposal { span, ..base });
            }
            continue;
        };
        let count = items(&out.events[events.0 as usize..events.1 as usize], list).count();
        for item in 0..count {
            let all = &out.events[events.0 as usize..events.1 as usize];
            let Some(own) = items(all, list).nth(item) else { continue };
            let inside = |slot: u8| captured(own, slot).or_else(|| if rule.slots[slot as usize].list.is_none() { captured(all, slot) } else { None });
            if production.condition.is_some_and(|c| inside(c).is_none()) {
                continue;
            }
            let span = match production.span {
                None => captured(own, slot),
                Some((a, b)) => inside(a).zip(inside(b)).map(|((s, _), (_, e))| (s, e)),
            };
            if let Some(span) = span.filter(|(s, e)| s < e) {
                out.all.push(Proposal { span, item: Some(item as u16), ..base });
            }
        }
    }
}

/// The events of each item of a list.
pub(crate) fn items(events: &[Event], list: u8) -> impl Iterator<Item = &[Event]> {
    let is_start = move |e: &Event| matches!(e, Event::Item(l, _) if *l == list);
    let mut rest = match events.iter().position(is_start) {
        Some(first) => &events[first..],
        None => &events[..0],
    };
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.iter().skip(1).position(is_start).map_or(rest.len(), |n| n + 1);
        let (item, after) = rest.split_at(end);
        rest = after;
        Some(item)
    })
}

fn guards_hold(
    view: View<'_>,
    segments: &Segments,
    machine: &mut Machine,
    rule: &CompiledRule,
    sentence: usize,
    at: usize,
    end: usize,
) -> bool {
    if rule.guards.is_empty() {
        return true;
    }
    failed_guard(view, segments, machine, rule, sentence, at, end).is_none()
}

/// The first guard that does not hold for a match.
pub(crate) fn failed_guard(
    view: View<'_>,
    segments: &Segments,
    machine: &mut Machine,
    rule: &CompiledRule,
    sentence: usize,
    at: usize,
    end: usize,
) -> Option<usize> {
    let range = segments.sentences[sentence];
    let limit = range.end as usize;
    rule.guards.iter().position(|guard| {
        let holds = match &guard.test {
            GuardTest::Before(program) => machine.sub(view, *program, end, limit).is_some(),
            GuardTest::After(program) => (1..=LOOK_BACK)
                .take_while(|back| at >= range.start as usize + back)
                .any(|back| machine.sub(view, *program, at - back, at) == Some(at)),
            GuardTest::Sentence(program) => {
                let from = (range.start as usize).max(at.saturating_sub(NEARBY));
                let to = limit.min(end + NEARBY);
                (from..to).any(|t| machine.sub(view, *program, t, limit).is_some())
            }
            GuardTest::Section(kinds) => {
                kinds.iter().any(|k| *k == segments.section_kind(view.grammar, at as u32))
            }
            GuardTest::Row => segments.in_row(at as u32),
        };
        holds == guard.negated
    })
}

/// Guards look back over at most so many tokens.
const LOOK_BACK: usize = 6;
/// "In the sentence" means at most so many tokens away, so that long sentences cost no more than short ones.
const NEARBY: usize = 40;
