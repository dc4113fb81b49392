//! Words written out in a pattern.

use crate::grammar::syntax::Pattern;
use crate::segment::token::{Class, Token, tokenize};
use crate::segment::words::{POSSESSIVE, WordId, Words};
use smallvec::{SmallVec, smallvec};
use std::borrow::Cow;
use std::ops::Range;

/// Runs of plain words among choices, of which the order does not matter.
pub(super) fn group_literals<'p>(choices: &[&'p Pattern]) -> Vec<Vec<&'p Pattern>> {
    let mut out: Vec<Vec<&Pattern>> = Vec::new();
    let plain = |p: &Pattern| matches!(p, Pattern::Literal { exact: false, .. });
    for choice in choices {
        match out.last_mut() {
            Some(group) if plain(choice) && group.iter().all(|p| plain(p)) => group.push(choice),
            _ => out.push(vec![choice]),
        }
    }
    if out.len() == 1 { out.into_iter().flatten().map(|p| vec![p]).collect() } else { out }
}

/// One token of a literal: where it stands in it, the words that fit, and whether it must touch the token before.
#[derive(Debug)]
pub(crate) struct Step {
    pub(super) span: Range<usize>,
    pub(super) words: SmallVec<[WordId; 2]>,
    pub(super) tight: bool,
}

/// The tokens of a literal; `(s)` after a word lets its plural fit too.
pub(super) fn literal_steps(text: &str, words: &mut Words) -> SmallVec<[Step; 4]> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut steps = SmallVec::new();
    for chunk in text.split_whitespace() {
        let start = chunk.as_ptr() as usize - text.as_ptr() as usize;
        let whole = start..start + chunk.len();
        if matches!(chunk, "'s" | "’s") {
            steps.push(Step { span: whole, words: smallvec![POSSESSIVE], tight: false });
            continue;
        }
        // Most are a word and nothing else.
        if chunk.bytes().all(|b| b.is_ascii_alphabetic()) {
            steps.push(Step { span: whole, words: smallvec![words.add(chunk)], tight: false });
            continue;
        }
        let (base, plural) = match chunk.strip_suffix("(s)") {
            Some(base) => (base, true),
            None => (chunk, false),
        };
        tokenize(base, words, &mut tokens);
        for (i, token) in tokens.iter().enumerate() {
            let span = token.span();
            let part = if token.class == Class::Abbreviation {
                Cow::from(span.of(base).replace(['.', '-'], ""))
            } else {
                Cow::from(span.of(base))
            };
            let mut ids = smallvec![words.add(&part)];
            if plural && i + 1 == tokens.len() {
                ids.push(words.add(&format!("{part}s")));
            }
            let span = start + span.start as usize..start + span.end as usize;
            steps.push(Step { span, words: ids, tight: i > 0 });
        }
    }
    steps
}
