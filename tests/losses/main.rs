//! Whatever a format has no place for is counted.
//!
//! A record is changed in one place at a time. What a format writes must then change; where it does not, leaving out
//! what was changed, or the fact that it belongs to, must not change the files either, and must change what
//! `--report-loss` counts. The places are those of the schema of the output, so that a new field of the model is
//! looked for in every format as soon as it is there.

mod record;

use casegrain::export::{Document, FORMATS, Format, Losses, Rendered, Settings};
use casegrain::model::EntityType;
use casegrain::run::Record;
use casegrain::write::schema::schema;
use rayon::prelude::*;
use record::{NAMES, NUMBERS, OTHER, companies, facts, report, variants, with_facts};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Places of which a format needs to tell nothing, because what stands there follows from something else that it
/// writes; with why.
const FOLLOWS: &[(&str, &[&str], &str)] = &[
    ("source.characters", TEXTS, "the length of the text, which is there"),
    ("entities[].text", TEXTS, "the words at its place in the text"),
    ("cases[].findings[].text", FILES, OF_AN_ENTITY),
    ("cases[].diagnoses[].text", FILES, OF_AN_ENTITY),
    ("cases[].metastases[].text", FILES, OF_AN_ENTITY),
    ("cases[].treatments.procedures[].text", FILES, OF_AN_ENTITY),
    ("cases[].treatments.regimens[].drugs[].text", FILES, OF_AN_ENTITY),
    ("cases[].treatments.drugs[].text", FILES, OF_AN_ENTITY),
    ("entities[].type", FACTS, "a type cannot be left out; each is counted, whatever it is"),
];
const OF_AN_ENTITY: &str = "the words of one of its entities, which the way back holds";

/// Formats that hold the text, and no case records.
const TEXTS: &[&str] = &["omop", "brat", "bioc-json", "bioc-xml", "pubannotation", "webannotation"];

/// Formats that hold nothing of entities but the way back to them.
const FACTS: &[&str] = &["redcap", "phenopacket", "fhir"];

/// Those of them with a file for each patient.
const FILES: &[&str] = &["phenopacket", "fhir"];

/// What a run writes of an operand beside its field are the field's value, unit and place.
const OF_OPERANDS: &[&str] = &["start", "end", "value", "unit"];

const TEXT: &str =
    "A 61-year-old man with a mass. Much else was said of him, too, in a text that is long enough.";

/// A place in a record: keys, and numbers of items.
type Path = Vec<Step>;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Key(String),
    Item(usize),
}

/// The path as it is told, without the numbers of items.
fn told(path: &[Step]) -> String {
    let mut out = String::new();
    for step in path {
        match step {
            Step::Key(key) if out.is_empty() => out += key,
            Step::Key(key) => {
                out.push('.');
                out += key;
            }
            Step::Item(_) => out += "[]",
        }
    }
    out
}

fn at<'v>(value: &'v mut Value, path: &[Step]) -> &'v mut Value {
    path.iter().fold(value, |value, step| match step {
        Step::Key(key) => &mut value[key.as_str()],
        Step::Item(number) => &mut value[*number],
    })
}

/// The record without what is at a path; none if it must be there.
fn without(record: &Value, path: &[Step]) -> Option<Value> {
    let mut changed = record.clone();
    let (last, parent) = path.split_last()?;
    match (at(&mut changed, parent), last) {
        (Value::Object(members), Step::Key(key)) => drop(members.remove(key)?),
        (Value::Array(items), Step::Item(number)) => drop(items.remove(*number)),
        _ => return None,
    }
    serde_json::from_value::<Record>(changed.clone()).ok().map(|_| changed)
}

/// What a format makes of a record.
fn rendered(format: &Format, record: &Value) -> (Vec<Vec<u8>>, Losses) {
    let record: Record = serde_json::from_value(record.clone()).unwrap_or_else(|e| panic!("{e}: {record}"));
    let settings = Settings::default();
    let mut out = Rendered::new(&record.id);
    (format.render)(&Document::read(&record, TEXT, &settings), &mut out);
    let names = out.files.iter().map(|(name, _)| name.clone().into_bytes()).collect::<Vec<_>>();
    let files = out.files.into_iter().map(|(_, bytes)| bytes);
    let shared = out.shared.into_iter().map(|(_, bytes)| bytes);
    let all = [out.id.into_bytes()].into_iter().chain(names).chain(files).chain(shared);
    (all.collect(), out.losses)
}

