//! Runs programs over tokens. Each pair of a branching instruction and a token is visited once per attempt, so
//! an attempt costs at most the program's length times the window; there is no unbounded backtracking.

use super::lattice::Lattice;
use crate::grammar::Grammar;
use crate::grammar::code::{Kind, Op, SubCode};
use crate::grammar::program::{Assertion, NumberTest, Sign, TokenTest, VocabularyTest};
use crate::grammar::rule::CompiledRule;
use crate::grammar::units::{Unit, Units};
use crate::segment::token::{CAPITAL, Class, LINE, LOWER, SPACE, Token};
use crate::segment::words::{UNKNOWN, WordId};
use std::ops::Range;

/// No match reaches over more tokens.
pub(crate) const WINDOW: usize = 250;

/// What happened on the way to a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A capture begins before this token.
    Begin(u8, u32),
    /// A capture ends before this token.
    End(u8, u32),
    /// An item of a list begins before this token.
    Item(u8, u32),
    /// This number or quantity of the lattice was read.
    Quantity(u32),
    /// This entry was read.
    Entry(u32),
    /// This unit was read.
    Unit(u32),
    /// The capture around it holds this constant.
    Tag(u16),
}

/// Buffers of one attempt, kept between attempts.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    visited: Vec<u32>,
    stamp: u32,
    stack: Vec<(u32, u32, u32)>,
    /// Instructions run so far.
    pub(crate) steps: u64,
    /// What happened in the last successful attempt.
    pub(crate) events: Vec<Event>,
}

/// The text that programs run over.
#[derive(Clone, Copy)]
pub(crate) struct View<'d> {
    pub(crate) grammar: &'d Grammar,
    pub(crate) text: &'d str,
    pub(crate) tokens: &'d [Token],
    pub(crate) lattice: &'d Lattice,
}

/// How far an attempt got, for `why-not`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Furthest {
    /// The token at which the furthest attempt failed.
    pub(crate) token: u32,
    /// The instruction that failed there.
    pub(crate) inst: u32,
    /// Whether anything was tried.
    pub(crate) any: bool,
}

/// All that a match needs beside the view.
#[derive(Debug, Default)]
pub(crate) struct Machine {
    pub(crate) main: Scratch,
    pub(crate) sub: Scratch,
    /// Of what ends a gap in a sub-program.
    stop: Scratch,
    /// Units that stand apart from a number.
    pub(crate) units: Vec<Unit>,
    /// Sub-programs that were looked for in the whole report, and whether they were found.
    pub(crate) reports: Vec<(u32, bool)>,
    /// Filled when somebody asks why a rule did not match.
    pub(crate) furthest: Option<Furthest>,
    /// By rule: attempts, matches and instructions, when somebody asks for them.
    pub(crate) costs: Option<Vec<Cost>>,
}

/// What a rule cost.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    pub(crate) attempts: u64,
    pub(crate) matches: u64,
    pub(crate) steps: u64,
}

impl Machine {
    /// Runs a rule at a token, not beyond `limit`; returns one past its last token.
    pub(crate) fn run(
        &mut self,
        view: View<'_>,
        rule: &CompiledRule,
        start: usize,
        limit: usize,
    ) -> Option<usize> {
        let Machine { main, sub, units, furthest, .. } = self;
        if let (Some((slot, test)), None) = (&rule.plain, &furthest) {
            return plain(view, *slot, test, start, limit, main);
        }
        let mut attempt = Attempt { view, code: &rule.code, start, limit: limit.min(start + WINDOW), units };
        match furthest {
            None => attempt.exec(main, Some(sub), |_, _| {}),
            // Somebody wants to know how far it got; `pc` leads to the element that failed.
            Some(far) => attempt.exec(main, Some(sub), |pc, at| {
                if !far.any || at as u32 > far.token {
                    let inst = rule.program.next(pc).first().copied().flatten().unwrap_or(pc);
                    *far = Furthest { token: at as u32, inst, any: true };
                }
            }),
        }
    }

    /// Whether a sub-program matches at some token of a range, not beyond `limit`.
    pub(crate) fn any(&mut self, view: View<'_>, number: u32, range: Range<usize>, limit: usize) -> bool {
        let needs = view.grammar.sub_code[number as usize].needs;
        // Most tokens are passed over by their signs alone.
        range
            .clone()
            .zip(&view.lattice.signs()[range])
            .any(|(at, sign)| sign.meets(needs) && self.sub(view, number, at, limit).is_some())
    }

