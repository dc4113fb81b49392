//! Measures the extractor on annotated text that is not part of the project.
//!
//! `cargo test --release --test gold -- --nocapture` reads the gold sets in `../shared/gold` (or in the folder that
//! `CASEGRAIN_GOLD` names), scores what was extracted with that folder's own `score.py`, and holds the figures
//! against the floors of the tables `gold_floors*.tsv` beside this file. Without the folder nothing is measured.

#[path = "gold/record.rs"]
mod record;
#[path = "gold/regimens.rs"]
mod regimens;
#[path = "measure/relations.rs"]
mod relations;

use casegrain::Extractor;
use casegrain::gold::{Corpus, Mapping};
use casegrain::read::json_line;
use casegrain::run::Record;
use casegrain::score::{Agreement, Options};
use casegrain::write::{JsonOptions, JsonWriter};
use rayon::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A table of floors that begins with this line is shown but not held.
const NOT_ENFORCED: &str = "# not enforced yet";

const TABLES: [(&str, &str); 4] = [
    ("gold_floors.tsv", include_str!("gold_floors.tsv")),
    ("gold_floors_concepts.tsv", include_str!("gold_floors_concepts.tsv")),
    ("gold_floors_cases.tsv", include_str!("gold_floors_cases.tsv")),
    ("gold_floors_relations.tsv", include_str!("gold_floors_relations.tsv")),
];

/// The set of whole case records, which has a script of its own.
const CASES: &str = "cases";

/// The folder of gold text, if there is one.
fn gold() -> Option<PathBuf> {
    let folder = match std::env::var_os("CASEGRAIN_GOLD") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/gold"),
    };
    folder.join("score.py").is_file().then_some(folder)
}

/// One line of a table of floors.
struct Floor {
    set: &'static str,
    part: &'static str,
    label: &'static str,
    least: f64,
    enforced: bool,
}

fn floors() -> Vec<Floor> {
    let mut floors = Vec::new();
    for (file, table) in TABLES {
        let enforced = !table.starts_with(NOT_ENFORCED);
        let mut lines = (1..).zip(table.lines()).filter(|(_, line)| !line.starts_with('#'));
        let header = lines.next().map(|(_, line)| line);
        assert_eq!(header, Some("set\tpart\tlabel\tfloor\tsource"), "the header of {file}");
        for (number, line) in lines {
            let columns: Vec<&str> = line.split('\t').collect();
            let &[set, part, label, least, _source] = columns.as_slice() else {
                panic!("{file}:{number}: {} columns, 5 wanted", columns.len());
            };
            let least = least.parse().unwrap_or_else(|_| panic!("{file}:{number}: {least:?} is no number"));
            floors.push(Floor { set, part, label, least, enforced });
        }
    }
    floors
}

/// What `score.py` says of one set, by part and label.
type Figures = BTreeMap<(String, String), f64>;

/// One set: how many documents were extracted, and how well.
struct Scored {
    name: String,
    documents: usize,
    figures: Figures,
}

/// Extracts a set, writes the output to `folder` and has it scored.
fn score(extractor: &Extractor, writer: &JsonWriter, gold: &Path, set: &Path, folder: &Path) -> Scored {
    let name = set.file_stem().and_then(|n| n.to_str()).expect("a name in UTF-8").to_owned();
    let bytes = fs::read(set).unwrap_or_else(|error| panic!("{}: {error}", set.display()));
    let lines: Vec<&[u8]> =
        bytes.split(|b| *b == b'\n').filter(|line| !line.trim_ascii().is_empty()).collect();
    let output: Vec<Vec<u8>> = lines
        .par_iter()
        .enumerate()
        .map(|(at, line)| {
            let record =
                json_line(&name, &name, at as u64 + 1, line).unwrap_or_else(|failure| panic!("{failure}"));
            let mut out = Vec::new();
            writer.write(&record, &extractor.extract(&record.text), &mut out);
            out
        })
        .collect();
    let predicted = folder.join(format!("{name}.jsonl"));
    fs::write(&predicted, output.concat()).expect("a writable folder");
    let script = if name == CASES { "score_cases.py" } else { "score.py" };
    let mut command = Command::new("python3");
    command.arg(gold.join(script)).args([set, predicted.as_path()]).arg("--json");
    let ran = command.output().unwrap_or_else(|error| panic!("python3 is needed to score: {error}"));
    assert!(ran.status.success(), "{script} failed on {name}: {}", String::from_utf8_lossy(&ran.stderr));
    let scores: Value = serde_json::from_slice(&ran.stdout).expect("the script writes JSON");
    if name == CASES {
        let figures = record::figures(&scores, &lines, &output);
        return Scored { documents: lines.len(), figures, name };
    }
    assert_eq!(scores["missing_documents"], 0, "{name}: score.py misses documents that were extracted");
    let agreed = own_score_agrees(&scores, &name, gold, set, &output);
    println!("{name}: {agreed} figures of score.py, and the program's own score gives the same");
    Scored { documents: lines.len(), figures: figures(&scores, &lines, &output), name }
}

