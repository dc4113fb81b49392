//! Measures the extractor on annotated text that is not part of the project.
//!
//! `cargo test --release --test gold -- --nocapture` reads the gold sets in `../shared/gold` (or in the folder that
//! `CASEGRAIN_GOLD` names), scores what was extracted with that folder's own `score.py`, and holds the figures
//! against the floors of the tables `gold_floors*.tsv` beside this file. Without the folder nothing is measured.

#[path = "gold/article.rs"]
mod article;
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
use serde_json::Value;
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
        let agreed = record::own_score_agrees(&scores, &lines, set, &output);
        println!("{name}: {agreed} figures of score_cases.py, and the program's own score gives the same");
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

/// Numbers are equal whatever their spelling: 4.0 is 4.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        _ => a == b,
    }
}
