//! The rule language: files, vocabularies and units, compiled into programs over tokens.

mod abbreviations;
pub(crate) mod code;
mod codings;
mod compile;
pub(crate) mod compound;
pub mod diagnostic;
pub(crate) mod edges;
pub mod examples;
pub(crate) mod image;
pub(crate) mod index;
pub mod lexicon;
pub(crate) mod need;
mod parse;
pub(crate) mod plural;
pub(crate) mod program;
pub(crate) mod record;
pub mod relation;
pub(crate) mod residues;
pub(crate) mod rule;
pub mod source;
pub mod syntax;
pub mod units;

use crate::check;
use crate::model::EntityType;
use crate::recognise::number::NumberWords;
use crate::segment::words::{Spelling, UNKNOWN, WordId, Words, role};
use abbreviations::Abbreviations;
use anyhow::Context as _;
use code::{Pools, SubCode};
use codings::Codings;
pub(crate) use compile::Constant;
use compile::{Context, RuleFile, Visible};
use compound::Compounds;
use diagnostic::{Diagnostic, Level, nearest};
use image::Reader;
use index::Index;
use lexicon::column::Column;
use lexicon::{Lexicon, VocabularyId};
use need::Needs;
use plural::Plurals;
use program::Program;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use relation::CompiledRelation;
use residues::Residues;
use rule::CompiledRule;
use rustc_hash::{FxHashMap, FxHashSet};
use source::{Sources, rows};
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use syntax::Item;
use units::Units;

/// The built-in files: path below `grammars/` and text.
const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/grammars.rs"));

/// The built-in vocabularies, laid out by the build script: hash of the grammar set, words, vocabularies.
const IMAGE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/vocabularies.image"));

/// Fragments of this file are seen by all.
const PRELUDE: &str = "prelude.grain";

/// How words of vocabularies take the plural.
const PLURALS: &str = "plurals.tsv";

/// With what compounded words begin.
const COMPOUNDS: &str = "compounds.tsv";

/// The signs of amino acids and bases.
const RESIDUES: &str = "residues.tsv";

/// A grammar set, ready to read texts.
#[derive(Debug)]
pub struct Grammar {
    /// Its files.
    pub sources: Arc<Sources>,
    /// All words that it names.
    pub words: Words,
    /// Its vocabularies.
    pub lexicon: Lexicon,
    /// Its units.
    pub units: Units,
    /// Its number words.
    pub numbers: NumberWords,
    /// The signs of amino acids and bases.
    pub(crate) residues: Residues,
    /// What its checks know.
    pub(crate) checks: check::Tables,
    /// Its rules, in the order of their files and of their lines.
    pub rules: Vec<CompiledRule>,
    /// Its relation rules, in the order of their files and of their lines.
    pub relations: Vec<CompiledRelation>,
    pub(crate) index: Index,
    /// The sub-programs as they are run.
    pub(crate) sub_code: Vec<SubCode>,
    pub(crate) pools: Pools,
    pub(crate) constants: Vec<Constant>,
    pub(crate) comparator: Option<VocabularyId>,
    /// The column in which comparators have their sign.
    pub(crate) code: Column,
    pub(crate) section: Option<VocabularyId>,
    pub(crate) relative: Option<VocabularyId>,
    paragraph_headings: Vec<u32>,
    /// Section kinds that end only at a heading of the first rank, and the headings of that rank.
    closed_sections: Vec<u32>,
    top_headings: Vec<u32>,
    /// Context rules without a pattern: they work on whole sections.
    pub(crate) section_rules: Vec<u32>,
    sentence_words: Vec<u8>,
    /// Which short forms count that a report defines itself.
    pub(crate) abbreviations: Abbreviations,
    codings: Codings,
    pub(crate) record: record::Record,
    hash: String,
    /// What is doubtful in it.
    pub lints: Vec<Diagnostic>,
}

