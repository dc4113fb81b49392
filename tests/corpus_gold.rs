//! The annotated corpus: every annotation is a slice of its text, in the program's own types and fields, and the corpus
//! has the size and the spread that its README promises.

use casegrain::gold::{Corpus, Mapping, Readings};
use casegrain::model::{EntityType, Field, FieldType, RelationType, Status, Subject, Time};
use casegrain::read::text_file;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

/// The least that the corpus must hold.
const DOCUMENTS: usize = 40;
const SPECIALITIES: usize = 14;
const FUSIONS_AND_REARRANGEMENTS: usize = 60;
const IHC_PANELS: usize = 80;
const CASES: usize = 12;

/// Markers that stand no further apart than this many code points are one panel.
const PANEL_GAP: u64 = 120;

const HALVES: [&str; 2] = ["train", "held"];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// The documents of one half.
fn half(name: &str) -> Vec<Value> {
    let path = folder().join("gold").join(name).with_extension("jsonl");
    let lines = fs::read_to_string(&path).expect("gold");
    lines.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

fn documents() -> Vec<Value> {
    HALVES.iter().flat_map(|name| half(name)).collect()
}

fn words<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}"))
}

fn list<'v>(value: &'v Value, field: &str) -> &'v [Value] {
    value[field].as_array().unwrap_or_else(|| panic!("no {field} in {value}"))
}

fn number(value: &Value, field: &str) -> u64 {
    value[field].as_u64().unwrap_or_else(|| panic!("no {field} in {value}"))
}

#[test]
fn texts_are_the_reports() {
    let mut seen = BTreeMap::new();
    for document in documents() {
        let id = words(&document, "id");
        let name = format!("{id}.txt");
        let bytes = fs::read(folder().join(&name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let record = text_file(&name, &name, &bytes).unwrap_or_else(|failure| panic!("{failure}"));
        assert_eq!(record.text, words(&document, "text"), "{id}");
        if let Some(other) = seen.insert(words(&document, "text").to_owned(), id.to_owned()) {
            panic!("{id} and {other} have one text");
        }
    }
    let mut reports: Vec<_> = fs::read_dir(folder())
        .expect("corpus")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    reports.sort();
    let mut annotated: Vec<_> = seen.into_values().collect();
    annotated.sort();
    assert_eq!(reports, annotated, "every report is annotated once, in one half");
}

#[test]
fn entities_are_slices_in_the_types_of_the_program() {
    for document in documents() {
        let id = words(&document, "id");
        let text: Vec<char> = words(&document, "text").chars().collect();
        let mut ids = BTreeSet::new();
        let mut before = (0, 0);
        for entity in list(&document, "entities") {
            let at = format!("{id} {}", words(entity, "id"));
            assert!(ids.insert(words(entity, "id")), "{at}: twice");
            let (start, end) = (number(entity, "start"), number(entity, "end"));
            let slice: String = text[start as usize..end as usize].iter().collect();
            assert_eq!(slice, words(entity, "text"), "{at}");
            assert!(start < end && slice.trim() == slice, "{at}: {slice:?}");
            assert!(before <= (start, end), "{at}: out of order");
            before = (start, end);
            let kind = EntityType::from_name(words(entity, "type")).unwrap_or_else(|| panic!("{at}: type"));
            for (name, value) in entity["value"].as_object().expect("a value") {
                let field = Field::from_name(name).unwrap_or_else(|| panic!("{at}: field {name}"));
                assert!(kind.fields().contains(&field), "{at}: {} has no {name}", kind.name());
                assert!(fits(field.kind(), value), "{at}: {name} is {value}");
            }
            for (name, value) in entity["assertion"].as_object().into_iter().flatten() {
                let value = value.as_str().expect("a word");
                let known = match name.as_str() {
                    "status" => Status::from_name(value).is_some(),
                    "subject" => Subject::from_name(value).is_some(),
                    "time" => Time::from_name(value).is_some(),
                    _ => false,
                };
                assert!(known, "{at}: {name} {value}");
            }
        }
        for name in list(&document, "exhaustive") {
            let name = name.as_str().expect("a type");
            assert!(EntityType::from_name(name).is_some(), "{id}: exhaustive {name}");
        }
    }
}

fn fits(kind: FieldType, value: &Value) -> bool {
    let integers = |value: &Value| value.as_array().is_some_and(|list| list.iter().all(Value::is_i64));
    match kind {
        FieldType::Number => value.is_number(),
        FieldType::Text => value.as_str().is_some_and(|text| {
            // A description that is cut off has lost a bracket.
            !text.is_empty() && text.matches('(').count() == text.matches(')').count()
        }),
        FieldType::Integers => integers(value),
        FieldType::Numbers => {
            value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(Value::is_number))
        }
        FieldType::Flag => value.is_boolean(),
    }
}

#[test]
fn relations_and_cases_name_entities_that_are_there() {
    let mut cases = 0;
    for document in documents() {
        let id = words(&document, "id");
        let kinds: BTreeMap<_, _> = list(&document, "entities")
            .iter()
            .map(|entity| (words(entity, "id"), EntityType::from_name(words(entity, "type"))))
            .collect();
        let mut seen = BTreeSet::new();
        for relation in list(&document, "relations") {
            let kind = RelationType::from_name(words(relation, "type"));
            let kind = kind.unwrap_or_else(|| panic!("{id}: {relation}: type"));
            let (from, to) = (words(relation, "from"), words(relation, "to"));
            let of = |end| kinds.get(end).copied().flatten().unwrap_or_else(|| panic!("{id}: no {end}"));
            assert!(kind.starts_from().contains(&of(from)), "{id}: {relation}");
            assert!(ends_at(kind).contains(&of(to)), "{id}: {relation}");
            assert!(from != to && seen.insert((kind, from, to)), "{id}: {relation} twice");
        }
        if let Some(case) = document.get("case") {
            cases += 1;
            assert!(case["patient"]["age"].is_object() || case["patient"]["sex"].is_object(), "{id}");
            assert!(!list(case, "diagnoses").is_empty(), "{id}");
            entities_of(case, &mut |name| assert!(kinds.contains_key(name), "{id}: case names {name}"));
        }
    }
    assert!(cases >= CASES, "{cases} case records");
}

/// Where relations of the corpus may end.
fn ends_at(kind: RelationType) -> &'static [EntityType] {
    use EntityType as T;
    match kind {
        RelationType::SizeOf => &[T::Disease, T::Finding],
        RelationType::DurationOf => &[T::Drug, T::Regimen, T::Finding, T::Disease, T::Procedure],
        RelationType::PartOf => &[T::Regimen],
        _ => &[T::Drug, T::Regimen],
    }
}

