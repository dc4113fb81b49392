//! Within which bounds figures lie that another draw of documents might have given.

use super::Counts;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// The bounds within which a figure lies in 95 of 100 draws, in percent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

/// The bounds of the figures of one row, where there are figures.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Intervals {
    /// Of recall.
    pub recall: Option<Interval>,
    /// Of precision.
    pub precision: Option<Interval>,
    /// Of F1.
    pub f1: Option<Interval>,
}

/// SplitMix64 (Steele, Lea and Flood 2014): small, and the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A whole number below `end`. The bias of the remainder is below 10^-12 for any corpus.
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

/// By name of a row: its bounds; and those of all rows together. `samples` holds the counts of each document.
pub(super) fn intervals(
    names: &[String],
    samples: &[BTreeMap<String, Counts>],
    draws: usize,
    seed: u64,
) -> (Vec<Option<Intervals>>, Option<Intervals>) {
    if draws == 0 || samples.len() < 2 {
        return (vec![None; names.len()], None);
    }
    let number: FxHashMap<&str, usize> = names.iter().enumerate().map(|(at, n)| (n.as_str(), at)).collect();
    let documents: Vec<Vec<(usize, &Counts)>> = samples
        .iter()
        .map(|rows| rows.iter().map(|(name, counts)| (number[name.as_str()], counts)).collect())
        .collect();
    let mut random = Random(seed);
    // By row, and at the end all together: the figures of each draw.
    let mut figures: Vec<[Vec<f64>; 3]> = vec![Default::default(); names.len() + 1];
    let mut counts = vec![Counts::default(); names.len() + 1];
    for _ in 0..draws {
        counts.fill(Counts::default());
        for _ in 0..documents.len() {
            for (row, own) in &documents[random.below(documents.len())] {
                counts[*row].add(own);
                counts[names.len()].add(own);
            }
        }
        for (figures, counts) in figures.iter_mut().zip(&counts) {
            for (all, one) in figures.iter_mut().zip([counts.recall(), counts.precision(), counts.f1()]) {
                all.extend(one);
            }
        }
    }
    let mut bounds: Vec<Option<Intervals>> = figures
        .into_iter()
        .map(|[recall, precision, f1]| {
            Some(Intervals { recall: bound(recall), precision: bound(precision), f1: bound(f1) })
        })
        .collect();
    let all = bounds.pop().flatten();
    (bounds, all)
}

fn bound(mut figures: Vec<f64>) -> Option<Interval> {
    figures.sort_by(f64::total_cmp);
    let at =
        |share: f64| figures.get((share * (figures.len().checked_sub(1)? as f64)).round() as usize).copied();
    Some(Interval { low: at(0.025)?, high: at(0.975)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(found: u32) -> BTreeMap<String, Counts> {
        [("drug".to_owned(), Counts { gold: 10, found, ..Counts::default() })].into()
    }

    #[test]
    fn bounds_hold_the_figure_and_are_the_same_each_time() {
        let samples: Vec<_> = (0..40).map(|n| document(4 + n % 5)).collect();
        let names = ["drug".to_owned()];
        let (rows, all) = intervals(&names, &samples, 500, 7);
        let recall = rows[0].and_then(|row| row.recall).expect("bounds");
        assert!(recall.low < 60.0 && 60.0 < recall.high, "{recall:?}");
        assert!(recall.high - recall.low < 15.0, "{recall:?}");
        assert_eq!(rows[0], all);
        assert_eq!(rows[0].and_then(|row| row.precision), None);
        assert_eq!(intervals(&names, &samples, 500, 7).0, rows);
        assert_ne!(intervals(&names, &samples, 500, 8).0, rows);
    }

    #[test]
    fn documents_that_agree_leave_no_room() {
        let samples = vec![document(5); 10];
        let (rows, _) = intervals(&["drug".to_owned()], &samples, 100, 1);
        assert_eq!(rows[0].and_then(|row| row.recall), Some(Interval { low: 50.0, high: 50.0 }));
        assert_eq!(intervals(&["drug".to_owned()], &samples, 0, 1).0, [None]);
    }
}
