//! Gold and scores as their users meet them: files in, exit codes, what is said.

#[path = "common/process.rs"]
mod process;

use process::{casegrain, folder};
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// What a file of the folder holds.
fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

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

/// Gold of `first` as a form gives it back that has no place for these members of documents and of entities.
fn without(gold: &str, of_documents: &[&str], of_entities: &[&str]) -> Vec<Value> {
    let lines = gold.lines().map(|line| {
        let mut document: Value = serde_json::from_str(line).expect("JSON");
        let remove = |from: &mut Value, names: &[&str]| {
            let members = from.as_object_mut().expect("an object");
            members.retain(|name, _| !names.contains(&name.as_str()));
        };
        remove(&mut document, of_documents);
        for entity in document["entities"].as_array_mut().expect("entities") {
            remove(entity, of_entities);
        }
        document
    });
    lines.collect()
}

#[test]
fn flat_forms_keep_what_they_hold_and_tell_what_they_lose() {
    let more = r#"{"id":"three","text":"Nothing here.","entities":[]}"#;
    let odd = r#"{"id":"four","text":"x  y\n\nz, \"q\"","entities":[{"id":"a","type":"outcome","start":3,"end":4,"value":{"status":"7","any":["1",2],"note":"ok"}}]}"#;
    let folder = folder(&[("gold.jsonl", &format!("{GOLD}{more}\n{odd}\n"))]);
    let ran = casegrain(folder.path(), "gold import gold.jsonl -o first.jsonl");
    assert_eq!(ran.code, 0, "{}", ran.said);
    let first = read(&folder, "first.jsonl");
    let lost = ["relations", "cases", "exhaustive", "speciality"];

    let ran = casegrain(folder.path(), "gold export first.jsonl --format csv -o table --report-loss");
    assert_eq!(ran.code, 0, "{}", ran.said);
    assert_eq!(
        ran.out,
        "case records\t1\ndocuments without relations that say so\t1\nother fields of documents\t1\n\
         other fields of entities\t1\npieces of entities\t2\nrelations\t1\ntypes that are exhaustive\t4\n"
    );
    let ran = casegrain(folder.path(), "gold import table -o back.jsonl");
    assert_eq!(ran.code, 0, "{}", ran.said);
    // The table repeats the words of each entity.
    let words = ["text", "spans", "note"];
    assert_eq!(without(&read(&folder, "back.jsonl"), &[], &words), without(&first, &lost, &words));
    assert!(
        read(&folder, "table/spans.csv").contains("\none,T3,33,39,dose,100 mg,,,,,100.0,mg,"),
        "{}",
        read(&folder, "table/spans.csv")
    );
    casegrain(folder.path(), "gold export back.jsonl --format csv -o twice");
    assert_eq!(read(&folder, "twice/spans.csv"), read(&folder, "table/spans.csv"));

    let ran = casegrain(folder.path(), "gold export first.jsonl --format conll -o all.conll --report-loss");
    assert_eq!(ran.code, 0, "{}", ran.said);
    for line in [
        "entities that overlap with a longer one\t1",
        "values of entities\t3",
        "ids of entities\t5",
        "pieces of entities\t2",
        "white space of another kind\t1",
    ] {
        assert!(ran.out.lines().any(|said| said == line), "{line}: {}", ran.out);
    }
    assert!(
        read(&folder, "all.conll")
            .contains("100\t33\t36\tB-finding\nmg\t37\t39\tI-finding\nand\t40\t43\tI-finding\n")
    );
    let ran = casegrain(folder.path(), "gold import all.conll -o flat.jsonl");
    assert_eq!(ran.code, 0, "{}", ran.said);
    let mut expected =
        without(&first, &lost, &["id", "value", "assertion", "optional", "text", "spans", "note"]);
    // The dose lies within the finding, over whose words no line ends.
    expected[0]["entities"].as_array_mut().expect("entities").remove(2);
    expected[0]["text"] = expected[0]["text"].as_str().expect("text").replace('\n', " ").into();
    assert_eq!(without(&read(&folder, "flat.jsonl"), &[], &["id", "text"]), expected);
    casegrain(folder.path(), "gold export flat.jsonl --format conll -o twice.conll");
    assert_eq!(read(&folder, "twice.conll"), read(&folder, "all.conll"));
    for refused in ["--format csv -o -", "--format conll -o - --report-loss"] {
        assert_ne!(casegrain(folder.path(), &format!("gold export first.jsonl {refused}")).code, 0);
    }
}

