//! Vocabularies: tables of surfaces, compiled to one trie over word numbers.

use super::compound::Compounds;
use super::edges::Edges;
use super::image::{Items, Reader, Writer};
use super::plural::Plurals;
use super::source::{Piece, Sources};
use crate::segment::token::{Class, SPACE, Token};
use crate::segment::words::{POSSESSIVE, UNKNOWN, WordId, Words, role};
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

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

/// A column of all tables. Its values are mostly few: categories, codes, classes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Column {
    is_name: bool,
    /// The first entry that has the column.
    first: EntryId,
    /// By entry, from the first on: the number of its value, plus one; 0 for an empty cell.
    cells: Vec<u16>,
    values: Vec<Piece>,
    /// By table: the place of the column.
    places: Vec<Option<usize>>,
}

/// A [`Column`] as an image has it.
#[derive(Debug)]
struct LaidOut {
    name: String,
    first: EntryId,
    /// Two cells in each number.
    cells: Items<'static, 1>,
    values: Items<'static, 2>,
}

/// The value has no number, because there are too many.
const MANY: u16 = u16::MAX;

/// One surface of one entry at a node of the trie.
#[derive(Clone, Copy, Debug)]
struct Terminal {
    entry: EntryId,
    vocabulary: VocabularyId,
    ambiguous: bool,
    /// Where set, the words must be written as here.
    exact: Option<Piece>,
}

/// A place in the trie. Small, and with its own terminal inside where it has just one: most of the time of reading
/// a text goes into waiting for memory.
#[derive(Clone, Copy, Debug, Default)]
struct Node {
    children: u32,
    /// The entry of its only terminal, or the first of its terminals.
    terminal: u32,
    child_count: u16,
    /// How many terminals; `ALONE` for one that needs no further look.
    terminal_count: u8,
    /// The vocabulary of its only terminal, and `AMBIGUOUS`.
    kind: u8,
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
const ALONE: u8 = 255;
/// The surface alone does not prove the concept.
const AMBIGUOUS: u8 = 128;

/// A filter for pairs of words of which the second may follow the first in an entry: it says no for nearly all
/// others, from a small table.
#[derive(Debug)]
struct Pairs {
    bits: Box<[u64]>,
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

    fn add(&mut self, first: WordId, second: WordId) {
        let (at, bit) = Pairs::place(first, second);
        self.bits[at] |= bit;
    }

    fn may(&self, first: WordId, second: WordId) -> bool {
        let (at, bit) = Pairs::place(first, second);
        self.bits[at] & bit != 0
    }
}

/// The trie while tables are loaded.
#[derive(Debug, Default)]
struct Growing {
    edges: Edges,
    /// Node, word, child.
    links: Vec<(u32, WordId, u32)>,
    /// Node and terminal, the latest first in `last`.
    terminals: Vec<(Terminal, u32)>,
    last: Vec<u32>,
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
    /// What columns of the entry hold, as far as rules ask for it.
    pub(crate) marks: u32,
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
    /// By entry: the columns of interest that hold certain values, a bit each.
    marks: Vec<u32>,
    /// By word, while loading: the node that it leads to, 0 for none.
    roots: Vec<u32>,
    /// By word: the node that it leads to.
    first: Vec<Node>,
    pairs: Pairs,
    roles: Vec<u8>,
    /// The children of all nodes, those of one node together, each with its word.
    children: Vec<(WordId, Node)>,
    /// Where the children stand of the nodes that have more than a few.
    many: Edges,
    /// The terminals of all nodes, those of one node together.
    terminals: Vec<Terminal>,
    growing: Growing,
    plurals: Plurals,
    compounds: Compounds,
    /// Found while loading.
    pub duplicates: Vec<Duplicate>,
    /// The columns of an image, by name.
    laid_out: Vec<LaidOut>,
    /// Entries, and those of a table with codes that have the same name.
    pub(crate) links: Vec<(EntryId, EntryId)>,
}

/// A node with more children keeps them in a table.
const FEW: usize = 6;

const ROOT: u32 = 0;

impl Lexicon {
    /// Without entries; those that will be loaded take such plurals and are compounded so.
    pub(crate) fn new(plurals: Plurals, compounds: Compounds) -> Self {
        Lexicon { plurals, compounds, ..Lexicon::default() }
    }

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

