//! Tokens: the smallest pieces that rules see.

use super::words::{Hash, UNKNOWN, WordId, Words};
use crate::model::Span;
use std::cell::RefCell;

/// The class of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Class {
    /// A run of letters, or an apostrophe-s.
    Word,
    /// Single letters with points or a hyphen between them: `i.v.`, `p-o.`, `e.g.`
    Abbreviation,
    /// Digits, with their decimal point and grouping commas: `158.4`, `1,570`, `½`.
    Number,
    /// One character that is neither letter nor digit nor space.
    Mark,
}

/// One token. Offsets are bytes.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// The word in the grammar's word table, [`UNKNOWN`] when no grammar names it.
    pub word: WordId,
    /// Its class.
    pub class: Class,
    /// What stands before it and how it is written.
    pub flags: u8,
    /// What its word can do in the grammars: see [`role`](super::words::role).
    pub roles: u8,
}

/// White space stands before the token, or the text begins with it.
pub const SPACE: u8 = 1;
/// The token is the first of its line.
pub const LINE: u8 = 2;
/// An empty line stands before the token.
pub const PARAGRAPH: u8 = 4;
/// The token begins with a capital letter.
pub const CAPITAL: u8 = 8;
/// The token has a lower-case letter.
pub const LOWER: u8 = 16;
/// Two or more spaces, or a tab, stand before the token on its line: a gap between columns.
pub const COLUMN: u8 = 32;
/// The token is a superscript or subscript number.
pub const RAISED: u8 = 64;
/// A space other than the ordinary one stands before the token (no-break, thin, hair).
pub const NARROW: u8 = 128;

impl Token {
    /// The bytes it covers.
    pub fn span(&self) -> Span {
        Span::new(self.start, self.end)
    }

    fn new(start: usize, end: usize, class: Class, flags: u8) -> Token {
        Token { start: start as u32, end: end as u32, word: UNKNOWN, class, flags, roles: 0 }
    }

    /// Whether a flag is set.
    pub fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

const OTHER: u8 = 0;
const LETTER: u8 = 1;
const DIGIT: u8 = 2;
const BLANK: u8 = 3;
const NEWLINE: u8 = 4;
const HIGH: u8 = 5;

const KIND: [u8; 256] = {
    let mut table = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b'0'..=b'9' => DIGIT,
            b'\n' | b'\r' => NEWLINE,
            b' ' | b'\t' | 0x0B | 0x0C | 0 => BLANK,
            0x80..=0xFF => HIGH,
            _ => OTHER,
        };
        byte += 1;
    }
    table
};

/// What a character outside ASCII counts as.
fn kind_of(c: char) -> u8 {
    match c {
        '\u{a0}'
        | '\u{2000}'..='\u{200f}'
        | '\u{202f}'
        | '\u{205f}'
        | '\u{2060}'
        | '\u{3000}'
        | '\u{feff}'
        | '\u{ad}' => BLANK,
        '\u{85}' | '\u{2028}' | '\u{2029}' => NEWLINE,
        '²' | '³' | '¹' | '⁰' | '⁴'..='⁹' | '₀'..='₉' | '¼' | '½' | '¾' | '⅐'..='⅞' => {
            DIGIT
        }
        'ª' | 'º' => OTHER,
        _ if c.is_alphabetic() => LETTER,
        // Combining accents belong to the letter before them.
        '\u{300}'..='\u{36f}' => LETTER,
        _ => OTHER,
    }
}

fn is_raised(c: char) -> bool {
    matches!(c, '²' | '³' | '¹' | '⁰' | '⁴'..='⁹' | '₀'..='₉')
}

/// Cuts `text` into tokens, in order, and looks each up in `words`. `out` is cleared first.
pub fn tokenize(text: &str, words: &Words, out: &mut Vec<Token>) {
    out.clear();
    // Words are looked up in a loop of its own, where one look-up need not wait for the other.
    HASHES.with_borrow_mut(|hashes| {
        hashes.clear();
        Tokenizer { text, bytes: text.as_bytes(), hashes, at: 0 }.run(out);
        for (token, hash) in out.iter_mut().zip(hashes.iter()) {
            let found = words.get(*hash);
            token.word = found.word;
            token.roles = found.roles;
        }
    });
}

thread_local! {
    static HASHES: RefCell<Vec<Hash>> = const { RefCell::new(Vec::new()) };
}

struct Tokenizer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    hashes: &'a mut Vec<Hash>,
    at: usize,
}

/// A run of at most 15 ASCII letters that ends before an ASCII character: nearly every word, seen at one look.
struct Letters {
    len: usize,
    /// The letters in lower case, padded with zeros.
    folded: u128,
    /// Whether one of them is in lower case.
    lower: bool,
}