/// Holds the program's own score against that of `score.py`, figure by figure, to the digit that it prints; gives how
/// many figures that were.
fn own_score_agrees(scores: &Value, name: &str, gold: &Path, set: &Path, output: &[Vec<u8>]) -> usize {
    let mapping = Mapping::load(&gold.join("maps.json"), name).expect("a mapping");
    let corpus = Corpus::load(&[set.to_owned()], &mapping).expect("gold");
    assert!(!corpus.is_broken(), "{name}: {:?}", corpus.problems.first());
    let run: Vec<Record> =
        output.iter().map(|line| serde_json::from_slice(line).expect("a record")).collect();
    let own =
        casegrain::score::score(&corpus, &run, &Options { mapping, samples: 0, seed: 1 }).expect("a score");
    let digit = |figure: Option<f64>| figure.map(|f| format!("{f:.1}"));
    let theirs = |figure: &Value| figure.as_f64().map(|f| format!("{f:.1}"));
    let mut agreed = 0;
    let mut same = |part: &str, label: &str, ours: Option<String>, theirs: Option<String>| {
        assert_eq!(ours, theirs, "{name} {part} {label}: ours, and that of score.py");
        agreed += 1;
    };
    for (label, score) in scores["recall"].as_object().expect("recall") {
        let counts = own.row(label).map(|row| row.counts).unwrap_or_default();
        same("gold", label, Some(counts.gold.to_string()), Some(score["gold"].to_string()));
        same("recall", label, digit(counts.recall()), theirs(&score["overlap"]));
        same("exact recall", label, digit(counts.exact().recall()), theirs(&score["exact"]));
    }
    for (label, score) in scores["precision"].as_object().expect("precision") {
        let counts = own.row(label).map(|row| row.counts).unwrap_or_default();
        same("predicted", label, Some(counts.predicted.to_string()), Some(score["predicted"].to_string()));
        same("precision", label, digit(counts.precision()), theirs(&score["overlap"]));
    }
    for (label, score) in scores["value"].as_object().expect("value") {
        same(
            "value",
            label,
            digit(own.values.get(label).and_then(Agreement::percent)),
            theirs(&score["right"]),
        );
    }
    for (label, score) in scores["status"].as_object().expect("status") {
        same(
            "status",
            label,
            digit(own.polarity.get(label).and_then(Agreement::percent)),
            theirs(&score["right"]),
        );
    }
    agreed
}

/// The figures of a set; `covered` is added to those of `score.py`.
fn figures(scores: &Value, lines: &[&[u8]], output: &[Vec<u8>]) -> Figures {
    let mut figures = Figures::new();
    for (part, field) in
        [("recall", "overlap"), ("precision", "overlap"), ("value", "right"), ("status", "right")]
    {
        for (label, score) in scores[part].as_object().expect("an object for each part") {
            if let Some(figure) = score[field].as_f64() {
                figures.insert((part.to_owned(), label.clone()), figure);
            }
        }
    }
    if let Some(share) = covered(lines, output) {
        figures.insert(("covered".into(), "concept".into()), share);
    }
    figures.extend(relations::figures(lines, output));
    figures
}

/// How many of a hundred concepts with a labelled status some finding or disease overlaps.
fn covered(lines: &[&[u8]], output: &[Vec<u8>]) -> Option<f64> {
    let place =
        |entity: &Value| [&entity["start"], &entity["end"]].map(|at| at.as_u64().expect("a whole number"));
    let entities = |bytes: &[u8], wanted: &dyn Fn(&Value) -> bool| -> Vec<[u64; 2]> {
        let document: Value = serde_json::from_slice(bytes).expect("JSON");
        document["entities"].as_array().expect("an array").iter().filter(|e| wanted(e)).map(place).collect()
    };
    let (mut all, mut hit) = (0, 0);
    for (line, record) in lines.iter().zip(output) {
        let found = entities(record, &|e| e["type"] == "finding" || e["type"] == "disease");
        for [start, end] in entities(line, &|e| e["status"].is_string()) {
            all += 1;
            hit += usize::from(found.iter().any(|[from, to]| start < *to && *from < end));
        }
    }
    (all > 0).then(|| (1000.0 * hit as f64 / all as f64).round() / 10.0)
}