/// On the project's own gold: what both flat forms keep is scored as before.
#[test]
fn flat_forms_of_the_corpus_lose_no_place() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let folder = folder(&[]);
    let import = casegrain(folder.path(), &format!("gold import {} -o first.jsonl", corpus.display()));
    assert_eq!(import.code, 0, "{}", import.said);
    let places = |name: &str, flat: bool| -> Vec<(String, String, u64, u64)> {
        let mut all = Vec::new();
        for line in read(&folder, name).lines() {
            let document: Value = serde_json::from_str(line).expect("JSON");
            let mut own: Vec<_> = document["entities"]
                .as_array()
                .expect("entities")
                .iter()
                .map(|entity| {
                    let place = |end: &str| entity[end].as_u64().expect("a number");
                    let text = |of: &Value| of.as_str().expect("a string").to_owned();
                    (text(&document["id"]), text(&entity["type"]), place("start"), place("end"))
                })
                .collect();
            if flat {
                // Those that no longer one overlaps.
                own.sort_by_key(|entity| (std::cmp::Reverse(entity.3 - entity.2), entity.2));
                let mut kept: Vec<(String, String, u64, u64)> = Vec::new();
                for entity in own {
                    if kept.iter().all(|other| other.3 <= entity.2 || entity.3 <= other.2) {
                        kept.push(entity);
                    }
                }
                own = kept;
                own.sort_by_key(|entity| entity.2);
            }
            all.extend(own);
        }
        all
    };
    for (form, out, flat) in [("csv", "table", false), ("conll", "all.conll", true)] {
        let ran = casegrain(folder.path(), &format!("gold export first.jsonl --format {form} -o {out}"));
        assert_eq!(ran.code, 0, "{}", ran.said);
        let ran = casegrain(folder.path(), &format!("gold import {out} -o {form}.jsonl"));
        assert_eq!(ran.code, 0, "{form}: {}", ran.said);
        let (before, after) = (places("first.jsonl", flat), places(&format!("{form}.jsonl"), false));
        assert_eq!(before.len(), after.len(), "{form}");
        assert!(before == after, "{form}: {:?}", before.iter().zip(&after).find(|(a, b)| a != b));
    }
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
    assert!(ran.out.contains("note: 1 of 2 documents without output"), "{}", ran.out);
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

/// The entities of documents by id, each as type, place and text.
fn places(lines: &str) -> std::collections::BTreeMap<String, Vec<(String, u64, u64, String)>> {
    lines
        .lines()
        .map(json)
        .map(|document| {
            let place = |e: &Value| {
                let word = |name: &str| e[name].as_str().unwrap_or_default().to_owned();
                (
                    word("type"),
                    e["start"].as_u64().expect("a number"),
                    e["end"].as_u64().expect("a number"),
                    word("text"),
                )
            };
            let entities = document["entities"].as_array().expect("a list").iter().map(place).collect();
            (document["id"].as_str().expect("an id").to_owned(), entities)
        })
        .collect()
}

