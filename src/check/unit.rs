//! UCUM codes as factors and dimensions, so that quantities can be compared.

use super::table::{Row, Rows};
use crate::grammar::units::Units;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

pub(super) const COLUMNS: &[&str] = &["dimension", "as"];

/// A dimension whose units have no common scale; they are compared only with themselves.
const OWN: &str = "own";

/// The prefixes of the international system that are in use for quantities in medicine.
const PREFIXES: &[&str] = &["", "k", "d", "c", "m", "u", "n", "p"];
const POWERS: &[u8] = &[3, 6, 9, 12];

/// What a unit measures: dimensions and their powers, in order; two units of the same dimensions can be converted.
pub(super) type Dimensions = SmallVec<[(u16, i8); 4]>;

/// A unit: its dimensions and its factor to the product of their base units.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Code {
    pub(super) dimensions: Dimensions,
    pub(super) factor: f64,
}

impl Code {
    /// This unit in the time, area or whatever that `other` is.
    pub(super) fn per(&self, other: &Code) -> Code {
        let mut code = self.clone();
        code.factor /= other.factor;
        for (dimension, power) in &other.dimensions {
            multiply(&mut code.dimensions, *dimension, -power);
        }
        code
    }
}

/// The units that UCUM codes are put together from.
#[derive(Debug, Default)]
pub(super) struct Codes {
    atoms: FxHashMap<Box<str>, Code>,
    mass: u16,
    amount: u16,
    volume: u16,
}

impl Codes {
    /// From the units of a grammar set, and a table that says which of their dimensions are made of others.
    pub(super) fn load(units: &Units, rows: Rows<'_, '_>) -> Self {
        let mut names: Vec<String> = units.dimensions().to_vec();
        let mut number = |name: &str| -> u16 {
            let at = names.iter().position(|n| n == name).unwrap_or_else(|| {
                names.push(name.to_owned());
                names.len() - 1
            });
            at as u16 + 1
        };
        let (mass, amount, volume) = (number("mass"), number("amount"), number("volume"));
        let mut made: FxHashMap<u16, Option<Dimensions>> = FxHashMap::default();
        let mut counted = Vec::new();
        rows.each(|row| {
            if row.text(0).starts_with('{') {
                counted.push(row.text(0));
                return Some(());
            }
            let from = number(row.text(0));
            let to = match row.text(1) {
                OWN => None,
                other => Some(dimensions(other, &mut number)),
            };
            if made.insert(from, to).is_some() {
                row.error(format!("{} stands twice", row.text(0)));
            }
            Some(())
        });
        let mut atoms: FxHashMap<Box<str>, Code> = FxHashMap::default();
        let mut own = u16::MAX;
        for atom in units.atoms() {
            let dimensions = match made.get(&u16::from(atom.dimension)) {
                None => SmallVec::from_slice(&[(u16::from(atom.dimension), 1)]),
                Some(Some(dimensions)) => dimensions.clone(),
                Some(None) => {
                    own -= 1;
                    SmallVec::from_slice(&[(own, 1)])
                }
            };
            atoms.entry(atom.ucum.as_str().into()).or_insert(Code { dimensions, factor: atom.factor });
        }
        for ucum in counted {
            own -= 1;
            let dimensions = SmallVec::from_slice(&[(own, 1)]);
            atoms.entry(ucum.into()).or_insert(Code { dimensions, factor: 1.0 });
        }
        Codes { atoms, mass, amount, volume }
    }

    /// What a UCUM code means; none for a code with an unknown part. An empty code is a bare number.
    pub(super) fn code(&self, ucum: &str) -> Option<Code> {
        if ucum.is_empty() || ucum == "1" {
            return Some(Code { dimensions: SmallVec::new(), factor: 1.0 });
        }
        if let Some(code) = self.atoms.get(ucum) {
            return Some(code.clone());
        }
        let mut whole = Code { dimensions: SmallVec::new(), factor: 1.0 };
        for (number, part) in ucum.split('/').enumerate() {
            if number == 0 && part.is_empty() {
                continue;
            }
            let (times, atom) = match self.atoms.get(part) {
                Some(atom) => (1.0, atom),
                None => {
                    let inner = part.strip_prefix('(').and_then(|p| p.strip_suffix(')')).unwrap_or(part);
                    let (first, rest) = inner.split_once('.')?;
                    let times = match self.atoms.get(first) {
                        Some(multiplier) if multiplier.dimensions.is_empty() => multiplier.factor,
                        _ => first.parse().ok()?,
                    };
                    (times, self.atoms.get(rest)?)
                }
            };
            let power = if number == 0 { 1 } else { -1 };
            let factor = times * atom.factor;
            whole.factor = if number == 0 { whole.factor * factor } else { whole.factor / factor };
            for (dimension, own) in &atom.dimensions {
                multiply(&mut whole.dimensions, *dimension, own * power);
            }
        }
        Some(whole)
    }

