//! `casegrain why-not`

use super::output::Output;
use casegrain::explain::why_not;
use casegrain::model::EntityType;
use casegrain::write::{Layout, Stream};
use std::path::PathBuf;
use std::process::ExitCode;

/// Tell why a fact is missing: the nearest rules, and the first element of each that failed.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    inputs: super::inputs::One,

    /// The entity type that is missing.
    #[arg(value_name = "TYPE", value_parser = super::entity_type)]
    kind: EntityType,

    /// Words of the text at which it is missing.
    #[arg(value_name = "TEXT")]
    words: String,

    /// Only the report of this id.
    #[arg(long, value_name = "ID")]
    id: Option<String>,

    /// A folder of grammars that adds to the built-in ones or replaces them.
    #[arg(long, value_name = "DIR")]
    grammars: Option<PathBuf>,
}

pub(super) fn run(args: Args) -> anyhow::Result<ExitCode> {
    let extractor = super::extractor(args.grammars.as_deref())?;
    args.inputs.run(Stream::new(Output::open(None)?, Layout::Lines), |record, out| {
        if args.id.as_ref().is_none_or(|id| *id == record.id) {
            out.extend_from_slice(why_not(&extractor, &record.text, args.kind, &args.words).as_bytes());
        }
    })
}
