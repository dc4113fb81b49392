//! The tables of a report: what was read, whether or not a case record holds it.

use super::super::annotated::spaced;
use super::checks::{EXPECTED_HIGH, EXPECTED_LOW, EXPECTED_UNIT, expected};
use super::{CASE, DOCUMENT, SOURCES};
use super::{Cell, Column, ColumnType, Document, END, Number, ROW, RULE, Rows, START, Table, column};
use crate::model::{Decimal, EntityType, Field, FieldValue, Value};
use crate::run::{Entity, Relation, Section};

pub(super) static DOCUMENTS: Table = Table {
    name: "documents",
    about: "One report.",
    columns: &[
        DOCUMENT,
        column("name", ColumnType::Text, "The file it came from."),
        column("format", ColumnType::Text, "The form it came in: text, jsonl, …"),
        column("encoding", ColumnType::Text, "How its characters were stored."),
        column(
            "sha256",
            ColumnType::Text,
            "SHA-256 of the file's bytes, or of the text that came in a line.",
        ),
        column("characters", ColumnType::Integer, "Length of the text in code points."),
        column("cases", ColumnType::Integer, "How many patients have a record."),
        column("program", ColumnType::Text, "What read it."),
        column("version", ColumnType::Text, "The version of that."),
        column("grammar", ColumnType::Text, "Hash of the grammar set."),
        column("schema", ColumnType::Text, "The version of the form of the output."),
    ],
};

pub(super) static SECTIONS: Table = Table {
    name: "sections",
    about: "A part of a report under one heading.",
    columns: &[
        DOCUMENT,
        ROW,
        column("kind", ColumnType::Text, "The kind of section; body before the first heading."),
        column("title", ColumnType::Text, "The words of the heading."),
        START,
        END,
    ],
};

pub(super) static ENTITIES: Table = Table {
    name: "entities",
    about: "One fact at one place of the text.",
    columns: &[
        DOCUMENT,
        ENTITY,
        column("type", ColumnType::Text, "What kind of fact: drug, dose, finding, …"),
        START,
        END,
        column("text", ColumnType::Text, "The words."),
        column(
            "name",
            ColumnType::Text,
            "What it is called: the preferred name, symbol, code or date of its type.",
        ),
        column("value", ColumnType::Number, "The number; empty for a range."),
        column("low", ColumnType::Number, "Lower end of a range."),
        column("high", ColumnType::Number, "Upper end of a range."),
        column("unit", ColumnType::Text, "UCUM code."),
        column("comparator", ColumnType::Text, "<, <=, >, >= or ~."),
        column("status", ColumnType::Text, "present, absent, possible, conditional or hypothetical."),
        column("subject", ColumnType::Text, "patient, family, other or literature."),
        column("time", ColumnType::Text, "current, history or planned."),
        column(
            "patient",
            ColumnType::Integer,
            "Which of several patients, from 1; empty where the report tells of one.",
        ),
        column("section", ColumnType::Text, "The kind of section it stands in."),
        RULE,
        column(
            "codes",
            ColumnType::Text,
            "Its codes in public systems as SYSTEM:CODE, with spaces between; empty without.",
        ),
        column("relative", ColumnType::Text, "Of the family: which relative, where the text says so."),
    ],
};

pub(super) static FIELDS: Table = Table {
    name: "fields",
    about: "One field of the value of an entity, or one item of a field that is a list.",
    columns: &[
        DOCUMENT,
        ENTITY,
        column("field", ColumnType::Text, "Name of the field: analyte, value, dimensions, …"),
        column("position", ColumnType::Integer, "Place in the list, from 1; 1 where the field is no list."),
        column(
            "text",
            ColumnType::Text,
            "What it holds, as written: words, a number with its digits, true or false.",
        ),
        column("number", ColumnType::Number, "The same as a number, if it is one."),
        START,
        END,
    ],
};

pub(super) static RELATIONS: Table = Table {
    name: "relations",
    about: "A directed link between two entities of a report.",
    columns: &[
        DOCUMENT,
        column("relation", ColumnType::Text, "Id of the relation: R1, R2, …"),
        column("type", ColumnType::Text, "dose_of, site_of, …"),
        column("from", ColumnType::Text, "Id of the entity it starts from."),
        column("to", ColumnType::Text, "Id of the entity it leads to."),
        RULE,
    ],
};

pub(super) static ISSUES: Table = Table {
    name: "issues",
    about: "What cannot be right in a report, or was repaired while reading.",
    columns: &[
        DOCUMENT,
        CASE,
        ROW,
        column("code", ColumnType::Text, "unit-repaired, dose-implausible, …"),
        column("severity", ColumnType::Text, "info, warning or error."),
        column("message", ColumnType::Text, "What is wrong."),
        column(
            "check",
            ColumnType::Text,
            "The check that raised it; empty for what was found while reading.",
        ),
        SOURCES,
        START,
        END,
        RULE,
        EXPECTED_LOW,
        EXPECTED_HIGH,
        EXPECTED_UNIT,
        column(
            "suggested_entity",
            ColumnType::Text,
            "The entity that another reading would make plausible; itself as it was read.",
        ),
        column(
            "suggested_value",
            ColumnType::Number,
            "The number that it would have, where another one fits.",
        ),
        column("suggested_unit", ColumnType::Text, "The unit that it would have."),
    ],
};

const ENTITY: Column = column("entity", ColumnType::Text, "Id of the entity: T1, T2, …");

