//! Checks: what holds, what does not, and what only looks as if it did not.

use casegrain::Extractor;
use casegrain::model::{Issue, Report};
use casegrain::read::Record;
use casegrain::write::{JsonOptions, JsonWriter};
use std::sync::OnceLock;

fn extractor() -> &'static Extractor {
    static EXTRACTOR: OnceLock<Extractor> = OnceLock::new();
    EXTRACTOR.get_or_init(|| Extractor::new().expect("the built-in grammars").listing_checks(true))
}

fn raised<'r>(report: &'r Report<'_>) -> impl Iterator<Item = &'r Issue> {
    report.issues.iter().filter(|issue| issue.check.is_some())
}

/// The suggestion as words: `umol/L`, `2.6 kg` where the number is another one than was written.
fn suggested(report: &Report<'_>, issue: &Issue) -> String {
    let Some(suggestion) = &issue.suggestion else { return String::new() };
    let entity = &report.entities[suggestion.entity as usize];
    let written = entity.value.number(casegrain::model::Field::Value);
    match suggestion.value.filter(|value| written.is_some_and(|w| w.to_f64() != value.to_f64())) {
        Some(value) => format!("{value} {}", suggestion.unit),
        None => suggestion.unit.clone(),
    }
}

/// Sentences that must raise exactly one issue: check, code and suggestion.
const WRONG: &[(&str, &str, &str, &str)] = &[
    // Ranges of values.
    ("On arrival creatinine was 640 mmol/L.", "value-range", "value-implausible", "umol/L"),
    ("Her hemoglobin was 8.7 g/L.", "value-range", "value-implausible", "g/dL"),
    ("His leukocyte count was 9800/mL.", "value-range", "value-implausible", "/uL"),
    ("CRP was 290 mg/dL on the second day.", "value-range", "value-implausible", "mg/L"),
    ("A girl was born with a birth weight of 3.120 g.", "value-range", "value-implausible", "kg"),
    ("Body temperature was 391 °C.", "value-range", "value-implausible", "39.1 Cel"),
    ("Oxygen saturation was 140%.", "value-range", "value-implausible", ""),
    // Numbers without a unit.
    ("Hemoglobin was 71 after the operation.", "unit", "unit-missing", "g/L"),
    // Parts and totals.
    (
        "Total GFR was 82 mL/min, the GFR of the left kidney was 30 mL/min, and the GFR of the right kidney was 41 mL/min.",
        "split-function",
        "sum-mismatch",
        "",
    ),
    (
        "Total bilirubin was 3.1 mg/dL and direct bilirubin was 4.4 mg/dL.",
        "direct-bilirubin",
        "sum-mismatch",
        "",
    ),
    ("Height was 160 cm, weight was 54 kg and BMI was 28.3 kg/m2.", "body-mass-index", "conflict", ""),
    ("Total protein was 61 g/L and albumin was 75 g/L.", "albumin-part", "sum-mismatch", ""),
    // The same value in two units.
    ("Glucose was 216 mg/dL (21 mmol/L).", "unit-conversion", "conflict", ""),
    // Radiotherapy.
    ("He was irradiated with 54 Gy in 25 fractions of 2 Gy.", "radiotherapy-product", "sum-mismatch", ""),
    ("He was irradiated with 30 fractions of 200 Gy.", "radiotherapy-dose", "dose-implausible", "cGy"),
    // Doses of drugs.
    ("She was given vincristine 1.5 g/m2 on day 1.", "drug-dose", "dose-implausible", "mg/m2"),
    ("He took levothyroxine 75 mg daily.", "drug-dose", "dose-implausible", "ug"),
    ("He was treated with ceftriaxone 4 g every 6 hours.", "drug-daily-dose", "dose-implausible", ""),
    ("Intrathecal methotrexate 120 mg was given.", "drug-dose", "dose-implausible", ""),
    // Single doses and their sum.
    ("He received prednisolone 40 mg daily for 5 days (total 250 mg).", "course-total", "sum-mismatch", ""),
    (
        "She was treated with 4 cycles of doxorubicin 60 mg/m2 on day 1 (cumulative dose 300 mg/m2).",
        "course-total",
        "sum-mismatch",
        "",
    ),
    ("Meropenem 1 g every 8 hours (total 2 g/day) was given.", "course-total", "sum-mismatch", ""),
    // A dose by weight or surface, and the same for the whole body.
    (
        "A 40-year-old man who weighed 70 kg was given infliximab 5 mg/kg (700 mg).",
        "dose-by-body",
        "dose-implausible",
        "",
    ),
    (
        "Height was 170 cm, weight was 70 kg. Gemcitabine 1000 mg/m2 (2600 mg) was given.",
        "dose-by-body",
        "dose-implausible",
        "",
    ),
    // A boost of radiation.
    (
        "She received 45 Gy to the whole brain followed by a boost of 9 Gy to the tumor bed, for a total dose of 58 Gy.",
        "boost-sum",
        "sum-mismatch",
        "",
    ),
    // An age and the calendar.
    ("A 45-year-old woman, born in 1980, presented in March 2010.", "age-at-date", "time-contradiction", ""),
    // Parts as percentages; a volume beside three lengths.
    ("Metastases were found in 4 of 16 lymph nodes (35%).", "count-percentage", "sum-mismatch", ""),
    ("Metastases were found in 14 of 9 lymph nodes.", "part-of-whole", "sum-mismatch", ""),
    ("The prostate measured 5 x 4 x 4 cm, and prostate volume was 410 mL.", "size-volume", "conflict", ""),
    // The patient.
    ("A 61-year-old man had prostatitis and had undergone hysterectomy.", "sex", "conflict", ""),
    (
        "A 9-year-old girl had had asthma; 14 years ago she had pneumonia.",
        "within-lifetime",
        "time-contradiction",
        "",
    ),
    ("A ROS1::ZZKN gene fusion was found.", "gene", "gene-unknown", ""),
    // Quantities.
    ("A 176-year-old woman had a cough.", "quantity-range", "value-implausible", ""),
    ("Blood pressure was 80/120 mmHg.", "quantity-range", "value-implausible", ""),
];

