//! The table of all words that the grammars name; looking a token up in it is done once per token.

use crate::grammar::image::{Reader, Writer};
use crate::grammar::source::rows;
use rustc_hash::FxHashMap;

/// Number of a word in the table.
pub type WordId = u32;

/// The number of the apostrophe-s.
pub const POSSESSIVE: WordId = 1;

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
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' | 'À' | 'Á' | 'Â' | 'Ã' | 'Ä' | 'Å' => {
            'a'
        }
        'ç' | 'ć' | 'č' | 'Ç' | 'Č' => 'c',
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' | 'È' | 'É' | 'Ê' | 'Ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' | 'Ì' | 'Í' | 'Î' | 'Ï' => 'i',
        'ñ' | 'ń' | 'ň' | 'Ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' | 'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ö' | 'Ø' => {
            'o'
        }
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
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
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

/// Words of at most so many bytes are hashed as one number.
const SHORT: usize = 16;

/// A word is known by 64 bits of hash alone: with 200,000 words in the table, one unheard-of word in 10^14 would be
/// taken for one of them. Words of the table that collide are reported when the grammars load.
#[derive(Clone, Copy, Default)]
struct Slot {
    hash: u64,
    /// The number of the word, with its roles in the upper eight bits; 0 if the slot is free.
    id: u32,
}

const ID: u32 = 0x00FF_FFFF;

/// What a word can do in the grammars, known as soon as it is looked up.
pub mod role {
    /// An entry of a vocabulary begins with it.
    pub const BEGINS_ENTRY: u8 = 1;
    /// An entry goes on with it.
    pub const INSIDE_ENTRY: u8 = 2;
    /// A number begins with it.
    pub const BEGINS_NUMBER: u8 = 4;
    /// A unit begins with it.
    pub const BEGINS_UNIT: u8 = 8;
    /// A rule begins with it.
    pub const BEGINS_RULE: u8 = 16;
    /// Entries begin with it only where it is written with a capital.
    pub const CAPITAL_ENTRY: u8 = 32;
    /// Some rule matches only in a sentence that has it or the like.
    pub const REQUIRED: u8 = 64;
    /// Some rule can go on with it after its first step.
    pub const GOES_ON: u8 = 128;
}

/// Words and their numbers. Filled while the grammars load, then only read.
pub struct Words {
    slots: Vec<Slot>,
    count: u32,
    filled: usize,
    spelling: Spelling,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Words").field("count", &self.count).finish()
    }
}

/// The hash of a word of at most 16 bytes, padded with zeros.
fn hash_short(key: u128) -> u64 {
    let low = (key as u64 ^ 0x9E37_79B9_7F4A_7C15) as u128;
    let high = ((key >> 64) as u64 ^ 0xC2B2_AE3D_27D4_EB4F) as u128;
    let product = low.wrapping_mul(high ^ 0xFF51_AFD7_ED55_8CCD);
    let folded = product as u64 ^ (product >> 64) as u64 ^ (key as u64).rotate_left(32) ^ (key >> 64) as u64;
    let mixed = (folded ^ folded >> 32).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    mixed ^ mixed >> 29
}

/// The hash of a longer word.
fn hash_long(bytes: &[u8]) -> u64 {
    let mut state: u64 = bytes.len() as u64;
    for &byte in bytes {
        state = (state.rotate_left(5) ^ u64::from(byte)).wrapping_mul(0x51_7c_c1_b7_27_22_0a_95);
    }
    state ^ state >> 31
}

fn hash(bytes: &[u8]) -> u64 {
    if bytes.len() > SHORT {
        return hash_long(bytes);
    }
    let mut buffer = [0u8; SHORT];
    buffer[..bytes.len()].copy_from_slice(bytes);
    hash_short(u128::from_le_bytes(buffer))
}

/// Pairs of letters that are written two ways in English medical words, from `spelling.tsv`.
#[derive(Debug, Default)]
pub struct Spelling {
    /// Part of a word in its first spelling, and in the other.
    pairs: Vec<(String, String)>,
    /// Whole words that mean the same: `alpha` and `α`.
    whole: FxHashMap<String, String>,
    /// Tells at once that no part stands in a word; made when the first word is added.
    any: std::sync::OnceLock<Option<aho_corasick::AhoCorasick>>,
}

impl Spelling {
    /// Reads `spelling.tsv`: canonical, other, kind.
    pub(crate) fn load(text: &str) -> Self {
        let mut spelling = Spelling::default();
        for (_, line) in rows(text) {
            let cells: Vec<&str> = line.split('\t').collect();
            match cells[..] {
                [canonical, other, "word"] => spelling.add_word(canonical, other),
                [canonical, other, ..] => spelling.add_part(canonical, other),
                _ => {}
            }
        }
        spelling
    }

