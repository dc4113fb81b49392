//! Turns parsed rules into programs, and checks names and types.

mod literal;
mod production;
mod reference;
mod relation;

use super::diagnostic::{Diagnostic, nearest};
use super::lexicon::Lexicon;
use super::lexicon::column::Column;
use super::program::{Assertion, Inst, Origin, Program};
use super::rule::{CaptureKind, CompiledGuard, CompiledRule, CompiledScope, GuardTest, Slot};
use super::source::Sources;
use super::syntax::{Expression, Fragment, GuardKind, Pattern, Place, Rule, RuleKind};
use super::units::Units;
use crate::model::{Decimal, EntityType};
use crate::segment::words::{WordId, Words};
use literal::{Step, group_literals, literal_steps};
use production::Checker;
pub(crate) use relation::relation;
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::Arc;

/// Constants that `->` can give to a capture.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Constant {
    Number(Decimal),
    Text(String),
}

/// By vocabulary, column and value: the bit of the entries that have it.
pub(crate) type Filters = FxHashMap<(u8, String, String), u32>;

/// A file of rules, as its patterns see it.
#[derive(Debug)]
pub(crate) struct RuleFile<'i> {
    pub(crate) name: &'i str,
    /// Its number among the sources.
    pub(crate) number: u16,
    /// The fragments that may be named in it.
    pub(crate) visible: FxHashMap<&'i str, Visible<'i>>,
}

/// A fragment that a file sees.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visible<'i> {
    /// Which of the rule files it stands in.
    pub(crate) file: usize,
    /// Its number over all files.
    pub(crate) number: usize,
    pub(crate) fragment: &'i Fragment,
}

/// What compiling needs and fills, over all files.
pub(crate) struct Context<'g> {
    pub(crate) sources: &'g Sources,
    pub(crate) words: &'g mut Words,
    pub(crate) lexicon: &'g mut Lexicon,
    pub(crate) units: &'g mut Units,
    pub(crate) section_kinds: &'g [String],
    pub(crate) sub_programs: &'g mut Vec<Program>,
    pub(crate) constants: &'g mut Vec<Constant>,
    pub(crate) found: &'g mut Vec<Diagnostic>,
    /// The files of rules.
    pub(crate) files: &'g [RuleFile<'g>],
    /// Which fragments were used, for the lint.
    pub(crate) used_fragments: &'g mut [bool],
    /// By fragment: its instructions, where they are the same wherever it is used.
    pub(crate) blocks: &'g mut FxHashMap<usize, Block>,
    /// Which vocabularies were used.
    pub(crate) used_vocabularies: &'g mut Vec<bool>,
    /// Which bits tell of which columns.
    pub(crate) filters: &'g mut Filters,
    /// The columns that rules read.
    pub(crate) columns: &'g mut FxHashMap<String, Arc<Column>>,
    /// The tokens of literals.
    pub(crate) literals: &'g mut FxHashMap<String, Rc<[Step]>>,
}

impl Context<'_> {
    /// A column of the vocabularies, laid out when it is first asked for.
    fn column(&mut self, name: &str) -> Arc<Column> {
        if let Some(known) = self.columns.get(name) {
            return Arc::clone(known);
        }
        let column = Arc::new(self.lexicon.column(self.sources, name));
        self.columns.insert(name.to_owned(), Arc::clone(&column));
        column
    }
}

/// The instructions of a fragment without parameters, captures and lists, laid out as if they came first.
#[derive(Debug)]
pub(crate) struct Block {
    insts: Vec<Inst>,
    places: Vec<Origin>,
    kind: CaptureKind,
    /// The place of the element that was compiled last.
    place: Place,
}

/// A split whose targets are not known yet.
const SPLIT: Inst = Inst::Split(0, 0);

