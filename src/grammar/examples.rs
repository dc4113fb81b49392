//! Runs the examples that stand in the rules: each rule alone, and again with all rules loaded.

mod relation;

use super::diagnostic::Diagnostic;
use super::rule::CompiledRule;
use super::syntax::{Example, RuleKind};
use crate::model::case::Role;
use crate::model::{Entity, EntityType, Field, FieldValue, Report, Span, Value};
use crate::pipeline::Extractor;
use std::fmt::Write as _;

/// What running the examples gave.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How many examples were run, each alone and with all rules.
    pub run: usize,
    /// Those that failed, as errors with their places.
    pub failures: Vec<Diagnostic>,
}

/// Runs all examples of a grammar set.
pub fn run(extractor: &Extractor) -> Outcome {
    let mut outcome = Outcome::default();
    let grammar = extractor.grammar();
    for (number, rule) in grammar.rules.iter().enumerate() {
        for example in rule.examples.iter() {
            outcome.run += 1;
            let alone = extractor.extract_alone(&example.text, number, &example.spans);
            let problem = check(rule, example, &alone, true).map(|p| ("E050", p)).or_else(|| {
                let all = extractor.extract(&example.text);
                check(rule, example, &all, false).map(|p| ("E051", format!("{p}, with all rules loaded")))
            });
            if let Some((code, message)) = problem {
                outcome.failures.push(Diagnostic::error(code, &rule.file, example.place.clone(), message));
            }
        }
    }
    for (number, rule) in grammar.relations.iter().enumerate() {
        for example in rule.examples.iter() {
            outcome.run += 1;
            let alone = extractor.relate_alone(&example.text, number);
            let problem = relation::check(rule, example, &alone, true).map(|p| ("E050", p)).or_else(|| {
                let all = extractor.extract(&example.text);
                relation::check(rule, example, &all, false)
                    .map(|p| ("E051", format!("{p}, with all rules loaded")))
            });
            if let Some((code, message)) = problem {
                outcome.failures.push(Diagnostic::error(code, &rule.file, example.place.clone(), message));
            }
        }
    }
    outcome
}

/// What is wrong with the result of an example, if anything.
fn check(rule: &CompiledRule, example: &Example, report: &Report<'_>, alone: bool) -> Option<String> {
    let spans: Vec<Span> = example.spans.iter().map(|s| Span::new(s.start as u32, s.end as u32)).collect();
    if rule.kind == RuleKind::Context {
        return check_context(rule, example, report, &spans, alone);
    }
    let own = |e: &&Entity<'_>| e.rule == rule.id;
    if !example.positive {
        let wrong = report.entities.iter().find(own)?;
        return Some(format!("`{}` must not match, but found {}", rule.id, describe(wrong, report)));
    }
    let kinds: Vec<EntityType> = rule.productions.iter().filter_map(|p| p.kind).collect();
    for (number, span) in spans.iter().enumerate() {
        let wanted = example.values.get(number);
        let fits = |e: &&Entity<'_>| {
            e.span == *span && kinds.contains(&e.kind) && wanted.is_none_or(|w| differences(e, w).is_empty())
        };
        if report.entities.iter().any(|e| fits(&e)) {
            continue;
        }
        let words = span.of(&example.text);
        let there: Vec<&Entity<'_>> = report.entities.iter().filter(|e| e.span.overlaps(*span)).collect();
        let mut message = format!("`{}` must find {words:?}", rule.id);
        if let Some(wanted) = wanted {
            let _ = write!(
                message,
                " with {}",
                wanted.iter().map(|(f, v)| format!("{f} {v}")).collect::<Vec<_>>().join(", ")
            );
        }
        if there.is_empty() {
            message.push_str(", but nothing was found there");
        } else {
            let found: Vec<String> = there.iter().map(|e| describe(e, report)).collect();
            let _ = write!(message, ", but found {}", found.join(" and "));
        }
        return Some(message);
    }
    if alone {
        // Alone, a rule finds what the example says and nothing else.
        let extra = report.entities.iter().find(|e| own(e) && !spans.contains(&e.span))?;
        return Some(format!("`{}` also found {}", rule.id, describe(extra, report)));
    }
    None
}

