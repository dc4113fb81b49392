//! Findings, diagnoses and metastases.

use super::facts::{Facts, Site, add, compatible, fill, quantity};
use crate::grammar::record::Use;
use crate::model::case::{Diagnosis, Finding, Metastasis, Role};
use crate::model::{EntityId, EntityType, Field, RelationType, Status, Time};
use rustc_hash::FxHashMap;

/// The site of a spread of which the text does not say where it is.
const VAGUE: &str = "unspecified";

/// One leaf, under whichever heading it will stand.
#[derive(Debug)]
struct Leaf<'r> {
    name: &'r str,
    text: &'r str,
    site: Option<&'r str>,
    laterality: Option<&'r str>,
    status: Status,
    time: Time,
    what: Use,
    /// What words near its first mention say of its place in the course.
    role: Option<Role>,
    entities: Vec<EntityId>,
    duration: Option<u32>,
}

/// What was read as concepts, by heading.
#[derive(Debug, Default)]
pub(super) struct Concepts {
    findings: Vec<Finding>,
    diagnoses: Vec<Diagnosis>,
    metastases: Vec<Metastasis>,
    /// Findings and diseases that tell how it ended, with their code; in the order of the text.
    pub(super) ends: Vec<End>,
}

/// A concept that tells how it ended.
#[derive(Debug)]
pub(super) struct End {
    /// The code, if the table has one; otherwise a recurrence.
    pub(super) code: Option<String>,
    pub(super) entity: u32,
}

impl Concepts {
    pub(super) fn into_parts(self) -> (Vec<Finding>, Vec<Diagnosis>, Vec<Metastasis>) {
        (self.findings, self.diagnoses, self.metastases)
    }

    /// Where the disease is at last: what a report says of recurrences and metastases.
    pub(super) fn spread(&self) -> &[Metastasis] {
        &self.metastases
    }
}

/// Reads all concepts of the patient.
pub(super) fn concepts(facts: &Facts<'_, '_>) -> Concepts {
    let mut out = Concepts::default();
    let mut findings = Leaves::default();
    let mut diagnoses = Leaves::default();
    for &number in &facts.chosen {
        let entity = facts.entity(number);
        if !matches!(entity.kind, EntityType::Finding | EntityType::Disease) {
            continue;
        }
        let (what, value) = facts.use_of(entity);
        let sites = facts.sites(number);
        match what {
            Use::Drop => continue,
            // That there is no mass is worth saying, that there is one somewhere is not.
            Use::Generic if sites.is_empty() && entity.assertion.status != Status::Absent => continue,
            Use::Metastasis => {
                metastasis(&mut out.metastases, facts, number, &sites, value);
                continue;
            }
            Use::Outcome | Use::Recurrence => {
                out.ends.push(End { code: value.map(str::to_owned), entity: number });
            }
            _ => {}
        }
        let disease = match what {
            Use::Finding => false,
            Use::Organism => entity.assertion.status != Status::Present,
            Use::Diagnosis => true,
            _ => entity.kind == EntityType::Disease,
        };
        let leaves = if disease { &mut diagnoses } else { &mut findings };
        leaves.mention(facts, number, sites.first().copied(), what);
    }
    diagnoses.drop_general();
    diagnoses.keep_unreplaced();
    // A spread to nowhere in particular says nothing beside one that is told with its site.
    let vague = |m: &Metastasis| m.site == VAGUE;
    let sited: Vec<Status> = out.metastases.iter().filter(|m| !vague(m)).map(|m| m.status).collect();
    out.metastases.retain(|m| !vague(m) || !sited.contains(&m.status));
    out.findings = findings.all.into_iter().map(|leaf| leaf.finding(facts)).collect();
    out.diagnoses = diagnoses.all.into_iter().map(|leaf| leaf.diagnosis(facts)).collect();
    out
}

/// Leaves under one heading, found by their name.
#[derive(Debug, Default)]
struct Leaves<'r> {
    all: Vec<Leaf<'r>>,
    by_name: FxHashMap<&'r str, Vec<u32>>,
}

impl<'r> Leaves<'r> {
    fn mention(&mut self, facts: &Facts<'r, '_>, number: u32, site: Option<Site<'r>>, what: Use) {
        let entity = facts.entity(number);
        let name = entity.value.text(Field::Name).unwrap_or_else(|| facts.words(entity));
        let laterality =
            entity.value.text(Field::Laterality).or_else(|| site.and_then(|site| site.laterality));
        let mut leaf = Leaf {
            name,
            text: facts.words(entity),
            site: site.map(|site| site.name),
            laterality,
            status: entity.assertion.status,
            time: entity.assertion.time,
            what,
            role: entity.role,
            entities: Vec::new(),
            duration: facts.linked(number, RelationType::DurationOf).next(),
        };
        add(&mut leaf.entities, [number].into_iter().chain(site.map(|s| s.entity)).chain(leaf.duration));
        let same = self.by_name.entry(name).or_default();
        for at in same.iter() {
            if self.all[*at as usize].takes(&leaf) {
                return self.all[*at as usize].merge(leaf);
            }
        }
        same.push(self.all.len() as u32);
        self.all.push(leaf);
    }
}

