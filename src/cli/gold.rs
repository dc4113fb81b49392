//! `casegrain gold`

use super::gold_input::GoldArgs;
use super::output::print;
use anyhow::{Context, bail};
use casegrain::gold::{self, Corpus, Form, Readings, count};
use casegrain::model::EntityType;
use clap::ValueEnum;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Read, check, count and convert gold.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Show everything that is wrong: file, line, reason.
    Check(Check),
    /// Count documents, entities by label, relations.
    Stats(Input),
    /// Compare two readings of the same texts: F1 by type, Cohen's kappa of status, subject and time.
    Agreement(Agreement),
    /// Read gold of any form and write casegrain's own.
    Import(Import),
    /// Write gold in a form of annotators' tools.
    Export(Export),
}

#[derive(Debug, clap::Args)]
struct Input {
    /// Files and folders of gold.
    #[arg(required = true, value_name = "GOLD")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    about: GoldArgs,
}

#[derive(Debug, clap::Args)]
struct Check {
    #[command(flatten)]
    input: Input,

    /// Write JSON Lines for programs instead of text for people.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct Agreement {
    /// The first reading: a file or folder of gold.
    #[arg(value_name = "FIRST")]
    first: PathBuf,

    /// The second reading; documents that only one has are named and left out.
    #[arg(value_name = "SECOND")]
    second: PathBuf,

    #[command(flatten)]
    about: GoldArgs,

    /// Write all figures as JSON.
    #[arg(long)]
    json: bool,

    /// List what they do not agree on instead: place, type, words, difference.
    #[arg(long, conflicts_with = "json")]
    differences: bool,
}

#[derive(Debug, clap::Args)]
struct Import {
    #[command(flatten)]
    input: Input,

    /// The file of JSON Lines to write; standard output for -.
    #[arg(short, long, value_name = "OUT", default_value = "-")]
    output: PathBuf,

    /// The types of which every entity in the texts is marked, with commas between them.
    #[arg(long, value_name = "TYPES", value_delimiter = ',', value_parser = super::entity_type)]
    exhaustive: Vec<EntityType>,
}

#[derive(Debug, clap::Args)]
struct Export {
    #[command(flatten)]
    input: Input,

    /// The form to write.
    #[arg(long, value_enum)]
    format: Target,

    /// The folder (brat, csv) or file to write.
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,

    /// Print what the form has no place for: the type, a tab and how many.
    #[arg(long)]
    report_loss: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Target {
    /// JSON Lines, casegrain's own form.
    Jsonl,
    /// A folder of brat standoff with its configuration.
    Brat,
    /// BioC in one JSON file.
    BiocJson,
    /// BioC in one XML file.
    BiocXml,
    /// PubAnnotation, one JSON object a line.
    Pubannotation,
    /// CoNLL with IOB2 tags: token, start, end, tag.
    Conll,
    /// A folder with a table of spans and the texts.
    Csv,
}

pub(super) fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.what {
        What::Check(args) => check(&args),
        What::Stats(input) => {
            let mapping = input.about.mapping(&input.paths[0])?;
            let (corpus, _) = input.about.load(&input.paths, &mapping)?;
            print(&gold::stats(&corpus, &mapping), ExitCode::SUCCESS)
        }
        What::Agreement(args) => agreement(&args),
        What::Import(args) => import(&args),
        What::Export(args) => export(&args),
    }
}

