//! Checks what a rule makes, and compiles the expressions of its fields.

use super::{Context, unknown_type};
use crate::grammar::diagnostic::{Diagnostic, nearest};
use crate::grammar::rule::{
    CaptureKind, CaseSource, CompiledField, CompiledProduction, Expr, Function, Slot,
};
use crate::grammar::syntax::{Expression, FieldRule, Place, Production, RuleKind};
use crate::model::case::Role;
use crate::model::{Decimal, EntityType, Field, FieldType, Status, Subject, Time};

/// What an expression gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Gives {
    Number,
    Range,
    Text,
    List,
    Flag,
    Quantity,
    Unit,
}

pub(super) struct Checker<'c, 'g> {
    pub(super) cx: &'c mut Context<'g>,
    pub(super) file: &'c str,
    pub(super) slots: &'c [Slot],
}

impl Checker<'_, '_> {
    fn error(&mut self, code: &'static str, place: &Place, message: String, hint: String) {
        self.cx.found.push(Diagnostic::error(code, self.file, place.clone(), message).hint(hint));
    }

    fn slot(&mut self, name: &str, place: &Place) -> Option<u8> {
        let found = self.slots.iter().position(|s| s.name == name);
        if found.is_none() {
            let hint = nearest(name, self.slots.iter().map(|s| s.name.as_str()))
                .map_or("captures are written name:pattern".to_owned(), |n| format!("did you mean `{n}`?"));
            self.error("E023", place, format!("there is no capture `{name}`"), hint);
        }
        found.map(|at| at as u8)
    }

    pub(super) fn production(
        &mut self,
        production: &Production,
        kind: RuleKind,
    ) -> Option<CompiledProduction> {
        let entity = if kind == RuleKind::Entity {
            let found = EntityType::from_name(&production.kind);
            if found.is_none() {
                unknown_type(self.cx, self.file, &production.kind, &production.place);
            }
            Some(found?)
        } else {
            None
        };
        let span = match &production.span {
            Some((first, last, place)) => Some((self.slot(first, place)?, self.slot(last, place)?)),
            None => None,
        };
        let each = match &production.each {
            Some((name, place)) => {
                let slot = self.slot(name, place)?;
                let list = self.slots[slot as usize].list;
                if list.is_none() {
                    self.error(
                        "E024",
                        place,
                        format!("`{name}` is not captured in a list"),
                        "for each goes over the items of list(…)".to_owned(),
                    );
                }
                Some((list?, slot))
            }
            None => None,
        };
        let condition = match &production.condition {
            Some((name, place)) => Some(self.slot(name, place)?),
            None => None,
        };
        let mut out = CompiledProduction {
            kind: entity,
            span,
            fields: Vec::new(),
            each,
            status: None,
            subject: None,
            time: None,
            case: None,
            role: None,
            condition,
        };
        for (what, value, place) in &production.assertions {
            let known = match what.as_str() {
                "case" => {
                    out.case = Some(match value.as_str() {
                        "next" => CaseSource::Next,
                        "all" => CaseSource::All,
                        capture => CaseSource::Capture(self.slot(capture, place)?),
                    });
                    kind == RuleKind::Context
                }
                "role" => {
                    out.role = Role::from_name(value);
                    out.role.is_some() && kind == RuleKind::Context
                }
                "status" => {
                    out.status = Status::from_name(value);
                    out.status.is_some()
                }
                "subject" => {
                    out.subject = Subject::from_name(value);
                    out.subject.is_some()
                }
                _ => {
                    out.time = Time::from_name(value);
                    out.time.is_some()
                }
            };
            if !known {
                self.error("E025", place, format!("`{value}` is no {what}"), String::new());
            }
        }
        for field in &production.fields {
            out.fields.extend(self.field(entity?, field));
        }
        Some(out)
    }

    fn field(&mut self, kind: EntityType, rule: &FieldRule) -> Option<CompiledField> {
        match rule {
            FieldRule::Spread { capture, place } => {
                let slot = self.slot(capture, place)?;
                if !matches!(
                    self.slots[slot as usize].kind,
                    CaptureKind::Quantity | CaptureKind::Range | CaptureKind::Number
                ) {
                    self.error(
                        "E026",
                        place,
                        format!("`{capture}` is no quantity"),
                        "..name takes a number, range or quantity".to_owned(),
                    );
                    return None;
                }
                if !kind.fields().contains(&Field::Value) {
                    self.error(
                        "E027",
                        place,
                        format!("`{}` has no field `value`", kind.name()),
                        String::new(),
                    );
                    return None;
                }
                Some(CompiledField::Spread(slot))
            }
            FieldRule::Set { name, value, place } => {
                let field = Field::from_name(name).filter(|f| kind.fields().contains(f));
                let Some(field) = field else {
                    let hint = format!(
                        "its fields: {}",
                        kind.fields().iter().map(|f| f.name()).collect::<Vec<_>>().join(", ")
                    );
                    self.error("E027", place, format!("`{}` has no field `{name}`", kind.name()), hint);
                    return None;
                };
                let (expr, gives) = self.expression(value)?;
                let fits = match field.kind() {
                    FieldType::Number => gives == Gives::Number,
                    FieldType::Text => matches!(gives, Gives::Text | Gives::Unit),
                    FieldType::Integers | FieldType::Numbers => gives == Gives::List,
                    FieldType::Flag => gives == Gives::Flag,
                };
                if !fits {
                    let hint = match gives {
                        Gives::Quantity => "write name.value and name.unit, or ..name",
                        Gives::Range => "write name.low and name.high, or ..name",
                        Gives::Text if field.kind() == FieldType::Number => {
                            "only numbers and `-> 3` give a number"
                        }
                        Gives::Number if field.kind() == FieldType::Text => "text(name) gives its words",
                        _ => "",
                    };
                    self.error(
                        "E028",
                        place,
                        format!("`{name}` holds {}, not {}", holds(field.kind()), gives_name(gives)),
                        hint.to_owned(),
                    );
                    return None;
                }
                Some(CompiledField::Set(field, expr))
            }
        }
    }