/// A pattern's meaning for the capture around it.
fn capture_kind(kinds: &[CaptureKind]) -> CaptureKind {
    let mut vocabularies: Vec<u8> = Vec::new();
    let mut all = None;
    for kind in kinds {
        match (kind, &all) {
            (CaptureKind::Entry(v), None | Some(CaptureKind::Entry(_))) => {
                vocabularies.extend(v);
                all = Some(CaptureKind::Entry(vec![]));
            }
            (k, None) => all = Some(k.clone()),
            (CaptureKind::Number, Some(CaptureKind::Range))
            | (CaptureKind::Range, Some(CaptureKind::Number)) => {
                all = Some(CaptureKind::Range);
            }
            // A bare number may stand where a quantity may: a quantity without a unit.
            (CaptureKind::Quantity, Some(CaptureKind::Number | CaptureKind::Range)) => {
                all = Some(CaptureKind::Quantity)
            }
            (CaptureKind::Number | CaptureKind::Range, Some(CaptureKind::Quantity)) => {}
            (k, Some(a)) if k == a => {}
            _ => return CaptureKind::Words,
        }
    }
    match all {
        Some(CaptureKind::Entry(_)) => CaptureKind::Entry(vocabularies),
        Some(kind) => kind,
        None => CaptureKind::Words,
    }
}

/// Compiles one pattern.
struct Emitter<'c, 'g> {
    cx: &'c mut Context<'g>,
    file: &'g RuleFile<'g>,
    /// The place of the element that is being compiled.
    place: Place,
    insts: Vec<Inst>,
    places: Vec<Origin>,
    slots: Vec<Slot>,
    lists: u8,
    /// The list whose item is being compiled.
    list: Option<u8>,
    /// The parameters of the fragments that are being compiled, the inmost last, and what they stand for.
    bindings: Vec<(&'g [String], &'g [Pattern])>,
    depth: u32,
}

impl<'c, 'g> Emitter<'c, 'g> {
    fn new(cx: &'c mut Context<'g>, file: &'g RuleFile<'g>) -> Self {
        Emitter {
            cx,
            file,
            place: 0..0,
            insts: Vec::new(),
            places: Vec::new(),
            slots: Vec::new(),
            lists: 0,
            list: None,
            bindings: Vec::new(),
            depth: 0,
        }
    }

    fn error(&mut self, code: &'static str, place: &Place, message: String, hint: String) {
        let diagnostic = Diagnostic::error(code, self.file.name, place.clone(), message).hint(hint);
        self.cx.found.push(diagnostic);
    }

    fn push(&mut self, inst: Inst) {
        self.insts.push(inst);
        self.places.push(Origin::new(self.file.number, &self.place));
    }

    /// The tokens of a literal, kept for the next time.
    fn steps(&mut self, text: &str) -> Rc<[Step]> {
        if let Some(known) = self.cx.literals.get(text) {
            return Rc::clone(known);
        }
        let steps: Rc<[Step]> = literal_steps(text, self.cx.words).into_iter().collect();
        self.cx.literals.insert(text.to_owned(), Rc::clone(&steps));
        steps
    }

    fn here(&self) -> u32 {
        self.insts.len() as u32
    }