fn check(args: &Check) -> anyhow::Result<ExitCode> {
    let mapping = args.input.about.mapping(&args.input.paths[0])?;
    let corpus = Corpus::load(&args.input.paths, &mapping).map_err(|failure| anyhow::anyhow!("{failure}"))?;
    let mut out = String::new();
    for problem in &corpus.problems {
        if args.json {
            let level = if problem.level == gold::Level::Error { "error" } else { "warning" };
            let value = serde_json::json!({
                "file": problem.place.file, "line": problem.place.line, "level": level, "code": problem.code,
                "message": problem.message,
            });
            out += &format!("{value}\n");
        } else {
            out += &format!("{problem}\n");
        }
    }
    let errors = corpus.problems.iter().filter(|p| p.level == gold::Level::Error).count();
    if !args.json {
        let warnings = corpus.problems.len() - errors;
        out += &format!(
            "{}, {}, {}\n",
            count(corpus.documents.len(), "document"),
            count(errors, "error"),
            count(warnings, "warning")
        );
        let kept = corpus.only_kept();
        if !kept.is_empty() {
            let each =
                kept.iter().map(|(name, number)| format!("`{name}` of {}", count(*number, "document")));
            out += &format!("only kept: {}\n", each.collect::<Vec<_>>().join(", "));
        }
    }
    print(&out, if errors == 0 { ExitCode::SUCCESS } else { ExitCode::from(super::SOME_FAILED) })
}

fn agreement(args: &Agreement) -> anyhow::Result<ExitCode> {
    let mapping = args.about.mapping(&args.first)?;
    let read = |path: &PathBuf| args.about.load(std::slice::from_ref(path), &mapping);
    let ((first, one_left), (second, other_left)) = (read(&args.first)?, read(&args.second)?);
    let readings =
        Readings::compare(&first, &second, &mapping).map_err(|problem| anyhow::anyhow!("{problem}"))?;
    let mut out = if args.json {
        format!("{}\n", readings.json())
    } else if args.differences {
        readings.differences().iter().map(|line| format!("{line}\n")).collect()
    } else {
        readings.table()
    };
    let left_out = one_left + other_left;
    if left_out > 0 && !args.json && !args.differences {
        out += &format!("{} left out as broken\n", count(left_out, "document"));
    }
    print(&out, if left_out > 0 { ExitCode::from(super::SOME_FAILED) } else { ExitCode::SUCCESS })
}

fn import(args: &Import) -> anyhow::Result<ExitCode> {
    let mapping = args.input.about.mapping(&args.input.paths[0])?;
    let (mut corpus, left_out) = args.input.about.load(&args.input.paths, &mapping)?;
    for document in &mut corpus.documents {
        document.rename(&mapping);
        for kind in &args.exhaustive {
            if !document.exhaustive.iter().any(|name| name == kind.name()) {
                document.exhaustive.push(kind.name().to_owned());
            }
        }
    }
    gold::save(&corpus, &mapping, Form::Jsonl, &args.output)?;
    done(&corpus, left_out)
}

fn export(args: &Export) -> anyhow::Result<ExitCode> {
    let mapping = args.input.about.mapping(&args.input.paths[0])?;
    let (corpus, left_out) = args.input.about.load(&args.input.paths, &mapping)?;
    let form = match args.format {
        Target::Jsonl => Form::Jsonl,
        Target::Brat => Form::Brat,
        Target::BiocJson => Form::BiocJson,
        Target::BiocXml => Form::BiocXml,
        Target::Pubannotation => Form::Pubannotation,
        Target::Conll => Form::Conll,
        Target::Csv => Form::Csv,
    };
    if args.output.as_os_str() == "-" {
        if matches!(form, Form::Brat | Form::Csv) {
            bail!("this form is a folder; name one with -o");
        }
        if args.report_loss {
            bail!("--report-loss takes standard output; name a file with -o");
        }
    }
    let losses =
        gold::save(&corpus, &mapping, form, &args.output).context("the gold could not be written")?;
    if args.report_loss {
        // Whoever reads it may have enough of it.
        let _ = write!(io::stdout(), "{losses}");
    } else if !losses.is_empty() {
        eprintln!("casegrain: the form has no place for all of it; --report-loss tells for what");
    }
    done(&corpus, left_out)
}

/// Says how much was written.
fn done(corpus: &Corpus, left_out: usize) -> anyhow::Result<ExitCode> {
    eprintln!("{}, {left_out} broken ones left out", count(corpus.documents.len(), "document"));
    Ok(if left_out > 0 { ExitCode::from(super::SOME_FAILED) } else { ExitCode::SUCCESS })
}
