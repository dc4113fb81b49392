//! `casegrain score`

use super::gold_input::{GoldArgs, extract, saved};
use super::output::print;
use casegrain::score::{Options, Score, score, show};
use std::path::PathBuf;
use std::process::ExitCode;

/// Measure the extractor, or a saved run, against gold.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A file or folder of gold.
    #[arg(value_name = "GOLD")]
    gold: PathBuf,

    /// A saved run on the same texts. Without it, the extractor reads them.
    #[arg(value_name = "PREDICTED")]
    predicted: Option<PathBuf>,

    #[command(flatten)]
    about: GoldArgs,

    /// A folder of grammars that adds to the built-in ones or replaces them.
    #[arg(long, value_name = "DIR", conflicts_with = "predicted")]
    grammars: Option<PathBuf>,

    /// How many faults of each of the most frequent kinds are shown.
    #[arg(long, value_name = "N", default_value_t = 3)]
    most: usize,

    /// How often documents are drawn for the intervals; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    samples: usize,

    /// The seed of these draws.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Write one JSON object with all figures and faults instead of text for people.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: Args) -> anyhow::Result<ExitCode> {
    let scored = measure(&args)?;
    let shown = if args.json { format!("{}\n", show::json(&scored)) } else { show::text(&scored, args.most) };
    print(&shown, ExitCode::SUCCESS)
}

fn measure(args: &Args) -> anyhow::Result<Score> {
    let mapping = args.about.mapping(&args.gold)?;
    let (corpus, left_out) = args.about.load(std::slice::from_ref(&args.gold), &mapping)?;
    let records = match &args.predicted {
        Some(path) => saved(path)?,
        None => extract(&super::extractor(args.grammars.as_deref())?, &corpus),
    };
    let options = Options { mapping, samples: args.samples, seed: args.seed };
    let mut scored = score(&corpus, &records, &options)?;
    scored.left_out = left_out;
    Ok(scored)
}
