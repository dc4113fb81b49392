//! The trie while tables are loaded: surfaces and their variants, until all are known and it is laid out for reading.

use super::trie::{ALONE, AMBIGUOUS, FEW, Node, Terminal};
use super::{Duplicate, Entry, Lexicon, is_dash};
use crate::grammar::edges::Edges;
use crate::grammar::source::{Piece, Sources};
use crate::segment::token::{Class, SPACE, Token};
use crate::segment::words::{POSSESSIVE, WordId, Words, role};
use rustc_hash::FxHashSet;
use smallvec::SmallVec;

/// The trie while tables are loaded.
#[derive(Debug, Default)]
pub(super) struct Growing {
    edges: Edges,
    /// Node, word, child.
    links: Vec<(u32, WordId, u32)>,
    /// Node and terminal, the latest first in `last`.
    pub(super) terminals: Vec<(Terminal, u32)>,
    pub(super) last: Vec<u32>,
    variants: Vec<Variant>,
    /// The links that variants made, by node and word: what ends behind them is read in other words, too.
    borrowed: FxHashSet<(u32, WordId)>,
}

/// Another way to write a surface that is not placed yet: a plural, a compounded word with a hyphen or without.
#[derive(Debug)]
struct Variant {
    /// The words of the surface.
    path: SmallVec<[WordId; 4]>,
    /// The first of those that are written in another way, and how many they are.
    at: usize,
    over: usize,
    /// What stands in their place, at least one word.
    instead: SmallVec<[WordId; 3]>,
    /// What the surface means.
    terminal: Terminal,
}

const ROOT: u32 = 0;

impl Lexicon {
    fn child(&mut self, node: u32, word: WordId) -> u32 {
        if let Some(child) = self.step(node, word) {
            return child;
        }
        let child = self.growing.last.len() as u32;
        self.growing.last.push(0);
        self.link(node, word, child);
        child
    }

    fn link(&mut self, node: u32, word: WordId, child: u32) {
        let role = if node == ROOT {
            if self.roots.len() <= word as usize {
                self.roots.resize(word as usize + 1024, 0);
            }
            self.roots[word as usize] = child;
            role::BEGINS_ENTRY
        } else {
            self.growing.edges.insert(node, word, child);
            self.growing.links.push((node, word, child));
            role::INSIDE_ENTRY
        };
        if self.roles.len() <= word as usize {
            self.roles.resize(word as usize + 1024, 0);
        }
        self.roles[word as usize] |= role;
    }

    fn step(&self, node: u32, word: WordId) -> Option<u32> {
        if node == ROOT {
            return self.roots.get(word as usize).copied().filter(|c| *c != 0);
        }
        self.growing.edges.get(node, word)
    }

    pub(super) fn insert(
        &mut self,
        sources: &Sources,
        path: &[WordId],
        terminal: Terminal,
        line: u32,
        file: &str,
        surface: &str,
    ) {
        let mut node = ROOT;
        for &word in path {
            node = self.child(node, word);
        }
        let known: SmallVec<[Terminal; 4]> = self.terminals_of(node).collect();
        for other in known {
            let exact = |t: Option<Piece>| t.map(|p| sources.get(p));
            let first = &self.entries[other.entry as usize];
            let second = &self.entries[terminal.entry as usize];
            // A table of codes says anew what is there, be it in one case only; it lends its codes to the concept of
            // that name.
            let says_anew = first.table != second.table
                && self.tables[usize::from(second.table)].columns.iter().any(|c| c == "codes");
            let same = exact(other.exact) == exact(terminal.exact) || (says_anew && other.exact.is_none());
            if other.vocabulary == terminal.vocabulary && same {
                if says_anew {
                    let named = |e: &Entry| sources.get(e.name).eq_ignore_ascii_case(surface);
                    if named(first) || named(second) {
                        self.links.push((other.entry, terminal.entry));
                    }
                    return;
                }
                self.duplicates.push(Duplicate {
                    vocabulary: self.vocabularies[terminal.vocabulary as usize].clone(),
                    surface: surface.to_owned(),
                    places: [
                        (self.tables[first.table as usize].file.clone(), first.line),
                        (file.to_owned(), line),
                    ],
                });
                return;
            }
        }
        self.end(sources, node, path[0], terminal);
    }

