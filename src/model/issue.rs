//! What the text says that cannot be right, or that was repaired while reading.

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
}
