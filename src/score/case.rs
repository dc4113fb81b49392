//! The case record of a run against that of gold, field by field.
//!
//! A leaf of gold is found if some leaf of the run says the same: names loosely (the words of one contain those of the
//! other), numbers exactly. The name of a leaf of the run is its preferred name or the words that it was read from: a
//! reader who looks for "jaundice" has found it where the record says "icterus" and quotes "jaundice". What is found by
//! the preferred name alone is counted as found exactly. Recall counts for every field; precision for those that gold
//! lists completely by what it is: who the patient is, what was measured, stained and given.

use super::Counts;
use crate::gold::Datum;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// How names are compared.
struct Names {
    /// Words that do not count (those that stand for nothing), and words that stand for others.
    words: FxHashMap<&'static str, &'static str>,
    /// Letters within a word that stand for others; between stars in the table.
    within: Vec<(&'static str, &'static str)>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let table = include_str!("../../grammars/names.tsv");
    let mut names = Names { words: FxHashMap::default(), within: Vec::new() };
    for (word, other) in table.lines().skip(1).filter_map(|line| line.split_once('\t')) {
        match word.strip_prefix('*').and_then(|word| word.strip_suffix('*')) {
            Some(letters) => names.within.push((letters, other)),
            None => drop(names.words.insert(word, other)),
        }
    }
    names
});

/// Whether a leaf of gold, the first, is what a leaf of the run says.
type Same = fn(&Datum, &Datum) -> bool;

