//! Changes of genes, microsatellites, mutational burden.

use super::super::terms::amount;
use super::super::tree::Json;
use super::bundle::{Bundle, LOINC, OBSERVATION, coded, local, quantity};
use super::conditions::code_only;
use super::observations::result_in_words;
use crate::model::{EntityId, EntityType, Status};

const EFFECTIVE: (&str, &str) = ("effectiveDateTime", "_effectiveDateTime");
const HGVS: &str = "http://varnomen.hgvs.org";

impl<'d> Bundle<'_, 'd> {
    pub(super) fn genes(&mut self) {
        let pathology = &self.case.pathology;
        for fusion in &pathology.fusions {
            let both = [fusion.five_prime.as_deref(), fusion.three_prime.as_deref()];
            let genes: Vec<_> = both.into_iter().flatten().map(|gene| local("gene", gene)).collect();
            // As HGNC writes it.
            let kind = fusion.hgvs.as_deref().unwrap_or("fusion");
            self.change(fusion.status, &fusion.entities, kind, genes, Vec::new());
        }
        for rearrangement in &pathology.rearrangements {
            let ids = &rearrangement.entities;
            let gene = rearrangement.gene.as_deref();
            let genes = gene.map(|gene| self.concept("gene", gene, ids, EntityType::Rearrangement));
            let text = rearrangement.translocation.as_deref();
            let iscn =
                text.map(|text| part("81291-7", "Cytogenomic nomenclature (ISCN)", concept_value(text)));
            self.change(
                rearrangement.status,
                ids,
                "rearrangement",
                genes.into_iter().collect(),
                iscn.into_iter().collect(),
            );
        }
        for variant in &pathology.variants {
            let ids = &variant.entities;
            let gene = variant.gene.as_deref();
            let genes = gene.map(|gene| self.concept("gene", gene, ids, EntityType::Variant));
            let hgvs = variant.hgvs.as_deref().map(|text| match text.as_bytes() {
                [b'c', b'.', ..] => part("48004-6", "DNA change", hgvs(text)),
                [b'p', b'.', ..] => part("48005-3", "Amino acid change", hgvs(text)),
                _ => Json::object()
                    .with("code", local("part", "variant"))
                    .with("valueCodeableConcept", Json::object().with("text", text)),
            });
            self.change(
                variant.status,
                ids,
                "variant",
                genes.into_iter().collect(),
                hgvs.into_iter().collect(),
            );
        }
        for copies in &pathology.copy_numbers {
            let ids = &copies.entities;
            let genes = vec![self.concept("gene", &copies.gene, ids, EntityType::CopyNumber)];
            let mut parts = Vec::new();
            if let Some(number) = copies.copies {
                let number = quantity(number, None, Some("1"));
                parts.push(part("82155-3", "Copy number", Json::object().with("valueQuantity", number)));
            }
            self.change(copies.status, ids, copies.change.as_deref().unwrap_or("copy number"), genes, parts);
        }
        if let Some(msi) = &pathology.msi {
            let name = match msi.assertion {
                Status::Present => msi.status.clone(),
                status => format!("{} {}", msi.status, status.name()),
            };
            let resource = self
                .genomic(&msi.entities, None)
                .with("code", coded(LOINC, "81695-9", "Microsatellite instability"));
            self.push(resource.with("valueCodeableConcept", local("result", &name)));
        }
        if let Some(tmb) = &pathology.tmb {
            let mut resource = self
                .genomic(&tmb.entities, None)
                .with("code", coded(LOINC, "94076-7", "Tumor mutation burden"));
            let told = self.amount(&mut resource, amount!(tmb));
            if let Some(word) = tmb.result.as_deref() {
                let word = result_in_words(word);
                if told {
                    resource.set("interpretation", vec![word]);
                } else {
                    resource.set("valueCodeableConcept", word);
                }
            }
            self.push(resource);
        }
    }

    /// A change that was found, or looked for and not found.
    fn change(
        &mut self,
        status: Status,
        ids: &'d [EntityId],
        kind: &'d str,
        genes: Vec<Json<'d>>,
        mut parts: Vec<Json<'d>>,
    ) {
        let (code, text) = match status {
            Status::Present => ("LA9633-4", "Present"),
            Status::Absent => ("LA9634-2", "Absent"),
            _ => {
                self.losses.add("changes of genes that are only possible", 1);
                return;
            }
        };
        let studied =
            |gene| part("48018-6", "Gene studied", Json::object().with("valueCodeableConcept", gene));
        parts.splice(0..0, genes.into_iter().map(studied));
        let kind = Json::object().with("valueCodeableConcept", local("change", kind));
        parts.push(part("48019-4", "DNA change type", kind));
        let resource = self
            .genomic(ids, self.cancer.then_some("genomic-variant"))
            .with("code", coded(LOINC, "69548-6", "Genetic variant assessment"))
            .with("valueCodeableConcept", coded(LOINC, code, text))
            .with("component", parts);
        self.push(resource);
    }

    fn genomic(&mut self, ids: &'d [EntityId], profile: Option<&'static str>) -> Json<'d> {
        let categories = vec![
            code_only("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory"),
            code_only("http://terminology.hl7.org/CodeSystem/v2-0074", "GE"),
        ];
        let mut resource = self
            .resource(OBSERVATION, profile, ids, Vec::new())
            .with("status", "final")
            .with("category", categories)
            .with("subject", self.subject());
        self.dated(&mut resource, EFFECTIVE, ids);
        resource
    }
}

fn part<'d>(code: &'static str, text: &'static str, value: Json<'d>) -> Json<'d> {
    Json::object().with("code", coded(LOINC, code, text)).and(value)
}

fn concept_value<'d>(text: &'d str) -> Json<'d> {
    Json::object().with("valueCodeableConcept", Json::object().with("text", text))
}

fn hgvs<'d>(text: &'d str) -> Json<'d> {
    let coding = Json::object().with("system", HGVS).with("code", text);
    Json::object()
        .with("valueCodeableConcept", Json::object().with("coding", vec![coding]).with("text", text))
}
