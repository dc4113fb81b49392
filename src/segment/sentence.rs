//! Sentences.

use super::token::{CAPITAL, Class, LINE, LOWER, PARAGRAPH, SPACE, Token};
use super::{Run, Segments};
use crate::grammar::Grammar;

/// A text whose lines are mostly this long, in bytes, and do not end with a sentence was wrapped.
const WRAPPED: std::ops::RangeInclusive<u32> = 50..=120;

/// Whether lines were broken at a width, so that the end of a line means nothing.
fn is_wrapped(text: &str, tokens: &[Token], lines: &[Run]) -> bool {
    let mut long = 0;
    let mut broken = 0;
    for line in lines {
        let (first, last) = (tokens[line.start as usize], tokens[line.end as usize - 1]);
        if WRAPPED.contains(&(last.end - first.start)) {
            long += 1;
            broken += usize::from(!is_end(last.span().of(text)));
        }
    }
    lines.len() >= 4 && long * 2 > lines.len() && broken * 2 > long
}

fn is_end(mark: &str) -> bool {
    matches!(mark, "." | "!" | "?" | "…" | "。")
}

fn is_closing(mark: &str) -> bool {
    matches!(mark, ")" | "]" | "\"" | "'" | "”" | "’" | "»")
}

/// Cuts the text into sentences; headings and table rows are sentences of their own.
pub(super) fn sentences(grammar: &Grammar, text: &str, tokens: &[Token], segments: &mut Segments) {
    let mut out = std::mem::take(&mut segments.sentences);
    out.clear();
    let wrapped = is_wrapped(text, tokens, &segments.lines);
    let mut start = 0u32;
    let mut part = 0;
    let mut row = 0;
    for at in 1..tokens.len() {
        let token = &tokens[at];
        let here = at as u32;
        while part < segments.parts.len() && segments.parts[part].run.end <= here {
            part += 1;
        }
        while row < segments.rows.len() && segments.rows[row].end <= here {
            row += 1;
        }
        let boundary = if token.has(LINE) {
            let in_row = segments.rows.get(row).is_some_and(|r| r.start <= here);
            let after_row = row > 0 && segments.rows[row - 1].end == here;
            let new_part = segments.parts.get(part).is_some_and(|p| p.run.start == here);
            let after_title = ends_title(text, tokens, segments, part, here);
            token.has(PARAGRAPH)
                || in_row
                || after_row
                || new_part
                || after_title
                || ends(grammar, text, tokens, at)
                || !wrapped && (!token.has(LOWER) || token.has(CAPITAL))
        } else {
            token.has(SPACE) && ends(grammar, text, tokens, at)
                || runs_on(grammar, text, tokens, at)
                || ends_title(text, tokens, segments, part, here)
        };
        if boundary {
            out.push(Run { start, end: here });
            start = here;
        }
    }
    if !tokens.is_empty() {
        out.push(Run { start, end: tokens.len() as u32 });
    }
    segments.sentences = out;
}

/// Whether the heading of a part ends before token `at`: its colon belongs to it.
fn ends_title(text: &str, tokens: &[Token], segments: &Segments, part: usize, at: u32) -> bool {
    let Some(title) = segments.parts.get(part).map(|p| p.title).filter(|t| t.start < t.end) else {
        return false;
    };
    let colon = |token: u32| tokens[token as usize].span().of(text) == ":";
    at == title.end && !colon(at) || at == title.end + 1 && colon(at - 1)
}

/// Whether a full stop right behind a word ends a sentence, whatever follows: no initial, no short form.
fn ends_plainly(grammar: &Grammar, word: &Token) -> bool {
    word.class == Class::Word
        && word.has(LOWER)
        && word.end - word.start >= 3
        && !grammar.is_abbreviation(word.word)
}

/// Whether the number `last` is that of a work cited, or the last of some, set right behind the end of a sentence: "the
/// criteria.12 A biopsy", "improved.3,4 The".
fn is_cited(grammar: &Grammar, text: &str, tokens: &[Token], last: usize) -> bool {
    let mut at = last;
    loop {
        let number = &tokens[at];
        let short = number.class == Class::Number && number.end - number.start <= 3;
        if !short || number.has(SPACE) || at < 2 {
            return false;
        }
        let (mark, before) = (&tokens[at - 1], &tokens[at - 2]);
        if mark.has(SPACE) {
            return false;
        }
        match mark.span().of(text) {
            "." => {
                return ends_plainly(grammar, before);
            }
            "," | "-" | "–" => at -= 2,
            _ => return false,
        }
    }
}

