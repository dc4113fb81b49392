//! Why a fact is there, and why another is not.

use crate::grammar::Grammar;
use crate::grammar::diagnostic::Diagnostic;
use crate::grammar::examples::print_value;
use crate::grammar::syntax::RuleKind;
use crate::model::{EntityType, Report, Span};
use crate::pipeline::{Buffers, Extractor, Trace, segment};
use crate::recognise::matcher::{Event, Furthest, View};
use crate::recognise::{Loss, Proposal, failed_guard};
use std::fmt::Write as _;

/// Tells, for each fact of a text (or for those at one place, in bytes), its rule, its captures, the cues that
/// qualified it, and what competed with it and lost.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let extractor = casegrain::Extractor::new()?;
/// let told = casegrain::explain::explain(&extractor, "a 76-year-old man", Some(3));
/// assert!(told.contains("age [76-year-old]"));
/// # Ok(())
/// # }
/// ```
pub fn explain(extractor: &Extractor, text: &str, at: Option<u32>) -> String {
    let mut buffers = Buffers::default();
    let mut trace = Trace::default();
    let report = extractor.extract_traced(text, &mut buffers, &mut trace);
    let teller = Teller { grammar: extractor.grammar(), text, buffers: &buffers };
    let mut out = String::new();
    let here = |span: Span| at.is_none_or(|at| span.start <= at && at < span.end);
    for (number, entity) in report.entities.iter().enumerate() {
        let whole = entity.parts.iter().fold(entity.span, |all, part| all.union(part.span));
        if !(here(entity.span) || at.is_some() && here(whole)) {
            continue;
        }
        teller.entity(&report, number, &trace, &mut out);
    }
    if let Some(at) = at {
        teller.losers_at(at, &report, &trace, &mut out);
        if out.is_empty() {
            out.push_str(
                "nothing was found here; ask `casegrain why-not FILE TYPE TEXT` for the nearest rules\n",
            );
        }
    }
    out
}

struct Teller<'a> {
    grammar: &'a Grammar,
    text: &'a str,
    buffers: &'a Buffers,
}