/// A grammar set that cannot be used, with all that is wrong with it.
#[derive(Debug)]
pub struct GrammarError {
    /// The files, for the places.
    pub sources: Arc<Sources>,
    /// Errors and lints, in the order of files and lines.
    pub diagnostics: Vec<Diagnostic>,
}

impl std::fmt::Display for GrammarError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let errors: Vec<_> = self.diagnostics.iter().filter(|d| d.level == Level::Error).collect();
        for diagnostic in &errors {
            writeln!(f, "{}", diagnostic.render(&self.sources))?;
        }
        write!(f, "the grammar has {} error{}", errors.len(), if errors.len() == 1 { "" } else { "s" })
    }
}

impl std::error::Error for GrammarError {}

const ABBREVIATION: u8 = 1;
const STARTER: u8 = 2;
const NEVER_ENDS: u8 = 4;

impl Grammar {
    /// The grammars that the library carries.
    ///
    /// # Errors
    /// When one of them is bad, which the tests rule out.
    pub fn built_in() -> Result<Grammar, Box<GrammarError>> {
        Loader::new(built_in_sources()).load(Some(IMAGE))
    }

    /// The same, read from the text of the tables, which also tells what is doubtful in them.
    ///
    /// # Errors
    /// When one of them is bad.
    pub fn built_in_from_text() -> Result<Grammar, Box<GrammarError>> {
        Grammar::from_sources(built_in_sources())
    }

    /// The built-in grammars with the files of `folder` added; a file of the same path replaces the built-in one.
    ///
    /// # Errors
    /// When the folder cannot be read; when a file in it is bad, as a `Box<GrammarError>`.
    pub fn with_folder(folder: &Path) -> anyhow::Result<Grammar> {
        let mut sources = built_in_sources();
        add_folder(&mut sources, folder, folder)?;
        Grammar::from_sources(sources).map_err(anyhow::Error::new)
    }

    /// Only the given files.
    ///
    /// # Errors
    /// When one of them is bad.
    pub fn from_sources(mut sources: Sources) -> Result<Grammar, Box<GrammarError>> {
        sources.sort();
        Loader::new(sources).load(None)
    }

    /// `sha256:` and the hash over all files, names and texts.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The preferred name of an entry.
    pub fn name_of(&self, entry: u32) -> &str {
        self.sources.get(self.lexicon.entries()[entry as usize].name)
    }

    /// The codes of an entry, `SYSTEM:CODE` with `|` between.
    pub(crate) fn codes_of(&self, entry: u32) -> &str {
        self.codings.of(&self.lexicon, &self.sources, entry)
    }

    pub(crate) fn is_paragraph_heading(&self, entry: u32) -> bool {
        self.paragraph_headings.contains(&entry)
    }

    /// Whether a heading does not end the section that is open: an inner heading of a discussion.
    pub(crate) fn is_inner_heading(&self, open: Option<u32>, heading: u32) -> bool {
        open.is_some_and(|o| self.closed_sections.contains(&o)) && !self.top_headings.contains(&heading)
    }

    /// Whether a heading is one of the first rank.
    pub(crate) fn is_top_heading(&self, heading: u32) -> bool {
        self.top_headings.contains(&heading)
    }

    fn sentence_word(&self, word: WordId) -> u8 {
        if word == UNKNOWN { 0 } else { self.sentence_words.get(word as usize).copied().unwrap_or(0) }
    }

    /// Whether a point after this word does not end a sentence as a rule.
    pub(crate) fn is_abbreviation(&self, word: WordId) -> bool {
        self.sentence_word(word) & ABBREVIATION != 0
    }

    /// Whether a sentence never ends after this abbreviation: "Fig.", "Dr."
    pub(crate) fn never_ends(&self, word: WordId) -> bool {
        self.sentence_word(word) & NEVER_ENDS != 0
    }

    /// Whether this word commonly begins a sentence.
    pub(crate) fn begins_sentence(&self, word: WordId) -> bool {
        self.sentence_word(word) & STARTER != 0
    }

    /// The number of the rule of that id.
    pub fn rule(&self, id: &str) -> Option<usize> {
        self.rules.iter().position(|r| r.id == id)
    }
}

