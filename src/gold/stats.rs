//! What a corpus holds, counted.

use super::problem::count;
use super::{Corpus, Mapping};
use crate::model::EntityType;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// What was counted of one label.
#[derive(Clone, Debug, Default)]
struct Label {
    entities: usize,
    documents: usize,
    optional: usize,
    values: usize,
    absent: usize,
}

/// Counts by label and relation as a table for people.
///
/// ```
/// use casegrain::gold::{Corpus, Mapping, stats};
/// assert!(stats(&Corpus::default(), &Mapping::default()).starts_with("0 documents, 0 characters"));
/// ```
pub fn stats(corpus: &Corpus, mapping: &Mapping) -> String {
    let mut labels: BTreeMap<&str, Label> = BTreeMap::new();
    let mut relations: BTreeMap<&str, usize> = BTreeMap::new();
    let mut exhaustive: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut characters, mut cases) = (0, 0);
    for document in &corpus.documents {
        characters += document.text.chars().count();
        cases += document.cases.as_ref().map_or(0, Vec::len);
        let mut seen = BTreeSet::new();
        for entity in &document.entities {
            let label = labels.entry(&entity.label).or_default();
            label.entities += 1;
            label.documents += usize::from(seen.insert(&entity.label));
            label.optional += usize::from(entity.optional);
            label.values += usize::from(entity.value.is_some());
            label.absent += usize::from(entity.status.as_deref() == Some("absent"));
        }
        for relation in document.relations.iter().flatten() {
            *relations.entry(&relation.label).or_default() += 1;
        }
        for name in &document.exhaustive {
            *exhaustive.entry(name).or_default() += 1;
        }
    }
    let entities: usize = labels.values().map(|label| label.entities).sum();
    let mut out = format!(
        "{}, {}, {}, {}, {}\n",
        count(corpus.documents.len(), "document"),
        count(characters, "character"),
        count(entities, "entity"),
        count(relations.values().sum(), "relation"),
        count(cases, "case record")
    );
    if !labels.is_empty() {
        let _ = writeln!(
            out,
            "\n{:26} {:>8} {:>9} {:>6} {:>6} {:>8} {:>10}",
            "label", "entities", "documents", "values", "absent", "optional", "exhaustive"
        );
    }
    let mut order: Vec<(&&str, &Label)> = labels.iter().collect();
    order.sort_by_key(|(_, label)| std::cmp::Reverse(label.entities));
    for (name, label) in order {
        let note = if mapping.counts(name) || mapping.counts_status(name) {
            ""
        } else if EntityType::from_name(name).is_some() {
            "  not in the mapping"
        } else {
            "  no type of ours answers it"
        };
        let _ = writeln!(
            out,
            "{name:26} {:>8} {:>9} {:>6} {:>6} {:>8} {:>10}{note}",
            label.entities,
            label.documents,
            label.values,
            label.absent,
            label.optional,
            exhaustive.get(*name).copied().unwrap_or_default()
        );
    }
    for (name, count) in relations {
        let noun = if count == 1 { "relation" } else { "relations" };
        let _ = writeln!(out, "{name:26} {count:>8} {noun}");
    }
    out
}
