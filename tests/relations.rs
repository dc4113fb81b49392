//! How well the facts of the annotated corpus are linked: recall and precision of each relation type, by half, held
//! against the floors of `relation_floors.tsv`.

#[path = "measure/relations.rs"]
mod relations;

use casegrain::Extractor;
use casegrain::read::json_line;
use casegrain::write::{JsonOptions, JsonWriter};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

#[test]
fn the_corpus_is_linked_as_well_as_before() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = fs::read_to_string(root.join("tests/relation_floors.tsv")).expect("the floors");
    let extractor = Extractor::new().expect("good grammars");
    let writer = JsonWriter::new(extractor.grammar_hash(), JsonOptions::default());
    let mut measured: BTreeMap<[String; 3], f64> = BTreeMap::new();
    for half in ["train", "held"] {
        let bytes = fs::read(root.join(format!("corpus/gold/{half}.jsonl"))).expect("a half of the corpus");
        let lines: Vec<&[u8]> = bytes.split(|b| *b == b'\n').filter(|l| !l.trim_ascii().is_empty()).collect();
        let output: Vec<Vec<u8>> = (1..)
            .zip(&lines)
            .map(|(number, line)| {
                let record =
                    json_line(half, half, number, line).unwrap_or_else(|failure| panic!("{failure}"));
                let mut out = Vec::new();
                writer.write(&record, &extractor.extract(&record.text), &mut out);
                out
            })
            .collect();
        for ((part, label), figure) in relations::figures(&lines, &output) {
            let part = part.trim_start_matches("relation ").to_owned();
            println!("{half:8}{part:12}{label:14}{figure:6.1}");
            measured.insert([half.to_owned(), part, label], figure);
        }
    }
    let mut below = Vec::new();
    let mut lines = 0;
    for line in table.lines().skip(1) {
        let [half, part, label, floor] =
            line.split('\t').collect::<Vec<_>>().try_into().expect("four columns");
        let least: f64 = floor.parse().expect("a number");
        let figure = measured.get(&[half, part, label].map(str::to_owned));
        if figure.is_none_or(|f| *f < least) {
            below.push(format!("{half} {part} of {label}: {figure:?}, at least {least} wanted"));
        }
        lines += 1;
    }
    assert!(lines >= 16, "{lines} floors");
    assert!(below.is_empty(), "{}", below.join("\n"));
}
