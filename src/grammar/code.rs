//! Programs as the matcher runs them: every instruction in sixteen bytes, each with the place that follows it, so that
//! all rules together stay near the processor and jumps cost nothing.

use super::program::{Assertion, Inst, NumberTest, Program, Sign, TokenTest};
use crate::segment::words::WordId;
use std::sync::Arc;

/// What an instruction does; see [`Inst`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// The word `operand`.
    Word,
    /// One of `count` words from `operand` on in the pool.
    Set,
    /// One of `count` words from `operand` on in the pool; the places to go to stand behind them.
    Dispatch,
    /// The spelling number `operand`.
    Exact,
    /// An entry of vocabulary `small`, ambiguous ones too if `count` is 1; `operand` is the number of a mask, plus one.
    Vocabulary,
    /// `small` is the test's number.
    Number,
    /// A quantity of dimensions `operand`; guarded spellings too if `count` is 1.
    Quantity,
    /// A unit of dimensions `operand`.
    Unit,
    /// `small` is the test's number.
    Token,
    /// The letters number `operand`.
    Letters,
    /// Anything that does not begin the sub-program `operand` less one; anything at all if that is 0.
    Gap,
    /// `small` is the assertion's number.
    Assert,
    /// Both branches, `next` and then `operand`; `count` and `other` are the numbers of what they need.
    Split,
    /// The capture `small` begins.
    Begin,
    /// The capture `small` ends.
    End,
    /// The capture holds the constant `operand`.
    Tag,
    /// An item of list `small` begins.
    Item,
    /// Done.
    Match,
}

/// One instruction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Op {
    pub(crate) kind: Kind,
    pub(crate) small: u8,
    pub(crate) count: u16,
    pub(crate) other: u16,
    pub(crate) operand: u32,
    /// The instruction that follows where this one succeeds.
    pub(crate) next: u32,
}

/// A sub-program as it is run.
#[derive(Debug)]
pub(crate) struct SubCode {
    /// What a token must have so that the program can begin there.
    pub(crate) needs: Sign,
    /// The least and the most tokens that a match has.
    pub(crate) length: (u32, u32),
    pub(crate) ops: Box<[Op]>,
}

/// What the instructions of all programs refer to.
#[derive(Debug, Default)]
pub(crate) struct Pools {
    /// Words of sets; words and places of dispatches.
    pub(crate) numbers: Vec<u32>,
    /// What tokens must have.
    pub(crate) signs: Vec<Sign>,
    /// The words of exact spellings.
    pub(crate) exact: Vec<(WordId, Arc<str>)>,
    /// Prefix and letters.
    pub(crate) letters: Vec<(Arc<str>, Arc<str>)>,
    /// Bits of entries.
    pub(crate) masks: Vec<u32>,
    known: rustc_hash::FxHashMap<Sign, u16>,
}

impl NumberTest {
    const ALL: [NumberTest; 4] =
        [NumberTest::Single, NumberTest::Whole, NumberTest::Range, NumberTest::Ordinal];

    /// The test of that number.
    pub(crate) fn of(number: u8) -> NumberTest {
        NumberTest::ALL[usize::from(number)]
    }
}

impl TokenTest {
    const ALL: [TokenTest; 6] = [
        TokenTest::Any,
        TokenTest::Word,
        TokenTest::Capital,
        TokenTest::Upper,
        TokenTest::Digits,
        TokenTest::Mark,
    ];

    /// The test of that number.
    pub(crate) fn of(number: u8) -> TokenTest {
        TokenTest::ALL[usize::from(number)]
    }
}

impl Assertion {
    const ALL: [Assertion; 4] =
        [Assertion::Tight, Assertion::Apart, Assertion::LineStart, Assertion::LineEnd];

    /// The assertion of that number.
    pub(crate) fn of(number: u8) -> Assertion {
        Assertion::ALL[usize::from(number)]
    }
}

impl Pools {
    fn sign(&mut self, sign: Sign) -> u16 {
        let signs = &mut self.signs;
        *self.known.entry(sign).or_insert_with(|| {
            signs.push(sign);
            (signs.len() - 1) as u16
        })
    }

