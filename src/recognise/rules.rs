//! Tries, at each token, the rules that can begin there.

use super::matcher::{Event, Machine, View};
use crate::grammar::Constant;
use crate::grammar::need::Seen;
use crate::grammar::rule::{CaseSource, CompiledGuard, CompiledRule, GuardTest};
use crate::grammar::syntax::RuleKind;
use crate::segment::Segments;

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

/// A cue that says which patient of several is meant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CaseCue {
    pub(crate) rule: u32,
    /// First token and one past the last.
    pub(crate) tokens: (u32, u32),
    pub(crate) which: Which,
}

/// Which patient of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// The one of that number.
    Number(u16),
    /// The one after the one before.
    Next,
    /// All of them.
    All,
}

/// All proposals of one text.
#[derive(Debug, Default)]
pub(crate) struct Proposals {
    pub(crate) all: Vec<Proposal>,
    /// Cues: rule and tokens.
    pub(crate) cues: Vec<(u32, u32, u32)>,
    /// Cues that tell the patients of one report apart.
    pub(crate) cases: Vec<CaseCue>,
    pub(crate) events: Vec<Event>,
    /// By sentence: one past its last proposal.
    pub(crate) sentences: Vec<u32>,
    matches: u32,
    tried: Vec<u32>,
    seen: Seen,
}

impl Proposals {
    fn clear(&mut self) {
        self.all.clear();
        self.cues.clear();
        self.cases.clear();
        self.events.clear();
        self.sentences.clear();
        self.matches = 0;
    }

