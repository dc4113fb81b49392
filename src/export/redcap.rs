//! `redcap`: a file of records to import into REDCap, the data dictionary, and the list of repeating instruments.
//!
//! A record is a patient. The instrument `cases` is filled in once; every other list of the case record is a repeating
//! instrument, one instance for each row of the flat table of its name.

use super::flat::{Number, SOURCES, TABLES};
use super::head;
use super::sources::details;
use super::table::{self, push_cell};
use super::{Cell, Column, ColumnType, Document, Folder, Format, Gather, Rendered, Rows, Table, flat};
use crate::run::Entity;
use rustc_hash::FxHashSet;
use std::fs::File;
use std::io::{self, BufWriter, Write};

/// For REDCap.
pub(super) static FORMAT: Format = Format {
    name: "redcap",
    about: "REDCap: records to import, with repeating instruments, and the data dictionary",
    needs_text: false,
    built: true,
    render,
    gather: |_| Box::new(Redcap { file: None }),
};

/// The instruments with what the names of their fields begin with, since a name may stand in only one instrument.
const INSTRUMENTS: &[(Number, &str)] = &[
    (Number::Cases, "pt"),
    (Number::Diagnoses, "dx"),
    (Number::Findings, "fnd"),
    (Number::Measurements, "lab"),
    (Number::Lesions, "les"),
    (Number::Pathology, "path"),
    (Number::Treatments, "tx"),
    (Number::Events, "evt"),
    (Number::Conflicts, "cfl"),
    (Number::Issues, "iss"),
];

/// Columns of the flat tables that become parts of the record's own columns: document, case, row.
const KEYS: usize = 3;

/// REDCap takes at most so many characters; two patients of one name get a number, which needs room.
const LONGEST_ID: usize = 90;

/// A shared piece: the record to which the next ones belong.
const RECORD: usize = 0;

/// A shared piece: a line of that record without its first column.
const LINE: usize = 1;

/// The state of an instrument that nobody has looked through, as REDCap counts: unverified.
const UNVERIFIED: i64 = 1;

fn table_of(number: Number) -> &'static Table {
    TABLES[number as usize]
}

/// The columns that an instrument has of a table, with document and case in the first one.
fn own(number: Number) -> impl Iterator<Item = &'static Column> {
    let columns = table_of(number).columns;
    let keys = if matches!(number, Number::Cases) { 2 } else { 0 };
    columns[..keys].iter().chain(&columns[KEYS..])
}

fn render(document: &Document<'_>, out: &mut Rendered) {
    let record = document.record;
    let mut lines = Lines::default();
    flat::rows(document, &mut lines);
    let is_named = |entity: &&Entity| lines.named.contains(&entity.id);
    let (named, unnamed): (Vec<_>, Vec<_>) = record.entities.iter().partition(is_named);
    out.losses.add("entities in no case record", unnamed.len());
    out.losses.add("words of entities", named.iter().filter(|entity| !entity.text.is_empty()).count());
    out.losses.add("places and rules of entities that are not the first of a fact", lines.others);
    details(named.into_iter(), &mut out.losses);
    // An issue belongs to the report; its first patient has it.
    match lines.cases.first_mut() {
        Some((_, first)) => first.append(&mut lines.loose),
        None => out.losses.add("issues of reports without a case record", lines.loose.len()),
    }
    for (case, lines) in lines.cases {
        let id: String = format!("{}_{case}", record.id.chars().take(LONGEST_ID).collect::<String>());
        out.shared.push((RECORD, id.into_bytes()));
        out.shared.extend(lines.into_iter().map(|line| (LINE, line)));
    }
    out.losses
        .add("codes of public systems", record.entities.iter().map(|entity| entity.codings.len()).sum());
    out.losses.add("relations", record.relations.len());
    out.losses.add("operands of issues", record.issues.iter().map(|issue| issue.operands.len()).sum());
    out.losses.add("checks that held", record.checks.len());
    head::losses(document, &[], &mut out.losses);
    out.losses.add("places and titles of sections", record.sections.len());
    flat::losses(document, &mut out.losses);
}

/// Lines by case, and those of the report as a whole.
#[derive(Default)]
struct Lines {
    cases: Vec<(String, Vec<Vec<u8>>)>,
    loose: Vec<Vec<u8>>,
    /// Ids of the entities that rows name.
    named: FxHashSet<String>,
    /// How many of them stand after the first in their row.
    others: usize,
}