impl Letters {
    fn at(bytes: &[u8], start: usize) -> Option<Letters> {
        const SMALL: u128 = 0x2020_2020_2020_2020_2020_2020_2020_2020;
        let all = u128::from_le_bytes(*bytes.get(start..)?.first_chunk::<16>()?);
        let (first, second) = (letters(all as u64), letters((all >> 64) as u64));
        let len = if first < 8 { first } else { 8 + second };
        if len == 16 || bytes[start + len] >= 0x80 {
            return None;
        }
        let own = (1u128 << (len * 8)) - 1;
        Some(Letters { len, folded: (all | SMALL) & own, lower: all & SMALL & own != 0 })
    }
}

/// How many of eight bytes, from the first on, are ASCII letters.
fn letters(bytes: u64) -> usize {
    const ONE: u64 = 0x0101_0101_0101_0101;
    const TOP: u64 = ONE * 0x80;
    // In each byte the top bit tells whether it is at least 'a', and whether it is more than 'z'.
    let seven = (bytes | (ONE * 0x20)) & !TOP;
    let from_a = seven + ONE * (0x80 - b'a' as u64);
    let after_z = seven + ONE * (0x7F - b'z' as u64);
    let others = !(from_a & !after_z & !bytes) & TOP;
    others.trailing_zeros() as usize / 8
}

