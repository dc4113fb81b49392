//! How well records of patients are made.

use super::{Figures, same};
use casegrain::gold::{Corpus, Mapping};
use casegrain::run::Record;
use casegrain::score::Options;
use serde_json::{Value, json};
use std::path::Path;

/// Holds the program's own score of records against that of `score_cases.py`, figure by figure, to the digit that it
/// prints, and its numbers of leaves; gives how many figures that were.
///
/// The script knows measurements by one number, so that no blood pressure is ever found; these are taken out of ours.
pub(super) fn own_score_agrees(scores: &Value, lines: &[&[u8]], set: &Path, output: &[Vec<u8>]) -> usize {
    let mapping = Mapping::default();
    let corpus = Corpus::load(&[set.to_owned()], &mapping).expect("gold");
    assert!(!corpus.is_broken(), "{:?}", corpus.problems.first());
    let run: Vec<Record> =
        output.iter().map(|line| serde_json::from_slice(line).expect("a record")).collect();
    let options = Options { mapping, samples: 0, seed: 1 };
    let own = casegrain::score::score(&corpus, &run, &options).expect("a score");
    let digit = |figure: Option<f64>| figure.map(|f| format!("{f:.1}"));
    let theirs = |figure: &Value| figure.as_f64().map(|f| format!("{f:.1}"));
    let mut agreed = 0;
    for (field, score) in scores.as_object().expect("an object of fields") {
        let (_, counts) = own.cases.iter().find(|(name, _)| name == field).expect("a field of records");
        let mut counts = *counts;
        if field == "measurements" {
            let (found, right) = pressures_found(lines, output);
            counts.found -= found;
            counts.right -= right;
        }
        assert_eq!(u64::from(counts.gold), score["gold"], "{field}: leaves of gold");
        assert_eq!(digit(counts.recall()), theirs(&score["recall"]), "{field}: recall");
        agreed += 2;
        if let Some(predicted) = score["predicted"].as_u64() {
            assert_eq!(u64::from(counts.predicted), predicted, "{field}: leaves of the run");
            assert_eq!(digit(counts.precision()), theirs(&score["precision"]), "{field}: precision");
            agreed += 2;
        }
    }
    assert!(agreed > 40, "{agreed} figures");
    agreed
}

/// How many blood pressures of gold some record has, and how many of the records' some gold has.
fn pressures_found(lines: &[&[u8]], output: &[Vec<u8>]) -> (u32, u32) {
    let pressure = |leaf: &&Value| !leaf["systolic"].is_null() && leaf["value"].is_null();
    let equal = |a: &Value, b: &Value| ["systolic", "diastolic"].iter().all(|end| same(&a[end], &b[end]));
    let (mut found, mut right) = (0, 0);
    for (line, record) in lines.iter().zip(output) {
        let gold: Value = serde_json::from_slice(line).expect("JSON");
        let record: Value = serde_json::from_slice(record).expect("JSON");
        let of = |case: &Value| -> Vec<Value> {
            list(&case["measurements"]).iter().filter(pressure).cloned().collect()
        };
        let (gold, run) = (of(&gold["case"]), of(&record["cases"][0]));
        found += gold.iter().filter(|leaf| run.iter().any(|other| equal(leaf, other))).count() as u32;
        right += run.iter().filter(|leaf| gold.iter().any(|other| equal(leaf, other))).count() as u32;
    }
    (found, right)
}

/// The figures of `score_cases.py`, by field; `absent` is the share of what must not be in a record that is not.
pub(super) fn figures(scores: &Value, lines: &[&[u8]], output: &[Vec<u8>]) -> Figures {
    let mut figures = Figures::new();
    for (label, score) in scores.as_object().expect("an object of fields") {
        for part in ["recall", "precision"] {
            if let Some(figure) = score[part].as_f64() {
                figures.insert((part.to_owned(), label.clone()), figure);
            }
        }
    }
    let (mut all, mut absent) = (0u32, 0u32);
    for (line, record) in lines.iter().zip(output) {
        let gold: Value = serde_json::from_slice(line).expect("JSON");
        let record: Value = serde_json::from_slice(record).expect("JSON");
        for wrong in list(&gold["case"]["not_patient"]) {
            all += 1;
            absent += u32::from(!list(&record["cases"]).iter().any(|case| holds(case, wrong)));
        }
    }
    if all > 0 {
        let share = 1000.0 * f64::from(absent) / f64::from(all);
        figures.insert(("absent".into(), "not the patient's".into()), share.round() / 10.0);
    }
    figures
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Whether a record has a drug of that name or a dose or measurement of that value.
fn holds(case: &Value, wrong: &Value) -> bool {
    let treatments = &case["treatments"];
    let of_regimens = list(&treatments["regimens"]).iter().flat_map(|r| list(&r["drugs"]));
    let mut drugs = of_regimens.chain(list(&treatments["drugs"]));
    let value = |fact: &Value| !wrong["value"].is_null() && same(&fact["value"], &wrong["value"]);
    match wrong["field"].as_str() {
        Some("drugs") => drugs.any(|d| d["name"] == wrong["name"]),
        Some("dose") => drugs.any(|d| d["name"] == wrong["name"] && value(&d["dose"])),
        Some("measurement") => list(&case["measurements"]).iter().any(value),
        _ => false,
    }
}

/// Whether a record has, at a place (a JSON pointer), an object with these fields, or a list with such an object; a
/// field that is a list must hold as much for each of its items.
pub(super) fn has(case: &Value, place: &str, wanted: &Value) -> bool {
    case.pointer(place).is_some_and(|found| match found {
        Value::Array(items) => items.iter().any(|item| fits(item, wanted)),
        found => fits(found, wanted),
    })
}

fn fits(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Object(found), Value::Object(wanted)) => {
            wanted.iter().all(|(field, wanted)| fits(found.get(field).unwrap_or(&Value::Null), wanted))
        }
        (Value::Array(found), Value::Array(wanted)) if wanted.iter().any(Value::is_object) => {
            wanted.iter().all(|wanted| found.iter().any(|found| fits(found, wanted)))
        }
        _ => same(found, wanted),
    }
}

