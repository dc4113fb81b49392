//! What becomes of concepts in the record of a patient, and the events from which times are counted: the tables below
//! `grammars/record/`.

use super::lexicon::Lexicon;
use super::source::{Sources, rows};
use crate::model::EntityType;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};

/// The table of concepts: type, name, use and value.
const CONCEPTS: &str = "record/concepts.tsv";

/// The table of events: words, event and whether days are counted from it.
const EVENTS: &str = "record/events.tsv";

/// The table of words for things that have a size and are no lesion.
const TOOLS: &str = "record/tools.tsv";

macro_rules! uses {
    ($($variant:ident $name:literal $doc:literal;)*) => {
        /// What becomes of a concept in the record.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Use { $(#[doc = $doc] $variant,)* }

        impl Use {
            const ALL: &'static [(Use, &'static str)] = &[$((Use::$variant, $name)),*];
        }
    };
}

uses! {
    Keep "keep" "It stands in the record under its own type, whatever its class says.";
    Drop "drop" "It says nothing by itself.";
    Generic "generic" "It counts only where nothing more exact is known: with a site, or without a better one.";
    Finding "finding" "A disease that is recorded as a finding.";
    Organism "organism" "What causes infections: a finding where it was found, and otherwise thought of or excluded.";
    Diagnosis "diagnosis" "A finding that is recorded as a diagnosis.";
    Metastasis "metastasis" "A spread of the disease; the value is its site, if the name alone tells it.";
    Comorbidity "comorbidity" "A disease that the patient has beside the one that the report is about.";
    Complication "complication" "What a disease or its treatment brings about.";
    Recurrence "recurrence" "A disease that has come back, or, if absent, has not.";
    Outcome "outcome" "A finding that tells how the patient is; the value is the code.";
    Combined "combined" "A drug that is part of a regimen where it is given with another such drug.";
    Radiotherapy "radiotherapy" "A procedure that is a course of radiation.";
}

/// A concept's use.
#[derive(Clone, Debug)]
struct Rule {
    what: Use,
    value: Option<Box<str>>,
}

/// An event from which times are counted, by the words for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventName {
    /// Its name.
    pub(crate) name: Box<str>,
    /// Whether the days of the record are counted from it.
    pub(crate) origin: bool,
    /// Whether it is one of a course over which all times count from the same start.
    pub(crate) course: bool,
}

/// The tables for the record.
#[derive(Debug, Default)]
pub(crate) struct Record {
    rules: Vec<Rule>,
    /// By type and whole name, by type and last word, by type and first word.
    names: FxHashMap<u64, u32>,
    lasts: FxHashMap<u64, u32>,
    firsts: FxHashMap<u64, u32>,
    /// By type and class or category.
    classes: FxHashMap<u64, u32>,
    /// Types whose names another vocabulary has: that vocabulary and the rule for them.
    borrowed: Vec<(EntityType, Box<str>, u32)>,
    events: FxHashMap<Box<str>, EventName>,
    /// By word: whether it counts right behind the size only.
    tools: FxHashMap<Box<str>, bool>,
}

fn key(kind: EntityType, name: &str) -> u64 {
    let mut hasher = FxHasher::default();
    (kind as u8, name).hash(&mut hasher);
    hasher.finish()
}

impl Record {
    /// Reads a table if it is one of these; what is wrong with it, by line.
    pub(crate) fn load(&mut self, name: &str, text: &str) -> Option<Vec<(u32, String)>> {
        match name {
            CONCEPTS => Some(self.concepts(text)),
            EVENTS => Some(self.event_names(text)),
            TOOLS => Some(self.tool_names(text)),
            _ => None,
        }
    }

    fn concepts(&mut self, text: &str) -> Vec<(u32, String)> {
        let mut wrong = Vec::new();
        for (number, line) in rows(text) {
            let mut cells = line.split('\t').map(str::trim);
            let mut cell = || cells.next().unwrap_or_default();
            let (kind, name, what, value) = (cell(), cell(), cell(), cell());
            let Some(kind) = EntityType::from_name(kind) else {
                wrong.push((number, format!("`{kind}` is no type of entity")));
                continue;
            };
            let Some((what, _)) = Use::ALL.iter().find(|(_, n)| *n == what) else {
                let names: Vec<_> = Use::ALL.iter().map(|(_, n)| *n).collect();
                wrong.push((number, format!("`{what}` is no use; there are {}", names.join(", "))));
                continue;
            };
            let rule = self.rules.len() as u32;
            self.rules.push(Rule { what: *what, value: (!value.is_empty()).then(|| value.into()) });
            let before = if let Some(class) = name.strip_prefix("class:") {
                self.classes.insert(key(kind, class), rule)
            } else if let Some(vocabulary) = name.strip_prefix("vocabulary:") {
                self.borrowed.push((kind, vocabulary.into(), rule));
                None
            } else if let Some(last) = name.strip_prefix("* ") {
                self.lasts.insert(key(kind, last), rule)
            } else if let Some(first) = name.strip_suffix(" *") {
                self.firsts.insert(key(kind, first), rule)
            } else {
                self.names.insert(key(kind, name), rule)
            };
            if before.is_some() {
                wrong.push((number, format!("`{name}` stands twice")));
            }
        }
        wrong
    }

