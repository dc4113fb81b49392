//! Compiled patterns: instructions for the matcher, and an index of which rules can begin where.

use super::lexicon::{Hit, VocabularyId};
use super::syntax::Place;
use crate::recognise::lattice::Quantity;
use crate::segment::words::WordId;
use std::sync::Arc;

/// One step of the matcher.
#[derive(Clone, Debug)]
pub(crate) enum Inst {
    /// The token is this word.
    Word(WordId),
    /// The token is one of these words, sorted.
    Set(Arc<[WordId]>),
    /// The token is one of these words, sorted; each leads to its own place.
    Dispatch(Arc<[(WordId, u32)]>),
    /// The token is written like this.
    Exact(WordId, Arc<str>),
    /// An entry of a vocabulary begins here.
    Vocabulary(VocabularyTest),
    /// A number without unit.
    Number(NumberTest),
    /// A number or range with a unit of one of these dimensions.
    Quantity(UnitTest),
    /// A unit of one of these dimensions.
    Unit(UnitTest),
    /// A token of a class.
    Token(TokenTest),
    /// A word made of certain letters.
    Letters(Box<LettersTest>),
    /// Any token that does not begin the sub-program.
    Gap(Option<u32>),
    /// Stays in place if the condition holds.
    Assert(Assertion),
    /// Try the first, then the second.
    Split(u32, u32),
    /// Go on there.
    Jump(u32),
    /// A capture begins.
    Begin(u8),
    /// A capture ends.
    End(u8),
    /// The capture around it holds this constant.
    Tag(u16),
    /// An item of a list begins.
    Item(u8),
    /// Done.
    Match,
}

impl Inst {
    /// The same instruction, where it leads elsewhere.
    pub(crate) fn moved(&self, place: impl Fn(u32) -> u32) -> Inst {
        match self {
            Inst::Split(first, second) => Inst::Split(place(*first), place(*second)),
            Inst::Jump(to) => Inst::Jump(place(*to)),
            Inst::Dispatch(words) => {
                Inst::Dispatch(words.iter().map(|(word, to)| (*word, place(*to))).collect())
            }
            other => other.clone(),
        }
    }
}

/// Which entries fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct VocabularyTest {
    pub(crate) vocabulary: VocabularyId,
    pub(crate) ambiguous: bool,
    /// What entries must have, where only some fit: bits of [`Lexicon::marks`](super::lexicon::Lexicon::marks).
    pub(crate) only: u32,
}

/// Which numbers fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum NumberTest {
    /// A single number.
    Single,
    /// A single whole number, written without a decimal point.
    Whole,
    /// Two numbers with a dash or "to" between them.
    Range,
    /// "first", "2nd".
    Ordinal,
}

impl VocabularyTest {
    /// Whether an entry in a text fits.
    pub(crate) fn fits(&self, hit: &Hit) -> bool {
        hit.vocabulary == self.vocabulary
            && (self.ambiguous || !hit.ambiguous)
            && hit.marks & self.only == self.only
    }
}

impl NumberTest {
    /// Whether a number without a unit fits.
    pub(crate) fn fits(self, q: &Quantity) -> bool {
        match self {
            NumberTest::Single => q.high.is_none() && !q.ordinal,
            NumberTest::Whole => q.high.is_none() && !q.ordinal && q.whole,
            NumberTest::Range => q.high.is_some(),
            NumberTest::Ordinal => q.ordinal,
        }
    }
}

/// Which units fit: an index into the dimension sets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UnitTest {
    pub(crate) dimensions: u16,
    /// Whether guarded spellings fit without further proof.
    pub(crate) guarded: bool,
}

/// Which tokens fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenTest {
    Any,
    Word,
    Capital,
    Upper,
    Digits,
    Mark,
}

/// Which words fit: those made of the letters of `set`, after a beginning that need not be there if it is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LettersTest {
    pub(crate) set: Arc<str>,
    pub(crate) after: Arc<str>,
}

/// A condition on the place between two tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Assertion {
    /// No white space stands before the next token.
    Tight,
    /// White space stands before the next token.
    Apart,
    /// The next token is the first of its line.
    LineStart,
    /// The token before is the last of its line, or of the text.
    LineEnd,
}

/// Longer numbers, and units with their numbers, are not reckoned with.
const NUMBER_TOKENS: u32 = 16;
const QUANTITY_TOKENS: u32 = 32;
/// Longer entries are not reckoned with; a hyphen between two words is a token of its own.
const ENTRY_TOKENS: u32 = 48;

/// A sequence of instructions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    pub(crate) insts: Vec<Inst>,
    /// By instruction: what a token must have so that something can be matched from there on.
    pub(crate) needs: Vec<Sign>,
    /// Whether a number or quantity is read.
    pub(crate) figures: bool,
    /// The least and the most tokens that a match has.
    pub(crate) length: (u32, u32),
    /// By instruction of a rule: the element that it stands for; empty for a sub-program.
    pub(crate) places: Vec<Origin>,
}