    /// Whether a sub-program matches at a token.
    pub(crate) fn sub(&mut self, view: View<'_>, number: u32, start: usize, limit: usize) -> Option<usize> {
        let sub = &view.grammar.sub_code[number as usize];
        if !may_begin(view, sub, start, limit) {
            return None;
        }
        let code = &sub.ops;
        let limit = limit.min(start + WINDOW);
        let mut attempt = Attempt { view, code, start, limit, units: &mut self.units };
        attempt.exec(&mut self.sub, Some(&mut self.stop), |_, _| {})
    }
}

/// Runs a program that is one captured entry and nothing else.
fn plain(
    view: View<'_>,
    slot: u8,
    test: &VocabularyTest,
    start: usize,
    limit: usize,
    scratch: &mut Scratch,
) -> Option<usize> {
    scratch.steps += 1;
    let hit = view.lattice.hits_at(start).iter().find(|hit| test.fits(hit) && hit.end as usize <= limit)?;
    scratch.events.clear();
    scratch.events.extend([
        Event::Begin(slot, start as u32),
        Event::Entry(hit.entry),
        Event::End(slot, hit.end),
    ]);
    Some(hit.end as usize)
}

/// Whether a sub-program can begin at a token, as far as signs tell.
fn may_begin(view: View<'_>, sub: &SubCode, start: usize, limit: usize) -> bool {
    if start < limit { view.lattice.sign(start).meets(sub.needs) } else { Sign::ANYWHERE.meets(sub.needs) }
}

/// One attempt of one program at one place.
struct Attempt<'a, 'd> {
    view: View<'d>,
    code: &'d [Op],
    start: usize,
    limit: usize,
    units: &'a mut Vec<Unit>,
}

/// The token after a step that failed.
const FAILED: usize = usize::MAX;

