//! Compiled patterns: instructions for the matcher, and an index of which rules can begin where.

use super::lexicon::VocabularyId;
use super::syntax::Place;
use super::units::{DimensionSet, Signature};
use crate::segment::words::WordId;
use rustc_hash::FxHashMap;

/// One step of the matcher.
#[derive(Clone, Debug)]
pub(crate) enum Inst {
    /// The token is this word.
    Word(WordId),
    /// The token is one of these words, sorted.
    Set(Box<[WordId]>),
    /// The token is one of these words, sorted; each leads to its own place.
    Dispatch(Box<[(WordId, u32)]>),
    /// The token is written like this.
    Exact(WordId, Box<str>),
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
    Letters(LettersTest),
    /// Any token that does not begin the sub-program.
    Gap(Option<u32>),
    /// Stays in place if the condition holds.
    Assert(Assertion),
    /// Try the first, then the second; each is entered only if the token has what it needs.
    Split(u32, u32, Sign, Sign),
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

/// Which entries fit.
#[derive(Clone, Debug)]
pub(crate) struct VocabularyTest {
    pub(crate) vocabulary: VocabularyId,
    pub(crate) ambiguous: bool,
    /// A bit per entry, where only some fit.
    pub(crate) only: Option<Box<[u64]>>,
}

/// Which numbers fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    pub(crate) set: Box<str>,
    pub(crate) after: Box<str>,
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

/// A sequence of instructions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    pub(crate) insts: Vec<Inst>,
    /// By instruction: what a token must have so that something can be matched from there on.
    pub(crate) needs: Vec<Sign>,
    /// By instruction: the file and the place of the element that it stands for.
    pub(crate) places: Vec<(u16, Place)>,
}

/// A set of rules, a bit each.
pub(crate) type Bits = Box<[u64]>;

/// What a consuming instruction can begin with, as far as the index tells them apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Start {
    Word(WordId),
    Vocabulary(VocabularyId),
    Number,
    Dimensions(u16),
    /// A word all in capitals.
    Upper,
    /// Anything, or nothing at all.
    Any,
}

/// What stands at a token, as bits: 8 for kinds, 24 for a hash of vocabularies, 32 for a hash of its word. Branches
/// that cannot begin with a token are passed over by comparing signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sign(u64);

impl Sign {
    /// Everything: the end of a pattern needs no token.
    pub(crate) const ALL: Sign = Sign(u64::MAX);
    pub(crate) const NUMBER: Sign = Sign(1);
    pub(crate) const QUANTITY: Sign = Sign(1 << 1);
    pub(crate) const UNIT: Sign = Sign(1 << 2);
    pub(crate) const LETTERS: Sign = Sign(1 << 3);
    pub(crate) const CAPITAL: Sign = Sign(1 << 4);
    pub(crate) const DIGITS: Sign = Sign(1 << 5);
    pub(crate) const MARK: Sign = Sign(1 << 6);
    /// Any token at all.
    pub(crate) const TOKEN: Sign = Sign(1 << 7);

    /// Of a word that grammars name.
    pub(crate) fn word(word: WordId) -> Sign {
        let bit = u64::from(word).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 59;
        Sign(u64::from(word != 0) << (32 + bit))
    }

    /// Of an entry of a vocabulary.
    pub(crate) fn vocabulary(vocabulary: VocabularyId) -> Sign {
        Sign(1 << (8 + u32::from(vocabulary) % 24))
    }

    pub(crate) fn and(self, other: Sign) -> Sign {
        Sign(self.0 | other.0)
    }

    /// The same without the hash of words; everything stays everything.
    fn without_words(self) -> Sign {
        if self == Sign::ALL { self } else { Sign(self.0 & u64::from(u32::MAX)) }
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
                    Inst::Split(a, b, ..) => need(*a).and(need(*b)),
                    Inst::Jump(to) => need(*to),
                    Inst::Match => Sign::ALL,
                    Inst::Assert(_) | Inst::Begin(_) | Inst::End(_) | Inst::Tag(_) | Inst::Item(_) => {
                        need(at as u32 + 1)
                    }
                };
                changed |= new != self.needs[at];
                self.needs[at] = new;
            }
            if !changed {
                break;
            }
        }
        for inst in &mut self.insts {
            if let Inst::Split(a, b, first, second) = inst {
                (*first, *second) = (self.needs[*a as usize], self.needs[*b as usize]);
            }
        }
        self
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
                Inst::Split(a, b, ..) => stack.extend([*b, *a]),
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
            Some(Inst::Vocabulary(test)) => vec![Start::Vocabulary(test.vocabulary)],
            Some(Inst::Number(_)) => vec![Start::Number],
            Some(Inst::Quantity(test)) => vec![Start::Dimensions(test.dimensions)],
            Some(Inst::Token(TokenTest::Upper)) => vec![Start::Upper],
            _ => vec![Start::Any],
        }
    }
}