    /// Takes away what one rule proposed.
    pub(crate) fn leave_out(&mut self, rule: u32) {
        let mut left = 0;
        let mut from = 0;
        for end in &mut self.sentences {
            let others = self.all[from..*end as usize].iter().filter(|p| p.rule != rule).count() as u32;
            from = *end as usize;
            left += others;
            *end = left;
        }
        self.all.retain(|proposal| proposal.rule != rule);
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
    machine.reports.clear();
    let index = &view.grammar.index;
    // By rule: the token at which it was tried last, plus one.
    let mut tried = std::mem::take(&mut out.tried);
    tried.clear();
    tried.resize(view.grammar.rules.len(), 0u32);
    let mut seen = std::mem::take(&mut out.seen);
    seen.clear(&index.needs);
    for (sentence, range) in segments.sentences.iter().enumerate() {
        // From the last token to the first, so that what stands further on is known.
        for at in (range.start as usize..range.end as usize).rev() {
            index.openings(view.lattice, view.tokens, at, range.end as usize, &mut seen, |rule| {
                let rule = rule as usize;
                if tried[rule] != at as u32 + 1 {
                    tried[rule] = at as u32 + 1;
                    attempt(view, segments, machine, rule, sentence, at, out);
                }
            });
        }
        out.sentences.push(out.all.len() as u32);
    }
    out.tried = tried;
    out.seen = seen;
}

/// Tries one rule over the whole text: the way examples run alone.
pub(crate) fn propose_for(
    view: View<'_>,
    segments: &Segments,
    machine: &mut Machine,
    rule: usize,
    out: &mut Proposals,
) {
    out.clear();
    machine.units.clear();
    machine.reports.clear();
    for (sentence, range) in segments.sentences.iter().enumerate() {
        for at in range.start as usize..range.end as usize {
            attempt(view, segments, machine, rule, sentence, at, out);
        }
        out.sentences.push(out.all.len() as u32);
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
    // Most reports have no table, and what is read in tables alone looks like any other number.
    if rule.only_in_rows && !segments.in_row(at as u32) {
        return;
    }
    let range = segments.sentences[sentence];
    let before = machine.main.steps + machine.sub.steps;
    // What must stand before a match is looked for before the match, which then need not be sought most times.
    let begins = !rule.must_follow
        || rule
            .guards
            .iter()
            .filter(|guard| guard.must_follow())
            .all(|guard| guard_holds(view, segments, machine, guard, sentence, at, at));
    let end = if begins { machine.run(view, rule, at, range.end as usize) } else { None };
    if let Some(costs) = &mut machine.costs {
        let cost = &mut costs[number];
        cost.attempts += 1;
        cost.matches += u64::from(end.is_some());
        cost.steps += machine.main.steps + machine.sub.steps - before;
    }
    let Some(end) = end else { return };
    let mut guards = rule.guards.iter().filter(|guard| !guard.must_follow());
    if end == at || !guards.all(|guard| guard_holds(view, segments, machine, guard, sentence, at, end)) {
        return;
    }
    if rule.kind == RuleKind::Context {
        match rule.case() {
            None => out.cues.push((number as u32, at as u32, end as u32)),
            Some(source) => {
                let which = which(view, source, &machine.main.events);
                let cue = which.map(|which| CaseCue {
                    rule: number as u32,
                    tokens: (at as u32, end as u32),
                    which,
                });
                out.cases.extend(cue);
            }
        }
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
            let inside = |slot: u8| {
                captured(own, slot).or_else(|| {
                    if rule.slots[slot as usize].list.is_none() { captured(all, slot) } else { None }
                })
            };
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

/// The patient that a cue means; `None` where its number cannot be one of a patient.
fn which(view: View<'_>, source: CaseSource, events: &[Event]) -> Option<Which> {
    let slot = match source {
        CaseSource::All => return Some(Which::All),
        CaseSource::Next => return Some(Which::Next),
        CaseSource::Capture(slot) => slot,
    };
    let begin = events.iter().position(|e| matches!(e, Event::Begin(s, _) if *s == slot))?;
    let held = events[begin..].iter().take_while(|e| !matches!(e, Event::End(s, _) if *s == slot));
    let number = held.filter_map(|event| match event {
        Event::Quantity(q) => Some(view.lattice.quantities[*q as usize].low),
        Event::Tag(constant) => match &view.grammar.constants[*constant as usize] {
            Constant::Number(number) => Some(*number),
            Constant::Text(_) => None,
        },
        _ => None,
    });
    let number = number.last()?.to_f64();
    (1.0..=MOST_CASES).contains(&number).then_some(Which::Number(number as u16))
}

/// No report tells of more patients one by one; a higher number counts something else.
const MOST_CASES: f64 = 99.0;

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
    first_failed(view, segments, machine, &rule.guards, sentence, at, end)
}

/// The first of some guards that does not hold around the tokens from `at` to `end`.
pub(crate) fn first_failed(
    view: View<'_>,
    segments: &Segments,
    machine: &mut Machine,
    guards: &[CompiledGuard],
    sentence: usize,
    at: usize,
    end: usize,
) -> Option<usize> {
    guards.iter().position(|guard| !guard_holds(view, segments, machine, guard, sentence, at, end))
}

/// Whether a guard holds for a match from token `at` to before token `end`.
fn guard_holds(
    view: View<'_>,
    segments: &Segments,
    machine: &mut Machine,
    guard: &CompiledGuard,
    sentence: usize,
    at: usize,
    end: usize,
) -> bool {
    let range = segments.sentences[sentence];
    let limit = range.end as usize;
    let found = match &guard.test {
        GuardTest::Before(program) => machine.sub(view, *program, end, limit).is_some(),
        GuardTest::After(program) => {
            let (least, most) = view.grammar.sub_code[*program as usize].length;
            (least.max(1) as usize..=LOOK_BACK.min(most as usize))
                .take_while(|back| at >= range.start as usize + back)
                .any(|back| machine.sub(view, *program, at - back, at) == Some(at))
        }
        GuardTest::Sentence(program) => {
            let from = (range.start as usize).max(at.saturating_sub(NEARBY));
            let to = limit.min(end + NEARBY);
            machine.any(view, *program, from..to, limit)
        }
        GuardTest::Opening(program) => {
            let limit = view.tokens.len().min(OPENING);
            machine.any(view, *program, 0..limit, limit)
        }
        GuardTest::Report(program) => {
            // The answer is the same all over the report, so that it is asked for once.
            let known = machine.reports.iter().find(|(asked, _)| asked == program).map(|known| known.1);
            known.unwrap_or_else(|| {
                let limit = view.tokens.len();
                let found = machine.any(view, *program, 0..limit, limit);
                machine.reports.push((*program, found));
                found
            })
        }
        GuardTest::Section(kinds) => {
            kinds.iter().any(|k| *k == segments.section_kind(view.grammar, at as u32))
        }
        GuardTest::Row => segments.in_row(at as u32),
        GuardTest::Column(program) => {
            segments.heading_of(view.text, view.tokens, at as u32).is_some_and(|heading| {
                (heading.start..heading.end)
                    .any(|t| machine.sub(view, *program, t as usize, heading.end as usize).is_some())
            })
        }
    };
    found != guard.negated
}

/// Guards look back over at most so many tokens.
const LOOK_BACK: usize = 6;
/// "In the sentence" means at most so many tokens away, so that long sentences cost no more than short ones.
const NEARBY: usize = 40;
/// "In the opening" means within so many tokens from the start of the report: a heading and a sentence or two, which
/// say who the patient is.
const OPENING: usize = 80;
