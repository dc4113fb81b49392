//! `casegrain extract`

use super::inputs::Inputs;
use super::output::Output;
use casegrain::model::{EntityType, OffsetUnit};
use casegrain::write::{JsonOptions, JsonWriter, Layout, Stream, TypeSet};
use clap::ValueEnum;
use std::path::PathBuf;
use std::process::ExitCode;

/// Read reports and write what they say as JSON.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    inputs: Inputs,

    /// The file to write to; it appears, whole, when everything is done. Standard output otherwise.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,

    /// How to write reports.
    #[arg(long, value_enum, default_value = "jsonl")]
    format: Form,

    /// A folder of grammars that adds to the built-in ones or replaces them.
    #[arg(long, value_name = "DIR")]
    grammars: Option<PathBuf>,

    /// What `start` and `end` count.
    #[arg(long, value_enum, default_value = "chars")]
    offsets: Offsets,

    /// Which checks to report.
    #[arg(long, value_enum, default_value = "failed")]
    checks: Checks,

    /// Only entities of these types, with commas between them.
    #[arg(long, value_name = "TYPES", value_delimiter = ',', value_parser = super::entity_type)]
    only: Vec<EntityType>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// One report a line (JSON Lines).
    Jsonl,
    /// One array, indented for reading.
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Checks {
    /// Those that did not hold, as issues.
    Failed,
    /// Also those that held, in a list of their own.
    All,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Offsets {
    /// Unicode code points, as Python counts.
    Chars,
    /// UTF-8 bytes, as Rust and Go count.
    Bytes,
    /// UTF-16 code units, as JavaScript and Java count.
    Utf16,
}

pub(super) fn run(args: Args) -> anyhow::Result<ExitCode> {
    let checks = matches!(args.checks, Checks::All);
    let extractor = super::extractor(args.grammars.as_deref())?.listing_checks(checks);
    let layout = match args.format {
        Form::Jsonl => Layout::Lines,
        Form::Json => Layout::Array,
    };
    let offsets = match args.offsets {
        Offsets::Chars => OffsetUnit::Chars,
        Offsets::Bytes => OffsetUnit::Bytes,
        Offsets::Utf16 => OffsetUnit::Utf16,
    };
    let only = if args.only.is_empty() { TypeSet::ALL } else { args.only.iter().copied().collect() };
    let writer = JsonWriter::new(extractor.grammar_hash(), JsonOptions { offsets, only, layout, checks });
    let output = Output::open(args.output.as_deref())?;
    args.inputs.run(Stream::new(output, layout), |record, out| {
        writer.write(record, &extractor.extract(&record.text), out);
    })
}
