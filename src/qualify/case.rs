//! Which patient of several a fact is about: labels such as "Case 2" and "the second patient", and how far they reach.

use super::{Effect, apply};
use crate::grammar::rule::CompiledScope;
use crate::model::Entity;
use crate::recognise::matcher::{Machine, View};
use crate::recognise::{CaseCue, Which};
use crate::segment::{Part, Segments};

/// A label with its number and its reach.
#[derive(Clone, Copy, Debug)]
struct Label {
    rule: u32,
    cue: (u32, u32),
    /// `None` for all patients.
    number: Option<u16>,
    scope: (u32, u32),
}

/// Gives the facts of a report on several patients the number of their patient.
pub(super) fn tell_apart(
    view: View<'_>,
    segments: &Segments,
    machine: &mut Machine,
    cues: &[CaseCue],
    places: &[(u32, u32)],
    entities: &mut [Entity<'_>],
    mut trace: Option<&mut Vec<Effect>>,
) {
    let labels = labels(view, segments, cues);
    let numbers = || labels.iter().filter_map(|l| l.number);
    // A report that numbers one patient only tells of one.
    if numbers().min() == numbers().max() {
        return;
    }
    let mut reach = Reach { view, segments, by_token: vec![0; view.tokens.len()], labels };
    reach.sections();
    reach.sentences(machine);
    for (at, (entity, place)) in entities.iter_mut().zip(places).enumerate() {
        let Some(label) = reach.by_token[place.0 as usize].checked_sub(1).map(|l| reach.labels[l as usize])
        else {
            continue;
        };
        entity.case = label.number;
        apply(&view.grammar.rules[label.rule as usize], entity);
        if let Some(trace) = trace.as_deref_mut() {
            trace.push(Effect { rule: label.rule, cue: label.cue, scope: label.scope, entity: at as u32 });
        }
    }
}

/// The labels in the order of the text: of those that overlap the first, then the longest, then the first in the files.
fn labels(view: View<'_>, segments: &Segments, cues: &[CaseCue]) -> Vec<Label> {
    let mut cues = cues.to_vec();
    cues.sort_unstable_by_key(|c| (c.tokens.0, std::cmp::Reverse(c.tokens.1), c.rule));
    let mut out: Vec<Label> = Vec::with_capacity(cues.len());
    let mut last = 0;
    for cue in cues {
        if out.last().is_some_and(|l| l.cue.1 > cue.tokens.0) {
            continue;
        }
        let lasting = view.grammar.rules[cue.rule as usize].scope.whole_section;
        let number = match cue.which {
            Which::All => None,
            Which::Number(number) => Some(number),
            Which::Next => Some(last.max(1) + 1),
        };
        if let Some(number) = number.filter(|_| lasting) {
            // What stands before "another patient" is about the first, even where no label says so.
            if last == 0 && number == 2 {
                let part = segments.parts[segments.part_of(cue.tokens.0)].run.start;
                let label = Label { rule: cue.rule, cue: (part, part), number: Some(1), scope: (part, part) };
                let place = out.partition_point(|l| l.cue.0 < part);
                out.insert(place, label);
            }
            last = number;
        }
        // "The first patient (patient A)" says it twice.
        let again = out.last().is_some_and(|l| l.number == number && l.cue.1 + 1 >= cue.tokens.0);
        if again {
            continue;
        }
        out.push(Label { rule: cue.rule, cue: cue.tokens, number, scope: cue.tokens });
    }
    out
}

/// How far labels reach.
struct Reach<'d> {
    view: View<'d>,
    segments: &'d Segments,
    labels: Vec<Label>,
    /// By token: the label that holds there, counted from 1.
    by_token: Vec<u32>,
}

impl<'d> Reach<'d> {
    fn rule_scope(&self, label: usize) -> &'d CompiledScope {
        &self.view.grammar.rules[self.labels[label].rule as usize].scope
    }

    fn is_caption(&self, part: &Part) -> bool {
        part.kind.is_some_and(|kind| self.view.grammar.is_paragraph_heading(kind))
    }

    fn sentence_start(&self, token: u32) -> u32 {
        self.segments.sentences[self.segments.sentence_of(token)].start
    }

    /// Where the label before ends, if it stands in the sentence of this one.
    fn before_in_sentence(&self, label: usize) -> Option<u32> {
        let cue = self.labels[label].cue;
        let before = label.checked_sub(1).map(|l| self.labels[l].cue)?;
        (before.1 > before.0 && before.1 > self.sentence_start(cue.0)).then_some(before.1)
    }

    fn paint(&mut self, label: usize, from: u32, to: u32) {
        self.labels[label].scope = (from, to);
        self.by_token[from as usize..to.max(from) as usize].fill(label as u32 + 1);
    }

    /// Labels that hold until the next one: first those of the text, which reach over captions, then those in captions.
    fn sections(&mut self) {
        for captions in [false, true] {
            let own: Vec<(usize, usize)> = (0..self.labels.len())
                .filter(|l| self.rule_scope(*l).whole_section)
                .map(|l| (l, self.segments.part_of(self.labels[l].cue.0)))
                .filter(|(_, part)| self.is_caption(&self.segments.parts[*part]) == captions)
                .collect();
            for (at, (label, part)) in own.iter().enumerate() {
                let start = |label: usize| {
                    let cue = self.labels[label].cue;
                    if self.before_in_sentence(label).is_some() { cue.0 } else { self.sentence_start(cue.0) }
                };
                let from = start(*label);
                let next = own.get(at + 1).map_or(u32::MAX, |(next, _)| start(*next));
                let to = self.section_end(*part, next);
                self.paint(*label, from, to);
            }
        }
    }

    /// Where a label in this part ends at the latest: at a heading of the first rank of another kind.
    fn section_end(&self, part: usize, limit: u32) -> u32 {
        let parts = &self.segments.parts;
        let own = parts[part];
        if self.is_caption(&own) {
            return own.run.end.min(limit);
        }
        let other = parts[part + 1..]
            .iter()
            .take_while(|p| p.run.start < limit)
            .find(|p| p.kind != own.kind && p.kind.is_some_and(|k| self.view.grammar.is_top_heading(k)));
        other.map_or(self.view.tokens.len() as u32, |p| p.run.start).min(limit)
    }

    /// Labels that hold inside their sentence; those that stand behind their facts come last.
    fn sentences(&mut self, machine: &mut Machine) {
        for behind in [false, true] {
            for label in 0..self.labels.len() {
                let scope = self.rule_scope(label);
                if scope.whole_section || scope.forward == behind {
                    continue;
                }
                let cue = self.labels[label].cue;
                let sentence = self.segments.sentences[self.segments.sentence_of(cue.0)];
                let mut from = cue.0;
                if scope.backward {
                    // What lies between two labels belongs to the first, unless the second stands behind its facts.
                    let shared = if scope.forward { cue.0 } else { sentence.start };
                    from = self.before_in_sentence(label).map_or(sentence.start, |end| end.max(shared));
                }
                let mut to = cue.1;
                if scope.forward {
                    let next = self.labels.get(label + 1).map_or(u32::MAX, |l| l.cue.0);
                    to = sentence.end.min(next).min(cue.1.saturating_add(scope.most));
                    if let Some(stop) = scope.stop {
                        let view = self.view;
                        let stopped = (cue.1..to)
                            .find(|t| machine.sub(view, stop, *t as usize, sentence.end as usize).is_some());
                        to = stopped.unwrap_or(to);
                    }
                }
                self.paint(label, from, to);
            }
        }
    }
}
