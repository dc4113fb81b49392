//! Broken gold is refused with file, line and reason, in every form.

#[path = "common/process.rs"]
mod process;

use process::{Files, casegrain, folder};

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
            assert!(partial.out.contains("1 of 2 documents left out because broken"), "{}", partial.out);
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

/// What must be said of the gold in a file of that name.
fn refused(name: &str, holds: &str, wanted: &str) {
    let folder = folder(&[("g/a.txt", "Took aspirin daily."), (&format!("g/{name}"), holds)]);
    let path = if name.ends_with(".ann") { "g".to_owned() } else { format!("g/{name}") };
    let checked = casegrain(folder.path(), &format!("gold check {path}"));
    assert!(checked.code == 1 && checked.out.contains(wanted), "{wanted}\n{}{}", checked.out, checked.said);
    let scored = casegrain(folder.path(), &format!("score {path} --samples 0"));
    assert!(scored.code == 2 && scored.said.contains(wanted), "{wanted}\n{}", scored.said);
}

/// A document of BioC in XML: marks as id, type, offset, length and words, and relations as ends.
fn bioc_xml(marks: &[(&str, &str, u32, u32, &str)], relations: &[(&str, &str)]) -> String {
    let mut out = String::from(
        "<collection><source/><date/><key/>\n<document><id>a</id><passage><offset>0</offset>\
         <text>Took aspirin daily.</text>\n",
    );
    for (id, kind, offset, length, words) in marks {
        out += &format!(
            "<annotation id=\"{id}\"><infon key=\"type\">{kind}</infon>\
             <location offset=\"{offset}\" length=\"{length}\"/><text>{words}</text></annotation>\n"
        );
    }
    for (from, to) in relations {
        out += &format!(
            "<relation id=\"R\"><infon key=\"type\">part_of</infon><node refid=\"{from}\" role=\"from\"/>\
             <node refid=\"{to}\" role=\"to\"/></relation>\n"
        );
    }
    out + "</passage></document></collection>\n"
}

const DRUG: (&str, &str, u32, u32, &str) = ("T1", "drug", 5, 7, "aspirin");
const OTHER: (&str, &str, u32, u32, &str) = ("T2", "regimen", 13, 5, "daily");

