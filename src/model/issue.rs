//! What the text says that cannot be right, or that was repaired while reading; and what was found to hold.

use super::{Decimal, Field};
use std::borrow::Cow;

/// How much an issue matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Worth knowing: something was repaired or is unusual.
    Info,
    /// Somebody should look.
    Warning,
    /// Cannot be right.
    Error,
}

impl Severity {
    /// The name in the output.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One doubt about the text; it never changes or hides a fact.
///
/// ```
/// let extractor = casegrain::Extractor::new().unwrap();
/// let report = extractor.extract("She was given 25 fractions of 180 Gy.");
/// let issue = &report.issues[0];
/// assert_eq!((issue.code.as_ref(), issue.check.as_deref()), ("dose-implausible", Some("radiotherapy-dose")));
/// assert_eq!(issue.suggestion.as_ref().map(|s| s.unit.as_str()), Some("cGy"));
/// ```
#[derive(Clone, Debug)]
pub struct Issue {
    /// A stable code, such as `unit-repaired`.
    pub code: Cow<'static, str>,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, in words, with the figures concerned.
    pub message: String,
    /// Indices into [`Report::entities`](crate::model::Report::entities).
    pub entities: Vec<u32>,
    /// The check that raised it; none for what was found while reading.
    pub check: Option<Cow<'static, str>>,
    /// What was compared.
    pub operands: Vec<Operand>,
    /// What a value would have had to be.
    pub expected: Option<Expected>,
    /// The reading that fits, where one alone does.
    pub suggestion: Option<Suggestion>,
}

impl Issue {
    /// An issue about some facts, without what a check adds to it.
    pub fn new(
        code: impl Into<Cow<'static, str>>,
        severity: Severity,
        message: String,
        entities: Vec<u32>,
    ) -> Self {
        Issue {
            code: code.into(),
            severity,
            message,
            entities,
            check: None,
            operands: Vec::new(),
            expected: None,
            suggestion: None,
        }
    }
}

/// One field of one fact that a check looked at; its value and its place are those of the fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operand {
    /// Index into [`Report::entities`](crate::model::Report::entities).
    pub entity: u32,
    /// The field.
    pub field: Field,
}

/// What a value should be: within `low` and `high`, or one number where both are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// At least.
    pub low: Option<Decimal>,
    /// At most.
    pub high: Option<Decimal>,
    /// UCUM code; empty for a bare number.
    pub unit: String,
}

/// How a fact would have to be read to be plausible. The fact itself stays as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// Index into [`Report::entities`](crate::model::Report::entities).
    pub entity: u32,
    /// The number, where another one than was written would fit.
    pub value: Option<Decimal>,
    /// UCUM code; empty for a bare number.
    pub unit: String,
}

/// A check that held.
#[derive(Clone, Debug)]
pub struct Check {
    /// Its name.
    pub name: Cow<'static, str>,
    /// What was compared.
    pub operands: Vec<Operand>,
    /// What the first operand had to be.
    pub expected: Option<Expected>,
}
