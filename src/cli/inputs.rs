//! The arguments that name reports, and the run over them: shared by the commands that read reports.

use super::console::Console;
use super::output::{Output, stopped};
use super::{COULD_NOT_RUN, SOME_FAILED};
use casegrain::batch::{self, Options, Sink, Tally};
use casegrain::read::{Failure, Limits, Record};
use casegrain::write::Stream;
use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

/// A single file, for commands that take other arguments after it.
#[derive(Debug, clap::Args)]
pub(super) struct One {
    /// A text file, a JSON Lines file, or - for standard input.
    #[arg(value_name = "FILE")]
    path: PathBuf,
}

impl One {
    /// Does `work` on every report of the file, one after the other.
    pub(super) fn run<W>(self, stream: Stream<Output>, work: W) -> anyhow::Result<ExitCode>
    where
        W: Fn(&Record<'_>, &mut Vec<u8>) + Sync,
    {
        Inputs { paths: vec![self.path], threads: Some(1), max_size: Limits::default().report }
            .run(stream, work)
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct Inputs {
    /// Text files, JSON Lines files (.jsonl: `id` and `text` a line), folders of them, or - for standard input.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// How many threads work; as many as there are processors otherwise.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,

    /// The largest report that is read, in bytes or with K, M or G; a larger one fails.
    #[arg(long, value_name = "SIZE", default_value = "64M", value_parser = size)]
    max_size: usize,
}

impl Inputs {
    /// Does `work` on every report and writes what it appends. Says on standard error what failed.
    pub(super) fn run<T, W, D>(&self, destination: D, work: W) -> anyhow::Result<ExitCode>
    where
        T: Send,
        W: Fn(&Record<'_>, &mut Vec<T>) + Sync,
        D: Destination<T>,
    {
        let mut options = Options { limits: Limits { report: self.max_size }, ..Options::default() };
        if let Some(threads) = self.threads.and_then(|threads| NonZeroUsize::new(threads.into())) {
            options.threads = threads;
        }
        let mut target = Target { destination, console: Console::new(&self.paths) };
        let result = batch::run(&self.paths, options, work, &mut target);
        let Target { destination, console } = target;
        console.finish(result.as_ref().ok());
        let tally = match result {
            Ok(tally) => tally,
            Err(error) => return stopped(error),
        };
        finish(destination, &tally)
    }
}

/// Where a run goes: a file, or a folder of files.
pub(super) trait Destination<T>: Send {
    /// What became of some reports, in the order of the input.
    fn take(&mut self, items: &[T]) -> io::Result<()>;

    /// Puts everything into its place.
    fn finish(self) -> anyhow::Result<()>;
}

impl Destination<u8> for Stream<Output> {
    fn take(&mut self, items: &[u8]) -> io::Result<()> {
        self.records(items)
    }

    fn finish(self) -> anyhow::Result<()> {
        match Stream::finish(self) {
            Ok(output) => output.finish(),
            Err(error) => stopped(error).map(drop),
        }
    }
}

/// Ends a run, and tells how it went.
pub(super) fn finish<T>(destination: impl Destination<T>, tally: &Tally) -> anyhow::Result<ExitCode> {
    // Without any report there is nothing to put in the place of an older output.
    if tally.reports == 0 {
        return Ok(ExitCode::from(COULD_NOT_RUN));
    }
    destination.finish()?;
    Ok(if tally.failed > 0 { ExitCode::from(SOME_FAILED) } else { ExitCode::SUCCESS })
}

struct Target<D> {
    destination: D,
    console: Console,
}

impl<T, D: Destination<T>> Sink<T> for Target<D> {
    fn output(&mut self, items: &[T]) -> io::Result<()> {
        self.destination.take(items)
    }

    fn failure(&mut self, failure: &Failure) {
        self.console.failure(failure);
    }

    fn progress(&mut self, bytes: u64, reports: u64) {
        self.console.progress(bytes, reports);
    }
}

/// A number of bytes: `500`, `64K`, `64M`, `1GiB`.
fn size(text: &str) -> Result<usize, String> {
    let lower = text.to_ascii_lowercase();
    let lower = lower.strip_suffix("ib").or(lower.strip_suffix('b')).unwrap_or(&lower);
    let digits = lower.trim_end_matches(['k', 'm', 'g']);
    let shift = match &lower[digits.len()..] {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        _ => return Err("use a number of bytes such as 500, 64K, 64M or 1G".into()),
    };
    let number: usize =
        digits.parse().map_err(|_| "use a number of bytes such as 500, 64K, 64M or 1G".to_string())?;
    match number.checked_mul(1 << shift) {
        Some(bytes) if (1..=Limits::MOST).contains(&bytes) => Ok(bytes),
        _ => Err("at least 1 byte and at most 1G".into()),
    }
}
