//! `casegrain extract`

use super::export::{self, Exported};
use super::inputs::Inputs;
use super::output::Output;
use anyhow::ensure;
use casegrain::export::{Document, Format, Rendered};
use casegrain::model::{EntityType, OffsetUnit};
use casegrain::run;
use casegrain::write::{JsonOptions, JsonWriter, Layout, Stream, TypeSet};
use clap::ValueEnum;
use std::path::PathBuf;
use std::process::ExitCode;

/// Read reports and write what they say as JSON, or as a folder of files for registries and annotators.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    inputs: Inputs,

    /// The file to write to, or the folder for formats that are one; it appears, whole, when everything is done.
    /// Standard output otherwise.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,

    /// How to write reports.
    #[arg(long, value_name = "FORMAT", default_value = "jsonl", value_parser = export::parser(OWN))]
    format: String,

    #[command(flatten)]
    export: export::ExportArgs,

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

/// The formats of one file, which only `extract` writes.
const OWN: &[(&str, &str)] =
    &[("jsonl", "one report a line (JSON Lines)"), ("json", "one array, indented for reading")];

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Checks {
    /// Those that did not hold, as issues.
    Failed,
    /// Also those that held, in a list of their own.
    All,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
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
    // Needed to the end of the process: taking a grammar set apart would only cost time.
    let extractor: &_ =
        Box::leak(Box::new(super::extractor(args.grammars.as_deref())?.listing_checks(checks)));
    let only = if args.only.is_empty() { TypeSet::ALL } else { args.only.iter().copied().collect() };
    if let Some(format) = Format::from_name(&args.format) {
        ensure!(
            args.offsets == Offsets::Chars,
            "--offsets is for JSON; {} has a unit of its own",
            format.name
        );
        let settings = args.export.settings();
        let exported = Exported::create(format, args.output.as_deref(), &args.export)?;
        return args.inputs.run(exported, |record, out: &mut Vec<Rendered>| {
            let report = extractor.extract(&record.text);
            let mut made = run::Record::of(record, &report, extractor.grammar_hash());
            made.keep_only(only);
            let document = Document::read(&made, &record.text, &settings);
            let mut rendered = Rendered::new(&made.id);
            (format.render)(&document, &mut rendered);
            out.push(rendered);
        });
    }
    let layout = if args.format == "json" { Layout::Array } else { Layout::Lines };
    let offsets = match args.offsets {
        Offsets::Chars => OffsetUnit::Chars,
        Offsets::Bytes => OffsetUnit::Bytes,
        Offsets::Utf16 => OffsetUnit::Utf16,
    };
    let writer = JsonWriter::new(extractor.grammar_hash(), JsonOptions { offsets, only, layout, checks });
    let output = Output::open(args.output.as_deref())?;
    args.inputs.run(Stream::new(output, layout), |record, out: &mut Vec<u8>| {
        writer.write(record, &extractor.extract(&record.text), out);
    })
}
