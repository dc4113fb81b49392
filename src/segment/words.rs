//! The table of all words that the grammars name; looking a token up in it is done once per token.

use rustc_hash::FxHashMap;

/// Number of a word in the table.
pub type WordId = u32;

/// The number of every word that no grammar names.
pub const UNKNOWN: WordId = 0;

/// Longer words are not in any vocabulary.
const LONGEST: usize = 64;

/// One character, folded: lower case, without accents, one kind of dash, apostrophe, micro sign and raised digit.
pub fn fold_char(c: char) -> char {
    match c {
        'A'..='Z' => c.to_ascii_lowercase(),
        '\0'..='\x7f' => c,
        'µ' => 'μ',
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '﹣' | '－' => '-',
        '’' | '‘' | 'ʼ' | '′' | '´' => '\'',
        '“' | '”' | '„' | '″' => '"',
        '∗' | '⁎' => '*',
        '⁄' | '∕' => '/',
        '∼' | '～' | '≈' => '~',
        '⩽' | '≦' => '≤',
        '⩾' | '≧' => '≥',
        '·' | '∙' | '⋅' | '•' => '·',
        '✕' | '✖' | '╳' | '⨯' => '×',
        '⁰' | '₀' => '0',
        '¹' | '₁' => '1',
        '²' | '₂' => '2',
        '³' | '₃' => '3',
        '⁴' | '₄' => '4',
        '⁵' | '₅' => '5',
        '⁶' | '₆' => '6',
        '⁷' | '₇' => '7',
        '⁸' | '₈' => '8',
        '⁹' | '₉' => '9',
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' | 'À' | 'Á' | 'Â' | 'Ã' | 'Ä' | 'Å' => 'a',
        'ç' | 'ć' | 'č' | 'Ç' | 'Č' => 'c',
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' | 'È' | 'É' | 'Ê' | 'Ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' | 'Ì' | 'Í' | 'Î' | 'Ï' => 'i',
        'ñ' | 'ń' | 'ň' | 'Ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' | 'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ö' | 'Ø' => 'o',
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' | 'Ù' | 'Ú' | 'Û' | 'Ü' => 'u',
        'ý' | 'ÿ' => 'y',
        'ś' | 'š' | 'ş' | 'Š' | 'Ş' => 's',
        'ž' | 'ź' | 'ż' | 'Ž' => 'z',
        'ł' | 'Ł' => 'l',
        'ğ' | 'Ğ' => 'g',
        _ => c.to_lowercase().next().unwrap_or(c),
    }
}

/// A word as the table keeps it: every character folded, combining accents dropped, ligatures opened.
pub fn fold(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        match c {
            '\u{300}'..='\u{36f}' => {}
            'æ' | 'Æ' => out.push_str("ae"),
            'œ' | 'Œ' => out.push_str("oe"),
            'ß' => out.push_str("ss"),
            'ﬁ' => out.push_str("fi"),
            'ﬂ' => out.push_str("fl"),
            'ﬀ' => out.push_str("ff"),
            'ﬃ' => out.push_str("ffi"),
            'ﬄ' => out.push_str("ffl"),
            c => out.push(fold_char(c)),
        }
    }
    out
}

#[derive(Clone, Copy, Default)]
struct Slot {
    hash: u32,
    id: WordId,
    at: u32,
    len: u32,
}

/// Words and their numbers. Filled while the grammars load, then only read.
pub struct Words {
    slots: Vec<Slot>,
    arena: Vec<u8>,
    marks: [WordId; 128],
    count: u32,
    filled: usize,
    spelling: Spelling,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Words").field("count", &self.count).finish()
    }
}

fn hash(bytes: &[u8]) -> u32 {
    const SEED: u64 = 0x51_7c_c1_b7_27_22_0a_95;
    let mut state: u64 = bytes.len() as u64;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let mut eight = [0; 8];
        eight.copy_from_slice(chunk);
        state = (state.rotate_left(5) ^ u64::from_le_bytes(eight)).wrapping_mul(SEED);
    }
    let mut last: u64 = 0;
    for &byte in chunks.remainder() {
        last = last << 8 | u64::from(byte);
    }
    state = (state.rotate_left(5) ^ last).wrapping_mul(SEED);
    (state >> 32) as u32
}

/// Pairs of letters that are written two ways in English medical words, from `spelling.tsv`.
#[derive(Debug, Default)]
pub struct Spelling {
    /// Part of a word in its first spelling, and in the other.
    pairs: Vec<(String, String)>,
    /// Whole words that mean the same: `alpha` and `α`.
    whole: FxHashMap<String, String>,
}

impl Spelling {
    /// Adds parts of words: `other` is read as `canonical` wherever it stands in a word.
    pub fn add_part(&mut self, canonical: &str, other: &str) {
        self.pairs.push((canonical.to_owned(), other.to_owned()));
    }

    /// Adds whole words: `other` is read as `canonical`.
    pub fn add_word(&mut self, canonical: &str, other: &str) {
        self.whole.insert(other.to_owned(), canonical.to_owned());
    }

