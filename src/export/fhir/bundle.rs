//! A Bundle: the patient, what all resources have, and where it comes from.

use super::super::kinds::MALIGNANT;
use super::super::sources::{Named, sources};
use super::super::terms::{self, Amount, Codes, amount};
use super::super::tree::Json;
use super::super::{Document, Losses};
use super::origin::{days, plain, read_from, told};
use crate::model::case::{Case, Event, Role};
use crate::model::{EntityId, EntityType, Status, Time};
use rustc_hash::{FxHashMap, FxHashSet};
use sha2::{Digest, Sha256};

pub(super) const LOINC: &str = "http://loinc.org";
pub(super) const SNOMED: &str = "http://snomed.info/sct";
const UCUM: &str = "http://unitsofmeasure.org";
const MCODE: &str = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-";
const ABSENT: &str = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

/// Types of resources, with what their ids have in them.
#[derive(Clone, Copy)]
pub(super) struct Kind(pub(super) &'static str, &'static str);

pub(super) const PATIENT: Kind = Kind("Patient", "patient");
pub(super) const CONDITION: Kind = Kind("Condition", "condition");
pub(super) const OBSERVATION: Kind = Kind("Observation", "observation");
pub(super) const PROCEDURE: Kind = Kind("Procedure", "procedure");
pub(super) const ADMINISTRATION: Kind = Kind("MedicationAdministration", "medication");
pub(super) const MEDICATION_REQUEST: Kind = Kind("MedicationRequest", "prescription");
pub(super) const SERVICE_REQUEST: Kind = Kind("ServiceRequest", "request");
pub(super) const BODY_STRUCTURE: Kind = Kind("BodyStructure", "volume");
const PROVENANCE: Kind = Kind("Provenance", "provenance");

/// Makes the Bundle of one case.
pub(super) struct Bundle<'b, 'd> {
    pub(super) document: &'b Document<'d>,
    pub(super) case: &'d Case,
    pub(super) losses: &'b mut Losses,
    named: &'b mut Named<'d>,
    codes: &'b mut Codes<'d>,
    /// What ids begin with.
    base: String,
    entries: Vec<Json<'d>>,
    /// `Type/id` of all resources.
    references: Vec<String>,
    numbers: FxHashMap<&'static str, usize>,
    /// The event that an entity is of.
    events: FxHashMap<EntityId, usize>,
    told: FxHashSet<usize>,
    /// The diagnosis of the case, if it is one cancer.
    pub(super) primary: Option<String>,
    /// Whether the patient has or had a cancer.
    pub(super) cancer: bool,
}

impl<'b, 'd> Bundle<'b, 'd> {
    pub(super) fn new(
        document: &'b Document<'d>,
        case: &'d Case,
        losses: &'b mut Losses,
        named: &'b mut Named<'d>,
        codes: &'b mut Codes<'d>,
    ) -> Self {
        let mut events = FxHashMap::default();
        for (at, event) in case.timeline.iter().enumerate() {
            if let Some(first) = event.entities.first() {
                events.entry(*first).or_insert(at);
            }
        }
        let cancer = case.diagnoses.iter().any(|diagnosis| {
            let has = diagnosis.status == Status::Present
                && !matches!(diagnosis.role, Role::Suspected | Role::Excluded | Role::Provisional);
            has && MALIGNANT.contains(diagnosis.name.as_str())
        });
        Bundle {
            document,
            case,
            losses,
            named,
            codes,
            base: format!("{}-{}", base(&document.record.id), case.id),
            entries: Vec::new(),
            references: Vec::new(),
            numbers: FxHashMap::default(),
            events,
            told: FxHashSet::default(),
            primary: None,
            cancer,
        }
    }

