//! Units: their spellings, their UCUM codes, and how compounds are put together.

use super::source::{Sources, rows};
use crate::model::Decimal;
use crate::segment::token::{CAPITAL, Class, RAISED, SPACE, Token, tokenize};
use crate::segment::words::{UNKNOWN, WordId, Words, role};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::borrow::Cow;

/// What a unit's dimensions are: numerator and up to three sorted denominators, a byte each.
pub type Signature = u32;

/// A unit that is not put together from others.
#[derive(Clone, Debug)]
pub struct Atom {
    /// UCUM code.
    pub ucum: String,
    /// Number of its dimension.
    pub dimension: u8,
    /// Factor to the base unit of the dimension.
    pub factor: f64,
}

#[derive(Clone, Debug)]
struct Spelling {
    atom: u16,
    /// Written like this, where the case counts.
    exact: Option<String>,
    guarded: bool,
    repaired: bool,
    /// Only in a denominator, or after a times sign for a multiplier.
    below: bool,
    spaces: u8,
    next: u32,
}

/// One factor of a unit in a text.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Factor {
    atom: u16,
    /// A number before the atom, as in mg/24 h; 1 if none.
    times: u16,
}

/// A unit as it stands in a text.
#[derive(Clone, Copy, Debug)]
pub struct Unit {
    factors: [Factor; 4],
    len: u8,
    /// Whether the first factor is a numerator ("/µL" has none).
    numerator: bool,
    multiplier: Option<u16>,
    /// One past the last token.
    pub end: u32,
    /// Its dimensions.
    pub signature: Signature,
    /// Whether it is a short spelling that needs proof.
    pub guarded: bool,
    /// Whether a damaged glyph was read as what it must have been.
    pub repaired: bool,
}

/// A set of dimensions that a rule names.
#[derive(Clone, Debug)]
pub struct DimensionSet {
    /// Its name.
    pub name: String,
    members: Vec<Signature>,
}

impl DimensionSet {
    /// The dimensions that fit.
    pub(crate) fn members(&self) -> &[Signature] {
        &self.members
    }

    /// Whether a unit of these dimensions fits.
    pub fn has(&self, signature: Signature) -> bool {
        self.members.contains(&signature)
    }
}

/// All units of a grammar set.
#[derive(Debug, Default)]
pub struct Units {
    atoms: Vec<Atom>,
    dimensions: Vec<String>,
    nodes: FxHashMap<(u32, WordId), u32>,
    terminals: Vec<u32>,
    spellings: Vec<Spelling>,
    begins: Vec<bool>,
    sets: Vec<DimensionSet>,
    words: Joints,
    /// The most spaces that a spelling has.
    most_spaces: u8,
}

/// The words that join units, from the rows of dimension `joint` in the table.
#[derive(Debug, Default)]
struct Joints {
    slash: WordId,
    per: Vec<WordId>,
    times: Vec<WordId>,
    minus: WordId,
    one: WordId,
    hour: Option<u16>,
    day: Option<u16>,
}

const MULTIPLIER: &str = "multiplier";
const ONE: u8 = 255;

