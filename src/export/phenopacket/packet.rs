//! A packet: the patient, findings, diseases, and what says where it all comes from.

use super::super::kinds::main_diagnosis;
use super::super::sources::{Named, sources};
use super::super::terms::{self, Codes, LOCAL, System, sided};
use super::super::tree::Json;
use super::super::{Document, Losses};
use crate::model::case::{Age, Case, Role};
use crate::model::{Decimal, EntityId, EntityType, Status, Time};

/// Makes the packet of one case.
pub(super) struct Packet<'p, 'd> {
    pub(super) document: &'p Document<'d>,
    pub(super) case: &'d Case,
    /// What the packet and its patient are called.
    pub(super) id: String,
    pub(super) losses: &'p mut Losses,
    named: &'p mut Named<'d>,
    pub(super) codes: &'p mut Codes<'d>,
    /// The systems of which codes are used.
    systems: Vec<System>,
    references: Vec<Json<'d>>,
}

impl<'p, 'd> Packet<'p, 'd> {
    pub(super) fn new(
        document: &'p Document<'d>,
        case: &'d Case,
        losses: &'p mut Losses,
        named: &'p mut Named<'d>,
        codes: &'p mut Codes<'d>,
    ) -> Self {
        let id = format!("{}-{}", document.record.id, case.id);
        Packet { document, case, id, losses, named, codes, systems: vec![LOCAL], references: Vec::new() }
    }

