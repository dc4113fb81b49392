//! Compiled rules: what the matcher runs and what is made of a match.

use super::code::Op;
use super::lexicon::column::Column;
use super::program::{Bits, Inst, Program, VocabularyTest};
use super::syntax::{Example, Place, RuleKind};
use crate::model::case::Role;
use crate::model::{Decimal, EntityType, Field, Status, Subject, Time};
use std::sync::Arc;

/// A rule, ready to run.
#[derive(Debug)]
pub struct CompiledRule {
    /// `file/rule`, with the file's path below `entity/` or `context/` and without its ending.
    pub id: String,
    /// What it makes.
    pub kind: RuleKind,
    /// The file it stands in.
    pub file: String,
    /// Where its name stands.
    pub place: Place,
    pub(crate) program: Program,
    /// The program as it is run; made when all rules are known.
    pub(crate) code: Box<[Op]>,
    /// The capture and the entries, where the pattern is a captured entry and nothing else.
    pub(crate) plain: Option<(u8, VocabularyTest)>,
    pub(crate) guards: Vec<CompiledGuard>,
    /// Whether some guard tells what must stand before a match.
    pub(crate) must_follow: bool,
    /// Whether some guard holds in rows of tables only.
    pub(crate) only_in_rows: bool,
    pub(crate) slots: Vec<Slot>,
    pub(crate) productions: Vec<CompiledProduction>,
    pub(crate) scope: CompiledScope,
    /// Types that lose against it, a bit each.
    pub(crate) overrides_types: u64,
    /// Rules that lose against it, a bit each.
    pub(crate) overrides_rules: Bits,
    /// Whether some type or rule loses against it.
    pub(crate) overrides_any: bool,
    /// Whether it counts only where no other rule finds a fact of its type in the report.
    pub(crate) fallback: bool,
    /// Its tests.
    pub examples: Arc<Vec<Example>>,
}

impl CompiledRule {
    /// Whether it is a context rule without a pattern, which works on whole sections of the kinds in its guard.
    pub(crate) fn is_for_sections(&self) -> bool {
        self.kind == RuleKind::Context
            && self.scope.whole_section
            && matches!(self.program.insts.as_slice(), [Inst::Match])
    }

    /// Whether it tells which patient of several is meant, and how.
    pub(crate) fn case(&self) -> Option<CaseSource> {
        self.productions.iter().find_map(|p| p.case)
    }

    /// Whether it tells no more than the role of a diagnosis.
    pub(crate) fn tells_only_role(&self) -> bool {
        let others = |p: &CompiledProduction| {
            p.status.is_some() || p.subject.is_some() || p.time.is_some() || p.case.is_some()
        };
        !self.productions.is_empty() && self.productions.iter().all(|p| p.role.is_some() && !others(p))
    }

    /// What it makes: entity types, or `status absent` and the like.
    pub fn makes(&self) -> Vec<String> {
        let mut out = Vec::new();
        for production in &self.productions {
            out.extend(production.kind.map(|k| k.name().to_owned()));
            if production.kind.is_none() {
                out.extend(production.status.map(|s| format!("status {}", s.name())));
                out.extend(production.subject.map(|s| format!("subject {}", s.name())));
                out.extend(production.time.map(|t| format!("time {}", t.name())));
                out.extend(production.role.map(|r| format!("role {}", r.name())));
                out.extend(production.case.map(|c| match c {
                    CaseSource::Capture(slot) => format!("case {}", self.slots[slot as usize].name),
                    CaseSource::Next => "case next".to_owned(),
                    CaseSource::All => "case all".to_owned(),
                }));
            }
        }
        if self.scope.pseudo {
            out.push("pseudo-cue".to_owned());
        }
        if self.scope.terminator {
            out.push("terminator".to_owned());
        }
        out.dedup();
        out
    }
}

/// A condition on the surroundings of a match. Programs are numbers of sub-programs.
#[derive(Debug)]
pub(crate) struct CompiledGuard {
    pub(crate) negated: bool,
    pub(crate) test: GuardTest,
    /// Where it stands, for explanations.
    pub(crate) place: Place,
}

impl CompiledGuard {
    /// Whether it tells what must stand before a match, which can be known before there is one.
    pub(crate) fn must_follow(&self) -> bool {
        !self.negated && matches!(self.test, GuardTest::After(_))
    }

    /// Whether it holds in rows of tables only.
    pub(crate) fn is_for_rows(&self) -> bool {
        !self.negated && matches!(self.test, GuardTest::Row | GuardTest::Column(_))
    }
}