#[test]
fn the_corpus_of_the_project_goes_through_pubannotation_and_a_table_of_spans() {
    let folder = tempfile::tempdir().expect("a folder");
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let gold = casegrain(folder.path(), &format!("gold import {}", corpus.display())).out;
    fs::write(folder.path().join("gold.jsonl"), &gold).expect("a file");
    let ran = casegrain(folder.path(), "gold export gold.jsonl --format pubannotation -o p.jsonl");
    assert_eq!(ran.code, 0, "{}", ran.said);
    let again = casegrain(folder.path(), "gold import p.jsonl").out;
    let lines = |text: &str| -> Vec<Value> { text.lines().map(json).collect() };
    assert!(lines(&gold) == lines(&again), "PubAnnotation");

    fs::create_dir(folder.path().join("spans")).expect("a folder");
    let mut table = csv::Writer::from_path(folder.path().join("spans/spans.csv")).expect("a file");
    table.write_record(["id", "start", "end", "type", "text"]).expect("a row");
    for document in lines(&gold) {
        let id = document["id"].as_str().expect("an id");
        let text = document["text"].as_str().expect("a text");
        fs::write(folder.path().join(format!("spans/{id}.txt")), text).expect("a file");
        for (kind, start, end, words) in &places(&document.to_string())[id] {
            table.write_record([id, &start.to_string(), &end.to_string(), kind, words]).expect("a row");
        }
    }
    drop(table);
    let ran = casegrain(folder.path(), "gold import spans");
    assert_eq!(ran.code, 0, "{}", ran.said);
    assert!(places(&ran.out) == places(&gold), "spans");
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
    let fell = score("bad.jsonl", "--raise --junit floors.xml --html page.html");
    assert_eq!(fell.code, 1);
    assert!(fell.said.contains("floors.tsv: recall drug: 75.0, floor 90.0"), "{}", fell.said);
    assert!(fell.said.contains("nothing is lifted while 2 floors are not held"), "{}", fell.said);
    assert!(fell.out.contains("2 floors, 2 not held\n  recall all: 75.0, floor 90.0\n"), "{}", fell.out);
    assert_eq!(read(&folder, "floors.tsv"), table, "never lowered");
    assert!(read(&folder, "page.html").contains("<td class=name>drug<td>90.0<td>75.0<td class=bad>fell"));
    let markdown = score("bad.jsonl", "--markdown").out;
    assert!(markdown.contains("| recall | drug | 90.0 | 75.0 | **fell** |"), "{markdown}");
    rows_are_as_long_as_their_headers(&markdown);
    let floors = json(&score("bad.jsonl", "--json").out)["floors"].clone();
    let drug =
        serde_json::json!({"part": "recall", "name": "drug", "floor": 90.0, "figure": 75.0, "held": false});
    assert!(floors.as_array().expect("a list").contains(&drug), "{floors}");
    assert_eq!(
        json(&casegrain(folder.path(), "score gold.jsonl good.jsonl --json").out)["floors"],
        Value::Null
    );
    let junit = read(&folder, "floors.xml");
    let junit = roxmltree::Document::parse(&junit).expect("XML");
    let suite = junit.descendants().find(|node| node.has_tag_name("testsuite")).expect("a suite");
    let cases = suite.children().filter(|node| node.has_tag_name("testcase")).count();
    assert_eq!(suite.attribute("tests"), Some(cases.to_string().as_str()));
    assert_eq!(suite.attribute("name"), Some("casegrain score: 1 document of gold.jsonl"));
    let failures: Vec<_> = suite.descendants().filter(|node| node.has_tag_name("failure")).collect();
    assert_eq!(suite.attribute("failures"), Some(failures.len().to_string().as_str()));
    assert!(failures.iter().any(|node| node.attribute("message") == Some("75.0, floor 90.0")));
    assert_eq!(score("good.jsonl", "").code, 0);
}

#[test]
fn floors_that_hold_nothing_are_refused() {
    let gold = r#"{"id":"a","text":"He took aspirin.","entities":[{"type":"drug","start":8,"end":15}]}"#;
    let header = "part\tname\tfloor\n";
    let table = |lines: &str| format!("{header}{lines}");
    let folder = folder(&[
        ("gold.jsonl", gold),
        ("empty.tsv", ""),
        ("header.tsv", header),
        ("other.tsv", &table("recall\tdgru\t90.0\nf1\tdose\t90.0\n")),
        ("typo.tsv", &table("recal\tdrug\t90.0\n")),
        ("some.tsv", &table("recall\tdrug\t90.0\nrecall\tdose\t90.0\n")),
    ]);
    let score = |table: &str, more: &str| {
        casegrain(folder.path(), &format!("score gold.jsonl --most 0 --floors {table} {more}"))
    };
    for (table, told) in [
        ("empty.tsv", "empty.tsv has no floors"),
        ("header.tsv", "header.tsv has no floors"),
        ("other.tsv", "other.tsv: none of its floors is for a figure of this score"),
        ("typo.tsv", "typo.tsv: line 2: `recal` is no part of a score"),
    ] {
        let ran = score(table, "");
        assert_eq!(ran.code, 2, "{table}: {}", ran.said);
        assert!(ran.said.contains(told), "{table}: {}", ran.said);
    }
    let ran = score("some.tsv", "");
    assert_eq!(ran.code, 1, "a floor that is not measured is not held");
    assert!(ran.said.contains("recall dose: not measured, floor 90.0"), "{}", ran.said);
    let ran = score("some.tsv", "--raise");
    assert_eq!((ran.code, read(&folder, "some.tsv")), (1, table("recall\tdrug\t90.0\nrecall\tdose\t90.0\n")));
    assert_eq!(score("empty.tsv", "--raise --margin -1").code, 2, "a floor above its figure");
    assert_eq!(score("empty.tsv", "--raise").code, 0);
}

