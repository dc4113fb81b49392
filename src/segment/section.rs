//! Sections, from their headings.

use super::token::{CAPITAL, Class, LINE, PARAGRAPH, Token};
use super::{Part, Run};
use crate::grammar::Grammar;
use crate::recognise::lattice::Lattice;

/// A heading line has at most so many tokens.
const LONGEST: u32 = 14;

struct Heading {
    kind: u32,
    title: Run,
    /// Whether it holds for its own paragraph only, as a figure's caption does.
    paragraph: bool,
}

/// Cuts the text at its headings.
pub(super) fn parts(
    grammar: &Grammar,
    text: &str,
    tokens: &[Token],
    lattice: &Lattice,
    lines: &[Run],
    out: &mut Vec<Part>,
) {
    out.clear();
    let nothing = Run { start: 0, end: 0 };
    let mut open = Part { kind: None, title: nothing, run: nothing };
    let mut resume: Option<Option<u32>> = None;
    for line in lines {
        if let Some(kind) = resume
            && tokens[line.start as usize].has(PARAGRAPH)
        {
            close(&mut open, line.start, out);
            open = Part { kind, title: Run { start: line.start, end: line.start }, run: *line };
            resume = None;
        }
        let Some(heading) = heading(grammar, text, tokens, lattice, *line) else { continue };
        // A caption inside a discussion is a part of its own; any other heading of lower rank stays inside.
        let inside = resume.unwrap_or(open.kind);
        if !heading.paragraph && grammar.is_inner_heading(inside, heading.kind) {
            continue;
        }
        close(&mut open, line.start, out);
        if heading.paragraph {
            resume = resume.or(Some(open.kind));
        } else {
            resume = None;
        }
        open = Part { kind: Some(heading.kind), title: heading.title, run: *line };
    }
    close(&mut open, tokens.len() as u32, out);
}

fn close(open: &mut Part, end: u32, out: &mut Vec<Part>) {
    open.run.end = end;
    if open.run.start < end {
        out.push(*open);
    }
}

/// The heading that a line is, or begins with.
fn heading(grammar: &Grammar, text: &str, tokens: &[Token], lattice: &Lattice, line: Run) -> Option<Heading> {
    let mark = |at: u32| {
        tokens.get(at as usize).filter(|t| t.class == Class::Mark).map_or("", |t| t.span().of(text))
    };
    let mut at = line.start;
    // "2.1. Case report", "# Case report", "**Case report**"
    while at < line.end
        && at < line.start + 5
        && (tokens[at as usize].class == Class::Number
            || matches!(mark(at), "." | "#" | "*" | ")" | "(" | "-" | "•" | "■"))
    {
        at += 1;
    }
    let section = grammar.section?;
    let capital = tokens.get(at as usize).is_some_and(|t| t.has(CAPITAL));
    let hit = lattice.hits_at(at as usize).iter().find(|h| h.vocabulary == section)?;
    let mut end = hit.end;
    let only_paragraph = grammar.is_paragraph_heading(hit.entry);
    if only_paragraph {
        // "Figure 1 |", "Table 2.", "Fig. 3:" at the beginning of a line, followed by its number.
        let next = tokens.get(end as usize)?;
        if mark(end) == "." {
            end += 1;
        }
        let numbered = next.class == Class::Number || tokens.get(end as usize)?.class == Class::Number;
        if !numbered || !capital {
            return None;
        }
        let number = if next.class == Class::Number { hit.end } else { end };
        // A sentence may begin so too: "Figure 1 shows …".
        let follows = tokens.get(number as usize + 1);
        let caption = follows.is_none_or(|t| t.has(LINE) || t.class == Class::Mark || t.has(CAPITAL));
        return caption.then_some(Heading {
            kind: hit.entry,
            title: Run { start: at, end: number + 1 },
            paragraph: true,
        });
    }
    while end < line.end && matches!(mark(end), "*" | "#") {
        end += 1;
    }
    if mark(end) == ":" && capital {
        return Some(Heading { kind: hit.entry, title: Run { start: at, end }, paragraph: false });
    }
    if matches!(mark(end), "." | ":") && end + 1 >= line.end {
        end += 1;
    }
    // The whole line, or the whole line but for a few words before or after that a heading may have.
    let whole = end >= line.end && capital;
    let title = Run { start: at, end: hit.end };
    (whole && line.end - line.start <= LONGEST).then_some(Heading {
        kind: hit.entry,
        title,
        paragraph: false,
    })
}
