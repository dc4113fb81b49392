//! What the relations of an output say of its regimens.

use serde_json::Value;
use std::collections::BTreeMap;

fn list<'v>(document: &'v Value, field: &str) -> impl Iterator<Item = &'v Value> {
    document[field].as_array().into_iter().flatten()
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A drug line of a regimen: regimen, drug, dose and unit, route, days.
type Line = (String, String, String, String, Vec<i64>);

/// What the relations of an output say of its regimens: the lines that have a dose, in order, and the cycles of each.
pub(super) fn of(output: &Value) -> (Vec<Line>, Vec<(String, Vec<i64>)>) {
    let by_id: BTreeMap<&str, &Value> =
        list(output, "entities").filter_map(|e| Some((e["id"].as_str()?, e))).collect();
    let linked = |kind: &'static str, to: &str| -> Vec<&Value> {
        list(output, "relations")
            .filter(|r| r["type"] == kind && r["to"] == to)
            .filter_map(|r| by_id.get(r["from"].as_str()?).copied())
            .collect()
    };
    let integers = |fact: &Value, field: &str| -> Vec<i64> {
        fact["value"][field].as_array().into_iter().flatten().filter_map(Value::as_i64).collect()
    };
    let (mut lines, mut cycles) = (Vec::new(), Vec::new());
    for fact in list(output, "entities") {
        let id = fact["id"].as_str().expect("an id");
        if fact["type"] == "regimen" {
            for cycle in linked("cycle_of", id) {
                let numbers = integers(cycle, "numbers");
                if numbers.len() > 1 {
                    cycles.push((word(&fact["value"]["name"]), numbers));
                }
            }
        }
        let regimen = list(output, "relations").find(|r| r["type"] == "part_of" && r["from"] == id);
        let Some(regimen) = regimen.and_then(|r| by_id.get(r["to"].as_str()?)) else { continue };
        for dose in linked("dose_of", id) {
            let route = linked("route_of", id).first().map_or(String::new(), |r| word(&r["value"]["code"]));
            let mut days: Vec<i64> =
                linked("schedule_of", id).into_iter().flat_map(|s| integers(s, "days")).collect();
            days.sort_unstable();
            let amount = format!("{} {}", dose["value"]["value"], word(&dose["value"]["unit"]));
            lines.push((word(&regimen["value"]["name"]), word(&fact["value"]["name"]), amount, route, days));
        }
    }
    (lines, cycles)
}
