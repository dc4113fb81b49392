//! A whole article with a table that scanning has damaged: what must be read from it.

use super::{gold, record, regimens, same};
use casegrain::Extractor;
use casegrain::write::{JsonOptions, JsonWriter};
use serde_json::{Value, json};
use std::fs;

/// What must be read from it, by type, fields and number.
/// A field that is `null` must be missing.
fn expected() -> Vec<(&'static str, Value, usize)> {
    let mut all = vec![
        ("age", json!({"value": 13, "unit": "a"}), 2),
        ("sex", json!({"code": "male"}), 2),
        ("duration", json!({"value": 1, "unit": "mo"}), 2),
        ("duration", json!({"value": 2, "unit": "wk"}), 2),
        ("measurement", json!({"analyte": "GFR", "value": 158.4, "unit": "mL/min", "laterality": null}), 1),
        ("measurement", json!({"analyte": "GFR", "value": 57.7, "unit": "mL/min", "laterality": "left"}), 1),
        (
            "measurement",
            json!({"analyte": "GFR", "value": 100.7, "unit": "mL/min", "laterality": "right"}),
            1,
        ),
        ("measurement", json!({"analyte": "BMI", "value": 13.4}), 1),
        ("measurement", json!({"analyte": "blood loss", "value": 800, "unit": "mL"}), 1),
        ("size", json!({"dimensions": [15], "unit": "cm"}), 1),
        ("size", json!({"dimensions": [18, 13, 12], "unit": "cm"}), 1),
        ("size", json!({"dimensions": [8, 5, 3], "unit": "cm"}), 1),
        ("size", json!({"dimensions": [4.8, 4.0], "unit": "cm"}), 1),
        ("size", json!({"dimensions": [4.2, 2.8], "unit": "cm"}), 1),
        ("transfusion", json!({"product": "red blood cells", "value": 4}), 1),
        ("transfusion", json!({"product": "fresh frozen plasma", "value": 200, "unit": "mL"}), 1),
        ("percentage", json!({"value": 98, "comparator": "~"}), 1),
        ("percentage", json!({"value": 10, "comparator": ">"}), 1),
        ("ratio", json!({"numerator": 4, "denominator": 1}), 1),
        ("fusion", json!({"five_prime": "EWSR1", "three_prime": "WT1", "hgvs": "EWSR1::WT1"}), 1),
        ("rearrangement", json!({"gene": "EWSR1"}), 2),
        ("copy_number", json!({"gene": "IL7R", "copies": 3.5}), 1),
        ("msi", json!({"status": "MSI-H", "assertion": "absent"}), 2),
        ("tmb", json!({"value": 1.1, "unit": "{mutations}/Mb"}), 2),
        ("route", json!({"code": "intravenous"}), 9),
        ("route", json!({"code": "oral"}), 5),
        ("route", json!({"code": "oral", "text": "p-o."}), 1),
    ];
    for marker in ["Desmin", "Vimentin", "Ki-67", "CD56", "Cyclin D1"] {
        all.push(("ihc", json!({"marker": marker, "result": "positive"}), 2));
    }
    all.push(("ihc", json!({"marker": "WT1", "result": "negative"}), 2));
    for (value, unit, times) in [
        (1.5, "mg/m2", 2),
        (50.0, "mg/m2", 1),
        (1.0, "g/m2", 1),
        (1.8, "g/m2", 1),
        (100.0, "mg/m2", 2),
        (25.0, "mg/m2", 1),
        (20.0, "mg/m2", 1),
    ] {
        all.push(("dose", json!({"value": value, "unit": unit, "issue": "unit-repaired"}), times));
    }
    for (days, times) in [(json!([1]), 4), (json!([1, 2, 3, 4]), 3)] {
        all.push(("schedule", json!({"days": days}), times));
    }
    for numbers in [json!([1, 3, 5, 7, 9]), json!([2, 4, 6, 8, 10]), json!([11, 12, 13, 14, 15, 16])] {
        all.push(("cycle", json!({"numbers": numbers}), 1));
    }
    all
}

