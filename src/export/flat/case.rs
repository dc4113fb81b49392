//! The tables of a case: who the patient is, what was found, and how it went on.

use super::super::sources::words_of_size;
use super::{Facts, described};
use crate::model::Decimal;
use crate::model::case::{
    Case, Conflict, Diagnosis, Event, Finding, Lesion, LesionSize, Measurement, Metastasis, OutcomeDisease,
    Quantity,
};
use crate::model::{Status, Time};

/// Something that the patient has or has not, from the lists of a case that tell of diseases.
struct Disease<'c> {
    kind: &'static str,
    name: &'c str,
    site: Option<&'c str>,
    laterality: Option<&'c str>,
    status: Status,
    role: Option<&'static str>,
    time: Option<Time>,
    duration: Option<&'c Quantity>,
    text: Option<&'c str>,
}

described! {
    /// One patient: age, sex and outcome.
    CASES "cases" case(c: Case) as Cases {
        "age_value" Number "Age at presentation; empty for a range." = c.patient.age.as_ref().and_then(|a| a.value);
        "age_low" Number "Lower end of a range of ages." = c.patient.age.as_ref().and_then(|a| a.low);
        "age_high" Number "Upper end of a range of ages." = c.patient.age.as_ref().and_then(|a| a.high);
        "age_unit" Text "a, mo, wk, d or h." = c.patient.age.as_ref().and_then(|a| a.unit.as_deref());
        "age_comparator" Text "<, <=, >, >= or ~." = c.patient.age.as_ref().and_then(|a| a.comparator.as_deref());
        "sex" Text "male, female, other or unknown." = c.patient.sex.as_ref().map(|s| s.code.as_str());
        "outcome" Text "alive, dead, remission, recurrence, stable, progression or lost-to-follow-up."
            = c.outcome.as_ref().map(|o| o.status.as_str());
        "outcome_value" Number "When the outcome was observed; empty for a range." = follow_up(c, |t| t.value);
        "outcome_low" Number "Lower end of a range of such times." = follow_up(c, |t| t.low);
        "outcome_high" Number "Upper end of a range of such times." = follow_up(c, |t| t.high);
        "outcome_unit" Text "UCUM code." = time_of(c).and_then(|t| t.unit.as_deref());
        "outcome_comparator" Text "<, <=, >, >= or ~." = time_of(c).and_then(|t| t.comparator.as_deref());
        "outcome_anchor" Text "The event from which that time is counted." = time_of(c).and_then(|t| t.anchor.as_deref());
    }

    /// A sign, a symptom, or what an examination showed.
    FINDINGS "findings" finding(f: Finding) as Findings {
        "name" Text "Preferred name." = &f.name;
        "status" Text "present, absent, possible, conditional or hypothetical." = f.status;
        "time" Text "current, history or planned." = f.time;
        "site" Text "Where in the body." = &f.site;
        "laterality" Text "left, right or bilateral." = &f.laterality;
        "duration_value" Number "For how long; empty for a range." = f.duration.as_ref().and_then(|q| q.value);
        "duration_low" Number "Lower end of a range of durations." = f.duration.as_ref().and_then(|q| q.low);
        "duration_high" Number "Upper end of a range of durations." = f.duration.as_ref().and_then(|q| q.high);
        "duration_unit" Text "UCUM code." = f.duration.as_ref().and_then(|q| q.unit.as_deref());
        "duration_comparator" Text "<, <=, >, >= or ~." = f.duration.as_ref().and_then(|q| q.comparator.as_deref());
        then "text" Text "The words of its first mention." = &f.text;
    }

    /// A diagnosis, a metastasis, or what is said of a disease at the end of the report.
    DIAGNOSES "diagnoses" disease(d: Disease<'_>) as Diagnoses {
        "kind" Text "diagnosis, metastasis or outcome." = d.kind;
        "name" Text "Preferred name." = d.name;
        "site" Text "Where in the body." = d.site;
        "laterality" Text "left, right or bilateral." = d.laterality;
        "status" Text "present, absent, possible, conditional or hypothetical." = d.status;
        "role" Text "final, provisional, suspected, excluded, comorbidity, complication or history; of diagnoses." = d.role;
        "time" Text "current, history or planned; of diagnoses." = d.time;
        "duration_value" Number "For how long; empty for a range." = d.duration.and_then(|q| q.value);
        "duration_low" Number "Lower end of a range of durations." = d.duration.and_then(|q| q.low);
        "duration_high" Number "Upper end of a range of durations." = d.duration.and_then(|q| q.high);
        "duration_unit" Text "UCUM code." = d.duration.and_then(|q| q.unit.as_deref());
        "duration_comparator" Text "<, <=, >, >= or ~." = d.duration.and_then(|q| q.comparator.as_deref());
        then "text" Text "The words of its first mention." = d.text;
    }

    /// Something measured: a quantity, a result in words, a blood pressure or a share.
    MEASUREMENTS "measurements" measurement(m: Measurement) as Measurements {
        "analyte" Text "Preferred name of what was measured." = &m.analyte;
        "text" Text "The words for it where it was read." = &m.text;
        "value" Number "The number; empty for a range." = m.value;
        "low" Number "Lower end of a range." = m.low;
        "high" Number "Upper end of a range." = m.high;
        "unit" Text "UCUM code." = &m.unit;
        "comparator" Text "<, <=, >, >= or ~." = &m.comparator;
        "systolic" Number "Systolic pressure, in the unit." = m.systolic;
        "diastolic" Number "Diastolic pressure, in the unit." = m.diastolic;
        "numerator" Number "How many, of the denominator." = m.numerator;
        "denominator" Number "Of how many." = m.denominator;
        "result" Text "A result in words: positive, negative, normal, high, low." = &m.result;
        "laterality" Text "left, right or bilateral." = &m.laterality;
        "state" Text "measured, reference, threshold or target." = m.state.name();
        "status" Text "present, absent, possible, conditional or hypothetical." = m.status;
        "time" Text "current, history or planned." = m.time;
    }

    /// One size of a lesion.
    LESIONS "lesions" size(s: (i64, &Lesion, &LesionSize)) as Lesions {
        "lesion" Integer "Number of the lesion within the case, from 1." = s.0;
        "name" Text "What it is: mass, tumor, nodule, …" = &s.1.name;
        "site" Text "Where in the body." = &s.1.site;
        "laterality" Text "left, right or bilateral." = &s.1.laterality;
        "length" Number "First length." = s.2.dimensions.first().copied();
        "width" Number "Second length." = s.2.dimensions.get(1).copied();
        "depth" Number "Third length." = s.2.dimensions.get(2).copied();
        "low" Number "Lower end of a range of lengths." = s.2.low;
        "high" Number "Upper end of a range of lengths." = s.2.high;
        "unit" Text "UCUM code." = &s.2.unit;
        "comparator" Text "<, <=, >, >= or ~." = &s.2.comparator;
    }

    /// Something that happened, with when.
    EVENTS "events" event(e: Event) as Events {
        "event" Text "What happened." = &e.event;
        "anchor" Text "The event from which the time is counted." = &e.anchor;
        "earliest" Number "Not before, from the anchor; negative before it." = e.earliest;
        "latest" Number "Not after, from the anchor." = e.latest;
        "unit" Text "UCUM code." = &e.unit;
        "iso8601" Text "The date, as exact as the text." = &e.iso8601;
        "earliest_day" Integer "Not before, in days from presentation." = e.day.as_ref().and_then(|d| d.earliest);
        "latest_day" Integer "Not after, in days from presentation." = e.day.as_ref().and_then(|d| d.latest);
        then "status" Text "present, absent, possible, conditional or hypothetical." = e.status;
    }

    /// Two places of a report disagree on what a patient can have only one of.
    CONFLICTS "conflicts" conflict(c: (&Conflict, usize)) as Conflicts {
        "field" Text "The field of the case, as patient.age." = &c.0.field;
        "position" Integer "Which of the values, from 1." = c.1 as i64 + 1;
        "value" Text "What that place says." = &c.0.values[c.1];
    }
}

