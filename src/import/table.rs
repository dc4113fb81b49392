//! Tables with named columns.

use super::{Import, Options, Surface};
use anyhow::{Context, bail};
use csv::{ReaderBuilder, StringRecord};
use std::io::Read;

/// The usual names of the columns, in lower case.
const NAMES: &[&str] = &[
    "name",
    "label",
    "preferred_name",
    "preferred name",
    "preferred_label",
    "preferred label",
    "term",
    "pt",
    "str",
];
const SYNONYMS: &[&str] = &["synonyms", "synonym", "aliases", "alias", "other names", "alternative names"];
const CODES: &[&str] = &["code", "codes", "id", "identifier", "curie", "concept_id", "concept id", "cui"];

pub(super) fn read(input: impl Read, delimiter: u8, options: &Options) -> anyhow::Result<Import> {
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .quoting(delimiter == b',')
        .flexible(true)
        .from_reader(input);
    let header = reader.headers().context("the first line cannot be read")?.clone();
    let column = |asked: &Option<String>, usual: &[&str], what: &str| -> anyhow::Result<Option<usize>> {
        let place = |name: &str| {
            header.iter().position(|h| h.trim_start_matches('\u{feff}').trim().eq_ignore_ascii_case(name))
        };
        match asked {
            Some(name) => match place(name) {
                Some(at) => Ok(Some(at)),
                None => bail!(
                    "there is no column `{name}` for the {what}; the columns are {}",
                    header.iter().collect::<Vec<_>>().join(", ")
                ),
            },
            None => Ok(usual.iter().find_map(|name| place(name))),
        }
    };
    let name = column(&options.name, NAMES, "name")?;
    let Some(name) = name else {
        bail!(
            "no column is called `name`; say which it is with --name: {}",
            header.iter().collect::<Vec<_>>().join(", ")
        )
    };
    let synonyms = column(&options.synonyms, SYNONYMS, "synonyms")?;
    let code = column(&options.code, CODES, "codes")?;
    let mut import = Import::default();
    let mut record = StringRecord::new();
    while reader.read_record(&mut record)? {
        let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).map(str::trim).unwrap_or_default();
        let others = cell(synonyms).split(['|', ';']).map(str::trim).filter(|s| !s.is_empty());
        let codes = cell(code).split(['|', ';']).map(str::trim).filter(|c| !c.is_empty());
        let codes = codes.map(|code| with_system(code, options.system.as_deref())).collect();
        let surfaces: Vec<Surface> = std::iter::once(cell(Some(name)))
            .filter(|s| !s.is_empty())
            .chain(others)
            .map(Surface::new)
            .collect();
        import.add(surfaces, codes);
    }
    Ok(import)
}

/// A code with its system before it.
fn with_system(code: &str, system: Option<&str>) -> String {
    match system {
        Some(system) if !code.starts_with(&format!("{system}:")) => format!("{system}:{code}"),
        _ => code.to_owned(),
    }
}