/// The treatment table of the article: regimen, drug, dose, route, days.
fn regimen_lines() -> Vec<(&'static str, &'static str, &'static str, &'static str, &'static [i64])> {
    let iv = "intravenous";
    vec![
        ("CAV", "vincristine", "1.5 mg/m2", iv, &[1]),
        ("CAV", "pirarubicin", "50 mg/m2", iv, &[1]),
        ("CAV", "cyclophosphamide", "1.0 g/m2", iv, &[1]),
        ("VIP", "ifosfamide", "1.8 g/m2", iv, &[1, 2, 3, 4]),
        ("VIP", "etoposide", "100 mg/m2", iv, &[1, 2, 3, 4]),
        ("VIP", "cisplatin", "25 mg/m2", iv, &[1, 2, 3, 4]),
        ("VIT", "vincristine", "1.5 mg/m2", iv, &[1]),
        ("VIT", "irinotecan", "20 mg/m2", iv, &[1, 2, 3, 4, 5, 8, 9, 10, 11, 12]),
        ("VIT", "temozolomide", "100 mg/m2", "oral", &[1, 2, 3, 4, 5]),
    ]
}

/// The output for a whole article with a table that scanning has damaged, if it is there.
fn output() -> Option<Value> {
    let path = gold().map(|gold| gold.join("../reports/000_8763be6dab8dda2e.txt"));
    let Some(path) = path.filter(|path| path.is_file()) else {
        println!("no article, nothing looked for in it");
        return None;
    };
    let text = fs::read_to_string(path).expect("UTF-8");
    let extractor = Extractor::new().expect("good grammars");
    let record = casegrain::read::Record::new("article", &text);
    let mut out = Vec::new();
    let writer = JsonWriter::new(extractor.grammar_hash(), JsonOptions::default());
    writer.write(&record, &extractor.extract(&text), &mut out);
    Some(serde_json::from_slice(&out).expect("JSON"))
}

#[test]
fn record_of_the_article() {
    let Some(out) = output() else { return };
    let [case] = out["cases"].as_array().expect("an array").as_slice() else { panic!("{}", out["cases"]) };
    let expected = record::expected();
    let missing: Vec<String> = expected
        .iter()
        .filter(|(place, wanted)| !record::has(case, place, wanted))
        .map(|(place, wanted)| format!("{place}: {wanted}"))
        .collect();
    println!("record of the article: {} leaves looked for, {} missing", expected.len(), missing.len());
    assert!(missing.is_empty(), "{}\n{case:#}", missing.join("\n"));
}