    pub(super) fn whole(mut self) -> Json<'d> {
        self.patient();
        self.conditions();
        self.observations();
        self.genes();
        self.treatments();
        self.losses.add("events of the timeline", self.case.timeline.len() - self.told.len());
        self.provenance();
        Json::object()
            .with("resourceType", "Bundle")
            .with("id", self.base.clone())
            .with("identifier", self.identifier())
            .with("type", "collection")
            .with("entry", self.entries)
    }

    fn identifier(&self) -> Json<'d> {
        let value = format!("{}/{}", plain(&self.document.record.id), self.case.id);
        Json::object().with("system", "urn:casegrain:case").with("value", value)
    }

    /// The reference to the patient.
    pub(super) fn subject(&self) -> Json<'d> {
        reference(format!("Patient/{}-patient-1", self.base))
    }

    fn patient(&mut self) {
        let patient = &self.case.patient;
        let outcome = self.case.outcome.as_ref();
        let dead = outcome.is_some_and(|outcome| outcome.status == "dead");
        let alive = outcome.is_some_and(|outcome| outcome.status == "alive");
        let mut ids: Vec<EntityId> = patient.sex.as_ref().map(|sex| sex.entities.clone()).unwrap_or_default();
        if dead || alive {
            ids.extend(outcome.iter().flat_map(|outcome| &outcome.entities));
        }
        let gender = patient.sex.as_ref().map_or("unknown", |sex| match sex.code.as_str() {
            "male" => "male",
            "female" => "female",
            "other" => "other",
            _ => "unknown",
        });
        let profile = self.cancer.then_some("cancer-patient");
        let resource = self
            .resource(PATIENT, profile, &ids, Vec::new())
            .with("identifier", vec![self.identifier()])
            .with("name", vec![absent()])
            .with("gender", gender)
            .with("_birthDate", absent())
            .with("deceasedBoolean", (dead || alive).then_some(dead));
        self.push(resource);
        let Some(age) = &patient.age else { return };
        let mut resource = self
            .resource(OBSERVATION, None, &age.entities, Vec::new())
            .with("status", "final")
            .with("code", coded(LOINC, "30525-0", "Age"))
            .with("subject", self.subject())
            .with("_effectiveDateTime", absent());
        self.amount(&mut resource, amount!(age));
        self.push(resource);
    }

    /// A resource with its id, its profile, and the words that it was read from.
    pub(super) fn resource(
        &mut self,
        kind: Kind,
        profile: Option<&str>,
        ids: &[EntityId],
        mut extensions: Vec<Json<'d>>,
    ) -> Json<'d> {
        let number = self.numbers.entry(kind.1).or_default();
        *number += 1;
        let id = format!("{}-{}-{number}", self.base, kind.1);
        self.references.push(format!("{}/{id}", kind.0));
        if let Some(event) = self.event(ids) {
            extensions.extend(days(event));
            extensions.push(told(event));
        }
        let document = &self.document.record.id;
        extensions.extend(sources(self.document, ids, self.named).map(|entity| read_from(document, entity)));
        let meta =
            profile.map(|name| Json::object().with("profile", vec![Json::from(format!("{MCODE}{name}"))]));
        Json::object()
            .with("resourceType", kind.0)
            .with("id", id)
            .with("meta", meta)
            .with("extension", extensions)
    }

    /// Adds the resource that was made last; gives its `Type/id`.
    pub(super) fn push(&mut self, resource: Json<'d>) -> String {
        let reference = self.references.last().cloned().unwrap_or_default();
        let url = format!("https://casegrain.invalid/fhir/{reference}");
        self.entries.push(Json::object().with("fullUrl", url).with("resource", resource));
        reference
    }

    /// The event that a fact is of.
    fn event(&mut self, ids: &[EntityId]) -> Option<&'d Event> {
        let at = ids.iter().find_map(|id| self.events.get(id).copied())?;
        self.told.insert(at);
        self.case.timeline.get(at)
    }

    /// The date of a fact, if it is known.
    pub(super) fn date(&mut self, ids: &[EntityId]) -> Option<&'d str> {
        self.event(ids).and_then(|event| event.iso8601.as_deref()).filter(|date| is_date(date))
    }

    /// Sets the date of a fact, or that it is not known.
    pub(super) fn dated(
        &mut self,
        resource: &mut Json<'d>,
        (name, without): (&'static str, &'static str),
        ids: &[EntityId],
    ) {
        match self.date(ids) {
            Some(date) => resource.set(name, date),
            None => resource.set(without, absent()),
        }
    }

    /// A concept, with its codes or one made of its name.
    pub(super) fn concept(
        &mut self,
        kind: &str,
        name: &'d str,
        ids: &[EntityId],
        of: EntityType,
    ) -> Json<'d> {
        let codings: Vec<_> = terms::codings(self.document, ids, of)
            .into_iter()
            .map(|(system, coding)| {
                self.codes.write(coding);
                Json::object().with("system", system.fhir).with("code", system.fhir_code(&coding.code))
            })
            .collect();
        if codings.is_empty() {
            return local(kind, name);
        }
        Json::object().with("coding", codings).with("text", name)
    }

    /// A site with its side, or the side alone.
    pub(super) fn site(
        &mut self,
        site: Option<&'d str>,
        laterality: Option<&str>,
        ids: &[EntityId],
    ) -> Option<Json<'d>> {
        match (site, laterality) {
            (Some(site), None) => Some(self.concept("site", site, ids, EntityType::Anatomy)),
            (Some(site), side) => Some(local("site", &terms::sided(site, side))),
            (None, Some(side)) => Some(local("laterality", side)),
            (None, None) => None,
        }
    }

    /// Sets a quantity or a range as the value; whether there was one.
    pub(super) fn amount(&mut self, resource: &mut Json<'d>, amount: Amount<'d>) -> bool {
        if amount.is_empty() {
            return false;
        }
        let compared = matches!(amount.comparator, Some("<" | "<=" | ">" | ">="));
        match amount.value {
            Some(value) => {
                let known = amount.comparator.filter(|_| compared);
                self.losses
                    .add("signs of approximation", usize::from(amount.comparator.is_some() && !compared));
                resource.set("valueQuantity", quantity(value, known, amount.unit));
            }
            None => {
                self.losses.add("comparators of ranges", usize::from(amount.comparator.is_some()));
                let end = |value| quantity(value, None, amount.unit);
                let range =
                    Json::object().with("low", amount.low.map(end)).with("high", amount.high.map(end));
                resource.set("valueRange", range);
            }
        }
        true
    }

    fn provenance(&mut self) {
        let targets: Vec<_> = self.references.iter().cloned().map(reference).collect();
        let record = self.document.record;
        let program = format!("{} {}", record.program.name, record.program.version);
        let mut extensions = Vec::new();
        for (url, text) in [
            ("urn:casegrain:grammar", &record.program.grammar),
            ("urn:casegrain:schema", &record.schema),
            ("urn:casegrain:sha256", &record.source.sha256),
            ("urn:casegrain:format", &record.source.format),
            ("urn:casegrain:encoding", &record.source.encoding),
        ] {
            if !text.is_empty() {
                extensions.push(extension(url).with("valueString", text));
            }
        }
        if let Ok(characters @ 1..) = i64::try_from(record.source.characters) {
            extensions.push(extension("urn:casegrain:characters").with("valueUnsignedInt", characters));
        }
        let source = Json::object()
            .with(
                "identifier",
                Json::object().with("system", "urn:casegrain:report").with("value", plain(&record.id)),
            )
            .with("display", plain(&record.source.name));
        let agent = Json::object()
            .with(
                "type",
                coded(
                    "http://terminology.hl7.org/CodeSystem/provenance-participant-type",
                    "assembler",
                    "Assembler",
                ),
            )
            .with("who", Json::object().with("display", program));
        let mut resource = self.resource(PROVENANCE, None, &[], extensions).with("target", targets);
        match &self.document.settings.date {
            Some(day) => resource.set("recorded", format!("{day}T00:00:00Z")),
            None => resource.set("_recorded", absent()),
        }
        let resource = resource
            .with("agent", vec![agent])
            .with("entity", vec![Json::object().with("role", "source").with("what", source)]);
        self.push(resource);
    }
}

