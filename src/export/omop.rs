//! `omop`: the tables NOTE and NOTE_NLP of the OMOP common data model 5.4, as CSV and, with the cargo feature
//! `parquet`, as Parquet.
//!
//! A report is a note, an entity is a term found in it. Texts that are longer than a column end in `…` where they are
//! cut. Concepts are 0, "no matching concept", until a user's own vocabulary maps them.

use super::annotated::spaced;
use super::head::{self, Head};
use super::packed::{self, Packed, PackedRows};
use super::table::{self, CsvRows};
use super::{
    Cell, Column, ColumnType, Document, Folder, Format, Gather, Ids, Losses, Rendered, Rows, Settings, Table,
};
use crate::model::{FieldValue, Status, Subject, Time};
use crate::run::{Assertion, Entity, Relation};
use crate::write::json::number;
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter, Write};

/// For an OMOP warehouse.
pub(super) static FORMAT: Format = Format {
    name: "omop",
    about: "OMOP CDM 5.4: NOTE and NOTE_NLP",
    needs_text: true,
    built: true,
    render,
    gather: |settings| Box::new(Omop { numbers: Numbers::new(settings.ids), ..Omop::default() }),
};

static TABLES: &[&Table] = &[&NOTE, &NOTE_NLP];

static NOTE: Table = Table {
    name: "note",
    about: "A report.",
    columns: &[
        integer("note_id", "Number of the report, by --ids."),
        integer("person_id", "The same number, to be mapped to persons of the warehouse."),
        date("note_date", "The day given with --date; 1970-01-01 otherwise."),
        text("note_datetime", "Empty."),
        integer("note_type_concept_id", "0."),
        integer("note_class_concept_id", "0."),
        text("note_title", "The file it came from, at most 250 characters."),
        text("note_text", "The text."),
        integer("encoding_concept_id", "0."),
        integer("language_concept_id", "4180186, English language."),
        integer("provider_id", "Empty."),
        integer("visit_occurrence_id", "Empty."),
        integer("visit_detail_id", "Empty."),
        text("note_source_value", "Id of the report, at most 50 characters."),
        integer("note_event_id", "Empty."),
        integer("note_event_field_concept_id", "Empty."),
    ],
};

static NOTE_NLP: Table = Table {
    name: "note_nlp",
    about: "An entity.",
    columns: &[
        integer("note_nlp_id", "Number of the entity, by --ids."),
        integer("note_id", "The note it was read from."),
        integer("section_concept_id", "0; the kind of section stands in term_modifiers."),
        text("snippet", "The words with some around them, at most 250 characters."),
        text("offset", "Where the words begin, in code points from the start of the note."),
        text("lexical_variant", "The words, at most 250 characters."),
        integer("note_nlp_concept_id", "0."),
        integer("note_nlp_source_concept_id", "0."),
        text("nlp_system", "Program, version and grammar."),
        date("nlp_date", "The day given with --date; 1970-01-01 otherwise."),
        text("nlp_datetime", "Empty."),
        text("term_exists", "Y if the patient has it and nothing qualifies that; N otherwise."),
        text("term_temporal", "present, past or future."),
        text("term_modifiers", "Everything else as key=value, at most 2000 characters."),
    ],
};

const fn integer(name: &'static str, about: &'static str) -> Column {
    Column { name, kind: ColumnType::Integer, about }
}

const fn text(name: &'static str, about: &'static str) -> Column {
    Column { name, kind: ColumnType::Text, about }
}

const fn date(name: &'static str, about: &'static str) -> Column {
    Column { name, kind: ColumnType::Date, about }
}

/// The concept "English language".
const ENGLISH: i64 = 4_180_186;

/// Stands for a day that nobody knows: the model demands one.
const NO_DAY: &str = "1970-01-01";

/// What a snippet shows before and after the words.
const AROUND: usize = 60;

