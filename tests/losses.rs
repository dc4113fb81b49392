//! Whatever a format has no place for is counted.
//!
//! A record is changed in one place at a time. What a format writes must then change; where it does not, leaving out
//! what was changed, or the fact that it belongs to, must not change the files either, and must change what
//! `--report-loss` counts. The places are those of the schema of the output, so that a new field of the model is
//! looked for in every format as soon as it is there.

use casegrain::export::{Document, FORMATS, Format, Losses, Rendered, Settings};
use casegrain::model::{EntityType, Field, FieldType};
use casegrain::run::Record;
use casegrain::write::schema::schema;
use rayon::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What follows from something else that a format writes, or what none could say of it; with why.
const FOLLOWS: &[(&str, &[&str], &str)] = &[
    ("source.characters", TEXTS, "the text is there"),
    ("entities[].text", TEXTS, "the words of its place in the text"),
    ("entities[].end", &["pubannotation"], "the place is that of the words"),
    // The words of a finding, a drug … are those of its first entity, which the way back holds.
    ("text", &["fhir", "phenopacket"], "the words of an entity that it names"),
    // A type cannot be left out, so each is counted whatever it is.
    ("entities[].type", FACTS, "types of entities"),
    ("checks[].operands[].value", &["csv", "parquet"], "the field of the entity"),
    ("checks[].operands[].unit", &["csv", "parquet"], "the unit of the entity"),
];
const TEXTS: &[&str] = &["omop", "brat", "bioc-json", "bioc-xml", "pubannotation", "webannotation"];
const FACTS: &[&str] = &["redcap", "phenopacket", "fhir"];

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

/// The closed lists of names; a change is to each other name.
const NAMES: &[(&str, &[&str])] = &[
    ("status", &["present", "absent", "possible", "conditional", "hypothetical"]),
    ("assertion", &["present", "absent", "possible", "conditional", "hypothetical"]),
    ("time", &["current", "history", "planned"]),
    ("subject", &["patient", "family", "other", "literature"]),
    ("role", &["final", "provisional", "suspected", "excluded", "comorbidity", "complication", "history"]),
    ("state", &["measured", "reference", "threshold", "target"]),
    ("field", &["value", "unit"]),
    ("comparator", &["<", "<=", ">", ">=", "~"]),
    ("laterality", &["left", "right", "bilateral"]),
    ("code", &["male", "female", "other"]),
];

/// An entity of which no fact is.
const OTHER: &str = "T10";

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

/// Numbers that a unit or a comparator belongs to.
const NUMBERS: &[&str] = &[
    "value",
    "low",
    "high",
    "percent",
    "systolic",
    "diastolic",
    "numerator",
    "denominator",
    "dimensions",
    "total_dose",
    "dose_per_fraction",
    "earliest",
    "latest",
];

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
        let follows = FOLLOWS.iter().any(|(place, formats, _)| {
            let whole = place.contains('.');
            let is_it = if whole { name == *place } else { name.rsplit('.').next() == Some(place) };
            is_it && (whole || name != "cases[].measurements[].text") && formats.contains(&format.name)
        });
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

/// An entity of every type with every field; their ids are T1, T2, … as the cases have them.
fn entities() -> Vec<Value> {
    let mut all: Vec<_> = (1..)
        .zip(EntityType::ALL)
        .map(|(number, kind): (usize, _)| {
            let mut value = Map::new();
            for field in kind.fields() {
                let name = field.name();
                let content = match (field, field.kind()) {
                    (Field::Laterality, _) => json!("left"),
                    (Field::Comparator, _) => json!("<"),
                    (_, FieldType::Number) => json!(5),
                    (_, FieldType::Text) => json!(format!("{name}{number}")),
                    (_, FieldType::Integers | FieldType::Numbers) => json!([1, 2]),
                    (_, FieldType::Flag) => json!(true),
                };
                value.insert(name.into(), content);
            }
            json!({
                "id": format!("T{number}"), "type": kind.name(), "start": number, "end": number + 1,
                "text": format!("w{number}"), "value": value, "section": "history", "rule": "a/b", "case": 1,
                "assertion": {"status": "absent", "subject": "family", "time": "history", "relative": "mother"},
                "codings": [{"system": "SNOMEDCT", "code": format!("{number}")}, {"system": "NONE", "code": "1"}],
                "parts": {"site": {"start": 3, "end": 4}},
            })
        })
        .collect();
    all.truncate(EntityType::ALL.len());
    all
}

