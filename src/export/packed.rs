//! Rows in bytes that keep their types, for formats whose rows can only be finished in the order of the run.

use super::{Cell, Rows};
use crate::model::Decimal;
use std::borrow::Cow;

/// Rows packed, each table in bytes of its own.
#[derive(Debug)]
pub(super) struct PackedRows {
    tables: Vec<Vec<u8>>,
    /// Numbers that a floating-point number cannot show as they were written, such as 1.50.
    pub(super) inexact: usize,
}

impl PackedRows {
    pub(super) fn new(tables: usize) -> Self {
        PackedRows { tables: vec![Vec::new(); tables], inexact: 0 }
    }

    /// The bytes of each table that has rows.
    pub(super) fn finish(self) -> impl Iterator<Item = (usize, Vec<u8>)> {
        self.tables.into_iter().enumerate().filter(|(_, bytes)| !bytes.is_empty())
    }
}

const NONE: u8 = 0;
const TEXT: u8 = 1;
const INTEGER: u8 = 2;
const NUMBER: u8 = 3;
const FALSE: u8 = 4;
const TRUE: u8 = 5;

impl Rows for PackedRows {
    fn row(&mut self, table: usize, cells: &[Cell<'_>]) {
        let out = &mut self.tables[table];
        for cell in cells {
            match cell {
                Cell::None => out.push(NONE),
                Cell::Text(text) => {
                    out.push(TEXT);
                    out.extend_from_slice(&(text.len() as u32).to_le_bytes());
                    out.extend_from_slice(text.as_bytes());
                }
                Cell::Integer(number) => {
                    out.push(INTEGER);
                    out.extend_from_slice(&number.to_le_bytes());
                }
                Cell::Number(number) => {
                    let (mantissa, scale) = number.parts();
                    self.inexact += usize::from(scale > 0 && mantissa % 10 == 0);
                    out.push(NUMBER);
                    out.extend_from_slice(&mantissa.to_le_bytes());
                    out.extend_from_slice(&scale.to_le_bytes());
                }
                Cell::Flag(flag) => out.push(if *flag { TRUE } else { FALSE }),
            }
        }
    }
}

/// What stands in one column, with text as it was packed. A cell owns or borrows its text, which has to be asked of
/// each that is dropped; of these there are thousands for a report.
#[derive(Clone, Copy, Debug)]
pub(super) enum Packed<'c> {
    None,
    Text(&'c [u8]),
    Integer(i64),
    Number(Decimal),
    Flag(bool),
}

impl<'c> Packed<'c> {
    pub(super) fn cell(self) -> Cell<'c> {
        match self {
            Packed::None => Cell::None,
            Packed::Text(text) => {
                Cell::Text(Cow::Borrowed(std::str::from_utf8(text).expect("as it was packed")))
            }
            Packed::Integer(number) => Cell::Integer(number),
            Packed::Number(number) => Cell::Number(number),
            Packed::Flag(flag) => Cell::Flag(flag),
        }
    }
}

/// The cells of one table, row after row, as they were packed.
pub(super) fn cells(bytes: &[u8]) -> Cells<'_> {
    Cells { bytes }
}

#[derive(Debug)]
pub(super) struct Cells<'c> {
    bytes: &'c [u8],
}

impl Cells<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (head, rest) = self.bytes.split_first_chunk::<N>().expect("as it was packed");
        self.bytes = rest;
        *head
    }
}

impl<'c> Iterator for Cells<'c> {
    type Item = Packed<'c>;

    #[inline]
    fn next(&mut self) -> Option<Packed<'c>> {
        let (tag, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(match *tag {
            TEXT => {
                let length = u32::from_le_bytes(self.take()) as usize;
                let (text, rest) = self.bytes.split_at(length);
                self.bytes = rest;
                Packed::Text(text)
            }
            INTEGER => Packed::Integer(i64::from_le_bytes(self.take())),
            NUMBER => {
                let mantissa = i64::from_le_bytes(self.take());
                Packed::Number(Decimal::new(mantissa, i16::from_le_bytes(self.take())))
            }
            FALSE => Packed::Flag(false),
            TRUE => Packed::Flag(true),
            _ => Packed::None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_out() {
        let row = [
            Cell::None,
            "".into(),
            "µ, \"a\"\n".into(),
            Cell::Text(Cow::Borrowed("")),
            (-3_i64).into(),
            i64::MAX.into(),
            Decimal::new(-150, 2).into(),
            true.into(),
            false.into(),
        ];
        let mut packed = PackedRows::new(3);
        packed.row(1, &row);
        packed.row(1, &row);
        assert_eq!(packed.inexact, 2);
        let all: Vec<_> = packed.finish().collect();
        assert_eq!(all.len(), 1);
        let cells: Vec<_> = cells(&all[0].1).map(Packed::cell).collect();
        assert_eq!(cells, [row.clone(), row].concat());
    }
}
