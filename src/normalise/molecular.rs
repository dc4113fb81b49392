//! Written forms of sequence variants and translocations.

/// One-letter amino acids with their three-letter codes, from the IUPAC table.
const AMINO_ACIDS: [(&str, &str); 21] = [
    ("A", "Ala"), ("R", "Arg"), ("N", "Asn"), ("D", "Asp"), ("C", "Cys"), ("E", "Glu"), ("Q", "Gln"), ("G", "Gly"),
    ("H", "His"), ("I", "Ile"), ("L", "Leu"), ("K", "Lys"), ("M", "Met"), ("F", "Phe"), ("P", "Pro"), ("S", "Ser"),
    ("T", "Thr"), ("W", "Trp"), ("Y", "Tyr"), ("V", "Val"), ("*", "Ter"),
];

/// A variant in HGVS form where that is certain, otherwise as written: `V600E` becomes `p.V600E`, spaces go, a
/// damaged `>` is mended.
pub(super) fn hgvs(written: &str) -> String {
    let compact: String = written.chars().filter(|c| !c.is_whitespace()).collect();
    let compact = compact.replace("&gt;", ">").replace('→', ">").replace("->", ">").replace('−', "-");
    if compact.len() > 2 && compact.as_bytes()[1] == b'.' {
        return compact;
    }
    if is_substitution(&compact) { format!("p.{compact}") } else { compact }
}

/// Whether this is a protein substitution without its `p.`: `V600E`, `Val600Glu`.
fn is_substitution(text: &str) -> bool {
    let digits = text.find(|c: char| c.is_ascii_digit());
    let Some(start) = digits else { return false };
    let end = text[start..].find(|c: char| !c.is_ascii_digit()).map_or(text.len(), |n| start + n);
    let residue = |part: &str| {
        AMINO_ACIDS.iter().any(|(one, three)| part == *one || part.eq_ignore_ascii_case(three)) || part == "X" || part == "fs"
    };
    start > 0 && end < text.len() && residue(&text[..start]) && residue(&text[end..])
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
