//! What the writer writes is what the schema promises.

use casegrain::model::{
    Assertion, Case, Decimal, Entity, EntityType, Field, FieldType, FieldValue, Issue, OffsetUnit, Part,
    Relation, RelationType, Report, Section, Severity, Span, Status, Subject, Time, Value,
};
use casegrain::read::Record;
use casegrain::write::{JsonOptions, JsonWriter, Layout, Stream, schema::schema};
use smallvec::smallvec;
use std::path::Path;
use std::process::Command;

const TEXT: &str = "Exämination: 💊 left and right \"kidney\" 57.70 ml/min\nNothing more.";

/// Every field of the type, each with something that its kind allows.
fn full_value(kind: EntityType) -> Value<'static> {
    let mut value = Value::default();
    for field in kind.fields() {
        let content = match (field, field.kind()) {
            (Field::Laterality, _) => FieldValue::Text("bilateral".into()),
            (Field::Comparator, _) => FieldValue::Text("<=".into()),
            (_, FieldType::Number) => FieldValue::Number(Decimal::new(5770, 2)),
            (_, FieldType::Text) => FieldValue::Text("\"µ\\".into()),
            (_, FieldType::Integers) => FieldValue::Integers(vec![1, -2]),
            (_, FieldType::Numbers) => FieldValue::Numbers(vec![Decimal::new(10, 1), Decimal::new(5, 3)]),
            (_, FieldType::Flag) => FieldValue::Flag(true),
        };
        value.set(*field, content);
    }
    value
}

fn span(words: &str) -> Span {
    let start = TEXT.find(words).expect("in the text");
    Span::new(start as u32, (start + words.len()) as u32)
}

/// Every field of a case, as it is written.
const CASE: &str = concat!(
    r#"{"id":"C1","patient":{"age":{"value":1.50,"low":1,"high":2,"unit":"a","comparator":"~","entities":["T1"]},"#,
    r#""sex":{"code":"male","entities":["T2"]}},"findings":[{"name":"cough","text":"coughing","status":"absent","time":"history","#,
    r#""site":"lung","laterality":"left","duration":{"value":3,"low":1,"high":2,"unit":"wk","comparator":"<"},"#,
    r#""entities":["T3"]}],"diagnoses":[{"name":"asthma","text":"Asthma","site":"lung","laterality":"bilateral","status":"present","#,
    r#""role":"comorbidity","time":"history","duration":{"value":3},"entities":["T3"]}],"metastases":[{"site":"bone","#,
    r#""text":"bone lesion","laterality":"left","status":"possible","entities":["T3"]}],"measurements":[{"analyte":"GFR","text":"filtration","value":57.70,"#,
    r#""low":1,"high":2,"unit":"mL/min","comparator":"<=","systolic":120,"diastolic":80,"numerator":1,"denominator":2,"#,
    r#""result":"low","laterality":"left","state":"reference","status":"absent","time":"planned","entities":["T14"]}],"#,
    r#""lesions":[{"name":"mass","site":"lung","laterality":"left","sizes":[{"dimensions":[1.0,2],"low":1,"high":2,"#,
    r#""unit":"cm","comparator":">","entities":["T15"]}],"entities":["T15"]}],"pathology":{"ihc":[{"marker":"CD20","#,
    r#""result":"positive","extent":"focal","percent":90,"low":1,"high":2,"comparator":"<","entities":["T20"]}],"#,
    r#""fusions":[{"five_prime":"EML4","three_prime":"ALK","hgvs":"EML4::ALK","status":"present","entities":["T21"]}],"#,
    r#""rearrangements":[{"gene":"ALK","translocation":"t(2;5)(p23;q35)","status":"absent","entities":["T22"]}],"#,
    r#""variants":[{"gene":"BRAF","hgvs":"p.V600E","status":"present","entities":["T23"]}],"copy_numbers":[{"gene":"#,
    r#""MYC","change":"gain","copies":3.5,"status":"present","entities":["T24"]}],"msi":{"status":"MSI-H","#,
    r#""assertion":"absent","entities":["T25"]},"tmb":{"value":1.1,"low":1,"high":2,"unit":"{mutations}/Mb","#,
    r#""comparator":"~","result":"low","entities":["T26"]},"stages":[{"system":"TNM","code":"T2","entities":["T28"]}]},"#,
    r#""treatments":{"procedures":[{"name":"biopsy","text":"biopsied","category":"pathology","status":"present","time":"planned","#,
    r#""site":"lung","laterality":"right","entities":["T32"]}],"regimens":[{"name":"VIP","cycles":[1,3],"#,
    r#""cycle_count":2,"frequency":{"count":1,"low":1,"high":2,"period":3,"period_max":4,"period_unit":"wk"},"#,
    r#""duration":{"value":6,"unit":"mo"},"status":"absent","time":"planned","drugs":[{"name":"cisplatin","text":"CDDP","class":true,"#,
    r#""status":"possible","time":"history","dose":{"value":20,"unit":"mg/m2"},"route":"intravenous","frequency":"#,
    r#"{"count":1,"period":1,"period_unit":"d"},"duration":{"value":5,"unit":"d"},"days":[1,2],"cycles":[2],"#,
    r#""cycle_count":1,"reason":"sarcoma","entities":["T7"]}],"entities":["T12"]}],"drugs":[],"radiotherapy":[{"site":"#,
    r#""brain","laterality":"left","fractions":10,"dose_per_fraction":3.0,"total_dose":30,"unit":"Gy","comparator":"~","#,
    r#""status":"absent","time":"planned","entities":["T13"]}],"transfusions":[{"product":"platelets","value":2,"low":1,"#,
    r#""high":2,"unit":"mL","comparator":"~","status":"absent","time":"planned","entities":["T19"]}]},"timeline":"#,
    r#"[{"event":"surgery","status":"absent","anchor":"admission","earliest":-1,"latest":2,"unit":"wk","iso8601":"2019-03","day":"#,
    r#"{"earliest":-7,"latest":14},"entities":["T5"]}],"outcome":{"status":"alive","time":{"value":6,"low":1,"high":2,"#,
    r#""unit":"mo","comparator":">","anchor":"surgery"},"disease":[{"name":"recurrence","site":"lung","status":"absent","#,
    r#""entities":["T30"]}],"entities":["T33"]},"conflicts":[{"field":"patient.age","values":["13 a","14 a"],"#,
    r#""entities":["T1","T2"]}]}"#
);

