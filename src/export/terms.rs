//! Concepts as codes: those that the vocabulary carries, otherwise a code of this program's own.

use super::{Document, Losses};
use crate::model::case::{Case, Drug, Ihc, Measurement, State};
use crate::model::{Decimal, EntityId, EntityType, Status, Time};
use crate::run::{Coding, Entity};
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;
use std::fmt::Write;
use std::sync::LazyLock;

/// A code system, by the prefix that codes of it have in vocabularies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct System {
    pub(super) prefix: &'static str,
    pub(super) name: &'static str,
    pub(super) url: &'static str,
    pub(super) iri_prefix: &'static str,
    /// What FHIR calls it.
    pub(super) fhir: &'static str,
    /// Whether its codes have its prefix in FHIR, as in `HP:0000501`.
    curie: bool,
}

impl System {
    /// A code with the prefix of its system, which some vocabularies have in the code already.
    pub(super) fn curie(self, code: &str) -> String {
        match code.strip_prefix(self.prefix).and_then(|rest| rest.strip_prefix(':')) {
            Some(_) => code.to_owned(),
            None => format!("{}:{code}", self.prefix),
        }
    }

    /// A code as FHIR has it.
    pub(super) fn fhir_code(self, code: &str) -> String {
        if self.curie { self.curie(code) } else { code.to_owned() }
    }
}

/// The known systems; a code of another is not written, because nobody could say what it means.
static SYSTEMS: LazyLock<FxHashMap<&str, System>> = LazyLock::new(|| {
    let lines = include_str!("systems.tsv").lines().skip(1);
    lines
        .filter_map(|line| {
            let mut cells = line.split('\t');
            let mut next = || cells.next();
            let prefix = next()?;
            let (name, url, iri_prefix, fhir) = (next()?, next()?, next()?, next()?);
            Some((prefix, System { prefix, name, url, iri_prefix, fhir, curie: next()? == "curie" }))
        })
        .collect()
});

/// Codes that this program makes from preferred names.
pub(super) const LOCAL: System = System {
    prefix: "casegrain",
    name: "Preferred names of casegrain's vocabularies",
    url: "urn:casegrain",
    iri_prefix: "urn:casegrain:",
    fhir: "urn:casegrain",
    curie: false,
};

/// The system of a prefix, as vocabularies write it.
pub(super) fn system(prefix: &str) -> Option<System> {
    let name = match prefix {
        "HPO" => "HP",
        "NCIt" | "NCI" => "NCIT",
        "SNOMED" | "SCT" | "SNOMEDCT_US" => "SNOMEDCT",
        "RxNorm" => "RXNORM",
        "LNC" => "LOINC",
        other => other,
    };
    SYSTEMS.get(name).copied()
}

/// A preferred name of one kind as a code: `finding.chest+pain`. Different names make different codes.
pub(super) fn local(kind: &str, name: &str) -> String {
    let mut code = String::with_capacity(kind.len() + 1 + name.len());
    code.push_str(kind);
    code.push('.');
    escape(&mut code, name);
    code
}

/// What may stand in the path of an address stands as it is, a space as `+`, the rest as `%` and its
/// bytes. There is no `_` in it, which a CURIE may not have after its prefix.
pub(super) fn escape(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'-' | b'.' => out.push(byte as char),
            _ if byte.is_ascii_alphanumeric() => out.push(byte as char),
            // Writing to a string does not fail.
            _ => write!(out, "%{byte:02X}").unwrap_or_default(),
        }
    }
}

/// The codes that the first entity of one type carries, in systems that are known.
pub(super) fn codings<'d>(
    document: &Document<'d>,
    ids: &[EntityId],
    kind: EntityType,
) -> Vec<(System, &'d Coding)> {
    let entities = ids.iter().filter_map(|id| document.entity(*id));
    let coded = entities.filter(|entity| entity.kind == kind).find(|entity| !entity.codings.is_empty());
    let all = coded.map_or(&[][..], |entity| &entity.codings);
    all.iter().filter_map(|coding| Some((system(&coding.system)?, coding))).collect()
}

/// Codes that a file holds.
#[derive(Default)]
pub(super) struct Codes<'d>(FxHashSet<(&'d str, &'d str)>);

impl<'d> Codes<'d> {
    /// Notes that a code is written.
    pub(super) fn write(&mut self, coding: &'d Coding) {
        self.0.insert((&coding.system, &coding.code));
    }

    /// Counts the different codes of these entities that are not written.
    pub(super) fn losses(&self, entities: &[&Entity], losses: &mut Losses) {
        let mut lost = FxHashSet::default();
        for coding in entities.iter().flat_map(|entity| &entity.codings) {
            let code = (coding.system.as_str(), coding.code.as_str());
            if !self.0.contains(&code) && lost.insert(code) {
                let what = match system(&coding.system) {
                    Some(_) => "codes that no term has",
                    None => "codes of systems that are not known",
                };
                losses.add(what, 1);
            }
        }
    }
}

/// The words of a measurement, then those of its range of reference.
pub(super) fn words_with<'c>(
    measurement: &'c Measurement,
    range: Option<&Measurement>,
) -> Cow<'c, [EntityId]> {
    match range {
        Some(range) => measurement.entities.iter().chain(&range.entities).copied().collect(),
        None => Cow::Borrowed(&measurement.entities),
    }
}