fn built_in_sources() -> Sources {
    let mut sources = Sources::default();
    for (path, text) in BUILT_IN {
        sources.push(path, Cow::Borrowed(text));
    }
    sources
}

fn add_folder(sources: &mut Sources, root: &Path, folder: &Path) -> anyhow::Result<()> {
    let mut entries = std::fs::read_dir(folder)
        .and_then(|entries| entries.map(|e| e.map(|e| e.path())).collect::<Result<Vec<_>, _>>())
        .with_context(|| format!("cannot list the grammar folder {}", folder.display()))?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            add_folder(sources, root, &path)?;
        } else if matches!(path.extension().and_then(|e| e.to_str()), Some("grain" | "tsv")) {
            let text =
                std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            sources.add(&name, Cow::Owned(text));
        }
    }
    Ok(())
}

/// The id of a rule: its file without folder and ending, and its name.
fn rule_id(file: &str, name: &str) -> String {
    let stem = file.trim_end_matches(".grain");
    let stem = stem.strip_prefix("entity/").unwrap_or(stem);
    format!("{stem}/{name}")
}

/// The blocks of each file, and what is wrong with them.
type Parsed = (Vec<(String, Vec<Item>)>, Vec<Diagnostic>);

/// A rule, its file, and the types and rules that it overrides.
type Overrides = (usize, String, Vec<(String, syntax::Place)>);

/// The blocks of each file.
type Items = [(String, Vec<Item>)];

/// A table, and what is wrong with it as line and message.
type Read<T> = (T, Vec<(u32, String)>);

/// Parses all rule files, on as many threads as there are.
fn parse_all(sources: &Sources) -> Parsed {
    let files: Vec<u16> = sources.numbers().filter(|file| sources.name(*file).ends_with(".grain")).collect();
    let parse =
        |file: u16| (sources.name(file).to_owned(), parse::parse(sources.name(file), sources.text(file)));
    let parsed: Vec<_> = files.into_par_iter().map(parse).collect();
    let (mut items, mut all) = (Vec::with_capacity(parsed.len()), Vec::new());
    for (name, (parsed, found)) in parsed {
        items.push((name, parsed));
        all.extend(found);
    }
    (items, all)
}

/// Loads a grammar set from its files.
struct Loader {
    sources: Arc<Sources>,
    words: Words,
    lexicon: Lexicon,
    units: Units,
    numbers: NumberWords,
    residues: Residues,
    abbreviations: Abbreviations,
    record: record::Record,
    sub_programs: Vec<Program>,
    constants: Vec<Constant>,
    found: Vec<Diagnostic>,
    used_fragments: Vec<bool>,
    used_vocabularies: Vec<bool>,
}

impl Loader {
    fn new(sources: Sources) -> Self {
        let spelling = sources.find("spelling.tsv").map(Spelling::load).unwrap_or_default();
        Loader {
            sources: Arc::new(sources),
            words: Words::new(spelling),
            lexicon: Lexicon::default(),
            units: Units::default(),
            numbers: NumberWords::default(),
            residues: Residues::default(),
            abbreviations: Abbreviations::default(),
            record: record::Record::default(),
            sub_programs: Vec::new(),
            constants: Vec::new(),
            found: Vec::new(),
            used_fragments: Vec::new(),
            used_vocabularies: Vec::new(),
        }
    }