/// One field of the record.
struct Field {
    name: &'static str,
    /// Where its leaves are; an array holds several.
    paths: &'static [&'static [&'static str]],
    same: Same,
    /// Only leaves that have this member.
    with: Option<&'static str>,
    /// Whether gold lists all there are.
    complete: bool,
}

const fn field(
    name: &'static str,
    paths: &'static [&'static [&'static str]],
    same: Same,
    complete: bool,
) -> Field {
    Field { name, paths, same, with: None, complete }
}

/// The paths of drugs, within regimens and on their own.
const DRUGS: &[&[&str]] = &[&["treatments", "drugs"], &["treatments", "regimens", "drugs"]];

/// All fields, in the order of the record.
const FIELDS: &[Field] = &[
    field("age", &[&["patient", "age"]], |g, p| same_number(g, p, "value") && same_word(g, p, "unit"), true),
    field("sex", &[&["patient", "sex"]], |g, p| same_word(g, p, "code"), true),
    field("findings", &[&["findings"]], |g, p| same_name(g, p, "name") && same_status(g, p), false),
    field("diagnoses", &[&["diagnoses"]], |g, p| same_name(g, p, "name") && same_status(g, p), false),
    field("metastases", &[&["metastases"]], |g, p| same_name(g, p, "site") && same_status(g, p), true),
    field("measurements", &[&["measurements"]], same_measurement, true),
    field("sizes", &[&["lesions", "sizes"]], same_size, true),
    field(
        "ihc",
        &[&["pathology", "ihc"]],
        |g, p| same_name(g, p, "marker") && same_word(g, p, "result"),
        true,
    ),
    field(
        "fusions",
        &[&["pathology", "fusions"]],
        |g, p| same_any(g, p, &["hgvs"]) && same_status(g, p),
        true,
    ),
    field(
        "rearrangements",
        &[&["pathology", "rearrangements"]],
        |g, p| same_any(g, p, &["gene", "translocation"]),
        true,
    ),
    field("variants", &[&["pathology", "variants"]], |g, p| same_any(g, p, &["gene", "hgvs"]), false),
    field(
        "copy numbers",
        &[&["pathology", "copy_numbers"]],
        |g, p| same_any(g, p, &["gene"]) && same_word(g, p, "change"),
        false,
    ),
    field("msi", &[&["pathology", "msi"]], |g, p| same_word(g, p, "status"), false),
    field("tmb", &[&["pathology", "tmb"]], |g, p| same_number(g, p, "value"), false),
    field("procedures", &[&["treatments", "procedures"]], |g, p| same_name(g, p, "name"), false),
    field("regimens", &[&["treatments", "regimens"]], |g, p| same_name(g, p, "name"), false),
    field("drugs", DRUGS, |g, p| same_name(g, p, "name"), true),
    Field { name: "drug doses", paths: DRUGS, same: same_dose, with: Some("dose"), complete: true },
    field("radiotherapy", &[&["treatments", "radiotherapy"]], same_radiotherapy, false),
    field("transfusions", &[&["treatments", "transfusions"]], |g, p| same_name(g, p, "product"), false),
    field("timeline", &[&["timeline"]], same_event, false),
    Field {
        name: "outcome",
        paths: &[&["outcome"]],
        same: same_status,
        with: Some("status"),
        complete: false,
    },
];

/// By field: what was counted, and the leaves that were missed or are wrong.
pub(super) struct Compared {
    pub(super) field: &'static str,
    pub(super) counts: Counts,
    pub(super) missed: Vec<Missed>,
    pub(super) wrong: Vec<Datum>,
}

/// A leaf of gold that the run does not have.
pub(super) struct Missed {
    pub(super) leaf: Datum,
    /// The leaf of the run of the same name, and the members that keep it from being the same.
    pub(super) instead: Option<(Datum, String)>,
}

/// Compares the records of one patient; a run that has none is compared as an empty one.
pub(super) fn compare(gold: &Datum, run: &Datum) -> Vec<Compared> {
    let named = without_words(run);
    FIELDS
        .iter()
        .map(|field| {
            let wanted = field.leaves(gold);
            let found = field.leaves(run);
            let by_name = field.leaves(&named);
            let is_found = |leaf: &&&Datum| found.iter().any(|other| (field.same)(leaf, other));
            let is_right = |leaf: &&&Datum| wanted.iter().any(|other| (field.same)(other, leaf));
            let (hits, missed): (Vec<&&Datum>, Vec<&&Datum>) = wanted.iter().partition(is_found);
            let (right, wrong): (Vec<&&Datum>, Vec<&&Datum>) = found.iter().partition(is_right);
            let mut counts =
                Counts { gold: wanted.len() as u32, found: hits.len() as u32, ..Counts::default() };
            let is_named = |leaf: &&&Datum| by_name.iter().any(|other| (field.same)(leaf, other));
            counts.found_exactly = wanted.iter().filter(is_named).count() as u32;
            if field.complete {
                counts.predicted = found.len() as u32;
                counts.right = right.len() as u32;
                let is_wanted = |leaf: &&&Datum| wanted.iter().any(|other| (field.same)(other, leaf));
                counts.right_exactly = by_name.iter().filter(is_wanted).count() as u32;
            }
            let owned = |leaves: Vec<&&Datum>| leaves.into_iter().map(|leaf| (*leaf).clone()).collect();
            let wrong = if field.complete { owned(wrong) } else { Vec::new() };
            let missed = missed
                .into_iter()
                .map(|leaf| Missed { leaf: (*leaf).clone(), instead: instead(leaf, &found) });
            Compared { field: field.name, counts, missed: missed.collect(), wrong }
        })
        .collect()
}

/// The member of a leaf that has the words it was read from.
const WORDS_READ: &str = "text";

/// A record whose leaves do not tell the words that they were read from.
fn without_words(record: &Datum) -> Datum {
    match record {
        Datum::Object(members) => {
            let kept = members.iter().filter(|(name, _)| name != WORDS_READ);
            Datum::Object(kept.map(|(name, held)| (name.clone(), without_words(held))).collect())
        }
        Datum::List(elements) => Datum::List(elements.iter().map(without_words).collect()),
        other => other.clone(),
    }
}

/// The members by which leaves are named.
const NAMED_BY: [&str; 5] = ["name", "analyte", "marker", "site", "product"];

/// The members that may keep a leaf from being the same as another one of its name.
const TOLD_BY: [&str; 11] = [
    "status",
    "result",
    "value",
    "low",
    "high",
    "systolic",
    "diastolic",
    "dose",
    "change",
    "dimensions",
    "unit",
];

/// The leaf that has the name of one of gold and says something else, with the members in which it differs.
fn instead(leaf: &Datum, found: &[&Datum]) -> Option<(Datum, String)> {
    let name = NAMED_BY.iter().find(|name| alternatives(leaf, name).next().is_some())?;
    let differing = |other: &Datum| -> Vec<&str> {
        let differs = |member: &&&str| {
            let plain = |datum: &Datum| datum.get(member).map(Datum::plain);
            let both = (plain(leaf), plain(other));
            leaf.get(member).is_some() && both.0 != both.1
        };
        TOLD_BY.iter().filter(differs).copied().collect()
    };
    let named = found.iter().filter(|other| same_name(leaf, other, name));
    let nearest = named.map(|other| (differing(other), *other)).min_by_key(|(members, _)| members.len());
    let (members, other) = nearest.filter(|(members, _)| !members.is_empty())?;
    Some((other.clone(), members.join(", ")))
}

impl Field {
    fn leaves<'d>(&self, record: &'d Datum) -> Vec<&'d Datum> {
        let mut all = Vec::new();
        for path in self.paths {
            let mut level = vec![record];
            for name in *path {
                let below = level.into_iter().filter_map(|datum| datum.get(name));
                level = below
                    .flat_map(|datum| match datum {
                        Datum::List(elements) => elements.iter().collect(),
                        one => vec![one],
                    })
                    .collect();
            }
            all.extend(level);
        }
        all.retain(|leaf| self.with.is_none_or(|name| leaf.get(name).is_some()));
        all
    }
}

