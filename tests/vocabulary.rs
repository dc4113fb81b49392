//! The vocabularies: size, form, spelling.

use casegrain::Extractor;
use casegrain::grammar::Grammar;
use casegrain::grammar::lexicon::counts;
use casegrain::model::{EntityType, Field};
use std::collections::{BTreeMap, BTreeSet};

fn grammar() -> Grammar {
    Grammar::built_in_from_text().unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn no_surface_stands_twice() {
    let grammar = grammar();
    let twice: Vec<String> =
        grammar.lints.iter().filter(|d| d.code == "L040").map(|d| d.render(&grammar.sources)).collect();
    assert!(twice.is_empty(), "{}", twice.join("\n"));
}

/// Regular plurals and those of Greek and Latin; also where a longer surface begins with the plural, and of heads.
#[test]
fn names_are_known_in_the_plural() {
    let extractor = Extractor::new().unwrap_or_else(|e| panic!("{e}"));
    for (text, name) in [
        ("Blood cultures were drawn.", "blood culture"),
        ("Blood cultures positive on day 3.", "positive blood culture"),
        ("There were thrombi in both atria.", "thrombus"),
        ("He had blisters on the palms of the hands.", "palm of the hand"),
        ("The phalanges were broken.", "phalanx"),
        ("Both testes were felt.", "testis"),
    ] {
        let report = extractor.extract(text);
        let mut names = report
            .entities
            .iter()
            .flat_map(|e| [Field::Name, Field::Site].into_iter().filter_map(|field| e.value.text(field)));
        assert!(names.any(|n| n == name), "{text}: {:#?}", report.entities);
    }
    // A plural that is a surface means what its own vocabulary says.
    let report = extractor.extract("Pain in the right hypochondrium.");
    assert!(report.entities.iter().all(|e| e.kind != EntityType::Disease), "{:#?}", report.entities);
}

/// Words that begin with a form of `compounds.tsv`, with a hyphen or a space behind it and without, in British spelling
/// too; a form alone says nothing.
#[test]
fn compounded_words_are_known_in_parts_and_joined() {
    let extractor = Extractor::new().unwrap_or_else(|e| panic!("{e}"));
    for (text, name) in [
        ("He had neuro-sarcoidosis.", Some("neurosarcoidosis")),
        ("Keto-acidosis was found.", Some("ketoacidosis")),
        ("Two hypo-echoic lesions were seen.", Some("hypoechoic lesion")),
        ("She had gastro-oesophageal reflux.", Some("gastroesophageal reflux disease")),
        ("Oesophago-gastro-duodenoscopy was done.", Some("esophagogastroduodenoscopy")),
        ("There were multiple thrombo-embolisms.", Some("thromboembolism")),
        ("Radio therapy was given.", Some("radiotherapy")),
        ("Nonunion was seen.", Some("nonunion")),
        ("Neuro was consulted, sarcoidosic too.", None),
    ] {
        let report = extractor.extract(text);
        let kinds = [EntityType::Disease, EntityType::Finding, EntityType::Procedure];
        let concept = report.entities.iter().find(|e| kinds.contains(&e.kind));
        assert_eq!(concept.and_then(|e| e.value.text(Field::Name)), name, "{text}");
    }
}

#[test]
fn vocabularies_are_as_large_as_their_fields() {
    let counts = counts(&grammar().lexicon);
    for (vocabulary, least) in [
        ("analyte", 450),
        ("anatomy", 1500),
        ("disease", 4000),
        ("drug", 2500),
        ("finding", 2000),
        ("gene", 1500),
        ("marker", 350),
        ("procedure", 500),
        ("regimen", 150),
    ] {
        let have = counts.get(vocabulary).copied().unwrap_or(0);
        assert!(have >= least, "{vocabulary}: {have} entries, {least} wanted");
    }
}

/// Letters, digits and the marks that names have; no double spaces, brackets or stray quotes.
#[test]
fn surfaces_have_only_fitting_characters() {
    let grammar = grammar();
    let mut wrong = Vec::new();
    for (id, entry) in grammar.lexicon.entries().iter().enumerate() {
        let table = &grammar.lexicon.tables[usize::from(entry.table)];
        let synonyms = grammar.lexicon.attribute(&grammar.sources, id as u32, "synonyms").unwrap_or_default();
        let free = ["comparator", "unit", "route"].iter().any(|v| table.file.contains(v));
        for surface in std::iter::once(grammar.name_of(id as u32)).chain(synonyms.split('|')) {
            let text = surface.trim_start_matches(['=', '?', '!']);
            let good =
                text.chars().all(|c| c.is_alphanumeric() || " -/.,'+&%:*<>≥≤²³µ®^±°@#αβγδ–()".contains(c));
            let balanced = text.matches('(').count() == text.matches(')').count();
            if !free && (!good || !balanced || text.contains("  ") || text.trim() != text) {
                wrong.push(format!("{}:{}: {surface:?}", table.file, entry.line));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A word that stands once in all vocabularies and differs by one changed or doubled letter from a common one is
/// most likely a typing error. `tests/known_words.txt` lists those that are right.
#[test]
fn rare_words_are_no_typing_errors() {
    let grammar = grammar();
    let mut count: BTreeMap<String, u32> = BTreeMap::new();
    for id in 0..grammar.lexicon.entries().len() as u32 {
        let entry = grammar.lexicon.entries()[id as usize];
        let vocabulary = &grammar.lexicon.vocabularies()[usize::from(entry.vocabulary)];
        if ["gene", "marker", "drug", "regimen"].contains(&vocabulary.as_str()) {
            continue;
        }
        let synonyms = grammar.lexicon.attribute(&grammar.sources, id, "synonyms").unwrap_or_default();
        for surface in std::iter::once(grammar.name_of(id)).chain(synonyms.split('|')) {
            for word in surface.split(|c: char| !c.is_ascii_alphabetic()).filter(|w| w.len() >= 8) {
                *count.entry(word.to_lowercase()).or_default() += 1;
            }
        }
    }
    let known: BTreeSet<&str> =
        include_str!("known_words.txt").lines().filter(|l| !l.starts_with('#')).collect();
    let mut wrong = Vec::new();
    for (word, times) in &count {
        if *times > 1 || known.contains(word.as_str()) {
            continue;
        }
        for at in 0..word.len() {
            let without = format!("{}{}", &word[..at], &word[at + 1..]);
            let mut near = vec![without];
            if at + 1 < word.len() {
                let mut swapped: Vec<u8> = word.bytes().collect();
                swapped.swap(at, at + 1);
                near.push(String::from_utf8(swapped).expect("ASCII"));
            }
            let common = near.iter().find(|n| **n != *word && count.get(*n).copied().unwrap_or(0) >= 4);
            if let Some(common) =
                common.filter(|c| **c != word.trim_end_matches('s') && !word.starts_with(c.as_str()))
            {
                wrong.push(format!("{word} (once) beside {common}"));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "add to tests/known_words.txt what is right:\n{}", wrong.join("\n"));
}

/// The first cells of a table that has one.
fn column<'g>(grammar: &'g Grammar, file: &str, column: usize) -> impl Iterator<Item = &'g str> {
    let number = grammar.sources.numbers().find(|n| grammar.sources.name(*n) == file);
    let text = grammar.sources.text(number.unwrap_or_else(|| panic!("{file} is there")));
    let lines = text.lines().skip(1).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(move |line| line.split('\t').nth(column).expect("a cell"))
}

/// The names that the tables of checks use are those of the vocabularies; units, ranges and duplicates are looked at
/// when a grammar is loaded.
#[test]
fn tables_of_checks_name_what_is_known() {
    let grammar = grammar();
    let names = |vocabulary: &str| -> BTreeSet<&str> {
        let id = grammar.lexicon.vocabulary(vocabulary);
        (0..grammar.lexicon.entries().len())
            .filter(|entry| Some(grammar.lexicon.entries()[*entry].vocabulary) == id)
            .map(|entry| grammar.name_of(entry as u32))
            .collect()
    };
    // Names that rules give without a vocabulary.
    let given = ["body weight", "BAL neutrophil", "BAL lymphocyte", "BAL eosinophil"];
    let mut unknown = Vec::new();
    for (file, at, vocabulary) in [
        ("limits.tsv", 0, "analyte"),
        ("check/low_value.tsv", 0, "analyte"),
        ("check/unit_understood.tsv", 0, "analyte"),
        ("check/molar_mass.tsv", 0, "analyte"),
        ("check/volume.tsv", 0, "analyte"),
        ("check/body.tsv", 1, "analyte"),
        ("check/body.tsv", 2, "analyte"),
        ("check/body.tsv", 3, "analyte"),
        ("check/dose.tsv", 0, "drug"),
        ("check/dose.tsv", 1, "route"),
    ] {
        let known = names(vocabulary);
        for name in column(&grammar, file, at).filter(|name| !name.is_empty()) {
            if !known.contains(name) && !given.contains(&name) {
                unknown.push(format!("{file}: {name:?} is no {vocabulary}"));
            }
        }
    }
    for file in ["check/sex.tsv", "check/dose_exception.tsv"] {
        for (kind, name) in column(&grammar, file, 0).zip(column(&grammar, file, 1)) {
            if kind != "beside" && !names(kind).contains(name) {
                unknown.push(format!("{file}: {name:?} is no {kind}"));
            }
        }
    }
    let analytes = names("analyte");
    for side in [2, 4] {
        for terms in column(&grammar, "check/formula.tsv", side) {
            for term in terms.split(" + ").flat_map(|t| t.split(" - ")) {
                for factor in term.split(" * ").flat_map(|t| t.split(" / ")) {
                    let name = factor.strip_suffix("^2").unwrap_or(factor);
                    let name = name.strip_suffix("(left)").or(name.strip_suffix("(right)")).unwrap_or(name);
                    if name.parse::<f64>().is_err() && !analytes.contains(name) {
                        unknown.push(format!("check/formula.tsv: {name:?} is no analyte"));
                    }
                }
            }
        }
    }
    unknown.sort();
    unknown.dedup();
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
    let drugs: BTreeSet<_> = column(&grammar, "check/dose.tsv", 0).collect();
    assert!(drugs.len() >= 500, "doses of {} drugs", drugs.len());
}