/// Where the element of a rule stands for which an instruction was made. There is one for each instruction, so it is
/// small.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    /// The file, by number among the sources.
    pub(crate) file: u16,
    from: u32,
    to: u32,
}

impl Origin {
    pub(crate) fn new(file: u16, place: &Place) -> Self {
        Origin { file, from: place.start as u32, to: place.end as u32 }
    }

    /// The bytes of the file.
    pub(crate) fn place(self) -> Place {
        self.from as usize..self.to as usize
    }
}

/// A set of rules, a bit each.
pub(crate) type Bits = Box<[u64]>;

/// What a consuming instruction can begin with, as far as the index tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Start {
    Word(WordId),
    Vocabulary(VocabularyTest),
    Number(NumberTest),
    Dimensions(u16),
    /// A word all in capitals.
    Upper,
    /// Anything, or nothing at all.
    Any,
}

/// What stands at a token, as bits: 8 for kinds, 24 for a hash of vocabularies, 96 for a hash of its word. Branches
/// that cannot begin with a token are passed over by comparing signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Sign(u128);

impl Sign {
    /// Everything: the end of a pattern needs no token.
    pub(crate) const ALL: Sign = Sign(u128::MAX);
    /// What the place behind the last token has, and every token too.
    pub(crate) const ANYWHERE: Sign = Sign(1);
    pub(crate) const QUANTITY: Sign = Sign(1 << 1);
    pub(crate) const UNIT: Sign = Sign(1 << 2);
    pub(crate) const LETTERS: Sign = Sign(1 << 3);
    pub(crate) const CAPITAL: Sign = Sign(1 << 4);
    pub(crate) const DIGITS: Sign = Sign(1 << 5);
    pub(crate) const MARK: Sign = Sign(1 << 6);
    /// Any token at all.
    pub(crate) const TOKEN: Sign = Sign(1 << 7);
    pub(crate) const NUMBER: Sign = Sign(1 << 8);

    /// Of a word that grammars name.
    pub(crate) fn word(word: WordId) -> Sign {
        // The upper half of a product with 96 is a number below 96.
        let hash = ((u64::from(word).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) * 96) >> 32;
        Sign(u128::from(word != 0) << (32 + hash))
    }

    /// Of an entry of a vocabulary.
    pub(crate) fn vocabulary(vocabulary: VocabularyId) -> Sign {
        Sign(1 << (9 + u32::from(vocabulary) % 23))
    }

    pub(crate) fn and(self, other: Sign) -> Sign {
        Sign(self.0 | other.0)
    }

    /// Whether something of `other` is here.
    pub(crate) fn meets(self, other: Sign) -> bool {
        self.0 & other.0 != 0
    }
}

impl Program {
    /// Fills `needs`; done once, when all instructions are there.
    pub(crate) fn finish(mut self) -> Program {
        self.needs = vec![Sign::default(); self.insts.len()];
        // Without loops, each instruction leads only to later ones, of which the needs are known.
        let loops = (0..).zip(&self.insts).any(|(at, inst)| match inst {
            Inst::Split(a, b) => *a.min(b) <= at,
            Inst::Jump(to) => *to <= at,
            _ => false,
        });
        loop {
            let mut changed = false;
            for at in (0..self.insts.len()).rev() {
                let need = |to: u32| self.needs[to as usize];
                let new = match &self.insts[at] {
                    Inst::Word(word) | Inst::Exact(word, _) => Sign::word(*word),
                    Inst::Set(words) => words.iter().fold(Sign::default(), |s, w| s.and(Sign::word(*w))),
                    Inst::Dispatch(words) => {
                        words.iter().fold(Sign::default(), |s, (w, _)| s.and(Sign::word(*w)))
                    }
                    Inst::Vocabulary(test) => Sign::vocabulary(test.vocabulary),
                    Inst::Number(_) => Sign::NUMBER,
                    Inst::Quantity(_) => Sign::QUANTITY,
                    Inst::Unit(_) => Sign::UNIT,
                    Inst::Token(test) => match test {
                        TokenTest::Any => Sign::TOKEN,
                        TokenTest::Word => Sign::LETTERS,
                        TokenTest::Capital | TokenTest::Upper => Sign::CAPITAL,
                        TokenTest::Digits => Sign::DIGITS,
                        TokenTest::Mark => Sign::MARK,
                    },
                    Inst::Letters(_) => Sign::LETTERS,
                    Inst::Gap(_) => Sign::TOKEN,
                    Inst::Split(a, b) => need(*a).and(need(*b)),
                    Inst::Jump(to) => need(*to),
                    Inst::Match => Sign::ALL,
                    Inst::Assert(_) | Inst::Begin(_) | Inst::End(_) | Inst::Tag(_) | Inst::Item(_) => {
                        need(at as u32 + 1)
                    }
                };
                changed |= new != self.needs[at];
                self.needs[at] = new;
            }
            if !changed || !loops {
                break;
            }
        }
        self.figures = self.insts.iter().any(|i| matches!(i, Inst::Number(_) | Inst::Quantity(_)));
        self.length = self.distances().last().copied().unwrap_or_default();
        self
    }

