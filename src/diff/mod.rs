//! What two runs say differently: facts added, lost and changed, by rule, and whether gold likes it.
//!
//! Runs are walked through in step, so that memory does not grow with them as long as their documents come in about
//! the same order.
//!
//! ```
//! use casegrain::diff::{Diff, Judge, walk};
//! use casegrain::run::Reader;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let old = r#"{"id": "a", "entities": [{"type": "drug", "start": 0, "end": 7, "text": "aspirin", "rule": "drug/old"}]}"#;
//! let new = r#"{"id": "a", "entities": [{"type": "dose", "start": 8, "end": 12, "text": "5 mg", "rule": "dose/new"}]}"#;
//! let mut diff = Diff::default();
//! walk(Reader::new("old", old.as_bytes())?, Reader::new("new", new.as_bytes())?, |old, new| {
//!     diff.take(old, new, &Judge::default());
//! })?;
//! assert_eq!((diff.total.added, diff.total.lost), (1, 1));
//! assert_eq!(diff.rules["drug/old"].counts.lost, 1);
//! # Ok(())
//! # }
//! ```

mod judge;
mod pair;
pub mod show;
mod walk;

pub use judge::{Judge, Verdict};
pub use walk::walk;

use crate::grammar::examples::print_value;
use crate::run::{Entity, Program, Record};
use pair::Pair;
use std::collections::BTreeMap;

/// How many examples are kept of each rule and kind of change.
const EXAMPLES: usize = 10;

/// How many changes there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Facts that only the new run has.
    pub added: u64,
    /// Facts that only the old run has.
    pub lost: u64,
    /// Facts that say something else, or stand at another place.
    pub changed: u64,
    /// Changes after which more is right, as far as gold knows.
    pub better: u64,
    /// Changes after which less is right.
    pub worse: u64,
    /// Changes of which gold does not tell.
    pub not_judged: u64,
}

impl Counts {
    /// All changes together.
    pub fn all(&self) -> u64 {
        self.added + self.lost + self.changed
    }

    fn add(&mut self, change: &Change) {
        match (&change.old, &change.new) {
            (None, _) => self.added += 1,
            (_, None) => self.lost += 1,
            _ => self.changed += 1,
        }
        match change.effect {
            Effect::Better => self.better += 1,
            Effect::Worse => self.worse += 1,
            Effect::Unknown => self.not_judged += 1,
            Effect::Same => {}
        }
    }
}

/// What a change does to what is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// More is right.
    Better,
    /// Less is right.
    Worse,
    /// Gold knows, and it is as right or wrong as before.
    Same,
    /// Gold does not know.
    Unknown,
}

impl Effect {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Effect::Better => "better",
            Effect::Worse => "worse",
            Effect::Same => "same",
            Effect::Unknown => "unknown",
        }
    }
}

/// One fact as a report of changes shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its type.
    pub kind: &'static str,
    /// Where it begins, in the offset unit of the runs.
    pub start: u32,
    /// Where it ends, exclusive.
    pub end: u32,
    /// Its words.
    pub text: String,
    /// Its value, as examples of rules write it.
    pub value: String,
    /// How it is meant.
    pub meant: String,
    /// The rule that made it.
    pub rule: String,
}

impl Fact {
    fn of(entity: &Entity) -> Fact {
        let a = &entity.assertion;
        Fact {
            kind: entity.kind.name(),
            start: entity.start,
            end: entity.end,
            text: entity.text.clone(),
            value: print_value(&entity.value),
            meant: format!("{}, {}, {}", a.status.name(), a.subject.name(), a.time.name()),
            rule: entity.rule.clone(),
        }
    }
}

/// One change.
#[derive(Clone, Debug)]
pub struct Change {
    /// The document.
    pub document: String,
    /// The fact before; none for one that was added.
    pub old: Option<Fact>,
    /// The fact after; none for one that was lost.
    pub new: Option<Fact>,
    /// What it does to what is right.
    pub effect: Effect,
    /// What stands before and after the words, where the text is known.
    pub around: Option<(String, String)>,
}

impl Change {
    /// The fact after the change, or before it if there is none after.
    pub fn fact(&self) -> Option<&Fact> {
        self.new.as_ref().or(self.old.as_ref())
    }
}

/// The changes of one rule.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// How many.
    pub counts: Counts,
    /// Some of them, those that make it worse first.
    pub examples: Vec<Change>,
}