/// The values of a member that are as good as each other: its own and those under `X_any`.
fn alternatives<'d>(datum: &'d Datum, name: &str) -> impl Iterator<Item = &'d Datum> {
    let any = datum.get(&format!("{name}_any")).map(Datum::elements).unwrap_or_default();
    datum.get(name).into_iter().chain(any)
}

/// The words of a name that count, in the singular.
fn words(name: &str) -> BTreeSet<String> {
    let spelled = |word: &str| -> String {
        let word = NAMES.words.get(word).copied().unwrap_or(word);
        let letters = NAMES.within.iter();
        letters.fold(word.to_owned(), |word, (letters, other)| word.replace(letters, other))
    };
    name.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .map(spelled)
        .filter(|word| !word.is_empty())
        .map(|word| match word.strip_suffix('s') {
            Some(stem) if stem.len() > 2 && !stem.ends_with('s') => stem.to_owned(),
            _ => word,
        })
        .collect()
}

fn same_name(gold: &Datum, run: &Datum, name: &str) -> bool {
    let squeezed = |text: &str| {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>()
    };
    alternatives(gold, name).filter_map(Datum::text).any(|wanted| {
        alternatives(run, name).chain(run.get(WORDS_READ)).filter_map(Datum::text).any(|got| {
            let (a, b) = (words(wanted), words(got));
            let shared = a.intersection(&b).count();
            let all = a.len() + b.len() - shared;
            let near = !a.is_empty()
                && !b.is_empty()
                && (a.is_subset(&b) || b.is_subset(&a) || shared * 5 >= all * 3);
            near || squeezed(wanted) == squeezed(got)
        })
    })
}

fn same_word(gold: &Datum, run: &Datum, name: &str) -> bool {
    let got = run.get(name).and_then(Datum::text);
    match gold.get(name) {
        None => got.is_none(),
        Some(_) => alternatives(gold, name).filter_map(Datum::text).any(|wanted| Some(wanted) == got),
    }
}