    fn expression(&mut self, expression: &Expression) -> Option<(Expr, Gives)> {
        match expression {
            Expression::Text(text, _) => Some((Expr::Text(text.clone()), Gives::Text)),
            Expression::Number(digits, _) => Some((Expr::Number(Decimal::parse(digits)?), Gives::Number)),
            Expression::Name(name, _) => match self.slots.iter().position(|s| s.name == *name) {
                None if name == "true" => Some((Expr::Flag(true), Gives::Flag)),
                // A bare word that is no capture stands for itself.
                None => Some((Expr::Text(name.clone()), Gives::Text)),
                Some(at) => {
                    let gives = match &self.slots[at].kind {
                        CaptureKind::Number => Gives::Number,
                        CaptureKind::Range => Gives::Range,
                        CaptureKind::Quantity => Gives::Quantity,
                        CaptureKind::Unit => Gives::Unit,
                        CaptureKind::Entry(_) | CaptureKind::Constant | CaptureKind::Words => Gives::Text,
                    };
                    Some((Expr::Slot(at as u8), gives))
                }
            },
            Expression::Attribute(name, attribute, place) => self.attribute(name, attribute, place),
            Expression::Call(name, arguments, place) => {
                let Some((_, function)) = Function::ALL.iter().find(|(n, _)| n == name) else {
                    let hint = format!(
                        "known: {}",
                        Function::ALL.iter().map(|(n, _)| *n).collect::<Vec<_>>().join(", ")
                    );
                    self.error("E029", place, format!("there is no function `{name}`"), hint);
                    return None;
                };
                let mut compiled = Vec::new();
                for argument in arguments {
                    compiled.push(self.expression(argument)?.0);
                }
                let gives = match function {
                    Function::Expand | Function::Fill => Gives::List,
                    Function::Sum | Function::Times | Function::Num => Gives::Number,
                    _ => Gives::Text,
                };
                Some((Expr::Call(*function, compiled), gives))
            }
            Expression::List(items, _) => {
                let mut compiled = Vec::new();
                for item in items {
                    compiled.push(self.expression(item)?.0);
                }
                Some((Expr::List(compiled), Gives::List))
            }
            Expression::Or(options) => {
                let mut compiled = Vec::new();
                let mut gives = None;
                for option in options {
                    let (expr, own) = self.expression(option)?;
                    gives.get_or_insert(own);
                    compiled.push(expr);
                }
                Some((Expr::Or(compiled), gives?))
            }
        }
    }

    fn attribute(&mut self, name: &str, attribute: &str, place: &Place) -> Option<(Expr, Gives)> {
        let slot = self.slot(name, place)?;
        match &self.slots[slot as usize].kind {
            CaptureKind::Entry(vocabularies) => {
                let missing = vocabularies
                    .iter()
                    .find(|v| attribute != "name" && !self.cx.lexicon.has_column(**v, attribute))
                    .map(|v| self.cx.lexicon.vocabularies()[*v as usize].clone());
                if let Some(vocabulary) = missing {
                    self.error(
                        "E030",
                        place,
                        format!("the vocabulary `{vocabulary}` has no column `{attribute}`"),
                        String::new(),
                    );
                    return None;
                }
                Some((Expr::Column(slot, self.cx.column(attribute)), Gives::Text))
            }
            CaptureKind::Quantity | CaptureKind::Range | CaptureKind::Number | CaptureKind::Unit => {
                let (field, gives) = match attribute {
                    "value" => (Field::Value, Gives::Number),
                    "low" => (Field::Low, Gives::Number),
                    "high" => (Field::High, Gives::Number),
                    "unit" => (Field::Unit, Gives::Text),
                    "comparator" => (Field::Comparator, Gives::Text),
                    _ => {
                        let hint = "a quantity has value, low, high, unit and comparator".to_owned();
                        self.error("E030", place, format!("a quantity has no `{attribute}`"), hint);
                        return None;
                    }
                };
                Some((Expr::Quantity(slot, field), gives))
            }
            CaptureKind::Constant | CaptureKind::Words => {
                self.error(
                    "E030",
                    place,
                    format!("`{name}` is words only and has no `{attribute}`"),
                    "text(name) gives its words".to_owned(),
                );
                None
            }
        }
    }
}

fn holds(kind: FieldType) -> &'static str {
    match kind {
        FieldType::Number => "a number",
        FieldType::Text => "words",
        FieldType::Integers => "whole numbers",
        FieldType::Numbers => "numbers",
        FieldType::Flag => "true",
    }
}

fn gives_name(gives: Gives) -> &'static str {
    match gives {
        Gives::Number => "a number",
        Gives::Range => "a range",
        Gives::Text => "words",
        Gives::List => "a list",
        Gives::Flag => "true",
        Gives::Quantity => "a quantity",
        Gives::Unit => "a unit",
    }
}