/// One way in which a rule can begin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opening {
    pub(crate) rule: u32,
    /// What must stand after the first step: kinds of tokens, or one of these words.
    pub(crate) kinds: Sign,
    /// A hash of words, finer than that of signs.
    pub(crate) words: u128,
}

impl Opening {
    fn join(&mut self, other: &Opening) {
        self.kinds = self.kinds.and(other.kinds);
        self.words |= other.words;
    }
}

/// What a sentence holds, as far as rules require it: kinds, and a hash of the words that some rule requires.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Holds {
    /// One bit a vocabulary, then numbers, quantities.
    pub(crate) kinds: u64,
    pub(crate) words: u128,
}

impl Holds {
    pub(crate) const NUMBER: u64 = 1 << 62;
    pub(crate) const QUANTITY: u64 = 1 << 63;

    /// The bit of a vocabulary; those beyond the 61st share one.
    pub(crate) fn vocabulary(vocabulary: VocabularyId) -> u64 {
        1 << vocabulary.min(61)
    }

    /// What every sentence meets.
    const ANYTHING: Holds = Holds { kinds: u64::MAX, words: u128::MAX };

    /// The bit of a word.
    pub(crate) fn word(word: WordId) -> u128 {
        1 << (u64::from(word).wrapping_mul(0xC2B2_AE3D_27D4_EB4F) >> 57)
    }

    fn of(starts: &[Start]) -> Holds {
        starts.iter().fold(Holds::default(), |mut holds, start| {
            match start {
                Start::Word(word) => holds.words |= Holds::word(*word),
                Start::Vocabulary(v) => holds.kinds |= Holds::vocabulary(*v),
                Start::Number => holds.kinds |= Holds::NUMBER,
                Start::Dimensions(_) => holds.kinds |= Holds::QUANTITY,
                Start::Upper | Start::Any => return Holds::ANYTHING,
            }
            holds
        })
    }

    /// Whether a sentence that holds `self` has one of `wanted`.
    pub(crate) fn has(&self, wanted: &Holds) -> bool {
        // A sentence may hold nothing at all that some rule requires.
        wanted.kinds == u64::MAX || self.kinds & wanted.kinds != 0 || self.words & wanted.words != 0
    }
}

/// Which rules can begin with a symbol.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// By word: where its openings begin and how many there are.
    words: Vec<(u32, u32)>,
    word_openings: Vec<Opening>,
    vocabularies: Vec<Vec<Opening>>,
    number: Vec<Opening>,
    /// By the dimensions of a unit: the openings with a quantity that has them.
    quantities: FxHashMap<Signature, Vec<Opening>>,
    /// Openings with a word all in capitals.
    upper: Vec<Opening>,
    /// Openings that fit any token.
    any: Vec<Opening>,
    /// By rule: what a sentence must hold for it to match.
    required: Vec<[Holds; ELEMENTS]>,
    required_words: Vec<bool>,
}

/// So many required elements of a rule are looked for.
const ELEMENTS: usize = 3;

/// How common a symbol is, roughly: a required element should be rare.
fn weight(start: &Start) -> u32 {
    match start {
        Start::Word(_) => 2,
        Start::Dimensions(_) => 20,
        Start::Vocabulary(_) => 30,
        Start::Number => 60,
        Start::Upper | Start::Any => 100_000,
    }
}

impl Program {
    /// The elements that each match must have, beside its first: what each can begin with, the rarest first.
    fn required(&self) -> Vec<Vec<Start>> {
        let mut out: Vec<(u32, Vec<Start>)> = Vec::new();
        let first: Vec<Start> = self.next(0).iter().flat_map(|at| self.starts(*at)).collect();
        // An instruction over which no instruction before it leads is on every path.
        let mut reach = 0;
        for (at, inst) in self.insts.iter().enumerate() {
            let here = at as u32;
            if here > 0 && reach <= here {
                let next = self.next(here);
                let mut starts: Vec<Start> = next.iter().flat_map(|n| self.starts(*n)).collect();
                starts.dedup();
                let weight: u32 = starts.iter().map(weight).sum();
                if !next.contains(&None)
                    && weight < 10_000
                    && starts != first
                    && !out.iter().any(|(_, s)| *s == starts)
                {
                    out.push((weight, starts));
                }
            }
            reach = reach.max(match inst {
                Inst::Split(a, b, ..) => *a.max(b),
                Inst::Jump(to) => *to,
                Inst::Dispatch(words) => words.iter().map(|(_, to)| *to).max().unwrap_or(here),
                _ => here + 1,
            });
        }
        out.sort_by_key(|(weight, _)| *weight);
        out.into_iter().take(ELEMENTS).map(|(_, starts)| starts).collect()
    }
}

