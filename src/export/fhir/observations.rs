//! What was measured and sized, expression of markers, how it ended.

use super::super::kinds::{NEOPLASMS, TUMOUR_MARKERS, VITAL_SIGNS};
use super::super::sources::words_of_size;
use super::super::terms::{self, Amount, amount, beside_range, positive_cells, reference_ranges, words_with};
use super::super::tree::Json;
use super::bundle::{Bundle, LOINC, OBSERVATION, coded, local, quantity, time_extension};
use super::conditions::code_only;
use crate::model::case::{Ihc, Lesion, LesionSize, Measurement, State};
use crate::model::{EntityType, Status};
use rustc_hash::FxHashSet;

const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/observation-category";
const INTERPRETATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
const EFFECTIVE: (&str, &str) = ("effectiveDateTime", "_effectiveDateTime");

impl<'d> Bundle<'_, 'd> {
    pub(super) fn observations(&mut self) {
        let case = self.case;
        let ranges = reference_ranges(case);
        let mut used = FxHashSet::default();
        let mut others = 0;
        for measurement in &case.measurements {
            if measurement.state != State::Measured {
                others += 1;
            } else if measurement.status != Status::Present {
                self.losses.add("measurements that are denied or only possible", 1);
            } else {
                let key = (measurement.analyte.as_str(), measurement.unit.as_deref());
                let range = ranges.get(&key).copied();
                if let Some(range) = range.filter(|_| used.insert(key)) {
                    self.losses.add("what ranges of reference say beside their ends", beside_range(range));
                }
                self.measurement(measurement, range);
            }
        }
        self.losses.add("reference ranges, thresholds and targets", others - used.len());
        for lesion in &case.lesions {
            self.losses.add("lesions without a size", usize::from(lesion.sizes.is_empty()));
            for size in &lesion.sizes {
                self.size(lesion, size);
            }
        }
        for ihc in &case.pathology.ihc {
            self.expression(ihc);
        }
        if let Some(outcome) = &case.outcome {
            self.losses.add("times of outcomes", usize::from(outcome.time.is_some()));
            self.losses.add("diseases at the outcome", outcome.disease.len());
            let mut resource = self
                .resource(OBSERVATION, None, &outcome.entities, Vec::new())
                .with("status", "final")
                .with("code", local("outcome", "outcome"))
                .with("subject", self.subject());
            self.dated(&mut resource, EFFECTIVE, &outcome.entities);
            self.push(resource.with("valueCodeableConcept", local("outcome", &outcome.status)));
        }
    }

    fn measurement(&mut self, measurement: &'d Measurement, range: Option<&'d Measurement>) {
        self.losses.add("words for analytes", usize::from(measurement.text.is_some()));
        let (name, ids) = (measurement.analyte.as_str(), &measurement.entities);
        let marker = TUMOUR_MARKERS.contains(name);
        let category = match (marker, VITAL_SIGNS.contains(name)) {
            (true, _) => Some("laboratory"),
            (_, true) => Some("vital-signs"),
            _ => None,
        };
        let code = self.concept("analyte", name, ids, EntityType::Measurement);
        // The profile wants a code of LOINC, which only a vocabulary of one's own gives.
        let loinc = terms::codings(self.document, ids, EntityType::Measurement)
            .iter()
            .any(|(system, _)| system.fhir == LOINC);
        let profile = (marker && loinc).then_some("tumor-marker-test");
        let site = self.site(None, measurement.laterality.as_deref(), ids);
        let mut resource = self
            .resource(OBSERVATION, profile, &words_with(measurement, range), time_extension(measurement.time))
            .with("status", "final")
            .with("category", category.map(|category| vec![code_only(CATEGORY, category)]))
            .with("code", code)
            .with("subject", self.subject());
        self.dated(&mut resource, EFFECTIVE, ids);
        let unit = measurement.unit.as_deref();
        let mut components = Vec::new();
        for (code, text, value) in
            [("8480-6", "Systolic", measurement.systolic), ("8462-4", "Diastolic", measurement.diastolic)]
        {
            let Some(value) = value else { continue };
            let told = Amount {
                value: Some(value),
                unit,
                comparator: measurement.comparator.as_deref(),
                ..Amount::default()
            };
            let mut component = Json::object().with("code", coded(LOINC, code, text));
            self.amount(&mut component, told);
            components.push(component);
        }
        let mut told = !components.is_empty();
        if let (Some(numerator), Some(denominator), false) =
            (measurement.numerator, measurement.denominator, told)
        {
            let ratio = Json::object()
                .with("numerator", quantity(numerator, None, None))
                .with("denominator", quantity(denominator, None, None));
            resource.set("valueRatio", ratio);
            let beside = [&measurement.unit, &measurement.comparator];
            self.losses.add("units and comparators of ratios", beside.into_iter().flatten().count());
            told = true;
        }
        if told {
            let beside = [measurement.value, measurement.low, measurement.high];
            self.losses.add("numbers beside a pressure or a ratio", beside.iter().flatten().count());
        } else {
            told = self.amount(&mut resource, amount!(measurement));
        }
        let result = measurement.result.as_deref().map(result_in_words);
        if told {
            resource.set("interpretation", result.map(|result| vec![result]));
        } else if let Some(result) = result {
            resource.set("valueCodeableConcept", result);
        } else {
            resource.set("dataAbsentReason", unknown());
        }
        resource.set("bodySite", site);
        if let Some(range) = range {
            let end = |value| quantity(value, None, unit);
            let range = Json::object().with("low", range.low.map(end)).with("high", range.high.map(end));
            resource.set("referenceRange", vec![range]);
        }
        resource.set("component", components);
        self.push(resource);
    }

    /// A size: in mCODE's codes if it is that of a tumour, in its units. Its profile is not claimed: it wants to know
    /// whether the tumour was out of the body when it was measured.
    fn size(&mut self, lesion: &'d Lesion, size: &'d LesionSize) {
        let name = lesion.name.as_deref().unwrap_or("lesion");
        let unit = size.unit.as_deref();
        let longest = size.dimensions.iter().copied().max_by(|a, b| a.to_f64().total_cmp(&b.to_f64()));
        let fits =
            size.dimensions.len() <= 3 && size.comparator.is_none() && matches!(unit, Some("mm" | "cm"));
        let tumour = fits && longest.is_some() && NEOPLASMS.contains(name);
        let ids = &words_of_size(lesion, size);
        let site = self.site(lesion.site.as_deref(), lesion.laterality.as_deref(), &lesion.entities);
        let code = if tumour {
            let coding = Json::object().with("system", LOINC).with("code", "21889-1");
            Json::object().with("coding", vec![coding]).with("text", format!("Size of tumor: {name}"))
        } else {
            local("size", name)
        };
        let mut resource = self
            .resource(OBSERVATION, None, ids, Vec::new())
            .with("status", "final")
            .with("code", code)
            .with("subject", self.subject());
        self.dated(&mut resource, EFFECTIVE, ids);
        let mut components = Vec::new();
        match (longest, &size.dimensions[..]) {
            (Some(longest), dimensions) if tumour || dimensions.len() > 1 => {
                let ends = [size.low, size.high];
                self.losses.add("ranges beside lengths", ends.iter().flatten().count());
                let first = dimensions.iter().position(|dimension| *dimension == longest);
                for (at, dimension) in dimensions.iter().enumerate() {
                    let code = if Some(at) == first {
                        coded(LOINC, "33728-7", "Longest dimension")
                    } else {
                        coded(LOINC, "33729-5", "Other dimension")
                    };
                    let (value, comparator) = (Some(*dimension), size.comparator.as_deref());
                    let mut component = Json::object().with("code", code);
                    self.amount(&mut component, Amount { value, unit, comparator, ..Amount::default() });
                    components.push(component);
                }
            }
            (longest, _) => {
                let comparator = size.comparator.as_deref();
                let told = Amount { value: longest, low: size.low, high: size.high, unit, comparator };
                if !self.amount(&mut resource, told) {
                    resource.set("dataAbsentReason", unknown());
                }
            }
        }
        self.push(resource.with("bodySite", site).with("component", components));
    }

    /// A marker in tissue; with its parts, which mCODE's profile does not have.
    fn expression(&mut self, ihc: &'d Ihc) {
        let ids = &ihc.entities;
        // A code of the marker is that of its gene, not of the test.
        let code = local("expression", &ihc.marker);
        let mut resource = self
            .resource(OBSERVATION, None, ids, Vec::new())
            .with("status", "final")
            .with("category", vec![code_only(CATEGORY, "laboratory")])
            .with("code", code)
            .with("subject", self.subject());
        self.dated(&mut resource, EFFECTIVE, ids);
        resource.set("valueCodeableConcept", result_in_words(&ihc.result));
        resource.set("method", local("method", "immunohistochemistry"));
        let mut components = Vec::new();
        if let Some(extent) = &ihc.extent {
            let part = Json::object().with("code", local("part", "extent"));
            components.push(part.with("valueCodeableConcept", local("extent", extent)));
        }
        let mut part = Json::object().with("code", local("part", "positive cells"));
        if self.amount(&mut part, positive_cells(ihc)) {
            components.push(part);
        }
        self.push(resource.with("component", components));
    }
}

/// That a value is not known.
fn unknown<'d>() -> Json<'d> {
    code_only("http://terminology.hl7.org/CodeSystem/data-absent-reason", "unknown")
}

/// A result in words: as HL7 has it, otherwise as it is.
pub(super) fn result_in_words<'d>(result: &'d str) -> Json<'d> {
    let code = match result {
        "positive" => "POS",
        "negative" => "NEG",
        "normal" => "N",
        "high" => "H",
        "low" => "L",
        "equivocal" => "E",
        _ => return local("result", result),
    };
    code_only(INTERPRETATION, code).with("text", result)
}
