//! Spans of time and dates in hours and days.

use crate::model::Decimal;
use crate::model::case::Quantity;

/// The hours of a day.
pub(super) const DAY: i64 = 24;

/// From when to when, counted from the anchor.
pub(super) fn ends(span: &Quantity, relation: &str) -> (Option<Decimal>, Option<Decimal>) {
    let zero = Some(Decimal::integer(0));
    let (low, high) = match (span.value, span.comparator.as_deref()) {
        (Some(value), Some("<" | "<=")) => (zero, Some(value)),
        (Some(value), Some(">" | ">=")) => (Some(value), None),
        (Some(value), _) if relation == "within" => (zero, Some(value)),
        (Some(value), _) => (Some(value), Some(value)),
        (None, _) => (span.low, span.high),
    };
    if relation == "before" {
        return (high.map(Decimal::negate), low.map(Decimal::negate));
    }
    (low, high)
}

/// How many hours a unit of time has; none for units that are none.
pub(super) fn hours(unit: &str) -> Option<i64> {
    Some(match unit {
        "h" => 1,
        "d" => DAY,
        "wk" => 7 * DAY,
        "mo" => 730,
        "a" => 8766,
        _ => return None,
    })
}

/// A span in hours. What is longer than any time on earth is cut there, so that sums of spans stay numbers.
pub(super) fn scaled(number: Decimal, hours: i64) -> i64 {
    const LONGEST: f64 = 1e14;
    (number.to_f64() * hours as f64).round().clamp(-LONGEST, LONGEST) as i64
}

/// The first and the last day that a date may mean, as days of the common era.
pub(super) fn days_of(iso: &str) -> Option<(i64, i64)> {
    let mut parts = iso.split('-').map(|part| part.parse::<i64>().ok());
    let year = parts.next()??;
    let Some(month) = parts.next() else { return Some((day_number(year, 1, 1), day_number(year, 12, 31))) };
    let month = month?;
    let Some(day) = parts.next() else {
        let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        return Some((day_number(year, month, 1), day_number(next_year, next, 1) - 1));
    };
    let day = day_number(year, month, day?);
    Some((day, day))
}

/// A date without a year ("--05") with that of its next day or month from a whole date on; `None` for a date that has a
/// year, or where the whole date has no month to count from.
pub(super) fn with_year(iso: &str, whole: &str) -> Option<String> {
    let rest = iso.strip_prefix("--")?;
    let (year, known) = whole.split_once('-')?;
    let year: i64 = year.parse().ok()?;
    let length = rest.len().min(known.len());
    let year = if rest.get(..length)? < known.get(..length)? { year + 1 } else { year };
    Some(format!("{year:04}-{rest}"))
}

/// The number of a day in the Gregorian calendar: years that begin in March have their leap day at the end.
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let since_march = (month + 9) % 12;
    365 * year + year.div_euclid(4) - year.div_euclid(100)
        + year.div_euclid(400)
        + (153 * since_march + 2) / 5
        + day
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_the_next_one_of_its_name() {
        let year = |iso, whole| with_year(iso, whole).unwrap_or_default();
        assert_eq!(year("--05", "2011-03"), "2011-05");
        assert_eq!(year("--03", "2011-03-20"), "2011-03");
        assert_eq!(year("--02-11", "2011-03"), "2012-02-11");
        assert_eq!(year("--03-01", "2011-03-20"), "2012-03-01");
        assert_eq!(year("2010-05", "2011-03"), "");
        assert_eq!(year("--05", "2011"), "");
    }

    #[test]
    fn days_are_counted_as_the_calendar_does() {
        assert_eq!(day_number(2000, 3, 1) - day_number(2000, 2, 28), 2);
        assert_eq!(day_number(1900, 3, 1) - day_number(1900, 2, 28), 1);
        assert_eq!(day_number(2021, 1, 1) - day_number(2020, 1, 1), 366);
        let (first, last) = days_of("2019-12").expect("a month");
        assert_eq!(last - first, 30);
        let (first, last) = days_of("2019").expect("a year");
        assert_eq!(last - first, 364);
        assert_eq!(days_of("soon"), None);
    }

    #[test]
    fn spans_are_cut_before_they_overflow() {
        let years = |text: &str| scaled(Decimal::parse(text).expect("a number"), hours("a").expect("a unit"));
        assert_eq!(years("2.5"), 21_915);
        assert!(years("9999999999999999").checked_mul(1_000).is_some());
    }
}
