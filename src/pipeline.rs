//! The stages in order: segment, recognise, settle, normalise, qualify, relate, assemble, check.

use crate::assemble::assemble;
use crate::check;
use crate::grammar::syntax::RuleKind;
use crate::grammar::{Grammar, GrammarError};
use crate::model::{Entity, EntityType, Report, Section, Span};
use crate::normalise::{Builder, issue_of};
use crate::qualify;
use crate::recognise::abbreviation::ShortForms;
use crate::recognise::lattice::Lattice;
use crate::recognise::matcher::{Machine, View};
use crate::recognise::{Loss, Proposals, propose, propose_for, settle};
use crate::relate::{self, relate};
use crate::segment::token::{Token, tokenize};
use crate::segment::{Segments, kind_name, span_of};
use std::cell::RefCell;
use std::path::Path;

/// Reads texts with one set of grammars. Built once, shared by all threads.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let extractor = casegrain::Extractor::new()?;
/// let report = extractor.extract("A 76-year-old man presented with cough for 3 weeks.");
/// let age = &report.entities[0];
/// assert_eq!(age.kind.name(), "age");
/// assert_eq!(report.words(age), "76-year-old");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Extractor {
    grammar: Grammar,
    listing_checks: bool,
}

/// Buffers that one thread uses for one text after the other.
#[derive(Default)]
pub(crate) struct Buffers {
    pub(crate) tokens: Vec<Token>,
    pub(crate) lattice: Lattice,
    pub(crate) segments: Segments,
    pub(crate) short_forms: ShortForms,
    pub(crate) machine: Machine,
    pub(crate) proposals: Proposals,
    losses: Vec<(u32, Loss)>,
    relating: relate::Scratch,
}

/// What led to the facts of one report.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    /// By entity: its proposal.
    pub(crate) proposals: Vec<u32>,
    /// Proposals that lost, and why.
    pub(crate) losses: Vec<(u32, Loss)>,
    /// What cues did.
    pub(crate) effects: Vec<qualify::Effect>,
}

thread_local! {
    static BUFFERS: RefCell<Buffers> = RefCell::default();
}

impl Extractor {
    /// With the built-in grammars.
    ///
    /// # Errors
    /// When a built-in grammar is bad, which the tests rule out.
    pub fn new() -> Result<Self, Box<GrammarError>> {
        Ok(Extractor::with_grammar(Grammar::built_in()?))
    }

    /// With the built-in grammars and those of a folder, whose files are added or replace built-in ones.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let folder = tempfile::tempdir()?;
    /// std::fs::create_dir_all(folder.path().join("lexicon/drug"))?;
    /// std::fs::write(folder.path().join("lexicon/drug/new.tsv"), "name\tsynonyms\nnovelimab\tNVL-101\n")?;
    /// let extractor = casegrain::Extractor::with_grammars(folder.path())?;
    /// let report = extractor.extract("He received NVL-101 for 3 weeks.");
    /// let drug = report.entities.iter().find(|e| e.kind.name() == "drug").ok_or("no drug")?;
    /// assert_eq!(drug.value.text(casegrain::model::Field::Name), Some("novelimab"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the folder cannot be read or a file in it is bad.
    pub fn with_grammars(folder: &Path) -> anyhow::Result<Self> {
        Ok(Extractor::with_grammar(Grammar::with_folder(folder)?))
    }

    /// With a grammar set that is already loaded.
    ///
    /// ```
    /// use casegrain::{Extractor, grammar::{Grammar, source::Sources}};
    /// let mut sources = Sources::default();
    /// sources.add("lexicon/drug.tsv", "name\tsynonyms\naspirin\tASA\n".into());
    /// let rule = "rule any\n  d:drug\n  => drug { name: d }\n  yes  [ASA] => name aspirin\n  yes  [aspirin]\n  no   water\n";
    /// sources.add("entity/drug.grain", rule.into());
    /// let extractor = Extractor::with_grammar(Grammar::from_sources(sources).unwrap());
    /// assert_eq!(extractor.extract("took ASA, 76 years old").entities.len(), 1);
    /// ```
    pub fn with_grammar(grammar: Grammar) -> Self {
        Extractor { grammar, listing_checks: false }
    }

