//! How facts are meant: cues and their scopes give status, subject and time.

mod case;

use crate::grammar::Grammar;
use crate::grammar::rule::{CompiledRule, GuardTest};
use crate::model::{Entity, Subject};
use crate::recognise::Proposals;
use crate::recognise::matcher::{Machine, View};
use crate::segment::token::{LINE, PARAGRAPH};
use crate::segment::{Segments, kind_name};

/// What a cue did, for explanations.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effect {
    /// The context rule.
    pub(crate) rule: u32,
    /// The tokens of the cue.
    pub(crate) cue: (u32, u32),
    /// The tokens that it works on.
    pub(crate) scope: (u32, u32),
    /// The entity that it qualified.
    pub(crate) entity: u32,
}

/// A cue in a text.
#[derive(Clone, Copy, Debug)]
struct Cue {
    rule: u32,
    start: u32,
    end: u32,
}

/// Sets the assertions of `entities`, which stand at `places` (tokens).
#[allow(clippy::too_many_arguments, reason = "one call site per kind of run")]
pub(crate) fn qualify<'x>(
    grammar: &'x Grammar,
    view: View<'_>,
    segments: &Segments,
    machine: &mut Machine,
    proposals: &Proposals,
    places: &[(u32, u32)],
    entities: &mut [Entity<'x>],
    mut trace: Option<&mut Vec<Effect>>,
) {
    if entities.is_empty() {
        return;
    }
    sections(view, segments, places, entities, trace.as_deref_mut());
    if !proposals.cues.is_empty() {
        cues(grammar, view, segments, machine, &proposals.cues, places, entities, trace.as_deref_mut());
    }
    case::tell_apart(view, segments, machine, &proposals.cases, places, entities, trace);
}

/// Lets each cue work on the facts in its scope.
#[allow(clippy::too_many_arguments, reason = "the stage's own arguments, handed on")]
fn cues<'x>(
    grammar: &'x Grammar,
    view: View<'_>,
    segments: &Segments,
    machine: &mut Machine,
    cues: &[(u32, u32, u32)],
    places: &[(u32, u32)],
    entities: &mut [Entity<'x>],
    mut trace: Option<&mut Vec<Effect>>,
) {
    let chosen = choose(view, cues);
    for (number, cue) in chosen.iter().enumerate() {
        let rule = &view.grammar.rules[cue.rule as usize];
        if rule.scope.pseudo || rule.scope.terminator {
            continue;
        }
        let (from, to) = scope(view, segments, machine, &chosen, number);
        let relative = relative(view, grammar, cue);
        let first = places.partition_point(|p| p.1 <= from);
        for (at, place) in places.iter().enumerate().skip(first) {
            if place.0 >= to {
                break;
            }
            // A cue does not qualify a fact that it is part of, or that is part of it.
            let inside =
                place.0 <= cue.start && cue.end <= place.1 || cue.start <= place.0 && place.1 <= cue.end;
            let entity = &mut entities[at];
            if inside || place.0 < from || place.1 > to || rule.scope.types >> entity.kind as u8 & 1 == 0 {
                continue;
            }
            if let Some(trace) = trace.as_deref_mut() {
                let cue = (cue.start, cue.end);
                trace.push(Effect { rule: chosen[number].rule, cue, scope: (from, to), entity: at as u32 });
            }
            apply(rule, entity);
            if rule.productions.iter().any(|p| p.subject == Some(Subject::Family)) {
                entity.relative = relative.or(entity.relative);
            }
        }
    }
}

/// The relative that a cue names.
fn relative<'x>(view: View<'_>, grammar: &'x Grammar, cue: &Cue) -> Option<&'x str> {
    let hits = (cue.start..cue.end).flat_map(|t| view.lattice.hits_at(t as usize));
    let hit = hits.into_iter().find(|h| Some(h.vocabulary) == grammar.relative)?;
    Some(grammar.name_of(hit.entry))
}

/// Gives a fact the assertions of a context rule.
fn apply(rule: &CompiledRule, entity: &mut Entity<'_>) {
    for production in &rule.productions {
        if let Some(status) = production.status {
            entity.assertion.status = status;
        }
        if let Some(subject) = production.subject {
            entity.assertion.subject = subject;
        }
        if let Some(time) = production.time {
            entity.assertion.time = time;
        }
        if let Some(role) = production.role {
            entity.role = Some(role);
        }
    }
}