impl Leaves<'_> {
    /// A diagnosis held for a time is only suspected if no other took its place after it.
    fn keep_unreplaced(&mut self) {
        let settled = |leaf: &&Leaf<'_>| leaf.what != Use::Generic && leaf.place() == Role::Final;
        let last = self.all.iter().filter(settled).filter_map(|leaf| leaf.entities.last().copied()).max();
        for leaf in &mut self.all {
            if leaf.role == Some(Role::Provisional) && leaf.entities.first().copied() >= last {
                leaf.role = None;
            }
        }
    }

    /// Leaves out what only a general word tells of a site of which an exact one is told: a tumor of the kidney beside
    /// a carcinoma there.
    fn drop_general(&mut self) {
        let present = |leaf: &Leaf<'_>| leaf.status == Status::Present && leaf.site.is_some();
        let exact: Vec<&str> = self
            .all
            .iter()
            .filter(|leaf| present(leaf) && leaf.what != Use::Generic)
            .filter_map(|leaf| leaf.site)
            .collect();
        self.all.retain(|leaf| {
            leaf.what != Use::Generic
                || !present(leaf)
                || !leaf.site.is_some_and(|site| exact.contains(&site))
        });
    }
}

impl Leaf<'_> {
    /// Whether another mention may be of the same thing.
    fn takes(&self, other: &Leaf<'_>) -> bool {
        let status = match (self.status, other.status) {
            (one, other) if one == other => true,
            (Status::Present, Status::Absent) | (Status::Absent, Status::Present) => false,
            // What was only thought of is settled by what was found, not the other way round.
            (Status::Absent, _) => false,
            _ => true,
        };
        status
            && compatible(self.site.as_ref(), other.site.as_ref())
            && compatible(self.laterality.as_ref(), other.laterality.as_ref())
    }

    fn merge(&mut self, other: Self) {
        self.status = match (self.status, other.status) {
            (Status::Present, _) | (_, Status::Present) => Status::Present,
            (Status::Absent, _) | (_, Status::Absent) => Status::Absent,
            (status, _) => status,
        };
        if self.time == Time::Planned {
            self.time = other.time;
        }
        // What is called the final diagnosis somewhere is that everywhere.
        if other.role == Some(Role::Final) {
            self.role = other.role;
        }
        fill(&mut self.site, other.site);
        fill(&mut self.laterality, other.laterality);
        fill(&mut self.duration, other.duration);
        add(&mut self.entities, other.entities.iter().map(|e| e.0));
    }

    /// The place in the course: what its words say, then what is known of the concept.
    fn place(&self) -> Role {
        // What was diagnosed long ago is no final diagnosis of this case.
        let over = self.time == Time::History;
        let cued = self.role.filter(|role| match role {
            Role::Final => !over,
            role => *role != Role::Provisional,
        });
        match (self.status, self.what, self.time) {
            (Status::Absent, ..) => Role::Excluded,
            (Status::Present, ..) if cued.is_some() => cued.unwrap_or_default(),
            (Status::Present, Use::Comorbidity, _) => Role::Comorbidity,
            (Status::Present, _, Time::History) => Role::History,
            (Status::Present, Use::Complication | Use::Recurrence, _) => Role::Complication,
            (Status::Present, ..) => Role::Final,
            _ if self.role == Some(Role::Provisional) => Role::Provisional,
            _ => Role::Suspected,
        }
    }

    fn finding(self, facts: &Facts<'_, '_>) -> Finding {
        Finding {
            name: self.name.to_owned(),
            text: Some(self.text.to_owned()),
            status: self.status,
            time: self.time,
            site: self.site.map(str::to_owned),
            laterality: self.laterality.map(str::to_owned),
            duration: self.duration.map(|n| quantity(&facts.entity(n).value)),
            entities: self.entities,
        }
    }

    fn diagnosis(self, facts: &Facts<'_, '_>) -> Diagnosis {
        let role = self.place();
        Diagnosis {
            name: self.name.to_owned(),
            text: Some(self.text.to_owned()),
            site: self.site.map(str::to_owned),
            laterality: self.laterality.map(str::to_owned),
            status: self.status,
            role,
            time: self.time,
            duration: self.duration.map(|n| quantity(&facts.entity(n).value)),
            entities: self.entities,
        }
    }
}

/// Adds a spread of the disease, once for each of its sites.
fn metastasis(
    all: &mut Vec<Metastasis>,
    facts: &Facts<'_, '_>,
    number: u32,
    sites: &[Site<'_>],
    value: Option<&str>,
) {
    let entity = facts.entity(number);
    let status = entity.assertion.status;
    let mut told = |site: &str, laterality: Option<&str>, place: Option<u32>| {
        let laterality = laterality.map(str::to_owned);
        let same = all.iter_mut().find(|m| {
            m.site == site
                && compatible(m.laterality.as_ref(), laterality.as_ref())
                && (m.status == status
                    || m.status == Status::Possible
                    || (m.status == Status::Present && status == Status::Possible))
        });
        let leaf = match same {
            Some(same) => {
                if same.status == Status::Possible {
                    same.status = status;
                }
                fill(&mut same.laterality, laterality);
                same
            }
            None => {
                all.push(Metastasis {
                    site: site.to_owned(),
                    text: Some(facts.words(entity).to_owned()),
                    laterality,
                    status,
                    entities: Vec::new(),
                });
                all.last_mut().expect("just pushed")
            }
        };
        add(&mut leaf.entities, [number].into_iter().chain(place));
    };
    for site in sites {
        told(site.name, site.laterality, Some(site.entity).filter(|e| *e != number));
    }
    if sites.is_empty() {
        told(value.unwrap_or(VAGUE), None, None);
    }
}
