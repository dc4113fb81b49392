//! What holds for every text, whatever stands in it.

use casegrain::Extractor;
use casegrain::model::OffsetUnit;
use casegrain::read::{Record, json_line, text_file};
use casegrain::write::{JsonOptions, JsonWriter};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::FileFailurePersistence;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;
use std::thread;

static EXTRACTOR: LazyLock<Extractor> = LazyLock::new(|| Extractor::new().expect("good grammars"));

/// What stands in case reports, tidy and untidy.
const PIECES: &[&str] = &[
    "A 76-year-old man",
    "an 8\u{a0}month old girl",
    "in her 60s",
    "at 3½ years of age",
    "his mother, aged 41,",
    "presented with fever and chills for 3 weeks",
    "denied any chest pain, cough or weight loss",
    "no evidence of metastases",
    "BP 120/80 mmHg",
    "temperature 38.5\u{2009}°C",
    "Hb: 9. 7 g/dl",
    "creatinine 1,570 µmol/L",
    "CRP <5 mg/l",
    "BMI of 17.2 kg/m²",
    "the GFR of the right kidney was 41.5ml/min",
    "WBC 1.5 × 10^9/L",
    "K+ 3,2 mmol/l",
    "pH 7.35-7.45",
    "ferritin ≥ 1.000,5 ng/mL",
    "a 17x12x9cm3 mass",
    "4.8cm*4.0cm",
    "5 ± 0.3 mm",
    "about 800ml of blood was lost",
    "2 units of packed red cells",
    "vincristine 1.5mg/m? iv. Day 1",
    "cisplatin 25 mg/m2 i.v. on days 1–4",
    "prednisone 1 mg/kg/d p-o.",
    "twice daily for ten days",
    "cycles (1,3,5,7,9)",
    "25 fractions of 1.8 Gy, 45 Gy in all",
    "POD 3",
    "eleven months after surgery",
    "on 5 March 2019",
    "2019-03-05",
    "03/05/19",
    "Ki-67 (98%), CD20+, S-100 negative",
    "positive for Desmin and vimentin but negative for WT-1",
    "ALK: 2+",
    "EWSR1-WT1 fusion",
    "t(11;22)(p13;q12)",
    "EGFR c.2573T>G (p.Leu858Arg)",
    "TMB was 1.1muts/mb",
    "MSI-H was not detected",
    "pT2N0M0",
    "4:1",
    "10 %",
    "½",
    "1/2",
    "10-",
    "-3",
    "1e400",
    "1.5 × 10^40000/L",
    "2 x 10^-40000",
    "5 × 10^99999999999",
    "99999999999999999999 mg",
    "9999999999999999999.5 + 999999999999999999 mg",
    "999999999999999999 million",
    "0.0000000000000000000001 mg",
    "1.2.3.4",
    ",5",
    "5,",
    "١٢ mg",
    "Ⅻ",
    "𝟙𝟚 mg",
    "mg/m²/d",
    "µg",
    "μg",
    "in",
    "m",
    "mo",
    "C",
    "l",
    "Müller–Weiss",
    "cafe\u{301} au lait",
    "e\u{301}\u{301}\u{301}",
    "\u{301}",
    "naïve",
    "ﬁbrosis",
    "患者は76歳",
    "мужчина 76 лет",
    "👩‍⚕️ 5 mg",
    "💊",
    "İstanbul ß ŉ",
    "\u{200d}",
    "\u{feff}",
    "Case report",
    "Physical examination",
    "Discussion",
    "Table 1 | Doses",
    "a\tb\tc",
    "Na | 140 | mmol/L",
    "Fig. 2A",
    "Dr. B.",
    "vs.",
    "i.v.",
    "(",
    ")",
    "[",
    "\"",
    "\\",
    "{",
    "}",
    "…",
    "“",
    "\u{0}",
    "\u{7}",
];

const JOINTS: &[&str] = &[
    " ", " ", " ", ". ", ", ", "; ", ": ", "", "\n", "\n\n", "\r\n", "\t", "\u{a0}", "\u{2009}", "\u{200a}",
    "\u{2028}", " - ", "(", ") ", "/",
];

fn reports() -> impl Strategy<Value = String> {
    prop::collection::vec((select(PIECES), select(JOINTS)), 1..25)
        .prop_map(|parts| parts.into_iter().flat_map(|(piece, joint)| [piece, joint]).collect())
}

fn any_text() -> impl Strategy<Value = String> {
    prop::collection::vec(any::<char>(), 0..200).prop_map(|all| all.into_iter().collect())
}

/// Pieces whose bytes were cut, changed or mixed with others.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let damaged = (reports(), prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8))
        .prop_map(|(text, changes)| {
            let mut bytes = text.into_bytes();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes
        });
    prop_oneof![prop::collection::vec(any::<u8>(), 0..400), damaged]
}

