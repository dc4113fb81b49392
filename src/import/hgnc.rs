//! HGNC's complete set, as TSV.

use super::{Import, Options, Surface};
use anyhow::{Context, bail};
use csv::{ReaderBuilder, StringRecord};
use std::io::Read;

pub(super) fn read(input: impl Read, options: &Options) -> anyhow::Result<Import> {
    let mut reader = ReaderBuilder::new().delimiter(b'\t').flexible(true).from_reader(input);
    let header = reader.headers().context("the first line cannot be read")?.clone();
    let place = |name: &str| header.iter().position(|h| h == name);
    let (Some(id), Some(symbol)) = (place("hgnc_id"), place("symbol")) else {
        bail!("it lacks the columns `hgnc_id` and `symbol`: is it HGNC's complete set?");
    };
    let [name, status, alias, previous, entrez, ensembl] =
        ["name", "status", "alias_symbol", "prev_symbol", "entrez_id", "ensembl_gene_id"].map(place);
    let mut import = Import::default();
    let mut record = StringRecord::new();
    while reader.read_record(&mut record)? {
        let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or_default();
        if !matches!(cell(status), "" | "Approved") {
            import.leave_out("withdrawn");
            continue;
        }
        // A symbol counts as it is written: WAS, CAN and REST are words, too.
        let symbols = [cell(alias), cell(previous)].map(|all| all.split('|').filter(|s| !s.is_empty()));
        let mut surfaces = vec![Surface::exact(cell(Some(symbol)))];
        surfaces.extend(symbols.into_iter().flatten().map(Surface::exact));
        surfaces.extend(Some(cell(name)).filter(|n| n.contains(' ')).map(Surface::new));
        let mut codes = vec![cell(Some(id)).to_owned()];
        if options.xrefs {
            for (system, at) in [("NCBIGene", entrez), ("ENSEMBL", ensembl)] {
                codes.extend(Some(cell(at)).filter(|c| !c.is_empty()).map(|c| format!("{system}:{c}")));
            }
        }
        import.add(surfaces, codes);
    }
    Ok(import)
}
