//! Runs programs over tokens. Each pair of a branching instruction and a token is visited once per attempt, so
//! an attempt costs at most the program's length times the window; there is no unbounded backtracking.

use super::lattice::Lattice;
use crate::grammar::Grammar;
use crate::grammar::program::{Assertion, Inst, NumberTest, Program, Sign, TokenTest};
use crate::grammar::units::Unit;
use crate::segment::token::{CAPITAL, Class, LINE, LOWER, SPACE, Token};
use crate::segment::words::UNKNOWN;

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
    /// Units that stand apart from a number.
    pub(crate) units: Vec<Unit>,
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
    /// Runs a program at a token, not beyond `limit`; returns one past its last token.
    pub(crate) fn run(
        &mut self,
        view: View<'_>,
        program: &Program,
        start: usize,
        limit: usize,
    ) -> Option<usize> {
        let limit = limit.min(start + WINDOW);
        exec(
            view,
            program,
            start,
            limit,
            &mut self.main,
            Some(&mut self.sub),
            &mut self.units,
            &mut self.furthest,
        )
    }

    /// Whether a sub-program matches at a token.
    pub(crate) fn sub(&mut self, view: View<'_>, number: u32, start: usize, limit: usize) -> Option<usize> {
        let program = &view.grammar.sub_programs[number as usize];
        if start < limit && !view.lattice.sign(start).meets(program.needs[0]) && program.needs[0] != Sign::ALL
        {
            return None;
        }
        exec(view, program, start, limit.min(start + WINDOW), &mut self.sub, None, &mut self.units, &mut None)
    }
}