    fn load(mut self, image: Option<&'static [u8]>) -> Result<Grammar, Box<GrammarError>> {
        let from_image = image.is_some();
        let mut image = image.map(Reader::new);
        let hash = match &mut image {
            Some(image) => image.text(),
            None => self.sources.hash(),
        };
        // The rules are parsed while the tables load.
        let sources = Arc::clone(&self.sources);
        let (parsed, ()) = rayon::join(|| parse_all(&sources), || self.tables(image));
        let (mut items, found) = parsed;
        self.found.extend(found);
        self.dimensions(&items);
        let (mut rules, relations) = self.rules(&items);
        // What only reads the vocabularies is done while the rules are laid out and their openings indexed.
        let mut record = std::mem::take(&mut self.record);
        // The rules as they were read: only the lints look at them again.
        let read = if from_image { std::mem::take(&mut items) } else { Vec::new() };
        let vocabularies = self.lexicon.vocabularies().len();
        let Loader { lexicon, units, words, sub_programs, found, .. } = &self;
        let wrong_rules = found.iter().any(|d| d.level == Level::Error);
        let programs: Vec<&Program> = rules.iter().map(|r| &r.program).collect();
        let (laid_out, (checks, wrong)) = rayon::join(
            || {
                // Wrong rules are told and not run.
                (!wrong_rules).then(|| {
                    let (mut index, (needs, codes)) = rayon::join(
                        || Index::new(&programs, vocabularies, words.len(), units.sets()),
                        || {
                            let needs = Needs::new(&programs, vocabularies, words.len());
                            let mut pools = Pools::default();
                            let code: Vec<_> = programs.iter().map(|program| pools.code(program)).collect();
                            let sub_code: Vec<_> =
                                sub_programs.iter().map(|program| pools.sub_code(program)).collect();
                            (needs, (pools, code, sub_code))
                        },
                    );
                    index.needs = needs;
                    (index, codes)
                })
            },
            || {
                drop(read);
                record.finish(&sources, lexicon);
                check::Tables::load(&sources, units)
            },
        );
        for check::Wrong { file, line, message } in wrong {
            let place = self.line(self.sources.number(file), line);
            self.found.push(Diagnostic::error("E040", file, place, message));
        }
        // The built-in grammars are linted by the project's tests, not at each start.
        if !from_image {
            self.lint(&items, &rules);
            self.lint_relations(&relations);
        }
        self.found.sort_by(|a, b| {
            (a.file.as_str(), a.place.start, a.code).cmp(&(b.file.as_str(), b.place.start, b.code))
        });
        let wrong = self.found.iter().any(|d| d.level == Level::Error);
        let Some((index, (pools, code, sub_code))) = laid_out.filter(|_| !wrong) else {
            return Err(Box::new(GrammarError { sources: self.sources, diagnostics: self.found }));
        };
        for (rule, code) in rules.iter_mut().zip(code) {
            rule.code = code;
        }
        let section = self.lexicon.vocabulary("section");
        let headings = |scope: &str| -> Vec<u32> {
            let entries = section.into_iter().flat_map(|section| self.lexicon.entries_of(section));
            let scope_of = |e| self.lexicon.attribute(&self.sources, e, "scope");
            entries
                .map(|(entry, _)| entry)
                .filter(|e| scope_of(*e).is_some_and(|s| s.split('|').any(|part| part == scope)))
                .collect()
        };
        let paragraph_headings = headings("paragraph");
        let (closed_sections, top_headings) = (headings("closed"), headings("top"));
        let section_rules =
            (0..rules.len() as u32).filter(|r| rules[*r as usize].is_for_sections()).collect();
        let sentence_words = self.sentence_words();
        let codings = Codings::new(&mut self.lexicon);
        let Loader { lexicon, numbers, units, words, .. } = &mut self;
        let goes_on = index.goes_on();
        words.set_roles(|word| {
            let mut roles = lexicon.roles(word);
            if numbers.begins(word) {
                roles |= role::BEGINS_NUMBER;
            }
            if units.begins(word) {
                roles |= role::BEGINS_UNIT;
            }
            if index.begins(word) {
                roles |= role::BEGINS_RULE;
            }
            if goes_on.get(word as usize).copied().unwrap_or(false) {
                roles |= role::GOES_ON;
            }
            if index.needs.word(word) {
                roles |= role::REQUIRED;
            }
            roles
        });
        Ok(Grammar {
            comparator: self.lexicon.vocabulary("comparator"),
            code: self.lexicon.column(&self.sources, "code"),
            relative: self.lexicon.vocabulary("relative"),
            section,
            closed_sections,
            top_headings,
            section_rules,
            paragraph_headings,
            sentence_words,
            abbreviations: self.abbreviations,
            codings,
            record,
            index,
            sources: self.sources,
            words: self.words,
            lexicon: self.lexicon,
            units: self.units,
            numbers: self.numbers,
            residues: self.residues,
            checks,
            rules,
            relations,
            sub_code,
            pools,
            constants: self.constants,
            hash,
            lints: self.found,
        })
    }