#[test]
fn what_cannot_be_right_is_told() {
    for (text, check, code, suggestion) in WRONG {
        let report = extractor().extract(text);
        let found: Vec<_> = raised(&report).collect();
        let [issue] = found[..] else { panic!("{text}: {found:#?}") };
        assert_eq!(issue.check.as_deref(), Some(*check), "{text}: {issue:#?}");
        assert_eq!(issue.code, *code, "{text}");
        assert_eq!(suggested(&report, issue), *suggestion, "{text}: {issue:#?}");
        assert!(!issue.operands.is_empty() && !issue.entities.is_empty(), "{text}: {issue:#?}");
        for operand in &issue.operands {
            assert!(issue.entities.contains(&operand.entity), "{text}: {issue:#?}");
            assert!(report.entities[operand.entity as usize].value.get(operand.field).is_some(), "{text}");
        }
    }
}

/// Sentences that raise nothing, and in which this check held; none where nothing can be checked.
const RIGHT: &[(&str, &str)] = &[
    ("On arrival creatinine was 640 µmol/L.", "value-range"),
    ("His leukocyte count was 9800/µL.", "value-range"),
    ("The platelet count was 17 × 10^9/L.", "value-range"),
    ("TSH was 0.003 mIU/L.", "value-range"),
    // A specimen and a baby weigh less than a grown-up.
    ("A 61-year-old man was operated on; the specimen weighed 2.9 kg.", ""),
    ("Hemoglobin was 71, 80 and 92 g/L.", ""),
    ("Her BMI was 23.", ""),
    (
        "Total GFR was 71.4 mL/min, the GFR of the left kidney was 30.2 mL/min, and the GFR of the right kidney was 41.2 mL/min.",
        "split-function",
    ),
    ("Total bilirubin was 4.4 mg/dL and direct bilirubin was 3.1 mg/dL.", "direct-bilirubin"),
    ("Height was 160 cm, weight was 54 kg and BMI was 21.1 kg/m2.", "body-mass-index"),
    // Rounded numbers agree.
    ("Height was 1.6 m, weight was 54 kg and BMI was 21 kg/m2.", "body-mass-index"),
    ("Glucose was 216 mg/dL (12 mmol/L).", "unit-conversion"),
    ("He was irradiated with 50.4 Gy in 28 fractions of 1.8 Gy.", "radiotherapy-product"),
    ("He was irradiated with 24 Gy in a single fraction.", "radiotherapy-dose"),
    ("Blood pressure was 120/80 mmHg.", ""),
    ("She was given vincristine 1.5 mg/m2 on day 1.", "drug-dose"),
    ("He was treated with ceftriaxone 2 g every 12 hours.", "drug-daily-dose"),
    ("Intrathecal methotrexate 12 mg was given.", "drug-dose"),
    // High for a tablet, and not for an infusion.
    ("Methotrexate 5 g/m2 was given intravenously.", "drug-dose"),
    // What was swallowed in an attempt or given in all is no dose of one time.
    ("He had ingested amitriptyline 2500 mg.", ""),
    ("The cumulative dose of doxorubicin was 420 mg/m2.", ""),
    ("Metastases were found in 4 of 16 lymph nodes (25%).", "count-percentage"),
    ("Metastases were found in 9 of 14 lymph nodes.", "part-of-whole"),
    ("He received prednisolone 40 mg daily for 5 days (total 200 mg).", "course-total"),
    ("Methylprednisolone 1 g per day was given for 3 days, with a total dose of 3 g.", "course-total"),
    // The sum of one cycle, or of all.
    ("Doxorubicin 25 mg/m2 on days 1-3 (total 75 mg/m2).", "course-total"),
    (
        "She was treated with 4 cycles of doxorubicin 60 mg/m2 on day 1 (cumulative dose 240 mg/m2).",
        "course-total",
    ),
    ("Meropenem 1 g every 8 hours (total 3 g/day) was given.", "course-total"),
    // A tapered dose has no sum that could be reckoned.
    ("He received prednisolone 40 mg daily, tapered later (total 900 mg).", ""),
    ("A 40-year-old man who weighed 70 kg was given infliximab 5 mg/kg (350 mg).", "dose-by-body"),
    ("Height was 170 cm, weight was 70 kg. Gemcitabine 1000 mg/m2 (1800 mg) was given.", "dose-by-body"),
    // Doses are capped.
    ("Body surface area was 1.9 m2. Vincristine 1.4 mg/m2 (2 mg) was given.", "dose-by-body"),
    (
        "She received 45 Gy to the whole brain followed by a boost of 9 Gy to the tumor bed, for a total dose of 54 Gy.",
        "boost-sum",
    ),
    ("A 30-year-old woman, born in 1980, presented in March 2010.", "age-at-date"),
    // Whose birth it was is not known.
    (
        "A 45-year-old woman had children who were born in 1980 and born in 1984; she presented in March 2010.",
        "",
    ),
    ("The prostate measured 5 x 4 x 4 cm, and prostate volume was 41 mL.", "size-volume"),
    ("A 61-year-old man had prostatitis; his mother had undergone hysterectomy.", ""),
    ("A 9-year-old girl had had asthma; 4 years ago she had pneumonia.", "within-lifetime"),
    // A child grows up.
    ("A 2-year-old girl was operated on; 5 years after surgery she was well.", ""),
    ("A FLNA::ROS1 gene fusion was found.", "gene"),
    // Of two samples, neither contradicts the other.
    (
        "Total bilirubin was 2.0 mg/dL, a week later total bilirubin was 6.0 mg/dL; direct bilirubin was 5.1 mg/dL.",
        "",
    ),
];