impl Tokenizer<'_> {
    fn run(&mut self, out: &mut Vec<Token>) {
        let mut before = SPACE | LINE;
        let mut blanks = 0;
        let mut newlines = 0;
        while self.at < self.bytes.len() {
            let start = self.at;
            let mut kind = KIND[self.bytes[start] as usize];
            let mut width = 1;
            let mut high = '\0';
            if kind == HIGH {
                high = self.text[start..].chars().next().unwrap_or('\u{fffd}');
                width = high.len_utf8();
                kind = kind_of(high);
            }
            match kind {
                BLANK => {
                    blanks += if self.bytes[start] == b'\t' { 2 } else { 1 };
                    before |= SPACE;
                    if width > 1 {
                        before |= NARROW;
                    }
                    if blanks > 1 {
                        before |= COLUMN;
                    }
                    self.at += width;
                    continue;
                }
                NEWLINE => {
                    if self.bytes[start] != b'\r' || self.bytes.get(start + 1) != Some(&b'\n') {
                        newlines += 1;
                    }
                    before = (before | SPACE | LINE) & !COLUMN;
                    if newlines > 1 {
                        before |= PARAGRAPH;
                    }
                    blanks = 0;
                    self.at += width;
                    continue;
                }
                _ => {}
            }
            let token = match kind {
                LETTER => self.word(start),
                DIGIT if width > 1 => self.special_number(start, high),
                DIGIT => self.number(start),
                _ => self.mark(start, width, high),
            };
            if before & LINE != 0 && before & COLUMN != 0 {
                before &= !COLUMN;
            }
            out.push(Token { flags: token.flags | before, ..token });
            before = 0;
            blanks = 0;
            newlines = 0;
        }
    }

    fn peek(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn is_letter_at(&self, at: usize) -> bool {
        match self.bytes.get(at) {
            None => false,
            Some(&byte) => match KIND[byte as usize] {
                LETTER => true,
                HIGH => {
                    self.text.get(at..).and_then(|t| t.chars().next()).is_some_and(|c| kind_of(c) == LETTER)
                }
                _ => false,
            },
        }
    }

    /// A run of letters; or, where it is a single letter followed by `.` or `-` and a single letter, an
    /// abbreviation with its closing point.
    fn word(&mut self, start: usize) -> Token {
        if let Some(letters) = Letters::at(self.bytes, start)
            && letters.len > 1
        {
            let capital = self.bytes[start] & 0x20 == 0;
            let flags = if letters.lower { LOWER } else { 0 } | if capital { CAPITAL } else { 0 };
            self.at = start + letters.len;
            self.hashes.push(Hash::of_small_letters(letters.folded));
            return Token::new(start, self.at, Class::Word, flags);
        }
        let mut at = start;
        let mut ascii = true;
        let mut flags = 0u8;
        while at < self.bytes.len() {
            let byte = self.bytes[at];
            match KIND[byte as usize] {
                LETTER => {
                    flags |= (byte >> 5 & 1) * LOWER;
                    at += 1;
                }
                HIGH => {
                    let Some(c) = self.text[at..].chars().next() else { break };
                    if kind_of(c) != LETTER {
                        break;
                    }
                    if c.is_lowercase() {
                        flags |= LOWER;
                    }
                    ascii = false;
                    at += c.len_utf8();
                }
                _ => break,
            }
        }
        let first = self.bytes[start];
        if first.is_ascii_uppercase()
            || first >= 0x80 && self.text[start..].chars().next().is_some_and(char::is_uppercase)
        {
            flags |= CAPITAL;
        }
        if at == start + 1
            && matches!(self.peek(at), b'.' | b'-')
            && let Some(token) = self.abbreviation(start, flags)
        {
            return token;
        }
        self.at = at;
        self.hashes.push(if ascii {
            Hash::of_ascii(self.bytes, start, at)
        } else {
            Hash::of(&self.text[start..at])
        });
        Token::new(start, at, Class::Word, flags)
    }

    fn abbreviation(&mut self, start: usize, mut flags: u8) -> Option<Token> {
        let mut letters = [0u8; 8];
        letters[0] = self.bytes[start];
        let mut count = 1;
        let mut at = start + 1;
        let hyphen = self.peek(at) == b'-';
        while count < letters.len() {
            let join = self.peek(at);
            let letter = self.peek(at + 1);
            if !(join == b'.' || join == b'-' && count == 1)
                || !letter.is_ascii_alphabetic()
                || self.is_letter_at(at + 2)
                || self.peek(at + 2).is_ascii_digit()
            {
                break;
            }
            flags |= (letter >> 5 & 1) * LOWER;
            letters[count] = letter;
            count += 1;
            at += 2;
        }
        // A hyphen joins only where a point closes: "p-o." but not "T-B" or "B-cell".
        if count < 2 || hyphen && self.peek(at) != b'.' {
            return None;
        }
        if self.peek(at) == b'.' {
            at += 1;
        }
        self.at = at;
        self.hashes.push(Hash::of_ascii(&letters, 0, count));
        Some(Token::new(start, at, Class::Abbreviation, flags))
    }

    fn digits(&self, mut at: usize) -> usize {
        while self.peek(at).is_ascii_digit() {
            at += 1;
        }
        at
    }

    /// Digits with a decimal point or commas between groups of three; `12.03.2019` is cut at its points.
    fn number(&mut self, start: usize) -> Token {
        let whole = self.digits(start);
        let mut end = whole;
        if whole - start <= 3 && self.bytes[start] != b'0' {
            while self.peek(end) == b',' && self.digits(end + 1) == end + 4 {
                end += 4;
            }
        }
        if self.peek(end) == b'.' && self.peek(end + 1).is_ascii_digit() {
            let fraction = self.digits(end + 1);
            if !(self.peek(fraction) == b'.' && self.peek(fraction + 1).is_ascii_digit()) {
                end = fraction;
            }
        }
        // The middle of a date such as 12.03.2019 must not become 3.2019.
        if start >= 2 && self.bytes[start - 1] == b'.' && self.bytes[start - 2].is_ascii_digit() {
            end = whole;
        }
        self.at = end;
        self.hashes.push(Hash::of_ascii(self.bytes, start, end));
        Token::new(start, end, Class::Number, 0)
    }

    /// A run of raised digits (`²`, `¹²`) or one fraction character (`½`).
    fn special_number(&mut self, start: usize, first: char) -> Token {
        let mut end = start + first.len_utf8();
        let mut flags = 0;
        if is_raised(first) {
            flags = RAISED;
            while let Some(c) = self.text[end..].chars().next().filter(|c| is_raised(*c)) {
                end += c.len_utf8();
            }
        }
        self.at = end;
        self.hashes.push(Hash::of(&self.text[start..end]));
        Token::new(start, end, Class::Number, flags)
    }

    fn mark(&mut self, start: usize, width: usize, high: char) -> Token {
        let byte = self.bytes[start];
        let mut end = start + width;
        let apostrophe = byte == b'\'' || matches!(high, '’' | '‘' | '\u{2bc}');
        let mut class = Class::Mark;
        let hash = if apostrophe
            && start > 0
            && matches!(self.peek(end), b's' | b'S')
            && !self.is_letter_at(end + 1)
            && self.text[..start].chars().next_back().is_some_and(char::is_alphanumeric)
        {
            end += 1;
            class = Class::Word;
            Hash::possessive()
        } else if width == 1 {
            Hash::of_ascii(self.bytes, start, end)
        } else {
            Hash::of_char(high)
        };
        self.hashes.push(hash);
        self.at = end;
        Token::new(start, end, class, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_counted_up_to_the_first_other_byte() {
        for (text, count) in [
            ("abcdefgh", 8),
            ("aZ@bcdef", 2),
            ("`abcdefg", 0),
            ("z{aaaaaa", 1),
            ("[aaaaaaa", 0),
            ("AZaz09aa", 4),
        ] {
            let bytes: [u8; 8] = text.as_bytes().try_into().expect("eight bytes");
            assert_eq!(letters(u64::from_le_bytes(bytes)), count, "{text}");
        }
        assert_eq!(letters(u64::from_le_bytes([b'a', 0xC3, 0xA9, b'a', b'a', b'a', b'a', b'a'])), 1);
    }

    #[test]
    fn a_word_is_the_same_in_the_middle_of_a_text_and_at_its_end() {
        let words = Words::new(Default::default());
        let (mut long, mut short) = (Vec::new(), Vec::new());
        for word in ["tumour", "GFR", "Écho", "naïve", "x", "hepatosplenomegaly", "i.v.", "co"] {
            tokenize(word, &words, &mut short);
            tokenize(&format!("{word} and a tail of more than sixteen bytes"), &words, &mut long);
            assert_eq!(
                (short[0].end, short[0].flags, short[0].class),
                (long[0].end, long[0].flags, long[0].class)
            );
        }
    }
}
