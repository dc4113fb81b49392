//! The command line: arguments in, one command, exit code.

mod cli;

use clap::Parser;
use std::io::Write;
use std::process::ExitCode;

/// Its settings stand in `.cargo/config.toml`: tables of many megabytes that are read here and there are read faster from
/// large pages, which the system's allocator does not ask for.
#[cfg(all(target_os = "linux", feature = "jemalloc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    cli::Cli::parse().run().unwrap_or_else(|error| {
        // Standard error may be closed; then there is nobody to tell.
        let _ = writeln!(std::io::stderr(), "casegrain: {error:#}");
        ExitCode::from(cli::COULD_NOT_RUN)
    })
}
