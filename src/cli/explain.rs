//! `casegrain explain`

use super::inputs::Inputs;
use super::output::Output;
use casegrain::explain::explain;
use casegrain::write::{Layout, Stream};
use std::path::PathBuf;
use std::process::ExitCode;

/// Tell why facts are there: rule, captures, cues, and what competed and lost.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    inputs: Inputs,

    /// Only what stands at this place, in code points from the beginning of the text.
    #[arg(long, value_name = "OFFSET")]
    at: Option<usize>,

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
        if args.id.as_ref().is_some_and(|id| *id != record.id) {
            return;
        }
        let at = args
            .at
            .map(|at| record.text.char_indices().nth(at).map_or(record.text.len(), |(byte, _)| byte) as u32);
        out.extend_from_slice(explain(&extractor, &record.text, at).as_bytes());
    })
}
