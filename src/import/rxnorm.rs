//! RxNorm's `RXNCONSO.RRF`: ingredients and brand names. Clinical drugs, which are names with strength and form, are
//! left out: the rules read those from their pieces.

use super::{Import, Surface};
use anyhow::{Context, bail};
use rustc_hash::FxHashMap;
use std::io::BufRead;

/// Columns of the file: RXCUI, LAT, SAB, TTY, STR, SUPPRESS.
const COLUMNS: [usize; 6] = [0, 1, 11, 12, 14, 16];

pub(super) fn read(input: impl BufRead) -> anyhow::Result<Import> {
    let mut import = Import::default();
    // By RXCUI: the name in RxNorm itself, and all other names.
    let mut concepts: FxHashMap<String, (Option<String>, Vec<String>)> = FxHashMap::default();
    let mut order: Vec<String> = Vec::new();
    for (number, line) in (1..).zip(input.lines()) {
        let line = line.with_context(|| format!("line {number} cannot be read"))?;
        let cells: Vec<&str> = line.split('|').collect();
        let [Some(rxcui), Some(language), Some(source), Some(kind), Some(text), Some(suppressed)] =
            COLUMNS.map(|c| cells.get(c).copied())
        else {
            bail!("line {number} has {} columns instead of 18: is it RXNCONSO.RRF?", cells.len());
        };
        if language != "ENG" || !matches!(suppressed, "N" | "") {
            import.leave_out("suppressed or in another language");
            continue;
        }
        let own = source == "RXNORM" && matches!(kind, "IN" | "PIN" | "MIN" | "BN");
        // Names that other sources have for the same ingredient or brand.
        let other = matches!(kind, "IN" | "PIN" | "BN" | "SY" | "PT" | "SU" | "FN");
        if !own && !other {
            import.leave_out("clinical drugs and forms");
            continue;
        }
        let concept = match concepts.get_mut(rxcui) {
            Some(concept) => concept,
            None => {
                order.push(rxcui.to_owned());
                concepts.entry(rxcui.to_owned()).or_default()
            }
        };
        match own {
            true if concept.0.is_none() => concept.0 = Some(text.to_owned()),
            _ => concept.1.push(text.to_owned()),
        }
    }
    for rxcui in order {
        let Some((Some(name), others)) = concepts.remove(&rxcui) else {
            import.leave_out("neither ingredient nor brand");
            continue;
        };
        let surfaces = std::iter::once(&name).chain(&others).map(|s| Surface::new(s)).collect::<Vec<_>>();
        import.add(surfaces, vec![format!("RxNorm:{rxcui}")]);
    }
    Ok(import)
}