/// How much a range of reference says beside its ends and its unit.
pub(super) fn beside_range(range: &Measurement) -> usize {
    let numbers = [range.value, range.systolic, range.diastolic, range.numerator, range.denominator];
    let words = [&range.text, &range.comparator, &range.result, &range.laterality];
    numbers.iter().flatten().count()
        + words.into_iter().flatten().count()
        + usize::from(range.status != Status::Present)
        + usize::from(range.time != Time::Current)
}

/// A site with its side: `left lung`.
pub(super) fn sided<'s>(site: &'s str, laterality: Option<&str>) -> Cow<'s, str> {
    match laterality {
        Some(side) => format!("{side} {site}").into(),
        None => site.into(),
    }
}

/// A number or a range with its unit, as many facts have it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Amount<'a> {
    pub(super) value: Option<Decimal>,
    pub(super) low: Option<Decimal>,
    pub(super) high: Option<Decimal>,
    pub(super) unit: Option<&'a str>,
    pub(super) comparator: Option<&'a str>,
}

/// The amount that a fact has in fields of these names.
macro_rules! amount {
    ($fact:expr) => {
        $crate::export::terms::Amount {
            value: $fact.value,
            low: $fact.low,
            high: $fact.high,
            unit: $fact.unit.as_deref(),
            comparator: $fact.comparator.as_deref(),
        }
    };
}
pub(super) use amount;

/// The share of cells that a stain showed, in percent.
pub(super) fn positive_cells(ihc: &Ihc) -> Amount<'_> {
    Amount {
        value: ihc.percent,
        low: ihc.low,
        high: ihc.high,
        unit: Some("%"),
        comparator: ihc.comparator.as_deref(),
    }
}

/// How many parts of its schedule a drug has, for formats without a place for them.
pub(super) fn schedules_of(drug: &Drug) -> usize {
    [
        drug.frequency.is_some(),
        drug.duration.is_some(),
        drug.cycle_count.is_some(),
        !drug.days.is_empty(),
        !drug.cycles.is_empty(),
    ]
    .into_iter()
    .filter(|told| *told)
    .count()
}

impl Amount<'_> {
    /// Whether it says nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.value.is_none() && self.low.is_none() && self.high.is_none()
    }

    /// As one would write it: `<5 ng/mL`, `3-4 cm`, `>=2`.
    pub(super) fn shown(&self) -> String {
        let mut out = self.comparator.unwrap_or_default().to_owned();
        let _ = match (self.value, self.low, self.high) {
            (Some(value), ..) => write!(out, "{value}"),
            (None, Some(low), Some(high)) => write!(out, "{low}-{high}"),
            (None, Some(low), None) => write!(out, ">={low}"),
            (None, None, Some(high)) => write!(out, "<={high}"),
            (None, None, None) => Ok(()),
        };
        if let Some(unit) = self.unit {
            let _ = write!(out, " {unit}");
        }
        out
    }
}

/// The range that counts as normal, by analyte and unit, where the case has just one.
pub(super) fn reference_ranges(case: &Case) -> FxHashMap<(&str, Option<&str>), &Measurement> {
    let mut found: FxHashMap<_, Option<&Measurement>> = FxHashMap::default();
    let ends = |m: &&Measurement| m.state == State::Reference && (m.low.is_some() || m.high.is_some());
    for range in case.measurements.iter().filter(ends) {
        let key = (range.analyte.as_str(), range.unit.as_deref());
        found.entry(key).and_modify(|one| *one = None).or_insert(Some(range));
    }
    found.into_iter().filter_map(|(key, range)| Some((key, range?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_codes_differ_where_names_do() {
        assert_eq!(local("finding", "chest pain"), "finding.chest+pain");
        assert_ne!(local("marker", "CD3+"), local("marker", "CD3-"));
        assert_ne!(local("finding", "a b"), local("finding", "a+b"));
    }

    #[test]
    fn systems_are_whole() {
        for (prefix, system) in SYSTEMS.iter() {
            assert!(
                [system.url, system.iri_prefix, system.fhir].iter().all(|url| url.starts_with("http")),
                "{prefix}"
            );
        }
        assert_eq!(super::system("HPO").map(|system| system.prefix), Some("HP"));
        assert_eq!(super::system("no such"), None);
    }

    #[test]
    fn codes_get_their_prefix_once() {
        let hgnc = super::system("HGNC").expect("a system");
        assert_eq!(
            (hgnc.curie("11998"), hgnc.curie("HGNC:11998")),
            ("HGNC:11998".into(), "HGNC:11998".into())
        );
        let loinc = super::system("LOINC").expect("a system");
        assert_eq!(
            (loinc.curie("2160-0"), loinc.fhir_code("2160-0")),
            ("LOINC:2160-0".into(), "2160-0".into())
        );
    }

    #[test]
    fn amounts_are_shown_as_written() {
        let five = Amount {
            value: Decimal::parse("5.0"),
            comparator: Some("<"),
            unit: Some("ng/mL"),
            ..Amount::default()
        };
        assert_eq!(five.shown(), "<5.0 ng/mL");
        let range = Amount { low: Decimal::parse("3"), high: Decimal::parse("4"), ..Amount::default() };
        assert_eq!(range.shown(), "3-4");
    }
}