impl Units {
    /// Loads `units.tsv`; returns what is wrong with it as line and message.
    pub fn load(&mut self, sources: &Sources, file: u16, words: &mut Words) -> Vec<(u32, String)> {
        let mut wrong = Vec::new();
        let mut tokens = Vec::new();
        self.terminals.push(0);
        let nothing = Spelling {
            atom: 0,
            exact: None,
            guarded: false,
            repaired: false,
            below: false,
            spaces: 0,
            next: 0,
        };
        self.spellings.push(nothing);
        let mut known: FxHashMap<String, u16> = FxHashMap::default();
        for (number, line) in rows(sources.text(file)) {
            let cells: Vec<&str> = line.split('\t').collect();
            let [spelling, ucum, dimension, factor, flags] = cells[..] else {
                wrong.push((
                    number,
                    format!("{} columns instead of 5: spelling, ucum, dimension, factor, flags", cells.len()),
                ));
                continue;
            };
            if dimension == "joint" {
                let word = words.add(spelling);
                match ucum {
                    "/" => self.words.per.push(word),
                    "." => self.words.times.push(word),
                    other => wrong.push((number, format!("a joint is `/` or `.`, not {other:?}"))),
                }
                continue;
            }
            let Ok(factor) = factor.parse::<f64>() else {
                wrong.push((number, format!("{factor:?} is no factor")));
                continue;
            };
            let at = self.dimensions.iter().position(|d| d == dimension).unwrap_or_else(|| {
                self.dimensions.push(dimension.to_owned());
                self.dimensions.len() - 1
            });
            let atom = *known.entry(format!("{ucum} {dimension}")).or_insert_with(|| {
                self.atoms.push(Atom { ucum: ucum.to_owned(), dimension: at as u8 + 1, factor });
                (self.atoms.len() - 1) as u16
            });
            tokenize(spelling, words, &mut tokens);
            let mut node = 0;
            let mut spaces = 0;
            for (i, token) in tokens.iter().enumerate() {
                let part = token.span().of(spelling);
                let word = if token.class == Class::Abbreviation {
                    words.add(&part.replace(['.', '-'], ""))
                } else {
                    words.add(part)
                };
                if i == 0 {
                    self.note_beginning(word);
                } else if token.has(SPACE) {
                    spaces += 1;
                }
                let next = self.terminals.len() as u32;
                let child = *self.nodes.entry((node, word)).or_insert(next);
                if child == next {
                    self.terminals.push(0);
                }
                node = child;
            }
            self.most_spaces = self.most_spaces.max(spaces);
            let flag = |name: &str| flags.split(',').any(|f| f.trim() == name);
            let exact = flag("case").then(|| spelling.to_owned());
            let mut other = self.terminals[node as usize];
            while other != 0 {
                let s = &self.spellings[other as usize];
                if s.exact == exact && s.repaired == flag("repair") && s.spaces == spaces {
                    wrong.push((number, format!("{spelling:?} stands twice")));
                }
                other = s.next;
            }
            self.spellings.push(Spelling {
                atom,
                exact,
                guarded: flag("guard"),
                repaired: flag("repair"),
                below: flag("repair") || flag("below"),
                spaces,
                next: self.terminals[node as usize],
            });
            self.terminals[node as usize] = (self.spellings.len() - 1) as u32;
        }
        self.words.slash = words.add("/");
        self.words.minus = words.add("-");
        self.words.one = words.add("1");
        let find = |ucum: &str| self.atoms.iter().position(|a| a.ucum == ucum).map(|a| a as u16);
        (self.words.hour, self.words.day) = (find("h"), find("d"));
        self.note_beginning(self.words.slash);
        for at in 0..self.words.per.len() {
            self.note_beginning(self.words.per[at]);
        }
        for at in 0..self.words.times.len() {
            self.note_beginning(self.words.times[at]);
        }
        wrong
    }

    fn note_beginning(&mut self, word: WordId) {
        if self.begins.len() <= word as usize {
            self.begins.resize(word as usize + 1, false);
        }
        self.begins[word as usize] = true;
    }

    /// Adds a set of dimensions, such as `mass, mass/time`; an unknown dimension is returned as an error.
    pub(crate) fn add_set(&mut self, name: &str, members: &[&str]) -> Result<u16, String> {
        let members = members.iter().map(|m| self.signature(m)).collect::<Result<_, _>>()?;
        self.sets.push(DimensionSet { name: name.to_owned(), members });
        Ok((self.sets.len() - 1) as u16)
    }

    fn signature(&self, written: &str) -> Result<Signature, String> {
        let mut bytes = [0u8; 4];
        let mut parts = written.split('/');
        let first = parts.next().unwrap_or_default();
        let number = |name: &str| {
            if name == "1" || name.is_empty() {
                return Ok(ONE);
            }
            self.dimensions.iter().position(|d| d == name).map(|d| d as u8 + 1).ok_or_else(|| name.to_owned())
        };
        bytes[0] = number(first)?;
        for (i, part) in parts.enumerate().take(3) {
            bytes[i + 1] = number(part)?;
        }
        bytes[1..].sort_unstable_by(|a, b| b.cmp(a));
        Ok(u32::from_le_bytes(bytes))
    }

    /// What units are put together from.
    pub(crate) fn atoms(&self) -> &[Atom] {
        &self.atoms
    }

    /// The names of the dimensions.
    pub fn dimensions(&self) -> &[String] {
        &self.dimensions
    }

    /// All sets, by number.
    pub fn sets(&self) -> &[DimensionSet] {
        &self.sets
    }

    /// The set of that name, or of that single dimension.
    pub(crate) fn set(&mut self, name: &str) -> Option<u16> {
        if let Some(at) = self.sets.iter().position(|s| s.name == name) {
            return Some(at as u16);
        }
        self.add_set(name, &[name]).ok()
    }

    /// Whether some unit begins with this word.
    pub fn begins(&self, word: WordId) -> bool {
        self.begins.get(word as usize).copied().unwrap_or(false)
    }

