//! What a command says on standard error while it runs.

use casegrain::batch::Tally;
use casegrain::read::{self, Failure};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

/// A progress bar, if standard error is a terminal, with failures listed above it.
pub(super) struct Console {
    bar: ProgressBar,
    start: Instant,
    reports: u64,
}

impl Console {
    pub(super) fn new(paths: &[PathBuf]) -> Self {
        let bar =
            if io::stderr().is_terminal() { progress_bar(paths.to_vec()) } else { ProgressBar::hidden() };
        Console { bar, start: Instant::now(), reports: 0 }
    }

    pub(super) fn failure(&self, failure: &Failure) {
        self.bar.suspend(|| say(&format!("casegrain: {failure}")));
    }

    pub(super) fn progress(&mut self, bytes: u64, reports: u64) {
        self.reports += reports;
        if !self.bar.is_hidden() {
            let rate = self.reports as f64 / self.start.elapsed().as_secs_f64().max(0.001);
            self.bar.set_message(format!("{} reports, {rate:.0}/s", self.reports));
            self.bar.inc(bytes);
        }
    }

    /// Clears the bar; says how it went if the run came to its end.
    pub(super) fn finish(self, tally: Option<&Tally>) {
        self.bar.finish_and_clear();
        let Some(tally) = tally else { return };
        let reports = if tally.reports == 1 { "report" } else { "reports" };
        let mut line = format!("{} {reports}, {} failed", tally.reports, tally.failed);
        let (folders, files): (Vec<_>, Vec<_>) =
            tally.passed_over.iter().partition(|(kind, _)| kind.ends_with('/'));
        if !files.is_empty() {
            let count: u64 = files.iter().map(|(_, count)| **count).sum();
            let kinds: Vec<_> = files.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
            line += &format!("; {count} other files passed over: {}", kinds.join(", "));
        }
        for (kind, count) in folders {
            let folders = if *count == 1 { "folder" } else { "folders" };
            line += &format!("; {count} {folders} {kind} passed over");
        }
        say(&line);
    }
}

/// Standard error may be closed; then nothing is said, and the work goes on.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// A bar that learns its length beside the work, since looking at every file of a large folder takes a while.
fn progress_bar(paths: Vec<PathBuf>) -> ProgressBar {
    let style = |template| ProgressStyle::with_template(template).expect("a valid template");
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5));
    bar.set_style(style("{spinner} {bytes}, {msg}"));
    bar.enable_steady_tick(Duration::from_millis(200));
    let weak = bar.downgrade();
    thread::spawn(move || {
        let total = read::total_size(&paths);
        if let (Some(total), Some(bar)) = (total, weak.upgrade()) {
            bar.set_length(total);
            bar.set_style(style("{wide_bar} {bytes}/{total_bytes}, {msg}, {eta} left"));
        }
    });
    bar
}