fn render(document: &Document<'_>, out: &mut Rendered) {
    let record = document.record;
    let losses = &mut out.losses;
    losses.add("case records", record.cases.len());
    losses.add("issues", record.issues.len());
    losses.add("checks that held", record.checks.len());
    losses.add("places and titles of sections", record.sections.len());
    losses.add("dates of notes that are not known", usize::from(document.settings.date.is_none()));
    let day: Cell<'_> = day(document.settings).into();
    let mut rows = PackedRows::new(TABLES.len());
    // Ids are numbered in the order of the run, which is not known here; their cells are added later.
    rows.row(
        0,
        &[
            day.clone(),
            Cell::None,
            0_i64.into(),
            0_i64.into(),
            cut(&record.source.name, 250, losses).into(),
            document.text.into(),
            0_i64.into(),
            ENGLISH.into(),
            Cell::None,
            Cell::None,
            Cell::None,
            cut(&record.id, 50, losses).into(),
            Cell::None,
            Cell::None,
        ],
    );
    let program = &record.program;
    let system = format!("{} {} {}", program.name, program.version, program.grammar);
    let system = cut(system.trim(), 250, losses);
    let mut links: FxHashMap<&str, Vec<&Relation>> = FxHashMap::default();
    for relation in &record.relations {
        links.entry(relation.from.as_str()).or_default().push(relation);
        let written = document.named(&relation.from).is_some();
        losses.add("relations of entities that are not there", usize::from(!written));
        losses.add("ids of relations", usize::from(written && !relation.id.is_empty()));
        losses.add("rules of relations", usize::from(written && !relation.rule.is_empty()));
    }
    head::losses(document, &[Head::File, Head::Length, Head::Program, Head::Version, Head::Grammar], losses);
    for entity in &record.entities {
        let span = document.bytes(entity.start, entity.end);
        let links = links.get(entity.id.as_str()).map(Vec::as_slice).unwrap_or_default();
        let modifiers = modifiers(document, entity, links);
        rows.row(
            1,
            &[
                0_i64.into(),
                snippet(document.text, span.range(), losses).into(),
                document.characters(span.start).to_string().into(),
                cut(&entity.text, 250, losses).into(),
                0_i64.into(),
                0_i64.into(),
                system.as_ref().into(),
                day.clone(),
                Cell::None,
                exists(&entity.assertion).into(),
                temporal(entity.assertion.time).into(),
                cut(&modifiers, 2000, losses).into(),
            ],
        );
    }
    out.shared.extend(rows.finish());
}

fn day(settings: &Settings) -> &str {
    settings.date.as_deref().unwrap_or(NO_DAY)
}

/// A term exists if it is so, of the patient, and without doubt or condition.
fn exists(assertion: &Assertion) -> &'static str {
    if assertion.status == Status::Present && assertion.subject == Subject::Patient { "Y" } else { "N" }
}

fn temporal(time: Time) -> &'static str {
    match time {
        Time::Current => "present",
        Time::History => "past",
        Time::Planned => "future",
    }
}

/// At most `limit` characters; what is longer ends in `…`.
fn cut<'t>(text: &'t str, limit: usize, losses: &mut Losses) -> Cow<'t, str> {
    // A character is at least a byte.
    if text.len() <= limit || text.chars().count() <= limit {
        return Cow::Borrowed(text);
    }
    losses.add("texts cut to the width of their column", 1);
    let end = text.char_indices().nth(limit - 1).map_or(text.len(), |(at, _)| at);
    Cow::Owned(format!("{}…", &text[..end]))
}

/// The words with those around them; `…` where the text goes on.
fn snippet(text: &str, range: std::ops::Range<usize>, losses: &mut Losses) -> String {
    let (before, words, after) = (&text[..range.start], &text[range.clone()], &text[range.end..]);
    let room = 248_usize.saturating_sub(words.chars().count().min(248)) / 2;
    let around = room.min(AROUND);
    let back = before.char_indices().rev().take(around).last();
    let from = back.map_or(before.len(), |(at, _)| at);
    let to = after.char_indices().nth(around).map_or(after.len(), |(at, _)| at);
    let mut out = String::with_capacity(words.len() + 2 * around + 8);
    out.push_str(if from > 0 { "…" } else { "" });
    out.push_str(&before[from..]);
    out.push_str(words);
    out.push_str(&after[..to]);
    out.push_str(if to < after.len() { "…" } else { "" });
    cut(&out, 250, losses).into_owned()
}

