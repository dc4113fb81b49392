//! Figures below which a change must not fall: a table that is kept beside the gold.
//!
//! The table has the columns `part`, `name` and `floor`, with tabs between them; lines that begin with `#` are remarks.
//! A floor is only ever lifted, and none is lifted while another one is not held.

use super::Score;
use std::collections::BTreeMap;
use std::fmt::Write;

/// A figure counted on fewer facts than this gets no floor: one fact would move it by more than five points.
pub const LEAST: u32 = 20;

/// One figure of a score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// In percent.
    pub percent: f64,
    /// On how many facts it was counted.
    pub of: u32,
}

/// The figures of a score by part and name.
pub type Figures = BTreeMap<(String, String), Figure>;

/// All figures that may have a floor.
///
/// ```
/// use casegrain::score::{Counts, Row, Score, floors::{Figure, figures}};
/// let counts = Counts { gold: 4, found: 3, ..Counts::default() };
/// let row = Row { name: "drug".into(), counts, precise: false, intervals: None };
/// let score = Score { rows: vec![row], ..Score::default() };
/// assert_eq!(figures(&score)[&("recall".into(), "drug".into())], Figure { percent: 75.0, of: 4 });
/// ```
pub fn figures(score: &Score) -> Figures {
    let mut all = Figures::new();
    let mut put = |part: &str, name: &str, percent: Option<f64>, of: u32| {
        if let Some(percent) = percent {
            all.insert((part.to_owned(), name.to_owned()), Figure { percent, of });
        }
    };
    let rows = score.rows.iter().map(|row| ("", row.name.as_str(), &row.counts));
    let relations = score.relations.iter().map(|(name, counts)| ("relation ", name.as_str(), counts));
    let cases = score.cases.iter().map(|(name, counts)| ("case ", *name, counts));
    for (prefix, name, counts) in rows.chain(relations).chain(cases).chain([("", "all", &score.micro)]) {
        put(&format!("{prefix}recall"), name, counts.recall(), counts.gold);
        put(&format!("{prefix}precision"), name, counts.precision(), counts.predicted);
        put(&format!("{prefix}f1"), name, counts.f1(), counts.gold.min(counts.predicted));
    }
    for (name, counts) in &score.cases {
        let exact = counts.exact();
        put(CASE_NAME_RECALL, name, exact.recall(), counts.gold);
        put(CASE_NAME_PRECISION, name, exact.precision(), counts.predicted);
    }
    let values = score.values.iter().map(|(label, a)| ("value", label.as_str(), a));
    let assertions = score.assertions.iter().map(|(what, a)| ("assertion", *what, a));
    let polarity = score.polarity.iter().map(|(status, a)| ("polarity", status.as_str(), a));
    for (part, name, agreement) in values.chain(assertions).chain(polarity) {
        put(part, name, agreement.percent(), agreement.compared);
    }
    all
}

const CASE_NAME_RECALL: &str = "case recall by name";
const CASE_NAME_PRECISION: &str = "case precision by name";

/// The parts of a score that have floors.
const PARTS: [&str; 14] = [
    "recall",
    "precision",
    "f1",
    "value",
    "assertion",
    "polarity",
    "relation recall",
    "relation precision",
    "relation f1",
    "case recall",
    "case precision",
    "case f1",
    CASE_NAME_RECALL,
    CASE_NAME_PRECISION,
];

/// A table of floors.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Floors {
    lines: Vec<Line>,
    /// Whether lines end as they do on Windows.
    returns: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Line {
    /// A remark or an empty line, kept as it is.
    Other(String),
    Floor {
        part: String,
        name: String,
        least: f64,
        /// As it is written; a floor that is not lifted keeps its digits.
        written: String,
    },
}

/// A floor, and the figure that it is for.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The part of the score, such as `recall`.
    pub part: String,
    /// The label, type, field or relation.
    pub name: String,
    /// The floor, in percent.
    pub least: f64,
    /// The figure, in percent; none if there is nothing that it could be counted on.
    pub figure: Option<f64>,
}

impl Judged {
    /// Whether the figure is not below the floor. What was not measured is not held.
    ///
    /// ```
    /// use casegrain::score::floors::Judged;
    /// let judged = |figure| Judged { part: "recall".into(), name: "drug".into(), least: 90.0, figure };
    /// assert!(judged(Some(90.04)).is_held() && judged(Some(89.96)).is_held());
    /// assert!(!judged(Some(89.94)).is_held() && !judged(None).is_held());
    /// ```
    pub fn is_held(&self) -> bool {
        // Floors have one digit, and so have the figures that people compare them with.
        self.figure.is_some_and(|figure| (figure * 10.0).round() / 10.0 >= self.least)
    }

    /// The figure with one digit, or that it was not measured.
    pub fn told(&self) -> String {
        self.figure.map_or("not measured".into(), |figure| format!("{figure:.1}"))
    }
}

const HEADER: &str = "part\tname\tfloor";

