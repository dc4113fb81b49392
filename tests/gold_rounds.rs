//! Gold of other makers goes through our own form and comes back as it was, up to ids and order.

#[path = "common/process.rs"]
mod process;

use process::{casegrain, folder};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Runs the program where it must succeed; gives what it said.
fn run(folder: &TempDir, arguments: &str) -> String {
    let ran = casegrain(folder.path(), arguments);
    assert_eq!(ran.code, 0, "{arguments}: {}{}", ran.out, ran.said);
    ran.said
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Lines of brat without their order, and without the numbers of attributes and notes.
fn brat(ann: &str) -> Vec<String> {
    let mut lines: Vec<String> = ann
        .lines()
        .map(|line| match line.split_once('\t') {
            Some((id, rest)) if id.starts_with(['A', 'M']) => format!("A\t{rest}"),
            Some((id, rest)) if id.starts_with('#') => format!("#\t{rest}"),
            _ => line.to_owned(),
        })
        .collect();
    lines.sort();
    lines
}

/// JSON without the order of lists, and without what only names the parts of BioC and PubAnnotation.
fn unordered(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| !["bioctype", "version"].contains(&name.as_str()))
            .filter(|(_, value)| !value.as_array().is_some_and(Vec::is_empty))
            .map(|(name, value)| (name.clone(), unordered(value)))
            .collect(),
        Value::Array(elements) => {
            let mut elements: Vec<Value> = elements.iter().map(unordered).collect();
            elements.sort_by_key(Value::to_string);
            elements.into()
        }
        other => other.clone(),
    }
}

/// PubAnnotation without the ids of attributes.
fn pubannotation(line: &str) -> Value {
    let mut value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    for attribute in value["attributes"].as_array_mut().into_iter().flatten() {
        attribute.as_object_mut().expect("an object").remove("id");
    }
    unordered(&value)
}

/// XML without the order of elements.
fn xml(text: &str) -> String {
    fn shown(node: roxmltree::Node<'_, '_>) -> String {
        let mut attributes: Vec<String> =
            node.attributes().map(|a| format!("{}={}", a.name(), a.value())).collect();
        attributes.sort();
        let mut inside: Vec<String> = node.children().filter(|n| n.is_element()).map(shown).collect();
        inside.sort();
        if inside.is_empty() {
            inside.push(node.text().unwrap_or_default().to_owned());
        }
        format!("{} {attributes:?} {inside:?}", node.tag_name().name())
    }
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    shown(roxmltree::Document::parse_with_options(text, options).expect("XML").root_element())
}

const TEXT: &str = "On day 3 the lady got zinamol 40 mg twice.\nHer left and right wrist hurt; no rash.";

/// Everything that brat has: pieces, values of attributes, remarks, normalisations, events with their attributes and
/// relations, relations with attributes and roles, equivalences.
const ANN: &str = concat!(
    "T1\tdrug 22 29\tzinamol\n",
    "T2\tdose 30 35\t40 mg\n",
    "T3\tfinding 47 51;62 72\tleft wrist hurt\n",
    "T4\tfinding 56 72\tright wrist hurt\n",
    "T5\tfinding 77 81\trash\n",
    "T6\tprocedure 18 21\tgot\n",
    "T12\tdrug 13 17\tlady\n",
    "E1\tprocedure:T6 Theme:T1 Theme2:T2\n",
    "E2\tprocedure:T6 Agent:T12\n",
    "A1\tSure T1\n",
    "A2\tSide T3 left or so\n",
    "A3\tSide T3 really left\n",
    "A7\tPlanned E2 maybe\n",
    "R1\tdose_of Arg1:T2 Arg2:T1\n",
    "R2\tsize_of Cause:E1 Effect:T3\n",
    "A8\tStrength R1 weak\n",
    "N1\tReference T1 RxNorm:0000\tzinamol\n",
    "*\tEquiv T3 T4\n",
    "#1\tAnnotatorNotes T4\tboth \"wrists\"?\n",
    "#2\tAnnotatorNotes T4\tand a second remark\n",
    "#3\tAnnotatorNotes R1\tclear\n",
    "#4\tAnnotatorNotes E1\tan event\n",
    "#5\tNormalization T1\tof another tool\n",
);