/// `key=value` with commas between, as the model has it; a value that holds a comma or a quotation mark stands in such
/// marks, as in CSV.
fn modifiers(document: &Document<'_>, entity: &Entity, links: &[&Relation]) -> String {
    let mut out = Modifiers { written: Vec::with_capacity(256) };
    out.text("id", &entity.id);
    out.text("type", entity.kind.name());
    let assertion = &entity.assertion;
    out.text("status", assertion.status.name());
    out.text("subject", assertion.subject.name());
    out.text("time", assertion.time.name());
    if let Some(relative) = &assertion.relative {
        out.text("relative", relative);
    }
    if let Some(case) = entity.case {
        out.number("case", case.into());
    }
    for (field, value) in entity.value.iter() {
        let name = field.name();
        match value {
            FieldValue::Number(number) => {
                out.key(name, "");
                number.write_to(&mut out.written);
            }
            FieldValue::Text(text) => out.text(name, text),
            FieldValue::Flag(flag) => out.text(name, if *flag { "true" } else { "false" }),
            FieldValue::Integers(all) => out.text(name, &spaced(all)),
            FieldValue::Numbers(all) => out.text(name, &spaced(all)),
        }
    }
    if !entity.codings.is_empty() {
        out.text("codes", &spaced(&entity.codings));
    }
    let span = document.bytes(entity.start, entity.end);
    out.number("end", document.characters(span.end));
    for part in &entity.parts {
        let span = document.bytes(part.start, part.end);
        out.key(part.field.name(), "_at");
        number(&mut out.written, document.characters(span.start));
        out.written.push(b'-');
        number(&mut out.written, document.characters(span.end));
    }
    for link in links {
        out.text(&link.kind, &link.to);
    }
    out.text("section", &entity.section);
    out.text("rule", &entity.rule);
    String::from_utf8(out.written).expect("put together from strings")
}

struct Modifiers {
    written: Vec<u8>,
}

impl Modifiers {
    fn key(&mut self, key: &str, ending: &str) {
        if !self.written.is_empty() {
            self.written.extend_from_slice(b", ");
        }
        self.written.extend_from_slice(key.as_bytes());
        self.written.extend_from_slice(ending.as_bytes());
        self.written.push(b'=');
    }

    fn number(&mut self, key: &str, value: u32) {
        self.key(key, "");
        number(&mut self.written, value);
    }

    fn text(&mut self, key: &str, value: &str) {
        self.key(key, "");
        if value.contains([',', '"', '\n']) {
            let quoted = format!("\"{}\"", value.replace('"', "\"\""));
            self.written.extend_from_slice(quoted.as_bytes());
        } else {
            self.written.extend_from_slice(value.as_bytes());
        }
    }
}

/// Numbers notes and terms, and writes them.
#[derive(Default)]
struct Omop {
    files: Vec<BufWriter<File>>,
    numbers: Numbers,
    #[cfg(feature = "parquet")]
    parquet: Option<super::parquet::file::Tables>,
}

impl Gather for Omop {
    fn begin(&mut self, folder: &mut Folder) -> io::Result<()> {
        for table in TABLES {
            let mut file = folder.file(&format!("{}.csv", table.name))?;
            file.write_all(&table::header(table))?;
            self.files.push(file);
        }
        #[cfg(feature = "parquet")]
        {
            let mut tables = super::parquet::file::Tables::new(TABLES);
            tables.begin(folder)?;
            self.parquet = Some(tables);
        }
        Ok(())
    }

    fn take(&mut self, rendered: &Rendered, _: &mut Folder) -> io::Result<()> {
        let note = self.numbers.note(&rendered.id)?;
        let mut rows = CsvRows::new(TABLES.len());
        for (table, bytes) in &rendered.shared {
            let width = TABLES[*table].columns.len();
            let mut cells = packed::cells(bytes);
            let mut row: Vec<Packed<'_>> = Vec::with_capacity(width);
            let mut line: Vec<Cell<'_>> = Vec::with_capacity(width);
            while let Some(cell) = cells.next() {
                row.clear();
                if *table == 0 {
                    // A note is about a person, and who that is, nobody knows yet.
                    row.extend([Packed::Integer(note), Packed::Integer(note), cell]);
                } else {
                    row.extend([Packed::Integer(self.numbers.term(note)?), Packed::Integer(note), cell]);
                }
                row.extend(cells.by_ref().take(width - 3));
                line.clear();
                line.extend(row.iter().map(|cell| cell.cell()));
                rows.row(*table, &line);
                #[cfg(feature = "parquet")]
                if let Some(tables) = &mut self.parquet {
                    tables.rows(*table, row.iter().copied())?;
                }
            }
        }
        rows.finish().try_for_each(|(table, bytes)| self.files[table].write_all(&bytes))
    }

    fn finish(&mut self, folder: &mut Folder) -> io::Result<()> {
        #[cfg(feature = "parquet")]
        if let Some(tables) = &mut self.parquet {
            tables.finish(folder)?;
        }
        let _ = folder;
        self.files.iter_mut().try_for_each(Write::flush)
    }
}