    /// The terminals of a node, while loading.
    fn terminals_of(&self, node: u32) -> impl Iterator<Item = Terminal> {
        let mut at = self.growing.last[node as usize];
        std::iter::from_fn(move || {
            let (terminal, next) = *self.growing.terminals.get(at as usize).filter(|_| at != 0)?;
            at = next;
            Some(terminal)
        })
    }

    /// Lets a surface that begins with the word `first` end at a node.
    fn end(&mut self, sources: &Sources, node: u32, first: WordId, terminal: Terminal) {
        let index = self.growing.terminals.len() as u32;
        self.growing.terminals.push((terminal, self.growing.last[node as usize]));
        self.growing.last[node as usize] = index;
        // A word with which some entry begins in any case cannot be passed over where it is written small.
        let begins_small = terminal
            .exact
            .is_none_or(|piece| sources.get(piece).chars().next().is_some_and(|c| !c.is_uppercase()));
        if begins_small {
            self.roles[first as usize] |= role::CAPITAL_ENTRY;
        }
    }

    /// Lays the trie out for reading, once all tables are loaded.
    pub(crate) fn finish(&mut self, sources: &Sources) {
        self.place_variants(sources);
        let growing = std::mem::take(&mut self.growing);
        let count = growing.last.len().max(1);
        let mut nodes = vec![Node::default(); count];
        for (node, _, _) in &growing.links {
            nodes[*node as usize].child_count += 1;
        }
        let mut children = 0;
        for (number, node) in nodes.iter_mut().enumerate() {
            node.children = children;
            children += u32::from(node.child_count);
            node.child_count = 0;
            node.terminal = self.terminals.len() as u32;
            let mut at = growing.last.get(number).copied().unwrap_or(0);
            while at != 0 {
                let (terminal, next) = growing.terminals[at as usize];
                at = next;
                if next == 0 && node.terminal_count == 0 && terminal.exact.is_none() {
                    node.terminal = terminal.entry;
                    node.terminal_count = ALONE;
                    node.kind = terminal.vocabulary | if terminal.ambiguous { AMBIGUOUS } else { 0 };
                    break;
                }
                self.terminals.push(terminal);
                node.terminal_count = node.terminal_count.saturating_add(1).min(ALONE - 1);
            }
        }
        let mut links = vec![(0, 0); children as usize];
        for (from, word, child) in &growing.links {
            let node = &mut nodes[*from as usize];
            links[node.children as usize + usize::from(node.child_count)] = (*word, *child);
            node.child_count += 1;
        }
        self.children = links.iter().map(|(word, child)| (*word, nodes[*child as usize])).collect();
        let mut pairs = std::mem::take(&mut self.pairs);
        for (word, root) in self.roots.iter().enumerate().filter(|(_, r)| **r != 0) {
            for (next, _) in self.children_of(&nodes[*root as usize]) {
                pairs.add(word as WordId, *next);
            }
        }
        self.pairs = pairs;
        let crowded = || nodes.iter().filter(|n| usize::from(n.child_count) > FEW);
        let mut many = Edges::with_room(crowded().map(|n| usize::from(n.child_count)).sum());
        for node in crowded() {
            for (at, (word, _)) in (node.children..).zip(self.children_of(node)) {
                many.place(node.children + 1, *word, at);
            }
        }
        self.many = many;
        self.first = self.roots.iter().map(|root| nodes[*root as usize]).collect();
        self.roots = Vec::new();
        // While loading the role told of entries that begin small; from now on it tells of words without one.
        for roles in &mut self.roles {
            if *roles & role::BEGINS_ENTRY != 0 {
                *roles ^= role::CAPITAL_ENTRY;
            }
        }
    }

