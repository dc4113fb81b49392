//! How well a run finds what gold says: by type, by field, by rule, and where it went wrong.
//!
//! An entity of gold is found if an entity of a type that its label accepts shares a character with it, by its own
//! place or by one of its parts; it is found exactly if the two have the same place. Precision is counted for the
//! types that gold marks exhaustively. Intervals are bootstrapped over documents with a fixed seed, so that the same
//! run gives the same figures.
//!
//! ```
//! use casegrain::gold::{Corpus, Mapping};
//! use casegrain::run::Record;
//! use casegrain::score::{Options, score};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let file = folder.path().join("gold.jsonl");
//! std::fs::write(&file, concat!(
//!     r#"{"id": "a", "text": "aspirin and ibuprofen", "exhaustive": ["drug"], "entities": ["#,
//!     r#"{"type": "drug", "start": 0, "end": 7}, {"type": "drug", "start": 12, "end": 21}]}"#))?;
//! let corpus = Corpus::load(&[file], &Mapping::default())?;
//! let run = r#"{"id": "a", "entities": [{"type": "drug", "start": 0, "end": 7, "text": "aspirin"}]}"#;
//! let record: Record = serde_json::from_str(run)?;
//!
//! let score = score(&corpus, &[record], &Options::default())?;
//! let drug = score.row("drug").ok_or("no row")?;
//! assert_eq!((drug.counts.gold, drug.counts.found, drug.counts.predicted, drug.counts.right), (2, 1, 1, 1));
//! assert_eq!(score.faults[0].words, "ibuprofen");
//! # Ok(())
//! # }
//! ```

mod bootstrap;
mod case;
mod compare;
mod document;
mod fault;
pub mod floors;
mod nearest;
mod only;
mod pattern;
mod sets;
pub mod show;
mod view;

pub use bootstrap::{Interval, Intervals};
pub use document::Verdict;
pub(crate) use document::verdict;
pub(crate) use fault::AROUND;
pub use fault::{Fault, FaultKind};
pub use nearest::note_nearest;
pub use only::found_by_no_other;
pub use pattern::{Pattern, patterns};
pub use sets::Set;

use crate::gold::{Corpus, Document, Mapping, kappa, share};
use crate::grammar::Grammar;
use crate::grammar::rule::CompiledRule;
use crate::grammar::syntax::RuleKind;
use crate::run::{Program, Record};
use anyhow::bail;
use document::{About, Tally};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// How to score.
#[derive(Clone, Debug)]
pub struct Options {
    /// What the labels of gold mean.
    pub mapping: Mapping,
    /// How often documents are drawn for the intervals; 0 for none.
    pub samples: usize,
    /// The seed of these draws.
    pub seed: u64,
}

impl Default for Options {
    /// Labels are types; a thousand draws.
    fn default() -> Self {
        Options { mapping: Mapping::default(), samples: 1000, seed: 1 }
    }
}

/// What was counted of one label or type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Entities of gold.
    pub gold: u32,
    /// Those of them that were found.
    pub found: u32,
    /// Those that were found at exactly their place.
    pub found_exactly: u32,
    /// Predicted entities, where precision is counted.
    pub predicted: u32,
    /// Those of them that are right.
    pub right: u32,
    /// Those that are right and at exactly the place that gold has.
    pub right_exactly: u32,
}

impl Counts {
    fn add(&mut self, other: &Counts) {
        self.gold += other.gold;
        self.found += other.found;
        self.found_exactly += other.found_exactly;
        self.predicted += other.predicted;
        self.right += other.right;
        self.right_exactly += other.right_exactly;
    }

    /// The share of gold that was found, in percent; `None` where gold has nothing.
    pub fn recall(&self) -> Option<f64> {
        share(self.found, self.gold)
    }

    /// The share of what was predicted that is right, in percent; `None` where nothing was predicted or counted.
    pub fn precision(&self) -> Option<f64> {
        share(self.right, self.predicted)
    }

