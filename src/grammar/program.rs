//! Compiled patterns: instructions for the matcher, and an index of which rules can begin where.

use super::lexicon::VocabularyId;
use super::syntax::Place;
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

/// A condition on the place between two tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Assertion {
    /// No white space stands before the next token.
    Tight,
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
    /// Anything, or nothing at all.
    Any,
}

/// What stands at a token, in two sets of bits: kinds, and a hash of its word. Branches that cannot begin with a
/// token are passed over by comparing signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sign {
    pub(crate) kinds: u64,
    pub(crate) words: u64,
}

impl Sign {
    /// Everything: the end of a pattern needs no token.
    pub(crate) const ALL: Sign = Sign { kinds: u64::MAX, words: u64::MAX };
    pub(crate) const NUMBER: Sign = Sign { kinds: 1 << 48, words: 0 };
    pub(crate) const QUANTITY: Sign = Sign { kinds: 1 << 49, words: 0 };
    pub(crate) const UNIT: Sign = Sign { kinds: 1 << 50, words: 0 };
    pub(crate) const LETTERS: Sign = Sign { kinds: 1 << 51, words: 0 };
    pub(crate) const CAPITAL: Sign = Sign { kinds: 1 << 52, words: 0 };
    pub(crate) const DIGITS: Sign = Sign { kinds: 1 << 53, words: 0 };
    pub(crate) const MARK: Sign = Sign { kinds: 1 << 54, words: 0 };
    /// Any token at all.
    pub(crate) const TOKEN: Sign = Sign { kinds: 1 << 55, words: 0 };

    /// Of a word that grammars name.
    pub(crate) fn word(word: WordId) -> Sign {
        let bit = u64::from(word).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58;
        Sign { kinds: 0, words: u64::from(word != 0) << bit }
    }

    /// Of an entry of a vocabulary; those beyond the 48th share the bit of any token.
    pub(crate) fn vocabulary(vocabulary: VocabularyId) -> Sign {
        if vocabulary < 48 { Sign { kinds: 1 << vocabulary, words: 0 } } else { Sign::TOKEN }
    }

    pub(crate) fn and(self, other: Sign) -> Sign {
        Sign { kinds: self.kinds | other.kinds, words: self.words | other.words }
    }

    /// Whether something of `other` is here.
    pub(crate) fn meets(self, other: Sign) -> bool {
        (self.kinds & other.kinds) | (self.words & other.words) != 0
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
                    Inst::Dispatch(words) => words.iter().fold(Sign::default(), |s, (w, _)| s.and(Sign::word(*w))),
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
                    Inst::Gap(_) => Sign::TOKEN,
                    Inst::Split(a, b) => need(*a).and(need(*b)),
                    Inst::Jump(to) => need(*to),
                    Inst::Match => Sign::ALL,
                    Inst::Assert(_) | Inst::Begin(_) | Inst::End(_) | Inst::Tag(_) | Inst::Item(_) => need(at as u32 + 1),
                };
                changed |= new != self.needs[at];
                self.needs[at] = new;
            }
            if !changed {
                return self;
            }
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
                Inst::Begin(_) | Inst::End(_) | Inst::Tag(_) | Inst::Item(_) | Inst::Assert(_) => stack.push(at + 1),
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
            _ => vec![Start::Any],
        }
    }
}

/// Which rules can begin with a symbol, and which can go on with one after their first step.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// How many 64-bit words a set of rules has.
    pub(crate) width: usize,
    /// Whether some rule can begin at any token.
    pub(crate) any_start: bool,
    first: Follow,
    second: Follow,
    /// What a sentence must hold, beside the first step, for a rule to match in it: up to three elements a rule.
    required: [Follow; ELEMENTS],
}

/// So many required elements of a rule are looked for.
pub(crate) const ELEMENTS: usize = 3;

/// Sets of rules by symbol.
#[derive(Debug, Default)]
pub(crate) struct Follow {
    /// By word: index into `sets`, 0 for none.
    words: Vec<u32>,
    sets: Vec<Bits>,
    vocabularies: Vec<Bits>,
    number: Bits,
    /// By dimension set.
    dimensions: Vec<Bits>,
    any: Bits,
}

fn set(bits: &mut Bits, rule: usize) {
    bits[rule / 64] |= 1 << (rule % 64);
}

