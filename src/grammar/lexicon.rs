//! Vocabularies: tables of surfaces, compiled to one trie over word numbers.

use super::source::{Piece, Sources};
use crate::segment::token::{Class, SPACE, Token};
use crate::segment::words::{UNKNOWN, WordId, Words};
use rustc_hash::FxHashMap;

/// Number of a vocabulary.
pub type VocabularyId = u8;
/// Number of an entry, over all vocabularies.
pub type EntryId = u32;

/// One concept: a line of a table.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its vocabulary.
    pub vocabulary: VocabularyId,
    /// The table it stands in.
    pub table: u16,
    /// Its line, counted from 1.
    pub line: u32,
    /// The preferred name.
    pub name: Piece,
    /// The whole line, from which other columns are read.
    pub row: Piece,
}

/// One file of a vocabulary.
#[derive(Debug)]
pub struct Table {
    /// Its file, below the grammar folder.
    pub file: String,
    /// The vocabulary it belongs to.
    pub vocabulary: VocabularyId,
    /// The names of its columns.
    pub columns: Vec<String>,
}

/// One surface of one entry at a node of the trie.
#[derive(Clone, Copy, Debug)]
struct Terminal {
    entry: EntryId,
    vocabulary: VocabularyId,
    ambiguous: bool,
    /// Where set, the words must be written as here.
    exact: Option<Piece>,
    next: u32,
}

/// A place where an entry's words stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// First token.
    pub start: u32,
    /// One past the last token.
    pub end: u32,
    /// The entry.
    pub entry: EntryId,
    /// Its vocabulary.
    pub vocabulary: VocabularyId,
    /// Whether the surface alone does not prove the concept.
    pub ambiguous: bool,
}

/// A surface that stands twice in one vocabulary.
#[derive(Clone, Debug)]
pub struct Duplicate {
    /// The vocabulary's name.
    pub vocabulary: String,
    /// The surface.
    pub surface: String,
    /// File and line of the first and of the second.
    pub places: [(String, u32); 2],
}

/// All vocabularies of a grammar set.
#[derive(Debug, Default)]
pub struct Lexicon {
    vocabularies: Vec<String>,
    /// All tables, in the order in which they were loaded.
    pub tables: Vec<Table>,
    entries: Vec<Entry>,
    roots: Vec<u32>,
    nodes: Vec<u32>,
    edges: Edges,
    terminals: Vec<Terminal>,
    /// Found while loading.
    pub duplicates: Vec<Duplicate>,
}

/// An open-addressing map from node and word to the next node.
#[derive(Debug, Default)]
struct Edges {
    slots: Vec<(u64, u32)>,
    filled: usize,
}