    /// Whether reports also list the checks that held; those that did not are issues in any case.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let extractor = casegrain::Extractor::new()?.listing_checks(true);
    /// let report = extractor.extract("He was irradiated with 50 Gy in 25 fractions of 2 Gy.");
    /// assert!(report.issues.is_empty());
    /// assert_eq!(report.checks[0].name, "radiotherapy-product");
    /// # Ok(())
    /// # }
    /// ```
    pub fn listing_checks(mut self, listing: bool) -> Self {
        self.listing_checks = listing;
        self
    }

    /// The grammar set.
    pub fn grammar(&self) -> &Grammar {
        &self.grammar
    }

    /// `sha256:` and the hash of the grammar set.
    pub fn grammar_hash(&self) -> &str {
        self.grammar.hash()
    }

    /// Reads one text. Cannot fail: what is doubtful is an issue in the report.
    ///
    /// ```
    /// # let extractor = casegrain::Extractor::new().unwrap();
    /// let report = extractor.extract("vincristine 1.5mg/m? iv.");
    /// let dose = report.entities.iter().position(|e| e.kind.name() == "dose").unwrap();
    /// assert_eq!(report.issues[0].code, "unit-repaired");
    /// assert_eq!(report.issues[0].entities, [dose as u32]);
    /// ```
    pub fn extract<'x>(&'x self, text: &'x str) -> Report<'x> {
        BUFFERS.with_borrow_mut(|buffers| self.extract_with(text, buffers))
    }