impl Rows for Lines {
    fn row(&mut self, table: usize, cells: &[Cell<'_>]) {
        let Some(at) = INSTRUMENTS.iter().position(|(number, _)| *number as usize == table) else { return };
        let (number, _) = INSTRUMENTS[at];
        let once = matches!(number, Number::Cases);
        let sources = table_of(number).columns.iter().position(|column| column.name == SOURCES.name);
        if let Some(Cell::Text(ids)) = sources.map(|at| &cells[at]) {
            self.named.extend(ids.split(' ').map(str::to_owned));
            self.others += ids.matches(' ').count();
        }
        // All columns of the other instruments are empty.
        let width = |instruments: &[(Number, &str)]| -> usize {
            instruments.iter().map(|(number, _)| own(*number).count() + 1).sum()
        };
        let mut line = Vec::with_capacity(512);
        if !once {
            push_cell(&mut line, &table_of(number).name.into());
        }
        line.push(b',');
        if !once {
            push_cell(&mut line, &cells[KEYS - 1]);
        }
        line.resize(line.len() + width(&INSTRUMENTS[..at]), b',');
        let keys = if once { 2 } else { 0 };
        for cell in cells[..keys].iter().chain(&cells[KEYS..]) {
            line.push(b',');
            match cell {
                // What REDCap's yes-no fields hold.
                Cell::Flag(flag) => line.push(if *flag { b'1' } else { b'0' }),
                other => push_cell(&mut line, other),
            }
        }
        line.push(b',');
        push_cell(&mut line, &UNVERIFIED.into());
        line.resize(line.len() + width(&INSTRUMENTS[at + 1..]), b',');
        line.push(b'\n');
        let lines = match &cells[1] {
            Cell::Text(case) => {
                if self.cases.last().is_none_or(|(last, _)| last != case) {
                    self.cases.push((case.clone().into_owned(), Vec::new()));
                }
                self.cases.last_mut().map(|(_, lines)| lines)
            }
            _ => Some(&mut self.loose),
        };
        if let Some(lines) = lines {
            lines.push(line);
        }
    }
}

struct Redcap {
    file: Option<BufWriter<File>>,
}

impl Gather for Redcap {
    fn begin(&mut self, folder: &mut Folder) -> io::Result<()> {
        folder.write("data_dictionary.csv", &dictionary())?;
        let mut repeating = table::line(["form_name", "custom_form_label"]);
        for (number, _) in &INSTRUMENTS[1..] {
            repeating.extend(table::line([table_of(*number).name, ""]));
        }
        folder.write("repeating_instruments.csv", &repeating)?;
        let mut file = folder.file("records.csv")?;
        let mut names: Vec<String> =
            ["record_id", "redcap_repeat_instrument", "redcap_repeat_instance"].map(str::to_owned).into();
        for (number, prefix) in INSTRUMENTS {
            names.extend(own(*number).map(|column| format!("{prefix}_{}", column.name)));
            names.push(format!("{}_complete", table_of(*number).name));
        }
        file.write_all(&table::line(names.iter().map(String::as_str)))?;
        self.file = Some(file);
        Ok(())
    }

    fn take(&mut self, rendered: &Rendered, folder: &mut Folder) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let mut record = String::new();
        for (kind, bytes) in &rendered.shared {
            if *kind == RECORD {
                // Letters, digits, `-`, `_`, `.` and `~`, which need no quotes, and no two the same.
                record = folder.name_for(&String::from_utf8_lossy(bytes));
                continue;
            }
            write!(file, "{record},")?;
            file.write_all(bytes)?;
        }
        Ok(())
    }

    fn finish(&mut self, _: &mut Folder) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

/// One line for each field, as REDCap's own download of a data dictionary has them.
fn dictionary() -> Vec<u8> {
    let mut out = table::line([
        "Variable / Field Name",
        "Form Name",
        "Section Header",
        "Field Type",
        "Field Label",
        "Choices, Calculations, OR Slider Labels",
        "Field Note",
        "Text Validation Type OR Show Slider Number",
        "Text Validation Min",
        "Text Validation Max",
        "Identifier?",
        "Branching Logic (Show field only if...)",
        "Required Field?",
        "Custom Alignment",
        "Question Number (surveys only)",
        "Matrix Group Name",
        "Matrix Ranking?",
        "Field Annotation",
    ]);
    let mut field = |name: &str, form: &str, kind: &str, label: &str, validation: &str| {
        let mut line = [""; 18];
        (line[0], line[1], line[3], line[4], line[7]) = (name, form, kind, label, validation);
        out.extend(table::line(line));
    };
    field("record_id", table_of(Number::Cases).name, "text", "Report and patient.", "");
    for (number, prefix) in INSTRUMENTS {
        for column in own(*number) {
            let (kind, validation) = match column.kind {
                ColumnType::Text => ("text", ""),
                ColumnType::Date => ("text", "date_ymd"),
                ColumnType::Integer => ("text", "integer"),
                ColumnType::Number => ("text", "number"),
                ColumnType::Flag => ("yesno", ""),
            };
            let name = format!("{prefix}_{}", column.name);
            field(&name, table_of(*number).name, kind, column.about, validation);
        }
    }
    out
}
