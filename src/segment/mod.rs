//! Cuts a text into tokens, sentences, sections and table rows. The text itself is never changed.

mod row;
mod section;
mod sentence;
pub(crate) mod table;
pub mod token;
pub mod words;

use crate::grammar::Grammar;
use crate::model::Span;
use crate::recognise::lattice::Lattice;
use token::Token;

/// A run of tokens, end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// First token.
    pub start: u32,
    /// One past the last token.
    pub end: u32,
}

/// A part of the text under one heading, in tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The entry of the heading's kind; `None` before the first heading.
    pub kind: Option<u32>,
    /// The tokens of the heading, empty where there is none.
    pub title: Run,
    /// All tokens, with the heading.
    pub run: Run,
}

/// The pieces of one text.
#[derive(Debug, Default)]
pub struct Segments {
    /// In order, without gaps.
    pub sentences: Vec<Run>,
    /// In order, without gaps.
    pub parts: Vec<Part>,
    /// Lines that belong to a table, in order.
    pub rows: Vec<Run>,
    /// Tables, as runs of rows.
    pub tables: Vec<Run>,
    lines: Vec<Run>,
}

/// The kind of the text before the first heading.
pub const BODY: &str = "body";

impl Segments {
    /// Cuts `tokens` into sentences, sections and rows.
    pub fn fill(&mut self, grammar: &Grammar, text: &str, tokens: &[Token], lattice: &Lattice) {
        self.lines.clear();
        row::lines(tokens, &mut self.lines);
        row::rows(text, tokens, &self.lines, &mut self.rows);
        table::tables(tokens, &self.rows, &mut self.tables);
        section::parts(grammar, text, tokens, lattice, &self.lines, &mut self.parts);
        sentence::sentences(grammar, text, tokens, self);
    }

    /// Whether a token stands in a table row.
    pub fn in_row(&self, token: u32) -> bool {
        find(&self.rows, token).is_some()
    }

    /// The number of the section that a token stands in.
    pub fn part_of(&self, token: u32) -> usize {
        self.parts.partition_point(|p| p.run.end <= token).min(self.parts.len().saturating_sub(1))
    }

    /// The number of the sentence that a token stands in.
    pub fn sentence_of(&self, token: u32) -> usize {
        self.sentences.partition_point(|s| s.end <= token).min(self.sentences.len().saturating_sub(1))
    }

    /// The kind of the section that a token stands in.
    pub fn section_kind<'g>(&self, grammar: &'g Grammar, token: u32) -> &'g str {
        self.parts.get(self.part_of(token)).map_or(BODY, |p| kind_name(grammar, p))
    }
}

/// The name of a section's kind.
pub fn kind_name<'g>(grammar: &'g Grammar, part: &Part) -> &'g str {
    part.kind.map_or(BODY, |entry| grammar.name_of(entry))
}

/// The number of the run that holds a token.
fn find(runs: &[Run], token: u32) -> Option<usize> {
    let at = runs.partition_point(|r| r.end <= token);
    runs.get(at).is_some_and(|r| r.start <= token).then_some(at)
}

/// The bytes of a run of tokens; empty at the end of the text if there are none.
pub fn span_of(tokens: &[Token], run: Run) -> Span {
    match (tokens.get(run.start as usize), run.end.checked_sub(1).and_then(|e| tokens.get(e as usize))) {
        (Some(first), Some(last)) if run.start < run.end => Span::new(first.start, last.end),
        (Some(first), _) => Span::new(first.start, first.start),
        _ => tokens.last().map_or(Span::default(), |t| Span::new(t.end, t.end)),
    }
}