    /// Emits a pattern; returns what a capture around it would hold.
    fn pattern(&mut self, pattern: &'g Pattern) -> CaptureKind {
        if let Pattern::Literal { place, .. }
        | Pattern::Reference { place, .. }
        | Pattern::Gap { place, .. } = pattern
        {
            self.place = place.clone();
        }
        match pattern {
            Pattern::Sequence(parts) => {
                // A sequence with exactly one typed part, such as "a" drug, is of that type.
                let (mut typed, mut only) = (0, CaptureKind::Words);
                for part in parts {
                    let kind = self.pattern(part);
                    if kind != CaptureKind::Words {
                        typed += 1;
                        only = kind;
                    }
                }
                if typed == 1 { only } else { CaptureKind::Words }
            }
            Pattern::Choice(choices) => self.choice(choices.iter().collect()),
            Pattern::Repeat(inner, low, high) => self.repeat(inner, *low, *high),
            Pattern::Capture(name, inner, place) => {
                let slot = self.slot(name, place);
                self.push(Inst::Begin(slot));
                let kind = self.pattern(inner);
                self.push(Inst::End(slot));
                let known = &mut self.slots[slot as usize].kind;
                if *known == CaptureKind::Words || *known == kind {
                    *known = kind;
                } else {
                    *known = capture_kind(&[known.clone(), kind]);
                }
                CaptureKind::Words
            }
            Pattern::Tag(inner, value) => {
                self.pattern(inner);
                let (constant, kind) = match value {
                    Expression::Number(digits, _) => match Decimal::parse(digits) {
                        Some(number) => (Constant::Number(number), CaptureKind::Number),
                        None => (Constant::Text(digits.clone()), CaptureKind::Constant),
                    },
                    Expression::Text(text, _) => (Constant::Text(text.clone()), CaptureKind::Constant),
                    _ => return CaptureKind::Words,
                };
                let at = self.cx.constants.iter().position(|c| *c == constant).unwrap_or_else(|| {
                    self.cx.constants.push(constant);
                    self.cx.constants.len() - 1
                });
                self.push(Inst::Tag(at as u16));
                kind
            }
            Pattern::Literal { text, exact, place } => {
                self.literal(text, *exact, place);
                CaptureKind::Words
            }
            Pattern::Gap { most, stop, place } => {
                if *most > 60 {
                    self.error("E010", place, format!("a gap of {most} tokens"), "at most 60".to_owned());
                }
                let stop = stop.as_ref().map(|stop| self.sub_program(stop));
                let mut splits = Vec::new();
                for _ in 0..*most {
                    splits.push(self.insts.len());
                    self.push(SPLIT);
                    self.push(Inst::Gap(stop));
                }
                let end = self.here();
                for at in splits {
                    self.insts[at] = Inst::Split(end, at as u32 + 1);
                }
                CaptureKind::Words
            }
            Pattern::Reference { name, options, arguments, place } => {
                self.reference(name, options, arguments, place)
            }
        }
    }

    fn choice(&mut self, choices: Vec<&'g Pattern>) -> CaptureKind {
        let mut order = choices;
        if let Some(set) = self.word_set(&order) {
            if let (Some(Pattern::Literal { place: first, .. }), Some(Pattern::Literal { place: last, .. })) =
                (order.first(), order.last())
            {
                self.place = first.start..last.end;
            }
            self.push(Inst::Set(set));
            return CaptureKind::Words;
        }
        // Plain words with the longest first, so that "days of life" is not cut short by "days".
        if order.iter().all(|c| matches!(c, Pattern::Literal { .. })) {
            order.sort_by_cached_key(|c| match c {
                Pattern::Literal { text, .. } => std::cmp::Reverse(text.split_whitespace().count()),
                _ => std::cmp::Reverse(0),
            });
        }
        if order.len() > 2 && order.iter().all(|c| matches!(c, Pattern::Literal { exact: false, .. })) {
            let texts = order.iter().filter_map(|c| match c {
                Pattern::Literal { text, .. } => Some(text),
                _ => None,
            });
            let paths: Vec<Rc<[Step]>> = texts.map(|text| self.steps(text)).collect();
            if paths.iter().all(|p| !p.is_empty()) {
                self.words_tree(&paths.iter().map(|p| &**p).collect::<Vec<_>>());
                return CaptureKind::Words;
            }
        }
        // Plain words that stand together among other choices are tried as one.
        let grouped = group_literals(&order);
        let mut kinds = Vec::new();
        let mut jumps = Vec::new();
        for (i, group) in grouped.iter().enumerate() {
            let split = self.insts.len();
            let last = i + 1 == grouped.len();
            if !last {
                self.push(SPLIT);
            }
            kinds.push(match group.as_slice() {
                [single] => self.pattern(single),
                many => self.choice(many.to_vec()),
            });
            if !last {
                jumps.push(self.insts.len());
                self.push(Inst::Jump(0));
                self.insts[split] = Inst::Split(split as u32 + 1, self.here());
            }
        }
        let end = self.here();
        for at in jumps {
            self.insts[at] = Inst::Jump(end);
        }
        capture_kind(&kinds)
    }