#[derive(Debug)]
pub(crate) enum GuardTest {
    Before(u32),
    After(u32),
    Sentence(u32),
    Opening(u32),
    Report(u32),
    Section(Vec<String>),
    Row,
    Column(u32),
}

/// A capture.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) name: String,
    /// The list whose items it belongs to.
    pub(crate) list: Option<u8>,
    pub(crate) kind: CaptureKind,
}

/// What a capture holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CaptureKind {
    /// A number.
    Number,
    /// A number or a range.
    Range,
    /// A number or range with a unit.
    Quantity,
    /// A unit.
    Unit,
    /// An entry of one of these vocabularies.
    Entry(Vec<u8>),
    /// A constant word from `->`.
    Constant,
    /// Just words.
    Words,
}

#[derive(Debug)]
pub(crate) struct CompiledProduction {
    /// `None` for context rules.
    pub(crate) kind: Option<EntityType>,
    pub(crate) span: Option<(u8, u8)>,
    pub(crate) fields: Vec<CompiledField>,
    /// The list of which each item gives an entity, and the capture that stands for the item.
    pub(crate) each: Option<(u8, u8)>,
    pub(crate) status: Option<Status>,
    pub(crate) subject: Option<Subject>,
    pub(crate) time: Option<Time>,
    pub(crate) case: Option<CaseSource>,
    pub(crate) role: Option<Role>,
    pub(crate) condition: Option<u8>,
}

/// How a cue says which patient of several is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CaseSource {
    /// The number that a capture holds.
    Capture(u8),
    /// The one after the one before: "another patient was".
    Next,
    /// All of them: "both patients".
    All,
}

#[derive(Debug)]
pub(crate) enum CompiledField {
    Set(Field, Expr),
    Spread(u8),
}

/// How a field is filled.
#[derive(Clone, Debug)]
pub(crate) enum Expr {
    Slot(u8),
    /// A column of an entry.
    Column(u8, Arc<Column>),
    /// A piece of a quantity.
    Quantity(u8, Field),
    Number(Decimal),
    Text(String),
    Flag(bool),
    Call(Function, Vec<Expr>),
    List(Vec<Expr>),
    Or(Vec<Expr>),
}

impl Expr {
    /// Whether a capture takes part.
    pub(crate) fn uses(&self, slot: u8) -> bool {
        match self {
            Expr::Slot(s) | Expr::Column(s, _) | Expr::Quantity(s, _) => *s == slot,
            Expr::Number(_) | Expr::Text(_) | Expr::Flag(_) => false,
            Expr::Call(_, parts) | Expr::List(parts) | Expr::Or(parts) => parts.iter().any(|p| p.uses(slot)),
        }
    }
}

/// What a rule may compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    /// The words of a capture, with single spaces.
    Text,
    /// The words without any space.
    Compact,
    /// The words in lower case.
    Lower,
    /// The words in upper case.
    Upper,
    /// Texts one after the other.
    Join,
    /// A date from year, month and day, the latter two optional.
    Date,
    /// All whole numbers of a list, ranges filled in.
    Expand,
    /// All whole numbers from one to another.
    Fill,
    /// The sum of numbers.
    Sum,
    /// The product of two numbers.
    Times,
    /// Protein and DNA changes in HGVS form where that is certain.
    Hgvs,
    /// A translocation as ISCN text.
    Iscn,
    /// The number that a column holds.
    Num,
}

impl Function {
    pub(crate) const ALL: &'static [(&'static str, Function)] = &[
        ("text", Function::Text),
        ("compact", Function::Compact),
        ("lower", Function::Lower),
        ("upper", Function::Upper),
        ("join", Function::Join),
        ("date", Function::Date),
        ("expand", Function::Expand),
        ("fill", Function::Fill),
        ("sum", Function::Sum),
        ("times", Function::Times),
        ("hgvs", Function::Hgvs),
        ("iscn", Function::Iscn),
        ("num", Function::Num),
    ];
}

/// Where a cue works.
#[derive(Debug, Default)]
pub(crate) struct CompiledScope {
    pub(crate) forward: bool,
    pub(crate) backward: bool,
    pub(crate) most: u32,
    pub(crate) pseudo: bool,
    pub(crate) terminator: bool,
    pub(crate) whole_section: bool,
    pub(crate) paragraph: bool,
    pub(crate) through: bool,
    /// Types it works on, a bit each.
    pub(crate) types: u64,
    /// Sub-program that ends the scope.
    pub(crate) stop: Option<u32>,
}
