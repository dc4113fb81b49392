//! Numbers in all their written forms.

use crate::grammar::Grammar;
use crate::grammar::source::rows;
use crate::model::Decimal;
use crate::segment::token::{COLUMN, Class, LINE, NARROW, RAISED, SPACE, Token};
use crate::segment::words::{WordId, role};
use rustc_hash::FxHashMap;

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
    /// Whether letters that stand for digits were read as these.
    pub repaired: bool,
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
    /// "of" between a part and the whole: "16 of 99"
    Share,
    /// Letters that scanning puts for digits
    Glyphs,
}

/// The number words of a grammar set, from `numbers.tsv`.
#[derive(Debug, Default)]
pub struct NumberWords {
    words: FxHashMap<WordId, NumberWord>,
    glyphs: Vec<Glyphs>,
}

/// Letters that stand for digits in text that was read by a machine.
#[derive(Debug)]
struct Glyphs {
    word: WordId,
    letters: String,
    digits: String,
}

impl NumberWords {
    /// Reads `numbers.tsv`: word, kind, value. Returns what is wrong with it as line and message.
    pub fn load(&mut self, text: &str, mut add: impl FnMut(&str) -> WordId) -> Vec<(u32, String)> {
        let mut wrong = Vec::new();
        for (number, line) in rows(text) {
            let cells: Vec<&str> = line.split('\t').collect();
            if cells.get(1) == Some(&"glyphs") {
                let digits = cells.get(2).copied().unwrap_or_default();
                if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                    wrong.push((
                        number,
                        "the third column must be the digits for which the letters stand".to_owned(),
                    ));
                    continue;
                }
                let word = add(cells[0]);
                self.glyphs.push(Glyphs { word, letters: cells[0].to_owned(), digits: digits.to_owned() });
                self.words.insert(word, NumberWord::Glyphs);
                continue;
            }
            let value = cells.get(2).and_then(|v| v.parse().ok()).unwrap_or(0);
            let kind = match cells.get(1).copied() {
                Some("cardinal") => NumberWord::Cardinal(value),
                Some("multiplier") => NumberWord::Multiplier(value),
                Some("ordinal") => NumberWord::Ordinal(value),
                Some("hundredths") => NumberWord::Fraction(value),
                Some("suffix") => NumberWord::Suffix,
                Some("range") => NumberWord::Range,
                Some("joint") => NumberWord::Joint,
                Some("share") => NumberWord::Share,
                _ => {
                    wrong.push((
                        number,
                        "the second column must be cardinal, multiplier, ordinal, hundredths, suffix, range, joint, share or glyphs".to_owned(),
                    ));
                    continue;
                }
            };
            self.words.insert(add(cells[0]), kind);
        }
        wrong
    }

    fn get(&self, word: WordId) -> Option<NumberWord> {
        self.words.get(&word).copied()
    }

    /// Whether a number can begin with this word.
    pub fn begins(&self, word: WordId) -> bool {
        matches!(
            self.get(word),
            Some(
                NumberWord::Cardinal(_)
                    | NumberWord::Ordinal(_)
                    | NumberWord::Fraction(_)
                    | NumberWord::Glyphs
            )
        )
    }

    /// The digits for which these letters stand.
    fn digits_for(&self, word: WordId, letters: &str) -> Option<&str> {
        if self.get(word) != Some(NumberWord::Glyphs) {
            return None;
        }
        self.glyphs.iter().find(|g| g.word == word && g.letters == letters).map(|g| g.digits.as_str())
    }

    /// Whether the word stands between the two ends of a range.
    pub fn is_range_word(&self, word: WordId) -> bool {
        self.get(word) == Some(NumberWord::Range)
    }
}