/// Every leaf, and every list of plain values.
fn leaves(value: &Value, path: &mut Path, found: &mut Vec<Path>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                path.push(Step::Key(key.clone()));
                leaves(value, path, found);
                path.pop();
            }
        }
        Value::Array(items) if items.iter().any(|item| item.is_object()) => {
            for (number, value) in items.iter().enumerate() {
                path.push(Step::Item(number));
                leaves(value, path, found);
                path.pop();
            }
        }
        _ => found.push(path.clone()),
    }
}

/// Other things that might stand at a path.
fn others(path: &[Step], value: &Value) -> Vec<Value> {
    let Some(Step::Key(key)) = path.last() else { return Vec::new() };
    if told(path) == "entities[].type" {
        return vec![json!(if value == "finding" { "disease" } else { "finding" })];
    }
    if let Some(names) = NAMES.iter().filter(|(name, _)| name == key).find_map(|(_, names)| {
        let one_of_them = value.as_str().is_some_and(|value| names.contains(&value));
        one_of_them.then_some(names)
    }) {
        return names.iter().filter(|name| value != **name).map(|name| json!(name)).collect();
    }
    vec![match value {
        Value::String(date) if date.contains("2019") => json!(date.replace("2019", "2020")),
        Value::String(id) if key == "id" && path.len() == 3 => json!(format!("{}77", &id[..1])),
        Value::String(id) if id.strip_prefix('T').is_some_and(|n| n.parse::<u8>().is_ok()) => json!(OTHER),
        Value::String(text) => json!(format!("{text}x")),
        Value::Number(number) if number.is_f64() => json!(number.as_f64().expect("a number") + 1.0),
        Value::Number(number) => json!(number.as_i64().expect("a whole number") + 1),
        Value::Bool(flag) => json!(!flag),
        Value::Array(items) => match items.first() {
            Some(Value::String(id)) if id.starts_with('T') => json!([OTHER]),
            Some(Value::String(text)) => json!([format!("{text}x")]),
            Some(Value::Number(number)) => json!([number.as_i64().map_or(7, |n| n + 1)]),
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    }]
}

/// What has to be left out to see whether a format counts it: the leaf, the numbers that it belongs to, or what it is
/// part of.
fn larger(record: &Value, path: &[Step]) -> Vec<Value> {
    let mut all: Vec<_> =
        (1..=path.len()).rev().filter_map(|length| without(record, &path[..length])).collect();
    if let Some((Step::Key(key), parent)) = path.split_last()
        && (["unit", "comparator"].contains(&key.as_str()) || NUMBERS.contains(&key.as_str()))
    {
        let mut changed = record.clone();
        if let Value::Object(members) = at(&mut changed, parent) {
            members.retain(|name, _| {
                !NUMBERS.contains(&name.as_str()) && !["unit", "comparator"].contains(&name.as_str())
            });
        }
        all.push(changed);
    }
    // A regimen alone, of which the drugs stand on their own.
    if let Some(place) = path.iter().position(|step| *step == Step::Key("regimens".into())) {
        let drugs = at(&mut record.clone(), &path[..place + 2])["drugs"].take();
        let mut changed = record.clone();
        at(&mut changed, &path[..place])["drugs"] = drugs;
        all.extend(without(&changed, &path[..place + 2]));
    }
    all
}

/// Where something may be changed without anybody seeing it: neither in what the format writes nor in what it counts.
fn unseen(format: &Format, record: &Value, within: &str) -> BTreeSet<String> {
    let (mut found, mut lost) = (Vec::new(), BTreeSet::new());
    leaves(record, &mut Vec::new(), &mut found);
    let (files, losses) = rendered(format, record);
    for path in found {
        let name = told(&path);
        let follows =
            |(place, formats, _): &(&str, &[&str], &str)| name == *place && formats.contains(&format.name);
        let follows = FOLLOWS.iter().any(follows);
        let operand = name.contains("operands[].") && OF_OPERANDS.iter().any(|of| name.ends_with(of));
        if follows || operand || !name.starts_with(within) {
            continue;
        }
        let value = at(&mut record.clone(), &path).clone();
        for other in others(&path, &value) {
            let mut changed = record.clone();
            *at(&mut changed, &path) = other.clone();
            let (other_files, other_losses) = rendered(format, &changed);
            if other_files != files || other_losses != losses {
                continue;
            }
            let counted = larger(record, &path).iter().any(|less| {
                let (less_files, less_losses) = rendered(format, less);
                less_files == files && less_losses != losses
            });
            // What must be there is counted if there is something else of which less is counted.
            let counted = counted
                || without(record, &path).is_none()
                    && others(&path, &value).into_iter().any(|other| {
                        let mut usual = record.clone();
                        *at(&mut usual, &path) = other;
                        let (usual_files, usual_losses) = rendered(format, &usual);
                        usual_files == files && sum(&usual_losses) < sum(&losses)
                    });
            if !counted {
                lost.insert(format!("{}: {name}: {value} or {other}", format.name));
            }
        }
    }
    lost
}

fn sum(losses: &Losses) -> u64 {
    losses.iter().map(|(_, count)| count).sum()
}

/// The paths that the schema of the output has.
fn paths_of_schema() -> BTreeSet<String> {
    fn walk(schema: &Value, defs: &Value, path: &str, found: &mut BTreeSet<String>) {
        if let Some(name) = schema["$ref"].as_str() {
            return walk(&defs[name.rsplit('/').next().expect("a name")], defs, path, found);
        }
        for one in schema["anyOf"].as_array().into_iter().flatten() {
            walk(one, defs, path, found);
        }
        if schema["items"].is_object() {
            walk(&schema["items"], defs, &format!("{path}[]"), found);
        }
        for (key, member) in schema["properties"].as_object().into_iter().flatten() {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            walk(member, defs, &path, found);
            let plain = |found: &BTreeSet<String>| {
                !found
                    .iter()
                    .any(|other| other.strip_prefix(&path).is_some_and(|rest| rest.starts_with(['.', '['])))
            };
            if plain(found) {
                found.insert(path.clone());
            }
        }
    }
    let schema = schema();
    let mut found = BTreeSet::new();
    walk(&schema, &schema["$defs"], "", &mut found);
    for kind in EntityType::ALL {
        found.extend(kind.fields().iter().map(|field| format!("entities[].value.{}", field.name())));
    }
    found.insert("entities[].parts.site.start".into());
    found.insert("entities[].parts.site.end".into());
    found.retain(|path| !matches!(path.as_str(), "entities[].value" | "entities[].parts"));
    found
}

fn built() -> impl Iterator<Item = &'static Format> {
    FORMATS.iter().copied().filter(|format| format.built)
}