impl Follow {
    fn new(width: usize, vocabularies: usize, dimensions: usize) -> Self {
        let empty = || vec![0; width].into_boxed_slice();
        Follow {
            words: Vec::new(),
            sets: vec![empty()],
            vocabularies: (0..vocabularies).map(|_| empty()).collect(),
            number: empty(),
            dimensions: (0..dimensions).map(|_| empty()).collect(),
            any: empty(),
        }
    }

    fn add(&mut self, start: &Start, rule: usize) {
        match start {
            Start::Word(word) => {
                let word = *word as usize;
                if self.words.len() <= word {
                    self.words.resize(word + 1, 0);
                }
                if self.words[word] == 0 {
                    self.words[word] = self.sets.len() as u32;
                    let empty = vec![0; self.any.len()].into_boxed_slice();
                    self.sets.push(empty);
                }
                let at = self.words[word] as usize;
                set(&mut self.sets[at], rule);
            }
            Start::Vocabulary(v) => set(&mut self.vocabularies[*v as usize], rule),
            Start::Number => set(&mut self.number, rule),
            Start::Dimensions(d) => set(&mut self.dimensions[*d as usize], rule),
            Start::Any => set(&mut self.any, rule),
        }
    }

    /// The rules that know a word; `None` if none does.
    pub(crate) fn word(&self, word: WordId) -> Option<&Bits> {
        match self.words.get(word as usize) {
            None | Some(0) => None,
            Some(&at) => Some(&self.sets[at as usize]),
        }
    }

    pub(crate) fn vocabulary(&self, vocabulary: VocabularyId) -> &Bits {
        &self.vocabularies[vocabulary as usize]
    }

    pub(crate) fn number(&self) -> &Bits {
        &self.number
    }

    pub(crate) fn dimensions(&self, set: usize) -> &Bits {
        &self.dimensions[set]
    }

    pub(crate) fn any(&self) -> &Bits {
        &self.any
    }
}

/// How common a symbol is, roughly: a required element should be rare.
fn weight(start: &Start) -> u32 {
    match start {
        Start::Word(_) => 2,
        Start::Dimensions(_) => 20,
        Start::Vocabulary(_) => 30,
        Start::Number => 60,
        Start::Any => 100_000,
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
                if !next.contains(&None) && weight < 10_000 && starts != first && !out.iter().any(|(_, s)| *s == starts) {
                    out.push((weight, starts));
                }
            }
            reach = reach.max(match inst {
                Inst::Split(a, b) => *a.max(b),
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
    pub(crate) fn new(programs: &[Program], vocabularies: usize, dimensions: usize) -> Self {
        let width = programs.len().div_ceil(64).max(1);
        let mut first = Follow::new(width, vocabularies, dimensions);
        let mut second = Follow::new(width, vocabularies, dimensions);
        let mut required = std::array::from_fn(|_| Follow::new(width, vocabularies, dimensions));
        for (rule, program) in programs.iter().enumerate() {
            let mut seen: FxHashMap<Start, ()> = FxHashMap::default();
            let elements = program.required();
            for (place, follow) in required.iter_mut().enumerate() {
                match elements.get(place) {
                    Some(starts) => starts.iter().for_each(|s| follow.add(s, rule)),
                    None => follow.add(&Start::Any, rule),
                }
            }
            for at in program.next(0) {
                for start in program.starts(at) {
                    first.add(&start, rule);
                }
                let follow = match at {
                    Some(at) => match &program.insts[at as usize] {
                        Inst::Gap(_) => vec![None],
                        Inst::Dispatch(words) => words.iter().flat_map(|(_, to)| program.next(*to)).collect(),
                        _ => program.next(at + 1),
                    },
                    None => vec![None],
                };
                for next in follow {
                    for start in program.starts(next) {
                        if seen.insert(start.clone(), ()).is_none() {
                            second.add(&start, rule);
                        }
                    }
                }
            }
        }
        Index { width, any_start: first.any.iter().any(|w| *w != 0), first, second, required }
    }

    pub(crate) fn first(&self) -> &Follow {
        &self.first
    }

    pub(crate) fn second(&self) -> &Follow {
        &self.second
    }

    pub(crate) fn required(&self) -> &[Follow; ELEMENTS] {
        &self.required
    }

    /// Whether some rule requires a word.
    pub(crate) fn requires(&self, word: WordId) -> bool {
        self.required.iter().any(|f| f.word(word).is_some())
    }
}
