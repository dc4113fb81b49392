//! Which rules can begin where: by what stands at a token, by what stands right after it, and by what must stand
//! further on.

use super::edges::Edges;
use super::lexicon::VocabularyId;
use super::need::{Needs, Seen};
use super::program::{Inst, NumberTest, Program, Start, TokenTest, VocabularyTest};
use super::units::{DimensionSet, Signature};
use crate::recognise::lattice::Lattice;
use crate::segment::token::{CAPITAL, Class, LOWER, Token};
use crate::segment::words::{WordId, role};
use rustc_hash::FxHashMap;

/// A run of rule numbers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct List {
    pub(crate) from: u32,
    pub(crate) count: u32,
}

/// A token as far as tests for classes tell tokens apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape(u8);

impl Shape {
    const COUNT: usize = 32;
    const CAPITAL: u8 = 1;
    const LOWER: u8 = 2;
    const UNIT: u8 = 4;

    /// Of a token.
    pub(crate) fn of(token: &Token) -> Shape {
        let capital = if token.has(CAPITAL) { Shape::CAPITAL } else { 0 };
        let lower = if token.has(LOWER) { Shape::LOWER } else { 0 };
        let unit = if token.roles & role::BEGINS_UNIT != 0 { Shape::UNIT } else { 0 };
        Shape((token.class as u8) << 3 | capital | lower | unit)
    }

    fn all() -> impl Iterator<Item = Shape> {
        (0..Shape::COUNT as u8).map(Shape)
    }

    fn is(self, class: Class) -> bool {
        self.0 >> 3 & 3 == class as u8
    }

    fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }

    fn fits(self, test: TokenTest) -> bool {
        match test {
            TokenTest::Any => true,
            TokenTest::Word => self.is(Class::Word),
            TokenTest::Capital => self.is(Class::Word) && self.has(Shape::CAPITAL),
            TokenTest::Upper => {
                (self.is(Class::Word) || self.is(Class::Abbreviation))
                    && self.has(Shape::CAPITAL)
                    && !self.has(Shape::LOWER)
            }
            TokenTest::Digits => self.is(Class::Number),
            TokenTest::Mark => self.is(Class::Mark),
        }
    }
}

/// What may stand after a first step, and the rules that go on with it.
#[derive(Clone, Copy, Debug, Default)]
struct Follow {
    /// Rules that go on whatever stands there, or end.
    always: List,
    /// By shape, from this place in the index's lists; 0 for none.
    shapes: u32,
    /// Whether rules go on with words; those are found by follow and word.
    words: bool,
    /// Run of the index's vocabularies.
    vocabularies: List,
    number: List,
    quantity: List,
}

/// Which rules can begin with a symbol.
#[derive(Debug, Default)]
pub(crate) struct Index {
    follows: Vec<Follow>,
    shape_lists: Vec<List>,
    /// Rules that go on with a word after a follow.
    word_lists: Vec<List>,
    /// By follow and word: its place among these.
    word_edges: Edges,
    vocabulary_lists: Vec<(VocabularyId, List)>,
    /// Rule numbers of all lists.
    rules: Vec<u32>,
    /// By word: the number of its follow, 0 for none.
    words: Vec<u16>,
    vocabularies: Vec<Vec<(VocabularyTest, u16)>>,
    numbers: Vec<(NumberTest, u16)>,
    /// By the dimensions of a unit.
    quantities: FxHashMap<Signature, u16>,
    upper: u16,
    any: u16,
    /// What rules need besides; found on its own, while the rest is laid out.
    pub(crate) needs: Needs,
}

/// What may stand after a first step, as numbers that sort.
mod then {
    pub(super) const ALWAYS: u64 = 0;
    pub(super) const SHAPE: u64 = 1;
    pub(super) const WORD: u64 = 2;
    pub(super) const VOCABULARY: u64 = 3;
    pub(super) const NUMBER: u64 = 4;
    pub(super) const QUANTITY: u64 = 5;
    /// Where the kind stands above the shape, word or vocabulary.
    const KIND: u32 = 56;
    /// Where these stand above the rule.
    const DETAIL: u32 = 32;

