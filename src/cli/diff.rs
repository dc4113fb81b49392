//! `casegrain diff`

use super::gold_input::{self, GoldArgs};
use super::output::{print, write};
use anyhow::bail;
use casegrain::Extractor;
use casegrain::diff::{Diff, Judge, show, walk};
use casegrain::run::Reader;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Show what two saved runs, or two grammars, say differently, by the rule responsible.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Two saved runs, old and new; with --grammars, the texts or the gold to read with both.
    #[arg(required = true, value_name = "OLD NEW", num_args = 1..)]
    paths: Vec<PathBuf>,

    /// Two folders of grammars, old and new; - is the built-in ones alone.
    #[arg(long, num_args = 2, value_names = ["A", "B"])]
    grammars: Vec<PathBuf>,

    /// Gold, to tell which changes are right.
    #[arg(long, value_name = "GOLD")]
    gold: Option<PathBuf>,

    #[command(flatten)]
    about: GoldArgs,

    /// How many examples a rule has.
    #[arg(long, value_name = "N", default_value_t = 3)]
    most: usize,

    /// Write one JSON object instead of text for people.
    #[arg(long, conflicts_with = "markdown")]
    json: bool,

    /// Write Markdown, for a comment on a change.
    #[arg(long)]
    markdown: bool,

    /// Write a page with the changes in highlighted text to this file, too.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// Exit with 1 if gold finds that something got worse; without gold, if there is any difference.
    #[arg(long)]
    exit_code: bool,
}

pub(super) fn run(args: Args) -> anyhow::Result<ExitCode> {
    let gold = match &args.gold {
        Some(path) => {
            let mapping = args.about.mapping(path)?;
            let (corpus, left_out) = args.about.load(std::slice::from_ref(path), &mapping)?;
            if left_out > 0 {
                eprintln!("casegrain: {left_out} broken documents of the gold judge nothing");
            }
            Some((corpus, mapping))
        }
        None => None,
    };
    let judge = gold.as_ref().map(|(corpus, mapping)| Judge::new(corpus, mapping)).unwrap_or_default();
    let mut diff = Diff::default();
    if args.grammars.is_empty() {
        let [old, new] = args.paths.as_slice() else { bail!("diff needs two saved runs, old and new") };
        walk(Reader::open(old)?, Reader::open(new)?, |old, new| diff.take(old, new, &judge))?;
        if diff.documents == 0 {
            bail!("the two runs have no document in common");
        }
    } else {
        let [old, new] = args.grammars.as_slice() else { bail!("--grammars needs two folders") };
        let (old, new) = (load(old)?, load(new)?);
        let texts = gold_input::texts(&args.paths)?;
        for some in texts.chunks(256) {
            let (before, after) = (gold_input::read(&old, some), gold_input::read(&new, some));
            for (before, after) in before.iter().zip(&after) {
                diff.take(Some(before), Some(after), &judge);
            }
        }
    }
    if let Some(file) = &args.html {
        write(file, &show::html(&diff))?;
    }
    let shown = if args.json {
        format!("{}\n", show::json(&diff))
    } else if args.markdown {
        show::markdown(&diff, args.most)
    } else {
        show::text(&diff, args.most)
    };
    let bad = if gold.is_some() { diff.total.worse > 0 } else { !diff.is_empty() };
    print(&shown, if args.exit_code && bad { ExitCode::from(super::SOME_FAILED) } else { ExitCode::SUCCESS })
}

/// The extractor with a folder of grammars; `-` is the built-in ones alone.
fn load(folder: &Path) -> anyhow::Result<Extractor> {
    super::extractor(Some(folder).filter(|folder| folder.as_os_str() != "-"))
}
