//! The tables of what checks compared: those that held, and the operands of these and of issues.

use super::{Cell, Column, ColumnType, DOCUMENT, Number, ROW, Rows, Table, column};
use crate::run::{Expected, Operand, Record};

pub(super) static OPERANDS: Table = Table {
    name: "operands",
    about: "One field of an entity that a check compared, for an issue or for a check that held.",
    columns: &[
        DOCUMENT,
        column("list", ColumnType::Text, "The table of the row that it belongs to: issues or checks."),
        column("row", ColumnType::Integer, "The row of that table."),
        column("position", ColumnType::Integer, "Place among the operands, from 1."),
        column("entity", ColumnType::Text, "Id of the entity."),
        column("field", ColumnType::Text, "Name of its field; the table fields has what that holds."),
    ],
};

pub(super) static CHECKS: Table = Table {
    name: "checks",
    about: "A check that held; only those of a run with --checks all.",
    columns: &[
        DOCUMENT,
        ROW,
        column("check", ColumnType::Text, "Its name."),
        EXPECTED_LOW,
        EXPECTED_HIGH,
        EXPECTED_UNIT,
    ],
};

pub(super) const EXPECTED_LOW: Column =
    column("expected_low", ColumnType::Number, "What the first operand should be: at least.");
pub(super) const EXPECTED_HIGH: Column =
    column("expected_high", ColumnType::Number, "At most; the same where it should be one number.");
pub(super) const EXPECTED_UNIT: Column =
    column("expected_unit", ColumnType::Text, "UCUM code; empty for a bare number.");

/// The cells of those three columns.
pub(super) fn expected<'c>(range: Option<&'c Expected>) -> [Cell<'c>; 3] {
    [
        range.and_then(|range| range.low).into(),
        range.and_then(|range| range.high).into(),
        range.map(|range| range.unit.as_str()).into(),
    ]
}

pub(super) fn rows(record: &Record, out: &mut dyn Rows) {
    for (row, issue) in (1..).zip(&record.issues) {
        operands(&record.id, "issues", row, &issue.operands, out);
    }
    for (row, check) in (1..).zip(&record.checks) {
        let [low, high, unit] = expected(check.expected.as_ref());
        let cells = [(&record.id).into(), Cell::Integer(row), (&check.name).into(), low, high, unit];
        out.row(Number::Checks as usize, &cells);
        operands(&record.id, "checks", row, &check.operands, out);
    }
}

fn operands(id: &String, list: &'static str, row: i64, all: &[Operand], out: &mut dyn Rows) {
    for (position, operand) in (1_i64..).zip(all) {
        let Operand { entity, field } = operand;
        let cells = [id.into(), list.into(), row.into(), position.into(), entity.into(), field.name().into()];
        out.row(Number::Operands as usize, &cells);
    }
}