/// The fixture has every place of the schema, and the schema every place of the fixture.
#[test]
fn the_record_has_every_field_of_the_schema() {
    let mut places = BTreeSet::new();
    let mut records = vec![report()];
    records.push(with_facts(&facts()));
    for record in &records {
        let mut found = Vec::new();
        leaves(record, &mut Vec::new(), &mut found);
        places.extend(found.iter().map(|path| told(path)));
    }
    let expected = paths_of_schema();
    let missing: Vec<_> = expected.difference(&places).collect();
    assert!(missing.is_empty(), "no such thing in the record of this test: {missing:?}");
    places.retain(|place| !["cases", "issues", "checks", "relations", "sections"].contains(&place.as_str()));
    places.retain(|place| !place.ends_with(".drugs"));
    let unknown: Vec<_> = places.difference(&expected).collect();
    assert!(unknown.is_empty(), "not of the schema: {unknown:?}");
    assert!(expected.len() > 250, "{}", expected.len());
}

#[test]
fn what_is_around_the_cases_is_written_or_counted() {
    let alone = report();
    let mut with_cases = report();
    with_cases["cases"] = with_facts(&facts())["cases"].take();
    let around = ["schema", "program", "source", "sections", "relations", "issues", "checks", "entities"];
    let formats: Vec<_> = built().collect();
    let lost = formats.into_par_iter().flat_map(|format| {
        // Formats of facts hold what the cases are made of.
        let record = if FACTS.contains(&format.name) { &with_cases } else { &alone };
        let types = rendered(format, record).1.iter().any(|(what, _)| what == "types of entities");
        assert_eq!(types, FACTS.contains(&format.name), "{}", format.name);
        let mut lost: BTreeSet<_> =
            around.into_par_iter().flat_map(|within| unseen(format, record, within)).collect();
        lost.extend(["schema", "program", "source"].iter().flat_map(|within| unseen(format, &alone, within)));
        lost
    });
    let lost: BTreeSet<_> = lost.collect();
    assert!(lost.is_empty(), "{} unseen:\n{}", lost.len(), listed(&lost));
}

