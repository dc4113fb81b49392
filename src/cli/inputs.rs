//! The arguments that name reports, and the run over them: shared by the commands that read reports.

use super::console::Console;
use super::output::{Output, stopped};
use super::{COULD_NOT_RUN, SOME_FAILED};
use casegrain::batch::{self, Options, Sink};
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
    pub(super) fn run<W>(&self, stream: Stream<Output>, work: W) -> anyhow::Result<ExitCode>
    where
        W: Fn(&Record<'_>, &mut Vec<u8>) + Sync,
    {
        let mut options = Options { limits: Limits { report: self.max_size }, ..Options::default() };
        if let Some(threads) = self.threads.and_then(|threads| NonZeroUsize::new(threads.into())) {
            options.threads = threads;
        }
        let mut target = Target { stream, console: Console::new(&self.paths) };
        let result = batch::run(&self.paths, options, work, &mut target);
        let Target { stream, console } = target;
        console.finish(result.as_ref().ok());
        let tally = match result {
            Ok(tally) => tally,
            Err(error) => return stopped(error),
        };
        // Without any report there is nothing to put in the place of an older output.
        if tally.reports == 0 {
            return Ok(ExitCode::from(COULD_NOT_RUN));
        }
        match stream.finish() {
            Ok(output) => output.finish()?,
            Err(error) => return stopped(error),
        }
        Ok(if tally.failed > 0 { ExitCode::from(SOME_FAILED) } else { ExitCode::SUCCESS })
    }
}

struct Target {
    stream: Stream<Output>,
    console: Console,
}

impl Sink for Target {
    fn output(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.records(bytes)
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