    /// Words in any case as a tree: one look at each token, however many choices there are; the longest fits first.
    fn words_tree(&mut self, paths: &[&[Step]]) {
        let mut branches: Vec<(WordId, bool, Vec<&[Step]>)> = Vec::new();
        for path in paths {
            for word in &path[0].words {
                match branches.iter_mut().find(|(w, tight, _)| w == word && *tight == path[0].tight) {
                    Some((_, _, rest)) => rest.push(&path[1..]),
                    None => branches.push((*word, path[0].tight, vec![&path[1..]])),
                }
            }
        }
        let mut ends = Vec::new();
        // Words that must touch the token before are tried apart from those that need not.
        for tight in [true, false] {
            let own: Vec<_> = branches.iter().filter(|(_, t, _)| *t == tight).collect();
            if own.is_empty() {
                continue;
            }
            let split = (tight && branches.iter().any(|(_, t, _)| !*t)).then(|| {
                self.push(SPLIT);
                self.insts.len() - 1
            });
            if tight {
                self.push(Inst::Assert(Assertion::Tight));
            }
            let dispatch = self.insts.len();
            self.push(Inst::Dispatch(Arc::default()));
            let mut table = Vec::new();
            for (word, _, rest) in own {
                table.push((*word, self.here()));
                let deeper: Vec<&[Step]> = rest.iter().copied().filter(|r| !r.is_empty()).collect();
                let stops = deeper.len() < rest.len();
                if !deeper.is_empty() {
                    let split = self.insts.len();
                    if stops {
                        self.push(SPLIT);
                    }
                    self.words_tree(&deeper);
                    if stops {
                        ends.push(self.insts.len());
                        self.push(Inst::Jump(0));
                        self.insts[split] = Inst::Split(split as u32 + 1, self.here());
                    }
                }
                ends.push(self.insts.len());
                self.push(Inst::Jump(0));
            }
            table.sort_unstable();
            self.insts[dispatch] = Inst::Dispatch(table.into());
            if let Some(split) = split {
                self.insts[split] = Inst::Split(split as u32 + 1, self.here());
            }
        }
        let end = self.here();
        for at in ends {
            self.insts[at] = Inst::Jump(end);
        }
    }

    /// Where all choices are single words in any case, their set.
    fn word_set(&mut self, choices: &[&Pattern]) -> Option<Arc<[WordId]>> {
        let mut set = Vec::new();
        for choice in choices {
            let Pattern::Literal { text, exact: false, .. } = choice else { return None };
            let steps = self.steps(text);
            let [step] = &*steps else { return None };
            if step.tight {
                return None;
            }
            set.extend(&step.words);
        }
        set.sort_unstable();
        set.dedup();
        Some(set.into())
    }

    fn repeat(&mut self, inner: &'g Pattern, low: u32, high: u32) -> CaptureKind {
        let mut kind = CaptureKind::Words;
        for _ in 0..low {
            kind = self.pattern(inner);
        }
        let open_ended = high >= 16 && low <= 1;
        if open_ended {
            let split = self.insts.len();
            self.push(SPLIT);
            kind = self.pattern(inner);
            self.push(Inst::Jump(split as u32));
            self.insts[split] = Inst::Split(split as u32 + 1, self.here());
            return kind;
        }
        let mut splits = Vec::new();
        for _ in low..high {
            splits.push(self.insts.len());
            self.push(SPLIT);
            kind = self.pattern(inner);
        }
        let end = self.here();
        for at in splits {
            self.insts[at] = Inst::Split(at as u32 + 1, end);
        }
        kind
    }

