//! What the built-in vocabularies say of the kind of a disease or an analyte, which a saved run does not hold; and with
//! it, which of several diagnoses stages and changes of genes are of.

use crate::model::Status;
use crate::model::case::{Case, Diagnosis, Role};
use rustc_hash::FxHashSet;
use std::sync::LazyLock;

/// What stands in one column of a vocabulary: the names of the entries for which it does.
fn names_with(table: &'static str, column: &str, wanted: fn(&str) -> bool) -> FxHashSet<&'static str> {
    let mut lines = table.lines();
    let at = lines.next().and_then(|head| head.split('\t').position(|name| name == column));
    lines
        .filter(|line| !line.starts_with('#'))
        .filter(|line| at.and_then(|at| line.split('\t').nth(at)).is_some_and(wanted))
        .filter_map(|line| line.split('\t').next())
        .map(|name| name.trim_start_matches(['=', '?']))
        .collect()
}

/// The malignant ones of the diseases that the built-in vocabulary knows.
pub(super) static MALIGNANT: LazyLock<FxHashSet<&str>> = LazyLock::new(|| {
    let table = include_str!("../../grammars/lexicon/disease/neoplasm.tsv");
    names_with(table, "class", |class| class == "neoplasm-malignant")
});

/// The tumours, of whatever kind.
pub(super) static NEOPLASMS: LazyLock<FxHashSet<&str>> = LazyLock::new(|| {
    let table = include_str!("../../grammars/lexicon/disease/neoplasm.tsv");
    names_with(table, "class", |class| class.starts_with("neoplasm"))
});

/// The tumour markers of the analytes that the built-in vocabulary knows.
pub(super) static TUMOUR_MARKERS: LazyLock<FxHashSet<&str>> = LazyLock::new(|| {
    let table = include_str!("../../grammars/lexicon/analyte.tsv");
    names_with(table, "kind", |kind| kind == "tumor-marker")
});

/// The vital signs.
pub(super) static VITAL_SIGNS: LazyLock<FxHashSet<&str>> = LazyLock::new(|| {
    let table = include_str!("../../grammars/lexicon/analyte.tsv");
    names_with(table, "kind", |kind| kind == "vital")
});

/// The diagnosis that stages and changes of genes are of: the final one, or of several the one that is malignant.
pub(super) fn main_diagnosis(case: &Case) -> Option<&Diagnosis> {
    let finals = || {
        let all = case.diagnoses.iter();
        all.filter(|diagnosis| diagnosis.role == Role::Final && diagnosis.status == Status::Present)
    };
    let malignant = || finals().filter(|diagnosis| MALIGNANT.contains(diagnosis.name.as_str()));
    only(finals()).or_else(|| only(malignant()))
}

/// What there is, if it is one.
fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    items.next().filter(|_| items.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_of_the_vocabulary_are_found() {
        assert!(MALIGNANT.contains("osteosarcoma") && !MALIGNANT.contains("lipoma"));
        assert!(TUMOUR_MARKERS.len() > 20 && VITAL_SIGNS.contains("heart rate"));
    }
}