#[test]
fn junit_without_floors_has_a_case_for_each_type_and_an_error_for_what_was_not_scored() {
    let line = |id: &str| {
        format!(
            r#"{{"id":"{id}","text":"He took aspirin.","entities":[{{"type":"drug","start":8,"end":15}}]}}"#
        ) + "\n"
    };
    let broken = line("broken").replace(r#""end":15"#, r#""end":99"#);
    let run = r#"{"id":"a","entities":[{"type":"drug","start":8,"end":15,"text":"aspirin"}]}"#;
    let folder = folder(&[
        ("gold.jsonl", &(line("a") + &line("<b>") + &broken)),
        ("run.jsonl", run),
        ("floors.tsv", "part\tname\tfloor\nrecall\tdrug\t10.0\n"),
    ]);
    let cases = |more: &str, tests: &str| {
        let ran =
            casegrain(folder.path(), &format!("score gold.jsonl run.jsonl --partial --junit j.xml {more}"));
        assert_eq!(ran.code, 0, "{}", ran.said);
        let xml = read(&folder, "j.xml");
        let document = roxmltree::Document::parse(&xml).expect("XML");
        let suite = document.descendants().find(|node| node.has_tag_name("testsuite")).expect("a suite");
        for (what, number) in [("tests", tests), ("failures", "0"), ("errors", "2")] {
            assert_eq!(suite.attribute(what), Some(number), "{what}: {xml}");
        }
        let first = suite.first_element_child().expect("a case");
        let errors = suite.descendants().filter(|node| node.has_tag_name("error"));
        let told: Vec<String> =
            errors.filter_map(|node| node.attribute("message")).map(str::to_owned).collect();
        assert!(told[0].contains("no record of `<b>`") && told[1].contains("gold.jsonl:3"), "{told:?}");
        (first.attribute("classname").map(str::to_owned), first.attribute("name").map(str::to_owned))
    };
    assert_eq!(cases("", "3"), (Some("score.type".into()), Some("drug".into())));
    assert_eq!(cases("--floors floors.tsv", "3"), (Some("score.recall".into()), Some("drug".into())));
}

#[test]
fn a_score_can_be_read_in_every_form() {
    let folder = folder(&[("gold.jsonl", GOLD)]);
    let ran = casegrain(folder.path(), "score gold.jsonl --markdown --rules --html page.html");
    assert!(ran.out.contains("| type | gold |"), "{}", ran.out);
    rows_are_as_long_as_their_headers(&ran.out);
    let page = read(&folder, "page.html");
    assert!(page.contains("<svg") && page.contains("<mark>"), "charts and highlighted text");
    for outside in ["http:", "https:", "src=", "<link", "<script"] {
        assert!(!page.contains(outside), "the page needs nothing else, and has {outside}");
    }
    let ran = casegrain(folder.path(), "score gold.jsonl --rules");
    assert!(ran.out.contains("rules made nothing here:"), "{}", ran.out);
}

#[test]
fn the_worst_errors_come_first_with_what_they_have_in_common() {
    let text = "No fever, no rash; gave 5 mg drugx, drugx and drugx for a 10-year-old scar.";
    let at = |words: &str, from: usize| {
        let start = text[from..].find(words).expect("in the text") + from;
        format!(r#""start":{start},"end":{},"text":"{words}""#, start + words.len())
    };
    let gold = |kind: &str, place: &str, more: &str| format!(r#"{{"type":"{kind}",{place}{more}}}"#);
    let absent = r#","assertion":{"status":"absent"}"#;
    let dose = r#","value":{"value":5,"unit":"mg"}"#;
    let all = [
        gold("finding", &at("fever", 0), absent),
        gold("finding", &at("rash", 0), absent),
        gold("dose", &at("5 mg", 0), dose),
        gold("age", &at("10-year-old", 0), ""),
    ];
    let document = format!(
        r#"{{"id":"a","text":"{text}","exhaustive":["drug","dose","finding"],"entities":[{}]}}"#,
        all.join(",")
    );
    let drug =
        |from: usize| gold("drug", &at("drugx", from), r#","value":{"name":"drugx"},"rule":"drug/bad""#);
    let run = [
        gold("finding", &at("fever", 0), r#","rule":"finding/x""#),
        gold("finding", &at("no rash", 0), r#","assertion":{"status":"absent"},"rule":"finding/x""#),
        gold("dose", &at("5 mg", 0), r#","value":{"value":5,"unit":"g"},"rule":"dose/x""#),
        drug(0),
        drug(30),
        drug(40),
    ];
    let run = format!(r#"{{"id":"a","entities":[{}]}}"#, run.join(","));
    let folder = folder(&[("gold.jsonl", &document), ("run.jsonl", &run)]);
    let score = json(&casegrain(folder.path(), "score gold.jsonl run.jsonl --json").out);
    let told: Vec<String> = score["patterns"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|p| {
            format!(
                "{} {} {} {} {} {}",
                p["weight"], p["kind"], p["label"], p["rule"], p["reason"], p["what"]
            )
        })
        .map(|line| line.replace('"', ""))
        .collect();
    assert_eq!(
        told,
        [
            "12 false drug drug/bad gold has nothing there drugx",
            "5 value dose dose/x another unit unit mg read as g",
            "5 status finding finding/x absent taken for present ",
            "3 missed age  nothing was found there ",
            "1 place finding finding/x begins earlier ",
        ]
    );
    let ran = casegrain(folder.path(), "score gold.jsonl run.jsonl --patterns 1 --most 1");
    let line = "1. false drug × 3: drugx; gold has nothing there; rule drug/bad\n  a:";
    assert!(ran.out.contains(line) && ran.out.contains("and 4 patterns"), "{}", ran.out);
    assert!(ran.out.contains("7 errors in 5 patterns"), "{}", ran.out);
    assert!(!casegrain(folder.path(), "score gold.jsonl run.jsonl --most 0").out.contains("patterns"));
    let status = &score["confusions"]["status"];
    assert_eq!(status["pairs"][0], serde_json::json!({"gold": "absent", "got": "absent", "count": 1}));

    // Where the rules are at hand, they tell what kept them from what was missed.
    let score = json(&casegrain(folder.path(), "score gold.jsonl --json").out);
    let faults = score["faults"].as_array().expect("a list");
    let age = faults.iter().find(|fault| fault["label"] == "age").expect("it is the age of a scar");
    assert!(
        age["near"].as_str().is_some_and(|near| near.contains("its guard at entity/age.grain:")),
        "{age}"
    );
    assert!(age["rule"].as_str().is_some_and(|rule| rule.starts_with("age/")), "{age}");
}

#[test]
fn what_is_wrong_in_records_and_relations_says_whether_its_facts_were_read() {
    let text = "aspirin 5 mg, ibuprofen 7 mg";
    let entity = |id: &str, kind: &str, start: u32, end: u32, value: &str| {
        format!(r#"{{"id":"{id}","type":"{kind}","start":{start},"end":{end},"value":{value}}}"#)
    };
    let name = |name: &str| format!(r#"{{"name":"{name}"}}"#);
    let aspirin = entity("T1", "drug", 0, 7, &name("aspirin"));
    let ibuprofen = entity("T3", "drug", 14, 23, &name("ibuprofen"));
    let doses =
        [entity("T2", "dose", 8, 12, r#"{"value":5}"#), entity("T4", "dose", 24, 28, r#"{"value":7}"#)];
    let drugs = |of_the_first: &str| {
        format!(
            r#""cases":[{{"id":"C1","treatments":{{"drugs":[{of_the_first},{{"name":"ibuprofen","entities":["T3"]}}]}}}}]"#
        )
    };
    let links = |pairs: &str| format!(r#""relations":[{pairs}]"#);
    let link = |from: &str, to: &str| format!(r#"{{"type":"dose_of","from":"{from}","to":"{to}"}}"#);
    let line = |entities: &[&str], links: String, record: String| {
        format!(r#"{{"id":"a","text":"{text}","entities":[{}],{links},{record}}}"#, entities.join(","))
    };
    let all = [aspirin.as_str(), &doses[0], &ibuprofen, &doses[1]];
    let both = link("T2", "T1") + "," + &link("T4", "T3");
    let gold = line(&all, links(&both), drugs(r#"{"name":"aspirin","entities":["T1"]}"#));
    // One drug is not read, and its dose is given to the other one; there is no record at all.
    let run = line(&all[1..], links(&link("T2", "T3")), r#""cases":[]"#.to_owned())
        .replace(&format!(r#""text":"{text}","#), "");
    let folder = folder(&[("gold.jsonl", &gold), ("run.jsonl", &run)]);
    let ran = casegrain(folder.path(), "score gold.jsonl run.jsonl --json");
    assert_eq!(ran.code, 0, "{}", ran.said);
    let score = json(&ran.out);
    let told: Vec<String> = score["patterns"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|p| format!("{} {}: {}", p["weight"], p["kind"], p["reason"]).replace('"', ""))
        .collect();
    assert_eq!(
        told,
        [
            "5 relation false: gold links it to another one",
            "3 missed: nothing was found there",
            "3 relation missed: both were found",
            "3 case missed: its fact was found",
            "0 relation missed: drug was not found",
            "0 case missed: its fact was not found",
        ]
    );
}

/// Every table of a Markdown text has as many cells in each row as in its header.
fn rows_are_as_long_as_their_headers(markdown: &str) {
    let cells = |row: &str| row.replace("\\|", "").matches('|').count();
    let mut header = None;
    for line in markdown.lines() {
        match (line.starts_with('|'), header) {
            (true, None) => header = Some(cells(line)),
            (true, Some(wanted)) => assert_eq!(cells(line), wanted, "{line}"),
            (false, _) => header = None,
        }
    }
    assert!(cells(markdown) > 0, "no table: {markdown}");
}

fn json(out: &str) -> Value {
    serde_json::from_str(out).unwrap_or_else(|error| panic!("{error}: {out}"))
}

#[test]
fn a_rule_alone_finds_what_no_other_would_have_found() {
    // Both rules match the second name; the winner finds nothing that the other would not.
    let rule = |name: &str, word: &str, more: &str| {
        format!(
            "rule {name}\n  w:\"{word}\"\n{more}  => drug {{ name: \"{word}\" }}\n  yes  took [{word}] => name {word}\n  \
             yes  no [{word}]\n  no   took water\n\n"
        )
    };
    let rules = [
        rule("only", "zzalpha", ""),
        rule("strong", "zzbeta", "  overrides weak\n"),
        rule("weak", "zzbeta", ""),
        rule("idle", "zzgamma", ""),
    ];
    let gold = r#"{"id":"a","text":"Took zzalpha. Took zzbeta.","exhaustive":["drug"],"entities":[
        {"type":"drug","start":5,"end":12},{"type":"drug","start":19,"end":25}]}"#;
    let folder = folder(&[("mine/entity/zz.grain", rules.concat().as_str()), ("gold.json", gold)]);
    let ran = casegrain(folder.path(), "score gold.json --grammars mine --rules --json");
    assert_eq!(ran.code, 0, "{}", ran.said);
    let score = json(&ran.out);
    assert_eq!(score["rules"]["zz/only"]["only"], 1);
    assert_eq!(
        (&score["rules"]["zz/strong"]["right"], &score["rules"]["zz/strong"]["only"]),
        (&1.into(), &0.into())
    );
    let idle = score["idle_rules"].as_array().expect("a list");
    assert!(idle.contains(&"zz/idle".into()) && !idle.contains(&"zz/only".into()));

    // Without the flag nobody tried, and of other grammars it cannot be tried.
    let ran = casegrain(folder.path(), "score gold.json --grammars mine --json");
    assert_eq!(
        (&json(&ran.out)["rules"]["zz/only"]["only"], &json(&ran.out)["idle_rules"]),
        (&Value::Null, &Value::Null)
    );
    let run = r#"{"id":"a","program":{"name":"x","version":"1","grammar":"sha256:y"},"entities":[]}"#;
    fs::write(folder.path().join("run.jsonl"), run).expect("a file");
    let ran = casegrain(folder.path(), "score gold.json run.jsonl --grammars mine --rules");
    assert_eq!(ran.code, 0, "{}", ran.said);
    assert!(ran.said.contains("the run was made with the grammars sha256:y"), "{}", ran.said);
}

#[test]
fn halves_of_a_corpus_are_told_apart() {
    let line = |id: &str, kind: &str| {
        format!(
            r#"{{"id":"{id}","text":"He took aspirin.","entities":[{{"type":"{kind}","start":8,"end":15}}]}}"#
        ) + "\n"
    };
    let train = line("a", "drug") + &line("b", "drug");
    let held = line("c", "disease");
    let folder = folder(&[("gold/train.jsonl", train.as_str()), ("gold/held.jsonl", held.as_str())]);
    let both = casegrain(folder.path(), "score . --most 0");
    assert!(both.out.starts_with("3 documents\ncasegrain "), "{}", both.out);
    let score = json(&casegrain(folder.path(), "score . --json").out);
    let sets: Vec<_> = score["gold"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|set| (&set["documents"], &set["recall"]))
        .collect();
    assert_eq!(sets, [(&1.into(), &0.0.into()), (&2.into(), &100.0.into())], "held, then train");
    let one = casegrain(folder.path(), "score gold/held.jsonl --most 0");
    assert!(one.out.starts_with("1 document of gold/held.jsonl\n"), "{}", one.out);
}

#[test]
fn draws_have_a_seed_and_case_records_averages() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/gold/train.jsonl");
    let folder = tempfile::tempdir().expect("a folder");
    let score = |more: &str| {
        casegrain(folder.path(), &format!("score {} --json --samples 50 {more}", corpus.display())).out
    };
    let first = score("--seed 3");
    assert_eq!(score("--seed 3"), first, "the same seed");
    let (first, other) = (json(&first), json(&score("--seed 4")));
    assert_ne!(first["micro"]["intervals"], other["micro"]["intervals"]);
    assert_eq!(first["micro"]["gold"], other["micro"]["gold"]);

    let cases = first["case_record"].as_object().expect("an object");
    let sum = |what: &str| cases.values().filter_map(|counts| counts[what].as_u64()).sum::<u64>();
    for what in ["gold", "found", "predicted", "right"] {
        assert_eq!(first["case_record_micro"][what], sum(what), "{what}");
    }
    let recalls: Vec<f64> = cases.values().filter_map(|counts| counts["recall"].as_f64()).collect();
    let mean = first["case_record_macro"]["recall"].as_f64().expect("a number");
    assert!((mean - recalls.iter().sum::<f64>() / recalls.len() as f64).abs() < 1e-9, "{mean}");
    assert!(cases["timeline"]["gold"].as_u64() > Some(100), "{}", cases["timeline"]);
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
    let total =
        serde_json::json!({"added": 1, "lost": 1, "changed": 1, "better": 1, "worse": 1, "not_judged": 0});
    assert_eq!(diff["total"], total);
    assert_eq!(diff["rules"]["drug/name"]["better"], 1);
    assert_eq!(diff["rules"]["drug/bad"]["changed"], 1);
    assert_eq!(diff["rules"]["age/a"]["worse"], 1);
    assert!(read(&folder, "d.html").contains("<mark>aspirin</mark>"));
    let ran = casegrain(folder.path(), "diff old.jsonl old.jsonl --exit-code");
    assert_eq!((ran.code, ran.out.contains("no differences")), (0, true), "{}", ran.out);
    let ran = casegrain(folder.path(), "diff old.jsonl new.jsonl --markdown");
    assert!(ran.out.contains("| drug/bad | 0 | 0 | 1 |\n"), "without gold nothing is judged: {}", ran.out);
    rows_are_as_long_as_their_headers(&ran.out);
    let ran = casegrain(folder.path(), "diff old.jsonl new.jsonl --markdown --gold gold.jsonl");
    assert!(ran.out.contains("| drug/bad | 0 | 0 | 1 | 0 | 0 | 0 |\n"), "{}", ran.out);
    assert!(ran.out.contains("1 document in both runs, 0 facts alike"), "{}", ran.out);
    rows_are_as_long_as_their_headers(&ran.out);
}

#[test]
fn a_number_with_more_zeros_is_no_change() {
    let run = |value: &str| {
        format!(
            r#"{{"id":"a","entities":[{{"type":"size","start":0,"end":6,"text":"2.60 cm","value":{{"value":{value},"unit":"cm"}}}}]}}"#
        )
    };
    let folder =
        folder(&[("old.jsonl", &run("2.60")), ("new.jsonl", &run("2.6")), ("other.jsonl", &run("2.06"))]);
    let ran = casegrain(folder.path(), "diff old.jsonl new.jsonl --exit-code");
    assert_eq!((ran.code, ran.out.contains("no differences")), (0, true), "{}", ran.out);
    assert!(!ran.out.contains("2.6"), "{}", ran.out);
    let ran = casegrain(folder.path(), "diff old.jsonl other.jsonl --exit-code");
    assert_eq!((ran.code, ran.out.contains("value 2.06")), (1, true), "{}", ran.out);
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

#[test]
fn a_folder_that_adds_nothing_changes_nothing() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let folder = folder(&[("mine/entity/nothing.grain", "# nothing\n")]);
    let ran = casegrain(folder.path(), &format!("diff --grammars - mine {} --exit-code", corpus.display()));
    assert_eq!((ran.code, ran.out.contains("no differences")), (0, true), "{}{}", ran.out, ran.said);
}

#[test]
fn two_readings_are_compared() {
    let document = |id: &str, entities: &str| {
        format!(r#"{{"id":"{id}","text":"No fever on 5 mg aspirin.","entities":[{entities}]}}"#)
    };
    let mark = |kind: &str, start: u32, end: u32, more: &str| {
        format!(r#"{{"type":"{kind}","start":{start},"end":{end}{more}}}"#)
    };
    let first = [
        mark("finding", 3, 8, r#","status":"absent""#),
        mark("dose", 12, 16, r#","value":{"value":5,"unit":"mg"}"#),
        mark("drug", 17, 24, r#","status":"present""#),
        mark("finding", 0, 2, r#","optional":true"#),
    ];
    let second = [
        mark("finding", 0, 8, r#","status":"present""#),
        mark("dose", 12, 16, r#","value":{"value":5.0,"unit":"g"}"#),
        mark("route", 17, 24, ""),
    ];
    let folder = folder(&[
        ("a.jsonl", &(document("x", &first.join(",")) + "\n" + &document("y", ""))),
        ("b.jsonl", &document("x", &second.join(","))),
        ("c.jsonl", &document("x", "").replace("No fever", "A fever")),
    ]);
    let ran = casegrain(folder.path(), "gold agreement a.jsonl b.jsonl --differences");
    assert_eq!(
        ran.out,
        "x:3-8\tfinding\tfever\tthe second: No fever\n\
         x:3-8\tfinding\tfever\tstatus absent, the second: present\n\
         x:12-16\tdose\t5 mg\tunit \"mg\", the second: \"g\"\n\
         x:17-24\tdrug\taspirin\tonly the first\n\
         x:17-24\troute\taspirin\tonly the second\n"
    );
    let figures = json(&casegrain(folder.path(), "gold agreement a.jsonl b.jsonl --json").out);
    let all = &figures["all"];
    assert_eq!((&all["first"], &all["second"], &all["both"]), (&3.into(), &3.into(), &2.into()));
    assert!((all["f1"].as_f64().expect("a number") - 200.0 / 3.0).abs() < 1e-9);
    assert_eq!((&all["same_span"], &all["same_value"]), (&50.0.into(), &0.0.into()));
    assert_eq!((&all["status"]["pairs"], &all["status"]["agree"]), (&2.into(), &50.0.into()));
    assert_eq!(figures["documents_of_one"], serde_json::json!(["y"]));
    let table = casegrain(folder.path(), "gold agreement a.jsonl b.jsonl").out;
    assert!(table.starts_with("1 document\n1 document of one reading only, left out: y\n"), "{table}");
    let refused = casegrain(folder.path(), "gold agreement a.jsonl c.jsonl");
    assert!(
        refused.code == 2
            && refused.said.contains("c.jsonl:1: error: the text of `x` is not that of a.jsonl:1"),
        "{}",
        refused.said
    );
}
