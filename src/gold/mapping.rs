//! What the labels of a corpus mean to us.

use super::Datum;
use crate::model::{EntityType, RelationType};
use anyhow::{Context, bail};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Which of our types answers which label, for which types precision can be counted, and which fields count.
///
/// As a file, it is a JSON object with the fields below, all of them optional; or an object of several, by the name
/// of the corpus.
///
/// ```
/// use casegrain::{gold::Mapping, model::EntityType};
/// let json = r#"{"accept": {"Dosage": ["dose", "radiotherapy"]}, "precise": {"dose": ["Dosage", "Volume"]}}"#;
/// let mapping: Mapping = serde_json::from_str(json).unwrap();
/// assert!(mapping.accepts("Dosage", EntityType::Radiotherapy));
/// // A corpus that uses our own types needs no mapping.
/// assert!(Mapping::default().accepts("dose", EntityType::Dose));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// By label: the types that find it; none where it does not count.
    pub accept: BTreeMap<String, Vec<String>>,
    /// By type: the labels that make an entity of it right. Only types that are named count for precision.
    pub precise: BTreeMap<String, Vec<String>>,
    /// By label: the fields that count for its value; all that the gold entity has where nothing is named.
    pub values: BTreeMap<String, Vec<String>>,
    /// Labels that count only where their words hold a digit.
    pub digits_only: Vec<String>,
    /// Labels of which only the status counts.
    pub status_only: Vec<String>,
    /// Whether the status of every label counts, of those that no type finds, too.
    pub status_any: bool,
    /// By attribute, or by attribute and value (`Certainty=low`): what it says of an entity, such as
    /// `{"status": "absent"}`. One that is only there or not has the value `true`.
    pub attributes: BTreeMap<String, BTreeMap<String, String>>,
    /// By relation of the corpus: ours.
    pub relations: BTreeMap<String, String>,
}

/// Types that a status is looked up in where a mapping names no better ones.
const ASSERTABLE: &[EntityType] = &[
    EntityType::Finding,
    EntityType::Disease,
    EntityType::Procedure,
    EntityType::Measurement,
    EntityType::Fusion,
    EntityType::Rearrangement,
    EntityType::Variant,
    EntityType::CopyNumber,
    EntityType::Msi,
    EntityType::Anatomy,
    EntityType::Drug,
];

impl Mapping {
    /// Reads a mapping file. Where it holds several mappings, `name` says which.
    ///
    /// # Errors
    /// When the file cannot be read, is no mapping, or has none of that name.
    pub fn load(path: &Path, name: &str) -> anyhow::Result<Mapping> {
        let shown = path.display();
        let json =
            std::fs::read_to_string(path).with_context(|| format!("cannot read the mapping {shown}"))?;
        let datum: Datum = serde_json::from_str(&json).with_context(|| format!("the mapping {shown}"))?;
        let fields = ["accept", "precise", "values", "attributes", "relations", "status_any", "status_only"];
        let one = datum.members().iter().any(|(name, _)| fields.contains(&name.as_str()));
        let chosen = if one { Some(&datum) } else { datum.get(name) };
        let Some(chosen) = chosen else {
            let names: Vec<_> = datum.members().iter().map(|(name, _)| name.as_str()).collect();
            bail!("the mapping {shown} has nothing for `{name}`, only {}", names.join(", "));
        };
        let mapping: Mapping = serde_json::from_str(&chosen.to_string())
            .with_context(|| format!("the mapping {shown}, `{name}`"))?;
        let types = mapping.accept.values().flatten().chain(mapping.precise.keys());
        for kind in types {
            if EntityType::from_name(kind).is_none() {
                bail!("the mapping {shown} names `{kind}`, which is no entity type");
            }
        }
        Ok(mapping)
    }

    /// Whether this is no mapping at all: labels are types.
    pub fn is_empty(&self) -> bool {
        *self == Mapping::default()
    }

    /// Whether an entity of that type finds that label.
    pub fn accepts(&self, label: &str, kind: EntityType) -> bool {
        match self.accept.get(label) {
            Some(types) => types.iter().any(|name| name == kind.name()),
            None => self.is_own() && label == kind.name(),
        }
    }

    /// Whether recall is counted for a label.
    pub(crate) fn counts(&self, label: &str) -> bool {
        self.accept.get(label).is_some_and(|types| !types.is_empty())
            || self.is_own() && EntityType::from_name(label).is_some()
    }

    /// Whether the status of a label is counted.
    pub(crate) fn counts_status(&self, label: &str) -> bool {
        self.counts(label) || self.status_any || self.status_only.iter().any(|l| l == label)
    }

    /// Whether the status of a label may be read from an entity of that type.
    pub(crate) fn status_from(&self, label: &str, kind: EntityType) -> bool {
        if self.is_own() { self.accepts(label, kind) } else { ASSERTABLE.contains(&kind) }
    }

    /// Whether labels are our types.
    pub(crate) fn is_own(&self) -> bool {
        self.accept.is_empty() && !self.status_any && self.status_only.is_empty()
    }

    /// Whether an attribute, or one with that value, says something of an entity.
    pub(super) fn reads(&self, name: &str, value: &Datum) -> bool {
        !self.attributes.is_empty()
            && (self.attributes.contains_key(name)
                || self.attributes.contains_key(&format!("{name}={}", value.plain())))
    }

    /// All labels that are named anywhere.
    pub(super) fn labels(&self) -> impl Iterator<Item = &str> {
        let lists = [&self.digits_only, &self.status_only];
        let named = self.precise.values().chain(lists).flatten();
        named.chain(self.accept.keys()).chain(self.values.keys()).map(String::as_str)
    }

    /// Our type for a relation of the corpus.
    pub(super) fn relation(&self, label: &str) -> Option<RelationType> {
        RelationType::from_name(self.relations.get(label).map_or(label, String::as_str))
    }

    /// Our type for a label, if there is exactly one.
    pub(crate) fn kind_of(&self, label: &str) -> Option<&str> {
        match self.accept.get(label).map(Vec::as_slice) {
            Some([kind]) => Some(kind),
            Some(_) => None,
            None => EntityType::from_name(label).map(EntityType::name),
        }
    }
}
