//! Single doses against their sum: 40 mg daily for 5 days are 200 mg in all.

use super::desk::{Desk, Evidence, expected, in_words};
use super::words::{self, Kind};
use crate::model::{Decimal, EntityType, Field, FieldValue, Operand, RelationType, Severity};
use smallvec::SmallVec;

const NAME: &str = "course-total";

/// UCUM code of a day.
const DAY: &str = "d";

/// How many bytes before and after a dose may say that it is a total.
const BESIDE: (usize, usize) = (28, 14);

/// How far the two may lie apart beyond rounding.
const TOLERANCE: f64 = 0.05;

/// What relations tell of one drug, by type: the entities in the order of the relations.
#[derive(Default)]
struct Course {
    doses: SmallVec<[u32; 4]>,
    rhythms: SmallVec<[u32; 2]>,
    durations: SmallVec<[u32; 2]>,
    schedules: SmallVec<[u32; 2]>,
    cycles: SmallVec<[u32; 2]>,
}

pub(super) fn check(desk: &mut Desk<'_, '_>) {
    // By drug; most have one dose and nothing to compare it with.
    let mut links: Vec<(u32, RelationType, u32)> = desk
        .report
        .relations
        .iter()
        .filter(|r| {
            matches!(
                r.kind,
                RelationType::DoseOf
                    | RelationType::FrequencyOf
                    | RelationType::DurationOf
                    | RelationType::ScheduleOf
                    | RelationType::CycleOf
            )
        })
        .map(|r| (r.to, r.kind, r.from))
        .collect();
    links.sort_unstable();
    for own in links.chunk_by(|a, b| a.0 == b.0) {
        if desk.entity(own[0].0).kind != EntityType::Drug {
            continue;
        }
        let mut course = Course::default();
        for (_, kind, from) in own {
            match kind {
                RelationType::DoseOf => course.doses.push(*from),
                RelationType::FrequencyOf => course.rhythms.push(*from),
                RelationType::DurationOf => course.durations.push(*from),
                RelationType::ScheduleOf => course.schedules.push(*from),
                _ => course.cycles.push(*from),
            }
        }
        if course.doses.len() == 2 {
            judge(desk, &course);
        }
    }
}

/// The one number of a fact.
fn exact(desk: &Desk<'_, '_>, index: u32) -> Option<Decimal> {
    let value = &desk.entity(index).value;
    value.number(Field::Value).filter(|_| value.text(Field::Comparator).is_none())
}

/// The one fact of its kind; of several, it is not known which belongs to the dose.
fn alone(facts: &[u32]) -> Option<u32> {
    if let [fact] = facts { Some(*fact) } else { None }
}

fn judge(desk: &mut Desk<'_, '_>, course: &Course) {
    let is_total = |dose: u32| {
        let cues = &desk.tables.words;
        cues.say(Kind::Total, words::before(desk, dose, BESIDE.0))
            || cues.say(Kind::Total, words::after(desk, dose, BESIDE.1))
    };
    let (first, second) = (course.doses[0], course.doses[1]);
    // What is said before the sum may be heard by the dose before it, not the other way round.
    if !is_total(second) || desk.entity(first).span.end > desk.entity(second).span.start {
        return;
    }
    let (Some(single), Some(total)) = (exact(desk, first), exact(desk, second)) else { return };
    if !desk.counts(desk.entity(first)) || !desk.counts(desk.entity(second)) {
        return;
    }
    let codes = &desk.tables.units;
    let unit = |dose: u32| desk.entity(dose).value.text(Field::Unit).unwrap_or_default();
    let code = |dose: u32| codes.code(unit(dose));
    let (Some(own), Some(sum), Some(day)) = (code(first), code(second), codes.code(DAY)) else { return };
    let count = |dose: u32, field| desk.entity(dose).value.number(field).map(|n| n.to_f64());
    let days = |fact: u32| {
        let length = exact(desk, fact)?.to_f64();
        let unit = codes.code(unit(fact))?;
        Some(length * codes.factor(&unit, &day, None)?)
    };
    let mut operands: SmallVec<[Operand; 5]> = SmallVec::new();
    operands.push(Operand { entity: second, field: Field::Value });
    operands.push(Operand { entity: first, field: Field::Value });
    // How often a day; what is told by the day is given once.
    let daily = codes.factor(&own, &sum.per(&day), None);
    let rhythm = alone(&course.rhythms).filter(|_| daily.is_none());
    let mut times = 1.0;
    if let Some(rhythm) = rhythm {
        let period = count(rhythm, Field::Period).unwrap_or(1.0);
        let unit = desk.entity(rhythm).value.text(Field::PeriodUnit).and_then(|unit| codes.code(unit));
        let Some(length) = unit.and_then(|unit| codes.factor(&unit, &day, None)) else { return };
        let Some(number) = count(rhythm, Field::Count) else { return };
        times = number / (period * length);
        operands.push(Operand { entity: rhythm, field: Field::Count });
    } else if !course.rhythms.is_empty() && daily.is_none() {
        return;
    }
    // For how many days; a total of a day needs none.
    let of_day = codes.factor(&own.per(&day), &sum, None);
    let mut length = None;
    if of_day.is_none() {
        if let Some(duration) = alone(&course.durations) {
            length = days(duration);
            operands.push(Operand { entity: duration, field: Field::Value });
        } else if let Some(schedule) = alone(&course.schedules) {
            if let Some(FieldValue::Integers(days)) = desk.entity(schedule).value.get(Field::Days) {
                length = Some(days.len() as f64);
            }
            operands.push(Operand { entity: schedule, field: Field::Days });
        }
    }
    let cycle = alone(&course.cycles).filter(|_| of_day.is_none());
    let cycles = cycle.and_then(|cycle| count(cycle, Field::Count));
    if let (Some(cycle), Some(_)) = (cycle, cycles) {
        operands.push(Operand { entity: cycle, field: Field::Count });
    }
    let factor = match (of_day, length.or(cycles)) {
        (Some(factor), _) if rhythm.is_some() => factor,
        (None, Some(_)) => match daily.or_else(|| codes.factor(&own, &sum, None)) {
            Some(factor) => factor,
            None => return,
        },
        _ => return,
    };
    let of_cycle = single.to_f64() * factor * times * length.unwrap_or(1.0);
    // The sum may be that of a cycle or of all of them.
    let readings = [of_cycle, of_cycle * cycles.unwrap_or(1.0)];
    // A whole number is exact: 1 g is not 1.4 g.
    let rounding = |n: Decimal| if n.to_i64().is_some() { 0.0 } else { n.rounding() };
    let slack = |sum: f64| TOLERANCE * sum + rounding(total) + rounding(single) * sum / single.to_f64();
    let best = if length.is_none() || cycles.is_some() { readings[1] } else { readings[0] };
    let range = expected(best, best, unit(second));
    let operands = operands.to_vec();
    if readings.iter().any(|sum| (sum - total.to_f64()).abs() <= slack(*sum)) {
        desk.hold(NAME, || Evidence { operands, expected: Some(range), suggestion: None });
        return;
    }
    let parts: Vec<String> =
        operands[1..].iter().map(|operand| format!("{:?}", desk.words(operand.entity))).collect();
    let message = format!("{} are {}, not {:?}", parts.join(", "), in_words(&range), desk.words(second));
    let evidence = Evidence { operands, expected: Some(range), suggestion: None };
    desk.raise((NAME, "sum-mismatch", Severity::Warning), message, evidence);
}