#[test]
fn article() {
    let Some(out) = output() else { return };
    let entities = out["entities"].as_array().expect("an array");
    let issues = out["issues"].as_array().expect("an array");
    let has_issue = |entity: &Value, code: &Value| {
        issues.iter().any(|i| {
            i["code"] == *code && i["entities"].as_array().is_some_and(|e| e.contains(&entity["id"]))
        })
    };
    let fits = |entity: &Value, kind: &str, wanted: &Value| {
        entity["type"] == kind
            && wanted.as_object().expect("an object").iter().all(|(field, want)| match field.as_str() {
                "assertion" => entity["assertion"]["status"] == *want,
                "issue" => has_issue(entity, want),
                "text" => entity["text"] == *want,
                field => same(&entity["value"][field], want),
            })
    };
    let expected = expected();
    let mut wrong: Vec<String> = Vec::new();
    for (kind, wanted, times) in &expected {
        let found = entities.iter().filter(|e| fits(e, kind, wanted)).count();
        if found != *times {
            wrong.push(format!("{kind} {wanted}: {found} found, {times} wanted"));
        }
    }
    // Days 1 to 5 stand twice, days 8 to 12 once, in one entity with the former or in their own.
    let days = |first: i64| {
        let of = |e: &&Value| {
            e["value"]["days"].as_array().is_some_and(|d| (0..5).all(|n| d.contains(&json!(first + n))))
        };
        entities.iter().filter(|e| e["type"] == "schedule").filter(of).count()
    };
    for (first, times) in [(1, 2), (8, 1)] {
        if days(first) != times {
            wrong.push(format!(
                "schedule days {first} to {}: {} found, {times} wanted",
                first + 4,
                days(first)
            ));
        }
    }
    let (lines, cycles) = regimens::of(&out);
    let lines: Vec<(&str, &str, &str, &str, &[i64])> =
        lines.iter().map(|(r, d, a, w, days)| (&**r, &**d, &**a, &**w, &**days)).collect();
    assert_eq!(lines, regimen_lines(), "the drugs of the regimens");
    let cycles: Vec<(&str, &[i64])> = cycles.iter().map(|(r, n)| (&**r, &**n)).collect();
    let wanted: [(&str, &[i64]); 3] =
        [("CAV", &[1, 3, 5, 7, 9]), ("VIP", &[2, 4, 6, 8, 10]), ("VIT", &[11, 12, 13, 14, 15, 16])];
    assert_eq!(cycles, wanted, "the cycles of the regimens");
    println!("article: {} kinds of facts looked for, {} wrong", expected.len() + 2, wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whom the facts of the article's background, discussion and conclusion must be about: section, type, field, value.
/// The patient's are to be found at least once; the others must never be the patient's.
const OF_THE_PATIENT: [(&str, &str, &str, &str); 12] = [
    ("introduction", "anatomy", "site", "kidney"),
    ("discussion", "finding", "name", "cachexia"),
    ("discussion", "finding", "name", "poor general condition"),
    ("discussion", "procedure", "name", "bone marrow aspiration"),
    ("discussion", "procedure", "name", "next-generation sequencing"),
    ("discussion", "copy_number", "gene", "IL7R"),
    ("discussion", "msi", "status", "MSI-H"),
    ("discussion", "tmb", "unit", "{mutations}/Mb"),
    ("discussion", "disease", "name", "peritoneal carcinomatosis"),
    ("discussion", "disease", "name", "bone metastasis"),
    ("discussion", "outcome", "code", "remission"),
    ("discussion", "procedure", "name", "radiotherapy"),
];

const OF_OTHERS: [(&str, &str, &str, &str); 18] = [
    ("introduction", "disease", "name", "sarcoma"),
    ("introduction", "anatomy", "site", "peritoneum"),
    ("introduction", "disease", "name", "recurrence"),
    ("introduction", "procedure", "name", "combination therapy"),
    ("discussion", "anatomy", "site", "omentum"),
    ("discussion", "anatomy", "site", "diaphragm"),
    ("discussion", "anatomy", "site", "splenic hilum"),
    ("discussion", "anatomy", "site", "small intestine"),
    ("discussion", "finding", "name", "asymptomatic"),
    ("discussion", "finding", "name", "ascites"),
    ("discussion", "finding", "name", "constipation"),
    ("discussion", "finding", "name", "jaundice"),
    ("discussion", "disease", "name", "Wilms tumor"),
    ("discussion", "disease", "name", "renal cancer"),
    ("discussion", "procedure", "name", "hyperthermic intraperitoneal chemotherapy"),
    ("discussion", "procedure", "name", "debulking surgery"),
    ("conclusion", "disease", "name", "desmoplastic small round cell tumor"),
    ("conclusion", "drug", "name", "chemotherapy"),
];

/// Background and discussion tell of other patients and of the disease as such; what they say of this patient counts.
#[test]
fn article_tells_whose_facts_they_are() {
    let Some(out) = output() else { return };
    let entities = out["entities"].as_array().expect("an array");
    let subjects = |(section, kind, field, value): &(&str, &str, &str, &str)| -> Vec<&str> {
        let here = |e: &&Value| e["section"] == *section && e["type"] == *kind && e["value"][field] == *value;
        entities.iter().filter(here).filter_map(|e| e["assertion"]["subject"].as_str()).collect()
    };
    let mut wrong = Vec::new();
    for fact in &OF_THE_PATIENT {
        if !subjects(fact).contains(&"patient") {
            wrong.push(format!("{fact:?} must be the patient's: {:?}", subjects(fact)));
        }
    }
    for fact in &OF_OTHERS {
        let found = subjects(fact);
        if found.is_empty() || found.contains(&"patient") {
            wrong.push(format!("{fact:?} must be there and not the patient's: {found:?}"));
        }
    }
    println!("article: {} subjects looked at, {} wrong", OF_THE_PATIENT.len() + OF_OTHERS.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
