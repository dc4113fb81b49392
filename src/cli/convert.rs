//! `casegrain convert`

use super::console::Console;
use super::export::{self, Exported};
use super::inputs::{Destination, finish};
use super::output::stopped;
use anyhow::ensure;
use casegrain::batch::Tally;
use casegrain::export::{Document, Format, Rendered, Settings, Texts};
use casegrain::read::Failure;
use casegrain::run::{Reader, Record};
use rayon::prelude::*;
use std::path::PathBuf;
use std::process::ExitCode;

/// Write a saved run as a folder of files for registries and annotators, without reading the reports again.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What `casegrain extract` wrote, as JSON Lines or as an array, or - for standard input.
    #[arg(value_name = "RUN")]
    run: PathBuf,

    /// The format to write.
    #[arg(long, value_name = "FORMAT", value_parser = export::parser(&[]))]
    format: String,

    /// The folder to write to; it appears, whole, when everything is done.
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,

    /// The reports that the run read, for formats that hold their text: files or folders, as for `extract`.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    texts: Vec<PathBuf>,

    #[command(flatten)]
    export: export::ExportArgs,
}

/// As many records as are written at once.
const AT_ONCE: usize = 128;

pub(super) fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Some(format) = Format::from_name(&args.format) else { unreachable!("the parser knows the formats") };
    ensure!(
        !format.needs_text || !args.texts.is_empty(),
        "--format {} holds the text of the reports, which a saved run does not; name them with --texts",
        format.name
    );
    let settings = args.export.settings();
    let mut texts = Texts::new(&args.texts);
    let mut reader = Reader::open(&args.run).map_err(|failure| anyhow::anyhow!("{failure}"))?;
    let mut exported = Exported::create(format, Some(&args.output), &args.export)?;
    let mut console = Console::new(&[]);
    let mut tally = Tally::default();
    let path = args.run.display().to_string();
    loop {
        let mut records = Vec::with_capacity(AT_ONCE);
        let mut ended = true;
        while let Some(record) = reader.next() {
            match record {
                Ok(record) => {
                    let text = if args.texts.is_empty() { None } else { texts.take(&record.id) };
                    records.push((record, text, reader.line()));
                }
                Err(failure) => {
                    tally.failed += 1;
                    console.failure(&failure);
                }
            }
            if records.len() == AT_ONCE {
                ended = false;
                break;
            }
        }
        for failure in texts.failures() {
            tally.failed += 1;
            console.failure(&failure);
        }
        let made: Vec<_> = records
            .into_par_iter()
            .map(|(record, text, line)| {
                render(format, &record, text.as_deref(), &settings)
                    .map_err(|reason| Failure::new(&path, format!("{}: {reason}", record.id)).at(line))
            })
            .collect();
        let mut rendered = Vec::with_capacity(made.len());
        for result in made {
            match result {
                Ok(one) => rendered.push(one),
                Err(failure) => {
                    tally.failed += 1;
                    console.failure(&failure);
                }
            }
        }
        tally.reports += rendered.len() as u64;
        console.progress(0, rendered.len() as u64);
        if let Err(error) = exported.take(&rendered) {
            return stopped(error);
        }
        if ended {
            break;
        }
    }
    console.finish(Some(&tally));
    finish(exported, &tally)
}

fn render(
    format: &Format,
    record: &Record,
    text: Option<&str>,
    settings: &Settings,
) -> Result<Rendered, String> {
    let document = match text {
        Some(text) => Document::with_text(record, text, settings).map_err(|unfit| unfit.to_string())?,
        None if format.needs_text => return Err("its text is not among those of --texts".into()),
        None => Document::new(record, settings),
    };
    let mut rendered = Rendered::new(&record.id);
    (format.render)(&document, &mut rendered);
    Ok(rendered)
}
