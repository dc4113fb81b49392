//! How well facts were linked.
//!
//! A relation of the gold set is found if one of the same type leads from a fact of the same type that overlaps with
//! its first end to a fact of the same type that overlaps with its second end, or with another mention of the same
//! drug in the document. Relations to or from `optional` facts count neither way, nor do those between types that the
//! set does not label.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Gold relations, those found, predicted relations, and those of them that are right.
#[derive(Debug, Default)]
struct Counts {
    wanted: u32,
    found: u32,
    made: u32,
    right: u32,
}

/// An end of a relation: a fact of the gold set, by its number or by its name where it has one, or one that is not there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Named(String),
    Gold(usize),
    Other(String),
}

/// Recall and precision by relation type, in percent, as (part, label) and figure.
pub(super) fn figures(gold: &[&[u8]], predicted: &[Vec<u8>]) -> Vec<((String, String), f64)> {
    let parse = |bytes: &[u8]| -> Value { serde_json::from_slice(bytes).expect("JSON") };
    let gold: Vec<Value> = gold.iter().map(|line| parse(line)).collect();
    let labels: BTreeSet<&str> =
        gold.iter().flat_map(|d| list(d, "entities")).filter_map(|e| e["label"].as_str()).collect();
    let mut counts: BTreeMap<String, Counts> = BTreeMap::new();
    for (document, output) in gold.iter().zip(predicted) {
        count(document, &parse(output), &labels, &mut counts);
    }
    let percent = |part: u32, all: u32| (1000.0 * f64::from(part) / f64::from(all)).round() / 10.0;
    let mut figures = Vec::new();
    for (kind, c) in counts.into_iter().filter(|(_, c)| c.wanted > 0) {
        figures.push((("relation recall".to_owned(), kind.clone()), percent(c.found, c.wanted)));
        figures.push((("relation precision".to_owned(), kind), percent(c.right, c.made.max(1))));
    }
    figures
}

fn list<'v>(document: &'v Value, field: &str) -> impl Iterator<Item = &'v Value> {
    document[field].as_array().into_iter().flatten()
}

fn count(document: &Value, output: &Value, labels: &BTreeSet<&str>, counts: &mut BTreeMap<String, Counts>) {
    let facts: Vec<&Value> = list(document, "entities").collect();
    let optional = |n: usize| facts[n]["optional"] == true;
    let end = |n: usize| match facts[n]["value"]["name"].as_str() {
        Some(name) => End::Named(name.to_owned()),
        None => End::Gold(n),
    };
    let mut wanted: BTreeSet<(String, usize, End)> = BTreeSet::new();
    let mut ignored: BTreeSet<(String, usize, End)> = BTreeSet::new();
    for relation in list(document, "relations") {
        let side = |name: &str| relation[name].as_u64().expect("a number of a fact") as usize;
        let (from, to) = (side("from"), side("to"));
        let key = (relation["type"].as_str().expect("a type").to_owned(), from, end(to));
        if optional(from) || optional(to) {
            ignored.insert(key)
        } else {
            wanted.insert(key)
        };
    }
    let mut made: BTreeSet<(String, End, End)> = BTreeSet::new();
    let by_id: BTreeMap<&str, &Value> =
        list(output, "entities").filter_map(|e| Some((e["id"].as_str()?, e))).collect();
    // The fact of the gold set that overlaps most.
    let place = |e: &Value| (e["start"].as_i64().expect("a place"), e["end"].as_i64().expect("a place"));
    let gold_of = |id: &str| -> Option<usize> {
        let fact = by_id[id];
        let (start, end) = place(fact);
        (0..facts.len())
            .filter(|n| facts[*n]["label"] == fact["type"])
            .map(|n| (place(facts[n]), n))
            .map(|((from, to), n)| (end.min(to) - start.max(from), n))
            .filter(|(shared, _)| *shared > 0)
            .max_by_key(|(shared, n)| (*shared, std::cmp::Reverse(*n)))
            .map(|(_, n)| n)
    };
    for relation in list(output, "relations") {
        let id = |name: &str| relation[name].as_str().expect("an id");
        let kind = relation["type"].as_str().expect("a type").to_owned();
        let ends = [id("from"), id("to")];
        if ends.iter().any(|id| !by_id[id]["type"].as_str().is_some_and(|t| labels.contains(t))) {
            continue;
        }
        let [from, to] = ends.map(gold_of);
        if [from, to].into_iter().flatten().any(optional) {
            // The optional mention of a drug that is also named without being optional.
            if let (Some(from), Some(to)) = (from, to)
                && wanted.contains(&(kind.clone(), from, end(to)))
            {
                made.insert((kind, End::Gold(from), end(to)));
            }
            continue;
        }
        let of = |n: Option<usize>, id: &str| n.map_or(End::Other(id.to_owned()), End::Gold);
        let to = to.map_or_else(|| End::Other(ends[1].to_owned()), end);
        made.insert((kind, of(from, ends[0]), to));
    }
    for (kind, from, to) in &wanted {
        let c = counts.entry(kind.clone()).or_default();
        c.wanted += 1;
        c.found += u32::from(made.contains(&(kind.clone(), End::Gold(*from), to.clone())));
    }
    for (kind, from, to) in made {
        let key = |n: usize| (kind.clone(), n, to.clone());
        let is_in = |set: &BTreeSet<_>| matches!(from, End::Gold(n) if set.contains(&key(n)));
        if is_in(&ignored) && !is_in(&wanted) {
            continue;
        }
        let right = is_in(&wanted);
        let c = counts.entry(kind.clone()).or_default();
        c.made += 1;
        c.right += u32::from(right);
    }
}
