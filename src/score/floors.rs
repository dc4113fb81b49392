//! Figures below which a change must not fall: a table that is kept beside the gold.
//!
//! The table has the columns `part`, `name` and `floor`, with tabs between them; lines that begin with `#` are remarks.
//! A floor is only ever lifted.

use super::Score;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The figures of a score by part and name, in percent.
pub type Figures = BTreeMap<(String, String), f64>;

/// All figures that may have a floor.
///
/// ```
/// use casegrain::score::{Counts, Row, Score, floors::figures};
/// let counts = Counts { gold: 4, found: 3, ..Counts::default() };
/// let row = Row { name: "drug".into(), counts, precise: false, intervals: None };
/// let score = Score { rows: vec![row], ..Score::default() };
/// assert_eq!(figures(&score)[&("recall".into(), "drug".into())], 75.0);
/// ```
pub fn figures(score: &Score) -> Figures {
    let mut all = Figures::new();
    let mut put = |part: &str, name: &str, figure: Option<f64>| {
        if let Some(figure) = figure {
            all.insert((part.to_owned(), name.to_owned()), figure);
        }
    };
    for row in &score.rows {
        put("recall", &row.name, row.counts.recall());
        put("precision", &row.name, row.counts.precision());
        put("f1", &row.name, row.counts.f1());
    }
    put("f1", "all", score.micro.f1());
    for (label, agreement) in &score.values {
        put("value", label, agreement.percent());
    }
    for (what, agreement) in &score.assertions {
        put("assertion", what, agreement.percent());
    }
    for (status, agreement) in &score.polarity {
        put("polarity", status, agreement.percent());
    }
    for (name, counts) in &score.relations {
        put("relation recall", name, counts.recall());
        put("relation precision", name, counts.precision());
    }
    for (name, counts) in &score.cases {
        put("case recall", name, counts.recall());
        put("case precision", name, counts.precision());
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
            let figure = figures.get(&(part.clone(), name.clone())).copied();
            // Floors have one digit, and so have the figures that people compare them with.
            if figure.is_none_or(|figure| (figure * 10.0).round() / 10.0 < *least) {
                all.push(Fallen { part: part.clone(), name: name.clone(), least: *least, figure });
            }
        }
        all
    }

    /// Lifts floors to the figures that are above them, and adds floors for figures that had none. Gives how many
    /// were lifted and added.
    pub fn raise(&mut self, figures: &Figures) -> (usize, usize) {
        if !self.lines.iter().any(|line| matches!(line, Line::Other(other) if other == HEADER)) {
            self.lines.push(Line::Other(HEADER.to_owned()));
        }
        let (mut lifted, mut added) = (0, 0);
        for ((part, name), figure) in figures {
            // Rounded down, so that a figure is never below the floor it gave.
            let floor = (figure * 10.0 + 1e-9).floor() / 10.0;
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
        [(("recall".to_owned(), "drug".to_owned()), recall)].into()
    }

    #[test]
    fn floors_are_lifted_and_never_lowered() {
        let mut floors = Floors::parse("# why\npart\tname\tfloor\nrecall\tdrug\t90.0\n").expect("a table");
        assert_eq!(floors.raise(&figures(80.0)), (0, 0));
        assert_eq!(floors.raise(&figures(92.39)), (1, 0));
        assert_eq!(floors.to_string(), "# why\npart\tname\tfloor\nrecall\tdrug\t92.3\n");
        assert!(floors.fallen(&figures(92.39)).is_empty() && floors.fallen(&figures(92.3)).is_empty());
        let fallen = floors.fallen(&figures(92.2));
        assert_eq!((fallen[0].least, fallen[0].figure), (92.3, Some(92.2)));
        assert_eq!(floors.fallen(&Figures::new())[0].figure, None);
    }

    #[test]
    fn a_new_table_takes_every_figure() {
        let mut floors = Floors::default();
        assert_eq!(floors.raise(&figures(100.0)), (0, 1));
        assert_eq!(floors.to_string(), "part\tname\tfloor\nrecall\tdrug\t100.0\n");
        assert_eq!(Floors::parse(&floors.to_string()), Ok(floors));
    }
}
