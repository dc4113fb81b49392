//! Lines, and which of them are rows of a table.

use super::Run;
use super::token::{COLUMN, Class, LINE, PARAGRAPH, Token};

/// The lines that have tokens.
pub(super) fn lines(tokens: &[Token], out: &mut Vec<Run>) {
    let mut start = 0;
    for (at, token) in tokens.iter().enumerate().skip(1) {
        if token.has(LINE) {
            out.push(Run { start, end: at as u32 });
            start = at as u32;
        }
    }
    if !tokens.is_empty() {
        out.push(Run { start, end: tokens.len() as u32 });
    }
}

/// At least so many lines that look like rows make a table.
const LEAST: usize = 3;
/// A row that is not cut into columns has at most so many tokens.
const LONGEST: usize = 16;

/// How much a line looks like a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Columns are marked by tabs, bars or runs of spaces.
    Columns,
    /// A short line without the end of a sentence and with a figure.
    Short,
    /// A short line that may be the second line of a row.
    Rest,
    /// A line of prose.
    Prose,
}

fn look(text: &str, tokens: &[Token], line: Run) -> Look {
    let line = &tokens[line.start as usize..line.end as usize];
    let mut columns = 0;
    let mut bars = 0;
    let mut figures = 0;
    for (at, token) in line.iter().enumerate() {
        columns += usize::from(at > 0 && token.has(COLUMN));
        figures += usize::from(token.class == Class::Number);
        bars += usize::from(token.class == Class::Mark && token.span().of(text) == "|");
    }
    if bars >= 2 || columns >= 2 || columns == 1 && line.len() <= LONGEST {
        return Look::Columns;
    }
    let last = line.last().map_or("", |t| t.span().of(text));
    let sentence_end = matches!(last, "." | "!" | "?" | ":") && line.len() > 6;
    if line.len() > LONGEST || sentence_end {
        Look::Prose
    } else if figures > 0 && line.len() >= 3 {
        Look::Short
    } else {
        Look::Rest
    }
}

/// Finds runs of lines that look like the rows of a table.
pub(super) fn rows(text: &str, tokens: &[Token], lines: &[Run], out: &mut Vec<Run>) {
    out.clear();
    let mut group: Vec<(Run, Look)> = Vec::new();
    let flush = |group: &mut Vec<(Run, Look)>, out: &mut Vec<Run>| {
        while group.last().is_some_and(|(_, l)| *l == Look::Rest) {
            group.pop();
        }
        let firm = group.iter().filter(|(_, l)| *l != Look::Rest).count();
        let cut = group.iter().filter(|(_, l)| *l == Look::Columns).count();
        if firm >= LEAST || cut >= 2 {
            out.extend(group.iter().map(|(r, _)| *r));
        }
        group.clear();
    };
    for line in lines {
        let own = look(text, tokens, *line);
        let apart = tokens[line.start as usize].has(PARAGRAPH);
        if own == Look::Prose || apart {
            flush(&mut group, out);
        }
        // A line without a figure does not begin a table, but may stand inside one.
        if own != Look::Prose && !(group.is_empty() && own == Look::Rest) {
            group.push((*line, own));
        }
    }
    flush(&mut group, out);
}