impl Floors {
    /// Reads a table.
    ///
    /// ```
    /// use casegrain::score::floors::Floors;
    /// let floors = Floors::parse("part\tname\tfloor\nrecall\tdrug\t92.5\n").unwrap();
    /// assert_eq!(floors.to_string(), "part\tname\tfloor\nrecall\tdrug\t92.5\n");
    /// assert_eq!(Floors::parse("part\tname\tfloor\nrecall\tdrug\n").unwrap_err(), "line 2: 2 columns, 3 wanted");
    /// ```
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub fn parse(table: &str) -> Result<Floors, String> {
        let mut lines = Vec::new();
        let mut header = false;
        for (number, line) in (1..).zip(table.lines()) {
            if line.trim().is_empty() || line.starts_with('#') {
                lines.push(Line::Other(line.to_owned()));
                continue;
            }
            if !header {
                if line != HEADER {
                    return Err(format!(
                        "line {number}: the header must be `part`, `name`, `floor`, with tabs"
                    ));
                }
                header = true;
                lines.push(Line::Other(line.to_owned()));
                continue;
            }
            let columns: Vec<&str> = line.split('\t').collect();
            let &[part, name, least] = columns.as_slice() else {
                return Err(format!("line {number}: {} columns, 3 wanted", columns.len()));
            };
            if !PARTS.contains(&part) {
                return Err(format!(
                    "line {number}: `{part}` is no part of a score; parts are {}",
                    PARTS.join(", ")
                ));
            }
            let written = least;
            let least: f64 = least.parse().map_err(|_| format!("line {number}: `{least}` is no number"))?;
            if !(0.0..=100.0).contains(&least) {
                return Err(format!("line {number}: `{written}` is not between 0 and 100"));
            }
            let known =
                |l: &Line| matches!(l, Line::Floor { part: p, name: n, .. } if p == part && n == name);
            if lines.iter().any(known) {
                return Err(format!("line {number}: {part} {name} stands twice"));
            }
            let (part, name, written) = (part.to_owned(), name.to_owned(), written.to_owned());
            lines.push(Line::Floor { part, name, least, written });
        }
        Ok(Floors { lines, returns: table.contains("\r\n") })
    }

    /// Part, name and floor of each line.
    ///
    /// ```
    /// use casegrain::score::floors::Floors;
    /// let floors = Floors::parse("part\tname\tfloor\nrecall\tdrug\t92.5\n").unwrap();
    /// assert_eq!(floors.iter().next(), Some(("recall", "drug", 92.5)));
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, f64)> {
        self.lines.iter().filter_map(|line| match line {
            Line::Floor { part, name, least, .. } => Some((part.as_str(), name.as_str(), *least)),
            Line::Other(_) => None,
        })
    }

    /// Each floor with its figure, in the order of the table.
    pub fn judge(&self, figures: &Figures) -> Vec<Judged> {
        self.iter()
            .map(|(part, name, least)| {
                let (part, name) = (part.to_owned(), name.to_owned());
                let key = (part, name);
                let figure = figures.get(&key).map(|figure| figure.percent);
                Judged { part: key.0, name: key.1, least, figure }
            })
            .collect()
    }

    /// Lifts floors to `margin` points below the figures where that is higher, and adds floors for figures that had none
    /// and are counted on at least [`LEAST`] facts. Gives how many were lifted and added.
    ///
    /// # Errors
    /// The floors that are not held; then nothing is lifted, since a run that is better in one thing and worse in
    /// another is not a better run.
    pub fn raise(&mut self, figures: &Figures, margin: f64) -> Result<(usize, usize), Vec<Judged>> {
        let fallen: Vec<Judged> = self.judge(figures).into_iter().filter(|floor| !floor.is_held()).collect();
        if !fallen.is_empty() {
            return Err(fallen);
        }
        if !self.lines.iter().any(|line| matches!(line, Line::Other(other) if other == HEADER)) {
            self.lines.push(Line::Other(HEADER.to_owned()));
        }
        let (mut lifted, mut added) = (0, 0);
        for ((part, name), figure) in figures {
            // Rounded down, so that a figure is never below the floor it gave.
            let floor = (((figure.percent - margin) * 10.0 + 1e-9).floor() / 10.0).max(0.0);
            let known = self.lines.iter_mut().find_map(|line| match line {
                Line::Floor { part: p, name: n, least, written } if p == part && n == name => {
                    Some((least, written))
                }
                _ => None,
            });
            match known {
                Some((least, written)) if *least < floor => {
                    *least = floor;
                    *written = format!("{floor:.1}");
                    lifted += 1;
                }
                Some(_) => {}
                None if figure.of < LEAST => {}
                None => {
                    let (part, name, written) = (part.clone(), name.clone(), format!("{floor:.1}"));
                    self.lines.push(Line::Floor { part, name, least: floor, written });
                    added += 1;
                }
            }
        }
        Ok((lifted, added))
    }
}