#[test]
fn brat_of_other_makers_comes_back() {
    let folder = folder(&[("in/a.ann", ANN), ("in/a.txt", TEXT)]);
    let said = run(&folder, "gold import in -o a.jsonl");
    assert_eq!(said, "1 document, 0 broken ones left out\n", "nothing is lost");
    let gold: Value = serde_json::from_str(&read(&folder, "a.jsonl")).expect("JSON");
    assert_eq!(gold["entities"][2]["attributes"]["Side"], json!(["left or so", "really left"]));
    assert_eq!(gold["relations"][0]["attributes"]["Strength"], "weak");
    assert_eq!(gold["relations"][1]["ends"], json!(["E1", "T3"]));
    run(&folder, "gold export a.jsonl --format brat -o out");
    assert_eq!(brat(&read(&folder, "out/a.ann")), brat(ANN));
    assert_eq!(read(&folder, "out/a.txt"), TEXT);
    // And by way of all other forms, each of which has no place for half of it.
    for (from, form, to) in [
        ("a.jsonl", "bioc-xml", "b.xml"),
        ("b.xml", "pubannotation", "p.jsonl"),
        ("p.jsonl", "bioc-json", "c.json"),
        ("c.json", "brat", "far"),
    ] {
        run(&folder, &format!("gold export {from} --format {form} -o {to}"));
    }
    assert_eq!(brat(&read(&folder, "far/a.ann")), brat(ANN));
}

#[test]
fn ids_of_brat_are_never_given_twice() {
    let ann = "T1\tdrug 22 29\tzinamol\nT1a\tdose 30 35\t40 mg\nE1\tdrug:T1a\nA1\tNegated E1\nA2\tSure T1a\nN1\tReference T1a X:1\ty\n\
               #1\tAnnotatorNotes E1\tx\n#2\tAnnotatorNotes T1\ty\nR1\tdose_of Arg1:T1a Arg2:T1\n";
    let folder = folder(&[("in/a.ann", ann), ("in/a.txt", TEXT)]);
    run(&folder, "gold export in --format brat -o out");
    let out = read(&folder, "out/a.ann");
    let mut ids: Vec<&str> = out.lines().filter_map(|line| Some(line.split_once('\t')?.0)).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "{out}");
    // Ids that brat does not take are numbered anew, also where they are named.
    assert_eq!(brat(&out), brat(&ann.replace("T1a", "T2")));
}

#[test]
fn lines_that_name_a_mark_that_is_not_there_are_told() {
    let ann = "T1\tdrug 22 29\tzinamol\nE1\tdrug:T1 With:T9\n";
    let folder = folder(&[("bad/a.ann", ann), ("bad/a.txt", TEXT), ("in/a.ann", ANN), ("in/a.txt", TEXT)]);
    let ran = casegrain(folder.path(), "gold check bad");
    assert!(
        ran.code == 1 && ran.out.starts_with("bad/a.ann:2: error: `T9` is not there (form)\n"),
        "{}",
        ran.out
    );
    // A mark that was taken out in our own form.
    run(&folder, "gold import in -o a.jsonl");
    let mut gold: Value = serde_json::from_str(&read(&folder, "a.jsonl")).expect("JSON");
    gold["entities"].as_array_mut().expect("a list").retain(|entity| entity["id"] != "T12");
    fs::write(folder.path().join("a.jsonl"), gold.to_string()).expect("a file");
    let ran = casegrain(folder.path(), "gold check a.jsonl");
    let told = "a.jsonl:1: warning: `extra` has `E2 procedure:T6 Agent:T12`, but `T12` is not there (unknown-name)\n";
    assert!(ran.code == 0 && ran.out.starts_with(told), "{}", ran.out);
}

