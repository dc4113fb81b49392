//! Diagnoses, metastases and findings.

use super::super::kinds::{MALIGNANT, main_diagnosis};
use super::super::tree::Json;
use super::bundle::{
    Bundle, CONDITION, OBSERVATION, extension, local, reference, status_extension, time_extension,
};
use crate::model::case::{Diagnosis, Role, Stage};
use crate::model::{EntityType, Status, Time};

const VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
const CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";
const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/condition-category";
/// How mCODE ties a metastasis to its primary.
const RELATED: &str = "http://hl7.org/fhir/StructureDefinition/condition-related";

impl<'d> Bundle<'_, 'd> {
    pub(super) fn conditions(&mut self) {
        let case = self.case;
        let main = main_diagnosis(case);
        let mut staged = None;
        for diagnosis in &case.diagnoses {
            let of_case = main.is_some_and(|main| std::ptr::eq(main, diagnosis));
            let reference = self.diagnosis(diagnosis, of_case);
            if of_case {
                self.primary = MALIGNANT.contains(diagnosis.name.as_str()).then(|| reference.clone());
                staged = Some(reference);
            }
        }
        self.stages(staged.as_deref());
        for metastasis in &case.metastases {
            let mut extensions = Vec::new();
            if let Some(primary) = &self.primary {
                extensions.push(extension(RELATED).with("valueReference", reference(primary.clone())));
            }
            extensions.extend(unverified(metastasis.status, None));
            let profile = (metastasis.status == Status::Present).then_some("secondary-cancer-condition");
            let ids = &metastasis.entities;
            let site = self.site(Some(&metastasis.site), metastasis.laterality.as_deref(), ids);
            let mut resource = self.resource(CONDITION, profile, ids, extensions);
            verified(&mut resource, verification(metastasis.status, None), Time::Current, None);
            resource.set("code", local("disease", &format!("metastasis: {}", metastasis.site)));
            resource.set("bodySite", site.map(|site| vec![site]));
            resource.set("subject", self.subject());
            self.push(resource);
        }
        for finding in &case.findings {
            self.losses.add("durations of findings", usize::from(finding.duration.is_some()));
            let ids = &finding.entities;
            let site = self.site(finding.site.as_deref(), finding.laterality.as_deref(), ids);
            let code = self.concept("finding", &finding.name, ids, EntityType::Finding);
            let mut extensions = time_extension(finding.time);
            extensions.extend(unverified(finding.status, None));
            let mut resource = self
                .resource(OBSERVATION, None, ids, extensions)
                .with("status", "final")
                .with("code", code)
                .with("subject", self.subject());
            self.dated(&mut resource, ("effectiveDateTime", "_effectiveDateTime"), ids);
            let value = code_only(VERIFICATION, verification(finding.status, None));
            self.push(resource.with("valueCodeableConcept", value).with("bodySite", site));
        }
    }

    /// A diagnosis; the one of the case has the stages.
    fn diagnosis(&mut self, diagnosis: &'d Diagnosis, of_case: bool) -> String {
        self.losses.add("durations of diseases", usize::from(diagnosis.duration.is_some()));
        let ids = &diagnosis.entities;
        let status = verification(diagnosis.status, Some(diagnosis.role));
        let malignant = MALIGNANT.contains(diagnosis.name.as_str()) && status != "refuted";
        let profile = malignant.then_some("primary-cancer-condition");
        let role = match diagnosis.role {
            Role::Final => None,
            Role::Provisional => Some("provisional"),
            Role::Suspected => Some("suspected"),
            Role::Excluded => Some("excluded"),
            Role::Comorbidity => Some("comorbidity"),
            Role::Complication => Some("complication"),
            Role::History => Some("history"),
        };
        let past = diagnosis.time == Time::History || diagnosis.role == Role::History;
        let time = if past { Time::History } else { Time::Current };
        let mut extensions = time_extension(diagnosis.time);
        extensions.extend(unverified(diagnosis.status, Some(diagnosis.role)));
        let mut resource = self.resource(CONDITION, profile, ids, extensions);
        verified(&mut resource, status, time, role);
        resource.set("code", self.concept("disease", &diagnosis.name, ids, EntityType::Disease));
        let site = self.site(diagnosis.site.as_deref(), diagnosis.laterality.as_deref(), ids);
        resource.set("bodySite", site.map(|site| vec![site]));
        resource.set("subject", self.subject());
        let case = self.case;
        let stages = case.pathology.stages.iter().filter(|_| of_case);
        let summaries: Vec<_> =
            stages.map(|stage| Json::object().with("summary", local("stage", &shown(stage)))).collect();
        resource.set("stage", summaries);
        self.push(resource)
    }

    /// Observations of stages and grades, about the condition that has them.
    fn stages(&mut self, condition: Option<&str>) {
        let case = self.case;
        for stage in &case.pathology.stages {
            let system = stage.system.as_deref().unwrap_or("stage");
            let mut resource = self
                .resource(OBSERVATION, None, &stage.entities, Vec::new())
                .with("status", "final")
                .with("code", local("stage-system", system))
                .with("subject", self.subject())
                .with("focus", condition.map(|condition| vec![reference(condition.to_owned())]));
            self.dated(&mut resource, ("effectiveDateTime", "_effectiveDateTime"), &stage.entities);
            self.push(resource.with("valueCodeableConcept", local("stage", &shown(stage))));
        }
    }
}

/// A stage with the system it is of.
fn shown(stage: &Stage) -> String {
    match &stage.system {
        Some(system) => format!("{system} {}", stage.code),
        None => stage.code.clone(),
    }
}

/// How sure it is that somebody has something.
fn verification(status: Status, role: Option<Role>) -> &'static str {
    match (status, role) {
        (Status::Absent, _) | (_, Some(Role::Excluded)) => "refuted",
        (_, Some(Role::Provisional)) => "provisional",
        (Status::Present, Some(Role::Suspected)) => "unconfirmed",
        (Status::Present, _) => "confirmed",
        (Status::Possible | Status::Conditional | Status::Hypothetical, _) => "unconfirmed",
    }
}

/// The status, where the code for how sure it is stands for another one, too.
fn unverified<'d>(status: Status, role: Option<Role>) -> Option<Json<'d>> {
    let usual = match verification(status, role) {
        "refuted" => Status::Absent,
        "unconfirmed" => Status::Possible,
        _ => Status::Present,
    };
    (status != usual).then(|| status_extension(status))
}

/// Sets how sure a condition is, whether it is still there, and what it is in the case. Only what the patient has is
/// on the list of problems, where the clinical status must stand.
fn verified(resource: &mut Json<'_>, status: &'static str, time: Time, role: Option<&'static str>) {
    let has = status == "confirmed";
    if has {
        let clinical = if time == Time::History { "inactive" } else { "active" };
        resource.set("clinicalStatus", code_only(CLINICAL, clinical));
    }
    resource.set("verificationStatus", code_only(VERIFICATION, status));
    let category = if has { "problem-list-item" } else { "encounter-diagnosis" };
    let mut categories = vec![code_only(CATEGORY, category)];
    categories.extend(role.map(|role| local("role", role)));
    resource.set("category", categories);
}

/// A code without a text of its own.
pub(super) fn code_only<'d>(system: &'static str, code: &'static str) -> Json<'d> {
    let coding = Json::object().with("system", system).with("code", code);
    Json::object().with("coding", vec![coding])
}
