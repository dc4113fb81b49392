//! `casegrain convert`

use super::console::Console;
use super::export::{self, Exported};
use super::inputs::{Destination, finish};
use super::output::stopped;
use anyhow::ensure;
use casegrain::batch::Tally;
use casegrain::export::{Document, Format, Rendered, Settings, Texts};
use casegrain::read::Failure;
use casegrain::run::{Reader, Record, Unread};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
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

    /// How many threads work; as many as there are processors otherwise.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,

    #[command(flatten)]
    export: export::ExportArgs,
}

/// As many records are read and rendered together, and as many bytes of the run: memory grows with neither.
const AT_ONCE: usize = 256;
const BYTES: usize = 8 << 20;

pub(super) fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Some(format) = Format::from_name(&args.format) else { unreachable!("the parser knows the formats") };
    ensure!(
        !format.needs_text || !args.texts.is_empty(),
        "--format {} holds the text of the reports, which a saved run does not; name them with --texts",
        format.name
    );
    let pool = ThreadPoolBuilder::new().num_threads(args.threads.unwrap_or_default().into()).build()?;
    let mut conversion = Conversion {
        format,
        settings: args.export.settings(),
        reader: Reader::open(&args.run).map_err(|failure| anyhow::anyhow!("{failure}"))?,
        path: args.run.display().to_string(),
        texts: (!args.texts.is_empty()).then(|| Texts::new(&args.texts)),
        pool: &pool,
        console: Console::new(&[]),
        tally: Tally::default(),
    };
    let mut exported = Exported::create(format, Some(&args.output), &args.export)?;
    let mut rendered = Vec::new();
    loop {
        // What is rendered is written while the next is read.
        let mut written = Ok(());
        let next = pool.in_place_scope(|scope| {
            scope.spawn(|_| written = exported.take(&rendered));
            conversion.next()
        });
        if let Err(error) = written {
            return stopped(error);
        }
        match next {
            Some(next) => rendered = next,
            None => break,
        }
    }
    let Conversion { console, tally, .. } = conversion;
    console.finish(Some(&tally));
    finish(exported, &tally)
}

/// A run on its way into a format.
struct Conversion<'p> {
    format: &'static Format,
    settings: Settings,
    reader: Reader<'static>,
    path: String,
    texts: Option<Texts>,
    pool: &'p ThreadPool,
    console: Console,
    tally: Tally,
}

impl Conversion<'_> {
    /// What the next records became, in their order; none at the end.
    fn next(&mut self) -> Option<Vec<Rendered>> {
        let unread = self.unread()?;
        let read: Vec<_> = self.pool.install(|| {
            unread
                .into_par_iter()
                .map(|unread| unread.record().map(|record| (record, unread.line())))
                .collect()
        });
        let mut records = Vec::with_capacity(read.len());
        for result in read {
            let Some((record, line)) = self.good(result) else { continue };
            // Texts are looked for in the order of the run.
            let text = self.texts.as_mut().and_then(|texts| texts.take(&record.id));
            records.push((record, text, line));
        }
        for failure in self.texts.as_mut().map(Texts::failures).unwrap_or_default() {
            self.failed(&failure);
        }
        let (format, settings, path) = (self.format, &self.settings, &self.path);
        let made: Vec<_> = self.pool.install(|| {
            let one = |(record, text, line): (Record, Option<String>, u64)| {
                render(format, &record, text.as_deref(), settings)
                    .map_err(|reason| Failure::new(path, format!("{}: {reason}", record.id)).at(line))
            };
            records.into_par_iter().map(one).collect()
        });
        let rendered: Vec<_> = made.into_iter().filter_map(|result| self.good(result)).collect();
        self.tally.reports += rendered.len() as u64;
        self.console.progress(0, rendered.len() as u64);
        Some(rendered)
    }

    /// Records as they stand in the run; none at its end.
    fn unread(&mut self) -> Option<Vec<Unread>> {
        let (mut all, mut bytes) = (Vec::with_capacity(AT_ONCE), 0);
        while all.len() < AT_ONCE && bytes < BYTES {
            match self.reader.next_unread() {
                None if all.is_empty() => return None,
                None => break,
                Some(result) => {
                    if let Some(unread) = self.good(result) {
                        bytes += unread.size();
                        all.push(unread);
                    }
                }
            }
        }
        Some(all)
    }

    /// What came out, or nothing after a failure was told.
    fn good<T>(&mut self, result: Result<T, Failure>) -> Option<T> {
        result.map_err(|failure| self.failed(&failure)).ok()
    }

    fn failed(&mut self, failure: &Failure) {
        self.tally.failed += 1;
        self.console.failure(failure);
    }
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