    /// The longest spelling of an atom at `at`, and one past its last token.
    fn atom(&self, text: &str, tokens: &[Token], at: usize, denominator: bool) -> Option<(&Spelling, usize)> {
        let mut node = 0;
        let mut end = at;
        let mut spaces = 0;
        let mut best = None;
        while let Some(token) = tokens.get(end) {
            if end > at && token.has(SPACE) {
                spaces += 1;
            }
            if spaces > self.most_spaces {
                break;
            }
            let Some(&next) = self.nodes.get(&(node, token.word)) else { break };
            node = next;
            end += 1;
            let mut terminal = self.terminals[node as usize];
            let mut chosen: Option<&Spelling> = None;
            while terminal != 0 {
                let spelling = &self.spellings[terminal as usize];
                terminal = spelling.next;
                let words = &text[tokens[at].start as usize..token.end as usize];
                let fits = spaces <= spelling.spaces
                    && (denominator || !spelling.below)
                    && spelling.exact.as_ref().is_none_or(|e| e == words);
                // A spelling whose case is right beats one that takes any case.
                if fits && chosen.is_none_or(|c| c.exact.is_none()) {
                    chosen = Some(spelling);
                }
            }
            if let Some(spelling) = chosen {
                best = Some((spelling, end));
            }
        }
        best
    }

    fn is_multiplier(&self, atom: u16) -> bool {
        self.dimensions[self.atoms[atom as usize].dimension as usize - 1] == MULTIPLIER
    }

    /// All units that begin at token `at`, right after a number: the longest first.
    pub fn parse(&self, text: &str, tokens: &[Token], at: usize) -> SmallVec<[Unit; 4]> {
        let mut out = SmallVec::new();
        let Some(first) = tokens.get(at) else { return out };
        if first.roles & role::BEGINS_UNIT == 0 {
            return out;
        }
        let mut unit = Unit {
            factors: [Factor { atom: 0, times: 1 }; 4],
            len: 0,
            numerator: false,
            multiplier: None,
            end: at as u32,
            signature: 0,
            guarded: false,
            repaired: false,
        };
        let mut end = at;
        let times = self.words.times.contains(&first.word);
        // "× ULN" is a unit of its own; "× 10^9" is a sign and a multiplier.
        let begun = if times && self.atom(text, tokens, at, false).is_none() { at + 1 } else { at };
        match self.atom(text, tokens, begun, begun > at) {
            Some((spelling, after)) if self.is_multiplier(spelling.atom) => {
                unit.multiplier = Some(spelling.atom);
                unit.repaired |= spelling.repaired;
                end = after;
                self.finish(&mut unit, end, &mut out);
                if let Some((next, after)) = self.atom(text, tokens, after, false) {
                    end = after;
                    // Cells and the like are an annotation: 10*9{cells}/L is 10*9/L.
                    if !self.atoms[next.atom as usize].ucum.starts_with('{') {
                        unit.factors[0].atom = next.atom;
                        unit.len = 1;
                        unit.numerator = true;
                        self.finish(&mut unit, end, &mut out);
                    }
                }
            }
            Some((spelling, after)) if begun == at => {
                unit.factors[0].atom = spelling.atom;
                unit.len = 1;
                unit.numerator = true;
                unit.guarded = spelling.guarded;
                end = after;
                self.finish(&mut unit, end, &mut out);
            }
            // A times sign without a multiplier joins two lengths, not a number and its unit.
            _ if begun > at => return out,
            _ => {}
        }
        while usize::from(unit.len) < unit.factors.len() {
            let Some((factor, after, repaired)) = self.denominator(text, tokens, end, end == at) else {
                break;
            };
            unit.factors[usize::from(unit.len)] = factor;
            unit.len += 1;
            unit.repaired |= repaired;
            unit.guarded = false;
            end = after;
            self.finish(&mut unit, end, &mut out);
        }
        out.reverse();
        out
    }

    /// `/kg`, `per day`, `/24 h`, `kg-1`.
    fn denominator(
        &self,
        text: &str,
        tokens: &[Token],
        at: usize,
        first: bool,
    ) -> Option<(Factor, usize, bool)> {
        let joint = tokens.get(at)?;
        if joint.word == UNKNOWN {
            return None;
        }
        if joint.word != self.words.slash && !self.words.per.contains(&joint.word) {
            if first {
                return None;
            }
            // "mg kg-1" and "mg·kg-1": an atom to the power of minus one.
            let from = if self.words.times.contains(&joint.word) { at + 1 } else { at };
            let (spelling, end) = self.atom(text, tokens, from, true)?;
            let minus = tokens.get(end)?;
            let one = tokens.get(end + 1)?;
            let power = minus.word == self.words.minus
                && one.word == self.words.one
                && !minus.has(SPACE)
                && !one.has(SPACE);
            return power.then_some((Factor { atom: spelling.atom, times: 1 }, end + 2, spelling.repaired));
        }
        if let Some((spelling, end)) = self.atom(text, tokens, at + 1, true) {
            return Some((Factor { atom: spelling.atom, times: 1 }, end, spelling.repaired));
        }
        let number = tokens.get(at + 1).filter(|t| t.class == Class::Number && !t.has(RAISED))?;
        let times: u16 = number.span().of(text).parse().ok()?;
        let (spelling, end) = self.atom(text, tokens, at + 2, true)?;
        let factor = match (times, self.words.hour, self.words.day) {
            (24, Some(hour), Some(day)) if spelling.atom == hour => Factor { atom: day, times: 1 },
            _ => Factor { atom: spelling.atom, times },
        };
        Some((factor, end, spelling.repaired))
    }

