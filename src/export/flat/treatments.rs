//! The table of what was done and given.

use super::{Facts, described};
use crate::model::case::{
    Drug, Frequency, Procedure, Quantity, Radiotherapy, Regimen, Transfusion, Treatments,
};
use crate::model::{Decimal, Status, Time};

/// One treatment of any kind; what a kind does not have is empty.
#[derive(Default)]
struct Treatment<'c> {
    kind: &'static str,
    name: Option<&'c str>,
    regimen: Option<i64>,
    class: Option<bool>,
    category: Option<&'c str>,
    site: Option<&'c str>,
    laterality: Option<&'c str>,
    status: Status,
    time: Time,
    dose: Option<&'c Quantity>,
    route: Option<&'c str>,
    frequency: Option<&'c Frequency>,
    duration: Option<&'c Quantity>,
    days: &'c [i64],
    cycles: &'c [i64],
    cycle_count: Option<Decimal>,
    fractions: Option<Decimal>,
    dose_per_fraction: Option<Decimal>,
    reason: Option<&'c str>,
    text: Option<&'c str>,
}

described! {
    /// A procedure, a regimen, a drug, a course of radiotherapy or a transfusion.
    TREATMENTS "treatments" treatment(t: Treatment<'_>) as Treatments {
        "kind" Text "procedure, regimen, drug, radiotherapy or transfusion." = t.kind;
        "name" Text "Preferred name; of a regimen, as written." = t.name;
        "regimen" Integer "Of a drug in a regimen: the row of that regimen." = t.regimen;
        "class" Flag "Of a drug: whether the name stands for a class of drugs." = t.class;
        "category" Text "Of a procedure: imaging, laboratory, pathology, surgery, endoscopy or other." = t.category;
        "site" Text "Where in the body." = t.site;
        "laterality" Text "left, right or bilateral." = t.laterality;
        "status" Text "present, absent, possible, conditional or hypothetical." = t.status;
        "time" Text "current, history or planned." = t.time;
        "dose_value" Number "Dose of one giving, whole dose of radiotherapy, or amount of a transfusion; empty for a range." = t.dose.and_then(|q| q.value);
        "dose_low" Number "Lower end of a range of doses." = t.dose.and_then(|q| q.low);
        "dose_high" Number "Upper end of a range of doses." = t.dose.and_then(|q| q.high);
        "dose_unit" Text "UCUM code." = t.dose.and_then(|q| q.unit.as_deref());
        "dose_comparator" Text "<, <=, >, >= or ~." = t.dose.and_then(|q| q.comparator.as_deref());
        "route" Text "intravenous, oral, …" = t.route;
        "frequency_count" Number "How many times in a period." = t.frequency.and_then(|f| f.count);
        "frequency_low" Number "At least." = t.frequency.and_then(|f| f.low);
        "frequency_high" Number "At most." = t.frequency.and_then(|f| f.high);
        "period" Number "Length of the period." = t.frequency.and_then(|f| f.period);
        "period_max" Number "Its greatest length, of a range." = t.frequency.and_then(|f| f.period_max);
        "period_unit" Text "UCUM code." = t.frequency.and_then(|f| f.period_unit.as_deref());
        "duration_value" Number "For how long; empty for a range." = t.duration.and_then(|q| q.value);
        "duration_low" Number "Lower end of a range of durations." = t.duration.and_then(|q| q.low);
        "duration_high" Number "Upper end of a range of durations." = t.duration.and_then(|q| q.high);
        "duration_unit" Text "UCUM code." = t.duration.and_then(|q| q.unit.as_deref());
        "duration_comparator" Text "<, <=, >, >= or ~." = t.duration.and_then(|q| q.comparator.as_deref());
        "days" Text "Days of a cycle, with spaces between." = t.days;
        "cycles" Text "Which cycles, with spaces between." = t.cycles;
        "cycle_count" Number "How many cycles." = t.cycle_count;
        "fractions" Number "Fractions of radiotherapy." = t.fractions;
        "dose_per_fraction" Number "Dose of one fraction, in dose_unit." = t.dose_per_fraction;
        "reason" Text "The disease that a drug was given for." = t.reason;
        then "text" Text "The words of its first mention." = t.text;
    }
}

pub(super) fn rows(treatments: &Treatments, facts: &mut Facts<'_, '_>) {
    for p in &treatments.procedures {
        treatment(facts, &Treatment::of_procedure(p), &p.entities);
    }
    for r in &treatments.regimens {
        let row = treatment(facts, &Treatment::of_regimen(r), &r.entities);
        for d in &r.drugs {
            treatment(facts, &Treatment { regimen: Some(row), ..Treatment::of_drug(d) }, &d.entities);
        }
    }
    for d in &treatments.drugs {
        treatment(facts, &Treatment::of_drug(d), &d.entities);
    }
    for r in &treatments.radiotherapy {
        let Radiotherapy { total_dose, unit, comparator, .. } = r;
        let dose = Quantity {
            value: *total_dose,
            unit: unit.clone(),
            comparator: comparator.clone(),
            ..Quantity::default()
        };
        treatment(facts, &Treatment::of_radiotherapy(r, &dose), &r.entities);
    }
    for t in &treatments.transfusions {
        let Transfusion { value, low, high, unit, comparator, .. } = t;
        let (unit, comparator) = (unit.clone(), comparator.clone());
        let dose = Quantity { value: *value, low: *low, high: *high, unit, comparator };
        treatment(facts, &Treatment::of_transfusion(t, &dose), &t.entities);
    }
}

impl<'c> Treatment<'c> {
    fn of_procedure(p: &'c Procedure) -> Self {
        Treatment {
            kind: "procedure",
            name: Some(&p.name),
            text: p.text.as_deref(),
            category: p.category.as_deref(),
            site: p.site.as_deref(),
            laterality: p.laterality.as_deref(),
            status: p.status,
            time: p.time,
            ..Treatment::default()
        }
    }

    fn of_regimen(r: &'c Regimen) -> Self {
        Treatment {
            kind: "regimen",
            name: Some(&r.name),
            status: r.status,
            time: r.time,
            frequency: r.frequency.as_ref(),
            duration: r.duration.as_ref(),
            cycles: &r.cycles,
            cycle_count: r.cycle_count,
            ..Treatment::default()
        }
    }

    fn of_drug(d: &'c Drug) -> Self {
        Treatment {
            kind: "drug",
            name: Some(&d.name),
            text: d.text.as_deref(),
            class: Some(d.class),
            status: d.status,
            time: d.time,
            dose: d.dose.as_ref(),
            route: d.route.as_deref(),
            frequency: d.frequency.as_ref(),
            duration: d.duration.as_ref(),
            days: &d.days,
            cycles: &d.cycles,
            cycle_count: d.cycle_count,
            reason: d.reason.as_deref(),
            ..Treatment::default()
        }
    }

    fn of_radiotherapy(r: &'c Radiotherapy, dose: &'c Quantity) -> Self {
        Treatment {
            kind: "radiotherapy",
            site: r.site.as_deref(),
            laterality: r.laterality.as_deref(),
            status: r.status,
            time: r.time,
            dose: Some(dose),
            fractions: r.fractions,
            dose_per_fraction: r.dose_per_fraction,
            ..Treatment::default()
        }
    }

    fn of_transfusion(t: &'c Transfusion, dose: &'c Quantity) -> Self {
        Treatment {
            kind: "transfusion",
            name: Some(&t.product),
            status: t.status,
            time: t.time,
            dose: Some(dose),
            ..Treatment::default()
        }
    }
}
