//! The command line: arguments in, one command, exit code.

mod cli;

use clap::Parser;
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    cli::Cli::parse().run().unwrap_or_else(|error| {
        // Standard error may be closed; then there is nobody to tell.
        let _ = writeln!(std::io::stderr(), "casegrain: {error:#}");
        ExitCode::from(cli::COULD_NOT_RUN)
    })
}