#[test]
fn broken_bioc_is_refused() {
    let xml = |marks: &[_], relations: &[_], wanted: &str| {
        refused("b.xml", &bioc_xml(marks, relations), &format!("b.xml:{wanted}"));
    };
    let shifted = ("T1", "drug", 6, 7, "aspirin");
    xml(
        &[shifted],
        &[],
        "3: error: T1 (drug): 6 to 13 is \"spirin \", not \"aspirin\"; \"aspirin\" stands at 5 to 12",
    );
    xml(&[DRUG, ("T2", "dose", 5, 99, "")], &[], "4: error: T2: 99 characters at 5 are no slice of the text");
    xml(&[("T1", "pill", 5, 7, "aspirin")], &[], "3: error: T1 (pill): `pill` is no entity type");
    xml(&[DRUG, ("T1", "regimen", 13, 5, "daily")], &[], "4: error: entities 1 and 2 have the id `T1`");
    let circle = "6: error: `part_of` leads in a circle: T1 (drug), then T2 (regimen)";
    xml(&[DRUG, OTHER], &[("T1", "T2"), ("T2", "T1")], circle);
    xml(&[DRUG], &[("T1", "T9")], "4: error: the relation `R` leads to `T9`, which is not there");
    refused("b.xml", "<collection><document>", "b.xml:1: error: the root node was opened but never closed");

    let json = |passage: &str| {
        format!(
            "{{\"documents\": [\n{{\"id\": \"a\", \"passages\": [{{\"offset\": 0, \"text\": \"Took aspirin daily.\"{passage}}}]}}\n]}}"
        )
    };
    let mark = |id: &str, offset: u32| {
        format!(
            r#"{{"id":"{id}","infons":{{"type":"drug"}},"text":"aspirin","locations":[{{"offset":{offset},"length":7}}]}}"#
        )
    };
    let with = |marks: &str| json(&format!(r#", "annotations": [{marks}]"#));
    refused("b.json", &with(&mark("T1", 6)), "b.json:2: error: T1 (drug): 6 to 13 is \"spirin \"");
    refused(
        "b.json",
        &with(&(mark("T1", 5) + "," + &mark("T1", 5))),
        "b.json:2: error: entities 1 and 2 have the id",
    );
    refused("b.json", &json("")[..60], "b.json:2: error: EOF while parsing");
    let twice = json("").replace("\n]}", ",\n{\"id\": \"a\", \"passages\": []}\n]}");
    refused("b.json", &twice, "b.json:3: error: ");
}

#[test]
fn broken_pubannotation_is_refused() {
    let document = |denotations: &str, relations: &str| {
        format!(
            r#"{{"sourceid":"a","text":"Took aspirin daily.","denotations":[{denotations}],"relations":[{relations}]}}"#
        ) + "\n"
    };
    let mark = |id: &str, begin: u32, end: u32, kind: &str| {
        format!(r#"{{"id":"{id}","span":{{"begin":{begin},"end":{end}}},"obj":"{kind}"}}"#)
    };
    let link =
        |from: &str, to: &str| format!(r#"{{"id":"R","pred":"part_of","subj":"{from}","obj":"{to}"}}"#);
    let (drug, other) = (mark("T1", 5, 12, "drug"), mark("T2", 13, 18, "regimen"));
    let both = format!("{drug},{other}");
    let good = document(&drug, "");
    for (holds, wanted) in [
        (document(&mark("T1", 5, 99, "drug"), ""), "p.jsonl:1: error: T1: its span is no slice of the text"),
        (document(&mark("T1", 5, 12, "pill"), ""), "p.jsonl:1: error: T1 (pill): `pill` is no entity type"),
        (document(&format!("{drug},{drug}"), ""), "p.jsonl:1: error: entities 1 and 2 have the id `T1`"),
        (good.repeat(2), "p.jsonl:2: error: the id `a` is that of g/p.jsonl:1, too"),
        (
            document(&drug, &link("T1", "T7")),
            "p.jsonl:1: error: the relation `R` leads to `T7`, which is not there",
        ),
        (
            document(&both, &format!("{},{}", link("T1", "T2"), link("T2", "T1"))),
            "p.jsonl:1: error: `part_of` leads in a circle: T1 (drug), then T2 (regimen)",
        ),
        (r#"{"denotations":[]}"#.to_owned(), "p.jsonl:1: error: lacks the field `text`"),
    ] {
        refused("p.jsonl", &holds, wanted);
    }
}

#[test]
fn broken_columns_are_refused() {
    for (holds, wanted) in [
        ("Took\tO\naspirin\tI-drug\n", "c.conll:2: error: `I-drug` continues no `drug`"),
        ("aspirin\tB-drug\nfor\tI-dose\n", "c.conll:2: error: `I-dose` continues no `dose`"),
        ("Took\tO\naspirin\tB-pill\n", "c.conll:2: error: entity 1 (pill): `pill` is no entity type"),
        ("Took\tO\naspirin\n", "c.conll:2: error: `aspirin` has no tag"),
        (
            "# id = a\nTook O\n\n# id = a\nTook O\n",
            "c.conll:4: error: the id `a` is that of g/c.conll:1, too",
        ),
    ] {
        refused("c.conll", holds, wanted);
    }
    for (rows, wanted) in [
        ("a,6,13,drug,aspirin", "s.csv:2: error: entity 1 (drug): 6 to 13 is \"spirin \", not \"aspirin\""),
        ("a,5,12,drug,aspirin\na,5,99,drug,", "s.csv:3: error: entity 2 (drug): 5 to 99 is no slice"),
        ("a,5,12,pill,aspirin", "s.csv:2: error: entity 1 (pill): `pill` is no entity type"),
        (
            "z,5,12,drug,aspirin",
            "s.csv:2: error: document `z` has no text, and there is no file z.txt for it",
        ),
        ("a,x,12,drug,aspirin", "s.csv:2: error: `start` is `x`, not an offset"),
        ("a,5,12", "s.csv:2: error: CSV error: "),
    ] {
        refused("s.csv", &format!("id,start,end,type,text\n{rows}\n"), wanted);
    }
    refused("s.csv", "id,start,end\na,5,12\n", "s.csv:1: error: the table has no column `type`");
}

#[test]
fn broken_brat_is_refused_with_the_line_of_the_mark_or_relation() {
    let drug = "T1\tdrug 5 12\taspirin\n";
    let two = "T1\tdrug 5 12\taspirin\nT2\tregimen 13 18\tdaily\n";
    for (holds, wanted) in [
        ("T1\tdrug 6 13\taspirin\n".to_owned(), "a.ann:1: error: T1 (drug): 6 to 13 is \"spirin \""),
        ("T1\tpill 5 12\taspirin\n".to_owned(), "a.ann:1: error: T1 (pill): `pill` is no entity type"),
        (drug.repeat(2), "a.ann:2: error: entities 1 and 2 have the id `T1`"),
        (
            format!("{two}R1\tpart_of Arg1:T1 Arg2:T2\nR2\tpart_of Arg1:T2 Arg2:T1\n"),
            "a.ann:4: error: `part_of` leads in a circle: T1 (drug), then T2 (regimen)",
        ),
        (format!("{drug}R1\tpart_of Arg1:T1 Arg2:T5\n"), "a.ann:2: error: the relation `R1` leads to `T5`"),
        (format!("{drug}A1\tstatus T9 absent\n"), "a.ann:2: error: `T9` is not there"),
        (
            format!("{drug}#1\tAnnotatorNotes T1\t{{\"name\": aspirin}}\n"),
            "a.ann:2: error: the fields of `T1` are no JSON: {\"name\": aspirin}",
        ),
    ] {
        refused("a.ann", &holds, wanted);
    }
    // The order of the lines does not matter.
    let folder =
        folder(&[("g/a.txt", "Took aspirin daily."), ("g/a.ann", &format!("A1\tstatus T1 absent\n{drug}"))]);
    let ran = casegrain(folder.path(), "gold import g");
    assert!(ran.code == 0 && ran.out.contains(r#""status":"absent""#), "{}{}", ran.out, ran.said);
}

#[test]
fn gold_in_folders_that_are_not_read_is_told() {
    let ann = "T1\tdrug 5 12\taspirin\n";
    let text = "Took aspirin daily.";
    let folder =
        folder(&[("g/a.txt", text), ("g/a.ann", ann), ("g/more/b.txt", text), ("g/more/b.ann", ann)]);
    let ran = casegrain(folder.path(), "score g");
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(ran.said.contains("g/more: error: holds gold that is not read with g"), "{}", ran.said);
    let ran = casegrain(folder.path(), "gold stats g g/more");
    assert_eq!(ran.code, 2, "still told of g: {}", ran.out);
    let ran = casegrain(folder.path(), "gold stats g/a.ann g/more");
    assert_eq!(ran.code, 0, "{}", ran.said);
}

/// What `gold check` says of a file, all of it.
fn told(name: &str, holds: &str) -> String {
    let folder = folder(&[(name, holds)]);
    casegrain(folder.path(), &format!("gold check {name}")).out
}

/// One document over many lines, each entity on its own.
fn spread(entities: &str, more: &str) -> String {
    format!(
        "[\n{{\"id\": \"a\",\n \"text\": \"Took 5 mg aspirin.\",\n \"entities\": [\n{entities}\n]{more}}}\n]\n"
    )
}

#[test]
fn slips_in_our_own_form_are_told_with_their_lines() {
    let drug = r#"{"id":"T1","type":"drug","start":10,"end":17}"#;
    let dose = |more: &str| format!(r#"{{"id":"T2","type":"dose","start":5,"end":9{more}}}"#);
    let one = |entity: &str| spread(&format!("{drug},\n{entity}"), "");
    for (holds, wanted) in [
        (
            one(&dose(r#","value":{"value":"many"}"#)),
            "g.json:6: error: T2 (dose): `value` is \"many\", not a number (kind)\n",
        ),
        (
            one(&dose(r#","value":{"unit":5}"#)),
            "g.json:6: error: T2 (dose): `unit` is 5, not a string (kind)\n",
        ),
        (
            one(&dose(r#","value":{"unit_any":"mcg"}"#)),
            "g.json:6: error: T2 (dose): `unit_any` is a string, not an array (kind)\n",
        ),
        (
            one(&dose(r#","value":{"value_any":[5,"six"]}"#)),
            "g.json:6: error: T2 (dose): `value_any` is \"six\", not a number (kind)\n",
        ),
        (
            one(&dose(r#","value":{"any":[{"value":[5]}]}"#)),
            "g.json:6: error: T2 (dose): `value` is [5], not a number (kind)\n",
        ),
        (
            one(&dose(r#","value":"five""#)),
            "g.json:6: warning: T2 (dose): `value` is a string, not an object; it is only kept (unknown-field)\n",
        ),
        (
            one(&dose(r#","value":{"vlaue":5}"#)),
            "g.json:6: warning: T2 (dose): `dose` has no field `vlaue`; did you mean `value`? (unknown-field)\n",
        ),
        (
            one(&dose(r#","valeu":{"value":5}"#)),
            "g.json:6: warning: T2 (dose): entities have no field `valeu`; it is only kept; did you mean `value`? (unknown-field)\n",
        ),
        (
            one(&dose(r#","assertion":"absent""#)),
            "g.json:6: error: entity 2: `assertion` is a string, not an object (form)\n",
        ),
        (
            one(&dose(r#","assertion":{"staus":"absent"}"#)),
            "g.json:6: error: entity 2: `assertion` has no field `staus`; did you mean `status`? (form)\n",
        ),
        (
            one(&dose(r#","status":"abesnt""#)),
            "g.json:6: warning: T2 (dose): `abesnt` is no status; did you mean `absent`? (unknown-name)\n",
        ),
        (
            one(&dose(r#","spans":"5-9""#)),
            "g.json:6: error: entity 2: `spans` is a string, not an array (form)\n",
        ),
        (
            one(&dose(r#","parts":[5,9]"#)),
            "g.json:6: error: entity 2: `parts` is an array, not an object (form)\n",
        ),
        (
            one(r#"{"type":"dose","strat":5,"end":9}"#),
            "g.json:6: error: entity 2: lacks the field `start`; is it `strat`? (form)\n",
        ),
        (
            one(r#"{"type":"doze","start":5,"end":9}"#),
            "g.json:6: error: entity 2 (doze): `doze` is no entity type; did you mean `dose`? (unknown-type)\n",
        ),
        (
            spread(
                &format!("{drug},\n{}", dose("")),
                ",\n\"relations\": [\n{\"type\":\"dose_of\",\"from\":\"T2\",\"to\":\"T1\"},\n{\"type\":\"dose_off\",\"from\":\"T2\",\"to\":\"T1\",\"roels\":[]}]",
            ),
            "g.json:10: warning: `dose_off` is no type of relation; did you mean `dose_of`? (unknown-name)\n\
             g.json:10: warning: relations have no field `roels`; it is only kept; did you mean `roles`? (unknown-field)\n",
        ),
        (
            spread(drug, ",\n\"relations\": [\n{\"type\":\"dose_of\",\"from\":\"T9\",\"to\":\"T1\"}]"),
            "g.json:8: error: relation 1: `from` is \"T9\", which is no entity of the document (form)\n",
        ),
        (
            spread(drug, "").replace("entities", "entites"),
            "g.json:2: error: documents have no field `entites`; did you mean `entities`? (unknown-field)\n",
        ),
        (
            spread(drug, "").replace("entities", "marks"),
            "g.json:2: error: documents have no field `marks`; its marks are only kept, entities are in `entities` (unknown-field)\n",
        ),
        (
            spread(drug, ",\n\"exhuastive\": [\"drug\"]"),
            "g.json:2: error: documents have no field `exhuastive`; did you mean `exhaustive`? (unknown-field)\n",
        ),
        (
            spread(drug, ",\n\"exhaustive\": [\"drugs\"]"),
            "g.json:2: error: `exhaustive` names `drugs`, which is no entity type; did you mean `drug`? (unknown-type)\n",
        ),
        (
            spread(drug, ",\n\"exhaustive\": \"drug\""),
            "g.json:7: error: `exhaustive` is a string, not an array (form)\n",
        ),
        (
            "[{\"idd\": 7, \"text\": \"x\"}]".to_owned(),
            "g.json:1: error: lacks the field `id`; did you mean `idd`? (form)\n",
        ),
    ] {
        let said = told("g.json", &holds);
        let problems = said.lines().filter(|line| line.starts_with("g.json:"));
        let problems: String = problems.map(|line| format!("{line}\n")).collect();
        assert_eq!(problems, wanted, "{holds}");
    }
    assert_eq!(
        told("g.json", &spread(drug, ",\n\"ward\": 7")),
        "1 document, 0 errors, 0 warnings\nonly kept: `ward` of 1 document\n"
    );
}

#[test]
fn pubannotation_and_bioc_over_many_lines_have_the_line_of_the_mark() {
    let document = |denotation: &str, more: &str| {
        format!(
            "{{\"sourceid\": \"a\",\n\"text\": \"Took aspirin daily.\",\n\"denotations\": [\n\
             {{\"id\": \"T1\", \"span\": {{\"begin\": 5, \"end\": 12}}, \"obj\": \"drug\"}},\n{denotation}\n]{more}}}\n"
        )
    };
    for (holds, wanted) in [
        (
            document(r#"{"id":"T2","span":{"begin":5,"end":99},"obj":"drug"}"#, ""),
            "p.json:5: error: T2: its span is no slice of the text (form)",
        ),
        (
            document(r#"{"id":"T2","obj":"drug"}"#, ""),
            "p.json:5: error: T2: a denotation lacks `span` (form)",
        ),
        (
            document(r#"{"id":"T2","span":{"begin":5,"end":9}}"#, ""),
            "p.json:5: error: lacks the field `obj` (form)",
        ),
        (
            document(r#"{"id":"T2","span":{"begin":0,"end":4},"obj":"drgu"}"#, ""),
            "p.json:5: error: T2 (drgu): `drgu` is no entity type; did you mean `drug`? (unknown-type)",
        ),
        (
            document(
                r#"{"span":{"begin":0,"end":4},"obj":"drug"}"#,
                ",\n\"relations\": [{\"pred\": \"part_of\",\n\"subj\": \"T1\", \"obj\": \"T9\"}]",
            ),
            "p.json:7: error: the relation `R1` leads to `T9`, which is not there (form)",
        ),
        (
            document(
                r#"{"span":{"begin":0,"end":4},"obj":"drug"}"#,
                ",\n\"attributes\": [\n{\"pred\": \"Sure\", \"subj\": \"T9\"}]",
            ),
            "p.json:8: error: an attribute is of `T9`, which is not there (form)",
        ),
        (
            document(r#"{"span":{"begin":0,"end":4},"obj":"drug","why":1}"#, ""),
            "p.json:5: warning: `why` of denotations is not kept (lost)",
        ),
    ] {
        let said = told("p.json", &holds);
        assert_eq!(said.lines().next(), Some(wanted), "{holds}");
    }
    let bioc = |mark: &str, more: &str| {
        format!(
            "{{\"documents\": [{{\"id\": \"a\", \"passages\": [\n{{\"offset\": 0, \"text\": \"Took aspirin daily.\",\n\"annotations\": [\n{mark}]{more}\n}}]}}]}}\n"
        )
    };
    let mark = |offset: i64, kind: &str| {
        format!(
            "{{\"id\": \"T1\", \"infons\": {{\"type\": \"{kind}\"}},\n\"text\": \"aspirin\", \"locations\": [{{\"offset\": {offset}, \"length\": 7}}]}}"
        )
    };
    for (holds, wanted) in [
        (
            bioc(&mark(6, "drug"), ""),
            "b.json:4: error: T1 (drug): 6 to 13 is \"spirin \", not \"aspirin\"; \"aspirin\" stands at 5 to 12 (shifted)",
        ),
        (
            bioc(&mark(60, "drug"), ""),
            "b.json:4: error: T1: 7 characters at 60 are no slice of the text (form)",
        ),
        (bioc(&mark(-1, "drug"), ""), "b.json:5: error: `offset` is -1, not an offset (form)"),
        (
            bioc(&mark(5, "drgu"), ""),
            "b.json:4: error: T1 (drgu): `drgu` is no entity type; did you mean `drug`? (unknown-type)",
        ),
        (
            bioc(&mark(5, "drug"), ",\n\"relations\": [\n{\"id\": \"R\", \"nodes\": [{\"refid\": \"T7\"}]}]"),
            "b.json:7: error: the relation `R` leads to `T7`, which is not there (form)",
        ),
    ] {
        let said = told("b.json", &holds);
        assert_eq!(said.lines().next(), Some(wanted), "{holds}");
    }
}
