//! What one report says.

use super::{Case, Check, Entity, Issue, Relation, Span};

/// A part of the report under one heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section<'x> {
    /// The kind, from the table of headings: `history`, `examination`, …; `body` before the first heading.
    pub kind: &'x str,
    /// Where the heading stands; empty for the text before the first heading.
    pub title: Span,
    /// From the heading's first byte to the next heading.
    pub span: Span,
}

/// Everything that was read from one text. Borrows the text and the extractor that read it.
///
/// ```
/// let extractor = casegrain::Extractor::new().unwrap();
/// let report = extractor.extract("Physical examination\n\nBMI was 17.2.");
/// assert_eq!(report.sections[0].kind, "examination");
/// let bmi = report.entities.iter().find(|e| e.kind.name() == "measurement").unwrap();
/// assert_eq!(report.words(bmi), "17.2");
/// assert_eq!(bmi.parts[0].span.of(report.text), "BMI");
/// assert_eq!(report.sections[bmi.section as usize].title.of(report.text), "Physical examination");
/// ```
#[derive(Clone, Debug)]
pub struct Report<'x> {
    /// The text, unchanged.
    pub text: &'x str,
    /// In the order of the text; they cover it without gaps.
    pub sections: Vec<Section<'x>>,
    /// In the order of their start, then end, then type.
    pub entities: Vec<Entity<'x>>,
    /// In the order of the entity they start from, then of their type, then of the entity they lead to.
    pub relations: Vec<Relation<'x>>,
    /// One for each patient that the report is about, in the order of the text.
    pub cases: Vec<Case>,
    /// In the order of their first entity.
    pub issues: Vec<Issue>,
    /// Checks that held, where they were asked for; see [`Extractor::listing_checks`](crate::Extractor::listing_checks).
    pub checks: Vec<Check>,
}

impl<'x> Report<'x> {
    /// The words of an entity.
    pub fn words(&self, entity: &Entity<'_>) -> &'x str {
        entity.span.of(self.text)
    }
}
