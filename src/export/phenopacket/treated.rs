//! Medical actions: what was done and given.

use super::super::terms::{amount, codings, schedules_of};
use super::super::tree::Json;
use super::packet::Packet;
use crate::model::case::{Drug, Radiotherapy};
use crate::model::{Decimal, EntityType, Status, Time};

impl<'d> Packet<'_, 'd> {
    /// What was done; the schema cannot say that something was not done or is planned.
    pub(super) fn actions(&mut self) -> Vec<Json<'d>> {
        let treatments = &self.case.treatments;
        let mut all = Vec::new();
        for procedure in &treatments.procedures {
            if !self.done(procedure.status, procedure.time) {
                continue;
            }
            let (site, side) = (procedure.site.as_deref(), procedure.laterality.as_deref());
            let site = self.site(site, side, &procedure.entities);
            self.losses.add("kinds of procedures", usize::from(procedure.category.is_some()));
            let code = self.term("procedure", &procedure.name, &procedure.entities, EntityType::Procedure);
            self.point(format!("/medicalActions/{}", all.len()), &procedure.entities);
            let performed = self.time(procedure.time);
            let procedure =
                Json::object().with("code", code).with("bodySite", site).with("performed", performed);
            all.push(Json::object().with("procedure", procedure));
        }
        for regimen in &treatments.regimens {
            if !self.given(regimen.status, regimen.time) {
                self.losses.add("drugs of regimens that are not written", regimen.drugs.len());
                continue;
            }
            self.losses.add("regimens of drugs", regimen.drugs.len());
            let schedule =
                [regimen.cycle_count.is_some(), regimen.frequency.is_some(), regimen.duration.is_some()];
            let lost = schedule.iter().filter(|told| **told).count() + regimen.cycles.len();
            self.losses.add("cycles, frequencies and durations of regimens", lost);
            let term = self.term("regimen", &regimen.name, &regimen.entities, EntityType::Regimen);
            self.point(format!("/medicalActions/{}", all.len()), &regimen.entities);
            let therapy = Json::object().with("ontologyClass", term).with("regimenStatus", "UNKNOWN_STATUS");
            all.push(Json::object().with("therapeuticRegimen", therapy));
            for drug in &regimen.drugs {
                self.drug(drug, &mut all);
            }
        }
        for drug in &treatments.drugs {
            self.drug(drug, &mut all);
        }
        for course in &treatments.radiotherapy {
            self.course(course, &mut all);
        }
        for transfusion in &treatments.transfusions {
            if !self.given(transfusion.status, transfusion.time) {
                continue;
            }
            let agent =
                self.term("product", &transfusion.product, &transfusion.entities, EntityType::Transfusion);
            self.point(format!("/medicalActions/{}", all.len()), &transfusion.entities);
            let told = amount!(transfusion);
            let given = match (told.value, told.comparator) {
                (Some(number), None | Some("~")) => Some(self.quantity(number, told.unit)),
                _ => None,
            };
            let inexact = !told.is_empty() && (given.is_none() || told.comparator.is_some());
            self.losses.add("comparators and ranges of transfusions", usize::from(inexact));
            let treatment = Json::object().with("agent", agent).with("cumulativeDose", given);
            all.push(Json::object().with("treatment", treatment));
        }
        all
    }

    fn done(&mut self, status: Status, time: Time) -> bool {
        let done = status == Status::Present && time != Time::Planned;
        self.losses.add("treatments not given, planned or only possible", usize::from(!done));
        done
    }

    /// The same of what has no place for when it was so.
    fn given(&mut self, status: Status, time: Time) -> bool {
        let done = self.done(status, time);
        self.losses.add("times of treatments", usize::from(done && time != Time::Current));
        done
    }

    fn drug(&mut self, drug: &'d Drug, all: &mut Vec<Json<'d>>) {
        if !self.given(drug.status, drug.time) {
            return;
        }
        self.losses.add("doses of drugs", usize::from(drug.dose.is_some()));
        self.losses.add("frequencies, durations, days and cycles of drugs", schedules_of(drug));
        let kind = if drug.class { "drug-class" } else { "drug" };
        let coded = drug.class && !codings(self.document, &drug.entities, EntityType::Drug).is_empty();
        self.losses.add("drugs with a code that are a class", usize::from(coded));
        let agent = self.term(kind, &drug.name, &drug.entities, EntityType::Drug);
        let route = drug.route.as_ref().map(|route| {
            if codings(self.document, &drug.entities, EntityType::Route).is_empty() {
                self.local("route", route, route.clone())
            } else {
                self.term("route", route, &drug.entities, EntityType::Route)
            }
        });
        let target = drug.reason.as_ref().map(|reason| self.local("disease", reason, reason.clone()));
        self.point(format!("/medicalActions/{}", all.len()), &drug.entities);
        let treatment = Json::object().with("agent", agent).with("routeOfAdministration", route);
        all.push(Json::object().with("treatment", treatment).with("treatmentTarget", target));
    }

    /// A course of radiotherapy. The schema wants a site, whole grays and a number of fractions; a course of which
    /// these are not known is a procedure.
    fn course(&mut self, course: &'d Radiotherapy, all: &mut Vec<Json<'d>>) {
        if !self.done(course.status, course.time) {
            return;
        }
        let site = self.site(course.site.as_deref(), course.laterality.as_deref(), &course.entities);
        let total = course.total_dose.or_else(|| {
            // Both are as the text has them, and there is no other way to read them.
            let fractions = course.fractions?.to_i64()?;
            let each = course.dose_per_fraction?;
            (fractions > 0).then(|| (1..fractions).fold(each, |sum, _| sum.plus(each)))
        });
        let exact = course.comparator.is_none();
        let whole = total.filter(|_| exact).and_then(|dose| grays(dose, course.unit.as_deref()));
        let fractions = course.fractions.and_then(Decimal::to_i64);
        let term = self.local("procedure", "radiotherapy", "radiotherapy".into());
        self.losses.add("doses of single fractions", usize::from(course.dose_per_fraction.is_some()));
        self.point(format!("/medicalActions/{}", all.len()), &course.entities);
        let sited = site.filter(|_| course.site.is_some());
        let action = match (sited, whole, fractions) {
            (Some(site), Some(dose), Some(fractions)) => {
                self.losses.add("times of treatments", usize::from(course.time != Time::Current));
                let therapy = Json::object()
                    .with("modality", term)
                    .with("bodySite", site)
                    .with("dosage", dose)
                    .with("fractions", fractions);
                Json::object().with("radiationTherapy", therapy)
            }
            (site, ..) => {
                let told = [course.total_dose, course.fractions];
                self.losses.add(
                    "doses and fractions of radiotherapy that is not whole grays to a site in fractions",
                    told.iter().flatten().count(),
                );
                self.losses
                    .add("comparators of doses of radiotherapy", usize::from(course.comparator.is_some()));
                let performed = self.time(course.time);
                let site = site.or_else(|| self.site(None, course.laterality.as_deref(), &[]));
                let procedure =
                    Json::object().with("code", term).with("bodySite", site).with("performed", performed);
                Json::object().with("procedure", procedure)
            }
        };
        all.push(action);
    }
}

/// A dose in whole grays; none if it is not whole.
fn grays(dose: Decimal, unit: Option<&str>) -> Option<i64> {
    let dose = match unit {
        Some("Gy") => dose,
        Some("cGy") => dose.shift(-2),
        _ => return None,
    };
    dose.to_i64().filter(|dose| i32::try_from(*dose).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_grays_are_a_dosage() {
        let dose = |number, unit| grays(Decimal::parse(number).unwrap(), Some(unit));
        assert_eq!(dose("50.4", "Gy"), None);
        assert_eq!(dose("45", "Gy"), Some(45));
        assert_eq!(dose("4500", "cGy"), Some(45));
        assert_eq!(dose("5040", "cGy"), None);
        assert_eq!(dose("50.0", "Gy"), Some(50));
    }
}