    /// The harmonic mean of recall and precision.
    ///
    /// ```
    /// use casegrain::score::Counts;
    /// let counts = Counts { gold: 4, found: 2, predicted: 2, right: 2, ..Counts::default() };
    /// assert_eq!(counts.f1().map(|f| f.round()), Some(67.0));
    /// assert_eq!(Counts { gold: 4, ..Counts::default() }.f1(), None);
    /// ```
    pub fn f1(&self) -> Option<f64> {
        harmonic(self.recall()?, self.precision()?)
    }

    /// The same for places that are exactly right.
    pub fn exact(&self) -> Counts {
        Counts { found: self.found_exactly, right: self.right_exactly, ..*self }
    }
}

fn harmonic(recall: f64, precision: f64) -> Option<f64> {
    Some(if recall + precision == 0.0 { 0.0 } else { 2.0 * recall * precision / (recall + precision) })
}

/// What was counted of one label of gold or one of our types; the same name means both.
#[derive(Clone, Debug)]
pub struct Row {
    /// The label or type.
    pub name: String,
    /// What was counted.
    pub counts: Counts,
    /// Whether precision is counted, in some document.
    pub precise: bool,
    /// Within which bounds the figures lie in 95 of 100 draws of documents.
    pub intervals: Option<Intervals>,
}

/// How many of some comparisons agreed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Those that could be compared.
    pub compared: u32,
    /// Those that agreed.
    pub right: u32,
}

impl Agreement {
    fn add(&mut self, right: bool) {
        self.compared += 1;
        self.right += u32::from(right);
    }

    /// The share that agreed, in percent.
    pub fn percent(&self) -> Option<f64> {
        share(self.right, self.compared)
    }
}

/// What gold says and what the run says, where both say something of the same fact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confusion {
    /// By what gold says and what the run says: how often.
    pub pairs: BTreeMap<(String, String), u32>,
}

impl Confusion {
    fn add(&mut self, gold: &str, run: &str) {
        *self.pairs.entry((gold.to_owned(), run.to_owned())).or_default() += 1;
    }

    /// Cohen's kappa: how much of the agreement that chance does not give was reached, at most 1. None where there is no
    /// such thing, as when both always say the same.
    ///
    /// ```
    /// use casegrain::score::Confusion;
    /// let pairs = [("present", "present", 20), ("present", "absent", 5), ("absent", "present", 10), ("absent", "absent", 15)];
    /// let pairs = pairs.map(|(gold, run, n)| ((gold.to_owned(), run.to_owned()), n)).into();
    /// assert_eq!(Confusion { pairs }.kappa().map(|kappa| (kappa * 10.0).round()), Some(4.0));
    /// assert_eq!(Confusion::default().kappa(), None);
    /// ```
    pub fn kappa(&self) -> Option<f64> {
        kappa(&self.pairs)
    }

    /// Where the two differ, the most frequent first: what gold says, what the run says, and how often.
    pub fn differing(&self) -> Vec<(&str, &str, u32)> {
        let pairs = self.pairs.iter().filter(|((gold, run), _)| gold != run);
        let mut all: Vec<_> = pairs.map(|((gold, run), n)| (gold.as_str(), run.as_str(), *n)).collect();
        all.sort_by_key(|(_, _, n)| std::cmp::Reverse(*n));
        all
    }
}

/// What one rule did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleTally {
    /// Entities that it made.
    pub matches: u32,
    /// Those that gold confirms.
    pub right: u32,
    /// Those that gold rules out.
    pub wrong: u32,
    /// Those that were found with a value, status, subject or time other than gold has; one may count several times.
    pub misread: u32,
    /// Entities of gold that are not found without this rule; none as long as nobody tried ([`found_by_no_other`]).
    pub only: Option<u32>,
}