fn time_of(case: &Case) -> Option<&crate::model::case::OutcomeTime> {
    case.outcome.as_ref()?.time.as_ref()
}

fn follow_up(
    case: &Case,
    field: impl Fn(&crate::model::case::OutcomeTime) -> Option<Decimal>,
) -> Option<Decimal> {
    time_of(case).and_then(field)
}

pub(super) fn rows(c: &Case, facts: &mut Facts<'_, '_>) {
    let age = c.patient.age.iter().flat_map(|age| &age.entities);
    let sex = c.patient.sex.iter().flat_map(|sex| &sex.entities);
    let outcome = c.outcome.iter().flat_map(|outcome| &outcome.entities);
    let sources: Vec<_> = age.chain(sex).chain(outcome).copied().collect();
    case(facts, c, &sources);
    for f in &c.findings {
        finding(facts, f, &f.entities);
    }
    for d in &c.diagnoses {
        disease(facts, &Disease::of_diagnosis(d), &d.entities);
    }
    for m in &c.metastases {
        disease(facts, &Disease::of_metastasis(m), &m.entities);
    }
    for d in c.outcome.iter().flat_map(|outcome| &outcome.disease) {
        disease(facts, &Disease::of_outcome(d), &d.entities);
    }
    for m in &c.measurements {
        measurement(facts, m, &m.entities);
    }
    for (number, lesion) in (1..).zip(&c.lesions) {
        for s in &lesion.sizes {
            size(facts, &(number, lesion, s), &words_of_size(lesion, s));
        }
        if lesion.sizes.is_empty() {
            size(facts, &(number, lesion, &LesionSize::default()), &lesion.entities);
        }
    }
    for e in &c.timeline {
        event(facts, e, &e.entities);
    }
    for c in &c.conflicts {
        for at in 0..c.values.len() {
            let source = c.entities.get(at).map(std::slice::from_ref).unwrap_or_default();
            conflict(facts, &(c, at), source);
        }
    }
}

impl<'c> Disease<'c> {
    fn of_diagnosis(d: &'c Diagnosis) -> Self {
        Disease {
            kind: "diagnosis",
            name: &d.name,
            site: d.site.as_deref(),
            laterality: d.laterality.as_deref(),
            status: d.status,
            role: Some(d.role.name()),
            time: Some(d.time),
            duration: d.duration.as_ref(),
            text: d.text.as_deref(),
        }
    }

    fn of_metastasis(m: &'c Metastasis) -> Self {
        Disease {
            kind: "metastasis",
            name: "",
            site: Some(&m.site),
            laterality: m.laterality.as_deref(),
            status: m.status,
            role: None,
            time: None,
            duration: None,
            text: m.text.as_deref(),
        }
    }

    fn of_outcome(d: &'c OutcomeDisease) -> Self {
        Disease {
            kind: "outcome",
            name: &d.name,
            site: d.site.as_deref(),
            laterality: None,
            status: d.status,
            role: None,
            time: None,
            duration: None,
            text: None,
        }
    }
}