    /// Notes the other ways to write a surface: the plurals of its last word and of its head before `of` or the like,
    /// and compounded words with a hyphen where it has none, or without.
    pub(super) fn note_variants(
        &mut self,
        text: &str,
        tokens: &[Token],
        path: &[WordId],
        terminal: Terminal,
        takes_plural: bool,
        words: &mut Words,
    ) {
        // Each word, and whether only a hyphen stands between it and the one before.
        let mut spoken: SmallVec<[(&str, bool); 8]> = SmallVec::new();
        let mut dash = false;
        for token in tokens.iter().filter(|t| t.word != POSSESSIVE) {
            if token.class == Class::Mark && is_dash(token, text) {
                dash = !token.has(SPACE);
            } else {
                spoken.push((token.span().of(text), dash && !token.has(SPACE)));
                dash = false;
            }
        }
        let Some(last) = spoken.len().checked_sub(1) else { return };
        let Lexicon { growing, plurals, compounds, .. } = self;
        let mut note = |path: &[WordId], at: usize, over: usize, instead: SmallVec<[WordId; 3]>| {
            growing.variants.push(Variant { path: path.into(), at, over, instead, terminal });
        };
        for (at, &(word, dashed)) in spoken.iter().enumerate() {
            let head = at < last && plurals.behind_head(spoken[at + 1].0);
            let plurals_of = |word: &str| plurals.of(word).filter(|_| takes_plural).collect::<Vec<_>>();
            let plural = if head || at == last { plurals_of(word) } else { Vec::new() };
            for plural in &plural {
                let plural = words.add(plural);
                note(path, at, 1, [plural].into_iter().collect());
                if head {
                    // "Palms of the hands".
                    let mut both: SmallVec<[WordId; 8]> = path.into();
                    both[at] = plural;
                    for second in plurals_of(spoken[last].0) {
                        note(&both, last, 1, [words.add(&second)].into_iter().collect());
                    }
                }
            }
            for written in std::iter::once(word).chain(plural.iter().map(String::as_str)) {
                for cut in compounds.cuts(written) {
                    note(path, at, 1, cut.iter().map(|part| words.add(part)).collect());
                }
                if dashed && let Some(joined) = compounds.joined(spoken[at - 1].0, written) {
                    note(path, at - 1, 2, [words.add(&joined)].into_iter().collect());
                }
            }
        }
    }

    /// Lets variants lead to where their words lead, once all surfaces are known that were written as they are. Where
    /// such a variant begins something else ("blood cultures positive"), it gets an end of its own, unless its vocabulary
    /// has it as a surface, or only another variant leads there: what "hypo-chondria" means besides, the hypochondrium
    /// does not.
    pub(super) fn place_variants(&mut self, sources: &Sources) {
        for variant in std::mem::take(&mut self.growing.variants) {
            let Variant { path, at, over, instead, terminal } = variant;
            let Some((&last, before)) = instead.split_last() else { continue };
            let from = path[..at].iter().fold(ROOT, |node, word| self.child(node, *word));
            let child = path[at..at + over].iter().fold(from, |node, word| self.child(node, *word));
            let node = before.iter().fold(from, |node, word| self.child(node, *word));
            match self.step(node, last) {
                None => {
                    self.link(node, last, child);
                    self.growing.borrowed.insert((node, last));
                    if at == 0 {
                        self.roles[instead[0] as usize] |= self.roles[path[0] as usize] & role::CAPITAL_ENTRY;
                    }
                }
                Some(known) if known == child || self.growing.borrowed.contains(&(node, last)) => {}
                Some(known) => {
                    let node = path[at + over..].iter().fold(known, |node, word| self.child(node, *word));
                    // What is written in one case only has no variant that is written so.
                    let written = |t: Terminal| t.vocabulary == terminal.vocabulary;
                    if terminal.exact.is_none() && !self.terminals_of(node).any(written) {
                        let first = if at == 0 { instead[0] } else { path[0] };
                        self.end(sources, node, first, terminal);
                    }
                }
            }
        }
    }
}