    /// Reads one text with a single rule. For a context rule, `facts` stand for the facts that it may qualify.
    pub(crate) fn extract_alone<'x>(
        &'x self,
        text: &'x str,
        rule: usize,
        facts: &[std::ops::Range<usize>],
    ) -> Report<'x> {
        let grammar = &self.grammar;
        let mut buffers = Buffers::default();
        segment(grammar, text, &mut buffers);
        let Buffers { tokens, lattice, segments, machine, proposals, .. } = &mut buffers;
        let view = View { grammar, text, tokens, lattice };
        propose_for(view, segments, machine, rule, proposals);
        let mut report = self.build(text, &mut buffers, None, relate::Rules::All);
        if grammar.rules[rule].kind == RuleKind::Context {
            let Buffers { tokens, lattice, segments, machine, proposals, .. } = &mut buffers;
            let kind = (0..EntityType::ALL.len())
                .find(|k| grammar.rules[rule].scope.types >> k & 1 == 1)
                .unwrap_or(0);
            let mut places = Vec::new();
            for fact in facts {
                let first = tokens.partition_point(|t| (t.end as usize) <= fact.start) as u32;
                let end = tokens.partition_point(|t| (t.start as usize) < fact.end) as u32;
                places.push((first, end));
                report.entities.push(Entity {
                    kind: EntityType::ALL[kind],
                    span: Span::new(fact.start as u32, fact.end as u32),
                    value: Default::default(),
                    codes: "",
                    parts: Default::default(),
                    assertion: Default::default(),
                    relative: None,
                    case: None,
                    role: None,
                    section: segments.part_of(first) as u32,
                    rule: "",
                });
            }
            let view = View { grammar, text, tokens, lattice };
            qualify::qualify(
                grammar,
                view,
                segments,
                machine,
                proposals,
                &places,
                &mut report.entities,
                None,
            );
        }
        report
    }

    /// Reads one text as if a rule were not there; none if it has no rule of that name. For what else depends on the
    /// rule, everything after matching is done anew.
    pub(crate) fn extract_without<'x>(&'x self, text: &'x str, rule: &str) -> Option<Report<'x>> {
        let rule = self.grammar.rules.iter().position(|other| other.id == rule)?;
        Some(BUFFERS.with_borrow_mut(|buffers| {
            segment(&self.grammar, text, buffers);
            let Buffers { tokens, lattice, segments, machine, proposals, .. } = &mut *buffers;
            propose(View { grammar: &self.grammar, text, tokens, lattice }, segments, machine, proposals);
            proposals.leave_out(rule as u32);
            self.build(text, buffers, None, relate::Rules::All)
        }))
    }

    fn extract_with<'x>(&'x self, text: &'x str, buffers: &mut Buffers) -> Report<'x> {
        segment(&self.grammar, text, buffers);
        let Buffers { tokens, lattice, segments, machine, proposals, .. } = buffers;
        propose(View { grammar: &self.grammar, text, tokens, lattice }, segments, machine, proposals);
        self.build(text, buffers, None, relate::Rules::All)
    }

    /// Reads one text and links its facts with a single relation rule.
    pub(crate) fn relate_alone<'x>(&'x self, text: &'x str, rule: usize) -> Report<'x> {
        let mut buffers = Buffers::default();
        segment(&self.grammar, text, &mut buffers);
        let Buffers { tokens, lattice, segments, machine, proposals, .. } = &mut buffers;
        propose(View { grammar: &self.grammar, text, tokens, lattice }, segments, machine, proposals);
        self.build(text, &mut buffers, None, relate::Rules::Only(rule))
    }

    /// What each rule costs on some texts: attempts, matches and matcher instructions, by rule.
    ///
    /// ```
    /// # let extractor = casegrain::Extractor::new().unwrap();
    /// let costs = extractor.costs(["a 76-year-old man"]);
    /// assert_eq!(costs.len(), extractor.grammar().rules.len());
    /// assert!(costs.iter().any(|(attempts, matches, _)| *matches > 0 && attempts >= matches));
    /// ```
    pub fn costs<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> Vec<(u64, u64, u64)> {
        let grammar = &self.grammar;
        let mut buffers = Buffers::default();
        buffers.machine.costs = Some(vec![Default::default(); grammar.rules.len()]);
        for text in texts {
            segment(grammar, text, &mut buffers);
            let Buffers { tokens, lattice, segments, machine, proposals, .. } = &mut buffers;
            propose(View { grammar, text, tokens, lattice }, segments, machine, proposals);
        }
        let costs = buffers.machine.costs.unwrap_or_default();
        costs.into_iter().map(|c| (c.attempts, c.matches, c.steps)).collect()
    }

    /// Reads one text and keeps what led to each fact.
    pub(crate) fn extract_traced<'x>(
        &'x self,
        text: &'x str,
        buffers: &mut Buffers,
        trace: &mut Trace,
    ) -> Report<'x> {
        segment(&self.grammar, text, buffers);
        let Buffers { tokens, lattice, segments, machine, proposals, .. } = buffers;
        propose(View { grammar: &self.grammar, text, tokens, lattice }, segments, machine, proposals);
        self.build(text, buffers, Some(trace), relate::Rules::All)
    }

    /// Settles what was proposed and makes the report.
    fn build<'x>(
        &'x self,
        text: &'x str,
        buffers: &mut Buffers,
        trace: Option<&mut Trace>,
        rules: relate::Rules,
    ) -> Report<'x> {
        let grammar = &self.grammar;
        let Buffers { tokens, lattice, segments, short_forms, machine, proposals, losses, relating } =
            buffers;
        let mut report = Report {
            text,
            sections: vec![],
            entities: vec![],
            relations: vec![],
            cases: vec![],
            issues: vec![],
            checks: vec![],
        };
        report.sections = segments
            .parts
            .iter()
            .map(|part| Section {
                kind: kind_name(grammar, part),
                title: span_of(tokens, part.title),
                span: span_of(tokens, part.run),
            })
            .collect();
        let view = View { grammar, text, tokens, lattice };
        let kept = settle(grammar, proposals, tokens.len(), losses);
        // Entities are large, so that their numbers are brought into order, not they themselves.
        let mut built: Vec<(Entity<'x>, u32)> = Vec::with_capacity(kept.len());
        let mut doubts = Vec::new();
        let builder = Builder { grammar, text, tokens, lattice, machine, proposals };
        let mut found = Vec::new();
        let mut fallbacks = Vec::new();
        for number in kept {
            let proposal = &proposals.all[number as usize];
            if grammar.rules[proposal.rule as usize].fallback {
                fallbacks.push(number);
                continue;
            }
            if let Some(mut entity) = builder.entity(proposal, &mut found) {
                entity.section = segments.part_of(proposal.span.0) as u32;
                doubts.extend(found.drain(..).map(|doubt| (built.len() as u32, doubt)));
                built.push((entity, number));
            }
            found.clear();
        }
        if !fallbacks.is_empty() {
            fall_back(fallbacks, &builder, proposals, segments, &mut built);
        }
        let mut order: Vec<u32> = (0..built.len() as u32).collect();
        let key = |at: &u32| (built[*at as usize].0.span, built[*at as usize].0.kind);
        if !order.is_sorted_by_key(key) {
            order.sort_by_key(key);
        }
        let places: Vec<(u32, u32)> =
            order.iter().map(|at| proposals.all[built[*at as usize].1 as usize].span).collect();
        let sources: Vec<u32> =
            if trace.is_some() { order.iter().map(|at| built[*at as usize].1).collect() } else { Vec::new() };
        let mut ranks = vec![0u32; order.len()];
        (0..).zip(&order).for_each(|(rank, at)| ranks[*at as usize] = rank);
        doubts.iter_mut().for_each(|(at, _)| *at = ranks[*at as usize]);
        doubts.sort_by_key(|(at, _)| *at);
        report.issues.extend(doubts.into_iter().map(|(entity, doubt)| issue_of(doubt, entity)));
        // In place: each goes where its rank says, and takes the rank of the one that was there.
        for at in 0..built.len() {
            while ranks[at] as usize != at {
                let to = ranks[at] as usize;
                built.swap(at, to);
                ranks.swap(at, to);
            }
        }
        report.entities = built.into_iter().map(|(entity, _)| entity).collect();
        short_forms.rename(&places, &mut report.entities);
        let effects = trace.map(|trace| {
            trace.proposals = sources;
            trace.losses.clone_from(losses);
            &mut trace.effects
        });
        qualify::qualify(grammar, view, segments, machine, proposals, &places, &mut report.entities, effects);
        let Report { entities, relations, .. } = &mut report;
        relate(grammar, view, segments, machine, &places, entities, rules, relating, relations);
        let sentences = segments.sentences.iter().map(|run| span_of(tokens, *run));
        let (cases, issues) = assemble(&grammar.record, &report, sentences);
        report.cases = cases;
        if !issues.is_empty() {
            report.issues.extend(issues);
            report.issues.sort_by_key(|issue| issue.entities.first().copied());
        }
        check::check(grammar, &mut report, self.listing_checks);
        report
    }
}