/// Some value of these members is in both.
fn same_any(gold: &Datum, run: &Datum, names: &[&str]) -> bool {
    let all = |datum| names.iter().flat_map(move |name| alternatives(datum, name)).filter_map(Datum::text);
    all(gold).any(|wanted| all(run).any(|got| wanted.eq_ignore_ascii_case(got)))
}

fn same_number(gold: &Datum, run: &Datum, name: &str) -> bool {
    if alternatives(gold, name).next().is_none() && gold.get("low").is_some() {
        let end = |name: &str| number(gold, name) == number(run, name);
        return end("low") && end("high");
    }
    let got = number(run, name);
    got.is_some() && alternatives(gold, name).any(|wanted| wanted.number() == got)
}

fn number(datum: &Datum, name: &str) -> Option<f64> {
    datum.get(name).and_then(Datum::number)
}

/// Status as written; present where nothing is written.
fn same_status(gold: &Datum, run: &Datum) -> bool {
    let of = |datum: &Datum| datum.get("status").and_then(Datum::text).unwrap_or("present").to_owned();
    let got = of(run);
    let any = gold.get("status_any").map(Datum::elements).unwrap_or_default();
    of(gold) == got || any.iter().any(|other| other.text() == Some(&got))
}

fn same_measurement(gold: &Datum, run: &Datum) -> bool {
    if !same_name(gold, run, "analyte") {
        return false;
    }
    let bare = gold.get("value").is_none();
    if bare && gold.get("systolic").is_some() {
        return ["systolic", "diastolic"].iter().all(|name| number(gold, name) == number(run, name));
    }
    if bare && gold.get("result").is_some() {
        return same_word(gold, run, "result");
    }
    same_number(gold, run, "value")
}

fn same_size(gold: &Datum, run: &Datum) -> bool {
    let lengths = |datum: &Datum| -> Vec<Option<f64>> {
        match datum.get("dimensions") {
            Some(all) => all.elements().iter().map(Datum::number).collect(),
            None => vec![number(datum, "value"), number(datum, "low"), number(datum, "high")],
        }
    };
    lengths(gold) == lengths(run) && (gold.get("unit").is_none() || same_word(gold, run, "unit"))
}

fn same_dose(gold: &Datum, run: &Datum) -> bool {
    let (Some(wanted), Some(got)) = (gold.get("dose"), run.get("dose")) else { return false };
    same_name(gold, run, "name") && same_number(wanted, got, "value")
}

fn same_radiotherapy(gold: &Datum, run: &Datum) -> bool {
    let open = gold.get("total_dose").is_none() && gold.get("fractions").is_none();
    open || same_number(gold, run, "total_dose") || same_number(gold, run, "fractions")
}