    fn finish(&self, unit: &mut Unit, end: usize, out: &mut SmallVec<[Unit; 4]>) {
        let dimension = |f: &Factor| self.atoms[f.atom as usize].dimension;
        let mut bytes = [0u8; 4];
        let factors = &unit.factors[..usize::from(unit.len)];
        let (head, rest) = match unit.multiplier {
            _ if unit.numerator => (dimension(&factors[0]), &factors[1..]),
            Some(multiplier) => (self.atoms[multiplier as usize].dimension, factors),
            None => (ONE, factors),
        };
        bytes[0] = head;
        for (i, factor) in rest.iter().enumerate().take(3) {
            bytes[i + 1] = dimension(factor);
        }
        bytes[1..].sort_unstable_by(|a, b| b.cmp(a));
        unit.signature = u32::from_le_bytes(bytes);
        unit.end = end as u32;
        out.push(*unit);
    }

    /// The UCUM code of a unit.
    pub fn ucum(&self, unit: &Unit) -> Cow<'_, str> {
        if unit.len == 1 && unit.numerator && unit.multiplier.is_none() && unit.factors[0].times == 1 {
            return Cow::Borrowed(&self.atoms[unit.factors[0].atom as usize].ucum);
        }
        let mut code = String::new();
        if let Some(multiplier) = unit.multiplier {
            code.push_str(&self.atoms[multiplier as usize].ucum);
        }
        for (i, factor) in unit.factors[..usize::from(unit.len)].iter().enumerate() {
            if i > 0 || !unit.numerator {
                code.push('/');
            }
            let ucum = &self.atoms[factor.atom as usize].ucum;
            if i == 0 && unit.numerator && unit.multiplier.is_some() {
                code.push('.');
            }
            if factor.times == 1 {
                code.push_str(ucum);
            } else {
                code.push_str(&format!("({}.{ucum})", factor.times));
            }
        }
        Cow::Owned(code)
    }

    /// The factor of a unit to the product of its base units.
    pub fn factor(&self, unit: &Unit) -> f64 {
        let mut factor = unit.multiplier.map_or(1.0, |m| self.atoms[m as usize].factor);
        for (i, part) in unit.factors[..usize::from(unit.len)].iter().enumerate() {
            let own = self.atoms[part.atom as usize].factor * f64::from(part.times);
            factor = if i == 0 && unit.numerator { factor * own } else { factor / own };
        }
        factor
    }

    /// The two ends of a range in one unit, which ends where the second does: the smaller of the two units, if a whole
    /// number of it makes the greater ("5 mm to 2 cm" is 5 to 20 mm). `None` if none does (weeks and months), if they
    /// measure different things, or if such a range runs downward.
    pub fn in_one(
        &self,
        (low, first): (Decimal, Unit),
        (high, second): (Decimal, Unit),
    ) -> Option<(Decimal, Decimal, Unit)> {
        if first.signature != second.signature {
            return None;
        }
        let ratio = self.factor(&second) / self.factor(&first);
        let whole = |ratio: f64| {
            (ratio >= 1.5 && (ratio - ratio.round()).abs() < 1e-9 * ratio).then(|| ratio.round())
        };
        let ends = if (ratio - 1.0).abs() < 1e-9 {
            return Some((low, high, second));
        } else if let Some(times) = whole(ratio) {
            (low, high.times(times as i64)?, Unit { end: second.end, ..first })
        } else {
            (low.times(whole(ratio.recip())? as i64)?, high, second)
        };
        (ends.0 <= ends.1).then_some(ends)
    }

    /// Whether a guarded unit between tokens `from` (its first) and `end` has proof around it: it touches its
    /// number, or no further word follows in the phrase.
    pub(crate) fn proven(tokens: &[Token], from: usize, end: usize) -> bool {
        let touches = !tokens[from].has(SPACE);
        let ends = tokens.get(end).is_none_or(|t| t.class != Class::Word || t.has(CAPITAL));
        touches && tokens.get(end).is_none_or(|t| t.class != Class::Number || t.has(SPACE))
            || ends && tokens[from].has(SPACE)
    }
}