/// A record with everything around the cases.
fn report() -> Value {
    json!({
        "schema": "1.0",
        "program": {"name": "casegrain", "version": "0.1.0", "grammar": "sha256:ab"},
        "id": "note",
        "source": {"name": "note.txt", "format": "text", "encoding": "utf-8", "sha256": "ab", "characters": 97},
        "sections": [{"kind": "history", "title": "History", "start": 0, "end": 9}],
        "entities": entities(),
        "relations": [{"id": "R1", "type": "dose_of", "from": "T8", "to": "T7", "rule": "a/b"}],
        "cases": [],
        "issues": [{
            "code": "dose-implausible", "severity": "warning", "message": "too much", "check": "dose",
            "entities": ["T8", "T7"],
            "operands": [{"entity": "T8", "field": "value", "start": 1, "end": 2, "value": 5, "unit": "unit8"}],
            "expected": {"low": 1, "high": 2, "unit": "mg"},
            "suggestion": {"entity": "T8", "value": 1, "unit": "ug"},
        }, {
            "code": "sum-mismatch", "severity": "warning", "message": "not the sum", "check": "sum", "entities": [],
            "expected": {"value": 3, "unit": "mg"},
        }],
        "checks": [{
            "check": "dose",
            "operands": [{"entity": "T8", "field": "value", "start": 1, "end": 2, "value": 5, "unit": "unit8"}],
            "expected": {"value": 5, "unit": "mg"},
        }, {"check": "sum", "expected": {"low": 5, "high": 6, "unit": "mg"}}],
    })
}

