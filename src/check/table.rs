//! Tables of checks: tab-separated, their first line names the columns.

use super::unit::{Code, Codes};
use crate::grammar::source::Sources;
use crate::model::{EntityType, Field};

/// Something wrong with a table.
#[derive(Debug)]
pub(crate) struct Wrong {
    /// The file, below the grammar folder.
    pub(crate) file: &'static str,
    /// Its line, from 1.
    pub(crate) line: u32,
    /// What is wrong.
    pub(crate) message: String,
}

/// One table while it is read.
pub(super) struct Rows<'s, 'w> {
    file: &'static str,
    text: &'s str,
    columns: usize,
    wrong: &'w mut Vec<Wrong>,
}

/// One line of a table.
pub(super) struct Row<'s, 'w> {
    cells: Vec<&'s str>,
    file: &'static str,
    line: u32,
    wrong: &'w mut Vec<Wrong>,
}

/// Reads tables and gathers what is wrong with them.
pub(super) struct Reader<'s> {
    pub(super) sources: &'s Sources,
    pub(super) wrong: Vec<Wrong>,
}

impl<'s> Reader<'s> {
    /// The table of that path; without lines if there is none.
    pub(super) fn rows(&mut self, file: &'static str, columns: &[&str]) -> Rows<'s, '_> {
        let text = self.sources.find(file).unwrap_or_default();
        let header = text.lines().next().unwrap_or_default();
        if !text.is_empty() && !header.split('\t').eq(columns.iter().copied()) {
            let message = format!("the columns must be {}", columns.join(", "));
            self.wrong.push(Wrong { file, line: 1, message });
        }
        Rows { file, text, columns: columns.len(), wrong: &mut self.wrong }
    }
}

impl<'s> Rows<'s, '_> {
    /// Does something with each line; `None` passes it over.
    pub(super) fn each(self, mut act: impl FnMut(&mut Row<'s, '_>) -> Option<()>) {
        for (number, line) in (1..).zip(self.text.lines()).skip(1) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let cells: Vec<&str> = line.split('\t').collect();
            let mut row = Row { cells, file: self.file, line: number, wrong: self.wrong };
            if row.cells.len() != self.columns {
                row.error(format!("{} columns instead of {}", row.cells.len(), self.columns));
                continue;
            }
            // What is wrong with the line was told by the cell that is wrong.
            let _ = act(&mut row);
        }
    }
}

impl<'s> Row<'s, '_> {
    /// The words of a cell.
    pub(super) fn text(&self, column: usize) -> &'s str {
        self.cells[column]
    }

    /// The number of a cell, if it is not empty.
    pub(super) fn number(&mut self, column: usize) -> Option<f64> {
        let text = self.cells[column];
        if text.is_empty() {
            return None;
        }
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        if number.is_none() {
            self.error(format!("{text:?} is no number"));
        }
        number
    }

    /// Two numbers, the first below the second; an empty cell is open.
    pub(super) fn range(&mut self, low: usize, high: usize) -> Option<(f64, f64)> {
        let range =
            (self.number(low).unwrap_or(f64::NEG_INFINITY), self.number(high).unwrap_or(f64::INFINITY));
        if range.0 >= range.1 {
            self.error(format!("{} is not below {}", range.0, range.1));
            return None;
        }
        Some(range)
    }

    /// The type of entities of a cell.
    pub(super) fn kind(&mut self, column: usize) -> Option<EntityType> {
        let kind = EntityType::from_name(self.cells[column]);
        if kind.is_none() {
            self.error(format!("{:?} is no type", self.cells[column]));
        }
        kind
    }

    /// The field of a cell, of entities of a type.
    pub(super) fn field(&mut self, column: usize, kind: EntityType) -> Option<Field> {
        let field = Field::from_name(self.cells[column]).filter(|field| kind.fields().contains(field));
        if field.is_none() {
            self.error(format!("{:?} is no field of {}", self.cells[column], kind.name()));
        }
        field
    }

    /// A unit and, in the two columns after it, the range of a number in it.
    pub(super) fn limits(&mut self, unit: usize, codes: &Codes) -> Option<(Code, (f64, f64))> {
        let code = codes.code_of(self, self.cells[unit])?;
        Some((code, self.range(unit + 1, unit + 2)?))
    }

    /// Something is wrong with this line.
    pub(super) fn error(&mut self, message: String) {
        self.wrong.push(Wrong { file: self.file, line: self.line, message });
    }
}