/// That something is not known.
pub(super) fn absent<'d>() -> Json<'d> {
    Json::object().with("extension", vec![extension(ABSENT).with("valueCode", "unknown")])
}

pub(super) fn extension<'d>(url: &'static str) -> Json<'d> {
    Json::object().with("url", url)
}

pub(super) fn reference<'d>(to: String) -> Json<'d> {
    Json::object().with("reference", to)
}

/// A code of a public system.
pub(super) fn coded<'d>(system: &'static str, code: &'static str, text: &'static str) -> Json<'d> {
    let coding = Json::object().with("system", system).with("code", code);
    Json::object().with("coding", vec![coding]).with("text", text)
}

/// A code of this program's own.
pub(super) fn local<'d>(kind: &str, name: &str) -> Json<'d> {
    let mut code = String::new();
    terms::escape(&mut code, name);
    let coding = Json::object().with("system", format!("urn:casegrain:{kind}")).with("code", code);
    Json::object().with("coding", vec![coding]).with("text", name.to_owned())
}

/// What is so in the past or planned only.
pub(super) fn time_extension<'d>(time: Time) -> Vec<Json<'d>> {
    match time {
        Time::Current => Vec::new(),
        other => vec![extension("urn:casegrain:time").with("valueCode", other.name())],
    }
}

