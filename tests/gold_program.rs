//! Gold and scores as their users meet them: files in, exit codes, what is said.

use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

struct Ran {
    code: i32,
    out: String,
    said: String,
}

fn casegrain(folder: &Path, arguments: &str) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_casegrain"))
        .current_dir(folder)
        .args(arguments.split_whitespace())
        .output()
        .expect("the program starts");
    Ran {
        code: output.status.code().expect("an exit code"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        said: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

fn folder(files: Files<'_>) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("has one")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Files by name, with what they hold.
type Files<'f> = &'f [(&'f str, &'f str)];

const GOLD: &str = concat!(
    r#"{"id":"one","text":"A 34-year-old woman took aspirin 100 mg\nand was well.","speciality":"x","#,
    r#""exhaustive":["drug","age","dose"],"entities":[{"id":"T1","type":"age","start":2,"end":13,"#,
    r#""text":"34-year-old","value":{"value":34,"unit":"a"},"assertion":{"status":"present","subject":"patient"}},"#,
    r#"{"id":"T2","type":"drug","start":25,"end":32,"text":"aspirin","value":{"name":"aspirin"}},"#,
    r#"{"id":"T3","type":"dose","start":33,"end":39,"text":"100 mg","value":{"value":100.0,"unit":"mg","unit_any":["mcg"]}},"#,
    r#"{"id":"T4","type":"finding","start":33,"end":43,"text":"100 mg\nand","spans":[[33,36],[40,43]],"optional":true}],"#,
    r#""relations":[{"id":"R1","type":"dose_of","from":"T3","to":"T2"}]}"#,
    "\n",
    r#"{"id":"two","text":"µ: no marks, no warfarin.","exhaustive":["drug"],"#,
    r#""entities":[{"id":"T1","type":"drug","start":16,"end":24,"assertion":{"status":"absent"},"note":"see above"}],"#,
    r#""relations":[],"cases":[{"id":"C1"}]}"#,
    "\n",
);

#[test]
fn gold_goes_through_every_form_and_comes_back_the_same() {
    let folder = folder(&[("gold.jsonl", GOLD)]);
    let first = casegrain(folder.path(), "gold import gold.jsonl -o first.jsonl");
    assert_eq!((first.code, first.said.as_str()), (0, "2 documents, 0 broken ones left out\n"));
    for (form, out) in
        [("brat", "brat"), ("bioc-json", "b.json"), ("bioc-xml", "b.xml"), ("pubannotation", "p.json")]
    {
        let ran = casegrain(folder.path(), &format!("gold export first.jsonl --format {form} -o {out}"));
        assert_eq!(ran.code, 0, "{form}: {}", ran.said);
        let ran = casegrain(folder.path(), &format!("gold import {out} -o {form}.jsonl"));
        assert_eq!(ran.code, 0, "{form}: {}", ran.said);
        // Formats keep everything, but not whether the words of an entity were repeated.
        let again = read(&folder, &format!("{form}.jsonl")).replace(r#","text":"warfarin""#, "");
        let lines = |text: &str| -> Vec<serde_json::Value> {
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
        };
        assert_eq!(lines(&again), lines(&read(&folder, "first.jsonl")), "{form}");
        // And written once more, the form itself is the same, byte for byte.
        let twice = format!("twice-{out}");
        casegrain(folder.path(), &format!("gold export {form}.jsonl --format {form} -o {twice}"));
        if form == "brat" {
            for name in ["one.txt", "one.ann", "two.ann", "annotation.conf", "casegrain.jsonl"] {
                let (a, b) =
                    (read(&folder, &format!("brat/{name}")), read(&folder, &format!("twice-brat/{name}")));
                assert_eq!(a, b, "{name}");
            }
        } else {
            assert_eq!(read(&folder, out), read(&folder, &twice), "{form}");
        }
    }
    assert!(read(&folder, "brat/one.ann").contains("T4\tfinding 33 36;40 43\t100 and\n"));
    assert!(read(&folder, "brat/one.ann").contains(r#"{"value":100.0,"unit":"mg","unit_any":["mcg"]}"#));
}

#[test]
fn foreign_brat_is_read_through_a_mapping_and_comes_back_unchanged() {
    let ann = "T1\tMedication 5 12\taspirin\nA1\tNegated T1\nT2\tAmount 13 19;20 23\t100 mg and\n\
               R1\tHasDose Arg1:T1 Arg2:T2\nE1\tMedication:T1 Theme:T2\n";
    let mapping = r#"{"accept":{"Medication":["drug"],"Amount":["dose"]},"precise":{"drug":["Medication"]},
        "attributes":{"Negated":{"status":"absent"}},"relations":{"HasDose":"dose_of"}}"#;
    let folder = folder(&[
        ("brat/x.txt", "Took aspirin 100 mg and more"),
        ("brat/x.ann", ann),
        ("brat/mapping.json", mapping),
    ]);
    let ran = casegrain(folder.path(), "gold import brat -o x.jsonl");
    assert_eq!(ran.code, 0, "{}", ran.said);
    let gold: serde_json::Value = serde_json::from_str(&read(&folder, "x.jsonl")).expect("JSON");
    assert_eq!(gold["entities"][0]["type"], "drug");
    assert_eq!(gold["entities"][0]["assertion"]["status"], "absent");
    assert_eq!(gold["entities"][1]["spans"], serde_json::json!([[13, 19], [20, 23]]));
    assert_eq!(gold["relations"][0]["type"], "dose_of");
    let ran = casegrain(folder.path(), "gold export brat --format brat -o back");
    assert_eq!(ran.code, 0, "{}", ran.said);
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&read(&folder, "back/x.ann")), sorted(ann));
    let ran = casegrain(folder.path(), "score brat --most 0");
    assert!(ran.out.contains("Medication") && ran.out.contains("drug"), "{}{}", ran.out, ran.said);
}

#[test]
fn conll_and_tables_are_read() {
    let folder = folder(&[
        ("a.conll", "# id = a\nTook O\nfolic B-drug\nacid I-drug\n. O\n"),
        ("t/spans.csv", "id,start,end,type,text,status,name\nb,5,12,drug,aspirin,present,aspirin\n"),
        ("t/b.txt", "Took aspirin."),
    ]);
    let ran = casegrain(folder.path(), "gold import a.conll t");
    let lines: Vec<serde_json::Value> =
        ran.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines[0]["text"], "Took folic acid .");
    assert_eq!(lines[0]["entities"][0]["start"], 5);
    assert_eq!(
        (&lines[1]["text"], &lines[1]["entities"][0]["value"]["name"]),
        (&"Took aspirin.".into(), &"aspirin".into())
    );
}

#[test]
fn broken_gold_is_refused_with_file_line_and_reason() {
    let good =
        r#"{"id":"a","text":"aspirin","exhaustive":["drug"],"entities":[{"type":"drug","start":0,"end":7}]}"#;
    let cases: [(Files<'_>, &str, &str); 7] = [
        (
            &[(
                "g.jsonl",
                r#"{"id":"b","text":"a drug","entities":[{"type":"drug","start":1,"end":6,"text":"drug"}]}"#,
            )],
            "g.jsonl:2: error: entity 1 (drug): 1 to 6 is \" drug\", not \"drug\"; \"drug\" stands at 2 to 6 (shifted)",
            "g.jsonl",
        ),
        (
            &[("g.jsonl", r#"{"id":"a","text":"x","entities":[]}"#)],
            "g.jsonl:2: error: the id `a` is that of g.jsonl:1",
            "g.jsonl",
        ),
        (
            &[("g.jsonl", r#"{"id":"b","entities":[]}"#)],
            "g.jsonl:2: error: document `b` has no text",
            "g.jsonl",
        ),
        (
            &[("g.jsonl", r#"{"id":"b","text":"x""#)],
            "g.jsonl:2: error: EOF while parsing an object",
            "g.jsonl",
        ),
        (
            &[(
                "g.jsonl",
                r#"{"id":"b","text":"xy","entities":[{"type":"size","start":0,"end":1},{"type":"size","start":1,"end":2}],"relations":[{"type":"changed_to","from":0,"to":1},{"type":"changed_to","from":1,"to":0}]}"#,
            )],
            "leads in a circle: entity 1 (size), then entity 2 (size) (circle)",
            "g.jsonl",
        ),
        (
            &[("g/a.ann", "T1\tdrug 0 7\taspirin\n")],
            "a.ann: error: its text file g/a.txt is missing (no-text)",
            "g",
        ),
        (
            &[("g/a.ann", "T1\tdrug 0 7\taspirin\n\nT2\tdrug 3 9\tx\n"), ("g/a.txt", "aspirin")],
            "a.ann:3: error: 9 is beyond the end of the text (form)",
            "g",
        ),
    ];
    for (files, wanted, path) in cases {
        let files: Vec<(&str, String)> = files
            .iter()
            .map(|(name, text)| {
                (*name, if *name == "g.jsonl" { format!("{good}\n{text}\n") } else { (*text).to_owned() })
            })
            .collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let folder = folder(&files);
        let checked = casegrain(folder.path(), &format!("gold check {path}"));
        assert_eq!(checked.code, 1, "{}", checked.out);
        assert!(checked.out.contains(wanted), "{wanted}\n{}", checked.out);
        let scored = casegrain(folder.path(), &format!("score {path}"));
        assert_eq!(scored.code, 2, "{}", scored.out);
        assert!(
            scored.said.contains(wanted) && scored.said.contains("the gold is broken"),
            "{}",
            scored.said
        );
        if path == "g.jsonl" {
            let partial = casegrain(folder.path(), "score g.jsonl --partial");
            assert_eq!(partial.code, 0, "{}", partial.said);
            assert!(partial.out.contains("documents are broken and left out"), "{}", partial.out);
        }
    }
}

#[test]
fn a_text_without_annotations_is_not_passed_over() {
    let folder = folder(&[("g/a.ann", ""), ("g/a.txt", "x"), ("g/b.txt", "y")]);
    let ran = casegrain(folder.path(), "score g");
    assert_eq!(ran.code, 2);
    assert!(ran.said.contains("g/b.txt: its annotations g/b.ann are missing"), "{}", ran.said);
}

#[test]
fn a_score_says_what_it_did_not_see() {
    let folder = folder(&[("gold.jsonl", GOLD)]);
    let run = r#"{"id":"one","entities":[{"id":"T1","type":"drug","start":25,"end":32,"text":"aspirin","rule":"r"}]}"#;
    fs::write(folder.path().join("run.jsonl"), run).expect("a file");
    let ran = casegrain(folder.path(), "score gold.jsonl run.jsonl --json");
    assert_eq!(ran.code, 0, "{}", ran.said);
    let score: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(score["documents_without_output"], serde_json::json!(["two"]));
    assert_eq!(score["entities"]["drug"]["recall"], 50.0);
    assert_eq!(score["entities"]["drug"]["precision"], 100.0);
    assert_eq!(score["entities"]["age"]["recall"], 0.0);
    assert_eq!(score["relations"]["dose_of"]["gold"], 1);
    let ran = casegrain(folder.path(), "score gold.jsonl run.jsonl");
    assert!(ran.out.contains("1 of 2 documents have no output"), "{}", ran.out);
    let shifted = run.replace("25", "24").replace("32", "31");
    fs::write(folder.path().join("run.jsonl"), shifted).expect("a file");
    let ran = casegrain(folder.path(), "score gold.jsonl run.jsonl");
    assert_eq!(ran.code, 2);
    assert!(ran.said.contains("offsets in code points"), "{}", ran.said);
}

#[test]
fn the_corpus_of_the_project_goes_through_brat_and_bioc_unchanged() {
    let folder = tempfile::tempdir().expect("a folder");
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let run = |arguments: &str| {
        let ran = casegrain(folder.path(), arguments);
        assert_eq!(ran.code, 0, "{arguments}: {}", ran.said);
    };
    run(&format!("gold import {} -o gold.jsonl", corpus.display()));
    let gold = read(&folder, "gold.jsonl");
    assert!(gold.lines().count() >= 40, "{} documents", gold.lines().count());
    for (form, out) in [("brat", "brat"), ("bioc-json", "b.json"), ("bioc-xml", "b.xml")] {
        run(&format!("gold export gold.jsonl --format {form} -o {out}"));
        run(&format!("gold import {out} -o {form}.jsonl"));
        run(&format!("gold export {form}.jsonl --format {form} -o again-{out}"));
        let facts = |lines: &str| -> Vec<serde_json::Value> {
            let mut all: Vec<serde_json::Value> =
                lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
            all.sort_by_key(|document| document["id"].to_string());
            all
        };
        let (before, after) = (facts(&gold), facts(&read(&folder, &format!("{form}.jsonl"))));
        let differs = before.iter().zip(&after).find(|(before, after)| before != after);
        assert!(
            differs.is_none(),
            "{form}: {}",
            differs.map_or(&before[0]["id"], |(before, _)| &before["id"])
        );
        assert_eq!(before.len(), after.len());
        if form == "brat" {
            for entry in fs::read_dir(folder.path().join("brat")).expect("a folder") {
                let name = entry.expect("an entry").file_name().into_string().expect("UTF-8");
                let (a, b) =
                    (read(&folder, &format!("brat/{name}")), read(&folder, &format!("again-brat/{name}")));
                let lines =
                    |text: &str| text.lines().map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
                assert!(lines(&a) == lines(&b), "{name} is not the same");
            }
        } else {
            let same = read(&folder, out) == read(&folder, &format!("again-{out}"));
            assert!(same, "{form} is not the same");
        }
    }
}

#[test]
fn floors_hold_and_are_only_lifted() {
    let entity = |n: usize| format!(r#"{{"type":"drug","start":{n},"end":{}}}"#, n + 1);
    let entities: Vec<String> = (0..40).map(entity).collect();
    let gold = format!(r#"{{"id":"a","text":"{}","entities":[{}]}}"#, "x".repeat(40), entities.join(","));
    let run = |found: usize| format!(r#"{{"id":"a","entities":[{}]}}"#, entities[..found].join(","));
    let folder = folder(&[("gold.jsonl", &gold), ("good.jsonl", &run(36)), ("bad.jsonl", &run(30))]);
    let score = |run: &str, more: &str| {
        casegrain(folder.path(), &format!("score gold.jsonl {run} --floors floors.tsv --most 0 {more}"))
    };
    assert_eq!(score("good.jsonl", "").code, 2, "no table yet");
    assert_eq!(score("good.jsonl", "--raise").code, 0);
    let table = read(&folder, "floors.tsv");
    assert!(table.contains("recall\tdrug\t90.0\n"), "{table}");
    let fell = score("bad.jsonl", "--raise --junit floors.xml");
    assert_eq!(fell.code, 1);
    assert!(fell.said.contains("floors.tsv: recall drug: 75.0, floor 90.0"), "{}", fell.said);
    assert_eq!(read(&folder, "floors.tsv"), table, "never lowered");
    assert!(read(&folder, "floors.xml").contains(r#"<failure message="75.0, floor 90.0""#));
    assert_eq!(score("good.jsonl", "").code, 0);
}

#[test]
fn a_score_can_be_read_in_every_form() {
    let folder = folder(&[("gold.jsonl", GOLD)]);
    let ran = casegrain(folder.path(), "score gold.jsonl --markdown --html page.html");
    assert!(ran.out.contains("| type | gold |"), "{}", ran.out);
    let page = read(&folder, "page.html");
    assert!(page.contains("<svg") && page.contains("<mark>"), "charts and highlighted text");
    for outside in ["http:", "https:", "src=", "<link", "<script"] {
        assert!(!page.contains(outside), "the page needs nothing else, and has {outside}");
    }
    let ran = casegrain(folder.path(), "score gold.jsonl --rules");
    assert!(ran.out.contains("rules made nothing here:"), "{}", ran.out);
}

#[test]
fn two_runs_are_compared_and_judged() {
    let line = |entities: &str| {
        format!(
            r#"{{"id":"one","program":{{"name":"casegrain","version":"1","grammar":"sha256:x"}},"entities":[{entities}]}}"#
        )
    };
    let fact = |kind: &str, start: u32, end: u32, text: &str, rule: &str| {
        format!(r#"{{"type":"{kind}","start":{start},"end":{end},"text":"{text}","rule":"{rule}"}}"#)
    };
    let name = r#""value":{"name":"aspirin"},"#;
    let aspirin =
        fact("drug", 25, 32, "aspirin", "drug/name").replace(r#""rule""#, &format!(r#"{name}"rule""#));
    let old =
        [fact("age", 2, 13, "34-year-old", "age/a"), fact("drug", 14, 19, "woman", "drug/bad")].join(",");
    let new = [fact("drug", 14, 16, "wo", "drug/bad"), aspirin].join(",");
    let folder = folder(&[("gold.jsonl", GOLD), ("old.jsonl", &line(&old)), ("new.jsonl", &line(&new))]);
    let ran = casegrain(
        folder.path(),
        "diff old.jsonl new.jsonl --gold gold.jsonl --json --exit-code --html d.html",
    );
    assert_eq!(ran.code, 1, "{}", ran.said);
    let diff: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let total = serde_json::json!({"added": 1, "lost": 1, "changed": 1, "better": 1, "worse": 1});
    assert_eq!(diff["total"], total);
    assert_eq!(diff["rules"]["drug/name"]["better"], 1);
    assert_eq!(diff["rules"]["drug/bad"]["changed"], 1);
    assert_eq!(diff["rules"]["age/a"]["worse"], 1);
    assert!(read(&folder, "d.html").contains("<mark>aspirin</mark>"));
    let ran = casegrain(folder.path(), "diff old.jsonl old.jsonl --exit-code");
    assert_eq!((ran.code, ran.out.contains("no differences")), (0, true), "{}", ran.out);
    let ran = casegrain(folder.path(), "diff old.jsonl new.jsonl --markdown");
    assert!(ran.out.contains("| drug/bad | 0 | 0 | 1 | 0 | 0 |"), "{}", ran.out);
}

#[test]
fn two_grammars_are_compared_on_texts() {
    let folder = folder(&[
        ("mine/lexicon/drug/new.tsv", "name\tsynonyms\nnovelimab\tNVL-101\n"),
        ("texts/a.txt", "He received NVL-101 for 3 weeks."),
    ]);
    let ran = casegrain(folder.path(), "diff --grammars - mine -- texts");
    assert_eq!(ran.code, 0, "{}", ran.said);
    assert!(ran.out.contains("+ drug [NVL-101] name novelimab"), "{}", ran.out);
}