    /// The entries of a vocabulary, in the order of its tables.
    pub(crate) fn entries_of(&self, vocabulary: VocabularyId) -> impl Iterator<Item = (EntryId, &Entry)> {
        let tables = (0..self.tables.len()).filter(move |table| self.tables[*table].vocabulary == vocabulary);
        tables
            .flat_map(|table| self.entries_of_table(table))
            .map(|entry| (entry as EntryId, &self.entries[entry]))
    }

    /// What a column of an entry holds; `None` where the table has no such column or the cell is empty.
    pub fn attribute<'s>(&self, sources: &'s Sources, entry: EntryId, column: &str) -> Option<&'s str> {
        let entry = &self.entries[entry as usize];
        if column == "name" {
            return Some(sources.get(entry.name));
        }
        let at = self.tables[entry.table as usize].columns.iter().position(|c| c == column)?;
        sources.cell(entry.row, at).map(|piece| sources.get(piece))
    }

    /// A column of all tables that have it, laid out so that a look at a cell is a look at a small number.
    pub(crate) fn column(&self, sources: &Sources, name: &str) -> Column {
        let mut column = Column { is_name: name == "name", ..Column::default() };
        if column.is_name {
            return column;
        }
        let places: Vec<Option<usize>> =
            self.tables.iter().map(|t| t.columns.iter().position(|c| c == name)).collect();
        if let Some(known) = self.laid_out.iter().find(|column| column.name == name) {
            return Column {
                is_name: false,
                first: known.first,
                cells: known.cells.iter().flat_map(|[two]| [two as u16, (two >> 16) as u16]).collect(),
                values: known.values.iter().map(Piece::from_numbers).collect(),
                places,
            };
        }
        let Some(first) = places.iter().position(Option::is_some) else { return column };
        let last = places.iter().rposition(Option::is_some).unwrap_or(first);
        let (first, last) = (self.entries_of_table(first).start, self.entries_of_table(last).end);
        let mut known: FxHashMap<&str, u16> = FxHashMap::default();
        column.first = first as EntryId;
        column.cells = self.entries[first..last]
            .iter()
            .map(|entry| {
                let Some(piece) = places[usize::from(entry.table)].and_then(|at| sources.cell(entry.row, at))
                else {
                    return 0;
                };
                *known.entry(sources.get(piece)).or_insert_with(|| {
                    column.values.push(piece);
                    u16::try_from(column.values.len()).unwrap_or(MANY)
                })
            })
            .collect();
        column.places = places;
        column
    }

    /// What a column of an entry holds, as [`attribute`](Lexicon::attribute).
    pub(crate) fn cell<'s>(&self, sources: &'s Sources, entry: EntryId, column: &Column) -> Option<&'s str> {
        if column.is_name {
            return Some(sources.get(self.entries[entry as usize].name));
        }
        match *column.cells.get(entry.checked_sub(column.first)? as usize)? {
            0 => None,
            MANY => {
                let entry = &self.entries[entry as usize];
                let at = column.places[usize::from(entry.table)]?;
                sources.cell(entry.row, at).map(|piece| sources.get(piece))
            }
            value => Some(sources.get(column.values[usize::from(value) - 1])),
        }
    }

    /// Gives the entries of a vocabulary whose column holds a value, perhaps among others, the mark of that number;
    /// whether there are any.
    pub(crate) fn mark(
        &mut self,
        sources: &Sources,
        vocabulary: VocabularyId,
        column: &Column,
        value: &str,
        number: usize,
    ) -> bool {
        let mut marks = std::mem::take(&mut self.marks);
        marks.resize(self.entries.len(), 0);
        // Most values have a number, so that their text is looked at once and not at each entry.
        let holds = |cell: &str| cell.split('|').any(|c| c == value);
        let numbers: Vec<bool> = column.values.iter().map(|piece| holds(sources.get(*piece))).collect();
        let mut any = false;
        for (number_of_table, table) in self.tables.iter().enumerate() {
            if table.vocabulary != vocabulary {
                continue;
            }
            for entry in self.entries_of_table(number_of_table) {
                let fits = match column.cells.get(entry.wrapping_sub(column.first as usize)) {
                    _ if column.is_name => holds(sources.get(self.entries[entry].name)),
                    None | Some(0) => false,
                    Some(&MANY) => self.cell(sources, entry as EntryId, column).is_some_and(holds),
                    Some(cell) => numbers[usize::from(*cell) - 1],
                };
                if fits {
                    marks[entry] |= 1 << number;
                    any = true;
                }
            }
        }
        self.marks = marks;
        any
    }

    /// The entries of a table: they stand together, in the order of the tables.
    fn entries_of_table(&self, table: usize) -> std::ops::Range<usize> {
        let from = self.entries.partition_point(|e| usize::from(e.table) < table);
        from..self.entries.partition_point(|e| usize::from(e.table) <= table)
    }

    /// The marks of an entry; see [`mark`](Lexicon::mark).
    pub(crate) fn marks(&self, entry: EntryId) -> u32 {
        self.marks.get(entry as usize).copied().unwrap_or(0)
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
        if self.growing.last.is_empty() {
            self.growing.last.push(0);
            let none = Terminal { entry: 0, vocabulary: 0, ambiguous: false, exact: None };
            self.growing.terminals.push((none, 0));
        }
        // An imported table adds to what is there, plurals among it.
        if path.matches('/').count() > 2 {
            self.place_variants(sources);
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
                if columns.first().map(String::as_str) != Some("name")
                    || columns.get(1).map(String::as_str) != Some("synonyms")
                {
                    wrong
                        .push((number, "the first line must name the columns: name, synonyms, …".to_owned()));
                    return wrong;
                }
                self.tables.push(Table { file: path.clone(), vocabulary, columns: columns.clone() });
                continue;
            }
            let cells: SmallVec<[&str; 8]> = line.split('\t').collect();
            let found = cells.len();
            let (name, synonyms) = (cells[0], cells.get(1).copied().unwrap_or_default());
            if found != columns.len() {
                wrong.push((
                    number,
                    format!("{found} columns instead of {}: {}", columns.len(), columns.join(", ")),
                ));
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
                    if token.word == POSSESSIVE || token.class == Class::Mark && is_dash(token, text) {
                        continue;
                    }
                    path_words.push(match token.word {
                        UNKNOWN if token.class == Class::Abbreviation => {
                            words.add(&part.replace(['.', '-'], ""))
                        }
                        UNKNOWN => words.add(part),
                        known => known,
                    });
                }
                if path_words.is_empty() {
                    wrong.push((number, format!("{surface:?} has no word")));
                    continue;
                }
                let exact = marks.contains('=').then(|| Piece::new(file, place + marks.len(), text.len()));
                let terminal = Terminal { entry, vocabulary, ambiguous: marks.contains('?'), exact };
                self.insert(sources, &path_words, terminal, number, &path, text);
                self.note_variants(text, &tokens, &path_words, terminal, !marks.contains('!'), words);
            }
        }
        wrong
    }

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

    fn insert(
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

    /// Writes the finished vocabularies to an image.
    #[allow(dead_code, reason = "the build script writes, the library reads")]
    pub(crate) fn write_image(&self, sources: &Sources, out: &mut Writer) {
        out.u32(self.vocabularies.len() as u32);
        for name in &self.vocabularies {
            out.text(name);
        }
        out.u32(self.tables.len() as u32);
        for table in &self.tables {
            out.text(&table.file);
            out.u32(table.vocabulary.into());
            out.text(&table.columns.join("\t"));
        }
        out.items(&self.entries, |e| {
            let ([a, b], [c, d]) = (e.name.numbers(), e.row.numbers());
            [u32::from(e.table) << 8 | u32::from(e.vocabulary), e.line, a, b, c, d]
        });
        let node = |n: &Node| {
            let small = u32::from(n.child_count) << 16 | u32::from(n.terminal_count) << 8 | u32::from(n.kind);
            [n.children, n.terminal, small]
        };
        out.items(&self.first, node);
        out.items(&self.children, |(word, child)| {
            let [a, b, c] = node(child);
            [*word, a, b, c]
        });
        out.items(&self.terminals, |t| {
            let [a, b] = t.exact.map_or([0, u32::MAX], Piece::numbers);
            [t.entry, u32::from(t.vocabulary) << 1 | u32::from(t.ambiguous), a, b]
        });
        out.items(self.many.slots(), |(node, word, child)| [*node, *word, *child]);
        out.items(&self.pairs.bits, |b| [*b as u32, (*b >> 32) as u32]);
        out.items(&self.roles, |r| [u32::from(*r)]);
        let mut names: Vec<&String> =
            self.tables.iter().flat_map(|table| table.columns.iter().skip(2)).collect();
        names.sort_unstable();
        names.dedup();
        out.u32(names.len() as u32);
        for name in names {
            let mut column = self.column(sources, name);
            // Two cells go into each number; one too many is that of no entry.
            column.cells.resize(column.cells.len().next_multiple_of(2), 0);
            out.text(name);
            out.u32(column.first);
            out.items(column.cells.as_chunks::<2>().0, |[a, b]| [u32::from(*a) | u32::from(*b) << 16]);
            out.items(&column.values, |piece| piece.numbers());
        }
    }

    /// The vocabularies of an image.
    pub(crate) fn read_image(image: &mut Reader<'static>) -> Lexicon {
        let vocabularies = (0..image.u32()).map(|_| image.text()).collect();
        let tables = (0..image.u32())
            .map(|_| Table {
                file: image.text(),
                vocabulary: image.u32() as VocabularyId,
                columns: image.text().split('\t').map(str::to_owned).collect(),
            })
            .collect();
        let node = |[children, terminal, small]: [u32; 3]| Node {
            children,
            terminal,
            child_count: (small >> 16) as u16,
            terminal_count: (small >> 8) as u8,
            kind: small as u8,
        };
        Lexicon {
            vocabularies,
            tables,
            entries: image.items(|[kind, line, a, b, c, d]| Entry {
                vocabulary: kind as VocabularyId,
                table: (kind >> 8) as u16,
                line,
                name: Piece::from_numbers([a, b]),
                row: Piece::from_numbers([c, d]),
            }),
            first: image.items(node),
            children: image.items(|[word, a, b, c]| (word, node([a, b, c]))),
            terminals: image.items(|[entry, kind, a, b]| Terminal {
                entry,
                vocabulary: (kind >> 1) as VocabularyId,
                ambiguous: kind & 1 == 1,
                exact: (b != u32::MAX).then(|| Piece::from_numbers([a, b])),
            }),
            many: Edges::of_slots(image.items(|[node, word, child]| (node, word, child))),
            pairs: Pairs { bits: image.items(|[low, high]| u64::from(low) | u64::from(high) << 32).into() },
            roles: image.items(|[role]| role as u8),
            laid_out: (0..image.u32())
                .map(|_| LaidOut {
                    name: image.text(),
                    first: image.u32(),
                    cells: image.later(),
                    values: image.later(),
                })
                .collect(),
            ..Lexicon::default()
        }
    }

    fn children_of(&self, node: &Node) -> &[(WordId, Node)] {
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

    /// Notes the other ways to write a surface: the plurals of its last word and of its head before `of` or the like,
    /// and compounded words with a hyphen where it has none, or without.
    fn note_variants(
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
    fn place_variants(&mut self, sources: &Sources) {
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

    /// The word with which entries may go on at token `at`, and one past its token.
    fn word_at(&self, text: &str, tokens: &[Token], at: usize) -> Option<(WordId, usize)> {
        let next = tokens.get(at)?;
        if next.has(crate::segment::token::PARAGRAPH) {
            return None;
        }
        // A hyphen between two words counts as a space, an apostrophe-s as nothing.
        let skipped = next.word == POSSESSIVE || next.class == Class::Mark && !next.has(SPACE) && is_dash(next, text);
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

    /// What a word can do in the vocabularies.
    pub(crate) fn roles(&self, word: WordId) -> u8 {
        self.roles.get(word as usize).copied().unwrap_or(0)
    }
}

fn is_dash(token: &Token, text: &str) -> bool {
    matches!(token.span().of(text), "-" | "‐" | "‑" | "–")
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

/// Counts of entries and surfaces by vocabulary, for listings.
pub fn counts(lexicon: &Lexicon) -> FxHashMap<String, usize> {
    let mut out = FxHashMap::default();
    for entry in &lexicon.entries {
        *out.entry(lexicon.vocabularies[entry.vocabulary as usize].clone()).or_insert(0) += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::grammar::Grammar;

    #[test]
    fn columns_of_the_image_are_those_of_the_tables() {
        let (image, text) = (Grammar::built_in().unwrap(), Grammar::built_in_from_text().unwrap());
        let mut held = 0;
        for known in &image.lexicon.laid_out {
            let from_image = image.lexicon.column(&image.sources, &known.name);
            let from_text = text.lexicon.column(&text.sources, &known.name);
            for entry in 0..text.lexicon.entries.len() as u32 {
                let expected = text.lexicon.attribute(&text.sources, entry, &known.name);
                assert_eq!(image.lexicon.cell(&image.sources, entry, &from_image), expected, "{entry}");
                assert_eq!(text.lexicon.cell(&text.sources, entry, &from_text), expected, "{entry}");
                held += usize::from(expected.is_some());
            }
        }
        assert!(held > 10_000, "{held} cells");
    }
}