pub(super) fn rows(document: &Document<'_>, out: &mut dyn Rows) {
    let record = document.record;
    let id = &record.id;
    let source = &record.source;
    out.row(
        Number::Documents as usize,
        &[
            id.into(),
            (&source.name).into(),
            (&source.format).into(),
            (&source.encoding).into(),
            (&source.sha256).into(),
            i64::try_from(source.characters).ok().into(),
            i64::try_from(record.cases.len()).ok().into(),
            (&record.program.name).into(),
            (&record.program.version).into(),
            (&record.program.grammar).into(),
            (&record.schema).into(),
        ],
    );
    for (row, section) in (1_i64..).zip(&record.sections) {
        let Section { kind, title, start, end } = section;
        let cells = [id.into(), row.into(), kind.into(), title.into(), (*start).into(), (*end).into()];
        out.row(Number::Sections as usize, &cells);
    }
    for entity in &record.entities {
        out.row(Number::Entities as usize, &row_of(id, entity));
        for (field, value) in entity.value.iter() {
            fields(id, entity, field, value, out);
        }
        // Words of a field that holds nothing.
        for part in entity.parts.iter().filter(|part| entity.value.get(part.field).is_none()) {
            let (own, field) = ((&entity.id).into(), part.field.name().into());
            let (start, end) = (part.start.into(), part.end.into());
            let cells = [id.into(), own, field, 1_i64.into(), Cell::None, Cell::None, start, end];
            out.row(Number::Fields as usize, &cells);
        }
    }
    for relation in &record.relations {
        let Relation { id: own, kind, from, to, rule } = relation;
        let cells = [id.into(), own.into(), kind.into(), from.into(), to.into(), rule.into()];
        out.row(Number::Relations as usize, &cells);
    }
    for (row, issue) in (1_i64..).zip(&record.issues) {
        let first = issue.entities.iter().find_map(|id| document.named(id));
        let [low, high, unit] = expected(issue.expected.as_ref());
        let suggested = issue.suggestion.as_ref();
        let cells = [
            id.into(),
            Cell::None,
            row.into(),
            (&issue.code).into(),
            (&issue.severity).into(),
            (&issue.message).into(),
            (&issue.check).into(),
            issue.entities.join(" ").into(),
            first.map(|entity| entity.start).into(),
            first.map(|entity| entity.end).into(),
            first.map(|entity| entity.rule.as_str()).into(),
            low,
            high,
            unit,
            suggested.map(|fit| fit.entity.as_str()).into(),
            suggested.and_then(|fit| fit.value).into(),
            suggested.map(|fit| fit.unit.as_str()).into(),
        ];
        out.row(Number::Issues as usize, &cells);
    }
}

fn row_of<'c>(id: &'c String, entity: &'c Entity) -> [Cell<'c>; 20] {
    let value = &entity.value;
    let number = |field| Cell::from(value.number(field));
    let text = |field| Cell::from(value.text(field));
    [
        id.into(),
        (&entity.id).into(),
        entity.kind.name().into(),
        entity.start.into(),
        entity.end.into(),
        (&entity.text).into(),
        name(entity.kind, value),
        number(Field::Value),
        number(Field::Low),
        number(Field::High),
        text(Field::Unit),
        text(Field::Comparator),
        entity.assertion.status.into(),
        entity.assertion.subject.name().into(),
        entity.assertion.time.into(),
        entity.case.map(i64::from).into(),
        (&entity.section).into(),
        (&entity.rule).into(),
        spaced(&entity.codings).into(),
        entity.assertion.relative.as_deref().into(),
    ]
}

/// The first field of words that is no unit, comparator or side: what a fact of its type is called.
fn name<'c>(kind: EntityType, value: &'c Value<'_>) -> Cell<'c> {
    const NAMES: [Field; 15] = [
        Field::Name,
        Field::Analyte,
        Field::Marker,
        Field::Hgvs,
        Field::Translocation,
        Field::Symbol,
        Field::Code,
        Field::Product,
        Field::Site,
        Field::Iso8601,
        Field::Status,
        Field::Gene,
        Field::Anchor,
        Field::Result,
        Field::System,
    ];
    let named = NAMES.iter().filter(|field| kind.fields().contains(field));
    named.filter_map(|field| value.text(*field)).next().into()
}

fn fields(id: &str, entity: &Entity, field: Field, value: &FieldValue<'_>, out: &mut dyn Rows) {
    let part = entity.parts.iter().find(|part| part.field == field);
    let mut row = |position: i64, text: Cell<'_>, number: Cell<'_>| {
        out.row(
            Number::Fields as usize,
            &[
                id.into(),
                (&entity.id).into(),
                field.name().into(),
                position.into(),
                text,
                number,
                part.map(|part| part.start).into(),
                part.map(|part| part.end).into(),
            ],
        );
    };
    match value {
        FieldValue::Number(number) => row(1, number.to_string().into(), (*number).into()),
        FieldValue::Text(text) => row(1, text.as_ref().into(), Cell::None),
        FieldValue::Flag(flag) => row(1, if *flag { "true" } else { "false" }.into(), Cell::None),
        FieldValue::Integers(all) => {
            for (position, number) in (1..).zip(all) {
                row(position, number.to_string().into(), Decimal::integer(*number).into());
            }
        }
        FieldValue::Numbers(all) => {
            for (position, number) in (1..).zip(all) {
                row(position, number.to_string().into(), (*number).into());
            }
        }
    }
}
