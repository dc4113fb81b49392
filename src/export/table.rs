//! Tables: what their columns are called and hold, and their rows as CSV.

use crate::model::{Decimal, Status, Time};
use std::borrow::Cow;
use std::fmt::Write;

/// A table of a format.
#[derive(Debug)]
pub struct Table {
    /// The name of its file, without the ending.
    pub name: &'static str,
    /// What a row is.
    pub about: &'static str,
    /// Its columns; they keep their names and types, and new ones come after them.
    pub columns: &'static [Column],
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name: letters in lower case, digits and `_`.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnType,
    /// What that means.
    pub about: &'static str,
}

/// What a column holds. Every column may be empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// UTF-8 text.
    Text,
    /// A signed whole number of 64 bits.
    Integer,
    /// A number: as it was written where the format allows it, the nearest 64-bit floating-point number otherwise.
    Number,
    /// `true` or `false`.
    Flag,
    /// A day, as `2024-05-17`.
    Date,
}

impl ColumnType {
    /// What SQL calls it.
    pub fn sql(self) -> &'static str {
        match self {
            ColumnType::Text => "VARCHAR",
            ColumnType::Integer => "BIGINT",
            ColumnType::Number => "DOUBLE",
            ColumnType::Flag => "BOOLEAN",
            ColumnType::Date => "DATE",
        }
    }
}

/// What stands in one column of one row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'c> {
    /// Nothing.
    None,
    /// Text.
    Text(Cow<'c, str>),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(Decimal),
    /// Yes or no.
    Flag(bool),
}

impl Cell<'_> {
    /// Whether it may stand in such a column.
    pub fn fits(&self, kind: ColumnType) -> bool {
        match self {
            Cell::None => true,
            Cell::Text(_) => matches!(kind, ColumnType::Text | ColumnType::Date),
            Cell::Integer(_) => kind == ColumnType::Integer,
            Cell::Number(_) => kind == ColumnType::Number,
            Cell::Flag(_) => kind == ColumnType::Flag,
        }
    }
}

impl<'c> From<&'c str> for Cell<'c> {
    /// Empty text is nothing.
    fn from(text: &'c str) -> Self {
        if text.is_empty() { Cell::None } else { Cell::Text(Cow::Borrowed(text)) }
    }
}

impl<'c> From<Cow<'c, str>> for Cell<'c> {
    fn from(text: Cow<'c, str>) -> Self {
        if text.is_empty() { Cell::None } else { Cell::Text(text) }
    }
}

impl<'c> From<&'c String> for Cell<'c> {
    fn from(text: &'c String) -> Self {
        text.as_str().into()
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        if text.is_empty() { Cell::None } else { Cell::Text(Cow::Owned(text)) }
    }
}

impl<'c, T: Into<Cell<'c>>> From<Option<T>> for Cell<'c> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::None, Into::into)
    }
}

impl<'c> From<&'c Option<String>> for Cell<'c> {
    fn from(text: &'c Option<String>) -> Self {
        text.as_deref().into()
    }
}

impl From<Decimal> for Cell<'_> {
    fn from(number: Decimal) -> Self {
        Cell::Number(number)
    }
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Cell::Integer(number)
    }
}

impl From<u32> for Cell<'_> {
    fn from(number: u32) -> Self {
        Cell::Integer(number.into())
    }
}

impl From<bool> for Cell<'_> {
    fn from(flag: bool) -> Self {
        Cell::Flag(flag)
    }
}

impl From<Status> for Cell<'_> {
    fn from(status: Status) -> Self {
        status.name().into()
    }
}

impl From<Time> for Cell<'_> {
    fn from(time: Time) -> Self {
        time.name().into()
    }
}

impl From<&[i64]> for Cell<'_> {
    /// With spaces between.
    fn from(numbers: &[i64]) -> Self {
        let mut out = String::new();
        for (at, number) in numbers.iter().enumerate() {
            let _ = write!(out, "{}{number}", if at > 0 { " " } else { "" });
        }
        out.into()
    }
}

/// Takes rows of several tables.
pub trait Rows {
    /// A row of the table of that number.
    fn row(&mut self, table: usize, cells: &[Cell<'_>]);
}

/// Rows as CSV (RFC 4180, but with line feeds alone), each table in bytes of its own.
///
/// Most cells of a wide row are empty, which a general writer takes as long for as for those that are not.
#[derive(Debug)]
pub struct CsvRows {
    tables: Vec<Vec<u8>>,
}

impl CsvRows {
    /// Without rows.
    pub fn new(tables: usize) -> Self {
        CsvRows { tables: vec![Vec::new(); tables] }
    }

    /// The bytes of each table that has rows.
    pub fn finish(self) -> impl Iterator<Item = (usize, Vec<u8>)> {
        self.tables.into_iter().enumerate().filter(|(_, rows)| !rows.is_empty())
    }
}

impl Rows for CsvRows {
    /// ```
    /// use casegrain::export::{Cell, CsvRows, Rows};
    /// use casegrain::model::Decimal;
    /// let mut rows = CsvRows::new(1);
    /// let number = Decimal::parse("1.50").unwrap();
    /// rows.row(0, &["a, b".into(), Cell::None, number.into(), 3_i64.into(), true.into()]);
    /// rows.row(0, &["say \"ah\"".into(), Cell::None]);
    /// assert_eq!(rows.finish().next().unwrap().1, b"\"a, b\",,1.50,3,true\n\"say \"\"ah\"\"\",\n");
    /// ```
    fn row(&mut self, table: usize, cells: &[Cell<'_>]) {
        push_row(&mut self.tables[table], cells);
    }
}

/// Appends a line of CSV.
pub(super) fn push_row(out: &mut Vec<u8>, cells: &[Cell<'_>]) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        push_cell(out, cell);
    }
    out.push(b'\n');
}

/// Appends what stands in one column.
pub(super) fn push_cell(out: &mut Vec<u8>, cell: &Cell<'_>) {
    match cell {
        Cell::None => {}
        Cell::Text(text) => push_field(out, text),
        Cell::Integer(value) => Decimal::integer(*value).write_to(out),
        Cell::Number(value) => value.write_to(out),
        Cell::Flag(true) => out.extend_from_slice(b"true"),
        Cell::Flag(false) => out.extend_from_slice(b"false"),
    }
}

/// Text, in quotes where something in it would end the field.
fn push_field(out: &mut Vec<u8>, text: &str) {
    let quoted = |byte: u8| byte == b',' || byte == b'"' || byte == b'\n' || byte == b'\r';
    // A look at all bytes without leaving early is done many at a time.
    if !text.bytes().fold(false, |found, byte| found | quoted(byte)) {
        return out.extend_from_slice(text.as_bytes());
    }
    out.push(b'"');
    for (at, piece) in text.split('"').enumerate() {
        if at > 0 {
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(piece.as_bytes());
    }
    out.push(b'"');
}

/// The first line of a table.
pub(super) fn header(table: &Table) -> Vec<u8> {
    line(table.columns.iter().map(|column| column.name))
}

/// One line of CSV.
pub(super) fn line<'f>(fields: impl IntoIterator<Item = &'f str>) -> Vec<u8> {
    let mut out = Vec::new();
    push_row(&mut out, &fields.into_iter().map(Cell::from).collect::<Vec<_>>());
    out
}