    /// Adds parts of words: `other` is read as `canonical` wherever it stands in a word.
    pub fn add_part(&mut self, canonical: &str, other: &str) {
        self.pairs.push((canonical.to_owned(), other.to_owned()));
    }

    /// Adds whole words: `other` is read as `canonical`.
    pub fn add_word(&mut self, canonical: &str, other: &str) {
        self.whole.insert(other.to_owned(), canonical.to_owned());
    }

    /// Whether some part, in either spelling, stands in the word.
    fn concerns(&self, folded: &str) -> bool {
        let parts = || self.pairs.iter().flat_map(|(a, b)| [a.as_str(), b.as_str()]);
        let automaton = self.any.get_or_init(|| aho_corasick::AhoCorasick::new(parts()).ok());
        automaton.as_ref().is_none_or(|a| a.is_match(folded))
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
                let both: Vec<String> = out
                    .iter()
                    .filter(|w| w.contains(part.as_str()))
                    .map(|w| w.replace(part.as_str(), other))
                    .collect();
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

/// The size of a table for the words of an image and those that rules add.
fn room(words: usize) -> usize {
    ((words + 8192) * 2).next_power_of_two()
}

impl Words {
    /// An empty table that knows which spellings are one word.
    pub fn new(spelling: Spelling) -> Self {
        let mut words = Words { slots: vec![Slot::default(); 1 << 10], count: 0, filled: 0, spelling };
        words.add("'s");
        words
    }

    /// Writes all words to an image.
    #[allow(dead_code, reason = "the build script writes, the library reads")]
    pub(crate) fn write_image(&self, out: &mut Writer) {
        let mut filled: Vec<&Slot> = self.slots.iter().filter(|s| s.id != UNKNOWN).collect();
        // In the order of their places in the table that will be read, which is then filled from one end to the other.
        let mask = room(filled.len()) - 1;
        filled.sort_by_key(|slot| slot.hash as usize & mask);
        out.items(&filled, |s| [s.hash as u32, (s.hash >> 32) as u32, s.id]);
    }

    /// Adds the words of an image to a new table.
    pub(crate) fn read_image(&mut self, image: &mut Reader<'_>) {
        let slots = image.later();
        self.filled = slots.iter().len();
        self.slots = vec![Slot::default(); room(self.filled)];
        for [low, high, id] in slots.iter() {
            self.count = self.count.max(id);
            self.place(Slot { hash: u64::from(low) | u64::from(high) << 32, id });
        }
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
        if word.is_ascii() && word.len() <= LONGEST {
            let found = self.get(Hash::of_ascii(word.as_bytes(), 0, word.len())).word;
            if found != UNKNOWN {
                return found;
            }
        }
        let folded = fold(word);
        let found = self.find_folded(folded.as_bytes());
        if found != UNKNOWN {
            return found;
        }
        let concerned = self.spelling.concerns(&folded);
        let canonical =
            if concerned || !self.spelling.whole.is_empty() && self.spelling.whole.contains_key(&folded) {
                self.spelling.canonical(&folded)
            } else {
                None
            };
        let base = canonical.as_deref().unwrap_or(&folded);
        let mut id = self.find_folded(base.as_bytes());
        if id == UNKNOWN {
            self.count += 1;
            id = self.count;
            self.insert(base.as_bytes(), id);
            if concerned && base.is_ascii() && base.len() > 2 {
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

    fn insert(&mut self, folded: &[u8], id: WordId) {
        if self.filled * 2 >= self.slots.len() {
            let old = std::mem::take(&mut self.slots);
            self.slots = vec![Slot::default(); old.len() * 2];
            for slot in old.into_iter().filter(|s| s.id != UNKNOWN) {
                self.place(slot);
            }
        }
        self.place(Slot { hash: hash(folded), id });
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

    fn find_hash(&self, hash: u64) -> u32 {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = &self.slots[at];
            if slot.hash == hash || slot.id == UNKNOWN {
                return slot.id;
            }
            at = (at + 1) & mask;
        }
    }

    fn find_folded(&self, folded: &[u8]) -> u32 {
        self.find_hash(hash(folded))
    }

    /// Notes what each word can do, by its number; done once, when all grammars are loaded.
    pub(crate) fn set_roles(&mut self, roles: impl Fn(WordId) -> u8) {
        for slot in self.slots.iter_mut().filter(|s| s.id != UNKNOWN) {
            let id = slot.id & ID;
            slot.id = id | u32::from(roles(id)) << 24;
        }
    }

    /// The number and roles of the word of that hash.
    pub(crate) fn get(&self, hash: Hash) -> Found {
        Found::unpack(self.find_hash(hash.0))
    }
}

/// The hash by which a word is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hash(u64);

impl Hash {
    /// Of a word that is in no vocabulary.
    const NONE: Hash = Hash(0);

    /// Of the possessive.
    pub(crate) fn possessive() -> Hash {
        Hash::of_folded("'s")
    }

    fn of_folded(folded: &str) -> Hash {
        Hash(hash(folded.as_bytes()))
    }

    /// Of any word.
    pub(crate) fn of(word: &str) -> Hash {
        if word.len() > LONGEST * 2 { Hash::NONE } else { Hash::of_folded(&fold(word)) }
    }

    /// Of one character.
    pub(crate) fn of_char(c: char) -> Hash {
        let mut buffer = [0; 4];
        Hash::of_folded(fold_char(c).encode_utf8(&mut buffer))
    }

    /// Of at most 16 small ASCII letters, padded with zeros.
    pub(crate) fn of_small_letters(key: u128) -> Hash {
        Hash(hash_short(key))
    }

    /// Of the word of ASCII characters that stands at `start..end` of `text`.
    pub(crate) fn of_ascii(text: &[u8], start: usize, end: usize) -> Hash {
        let len = end - start;
        if len > LONGEST {
            return Hash::NONE;
        }
        Hash(if len <= SHORT {
            let key = match text.get(start..start + SHORT).and_then(|b| <[u8; SHORT]>::try_from(b).ok()) {
                Some(sixteen) => {
                    let all = u128::from_le_bytes(sixteen);
                    if len == SHORT { all } else { all & ((1 << (len * 8)) - 1) }
                }
                None => {
                    let mut buffer = [0u8; SHORT];
                    buffer[..len].copy_from_slice(&text[start..end]);
                    u128::from_le_bytes(buffer)
                }
            };
            hash_short(lower(key))
        } else {
            let mut buffer = [0u8; LONGEST];
            let folded = &mut buffer[..len];
            folded.copy_from_slice(&text[start..end]);
            folded.make_ascii_lowercase();
            hash_long(folded)
        })
    }
}

/// The capital ASCII letters of sixteen bytes turned into small ones.
fn lower(key: u128) -> u128 {
    const LOW: u128 = 0x7F7F_7F7F_7F7F_7F7F_7F7F_7F7F_7F7F_7F7F;
    const HIGH: u128 = 0x8080_8080_8080_8080_8080_8080_8080_8080;
    const ONE: u128 = 0x0101_0101_0101_0101_0101_0101_0101_0101;
    // In each byte the top bit tells whether it is at least 'A', and whether it is more than 'Z'.
    let seven = key & LOW;
    let from_a = seven + ONE * (0x80 - b'A' as u128);
    let after_z = seven + ONE * (0x7F - b'Z' as u128);
    let capital = from_a & !after_z & !key & HIGH;
    key | capital >> 2
}

/// A word that was looked up.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Found {
    /// Its number.
    pub(crate) word: WordId,
    /// What it can do.
    pub(crate) roles: u8,
}

impl Found {
    fn unpack(packed: u32) -> Found {
        Found { word: packed & ID, roles: (packed >> 24) as u8 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_are_lowered_in_all_sixteen_bytes() {
        let text = b"@AZ[`az{09-CFTR5";
        let mut expected = *text;
        expected.make_ascii_lowercase();
        assert_eq!(lower(u128::from_le_bytes(*text)), u128::from_le_bytes(expected));
    }

    #[test]
    fn spellings_of_a_word_have_one_number() {
        let mut spelling = Spelling::default();
        spelling.add_part("hemat", "haemat");
        spelling.add_part("tumor", "tumour");
        spelling.add_word("alpha", "α");
        let mut words = Words::new(spelling);
        let hematuria = words.add("hematuria");
        assert_eq!(words.get(Hash::of("Haematuria")).word, hematuria);
        assert_eq!(words.add("haematuria"), hematuria);
        assert_eq!(words.add("tumour"), words.add("Tumor"));
        assert_eq!(words.add("α"), words.add("alpha"));
        let long = words.add("electroencephalographically");
        assert_eq!(words.get(Hash::of("Electroencephalographically")).word, long);
        assert_eq!(words.get(Hash::of("unheard")).word, UNKNOWN);
        assert_eq!(words.add("Sjögren"), words.add("Sjogren"));
    }
}
