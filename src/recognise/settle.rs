//! Overlap is settled here and nowhere else: a rule that overrides another wins, then the longest match, then the
//! longest fact, then the order in the files.

use super::matcher::Event;
use super::rules::{Proposal, Proposals};
use crate::grammar::Grammar;
use crate::grammar::rule::CompiledField;
use crate::model::EntityType;
use smallvec::SmallVec;

/// Why a proposal lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    /// The winner's rule overrides its type or rule.
    Overridden(u32),
    /// The winner is longer, or earlier in the files.
    Overlap(u32),
}

/// Whether a type stands for a figure; the others are names. A figure and a name may share their place.
fn is_figure(kind: EntityType) -> bool {
    use EntityType as T;
    matches!(
        kind,
        T::Age
            | T::Duration
            | T::Date
            | T::RelativeTime
            | T::Frequency
            | T::Dose
            | T::Schedule
            | T::Cycle
            | T::Radiotherapy
            | T::Measurement
            | T::Size
            | T::Percentage
            | T::Ratio
            | T::Count
            | T::Transfusion
            | T::Tmb
    )
}

/// The layers in which facts compete: figures, names, anatomical sites, which stay inside the disease, finding or
/// procedure that they are the site of, and outcomes, which stand beside the disease whose outcome they are.
fn layer(kind: Option<EntityType>) -> usize {
    match kind {
        Some(EntityType::Anatomy) => 2,
        Some(EntityType::Outcome) => 3,
        Some(kind) if is_figure(kind) => FIGURES,
        _ => 1,
    }
}

const FIGURES: usize = 0;

/// Claims on tokens, by layer.
#[derive(Debug, Default)]
struct Claims {
    /// By token: number of the claiming match and of the proposal, plus one; 0 if free.
    owner: [Vec<(u32, u32)>; 4],
}

impl Claims {
    fn holder(&self, layer: usize, range: (u32, u32), matching: u32) -> Option<u32> {
        self.owner[layer][range.0 as usize..range.1 as usize]
            .iter()
            .find(|(m, p)| *p != 0 && *m != matching)
            .map(|(_, p)| p - 1)
    }

    fn take(&mut self, layer: usize, range: (u32, u32), matching: u32, proposal: u32) {
        for slot in &mut self.owner[layer][range.0 as usize..range.1 as usize] {
            *slot = (matching, proposal + 1);
        }
    }
}

/// The tokens of the figures that a proposal's fields were read from, outside its own place.
fn figure_parts(grammar: &Grammar, proposals: &Proposals, proposal: &Proposal) -> SmallVec<[(u32, u32); 4]> {
    let rule = &grammar.rules[proposal.rule as usize];
    let production = &rule.productions[proposal.production as usize];
    let mut out = SmallVec::new();
    let all = proposals.events_of(proposal);
    let events = match (production.each, proposal.item) {
        (Some((list, _)), Some(item)) => super::rules::items(all, list).nth(usize::from(item)).unwrap_or(all),
        _ => all,
    };
    let mut open: SmallVec<[(u8, u32); 8]> = SmallVec::new();
    let mut figure = false;
    for event in events {
        match event {
            Event::Begin(slot, at) => {
                open.push((*slot, *at));
                figure = false;
            }
            Event::Quantity(_) => figure = true,
            Event::End(slot, at) => {
                if let Some((_, from)) = open.pop() {
                    let used = production.fields.iter().any(|f| match f {
                        CompiledField::Spread(s) => s == slot,
                        CompiledField::Set(_, expr) => expr.uses(*slot),
                    });
                    if figure && used && from < *at {
                        out.push((from, *at));
                    }
                }
            }
            _ => {}
        }
    }
    out
}