fn config(cases: u32) -> ProptestConfig {
    let failure_persistence = Some(Box::new(FileFailurePersistence::WithSource("regressions")) as _);
    ProptestConfig { cases, failure_persistence, ..ProptestConfig::default() }
}

fn written(text: &str, offsets: OffsetUnit) -> Vec<u8> {
    let options = JsonOptions { offsets, ..JsonOptions::default() };
    let mut out = Vec::new();
    JsonWriter::new(EXTRACTOR.grammar_hash(), options).write(
        &Record::new("case", text),
        &EXTRACTOR.extract(text),
        &mut out,
    );
    out
}

/// The slices that a record's places name, counted here on its own: by code points, bytes or UTF-16 units.
fn slices(text: &str, record: &Value, offsets: OffsetUnit) -> Vec<(String, String)> {
    let points: Vec<char> = text.chars().collect();
    let units: Vec<u16> = text.encode_utf16().collect();
    let slice = |place: &Value| -> String {
        let [start, end] =
            ["start", "end"].map(|field| place[field].as_u64().expect("a whole number") as usize);
        match offsets {
            OffsetUnit::Chars => points[start..end].iter().collect(),
            OffsetUnit::Bytes => text[start..end].to_owned(),
            OffsetUnit::Utf16 => String::from_utf16(&units[start..end]).expect("whole characters"),
        }
    };
    let mut found = Vec::new();
    for section in record["sections"].as_array().expect("sections") {
        found.push((format!("section {}", section["kind"]), slice(section)));
    }
    for entity in record["entities"].as_array().expect("entities") {
        let words = slice(entity);
        assert_eq!(entity["text"], words.as_str(), "the text of {entity}");
        found.push((format!("{} {}", entity["id"], entity["type"]), words));
        for (field, part) in entity["parts"].as_object().into_iter().flatten() {
            found.push((format!("{} {field}", entity["id"]), slice(part)));
        }
    }
    found
}

/// All that must hold for what was read from `text`.
fn holds(text: &str) -> Result<(), TestCaseError> {
    let report = EXTRACTOR.extract(text);
    prop_assert_eq!(report.text, text);
    let order: Vec<_> = report.entities.iter().map(|e| (e.span.start, e.span.end, e.kind)).collect();
    prop_assert!(order.is_sorted(), "{order:?}");
    for entity in &report.entities {
        for span in std::iter::once(entity.span).chain(entity.parts.iter().map(|part| part.span)) {
            prop_assert!(
                !text.get(span.range()).unwrap_or_default().is_empty(),
                "{span:?} of {entity:?} is no slice"
            );
        }
        prop_assert!((entity.section as usize) < report.sections.len(), "{entity:?} is in no section");
        let section = report.sections[entity.section as usize].span;
        prop_assert!(section.contains(entity.span), "{entity:?} lies outside {section:?}");
        prop_assert!(!entity.rule.is_empty(), "{entity:?} has no rule");
        for (field, _) in entity.value.iter() {
            prop_assert!(entity.kind.fields().contains(&field), "{entity:?} has the field {field:?}");
        }
    }
    for pair in report.sections.windows(2) {
        prop_assert!(pair[0].span.end <= pair[1].span.start, "{pair:?}");
        let between = &text[pair[0].span.end as usize..pair[1].span.start as usize];
        prop_assert!(!between.chars().any(char::is_alphanumeric), "{between:?} is in no section");
    }
    let links: Vec<_> = report.relations.iter().map(|r| (r.from, r.kind, r.to)).collect();
    prop_assert!(links.is_sorted() && links.windows(2).all(|two| two[0] != two[1]), "{links:?}");
    for relation in &report.relations {
        prop_assert!(relation.from != relation.to, "{relation:?}");
        let ends = [relation.from, relation.to].map(|end| report.entities.get(end as usize).map(|e| e.kind));
        let [Some(from), Some(_)] = ends else { panic!("{relation:?} leads nowhere") };
        let starts = relation.kind.starts_from();
        prop_assert!(starts.is_empty() || starts.contains(&from), "{relation:?} from {}", from.name());
    }
    for issue in &report.issues {
        prop_assert!(issue.entities.iter().all(|e| (*e as usize) < report.entities.len()), "{issue:?}");
    }

    let kinds = [OffsetUnit::Chars, OffsetUnit::Bytes, OffsetUnit::Utf16];
    let records = kinds.map(|kind| serde_json::from_slice::<Value>(&written(text, kind)).expect("JSON"));
    let [chars, bytes, utf16] = [0, 1, 2].map(|at| slices(text, &records[at], kinds[at]));
    prop_assert_eq!(&chars, &bytes);
    prop_assert_eq!(&chars, &utf16);
    for (number, entity) in (1..).zip(records[0]["entities"].as_array().expect("entities")) {
        prop_assert_eq!(&entity["id"], &format!("T{number}"));
    }
    prop_assert_eq!(&records[0]["source"]["characters"], text.chars().count());
    Ok(())
}

