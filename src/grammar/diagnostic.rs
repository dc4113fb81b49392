//! What is wrong with a grammar, told with its place.

use super::source::Sources;
use std::fmt::Write as _;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The grammar cannot be used.
    Error,
    /// The grammar can be used, and something in it is most likely not meant.
    Lint,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable: `E…` for errors, `L…` for lints.
    pub code: &'static str,
    /// How bad.
    pub level: Level,
    /// The file, below the grammar folder.
    pub file: String,
    /// First byte and one past the last byte in the file.
    pub place: std::ops::Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do; may be empty.
    pub hint: String,
}

impl Diagnostic {
    /// An error.
    pub fn error(
        code: &'static str,
        file: &str,
        place: std::ops::Range<usize>,
        message: impl Into<String>,
    ) -> Self {
        Diagnostic {
            code,
            level: Level::Error,
            file: file.to_owned(),
            place,
            message: message.into(),
            hint: String::new(),
        }
    }

    /// A lint.
    pub fn lint(
        code: &'static str,
        file: &str,
        place: std::ops::Range<usize>,
        message: impl Into<String>,
    ) -> Self {
        Diagnostic { level: Level::Lint, ..Diagnostic::error(code, file, place, message) }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Line and column, both counted from 1, the column in code points.
    pub fn position(&self, sources: &Sources) -> (usize, usize) {
        let text = self.source(sources);
        let start = self.place.start.min(text.len());
        let line_start = text[..start].rfind('\n').map_or(0, |n| n + 1);
        (text[..start].matches('\n').count() + 1, text[line_start..start].chars().count() + 1)
    }

    fn source<'s>(&self, sources: &'s Sources) -> &'s str {
        sources.numbers().find(|n| sources.name(*n) == self.file).map_or("", |n| sources.text(n))
    }

    /// The finding as a person reads it: what, where, the line with a caret below, and the hint.
    pub fn render(&self, sources: &Sources) -> String {
        let (line, column) = self.position(sources);
        let text = self.source(sources).lines().nth(line - 1).unwrap_or_default();
        let level = if self.level == Level::Error { "error" } else { "lint" };
        let mut out =
            format!("{level}[{}]: {}\n  --> {}:{line}:{column}\n", self.code, self.message, self.file);
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        let indent: String =
            text.chars().take(column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        let width = self
            .source(sources)
            .get(self.place.clone())
            .map_or(1, |t| t.lines().next().unwrap_or_default().chars().count())
            .max(1);
        let _ = writeln!(out, "{margin} |\n{number} | {text}\n{margin} | {indent}{}", "^".repeat(width));
        if !self.hint.is_empty() {
            let _ = writeln!(out, "{margin} = hint: {}", self.hint);
        }
        out
    }
}

/// The known name nearest to a misspelt one, if one is near.
pub fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    known
        .into_iter()
        .map(|k| (distance(name, k), k))
        .filter(|(d, k)| *d <= (k.len().max(name.len()) / 3).max(1))
        .min()
        .map(|(_, k)| k)
}

/// The least number of letters to change, add, leave out or swap with the next.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    // The row before, and the letter that it is of.
    let mut above: (Vec<usize>, Option<char>) = (Vec::new(), None);
    for (i, x) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut least = (row[j] + usize::from(x != *y)).min(row[j + 1] + 1).min(next[j] + 1);
            if j > 0 && above.1 == Some(*y) && b[j - 1] == x {
                least = least.min(above.0[j - 1] + 1);
            }
            next.push(least);
        }
        above = (std::mem::replace(&mut row, next), Some(x));
    }
    row[b.len()]
}
