//! Numbers in all their written forms.

use crate::grammar::Grammar;
use crate::model::Decimal;
use crate::segment::token::{COLUMN, Class, LINE, NARROW, RAISED, SPACE, Token};
use crate::segment::words::{WordId, role};

/// A number in the text.
#[derive(Clone, Copy, Debug)]
pub struct Number {
    /// First token.
    pub start: u32,
    /// One past the last token.
    pub end: u32,
    /// Its value.
    pub value: Decimal,
    /// Whether it tells a place in an order.
    pub ordinal: bool,
    /// Whether it is a whole number, written so.
    pub whole: bool,
}

/// How a number word takes part in a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberWord {
    /// 0 to 19 and 20, 30 …
    Cardinal(u32),
    /// hundred, thousand, million
    Multiplier(u32),
    /// first, second …
    Ordinal(u32),
    /// half, quarter: hundredths
    Fraction(u32),
    /// st, nd, rd, th after digits
    Suffix,
    /// "to" between two numbers
    Range,
    /// "and" inside "one hundred and five"
    Joint,
}

/// The number words of a grammar set, from `numbers.tsv`.
#[derive(Debug, Default)]
pub struct NumberWords {
    words: Vec<Option<NumberWord>>,
}

impl NumberWords {
    /// Reads `numbers.tsv`: word, kind, value. Returns what is wrong with it as line and message.
    pub fn load(&mut self, text: &str, mut add: impl FnMut(&str) -> WordId) -> Vec<(u32, String)> {
        let mut wrong = Vec::new();
        for (number, line) in text.lines().enumerate().skip(1) {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let cells: Vec<&str> = line.split('\t').collect();
            let value = cells.get(2).and_then(|v| v.parse().ok()).unwrap_or(0);
            let kind = match cells.get(1).copied() {
                Some("cardinal") => NumberWord::Cardinal(value),
                Some("multiplier") => NumberWord::Multiplier(value),
                Some("ordinal") => NumberWord::Ordinal(value),
                Some("hundredths") => NumberWord::Fraction(value),
                Some("suffix") => NumberWord::Suffix,
                Some("range") => NumberWord::Range,
                Some("joint") => NumberWord::Joint,
                _ => {
                    wrong.push((
                        number as u32 + 1,
                        "the second column must be cardinal, multiplier, ordinal, hundredths, suffix, range or joint".to_owned(),
                    ));
                    continue;
                }
            };
            let word = add(cells[0]) as usize;
            if self.words.len() <= word {
                self.words.resize(word + 1, None);
            }
            self.words[word] = Some(kind);
        }
        wrong
    }

    fn get(&self, word: WordId) -> Option<NumberWord> {
        self.words.get(word as usize).copied().flatten()
    }

    /// Whether a number can begin with this word.
    pub fn begins(&self, word: WordId) -> bool {
        matches!(
            self.get(word),
            Some(NumberWord::Cardinal(_) | NumberWord::Ordinal(_) | NumberWord::Fraction(_))
        )
    }

    /// Whether the word stands between the two ends of a range.
    pub fn is_range_word(&self, word: WordId) -> bool {
        self.get(word) == Some(NumberWord::Range)
    }
}

/// The number that begins at token `at`.
pub(super) fn read(grammar: &Grammar, text: &str, tokens: &[Token], at: usize) -> Option<Number> {
    if tokens[at].class == Class::Number {
        digits(grammar, text, tokens, at)
    } else {
        words(grammar, text, tokens, at)
    }
}

fn fraction(c: char) -> Option<i64> {
    Some(match c {
        '¼' => 250,
        '½' => 500,
        '¾' => 750,
        '⅓' => 333,
        '⅔' => 667,
        '⅕' => 200,
        '⅖' => 400,
        '⅗' => 600,
        '⅘' => 800,
        '⅙' => 167,
        '⅚' => 833,
        '⅛' => 125,
        '⅜' => 375,
        '⅝' => 625,
        '⅞' => 875,
        '⅐' => 143,
        '⅑' => 111,
        '⅒' => 100,
        _ => return None,
    })
}

/// Thousandths, without the zeros at the end.
fn thousandths(value: i64) -> Decimal {
    let mut scale = 3;
    let mut value = value;
    while scale > 0 && value % 10 == 0 {
        value /= 10;
        scale -= 1;
    }
    Decimal::new(value, scale)
}

