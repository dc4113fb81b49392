//! A table of spans as CSV (or TSV): a row for each entity, the texts in files of their own.
//!
//! Columns by name, in any order: `id` (or `document`), `start`, `end`, `type` (or `label`); if there, `text`,
//! `status`, `subject`, `time`, `optional`. Any other column is a field of the value; an empty cell is no field.

use super::{Datum, Document, Entity, Mapping, Place, Problem};
use crate::model::{Field, FieldType};
use std::path::Path;

/// Reads a table; the texts are `ID.txt` beside it or one folder above.
pub(super) fn read(file: &Path, text: &str, mapping: &Mapping) -> Vec<Result<Document, Problem>> {
    let name = file.display().to_string();
    let tabs = text.lines().next().is_some_and(|line| line.contains('\t'));
    let mut reader =
        csv::ReaderBuilder::new().delimiter(if tabs { b'\t' } else { b',' }).from_reader(text.as_bytes());
    let place = |line: u64| Place { file: name.clone(), line };
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => return vec![Err(Problem::error(&place(1), "form", error.to_string()))],
    };
    let has = |names: &[&str]| header.iter().any(|column| names.contains(&column));
    for names in [["id", "document"], ["start", "start"], ["end", "end"], ["type", "label"]] {
        if !has(&names) {
            let why = format!("the table has no column `{}`", names[0]);
            return vec![Err(Problem::error(&place(1), "form", why))];
        }
    }
    let mut documents: Vec<Document> = Vec::new();
    let mut problems = Vec::new();
    for row in reader.records() {
        let read = row.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            Problem::error(&place(line), "form", error.to_string())
        });
        let read = read.and_then(|row| {
            let line = row.position().map_or(0, csv::Position::line);
            let (id, mut entity) =
                entity(&header, &row, mapping).map_err(|why| Problem::error(&place(line), "form", why))?;
            entity.line = line;
            Ok((id, line, entity))
        });
        match read {
            Ok((id, line, entity)) => {
                let at = documents.iter().position(|document| document.id == id).unwrap_or_else(|| {
                    documents.push(Document { id, place: place(line), ..Document::default() });
                    documents.len() - 1
                });
                documents[at].entities.push(entity);
            }
            Err(problem) => problems.push(Err(problem)),
        }
    }
    problems.into_iter().chain(documents.into_iter().map(Ok)).collect()
}

fn entity(
    header: &csv::StringRecord,
    row: &csv::StringRecord,
    mapping: &Mapping,
) -> Result<(String, Entity), String> {
    let mut entity = Entity::default();
    let (mut id, mut start, mut end) = (None, None, None);
    let mut cells = Vec::new();
    for (column, cell) in header.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
        let offset =
            || cell.trim().parse::<u32>().map_err(|_| format!("`{column}` is `{cell}`, not an offset"));
        match column {
            "id" | "document" => id = Some(cell.to_owned()),
            "start" => start = Some(offset()?),
            "end" => end = Some(offset()?),
            "type" | "label" => cell.clone_into(&mut entity.label),
            "text" => entity.text = Some(cell.to_owned()),
            "status" => entity.status = Some(cell.to_owned()),
            "subject" => entity.subject = Some(cell.to_owned()),
            "time" => entity.time = Some(cell.to_owned()),
            "optional" => entity.optional = cell.eq_ignore_ascii_case("true") || cell == "1",
            _ => cells.push((column, cell)),
        }
    }
    let missing = |name: &str| format!("the column `{name}` is empty");
    if entity.label.is_empty() {
        return Err(missing("type"));
    }
    entity.start = start.ok_or_else(|| missing("start"))?;
    entity.end = end.ok_or_else(|| missing("end"))?;
    let known = mapping.kind_of(&entity.label).is_some();
    let fields: Vec<(String, Datum)> = cells
        .into_iter()
        .map(|(column, cell)| {
            let text = known && Field::from_name(column).is_some_and(|f| f.kind() == FieldType::Text);
            let datum = if text { None } else { serde_json::from_str(cell).ok() };
            (column.to_owned(), datum.unwrap_or_else(|| Datum::Text(cell.to_owned())))
        })
        .collect();
    if !fields.is_empty() {
        entity.value = Some(Datum::Object(fields));
    }
    Ok((id.ok_or_else(|| missing("id"))?, entity))
}