impl Index {
    pub(crate) fn new(programs: &[Program], vocabularies: usize, sets: &[DimensionSet]) -> Self {
        let mut index = Index { vocabularies: vec![Vec::new(); vocabularies], ..Index::default() };
        let mut dimensions: Vec<Vec<Opening>> = vec![Vec::new(); sets.len()];
        let mut by_word: FxHashMap<WordId, Vec<Opening>> = FxHashMap::default();
        for (rule, program) in programs.iter().enumerate() {
            // A rule that works on whole sections has no pattern.
            if matches!(program.insts.as_slice(), [Inst::Match]) {
                index.required.push([Holds::ANYTHING; ELEMENTS]);
                continue;
            }
            let elements = program.required();
            index
                .required
                .push(std::array::from_fn(|at| elements.get(at).map_or(Holds::ANYTHING, |e| Holds::of(e))));
            for start in elements.iter().flatten() {
                if let Start::Word(word) = start {
                    if index.required_words.len() <= *word as usize {
                        index.required_words.resize(*word as usize + 1, false);
                    }
                    index.required_words[*word as usize] = true;
                }
            }
            for at in program.next(0) {
                for start in program.starts(at) {
                    let next: Vec<u32> = match at.map(|at| (at, &program.insts[at as usize])) {
                        None | Some((_, Inst::Gap(_))) => Vec::new(),
                        Some((_, Inst::Dispatch(words))) => words
                            .iter()
                            .filter(|(w, _)| start == Start::Word(*w))
                            .map(|(_, to)| *to)
                            .collect(),
                        Some((at, _)) => vec![at + 1],
                    };
                    let mut opening = Opening { rule: rule as u32, kinds: Sign::default(), words: 0 };
                    if next.is_empty() {
                        opening.kinds = Sign::ALL;
                    }
                    for to in next {
                        opening.kinds = opening.kinds.and(program.needs[to as usize].without_words());
                        for after in program.next(to) {
                            for start in program.starts(after) {
                                if let Start::Word(word) = start {
                                    opening.words |= Holds::word(word);
                                }
                            }
                        }
                    }
                    let list = match &start {
                        Start::Word(word) => by_word.entry(*word).or_default(),
                        Start::Vocabulary(v) => &mut index.vocabularies[*v as usize],
                        Start::Number => &mut index.number,
                        Start::Dimensions(d) => &mut dimensions[*d as usize],
                        Start::Upper => &mut index.upper,
                        Start::Any => &mut index.any,
                    };
                    match list.iter_mut().find(|o| o.rule == rule as u32) {
                        Some(known) => known.join(&opening),
                        None => list.push(opening),
                    }
                }
            }
        }
        for (set, openings) in sets.iter().zip(&dimensions) {
            for signature in set.members() {
                let list = index.quantities.entry(*signature).or_default();
                for opening in openings {
                    match list.iter_mut().find(|o| o.rule == opening.rule) {
                        Some(known) => known.join(opening),
                        None => list.push(*opening),
                    }
                }
            }
        }
        let mut words: Vec<_> = by_word.into_iter().collect();
        words.sort_unstable_by_key(|(word, _)| *word);
        for (word, openings) in words {
            index.words.resize((word as usize + 1).max(index.words.len()), (0, 0));
            index.words[word as usize] = (index.word_openings.len() as u32, openings.len() as u32);
            index.word_openings.extend(openings);
        }
        index
    }

    /// The openings with a word.
    pub(crate) fn word(&self, word: WordId) -> &[Opening] {
        match self.words.get(word as usize) {
            Some(&(from, count)) => &self.word_openings[from as usize..][..count as usize],
            None => &[],
        }
    }

    /// The openings with an entry of a vocabulary.
    pub(crate) fn vocabulary(&self, vocabulary: VocabularyId) -> &[Opening] {
        &self.vocabularies[vocabulary as usize]
    }

    /// The openings with a number.
    pub(crate) fn number(&self) -> &[Opening] {
        &self.number
    }

    /// The openings with a quantity of these dimensions.
    pub(crate) fn quantity(&self, signature: Signature) -> &[Opening] {
        self.quantities.get(&signature).map_or(&[], Vec::as_slice)
    }

    /// The openings with a word all in capitals.
    pub(crate) fn upper(&self) -> &[Opening] {
        &self.upper
    }

    /// The openings that fit any token.
    pub(crate) fn any(&self) -> &[Opening] {
        &self.any
    }

    /// Whether a sentence has all that a rule requires.
    pub(crate) fn possible(&self, rule: u32, sentence: &Holds) -> bool {
        self.required[rule as usize].iter().all(|wanted| sentence.has(wanted))
    }

    /// Whether some rule requires a word.
    pub(crate) fn requires(&self, word: WordId) -> bool {
        self.required_words.get(word as usize).copied().unwrap_or(false)
    }
}