/// Of what only stands in for other facts, adds the first mention of the value on which at least nine in ten mentions
/// agree, for each type of which nothing else was found: who is "he" throughout is male, who is "he" and "she" is not
/// known.
fn fall_back<'x>(
    mut fallbacks: Vec<u32>,
    builder: &Builder<'_, 'x>,
    proposals: &Proposals,
    segments: &Segments,
    built: &mut Vec<(Entity<'x>, u32)>,
) {
    let told = built.iter().fold(0u64, |told, (entity, _)| told | 1 << entity.kind as u32);
    let mut mentions: Vec<(Entity<'x>, u32)> = Vec::new();
    fallbacks.sort_unstable_by_key(|number| proposals.all[*number as usize].span);
    for number in fallbacks {
        let proposal = &proposals.all[number as usize];
        if let Some(mut entity) =
            builder.entity(proposal, &mut Vec::new()).filter(|e| told & 1 << e.kind as u32 == 0)
        {
            entity.section = segments.part_of(proposal.span.0) as u32;
            mentions.push((entity, number));
        }
    }
    while let Some(kind) = mentions.first().map(|(entity, _)| entity.kind) {
        let (mut of_kind, rest): (Vec<_>, Vec<_>) = mentions.into_iter().partition(|(e, _)| e.kind == kind);
        mentions = rest;
        let agreeing = |at: usize| of_kind.iter().filter(|(e, _)| e.value == of_kind[at].0.value).count();
        // If nine in ten agree, one of the first two does so, or there are too few to tell.
        let chosen = (0..of_kind.len().min(2)).find(|at| agreeing(*at) * 10 >= of_kind.len() * 9);
        built.extend(chosen.map(|at| of_kind.swap_remove(at)));
    }
}

/// Cuts a text and looks its words up; fills tokens, lattice and segments.
pub(crate) fn segment(grammar: &Grammar, text: &str, buffers: &mut Buffers) {
    tokenize(text, &grammar.words, &mut buffers.tokens);
    buffers.lattice.fill(grammar, text, &buffers.tokens);
    let Buffers { tokens, lattice, segments, short_forms, .. } = buffers;
    segments.fill(grammar, text, tokens, lattice);
    short_forms.resolve(grammar, text, tokens, segments, lattice);
}