    fn literal(&mut self, text: &str, exact: bool, place: &Place) {
        let steps = self.steps(text);
        if steps.is_empty() {
            self.error("E011", place, "an empty literal".to_owned(), String::new());
        }
        for step in steps.iter() {
            if step.tight {
                self.push(Inst::Assert(Assertion::Tight));
            }
            match (exact, step.words.as_slice()) {
                (true, [word, ..]) => self.push(Inst::Exact(*word, text[step.span.clone()].into())),
                (false, [word]) => self.push(Inst::Word(*word)),
                _ => {
                    let mut words = step.words.clone();
                    words.sort_unstable();
                    self.push(Inst::Set(words.as_slice().into()));
                }
            }
        }
    }

    fn slot(&mut self, name: &str, place: &Place) -> u8 {
        if let Some(at) = self.slots.iter().position(|s| s.name == name) {
            if self.slots[at].list != self.list {
                self.error(
                    "E012",
                    place,
                    format!("`{name}` is captured both inside and outside a list"),
                    "give the two different names".to_owned(),
                );
            }
            return at as u8;
        }
        if self.slots.len() >= 60 {
            self.error("E012", place, "more than 60 captures".to_owned(), String::new());
            return 0;
        }
        self.slots.push(Slot { name: name.to_owned(), list: self.list, kind: CaptureKind::Words });
        (self.slots.len() - 1) as u8
    }

    fn sub_program(&mut self, pattern: &'g Pattern) -> u32 {
        self.sub_program_of(|emitter| emitter.pattern(pattern))
    }

    /// A sub-program of what `emit` emits.
    fn sub_program_of(&mut self, emit: impl FnOnce(&mut Self) -> CaptureKind) -> u32 {
        let insts = std::mem::take(&mut self.insts);
        let places = std::mem::take(&mut self.places);
        let slots = std::mem::take(&mut self.slots);
        emit(self);
        self.push(Inst::Match);
        // Nobody asks where the instructions of a sub-program come from.
        self.places = places;
        let program =
            Program { insts: std::mem::replace(&mut self.insts, insts), ..Program::default() }.finish();
        self.slots = slots;
        self.cx.sub_programs.push(program);
        (self.cx.sub_programs.len() - 1) as u32
    }

    /// The words between the items of a list, where a rule does not name them.
    fn separator(&mut self, place: &Place) -> CaptureKind {
        self.place = place.clone();
        self.reference("separator", &[], &[], place)
    }

    fn guard(&mut self, kind: &'g GuardKind) -> GuardTest {
        match kind {
            GuardKind::Before(p) => GuardTest::Before(self.sub_program(p)),
            GuardKind::After(p) => GuardTest::After(self.sub_program(p)),
            GuardKind::Sentence(p) => GuardTest::Sentence(self.sub_program(p)),
            GuardKind::Opening(p) => GuardTest::Opening(self.sub_program(p)),
            GuardKind::Report(p) => GuardTest::Report(self.sub_program(p)),
            GuardKind::Row => GuardTest::Row,
            GuardKind::Column(p) => GuardTest::Column(self.sub_program(p)),
            GuardKind::Section(kinds) => {
                for (kind, place) in kinds {
                    if !self.cx.section_kinds.contains(kind) {
                        let hint = nearest(kind, self.cx.section_kinds.iter().map(String::as_str))
                            .map_or(String::new(), |n| format!("did you mean `{n}`?"));
                        self.error("E019", place, format!("`{kind}` is no kind of section"), hint);
                    }
                }
                GuardTest::Section(kinds.iter().map(|(k, _)| k.clone()).collect())
            }
        }
    }
}