fn single(text: &str, token: &Token) -> Option<Decimal> {
    let written = token.span().of(text);
    if !written.is_ascii() {
        if let Some(part) = written.chars().next().and_then(fraction) {
            return Some(thousandths(part));
        }
        return Decimal::parse(&written.chars().map(crate::segment::words::fold_char).collect::<String>());
    }
    if written.contains(',') { Decimal::parse(&written.replace(',', "")) } else { Decimal::parse(written) }
}

fn digits(grammar: &Grammar, text: &str, tokens: &[Token], at: usize) -> Option<Number> {
    let token = &tokens[at];
    let written = token.span().of(text);
    // Raised digits are part of a unit.
    if token.has(RAISED) {
        return None;
    }
    let before = tokens[..at].last().filter(|t| !token.has(SPACE) && t.class == Class::Word);
    // "l8" and "O5" are damaged numbers, and half of one is a wrong one.
    if before.is_some_and(|t| t.span().of(text).bytes().all(|b| matches!(b, b'l' | b'I' | b'O' | b'o'))) {
        return None;
    }
    let mut value = single(text, token)?;
    let mut end = at + 1;
    let mut whole = !written.contains('.') && written.is_ascii();
    let tight = |i: usize| tokens.get(i).is_some_and(|t| !t.has(SPACE));
    let part = |i: usize| tokens.get(i).map_or("", |t| t.span().of(text));
    // 3½ and 3 1/2
    if let Some(extra) =
        part(end).chars().next().and_then(fraction).filter(|_| whole && at + 1 < tokens.len())
    {
        if tight(end) || written.len() <= 2 {
            value = value.plus(thousandths(extra));
            whole = false;
            end += 1;
        }
    } else if whole
        && part(end + 1) == "/"
        && tight(end + 1)
        && tight(end + 2)
        && !tight(end)
        && written.len() <= 2
    {
        let extra = match (part(end), part(end + 2)) {
            ("1", "2") => Some(500),
            ("1", "4") => Some(250),
            ("3", "4") => Some(750),
            ("1", "3") => Some(333),
            ("2", "3") => Some(667),
            _ => None,
        };
        if let Some(extra) = extra {
            value = value.plus(thousandths(extra));
            whole = false;
            end += 3;
        }
    }
    // 12 500 with a narrow or no-break space, or with an ordinary one where a unit follows
    let group = |i: usize| {
        tokens.get(i).is_some_and(|t| {
            // A number in the next cell of a table is one of its own.
            t.class == Class::Number
                && !t.has(COLUMN | LINE)
                && t.end - t.start == 3
                && part(i).bytes().all(|b| b.is_ascii_digit())
        })
    };
    // Digits inside a word (B12, CD20) end with it.
    if whole && before.is_none() && written.len() <= 3 && written != "0" {
        let mut after = end;
        let mut narrow = true;
        while group(after) {
            narrow &= tokens[after].has(NARROW);
            after += 1;
        }
        let unit = tokens.get(after).is_some_and(|t| t.roles & role::BEGINS_UNIT != 0);
        if after > end && (narrow || unit) {
            for token in &tokens[end..after] {
                value = Decimal::integer(value.to_i64()?.checked_mul(1000)?).plus(single(text, token)?);
            }
            end = after;
        }
    }
    // A decimal comma: 3,5 cm, but not in a list such as 1,3,5.
    if whole
        && part(end) == ","
        && tight(end)
        && tight(end + 1)
        && tokens.get(end + 1).is_some_and(|t| t.class == Class::Number && t.end - t.start <= 2)
        && part(end + 2) != ","
        && !(at >= 1 && part(at - 1) == ",")
        && tokens.get(end + 2).is_some_and(|t| t.roles & role::BEGINS_UNIT != 0)
        && let Some(decimal) = Decimal::parse(&format!("{written}.{}", part(end + 1)))
    {
        value = decimal;
        whole = false;
        end += 2;
    }
    // The sign is part of the value; the number's place stays at its digits. A minus sign that touches its number and stands apart from what precedes it.
    if at >= 1
        && tight(at)
        && matches!(part(at - 1), "-" | "−" | "–")
        && (tokens[at - 1].has(SPACE)
            || at >= 2 && matches!(part(at - 2), "<" | ">" | "≤" | "≥" | "=" | "(" | ":"))
        && !(at >= 2
            && (tokens[at - 2].class == Class::Number || tokens[at - 2].roles & role::BEGINS_UNIT != 0))
    {
        value = value.negate();
    }
    let mut ordinal = false;
    if whole
        && tight(end)
        && matches!(tokens.get(end).map(|t| grammar.numbers.get(t.word)), Some(Some(NumberWord::Suffix)))
    {
        ordinal = true;
        end += 1;
    } else if let Some(NumberWord::Multiplier(times)) =
        tokens.get(end).and_then(|t| grammar.numbers.get(t.word))
        && times >= 1000
        && !tight(end)
    {
        value = multiply(value, times)?;
        end += 1;
    }
    Some(Number { start: at as u32, end: end as u32, value, ordinal, whole })
}