fn full_case() -> Case {
    serde_json::from_str(CASE).expect("a case")
}

#[test]
fn a_case_is_read_as_it_was_written() {
    assert_eq!(serde_json::to_string(&full_case()).expect("JSON"), CASE);
    let line = written(JsonOptions::default());
    assert!(line.contains(&format!("\"cases\":[{CASE}],")), "{line}");
}

/// What the schema has of a case stands in `CASE`, so that the other tests of the schema leave no field out.
#[test]
fn the_case_here_has_every_field() {
    let schema = schema();
    let defs = schema["$defs"].as_object().expect("an object");
    let of_case = defs.iter().filter(|(name, _)| name.starts_with(char::is_uppercase));
    let mut fields = 0;
    for (name, definition) in of_case {
        let Some(properties) = definition["properties"].as_object() else { continue };
        assert_eq!(definition["additionalProperties"], false, "{name}");
        for field in properties.keys() {
            assert!(CASE.contains(&format!("\"{field}\":")), "{name}.{field}");
            fields += 1;
        }
    }
    assert!(fields > 150, "{fields}");
}

/// An entity of every type, with every status, subject and time among them.
fn full_report() -> Report<'static> {
    let entities = (0..).zip(EntityType::ALL).map(|(at, kind): (usize, _)| Entity {
        kind: *kind,
        span: span("57.70 ml/min"),
        value: full_value(*kind),
        parts: match kind.fields().contains(&Field::Laterality) {
            true => smallvec![
                Part { field: Field::Laterality, span: span("right") },
                Part { field: Field::Laterality, span: span("left") },
            ],
            false => smallvec![],
        },
        assertion: Assertion {
            status: Status::ALL[at % Status::ALL.len()],
            subject: Subject::ALL[at % Subject::ALL.len()],
            time: Time::ALL[at % Time::ALL.len()],
        },
        codes: ["", "HP:0000501", "HP:0000501|UMLS:C0017601"][at % 3],
        relative: (at % 3 == 1).then_some("mother"),
        case: (at % 2 == 0).then_some(at as u16 + 1),
        role: None,
        section: 0,
        rule: "test/rule",
    });
    let issue = |severity, entities| Issue::new("test", severity, "a \"b\"".into(), entities);
    Report {
        text: TEXT,
        sections: vec![Section {
            kind: "examination",
            title: span("Exämination"),
            span: Span::new(0, TEXT.len() as u32),
        }],
        entities: entities.collect(),
        relations: vec![
            Relation { kind: RelationType::DoseOf, from: 7, to: 6, rule: "test/dose" },
            Relation { kind: RelationType::SiteOf, from: 30, to: 29, rule: "test/site" },
        ],
        cases: vec![full_case()],
        issues: vec![
            issue(Severity::Info, vec![]),
            issue(Severity::Warning, vec![6, 30]),
            issue(Severity::Error, vec![30]),
        ],
        checks: vec![],
    }
}

