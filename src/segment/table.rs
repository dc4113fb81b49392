//! Tables: rows that stand together, and the column in which a token stands.

use super::token::{PARAGRAPH, Token};
use super::{Run, Segments, find};

/// Groups rows into tables, each as a run of rows.
pub(super) fn tables(tokens: &[Token], rows: &[Run], out: &mut Vec<Run>) {
    out.clear();
    for (number, row) in (0u32..).zip(rows) {
        let goes_on = number > 0
            && rows[number as usize - 1].end == row.start
            && !tokens[row.start as usize].has(PARAGRAPH);
        match out.last_mut() {
            Some(table) if goes_on => table.end = number + 1,
            _ => out.push(Run { start: number, end: number + 1 }),
        }
    }
}

/// Where the cells of a table's heading begin, for rows whose columns are set with spaces.
#[derive(Debug, Default)]
pub(crate) struct Heading {
    offsets: Vec<u32>,
}

impl Heading {
    /// Forgets the table before.
    pub(crate) fn clear(&mut self) {
        self.offsets.clear();
    }

    /// The column of each token of a row, counted from 1: bars are counted, or tabs, or else the cells lie below those of
    /// the table's first row that has several.
    pub(crate) fn columns(&mut self, text: &str, tokens: &[Token]) -> Vec<u32> {
        let is_bar = |token: &Token| token.span().of(text) == "|";
        let start = tokens.first().map_or(0, |t| t.start);
        let line = text[..start as usize].rfind('\n').map_or(0, |n| n + 1) as u32;
        let space = |at: usize| &text[tokens[at - 1].end as usize..tokens[at].start as usize];
        let mut out = Vec::with_capacity(tokens.len());
        if tokens.iter().any(is_bar) {
            let mut column = u32::from(tokens.first().is_some_and(|t| !is_bar(t)));
            for token in tokens {
                column += u32::from(is_bar(token));
                out.push(column);
            }
            return out;
        }
        if (1..tokens.len()).any(|at| space(at).contains('\t')) {
            let mut column = 1 + text[line as usize..start as usize].matches('\t').count() as u32;
            for at in 0..tokens.len() {
                if at > 0 {
                    column += space(at).matches('\t').count() as u32;
                }
                out.push(column);
            }
            return out;
        }
        let begins = |at: usize| at == 0 || space(at).chars().count() >= 2;
        if self.offsets.is_empty() && (1..tokens.len()).any(begins) {
            let cells = (0..tokens.len()).filter(|at| begins(*at));
            self.offsets = cells.map(|at| tokens[at].start - line).collect();
        }
        let mut column = 0;
        for (at, token) in tokens.iter().enumerate() {
            if begins(at) {
                let offset = token.start - line;
                // A cell may begin a little to the left of its heading: numbers are set to the right.
                let nearest = self.offsets.iter().enumerate().min_by_key(|(_, h)| h.abs_diff(offset));
                column = nearest.map_or(1, |(n, _)| n as u32 + 1);
            }
            out.push(column);
        }
        out
    }
}

impl Segments {
    /// The tokens of the heading of the column in which a token of a table stands.
    pub(crate) fn heading_of(&self, text: &str, tokens: &[Token], token: u32) -> Option<Run> {
        let row = find(&self.rows, token)? as u32;
        let table = self.tables[find(&self.tables, row)?];
        if row == table.start {
            return None;
        }
        let slice = |row: Run| &tokens[row.start as usize..row.end as usize];
        let (first, own) = (self.rows[table.start as usize], self.rows[row as usize]);
        let mut heading = Heading::default();
        let above = heading.columns(text, slice(first));
        if above.last() <= Some(&1) {
            return None;
        }
        let column = heading.columns(text, slice(own))[(token - own.start) as usize];
        let start = above.iter().position(|c| *c == column)? as u32;
        let end = above.iter().rposition(|c| *c == column)? as u32 + 1;
        // The bar belongs to the column that it begins.
        let bar = u32::from(slice(first)[start as usize].span().of(text) == "|");
        (start + bar < end).then_some(Run { start: first.start + start + bar, end: first.start + end })
    }
}