impl Teller<'_> {
    fn words(&self, (from, to): (u32, u32)) -> &str {
        if from >= to {
            return "";
        }
        let tokens = &self.buffers.tokens;
        &self.text[tokens[from as usize].start as usize..tokens[to as usize - 1].end as usize]
    }

    fn rule_place(&self, rule: u32) -> String {
        let rule = &self.grammar.rules[rule as usize];
        let place = Diagnostic::error("", &rule.file, rule.place.clone(), "");
        let (line, _) = place.position(&self.grammar.sources);
        format!("{} ({}:{line})", rule.id, rule.file)
    }

    fn relation_place(&self, id: &str) -> String {
        let Some(rule) = self.grammar.relations.iter().find(|r| r.id == id) else { return id.to_owned() };
        let place = Diagnostic::error("", &rule.file, rule.place.clone(), "");
        let (line, _) = place.position(&self.grammar.sources);
        format!("{} ({}:{line})", rule.id, rule.file)
    }

    fn entity(&self, report: &Report<'_>, number: usize, trace: &Trace, out: &mut String) {
        let entity = &report.entities[number];
        let section = report.sections.get(entity.section as usize).map_or("body", |s| s.kind);
        let _ = writeln!(
            out,
            "T{} {} [{}] bytes {}..{}, section {section}",
            number + 1,
            entity.kind.name(),
            report.words(entity),
            entity.span.start,
            entity.span.end
        );
        let _ = writeln!(out, "  value: {}", print_value(&entity.value));
        let a = entity.assertion;
        let mut case = entity.case.map_or(String::new(), |case| format!(", case {case}"));
        if let Some(relative) = entity.relative {
            let _ = write!(case, ", {relative}");
        }
        if let Some(role) = entity.role {
            let _ = write!(case, ", {}", role.name());
        }
        let _ = writeln!(out, "  meant: {}, {}, {}{case}", a.status.name(), a.subject.name(), a.time.name());
        let proposal = self.buffers.proposals.all[trace.proposals[number] as usize];
        let _ = writeln!(out, "  rule: {}", self.rule_place(proposal.rule));
        let _ = writeln!(out, "  match: {:?}", self.words(proposal.matched));
        self.captures(&proposal, out);
        let short_forms = &self.buffers.short_forms;
        for used in short_forms
            .uses
            .iter()
            .filter(|u| proposal.matched.0 <= u.tokens.0 && u.tokens.1 <= proposal.matched.1)
        {
            let long = short_forms.definitions[used.definition as usize].long;
            let from = self.buffers.tokens[long.0 as usize].start;
            let _ = writeln!(
                out,
                "  short form: {:?} stands for {:?}, as the report says at byte {from}",
                self.words(used.tokens),
                self.words(long)
            );
        }
        for effect in trace.effects.iter().filter(|e| e.entity as usize == number) {
            let _ = writeln!(
                out,
                "  cue: {:?} by {}, {}, over {:?}",
                self.words(effect.cue),
                self.rule_place(effect.rule),
                self.grammar.rules[effect.rule as usize].makes().join(", "),
                self.words(effect.scope)
            );
        }
        for relation in &report.relations {
            let number = number as u32;
            if relation.from != number && relation.to != number {
                continue;
            }
            let other = if relation.from == number { relation.to } else { relation.from };
            let entity = &report.entities[other as usize];
            let _ = writeln!(
                out,
                "  {}: {} T{} {} [{}] by {}",
                relation.kind.name(),
                if relation.from == number { "to" } else { "from" },
                other + 1,
                entity.kind.name(),
                report.words(entity),
                self.relation_place(relation.rule)
            );
        }
        for (loser, loss) in &trace.losses {
            let (Loss::Overridden(winner) | Loss::Overlap(winner)) = loss;
            if *winner == trace.proposals[number] {
                let _ = writeln!(out, "  beat: {}", self.loser(*loser, *loss));
            }
        }
        out.push('\n');
    }

    fn captures(&self, proposal: &Proposal, out: &mut String) {
        let rule = &self.grammar.rules[proposal.rule as usize];
        let mut open: Vec<(u8, u32)> = Vec::new();
        for event in self.buffers.proposals.events_of(proposal) {
            match event {
                Event::Begin(slot, at) => open.push((*slot, *at)),
                Event::End(slot, at) => {
                    if let Some((_, from)) = open.pop() {
                        let name = &rule.slots[*slot as usize].name;
                        let _ = writeln!(out, "  {name}: {:?}", self.words((from, *at)));
                    }
                }
                _ => {}
            }
        }
    }

    fn loser(&self, number: u32, loss: Loss) -> String {
        let proposal = &self.buffers.proposals.all[number as usize];
        let rule = &self.grammar.rules[proposal.rule as usize];
        let kind = rule.productions[proposal.production as usize].kind.map_or("", EntityType::name);
        let why = match loss {
            Loss::Overridden(_) => "the winner overrides it",
            Loss::Overlap(_) => "it overlaps with a longer or earlier one",
        };
        format!("{kind} {:?} by {}: {why}", self.words(proposal.span), self.rule_place(proposal.rule))
    }

    /// Losers at a place whose winner does not stand there itself.
    fn losers_at(&self, at: u32, report: &Report<'_>, trace: &Trace, out: &mut String) {
        let tokens = &self.buffers.tokens;
        let token = tokens.partition_point(|t| t.end <= at) as u32;
        for (loser, loss) in &trace.losses {
            let proposal = &self.buffers.proposals.all[*loser as usize];
            let (Loss::Overridden(winner) | Loss::Overlap(winner)) = loss;
            let shown = trace.proposals.iter().position(|p| p == winner).is_some_and(|n| {
                let span = report.entities[n].span;
                span.start <= at && at < span.end
            });
            if proposal.span.0 <= token && token < proposal.span.1 && !shown {
                let winner = &self.buffers.proposals.all[*winner as usize];
                let _ = writeln!(out, "lost: {}", self.loser(*loser, *loss));
                let _ =
                    writeln!(out, "  to: {:?} by {}", self.words(winner.span), self.rule_place(winner.rule));
            }
        }
    }
}

/// How near a rule came to making a fact at a place.
struct Attempt {
    rule: usize,
    /// Tokens matched before the failure.
    reach: u32,
    /// Where in the rule it failed, in words that are the same for every text.
    why: String,
    message: String,
}

