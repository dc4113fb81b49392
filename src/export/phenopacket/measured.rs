//! Measurements: of the patient, of lesions, of tissue.

use super::super::sources::words_of_size;
use super::super::terms::{
    Amount, LOCAL, amount, beside_range, positive_cells, reference_ranges, sided, system, words_with,
};
use super::super::tree::Json;
use super::packet::Packet;
use crate::model::case::{Ihc, Lesion, Measurement, State};
use crate::model::{Decimal, EntityType, Status};
use rustc_hash::FxHashSet;

impl<'d> Packet<'_, 'd> {
    /// All that was measured of the patient, with what genes did not show.
    pub(super) fn measurements(&mut self) -> Vec<Json<'d>> {
        let case = self.case;
        let ranges = reference_ranges(case);
        let mut used = FxHashSet::default();
        let mut others = 0;
        let mut all = Vec::new();
        for measurement in &case.measurements {
            if measurement.state != State::Measured {
                others += 1;
                continue;
            }
            if measurement.status != Status::Present {
                self.losses.add("measurements that are denied or only possible", 1);
                continue;
            }
            let key = (measurement.analyte.as_str(), measurement.unit.as_deref());
            let closed = |range: &&&Measurement| range.low.is_some() && range.high.is_some();
            let number = measurement.value.is_some() && measurement.comparator.is_none();
            let range = ranges.get(&key).filter(closed).filter(|_| number).copied();
            if let Some((member, value)) = self.measured(measurement, range) {
                if let Some(range) = range.filter(|_| used.insert(key)) {
                    self.losses.add("what ranges of reference say beside their ends", beside_range(range));
                }
                self.losses.add("words for analytes", usize::from(measurement.text.is_some()));
                let (name, ids) = (&measurement.analyte, &measurement.entities);
                let assay = self.term("analyte", name, ids, EntityType::Measurement);
                self.point(format!("/measurements/{}", all.len()), &words_with(measurement, range));
                let side = measurement.laterality.as_ref().map(|side| format!("side: {side}"));
                let time = self.time(measurement.time);
                all.push(
                    Json::object()
                        .with("description", side)
                        .with("assay", assay)
                        .with(member, value)
                        .with("timeObserved", time),
                );
            } else {
                self.losses.add("measurements without a value", 1);
            }
        }
        self.losses.add("reference ranges, thresholds and targets", others - used.len());
        for lesion in &case.lesions {
            self.lesion(lesion, &mut all);
        }
        self.genomic_measurements(&mut all);
        all
    }

    fn measured(
        &mut self,
        measurement: &'d Measurement,
        range: Option<&'d Measurement>,
    ) -> Option<(&'static str, Json<'d>)> {
        let unit = measurement.unit.as_deref();
        let pressures = [("systolic", measurement.systolic), ("diastolic", measurement.diastolic)];
        let pressures = pressures.iter().filter_map(|(name, number)| Some((*name, (*number)?)));
        if pressures.clone().next().is_some() {
            let complex = self.complex(pressures, unit);
            let comparator = usize::from(measurement.comparator.is_some());
            self.losses.add("comparators of blood pressures", comparator);
            self.beside(measurement);
            return Some(("complexValue", complex));
        }
        if let (Some(numerator), Some(denominator)) = (measurement.numerator, measurement.denominator) {
            let name = format!("{numerator}/{denominator}");
            let term = self.local("value", &name, name.clone());
            let beside = [&measurement.unit, &measurement.comparator];
            self.losses.add("units and comparators of ratios", beside.into_iter().flatten().count());
            self.beside(measurement);
            return Some(("value", Json::object().with("ontologyClass", term)));
        }
        let value = match (measurement.value, range, &measurement.result) {
            (Some(number), Some(range), _) => {
                let range = Json::object()
                    .with("unit", self.unit(unit))
                    .with("low", range.low)
                    .with("high", range.high);
                let quantity = self.quantity(number, unit).with("referenceRange", range);
                Some(Json::object().with("quantity", quantity))
            }
            (None, _, Some(result)) if amount!(measurement).is_empty() => {
                let term = self.local("result", result, result.clone());
                return Some(("value", Json::object().with("ontologyClass", term)));
            }
            _ => self.value(amount!(measurement)),
        };
        let beside = value.is_some() && measurement.result.is_some();
        self.losses.add("results in words beside a number", usize::from(beside));
        value.map(|value| ("value", value))
    }

    /// Counts what else is told with a pressure or a ratio.
    fn beside(&mut self, measurement: &Measurement) {
        let numbers = [measurement.value, measurement.low, measurement.high];
        self.losses.add("numbers beside a pressure or a ratio", numbers.iter().flatten().count());
        self.losses.add("results in words beside a number", usize::from(measurement.result.is_some()));
    }

    fn lesion(&mut self, lesion: &'d Lesion, all: &mut Vec<Json<'d>>) {
        let name = lesion.name.as_deref().unwrap_or("lesion");
        let side = lesion.laterality.as_deref();
        let label = match (lesion.site.as_deref(), side) {
            (Some(site), _) => format!("size of {name}, {}", sided(site, side)),
            (None, Some(side)) => format!("size of {name}, {side}"),
            (None, None) => format!("size of {name}"),
        };
        self.losses.add("lesions without a size", usize::from(lesion.sizes.is_empty()));
        for size in &lesion.sizes {
            let unit = size.unit.as_deref();
            let (member, value) = match &size.dimensions[..] {
                [] => {
                    let range = Amount {
                        value: None,
                        low: size.low,
                        high: size.high,
                        unit,
                        comparator: size.comparator.as_deref(),
                    };
                    match self.value(range) {
                        Some(value) => ("value", value),
                        None => {
                            self.losses.add("measurements without a value", 1);
                            continue;
                        }
                    }
                }
                [only] => {
                    let one = Amount {
                        value: Some(*only),
                        low: None,
                        high: None,
                        unit,
                        comparator: size.comparator.as_deref(),
                    };
                    match self.value(one) {
                        Some(value) => ("value", value),
                        None => continue,
                    }
                }
                dimensions => {
                    self.losses.add("comparators of sizes", usize::from(size.comparator.is_some()));
                    let names = ["dimension 1", "dimension 2", "dimension 3"];
                    self.losses
                        .add("lengths of a lesion beyond the third", dimensions.len().saturating_sub(3));
                    ("complexValue", self.complex(names.into_iter().zip(dimensions.iter().copied()), unit))
                }
            };
            let ends = [size.low, size.high];
            let beside = ends.iter().flatten().filter(|_| !size.dimensions.is_empty()).count();
            self.losses.add("ranges beside lengths", beside);
            let assay = self.local("size", name, label.clone());
            self.point(format!("/measurements/{}", all.len()), &words_of_size(lesion, size));
            all.push(Json::object().with("assay", assay).with(member, value));
        }
    }

    /// A marker's expression: what it was, and how many cells showed it.
    pub(super) fn expression(&mut self, path: &str, ihc: &'d Ihc, all: &mut Vec<Json<'d>>) {
        let result = match &ihc.extent {
            Some(extent) => format!("{}, {extent}", ihc.result),
            None => ihc.result.clone(),
        };
        // A code of the marker is that of its gene, not of the assay.
        let assay = self.local("expression", &ihc.marker, ihc.marker.clone());
        let value = Json::object().with("ontologyClass", self.local("result", &result, result.clone()));
        self.point(format!("{path}/{}", all.len()), &ihc.entities);
        all.push(Json::object().with("assay", assay).with("value", value));
        if let Some(value) = self.value(positive_cells(ihc)) {
            let label = format!("{}, positive cells", ihc.marker);
            let assay = self.local("expression-percent", &ihc.marker, label);
            self.point(format!("{path}/{}", all.len()), &ihc.entities);
            all.push(Json::object().with("assay", assay).with("value", value));
        }
    }

    /// An amount as a value: a number where it is one, otherwise a term, because a quantity has no comparator and no
    /// range.
    pub(super) fn value(&mut self, amount: Amount<'_>) -> Option<Json<'d>> {
        if amount.is_empty() {
            return None;
        }
        match (amount.value, amount.comparator) {
            (Some(number), None | Some("~")) => {
                self.losses.add("signs of approximation", usize::from(amount.comparator.is_some()));
                Some(Json::object().with("quantity", self.quantity(number, amount.unit)))
            }
            _ => {
                self.losses.add("comparators and ranges, written as terms", 1);
                let shown = amount.shown();
                Some(Json::object().with("ontologyClass", self.local("value", &shown, shown.clone())))
            }
        }
    }

    pub(super) fn quantity(&mut self, number: Decimal, unit: Option<&str>) -> Json<'d> {
        Json::object().with("unit", self.unit(unit)).with("value", number)
    }

    fn complex(
        &mut self,
        parts: impl Iterator<Item = (&'static str, Decimal)>,
        unit: Option<&str>,
    ) -> Json<'d> {
        let mut typed = Vec::new();
        for (name, number) in parts {
            let kind = self.local("part", name, name.to_owned());
            typed.push(Json::object().with("type", kind).with("quantity", self.quantity(number, unit)));
        }
        Json::object().with("typedQuantities", typed)
    }

    /// A UCUM unit, `_` in its CURIE as `%5F`. A number without a unit in the text may still have one, so it is not said to be 1.
    fn unit(&mut self, unit: Option<&str>) -> Json<'d> {
        match unit.zip(system("UCUM")) {
            Some((unit, ucum)) => {
                self.uses(ucum);
                Json::object()
                    .with("id", format!("{}:{}", ucum.prefix, unit.replace('_', "%5F")))
                    .with("label", unit.to_owned())
            }
            None => {
                let id = format!("{}:unit.not+given", LOCAL.prefix);
                Json::object().with("id", id).with("label", "no unit given")
            }
        }
    }
}
