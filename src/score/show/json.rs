//! A score as one JSON object.

use super::super::floors::Judged;
use super::super::{Agreement, Counts, Interval, Intervals, Mean, Score, patterns};
use serde_json::{Map, Value, json};

/// The score for programs: counts, figures in percent without rounding, and every fault.
///
/// ```
/// let score = casegrain::score::Score { documents: 3, ..Default::default() };
/// assert_eq!(casegrain::score::show::json(&score)["documents"], 3);
/// ```
pub fn json(score: &Score) -> Value {
    let rows = score.rows.iter().map(|row| {
        let mut value = counts(&row.counts);
        value["precision_counted"] = row.precise.into();
        value["intervals"] = intervals(row.intervals);
        (row.name.clone(), value)
    });
    let mut micro = counts(&score.micro);
    micro["intervals"] = intervals(score.micro_intervals);
    let mut fields: Map<String, Value> = Map::new();
    for ((label, field), a) in &score.fields {
        fields.entry(label).or_insert_with(|| json!({}))[field] = agreement(a);
    }
    let rules = score.rules.iter().map(|(rule, t)| {
        let value = json!({
            "matches": t.matches, "right": t.right, "wrong": t.wrong, "misread": t.misread, "only": t.only,
        });
        (rule.clone(), value)
    });
    let faults: Vec<Value> = score
        .faults
        .iter()
        .map(|f| {
            json!({
                "kind": f.kind.name(), "label": f.label, "document": f.document, "start": f.start, "end": f.end,
                "before": f.before, "words": f.words, "after": f.after, "gold": f.gold, "got": f.got, "rule": f.rule,
                "near": f.near, "reason": f.reason, "what": f.what, "weight": f.weight,
            })
        })
        .collect();
    let patterns = patterns(score).into_iter().map(|p| {
        json!({
            "kind": p.kind.name(), "label": p.label, "rule": p.rule, "reason": p.reason, "what": p.what,
            "faults": p.faults.len(), "documents": p.documents, "weight": p.weight,
        })
    });
    let confusions = score.confusions.iter().map(|(what, confusion)| {
        let pairs =
            confusion.pairs.iter().map(|((gold, run), n)| json!({"gold": gold, "got": run, "count": n}));
        let value = json!({"kappa": confusion.kappa(), "pairs": pairs.collect::<Vec<_>>()});
        ((*what).to_owned(), value)
    });
    let sets = score.sets.iter().map(|set| {
        let mut value = counts(&set.counts);
        value["name"] = set.name.as_str().into();
        value["documents"] = set.documents.into();
        value
    });
    let (all_relations, mean_relations) = score.relation_averages();
    let (all_cases, mean_cases) = score.case_averages();
    let program = &score.program;
    let floors = score.floors.as_ref().map(|all| {
        let one = |f: &Judged| json!({"part": f.part, "name": f.name, "floor": f.least, "figure": f.figure, "held": f.is_held()});
        all.iter().map(one).collect::<Vec<_>>()
    });
    json!({
        "program": {"name": program.name, "version": program.version, "grammar": program.grammar},
        "documents": score.documents,
        "gold": sets.collect::<Vec<_>>(),
        "documents_without_output": score.missing,
        "records_without_gold": score.surplus,
        "broken_documents_left_out": score.left_out,
        "broken": score.broken,
        "floors": floors,
        "entities": rows.collect::<Map<_, _>>(),
        "micro": micro,
        "macro": mean(&score.macro_average()),
        "values": score.values.iter().map(|(k, a)| (k.clone(), agreement(a))).collect::<Map<_, _>>(),
        "fields": fields,
        "polarity": score.polarity.iter().map(|(k, a)| (k.clone(), agreement(a))).collect::<Map<_, _>>(),
        "assertions": score.assertions.iter().map(|(k, a)| ((*k).to_owned(), agreement(a))).collect::<Map<_, _>>(),
        "confusions": confusions.collect::<Map<_, _>>(),
        "relations": score.relations.iter().map(|(k, c)| (k.clone(), counts(c))).collect::<Map<_, _>>(),
        "relations_micro": counts(&all_relations),
        "relations_macro": mean(&mean_relations),
        "case_record": score.cases.iter().map(|(k, c)| ((*k).to_owned(), counts(c))).collect::<Map<_, _>>(),
        "case_record_micro": counts(&all_cases),
        "case_record_macro": mean(&mean_cases),
        "rules": rules.collect::<Map<_, _>>(),
        "idle_rules": score.idle,
        "patterns": patterns.collect::<Vec<_>>(),
        "faults": faults,
    })
}

fn counts(counts: &Counts) -> Value {
    let exact = counts.exact();
    json!({
        "gold": counts.gold, "found": counts.found, "predicted": counts.predicted, "right": counts.right,
        "recall": counts.recall(), "precision": counts.precision(), "f1": counts.f1(),
        "exact": {
            "found": exact.found, "right": exact.right,
            "recall": exact.recall(), "precision": exact.precision(), "f1": exact.f1(),
        },
    })
}

fn mean(mean: &Mean) -> Value {
    json!({"recall": mean.recall, "precision": mean.precision, "f1": mean.f1})
}

fn agreement(agreement: &Agreement) -> Value {
    json!({"compared": agreement.compared, "right": agreement.right, "percent": agreement.percent()})
}

fn intervals(intervals: Option<Intervals>) -> Value {
    let one = |interval: Option<Interval>| interval.map(|i| json!([i.low, i.high]));
    match intervals {
        None => Value::Null,
        Some(all) => json!({"recall": one(all.recall), "precision": one(all.precision), "f1": one(all.f1)}),
    }
}