/// Gives notes and terms their ids.
#[derive(Debug, Default)]
struct Numbers {
    ids: Ids,
    /// Of notes and of terms, so many before; for stable ones those of the note.
    notes: i64,
    terms: i64,
    /// How often a report of that id has been there.
    seen: FxHashMap<i64, u64>,
}

impl Numbers {
    fn new(ids: Ids) -> Self {
        Numbers { ids, ..Numbers::default() }
    }

    fn note(&mut self, id: &str) -> io::Result<i64> {
        match self.ids {
            Ids::From(first, _) => {
                self.notes += 1;
                within(first + self.notes - 1)
            }
            Ids::Stable => {
                self.terms = 0;
                let hash = Sha256::digest(id.as_bytes());
                let first = hash.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
                let first = (first >> 1) as i64;
                let before = self.seen.entry(first).or_default();
                *before += 1;
                // The second report of that id is another note.
                Ok(if *before == 1 { first } else { mixed(first, !*before) })
            }
        }
    }

    fn term(&mut self, note: i64) -> io::Result<i64> {
        self.terms += 1;
        match self.ids {
            Ids::From(_, first) => within(first + self.terms - 1),
            Ids::Stable => Ok(mixed(note, self.terms as u64)),
        }
    }
}

/// The model's columns are integers of 32 bits.
fn within(number: i64) -> io::Result<i64> {
    i32::try_from(number).map(i64::from).map_err(|_| {
        let what = "the ids of OMOP end at 2147483647; begin lower with --ids, or use --ids stable and columns of 64 bits";
        io::Error::new(io::ErrorKind::InvalidInput, what)
    })
}

/// A number of 63 bits from two, by the finaliser of SplitMix64, <https://doi.org/10.1145/2714064.2660195>.
fn mixed(number: i64, ordinal: u64) -> i64 {
    let mut mixed = (number as u64).wrapping_add(ordinal.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((mixed ^ (mixed >> 31)) >> 1) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_ids_are_those_of_the_report_whatever_stands_before() {
        let ids = |reports: &[&str]| -> Vec<[i64; 3]> {
            let mut numbers = Numbers::new(Ids::Stable);
            let mut of = |id: &&str| {
                let note = numbers.note(id).expect("a number");
                [note, numbers.term(note).expect("a number"), numbers.term(note).expect("a number")]
            };
            reports.iter().map(&mut of).collect()
        };
        let all = ids(&["a", "b", "a"]);
        assert_eq!(all[1], ids(&["b"])[0]);
        let different: std::collections::BTreeSet<_> = all.iter().flatten().collect();
        assert_eq!(different.len(), 9);
        assert!(different.iter().all(|id| **id > 0));
    }

    #[test]
    fn numbers_go_on_where_another_run_ended_and_end_with_the_column() {
        let mut numbers = Numbers::new(Ids::From(5001, i64::from(i32::MAX)));
        assert_eq!(numbers.note("a").expect("a number"), 5001);
        assert_eq!(numbers.note("b").expect("a number"), 5002);
        assert_eq!(numbers.term(5002).expect("a number"), i64::from(i32::MAX));
        assert!(numbers.term(5002).is_err());
    }

    #[test]
    fn limits_count_characters_and_show_where_they_cut() {
        let mut losses = Losses::default();
        assert_eq!(cut(&"µ".repeat(50), 50, &mut losses), "µ".repeat(50));
        assert!(losses.is_empty());
        let short = cut(&"µ".repeat(51), 50, &mut losses).into_owned();
        assert_eq!((short.chars().count(), short.ends_with("µ…")), (50, true));
        assert_eq!(losses.iter().collect::<Vec<_>>(), [("texts cut to the width of their column", 1)]);
    }

    #[test]
    fn snippets_stay_within_their_width() {
        let mut losses = Losses::default();
        let text = format!("{} pain {}", "µ".repeat(100), "x".repeat(100));
        let at = text.find("pain").expect("there");
        let shown = snippet(&text, at..at + 4, &mut losses);
        assert_eq!(shown, format!("…{} pain {}…", "µ".repeat(59), "x".repeat(59)));
        assert_eq!(snippet("no pain", 3..7, &mut losses), "no pain");
        for length in [247, 248, 249, 250, 251, 400] {
            let text = format!("aa{}bb", "y".repeat(length));
            let shown = snippet(&text, 2..2 + length, &mut losses);
            assert!(shown.chars().count() <= 250, "{length}");
        }
    }
}