/// All that two runs say differently.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    /// What made the old run.
    pub old: Program,
    /// What made the new one.
    pub new: Program,
    /// Documents that both runs have.
    pub documents: u64,
    /// Documents that only the old run has.
    pub only_old: Vec<String>,
    /// Documents that only the new run has.
    pub only_new: Vec<String>,
    /// Facts that both runs have alike.
    pub same: u64,
    /// All changes.
    pub total: Counts,
    /// By rule: the one that made the new fact, or for what was lost, the old one.
    pub rules: BTreeMap<String, Group>,
    /// By type.
    pub types: BTreeMap<&'static str, Counts>,
    /// By document, where there are changes.
    pub by_document: BTreeMap<String, Counts>,
    /// By type of relation: how many were added, and lost.
    pub relations: BTreeMap<String, (u64, u64)>,
    /// By code: how many issues the old run has, and the new one, where that differs.
    pub issues: BTreeMap<String, (u64, u64)>,
}

impl Diff {
    /// Whether the runs say the same.
    ///
    /// ```
    /// assert!(casegrain::diff::Diff::default().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        let counted = self.issues.values().all(|(old, new)| old == new);
        self.total.all() == 0
            && self.only_old.is_empty()
            && self.only_new.is_empty()
            && self.relations.is_empty()
            && counted
    }

    /// Whether gold tells of any change.
    fn is_judged(&self) -> bool {
        self.total.not_judged < self.total.all()
    }

    /// Takes the records of one document.
    pub fn take(&mut self, old: Option<&Record>, new: Option<&Record>, judge: &Judge<'_>) {
        if let (Some(old), true) = (old, self.old == Program::default()) {
            self.old = old.program.clone();
        }
        if let (Some(new), true) = (new, self.new == Program::default()) {
            self.new = new.program.clone();
        }
        let (old, new) = match (old, new) {
            (Some(old), Some(new)) => (old, new),
            (Some(old), None) => return self.only_old.push(old.id.clone()),
            (None, Some(new)) => return self.only_new.push(new.id.clone()),
            (None, None) => return,
        };
        self.documents += 1;
        let sight = judge.document(&old.id);
        for pair in pair::pairs(&old.entities, &new.entities) {
            let (before, after) = match pair {
                Pair::Same => {
                    self.same += 1;
                    continue;
                }
                Pair::Changed(before, after) => (Some(before), Some(after)),
                Pair::Lost(before) => (Some(before), None),
                Pair::Added(after) => (None, Some(after)),
            };
            let verdict = |entity: Option<&Entity>| entity.map(|entity| sight.verdict(entity));
            let effect = judge::effect(verdict(before), verdict(after));
            let around = after.or(before).and_then(|entity| sight.around(entity.start, entity.end));
            let (before, after) = (before.map(Fact::of), after.map(Fact::of));
            self.put(Change { document: old.id.clone(), old: before, new: after, effect, around });
        }
        for (kind, added) in pair::relations(old, new) {
            let counts = self.relations.entry(kind.to_owned()).or_default();
            if added { counts.0 += 1 } else { counts.1 += 1 }
        }
        for issue in &old.issues {
            self.issues.entry(issue.code.clone()).or_default().0 += 1;
        }
        for issue in &new.issues {
            self.issues.entry(issue.code.clone()).or_default().1 += 1;
        }
    }

    fn put(&mut self, change: Change) {
        let Some(fact) = change.fact() else { return };
        self.total.add(&change);
        self.types.entry(fact.kind).or_default().add(&change);
        match self.by_document.get_mut(&change.document) {
            Some(counts) => counts.add(&change),
            None => self.by_document.entry(change.document.clone()).or_default().add(&change),
        }
        let group = match self.rules.get_mut(&fact.rule) {
            Some(group) => group,
            None => self.rules.entry(fact.rule.clone()).or_default(),
        };
        group.counts.add(&change);
        let alike = |other: &&Change| {
            (other.old.is_some(), other.new.is_some(), other.effect)
                == (change.old.is_some(), change.new.is_some(), change.effect)
        };
        if group.examples.iter().filter(alike).count() < EXAMPLES {
            let at = group.examples.partition_point(|other| rank(other.effect) <= rank(change.effect));
            group.examples.insert(at, change);
        }
    }
}

/// What is to be looked at first.
fn rank(effect: Effect) -> u8 {
    match effect {
        Effect::Worse => 0,
        Effect::Better => 1,
        Effect::Unknown => 2,
        Effect::Same => 3,
    }
}