/// A fact of each list of a case, with every field of it; alternatives of one thing stand together.
fn facts() -> Vec<(&'static str, Value)> {
    let quantity = || json!({"value": 3, "low": 2, "high": 4, "unit": "wk", "comparator": "<"});
    let frequency =
        || json!({"count": 2, "low": 1, "high": 3, "period": 1, "period_max": 2, "period_unit": "d"});
    let drug = || {
        json!({
            "name": "cisplatin", "text": "CDDP", "class": false, "status": "present", "time": "current",
            "dose": {"value": 20, "low": 10, "high": 30, "unit": "mg/m2", "comparator": "<"}, "route": "intravenous",
            "frequency": frequency(), "duration": quantity(), "days": [1, 2], "cycles": [2], "cycle_count": 1,
            "reason": "sarcoma", "entities": ["T7", "T9"],
        })
    };
    let regimen = |drugs: Vec<Value>| {
        json!({
            "name": "VIP", "cycles": [1, 3], "cycle_count": 2, "frequency": frequency(), "duration": quantity(),
            "status": "present", "time": "current", "drugs": drugs, "entities": ["T12"],
        })
    };
    vec![
        (
            "findings",
            json!({"name": "cough", "text": "coughing", "status": "present", "time": "current", "site": "lung",
                   "laterality": "left", "duration": quantity(), "entities": ["T29", "T31"]}),
        ),
        (
            "diagnoses",
            json!({"name": "asthma", "text": "Asthma", "site": "lung", "laterality": "left", "status": "present",
                   "role": "final", "time": "current", "duration": quantity(), "entities": ["T30", "T31"]}),
        ),
        (
            "metastases",
            json!({"site": "bone", "text": "bone lesion", "laterality": "left", "status": "present",
                   "entities": ["T31"]}),
        ),
        (
            "measurements",
            json!({"analyte": "GFR", "text": "filtration", "value": 57, "low": 1, "high": 2, "unit": "mL/min",
                   "comparator": "<", "systolic": 120, "diastolic": 80, "numerator": 1, "denominator": 2,
                   "result": "low", "laterality": "left", "state": "measured", "status": "present",
                   "time": "current", "entities": ["T14"]}),
        ),
        (
            "lesions",
            json!({"name": "mass", "site": "lung", "laterality": "left", "entities": ["T29", "T15", "T31"],
                   "sizes": [{"dimensions": [1, 2, 3], "low": 1, "high": 2, "unit": "cm", "comparator": "<",
                              "entities": ["T15"]}]}),
        ),
        (
            "pathology.ihc",
            json!({"marker": "CD20", "result": "positive", "extent": "focal", "percent": 90, "low": 1, "high": 2,
                   "comparator": "<", "entities": ["T20"]}),
        ),
        (
            "pathology.fusions",
            json!({"five_prime": "EML4", "three_prime": "ALK", "hgvs": "EML4::ALK", "status": "present",
                   "entities": ["T21"]}),
        ),
        (
            "pathology.rearrangements",
            json!({"gene": "ALK", "translocation": "t(2;5)(p23;q35)", "status": "present", "entities": ["T22"]}),
        ),
        (
            "pathology.variants",
            json!({"gene": "BRAF", "hgvs": "p.V600E", "status": "present", "entities": ["T23"]}),
        ),
        (
            "pathology.copy_numbers",
            json!({"gene": "MYC", "change": "gain", "copies": 3, "status": "present", "entities": ["T24"]}),
        ),
        ("pathology.msi", json!({"status": "MSI-H", "assertion": "present", "entities": ["T25"]})),
        (
            "pathology.tmb",
            json!({"value": 1, "low": 1, "high": 2, "unit": "{mutations}/Mb", "comparator": "<", "result": "low",
                   "entities": ["T26"]}),
        ),
        ("pathology.stages", json!({"system": "TNM", "code": "T2", "entities": ["T28"]})),
        (
            "treatments.procedures",
            json!({"name": "biopsy", "text": "biopsied", "category": "pathology", "status": "present",
                   "time": "current", "site": "lung", "laterality": "left", "entities": ["T32", "T31"]}),
        ),
        ("treatments.regimens", regimen(Vec::new())),
        ("treatments.regimens", regimen(vec![drug()])),
        ("treatments.drugs", drug()),
        (
            "treatments.radiotherapy",
            json!({"site": "brain", "laterality": "left", "fractions": 10, "dose_per_fraction": 3, "total_dose": 30,
                   "unit": "Gy", "comparator": "<", "status": "present", "time": "current", "entities": ["T13"]}),
        ),
        (
            "treatments.transfusions",
            json!({"product": "platelets", "value": 2, "low": 1, "high": 2, "unit": "mL", "comparator": "<",
                   "status": "present", "time": "current", "entities": ["T19"]}),
        ),
        (
            "timeline",
            json!({"event": "surgery", "status": "absent", "anchor": "admission", "earliest": -1, "latest": 2,
                   "unit": "wk", "iso8601": "2019-03", "day": {"earliest": -7, "latest": 14},
                   "entities": ["T5"]}),
        ),
        (
            "outcome",
            json!({"status": "alive", "entities": ["T33"],
                   "time": {"value": 6, "low": 1, "high": 2, "unit": "mo", "comparator": "<", "anchor": "surgery"},
                   "disease": [{"name": "recurrence", "site": "lung", "status": "absent", "entities": ["T30"]}]}),
        ),
        ("conflicts", json!({"field": "patient.age", "values": ["13 a", "14 a"], "entities": ["T1", "T2"]})),
        (
            "patient.age",
            json!({"value": 61, "low": 60, "high": 69, "unit": "a", "comparator": "<", "entities": ["T1"]}),
        ),
        ("patient.sex", json!({"code": "male", "entities": ["T2"]})),
    ]
}

/// A case that holds a fact, among others.
fn put(case: &mut Value, list: &str, fact: Value) {
    let path: Vec<_> = list.split('.').map(|key| Step::Key(key.into())).collect();
    let single = ["outcome", "patient.age", "patient.sex", "pathology.msi", "pathology.tmb"].contains(&list);
    let place = at(case, &path);
    match place {
        Value::Array(items) => items.push(fact),
        _ if single => *place = fact,
        _ => *place = json!([fact]),
    }
}