/// What brat shows must be told of events, and a configuration of the annotators' own stays.
#[test]
fn the_configuration_of_brat_knows_events_and_is_not_written_over() {
    let folder =
        folder(&[("in/a.ann", ANN), ("in/a.txt", TEXT), ("own/annotation.conf", "[entities]\nmine\n")]);
    run(&folder, "gold export in --format brat -o out");
    let conf = read(&folder, "out/annotation.conf");
    assert!(conf.contains("[events]\nprocedure\tAgent*:<ANY>, Theme*:<ANY>\n"), "{conf}");
    assert!(!conf.contains("\nprocedure\n"), "a kind of event is no entity: {conf}");
    assert!(conf.contains("Planned\tArg:<EVENT>, Value:maybe\n"), "{conf}");
    assert!(conf.contains("Strength\tArg:<RELATION>, Value:weak\n"), "{conf}");
    run(&folder, "gold export in --format brat -o own");
    assert_eq!(read(&folder, "own/annotation.conf"), "[entities]\nmine\n");
}

const MAP: &str = r#"{"accept": {"Pill": ["drug"], "Amount": ["dose", "radiotherapy"], "Sign": ["finding"]},
    "attributes": {"Denied": {"status": "absent"}, "Doubt=high": {"status": "possible"}, "Kin=true": {"subject": "family"}},
    "relations": {"AmountOf": "dose_of"}}"#;

const MAPPED: &str = concat!(
    "T1\tPill 22 29\tzinamol\n",
    "T2\tAmount 30 35\t40 mg\n",
    "T3\tSign 47 51;62 72\tleft wrist hurt\n",
    "A1\tDoubt T3 high\n",
    "T4\tSign 77 81\trash\n",
    "A2\tDenied T4\n",
    "A5\tKin T4\n",
    "T5\tDay 3 8\tday 3\n",
    "A3\tDoubt T5 low\n",
    "R1\tAmountOf Arg1:T2 Arg2:T1\n",
    "R2\tSeen Arg1:T3 Arg2:T5\n",
    "#1\tAnnotatorNotes T5\tin hospital\n",
    "T6\tGiven 18 21\tgot\n",
    "E1\tGiven:T6 What:T1\n",
    "A4\tDenied E1\n",
);

#[test]
fn what_was_read_with_a_mapping_goes_back_without_it() {
    let folder = folder(&[("in/a.ann", MAPPED), ("in/a.txt", TEXT), ("m.json", MAP)]);
    let said = run(&folder, "gold import in --map m.json -o a.jsonl");
    assert_eq!(
        said,
        "casegrain: in/a.ann:8: warning: the mapping does not name `Day`, and it is none of ours: 1 mark, kept and not \
         scored (unmapped)\n\
         casegrain: in/a.ann:11: warning: the mapping does not name `Seen`, and it is none of ours: 1 relation, kept and \
         not scored (unmapped)\n\
         casegrain: in/a.ann:13: warning: the mapping does not name `Given`, and it is none of ours: 1 mark, kept and not \
         scored (unmapped)\n\
         1 document, 0 broken ones left out\n"
    );
    let gold: Value = serde_json::from_str(&read(&folder, "a.jsonl")).expect("JSON");
    let entity = |id: &str| {
        let all = gold["entities"].as_array().expect("a list");
        all.iter().find(|entity| entity["id"] == id).expect("it is there")
    };
    assert_eq!((&entity("T1")["type"], &entity("T1")["label"]), (&json!("drug"), &json!("Pill")));
    assert_eq!((&entity("T2")["type"], &entity("T2")["label"]), (&json!("Amount"), &json!("Amount")));
    assert_eq!(entity("T3")["assertion"], json!({"status": "possible"}));
    assert_eq!(entity("T4")["assertion"], json!({"status": "absent", "subject": "family"}));
    assert_eq!(entity("T6")["assertion"], json!({"status": "absent"}), "by the event");
    assert_eq!(
        (&gold["relations"][0]["type"], &gold["relations"][0]["label"]),
        (&json!("dose_of"), &json!("AmountOf"))
    );
    let checked = casegrain(folder.path(), "gold check a.jsonl");
    assert_eq!(
        (checked.code, checked.out.as_str()),
        (0, "1 document, 0 errors, 0 warnings\nonly kept: `extra` of 1 document\n")
    );
    for more in ["", "--map m.json"] {
        run(&folder, &format!("gold export a.jsonl --format brat -o out {more}"));
        assert_eq!(brat(&read(&folder, "out/a.ann")), brat(MAPPED), "{more}");
    }
    // By way of the others, with the mapping again where they are read.
    for (form, name) in [("bioc-xml", "b.xml"), ("bioc-json", "b.json"), ("pubannotation", "p.jsonl")] {
        run(&folder, &format!("gold export a.jsonl --format {form} -o {name}"));
        run(&folder, &format!("gold import {name} --map m.json -o {form}.jsonl"));
        assert_eq!(
            sorted_gold(&read(&folder, &format!("{form}.jsonl"))),
            sorted_gold(&read(&folder, "a.jsonl")),
            "{form}"
        );
    }
    // What was imported is scored with the mapping as what it was imported from.
    let score = |path: &str| {
        let ran = casegrain(folder.path(), &format!("score {path} --map m.json --json --samples 0"));
        let score: Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.said));
        (score["entities"].clone(), score["relations"].clone())
    };
    assert_eq!(score("a.jsonl"), score("in"));
}