    /// Reads the tables; the vocabularies from an image if there is one.
    fn tables(&mut self, image: Option<Reader<'static>>) {
        let from_image = image.is_some();
        if let Some(mut image) = image {
            self.words.read_image(&mut image);
            self.lexicon = Lexicon::read_image(&mut image);
        } else {
            let plurals = self.table(PLURALS, Plurals::load);
            self.lexicon = Lexicon::new(plurals, self.table(COMPOUNDS, Compounds::load));
        }
        self.residues = self.table(RESIDUES, Residues::load);
        let mut files: Vec<(u16, String)> =
            self.sources.numbers().map(|n| (n, self.sources.name(n).to_owned())).collect();
        // Tables in deeper folders come last: an imported vocabulary adds to what is there. All others stay in the order
        // in which the build script reads them, since a plural gives way to a surface that came before it.
        files.sort_by_key(|(_, name)| name.matches('/').count().max(2));
        for (file, name) in &files {
            let wrong = match name.as_str() {
                "units.tsv" => self.units.load(&self.sources, *file, &mut self.words),
                "numbers.tsv" => self.numbers.load(self.sources.text(*file), |w| self.words.add(w)),
                _ if name.starts_with("lexicon/") && !from_image => {
                    self.lexicon.load(&self.sources, *file, &mut self.words)
                }
                _ if name.starts_with("record/") => {
                    self.record.load(name, self.sources.text(*file)).unwrap_or_default()
                }
                _ => continue,
            };
            for (line, message) in wrong {
                let place = self.line(*file, line);
                self.found.push(Diagnostic::error("E040", name, place, message));
            }
        }
        if !from_image {
            self.lexicon.finish(&self.sources);
        }
        for duplicate in std::mem::take(&mut self.lexicon.duplicates) {
            let [(file, line), (second, at)] = &duplicate.places;
            let number = files.iter().find(|(_, n)| n == second).map_or(0, |(n, _)| *n);
            let place = self.line(number, *at);
            self.found.push(
                Diagnostic::lint(
                    "L040",
                    second,
                    place,
                    format!("`{}` stands twice in `{}`", duplicate.surface, duplicate.vocabulary),
                )
                .hint(format!("first in {file}:{line}; leave one out")),
            );
        }
        for (file, name) in files.iter().filter(|(_, name)| name == "abbreviations.tsv") {
            for (line, message) in self.abbreviations.load(self.sources.text(*file), &self.lexicon) {
                let place = self.line(*file, line);
                self.found.push(Diagnostic::error("E040", name, place, message));
            }
        }
        self.used_vocabularies = vec![false; self.lexicon.vocabularies().len()];
    }

    /// A table of its own kind, with what is wrong in it noted; empty if there is no such file.
    fn table<T: Default>(&mut self, name: &str, load: fn(&str) -> Read<T>) -> T {
        let Some((table, wrong)) = self.sources.find(name).map(load) else { return T::default() };
        for (line, message) in wrong {
            let place = self.line(self.sources.number(name), line);
            self.found.push(Diagnostic::error("E040", name, place, message));
        }
        table
    }

    fn line(&self, file: u16, line: u32) -> std::ops::Range<usize> {
        let text = self.sources.text(file);
        let start: usize = text.split_inclusive('\n').take(line as usize - 1).map(str::len).sum();
        let length = text[start..].lines().next().map_or(0, str::len);
        start..start + length
    }