fn with_facts(facts: &[(&str, Value)]) -> Value {
    let mut record = report();
    for name in ["issues", "checks", "relations", "sections"] {
        record[name] = json!([]);
    }
    let mut case = json!({"id": "C1", "patient": {"age": null, "sex": null}});
    for (list, fact) in facts {
        put(&mut case, list, fact.clone());
    }
    let named = case.to_string();
    let entities = record["entities"].as_array_mut().expect("entities");
    entities.retain(|entity| entity["id"] == OTHER || named.contains(&entity["id"].to_string()));
    for entity in entities {
        for name in ["value", "parts", "codings", "assertion", "section"] {
            entity.as_object_mut().expect("an entity").remove(name);
        }
    }
    record["cases"] = json!([case]);
    record
}

/// Numbers of a kind that a fact has one of at a time.
const ONE_OF: &[&[&str]] = &[
    &["value"],
    &["low", "high"],
    &["low"],
    &["systolic", "diastolic"],
    &["systolic"],
    &["numerator", "denominator"],
    &["dimensions"],
    &["percent"],
];

/// The fact as it may be told: with one kind of number, in each status, time, role and state, with words that the
/// format knows and others, without a site, in several units. First those that differ in one of these only, which so
/// many are.
fn variants(fact: &Value) -> (Vec<Value>, usize) {
    let mut axes: Vec<Vec<Value>> = Vec::new();
    let members = fact.as_object().expect("a fact");
    let has = |name: &str| members.contains_key(name);
    let numbers: BTreeSet<&str> = ONE_OF.iter().flat_map(|kind| kind.iter().copied()).collect();
    let set = |pairs: &[(&str, Value)]| {
        Value::Object(pairs.iter().map(|(k, v)| ((*k).into(), v.clone())).collect())
    };
    let mut kinds: Vec<Value> = Vec::new();
    for kind in ONE_OF.iter().filter(|kind| kind.iter().all(|name| has(name))) {
        let others = numbers.iter().filter(|name| has(name) && !kind.contains(name));
        kinds.push(Value::Object(others.map(|name| ((*name).into(), Value::Null)).collect()));
    }
    if has("result") && has("value") {
        kinds.push(Value::Object(
            numbers.iter().filter(|n| has(n)).map(|n| ((*n).into(), Value::Null)).collect(),
        ));
    }
    axes.push(kinds);
    for (name, values) in NAMES {
        let closed = has(name) && members[*name].as_str().is_some_and(|value| values.contains(&value));
        if closed && *name != "laterality" && *name != "comparator" && *name != "code" {
            axes.push(values.iter().map(|value| set(&[(name, json!(value))])).collect());
        }
    }
    if has("comparator") {
        axes.push(vec![
            set(&[("comparator", Value::Null)]),
            set(&[("comparator", json!("<"))]),
            set(&[("comparator", json!("~"))]),
        ]);
    }
    if has("result") {
        axes.push(
            ["low", "traces", ""]
                .map(|word| {
                    set(&[(
                        "result",
                        if word.is_empty() && !has("marker") { Value::Null } else { json!(word) },
                    )])
                })
                .into(),
        );
    }
    if has("site")
        && has("laterality")
        && !has("role")
        && members.get("text").is_none_or(|text| text != "bone lesion")
    {
        axes.push(vec![json!({}), set(&[("site", Value::Null)]), set(&[("laterality", Value::Null)])]);
    }
    if has("total_dose") {
        axes.push(["Gy", "cGy", "Gy{RBE}"].map(|unit| set(&[("unit", json!(unit))])).into());
        axes.push(
            ["fractions", "dose_per_fraction", "total_dose"].map(|name| set(&[(name, Value::Null)])).into(),
        );
        axes.push(vec![json!({}), json!({"fractions": 2.5})]);
    }
    if has("dose") {
        axes.push(vec![
            json!({"dose": {"value": 20, "unit": "mg"}}),
            json!({"dose": {"value": 20, "unit": "mg", "comparator": "~"}}),
            json!({"dose": {"value": 20, "unit": "mg", "comparator": "<"}}),
            json!({"dose": {"low": 20, "high": 30, "unit": "mg"}}),
        ]);
    }
    if has("class") {
        axes.push(vec![set(&[("class", json!(false))]), set(&[("class", json!(true))])]);
    }
    if has("sizes") {
        let size = |size: Value| set(&[("sizes", json!([size]))]);
        axes.push(vec![
            json!({}),
            set(&[("sizes", json!([]))]),
            set(&[("name", json!("osteosarcoma"))]),
            size(json!({"dimensions": [3], "unit": "cm", "entities": ["T15"]})),
            size(json!({"low": 3, "high": 4, "unit": "cm", "comparator": "<", "entities": ["T15"]})),
            size(json!({"dimensions": [1, 2, 3, 4], "unit": "km", "comparator": "<"})),
        ]);
        axes.push(vec![json!({}), set(&[("name", json!("osteosarcoma"))])]);
    }
    if has("iso8601") {
        axes.push(vec![json!({}), set(&[("day", Value::Null)]), set(&[("iso8601", json!("--03-2019"))])]);
    }
    if has("five_prime") {
        axes.push(vec![json!({}), set(&[("hgvs", Value::Null)])]);
    }
    axes.retain(|axis| !axis.is_empty());
    let changed = |changes: &[&Value]| {
        let mut fact = fact.clone();
        for (name, value) in changes.iter().flat_map(|change| change.as_object().expect("changes")) {
            match value {
                Value::Null => drop(fact.as_object_mut().expect("a fact").remove(name)),
                value => fact[name.as_str()] = value.clone(),
            }
        }
        let members = fact.as_object_mut().expect("a fact");
        if !NUMBERS.iter().any(|name| members.contains_key(*name)) && !members.contains_key("sizes") {
            members.retain(|name, _| !["unit", "comparator"].contains(&name.as_str()));
        }
        fact
    };
    // Each axis in all ways, then each pair of them, the others in their first.
    let firsts: Vec<&Value> = axes.iter().map(|axis| &axis[0]).collect();
    let mut all = vec![changed(&firsts)];
    for (number, axis) in axes.iter().enumerate() {
        for way in &axis[1..] {
            let mut ways = firsts.clone();
            ways[number] = way;
            all.push(changed(&ways));
        }
    }
    let singles = all.len();
    for (first, one) in axes.iter().enumerate() {
        for (second, other) in axes.iter().enumerate().skip(first + 1) {
            for (a, b) in one.iter().flat_map(|a| other.iter().map(move |b| (a, b))) {
                let mut ways = firsts.clone();
                (ways[first], ways[second]) = (a, b);
                all.push(changed(&ways));
            }
        }
    }
    (all, singles)
}

/// What stands beside a fact: nothing, a cancer that it is of, an event that it is.
fn companies(list: &str, fact: &Value) -> Vec<Vec<(&'static str, Value)>> {
    let cancer = json!({"name": "osteosarcoma", "status": "present", "role": "final", "entities": ["T30"]});
    let mut event = facts().into_iter().find(|(list, _)| *list == "timeline").expect("an event").1;
    event["entities"] = fact["entities"].clone();
    let mut all = vec![Vec::new(), vec![("diagnoses", cancer)]];
    if list != "timeline" {
        all.push(vec![("timeline", event)]);
    }
    if list == "measurements" {
        let reference = json!({"analyte": "GFR", "low": 10, "high": 20, "unit": "mL/min", "state": "reference",
                               "text": "filtration", "comparator": "<", "result": "low", "laterality": "left",
                               "status": "absent", "time": "history", "entities": ["T9"]});
        all.push(vec![("measurements", reference)]);
    }
    all
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
                let of_facts = |format: &&Format| FACTS[1..].contains(&format.name);
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
