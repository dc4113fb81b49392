//! The cells in which facts stand.

use crate::recognise::matcher::View;
use crate::segment::Segments;
use crate::segment::table::Heading;

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
        if segments.tables.is_empty() {
            return;
        }
        self.cells.resize(places.len(), Cell::default());
        let mut heading = Heading::default();
        let mut fact = 0;
        for table in &segments.tables {
            heading.clear();
            let rows = &segments.rows[table.start as usize..table.end as usize];
            self.runs.push((rows[0].start, rows[rows.len() - 1].end));
            for (number, row) in (table.start + 1..).zip(rows) {
                let tokens = &view.tokens[row.start as usize..row.end as usize];
                let columns = heading.columns(view.text, tokens);
                while fact < places.len() && places[fact].0 < row.start {
                    fact += 1;
                }
                while fact < places.len() && places[fact].0 < row.end {
                    let column = columns[(places[fact].0 - row.start) as usize];
                    self.cells[fact] = Cell { row: number, column };
                    fact += 1;
                }
            }
        }
    }
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
