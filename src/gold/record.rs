//! What is wrong with the records of patients in gold: names that no record has, values of the wrong shape, facts that
//! are none. What a record may hold is told by the schema of the output.

use super::{Datum, Document};
use rustc_hash::FxHashSet;
use serde_json::Value;

/// Fields that no record has and gold keeps on purpose: why a time has no number, a remark, the words, and all doses of
/// a drug that was given in several.
const KEPT: [&str; 4] = ["vague", "note", "quote", "doses"];

/// What is wrong with the records of a document, each in words that begin with the place in the record.
pub(super) fn faults(document: &Document, schema: &Value) -> Vec<String> {
    let ids = document.entities.iter().map(|entity| entity.id.as_str()).collect();
    let mut walk = Walk { ids, defs: &schema["$defs"], faults: Vec::new() };
    for (number, case) in (1..).zip(document.cases.iter().flatten()) {
        walk.see(&schema["$defs"]["Case"], case, &format!("case {number}"));
    }
    walk.faults
}

struct Walk<'d> {
    ids: FxHashSet<&'d str>,
    defs: &'d Value,
    faults: Vec<String>,
}

impl<'d> Walk<'d> {
    fn see(&mut self, node: &'d Value, datum: &Datum, path: &str) {
        let node = self.resolve(node);
        match datum {
            Datum::Object(members) => {
                let Some(known) = node["properties"].as_object() else {
                    return self.faults.push(format!("{path}: an object has no place here"));
                };
                for (name, value) in members {
                    let below = format!("{path}.{name}");
                    match known.get(name.strip_suffix("_any").unwrap_or(name)) {
                        Some(_) if name == "entities" => self.facts(value, &below),
                        Some(sub) if known.contains_key(name) => self.see(sub, value, &below),
                        Some(_) => {}
                        None if KEPT.contains(&name.as_str()) => {}
                        None => self.faults.push(format!("{below}: records have no such field")),
                    }
                }
            }
            Datum::List(elements) => match node.get("items") {
                Some(items) => elements.iter().for_each(|element| self.see(items, element, path)),
                None => self.faults.push(format!("{path}: a list has no place here")),
            },
            Datum::Text(text) => {
                if node.get("properties").is_some() || node.get("items").is_some() {
                    self.faults.push(format!("{path}: {text:?} stands where a record has more than a word"));
                }
                let words = node["enum"].as_array().map(Vec::as_slice).unwrap_or_default();
                if !words.is_empty() && !words.iter().any(|word| word == text.as_str()) {
                    self.faults.push(format!("{path}: {text:?} is none of its words"));
                }
            }
            Datum::Null | Datum::Flag(_) | Datum::Number(_) => {}
        }
    }

    /// The node that a reference, or a choice between it and nothing, leads to.
    fn resolve(&self, node: &'d Value) -> &'d Value {
        let mut node = node;
        loop {
            let choice = ["anyOf", "oneOf"].iter().find_map(|name| node[*name].as_array());
            let next = match (node["$ref"].as_str(), choice) {
                (Some(name), _) => &self.defs[name.rsplit('/').next().unwrap_or_default()],
                (None, Some(choice)) => match choice.iter().find(|node| node["type"] != "null") {
                    Some(next) => next,
                    None => return node,
                },
                (None, None) => return node,
            };
            node = next;
        }
    }

    /// The facts that a part of a record names must be entities of the document, if it has any.
    fn facts(&mut self, ids: &Datum, path: &str) {
        for id in ids.elements().iter().filter_map(Datum::text) {
            if !self.ids.is_empty() && !self.ids.contains(id) {
                self.faults.push(format!("{path}: `{id}` is no entity of the document"));
            }
        }
    }
}
