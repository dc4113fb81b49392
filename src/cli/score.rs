//! `casegrain score`

use super::gold_input::{GoldArgs, extract, saved};
use super::output::{print, write};
use anyhow::{anyhow, bail};
use casegrain::Extractor;
use casegrain::gold::Level;
use casegrain::score::floors::{Floors, figures};
use casegrain::score::show::Most;
use casegrain::score::{Options, Score, found_by_no_other, note_nearest, score, show};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
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
    #[arg(long, value_name = "DIR")]
    grammars: Option<PathBuf>,

    /// How many examples of each pattern of errors are shown; 0 for no errors at all.
    #[arg(long, value_name = "N", default_value_t = 3)]
    most: usize,

    /// How many patterns of errors are shown, the worst first; a page has at least 100.
    #[arg(long, value_name = "N", default_value_t = 10)]
    patterns: usize,

    /// How often documents are drawn for the intervals; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    samples: usize,

    /// The seed of these draws.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// A table of floors: the exit code is 1 if a figure is below its own, or not measured.
    #[arg(long, value_name = "FILE")]
    floors: Option<PathBuf>,

    /// Lift floors to the figures that are above them, if all are held; make the table if there is none.
    #[arg(long, requires = "floors")]
    raise: bool,

    /// How many points below a figure its floor is set, when floors are lifted.
    #[arg(long, value_name = "POINTS", default_value_t = 0.0, requires = "raise", value_parser = margin)]
    margin: f64,

    /// Show what each rule did: matches, right and wrong, what is not found without it; and the rules that made
    /// nothing. Each text is read once more for each rule that found something in it.
    #[arg(long)]
    rules: bool,

    /// Write one JSON object with all figures and faults instead of text for people.
    #[arg(long, conflicts_with = "markdown")]
    json: bool,

    /// Write Markdown, for a comment on a change.
    #[arg(long)]
    markdown: bool,

    /// Write a page with charts and faults in highlighted text to this file, too.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// Write a JUnit report to this file, too: a test case for each floor, or for each type without floors; documents
    /// that could not be scored are errors.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

pub(super) fn run(args: Args) -> anyhow::Result<ExitCode> {
    if args.predicted.is_some() && args.grammars.is_some() && !args.rules {
        bail!("--grammars says what reads the texts, but a saved run is given");
    }
    // The rules that a saved run may have used are those of the grammars, too.
    let extractor = match &args.predicted {
        Some(_) if !args.rules => None,
        _ => Some(super::extractor(args.grammars.as_deref())?),
    };
    let mut floors = args.floors.as_deref().map(|file| read(file, args.raise)).transpose()?;
    let mut scored = measure(&args, extractor.as_ref())?;
    if let (Some(floors), Some(file)) = (&floors, &args.floors) {
        scored.hold(floors);
        let none = scored.floors.iter().flatten().all(|floor| floor.figure.is_none());
        if none && floors.iter().next().is_some() {
            bail!(
                "{}: none of its floors is for a figure of this score; are they those of other gold?",
                file.display()
            );
        }
    }
    let most = Most { patterns: args.patterns, examples: args.most };
    let shown = if args.json {
        format!("{}\n", show::json(&scored))
    } else if args.markdown {
        show::markdown(&scored, most)
    } else if args.rules {
        show::rules(&scored)
    } else {
        show::text(&scored, most)
    };
    if let Some(file) = &args.html {
        write(file, &show::html(&scored, Most { patterns: args.patterns.max(PAGE.patterns), ..PAGE }))?;
    }
    if let Some(file) = &args.junit {
        write(file, &show::junit(&scored))?;
    }
    let code = match (&args.floors, &mut floors) {
        (Some(file), Some(floors)) => hold(&scored, file, floors, &args)?,
        _ => ExitCode::SUCCESS,
    };
    print(&shown, code)
}

/// How much of what went wrong a page shows, where many can be folded away.
const PAGE: Most = Most { patterns: 100, examples: 20 };

/// How many points floors lie below the figures; above them they would fall at once.
fn margin(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(points) if (0.0..=100.0).contains(&points) => Ok(points),
        _ => Err("a number of points from 0 to 100 is wanted".into()),
    }
}

/// Reads a table of floors; one that is to be lifted may be missing or empty.
fn read(file: &Path, raise: bool) -> anyhow::Result<Floors> {
    let shown = file.display();
    let floors = match fs::read_to_string(file) {
        Ok(table) => Floors::parse(&table).map_err(|why| anyhow!("{shown}: {why}"))?,
        Err(error) if error.kind() == ErrorKind::NotFound && raise => Floors::default(),
        Err(error) => return Err(anyhow!("cannot read the floors {shown}: {error}")),
    };
    if floors.iter().next().is_none() && !raise {
        bail!("{shown} has no floors, so nothing would be held; --raise sets them to what is reached");
    }
    Ok(floors)
}

/// Says on standard error which floors are not held, and lifts them if that is asked for.
fn hold(scored: &Score, file: &Path, floors: &mut Floors, args: &Args) -> anyhow::Result<ExitCode> {
    let shown = file.display();
    for fall in scored.fallen() {
        eprintln!(
            "casegrain: {shown}: {} {}: {}, floor {:.1}",
            fall.part,
            fall.name,
            fall.told(),
            fall.least
        );
    }
    if args.raise {
        // Figures of a part of the corpus are no figures of the corpus.
        if scored.left_out > 0 || !scored.missing.is_empty() {
            return Err(anyhow!("floors are not lifted on a part of the corpus"));
        }
        match floors.raise(&figures(scored), args.margin) {
            Ok((lifted, added)) => {
                write(file, &floors.to_string())?;
                eprintln!("{lifted} floors lifted, {added} added");
            }
            Err(fallen) => {
                eprintln!(
                    "casegrain: {shown} is left as it was: nothing is lifted while {} not held",
                    are(fallen.len())
                );
            }
        }
    }
    Ok(if scored.fallen().next().is_none() { ExitCode::SUCCESS } else { ExitCode::from(super::SOME_FAILED) })
}

/// So many floors are.
fn are(floors: usize) -> String {
    if floors == 1 { "1 floor is".into() } else { format!("{floors} floors are") }
}

fn measure(args: &Args, extractor: Option<&Extractor>) -> anyhow::Result<Score> {
    let mapping = args.about.mapping(&args.gold)?;
    let (corpus, left_out) = args.about.load(std::slice::from_ref(&args.gold), &mapping)?;
    let records = match (&args.predicted, extractor) {
        (Some(path), _) => saved(path)?,
        (None, Some(extractor)) => extract(extractor, &corpus),
        (None, None) => bail!("neither a saved run nor an extractor"),
    };
    let options = Options { mapping, samples: args.samples, seed: args.seed };
    let mut scored = score(&corpus, &records, &options)?;
    scored.left_out = left_out;
    // Each text is read once more for it, so only where errors are shown.
    let shown = args.most > 0 || args.json || args.html.is_some();
    if let (None, Some(extractor), true) = (&args.predicted, extractor, shown) {
        note_nearest(&mut scored, &corpus, &options.mapping, extractor);
    }
    let errors = corpus.problems.iter().filter(|problem| problem.level == Level::Error);
    scored.broken = errors.map(ToString::to_string).collect();
    if let (true, Some(extractor)) = (args.rules, extractor) {
        scored.note_idle(extractor.grammar());
        // What other grammars made can be counted, but not tried again.
        if let Err(why) = found_by_no_other(&mut scored, &corpus, &options.mapping, &records, extractor) {
            eprintln!("casegrain: {why}");
        }
    }
    Ok(scored)
}
