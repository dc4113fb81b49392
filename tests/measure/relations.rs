//! How well facts were linked.
//!
//! A relation of a gold set is found if one of the same type leads from a fact of the same type that overlaps with its
//! first end to a fact of the same type that overlaps with its second end, or with another mention of the same drug in
//! the document. Relations to or from `optional` facts count neither way, nor do those between types of facts that the
//! set never links so.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Gold relations, those found, relations made, and those of them that are right.
#[derive(Debug, Default)]
struct Counts {
    wanted: u32,
    found: u32,
    made: u32,
    right: u32,
}

/// An end of a relation: a fact of the gold set, by its name where it has one or else by its number, or one that is
/// not in the set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Named(String),
    Gold(usize),
    Other(String),
}

/// A relation type and the types of the facts that it links.
type Shape = (String, String, String);

/// Recall and precision by relation type, in percent, as (part, label) and figure. The gold set names the types of its
/// facts `label` or `type`, and the ends of its relations by number or by id.
pub(crate) fn figures(gold: &[&[u8]], predicted: &[Vec<u8>]) -> Vec<((String, String), f64)> {
    let parse = |bytes: &[u8]| -> Value { serde_json::from_slice(bytes).expect("JSON") };
    let gold: Vec<Value> = gold.iter().map(|line| parse(line)).collect();
    let mut shapes: BTreeSet<Shape> = BTreeSet::new();
    for document in &gold {
        let facts: Vec<&Value> = list(document, "entities").collect();
        for relation in list(document, "relations") {
            let side = |name: &str| kind_of(facts[number_of(&relation[name], &facts)]).to_owned();
            shapes.insert((word(&relation["type"]), side("from"), side("to")));
        }
    }
    let mut counts: BTreeMap<String, Counts> = BTreeMap::new();
    for (document, output) in gold.iter().zip(predicted) {
        count(document, &parse(output), &shapes, &mut counts);
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

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn kind_of(fact: &Value) -> &str {
    fact["label"].as_str().or_else(|| fact["type"].as_str()).expect("the type of a fact")
}

/// The number of the fact that an end of a gold relation names.
fn number_of(end: &Value, facts: &[&Value]) -> usize {
    match end.as_u64() {
        Some(number) => number as usize,
        None => facts.iter().position(|f| f["id"] == *end).expect("an id of a fact"),
    }
}

fn count(document: &Value, output: &Value, shapes: &BTreeSet<Shape>, counts: &mut BTreeMap<String, Counts>) {
    let facts: Vec<&Value> = list(document, "entities").collect();
    let optional = |n: usize| facts[n]["optional"] == true;
    let end = |n: usize| match facts[n]["value"]["name"].as_str() {
        Some(name) if matches!(kind_of(facts[n]), "drug" | "regimen") => End::Named(name.to_owned()),
        _ => End::Gold(n),
    };
    let mut wanted: BTreeSet<(String, usize, End)> = BTreeSet::new();
    for relation in list(document, "relations") {
        let [from, to] = ["from", "to"].map(|name| number_of(&relation[name], &facts));
        if !optional(from) && !optional(to) {
            wanted.insert((word(&relation["type"]), from, end(to)));
        }
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
            .filter(|n| fact["type"] == kind_of(facts[*n]))
            .map(|n| (place(facts[n]), n))
            .map(|((from, to), n)| (end.min(to) - start.max(from), n))
            .filter(|(shared, _)| *shared > 0)
            .max_by_key(|(shared, n)| (*shared, std::cmp::Reverse(*n)))
            .map(|(_, n)| n)
    };
    for relation in list(output, "relations") {
        let ends = ["from", "to"].map(|name| relation[name].as_str().expect("an id"));
        let kind = word(&relation["type"]);
        let [first, second] = ends.map(|id| word(&by_id[id]["type"]));
        if !shapes.contains(&(kind.clone(), first, second)) {
            continue;
        }
        let [from, to] = ends.map(gold_of);
        let right = |from: Option<usize>, to: Option<usize>| {
            from.zip(to).is_some_and(|(from, to)| wanted.contains(&(kind.clone(), from, end(to))))
        };
        // An optional mention of a drug that is also named without being optional is right where that one would be.
        if [from, to].into_iter().flatten().any(optional) && !right(from, to) {
            continue;
        }
        let from = from.map_or_else(|| End::Other(ends[0].to_owned()), End::Gold);
        let to = to.map_or_else(|| End::Other(ends[1].to_owned()), end);
        made.insert((kind, from, to));
    }
    for (kind, from, to) in &wanted {
        let c = counts.entry(kind.clone()).or_default();
        c.wanted += 1;
        c.found += u32::from(made.contains(&(kind.clone(), End::Gold(*from), to.clone())));
    }
    for (kind, from, to) in made {
        let right = matches!(from, End::Gold(n) if wanted.contains(&(kind.clone(), n, to)));
        let c = counts.entry(kind).or_default();
        c.made += 1;
        c.right += u32::from(right);
    }
}
