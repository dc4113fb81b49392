//! A record as flat tables: what stands on its own in JSON, one row for each thing, with the way back to its words.
//!
//! The tables of the report (`documents`, `sections`, `entities`, `fields`, `relations`) hold everything that was
//! read; the tables of facts hold what the case records say, each fact once. A fact names all its entities, and has
//! the place and the rule of the first that is not a mere detail of it, such as a site or a time.

mod case;
mod checks;
mod pathology;
mod report;
mod treatments;

use super::{Cell, Column, ColumnType, Document, Losses, Rows, Table};
use crate::model::{EntityId, EntityType};
use smallvec::SmallVec;
use std::fmt::Write;

/// Names the tables, each once, and their numbers.
macro_rules! tables {
    ($($number:ident $table:path,)*) => {
        #[derive(Clone, Copy, Debug)]
        pub(super) enum Number { $($number,)* }

        /// The flat tables, in the order in which they are listed.
        pub static TABLES: &[&Table] = &[$(&$table,)*];
    };
}

tables! {
    Documents report::DOCUMENTS,
    Sections report::SECTIONS,
    Entities report::ENTITIES,
    Fields report::FIELDS,
    Relations report::RELATIONS,
    Issues report::ISSUES,
    Cases case::CASES,
    Findings case::FINDINGS,
    Diagnoses case::DIAGNOSES,
    Measurements case::MEASUREMENTS,
    Lesions case::LESIONS,
    Pathology pathology::PATHOLOGY,
    Treatments treatments::TREATMENTS,
    Events case::EVENTS,
    Conflicts case::CONFLICTS,
    Operands checks::OPERANDS,
    Checks checks::CHECKS,
}

/// All rows of a record, for [`TABLES`](super::FLAT_TABLES).
pub fn rows(document: &Document<'_>, out: &mut dyn Rows) {
    report::rows(document, out);
    checks::rows(document.record, out);
    for patient in &document.record.cases {
        let mut facts = Facts { document, out, case: &patient.id, counts: [0; TABLES.len()] };
        case::rows(patient, &mut facts);
        pathology::rows(&patient.pathology, &mut facts);
        treatments::rows(&patient.treatments, &mut facts);
    }
}

/// What the tables do not hold.
pub(super) fn losses(document: &Document<'_>, losses: &mut Losses) {
    let lesions = document.record.cases.iter().flat_map(|case| &case.lesions);
    let lengths =
        lesions.flat_map(|lesion| &lesion.sizes).map(|size| size.dimensions.len().saturating_sub(3));
    losses.add("lengths of a lesion beyond the third", lengths.sum());
}

const fn column(name: &'static str, kind: ColumnType, about: &'static str) -> Column {
    Column { name, kind, about }
}

const DOCUMENT: Column = column("document", ColumnType::Text, "Id of the report.");
const CASE: Column = column("case", ColumnType::Text, "Id of the patient's record in the report: C1, C2, …");
const ROW: Column = column("row", ColumnType::Integer, "Number of the row within document and case, from 1.");
pub(super) const SOURCES: Column =
    column("entities", ColumnType::Text, "Ids of the entities it was read from, with spaces between.");
const START: Column =
    column("start", ColumnType::Integer, "Where the words begin, in code points from the start of the text.");
const END: Column = column("end", ColumnType::Integer, "Where the words end, exclusive.");
const RULE: Column = column("rule", ColumnType::Text, "The rule that read it, as file/rule.");

/// What only adds to a fact: the place of a fact is that of its first entity of another type, where there is one.
const DETAILS: [EntityType; 9] = [
    EntityType::Anatomy,
    EntityType::Date,
    EntityType::Dose,
    EntityType::Cycle,
    EntityType::Duration,
    EntityType::Frequency,
    EntityType::RelativeTime,
    EntityType::Route,
    EntityType::Schedule,
];

/// Rows of one case.
struct Facts<'f, 'd> {
    document: &'f Document<'d>,
    out: &'f mut dyn Rows,
    case: &'f str,
    /// Rows so far, by table.
    counts: [i64; TABLES.len()],
}

/// Room for the widest table.
type Cells<'c> = SmallVec<[Cell<'c>; 48]>;

impl Facts<'_, '_> {
    /// A row with what all tables of facts have around it; gives its number.
    fn fact<'c>(
        &mut self,
        table: Number,
        own: impl IntoIterator<Item = Cell<'c>>,
        sources: &[EntityId],
        later: impl IntoIterator<Item = Cell<'c>>,
    ) -> i64 {
        let count = &mut self.counts[table as usize];
        *count += 1;
        let (row, document, case) = (*count, self.document, self.case);
        let mut cells: Cells<'_> = SmallVec::new();
        cells.push((&document.record.id).into());
        cells.push(case.into());
        cells.push(row.into());
        for cell in own {
            cells.push(cell);
        }
        let mut ids = String::new();
        for (at, id) in sources.iter().enumerate() {
            let _ = write!(ids, "{}T{}", if at > 0 { " " } else { "" }, u64::from(id.0) + 1);
        }
        cells.push(ids.into());
        let mut entities = sources.iter().filter_map(|id| document.entity(*id));
        let head =
            entities.clone().find(|entity| !DETAILS.contains(&entity.kind)).or_else(|| entities.next());
        cells.push(head.map(|entity| entity.start).into());
        cells.push(head.map(|entity| entity.end).into());
        cells.push(head.map(|entity| entity.rule.as_str()).into());
        for cell in later {
            cells.push(cell);
        }
        self.out.row(table as usize, &cells);
        row
    }
}

/// Describes tables of facts, and makes their rows. Columns after `then` came later, so they stand at the end.
macro_rules! described {
    ($($(#[doc = $about:literal])* $table:ident $name:literal $row:ident($fact:ident: $type:ty) as $number:ident {
        $($column:literal $kind:ident $doc:literal = $value:expr;)*
        $(then $later:literal $later_kind:ident $later_doc:literal = $later_value:expr;)*
    })*) => {$(
        pub(super) static $table: $crate::export::Table = $crate::export::Table {
            name: $name,
            about: concat!($($about),*).trim_ascii(),
            columns: &[
                super::DOCUMENT,
                super::CASE,
                super::ROW,
                $(super::column($column, $crate::export::ColumnType::$kind, $doc),)*
                super::SOURCES,
                super::START,
                super::END,
                super::RULE,
                $(super::column($later, $crate::export::ColumnType::$later_kind, $later_doc),)*
            ],
        };

        fn $row(facts: &mut super::Facts<'_, '_>, $fact: &$type, sources: &[$crate::model::EntityId]) -> i64 {
            facts.fact(
                super::Number::$number,
                [$($crate::export::Cell::from($value)),*],
                sources,
                [$($crate::export::Cell::from($later_value)),*],
            )
        }
    )*};
}
use described;