/// Compiles one rule; `None` if an error was found.
pub(crate) fn rule<'g>(
    cx: &mut Context<'g>,
    file: &'g RuleFile<'g>,
    id: &str,
    rule: &'g Rule,
) -> Option<CompiledRule> {
    let before = cx.found.len();
    let mut emitter = Emitter::new(cx, file);
    emitter.pattern(&rule.pattern);
    emitter.push(Inst::Match);
    let insts = std::mem::take(&mut emitter.insts);
    let program =
        Program { insts, places: std::mem::take(&mut emitter.places), ..Program::default() }.finish();
    let slots = std::mem::take(&mut emitter.slots);
    let mut guards = Vec::new();
    for guard in &rule.guards {
        let test = emitter.guard(&guard.kind);
        guards.push(CompiledGuard { negated: guard.negated, test, place: guard.place.clone() });
    }
    let scope = scope(&mut emitter, rule);
    // A pattern in which an error was found may be empty because of it.
    let for_sections = rule.kind == RuleKind::Context && rule.scope.whole_section && program.insts.len() == 1;
    if for_sections {
        let named = rule.guards.iter().any(|g| !g.negated && matches!(g.kind, GuardKind::Section(_)));
        if !named {
            let hint = "name the sections in a line `in section discussion`".to_owned();
            emitter.error("E020", &rule.place, "a rule for sections without a section".to_owned(), hint);
        }
    } else if emitter.cx.found.len() == before && program.next(0).contains(&None) {
        emitter.error(
            "E020",
            &rule.place,
            "the pattern matches nothing at all".to_owned(),
            "make at least one part required".to_owned(),
        );
    }
    let mut productions = Vec::new();
    for production in &rule.productions {
        productions.extend(
            Checker { cx: &mut *emitter.cx, file: file.name, slots: &slots }
                .production(production, rule.kind),
        );
    }
    if rule.productions.is_empty() && rule.kind == RuleKind::Entity {
        emitter.error(
            "E021",
            &rule.place,
            "the rule makes nothing".to_owned(),
            "add a line `=> type { field: capture }`".to_owned(),
        );
    }
    if emitter.cx.found.len() > before {
        return None;
    }
    Some(CompiledRule {
        id: id.to_owned(),
        kind: rule.kind,
        file: file.name.to_owned(),
        place: rule.place.clone(),
        plain: program.plain(),
        program,
        code: Box::default(),
        must_follow: guards.iter().any(CompiledGuard::must_follow),
        only_in_rows: guards.iter().any(CompiledGuard::is_for_rows),
        guards,
        slots,
        productions,
        scope,
        overrides_types: 0,
        overrides_rules: Box::default(),
        overrides_any: false,
        fallback: rule.fallback,
        examples: Arc::clone(&rule.examples),
    })
}

fn scope<'g>(emitter: &mut Emitter<'_, 'g>, rule: &'g Rule) -> CompiledScope {
    let mut types = 0u64;
    for (name, place) in &rule.scope.types {
        match EntityType::from_name(name) {
            Some(kind) => types |= 1 << kind as u8,
            None => unknown_type(emitter.cx, emitter.file.name, name, place),
        }
    }
    let stop = rule.scope.stop.as_ref().map(|p| emitter.sub_program(p));
    CompiledScope {
        forward: rule.scope.forward,
        backward: rule.scope.backward,
        most: rule.scope.most.unwrap_or(u32::MAX),
        pseudo: rule.scope.pseudo,
        terminator: rule.scope.terminator,
        whole_section: rule.scope.whole_section,
        paragraph: rule.scope.paragraph,
        through: rule.scope.through,
        types: if rule.scope.types.is_empty() { u64::MAX } else { types },
        stop,
    }
}

pub(crate) fn unknown_type(cx: &mut Context<'_>, file: &str, name: &str, place: &Place) {
    let hint = nearest(name, EntityType::ALL.iter().map(|t| t.name()))
        .map_or(String::new(), |n| format!("did you mean `{n}`?"));
    cx.found.push(
        Diagnostic::error("E022", file, place.clone(), format!("`{name}` is no entity type")).hint(hint),
    );
}