/// Figures of a whole corpus.
#[derive(Clone, Debug, Default)]
pub struct Score {
    /// What made the run.
    pub program: Program,
    /// How many documents were scored.
    pub documents: usize,
    /// The files (or folders) of gold that were scored, with what was counted in each.
    pub sets: Vec<Set>,
    /// Documents of gold for which the run has nothing; all in them counts as missed.
    pub missing: Vec<String>,
    /// Records of the run that gold does not know.
    pub surplus: usize,
    /// Documents of gold that were left out because they are broken.
    pub left_out: usize,
    /// What is wrong with these.
    pub broken: Vec<String>,
    /// The floors that the figures are held against; none if there is no table of floors.
    pub floors: Option<Vec<floors::Judged>>,
    /// By label and type, the most frequent first.
    pub rows: Vec<Row>,
    /// All rows together.
    pub micro: Counts,
    /// The bounds of these.
    pub micro_intervals: Option<Intervals>,
    /// By label: whether all fields that count agree, among those found.
    pub values: BTreeMap<String, Agreement>,
    /// By label and field.
    pub fields: BTreeMap<(String, String), Agreement>,
    /// By status of gold: whether absent is told from all else.
    pub polarity: BTreeMap<String, Agreement>,
    /// By `status`, `subject` and `time`: whether they agree, among those found.
    pub assertions: BTreeMap<&'static str, Agreement>,
    /// By the same: what was taken for what.
    pub confusions: BTreeMap<&'static str, Confusion>,
    /// By type of relation.
    pub relations: BTreeMap<String, Counts>,
    /// By field of the case record, in its order.
    pub cases: Vec<(&'static str, Counts)>,
    /// By rule, as file/rule.
    pub rules: BTreeMap<String, RuleTally>,
    /// The rules of the grammars that made nothing; none as long as nobody asked ([`Score::note_idle`]).
    pub idle: Option<Vec<String>>,
    /// What went wrong, in the order of gold; [`patterns`] puts it in the order of how much there is to mend.
    pub faults: Vec<Fault>,
}

impl Score {
    /// The row of a label or type.
    pub fn row(&self, name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.name == name)
    }

    /// Notes which rules of some grammars made nothing.
    ///
    /// ```
    /// let mut score = casegrain::score::Score::default();
    /// score.note_idle(casegrain::Extractor::new().unwrap().grammar());
    /// assert!(score.idle.is_some_and(|idle| idle.iter().any(|rule| rule == "drug/name")));
    /// ```
    pub fn note_idle(&mut self, grammar: &Grammar) {
        let made = |rule: &&CompiledRule| self.rules.get(&rule.id).is_some_and(|tally| tally.matches > 0);
        let rules = grammar.rules.iter().filter(|rule| rule.kind == RuleKind::Entity && !made(rule));
        self.idle = Some(rules.map(|rule| rule.id.clone()).collect());
    }

    /// Holds the figures against a table of floors; [`show`] then tells which are held in every form.
    ///
    /// ```
    /// use casegrain::score::{Score, floors::Floors};
    /// let floors = Floors::parse("part\tname\tfloor\nrecall\tdrug\t92.5\n").unwrap();
    /// let mut score = Score::default();
    /// score.hold(&floors);
    /// assert_eq!(score.fallen().count(), 1);
    /// ```
    pub fn hold(&mut self, floors: &floors::Floors) {
        self.floors = Some(floors.judge(&floors::figures(self)));
    }

    /// The floors that are not held.
    pub fn fallen(&self) -> impl Iterator<Item = &floors::Judged> {
        self.floors.iter().flatten().filter(|floor| !floor.is_held())
    }

    /// The mean over rows.
    ///
    /// ```
    /// assert_eq!(casegrain::score::Score::default().macro_average().f1, None);
    /// ```
    pub fn macro_average(&self) -> Mean {
        Mean::of(self.rows.iter().map(|row| &row.counts))
    }