#[allow(
    clippy::too_many_arguments,
    reason = "one call site per kind of run; a struct would only rename them"
)]
fn exec(
    view: View<'_>,
    program: &Program,
    start: usize,
    limit: usize,
    scratch: &mut Scratch,
    mut sub: Option<&mut Scratch>,
    units: &mut Vec<Unit>,
    furthest: &mut Option<Furthest>,
) -> Option<usize> {
    let length = program.insts.len();
    let began = scratch.steps;
    scratch.stamp = scratch.stamp.wrapping_add(1);
    if scratch.stamp == 0 {
        scratch.visited.fill(0);
        scratch.stamp = 1;
    }
    scratch.stack.clear();
    scratch.events.clear();
    let tokens = view.tokens;
    let mut pc = 0u32;
    let mut at = start;
    'resume: loop {
        loop {
            scratch.steps += 1;
            let advanced: Option<usize> = match &program.insts[pc as usize] {
                Inst::Word(word) => (at < limit && tokens[at].word == *word).then(|| at + 1),
                Inst::Set(words) => {
                    let fits = at < limit && {
                        let word = tokens[at].word;
                        if words.len() <= 8 {
                            words.contains(&word)
                        } else {
                            words.binary_search(&word).is_ok()
                        }
                    };
                    fits.then(|| at + 1)
                }
                Inst::Dispatch(words) => {
                    let word = if at < limit { tokens[at].word } else { UNKNOWN };
                    match words.binary_search_by_key(&word, |(w, _)| *w) {
                        Ok(found) => {
                            pc = words[found].1;
                            at += 1;
                            continue;
                        }
                        Err(_) => None,
                    }
                }
                Inst::Exact(word, written) => {
                    (at < limit && tokens[at].word == *word && tokens[at].span().of(view.text) == &**written)
                        .then(|| at + 1)
                }
                Inst::Vocabulary(test) => {
                    let mut chosen = None;
                    let from = scratch.stack.len();
                    if at < limit {
                        for hit in view.lattice.hits_at(at) {
                            let fits = hit.vocabulary == test.vocabulary
                                && hit.end as usize <= limit
                                && (test.ambiguous || !hit.ambiguous)
                                && test.only.as_ref().is_none_or(|only| {
                                    only[hit.entry as usize / 64] >> (hit.entry % 64) & 1 == 1
                                });
                            if !fits {
                                continue;
                            }
                            if chosen.is_none() {
                                chosen = Some(*hit);
                            } else {
                                // The way back: the same instruction with a shorter entry, as a resumed choice.
                                scratch.stack.push((
                                    pc | ALTERNATIVE,
                                    hit_index(view.lattice, at, hit),
                                    scratch.events.len() as u32,
                                ));
                            }
                        }
                        scratch.stack[from..].reverse();
                    }
                    chosen.map(|hit| {
                        scratch.events.push(Event::Entry(hit.entry));
                        hit.end as usize
                    })
                }
                Inst::Number(test) => {
                    let found = (at < limit).then(|| view.lattice.quantities_at(at)).and_then(|qs| {
                        qs.iter().position(|q| {
                            q.unit.is_none()
                                && q.end as usize <= limit
                                && match test {
                                    NumberTest::Single => q.high.is_none() && !q.ordinal,
                                    NumberTest::Whole => q.high.is_none() && !q.ordinal && q.whole,
                                    NumberTest::Range => q.high.is_some(),
                                    NumberTest::Ordinal => q.ordinal,
                                }
                        })
                    });
                    found.map(|offset| {
                        let index = quantity_index(view.lattice, at) + offset as u32;
                        scratch.events.push(Event::Quantity(index));
                        view.lattice.quantities[index as usize].end as usize
                    })
                }
                Inst::Quantity(test) => {
                    let mut chosen = None;
                    let from = scratch.stack.len();
                    if at < limit {
                        let first = quantity_index(view.lattice, at);
                        let set = &view.grammar.units.sets()[test.dimensions as usize];
                        for (offset, q) in view.lattice.quantities_at(at).iter().enumerate() {
                            let fits = q.end as usize <= limit
                                && (test.guarded || !q.unproven)
                                && q.unit.is_some_and(|u| set.has(u.signature));
                            if !fits {
                                continue;
                            }
                            let index = first + offset as u32;
                            if chosen.is_none() {
                                chosen = Some(index);
                            } else {
                                scratch.stack.push((pc | ALTERNATIVE, index, scratch.events.len() as u32));
                            }
                        }
                        scratch.stack[from..].reverse();
                    }
                    chosen.map(|index| {
                        scratch.events.push(Event::Quantity(index));
                        view.lattice.quantities[index as usize].end as usize
                    })
                }
                Inst::Unit(test) => {
                    let set = &view.grammar.units.sets()[test.dimensions as usize];
                    let found = (at < limit && view.grammar.units.begins(tokens[at].word))
                        .then(|| view.grammar.units.parse(view.text, tokens, at))
                        .and_then(|found| {
                            found.into_iter().find(|u| {
                                set.has(u.signature)
                                    && u.end as usize <= limit
                                    && (test.guarded
                                        || !u.guarded
                                        || crate::grammar::units::Units::proven(tokens, at, u.end as usize))
                            })
                        });
                    found.map(|unit| {
                        scratch.events.push(Event::Unit(units.len() as u32));
                        units.push(unit);
                        unit.end as usize
                    })
                }
                Inst::Token(test) => (at < limit && token_fits(*test, &tokens[at])).then(|| at + 1),
                Inst::Letters(test) => {
                    let fits = at < limit && tokens[at].class == Class::Word && {
                        let word = tokens[at].span().of(view.text);
                        word.strip_prefix(&*test.after).is_some_and(|rest| {
                            !rest.is_empty() && rest.chars().all(|c| test.set.contains(c))
                        })
                    };
                    fits.then(|| at + 1)
                }
                Inst::Gap(stop) => {
                    let free = at < limit
                        && match (stop, sub.as_deref_mut()) {
                            (Some(stop), Some(sub)) => {
                                let program = &view.grammar.sub_programs[*stop as usize];
                                !view.lattice.sign(at).meets(program.needs[0])
                                    || exec(
                                        view,
                                        program,
                                        at,
                                        limit.min(at + WINDOW),
                                        sub,
                                        None,
                                        units,
                                        &mut None,
                                    )
                                    .is_none()
                            }
                            _ => true,
                        };
                    free.then(|| at + 1)
                }
                Inst::Assert(assertion) => {
                    let holds = match assertion {
                        Assertion::Tight => tokens.get(at).is_none_or(|t| !t.has(SPACE)),
                        Assertion::Apart => tokens.get(at).is_none_or(|t| t.has(SPACE)),
                        Assertion::LineStart => tokens.get(at).is_some_and(|t| t.has(LINE)),
                        Assertion::LineEnd => tokens.get(at).is_none_or(|t| t.has(LINE)),
                    };
                    holds.then_some(at)
                }
                Inst::Split(first, second, need_first, need_second) => {
                    // A branch that cannot begin with this token is not entered.
                    let sign = if at < limit { view.lattice.sign(at) } else { Sign::default() };
                    let open = |need: Sign| sign.meets(need) || need == Sign::ALL;
                    match (open(*need_first), open(*need_second)) {
                        (true, true) => {}
                        (true, false) => {
                            pc = *first;
                            continue;
                        }
                        (false, true) => {
                            pc = *second;
                            continue;
                        }
                        (false, false) => {
                            // Nothing was consumed; the first branch fails where it wants its token.
                            note(furthest, program, *first, at);
                            match resume(program, view, scratch, &mut pc, &mut at) {
                                true => continue 'resume,
                                false => return None,
                            }
                        }
                    }
                    // Short attempts need no memory of where they were.
                    if scratch.steps - began > UNREMEMBERED {
                        let needed = (limit - start + 1) * length;
                        if scratch.visited.len() < needed {
                            scratch.visited.resize(needed, 0);
                        }
                        let mark = &mut scratch.visited[(at - start) * length + pc as usize];
                        if *mark == scratch.stamp {
                            match resume(program, view, scratch, &mut pc, &mut at) {
                                true => continue 'resume,
                                false => return None,
                            }
                        }
                        *mark = scratch.stamp;
                    }
                    scratch.stack.push((*second, at as u32, scratch.events.len() as u32));
                    pc = *first;
                    continue;
                }
                Inst::Jump(to) => {
                    pc = *to;
                    continue;
                }
                Inst::Begin(slot) => {
                    scratch.events.push(Event::Begin(*slot, at as u32));
                    Some(at)
                }
                Inst::End(slot) => {
                    scratch.events.push(Event::End(*slot, at as u32));
                    Some(at)
                }
                Inst::Tag(constant) => {
                    scratch.events.push(Event::Tag(*constant));
                    Some(at)
                }
                Inst::Item(list) => {
                    scratch.events.push(Event::Item(*list, at as u32));
                    Some(at)
                }
                Inst::Match => return Some(at),
            };
            match advanced {
                Some(next) => {
                    at = next;
                    pc += 1;
                }
                None => {
                    note(furthest, program, pc, at);
                    break;
                }
            }
        }
        if !resume(program, view, scratch, &mut pc, &mut at) {
            return None;
        }
    }
}

