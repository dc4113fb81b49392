//! Written forms of sequence variants and translocations.

use crate::grammar::residues::Residues;

/// Bases are counted this far and further, residues seldom.
const FAR: u32 = 250;

/// A variant in HGVS form where that is certain, otherwise as written: `V600E` becomes `p.V600E`, spaces go, a
/// damaged `>` is mended.
pub(super) fn hgvs(residues: &Residues, written: &str) -> String {
    let compact: String = written.chars().filter(|c| !c.is_whitespace()).collect();
    let compact = compact.replace("&gt;", ">").replace('→', ">").replace("->", ">").replace('−', "-");
    if compact.len() > 2 && compact.as_bytes()[1] == b'.' {
        return compact;
    }
    if is_substitution(residues, &compact) { format!("p.{compact}") } else { compact }
}

/// Whether this is a protein substitution without its `p.`: `V600E`, `Val600Glu`.
fn is_substitution(residues: &Residues, text: &str) -> bool {
    let digits = text.find(|c: char| c.is_ascii_digit());
    let Some(start) = digits else { return false };
    let end = text[start..].find(|c: char| !c.is_ascii_digit()).map_or(text.len(), |n| start + n);
    let (from, to) = (&text[..start], &text[end..]);
    // C677T and G20210A are changes of bases: no protein residue is meant that far in a string of bases.
    let position: u32 = text[start..end].parse().unwrap_or(0);
    if residues.is_base(from) && residues.is_base(to) && position > FAR {
        return false;
    }
    residues.is_amino(from) && residues.is_amino(to)
}

/// A translocation without spaces and with plain marks: `t(11;22)(p13;q12)`.
pub(super) fn iscn(written: &str) -> String {
    written
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '；' => ';',
            '–' | '−' => '-',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{hgvs, iscn};
    use crate::grammar::Grammar;

    #[test]
    fn protein_changes_get_their_prefix_and_base_changes_do_not() {
        let grammar = Grammar::built_in().unwrap();
        for (written, expected) in [
            ("V600E", "p.V600E"),
            ("Val600Glu", "p.Val600Glu"),
            ("G12C", "p.G12C"),
            ("C677T", "C677T"),
            ("c.35 delG", "c.35delG"),
            ("c.1799T → A", "c.1799T>A"),
            ("R132*", "p.R132*"),
            ("exon 19 deletion", "exon19deletion"),
        ] {
            assert_eq!(hgvs(&grammar.residues, written), expected);
        }
    }

    #[test]
    fn translocations_lose_their_spaces() {
        assert_eq!(iscn("t (11; 22) (p13; q12)"), "t(11;22)(p13;q12)");
    }
}