fn sorted_gold(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| unordered(&serde_json::from_str(line).expect("JSON"))).collect()
}

/// A correction in our own form must not be lost on the way back, though the annotators' attribute says otherwise.
#[test]
fn an_assertion_that_was_corrected_is_written() {
    let folder = folder(&[("in/a.ann", MAPPED), ("in/a.txt", TEXT), ("m.json", MAP)]);
    run(&folder, "gold import in --map m.json -o a.jsonl");
    let gold = read(&folder, "a.jsonl").replacen(
        r#""assertion":{"status":"possible"}"#,
        r#""assertion":{"status":"present"}"#,
        1,
    );
    fs::write(folder.path().join("a.jsonl"), gold).expect("a file");
    run(&folder, "gold export a.jsonl --format brat -o out");
    let mut wanted = brat(MAPPED);
    wanted.push("A\tstatus T3 present".into());
    wanted.sort();
    assert_eq!(brat(&read(&folder, "out/a.ann")), wanted);
}

#[test]
fn labels_that_nearly_stand_in_a_mapping_are_told_once_with_how_often() {
    let ann = "T1\tPil 22 29\tzinamol\nT2\tPil 13 17\tlady\nA1\tDenyed T1\nT3\tSign 77 81\trash\nR1\tAmuontOf Arg1:T1 Arg2:T2\n";
    let folder = folder(&[("in/a.ann", ann), ("in/a.txt", TEXT), ("in/mapping.json", MAP)]);
    let ran = casegrain(folder.path(), "gold check in");
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (
            0,
            "in/a.ann:1: warning: the mapping does not name `Pil`, and it is none of ours: 2 marks, kept and not scored; \
             did you mean `Pill`? (unmapped)\n\
             in/a.ann:1: warning: the mapping does not name `Denyed`, and it is none of ours: 1 attribute, kept and not \
             scored; did you mean `Denied`? (unmapped)\n\
             in/a.ann:5: warning: the mapping does not name `AmuontOf`, and it is none of ours: 1 relation, kept and not \
             scored; did you mean `AmountOf`? (unmapped)\n\
             1 document, 0 errors, 3 warnings\n"
        )
    );
}

