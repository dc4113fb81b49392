//! The rule language: its error texts, and the built-in grammars' own examples.

use casegrain::Extractor;
use casegrain::grammar::diagnostic::Level;
use casegrain::grammar::source::Sources;
use casegrain::grammar::{Grammar, examples};
use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/grammar_errors")
}

/// A small grammar set with one file under test.
fn sources(file: &str, text: &str) -> Sources {
    let mut sources = Sources::default();
    for path in ["units.tsv", "numbers.tsv", "prelude.grain", "lexicon/drug.tsv", "lexicon/section.tsv"] {
        let text = fs::read_to_string(folder().join("base").join(path)).expect(path);
        sources.add(path, Cow::Owned(text));
    }
    sources.add(file, Cow::Owned(text.to_owned()));
    sources
}

fn rendered(file: &str, text: &str) -> String {
    let (sources, found) = match Grammar::from_sources(sources(file, text)) {
        Ok(grammar) => (grammar.sources, grammar.lints),
        Err(bad) => (bad.sources, bad.diagnostics),
    };
    found.iter().filter(|d| d.file == file).map(|d| d.render(&sources) + "\n").collect()
}

/// Each bad file beside its exact message. `CASEGRAIN_WRITE_FIXTURES=1` writes what the program says now; read the
/// difference before it is committed.
#[test]
fn bad_grammars_are_told_exactly() {
    let write = std::env::var_os("CASEGRAIN_WRITE_FIXTURES").is_some();
    let mut files: Vec<PathBuf> = fs::read_dir(folder())
        .expect("the folder of fixtures")
        .map(|e| e.expect("an entry").path())
        .filter(|p| p.extension().is_some_and(|e| e == "grain"))
        .collect();
    files.sort();
    assert!(files.len() >= 25, "{} fixtures", files.len());
    for path in files {
        let name = path.file_name().and_then(|n| n.to_str()).expect("a name");
        let text = fs::read_to_string(&path).expect(name);
        let told = rendered(name, &text);
        assert!(!told.is_empty(), "{name} is good");
        let expected = path.with_extension("txt");
        if write {
            fs::write(&expected, &told).expect("a writable folder");
        }
        let wanted = fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(told, wanted, "the message for {name} has changed");
    }
}

#[test]
fn a_failing_example_is_told_with_what_was_found() {
    let text = "rule any\n  d:drug\n  => drug { name: d }\n  yes  [heparin] => name aspirin\n  yes  [aspirin] => name aspirin\n  no   took heparin\n";
    let grammar = Grammar::from_sources(sources("t.grain", text)).expect("a good grammar");
    let extractor = Extractor::with_grammar(grammar);
    let outcome = examples::run(&extractor);
    let told: Vec<&str> = outcome.failures.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(
        told,
        [
            "`t/any` must find \"heparin\" with name aspirin, but found drug [heparin] (name heparin) by t/any",
            "`t/any` must not match, but found drug [heparin] (name heparin) by t/any",
        ]
    );
}

#[test]
fn a_gap_in_a_guard_ends_where_it_says() {
    let rule = "rule any\n  d:drug\n  not before ..3(not: \",\") \"stopped\"\n  => drug { name: d }\n";
    let tests =
        "  yes  [heparin], then stopped\n  yes  [aspirin], not stopped\n  no   heparin was soon stopped\n";
    let grammar =
        Grammar::from_sources(sources("t.grain", &format!("{rule}{tests}"))).expect("a good grammar");
    let extractor = Extractor::with_grammar(grammar);
    let outcome = examples::run(&extractor);
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
}

#[test]
fn the_built_in_grammars_are_clean_and_their_examples_hold() {
    let grammar = Grammar::built_in_from_text().unwrap_or_else(|e| panic!("{e}"));
    let lints: Vec<String> =
        grammar.lints.iter().filter(|d| d.level == Level::Lint).map(|d| d.render(&grammar.sources)).collect();
    assert!(lints.is_empty(), "{}", lints.join("\n"));
    let extractor = Extractor::with_grammar(grammar);
    let outcome = examples::run(&extractor);
    let failures: Vec<String> =
        outcome.failures.iter().map(|d| d.render(&extractor.grammar().sources)).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(outcome.run > 500, "only {} examples", outcome.run);
}