    fn sentence_words(&mut self) -> Vec<u8> {
        let mut out: Vec<u8> = Vec::new();
        for file in self.sources.numbers() {
            if self.sources.name(file) != "sentences.tsv" {
                continue;
            }
            for (_, line) in rows(self.sources.text(file)) {
                let (word, kind) = line.split_once('\t').unwrap_or((line, ""));
                let flag = match kind.trim() {
                    "abbreviation" => ABBREVIATION,
                    "title" => ABBREVIATION | NEVER_ENDS,
                    _ => STARTER,
                };
                let id = self.words.add(word.trim_end_matches('.')) as usize;
                if out.len() <= id {
                    out.resize(id + 1, 0);
                }
                out[id] |= flag;
            }
        }
        out
    }

    fn dimensions(&mut self, items: &Items) {
        for (file, items) in items {
            for item in items {
                let Item::Dimension { name, members, place } = item else { continue };
                let names: Vec<&str> = members.iter().map(|(m, _)| m.as_str()).collect();
                if let Err(unknown) = self.units.add_set(name, &names) {
                    let place = members
                        .iter()
                        .find(|(m, _)| m.split('/').any(|p| p == unknown))
                        .map_or(place.clone(), |(_, p)| p.clone());
                    let hint = nearest(&unknown, self.units.dimensions().iter().map(String::as_str))
                        .map_or("dimensions are named in units.tsv".to_owned(), |n| {
                            format!("did you mean `{n}`?")
                        });
                    self.found.push(
                        Diagnostic::error("E017", file, place, format!("`{unknown}` is no dimension"))
                            .hint(hint),
                    );
                }
            }
        }
    }

