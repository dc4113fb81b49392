//! A record straight from a report, as if it had been saved and read.

use super::{
    Assertion, Check, Coding, Entity, Expected, Issue, Operand, Part, Program, Record, Relation, Section,
    Source, Suggestion,
};
use crate::model::{self, FieldValue, OffsetMap, OffsetUnit, Report, Value};
use crate::read;
use crate::write::TypeSet;
use crate::write::json::{SCHEMA_VERSION, by_field, number};
use rustc_hash::FxHashSet;

impl Record {
    /// What a run in code points would hold of this report.
    ///
    /// ```
    /// let extractor = casegrain::Extractor::new().unwrap();
    /// let input = casegrain::read::Record::new("a", "µ: a 76-year-old man");
    /// let record = casegrain::run::Record::of(&input, &extractor.extract(&input.text), extractor.grammar_hash());
    /// assert_eq!((record.entities[0].start, record.entities[0].text.as_str()), (5, "76-year-old"));
    /// ```
    pub fn of(input: &read::Record<'_>, report: &Report<'_>, grammar: &str) -> Record {
        let map = OffsetMap::new(report.text, OffsetUnit::Chars);
        let id = |index: u32| numbered(b'T', index + 1);
        let section = |index: u32| report.sections.get(index as usize).map_or("body", |s| s.kind).to_owned();
        let entity = |(index, entity): (u32, &crate::model::Entity<'_>)| Entity {
            id: id(index),
            kind: entity.kind,
            start: map.convert(entity.span.start),
            end: map.convert(entity.span.end),
            text: report.words(entity).to_owned(),
            value: owned(&entity.value),
            codings: entity
                .codings()
                .map(|(system, code)| Coding { system: system.into(), code: code.into() })
                .collect(),
            parts: by_field(&entity.parts)
                .into_iter()
                .map(|(field, span)| Part {
                    field,
                    start: map.convert(span.start),
                    end: map.convert(span.end),
                })
                .collect(),
            assertion: Assertion {
                status: entity.assertion.status,
                subject: entity.assertion.subject,
                time: entity.assertion.time,
                relative: entity.relative.map(str::to_owned),
            },
            case: entity.case,
            section: section(entity.section),
            rule: entity.rule.to_owned(),
        };
        let operands = |all: &[model::Operand]| {
            all.iter().map(|operand| Operand { entity: id(operand.entity), field: operand.field }).collect()
        };
        let expected =
            |range: &model::Expected| Expected { low: range.low, high: range.high, unit: range.unit.clone() };
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
                sha256: input.sha256().iter().map(|byte| format!("{byte:02x}")).collect(),
                characters: map.convert(report.text.len() as u32).into(),
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
                    id: numbered(b'R', number),
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
                    check: issue.check.as_deref().unwrap_or_default().to_owned(),
                    entities: issue.entities.iter().copied().map(id).collect(),
                    operands: operands(&issue.operands),
                    expected: issue.expected.as_ref().map(expected),
                    suggestion: issue.suggestion.as_ref().map(|suggestion| Suggestion {
                        entity: id(suggestion.entity),
                        value: suggestion.value,
                        unit: suggestion.unit.clone(),
                    }),
                })
                .collect(),
            checks: report
                .checks
                .iter()
                .map(|check| Check {
                    name: check.name.to_string(),
                    operands: operands(&check.operands),
                    expected: check.expected.as_ref().map(expected),
                })
                .collect(),
        }
    }

    /// Leaves out the entities of other types, with relations of theirs and issues that are about them only. What
    /// stays keeps its id, and cases are whole.
    ///
    /// ```
    /// use casegrain::{model::EntityType, read, run};
    /// let extractor = casegrain::Extractor::new().unwrap();
    /// let input = read::Record::new("a", "A 76-year-old man");
    /// let mut record = run::Record::of(&input, &extractor.extract(&input.text), extractor.grammar_hash());
    /// record.keep_only([EntityType::Sex].into_iter().collect());
    /// assert_eq!(record.entities.iter().map(|e| e.id.as_str()).collect::<Vec<_>>(), ["T2"]);
    /// ```
    pub fn keep_only(&mut self, types: TypeSet) {
        if types == TypeSet::ALL {
            return;
        }
        self.entities.retain(|entity| types.contains(entity.kind));
        let kept: FxHashSet<&str> = self.entities.iter().map(|entity| entity.id.as_str()).collect();
        self.relations.retain(|r| kept.contains(r.from.as_str()) && kept.contains(r.to.as_str()));
        self.issues.retain_mut(|issue| {
            let about_none = issue.entities.is_empty();
            issue.entities.retain(|id| kept.contains(id.as_str()));
            issue.operands.retain(|operand| kept.contains(operand.entity.as_str()));
            issue.suggestion = issue.suggestion.take().filter(|fit| kept.contains(fit.entity.as_str()));
            about_none || !issue.entities.is_empty()
        });
        self.checks.retain_mut(|check| {
            check.operands.retain(|operand| kept.contains(operand.entity.as_str()));
            !check.operands.is_empty()
        });
    }
}

/// A letter and a number, without the detour of formatting: there are hundreds in a report.
fn numbered(letter: u8, count: u32) -> String {
    let mut out = Vec::with_capacity(8);
    out.push(letter);
    number(&mut out, count);
    String::from_utf8(out).expect("a letter and digits")
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