/// Numbers in every place where they are counted with: what is too large for a place is no reason to stop.
#[test]
fn numbers_of_any_size_are_read() {
    let numbers = [
        "9999999999999999",
        "9,999,999,999,999,999",
        "9999999999999999 million",
        "4e18",
        "1e400",
        "0",
        "0.0000000001",
    ];
    let places = [
        "An 8-year-old girl had a fever at # years of age.",
        "A #-year-old man fell. He died # years later, on day #, at the age of # months.",
        "He was seen # days before admission; # weeks after surgery, on postoperative day #, he had a cough.",
        "On # March #, and in #, and for # years, she had a rash.",
        "Cisplatin # mg/m2 on days #-# every # weeks for # cycles, # mg in all, then vincristine # mg/kg/d.",
        "He had # fractions of # Gy, # Gy in all.",
        "A mass of # × # × # cm grew from # cm to # cm with a volume of # ml.",
        "BP #/# mmHg, temperature # °C, GFR of the left kidney # ml/min, of the right # ml/min, in total # ml/min.",
        "Creatinine rose from # to # mg/dl; # % (#/#) of the cells; a ratio of #:#; # units of blood; pT#N#M#.",
    ];
    for place in places {
        for number in numbers {
            holds(&place.replace('#', number)).unwrap_or_else(|error| panic!("{number} in {place}: {error}"));
        }
    }
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn places_are_slices_in_reports(text in reports()) {
        holds(&text)?;
    }

    #[test]
    fn places_are_slices_in_any_text(text in any_text()) {
        holds(&text)?;
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in any_bytes()) {
        if let Ok(record) = text_file("in/case.txt", "case.txt", &bytes) {
            holds(&record.text)?;
        }
        let mut line = br#"{"id":"case","text":""#.to_vec();
        line.extend_from_slice(&bytes);
        line.extend_from_slice(b"\"}");
        for line in [&bytes, &line] {
            if let Ok(record) = json_line("in/cases.jsonl", "cases.jsonl", 1, line) {
                holds(&record.text)?;
            }
        }
    }
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn the_same_text_gives_the_same_bytes(texts in prop::collection::vec(reports(), 1..8)) {
        let all = || texts.iter().flat_map(|text| written(text, OffsetUnit::Chars)).collect::<Vec<u8>>();
        let first = all();
        prop_assert!(first == all(), "a second time");
        // In another order, so that what one text leaves behind in a thread's buffers meets another one.
        let backward: Vec<Vec<u8>> = texts.iter().rev().map(|text| written(text, OffsetUnit::Chars)).collect();
        prop_assert!(first == backward.into_iter().rev().flatten().collect::<Vec<u8>>(), "in another order");
        thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(all)).collect();
            for thread in threads {
                prop_assert!(first == thread.join().expect("no panic"), "in another thread");
            }
            Ok(())
        })?;
    }
}

/// Texts by which work is measured: what they are, and the text.
fn long_texts() -> Vec<(&'static str, String)> {
    let report =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/oncology-dsrct-kidney.txt"))
            .expect("a report");
    let list = "no fever and chills or cough 5 mg/kg of the left kidney 3 to 5 cm positive for CD20 and vimentin 12 years after ";
    vec![
        ("reports", report.repeat(50_000 / report.len() + 1)),
        ("one sentence of facts and cues", list.repeat(50_000 / list.len())),
        (
            "one sentence of words",
            "the tissue around it was otherwise much as before and ".repeat(50_000 / 54),
        ),
        ("one word", "x".repeat(50_000)),
        ("numbers", "1 2 3,4 5-6 ".repeat(50_000 / 12)),
        ("one unit after the other", "mg/kg/d ".repeat(50_000 / 8)),
        ("open brackets", "((CD20, ".repeat(50_000 / 8)),
        ("short lines", "Na 140\n".repeat(50_000 / 7)),
    ]
}

/// Attempts and instructions of the matcher, over all rules.
fn steps(text: &str) -> u64 {
    EXTRACTOR.costs([text]).iter().map(|(attempts, _, steps)| attempts + steps).sum()
}

#[test]
fn matching_grows_in_step_with_the_text() {
    for (what, text) in long_texts() {
        let one = steps(&text);
        for times in [2, 4] {
            let more = steps(&text.repeat(times));
            let ratio = more as f64 / (one.max(1_000) * times as u64) as f64;
            assert!(
                ratio <= 1.2,
                "{what}: {one} steps, {more} for {times} times the text, {ratio:.2} of linear"
            );
        }
    }
}
