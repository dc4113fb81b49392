//! Checks relation rules and compiles their patterns.

use super::{Context, Emitter, RuleFile, unknown_type};
use crate::grammar::diagnostic::nearest;
use crate::grammar::relation::{CompiledRelation, Facts, FieldTest, List};
use crate::grammar::rule::CompiledGuard;
use crate::grammar::syntax::{FactTest, Guard, ListRule, Place, RelationRule, Side, Within};
use crate::model::{EntityType, Field, RelationType};
use std::sync::Arc;

/// Between two facts of a sentence lie at most so many tokens, if the rule does not say otherwise.
const MOST: u32 = 30;

/// Compiles one relation rule; `None` if an error was found.
pub(crate) fn relation<'g>(
    cx: &mut Context<'g>,
    file: &'g RuleFile<'g>,
    id: &str,
    rule: &'g RelationRule,
) -> Option<CompiledRelation> {
    let before = cx.found.len();
    let mut emitter = Emitter::new(cx, file);
    let kind = kind(&mut emitter, rule);
    let [across, not_across, through] = [&rule.across, &rule.not_across, &rule.through]
        .map(|pattern| pattern.as_ref().map(|p| emitter.sub_program(p)));
    let seekers = facts(&mut emitter, &rule.seekers);
    let partners = facts(&mut emitter, &rule.partners);
    contradictions(&mut emitter, rule);
    let over = types(&mut emitter, &rule.over);
    let not_over = types(&mut emitter, &rule.not_over);
    let alike = types(&mut emitter, &rule.alike);
    let guards = guards(&mut emitter, &rule.guards);
    let seeker_guards = self::guards(&mut emitter, &rule.seeker_guards);
    let partner_guards = self::guards(&mut emitter, &rule.partner_guards);
    let seeker_list = list(&mut emitter, rule.seeker_list.as_ref(), rule.in_order, &rule.place);
    let partner_list = list(&mut emitter, rule.partner_list.as_ref(), rule.in_order, &rule.place);
    if let Some(kind) = kind {
        let first = if rule.makes.as_ref().is_some_and(|m| m.1) { &rule.partners } else { &rule.seekers };
        starts_rightly(&mut emitter, kind, first);
    }
    let kind = kind.filter(|_| emitter.cx.found.len() == before)?;
    let default = if rule.within == Within::Sentence { MOST } else { u32::MAX };
    Some(CompiledRelation {
        id: id.to_owned(),
        kind,
        file: file.name.to_owned(),
        place: rule.place.clone(),
        reversed: rule.makes.as_ref().is_some_and(|m| m.1),
        seekers,
        side: rule.side,
        partners,
        within: rule.within,
        most: rule.most.unwrap_or(default),
        across,
        not_across,
        through,
        over,
        not_over,
        guards,
        seeker_guards,
        partner_guards,
        seeker_list,
        partner_list,
        alike,
        in_order: rule.in_order,
        once: rule.once,
        also: rule.also,
        examples: Arc::clone(&rule.examples),
    })
}

fn kind(emitter: &mut Emitter<'_, '_>, rule: &RelationRule) -> Option<RelationType> {
    let Some((name, _, place)) = &rule.makes else {
        let hint = "add a line `=> dose_of`".to_owned();
        emitter.error("E021", &rule.place, "the rule makes nothing".to_owned(), hint);
        return None;
    };
    let kind = RelationType::from_name(name);
    if kind.is_none() {
        let hint = nearest(name, RelationType::ALL.iter().map(|t| t.name()))
            .map_or(String::new(), |n| format!("did you mean `{n}`?"));
        emitter.error("E061", place, format!("`{name}` is no relation type"), hint);
    }
    kind
}