    pub(super) fn pack(kind: u64, detail: u32, rule: u32) -> u64 {
        kind << KIND | u64::from(detail) << DETAIL | u64::from(rule)
    }

    /// Kind, detail and rule.
    pub(super) fn unpack(packed: u64) -> (u64, u32, u32) {
        (packed >> KIND, (packed >> DETAIL) as u32 & 0x00FF_FFFF, packed as u32)
    }
}

/// Appends what begins with the instruction `at`, `None` for the end of a pattern.
fn note(thens: &mut Vec<u64>, rule: u32, program: &Program, at: Option<u32>) {
    let mut push = |kind, detail| thens.push(then::pack(kind, detail, rule));
    match at.map(|at| &program.insts[at as usize]) {
        None | Some(Inst::Gap(_) | Inst::Token(TokenTest::Any)) => push(then::ALWAYS, 0),
        Some(Inst::Number(_)) => push(then::NUMBER, 0),
        Some(Inst::Quantity(_)) => push(then::QUANTITY, 0),
        Some(Inst::Vocabulary(test)) => push(then::VOCABULARY, test.vocabulary.into()),
        Some(Inst::Word(word) | Inst::Exact(word, _)) => push(then::WORD, *word),
        Some(Inst::Set(words)) => words.iter().for_each(|word| push(then::WORD, *word)),
        Some(Inst::Dispatch(words)) => words.iter().for_each(|(word, _)| push(then::WORD, *word)),
        Some(inst) => {
            let fits = |shape: Shape| match inst {
                Inst::Token(test) => shape.fits(*test),
                Inst::Letters(_) => shape.is(Class::Word),
                _ => shape.has(Shape::UNIT),
            };
            Shape::all().filter(|s| fits(*s)).for_each(|shape| push(then::SHAPE, shape.0.into()));
        }
    }
}

impl Index {
    pub(crate) fn new(
        programs: &[&Program],
        vocabularies: usize,
        words: usize,
        sets: &[DimensionSet],
    ) -> Self {
        let mut index =
            Index { words: vec![0; words], vocabularies: vec![Vec::new(); vocabularies], ..Index::default() };
        // Number 0 is for what begins no rule.
        index.follows.push(Follow::default());
        index.shape_lists.push(List::default());
        // First steps by number, and all that may follow each: its number, and what follows with the rule.
        let mut numbers: FxHashMap<Start, u32> = FxHashMap::default();
        let mut growing: Vec<(u32, u64)> = Vec::new();
        let mut thens: Vec<u64> = Vec::new();
        for (rule, program) in (0..).zip(programs) {
            if program.is_empty() {
                continue;
            }
            for at in program.next(0) {
                let mut add = |start: Start, thens: &[u64]| {
                    let next = numbers.len() as u32;
                    let number = *numbers.entry(start).or_insert(next);
                    growing.extend(thens.iter().map(|then| (number, *then)));
                };
                thens.clear();
                match at.map(|at| (at, &program.insts[at as usize])) {
                    Some((_, Inst::Dispatch(table))) => {
                        for (word, to) in table.iter() {
                            thens.clear();
                            program.next(*to).iter().for_each(|a| note(&mut thens, rule, program, *a));
                            add(Start::Word(*word), &thens);
                        }
                        continue;
                    }
                    None | Some((_, Inst::Gap(_))) => note(&mut thens, rule, program, None),
                    Some((at, _)) => {
                        program.next(at + 1).iter().for_each(|a| note(&mut thens, rule, program, *a));
                    }
                }
                thens.sort_unstable();
                thens.dedup();
                program.starts(at).into_iter().for_each(|start| add(start, &thens));
            }
        }
        growing.sort_unstable();
        growing.dedup();
        // By number, what may follow.
        let mut follows: Vec<&[(u32, u64)]> = vec![&[]; numbers.len()];
        for run in growing.chunk_by(|a, b| a.0 == b.0) {
            follows[run[0].0 as usize] = run;
        }
        let mut starts: Vec<(Start, &[(u32, u64)])> =
            numbers.into_iter().map(|(start, number)| (start, follows[number as usize])).collect();
        starts.sort_unstable_by_key(|start| start.0);
        index.lay_out(&starts, sets);
        index
    }