/// Calls `each` for every entity that a leaf below `value` came from.
fn entities_of(value: &Value, each: &mut impl FnMut(&str)) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if name == "entities" {
                    value.as_array().expect("ids").iter().for_each(|id| each(id.as_str().expect("an id")));
                } else {
                    entities_of(value, each);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| entities_of(item, each)),
        _ => {}
    }
}

/// How many runs of at least two markers an annotated text has.
fn panels(document: &Value) -> usize {
    let mut panels = 0;
    let mut length = 0;
    let mut last = None;
    for entity in list(document, "entities").iter().filter(|entity| words(entity, "type") == "ihc") {
        let near = last.is_some_and(|end| number(entity, "start").saturating_sub(end) <= PANEL_GAP);
        length = if near { length + 1 } else { 1 };
        panels += usize::from(length == 2);
        last = Some(number(entity, "end"));
    }
    panels
}

#[test]
fn the_corpus_is_as_large_and_as_wide_as_promised() {
    let documents = documents();
    let of = |kinds: &[&str]| {
        let entities = documents.iter().flat_map(|document| list(document, "entities"));
        entities.filter(|entity| kinds.contains(&words(entity, "type"))).count()
    };
    let specialities: BTreeSet<_> = documents.iter().map(|document| words(document, "speciality")).collect();
    let molecular = of(&["fusion", "rearrangement"]);
    let panels: usize = documents.iter().map(panels).sum();
    assert!(documents.len() >= DOCUMENTS, "{} documents", documents.len());
    assert!(specialities.len() >= SPECIALITIES, "{specialities:?}");
    assert!(molecular >= FUSIONS_AND_REARRANGEMENTS, "{molecular} fusions and rearrangements");
    assert!(panels >= IHC_PANELS, "{panels} panels");
    let held = half("held").len();
    assert!(held.abs_diff(documents.len() - held) <= 1, "{held} of {} are held", documents.len());
}

/// The table of the README is what the two readings say now.
#[test]
fn the_second_reading_agrees_as_told() {
    let load = |path: PathBuf| Corpus::load(&[path], &Mapping::default()).expect("gold");
    let (first, second) = (load(folder()), load(folder().join("second")));
    assert_eq!(second.problems, []);
    assert!(second.documents.len() >= 8, "{}", second.documents.len());
    let readings = Readings::compare(&first, &second, &Mapping::default()).expect("the same texts");
    let figures = readings.json();
    assert_eq!(figures["documents"], second.documents.len(), "each is of the corpus");
    let number = |value: &Value, digits: usize| {
        value.as_f64().map_or_else(|| "-".to_owned(), |number| format!("{number:.digits$}"))
    };
    let row = |label: &str, row: &Value| {
        let [status, subject, time] = ["status", "subject", "time"]
            .map(|what| format!("{} ({})", number(&row[what]["agree"], 1), number(&row[what]["kappa"], 2)));
        format!(
            "| {label} | {} | {} | {} | {} | {} | {status} | {subject} | {time} |\n",
            row["first"],
            row["second"],
            number(&row["f1"], 1),
            number(&row["same_span"], 1),
            number(&row["same_value"], 1),
        )
    };
    let types = figures["types"].as_object().expect("types");
    let mut order: Vec<_> = types.iter().collect();
    order.sort_by_key(|(_, row)| std::cmp::Reverse(row["first"].as_u64()));
    let mut table: String = order.into_iter().map(|(label, figures)| row(label, figures)).collect();
    table += &row("all", &figures["all"]);
    let page = fs::read_to_string(folder().join("README.md")).expect("a page");
    assert!(page.contains(&table), "the page must say\n{table}");
}
