//! A record straight from a report, as if it had been saved and read.

use super::{Entity, Issue, Part, Program, Record, Relation, Section, Source};
use crate::model::{FieldValue, OffsetMap, OffsetUnit, Report, Value};
use crate::read;
use crate::write::json::SCHEMA_VERSION;

impl Record {
    /// What a run in code points would hold of this report; `source.sha256` is left empty.
    ///
    /// ```
    /// let extractor = casegrain::Extractor::new().unwrap();
    /// let input = casegrain::read::Record::new("a", "µ: a 76-year-old man");
    /// let record = casegrain::run::Record::of(&input, &extractor.extract(&input.text), extractor.grammar_hash());
    /// assert_eq!((record.entities[0].start, record.entities[0].text.as_str()), (5, "76-year-old"));
    /// ```
    pub fn of(input: &read::Record<'_>, report: &Report<'_>, grammar: &str) -> Record {
        let map = OffsetMap::new(report.text, OffsetUnit::Chars);
        let id = |index: u32| format!("T{}", index + 1);
        let section = |index: u32| report.sections.get(index as usize).map_or("body", |s| s.kind).to_owned();
        let entity = |(index, entity): (u32, &crate::model::Entity<'_>)| Entity {
            id: id(index),
            kind: entity.kind,
            start: map.convert(entity.span.start),
            end: map.convert(entity.span.end),
            text: report.words(entity).to_owned(),
            value: owned(&entity.value),
            parts: entity
                .parts
                .iter()
                .map(|part| Part {
                    field: part.field,
                    start: map.convert(part.span.start),
                    end: map.convert(part.span.end),
                })
                .collect(),
            assertion: entity.assertion,
            case: entity.case,
            section: section(entity.section),
            rule: entity.rule.to_owned(),
        };
        Record {
            schema: SCHEMA_VERSION.into(),
            program: Program {
                name: "casegrain".into(),
                version: env!("CARGO_PKG_VERSION").into(),
                grammar: grammar.into(),
            },
            id: input.id.to_string(),
            source: Source {
                name: input.name.into(),
                format: input.format.name().into(),
                encoding: input.encoding.name().into(),
                sha256: String::new(),
                characters: report.text.chars().count() as u64,
            },
            sections: report
                .sections
                .iter()
                .map(|section| Section {
                    kind: section.kind.into(),
                    title: section.title.of(report.text).into(),
                    start: map.convert(section.span.start),
                    end: map.convert(section.span.end),
                })
                .collect(),
            entities: (0..).zip(&report.entities).map(entity).collect(),
            relations: (1..)
                .zip(&report.relations)
                .map(|(number, relation)| Relation {
                    id: format!("R{number}"),
                    kind: relation.kind.name().into(),
                    from: id(relation.from),
                    to: id(relation.to),
                    rule: relation.rule.into(),
                })
                .collect(),
            cases: report.cases.clone(),
            issues: report
                .issues
                .iter()
                .map(|issue| Issue {
                    code: issue.code.to_string(),
                    severity: issue.severity.name().into(),
                    message: issue.message.clone(),
                    entities: issue.entities.iter().copied().map(id).collect(),
                })
                .collect(),
        }
    }
}

/// The same value, holding its words itself.
fn owned(value: &Value<'_>) -> Value<'static> {
    let mut out = Value::default();
    for (field, held) in value.iter() {
        let held = match held {
            FieldValue::Number(number) => FieldValue::Number(*number),
            FieldValue::Text(text) => FieldValue::Text(text.clone().into_owned().into()),
            FieldValue::Integers(all) => FieldValue::Integers(all.clone()),
            FieldValue::Numbers(all) => FieldValue::Numbers(all.clone()),
            FieldValue::Flag(flag) => FieldValue::Flag(*flag),
        };
        out.set(field, held);
    }
    out
}