/// Chooses the proposals that stand; returns their numbers, in the order of the text, and why the others lost.
pub(crate) fn settle(
    grammar: &Grammar,
    proposals: &Proposals,
    tokens: usize,
    losses: &mut Vec<(u32, Loss)>,
) -> Vec<u32> {
    losses.clear();
    let all = &proposals.all;
    let mut claims = Claims { owner: std::array::from_fn(|_| vec![(0, 0); tokens + 1]) };
    let mut kept = Vec::with_capacity(all.len());
    let mut alive = vec![true; all.len()];
    let mut order: Vec<(u128, u32)> = Vec::new();
    let mut start = 0;
    // A match stays in its sentence, so the facts of a sentence compete among themselves.
    for &end in &proposals.sentences {
        let sentence = std::mem::replace(&mut start, end)..end;
        override_others(grammar, all, sentence.clone(), &mut alive, losses);
        order.clear();
        order.extend(sentence.filter(|p| alive[*p as usize]).map(|p| (rank(&all[p as usize]), p)));
        order.sort_unstable();
        let first = kept.len();
        for (_, number) in &order {
            let proposal = &all[*number as usize];
            let rule = &grammar.rules[proposal.rule as usize];
            let layer = layer(rule.productions[proposal.production as usize].kind);
            let parts = if rule.program.figures {
                figure_parts(grammar, proposals, proposal)
            } else {
                SmallVec::new()
            };
            let holder = claims
                .holder(layer, proposal.span, proposal.matching)
                .or_else(|| parts.iter().find_map(|part| claims.holder(FIGURES, *part, proposal.matching)))
                .or_else(|| same_match_twice(all, &kept[first..], proposal));
            if let Some(winner) = holder {
                losses.push((*number, Loss::Overlap(winner)));
                continue;
            }
            claims.take(layer, proposal.span, proposal.matching, *number);
            for part in parts {
                claims.take(FIGURES, part, proposal.matching, *number);
            }
            kept.push(*number);
        }
        kept[first..].sort_unstable_by_key(|p| {
            let proposal = &all[*p as usize];
            (proposal.span, proposal.rule, proposal.production)
        });
    }
    kept
}

/// The order in which proposals are taken, as one number that is cheap to compare: the longest match, the longest
/// fact, the rule, its production, the place, the item.
fn rank(proposal: &Proposal) -> u128 {
    let shortness = |(a, b): (u32, u32)| u128::from(u16::MAX - (b - a).min(u16::MAX.into()) as u16);
    shortness(proposal.matched) << 112
        | shortness(proposal.span) << 96
        | u128::from(proposal.rule as u16) << 80
        | u128::from(proposal.production) << 72
        | u128::from(proposal.matched.0) << 32
        | u128::from(proposal.item.map_or(0, |item| item + 1))
}

/// A match may give several facts at one place only if they are of different types.
fn same_match_twice(all: &[Proposal], kept: &[u32], proposal: &Proposal) -> Option<u32> {
    kept.iter().rev().take(8).copied().find(|k| {
        let other = &all[*k as usize];
        other.matching == proposal.matching
            && other.span == proposal.span
            && other.production == proposal.production
    })
}

fn override_others(
    grammar: &Grammar,
    all: &[Proposal],
    sentence: std::ops::Range<u32>,
    alive: &mut [bool],
    losses: &mut Vec<(u32, Loss)>,
) {
    let overriding = |p: &u32| grammar.rules[all[*p as usize].rule as usize].overrides_any;
    if !sentence.clone().any(|p| overriding(&p)) {
        return;
    }
    let mut order: SmallVec<[u32; 32]> = sentence.collect();
    order.sort_unstable_by_key(|p| (all[*p as usize].matched.0, *p));
    let longest =
        order.iter().map(|p| all[*p as usize]).map(|p| p.matched.1 - p.matched.0).max().unwrap_or(0);
    for (place, number) in order.iter().enumerate() {
        let strong = &all[*number as usize];
        if !overriding(number) || !alive[*number as usize] {
            continue;
        }
        let rule = &grammar.rules[strong.rule as usize];
        let before = order[..place]
            .iter()
            .rev()
            .take_while(|o| all[**o as usize].matched.0 + longest >= strong.matched.0);
        let after = order[place + 1..].iter().take_while(|o| all[**o as usize].matched.0 < strong.matched.1);
        for other in before.chain(after) {
            let weak = &all[*other as usize];
            let kind = grammar.rules[weak.rule as usize].productions[weak.production as usize].kind;
            let beaten = kind.is_some_and(|k| rule.overrides_types >> k as u8 & 1 == 1)
                || rule
                    .overrides_rules
                    .get(weak.rule as usize / 64)
                    .is_some_and(|w| w >> (weak.rule % 64) & 1 == 1);
            let overlap = weak.span.0 < strong.matched.1 && strong.matched.0 < weak.span.1;
            if beaten && overlap && weak.matching != strong.matching && alive[*other as usize] {
                alive[*other as usize] = false;
                losses.push((*other, Loss::Overridden(*number)));
            }
        }
    }
}