/// The number that begins at token `at`.
pub(super) fn read(grammar: &Grammar, text: &str, tokens: &[Token], at: usize) -> Option<Number> {
    if let Some(number) = damaged(grammar, text, tokens, at) {
        return Some(number);
    }
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

/// Whether the point in a number groups its thousands, as in much of Europe: 250.000 is seldom 250 told to three places.
/// 1.000 may be.
fn has_point_of_thousands(written: &str) -> bool {
    written.split_once('.').is_some_and(|(first, rest)| {
        let first = first.as_bytes();
        rest == "000"
            && first.len() <= 3
            && first.iter().all(u8::is_ascii_digit)
            && first.first() > Some(&b'0')
            && first != b"1"
    })
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

/// A damaged number is looked for over at most so many tokens.
const MOST_PIECES: usize = 16;

/// A number of which a machine has read some digits as letters: "l8 mg", "4OO", "l2.4 x 5.1".
///
/// A letter before digits may as well be a name ("I131", "O2") and one after them a unit ("5l"): what follows decides.
fn damaged(grammar: &Grammar, text: &str, tokens: &[Token], at: usize) -> Option<Number> {
    let part = |i: usize| tokens.get(i).map_or("", |t| t.span().of(text));
    let tight = |i: usize| tokens.get(i).is_some_and(|t| !t.has(SPACE));
    let letters = |i: usize| {
        tokens
            .get(i)
            .filter(|t| t.class == Class::Word)
            .and_then(|t| grammar.numbers.digits_for(t.word, part(i)))
    };
    let first = &tokens[at];
    let begins = if first.class == Class::Number { tight(at + 1) } else { letters(at).is_some() };
    let apart = first.has(SPACE) || at == 0 || tokens[at - 1].class == Class::Mark && part(at - 1) != ".";
    let run = at..tokens.len().min(at + MOST_PIECES);
    let damage = || run.clone().take_while(|i| *i == at || tight(*i)).any(|i| letters(i).is_some());
    if !begins || !apart || !damage() {
        return None;
    }
    let mut digits = String::new();
    let (mut real, mut replaced, mut since_comma) = (false, false, None);
    let mut end = at;
    while end == at || end < run.end && tight(end) {
        let more = tight(end + 1) && (letters(end + 1).is_some() || tokens[end + 1].class == Class::Number);
        if let Some(letters) = letters(end) {
            digits.push_str(letters);
            replaced = true;
        } else if tokens[end].class == Class::Number
            && part(end).bytes().all(|b| b.is_ascii_digit() || b == b'.')
        {
            digits.push_str(part(end));
            real = true;
        } else if end > at && more && part(end) == "." {
            digits.push('.');
        } else if end > at && more && part(end) == "," && since_comma.is_none_or(|n| digits.len() == n + 3) {
            since_comma = Some(digits.len());
        } else {
            break;
        }
        end += 1;
    }
    let glued = tokens.get(end).is_some_and(|t| {
        !t.has(SPACE) && matches!(t.class, Class::Word | Class::Number) && t.roles & role::BEGINS_UNIT == 0
    });
    if !replaced || glued || since_comma.is_some_and(|n| digits.len() != n + 3) {
        return None;
    }
    let begins_unit = |i: usize| tokens.get(i).is_some_and(|t| t.roles & role::BEGINS_UNIT != 0);
    let unit = begins_unit(end) && part(end) != "/" && !grammar.units.parse(text, tokens, end).is_empty();
    let next = tokens.get(end + 1);
    let number_next = next.filter(|t| t.class == Class::Number).and_then(|t| single(text, t));
    let joined = unit
        || match part(end) {
            // "l4-5" is more likely a place in the spine than 14 to 5.
            "-" | "–" => {
                number_next.is_some_and(|n| Decimal::parse(&digits).is_some_and(|d| d < n))
                    || begins_unit(end + 1)
            }
            "/" => digits.len() > 2 && number_next.is_some(),
            "x" | "×" | "X" => number_next.is_some(),
            _ => number_next.is_some() && grammar.numbers.get(tokens[end].word) == Some(NumberWord::Share),
        }
        // "day l0", "week l2"
        || at > 0 && first.has(SPACE) && begins_unit(at - 1);
    let sure = if !real {
        // "lO mg", but not "Io" and "ll".
        unit && digits.starts_with("10")
    } else if first.class != Class::Number {
        // "INR l.2", but not "of 5 l.2 patients"
        let decimal = digits.contains('.') && (at == 0 || tokens[at - 1].class != Class::Number);
        (joined || decimal) && (!digits.starts_with('0') || digits.starts_with("0."))
    } else {
        // Between digits and after them a letter is no unit, unless it is the only one and stands last.
        end - at > 2 || digits.ends_with('0') || unit
    };
    let value = Decimal::parse(&digits).filter(|_| sure)?;
    let whole = !digits.contains('.');
    Some(Number { start: at as u32, end: end as u32, value, ordinal: false, whole, repaired: true })
}

fn digits(grammar: &Grammar, text: &str, tokens: &[Token], at: usize) -> Option<Number> {
    let token = &tokens[at];
    let written = token.span().of(text);
    // Raised digits are part of a unit.
    if token.has(RAISED) {
        return None;
    }
    let before = tokens[..at].last().filter(|t| !token.has(SPACE) && t.class == Class::Word);
    // "l8" is a damaged number even where it is not known of what, and half of one is a wrong one.
    if before.is_some_and(|t| grammar.numbers.digits_for(t.word, t.span().of(text)).is_some()) {
        return None;
    }
    let thousands = has_point_of_thousands(written);
    let mut value = match thousands {
        true => Decimal::parse(&written.replace('.', ""))?,
        false => single(text, token)?,
    };
    let mut end = at + 1;
    let mut whole = (thousands || !written.contains('.')) && written.is_ascii();
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
    // Digits inside a word (B12, CD20) end with it, behind a hyphen (IGF-1) too.
    let named = part(at.wrapping_sub(1)) == "-"
        && !token.has(SPACE)
        && at >= 2
        && !tokens[at - 1].has(SPACE)
        && tokens[at - 2].class == Class::Word;
    if whole && before.is_none() && !named && written.len() <= 3 && written != "0" {
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
        && !(at >= 2 && tokens[at - 2].class == Class::Number)
        // Behind a quantity a dash leads to the next one, "of −5" has no quantity before it.
        && !(at >= 3
            && tokens[at - 2].roles & role::BEGINS_UNIT != 0
            && (tokens[at - 3].class == Class::Number || part(at - 3) == "/"))
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
    Some(Number { start: at as u32, end: end as u32, value, ordinal, whole, repaired: false })
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
                repaired: false,
            });
        }
        NumberWord::Fraction(value) => {
            return Some(Number {
                start: at as u32,
                end: at as u32 + 1,
                value: thousandths(i64::from(value) * 10),
                ordinal: false,
                whole: false,
                repaired: false,
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
    (end > at).then_some(Number { start: at as u32, end: end as u32, value, ordinal, whole, repaired: false })
}

#[cfg(test)]
mod tests {
    use crate::Extractor;
    use crate::model::{Field, Report};

    /// What was read of each dose, duration, size and percentage, and the numbers that were mended.
    fn told(report: &Report<'_>) -> (Vec<String>, usize) {
        let numbers = report.entities.iter().filter_map(|entity| {
            let fields = [Field::Value, Field::Low, Field::High, Field::Numerator, Field::Denominator];
            let numbers: Vec<String> =
                fields.iter().filter_map(|f| entity.value.number(*f)).map(|n| n.to_string()).collect();
            (!numbers.is_empty()).then(|| numbers.join(" "))
        });
        let mended = report.issues.iter().filter(|issue| issue.code == "number-repaired").count();
        (numbers.collect(), mended)
    }

    #[test]
    fn letters_in_the_place_of_digits_are_read_and_told() {
        let extractor = Extractor::new().unwrap();
        for (text, numbers, mended) in [
            ("He received imatinib 4OO mg.", &["400"][..], 1),
            ("He received imatinib lO mg.", &["10"], 1),
            ("She lost 2,2OO ml of blood.", &["2200"], 1),
            ("Viable tumour was left in l0-15 % of it.", &["10 15"], 1),
            ("l6 of 99 nodes were involved.", &["16 99"], 1),
            ("It lasted for 24O days.", &["240"], 1),
            ("INR l.2, pH 7.l4.", &["1.2", "7.14"], 2),
            // A unit, a name and a place in the spine are no damage.
            ("She lost 5l of blood.", &["5"], 0),
            ("Radioiodine I131 30 mCi was given.", &["30"], 0),
            // A number that ends a name is not the thousands of the one behind it.
            ("IGF-1 650 ng/mL.", &["650"], 0),
            ("CA 125 340 U/mL.", &["340"], 0),
            ("CA 19-9 250 U/mL.", &["250"], 0),
            ("CA 125 1,340 U/mL.", &["1340"], 0),
            ("Platelets 12 500 /mm3.", &["12500"], 0),
            ("A base excess of −7 mmol/L.", &["-7"], 0),
            ("A fracture of l4-5 was seen.", &[], 0),
        ] {
            let found = told(&extractor.extract(text));
            assert_eq!(found, (numbers.iter().map(|n| (*n).to_owned()).collect(), mended), "{text}");
        }
    }
}
