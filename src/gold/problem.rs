//! What is wrong with gold, where and why.

use std::collections::BTreeMap;
use std::fmt;

/// A number with what it counts.
///
/// ```
/// use casegrain::gold::count;
/// assert_eq!((count(1, "entity"), count(2, "entity")), ("1 entity".into(), "2 entities".into()));
/// ```
pub fn count(number: usize, what: &str) -> String {
    match what.strip_suffix('y') {
        _ if number == 1 => format!("1 {what}"),
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{number} {stem}ies"),
        _ => format!("{number} {what}s"),
    }
}

/// A line of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file as it was given or found.
    pub file: String,
    /// The line, counted from 1; 0 for the file as a whole.
    pub line: u64,
}

impl Place {
    /// A line of the same file; the place itself where the line is not known.
    pub(super) fn at(&self, line: u64) -> Place {
        Place { line: if line > 0 { line } else { self.line }, ..self.clone() }
    }
}

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The document cannot be scored.
    Error,
    /// Most likely a slip.
    Warning,
}

/// One thing that is wrong.
///
/// ```
/// use casegrain::gold::{Level, Place, Problem};
/// let place = Place { file: "gold.jsonl".into(), line: 3 };
/// let problem = Problem { place, level: Level::Error, code: "shifted", message: "entity 1 is not a slice".into() };
/// assert_eq!(problem.to_string(), "gold.jsonl:3: error: entity 1 is not a slice (shifted)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// How much it matters.
    pub level: Level,
    /// A stable code.
    pub code: &'static str,
    /// What is wrong, in words.
    pub message: String,
}

impl Problem {
    pub(super) fn error(place: &Place, code: &'static str, message: impl Into<String>) -> Self {
        Problem { place: place.clone(), level: Level::Error, code, message: message.into() }
    }

    pub(super) fn warning(place: &Place, code: &'static str, message: impl Into<String>) -> Self {
        Problem { place: place.clone(), level: Level::Warning, code, message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place.file)?;
        if self.place.line > 0 {
            write!(f, ":{}", self.place.line)?;
        }
        let level = match self.level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        write!(f, ": {level}: {} ({})", self.message, self.code)
    }
}

/// What a file holds that is not kept: the same thing is told once, with the line where it stands first and how often.
#[derive(Debug, Default)]
pub(super) struct Lost(BTreeMap<String, (u64, usize)>);

impl Lost {
    /// Once more of it.
    pub(super) fn add(&mut self, what: impl Into<String>, line: u64) {
        self.0.entry(what.into()).or_insert((line, 0)).1 += 1;
    }

    /// Tells all of it, in the order of the lines.
    pub(super) fn tell(self, file: &str, problems: &mut Vec<Problem>) {
        let mut all: Vec<(String, (u64, usize))> = self.0.into_iter().collect();
        all.sort_by_key(|(_, (line, _))| *line);
        for (what, (line, count)) in all {
            let often = if count > 1 { format!(" ({count} times in this file)") } else { String::new() };
            let place = Place { file: file.to_owned(), line };
            problems.push(Problem::warning(&place, "lost", format!("{what}{often}")));
        }
    }
}