fn written(options: JsonOptions) -> String {
    let mut out = Vec::new();
    JsonWriter::new("sha256:0a", options).write(&Record::new("case-1", TEXT), &full_report(), &mut out);
    String::from_utf8(out).expect("UTF-8")
}

fn parsed(options: JsonOptions) -> serde_json::Value {
    serde_json::from_str(&written(options)).expect("JSON")
}

#[track_caller]
fn assert_valid(record: &serde_json::Value) {
    let validator = jsonschema::validator_for(&schema()).expect("a valid schema");
    let errors: Vec<_> = validator.iter_errors(record).map(|e| format!("{}: {e}", e.instance_path)).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn the_schema_is_a_schema() {
    assert!(jsonschema::meta::is_valid(&schema()));
}

#[test]
fn every_type_field_and_name_is_valid() {
    for offsets in [OffsetUnit::Chars, OffsetUnit::Bytes, OffsetUnit::Utf16] {
        assert_valid(&parsed(JsonOptions { offsets, ..JsonOptions::default() }));
    }
}

#[test]
fn wrong_output_is_refused() {
    let validator = jsonschema::validator_for(&schema()).expect("a valid schema");
    let good = parsed(JsonOptions::default());
    let measurement = EntityType::Measurement as usize;
    let changes: [(&str, serde_json::Value); 17] = [
        ("/schema", "2.0".into()),
        ("/source/sha256", "00".into()),
        ("/source/characters", (-1).into()),
        ("/source/encoding", "ascii".into()),
        ("/entities/0/type", "aged".into()),
        ("/entities/0/type", "date".into()),
        ("/entities/0/id", "T0".into()),
        ("/entities/0/value/unit", 5.into()),
        ("/entities/0/value/comparator", "=<".into()),
        ("/entities/0/assertion/status", "maybe".into()),
        ("/relations/0/from", "R1".into()),
        ("/issues/0/severity", "fatal".into()),
        ("/cases/0/patient/age/value", "13".into()),
        ("/cases/0/patient/sex/entities/0", "T0".into()),
        ("/cases/0/diagnoses/0/role", "main".into()),
        ("/cases/0/findings/0/status", "maybe".into()),
        ("/cases/0/treatments/drugs", serde_json::Value::Null),
    ];
    for (place, wrong) in changes {
        let mut record = good.clone();
        *record.pointer_mut(place).unwrap_or_else(|| panic!("{place} is written")) = wrong;
        assert!(!validator.is_valid(&record), "{place}");
    }
    for (place, field) in [
        ("", "extra"),
        ("/entities/0/value", "marker"),
        ("/entities/0", "note"),
        ("/cases/0", "note"),
        ("/cases/0/treatments/regimens/0/drugs/0", "note"),
        (&format!("/entities/{measurement}/parts"), "marker"),
    ] {
        let mut record = good.clone();
        record.pointer_mut(place).expect("written")[field] = serde_json::json!({"start": 1, "end": 2});
        assert!(!validator.is_valid(&record), "{place}/{field}");
    }
    for (place, field) in
        [("", "cases"), ("/entities/0", "rule"), ("/source", "encoding"), ("/cases/0", "patient")]
    {
        let mut record = good.clone();
        record.pointer_mut(place).and_then(|object| object.as_object_mut()).expect("written").remove(field);
        assert!(!validator.is_valid(&record), "{place}/{field}");
    }
}

#[test]
fn the_shape_is_that_of_the_contract() {
    let line = written(JsonOptions::default());
    let measurement = r#"{"id":"T14","type":"measurement","start":39,"end":51,"text":"57.70 ml/min","value":{"analyte":"\"µ\\","laterality":"bilateral","result":"\"µ\\","state":"\"µ\\","systolic":57.70,"diastolic":57.70,"value":57.70,"low":57.70,"high":57.70,"unit":"\"µ\\","comparator":"<="},"codings":[{"system":"HP","code":"0000501"}],"parts":{"laterality":{"start":15,"end":29}},"assertion":{"status":"conditional","subject":"family","time":"history","relative":"mother"},"section":"examination","rule":"test/rule"}"#;
    assert!(line.contains(measurement), "{line}");
    assert!(line.contains(r#""dimensions":[1.0,0.005]"#) && line.contains(r#""days":[1,-2]"#), "{line}");
    let start = r#"{"schema":"1.0","program":{"name":"casegrain","version":"0.1.0","grammar":"sha256:0a"},"id":"case-1","source":{"name":"case-1","format":"text","encoding":"utf-8","sha256":""#;
    assert!(line.starts_with(start), "{line}");
    let sections = r#","characters":65},"sections":[{"kind":"examination","title":"Exämination","start":0,"end":65}],"entities":[{"id":"T1","#;
    assert!(line.contains(sections), "{line}");
    let relation = r#""relations":[{"id":"R1","type":"dose_of","from":"T8","to":"T7","rule":"test/dose"},"#;
    assert!(line.contains(relation), "{line}");
    let end = ",\"issues\":[{\"code\":\"test\",\"severity\":\"info\",\"message\":\"a \\\"b\\\"\",\"entities\":[]},\
               {\"code\":\"test\",\"severity\":\"warning\",\"message\":\"a \\\"b\\\"\",\"entities\":[\"T7\",\"T31\"]},\
               {\"code\":\"test\",\"severity\":\"error\",\"message\":\"a \\\"b\\\"\",\"entities\":[\"T31\"]}]}\n";
    assert!(line.ends_with(end), "{line}");
}

#[test]
fn offsets_count_what_was_asked_for() {
    for (offsets, start) in [(OffsetUnit::Chars, 39), (OffsetUnit::Bytes, 43), (OffsetUnit::Utf16, 40)] {
        let record = parsed(JsonOptions { offsets, ..JsonOptions::default() });
        assert_eq!(record["entities"][0]["start"], start);
        assert_eq!(record["source"]["characters"], TEXT.chars().count());
    }
}

#[test]
fn only_some_types_keep_their_numbers() {
    let only = [EntityType::Drug, EntityType::Dose].into_iter().collect();
    let record = parsed(JsonOptions { only, ..JsonOptions::default() });
    assert_valid(&record);
    let ids = |list: &str| -> Vec<_> {
        record[list]
            .as_array()
            .expect("a list")
            .iter()
            .map(|item| item["id"].as_str().expect("text"))
            .collect()
    };
    assert_eq!((ids("entities"), ids("relations")), (vec!["T7", "T8"], vec!["R1"]));
    let issues = record["issues"].as_array().expect("a list");
    assert_eq!(issues.len(), 2);
    assert_eq!(issues[1]["entities"], serde_json::json!(["T7"]));
}

#[test]
fn the_array_says_what_the_lines_say() {
    let object = written(JsonOptions { layout: Layout::Array, ..JsonOptions::default() });
    let mut stream = Stream::new(Vec::new(), Layout::Array);
    stream.records(object.as_bytes()).expect("a Vec takes all");
    stream.records(format!("{object}{object}").as_bytes()).expect("a Vec takes all");
    let array = String::from_utf8(stream.finish().expect("a Vec takes all")).expect("UTF-8");
    assert!(
        array.starts_with("[\n  {\n    \"schema\": \"1.0\",\n") && array.ends_with("\n  }\n]\n"),
        "{array}"
    );
    assert!(array.contains("\"dimensions\": [1.0, 0.005]") && array.contains("\"value\": 57.70"), "{array}");
    let records: Vec<serde_json::Value> = serde_json::from_str(&array).expect("JSON");
    assert_eq!(records, vec![parsed(JsonOptions::default()); 3]);
}

#[test]
fn what_the_program_writes_of_the_corpus_is_valid() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let output =
        Command::new(env!("CARGO_BIN_EXE_casegrain")).arg("extract").arg(&corpus).output().expect("runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() || said.contains("holds no reports"), "{said}");
    for line in String::from_utf8(output.stdout).expect("UTF-8").lines() {
        assert_valid(&serde_json::from_str(line).expect("JSON"));
    }
}

#[test]
fn the_program_prints_the_schema() {
    let output = Command::new(env!("CARGO_BIN_EXE_casegrain")).arg("schema").output().expect("runs");
    assert!(output.status.success());
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("JSON"), schema());
}