fn bioc_json() -> Value {
    let mark = |id: &str, infons: Value, text: &str, locations: &[(u32, u32)]| {
        let locations: Vec<Value> =
            locations.iter().map(|(offset, length)| json!({"offset": offset, "length": length})).collect();
        json!({"id": id, "infons": infons, "text": text, "locations": locations})
    };
    let node = |id: &str, role: &str| json!({"refid": id, "role": role});
    json!({
        "source": "ward letters", "date": "2024-02-30", "key": "ward.key", "version": "1.0",
        "infons": {"round": "2", "tool": "[by hand]"},
        "documents": [{
            "id": "a", "infons": {"year": "2024", "flag": "true", "list": "[1, 2]", "quoted": "\"x\""},
            "passages": [
                {"offset": 0, "infons": {"section": "history"}, "text": "She took zinamol 40 mg.",
                 "annotations": [
                    mark("T1", json!({"type": "drug", "identifier": "D1", "name": "zinamol", "status": "present"}), "zinamol", &[(9, 7)]),
                    mark("T2", json!({"type": "dose", "value": "40", "unit": "mg", "note": "once"}), "40 mg", &[(17, 5)])],
                 "relations": [{"id": "R1", "infons": {"type": "dose_of", "certainty": "high"}, "nodes": [node("T2", ""), node("T1", "")]}]},
                {"offset": 25, "infons": {},
                 "sentences": [
                    {"offset": 25, "infons": {"n": "1"}, "text": "Left and right wrist hurt.",
                     "annotations": [mark("T3", json!({"type": "finding"}), "Left wrist", &[(25, 4), (40, 5)])], "relations": []},
                    {"offset": 53, "infons": {}, "text": "No rash.",
                     "annotations": [mark("T4", json!({"type": "finding", "status": "absent"}), "rash", &[(56, 4)])],
                     "relations": [{"id": "R9", "infons": {"type": "none"}, "nodes": [node("T4", "only")]}]}],
                 "annotations": [mark("T5", json!({"type": "finding"}), "right wrist hurt", &[(34, 16)])],
                 "relations": [{"id": "R2", "infons": {"type": "size_of"}, "nodes": [node("T3", "from"), node("T4", "to")]}]}],
            "annotations": [mark("T6", json!({"type": "disease"}), "rash", &[(56, 4)])],
            "relations": [
                {"id": "R3", "infons": {"relation": "CID", "Chemical": "D1"}, "nodes": []},
                {"id": "R4", "infons": {"type": "part_of"}, "nodes": [node("T1", "a"), node("T3", "b"), node("T4", "c")]},
                {"id": "R5", "infons": {"type": "meta"}, "nodes": [node("R4", "what"), node("T1", "why")]}]
        }]
    })
}

