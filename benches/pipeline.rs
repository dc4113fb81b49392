//! The stages and the whole, on the reports of `corpus/`. Each benchmark checks its answer before it is timed.
//!
//! `cargo bench` runs all, `cargo bench -- extract` those of that name.

#![allow(missing_docs, reason = "criterion_group! makes a public function")]

use casegrain::Extractor;
use casegrain::grammar::Grammar;
use casegrain::model::Report;
use casegrain::read::{Record, text_file};
use casegrain::recognise::lattice::Lattice;
use casegrain::segment::{Segments, token};
use casegrain::write::{JsonOptions, JsonWriter};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};

/// The texts of `corpus/`, in the order of their names.
fn corpus() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).expect("corpus").map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "txt"));
    paths.sort();
    let read = |path: &PathBuf| {
        let bytes = fs::read(path).expect("a report");
        text_file("corpus", "corpus", &bytes).unwrap_or_else(|failure| panic!("{failure}")).text.into_owned()
    };
    let texts: Vec<String> = paths.iter().map(read).collect();
    assert!(texts.len() >= 15, "{} reports", texts.len());
    texts
}

/// The corpus over and over, about 1 MB.
fn megabyte(texts: &[String]) -> Vec<&str> {
    let mut size = 0;
    texts
        .iter()
        .cycle()
        .map(String::as_str)
        .take_while(|text| {
            size += text.len();
            size <= 1_000_000
        })
        .collect()
}

fn bytes(texts: &[&str]) -> Throughput {
    Throughput::Bytes(texts.iter().map(|text| text.len() as u64).sum())
}

fn entities(extractor: &Extractor, texts: &[&str]) -> usize {
    texts.iter().map(|text| extractor.extract(text).entities.len()).sum()
}

/// The number of entities, which must not be zero and must be the same a second time.
fn checked(extractor: &Extractor, texts: &[&str]) -> usize {
    let count = entities(extractor, texts);
    assert!(count > 10 * texts.len(), "{count} entities in {} reports", texts.len());
    assert_eq!(count, entities(extractor, texts), "the second run differs");
    count
}

fn load(criterion: &mut Criterion) {
    let rules = |extractor: &Extractor| extractor.grammar().rules.len();
    let expected = rules(&Extractor::new().expect("good grammars"));
    assert!(expected > 100, "{expected} rules");
    let mut group = criterion.benchmark_group("load");
    group.sample_size(20);
    group.bench_function("built-in", |bencher| {
        bencher.iter(|| {
            let extractor = Extractor::new().expect("good grammars");
            assert_eq!(rules(&extractor), expected);
            extractor
        });
    });
    group.bench_function("from text", |bencher| {
        bencher.iter(|| {
            let extractor = Extractor::with_grammar(Grammar::built_in_from_text().expect("good grammars"));
            assert_eq!(rules(&extractor), expected);
            extractor
        });
    });
}

fn stages(criterion: &mut Criterion) {
    let corpus = corpus();
    let texts = megabyte(&corpus);
    let extractor = Extractor::new().expect("good grammars");
    let grammar = extractor.grammar();
    let mut group = criterion.benchmark_group("stages");
    group.sample_size(20).throughput(bytes(&texts));

    let mut tokens = Vec::new();
    let mut lattice = Lattice::default();
    let mut segments = Segments::default();
    let mut segment = || {
        let mut sentences = 0;
        for text in &texts {
            token::tokenize(text, &grammar.words, &mut tokens);
            lattice.fill(grammar, text, &tokens);
            segments.fill(grammar, text, &tokens, &lattice);
            sentences += segments.sentences.len();
        }
        sentences
    };
    let expected = segment();
    assert!(expected > 10 * texts.len(), "{expected} sentences");
    assert_eq!(expected, segment(), "the second run differs");
    group.bench_function("segment", |bencher| {
        bencher.iter(|| assert_eq!(black_box(segment()), expected));
    });

    // Segmenting, and all rules over the tokens; nothing is settled or built.
    let matches =
        || extractor.costs(texts.iter().copied()).iter().map(|(_, matches, _)| matches).sum::<u64>();
    let expected = matches();
    assert!(expected > 10 * texts.len() as u64, "{expected} matches");
    group.bench_function("segment and recognise", |bencher| {
        bencher.iter(|| assert_eq!(black_box(matches()), expected));
    });
}

fn extract(criterion: &mut Criterion) {
    let corpus = corpus();
    let many = megabyte(&corpus);
    let extractor = Extractor::new().expect("good grammars");
    let mut group = criterion.benchmark_group("extract");
    group.sample_size(20);

    let one = [corpus[0].as_str()];
    for (name, texts) in [("one", &one[..]), ("many", &many)] {
        let expected = checked(&extractor, texts);
        group.throughput(bytes(texts));
        group.bench_function(name, |bencher| {
            bencher.iter(|| assert_eq!(black_box(entities(&extractor, texts)), expected));
        });
    }
}

fn write(criterion: &mut Criterion) {
    let corpus = corpus();
    let texts = megabyte(&corpus);
    let extractor = Extractor::new().expect("good grammars");
    let reports: Vec<Report<'_>> = texts.iter().map(|text| extractor.extract(text)).collect();
    let writer = JsonWriter::new(extractor.grammar_hash(), JsonOptions::default());
    let write = |mut out: Vec<u8>| {
        for report in &reports {
            writer.write(&Record::new("report", report.text), report, &mut out);
        }
        out
    };
    let expected = write(Vec::new());
    let lines = expected.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let written: usize = lines
        .map(|line| serde_json::from_slice::<serde_json::Value>(line).expect("JSON"))
        .map(|record| record["entities"].as_array().expect("an array").len())
        .sum();
    assert_eq!(written, reports.iter().map(|report| report.entities.len()).sum::<usize>());
    assert!(written > 10 * texts.len(), "{written} entities");

    let mut group = criterion.benchmark_group("write");
    group.sample_size(20).throughput(Throughput::Bytes(expected.len() as u64));
    group.bench_function("json", |bencher| {
        let empty = || Vec::with_capacity(expected.len());
        bencher.iter_batched(
            empty,
            |out| assert_eq!(write(out).len(), expected.len()),
            BatchSize::LargeInput,
        );
    });
}

criterion_group!(benches, load, stages, extract, write);
criterion_main!(benches);