/// The rule that came nearest to making a fact.
pub(crate) struct Near {
    /// As file/rule.
    pub(crate) rule: String,
    /// Where in the rule it failed, in words that are the same for every text.
    pub(crate) why: String,
    /// How it failed on this text.
    pub(crate) told: String,
}

/// For facts that were not made, their types and places in bytes: the rule that came nearest to each. A rule that matched
/// and lost came nearer than any that did not match.
pub(crate) fn nearest(extractor: &Extractor, text: &str, wanted: &[(EntityType, Span)]) -> Vec<Option<Near>> {
    let grammar = extractor.grammar();
    let (mut buffers, mut trace) = (Buffers::default(), Trace::default());
    let _ = extractor.extract_traced(text, &mut buffers, &mut trace);
    let mut tried = Buffers::default();
    segment(grammar, text, &mut tried);
    let teller = Teller { grammar, text, buffers: &buffers };
    wanted
        .iter()
        .map(|(kind, span)| {
            let place = token_range(&buffers, *span);
            if let Some((loser, loss, winner)) = losers(&teller, &trace, *kind, place).next() {
                let rule = |proposal: &Proposal| grammar.rules[proposal.rule as usize].id.clone();
                return Some(Near {
                    rule: rule(&buffers.proposals.all[loser as usize]),
                    why: format!("it lost to {}", rule(winner)),
                    told: teller.loser(loser, loss),
                });
            }
            let mut attempts = attempts(grammar, text, &mut tried, *kind, place);
            attempts.sort_by_key(|a| (std::cmp::Reverse(a.reach), a.rule));
            let Attempt { rule, why, message, .. } = attempts.into_iter().next()?;
            Some(Near { rule: grammar.rules[rule].id.clone(), why, told: message })
        })
        .collect()
}

/// The tokens at a place.
fn token_range(buffers: &Buffers, span: Span) -> (u32, u32) {
    let tokens = &buffers.tokens;
    let first = tokens.partition_point(|t| t.end <= span.start) as u32;
    let last = tokens.partition_point(|t| t.start < span.end) as u32;
    (first, last)
}

/// What was proposed as a fact of a type at a place and lost: its number, why, and to what.
fn losers<'a>(
    teller: &'a Teller<'_>,
    trace: &'a Trace,
    kind: EntityType,
    (first, last): (u32, u32),
) -> impl Iterator<Item = (u32, Loss, &'a Proposal)> {
    let all = &teller.buffers.proposals.all;
    trace.losses.iter().filter_map(move |(loser, loss)| {
        let proposal = &all[*loser as usize];
        let rule = &teller.grammar.rules[proposal.rule as usize];
        let own = rule.productions[proposal.production as usize].kind == Some(kind);
        let (Loss::Overridden(winner) | Loss::Overlap(winner)) = loss;
        let here = proposal.span.0 < last && first < proposal.span.1;
        (own && here).then(|| (*loser, *loss, &all[*winner as usize]))
    })
}

/// At most so many rules are shown.
const MOST: usize = 5;

/// Tells, for each place where `words` stands in `text`, why no fact of `kind` was made there: the rules that came
/// nearest, and the first element of each that failed.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use casegrain::model::EntityType;
/// let extractor = casegrain::Extractor::new()?;
/// let told = casegrain::explain::why_not(&extractor, "a 10-year-old scar", EntityType::Age, "10-year-old");
/// assert!(told.contains("its guard at entity/age.grain:"), "{told}");
/// # Ok(())
/// # }
/// ```
pub fn why_not(extractor: &Extractor, text: &str, kind: EntityType, words: &str) -> String {
    let grammar = extractor.grammar();
    let mut buffers = Buffers::default();
    let mut trace = Trace::default();
    let report = extractor.extract_traced(text, &mut buffers, &mut trace);
    let mut tried = Buffers::default();
    segment(grammar, text, &mut tried);
    let mut out = String::new();
    let mut found = false;
    for (start, matched) in text.match_indices(words) {
        found = true;
        let span = Span::new(start as u32, (start + matched.len()) as u32);
        if let Some(entity) = report.entities.iter().find(|e| e.kind == kind && e.span.overlaps(span)) {
            let _ = writeln!(out, "{} [{}] was found by {}", kind.name(), report.words(entity), entity.rule);
            continue;
        }
        let _ = writeln!(out, "no {} at bytes {}..{}: {:?}", kind.name(), span.start, span.end, words);
        let place = token_range(&buffers, span);
        let teller = Teller { grammar, text, buffers: &buffers };
        for (loser, loss, winner) in losers(&teller, &trace, kind, place) {
            let _ = writeln!(out, "  lost: {}", teller.loser(loser, loss));
            let _ = writeln!(
                out,
                "    to: {:?} by {}",
                teller.words(winner.span),
                teller.rule_place(winner.rule)
            );
        }
        let mut attempts = attempts(grammar, text, &mut tried, kind, place);
        attempts.sort_by_key(|a| (std::cmp::Reverse(a.reach), a.rule));
        for attempt in attempts.iter().take(MOST) {
            let _ = writeln!(out, "  {}", attempt.message);
        }
        if attempts.is_empty() {
            let _ = writeln!(out, "  no rule for `{}` can begin in this sentence", kind.name());
        }
    }
    if !found {
        let _ = writeln!(out, "the text does not contain {words:?}");
    }
    out
}