#[test]
fn figures_reach_their_floors() {
    let floors = floors();
    let Some(gold) = gold() else {
        println!("no gold folder, 0 documents scored");
        return;
    };
    let mut sets: Vec<PathBuf> = fs::read_dir(&gold)
        .expect("a readable folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "jsonl"))
        .collect();
    sets.sort();
    let extractor = Extractor::new().expect("good grammars");
    let writer = JsonWriter::new(extractor.grammar_hash(), JsonOptions::default());
    let folder = tempfile::tempdir().expect("a folder");
    let scored: Vec<Scored> =
        sets.iter().map(|set| score(&extractor, &writer, &gold, set, folder.path())).collect();

    let mut table = format!("{:18}{:18} {:24} {:>7} {:>6}\n", "set", "part", "label", "figure", "floor");
    for set in &scored {
        for ((part, label), figure) in &set.figures {
            let floor = floors.iter().find(|f| (f.set, f.part, f.label) == (&set.name, part, label));
            let _ = write!(table, "{:18}{part:18} {label:24} {figure:7.1}", set.name);
            let _ = match floor {
                Some(floor) => write!(table, " {:6.1} {}", floor.least, verdict(floor, *figure)),
                None => Ok(()),
            };
            table.push('\n');
        }
    }
    table.push_str("\ndocuments scored:");
    for set in &scored {
        let _ = write!(table, " {} {},", set.name, set.documents);
    }
    let all: usize = scored.iter().map(|set| set.documents).sum();
    println!("{table} {all} in all");

    let figure = |floor: &Floor| {
        let set = scored.iter().find(|set| set.name == floor.set)?;
        set.figures.get(&(floor.part.to_owned(), floor.label.to_owned())).copied()
    };
    let below: Vec<String> = floors
        .iter()
        .filter(|floor| floor.enforced && figure(floor).is_none_or(|figure| figure < floor.least))
        .map(|floor| {
            let got = figure(floor).map_or("was not scored".to_owned(), |figure| format!("is {figure}"));
            format!("{} {} of {} {got}, at least {} wanted", floor.set, floor.part, floor.label, floor.least)
        })
        .collect();
    assert!(below.is_empty(), "{} figures are below their floors:\n{}", below.len(), below.join("\n"));
}

fn verdict(floor: &Floor, figure: f64) -> &'static str {
    match (figure >= floor.least, floor.enforced) {
        (true, _) => "",
        (false, true) => "BELOW",
        (false, false) => "below, not enforced yet",
    }
}

/// A whole article with a table that scanning has damaged: what must be read from it, by type, fields and number.
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

/// Numbers are equal whatever their spelling: 4.0 is 4.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        _ => a == b,
    }
}

/// A whole article with a table that scanning has damaged, if it is there.
fn article_text() -> Option<String> {
    let path = gold().map(|gold| gold.join("../reports/000_8763be6dab8dda2e.txt"));
    let path = path.filter(|path| path.is_file())?;
    Some(fs::read_to_string(path).expect("UTF-8"))
}

#[test]
fn record_of_the_article() {
    let Some(text) = article_text() else {
        println!("no article, 0 fields of its record looked for");
        return;
    };
    let extractor = Extractor::new().expect("good grammars");
    let report = extractor.extract(&text);
    assert_eq!(report.cases.len(), 1);
    let case = serde_json::to_value(&report.cases[0]).expect("JSON");
    let expected = record::expected();
    let missing: Vec<String> = expected
        .iter()
        .filter(|(place, wanted)| !record::has(&case, place, wanted))
        .map(|(place, wanted)| format!("{place}: {wanted}"))
        .collect();
    println!("record of the article: {} leaves looked for, {} missing", expected.len(), missing.len());
    assert!(missing.is_empty(), "{}\n{case:#}", missing.join("\n"));
}

#[test]
fn article() {
    let Some(text) = article_text() else {
        println!("no article, 0 facts looked for");
        return;
    };
    let extractor = Extractor::new().expect("good grammars");
    let report = extractor.extract(&text);
    let mut out = Vec::new();
    let record = casegrain::read::Record::new("article", &text);
    JsonWriter::new(extractor.grammar_hash(), JsonOptions::default()).write(&record, &report, &mut out);
    let out: Value = serde_json::from_slice(&out).expect("JSON");
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
    let path = gold().map(|gold| gold.join("../reports/000_8763be6dab8dda2e.txt"));
    let Some(path) = path.filter(|path| path.is_file()) else {
        println!("no article, 0 subjects looked at");
        return;
    };
    let text = fs::read_to_string(&path).expect("UTF-8");
    let extractor = Extractor::new().expect("good grammars");
    let report = extractor.extract(&text);
    let mut out = Vec::new();
    let record = casegrain::read::Record::new("article", &text);
    JsonWriter::new(extractor.grammar_hash(), JsonOptions::default()).write(&record, &report, &mut out);
    let out: Value = serde_json::from_slice(&out).expect("JSON");
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
