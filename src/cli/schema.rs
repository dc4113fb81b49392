//! `casegrain schema`

use super::output::{Output, stopped};
use casegrain::write::indent;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Print the JSON Schema of what `extract` writes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The file to write to. Standard output otherwise.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
}

pub(super) fn run(args: Args) -> anyhow::Result<ExitCode> {
    let mut text = Vec::new();
    indent(casegrain::write::schema::schema().to_string().as_bytes(), 0, &mut text);
    text.push(b'\n');
    let mut output = Output::open(args.output.as_deref())?;
    match output.write_all(&text).and_then(|()| output.flush()) {
        Ok(()) => output.finish().map(|()| ExitCode::SUCCESS),
        Err(error) => stopped(error),
    }
}
