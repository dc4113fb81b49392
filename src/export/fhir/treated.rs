//! Procedures, drugs, radiotherapy, transfusions.

use super::super::terms::{self, Amount, amount, schedules_of};
use super::super::tree::Json;
use super::bundle::{
    ADMINISTRATION, BODY_STRUCTURE, Bundle, MEDICATION_REQUEST, PROCEDURE, SERVICE_REQUEST, SNOMED, absent,
    coded, extension, local, quantity, reference, time_extension,
};
use crate::model::case::{Drug, Radiotherapy};
use crate::model::{Decimal, EntityId, EntityType, Status, Time};

const PERFORMED: (&str, &str) = ("performedDateTime", "_performedDateTime");
const EFFECTIVE: (&str, &str) = ("effectiveDateTime", "_effectiveDateTime");
const DELIVERED: &str =
    "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-radiotherapy-dose-delivered-to-volume";

/// What is known of whether something was done.
#[derive(Clone, Copy, PartialEq)]
enum Done {
    Completed,
    Omitted,
    Planned,
}

/// What is said of a medication beside what it is; the regimen by its `Type/id`.
#[derive(Default)]
struct Given<'g, 'd> {
    dose: Option<Json<'d>>,
    route: Option<Json<'d>>,
    reason: Option<Json<'d>>,
    regimen: Option<(&'g str, Done)>,
}

impl Done {
    fn code(self) -> &'static str {
        if self == Done::Omitted { "not-done" } else { "completed" }
    }
}