    /// The whole packet.
    pub(super) fn whole(&mut self) -> Json<'d> {
        self.lose_timeline();
        let subject = self.subject();
        let features = self.features();
        let measurements = self.measurements();
        let biosamples = self.biosamples();
        let diseases = self.diseases();
        let interpretations = self.interpretations();
        let actions = self.actions();
        Json::object()
            .with("id", self.id.clone())
            .with("subject", subject)
            .with("phenotypicFeatures", features)
            .with("measurements", measurements)
            .with("biosamples", biosamples)
            .with("interpretations", interpretations)
            .with("diseases", diseases)
            .with("medicalActions", actions)
            .with("files", self.files())
            .with("metaData", self.meta_data())
    }

    fn lose_timeline(&mut self) {
        self.losses.add("events of the timeline", self.case.timeline.len());
        if let Some(outcome) = &self.case.outcome {
            let vital = matches!(outcome.status.as_str(), "alive" | "dead");
            self.losses.add("outcomes other than alive or dead", usize::from(!vital));
            self.losses.add("times of outcomes", usize::from(outcome.time.is_some()));
            self.losses.add("diseases at the outcome", outcome.disease.len());
        }
    }

    fn subject(&mut self) -> Json<'d> {
        let patient = &self.case.patient;
        let mut subject = Json::object().with("id", self.id.clone());
        if let Some(age) = &patient.age {
            let told = self.age(age);
            if told.is_some() {
                self.point("/subject/timeAtLastEncounter".into(), &age.entities);
            }
            subject.set("timeAtLastEncounter", told);
        }
        if let Some(outcome) = &self.case.outcome {
            let status = match outcome.status.as_str() {
                "alive" => Some("ALIVE"),
                "dead" => Some("DECEASED"),
                _ => None,
            };
            if let Some(status) = status {
                self.point("/subject/vitalStatus".into(), &outcome.entities);
                subject.set("vitalStatus", Json::object().with("status", status));
            }
        }
        if let Some(sex) = &patient.sex {
            self.point("/subject/sex".into(), &sex.entities);
            let code = match sex.code.as_str() {
                "male" => "MALE",
                "female" => "FEMALE",
                "other" => "OTHER_SEX",
                _ => "UNKNOWN_SEX",
            };
            subject.set("sex", code);
        }
        subject
    }

    fn age(&mut self, age: &Age) -> Option<Json<'d>> {
        let unit = age.unit.as_deref().unwrap_or("a");
        let one = |number: Option<Decimal>| {
            number
                .and_then(|number| duration(number, unit))
                .map(|text| Json::object().with("iso8601duration", text))
        };
        let told = match (one(age.value), one(age.low), one(age.high), age.comparator.as_deref()) {
            (Some(value), _, _, None) => Some(Json::object().with("age", value)),
            (Some(value), _, _, Some("~")) => {
                self.losses.add("signs of approximation", 1);
                Some(Json::object().with("age", value))
            }
            (None, Some(low), Some(high), comparator) => {
                self.losses.add("comparators of ranges", usize::from(comparator.is_some()));
                Some(Json::object().with("ageRange", Json::object().with("start", low).with("end", high)))
            }
            _ => None,
        };
        self.losses.add("ages that are no duration or closed range", usize::from(told.is_none()));
        told
    }

    fn features(&mut self) -> Vec<Json<'d>> {
        let mut all = Vec::new();
        let case = self.case;
        for finding in &case.findings {
            let Some(excluded) = self.excluded(finding.status, "findings that are only possible") else {
                continue;
            };
            let mut modifiers = Vec::new();
            let (site, side) = (finding.site.as_deref(), finding.laterality.as_deref());
            modifiers.extend(self.site(site, side, &finding.entities));
            if finding.time != Time::Current {
                let name = finding.time.name();
                modifiers.push(self.local("time", name, name.to_owned()));
            }
            self.losses.add("durations of findings", usize::from(finding.duration.is_some()));
            let term = self.term("finding", &finding.name, &finding.entities, EntityType::Finding);
            let evidence = self.evidence(&format!("/phenotypicFeatures/{}", all.len()), &finding.entities);
            let feature = Json::object()
                .with("type", term)
                .with("excluded", Some(true).filter(|_| excluded))
                .with("modifiers", modifiers)
                .with("evidence", evidence);
            all.push(feature);
        }
        for metastasis in &case.metastases {
            let Some(excluded) = self.excluded(metastasis.status, "metastases that are only possible") else {
                continue;
            };
            let site = sided(&metastasis.site, metastasis.laterality.as_deref());
            let term = self.local("metastasis", &site, format!("metastasis: {site}"));
            let evidence = self.evidence(&format!("/phenotypicFeatures/{}", all.len()), &metastasis.entities);
            let feature = Json::object()
                .with("type", term)
                .with("excluded", Some(true).filter(|_| excluded))
                .with("evidence", evidence);
            all.push(feature);
        }
        all
    }

    /// Whether it is so or not; what is neither the schema cannot say.
    fn excluded(&mut self, status: Status, lost: &'static str) -> Option<bool> {
        match status {
            Status::Present => Some(false),
            Status::Absent => Some(true),
            _ => {
                self.losses.add(lost, 1);
                None
            }
        }
    }

    fn diseases(&mut self) -> Vec<Json<'d>> {
        let case = self.case;
        let main = main_diagnosis(case);
        let mut all = Vec::new();
        for diagnosis in &case.diagnoses {
            let excluded = match (diagnosis.role, diagnosis.status) {
                (Role::Excluded, _) | (_, Status::Absent) => true,
                (Role::Suspected, _) => {
                    self.losses.add("diagnoses that are only suspected", 1);
                    continue;
                }
                (Role::Provisional, _) => {
                    self.losses.add("diagnoses that were replaced", 1);
                    continue;
                }
                (_, Status::Present) => false,
                _ => {
                    self.losses.add("diagnoses that are only suspected", 1);
                    continue;
                }
            };
            self.losses.add("durations of diseases", usize::from(diagnosis.duration.is_some()));
            let (role, status) = if excluded {
                (diagnosis.role != Role::Excluded, diagnosis.status != Status::Absent)
            } else {
                (diagnosis.role != Role::Final, false)
            };
            self.losses.add("roles of diseases", usize::from(role));
            self.losses.add("statuses of excluded diseases", usize::from(status));
            self.losses.add("times of diseases", usize::from(diagnosis.time != Time::Current));
            let path = format!("/diseases/{}", all.len());
            self.point(path.clone(), &diagnosis.entities);
            let site = self.site(diagnosis.site.as_deref(), None, &diagnosis.entities);
            let side = diagnosis.laterality.as_ref();
            let laterality = side.map(|side| self.local("laterality", side, side.clone()));
            let mut disease = Json::object()
                .with("term", self.term("disease", &diagnosis.name, &diagnosis.entities, EntityType::Disease))
                .with("excluded", Some(true).filter(|_| excluded));
            if main.is_some_and(|main| std::ptr::eq(main, diagnosis)) {
                let (stages, clinical) = self.stages(&path);
                disease.set("diseaseStage", stages);
                disease.set("clinicalTnmFinding", clinical);
            }
            all.push(disease.with("primarySite", site).with("laterality", laterality));
        }
        if main.is_none() {
            self.losses.add("stages of no single disease", case.pathology.stages.len());
        }
        all
    }

    /// Stages, and those of TNM that are marked as clinical.
    fn stages(&mut self, path: &str) -> (Vec<Json<'d>>, Vec<Json<'d>>) {
        let (mut stages, mut clinical) = (Vec::new(), Vec::new());
        let case = self.case;
        for stage in &case.pathology.stages {
            let tnm = stage.system.as_deref() == Some("TNM");
            let label = match &stage.system {
                Some(system) => format!("{system} {}", stage.code),
                None => stage.code.clone(),
            };
            let term = self.local("stage", &label, label.clone());
            let (member, list) = if tnm && stage.code.starts_with('c') {
                ("clinicalTnmFinding", &mut clinical)
            } else {
                ("diseaseStage", &mut stages)
            };
            let at = list.len();
            list.push(term);
            self.point(format!("{path}/{member}/{at}"), &stage.entities);
        }
        (stages, clinical)
    }

    /// A concept, with the first of its codes or one made of its name.
    pub(super) fn term(&mut self, kind: &str, name: &'d str, ids: &[EntityId], of: EntityType) -> Json<'d> {
        let codings = terms::codings(self.document, ids, of);
        match codings.first() {
            Some((system, coding)) => {
                self.uses(*system);
                self.codes.write(coding);
                Json::object().with("id", system.curie(&coding.code)).with("label", name)
            }
            None => self.local(kind, name, name.to_owned()),
        }
    }

    /// A concept that has no code of a public system.
    pub(super) fn local(&mut self, kind: &str, name: &str, label: String) -> Json<'d> {
        Json::object()
            .with("id", format!("{}:{}", LOCAL.prefix, terms::local(kind, name)))
            .with("label", label)
    }

    /// A site with its side, or the side alone.
    pub(super) fn site(
        &mut self,
        site: Option<&'d str>,
        laterality: Option<&str>,
        ids: &[EntityId],
    ) -> Option<Json<'d>> {
        match (site, laterality) {
            (Some(site), None) => Some(self.term("site", site, ids, EntityType::Anatomy)),
            (Some(site), Some(_)) => {
                let site = sided(site, laterality);
                Some(self.local("site", &site, site.to_string()))
            }
            (None, Some(side)) => Some(self.local("laterality", side, side.to_owned())),
            (None, None) => None,
        }
    }

    /// When it was so, if not in the episode that is told; the schema wants an age, a date or a term.
    pub(super) fn time(&mut self, time: Time) -> Option<Json<'d>> {
        (time != Time::Current).then(|| {
            let term = self.local("time", time.name(), time.name().into());
            Json::object().with("ontologyClass", term)
        })
    }

    pub(super) fn uses(&mut self, system: System) {
        if !self.systems.contains(&system) {
            self.systems.push(system);
        }
    }

    /// Notes from which words the part at a JSON pointer was read.
    pub(super) fn point(&mut self, pointer: String, ids: &[EntityId]) {
        let mut references = self.read_from(&pointer, ids);
        self.references.append(&mut references);
    }

    /// The words, as evidence of a phenotypic feature.
    fn evidence(&mut self, pointer: &str, ids: &[EntityId]) -> Vec<Json<'d>> {
        let references = self.read_from(pointer, ids);
        let automatic = || {
            let id = format!("{}:evidence.rule", LOCAL.prefix);
            Json::object().with("id", id).with("label", "read from a report by a rule")
        };
        let evidence =
            |reference| Json::object().with("evidenceCode", automatic()).with("reference", reference);
        references.into_iter().map(evidence).collect()
    }

    fn read_from(&mut self, pointer: &str, ids: &[EntityId]) -> Vec<Json<'d>> {
        let document = self.report();
        sources(self.document, ids, self.named)
            .map(|entity| {
                Json::object()
                    .with("id", format!("{}:{}", LOCAL.prefix, entity.id))
                    .with("reference", format!("{document}#char={},{}", entity.start, entity.end))
                    .with("description", format!("{pointer} {}: {}", entity.rule, entity.text))
            })
            .collect()
    }

    /// The report, with what is known of its file.
    fn files(&self) -> Vec<Json<'d>> {
        let record = self.document.record;
        let source = &record.source;
        let characters = (source.characters > 0).then(|| source.characters.to_string());
        let attributes = Json::object()
            .with("description", "the report")
            .with("name", &source.name)
            .with("fileFormat", &source.format)
            .with("encoding", &source.encoding)
            .with("sha256", &source.sha256)
            .with("characters", characters)
            .with("schema", &record.schema);
        vec![Json::object().with("uri", self.report()).with("fileAttributes", attributes)]
    }

    /// What the report is called.
    fn report(&self) -> String {
        let mut report = String::from(LOCAL.iri_prefix);
        terms::escape(&mut report, &self.document.record.id);
        report
    }

    fn meta_data(&mut self) -> Json<'d> {
        let record = self.document.record;
        let program = &record.program;
        let day = self.document.settings.date.as_deref().unwrap_or("1970-01-01");
        let resource = |system: &System| {
            let own = *system == LOCAL;
            Json::object()
                .with("id", system.prefix.to_lowercase())
                .with("name", system.name)
                .with("url", system.url)
                // Vocabularies do not say which release their codes are of.
                .with("version", if own { program.grammar.as_str() } else { "not stated" })
                .with("namespacePrefix", system.prefix)
                .with("iriPrefix", system.iri_prefix)
        };
        let resources: Vec<_> = self.systems.iter().map(resource).collect();
        Json::object()
            .with("created", format!("{day}T00:00:00Z"))
            .with("createdBy", format!("{} {}", program.name, program.version))
            .with("resources", resources)
            .with("phenopacketSchemaVersion", "2.0")
            .with("externalReferences", std::mem::take(&mut self.references))
    }
}

/// A duration in ISO 8601, in whole numbers: a year and a half is 18 months.
fn duration(number: Decimal, unit: &str) -> Option<String> {
    let whole = |number: Decimal, factor: f64| {
        let times = number.to_f64() * factor;
        ((times - times.round()).abs() < 1e-9 && times >= 0.0).then(|| times.round() as i64)
    };
    match unit {
        "a" => match number.to_i64() {
            Some(years) => Some(format!("P{years}Y")),
            None => whole(number, 12.0).map(|months| format!("P{}Y{}M", months / 12, months % 12)),
        },
        "mo" => number.to_i64().map(|months| format!("P{months}M")),
        "wk" => number.to_i64().map(|weeks| format!("P{weeks}W")),
        "d" => number.to_i64().map(|days| format!("P{days}D")),
        "h" => number.to_i64().map(|hours| format!("PT{hours}H")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_whole() {
        let of = |number, unit| duration(Decimal::parse(number).unwrap(), unit);
        assert_eq!(of("76", "a").as_deref(), Some("P76Y"));
        assert_eq!(of("1.5", "a").as_deref(), Some("P1Y6M"));
        assert_eq!(of("36", "h").as_deref(), Some("PT36H"));
        assert_eq!(of("1.3", "a"), None);
    }
}
