//! Bundles and packets of the whole corpus: no reference leads nowhere, and doses stand in the unit that is due. For
//! each check a fault is sown that it must find. Validators that are not ours run in `tests/validators`.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

fn written(format: &str) -> Vec<Value> {
    let place = tempfile::tempdir().expect("a folder");
    let out = place.path().join("out");
    let ran = Command::new(env!("CARGO_BIN_EXE_casegrain"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["extract", "corpus", "--format", format, "-o"])
        .arg(&out)
        .output()
        .expect("the program starts");
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
    let files = fs::read_dir(&out).expect("the folder").map(|entry| entry.expect("an entry").path());
    let all: Vec<_> = files.map(|path: std::path::PathBuf| read(&path)).collect();
    assert!(all.len() > 10, "{format}: {} files", all.len());
    all
}

fn read(path: &Path) -> Value {
    let bytes = fs::read(path).expect("a file");
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
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
