//! The trie over word numbers as it is read: which entries begin at a token.

use super::{EntryId, Hit, Lexicon, VocabularyId, is_dash};
use crate::grammar::source::{Piece, Sources};
use crate::segment::token::{Class, PARAGRAPH, SPACE, Token};
use crate::segment::words::{POSSESSIVE, WordId, role};

/// One surface of one entry at a node of the trie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terminal {
    pub(super) entry: EntryId,
    pub(super) vocabulary: VocabularyId,
    pub(super) ambiguous: bool,
    /// Where set, the words must be written as here.
    pub(super) exact: Option<Piece>,
}

/// A place in the trie. Small, and with its own terminal inside where it has just one: most of the time of reading
/// a text goes into waiting for memory.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Node {
    pub(super) children: u32,
    /// The entry of its only terminal, or the first of its terminals.
    pub(super) terminal: u32,
    pub(super) child_count: u16,
    /// How many terminals; `ALONE` for one that needs no further look.
    pub(super) terminal_count: u8,
    /// The vocabulary of its only terminal, and `AMBIGUOUS`.
    pub(super) kind: u8,
}

/// A token at which entries or numbers may begin.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Opening {
    /// The token.
    pub(crate) at: u32,
    /// Whether entries may begin here.
    entry: bool,
    /// Whether a number may.
    pub(crate) number: bool,
    /// One past the second word.
    end: u32,
    /// The second word.
    word: WordId,
    /// Whether entries go on with it.
    goes_on: bool,
    root: Node,
    second: Node,
}

impl Opening {
    /// At a token, before it is known where entries lead.
    pub(crate) fn at(at: u32, entry: bool, number: bool) -> Opening {
        Opening { at, entry, number, ..Opening::default() }
    }

    /// Whether no entry begins here after all.
    pub(crate) fn is_empty(&self) -> bool {
        self.root.terminal_count == 0 && !self.goes_on
    }
}

/// The only terminal of a node is told in the node itself.
pub(super) const ALONE: u8 = 255;
/// The surface alone does not prove the concept.
pub(super) const AMBIGUOUS: u8 = 128;

/// A filter for pairs of words of which the second may follow the first in an entry: it says no for nearly all
/// others, from a small table.
#[derive(Debug)]
pub(super) struct Pairs {
    pub(super) bits: Box<[u64]>,
}

impl Default for Pairs {
    fn default() -> Self {
        Pairs { bits: vec![0; 1 << 14].into() }
    }
}

impl Pairs {
    fn place(first: WordId, second: WordId) -> (usize, u64) {
        let mixed = (u64::from(first) << 32 | u64::from(second)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        ((mixed >> 50) as usize, 1 << (mixed >> 44 & 63))
    }

    pub(super) fn add(&mut self, first: WordId, second: WordId) {
        let (at, bit) = Pairs::place(first, second);
        self.bits[at] |= bit;
    }

    fn may(&self, first: WordId, second: WordId) -> bool {
        let (at, bit) = Pairs::place(first, second);
        self.bits[at] & bit != 0
    }
}

/// A node with more children keeps them in a table.
pub(super) const FEW: usize = 6;

impl Lexicon {
    pub(super) fn children_of(&self, node: &Node) -> &[(WordId, Node)] {
        &self.children[node.children as usize..][..usize::from(node.child_count)]
    }

    fn next_node(&self, node: &Node, word: WordId) -> Option<Node> {
        let children = self.children_of(node);
        if children.len() <= FEW {
            return children.iter().find(|(w, _)| *w == word).map(|(_, child)| *child);
        }
        // A node is known by where its children begin.
        self.many.get(node.children + 1, word).map(|at| self.children[at as usize].1)
    }

    /// The word with which entries may go on at token `at`, and one past its token.
    fn word_at(&self, text: &str, tokens: &[Token], at: usize) -> Option<(WordId, usize)> {
        let next = tokens.get(at)?;
        if next.has(PARAGRAPH) {
            return None;
        }
        // A hyphen between two words counts as a space, an apostrophe-s as nothing.
        let skipped =
            next.word == POSSESSIVE || next.class == Class::Mark && !next.has(SPACE) && is_dash(next, text);
        let (word, end) = if skipped { (tokens.get(at + 1)?, at + 2) } else { (next, at + 1) };
        if skipped && next.word != POSSESSIVE && word.has(SPACE) || word.roles & role::INSIDE_ENTRY == 0 {
            return None;
        }
        Some((word.word, end))
    }

    /// Finds where entries begin. Each step is a loop of its own over all openings, so that none of them waits for what
    /// another fetches from far.
    pub(crate) fn open(&self, text: &str, tokens: &[Token], openings: &mut [Opening]) {
        for opening in openings.iter_mut().filter(|o| o.entry) {
            let word = tokens[opening.at as usize].word as usize;
            opening.root = self.first.get(word).copied().unwrap_or_default();
        }
        for opening in &mut *openings {
            let at = opening.at as usize;
            if opening.root.child_count > 0
                && let Some((word, end)) = self.word_at(text, tokens, at + 1)
            {
                opening.end = end as u32;
                opening.word = word;
                opening.goes_on = self.pairs.may(tokens[at].word, word);
            }
        }
        for opening in openings.iter_mut().filter(|o| o.goes_on) {
            let second = self.next_node(&opening.root, opening.word);
            opening.goes_on = second.is_some();
            opening.second = second.unwrap_or_default();
        }
    }

    /// All entries whose words begin at an opening, longest first, appended to `hits`. Their marks are not known yet.
    pub(crate) fn find(
        &self,
        sources: &Sources,
        text: &str,
        tokens: &[Token],
        opening: &Opening,
        hits: &mut Vec<Hit>,
    ) {
        let from = hits.len();
        let start = opening.at as usize;
        let mut at = start + 1;
        let mut node = opening.root;
        let mut next = opening.goes_on.then_some((opening.second, opening.end as usize));
        loop {
            let hit = |entry, vocabulary, ambiguous| Hit {
                start: start as u32,
                end: at as u32,
                entry,
                vocabulary,
                ambiguous,
                marks: 0,
            };
            match node.terminal_count {
                0 => {}
                ALONE => hits.push(hit(node.terminal, node.kind & !AMBIGUOUS, node.kind & AMBIGUOUS != 0)),
                count => {
                    for t in &self.terminals[node.terminal as usize..][..usize::from(count)] {
                        if t.exact.is_none_or(|piece| {
                            let words = tokens[start].start as usize..tokens[at - 1].end as usize;
                            same_letters(&text[words], sources.get(piece))
                        }) {
                            hits.push(hit(t.entry, t.vocabulary, t.ambiguous));
                        }
                    }
                }
            }
            let Some(known) = next else { break };
            (node, at) = known;
            next = if node.child_count == 0 { None } else { self.word_at(text, tokens, at) }
                .and_then(|(word, end)| Some((self.next_node(&node, word)?, end)));
        }
        hits[from..].reverse();
    }
}

/// Whether two strings have the same letters and digits, but for a plural s at the end of the first.
fn same_letters(text: &str, surface: &str) -> bool {
    let mut a = text.chars().filter(|c| c.is_alphanumeric());
    let mut b = surface.chars().filter(|c| c.is_alphanumeric());
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (Some('s'), None) => return a.next().is_none(),
            (Some(x), Some(y)) if x == y => {}
            _ => return false,
        }
    }
}