/// A status that a code of the resource cannot tell from another.
pub(super) fn status_extension<'d>(status: Status) -> Json<'d> {
    extension("urn:casegrain:status").with("valueCode", status.name())
}

pub(super) fn quantity<'d>(
    value: crate::model::Decimal,
    comparator: Option<&'d str>,
    unit: Option<&'d str>,
) -> Json<'d> {
    Json::object()
        .with("value", value)
        .with("comparator", comparator)
        .with("unit", unit)
        .with("system", unit.map(|_| UCUM))
        .with("code", unit)
}

/// A part of an id from the id of a report: as it is where FHIR allows it, otherwise shortened and with a hash.
fn base(id: &str) -> String {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    if id.len() <= 36 && !id.is_empty() && id.bytes().all(fits) {
        return id.to_owned();
    }
    let start =
        id.bytes().take(24).map(|byte| if fits(byte) { byte as char } else { '-' }).collect::<String>();
    let hash = Sha256::digest(id.as_bytes());
    hash.iter().take(4).fold(format!("{start}-"), |id, byte| format!("{id}{byte:02x}"))
}

/// A year, a month or a day, as FHIR has them.
fn is_date(text: &str) -> bool {
    let number = |range: std::ops::Range<usize>| {
        text.get(range)
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|d| d.parse::<u32>().ok())
    };
    let dashes = text.bytes().enumerate().all(|(at, byte)| (byte == b'-') == (at == 4 || at == 7));
    let month = || matches!(number(5..7), Some(1..=12));
    dashes
        && number(0..4).is_some_and(|year| year > 0)
        && match text.len() {
            4 => true,
            7 => month(),
            10 => month() && matches!(number(8..10), Some(1..=31)),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_of_the_letters_and_the_length_that_fhir_allows() {
        assert_eq!(base("case-1"), "case-1");
        for id in ["a_b", "µ", "", &"x".repeat(90)] {
            let made = base(id);
            assert!(
                made.len() <= 36 && made.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'),
                "{made}"
            );
        }
        assert_ne!(base("a_b"), base("a b"));
    }

    #[test]
    fn only_dates_are_dates() {
        for (text, expected) in [
            ("2019", true),
            ("2019-05", true),
            ("2019-05-07", true),
            ("2019-13", false),
            ("--05-07", false),
            ("201x", false),
            ("2019-5", false),
        ] {
            assert_eq!(is_date(text), expected, "{text}");
        }
    }
}
