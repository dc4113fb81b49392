//! A table of spans as CSV (or TSV): a row for each entity, the texts in files of their own.
//!
//! Columns by name, in any order: `id` (or `document`), `start`, `end`, `type` (or `label`); if there, `text`,
//! `status`, `subject`, `time`, `optional`, and `entity`, its id. Any other column is a field of the value, after `value.`
//! if its name is one of these; an empty cell is no field. A row of an `id` alone is a document without entities.

use super::marks::VALUE;
use super::save::flat_losses;
use super::{Datum, Document, Entity, Mapping, Place, Problem};
use crate::export::Losses;
use crate::model::{Field, FieldType};
use std::io;
use std::path::Path;

/// The columns that are no fields of a value, in the order in which they are written.
const COLUMNS: [&str; 10] =
    ["id", "entity", "start", "end", "type", "text", "status", "subject", "time", "optional"];

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
            if let Some(entity) = &mut entity {
                entity.line = line;
            }
            Ok((id, line, entity))
        });
        match read {
            Ok((id, line, entity)) => {
                // The rows of a document most often stand together.
                let at = documents.iter().rposition(|document| document.id == id).unwrap_or_else(|| {
                    documents.push(Document { id, place: place(line), ..Document::default() });
                    documents.len() - 1
                });
                documents[at].entities.extend(entity);
            }
            Err(problem) => problems.push(Err(problem)),
        }
    }
    problems.into_iter().chain(documents.into_iter().map(Ok)).collect()
}

/// The document and the entity of a row.
fn entity(
    header: &csv::StringRecord,
    row: &csv::StringRecord,
    mapping: &Mapping,
) -> Result<(String, Option<Entity>), String> {
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
            "entity" => cell.clone_into(&mut entity.id),
            "optional" => entity.optional = cell.eq_ignore_ascii_case("true") || cell == "1",
            _ => cells.push((column, cell)),
        }
    }
    let missing = |name: &str| format!("the column `{name}` is empty");
    let mut others = header.iter().zip(row).filter(|(column, _)| !matches!(*column, "id" | "document"));
    if let Some(id) = id.clone().filter(|_| others.all(|(_, cell)| cell.is_empty())) {
        return Ok((id, None));
    }
    if entity.label.is_empty() {
        return Err(missing("type"));
    }
    entity.start = start.ok_or_else(|| missing("start"))?;
    entity.end = end.ok_or_else(|| missing("end"))?;
    let known = mapping.kind_of(&entity.label).is_some();
    let fields: Vec<(String, Datum)> = cells
        .into_iter()
        .map(|(column, cell)| {
            let column = column.strip_prefix(VALUE).unwrap_or(column);
            let text = known && Field::from_name(column).is_some_and(|f| f.kind() == FieldType::Text);
            let datum = if text { None } else { serde_json::from_str(cell).ok() };
            (column.to_owned(), datum.unwrap_or_else(|| Datum::Text(cell.to_owned())))
        })
        .collect();
    if !fields.is_empty() {
        entity.value = Some(Datum::Object(fields));
    }
    Ok((id.ok_or_else(|| missing("id"))?, Some(entity)))
}

/// All entities as one table; counts what it cannot hold.
pub(super) fn write(documents: &[Document], mapping: &Mapping, losses: &mut Losses) -> io::Result<Vec<u8>> {
    let mut fields: Vec<&str> = Vec::new();
    for (name, _) in documents.iter().flat_map(|document| &document.entities).flat_map(value) {
        if !fields.contains(&name.as_str()) {
            fields.push(name);
        }
    }
    let mut table = csv::Writer::from_writer(Vec::new());
    let named =
        |name: &&str| if COLUMNS.contains(name) { format!("{VALUE}{name}") } else { (*name).to_owned() };
    table.write_record(COLUMNS.map(str::to_owned).into_iter().chain(fields.iter().map(named)))?;
    for document in documents {
        flat_losses(document, losses);
        if document.entities.is_empty() {
            let empty = std::iter::repeat_n("", COLUMNS.len() - 1 + fields.len());
            table.write_record(std::iter::once(document.id.as_str()).chain(empty))?;
        }
        // Offsets count code points, and those of a document are asked for in any order.
        let characters: Vec<usize> = document.text.char_indices().map(|(at, _)| at).collect();
        let byte = |offset: u32| characters.get(offset as usize).copied().unwrap_or(document.text.len());
        for entity in &document.entities {
            losses.add("pieces of entities", entity.spans.len());
            let known = mapping.kind_of(entity.own_label()).is_some();
            let told = |value: &Option<String>| value.clone().unwrap_or_default();
            let mut row = vec![
                document.id.clone(),
                entity.id.clone(),
                entity.start.to_string(),
                entity.end.to_string(),
                entity.own_label().to_owned(),
                document.text.get(byte(entity.start)..byte(entity.end)).unwrap_or_default().to_owned(),
                told(&entity.status),
                told(&entity.subject),
                told(&entity.time),
                if entity.optional { "true".to_owned() } else { String::new() },
            ];
            for field in &fields {
                let held = value(entity).find(|(name, _)| name == field).map(|(_, held)| held);
                let cell = held.map_or_else(String::new, |held| cell(field, held, known));
                losses.add("fields without words", usize::from(held.is_some() && cell.is_empty()));
                row.push(cell);
            }
            table.write_record(&row)?;
        }
    }
    table.into_inner().map_err(|error| error.into_error())
}

/// The fields of an entity's value.
fn value(entity: &Entity) -> impl Iterator<Item = &(String, Datum)> {
    entity.value.iter().flat_map(Datum::members)
}

/// What a cell must hold to be read as this: text of a field of text as it is, other text in quotes where it would be read
/// as something else.
fn cell(field: &str, held: &Datum, known: bool) -> String {
    let of_text = known && Field::from_name(field).is_some_and(|f| f.kind() == FieldType::Text);
    match held {
        Datum::Text(text) if !of_text && serde_json::from_str::<Datum>(text).is_ok() => held.to_string(),
        _ => held.plain(),
    }
}
