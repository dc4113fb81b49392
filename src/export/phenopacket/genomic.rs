//! Tissue and genes.

use super::super::kinds::main_diagnosis;
use super::super::terms::{self, LOCAL, amount};
use super::super::tree::Json;
use super::packet::Packet;
use crate::model::{EntityId, EntityType, Status};

/// A change of genes, as the descriptor of a variation wants it.
struct Change<'d> {
    /// HGNC's form where it has one.
    label: String,
    /// What kind of change.
    kind: &'static str,
    gene: Option<&'d str>,
    /// Syntax and text.
    expression: Option<(&'static str, &'d str)>,
    extensions: Vec<(&'static str, String)>,
    status: Status,
    ids: &'d [EntityId],
    of: EntityType,
}

impl<'d> Packet<'_, 'd> {
    /// The tissue that was examined, if the report tells what it showed.
    pub(super) fn biosamples(&mut self) -> Vec<Json<'d>> {
        let case = self.case;
        if case.pathology.ihc.is_empty() {
            return Vec::new();
        }
        let mut measurements = Vec::new();
        for ihc in &case.pathology.ihc {
            self.expression("/biosamples/0/measurements", ihc, &mut measurements);
        }
        let sample = Json::object()
            .with("id", format!("{}-tissue", self.id))
            .with("individualId", self.id.clone())
            .with("description", "All tissue that the report tells of; it may be of several samples.")
            .with("measurements", measurements);
        vec![sample]
    }

    /// Changes of genes that were found, under the diagnosis of the case.
    pub(super) fn interpretations(&mut self) -> Vec<Json<'d>> {
        let changes = self.changes();
        let mut found = Vec::new();
        for change in changes.iter().filter(|change| change.status == Status::Present) {
            let at = found.len();
            self.point(format!("/interpretations/0/diagnosis/genomicInterpretations/{at}"), change.ids);
            let descriptor = self.descriptor(at, change);
            let variant = Json::object()
                .with("acmgPathogenicityClassification", "NOT_PROVIDED")
                .with("therapeuticActionability", "UNKNOWN_ACTIONABILITY")
                .with("variationDescriptor", descriptor);
            let interpretation = Json::object()
                .with("subjectOrBiosampleId", self.id.clone())
                .with("interpretationStatus", "UNKNOWN_STATUS")
                .with("variantInterpretation", variant);
            found.push(interpretation);
        }
        if found.is_empty() {
            return Vec::new();
        }
        let disease = match main_diagnosis(self.case) {
            Some(diagnosis) => {
                self.term("disease", &diagnosis.name, &diagnosis.entities, EntityType::Disease)
            }
            None => {
                self.losses.add("changes of genes of no single disease", found.len());
                self.local("disease", "not given", "no single diagnosis given".into())
            }
        };
        let diagnosis = Json::object().with("disease", disease).with("genomicInterpretations", found);
        let interpretation = Json::object()
            .with("id", format!("{}-genes", self.id))
            .with("progressStatus", "UNKNOWN_PROGRESS")
            .with("diagnosis", diagnosis);
        vec![interpretation]
    }

    /// What was looked for in genes and not found, microsatellites and mutational burden.
    pub(super) fn genomic_measurements(&mut self, all: &mut Vec<Json<'d>>) {
        let case = self.case;
        for change in self.changes() {
            match change.status {
                Status::Present => {}
                Status::Absent => {
                    let beside = change.extensions.iter().filter(|(_, told)| !change.label.contains(told));
                    self.losses.add("genes and copies of changes that were not found", beside.count());
                    let assay = self.local(change.kind, &change.label, change.label.clone());
                    let value = self.local("result", "not detected", "not detected".into());
                    self.point(format!("/measurements/{}", all.len()), change.ids);
                    let value = Json::object().with("ontologyClass", value);
                    all.push(Json::object().with("assay", assay).with("value", value));
                }
                _ => self.losses.add("changes of genes that are only possible", 1),
            }
        }
        if let Some(msi) = &case.pathology.msi {
            let assay = self.local("assay", "microsatellites", "microsatellites".into());
            let name = match msi.assertion {
                Status::Present => msi.status.clone(),
                status => format!("{} {}", msi.status, status.name()),
            };
            let value = Json::object().with("ontologyClass", self.local("result", &name, name.clone()));
            self.point(format!("/measurements/{}", all.len()), &msi.entities);
            all.push(Json::object().with("assay", assay).with("value", value));
        }
        if let Some(tmb) = &case.pathology.tmb {
            let word = tmb
                .result
                .as_ref()
                .map(|word| Json::object().with("ontologyClass", self.local("result", word, word.clone())));
            let number = self.value(amount!(tmb));
            let beside = number.is_some() && word.is_some();
            self.losses.add("results in words beside a number", usize::from(beside));
            if let Some(value) = number.or(word) {
                let assay = self.local("assay", "tumor mutational burden", "tumor mutational burden".into());
                self.point(format!("/measurements/{}", all.len()), &tmb.entities);
                all.push(Json::object().with("assay", assay).with("value", value));
            } else {
                self.losses.add("measurements without a value", 1);
            }
        }
    }

    fn changes(&self) -> Vec<Change<'d>> {
        let pathology = &self.case.pathology;
        let mut all = Vec::new();
        for fusion in &pathology.fusions {
            let genes = [("five_prime_gene", &fusion.five_prime), ("three_prime_gene", &fusion.three_prime)];
            let named = || genes.iter().filter_map(|(name, gene)| Some((*name, (*gene).clone()?)));
            let label = fusion.hgvs.clone();
            all.push(Change {
                label: label.unwrap_or_else(|| named().map(|(_, gene)| gene).collect::<Vec<_>>().join("::")),
                kind: "fusion",
                gene: fusion.five_prime.as_deref().or(fusion.three_prime.as_deref()),
                expression: None,
                extensions: named().collect(),
                status: fusion.status,
                ids: &fusion.entities,
                of: EntityType::Fusion,
            });
        }
        for rearrangement in &pathology.rearrangements {
            let told = [rearrangement.gene.as_deref(), rearrangement.translocation.as_deref()];
            all.push(Change {
                label: told.iter().flatten().copied().collect::<Vec<_>>().join(" "),
                kind: "rearrangement",
                gene: rearrangement.gene.as_deref(),
                expression: rearrangement.translocation.as_deref().map(|text| ("iscn", text)),
                extensions: Vec::new(),
                status: rearrangement.status,
                ids: &rearrangement.entities,
                of: EntityType::Rearrangement,
            });
        }
        for variant in &pathology.variants {
            let told = [variant.gene.as_deref(), variant.hgvs.as_deref()];
            let syntax = |text: &'d str| match text.as_bytes() {
                [b'c', b'.', ..] => ("hgvs.c", text),
                [b'p', b'.', ..] => ("hgvs.p", text),
                [b'g', b'.', ..] => ("hgvs.g", text),
                _ => ("hgvs", text),
            };
            all.push(Change {
                label: told.iter().flatten().copied().collect::<Vec<_>>().join(" "),
                kind: "variant",
                gene: variant.gene.as_deref(),
                expression: variant.hgvs.as_deref().map(syntax),
                extensions: Vec::new(),
                status: variant.status,
                ids: &variant.entities,
                of: EntityType::Variant,
            });
        }
        for copies in &pathology.copy_numbers {
            let change = copies.change.as_deref().unwrap_or("copy number");
            all.push(Change {
                label: format!("{} {change}", copies.gene),
                kind: "copy-number",
                gene: Some(&copies.gene),
                expression: None,
                extensions: copies.copies.iter().map(|number| ("copies", number.to_string())).collect(),
                status: copies.status,
                ids: &copies.entities,
                of: EntityType::CopyNumber,
            });
        }
        all
    }

    fn descriptor(&mut self, at: usize, change: &Change<'d>) -> Json<'d> {
        let gene = change.gene.map(|gene| {
            let coded = terms::codings(self.document, change.ids, change.of);
            let hgnc = coded.first().filter(|(system, _)| change.kind != "fusion" && system.prefix == "HGNC");
            let id = match hgnc {
                Some((system, coding)) => {
                    self.uses(*system);
                    self.codes.write(coding);
                    system.curie(&coding.code)
                }
                None => format!("{}:{}", LOCAL.prefix, terms::local("gene", gene)),
            };
            Json::object().with("valueId", id).with("symbol", gene)
        });
        let expressions: Vec<_> = change
            .expression
            .iter()
            .map(|(syntax, text)| Json::object().with("syntax", *syntax).with("value", *text))
            .collect();
        let extensions: Vec<_> = change
            .extensions
            .iter()
            .map(|(name, value)| Json::object().with("name", *name).with("value", value.clone()))
            .collect();
        let kind = self.local("change", change.kind, change.kind.into());
        Json::object()
            .with("id", format!("{}-change-{}", self.id, at + 1))
            .with("label", change.label.clone())
            .with("geneContext", gene)
            .with("expressions", expressions)
            .with("extensions", extensions)
            .with("moleculeContext", "unspecified_molecule_context")
            .with("structuralType", kind)
    }
}
