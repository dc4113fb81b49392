//! Bundles and packets of the whole corpus: no reference leads nowhere, doses stand in the unit that is due, and a
//! profile of mCODE is claimed only where its demands are met. For each check a fault is sown that it must find.
//! Validators that are not ours run in `tests/validators`.

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

fn written(format: &str) -> Vec<Value> {
    let all = written_of(Path::new("corpus"), format, &[]);
    assert!(all.len() > 10, "{format}: {} files", all.len());
    all
}

/// The bundles or packets that reports become, in the order of the files' names.
fn written_of(reports: &Path, format: &str, more: &[&str]) -> Vec<Value> {
    let files = files_of(reports, format, more);
    files
        .iter()
        .map(|(path, text)| serde_json::from_str(text).unwrap_or_else(|e| panic!("{path}: {e}")))
        .collect()
}

/// The files that reports become, by name.
fn files_of(reports: &Path, format: &str, more: &[&str]) -> BTreeMap<String, String> {
    let place = tempfile::tempdir().expect("a folder");
    let out = place.path().join("out");
    let ran = Command::new(env!("CARGO_BIN_EXE_casegrain"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .arg("extract")
        .arg(reports)
        .args(["--format", format])
        .args(more)
        .arg("-o")
        .arg(&out)
        .output()
        .expect("the program starts");
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
    let files = fs::read_dir(&out).expect("the folder").map(|entry| entry.expect("an entry").path());
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    let content = |path: &Path| String::from_utf8_lossy(&fs::read(path).expect("a file")).into_owned();
    files.map(|path| (name(&path), content(&path))).collect()
}

/// What one report becomes.
fn written_text(text: &str, format: &str, more: &[&str]) -> Vec<Value> {
    let place = tempfile::tempdir().expect("a folder");
    let report = place.path().join("report.txt");
    fs::write(&report, text).expect("a file");
    written_of(&report, format, more)
}

/// The resources of one type.
fn resources<'b>(bundle: &'b Value, kind: &str) -> Vec<&'b Value> {
    let entries = bundle["entry"].as_array().expect("entries").iter().map(|entry| &entry["resource"]);
    entries.filter(|resource| text(resource, "resourceType") == kind).collect()
}