    /// By instruction: the least and the most tokens that stand before it in a match, from the first token on.
    pub(crate) fn distances(&self) -> Vec<(u32, u32)> {
        let mut out = vec![(u32::MAX, 0u32); self.insts.len()];
        out[0] = (0, 0);
        for (at, inst) in self.insts.iter().enumerate() {
            let (least, most) = out[at];
            if least == u32::MAX {
                continue;
            }
            let mut reach = |to: u32, (low, high): (u32, u32)| {
                // A loop may go round as often as it likes.
                let high = if to as usize <= at { u32::MAX } else { most.saturating_add(high) };
                let (l, h) = &mut out[to as usize];
                *l = (*l).min(least + low);
                *h = (*h).max(high);
            };
            let next = at as u32 + 1;
            match inst {
                Inst::Split(a, b) => {
                    reach(*a, (0, 0));
                    reach(*b, (0, 0));
                }
                Inst::Jump(to) => reach(*to, (0, 0)),
                Inst::Dispatch(words) => words.iter().for_each(|(_, to)| reach(*to, (1, 1))),
                Inst::Begin(_) | Inst::End(_) | Inst::Tag(_) | Inst::Item(_) | Inst::Assert(_) => {
                    reach(next, (0, 0))
                }
                Inst::Vocabulary(_) => reach(next, (1, ENTRY_TOKENS)),
                Inst::Number(_) => reach(next, (1, NUMBER_TOKENS)),
                Inst::Quantity(_) | Inst::Unit(_) => reach(next, (1, QUANTITY_TOKENS)),
                Inst::Match => {}
                _ => reach(next, (1, 1)),
            }
        }
        // What a loop leads back to, and all behind it, may stand at any distance.
        let mut looped = false;
        for most in out.iter_mut().map(|(_, most)| most) {
            looped |= *most == u32::MAX;
            if looped {
                *most = u32::MAX;
            }
        }
        out
    }

    /// Whether there is no pattern: a rule that works on whole sections has none.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self.insts.as_slice(), [Inst::Match])
    }

    /// The capture and the entries, where the program is a captured entry and nothing else.
    pub(crate) fn plain(&self) -> Option<(u8, VocabularyTest)> {
        match self.insts.as_slice() {
            [Inst::Begin(slot), Inst::Vocabulary(test), Inst::End(_), Inst::Match] => Some((*slot, *test)),
            _ => None,
        }
    }

    /// The consuming instructions that can come first from `from`; `None` among them means the end.
    pub(crate) fn next(&self, from: u32) -> Vec<Option<u32>> {
        let mut seen = vec![false; self.insts.len()];
        let mut stack = vec![from];
        let mut out = Vec::new();
        while let Some(at) = stack.pop() {
            if std::mem::replace(&mut seen[at as usize], true) {
                continue;
            }
            match &self.insts[at as usize] {
                Inst::Split(a, b) => stack.extend([*b, *a]),
                Inst::Jump(a) => stack.push(*a),
                Inst::Begin(_) | Inst::End(_) | Inst::Tag(_) | Inst::Item(_) | Inst::Assert(_) => {
                    stack.push(at + 1)
                }
                Inst::Match => out.push(None),
                _ => out.push(Some(at)),
            }
        }
        out
    }

    /// What the instruction `at` begins with.
    pub(crate) fn starts(&self, at: Option<u32>) -> Vec<Start> {
        match at.map(|at| &self.insts[at as usize]) {
            Some(Inst::Word(word) | Inst::Exact(word, _)) => vec![Start::Word(*word)],
            Some(Inst::Set(words)) => words.iter().map(|w| Start::Word(*w)).collect(),
            Some(Inst::Dispatch(words)) => words.iter().map(|(w, _)| Start::Word(*w)).collect(),
            Some(Inst::Vocabulary(test)) => vec![Start::Vocabulary(*test)],
            Some(Inst::Number(test)) => vec![Start::Number(*test)],
            Some(Inst::Quantity(test)) => vec![Start::Dimensions(test.dimensions)],
            Some(Inst::Token(TokenTest::Upper)) => vec![Start::Upper],
            _ => vec![Start::Any],
        }
    }
}
