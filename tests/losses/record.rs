//! A record with every field of the schema, and the ways in which its facts may be told.

use super::{Step, at};
use casegrain::model::{EntityType, Field, FieldType};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The closed lists of names; a change is to each other name.
pub(crate) const NAMES: &[(&str, &[&str])] = &[
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
pub(crate) const OTHER: &str = "T10";

/// Numbers that a unit or a comparator belongs to.
pub(crate) const NUMBERS: &[&str] = &[
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
pub(crate) fn report() -> Value {
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
pub(crate) fn facts() -> Vec<(&'static str, Value)> {
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

pub(crate) fn with_facts(facts: &[(&str, Value)]) -> Value {
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
pub(crate) const ONE_OF: &[&[&str]] = &[
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
pub(crate) fn variants(fact: &Value) -> (Vec<Value>, usize) {
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
pub(crate) fn companies(list: &str, fact: &Value) -> Vec<Vec<(&'static str, Value)>> {
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
