//! `casegrain lexicon import`

use anyhow::{Context, bail};
use casegrain::grammar::Grammar;
use casegrain::import::{self, Format, Options};
use clap::Subcommand;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Turn vocabularies of one's own into tables for --grammars.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read a table with named columns (.tsv, .csv), an ontology in OBO (HPO, MONDO, DOID), HGNC's complete set or
    /// RxNorm's RXNCONSO.RRF, and write a table that `--grammars` loads; codes come along as `codings`.
    Import(Import),
}

#[derive(Debug, clap::Args)]
struct Import {
    /// The vocabulary.
    file: PathBuf,
    /// The vocabulary that it adds to: drug, disease, finding, anatomy, procedure, gene, analyte, marker …
    #[arg(long = "as", value_name = "TYPE")]
    kind: String,
    /// The grammar folder to write to.
    #[arg(short, long, value_name = "DIR", default_value = "grammars")]
    output: PathBuf,
    /// The form of the file, where its name and first line do not tell it.
    #[arg(long, value_parser = format)]
    format: Option<Format>,
    /// The column of the preferred name (tables).
    #[arg(long, value_name = "COLUMN")]
    name: Option<String>,
    /// The column of the synonyms, with | or ; between them (tables).
    #[arg(long, value_name = "COLUMN")]
    synonyms: Option<String>,
    /// The column of the code (tables).
    #[arg(long, value_name = "COLUMN")]
    code: Option<String>,
    /// The system of the codes, where they do not begin with it (tables).
    #[arg(long)]
    system: Option<String>,
    /// Take the codes of other systems along that the source names (OBO, HGNC).
    #[arg(long)]
    xrefs: bool,
}

fn format(name: &str) -> Result<Format, String> {
    Format::ALL.iter().copied().find(|f| f.name() == name).ok_or_else(|| {
        let known: Vec<_> = Format::ALL.iter().map(|f| f.name()).collect();
        format!("no such form; the forms are {}", known.join(", "))
    })
}

pub(super) fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Command::Import(args) = args.command;
    let file = args.file.display();
    let grammar = Grammar::built_in()?;
    let known = grammar.lexicon.vocabularies();
    if !known.contains(&args.kind) {
        bail!("no vocabulary is called `{}`; there are {}", args.kind, known.join(", "));
    }
    let mut input =
        BufReader::with_capacity(1 << 16, File::open(&args.file).with_context(|| format!("{file}"))?);
    let first = input.fill_buf().with_context(|| format!("{file}"))?;
    let first = String::from_utf8_lossy(first.split(|b| *b == b'\n').next().unwrap_or_default()).into_owned();
    let Some(format) = args.format.or_else(|| Format::of(&args.file, &first)) else {
        bail!("{file}: what form is it? Say it with --format");
    };
    let options = Options {
        name: args.name,
        synonyms: args.synonyms,
        code: args.code,
        system: args.system,
        xrefs: args.xrefs,
    };
    let import = import::read(input, format, &options).with_context(|| format!("{file}"))?;
    if import.concepts.is_empty() {
        bail!("{file}: no concept is in it");
    }
    let folder = args.output.join("lexicon").join(&args.kind).join("imported");
    let stem = args.file.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    let table = folder.join(format!("{stem}.tsv"));
    std::fs::create_dir_all(&folder).with_context(|| format!("{}", folder.display()))?;
    let mut temporary =
        tempfile::NamedTempFile::new_in(&folder).with_context(|| format!("{}", folder.display()))?;
    let mut out = BufWriter::new(&mut temporary);
    import::write_table(&import, &mut out)
        .and_then(|()| out.flush())
        .with_context(|| format!("{}", table.display()))?;
    drop(out);
    temporary.persist(&table).with_context(|| format!("{}", table.display()))?;
    eprintln!("{} concepts, {} surfaces into {}", import.concepts.len(), import.surfaces(), table.display());
    for (why, count) in &import.left_out {
        eprintln!("left out: {count} {why}");
    }
    Ok(ExitCode::SUCCESS)
}
