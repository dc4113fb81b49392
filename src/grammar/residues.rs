//! What `residues.tsv` says of the signs with which variants of proteins are written.

use super::source::rows;

/// The signs of amino acids and bases.
#[derive(Debug, Default)]
pub(crate) struct Residues {
    /// Of amino acids and of what stands in their place.
    amino: Vec<Box<str>>,
    /// Three-letter signs, which count in any case.
    three: Vec<Box<str>>,
    bases: Vec<Box<str>>,
}

impl Residues {
    /// Reads the table: sign, three-letter sign, name, kind; also returns what is wrong with it as line and message.
    pub(super) fn load(text: &str) -> (Self, Vec<(u32, String)>) {
        let mut residues = Residues::default();
        let mut wrong = Vec::new();
        for (number, line) in rows(text) {
            let ([sign, three, _, kind @ "residue"] | [sign, three, _, kind @ "base"]) =
                line.split('\t').collect::<Vec<_>>()[..]
            else {
                let what = "a line is sign, three-letter sign, name, and `residue` or `base`";
                wrong.push((number, what.to_owned()));
                continue;
            };
            let signs = if kind == "base" { &mut residues.bases } else { &mut residues.amino };
            if sign.is_empty() || signs.iter().any(|known| **known == *sign) {
                wrong.push((number, format!("`{sign}` is no sign of its own")));
                continue;
            }
            signs.push(sign.into());
            if !three.is_empty() {
                residues.three.push(three.into());
            }
        }
        (residues, wrong)
    }

    /// Whether this is the sign of an amino acid or of what stands in its place, with one letter or three.
    pub(crate) fn is_amino(&self, sign: &str) -> bool {
        self.amino.iter().any(|known| **known == *sign)
            || self.three.iter().any(|known| known.eq_ignore_ascii_case(sign))
    }

    /// Whether this is the sign of a base.
    pub(crate) fn is_base(&self, sign: &str) -> bool {
        self.bases.iter().any(|known| **known == *sign)
    }
}

#[cfg(test)]
mod tests {
    use super::Residues;
    use crate::grammar::Grammar;

    #[test]
    fn the_built_in_table_has_twenty_amino_acids_and_four_bases() {
        let grammar = Grammar::built_in().unwrap();
        let (residues, wrong) = Residues::load(grammar.sources.find("residues.tsv").unwrap());
        assert_eq!(wrong, []);
        // The twenty, the stop in its two signs, the shifted frame.
        assert_eq!((residues.amino.len(), residues.three.len(), residues.bases.len()), (23, 21, 4));
        for sign in ["V", "Val", "VAL", "*", "Ter", "X", "fs"] {
            assert!(residues.is_amino(sign), "{sign}");
        }
        assert!(!residues.is_amino("v") && !residues.is_amino("B") && !residues.is_amino(""));
        assert!(residues.is_base("G") && !residues.is_base("U"));
    }

    #[test]
    fn wrong_lines_are_told() {
        let text = "sign\tthree\tname\tkind\nV\tVal\tvaline\tresidue\nV\tVal\tvaline\tresidue\nA\tAla\talanine\tacid\nA\n";
        let (_, wrong) = Residues::load(text);
        assert_eq!(wrong.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 4, 5]);
    }
}