/// A dose_of starts from a dose.
fn starts_rightly(emitter: &mut Emitter<'_, '_>, kind: RelationType, first: &[FactTest]) {
    let wanted = kind.starts_from();
    for fact in first {
        let known = EntityType::from_name(&fact.kind);
        if !wanted.is_empty() && known.is_some_and(|k| !wanted.contains(&k)) {
            let names: Vec<&str> = wanted.iter().map(|t| t.name()).collect();
            emitter.error(
                "E064",
                &fact.place,
                format!("{} does not start from {}", kind.name(), fact.kind),
                format!("it starts from {}; `reversed` turns a relation round", names.join(" or ")),
            );
        }
    }
}

/// Lines of a rule that cannot go together.
fn contradictions(emitter: &mut Emitter<'_, '_>, rule: &RelationRule) {
    let tests = [
        (
            rule.across.is_some() && rule.not_across.is_some(),
            "`across` already says all that may lie between",
        ),
        (rule.across.is_none() && !rule.over.is_empty(), "`over` adds to `across`, which is missing"),
        (
            rule.side == Side::Inside
                && (rule.across.is_some() || rule.not_across.is_some() || rule.through.is_some()),
            "nothing lies between a fact and what it is inside of",
        ),
        (!rule.alike.is_empty() && rule.partner_list.is_none(), "`alike` is said of a list, as in `to list`"),
        (rule.side == Side::Inside && rule.in_order, "only facts side by side are paired in order"),
        (
            rule.within == Within::Column && matches!(rule.side, Side::Beside | Side::Inside),
            "in a column, facts stand before (above) or after (below) each other",
        ),
        (
            rule.in_order && rule.side == Side::Beside,
            "lists that are paired stand before or after each other",
        ),
    ];
    for (wrong, message) in tests {
        if wrong {
            emitter.error("E063", &rule.place, message.to_owned(), "leave one of the lines out".to_owned());
        }
    }
}

fn types(emitter: &mut Emitter<'_, '_>, names: &[(String, Place)]) -> u64 {
    names.iter().fold(0, |all, (name, place)| match EntityType::from_name(name) {
        Some(kind) => all | 1 << kind as u8,
        None => {
            unknown_type(emitter.cx, emitter.file.name, name, place);
            all
        }
    })
}

fn facts(emitter: &mut Emitter<'_, '_>, tests: &[FactTest]) -> Facts {
    let mut facts = Facts::default();
    for test in tests {
        facts.types |= types(emitter, &[(test.kind.clone(), test.place.clone())]);
        let Some(kind) = EntityType::from_name(&test.kind) else { continue };
        for (name, negated, values, place) in &test.fields {
            match Field::from_name(name).filter(|f| kind.fields().contains(f)) {
                Some(field) => {
                    facts.fields.push(FieldTest { kind, field, negated: *negated, values: values.clone() });
                }
                None => {
                    let hint = format!(
                        "it has {}",
                        kind.fields().iter().map(|f| f.name()).collect::<Vec<_>>().join(", ")
                    );
                    emitter.error("E027", place, format!("{} has no field `{name}`", kind.name()), hint);
                }
            }
        }
    }
    facts
}

fn guards<'g>(emitter: &mut Emitter<'_, 'g>, guards: &'g [Guard]) -> Vec<CompiledGuard> {
    guards
        .iter()
        .map(|guard| CompiledGuard {
            negated: guard.negated,
            test: emitter.guard(&guard.kind),
            place: guard.place.clone(),
        })
        .collect()
}

fn list<'g>(
    emitter: &mut Emitter<'_, 'g>,
    rule: Option<&'g ListRule>,
    needed: bool,
    place: &Place,
) -> Option<List> {
    if rule.is_none() && !needed {
        return None;
    }
    let separator = match rule.and_then(|rule| rule.separator.as_ref()) {
        Some(separator) => emitter.sub_program(separator),
        None => emitter.sub_program_of(|emitter| emitter.separator(place)),
    };
    Some(List { separator, over: rule.map_or(0, |rule| types(emitter, &rule.over)) })
}