    /// All relations together, and the mean over their types.
    pub fn relation_averages(&self) -> (Counts, Mean) {
        averages(self.relations.values())
    }

    /// All leaves of case records together, and the mean over the fields.
    pub fn case_averages(&self) -> (Counts, Mean) {
        averages(self.cases.iter().map(|(_, counts)| counts))
    }
}

/// Recall, precision and F1 as means over rows, each over the rows that have it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mean {
    /// Of recall.
    pub recall: Option<f64>,
    /// Of precision.
    pub precision: Option<f64>,
    /// Of F1.
    pub f1: Option<f64>,
}

impl Mean {
    fn of<'c>(rows: impl Iterator<Item = &'c Counts> + Clone) -> Mean {
        let mean = |figure: &dyn Fn(&Counts) -> Option<f64>| {
            let all: Vec<f64> = rows.clone().filter_map(figure).collect();
            (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)
        };
        Mean { recall: mean(&Counts::recall), precision: mean(&Counts::precision), f1: mean(&Counts::f1) }
    }
}

/// Rows together, and the mean over them.
fn averages<'c>(rows: impl Iterator<Item = &'c Counts> + Clone) -> (Counts, Mean) {
    let mut all = Counts::default();
    rows.clone().for_each(|counts| all.add(counts));
    (all, Mean::of(rows))
}

/// Scores a run. Its offsets must be code points.
///
/// # Errors
/// When words of the run are not those at their place in the text of gold: it was made on other texts, or with other
/// offsets.
pub fn score(gold: &Corpus, run: &[Record], options: &Options) -> anyhow::Result<Score> {
    let mut by_id: FxHashMap<&str, &Record> = FxHashMap::default();
    for record in run {
        if by_id.insert(&record.id, record).is_some() {
            bail!("the run has two records of the id `{}`", record.id);
        }
    }
    let mut total = Tally::default();
    let mut score = Score { documents: gold.documents.len(), ..Score::default() };
    let mut samples = Vec::with_capacity(gold.documents.len());
    let mut sets = sets::Sets::of(gold);
    let links = gold.documents.iter().flat_map(|d| d.relations.iter().flatten().map(move |r| (d, r)));
    let label = |document: &'_ Document, at: usize| document.entities[at].label.clone();
    let about = About {
        mapping: &options.mapping,
        assumed: gold.assumed(&options.mapping),
        relations: links.map(|(d, r)| (r.label.clone(), label(d, r.from), label(d, r.to))).collect(),
    };
    for document in &gold.documents {
        let record = by_id.remove(document.id.as_str());
        if record.is_none() {
            score.missing.push(document.id.clone());
        }
        let before = std::mem::take(&mut total.rows);
        total.document(document, record, &about)?;
        let own = std::mem::replace(&mut total.rows, before);
        sets.add(document, &own);
        for (name, counts) in &own {
            total.rows.entry(name.clone()).or_default().add(counts);
        }
        samples.push(own);
    }
    score.surplus = by_id.len();
    score.program = run.first().map(|record| record.program.clone()).unwrap_or_default();
    score.sets = sets.finish();
    let names: Vec<String> = total.rows.keys().cloned().collect();
    let (each, all) = bootstrap::intervals(&names, &samples, options.samples, options.seed);
    for ((name, counts), intervals) in total.rows.into_iter().zip(each) {
        score.micro.add(&counts);
        let precise = total.precise.contains(&name);
        score.rows.push(Row { name, counts, precise, intervals });
    }
    score.rows.sort_by_key(|row| std::cmp::Reverse(row.counts.gold.max(row.counts.predicted)));
    score.micro_intervals = all;
    score.values = total.values;
    score.fields = total.fields;
    score.polarity = total.polarity;
    score.assertions = total.assertions;
    score.confusions = total.confusions;
    score.relations = total.relations;
    score.cases = total.cases;
    score.rules = total.rules;
    score.faults = total.faults;
    Ok(score)
}
