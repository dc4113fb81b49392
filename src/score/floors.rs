//! Figures below which a change must not fall: a table that is kept beside the gold.
//!
//! The table has the columns `part`, `name` and `floor`, with tabs between them; lines that begin with `#` are remarks.
//! A floor is only ever lifted.

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
    let values = score.values.iter().map(|(label, a)| ("value", label.as_str(), a));
    let assertions = score.assertions.iter().map(|(what, a)| ("assertion", *what, a));
    let polarity = score.polarity.iter().map(|(status, a)| ("polarity", status.as_str(), a));
    for (part, name, agreement) in values.chain(assertions).chain(polarity) {
        put(part, name, agreement.percent(), agreement.compared);
    }
    all
}

/// A table of floors.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Floors {
    lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq)]
enum Line {
    /// A remark or an empty line, kept as it is.
    Other(String),
    Floor {
        part: String,
        name: String,
        least: f64,
    },
}

/// A figure that fell below its floor.
#[derive(Clone, Debug, PartialEq)]
pub struct Fallen {
    /// The part of the score, such as `recall`.
    pub part: String,
    /// The label, type, field or relation.
    pub name: String,
    /// The floor, in percent.
    pub least: f64,
    /// The figure; none if there is nothing any more that it could be counted on.
    pub figure: Option<f64>,
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
            if line.is_empty() || line.starts_with('#') {
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
            let least: f64 = least.parse().map_err(|_| format!("line {number}: `{least}` is no number"))?;
            let known =
                |l: &Line| matches!(l, Line::Floor { part: p, name: n, .. } if p == part && n == name);
            if lines.iter().any(known) {
                return Err(format!("line {number}: {part} {name} stands twice"));
            }
            lines.push(Line::Floor { part: part.to_owned(), name: name.to_owned(), least });
        }
        Ok(Floors { lines })
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
            Line::Floor { part, name, least } => Some((part.as_str(), name.as_str(), *least)),
            Line::Other(_) => None,
        })
    }

    /// The figures that are below their floors, in the order of the table.
    pub fn fallen(&self, figures: &Figures) -> Vec<Fallen> {
        let mut all = Vec::new();
        for line in &self.lines {
            let Line::Floor { part, name, least } = line else { continue };
            let figure = figures.get(&(part.clone(), name.clone())).map(|figure| figure.percent);
            // Floors have one digit, and so have the figures that people compare them with.
            if figure.is_none_or(|figure| (figure * 10.0).round() / 10.0 < *least) {
                all.push(Fallen { part: part.clone(), name: name.clone(), least: *least, figure });
            }
        }
        all
    }

    /// Lifts floors to `margin` points below the figures where that is higher, and adds floors for figures that had none
    /// and are counted on at least [`LEAST`] facts. Gives how many were lifted and added.
    pub fn raise(&mut self, figures: &Figures, margin: f64) -> (usize, usize) {
        if !self.lines.iter().any(|line| matches!(line, Line::Other(other) if other == HEADER)) {
            self.lines.push(Line::Other(HEADER.to_owned()));
        }
        let (mut lifted, mut added) = (0, 0);
        for ((part, name), figure) in figures {
            // Rounded down, so that a figure is never below the floor it gave.
            let floor = (((figure.percent - margin) * 10.0 + 1e-9).floor() / 10.0).max(0.0);
            let known = self.lines.iter_mut().find_map(|line| match line {
                Line::Floor { part: p, name: n, least } if p == part && n == name => Some(least),
                _ => None,
            });
            match known {
                Some(least) if *least < floor => {
                    *least = floor;
                    lifted += 1;
                }
                Some(_) => {}
                None if figure.of < LEAST => {}
                None => {
                    self.lines.push(Line::Floor { part: part.clone(), name: name.clone(), least: floor });
                    added += 1;
                }
            }
        }
        (lifted, added)
    }
}

impl std::fmt::Display for Floors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = String::new();
        for line in &self.lines {
            match line {
                Line::Other(other) => out.push_str(other),
                Line::Floor { part, name, least } => write!(out, "{part}\t{name}\t{least:.1}")?,
            }
            out.push('\n');
        }
        f.write_str(&out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(recall: f64) -> Figures {
        [(("recall".to_owned(), "drug".to_owned()), Figure { percent: recall, of: LEAST })].into()
    }

    #[test]
    fn floors_are_lifted_and_never_lowered() {
        let mut floors = Floors::parse("# why\npart\tname\tfloor\nrecall\tdrug\t90.0\n").expect("a table");
        assert_eq!(floors.raise(&figures(80.0), 0.0), (0, 0));
        assert_eq!(floors.raise(&figures(92.39), 0.0), (1, 0));
        assert_eq!(floors.to_string(), "# why\npart\tname\tfloor\nrecall\tdrug\t92.3\n");
        assert!(floors.fallen(&figures(92.39)).is_empty() && floors.fallen(&figures(92.3)).is_empty());
        let fallen = floors.fallen(&figures(92.2));
        assert_eq!((fallen[0].least, fallen[0].figure), (92.3, Some(92.2)));
        assert_eq!(floors.fallen(&Figures::new())[0].figure, None);
    }

    #[test]
    fn a_new_table_takes_every_figure() {
        let mut floors = Floors::default();
        assert_eq!(floors.raise(&figures(100.0), 1.5), (0, 1));
        assert_eq!(floors.to_string(), "part\tname\tfloor\nrecall\tdrug\t98.5\n");
        assert_eq!(Floors::parse(&floors.to_string()), Ok(floors));

        let mut few = figures(100.0);
        few.values_mut().for_each(|figure| figure.of = LEAST - 1);
        assert_eq!(Floors::default().raise(&few, 0.0), (0, 0));
    }
}
