//! Tables, and the cells in which facts stand.

use crate::recognise::matcher::View;
use crate::segment::Segments;
use crate::segment::token::{PARAGRAPH, Token};

/// The tables of a text.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// The tokens of each table.
    pub(super) runs: Vec<(u32, u32)>,
    /// By fact: where it stands.
    pub(super) cells: Vec<Cell>,
}

/// A place in a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    /// The row, counted from 1 over the whole text; 0 outside tables.
    row: u32,
    column: u32,
}

impl Tables {
    /// Finds the tables and the cells of all facts.
    pub(super) fn fill(&mut self, view: View<'_>, segments: &Segments, places: &[(u32, u32)]) {
        self.runs.clear();
        self.cells.clear();
        let rows = &segments.rows;
        if rows.is_empty() {
            return;
        }
        self.cells.resize(places.len(), Cell::default());
        let mut header: Vec<u32> = Vec::new();
        let mut fact = 0;
        for (number, row) in rows.iter().enumerate() {
            let begins = number == 0
                || rows[number - 1].end != row.start
                || view.tokens[row.start as usize].has(PARAGRAPH);
            if begins {
                self.runs.push((row.start, row.end));
                header.clear();
            } else if let Some(run) = self.runs.last_mut() {
                run.1 = row.end;
            }
            let tokens = &view.tokens[row.start as usize..row.end as usize];
            let columns = columns(view.text, tokens, &mut header);
            while fact < places.len() && places[fact].0 < row.start {
                fact += 1;
            }
            while fact < places.len() && places[fact].0 < row.end {
                let column = columns[(places[fact].0 - row.start) as usize];
                self.cells[fact] = Cell { row: number as u32 + 1, column };
                fact += 1;
            }
        }
    }
}

/// The column of each token of a row: bars are counted, or tabs, or else the cells lie below those of the table's
/// first row that has several.
fn columns(text: &str, tokens: &[Token], header: &mut Vec<u32>) -> Vec<u32> {
    let bars = tokens.iter().filter(|t| t.span().of(text) == "|").count();
    let start = tokens.first().map_or(0, |t| t.start);
    let line = text[..start as usize].rfind('\n').map_or(0, |n| n + 1) as u32;
    let space = |at: usize| &text[tokens[at - 1].end as usize..tokens[at].start as usize];
    let tabs = (1..tokens.len()).any(|at| space(at).contains('\t'));
    let mut out = Vec::with_capacity(tokens.len());
    if bars > 0 {
        let mut column = u32::from(tokens.first().is_some_and(|t| t.span().of(text) != "|"));
        for token in tokens {
            column += u32::from(token.span().of(text) == "|");
            out.push(column);
        }
        return out;
    }
    if tabs {
        let leading = text[line as usize..start as usize].matches('\t').count() as u32;
        let mut column = 1 + leading;
        for at in 0..tokens.len() {
            if at > 0 {
                column += space(at).matches('\t').count() as u32;
            }
            out.push(column);
        }
        return out;
    }
    let begins = |at: usize| at == 0 || space(at).chars().count() >= 2;
    let cells: Vec<u32> =
        (0..tokens.len()).filter(|at| begins(*at)).map(|at| tokens[at].start - line).collect();
    if header.is_empty() && cells.len() >= 2 {
        header.clone_from(&cells);
    }
    let mut column = 0;
    for (at, token) in tokens.iter().enumerate() {
        if begins(at) {
            let offset = token.start - line;
            // A cell may begin a little to the left of its heading: numbers are set to the right.
            let nearest = header.iter().enumerate().min_by_key(|(_, h)| h.abs_diff(offset));
            column = nearest.map_or(1, |(n, _)| n as u32 + 1);
        }
        out.push(column);
    }
    out
}

/// For each fact of a table, the nearest partner above and below it in its column.
pub(super) fn neighbours(
    cells: &[Cell],
    is_partner: impl Fn(usize) -> bool,
    first: u32,
    above: &mut [u32],
    below: &mut [u32],
) {
    let width = cells.iter().map(|c| c.column).max().unwrap_or(0) as usize + 1;
    // By column: the row of the last partner and its number, and the last in an earlier row.
    let blank = [(0u32, u32::MAX); 2];
    for (out, order) in [(above, false), (below, true)] {
        let mut last = vec![blank; width];
        for step in 0..cells.len() {
            let at = if order { cells.len() - 1 - step } else { step };
            let column = &mut last[cells[at].column as usize];
            let found = column.iter().find(|(row, _)| *row != cells[at].row);
            out[at] = found.map_or(u32::MAX, |(_, n)| *n);
            if is_partner(at) {
                let own = (cells[at].row, first + at as u32);
                if column[0].0 == own.0 {
                    column[0] = own;
                } else {
                    *column = [own, column[0]];
                }
            }
        }
    }
}
