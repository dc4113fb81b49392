//! Vocabularies: tables of surfaces, compiled to one trie over word numbers.

pub(crate) mod column;
mod growing;
mod image;
pub(crate) mod trie;

use super::compound::Compounds;
use super::edges::Edges;
use super::plural::Plurals;
use super::source::{Piece, Sources};
use crate::segment::token::{Class, Token};
use crate::segment::words::{POSSESSIVE, UNKNOWN, WordId, Words};
use column::LaidOut;
use growing::Growing;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use trie::{Node, Pairs, Terminal};

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

    /// The entries of a table: they stand together, in the order of the tables.
    fn entries_of_table(&self, table: usize) -> std::ops::Range<usize> {
        let from = self.entries.partition_point(|e| usize::from(e.table) < table);
        from..self.entries.partition_point(|e| usize::from(e.table) <= table)
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

    /// What a word can do in the vocabularies.
    pub(crate) fn roles(&self, word: WordId) -> u8 {
        self.roles.get(word as usize).copied().unwrap_or(0)
    }
}

fn is_dash(token: &Token, text: &str) -> bool {
    matches!(token.span().of(text), "-" | "‐" | "‑" | "–")
}

/// Counts of entries and surfaces by vocabulary, for listings.
pub fn counts(lexicon: &Lexicon) -> FxHashMap<String, usize> {
    let mut out = FxHashMap::default();
    for entry in &lexicon.entries {
        *out.entry(lexicon.vocabularies[entry.vocabulary as usize].clone()).or_insert(0) += 1;
    }
    out
}