/// Calls with every object below a value.
fn each<'v>(value: &'v Value, see: &mut dyn FnMut(&'v Value)) {
    match value {
        Value::Object(members) => {
            see(value);
            members.values().for_each(|member| each(member, see));
        }
        Value::Array(items) => items.iter().for_each(|item| each(item, see)),
        _ => {}
    }
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// References of a Bundle that lead nowhere, and radiotherapy doses that are not in cGy.
fn bundle_faults(bundle: &Value) -> Vec<String> {
    let entries = bundle["entry"].as_array().expect("entries");
    let id = |entry: &Value| {
        format!("{}/{}", text(&entry["resource"], "resourceType"), text(&entry["resource"], "id"))
    };
    let ids: BTreeSet<_> = entries.iter().map(id).collect();
    let mut faults = Vec::new();
    if ids.len() != entries.len() {
        faults.push("an id stands twice".to_owned());
    }
    each(bundle, &mut |node| {
        let to = text(node, "reference");
        if !to.is_empty() && !ids.contains(to) {
            faults.push(format!("nothing is {to}"));
        }
        if text(node, "url") == "totalDoseDelivered" && text(&node["valueQuantity"], "code") != "cGy" {
            faults.push("a dose that is not in cGy".to_owned());
        }
    });
    faults
}

#[test]
fn bundles_lead_nowhere_wrong() {
    let all = written("fhir");
    for bundle in &all {
        assert_eq!(bundle_faults(bundle), Vec::<String>::new(), "{}", bundle["id"]);
    }
    let with_dose =
        all.iter().find(|bundle| bundle.to_string().contains("totalDoseDelivered")).expect("a dose");
    let sown = |from: &str, to: &str| {
        let changed = with_dose.to_string().replacen(from, to, 1);
        assert_ne!(changed, with_dose.to_string());
        bundle_faults(&serde_json::from_str(&changed).expect("JSON"))
    };
    assert_eq!(sown(r#""code":"cGy""#, r#""code":"Gy""#), ["a dose that is not in cGy"]);
    assert!(
        sown(r#""reference":"Patient/"#, r#""reference":"Patient/x"#)[0].starts_with("nothing is Patient/x")
    );
    let mut twice = with_dose.clone();
    let first = twice["entry"][0].clone();
    twice["entry"].as_array_mut().expect("entries").push(first);
    assert_eq!(bundle_faults(&twice), ["an id stands twice"]);
}

/// The last part of the address of a profile of mCODE.
fn profile_name(url: &str) -> String {
    url.rsplit("mcode-").next().unwrap_or_default().to_owned()
}

/// What the profiles of mCODE STU4 that a Bundle claims demand beyond R4, and it does not meet.
fn profile_faults(bundle: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for entry in bundle["entry"].as_array().expect("entries") {
        let resource = &entry["resource"];
        let profile = resource["meta"]["profile"][0].as_str().map(profile_name).unwrap_or_default();
        let has = |name: &str| !resource[name].is_null();
        let codes = |system: &str| {
            let codings = resource["code"]["coding"].as_array().into_iter().flatten();
            codings.filter(|coding| text(coding, "system") == system).count() > 0
        };
        let reason = has("reasonReference") || has("reasonCode");
        let met = match profile.as_str() {
            "" => true,
            "cancer-patient" => has("identifier") && has("name") && has("gender"),
            "primary-cancer-condition" => {
                let stages = resource["stage"].as_array().into_iter().flatten();
                has("code") && stages.clone().all(|stage| stage["assessment"].is_null())
            }
            "secondary-cancer-condition" => has("code") && !has("stage"),
            "tumor-marker-test" => codes("http://loinc.org") && !has("component"),
            "genomic-variant" => codes("http://loinc.org") && has("valueCodeableConcept") && has("category"),
            "cancer-related-medication-administration" => reason,
            "radiotherapy-course-summary" => reason && has("performedPeriod") && !has("bodySite"),
            "radiotherapy-volume" => has("description"),
            other => panic!("nobody has looked at what {other} demands"),
        };
        if !met {
            faults.push(format!("{} is not {profile}", text(resource, "id")));
        }
    }
    faults
}

const CANCER: &str = "A 61-year-old man was diagnosed with lung adenocarcinoma, stage IIIA. He received \
                      chemotherapy with cisplatin and pemetrexed and radiotherapy to the chest wall, 50.4 Gy in 28 fractions.";

#[test]
fn profiles_are_claimed_where_their_demands_are_met() {
    let mut claimed = BTreeSet::new();
    let mut all = written("fhir");
    all.extend(written_text(CANCER, "fhir", &[]));
    for bundle in &all {
        assert_eq!(profile_faults(bundle), Vec::<String>::new(), "{}", bundle["id"]);
        each(bundle, &mut |node| claimed.extend(node["profile"][0].as_str().map(profile_name)));
    }
    assert!(claimed.len() >= 6, "{claimed:?}");
    let bundle = all.last().expect("the last");
    let sown = |kind: &str, name: &str| {
        let mut changed = bundle.clone();
        for entry in changed["entry"].as_array_mut().expect("entries") {
            if text(&entry["resource"], "resourceType") == kind {
                entry["resource"].as_object_mut().expect("an object").remove(name);
            }
        }
        profile_faults(&changed)
    };
    for (kind, name) in
        [("Procedure", "reasonReference"), ("Procedure", "performedPeriod"), ("Patient", "gender")]
    {
        assert_eq!(sown(kind, name).len(), 1, "{kind}.{name}");
    }
}

#[test]
fn a_course_of_radiotherapy_is_as_mcode_has_it() {
    let bundle = &written_text(CANCER, "fhir", &[])[0];
    let courses = resources(bundle, "Procedure");
    let course = courses
        .into_iter()
        .find(|resource| {
            resource["meta"]["profile"][0].as_str().is_some_and(|p| p.ends_with("course-summary"))
        })
        .expect("a course");
    let delivered = &course["extension"].as_array().expect("extensions")[0]["extension"];
    let volume = resources(bundle, "BodyStructure")[0];
    assert_eq!(text(volume, "description"), "chest wall");
    let reference = format!("BodyStructure/{}", text(volume, "id"));
    assert_eq!(delivered[0]["valueReference"]["reference"], json!(reference));
    assert_eq!(delivered[1]["valueQuantity"]["value"].to_string(), "5040");
    assert_eq!(delivered[1]["valueQuantity"]["code"], "cGy");
    assert_eq!(delivered[2]["valueUnsignedInt"], 28);
    let condition = text(&course["reasonReference"][0], "reference");
    let condition = condition.strip_prefix("Condition/").expect("a condition");
    let stages = resources(bundle, "Observation");
    assert!(stages.iter().any(|o| o["focus"][0]["reference"] == json!(format!("Condition/{condition}"))));
}

#[test]
fn each_patient_of_a_report_has_a_bundle_and_a_packet() {
    let two = "Case 1. A 54-year-old woman had melanoma. There was no evidence of metastasis in the liver. Sarcoidosis \
               was excluded.\n\nCase 2. A 7-year-old boy had osteosarcoma. He received cisplatin.\n";
    let bundles = written_text(two, "fhir", &[]);
    assert_eq!(bundles.len(), 2);
    let ids = |bundle: &Value| -> BTreeSet<String> {
        let entries = bundle["entry"].as_array().expect("entries").iter();
        entries.map(|entry| text(&entry["resource"], "id").to_owned()).collect()
    };
    assert!(ids(&bundles[0]).is_disjoint(&ids(&bundles[1])));
    for (bundle, gender) in bundles.iter().zip(["female", "male"]) {
        assert_eq!(bundle_faults(bundle), Vec::<String>::new());
        assert_eq!(text(resources(bundle, "Patient")[0], "gender"), gender);
    }
    let of = |name: &str| {
        let found = resources(&bundles[0], "Condition").into_iter().find(|c| c["code"]["text"] == name);
        let condition = found.unwrap_or_else(|| panic!("no {name}"));
        let code = &condition["verificationStatus"]["coding"][0]["code"];
        (code.as_str().unwrap_or_default().to_owned(), condition["clinicalStatus"].is_null())
    };
    assert_eq!(of("melanoma"), ("confirmed".into(), false));
    assert_eq!(of("sarcoidosis"), ("refuted".into(), true));
    let packets = written_text(two, "phenopacket", &[]);
    assert_eq!(packets.len(), 2);
    assert_ne!(packets[0]["subject"]["id"], packets[1]["subject"]["id"]);
    let excluded: Vec<_> =
        packets[0]["diseases"].as_array().expect("diseases").iter().map(|d| &d["excluded"]).collect();
    assert!(excluded.contains(&&json!(true)) && excluded.contains(&&Value::Null), "{excluded:?}");
}

/// Of several final diagnoses the malignant one has the stages and the changes of genes.
#[test]
fn stages_are_of_the_cancer_among_the_diagnoses() {
    let told = "A 61-year-old man was diagnosed with lung adenocarcinoma, stage IIIA. An EGFR L858R mutation was found. \
                He was also diagnosed with hypothyroidism.";
    let packet = &written_text(told, "phenopacket", &[])[0];
    let diseases = packet["diseases"].as_array().expect("diseases");
    let staged: Vec<_> = diseases.iter().filter(|d| !d["diseaseStage"].is_null()).collect();
    assert_eq!(staged.len(), 1, "{diseases:?}");
    assert_eq!(staged[0]["term"], packet["interpretations"][0]["diagnosis"]["disease"]);
}

#[test]
fn every_resource_leads_back_to_words() {
    for bundle in written("fhir") {
        for entry in bundle["entry"].as_array().expect("entries") {
            let resource = &entry["resource"];
            if matches!(text(resource, "resourceType"), "Patient" | "Provenance") {
                continue;
            }
            let extensions = resource["extension"].as_array().expect("extensions");
            let back = extensions.iter().filter(|e| e["url"] == "urn:casegrain:read-from").count();
            assert!(back > 0, "{}", resource["id"]);
        }
    }
}

/// Ids, prefixes and pointers of a packet that lead nowhere.
fn packet_faults(packet: &Value) -> Vec<String> {
    let subject = text(&packet["subject"], "id");
    let resources = packet["metaData"]["resources"].as_array().expect("resources");
    let prefixes: BTreeSet<_> = resources.iter().map(|resource| text(resource, "namespacePrefix")).collect();
    let mut faults = Vec::new();
    each(packet, &mut |node| {
        for name in ["individualId", "subjectOrBiosampleId"] {
            if node.get(name).is_some() && text(node, name) != subject {
                faults.push(format!("nobody is {}", text(node, name)));
            }
        }
        let term =
            node.as_object().is_some_and(|members| members.len() == 2 && members.contains_key("label"));
        let prefix = text(node, "id").split(':').next().unwrap_or_default();
        if term && !prefixes.contains(prefix) {
            faults.push(format!("no resource for {}", text(node, "id")));
        }
        // A pointer, a space, the rule, a colon and the words.
        let pointer = text(node, "description").split(' ').next().unwrap_or_default();
        if text(node, "reference").starts_with("urn:") && packet.pointer(pointer).is_none() {
            faults.push(format!("nothing is at {pointer}"));
        }
    });
    faults
}

#[test]
fn packets_lead_nowhere_wrong() {
    let all = written("phenopacket");
    for packet in &all {
        assert_eq!(packet_faults(packet), Vec::<String>::new(), "{}", packet["id"]);
    }
    let sown = |change: fn(&mut Value)| {
        let mut changed = all.iter().find(|p| !p["biosamples"].is_null()).expect("a biosample").clone();
        change(&mut changed);
        packet_faults(&changed).join("; ")
    };
    assert!(sown(|p| p["biosamples"][0]["individualId"] = json!("x")).contains("nobody is x"));
    assert!(sown(|p| p["metaData"]["resources"] = json!([])).contains("no resource for casegrain:"));
    let moved = sown(|p| p["metaData"]["externalReferences"][0]["description"] = json!("/gone a/b: c"));
    assert!(moved.contains("nothing is at /gone"));
}

/// Whole grays only, and none but those of the text.
#[test]
fn dosages_are_whole() {
    for packet in written("phenopacket") {
        each(&packet, &mut |node| {
            if let Some(dosage) = node.get("dosage") {
                assert!(dosage.is_i64() && node["fractions"].is_i64(), "{node}");
            }
            assert!(node.get("doseIntervals").is_none());
        });
    }
}

/// Vocabularies under licence, as their publishers lay them out, with codes that nobody has.
const VOCABULARIES: &[(&str, &str, &[&str])] = &[
    (
        "Loinc.csv",
        "\"LOINC_NUM\",\"COMPONENT\",\"LONG_COMMON_NAME\"\n\
         \"0-1\",\"Creatinine\",\"Creatinine in Serum\"\n\"0-2\",\"CA-125\",\"CA-125 in Serum\"\n",
        &["--as", "analyte", "--name", "COMPONENT", "--code", "LOINC_NUM", "--system", "LOINC"],
    ),
    (
        "snomed.tsv",
        "conceptId\tterm\n01\tlung adenocarcinoma\n",
        &["--as", "disease", "--name", "term", "--code", "conceptId", "--system", "SNOMEDCT"],
    ),
    ("sites.tsv", "code\tname\n02\tchest wall\n", &["--as", "anatomy", "--system", "SNOMEDCT"]),
    (
        "hp.obo",
        "format-version: 1.2\n\n[Term]\nid: HP:0\nname: Cough\nsynonym: \"Coughing\" EXACT []\n",
        &["--as", "finding"],
    ),
    ("RXNCONSO.RRF", "0|ENG|P|L|PF|S|Y|A|||0|RXNORM|IN|0|cisplatin||N|4096|\n", &["--as", "drug"]),
    ("ncit.tsv", "code\tname\nC0\tlobectomy\n", &["--as", "procedure", "--system", "NCIT"]),
];

/// What `docs/formats/codes.md` tells: from a vocabulary of one's own to the codes in every format.
#[test]
fn codes_of_imported_vocabularies_reach_all_formats() {
    let place = tempfile::tempdir().expect("a folder");
    let mine = place.path().join("mine");
    for (file, content, arguments) in VOCABULARIES {
        let path = place.path().join(file);
        fs::write(&path, content).expect("a file");
        let mut import = Command::new(env!("CARGO_BIN_EXE_casegrain"));
        import.args(["lexicon", "import"]).arg(&path).args(*arguments).arg("-o").arg(&mine);
        let ran = import.output().expect("the program starts");
        assert_eq!(ran.status.code(), Some(0), "{file}: {}", String::from_utf8_lossy(&ran.stderr));
    }
    let report = "A 61-year-old man with lung adenocarcinoma presented with cough. Creatinine was 1.2 mg/dL and CA-125 was \
                  340 U/mL. He had pain in the chest wall. He underwent lobectomy and received cisplatin.";
    let grammars = ["--grammars", mine.to_str().expect("a path")];
    let bundle = &written_text(report, "fhir", &grammars)[0];
    let (mut codes, mut terms) = (BTreeSet::new(), BTreeSet::new());
    each(bundle, &mut |node| {
        if !text(node, "system").starts_with("urn:") && node.get("code").is_some() {
            codes.insert((text(node, "system"), text(node, "code")));
        }
    });
    for code in [
        ("http://loinc.org", "0-1"),
        ("http://loinc.org", "0-2"),
        ("http://snomed.info/sct", "01"),
        ("http://snomed.info/sct", "02"),
        ("http://human-phenotype-ontology.org", "HP:0"),
        ("http://www.nlm.nih.gov/research/umls/rxnorm", "0"),
        ("http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl", "C0"),
    ] {
        assert!(codes.contains(&code), "{code:?} in {codes:?}");
    }
    let claims = resources(bundle, "Observation");
    let marker = claims.iter().filter(|o| o["meta"]["profile"][0].to_string().contains("tumor-marker-test"));
    assert_eq!(marker.count(), 1, "a marker with a code of LOINC is a tumour marker test");
    assert_eq!(profile_faults(bundle), Vec::<String>::new());

    let packet = &written_text(report, "phenopacket", &grammars)[0];
    each(packet, &mut |node| {
        terms.insert(text(node, "id"));
    });
    for term in ["LOINC:0-1", "LOINC:0-2", "SNOMEDCT:01", "HP:0", "RXNORM:0", "NCIT:C0"] {
        assert!(terms.contains(term), "{term} in {terms:?}");
    }
    assert_eq!(packet_faults(packet), Vec::<String>::new());

    // All others keep each code beside its system, but REDCap, whose loss list counts them.
    let path = place.path().join("report.txt");
    fs::write(&path, report).expect("a file");
    for format in ["csv", "brat", "bioc-json", "bioc-xml", "pubannotation", "webannotation", "omop"] {
        let files = files_of(&path, format, &grammars);
        let all: String =
            files.iter().filter(|(name, _)| !name.ends_with(".parquet")).map(|(_, text)| &**text).collect();
        // Codes of HPO carry their system in them.
        for (system, code) in [("loinc", "0-1"), ("loinc", "0-2"), ("hp", "HP:0"), ("ncit", "C0")] {
            let beside = all.match_indices(code).any(|(at, _)| {
                let near = all[..at + code.len()].rsplit(['\n', '>']).next().unwrap_or_default();
                near.to_lowercase().contains(system)
            });
            assert!(beside, "{format} has no {code} with its system:\n{all}");
        }
    }
}
