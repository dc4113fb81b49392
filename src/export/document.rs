//! One report on its way into a format.

use crate::model::{EntityId, OffsetMap, OffsetUnit, Span};
use crate::run::{Entity, Record};
use rustc_hash::FxHashMap;
use std::fmt;

/// What a user may say that holds for all documents of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The day that stands where a format demands a date that no report gives, as `2024-05-17`.
    pub date: Option<String>,
    /// How rows get their ids where a format numbers them.
    pub ids: Ids,
}

/// How the rows of OMOP get ids that no other run has given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    /// Numbers in the order of the run: that of the first note, that of the first term.
    From(i64, i64),
    /// Hashes of 63 bits: of the report's id, and of that and the place of the term among its terms. They are the same
    /// in every run, and want columns of 64 bits.
    Stable,
}

impl Default for Ids {
    fn default() -> Self {
        Ids::From(1, 1)
    }
}

impl std::str::FromStr for Ids {
    type Err = &'static str;

    /// `stable`, or the first number of a note and of a term, as `5001,180001`.
    ///
    /// ```
    /// use casegrain::export::Ids;
    /// assert_eq!("stable".parse(), Ok(Ids::Stable));
    /// assert_eq!("5001,180001".parse(), Ok(Ids::From(5001, 180_001)));
    /// assert!("0,1".parse::<Ids>().is_err());
    /// ```
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let positive = |text: &str| text.parse().ok().filter(|number| *number > 0);
        let numbers = || {
            let (note, term) = text.split_once(',')?;
            Some(Ids::From(positive(note)?, positive(term)?))
        };
        match text {
            "stable" => Ok(Ids::Stable),
            _ => numbers().ok_or("use `stable`, or the first note_id and note_nlp_id, such as 5001,180001"),
        }
    }
}

/// A record, its entities by id, and its text where that is at hand.
///
/// ```
/// use casegrain::export::{Document, Settings};
/// use casegrain::{model::EntityId, read, run};
/// let extractor = casegrain::Extractor::new().unwrap();
/// let input = read::Record::new("a", "µ: a 76-year-old man");
/// let record = run::Record::of(&input, &extractor.extract(&input.text), extractor.grammar_hash());
/// let settings = Settings::default();
/// let document = Document::with_text(&record, &input.text, &settings).unwrap();
/// let age = document.entity(EntityId(0)).unwrap();
/// assert_eq!(age.text, "76-year-old");
/// assert_eq!(document.bytes(age.start, age.end).of(document.text), "76-year-old");
/// assert!(Document::with_text(&record, "Another text altogether.", &settings).is_err());
/// ```
#[derive(Debug)]
pub struct Document<'d> {
    /// What was read.
    pub record: &'d Record,
    /// What the user said.
    pub settings: &'d Settings,
    /// The text; empty if it is not at hand.
    pub text: &'d str,
    /// In the unit of the record.
    map: OffsetMap<'d>,
    characters: OffsetMap<'d>,
    by_id: FxHashMap<&'d str, u32>,
}

/// Why a text is not the one that a record was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfit;

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("its text is not the one that the run read: the words of its facts stand elsewhere")
    }
}

impl std::error::Error for Unfit {}

impl<'d> Document<'d> {
    /// A record without its text.
    pub fn new(record: &'d Record, settings: &'d Settings) -> Self {
        let by_id = (0..).zip(&record.entities).map(|(at, entity)| (entity.id.as_str(), at)).collect();
        let none = || OffsetMap::new("", OffsetUnit::Bytes);
        Document { record, settings, text: "", map: none(), characters: none(), by_id }
    }

    /// A record with the text that it was read from. In which unit the record counts is found out by its entities.
    ///
    /// # Errors
    /// When in no unit all entities are the slices of the text that they should be.
    pub fn with_text(record: &'d Record, text: &'d str, settings: &'d Settings) -> Result<Self, Unfit> {
        let units = [OffsetUnit::Chars, OffsetUnit::Bytes, OffsetUnit::Utf16];
        let characters = record.source.characters;
        if characters > 0 && characters != text.chars().count() as u64 {
            return Err(Unfit);
        }
        let map = units.into_iter().map(|unit| OffsetMap::new(text, unit)).find(|map| {
            record.entities.iter().all(|entity| {
                let place = map.byte(entity.start).zip(map.byte(entity.end));
                place.and_then(|(start, end)| text.get(start as usize..end as usize)) == Some(&entity.text)
            })
        });
        let characters = OffsetMap::new(text, OffsetUnit::Chars);
        Ok(Document { text, map: map.ok_or(Unfit)?, characters, ..Document::new(record, settings) })
    }

    /// A record with the text that it was just read from, in code points.
    pub fn read(record: &'d Record, text: &'d str, settings: &'d Settings) -> Self {
        let map = || OffsetMap::new(text, OffsetUnit::Chars);
        Document { text, map: map(), characters: map(), ..Document::new(record, settings) }
    }

    /// The entity that a case, a relation or an issue names.
    pub fn entity(&self, id: EntityId) -> Option<&'d Entity> {
        id.written(|id| self.named(id))
    }

    /// The entity of that id.
    pub fn named(&self, id: &str) -> Option<&'d Entity> {
        self.by_id.get(id).map(|at| &self.record.entities[*at as usize])
    }

    /// A place of the record as bytes of the text; what lies outside becomes the text's end.
    pub fn bytes(&self, start: u32, end: u32) -> Span {
        let length = self.text.len() as u32;
        let start = self.map.byte(start).unwrap_or(length);
        Span::new(start, self.map.byte(end).unwrap_or(length).max(start))
    }

    /// A byte of the text in code points, whatever the record counts in.
    pub fn characters(&self, byte: u32) -> u32 {
        self.characters.convert(byte)
    }
}