#[test]
fn bioc_in_json_comes_back() {
    let folder = folder(&[("in.json", &bioc_json().to_string())]);
    let said = run(&folder, "gold import in.json -o a.jsonl");
    assert!(said.ends_with("1 document, 0 broken ones left out\n") && !said.contains("lost"), "{said}");
    run(&folder, "gold export a.jsonl --format bioc-json -o out.json");
    let out: Value = serde_json::from_str(&read(&folder, "out.json")).expect("JSON");
    assert_eq!(unordered(&out), unordered(&bioc_json()));
    // By way of the others.
    for (from, form, to) in [
        ("a.jsonl", "brat", "brat"),
        ("brat", "bioc-xml", "b.xml"),
        ("b.xml", "pubannotation", "p.jsonl"),
        ("p.jsonl", "bioc-json", "far.json"),
    ] {
        run(&folder, &format!("gold export {from} --format {form} -o {to}"));
    }
    let far: Value = serde_json::from_str(&read(&folder, "far.json")).expect("JSON");
    // brat has no roles without a name, and others do not repeat the words of pieces; all else is there.
    let wanted = bioc_json().to_string().replace(r#""role":"""#, r#""role":"from""#);
    let far = far.to_string().replace(r#""role":"to""#, r#""role":"from""#);
    let far = far.replace(r#""text":"Left and right wrist""#, r#""text":"Left wrist""#);
    let value = |text: &str| unordered(&serde_json::from_str(text).expect("JSON"));
    assert_eq!(value(&far), value(&wanted.replace(r#""role":"to""#, r#""role":"from""#)));
}

#[test]
fn bioc_in_xml_comes_back() {
    let mark = |id: &str, kind: &str, places: &[(u32, u32)], text: &str| {
        let places: String = places
            .iter()
            .map(|(offset, length)| format!("<location offset=\"{offset}\" length=\"{length}\"/>"))
            .collect();
        format!(
            "<annotation id=\"{id}\"><infon key=\"type\">{kind}</infon><infon key=\"id\">{id} &amp; &lt;more&gt;</infon>{places}<text>{text}</text></annotation>\n"
        )
    };
    let text = format!(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE collection SYSTEM \"BioC.dtd\">\n<collection><source>letters</source><date>20240101</date>\
         <key>k</key><infon key=\"round\">2</infon>\n<document><id>a</id><infon key=\"year\">2024</infon>\n\
         <passage><infon key=\"section\">title</infon><offset>0</offset><text>Zinamol &amp; rash</text>{}</passage>\n\
         <passage><offset>15</offset><sentence><infon key=\"n\">1</infon><offset>15</offset><text>Left and right wrist.</text>{}</sentence>\n\
         <sentence><offset>37</offset><text>No rash.</text></sentence>{}</passage>\n{}\
         <relation id=\"R1\"><infon key=\"type\">part_of</infon><node refid=\"T1\" role=\"\"/><node refid=\"T3\" role=\"to\"/></relation>\
         <relation id=\"R2\"><infon key=\"CID\">x</infon></relation></document></collection>\n",
        mark("T1", "drug", &[(0, 7)], "Zinamol"),
        mark("T2", "finding", &[(15, 4), (30, 5)], "Left wrist"),
        mark("T3", "finding", &[(24, 11)], "right wrist"),
        mark("T4", "finding", &[(40, 4)], "rash"),
    );
    let folder = folder(&[("in.xml", &text)]);
    let said = run(&folder, "gold import in.xml -o a.jsonl");
    assert_eq!(said, "1 document, 0 broken ones left out\n");
    run(&folder, "gold export a.jsonl --format bioc-xml -o out.xml");
    assert_eq!(xml(&read(&folder, "out.xml")), xml(&text));
}

#[test]
fn bioc_with_a_mapping_goes_back_without_it() {
    let foreign = bioc_json()
        .to_string()
        .replace(r#""type":"drug""#, r#""type":"Pill""#)
        .replace(r#""type":"finding""#, r#""type":"Sign""#)
        .replace(r#""type":"dose_of""#, r#""type":"AmountOf""#);
    let folder = folder(&[("in.json", &foreign), ("m.json", MAP)]);
    run(&folder, "gold import in.json --map m.json -o a.jsonl");
    assert_eq!(casegrain(folder.path(), "gold check a.jsonl").code, 0);
    for (form, out) in [("bioc-json", "out.json"), ("bioc-xml", "out.xml")] {
        run(&folder, &format!("gold export a.jsonl --format {form} -o {out}"));
    }
    let value = |text: &str| -> Value { unordered(&serde_json::from_str(text).expect("JSON")) };
    assert_eq!(value(&read(&folder, "out.json")), value(&foreign));
    run(&folder, "gold export out.xml --map m.json --format bioc-json -o again.json");
    assert_eq!(value(&read(&folder, "again.json")), value(&foreign));
}

#[test]
fn what_bioc_cannot_keep_is_told_by_line_and_counted() {
    let json = "{\"source\": \"s\", \"made\": 1,\n\"documents\": [\n{\"id\": 7, \"pmid\": 1, \"passages\": [{\"offset\": 0, \"text\": \"rash\",\n\
                \"annotations\": [\n{\"id\": \"T1\", \"infons\": {\"type\": \"finding\", \"valid\": true}, \"text\": \"rash\", \"locations\": [{\"offset\": 0, \"length\": 4}]}]}]},\n\
                {\"id\": \"b\", \"pmid\": 2, \"passages\": [{\"offset\": 0, \"text\": \"x\"}]}]}";
    let folder = folder(&[
        ("in.json", json),
        (
            "in.xml",
            "<collection>\n<document><id>a</id>\n<odd/><passage><offset>0</offset><text>x</text>\n</passage></document></collection>",
        ),
    ]);
    let ran = casegrain(folder.path(), "gold check in.json");
    assert_eq!(
        ran.out,
        "in.json:1: warning: `made` of a collection is not kept (lost)\n\
         in.json:3: warning: `pmid` of a document is not kept (2 times in this file) (lost)\n\
         in.json:5: warning: the infon `valid` is true or false; it becomes text (lost)\n\
         2 documents, 0 errors, 3 warnings\nonly kept: `collection` of 2 documents\n"
    );
    let ran = casegrain(folder.path(), "gold check in.xml");
    assert_eq!(
        ran.out,
        "in.xml:3: warning: `odd` of a document is not kept (lost)\n1 document, 0 errors, 1 warning\n"
    );
}

#[test]
fn what_brat_and_pubannotation_cannot_keep_is_told() {
    let ann =
        "T1\tdrug 22 29\tzinamol\nA1\tSure T1\n#1\tAnnotatorNotes A1\twhy?\n#2\tAnnotatorNotes T1\t{sic}\n";
    let line = r#"{"sourceid":7,"text":"zinamol","denotations":[{"span":{"begin":0,"end":7},"obj":"drug"}],"relations":[],"attributes":[]}"#;
    let folder = folder(&[("in/a.ann", ann), ("in/a.txt", TEXT), ("p.jsonl", line)]);
    let ran = casegrain(folder.path(), "gold check in p.jsonl");
    assert_eq!(
        ran.out,
        "in/a.ann:3: warning: a note on an attribute is not kept (lost)\n\
         p.jsonl:1: warning: `sourceid` is a number; it becomes text (lost)\n2 documents, 0 errors, 2 warnings\n"
    );
    run(&folder, "gold export in --format brat -o out");
    let kept = ann.replace("#1\tAnnotatorNotes A1\twhy?\n", "");
    assert_eq!(brat(&read(&folder, "out/a.ann")), brat(&kept), "a remark in braces is no field");
    let stats = casegrain(folder.path(), "gold stats in").out;
    assert!(
        stats.starts_with("1 document, 82 characters, 1 entity, 0 relations, 0 case records\n"),
        "{stats}"
    );
    // Names that brat does not take.
    let label = r#"{"id":"x","text":"ab","entities":[{"type":"finding","start":0,"end":1,"attributes":{"very sure":"a\nb"}}]}"#;
    fs::write(folder.path().join("x.jsonl"), label).expect("a file");
    let ran = casegrain(folder.path(), "gold export x.jsonl --format brat -o x --report-loss");
    assert_eq!(
        ran.out,
        "names in other characters than those of brat\t1\nremarks and values with line breaks\t1\n"
    );
}

/// Two collections in one file: the second is told.
#[test]
fn a_file_is_of_one_collection() {
    let collection = |id: &str, source: &str| {
        format!(
            r#"{{"source":"{source}","date":"","key":"","documents":[{{"id":"{id}","passages":[{{"offset":0,"text":"x"}}]}}]}}"#
        )
    };
    let folder = folder(&[("a.json", &collection("a", "one")), ("b.json", &collection("b", "two"))]);
    let ran =
        casegrain(folder.path(), "gold export a.json b.json --format bioc-json -o c.json --report-loss");
    assert_eq!((ran.code, ran.out.as_str()), (0, "documents of another collection\t1\n"));
    assert!(read(&folder, "c.json").contains(r#""source":"one""#));
    let said = run(&folder, "gold export a.json b.json --format bioc-json -o c.json");
    assert!(said.contains("--report-loss tells"), "{said}");
}

const PUBANNOTATION: &str = r#"{"target":"http://x.org/docs/1","sourcedb":"X","sourceid":"a","divid":3,"project":"p","namespaces":[{"prefix":"_base","uri":"http://x.org/"}],
"text":"She took zinamol 40 mg for left and right wrist pain.",
"denotations":[{"id":"T1","span":{"begin":9,"end":16},"obj":"drug"},{"id":"T2","span":{"begin":17,"end":22},"obj":"dose"},
{"id":"T3","span":[{"begin":27,"end":31},{"begin":42,"end":52}],"obj":"finding"}],
"relations":[{"id":"R1","pred":"dose_of","subj":"T2","obj":"T1"}],
"attributes":[{"id":"A1","subj":"T1","pred":"Sure","obj":true},{"id":"A2","subj":"T1","pred":"Weight","obj":0.50},{"id":"A3","subj":"T1","pred":"Weight","obj":"0.5"},
{"id":"A4","subj":"T2","pred":"value","obj":40},{"id":"A5","subj":"T2","pred":"unit","obj":"mg"},{"id":"A6","subj":"T3","pred":"status","obj":"present"},
{"id":"A7","subj":"R1","pred":"Strength","obj":"weak"},{"id":"A8","subj":"T3","pred":"note","obj":"both?"},{"id":"A9","subj":"T3","pred":"Page","obj":"7"},{"id":"A10","subj":"T3","pred":"optional","obj":"no"}]}"#;

#[test]
fn pubannotation_comes_back() {
    let foreign = PUBANNOTATION
        .replace(r#""obj":"drug""#, r#""obj":"Pill""#)
        .replace(r#""obj":"finding""#, r#""obj":"Sign""#)
        .replace("dose_of", "AmountOf");
    let folder = folder(&[("in.json", PUBANNOTATION), ("foreign.json", &foreign), ("m.json", MAP)]);
    for (name, map, text) in [("in", "", PUBANNOTATION), ("foreign", "--map m.json", foreign.as_str())] {
        run(&folder, &format!("gold import {name}.json {map} -o a.jsonl"));
        assert_eq!(casegrain(folder.path(), "gold check a.jsonl").code, 0, "{name}");
        run(&folder, "gold export a.jsonl --format pubannotation -o out.json");
        assert_eq!(pubannotation(&read(&folder, "out.json")), pubannotation(text), "{name}");
    }
    // By way of the others; kinds of values are text there.
    for (from, form, to) in
        [("in.json", "brat", "brat"), ("brat", "bioc-xml", "b.xml"), ("b.xml", "pubannotation", "far.json")]
    {
        run(&folder, &format!("gold export {from} --format {form} -o {to}"));
    }
    let wanted = PUBANNOTATION.replace(":0.50", r#":"0.50""#);
    assert_eq!(pubannotation(&read(&folder, "far.json")), pubannotation(&wanted));
}

/// The project's own gold with labels of another maker, in every form.
#[test]
fn the_corpus_with_other_labels_goes_back_without_its_mapping() {
    let folder = folder(&[]);
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    run(&folder, &format!("gold export {} --format brat -o brat", corpus.display()));
    let mut accept = serde_json::Map::new();
    let mut relations = serde_json::Map::new();
    let mut files = Vec::new();
    for entry in fs::read_dir(folder.path().join("brat")).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "ann") {
            continue;
        }
        let ann = fs::read_to_string(&path).expect("a file");
        let foreign: String = ann
            .lines()
            .map(|line| {
                let (id, rest) = line.split_once('\t').expect("a tab");
                match (id.as_bytes()[0], rest.split_once(' ').expect("a space")) {
                    (b'T', (label, _)) => drop(accept.insert(format!("My-{label}"), json!([label]))),
                    (b'R', (label, _)) => drop(relations.insert(format!("My-{label}"), json!(label))),
                    (b'A', ("status", rest)) if rest.ends_with(" absent") => {
                        return format!(
                            "{id}\tNegated {}\n",
                            rest.strip_suffix(" absent").expect("it has it")
                        );
                    }
                    _ => return format!("{line}\n"),
                }
                format!("{id}\tMy-{rest}\n")
            })
            .collect();
        fs::write(&path, &foreign).expect("a file");
        files.push((path.file_name().expect("a name").to_string_lossy().into_owned(), foreign));
    }
    assert!(files.len() >= 40 && accept.len() > 25 && relations.len() > 5);
    let map =
        json!({"accept": accept, "relations": relations, "attributes": {"Negated": {"status": "absent"}}});
    fs::write(folder.path().join("m.json"), map.to_string()).expect("a file");
    run(&folder, "gold import brat --map m.json -o a.jsonl");
    let checked = casegrain(folder.path(), "gold check a.jsonl");
    assert_eq!(checked.code, 0, "{}", checked.out);
    // Ours again, but for what was said in another way.
    let absent = read(&folder, "a.jsonl").matches(r#""status":"absent""#).count();
    assert!(absent > 1000, "{absent}");
    run(&folder, "gold export a.jsonl --format brat -o out");
    for (name, foreign) in &files {
        assert!(brat(&read(&folder, &format!("out/{name}"))) == brat(foreign), "{name}");
    }
    for (form, name) in [("bioc-json", "b.json"), ("bioc-xml", "b.xml"), ("pubannotation", "p.jsonl")] {
        run(&folder, &format!("gold export a.jsonl --format {form} -o {name}"));
        run(&folder, &format!("gold export {name} --map m.json --format {form} -o again-{name}"));
        assert!(read(&folder, name) == read(&folder, &format!("again-{name}")), "{form}");
        run(&folder, &format!("gold export {name} --map m.json --format brat -o {form}"));
        for (name, foreign) in &files {
            assert!(brat(&read(&folder, &format!("{form}/{name}"))) == brat(foreign), "{form}: {name}");
        }
    }
}