impl<'d> Bundle<'_, 'd> {
    pub(super) fn treatments(&mut self) {
        let treatments = &self.case.treatments;
        for procedure in &treatments.procedures {
            let Some(done) = self.done(procedure.status, procedure.time) else { continue };
            let ids = &procedure.entities;
            let code = self.concept("procedure", &procedure.name, ids, EntityType::Procedure);
            let site = self.site(procedure.site.as_deref(), procedure.laterality.as_deref(), ids);
            let category =
                procedure.category.as_deref().map(|category| local("procedure-category", category));
            self.procedure(done, procedure.time, ids, code, category, site);
        }
        for regimen in &treatments.regimens {
            let schedule =
                [regimen.cycle_count.is_some(), regimen.frequency.is_some(), regimen.duration.is_some()];
            let lost =
                schedule.iter().filter(|told| **told).count() + usize::from(!regimen.cycles.is_empty());
            self.losses.add("cycles, frequencies and durations of regimens", lost);
            let done = self.done(regimen.status, regimen.time);
            let ids = &regimen.entities;
            let code = self.concept("regimen", &regimen.name, ids, EntityType::Regimen);
            let category = Some(local("procedure-category", "regimen"));
            let reference = done.map(|done| self.procedure(done, regimen.time, ids, code, category, None));
            let whole = reference.as_deref().zip(done);
            for drug in &regimen.drugs {
                self.drug(drug, whole);
            }
        }
        for drug in &treatments.drugs {
            self.drug(drug, None);
        }
        for course in &treatments.radiotherapy {
            self.course(course);
        }
        for transfusion in &treatments.transfusions {
            let Some(done) = self.done(transfusion.status, transfusion.time) else { continue };
            let ids = &transfusion.entities;
            let product = self.concept("product", &transfusion.product, ids, EntityType::Transfusion);
            let dose = self.dose(amount!(transfusion));
            self.medication(done, transfusion.time, ids, product, Given { dose, ..Given::default() });
        }
    }

    fn done(&mut self, status: Status, time: Time) -> Option<Done> {
        match (status, time) {
            (Status::Present, Time::Planned) => Some(Done::Planned),
            (Status::Present, _) => Some(Done::Completed),
            (Status::Absent, _) => Some(Done::Omitted),
            _ => {
                self.losses.add("treatments that are only possible", 1);
                None
            }
        }
    }

    fn procedure(
        &mut self,
        done: Done,
        time: Time,
        ids: &[EntityId],
        code: Json<'d>,
        category: Option<Json<'d>>,
        site: Option<Json<'d>>,
    ) -> String {
        if done == Done::Planned {
            let resource = self
                .resource(SERVICE_REQUEST, None, ids, time_extension(time))
                .with("status", "unknown")
                .with("intent", "plan")
                .with("category", category.map(|category| vec![category]))
                .with("code", code)
                .with("subject", self.subject())
                .with("bodySite", site.map(|site| vec![site]));
            return self.push(resource);
        }
        let mut resource = self
            .resource(PROCEDURE, None, ids, time_extension(time))
            .with("status", done.code())
            .with("category", category)
            .with("code", code)
            .with("subject", self.subject());
        self.dated(&mut resource, PERFORMED, ids);
        self.push(resource.with("bodySite", site.map(|site| vec![site])))
    }

    fn drug(&mut self, drug: &'d Drug, regimen: Option<(&str, Done)>) {
        let Some(done) = self.done(drug.status, drug.time) else { return };
        let ids = &drug.entities;
        self.losses.add("frequencies, durations, days and cycles of drugs", schedules_of(drug));
        let kind = if drug.class { "drug-class" } else { "drug" };
        let coded = drug.class && !terms::codings(self.document, ids, EntityType::Drug).is_empty();
        self.losses.add("drugs with a code that are a class", usize::from(coded));
        let medication = self.concept(kind, &drug.name, ids, EntityType::Drug);
        let dose = drug.dose.as_ref().and_then(|dose| self.dose(amount!(dose)));
        let route = drug.route.as_deref().map(|route| self.concept("route", route, ids, EntityType::Route));
        let reason = drug.reason.as_deref().map(|reason| local("disease", reason));
        self.medication(done, drug.time, ids, medication, Given { dose, route, reason, regimen });
    }

    /// A dose, which can be neither a range nor compared.
    fn dose(&mut self, amount: Amount<'d>) -> Option<Json<'d>> {
        let exact = matches!(amount.comparator, None | Some("~"));
        let dose = amount.value.filter(|_| exact).map(|value| quantity(value, None, amount.unit));
        let lost = !amount.is_empty() && (dose.is_none() || amount.comparator.is_some());
        self.losses.add("comparators and ranges of doses", usize::from(lost));
        dose
    }

    fn medication(
        &mut self,
        done: Done,
        time: Time,
        ids: &[EntityId],
        medication: Json<'d>,
        given: Given<'_, 'd>,
    ) {
        let Given { dose, route, reason, regimen } = given;
        let regimen = regimen.map(|(to, of_regimen)| (reference(to.to_owned()), of_regimen));
        let planned = done == Done::Planned;
        // A drug is part of a regimen only where both were given, or both are planned.
        let (fitting, other) = match regimen {
            Some((to, of_regimen)) if (of_regimen == Done::Planned) == planned => (Some(vec![to]), None),
            Some((to, _)) => (None, Some(vec![to])),
            None => (None, None),
        };
        if planned {
            let instruction = (dose.is_some() || route.is_some()).then(|| {
                let dose = dose.map(|dose| vec![Json::object().with("doseQuantity", dose)]);
                vec![Json::object().with("route", route).with("doseAndRate", dose)]
            });
            let resource = self
                .resource(MEDICATION_REQUEST, None, ids, time_extension(time))
                .with("status", "unknown")
                .with("intent", "plan")
                .with("medicationCodeableConcept", medication)
                .with("subject", self.subject())
                .with("supportingInformation", other)
                .with("reasonCode", reason.map(|reason| vec![reason]))
                .with("basedOn", fitting)
                .with("dosageInstruction", instruction);
            self.push(resource);
            return;
        }
        let dosage = match (dose, route) {
            (None, None) => None,
            // A dosage must have a dose.
            (dose, route) => {
                Some(Json::object().with("route", route).with("dose", dose.unwrap_or_else(absent)))
            }
        };
        // The profile wants a reason: the primary, or a disease of a list of its own, which words are not.
        let primary = self.primary.clone().filter(|_| fitting.is_some() && reason.is_none());
        let profile = primary.is_some().then_some("cancer-related-medication-administration");
        let mut resource = self
            .resource(ADMINISTRATION, profile, ids, time_extension(time))
            .with("partOf", fitting)
            .with("status", done.code())
            .with("medicationCodeableConcept", medication)
            .with("subject", self.subject())
            .with("supportingInformation", other);
        self.dated(&mut resource, EFFECTIVE, ids);
        let resource = resource
            .with("reasonCode", reason.map(|reason| vec![reason]))
            .with("reasonReference", primary.map(|primary| vec![reference(primary)]))
            .with("dosage", dosage);
        self.push(resource);
    }

    /// A course of radiotherapy as mCODE has it, doses in cGy.
    fn course(&mut self, course: &'d Radiotherapy) {
        let Some(done) = self.done(course.status, course.time) else { return };
        let ids = &course.entities;
        let site = self.site(course.site.as_deref(), course.laterality.as_deref(), ids);
        if done == Done::Planned {
            let doses = [course.total_dose, course.dose_per_fraction, course.fractions];
            self.losses.add("doses and fractions of planned radiotherapy", doses.iter().flatten().count());
            self.losses.add("comparators of doses of radiotherapy", usize::from(course.comparator.is_some()));
            self.procedure(done, course.time, ids, local("procedure", "radiotherapy"), None, site);
            return;
        }
        let unit = course.unit.as_deref();
        let exact = matches!(course.comparator.as_deref(), None | Some("~"));
        let total = course.total_dose.filter(|_| exact).and_then(|dose| centigrays(dose, unit));
        let untold = course.total_dose.is_some() && total.is_none();
        self.losses.add("doses of radiotherapy that are compared or not in grays", usize::from(untold));
        self.losses.add("comparators of doses of radiotherapy", usize::from(course.comparator.is_some()));
        self.losses.add("doses of single fractions", usize::from(course.dose_per_fraction.is_some()));
        let fractions = course.fractions.and_then(Decimal::to_i64);
        let uneven = course.fractions.is_some() && fractions.is_none();
        self.losses.add("numbers of fractions that are not whole", usize::from(uneven));
        let mut extensions = time_extension(course.time);
        if site.is_some() || total.is_some() || fractions.is_some() {
            let volume = match course.site.as_deref() {
                Some(name) => reference(self.volume(&terms::sided(name, course.laterality.as_deref()), ids)),
                None => absent(),
            };
            let dose = total.map(|total| quantity(total, None, Some("cGy")));
            let mut parts = vec![extension("volume").with("valueReference", volume)];
            parts.extend(dose.map(|dose| extension("totalDoseDelivered").with("valueQuantity", dose)));
            parts.extend(
                fractions.map(|number| extension("fractionsDelivered").with("valueUnsignedInt", number)),
            );
            extensions.push(extension(DELIVERED).with("extension", parts));
        }
        // The profile wants a reason, and sites of a list of its own; the volume holds the site in words.
        let primary = self.primary.clone();
        let profile = primary.is_some().then_some("radiotherapy-course-summary");
        let alone = profile.is_some() && course.site.is_none() && course.laterality.is_some();
        self.losses.add("sides of courses of radiotherapy without a site", usize::from(alone));
        let code = coded(SNOMED, "1217123003", "Radiotherapy course of treatment");
        let mut resource = self
            .resource(PROCEDURE, profile, ids, extensions)
            .with("status", done.code())
            .with("category", coded(SNOMED, "108290001", "Radiation oncology and/or radiotherapy"))
            .with("code", code)
            .with("subject", self.subject());
        match self.date(ids) {
            Some(date) => resource.set("performedPeriod", Json::object().with("start", date)),
            None => resource.set("performedPeriod", absent()),
        }
        let site = site.filter(|_| profile.is_none());
        let resource = resource
            .with("reasonReference", primary.map(|primary| vec![reference(primary)]))
            .with("bodySite", site.map(|site| vec![site]));
        self.push(resource);
    }

    /// The volume that was irradiated, in the words of the report; gives its `Type/id`.
    fn volume(&mut self, site: &str, ids: &[EntityId]) -> String {
        let profile = self.cancer.then_some("radiotherapy-volume");
        let resource = self
            .resource(BODY_STRUCTURE, profile, ids, Vec::new())
            .with("description", site.to_owned())
            .with("patient", self.subject());
        self.push(resource)
    }
}

/// A dose in cGy; none if its unit is another one.
fn centigrays(dose: Decimal, unit: Option<&str>) -> Option<Decimal> {
    match unit {
        Some("Gy") => Some(dose.shift(2)),
        Some("cGy") => Some(dose),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grays_become_centigrays() {
        let dose =
            |number, unit| centigrays(Decimal::parse(number).unwrap(), Some(unit)).map(|d| d.to_string());
        assert_eq!(dose("50.4", "Gy").as_deref(), Some("5040"));
        assert_eq!(dose("1.85", "Gy").as_deref(), Some("185"));
        assert_eq!(dose("5040", "cGy").as_deref(), Some("5040"));
        assert_eq!(dose("2", "mCi"), None);
    }
}
