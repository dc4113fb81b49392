//! Codes of public systems that the project ships: each stands in `tests/codes.tsv` with the publication that gives it,
//! and each line there is shipped. `CASEGRAIN_HGNC=hgnc_complete_set.txt` holds the genes against HGNC's own table, too.

use casegrain::grammar::Grammar;
use casegrain::import::{self, Format, Options};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::BufReader;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The name of each code that is known to be right.
fn known() -> BTreeMap<(String, String), String> {
    let table = fs::read_to_string(root().join("tests/codes.tsv")).expect("the table");
    let mut known = BTreeMap::new();
    for line in table.lines().skip(1) {
        let [system, code, name, source] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not four columns: {line}")
        };
        assert!(!name.is_empty() && !source.is_empty(), "{line}");
        let twice = known.insert((system.to_owned(), code.to_owned()), name.to_owned());
        assert!(twice.is_none(), "twice: {line}");
    }
    known
}

/// The genes of the vocabulary with their code.
fn genes() -> BTreeMap<String, String> {
    let table = fs::read_to_string(root().join("grammars/lexicon/gene.tsv")).expect("the genes");
    let mut genes = BTreeMap::new();
    for line in table.lines().skip(1).filter(|line| !line.starts_with('#')) {
        let cells: Vec<_> = line.split('\t').collect();
        for code in cells.get(2).iter().flat_map(|codes| codes.split('|')).filter(|code| !code.is_empty()) {
            genes.insert(cells[0].trim_start_matches(['=', '?', '!']).to_owned(), code.to_owned());
        }
    }
    genes
}

/// Codes in the program's own text: those of LOINC by their form, those of SNOMED CT and OMOP by the length of the number.
fn in_source() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    let mut folders = vec![root().join("src/export")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).expect("text");
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            for quoted in text.split('"').skip(1).step_by(2) {
                let number = |text: &str, least: usize| {
                    text.len() >= least && text.bytes().all(|byte| byte.is_ascii_digit())
                };
                let loinc = quoted.strip_prefix("LA").unwrap_or(quoted).split_once('-');
                if loinc.is_some_and(|(body, check)| number(body, 4) && check.len() == 1 && number(check, 1))
                {
                    found.insert(("LOINC".to_owned(), quoted.to_owned()));
                } else if number(quoted, 6) {
                    found.insert(("SNOMEDCT".to_owned(), quoted.to_owned()));
                }
            }
            if let Some(at) = text.find("const ENGLISH: i64 = ") {
                let number = text[at..].split(['=', ';']).nth(1).unwrap_or_default();
                found.insert(("OMOP".to_owned(), number.trim().replace('_', "")));
            }
        }
    }
    found
}

#[test]
fn every_code_is_known_and_every_known_code_is_shipped() {
    let mut shipped = in_source();
    let known = known();
    for (gene, code) in genes() {
        let key = ("HGNC".to_owned(), code);
        assert_eq!(known.get(&key), Some(&gene), "{} of {gene}", key.1);
        shipped.insert(key);
    }
    assert!(shipped.len() > 150, "{}", shipped.len());
    let listed: BTreeSet<_> = known.into_keys().collect();
    assert_eq!(shipped, listed);
}

/// No other vocabulary that the project ships carries codes.
#[test]
fn only_genes_carry_codes() {
    let grammar = Grammar::built_in_from_text().unwrap_or_else(|error| panic!("{error}"));
    for table in &grammar.lexicon.tables {
        let path = root().join("grammars").join(&table.file);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let head = text.lines().next().unwrap_or_default();
        let coded = head.split('\t').any(|column| column == "codes");
        assert_eq!(coded, table.file.ends_with("gene.tsv"), "{}", table.file);
    }
}

/// The last digit of a code of LOINC: Luhn's, over the digits before it.
fn loinc_digit(body: &str) -> u32 {
    let digits = body.chars().rev().filter_map(|c| c.to_digit(10)).enumerate();
    let sum: u32 =
        digits.map(|(at, digit)| if at % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { digit }).sum();
    (10 - sum % 10) % 10
}

/// Whether the last digit of a code of SNOMED CT is right: Verhoeff's.
fn snomed_holds(code: &str) -> bool {
    const TURNED: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    // The group of a pentagon: below five rotations, above them reflections.
    let combine = |a: u8, b: u8| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b - 5) % 5 + 5,
        (false, true) => (a - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let digits = code.bytes().rev().map(|byte| byte - b'0').enumerate();
    digits.fold(0, |sum, (at, digit)| {
        let turned = (0..at % 8).fold(digit, |digit, _| TURNED[usize::from(digit)]);
        combine(sum, turned)
    }) == 0
}

#[test]
fn check_digits_are_right() {
    for ((system, code), _) in known() {
        match system.as_str() {
            // Those of answers reckon with their letters, too.
            "LOINC" if code.starts_with("LA") => {}
            "LOINC" => {
                let (body, check) = code.split_once('-').expect("a check digit");
                assert_eq!(check.parse(), Ok(loinc_digit(body)), "{code}");
            }
            "SNOMEDCT" => assert!(snomed_holds(&code), "{code}"),
            "HGNC" => {
                assert!(code.strip_prefix("HGNC:").is_some_and(|n| n.parse::<u32>().is_ok()), "{code}");
            }
            other => assert_eq!(other, "OMOP"),
        }
    }
    assert_ne!(loinc_digit("81291"), 9, "another digit is seen");
    assert!(!snomed_holds("108290010"), "digits that changed places are seen");
}

#[test]
fn genes_are_those_of_hgnc() {
    let Some(path) = std::env::var_os("CASEGRAIN_HGNC") else { return };
    let file = fs::File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let import = import::read(BufReader::new(file), Format::Hgnc, &Options::default()).expect("HGNC's table");
    let codes: BTreeMap<_, _> =
        import.concepts.iter().map(|concept| (concept.surfaces[0].text.as_str(), &concept.codes)).collect();
    for (gene, code) in genes() {
        assert!(codes.get(gene.as_str()).is_some_and(|codes| codes.contains(&code)), "{gene}: {code}");
    }
}