impl std::fmt::Display for Floors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = String::new();
        for line in &self.lines {
            match line {
                Line::Other(other) => out.push_str(other),
                Line::Floor { part, name, written, .. } => write!(out, "{part}\t{name}\t{written}")?,
            }
            out.push_str(if self.returns { "\r\n" } else { "\n" });
        }
        f.write_str(&out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::{Agreement, Counts, Row};
    use std::collections::BTreeSet;

    fn figures(recall: f64) -> Figures {
        [(("recall".to_owned(), "drug".to_owned()), Figure { percent: recall, of: LEAST })].into()
    }

    #[test]
    fn floors_are_lifted_and_never_lowered() {
        let mut floors = Floors::parse("# why\npart\tname\tfloor\nrecall\tdrug\t90.0\n").expect("a table");
        let fallen = floors.raise(&figures(80.0), 0.0).expect_err("80 is below");
        assert_eq!((fallen.len(), fallen[0].told().as_str()), (1, "80.0"));
        assert_eq!(floors.raise(&figures(92.39), 0.0), Ok((1, 0)));
        assert_eq!(floors.to_string(), "# why\npart\tname\tfloor\nrecall\tdrug\t92.3\n");
        let held = |figures: &Figures| floors.judge(figures)[0].is_held();
        assert!(
            held(&figures(92.39)) && held(&figures(92.3)) && !held(&figures(92.2)) && !held(&Figures::new())
        );
    }

    #[test]
    fn nothing_is_lifted_while_something_fell() {
        let table = "part\tname\tfloor\nrecall\tdrug\t50.0\nrecall\tdose\t50.0\n";
        let mut floors = Floors::parse(table).expect("a table");
        // Of doses nothing was measured.
        let fallen = floors.raise(&figures(99.0), 0.0).expect_err("no doses");
        assert_eq!((fallen[0].name.as_str(), fallen[0].told().as_str()), ("dose", "not measured"));
        assert_eq!(floors.to_string(), table);
    }

    #[test]
    fn what_is_not_lifted_stays_as_it_was_written() {
        let table =
            "# all\r\n\r\npart\tname\tfloor\r\nf1\tdrug\t12.345\r\n# of drugs\r\nrecall\tdrug\t90\r\n";
        let mut floors = Floors::parse(table).expect("a table");
        let mut both = figures(90.0);
        both.insert(("f1".into(), "drug".into()), Figure { percent: 12.4, of: LEAST });
        assert_eq!(floors.raise(&both, 1.0), Ok((0, 0)));
        assert_eq!(floors.to_string(), table);
        assert_eq!(floors.raise(&both, 0.0), Ok((1, 0)));
        assert_eq!(floors.to_string(), table.replace("12.345", "12.4"));
    }

    #[test]
    fn what_could_never_fall_is_refused() {
        let error = |line: &str| {
            Floors::parse(&format!("part\tname\tfloor\n{line}\n")).expect_err("it holds nothing")
        };
        for (line, told) in [
            ("recal\tdrug\t90", "line 2: `recal` is no part"),
            ("recall\tdrug\tNaN", "line 2: `NaN` is not between"),
            ("recall\tdrug\t-1", "line 2: `-1` is not between"),
            ("recall\tdrug\t900", "line 2: `900` is not between"),
            ("recall\tdrug\t90\nrecall\tdrug\t80", "line 3: recall drug stands twice"),
        ] {
            assert!(error(line).starts_with(told), "{}", error(line));
        }
    }

    #[test]
    fn a_new_table_takes_every_figure() {
        let mut floors = Floors::default();
        assert_eq!(floors.raise(&figures(100.0), 1.5), Ok((0, 1)));
        assert_eq!(floors.to_string(), "part\tname\tfloor\nrecall\tdrug\t98.5\n");
        assert_eq!(Floors::parse(&floors.to_string()), Ok(floors));

        let mut few = figures(100.0);
        few.values_mut().for_each(|figure| figure.of = LEAST - 1);
        assert_eq!(Floors::default().raise(&few, 0.0), Ok((0, 0)));
    }

    #[test]
    fn every_part_of_a_score_may_have_a_floor() {
        let counts = Counts { gold: 1, found: 1, predicted: 1, right: 1, ..Counts::default() };
        let agreement = Agreement { compared: 1, right: 1 };
        let score = Score {
            rows: vec![Row { name: "drug".into(), counts, precise: true, intervals: None }],
            values: [("drug".into(), agreement)].into(),
            polarity: [("absent".into(), agreement)].into(),
            assertions: [("status", agreement)].into(),
            relations: [("dose_of".into(), counts)].into(),
            cases: vec![("drugs", counts)],
            ..Score::default()
        };
        let figures = super::figures(&score);
        let parts: BTreeSet<&str> = figures.keys().map(|(part, _)| part.as_str()).collect();
        assert_eq!(parts, PARTS.into_iter().collect());
    }
}