    /// The files of rules with the fragments that each sees: its own, the public ones of what it imports, and those
    /// of the prelude.
    fn rule_files<'i>(&mut self, items: &'i Items) -> Vec<RuleFile<'i>> {
        let mut count = 0;
        let mut number = || {
            count += 1;
            count - 1
        };
        // By file, its fragments.
        let fragments: Vec<Vec<Visible<'i>>> = (0..)
            .zip(items)
            .map(|(file, (_, own))| {
                let own = own.iter().filter_map(|item| match item {
                    Item::Fragment(fragment) => Some(&**fragment),
                    _ => None,
                });
                own.map(|fragment| Visible { file, number: number(), fragment }).collect()
            })
            .collect();
        self.used_fragments = vec![false; count];
        let places: FxHashMap<&str, usize> =
            (0..).zip(items).map(|(at, (file, _))| (file.as_str(), at)).collect();
        let mut files = Vec::with_capacity(items.len());
        for (at, (file, own)) in items.iter().enumerate() {
            let mut visible: FxHashMap<&str, Visible<'_>> = FxHashMap::default();
            let nowhere = 0..0;
            let imports = own.iter().filter_map(|item| match item {
                Item::Import { path, place } => Some((path.as_str(), place)),
                _ => None,
            });
            for (path, place) in std::iter::once((PRELUDE, &nowhere)).chain(imports) {
                if path == file {
                    continue;
                }
                let Some(&imported) = places.get(path) else {
                    if path != PRELUDE {
                        let hint = nearest(path, items.iter().map(|(file, _)| file.as_str()))
                            .map_or("the path is counted from the grammar folder".to_owned(), |n| {
                                format!("did you mean \"{n}\"?")
                            });
                        self.found.push(
                            Diagnostic::error(
                                "E031",
                                file,
                                place.clone(),
                                format!("there is no file {path:?}"),
                            )
                            .hint(hint),
                        );
                    }
                    continue;
                };
                let public = fragments[imported].iter().filter(|v| v.fragment.public);
                visible.extend(public.map(|v| (v.fragment.name.as_str(), *v)));
            }
            for own in &fragments[at] {
                let known = visible.insert(&own.fragment.name, *own);
                if known.is_some_and(|known| known.file == at) {
                    self.found.push(Diagnostic::error(
                        "E032",
                        file,
                        own.fragment.place.clone(),
                        format!("a second fragment `{}`", own.fragment.name),
                    ));
                }
            }
            files.push(RuleFile { name: file, number: self.sources.number(file), visible });
        }
        files
    }

    fn rules(&mut self, items: &Items) -> (Vec<CompiledRule>, Vec<CompiledRelation>) {
        let section_kinds = self.section_kinds();
        let mut compiled: Vec<CompiledRule> = Vec::new();
        let mut relations: Vec<CompiledRelation> = Vec::new();
        let mut overrides: Vec<Overrides> = Vec::new();
        let mut ids = FxHashSet::default();
        let mut filters = compile::Filters::default();
        let mut literals = FxHashMap::default();
        let mut columns = FxHashMap::default();
        let mut blocks = FxHashMap::default();
        let files = self.rule_files(items);
        for (rule_file, (file, own)) in files.iter().zip(items) {
            for item in own {
                let (name, place, examples) = match item {
                    Item::Rule(rule) => (&rule.name, &rule.place, &rule.examples),
                    Item::Relation(rule) => (&rule.name, &rule.place, &rule.examples),
                    _ => continue,
                };
                let id = rule_id(file, name);
                if !ids.insert(id.clone()) {
                    let message = format!("a second rule `{name}`");
                    self.found.push(Diagnostic::error("E033", file, place.clone(), message));
                    continue;
                }
                self.check_examples(file, place, examples);
                let mut cx = Context {
                    sources: &self.sources,
                    words: &mut self.words,
                    lexicon: &mut self.lexicon,
                    units: &mut self.units,
                    section_kinds: &section_kinds,
                    sub_programs: &mut self.sub_programs,
                    constants: &mut self.constants,
                    found: &mut self.found,
                    files: &files,
                    used_fragments: &mut self.used_fragments,
                    blocks: &mut blocks,
                    used_vocabularies: &mut self.used_vocabularies,
                    filters: &mut filters,
                    columns: &mut columns,
                    literals: &mut literals,
                };
                match item {
                    Item::Rule(rule) => {
                        if let Some(ready) = compile::rule(&mut cx, rule_file, &id, rule) {
                            overrides.push((compiled.len(), file.clone(), rule.overrides.clone()));
                            compiled.push(ready);
                        }
                    }
                    Item::Relation(rule) => {
                        relations.extend(compile::relation(&mut cx, rule_file, &id, rule));
                    }
                    _ => {}
                }
            }
        }
        self.resolve_overrides(&mut compiled, overrides);
        (compiled, relations)
    }

    fn resolve_overrides(&mut self, rules: &mut [CompiledRule], overrides: Vec<Overrides>) {
        let ids: Vec<String> = rules.iter().map(|r| r.id.clone()).collect();
        let width = rules.len().div_ceil(64);
        for (at, file, names) in overrides {
            let mut bits = vec![0u64; width];
            for (name, place) in names {
                let local = rule_id(&file, &name);
                if let Some(kind) = EntityType::from_name(&name) {
                    rules[at].overrides_types |= 1 << kind as u8;
                } else if let Some(other) = ids.iter().position(|id| *id == name || *id == local) {
                    bits[other / 64] |= 1 << (other % 64);
                } else {
                    let known =
                        ids.iter().map(String::as_str).chain(EntityType::ALL.iter().map(|t| t.name()));
                    let hint =
                        nearest(&name, known).map_or(String::new(), |n| format!("did you mean `{n}`?"));
                    self.found.push(
                        Diagnostic::error(
                            "E034",
                            &file,
                            place,
                            format!("`{name}` is neither a type nor a rule"),
                        )
                        .hint(hint),
                    );
                }
            }
            rules[at].overrides_any = rules[at].overrides_types != 0 || bits.iter().any(|word| *word != 0);
            rules[at].overrides_rules = bits.into();
        }
    }

    fn section_kinds(&self) -> Vec<String> {
        let section = self.lexicon.vocabulary("section");
        let named = section.into_iter().flat_map(|section| self.lexicon.entries_of(section));
        let mut kinds = vec![crate::segment::BODY.to_owned()];
        kinds.extend(named.map(|(_, entry)| self.sources.get(entry.name).to_owned()));
        kinds
    }

    fn check_examples(&mut self, file: &str, place: &syntax::Place, examples: &[syntax::Example]) {
        let yes = examples.iter().filter(|e| e.positive).count();
        let no = examples.len() - yes;
        if yes < 2 || no < 1 {
            self.found.push(
                Diagnostic::error(
                    "E035",
                    file,
                    place.clone(),
                    format!("the rule has {yes} `yes` and {no} `no` examples"),
                )
                .hint("each rule needs at least two `yes` and one near-miss `no`"),
            );
        }
    }

    /// Looks for what is most likely not meant.
    fn lint(&mut self, items: &Items, rules: &[CompiledRule]) {
        let mut used = std::mem::take(&mut self.used_fragments).into_iter();
        for (file, own) in items {
            for item in own {
                let Item::Fragment(fragment) = item else { continue };
                if used.next() == Some(false) {
                    self.found.push(
                        Diagnostic::lint(
                            "L001",
                            file,
                            fragment.place.clone(),
                            format!("nothing uses the fragment `{}`", fragment.name),
                        )
                        .hint("leave it out"),
                    );
                }
            }
        }
        for rule in rules {
            let first = rule.program.next(0);
            if !rule.is_for_sections()
                && first.iter().any(|at| rule.program.starts(*at).contains(&program::Start::Any))
            {
                self.found.push(
                    Diagnostic::lint(
                        "L002",
                        &rule.file,
                        rule.place.clone(),
                        format!("`{}` can begin at any token", rule.id),
                    )
                    .hint("begin it with a word, a vocabulary or a number, so that it is tried only there"),
                );
            }
        }
        self.lint_shadowed(rules);
        let reserved = ["section", "comparator"];
        for (number, name) in self.lexicon.vocabularies().iter().enumerate() {
            if !self.used_vocabularies[number] && !reserved.contains(&name.as_str()) {
                let file = self
                    .lexicon
                    .tables
                    .iter()
                    .find(|t| t.vocabulary as usize == number)
                    .map_or("", |t| &t.file);
                self.found.push(
                    Diagnostic::lint("L003", file, 0..4, format!("no rule uses the vocabulary `{name}`"))
                        .hint("use it in a rule or leave it out"),
                );
            }
        }
    }

    /// Two rules that link the same facts under the same conditions: the second never finds anything.
    fn lint_relations(&mut self, relations: &[CompiledRelation]) {
        let mut seen: FxHashMap<String, &str> = FxHashMap::default();
        for rule in relations.iter().filter(|r| !r.also) {
            if let Some(first) = seen.get(&rule.conditions(&self.sub_programs)) {
                let message = format!("`{}` never links anything that `{first}` has not linked", rule.id);
                self.found.push(
                    Diagnostic::lint("L005", &rule.file, rule.place.clone(), message)
                        .hint("leave one out, or make the conditions of the first narrower"),
                );
            } else {
                seen.insert(rule.conditions(&self.sub_programs), &rule.id);
            }
        }
    }

    /// Two rules of one type with the same program: the second can never win.
    fn lint_shadowed(&mut self, rules: &[CompiledRule]) {
        let mut seen: FxHashMap<String, usize> = FxHashMap::default();
        for (number, rule) in rules.iter().enumerate() {
            let kinds: Vec<_> = rule.productions.iter().map(|p| p.kind).collect();
            let guards: Vec<_> = rule.guards.iter().map(|g| (g.negated, format!("{:?}", g.test))).collect();
            let key = format!("{:?} {kinds:?} {guards:?}", rule.program.insts);
            if let Some(first) = seen.get(&key) {
                self.found.push(
                    Diagnostic::lint(
                        "L004",
                        &rule.file,
                        rule.place.clone(),
                        format!("`{}` never wins: it matches what `{}` matches", rule.id, rules[*first].id),
                    )
                    .hint("leave one out, or let one override the other"),
                );
            } else {
                seen.insert(key, number);
            }
        }
    }
}