/// Tries all rules for a type in the sentence of a place; `buffers` hold the segmented text.
fn attempts(
    grammar: &Grammar,
    text: &str,
    buffers: &mut Buffers,
    kind: EntityType,
    place: (u32, u32),
) -> Vec<Attempt> {
    let Buffers { tokens, lattice, segments, machine, .. } = buffers;
    let view = View { grammar, text, tokens, lattice };
    let sentence = segments.sentence_of(place.0);
    let range = segments.sentences[sentence];
    let token_words = |t: u32| tokens.get(t as usize).map_or("the end", |t| &text[t.span().range()]);
    let mut out = Vec::new();
    for (number, rule) in grammar.rules.iter().enumerate() {
        if rule.kind != RuleKind::Entity || !rule.productions.iter().any(|p| p.kind == Some(kind)) {
            continue;
        }
        let mut best: Option<Attempt> = None;
        for at in range.start..range.end.min(place.1) {
            machine.furthest = Some(Furthest::default());
            let end = machine.run(view, rule, at as usize, range.end as usize);
            let far = machine.furthest.take().unwrap_or_default();
            let (reach, why, message) = match end {
                Some(end) if end as u32 > place.0 => {
                    let failed = failed_guard(view, segments, machine, rule, sentence, at as usize, end);
                    let matched = &text[tokens[at as usize].start as usize..tokens[end - 1].end as usize];
                    match failed {
                        Some(guard) => {
                            let place = rule.guards[guard].place.clone();
                            let shown = Diagnostic::error("", &rule.file, place, "");
                            let (line, _) = shown.position(&grammar.sources);
                            let why = format!("its guard at {}:{line} does not hold", rule.file);
                            let message = format!("{} matched {matched:?}, but {why}", rule.id);
                            (u32::MAX, why, message)
                        }
                        None => {
                            let why = "the fact it makes lies elsewhere".to_owned();
                            let message = format!("{} matched {matched:?}, but {why}", rule.id);
                            (u32::MAX - 1, why, message)
                        }
                    }
                }
                _ if far.any && far.token > at && far.token + 3 > place.0 => {
                    let origin = rule.program.places[far.inst as usize];
                    let (file, element) = (origin.file, origin.place());
                    let shown = Diagnostic::error("", grammar.sources.name(file), element.clone(), "");
                    let (line, column) = shown.position(&grammar.sources);
                    let written = grammar.sources.text(file).get(element).unwrap_or_default();
                    let read = &text
                        [tokens[at as usize].start as usize..tokens[far.token as usize - 1].end as usize];
                    let wanted = format!("`{written}` ({}:{line}:{column})", grammar.sources.name(file));
                    let message = format!(
                        "{} read {read:?}, then wanted {wanted} and met {:?}",
                        rule.id,
                        token_words(far.token)
                    );
                    (far.token - at, format!("it wanted {wanted}"), message)
                }
                _ => continue,
            };
            if best.as_ref().is_none_or(|b| b.reach < reach) {
                best = Some(Attempt { rule: number, reach, why, message });
            }
        }
        out.extend(best);
    }
    out
}