#[test]
fn what_cases_say_is_written_or_counted() {
    let (mut lost, mut looked) = (BTreeMap::new(), 0);
    for (list, fact) in facts() {
        let (all, singles) = variants(&fact);
        for (number, told) in all.into_iter().enumerate() {
            let single = number < singles;
            let companies = companies(list, &told);
            for company in companies.into_iter().take(if single { usize::MAX } else { 1 }) {
                // Tables hold a fact in the same way, whatever it says and whatever stands beside it.
                let alone = single && company.is_empty();
                let of_facts = |format: &&Format| FILES.contains(&format.name);
                let mut all = company;
                all.push((list, told.clone()));
                let record = with_facts(&all);
                let formats = built().filter(|format| !TEXTS.contains(&format.name));
                for format in formats.filter(|format| alone || of_facts(format)) {
                    looked += 1;
                    for place in unseen(format, &record, "cases") {
                        lost.entry(place).or_insert_with(|| record["cases"][0].to_string());
                    }
                }
            }
        }
    }
    let listed: Vec<_> = lost.iter().map(|(place, case)| format!("{place}\n    {case}")).collect();
    assert!(lost.is_empty(), "{} unseen in {looked}:\n{}", lost.len(), listed.join("\n"));
    assert!(looked > 3000, "{looked}");
}

/// Formats with the text leave out cases as a whole.
#[test]
fn cases_are_counted_where_they_are_not_written() {
    let record = with_facts(&facts());
    for format in built().filter(|format| TEXTS.contains(&format.name)) {
        let lost = unseen(format, &record, "cases");
        assert!(lost.is_empty(), "{}", listed(&lost));
    }
}

fn listed(lost: &BTreeSet<String>) -> String {
    lost.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
}

/// A format that drops things is found out.
#[test]
fn what_is_dropped_is_found() {
    let forgetful = |render: fn(&Document<'_>, &mut Rendered)| Format { render, ..copy(FORMATS[0]) };
    let record = with_facts(&facts());
    let mute = forgetful(|_, _| {});
    let all = unseen(&mute, &record, "");
    assert!(all.len() > 300, "{}", all.len());
    let counting = forgetful(|document, out| out.losses.add("cases", document.record.cases.len()));
    let lost = unseen(&counting, &record, "cases");
    assert!(lost.is_empty(), "{}", listed(&lost));
    // All but one field is written.
    let careless = forgetful(|document, out| {
        let mut cases = document.record.cases.clone();
        for course in cases.iter_mut().flat_map(|case| &mut case.treatments.radiotherapy) {
            course.fractions = None;
        }
        out.files.push((".json".into(), serde_json::to_vec(&cases).expect("JSON")));
    });
    let lost = unseen(&careless, &record, "cases");
    assert_eq!(lost.len(), 1, "{}", listed(&lost));
    assert!(listed(&lost).contains("cases[].treatments.radiotherapy[].fractions"), "{}", listed(&lost));
}

fn copy(format: &Format) -> Format {
    let Format { name, about, needs_text, built, render, gather } = *format;
    Format { name, about, needs_text, built, render, gather }
}