/// For a context rule the brackets stand around the facts that it qualifies.
fn check_context(
    rule: &CompiledRule,
    example: &Example,
    report: &Report<'_>,
    spans: &[Span],
    alone: bool,
) -> Option<String> {
    let values = |e: &Entity<'_>| {
        vec![
            ("status".to_owned(), e.assertion.status.name().to_owned()),
            ("subject".to_owned(), e.assertion.subject.name().to_owned()),
            ("time".to_owned(), e.assertion.time.name().to_owned()),
            ("relative".to_owned(), e.relative.unwrap_or("none").to_owned()),
            ("role".to_owned(), e.role.map_or("none", Role::name).to_owned()),
            ("case".to_owned(), e.case.map_or("none".to_owned(), |case| case.to_string())),
        ]
    };
    for (number, span) in spans.iter().enumerate() {
        let there: Vec<&Entity<'_>> = report.entities.iter().filter(|e| e.span.overlaps(*span)).collect();
        let words = span.of(&example.text);
        let Some(entity) = there.iter().max_by_key(|e| e.span.end - e.span.start) else {
            return Some(format!("nothing was found at {words:?}"));
        };
        let have = values(entity);
        for (field, value) in example.values.get(number).into_iter().flatten() {
            if !have.contains(&(field.clone(), value.clone())) {
                let have: Vec<String> = have.iter().map(|(f, v)| format!("{f} {v}")).collect();
                return Some(format!("{words:?} must have {field} {value}, but has {}", have.join(", ")));
            }
        }
        // A `no` example of a cue shows a fact that it must leave alone.
        if !example.positive && alone {
            let changed: Vec<String> = have
                .iter()
                .filter(|(_, v)| !["present", "patient", "current", "none"].contains(&v.as_str()))
                .map(|(f, v)| format!("{f} {v}"))
                .collect();
            if !changed.is_empty() {
                return Some(format!(
                    "`{}` must leave {words:?} alone, but made it {}",
                    rule.id,
                    changed.join(", ")
                ));
            }
        }
    }
    None
}

/// The fields that differ from what an example wants.
fn differences(entity: &Entity<'_>, wanted: &[(String, String)]) -> Vec<String> {
    wanted
        .iter()
        .filter(|(name, value)| match Field::from_name(name) {
            Some(field) => {
                let have = entity.value.get(field).map(print).unwrap_or_else(|| "none".to_owned());
                have != *value
            }
            None => match name.as_str() {
                "status" => entity.assertion.status.name() != value,
                "subject" => entity.assertion.subject.name() != value,
                "time" => entity.assertion.time.name() != value,
                _ => true,
            },
        })
        .map(|(name, _)| name.clone())
        .collect()
}

/// A field's value as examples write it.
pub fn print(value: &FieldValue<'_>) -> String {
    match value {
        FieldValue::Number(number) => number.to_string(),
        FieldValue::Text(text) => text.to_string(),
        FieldValue::Integers(all) => all.iter().map(i64::to_string).collect::<Vec<_>>().join(" "),
        FieldValue::Numbers(all) => all.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        FieldValue::Flag(flag) => flag.to_string(),
    }
}

/// All fields of a value, as examples write them.
pub fn print_value(value: &Value<'_>) -> String {
    value.iter().map(|(f, v)| format!("{} {}", f.name(), print(v))).collect::<Vec<_>>().join(", ")
}

fn describe(entity: &Entity<'_>, report: &Report<'_>) -> String {
    format!(
        "{} [{}] ({}) by {}",
        entity.kind.name(),
        report.words(entity),
        print_value(&entity.value),
        entity.rule
    )
}
