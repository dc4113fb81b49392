//! Plausible and usual ranges of analytes, by unit, sex and age.

use super::desk::Patient;
use super::table::Rows;
use super::unit::{Code, Codes};
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::Range;

pub(super) const COLUMNS: &[&str] = &[
    "analyte",
    "unit",
    "sex",
    "age_low",
    "age_high",
    "plausible_low",
    "plausible_high",
    "reference_low",
    "reference_high",
];

/// One line of the table.
#[derive(Debug)]
pub(super) struct Limit {
    /// UCUM code; `1` for a bare number.
    pub(super) unit: Box<str>,
    pub(super) code: Code,
    sex: Option<Box<str>>,
    /// Years, the first included, the second not.
    age: (f64, f64),
    /// What a living person can have.
    pub(super) plausible: (f64, f64),
    /// What is usual.
    pub(super) reference: Option<(f64, f64)>,
}

/// All limits, those of one analyte together.
#[derive(Debug, Default)]
pub(super) struct Limits {
    lines: Vec<Limit>,
    of: FxHashMap<Box<str>, Range<u32>>,
    units: FxHashSet<Box<str>>,
}

impl Limits {
    pub(super) fn load(rows: Rows<'_, '_>, units: &Codes) -> Self {
        let mut lines: FxHashMap<Box<str>, Vec<Limit>> = FxHashMap::default();
        rows.each(|row| {
            let age = row.range(3, 4)?;
            let plausible = row.range(5, 6)?;
            let reference = row.number(7).zip(row.number(8));
            let (low, high) = reference.unwrap_or(plausible);
            if low > high || low < plausible.0 || high > plausible.1 {
                row.error("the reference range is none, or not within the plausible one".to_owned());
            }
            let code = units.code_of(row, row.text(1))?;
            let of = lines.entry(row.text(0).into()).or_default();
            let limit = Limit {
                unit: row.text(1).into(),
                code,
                sex: Some(row.text(2)).filter(|sex| !sex.is_empty()).map(Into::into),
                age,
                plausible,
                reference,
            };
            if of.iter().any(|o| o.unit == limit.unit && o.sex == limit.sex && o.age == limit.age) {
                row.error(format!("{} in {} stands twice", row.text(0), row.text(1)));
            }
            of.push(limit);
            Some(())
        });
        let mut limits = Limits::default();
        for (analyte, own) in lines {
            limits.units.extend(own.iter().map(|line| line.unit.clone()));
            let start = limits.lines.len() as u32;
            limits.lines.extend(own);
            limits.of.insert(analyte, start..limits.lines.len() as u32);
        }
        limits
    }

    /// Whether some analyte is told in that unit.
    pub(super) fn know(&self, unit: &str) -> bool {
        self.units.contains(unit)
    }

    /// The lines of an analyte.
    pub(super) fn of(&self, analyte: &str) -> &[Limit] {
        self.of.get(analyte).map_or(&[], |range| &self.lines[range.start as usize..range.end as usize])
    }
}

/// The widest plausible and usual ranges that `lines` of one unit allow this patient: where ages or the sex leave it
/// open which line holds, what any of them allows is allowed.
pub(super) fn allowed<'l>(
    lines: impl Iterator<Item = &'l Limit> + Clone,
    patient: &Patient<'_>,
) -> Option<Allowed> {
    let mut best: Option<(u32, Allowed)> = None;
    for line in lines {
        let sex = match (&line.sex, patient.sex) {
            (None, _) => 0,
            (Some(own), Some(sex)) if **own == *sex => 1,
            (Some(_), Some(_)) => continue,
            (Some(_), None) => 0,
        };
        let any_age = line.age == (f64::NEG_INFINITY, f64::INFINITY);
        // An age is known to the year at best: "17-year-old" is up to 18.
        let (youngest, oldest) =
            (patient.age.0, patient.age.1 + if patient.age.1 >= 2.0 { 1.0 } else { 0.0 });
        let meets = line.age.0 <= oldest && youngest < line.age.1;
        if !meets {
            continue;
        }
        let within = !any_age && patient.aged && line.age.0 <= youngest && oldest <= line.age.1;
        let rank = sex + if within { 2 } else { 0 };
        let own = Allowed { plausible: line.plausible, reference: line.reference };
        match &mut best {
            Some((held, allowed)) if *held == rank => allowed.widen(&own),
            Some((held, _)) if *held > rank => {}
            _ => best = Some((rank, own)),
        }
    }
    best.map(|(_, allowed)| allowed)
}

pub(super) const LOW_COLUMNS: &[&str] = &["analyte", "units"];
pub(super) const UNDERSTOOD_COLUMNS: &[&str] = &["analyte"];

/// Analytes of which very low values are real: in other fluids, of a specimen, where a hormone is suppressed; and the
/// units in which they are.
#[derive(Debug, Default)]
pub(super) struct LowValues(FxHashMap<Box<str>, Vec<Box<str>>>);

impl LowValues {
    pub(super) fn load(rows: Rows<'_, '_>, units: &Codes) -> Self {
        let mut low = LowValues::default();
        rows.each(|row| {
            let mut own = Vec::new();
            for unit in row.text(1).split('|').filter(|unit| !unit.is_empty()) {
                units.code_of(row, unit)?;
                own.push(unit.into());
            }
            if low.0.insert(row.text(0).into(), own).is_some() {
                row.error(format!("{} stands twice", row.text(0)));
            }
            Some(())
        });
        low
    }

    /// Whether a low value in this unit may be of another source.
    pub(super) fn are_real(&self, analyte: &str, unit: &str) -> bool {
        self.0.get(analyte).is_some_and(|units| units.is_empty() || units.iter().any(|own| **own == *unit))
    }
}

/// Analytes whose unit everybody knows and nobody writes.
#[derive(Debug, Default)]
pub(super) struct Understood(FxHashSet<Box<str>>);

impl Understood {
    pub(super) fn load(rows: Rows<'_, '_>) -> Self {
        let mut understood = Understood::default();
        rows.each(|row| {
            if !understood.0.insert(row.text(0).into()) {
                row.error(format!("{} stands twice", row.text(0)));
            }
            Some(())
        });
        understood
    }

    pub(super) fn has(&self, analyte: &str) -> bool {
        self.0.contains(analyte)
    }
}

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowed {
    pub(super) plausible: (f64, f64),
    pub(super) reference: Option<(f64, f64)>,
}

impl Allowed {
    fn widen(&mut self, other: &Allowed) {
        let wider = |a: (f64, f64), b: (f64, f64)| (a.0.min(b.0), a.1.max(b.1));
        self.plausible = wider(self.plausible, other.plausible);
        self.reference = match (self.reference, other.reference) {
            (Some(own), Some(other)) => Some(wider(own, other)),
            (own, other) => own.or(other),
        };
    }

    /// In another unit.
    pub(super) fn scaled(self, factor: f64) -> Allowed {
        let scale = |(low, high): (f64, f64)| (low * factor, high * factor);
        Allowed { plausible: scale(self.plausible), reference: self.reference.map(scale) }
    }
}