fn multiply(value: Decimal, times: u32) -> Option<Decimal> {
    let power = times.ilog10() as i16;
    Some(value.shift(power)).filter(|d| d.to_f64() < 1e15)
}

/// "twenty-five", "one hundred and twenty", "two and a half", "third".
fn words(grammar: &Grammar, text: &str, tokens: &[Token], at: usize) -> Option<Number> {
    let get = |i: usize| tokens.get(i).and_then(|t| grammar.numbers.get(t.word));
    let part = |i: usize| tokens.get(i).map_or("", |t| t.span().of(text));
    match get(at)? {
        NumberWord::Ordinal(value) => {
            return Some(Number {
                start: at as u32,
                end: at as u32 + 1,
                value: Decimal::integer(value.into()),
                ordinal: true,
                whole: true,
            });
        }
        NumberWord::Fraction(value) => {
            return Some(Number {
                start: at as u32,
                end: at as u32 + 1,
                value: thousandths(i64::from(value) * 10),
                ordinal: false,
                whole: false,
            });
        }
        _ => {}
    }
    let mut total: i64 = 0;
    let mut current: i64 = 0;
    let mut end = at;
    let mut last_small = false;
    let mut ordinal = false;
    loop {
        match get(end) {
            Some(NumberWord::Cardinal(value))
                if end == at || !last_small || current % 100 >= 20 && current % 10 == 0 && value < 10 =>
            {
                if last_small && !(current % 10 == 0 && value < 10) {
                    break;
                }
                current += i64::from(value);
                last_small = true;
                end += 1;
            }
            Some(NumberWord::Multiplier(100)) if current > 0 && current < 20 => {
                current *= 100;
                last_small = false;
                end += 1;
            }
            Some(NumberWord::Multiplier(times)) if current > 0 => {
                total += current * i64::from(times);
                current = 0;
                last_small = false;
                end += 1;
            }
            // "twenty-first"
            Some(NumberWord::Ordinal(value))
                if end > at && value < 10 && current % 100 >= 20 && current % 10 == 0 =>
            {
                current += i64::from(value);
                ordinal = true;
                end += 1;
                break;
            }
            _ => {
                let joint = part(end) == "-" && !tokens[end].has(SPACE)
                    || get(end) == Some(NumberWord::Joint) && !last_small && end > at;
                let more = match get(end + 1) {
                    Some(NumberWord::Cardinal(value)) => {
                        !last_small || value < 10 && current % 100 >= 20 && current % 10 == 0
                    }
                    Some(NumberWord::Ordinal(value)) => {
                        last_small && value < 10 && current % 100 >= 20 && current % 10 == 0
                    }
                    Some(NumberWord::Multiplier(_)) => true,
                    _ => false,
                };
                if end > at && joint && more {
                    end += 1;
                } else {
                    break;
                }
            }
        }
    }
    let mut value = Decimal::integer(total + current);
    let mut whole = true;
    // "two and a half"
    if get(end) == Some(NumberWord::Joint) {
        let skip = if get(end + 1).is_none() { end + 2 } else { end + 1 };
        if let Some(NumberWord::Fraction(part)) = get(skip)
            && part < 100
        {
            value = value.plus(thousandths(i64::from(part) * 10));
            whole = false;
            end = skip + 1;
        }
    }
    (end > at).then_some(Number { start: at as u32, end: end as u32, value, ordinal, whole })
}