    fn lay_out(&mut self, starts: &[(Start, &[(u32, u64)])], sets: &[DimensionSet]) {
        // A quantity of certain dimensions begins what any of the sets begins that holds them.
        let mut by_signature: FxHashMap<Signature, Vec<usize>> = FxHashMap::default();
        for (at, (start, _)) in starts.iter().enumerate() {
            if let Start::Dimensions(set) = start {
                for signature in sets[usize::from(*set)].members() {
                    by_signature.entry(*signature).or_default().push(at);
                }
            }
        }
        for (start, list) in starts {
            let number = match start {
                Start::Dimensions(_) => continue,
                _ => self.follow(list.iter().map(|(_, then)| *then)),
            };
            match start {
                Start::Word(word) => self.words[*word as usize] = number,
                Start::Vocabulary(test) => {
                    self.vocabularies[usize::from(test.vocabulary)].push((*test, number));
                }
                Start::Number(test) => self.numbers.push((*test, number)),
                Start::Upper => self.upper = number,
                Start::Any => self.any = number,
                Start::Dimensions(_) => {}
            }
        }
        let mut signatures: Vec<(Signature, Vec<usize>)> = by_signature.into_iter().collect();
        signatures.sort_unstable();
        let mut known: FxHashMap<Vec<usize>, u16> = FxHashMap::default();
        for (signature, lists) in signatures {
            let number = match known.get(&lists) {
                Some(number) => *number,
                None => {
                    let mut thens: Vec<u64> =
                        lists.iter().flat_map(|at| starts[*at].1.iter().map(|(_, then)| *then)).collect();
                    thens.sort_unstable();
                    thens.dedup();
                    self.follow(thens)
                }
            };
            known.insert(lists, number);
            self.quantities.insert(signature, number);
        }
    }

    /// Makes a follow of what may stand there, sorted; returns its number.
    fn follow(&mut self, thens: impl IntoIterator<Item = u64>) -> u16 {
        let number = self.follows.len() as u16;
        let mut follow = Follow {
            vocabularies: List { from: self.vocabulary_lists.len() as u32, count: 0 },
            ..Follow::default()
        };
        let mut before = None;
        for (kind, detail, rule) in thens.into_iter().map(then::unpack) {
            let from = self.rules.len() as u32;
            self.rules.push(rule);
            let begins = before.replace((kind, detail)) != Some((kind, detail));
            let list = match kind {
                then::ALWAYS => &mut follow.always,
                then::SHAPE => {
                    if follow.shapes == 0 {
                        follow.shapes = self.shape_lists.len() as u32;
                        self.shape_lists.extend([List::default(); Shape::COUNT]);
                    }
                    &mut self.shape_lists[follow.shapes as usize + detail as usize]
                }
                then::WORD => {
                    if begins {
                        self.word_edges.insert(number.into(), detail, self.word_lists.len() as u32);
                        self.word_lists.push(List::default());
                        follow.words = true;
                    }
                    let last = self.word_lists.len() - 1;
                    &mut self.word_lists[last]
                }
                then::VOCABULARY => {
                    if begins {
                        self.vocabulary_lists.push((detail as VocabularyId, List::default()));
                        follow.vocabularies.count += 1;
                    }
                    let last = (follow.vocabularies.from + follow.vocabularies.count) as usize - 1;
                    &mut self.vocabulary_lists[last].1
                }
                then::NUMBER => &mut follow.number,
                _ => &mut follow.quantity,
            };
            if begins {
                list.from = from;
            }
            list.count += 1;
        }
        self.follows.push(follow);
        number
    }