impl<'d> Attempt<'_, 'd> {
    /// Runs the program; `failed` is told each instruction that failed and the token at which it did.
    fn exec(
        &mut self,
        scratch: &mut Scratch,
        mut sub: Option<&mut Scratch>,
        mut failed: impl FnMut(u32, usize),
    ) -> Option<usize> {
        let Attempt { view, code, start, limit, .. } = *self;
        let pools = &view.grammar.pools;
        let tokens = view.tokens.get(..limit)?;
        scratch.stamp = scratch.stamp.wrapping_add(1);
        if scratch.stamp == 0 {
            scratch.visited.fill(0);
            scratch.stamp = 1;
        }
        scratch.stack.clear();
        scratch.events.clear();
        let mut steps = 0;
        let mut pc = 0u32;
        let mut at = start;
        let found = loop {
            steps += 1;
            let op = code[pc as usize];
            let word = || tokens.get(at).map_or(UNKNOWN, |t| t.word);
            let after = match op.kind {
                Kind::Word if word() == op.operand => at + 1,
                Kind::Word => FAILED,
                Kind::Set => {
                    let words = &pools.numbers[op.operand as usize..][..usize::from(op.count)];
                    if place(words, word()).is_some() { at + 1 } else { FAILED }
                }
                Kind::Dispatch => {
                    let (words, places) = pools.numbers[op.operand as usize..][..usize::from(op.count) * 2]
                        .split_at(usize::from(op.count));
                    match place(words, word()) {
                        Some(found) => {
                            pc = places[found];
                            at += 1;
                            continue;
                        }
                        None => FAILED,
                    }
                }
                Kind::Exact => {
                    let (exact, written) = &pools.exact[op.operand as usize];
                    let fits = word() == *exact && tokens[at].span().of(view.text) == &**written;
                    if fits { at + 1 } else { FAILED }
                }
                Kind::Vocabulary => self.vocabulary(op, pc, at, scratch),
                Kind::Number => self.number(op, at, scratch),
                Kind::Quantity => self.quantity(op, pc, at, scratch),
                Kind::Unit => self.unit(op, at, scratch),
                Kind::Token => match tokens.get(at) {
                    Some(token) if token_fits(TokenTest::of(op.small), token) => at + 1,
                    _ => FAILED,
                },
                Kind::Letters => {
                    let (prefix, letters) = &pools.letters[op.operand as usize];
                    let fits = tokens.get(at).filter(|t| t.class == Class::Word).is_some_and(|token| {
                        let rest = token.span().of(view.text).strip_prefix(&**prefix);
                        rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| letters.contains(c)))
                    });
                    if fits { at + 1 } else { FAILED }
                }
                Kind::Gap if at < limit && !self.stops(op, at, sub.as_deref_mut()) => at + 1,
                Kind::Gap => FAILED,
                Kind::Assert => {
                    let next = view.tokens.get(at);
                    let holds = match Assertion::of(op.small) {
                        Assertion::Tight => next.is_none_or(|t| !t.has(SPACE)),
                        Assertion::Apart => next.is_none_or(|t| t.has(SPACE)),
                        Assertion::LineStart => next.is_some_and(|t| t.has(LINE)),
                        Assertion::LineEnd => next.is_none_or(|t| t.has(LINE)),
                    };
                    if holds { at } else { FAILED }
                }
                Kind::Split => {
                    // A branch that cannot begin with this token is not entered.
                    let sign = if at < limit { view.lattice.sign(at) } else { Sign::ANYWHERE };
                    let first = sign.meets(pools.signs[usize::from(op.count)]);
                    let second = sign.meets(pools.signs[usize::from(op.other)]);
                    match (first, second) {
                        (true, true) if steps > UNREMEMBERED && self.visited(pc, at, scratch) => FAILED,
                        (true, true) => {
                            scratch.stack.push((op.operand, at as u32, scratch.events.len() as u32));
                            pc = op.next;
                            continue;
                        }
                        (true, false) => {
                            pc = op.next;
                            continue;
                        }
                        (false, true) => {
                            pc = op.operand;
                            continue;
                        }
                        // The first branch fails where it wants its token.
                        (false, false) => {
                            pc = op.next;
                            FAILED
                        }
                    }
                }
                Kind::Begin => {
                    scratch.events.push(Event::Begin(op.small, at as u32));
                    at
                }
                Kind::End => {
                    scratch.events.push(Event::End(op.small, at as u32));
                    at
                }
                Kind::Tag => {
                    scratch.events.push(Event::Tag(op.operand as u16));
                    at
                }
                Kind::Item => {
                    scratch.events.push(Event::Item(op.small, at as u32));
                    at
                }
                Kind::Match => break Some(at),
            };
            if after != FAILED {
                at = after;
                pc = op.next;
                continue;
            }
            failed(pc, at);
            // Goes on with the last choice that is still open.
            let Some((to, place, events)) = scratch.stack.pop() else { break None };
            scratch.events.truncate(events as usize);
            if to & ALTERNATIVE == 0 {
                (pc, at) = (to, place as usize);
                continue;
            }
            // A vocabulary or quantity instruction goes on with another of its readings.
            let op = code[(to & !ALTERNATIVE) as usize];
            if op.kind == Kind::Vocabulary {
                let hit = view.lattice.hits[place as usize];
                scratch.events.push(Event::Entry(hit.entry));
                at = hit.end as usize;
            } else {
                scratch.events.push(Event::Quantity(place));
                at = view.lattice.quantities[place as usize].end as usize;
            }
            pc = op.next;
        };
        scratch.steps += steps;
        found
    }

    /// Whether an attempt was at this choice and token before; from now on it was.
    fn visited(&self, pc: u32, at: usize, scratch: &mut Scratch) -> bool {
        let needed = (self.limit - self.start + 1) * self.code.len();
        if scratch.visited.len() < needed {
            scratch.visited.resize(needed, 0);
        }
        let mark = &mut scratch.visited[(at - self.start) * self.code.len() + pc as usize];
        std::mem::replace(mark, scratch.stamp) == scratch.stamp
    }

    /// Whether a gap ends at a token.
    fn stops(&mut self, op: Op, at: usize, sub: Option<&mut Scratch>) -> bool {
        let (Some(stop), Some(sub)) = (op.operand.checked_sub(1), sub) else { return false };
        let Attempt { view, limit, .. } = *self;
        let stop = &view.grammar.sub_code[stop as usize];
        if !may_begin(view, stop, at, limit) {
            return false;
        }
        let code = &stop.ops;
        let limit = limit.min(at + WINDOW);
        let mut attempt = Attempt { view, code, start: at, limit, units: self.units };
        attempt.exec(sub, None, |_, _| {}).is_some()
    }

    fn vocabulary(&self, op: Op, pc: u32, at: usize, scratch: &mut Scratch) -> usize {
        if at >= self.limit {
            return FAILED;
        }
        let Some(edges) = self.view.lattice.edges(at) else { return FAILED };
        let only = op.operand.checked_sub(1).map_or(0, |mask| self.view.grammar.pools.masks[mask as usize]);
        let test = VocabularyTest { vocabulary: op.small, ambiguous: op.count == 1, only };
        let from = scratch.stack.len();
        let mut chosen = None;
        for (number, hit) in (edges.hits.0..).zip(self.view.lattice.hits_of(edges)) {
            if hit.end as usize > self.limit || !test.fits(hit) {
                continue;
            }
            if chosen.is_none() {
                chosen = Some(*hit);
            } else {
                // The way back: the same instruction with a shorter entry, as a resumed choice.
                scratch.stack.push((pc | ALTERNATIVE, number, scratch.events.len() as u32));
            }
        }
        let Some(hit) = chosen else { return FAILED };
        scratch.stack[from..].reverse();
        scratch.events.push(Event::Entry(hit.entry));
        hit.end as usize
    }

    fn number(&self, op: Op, at: usize, scratch: &mut Scratch) -> usize {
        if at >= self.limit {
            return FAILED;
        }
        let Some(edges) = self.view.lattice.edges(at) else { return FAILED };
        let found = (edges.quantities.0..).zip(self.view.lattice.quantities_of(edges)).find(|(_, q)| {
            q.unit.is_none() && q.end as usize <= self.limit && NumberTest::of(op.small).fits(q)
        });
        let Some((number, q)) = found else { return FAILED };
        scratch.events.push(Event::Quantity(number));
        q.end as usize
    }

    fn quantity(&self, op: Op, pc: u32, at: usize, scratch: &mut Scratch) -> usize {
        if at >= self.limit {
            return FAILED;
        }
        let Some(edges) = self.view.lattice.edges(at) else { return FAILED };
        let set = &self.view.grammar.units.sets()[op.operand as usize];
        let from = scratch.stack.len();
        let mut chosen = None;
        for (number, q) in (edges.quantities.0..).zip(self.view.lattice.quantities_of(edges)) {
            let fits = q.end as usize <= self.limit
                && (op.count == 1 || !q.unproven)
                && q.unit.is_some_and(|u| set.has(u.signature));
            if !fits {
                continue;
            }
            if chosen.is_none() {
                chosen = Some((number, q.end));
            } else {
                scratch.stack.push((pc | ALTERNATIVE, number, scratch.events.len() as u32));
            }
        }
        let Some((number, end)) = chosen else { return FAILED };
        scratch.stack[from..].reverse();
        scratch.events.push(Event::Quantity(number));
        end as usize
    }

    fn unit(&mut self, op: Op, at: usize, scratch: &mut Scratch) -> usize {
        let View { grammar, text, tokens, .. } = self.view;
        if at >= self.limit || !grammar.units.begins(tokens[at].word) {
            return FAILED;
        }
        let set = &grammar.units.sets()[op.operand as usize];
        let found = grammar.units.parse(text, tokens, at).into_iter().find(|u| {
            set.has(u.signature)
                && u.end as usize <= self.limit
                && (op.count == 1 || !u.guarded || Units::proven(tokens, at, u.end as usize))
        });
        let Some(unit) = found else { return FAILED };
        scratch.events.push(Event::Unit(self.units.len() as u32));
        self.units.push(unit);
        unit.end as usize
    }
}

/// Where a word stands among sorted words.
fn place(words: &[WordId], word: WordId) -> Option<usize> {
    if words.len() <= 8 { words.iter().position(|w| *w == word) } else { words.binary_search(&word).ok() }
}

/// So many steps an attempt takes before it remembers where it was.
const UNREMEMBERED: u64 = 100;

const ALTERNATIVE: u32 = 1 << 31;

fn token_fits(test: TokenTest, token: &Token) -> bool {
    match test {
        TokenTest::Any => true,
        TokenTest::Word => token.class == Class::Word,
        TokenTest::Capital => token.class == Class::Word && token.has(CAPITAL),
        TokenTest::Upper => {
            matches!(token.class, Class::Word | Class::Abbreviation)
                && token.has(CAPITAL)
                && !token.has(LOWER)
        }
        TokenTest::Digits => token.class == Class::Number,
        TokenTest::Mark => token.class == Class::Mark,
    }
}
