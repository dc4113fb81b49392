//! One file per command; to add one, name its file twice here.
//!
//! A command's file has `Args`, with the command's description as its doc comment, and `run`, which takes them.

mod console;
mod convert;
mod diff;
mod explain;
mod export;
mod extract;
mod gold;
mod gold_input;
mod grammar;
mod inputs;
mod lexicon;
mod output;
mod schema;
mod score;
mod why_not;

use anyhow::Context;
use casegrain::model::EntityType;
use casegrain::pipeline::Extractor;
use clap::{Parser, Subcommand};
use std::path::Path;
use std::process::ExitCode;

/// Some reports failed, the others are in the output.
const SOME_FAILED: u8 = 1;

/// Bad arguments, a bad grammar, an output that cannot be written, or nothing that could be read.
pub(crate) const COULD_NOT_RUN: u8 = 2;

/// Reads free-text clinical case reports and writes what they say as structured JSON.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 all good; 1 some reports failed, the rest is in the output; \
                        2 could not run.")]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

impl Cli {
    /// Runs the command to its end.
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        self.command.run()
    }
}

/// The extractor with the built-in grammars, and with those of a folder if one is named.
fn extractor(folder: Option<&Path>) -> anyhow::Result<Extractor> {
    match folder {
        Some(folder) => {
            Extractor::with_grammars(folder).with_context(|| format!("the grammars in {}", folder.display()))
        }
        None => Ok(Extractor::new()?),
    }
}

/// The entity type of that name.
fn entity_type(name: &str) -> Result<EntityType, String> {
    EntityType::from_name(name).ok_or_else(|| {
        let known: Vec<_> = EntityType::ALL.iter().map(|kind| kind.name()).collect();
        format!("no such type; the types are {}", known.join(", "))
    })
}

/// Names the commands: the variant, and its file.
macro_rules! commands {
    ($($variant:ident in $module:ident;)*) => {
        #[derive(Debug, Subcommand)]
        enum Command { $($variant($module::Args),)* }

        impl Command {
            fn run(self) -> anyhow::Result<ExitCode> {
                match self { $(Command::$variant(args) => $module::run(args),)* }
            }
        }
    };
}

commands! {
    Extract in extract;
    Convert in convert;
    Diff in diff;
    Explain in explain;
    WhyNot in why_not;
    Gold in gold;
    Grammar in grammar;
    Lexicon in lexicon;
    Schema in schema;
    Score in score;
}