    /// Whether some rule begins with a word.
    pub(crate) fn begins(&self, word: WordId) -> bool {
        self.words.get(word as usize).is_some_and(|f| *f != 0)
    }

    /// Whether some rule can go on with a word after its first step.
    pub(crate) fn goes_on(&self) -> Vec<bool> {
        let mut out = vec![false; self.words.len()];
        for (_, word, _) in self.word_edges.all() {
            out[*word as usize] = true;
        }
        out
    }

    /// Calls `try_rule` for each rule that may begin at token `at`, whose sentence ends before `limit`. Tokens of a
    /// sentence are taken from its last to its first.
    pub(crate) fn openings(
        &self,
        lattice: &Lattice,
        tokens: &[Token],
        at: usize,
        limit: usize,
        seen: &mut Seen,
        mut try_rule: impl FnMut(u32),
    ) {
        let token = &tokens[at];
        let edges = lattice.edges(at);
        let upper = self.upper != 0 && token.has(CAPITAL) && !token.has(LOWER);
        let begins = token.roles & role::BEGINS_RULE != 0;
        if begins || upper || edges.is_some() || self.any != 0 {
            let mut open = |follow: u16, end: usize| {
                if follow != 0 {
                    self.open(follow, lattice, tokens, at, end, limit, seen, &mut try_rule);
                }
            };
            open(self.any, at + 1);
            if upper {
                open(self.upper, at + 1);
            }
            if begins {
                open(self.words[token.word as usize], at + 1);
            }
            if let Some(edges) = edges {
                for hit in lattice.hits_of(edges) {
                    for (test, follow) in &self.vocabularies[usize::from(hit.vocabulary)] {
                        if test.fits(hit) {
                            open(*follow, hit.end as usize);
                        }
                    }
                }
                for q in lattice.quantities_of(edges) {
                    if let Some(unit) = q.unit {
                        open(self.quantities.get(&unit.signature).copied().unwrap_or(0), q.end as usize);
                        continue;
                    }
                    for (test, follow) in &self.numbers {
                        if test.fits(q) {
                            open(*follow, q.end as usize);
                        }
                    }
                }
            }
        }
        self.needs.see(seen, at, token, edges, lattice);
    }

    #[allow(clippy::too_many_arguments, reason = "the inside of `openings`, called for each way to begin")]
    fn open(
        &self,
        number: u16,
        lattice: &Lattice,
        tokens: &[Token],
        at: usize,
        end: usize,
        limit: usize,
        seen: &Seen,
        try_rule: &mut impl FnMut(u32),
    ) {
        let follow = &self.follows[usize::from(number)];
        let mut all = |list: List| {
            for &rule in &self.rules[list.from as usize..][..list.count as usize] {
                if self.needs.possible(rule, lattice, tokens, at, limit, seen) {
                    try_rule(rule);
                }
            }
        };
        all(follow.always);
        // Beyond the sentence there is nothing that a rule could see.
        if end >= limit {
            return;
        }
        let next = &tokens[end];
        if follow.shapes != 0 {
            all(self.shape_lists[follow.shapes as usize + usize::from(Shape::of(next).0)]);
        }
        if follow.words
            && next.roles & role::GOES_ON != 0
            && let Some(found) = self.word_edges.get(number.into(), next.word)
        {
            all(self.word_lists[found as usize]);
        }
        let Some(edges) = lattice.edges(end) else { return };
        if follow.vocabularies.count > 0 {
            let vocabularies = &self.vocabulary_lists[follow.vocabularies.from as usize..]
                [..follow.vocabularies.count as usize];
            for hit in lattice.hits_of(edges) {
                if let Some((_, list)) = vocabularies.iter().find(|(v, _)| *v == hit.vocabulary) {
                    all(*list);
                }
            }
        }
        if follow.number.count + follow.quantity.count > 0 {
            for q in lattice.quantities_of(edges) {
                all(if q.unit.is_some() { follow.quantity } else { follow.number });
            }
        }
    }
}