    fn event_names(&mut self, text: &str) -> Vec<(u32, String)> {
        let mut wrong = Vec::new();
        for (number, line) in rows(text) {
            let mut cells = line.split('\t').map(str::trim);
            let mut cell = || cells.next().unwrap_or_default();
            let (words, event, counts) = (cell(), cell(), cell());
            if words.is_empty() || event.is_empty() || !matches!(counts, "" | "origin" | "course") {
                wrong.push((number, "wanted: words, event and perhaps `origin` or `course`".to_owned()));
                continue;
            }
            for words in words.split('|') {
                let event =
                    EventName { name: event.into(), origin: counts == "origin", course: counts == "course" };
                if self.events.insert(words.trim().into(), event).is_some() {
                    wrong.push((number, format!("`{words}` stands twice")));
                }
            }
        }
        wrong
    }

    fn tool_names(&mut self, text: &str) -> Vec<(u32, String)> {
        let mut wrong = Vec::new();
        for (number, line) in rows(text) {
            let (word, place) = line.split_once('\t').unwrap_or((line, ""));
            let (word, place) = (word.trim(), place.trim());
            if !matches!(place, "" | "behind") {
                wrong.push((number, "wanted: a word and perhaps `behind`".to_owned()));
            } else if self.tools.insert(word.into(), place == "behind").is_some() {
                wrong.push((number, format!("`{word}` stands twice")));
            }
        }
        wrong
    }

    /// Gives the names of each class and of each vocabulary that has a use that use, unless they have one of their
    /// own.
    pub(crate) fn finish(&mut self, sources: &Sources, lexicon: &Lexicon) {
        for (kind, vocabulary, rule) in std::mem::take(&mut self.borrowed) {
            let Some(vocabulary) = lexicon.vocabulary(&vocabulary) else { continue };
            for (_, entry) in lexicon.entries_of(vocabulary) {
                self.names.entry(key(kind, sources.get(entry.name))).or_insert(rule);
            }
        }
        let classes = lexicon.column(sources, "class");
        for kind in [EntityType::Disease, EntityType::Finding, EntityType::Drug] {
            let Some(vocabulary) = lexicon.vocabulary(kind.name()) else { continue };
            for (number, entry) in lexicon.entries_of(vocabulary) {
                let class = lexicon.cell(sources, number, &classes).unwrap_or_default();
                if let Some(rule) = self.classes.get(&key(kind, class)) {
                    self.names.entry(key(kind, sources.get(entry.name))).or_insert(*rule);
                }
            }
        }
    }

    /// What becomes of a concept, and the value that goes with that. A procedure's category is its class.
    pub(crate) fn use_of(&self, kind: EntityType, name: &str, category: Option<&str>) -> (Use, Option<&str>) {
        let find = |map: &FxHashMap<u64, u32>, name: &str| map.get(&key(kind, name)).copied();
        let rule = find(&self.names, name)
            .or_else(|| name.rsplit_once(' ').and_then(|(_, last)| find(&self.lasts, last)))
            .or_else(|| name.split_once(' ').and_then(|(first, _)| find(&self.firsts, first)))
            .or_else(|| category.and_then(|category| find(&self.classes, category)));
        match rule {
            Some(rule) => {
                let rule = &self.rules[rule as usize];
                (rule.what, rule.value.as_deref())
            }
            None => (Use::Keep, None),
        }
    }

    /// Whether a word says that a size is of something used or made, or a distance. `behind`: whether it stands right
    /// behind the size.
    pub(crate) fn is_tool(&self, word: &str, behind: bool) -> bool {
        self.tools
            .iter()
            .any(|(tool, only_behind)| (behind || !only_behind) && tool.eq_ignore_ascii_case(word))
    }

    /// The event that words in lower case stand for.
    pub(crate) fn event(&self, words: &str) -> Option<&EventName> {
        self.events.get(words)
    }
}