    fn canonical(&self, folded: &str) -> Option<String> {
        if let Some(word) = self.whole.get(folded) {
            return Some(word.clone());
        }
        let mut out: Option<String> = None;
        for (canonical, other) in &self.pairs {
            let word = out.as_deref().unwrap_or(folded);
            // A spelling that contains the other one ("foetal" has "fetal" inside no word, but "oe" has "e").
            if word.contains(other.as_str()) {
                out = Some(word.replace(other.as_str(), canonical));
            }
        }
        out
    }

    fn variants(&self, canonical: &str) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for (part, other) in &self.pairs {
            if canonical.contains(part.as_str()) {
                let replaced = canonical.replace(part.as_str(), other);
                let both: Vec<String> =
                    out.iter().filter(|w| w.contains(part.as_str())).map(|w| w.replace(part.as_str(), other)).collect();
                out.push(replaced);
                out.extend(both);
                if out.len() > 8 {
                    break;
                }
            }
        }
        out
    }
}

impl Words {
    /// An empty table that knows which spellings are one word.
    pub fn new(spelling: Spelling) -> Self {
        let mut words = Words {
            slots: vec![Slot::default(); 1 << 12],
            arena: Vec::new(),
            marks: [UNKNOWN; 128],
            count: 0,
            filled: 0,
            spelling,
        };
        words.add("'s");
        words
    }

    /// The number of the apostrophe-s.
    pub fn possessive(&self) -> WordId {
        1
    }

    /// How many numbers are in use, counting [`UNKNOWN`].
    pub fn len(&self) -> usize {
        self.count as usize + 1
    }

    /// Whether no word was added.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The number of `word`, which is given one if it has none; all its spellings get the same.
    pub fn add(&mut self, word: &str) -> WordId {
        let folded = fold(word);
        let found = self.find_folded(folded.as_bytes());
        if found != UNKNOWN {
            return found;
        }
        let canonical = self.spelling.canonical(&folded);
        let base = canonical.as_deref().unwrap_or(&folded);
        let mut id = self.find_folded(base.as_bytes());
        if id == UNKNOWN {
            self.count += 1;
            id = self.count;
            self.insert(base.as_bytes(), id);
            if base.is_ascii() && base.len() > 2 {
                for variant in self.spelling.variants(base) {
                    if self.find_folded(variant.as_bytes()) == UNKNOWN {
                        self.insert(variant.as_bytes(), id);
                    }
                }
            }
        }
        if canonical.is_some() && self.find_folded(folded.as_bytes()) == UNKNOWN {
            self.insert(folded.as_bytes(), id);
        }
        id
    }

    /// Reads `other` as the word numbered `id`.
    pub fn add_alias(&mut self, other: &str, id: WordId) {
        let folded = fold(other);
        if self.find_folded(folded.as_bytes()) == UNKNOWN {
            self.insert(folded.as_bytes(), id);
        }
    }

    fn insert(&mut self, folded: &[u8], id: WordId) {
        if self.filled * 2 >= self.slots.len() {
            let old = std::mem::take(&mut self.slots);
            self.slots = vec![Slot::default(); old.len() * 4];
            for slot in old.into_iter().filter(|s| s.id != UNKNOWN) {
                self.place(slot);
            }
        }
        if let [byte @ 0..=127] = folded {
            self.marks[*byte as usize] = id;
        }
        let slot = Slot { hash: hash(folded), id, at: self.arena.len() as u32, len: folded.len() as u32 };
        self.arena.extend_from_slice(folded);
        self.place(slot);
        self.filled += 1;
    }

    fn place(&mut self, slot: Slot) {
        let mask = self.slots.len() - 1;
        let mut at = slot.hash as usize & mask;
        while self.slots[at].id != UNKNOWN {
            at = (at + 1) & mask;
        }
        self.slots[at] = slot;
    }

    fn find_folded(&self, folded: &[u8]) -> WordId {
        let wanted = hash(folded);
        let mask = self.slots.len() - 1;
        let mut at = wanted as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot.id == UNKNOWN {
                return UNKNOWN;
            }
            if slot.hash == wanted
                && slot.len as usize == folded.len()
                && &self.arena[slot.at as usize..][..slot.len as usize] == folded
            {
                return slot.id;
            }
            at = (at + 1) & mask;
        }
    }

    /// The number of a word of ASCII letters or digits, in any case.
    pub fn find_ascii(&self, word: &[u8]) -> WordId {
        if word.len() > LONGEST {
            return UNKNOWN;
        }
        let mut buffer = [0u8; LONGEST];
        let folded = &mut buffer[..word.len()];
        folded.copy_from_slice(word);
        folded.make_ascii_lowercase();
        self.find_folded(folded)
    }

    /// The number of any word.
    pub fn find(&self, word: &str) -> WordId {
        if word.len() > LONGEST * 2 {
            return UNKNOWN;
        }
        self.find_folded(fold(word).as_bytes())
    }

    /// The number of an ASCII mark.
    pub fn find_mark(&self, byte: u8) -> WordId {
        self.marks.get(byte as usize).copied().unwrap_or(UNKNOWN)
    }
}