/// The same date, or as long after something or before it; where no number is said ("after the third cycle"), a time
/// that is told by the same thing and without a number, too.
fn same_event(gold: &Datum, run: &Datum) -> bool {
    let date = gold.get("iso8601").is_some() && same_word(gold, run, "iso8601");
    let earliest = number(gold, "earliest");
    if !date && gold.get("vague").is_some() {
        return number(run, "earliest").is_none_or(|n| n == 0.0) && same_name(gold, run, "anchor");
    }
    date || earliest.is_some() && earliest == number(run, "earliest") && same_word(gold, run, "unit")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn datum(json: &str) -> Datum {
        serde_json::from_str(json).expect("JSON")
    }

    fn counts(gold: &str, run: &str, field: &str) -> (u32, u32, u32, u32) {
        let all = compare(&datum(gold), &datum(run));
        let counts = all.iter().find(|c| c.field == field).expect("a field").counts;
        (counts.gold, counts.found, counts.predicted, counts.right)
    }

    #[test]
    fn names_are_compared_loosely_and_numbers_exactly() {
        let gold = r#"{"measurements":[{"analyte":"serum haemoglobin","value":9.80},{"analyte":"CRP","low":1,"high":2}]}"#;
        let run =
            r#"{"measurements":[{"analyte":"hemoglobin","value":9.8},{"analyte":"CRP","low":1,"high":3}]}"#;
        assert_eq!(counts(gold, run, "measurements"), (2, 1, 2, 1));
    }

    #[test]
    fn words_find_a_leaf_and_only_its_name_finds_it_exactly() {
        let gold = r#"{"metastases":[{"site":"tummy"},{"site":"bone","site_any":["osseous tissue"]},{"site":"liver"}]}"#;
        let run = r#"{"metastases":[{"site":"abdomen","text":"tummy"},{"site":"osseous tissue"},{"site":"brain"}]}"#;
        let all = compare(&datum(gold), &datum(run));
        let counts = all.iter().find(|c| c.field == "metastases").expect("a field").counts;
        assert_eq!((counts.found, counts.found_exactly, counts.gold), (2, 1, 3));
        assert_eq!((counts.right, counts.right_exactly, counts.predicted), (2, 1, 3));
    }

    #[test]
    fn british_and_american_spellings_are_one_name() {
        for (british, american) in [("anaemia", "anemia"), ("oedematous", "edematous"), ("tumours", "tumor")]
        {
            assert_eq!(words(british), words(american));
        }
        assert_ne!(words("poem"), words("pem"));
    }

    #[test]
    fn an_outcome_that_gold_leaves_open_is_not_counted() {
        let open = r#"{"outcome":{"status_any":["alive","remission"]}}"#;
        assert_eq!(counts(open, r#"{"outcome":{"status":"alive"}}"#, "outcome"), (0, 0, 0, 0));
        let told = r#"{"outcome":{"status":"dead"}}"#;
        assert_eq!(counts(told, "{}", "outcome"), (1, 0, 0, 0));
    }

    #[test]
    fn drugs_within_regimens_count_like_others() {
        let gold = r#"{"treatments":{"drugs":[{"name":"imatinib","dose":{"value":400}}],"regimens":[]}}"#;
        let run = r#"{"treatments":{"regimens":[{"drugs":[{"name":"imatinib","dose":{"value":400}},{"name":"x"}]}]}}"#;
        assert_eq!(counts(gold, run, "drugs"), (1, 1, 2, 1));
        assert_eq!(counts(gold, run, "drug doses"), (1, 1, 1, 1));
    }

    #[test]
    fn events_are_the_same_at_the_same_time() {
        let gold = r#"{"timeline":[{"event":"surgery","iso8601":"2019-03-14"},
            {"event":"relapse","anchor":"surgery","earliest":11,"latest":11,"unit":"mo"},
            {"event":"fever","anchor":"3rd cycle","vague":true}]}"#;
        let run = |events: &str| format!(r#"{{"timeline":[{events}]}}"#);
        let found = |events: &str| counts(gold, &run(events), "timeline").1;
        assert_eq!(found(r#"{"iso8601":"2019-03-14"},{"earliest":11,"unit":"mo"}"#), 2);
        assert_eq!(found(r#"{"iso8601":"2019-03"},{"earliest":11,"unit":"wk"}"#), 0);
        assert_eq!(found(r#"{"event":"fever","anchor":"cycle 3rd","earliest":0,"latest":0}"#), 1);
        assert_eq!(found(r#"{"event":"fever","anchor":"3rd cycle","earliest":2,"unit":"d"}"#), 0);
    }

    #[test]
    fn a_status_is_part_of_what_a_finding_says() {
        let gold = r#"{"findings":[{"name":"fever","status":"absent"},{"name":"rash","status":"possible","status_any":["present"]}]}"#;
        assert_eq!(
            counts(gold, r#"{"findings":[{"name":"fever"},{"name":"rash"}]}"#, "findings"),
            (2, 1, 0, 0)
        );
        assert_eq!(counts(gold, "{}", "findings"), (2, 0, 0, 0));
    }
}