#[test]
fn what_is_right_raises_nothing() {
    for (text, check) in RIGHT {
        let report = extractor().extract(text);
        let found: Vec<_> = raised(&report).collect();
        assert!(found.is_empty(), "{text}: {found:#?}");
        if !check.is_empty() {
            let held: Vec<_> = report.checks.iter().map(|check| check.name.as_ref()).collect();
            assert!(held.contains(check), "{text}: {held:?}");
        }
    }
}

/// What a cGy dose that was written in Gy comes to, and that its product holds all the same.
#[test]
fn a_product_holds_beside_an_implausible_dose() {
    let text = "In all 20 sessions of radiotherapy were given, with a single dose of 200 Gy and a total dose of 4000 Gy.";
    let report = extractor().extract(text);
    let issue = raised(&report).next().expect("an issue");
    assert_eq!(issue.suggestion.as_ref().map(|s| s.unit.as_str()), Some("cGy"));
    assert_eq!(issue.operands.len(), 2, "{issue:#?}");
    let product = report.checks.iter().find(|c| c.name == "radiotherapy-product").expect("a product");
    let expected = product.expected.as_ref().expect("a value");
    assert_eq!(expected.low.map(|n| n.to_string()).as_deref(), Some("4000"));
}

/// Checks look and do not touch: entities are the same with a grammar set without any table of checks.
#[test]
fn checks_change_no_fact() {
    let mut bare = casegrain::grammar::source::Sources::default();
    let full = &extractor().grammar().sources;
    for file in full.numbers() {
        let name = full.name(file);
        if name != "limits.tsv" && !name.starts_with("check/") {
            bare.add(name, full.text(file).to_owned().into());
        }
    }
    let bare = casegrain::grammar::Grammar::from_sources(bare).unwrap_or_else(|e| panic!("{e}"));
    let bare = Extractor::with_grammar(bare);
    let mut issues = 0;
    for (text, ..) in WRONG {
        let (with, without) = (extractor().extract(text), bare.extract(text));
        assert_eq!(format!("{:?}", with.entities), format!("{:?}", without.entities), "{text}");
        issues += raised(&with).count();
    }
    assert_eq!(issues, WRONG.len());
}

/// The checks that held stand in the output where they are asked for, and nowhere else.
#[test]
fn held_checks_are_written_on_request() {
    let record =
        Record::new("case-1", "Irradiated with 50 Gy in 25 fractions of 2 Gy; creatinine was 640 mmol/L.");
    let report = extractor().extract(&record.text);
    let validator = jsonschema::validator_for(&casegrain::write::schema::schema()).expect("a schema");
    for checks in [false, true] {
        let writer = JsonWriter::new("sha256:0a", JsonOptions { checks, ..JsonOptions::default() });
        let mut line = Vec::new();
        writer.write(&record, &report, &mut line);
        let json: serde_json::Value = serde_json::from_slice(&line).expect("JSON");
        let errors: Vec<_> =
            validator.iter_errors(&json).map(|e| format!("{}: {e}", e.instance_path)).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        assert_eq!(json.get("checks").is_some(), checks);
        let operand = &json["issues"][0]["operands"][0];
        assert_eq!(operand["value"], 640);
        assert_eq!(operand["unit"], "mmol/L");
        assert_eq!(json["issues"][0]["suggestion"]["unit"], "umol/L");
        let place = |name: &str| operand[name].as_u64().expect("an offset") as usize;
        assert_eq!(&record.text[place("start")..place("end")], "640 mmol/L");
    }
}
