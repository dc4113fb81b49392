//! A document of gold beside what was found in it.

use super::fault::{AROUND, Fault, FaultKind};
use crate::gold::{Assumed, Datum, Document, Entity, Mapping};
use crate::model::{Field, FieldValue, OffsetMap, Value};
use crate::run;
use anyhow::bail;

/// An entity of gold or of the run touches `start..end` with its own place or one of its parts.
pub(super) fn touches(found: &run::Entity, gold: &Entity) -> bool {
    gold.overlaps(found.start, found.end)
        || found.parts.iter().any(|part| gold.overlaps(part.start, part.end))
}

/// Whether an entity of a run finds one of gold.
pub(super) fn finds(found: &run::Entity, gold: &Entity, mapping: &Mapping) -> bool {
    mapping.accepts(&gold.label, found.kind) && touches(found, gold)
}

/// How many characters the two share.
pub(super) fn shared(found: &run::Entity, gold: &Entity) -> i64 {
    i64::from(found.end.min(gold.end)) - i64::from(found.start.max(gold.start))
}

/// The words at a place; empty where that is no slice.
fn words<'d>(document: &'d Document, map: &OffsetMap<'_>, start: u32, end: u32) -> &'d str {
    match (map.byte(start), map.byte(end)) {
        (Some(from), Some(to)) => document.text.get(from as usize..to as usize).unwrap_or_default(),
        _ => "",
    }
}

/// Whether an entity of gold, which is not optional, counts as found or missed.
pub(super) fn counts_for_recall(
    gold: &Entity,
    document: &Document,
    mapping: &Mapping,
    map: &OffsetMap<'_>,
) -> bool {
    let digit = || words(document, map, gold.start, gold.end).bytes().any(|b| b.is_ascii_digit());
    mapping.counts(&gold.label) && (!mapping.digits_only.contains(&gold.label) || digit())
}

/// Members of a leaf that say where it was read, not what it says.
const SOURCES: [&str; 3] = ["entities", "quote", "text"];

/// A value of gold as values of a run are written: names and what they hold, in its order. What only has alternatives
/// is told by the first of them.
pub(super) fn said(value: &Datum) -> String {
    let told = value.members().iter().filter_map(|(name, held)| {
        let held = match name.strip_suffix("_any") {
            Some(own) if value.get(own).is_none() => {
                return Some(format!("{own} {}", held.elements().first()?.plain()));
            }
            Some(_) => return None,
            None => held,
        };
        (!SOURCES.contains(&name.as_str()) && name != "any").then(|| format!("{name} {}", held.plain()))
    });
    told.collect::<Vec<_>>().join(", ")
}

/// The fields that tell what a fact is about, whatever its number; the first one that it has does.
const HEADS: [Field; 11] = [
    Field::Analyte,
    Field::Name,
    Field::Marker,
    Field::Hgvs,
    Field::Gene,
    Field::Symbol,
    Field::Product,
    Field::Site,
    Field::System,
    Field::Anchor,
    Field::Code,
];

/// What a fact is about; empty for one that is no more than a number.
pub(super) fn head(value: &Value<'_>) -> String {
    let all = HEADS.iter().find_map(|field| value.text(*field));
    all.unwrap_or_default().to_owned()
}

/// What a value or leaf of gold is about.
pub(super) fn gold_head(value: &Datum) -> String {
    let own = |field: &Field| match value.get(field.name()) {
        Some(held) => held.text(),
        None => value.get(&format!("{}_any", field.name()))?.elements().first()?.text(),
    };
    HEADS.iter().find_map(own).unwrap_or_default().to_owned()
}

/// From which words of gold to which of a run a field went; nothing for numbers, which are different each time.
pub(super) fn went(field: &str, gold: &Datum, run: &Value<'_>) -> Option<String> {
    let wanted = gold.get(field)?.text()?;
    match run.get(Field::from_name(field)?) {
        None => Some(format!("{field} {wanted} not read")),
        Some(FieldValue::Text(got)) => Some(format!("{field} {wanted} read as {got}")),
        Some(_) => None,
    }
}

/// A document and what was found in it.
pub(super) struct View<'v> {
    pub(super) document: &'v Document,
    pub(super) found: &'v [run::Entity],
    pub(super) mapping: &'v Mapping,
    pub(super) assumed: &'v Assumed,
    pub(super) map: OffsetMap<'v>,
}

impl View<'_> {
    /// The words of a run must be those of gold's text, or no figure means anything.
    pub(super) fn same_text(&self) -> anyhow::Result<()> {
        for entity in self.found.iter().filter(|entity| !entity.text.is_empty()) {
            let words = self.words(entity.start, entity.end);
            if words != entity.text {
                bail!(
                    "document `{}`: {} to {} is {words:?} in the text of gold and {:?} in the run; was it made on the \
                     same text, with offsets in code points?",
                    self.document.id,
                    entity.start,
                    entity.end,
                    entity.text
                );
            }
        }
        Ok(())
    }

    pub(super) fn words(&self, start: u32, end: u32) -> &str {
        words(self.document, &self.map, start, end)
    }

    /// Whether anything found an entity of gold.
    pub(super) fn is_found(&self, gold: &Entity) -> bool {
        self.found.iter().any(|found| finds(found, gold, self.mapping))
    }

    /// The two ends of a relation, as places.
    pub(super) fn link(&self, from: (u32, u32), to: (u32, u32)) -> String {
        format!("{:?} to {:?}", self.words(from.0, from.1), self.words(to.0, to.1))
    }

    /// The place of the words that a leaf of gold repeats; nowhere if the text does not have them.
    pub(super) fn quoted(&self, leaf: &Datum) -> (u32, u32) {
        let quote = leaf.get("quote").and_then(Datum::text).filter(|quote| !quote.is_empty());
        let found = quote.and_then(|quote| Some((self.document.text.find(quote)?, quote.len())));
        found.map_or((0, 0), |(at, length)| {
            (self.map.convert(at as u32), self.map.convert((at + length) as u32))
        })
    }

    /// A fault at a place, of which nothing is told yet.
    pub(super) fn fault(&self, kind: FaultKind, label: &str, (start, end): (u32, u32)) -> Fault {
        let length = self.map.convert(self.document.text.len() as u32);
        // What stands nowhere has nothing around it.
        let around = if start < end { AROUND } else { 0 };
        Fault {
            kind,
            label: label.to_owned(),
            document: self.document.id.clone(),
            start,
            end,
            before: self.words(start.saturating_sub(around), start).to_owned(),
            words: self.words(start, end).to_owned(),
            after: self.words(end, (end + around).min(length)).to_owned(),
            gold: String::new(),
            got: String::new(),
            rule: String::new(),
            near: String::new(),
            reason: String::new(),
            what: String::new(),
            weight: kind.weight(),
        }
    }
}