/// Applies the rules for whole sections; cues in the text come later and win.
fn sections(
    view: View<'_>,
    segments: &Segments,
    places: &[(u32, u32)],
    entities: &mut [Entity<'_>],
    mut trace: Option<&mut Vec<Effect>>,
) {
    for &number in &view.grammar.section_rules {
        let rule = &view.grammar.rules[number as usize];
        for (at, entity) in entities.iter_mut().enumerate() {
            let part = &segments.parts[entity.section as usize];
            let kind = kind_name(view.grammar, part);
            let named = rule.guards.iter().all(|g| match &g.test {
                GuardTest::Section(kinds) => kinds.iter().any(|k| k == kind) != g.negated,
                _ => true,
            });
            if !named || rule.scope.types >> entity.kind as u8 & 1 == 0 {
                continue;
            }
            if let Some(trace) = trace.as_deref_mut() {
                let title = (part.title.start, part.title.end);
                trace.push(Effect { rule: number, cue: title, scope: places[at], entity: at as u32 });
            }
            apply(rule, entity);
        }
    }
}

/// What stands at a token: a cue, a cue or terminator, or a cue that tells no more than the role of a diagnosis.
const TELLS: usize = 0;
const ENDS: usize = 1;
const TELLS_ROLE: usize = 2;

/// Of cues that overlap, the longest; then the first in the files. What only ends scopes gives way to longer cues, but
/// does not keep a cue from working: "…, and the patient" ends the scope of a cue before it and is one itself. A role says
/// nothing of status, subject or time, so that its cues may overlap with theirs.
fn choose(view: View<'_>, cues: &[(u32, u32, u32)]) -> Vec<Cue> {
    let mut all: Vec<Cue> = cues.iter().map(|&(rule, start, end)| Cue { rule, start, end }).collect();
    all.sort_unstable_by_key(|c| (std::cmp::Reverse(c.end - c.start), c.rule, c.start));
    // By token: the types for which a cue, and a cue or terminator, stands there. Cues for different types may share
    // their place.
    let mut taken = vec![[0u64; 3]; view.tokens.len()];
    let mut out = Vec::new();
    for cue in all {
        let rule = &view.grammar.rules[cue.rule as usize];
        let scope = &rule.scope;
        let range = cue.start as usize..cue.end as usize;
        let layer = if scope.terminator {
            ENDS
        } else if rule.tells_only_role() {
            TELLS_ROLE
        } else {
            TELLS
        };
        if taken[range.clone()].iter().any(|t| t[layer] & scope.types != 0) {
            continue;
        }
        for token in &mut taken[range] {
            token[layer] |= scope.types;
            if layer == TELLS {
                token[ENDS] |= scope.types;
            }
        }
        out.push(cue);
    }
    out.sort_unstable_by_key(|c| c.start);
    out
}

/// The tokens that a cue works on.
fn scope(
    view: View<'_>,
    segments: &Segments,
    machine: &mut Machine,
    cues: &[Cue],
    number: usize,
) -> (u32, u32) {
    let cue = cues[number];
    let rule = &view.grammar.rules[cue.rule as usize];
    let sentence = segments.sentences[segments.sentence_of(cue.start)];
    if rule.scope.whole_section {
        let part = segments.parts[segments.part_of(cue.start)];
        return (part.run.start, part.run.end);
    }
    if rule.scope.paragraph {
        return (cue.end, paragraph(view, segments, machine, cue));
    }
    // What overlaps with the cue itself ends nothing.
    let ends = |other: &Cue| {
        let scope = &view.grammar.rules[other.rule as usize].scope;
        let apart = other.end <= cue.start || cue.end <= other.start;
        scope.terminator && apart && !rule.scope.through
    };
    let mut from = cue.start;
    let mut to = cue.end;
    if rule.scope.forward {
        to = sentence.end.min(cue.end.saturating_add(rule.scope.most));
        if let Some(stop) = cues[number + 1..].iter().take_while(|c| c.start < to).find(|c| ends(c)) {
            to = stop.start;
        }
        if let Some(program) = rule.scope.stop
            && let Some(at) = (cue.end..to)
                .find(|t| machine.sub(view, program, *t as usize, sentence.end as usize).is_some())
        {
            to = at;
        }
    }
    if rule.scope.backward {
        from = sentence.start.max(cue.start.saturating_sub(rule.scope.most));
        if let Some(stop) = cues[..number].iter().rev().take_while(|c| c.end > from).find(|c| ends(c)) {
            from = stop.end;
        }
        if let Some(program) = rule.scope.stop {
            let stopped = (from..cue.start)
                .rev()
                .find_map(|t| machine.sub(view, program, t as usize, cue.start as usize));
            if let Some(end) = stopped {
                from = end as u32;
            }
        }
    }
    (from, to)
}

/// Where the scope of a cue ends that works on its paragraph: before the words that stop it if they begin a line, else
/// before the sentence in which they stand.
fn paragraph(view: View<'_>, segments: &Segments, machine: &mut Machine, cue: Cue) -> u32 {
    let rule = &view.grammar.rules[cue.rule as usize];
    let end = segments.parts[segments.part_of(cue.start)].run.end;
    for at in cue.end..end {
        let token = &view.tokens[at as usize];
        // A heading on a line of its own means the paragraph below it.
        if token.has(PARAGRAPH) && at > cue.end {
            return at;
        }
        let Some(program) = rule.scope.stop else { continue };
        if machine.sub(view, program, at as usize, end as usize).is_some() {
            let sentence = segments.sentences[segments.sentence_of(at)];
            return if token.has(LINE) { at } else { sentence.start.max(cue.end) };
        }
    }
    end
}