/// What the record of the article must hold: where, and what.
pub(super) fn expected() -> Vec<(&'static str, Value)> {
    let days = |from: i64, to: i64| -> Vec<i64> { (from..=to).collect() };
    let drug = |name: &str, value: f64, unit: &str, route: &str, days: Vec<i64>| json!({"name": name, "dose": {"value": value, "unit": unit}, "route": route, "days": days});
    let iv = "intravenous";
    let twice: Vec<i64> = days(1, 5).into_iter().chain(days(8, 12)).collect();
    let mut all = vec![
        ("/patient/age", json!({"value": 13, "unit": "a"})),
        ("/patient/sex", json!({"code": "male"})),
        (
            "/treatments/regimens",
            json!({"name": "CAV", "cycles": [1, 3, 5, 7, 9], "drugs": [
                drug("cyclophosphamide", 1.0, "g/m2", iv, days(1, 1)),
                drug("pirarubicin", 50.0, "mg/m2", iv, days(1, 1)),
                drug("vincristine", 1.5, "mg/m2", iv, days(1, 1)),
            ]}),
        ),
        (
            "/treatments/regimens",
            json!({"name": "VIP", "cycles": [2, 4, 6, 8, 10], "drugs": [
                drug("ifosfamide", 1.8, "g/m2", iv, days(1, 4)),
                drug("cisplatin", 25.0, "mg/m2", iv, days(1, 4)),
                drug("etoposide", 100.0, "mg/m2", iv, days(1, 4)),
            ]}),
        ),
        (
            "/treatments/regimens",
            json!({"name": "VIT", "cycles": days(11, 16), "drugs": [
                drug("vincristine", 1.5, "mg/m2", iv, days(1, 1)),
                drug("irinotecan", 20.0, "mg/m2", iv, twice),
                drug("temozolomide", 100.0, "mg/m2", "oral", days(1, 5)),
            ]}),
        ),
        ("/treatments/drugs", json!({"name": "anlotinib", "route": "oral"})),
        ("/treatments/radiotherapy", json!({"fractions": 25, "dose_per_fraction": 180, "total_dose": 4500})),
        ("/treatments/transfusions", json!({"product": "red blood cells", "value": 4})),
        ("/treatments/transfusions", json!({"product": "fresh frozen plasma", "value": 200, "unit": "mL"})),
        ("/treatments/procedures", json!({"name": "nephrectomy", "status": "present"})),
        (
            "/diagnoses",
            json!({"name": "desmoplastic small round cell tumor", "status": "present", "role": "final"}),
        ),
        ("/diagnoses", json!({"name": "leukemia", "status": "possible", "role": "suspected"})),
        ("/metastases", json!({"site": "bone", "status": "present"})),
        ("/metastases", json!({"site": "retroperitoneum", "status": "present"})),
        ("/measurements", json!({"analyte": "GFR", "value": 158.4, "unit": "mL/min", "laterality": null})),
        ("/measurements", json!({"analyte": "GFR", "value": 57.7, "unit": "mL/min", "laterality": "left"})),
        ("/measurements", json!({"analyte": "GFR", "value": 100.7, "unit": "mL/min", "laterality": "right"})),
        ("/measurements", json!({"analyte": "BMI", "value": 13.4})),
        ("/measurements", json!({"analyte": "blood loss", "value": 800, "unit": "mL"})),
        ("/pathology/fusions", json!({"hgvs": "EWSR1::WT1", "status": "present"})),
        ("/pathology/rearrangements", json!({"gene": "EWSR1", "status": "present"})),
        ("/pathology/copy_numbers", json!({"gene": "IL7R", "copies": 3.5})),
        ("/pathology/msi", json!({"status": "MSI-H", "assertion": "absent"})),
        ("/pathology/tmb", json!({"value": 1.1, "unit": "{mutations}/Mb"})),
        ("/timeline", json!({"anchor": "first stage surgery", "earliest": 20, "latest": 20, "unit": "d"})),
        ("/timeline", json!({"event": "surgery", "anchor": "6th cycle", "earliest": 0, "latest": 0})),
        ("/timeline", json!({"anchor": "second-stage surgery", "earliest": 11, "latest": 11, "unit": "mo"})),
        (
            "/outcome",
            json!({"status": "alive", "time": {"value": 11, "unit": "mo"}, "disease": [
                {"site": "bone", "status": "present"}, {"name": "local recurrence", "site": "abdominal cavity", "status": "absent"},
            ]}),
        ),
    ];
    for marker in ["Desmin", "Vimentin", "Ki-67", "CD56", "Cyclin D1"] {
        all.push(("/pathology/ihc", json!({"marker": marker, "result": "positive"})));
    }
    all.push(("/pathology/ihc", json!({"marker": "WT1", "result": "negative"})));
    for dimensions in
        [json!([15]), json!([18, 13, 12]), json!([8, 5, 3]), json!([4.8, 4.0]), json!([4.2, 2.8])]
    {
        all.push(("/lesions", json!({"sizes": [{"dimensions": dimensions, "unit": "cm"}]})));
    }
    all
}