/// Whether the space between two sentences was lost before token `at`: "of the chest.The lesion"; not "p.Gly12Asp".
fn runs_on(grammar: &Grammar, text: &str, tokens: &[Token], at: usize) -> bool {
    let next = &tokens[at];
    let mixed = next.class == Class::Word && next.has(CAPITAL) && next.has(LOWER);
    if !mixed || next.has(SPACE) || at < 2 {
        return false;
    }
    let (mark, before) = (&tokens[at - 1], &tokens[at - 2]);
    let word = ends_plainly(grammar, before) && !before.has(CAPITAL);
    let ends = |mark: &Token, what: fn(&str) -> bool| {
        mark.class == Class::Mark && !mark.has(SPACE) && what(mark.span().of(text))
    };
    // A name of a site or a file has no space behind its dots, either.
    let apart = tokens
        .get(at + 1)
        .is_none_or(|t| t.has(SPACE) || t.class == Class::Mark && !is_end(t.span().of(text)));
    ends(mark, is_end) && apart && (word || ends(before, is_closing))
}

/// Whether a sentence ends before token `at`, which white space precedes.
fn ends(grammar: &Grammar, text: &str, tokens: &[Token], at: usize) -> bool {
    let next = &tokens[at];
    match tokens[at - 1].class {
        Class::Word => return false,
        Class::Number => {
            return next.class == Class::Word && next.has(CAPITAL) && is_cited(grammar, text, tokens, at - 1);
        }
        _ => {}
    }
    let mut last = at - 1;
    // "… (not shown.) The" and "… pain.” The"
    while last > 0 && is_closing(tokens[last].span().of(text)) && !tokens[last].has(SPACE) {
        last -= 1;
    }
    let end = &tokens[last];
    let begins =
        next.has(CAPITAL) || next.class == Class::Number || !next.has(LOWER) && next.class != Class::Word;
    match end.class {
        // A dotted abbreviation ends a sentence only where the next word commonly begins one.
        Class::Abbreviation => {
            end.span().of(text).ends_with('.') && next.has(CAPITAL) && grammar.begins_sentence(next.word)
        }
        Class::Mark if is_end(end.span().of(text)) => {
            if end.span().of(text) != "." {
                return begins;
            }
            let Some(before) = last.checked_sub(1).map(|b| &tokens[b]) else { return begins };
            if end.has(SPACE) {
                return begins;
            }
            // The number of an item: "2. A 34-year-old woman".
            let opens = last == 1 || before.has(LINE);
            if opens && before.class == Class::Number && before.end - before.start <= 2 {
                return false;
            }
            if grammar.is_abbreviation(before.word) {
                // "… of 7 cm. Laparoscopy was done": a unit after its number ends a sentence before any capital.
                let unit =
                    last >= 2 && tokens[last - 2].class == Class::Number && !grammar.never_ends(before.word);
                if unit && next.class == Class::Word && next.has(CAPITAL) && next.has(LOWER) {
                    return true;
                }
                return next.has(CAPITAL)
                    && grammar.begins_sentence(next.word)
                    && !grammar.never_ends(before.word);
            }
            // An initial: "by J. Smith", but not "MSI-H." or "hepatitis B."
            let initial = before.class == Class::Word
                && before.end - before.start == 1
                && before.has(CAPITAL)
                && before.has(SPACE)
                && !(last >= 2 && {
                    let word = &tokens[last - 2];
                    word.class == Class::Number
                        || word.class == Class::Word && !word.has(CAPITAL) && word.end - word.start >= 4
                });
            if initial {
                return next.has(CAPITAL) && grammar.begins_sentence(next.word);
            }
            begins
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::Extractor;
    use crate::model::Status;

    /// Whether a cough behind a negation is in a sentence of its own.
    fn assert_coughs(cases: &[(&str, Status)]) {
        let extractor = Extractor::new().unwrap();
        for (text, cough) in cases {
            let report = extractor.extract(text);
            let found =
                report.entities.iter().find(|e| report.words(e) == "Cough").map(|e| e.assertion.status);
            assert_eq!(found, Some(*cough), "{text}");
        }
    }

    #[test]
    fn a_lost_space_ends_a_sentence() {
        assert_coughs(&[
            ("There was no fever in the evening.Cough had begun.", Status::Present),
            ("There was no fever (at home).Cough had begun.", Status::Present),
            // No end of a sentence: a short form, a variant, a site.
            ("There was no fever or approx.Cough had begun", Status::Absent),
            ("There was no p.Cough or fever", Status::Absent),
            ("There was no fever as on www.fever.Cough.org", Status::Absent),
        ]);
    }

    #[test]
    fn numbers_of_works_cited_end_a_sentence() {
        assert_coughs(&[
            ("There was no fever.12 Cough had begun.", Status::Present),
            ("There was no fever.3,4 Cough had begun.", Status::Present),
            ("There was no fever.1–3 Cough had begun.", Status::Present),
            // No end of a sentence: a figure, a short form, a decimal number, a name.
            ("There was no (Fig.2 Cough) cough", Status::Absent),
            ("There was no fever or 7.5 Cough", Status::Absent),
            ("There was no fever or approx.2 Cough", Status::Absent),
        ]);
    }
}