    /// A sub-program as it is run.
    pub(crate) fn sub_code(&mut self, program: &Program) -> SubCode {
        SubCode { needs: program.needs[0], length: program.length, ops: self.code(program) }
    }

    /// The instructions of a program, by the numbers that they have there.
    pub(crate) fn code(&mut self, program: &Program) -> Box<[Op]> {
        // Where a chain of jumps ends.
        let target = |mut at: u32| {
            while let Some(Inst::Jump(to)) = program.insts.get(at as usize) {
                at = *to;
            }
            at
        };
        let mut ops = Vec::with_capacity(program.insts.len());
        for (at, inst) in program.insts.iter().enumerate() {
            let next = target(at as u32 + 1);
            let mut op = Op { kind: Kind::Match, small: 0, count: 0, other: 0, operand: 0, next };
            match inst {
                Inst::Word(word) => (op.kind, op.operand) = (Kind::Word, *word),
                Inst::Set(words) => {
                    (op.kind, op.operand, op.count) =
                        (Kind::Set, self.numbers.len() as u32, words.len() as u16);
                    self.numbers.extend_from_slice(words);
                }
                Inst::Dispatch(words) => {
                    op.kind = Kind::Dispatch;
                    (op.operand, op.count) = (self.numbers.len() as u32, words.len() as u16);
                    self.numbers.extend(words.iter().map(|(word, _)| *word));
                    self.numbers.extend(words.iter().map(|(_, to)| target(*to)));
                }
                Inst::Exact(word, written) => {
                    (op.kind, op.operand) = (Kind::Exact, self.exact.len() as u32);
                    self.exact.push((*word, written.clone()));
                }
                Inst::Vocabulary(test) => {
                    (op.kind, op.small, op.count) =
                        (Kind::Vocabulary, test.vocabulary, test.ambiguous.into());
                    if test.only != 0 {
                        self.masks.push(test.only);
                        op.operand = self.masks.len() as u32;
                    }
                }
                Inst::Number(test) => (op.kind, op.small) = (Kind::Number, *test as u8),
                Inst::Quantity(test) => {
                    op.kind = Kind::Quantity;
                    (op.operand, op.count) = (test.dimensions.into(), test.guarded.into());
                }
                Inst::Unit(test) => {
                    op.kind = Kind::Unit;
                    (op.operand, op.count) = (test.dimensions.into(), test.guarded.into());
                }
                Inst::Token(test) => (op.kind, op.small) = (Kind::Token, *test as u8),
                Inst::Letters(test) => {
                    (op.kind, op.operand) = (Kind::Letters, self.letters.len() as u32);
                    self.letters.push((test.after.clone(), test.set.clone()));
                }
                Inst::Gap(stop) => (op.kind, op.operand) = (Kind::Gap, stop.map_or(0, |s| s + 1)),
                Inst::Assert(assertion) => (op.kind, op.small) = (Kind::Assert, *assertion as u8),
                Inst::Split(first, second) => {
                    op.kind = Kind::Split;
                    (op.next, op.operand) = (target(*first), target(*second));
                    op.count = self.sign(program.needs[*first as usize]);
                    op.other = self.sign(program.needs[*second as usize]);
                }
                // Nothing leads to a jump any more; a program may begin with one.
                Inst::Jump(to) => {
                    op.kind = Kind::Split;
                    (op.next, op.operand) = (target(*to), target(*to));
                    op.count = self.sign(program.needs[*to as usize]);
                    op.other = self.sign(Sign::default());
                }
                Inst::Begin(slot) => (op.kind, op.small) = (Kind::Begin, *slot),
                Inst::End(slot) => (op.kind, op.small) = (Kind::End, *slot),
                Inst::Tag(constant) => (op.kind, op.operand) = (Kind::Tag, (*constant).into()),
                Inst::Item(list) => (op.kind, op.small) = (Kind::Item, *list),
                Inst::Match => {}
            }
            ops.push(op);
        }
        ops.into()
    }
}