impl Edges {
    fn slot(&self, key: u64) -> usize {
        (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize & (self.slots.len() - 1)
    }

    fn get(&self, node: u32, word: WordId) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let key = u64::from(node) << 32 | u64::from(word);
        let mut at = self.slot(key);
        loop {
            let (k, child) = self.slots[at];
            if k == key {
                return Some(child);
            }
            if k == 0 {
                return None;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    fn insert(&mut self, node: u32, word: WordId, child: u32) {
        if self.filled * 2 >= self.slots.len() {
            let old = std::mem::take(&mut self.slots);
            self.slots = vec![(0, 0); (old.len() * 2).max(1 << 16)];
            for (key, child) in old.into_iter().filter(|(k, _)| *k != 0) {
                self.place(key, child);
            }
        }
        self.place(u64::from(node) << 32 | u64::from(word), child);
        self.filled += 1;
    }

    fn place(&mut self, key: u64, child: u32) {
        let mut at = self.slot(key);
        while self.slots[at].0 != 0 {
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.slots[at] = (key, child);
    }
}

const ROOT: u32 = 0;

impl Lexicon {
    /// The number of the vocabulary of that name.
    pub fn vocabulary(&self, name: &str) -> Option<VocabularyId> {
        self.vocabularies.iter().position(|v| v == name).map(|v| v as VocabularyId)
    }

    /// The names of all vocabularies, by number.
    pub fn vocabularies(&self) -> &[String] {
        &self.vocabularies
    }

    /// All entries, by number.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What a column of an entry holds; `None` where the table has no such column or the cell is empty.
    pub fn attribute<'s>(&self, sources: &'s Sources, entry: EntryId, column: &str) -> Option<&'s str> {
        let entry = &self.entries[entry as usize];
        if column == "name" {
            return Some(sources.get(entry.name));
        }
        let at = self.tables[entry.table as usize].columns.iter().position(|c| c == column)?;
        let cell = sources.get(entry.row).split('\t').nth(at)?.trim();
        (!cell.is_empty()).then_some(cell)
    }

    /// Whether a vocabulary has a column.
    pub fn has_column(&self, vocabulary: VocabularyId, column: &str) -> bool {
        self.tables.iter().any(|t| t.vocabulary == vocabulary && t.columns.iter().any(|c| c == column))
    }

    /// Loads one table; the vocabulary is the first folder or file name below `lexicon/`.
    /// Returns what is wrong with it as line and message.
    pub fn load(&mut self, sources: &Sources, file: u16, words: &mut Words) -> Vec<(u32, String)> {
        let path = sources.name(file).to_owned();
        let name = path
            .trim_start_matches("lexicon/")
            .split('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".tsv")
            .to_owned();
        let vocabulary = self.vocabulary(&name).unwrap_or_else(|| {
            self.vocabularies.push(name);
            (self.vocabularies.len() - 1) as VocabularyId
        });
        if self.nodes.is_empty() {
            self.nodes.push(0);
            self.terminals.push(Terminal { entry: 0, vocabulary: 0, ambiguous: false, exact: None, next: 0 });
        }
        let mut wrong = Vec::new();
        let text = sources.text(file);
        let table = self.tables.len() as u16;
        let mut columns: Vec<String> = Vec::new();
        let mut tokens = Vec::new();
        let mut path_words: Vec<WordId> = Vec::new();
        let mut at = 0;
        for (number, line) in text.split_inclusive('\n').enumerate() {
            let start = at;
            at += line.len();
            let line = line.trim_end_matches(['\n', '\r']);
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let number = number as u32 + 1;
            if columns.is_empty() {
                columns = line.split('\t').map(|c| c.trim().to_owned()).collect();
                if columns.first().map(String::as_str) != Some("name") || columns.get(1).map(String::as_str) != Some("synonyms") {
                    wrong.push((number, "the first line must name the columns: name, synonyms, …".to_owned()));
                    return wrong;
                }
                self.tables.push(Table { file: path.clone(), vocabulary, columns: columns.clone() });
                continue;
            }
            let mut cells = line.split('\t');
            let name = cells.next().unwrap_or_default();
            let synonyms = cells.next().unwrap_or_default();
            let found = line.split('\t').count();
            if found != columns.len() {
                wrong.push((number, format!("{found} columns instead of {}: {}", columns.len(), columns.join(", "))));
                continue;
            }
            let marks = name.len() - name.trim_start_matches(['=', '?', '!']).len();
            let entry = self.entries.len() as EntryId;
            self.entries.push(Entry {
                vocabulary,
                table,
                line: number,
                name: Piece::new(file, start + marks, name.len() - marks),
                row: Piece::new(file, start, line.len()),
            });
            let mut offset = start;
            for surface in std::iter::once(name).chain(synonyms.split('|')) {
                let place = offset;
                offset += surface.len() + 1;
                if surface.is_empty() {
                    continue;
                }
                if surface.trim() != surface {
                    wrong.push((number, format!("white space around {surface:?}")));
                }
                let text = surface.trim_start_matches(['=', '?', '!']);
                let marks = &surface[..surface.len() - text.len()];
                path_words.clear();
                crate::segment::token::tokenize(text, words, &mut tokens);
                for token in &tokens {
                    let part = token.span().of(text);
                    if !is_skipped(part) {
                        let word = if token.class == Class::Abbreviation { part.replace(['.', '-'], "") } else { part.to_owned() };
                        path_words.push(words.add(&word));
                    }
                }
                if path_words.is_empty() {
                    wrong.push((number, format!("{surface:?} has no word")));
                    continue;
                }
                let exact = marks.contains('=').then(|| Piece::new(file, place + marks.len(), text.len()));
                let terminal = Terminal { entry, vocabulary, ambiguous: marks.contains('?'), exact, next: 0 };
                self.insert(sources, &path_words, terminal, number, &path, text);
                if !marks.contains('!') {
                    self.insert_plurals(text, &tokens, &path_words, words);
                }
            }
        }
        wrong
    }

    fn child(&mut self, node: u32, word: WordId) -> u32 {
        if let Some(child) = self.step(node, word) {
            return child;
        }
        let child = self.nodes.len() as u32;
        self.nodes.push(0);
        self.link(node, word, child);
        child
    }

    fn link(&mut self, node: u32, word: WordId, child: u32) {
        if node == ROOT {
            if self.roots.len() <= word as usize {
                self.roots.resize(word as usize + 1024, 0);
            }
            self.roots[word as usize] = child;
        } else {
            self.edges.insert(node, word, child);
        }
    }

    fn step(&self, node: u32, word: WordId) -> Option<u32> {
        if node == ROOT {
            return self.roots.get(word as usize).copied().filter(|c| *c != 0);
        }
        self.edges.get(node, word)
    }

    fn insert(&mut self, sources: &Sources, path: &[WordId], terminal: Terminal, line: u32, file: &str, surface: &str) {
        let mut node = ROOT;
        for &word in path {
            node = self.child(node, word);
        }
        let mut at = self.nodes[node as usize];
        while at != 0 {
            let other = self.terminals[at as usize];
            let exact = |t: Option<Piece>| t.map(|p| sources.get(p));
            if other.vocabulary == terminal.vocabulary && exact(other.exact) == exact(terminal.exact) {
                let first = &self.entries[other.entry as usize];
                self.duplicates.push(Duplicate {
                    vocabulary: self.vocabularies[terminal.vocabulary as usize].clone(),
                    surface: surface.to_owned(),
                    places: [(self.tables[first.table as usize].file.clone(), first.line), (file.to_owned(), line)],
                });
                return;
            }
            at = other.next;
        }
        let index = self.terminals.len() as u32;
        self.terminals.push(Terminal { next: self.nodes[node as usize], ..terminal });
        self.nodes[node as usize] = index;
    }

    /// Lets the plural of the last word, and of the word before `of` or `in`, lead to the same place.
    fn insert_plurals(&mut self, surface: &str, tokens: &[Token], path: &[WordId], words: &mut Words) {
        let spoken: Vec<&str> = tokens.iter().map(|t| t.span().of(surface)).filter(|w| !is_skipped(w)).collect();
        let mut node = ROOT;
        for (i, &word) in path.iter().enumerate() {
            let child = self.child(node, word);
            let head = i + 1 == path.len() || matches!(spoken[i + 1], "of" | "in");
            if head {
                if let Some(plural) = plural(spoken[i]) {
                    let plural = words.add(&plural);
                    if self.step(node, plural).is_none() {
                        self.link(node, plural, child);
                    }
                }
            }
            node = child;
        }
    }

    /// All entries whose words begin at token `start`, longest first, appended to `hits`.
    pub fn find(&self, sources: &Sources, text: &str, tokens: &[Token], start: usize, hits: &mut Vec<Hit>) {
        let first = tokens[start].word;
        let root = match self.roots.get(first as usize) {
            Some(&node) if node != 0 && first != UNKNOWN => node,
            _ => return,
        };
        let from = hits.len();
        let mut node = root;
        let mut at = start + 1;
        loop {
            let mut terminal = self.nodes[node as usize];
            while terminal != 0 {
                let t = &self.terminals[terminal as usize];
                if t.exact.is_none_or(|piece| {
                    let words = tokens[start].start as usize..tokens[at - 1].end as usize;
                    same_letters(&text[words], sources.get(piece))
                }) {
                    hits.push(Hit {
                        start: start as u32,
                        end: at as u32,
                        entry: t.entry,
                        vocabulary: t.vocabulary,
                        ambiguous: t.ambiguous,
                    });
                }
                terminal = t.next;
            }
            let Some(mut next) = tokens.get(at) else { break };
            if next.has(crate::segment::token::PARAGRAPH) {
                break;
            }
            // A hyphen between two words counts as a space, an apostrophe-s as nothing.
            let mut skip = at;
            if words_mark(next, text) == Some(b'-') && !next.has(SPACE) || next.word == POSSESSIVE {
                let Some(after) = tokens.get(at + 1) else { break };
                if next.word != POSSESSIVE && after.has(SPACE) {
                    break;
                }
                skip = at + 1;
                next = after;
            }
            if next.word == UNKNOWN {
                break;
            }
            let Some(child) = self.edges.get(node, next.word) else { break };
            node = child;
            at = skip + 1;
        }
        hits[from..].reverse();
    }

    /// Whether no word of any vocabulary begins with `word`.
    pub fn starts(&self, word: WordId) -> bool {
        self.roots.get(word as usize).is_some_and(|n| *n != 0)
    }
}

const POSSESSIVE: WordId = 1;

/// The ASCII dash or its Unicode relatives, as `-`.
fn words_mark(token: &Token, text: &str) -> Option<u8> {
    if token.class != Class::Mark {
        return None;
    }
    match &text[token.span().range()] {
        "-" | "‐" | "‑" | "–" => Some(b'-'),
        _ => None,
    }
}

fn is_skipped(part: &str) -> bool {
    matches!(part, "-" | "‐" | "‑" | "–" | "'s" | "’s")
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

/// The regular plural of an English word of at least three letters.
fn plural(word: &str) -> Option<String> {
    if word.len() < 2 || !word.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    if word.bytes().all(|b| b.is_ascii_uppercase()) {
        return Some(format!("{word}s"));
    }
    if word.len() < 3 || word.ends_with("is") || word.ends_with("us") {
        return None;
    }
    let stem = &word[..word.len() - 1];
    let before = word.as_bytes()[word.len() - 2];
    Some(match word.as_bytes()[word.len() - 1] {
        b'y' if !b"aeiou".contains(&before) => format!("{stem}ies"),
        b's' if before != b's' => return None,
        b's' | b'x' | b'z' => format!("{word}es"),
        b'h' if matches!(before, b'c' | b's') => format!("{word}es"),
        _ => format!("{word}s"),
    })
}

/// Counts of entries and surfaces by vocabulary, for listings.
pub fn counts(lexicon: &Lexicon) -> FxHashMap<String, usize> {
    let mut out = FxHashMap::default();
    for entry in &lexicon.entries {
        *out.entry(lexicon.vocabularies[entry.vocabulary as usize].clone()).or_insert(0) += 1;
    }
    out
}