/// Notes how far an attempt got; `pc` leads to the element that failed.
fn note(furthest: &mut Option<Furthest>, program: &Program, pc: u32, at: usize) {
    if let Some(far) = furthest
        && (!far.any || at as u32 > far.token)
    {
        let inst = program.next(pc).first().copied().flatten().unwrap_or(pc);
        *far = Furthest { token: at as u32, inst, any: true };
    }
}

/// Goes on with the last choice that is still open; false if there is none.
fn resume(program: &Program, view: View<'_>, scratch: &mut Scratch, pc: &mut u32, at: &mut usize) -> bool {
    let Some((to, place, events)) = scratch.stack.pop() else { return false };
    scratch.events.truncate(events as usize);
    if to & ALTERNATIVE == 0 {
        *pc = to;
        *at = place as usize;
        return true;
    }
    // A vocabulary or quantity instruction goes on with another of its readings.
    let inst = to & !ALTERNATIVE;
    match &program.insts[inst as usize] {
        Inst::Vocabulary(_) => {
            let hit = view.lattice.hits[place as usize];
            scratch.events.push(Event::Entry(hit.entry));
            *at = hit.end as usize;
        }
        _ => {
            scratch.events.push(Event::Quantity(place));
            *at = view.lattice.quantities[place as usize].end as usize;
        }
    }
    *pc = inst + 1;
    true
}

/// So many steps an attempt takes before it remembers where it was.
const UNREMEMBERED: u64 = 100;

const ALTERNATIVE: u32 = 1 << 31;

fn hit_index(lattice: &Lattice, at: usize, hit: &crate::grammar::lexicon::Hit) -> u32 {
    let first = lattice.edges(at).map_or(0, |e| e.hits.0);
    let offset = lattice.hits_at(at).iter().position(|h| h == hit).unwrap_or(0);
    first + offset as u32
}

fn quantity_index(lattice: &Lattice, at: usize) -> u32 {
    lattice.edges(at).map_or(0, |e| e.quantities.0)
}

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