    /// The same as `code`, for a table; tells what is wrong.
    pub(super) fn code_of(&self, row: &mut Row<'_, '_>, ucum: &str) -> Option<Code> {
        let code = self.code(ucum);
        if code.is_none() {
            row.error(format!("{ucum:?} is no unit of units.tsv"));
        }
        code
    }

    /// By what a number in `from` is multiplied to be one in `to`; `molar_mass` in g/mol joins mass and amount.
    pub(super) fn factor(&self, from: &Code, to: &Code, molar_mass: Option<f64>) -> Option<f64> {
        if from.dimensions == to.dimensions {
            return Some(from.factor / to.factor);
        }
        let molar_mass = molar_mass?;
        let amounts = |code: &Code| -> Option<(Dimensions, f64)> {
            let mut dimensions = code.dimensions.clone();
            let mut factor = code.factor;
            if let Some(at) = dimensions.iter().position(|(d, power)| *d == self.mass && *power == 1) {
                dimensions.remove(at);
                multiply(&mut dimensions, self.amount, 1);
                factor /= molar_mass;
            }
            Some((dimensions, factor))
        };
        let ((own, factor), (other, base)) = (amounts(from)?, amounts(to)?);
        (own == other).then_some(factor / base)
    }

    /// The dimensions of a volume.
    pub(super) fn volume(&self) -> Dimensions {
        SmallVec::from_slice(&[(self.volume, 1)])
    }

    /// The units that are one slip of the pen away: another prefix, another volume, another power of ten.
    pub(super) fn neighbors(&self, ucum: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut start = 0;
        for part in ucum.split('/').take(2) {
            let (before, after) = (&ucum[..start], &ucum[start + part.len()..]);
            let dimensions = self.atoms.get(part).map(|code| &code.dimensions);
            let stripped = PREFIXES.iter().filter(|p| !p.is_empty()).find_map(|p| part.strip_prefix(p));
            let base = stripped.filter(|base| {
                self.atoms.get(*base).is_some_and(|code| Some(&code.dimensions) == dimensions)
            });
            let variants: Vec<String> = match part.strip_prefix("10*") {
                Some(_) => POWERS.iter().map(|power| format!("10*{power}")).collect(),
                None => PREFIXES.iter().map(|prefix| format!("{prefix}{}", base.unwrap_or(part))).collect(),
            };
            for variant in variants {
                let known = self.atoms.get(&*variant).map(|code| &code.dimensions);
                if variant != part && known.is_some() && known == dimensions {
                    found.push(format!("{before}{variant}{after}"));
                }
            }
            start += part.len() + 1;
        }
        found
    }

    /// Whether the unit is a bare number, a score or a titer: what nobody writes a unit for.
    pub(super) fn is_number(&self, ucum: &str) -> bool {
        ucum.starts_with('{')
            || ucum.starts_with('[')
            || self.code(ucum).is_some_and(|c| c.dimensions.is_empty())
    }
}

/// Dimensions as written: `mass/volume`, `1/volume`, `1`.
fn dimensions(text: &str, number: &mut impl FnMut(&str) -> u16) -> Dimensions {
    let mut all = Dimensions::new();
    for (at, name) in text.split('/').enumerate().filter(|(_, name)| *name != "1") {
        multiply(&mut all, number(name), if at == 0 { 1 } else { -1 });
    }
    all
}

fn multiply(all: &mut Dimensions, dimension: u16, power: i8) {
    match all.binary_search_by_key(&dimension, |(d, _)| *d) {
        Ok(at) => {
            all[at].1 += power;
            if all[at].1 == 0 {
                all.remove(at);
            }
        }
        Err(at) => all.insert(at, (dimension, power)),
    }
}
