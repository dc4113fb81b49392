//! The table of what tissue and genes showed.

use super::{Facts, described};
use crate::model::case::Pathology;
use crate::model::{Decimal, Status};

/// One result of any kind; what a kind does not have is empty.
#[derive(Default)]
struct Result<'c> {
    kind: &'static str,
    marker: Option<&'c str>,
    result: Option<&'c str>,
    extent: Option<&'c str>,
    gene: Option<&'c str>,
    partner: Option<&'c str>,
    hgvs: Option<&'c str>,
    translocation: Option<&'c str>,
    change: Option<&'c str>,
    system: Option<&'c str>,
    code: Option<&'c str>,
    value: Option<Decimal>,
    low: Option<Decimal>,
    high: Option<Decimal>,
    unit: Option<&'c str>,
    comparator: Option<&'c str>,
    status: Status,
}

described! {
    /// A result of tissue or genes: immunohistochemistry, fusion, rearrangement, variant, copy number, microsatellites, mutational burden, stage.
    PATHOLOGY "pathology" result(r: Result<'_>) as Pathology {
        "kind" Text "ihc, fusion, rearrangement, variant, copy_number, msi, tmb or stage." = r.kind;
        "marker" Text "Preferred name of an immunohistochemical marker." = r.marker;
        "result" Text "positive, negative or equivocal; high or low for a burden." = r.result;
        "extent" Text "focal, diffuse, weak, strong, …" = r.extent;
        "gene" Text "HGNC symbol; of a fusion, the gene at the 5' end." = r.gene;
        "partner" Text "HGNC symbol of the gene at the 3' end of a fusion." = r.partner;
        "hgvs" Text "HGVS description, or HGNC's A::B form of a fusion." = r.hgvs;
        "translocation" Text "ISCN text." = r.translocation;
        "change" Text "amplification, gain, loss or deletion." = r.change;
        "system" Text "Staging system: TNM, AJCC, FIGO, …" = r.system;
        "code" Text "Stage, as that system writes it; of microsatellites MSI-H, MSI-L, MSS, dMMR or pMMR." = r.code;
        "value" Number "Percentage of positive cells, number of copies, or burden; empty for a range." = r.value;
        "low" Number "Lower end of a range." = r.low;
        "high" Number "Upper end of a range." = r.high;
        "unit" Text "UCUM code." = r.unit;
        "comparator" Text "<, <=, >, >= or ~." = r.comparator;
        "status" Text "present, absent, possible, conditional or hypothetical." = r.status;
    }
}

pub(super) fn rows(pathology: &Pathology, facts: &mut Facts<'_, '_>) {
    for i in &pathology.ihc {
        let numbers = i.percent.or(i.low).or(i.high);
        let row = Result {
            kind: "ihc",
            marker: Some(&i.marker),
            result: Some(&i.result),
            extent: i.extent.as_deref(),
            value: i.percent,
            low: i.low,
            high: i.high,
            unit: numbers.map(|_| "%"),
            comparator: i.comparator.as_deref(),
            ..Result::default()
        };
        result(facts, &row, &i.entities);
    }
    for f in &pathology.fusions {
        let row = Result {
            kind: "fusion",
            gene: f.five_prime.as_deref(),
            partner: f.three_prime.as_deref(),
            hgvs: f.hgvs.as_deref(),
            status: f.status,
            ..Result::default()
        };
        result(facts, &row, &f.entities);
    }
    for r in &pathology.rearrangements {
        let row = Result {
            kind: "rearrangement",
            gene: r.gene.as_deref(),
            translocation: r.translocation.as_deref(),
            status: r.status,
            ..Result::default()
        };
        result(facts, &row, &r.entities);
    }
    for v in &pathology.variants {
        let row = Result {
            kind: "variant",
            gene: v.gene.as_deref(),
            hgvs: v.hgvs.as_deref(),
            status: v.status,
            ..Result::default()
        };
        result(facts, &row, &v.entities);
    }
    for c in &pathology.copy_numbers {
        let row = Result {
            kind: "copy_number",
            gene: Some(&c.gene),
            change: c.change.as_deref(),
            value: c.copies,
            status: c.status,
            ..Result::default()
        };
        result(facts, &row, &c.entities);
    }
    if let Some(m) = &pathology.msi {
        let row = Result { kind: "msi", code: Some(&m.status), status: m.assertion, ..Result::default() };
        result(facts, &row, &m.entities);
    }
    if let Some(t) = &pathology.tmb {
        let row = Result {
            kind: "tmb",
            result: t.result.as_deref(),
            value: t.value,
            low: t.low,
            high: t.high,
            unit: t.unit.as_deref(),
            comparator: t.comparator.as_deref(),
            ..Result::default()
        };
        result(facts, &row, &t.entities);
    }
    for s in &pathology.stages {
        let row =
            Result { kind: "stage", system: s.system.as_deref(), code: Some(&s.code), ..Result::default() };
        result(facts, &row, &s.entities);
    }
}
