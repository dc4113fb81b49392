//! `casegrain grammar`

use super::output::print;
use anyhow::Context;
use casegrain::grammar::diagnostic::{Diagnostic, Level};
use casegrain::grammar::source::Sources;
use casegrain::grammar::{Grammar, GrammarError, examples, lexicon};
use casegrain::pipeline::Extractor;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Check, test and list grammars.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Show all errors and lints, with file, line, column, caret, hint and code.
    Check(Folder),
    /// Run every example, its rule alone and with all rules loaded.
    Test(Folder),
    /// Show what each rule costs on a text: attempts, matches and matcher steps, the dearest first.
    Cost(Cost),
    /// List rules, with their type and number of examples, and vocabularies, with their number of entries.
    List(Folder),
}

#[derive(Debug, clap::Args)]
struct Folder {
    /// A folder of grammars that adds to the built-in ones or replaces them.
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,

    /// Write JSON Lines for programs instead of text for people.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct Cost {
    /// A text file or a JSON Lines file.
    #[arg(value_name = "FILE")]
    path: PathBuf,

    /// A folder of grammars that adds to the built-in ones or replaces them.
    #[arg(long, value_name = "DIR")]
    grammars: Option<PathBuf>,
}

pub(super) fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.what {
        What::Check(folder) => check(&folder),
        What::Test(folder) => test(&folder),
        What::Cost(args) => cost(&args),
        What::List(folder) => list(&folder),
    }
}

fn load(folder: Option<&Path>) -> anyhow::Result<Result<Grammar, Box<GrammarError>>> {
    let Some(folder) = folder else { return Ok(Grammar::built_in_from_text()) };
    match Grammar::with_folder(folder) {
        Ok(grammar) => Ok(Ok(grammar)),
        Err(error) => match error.downcast::<Box<GrammarError>>() {
            Ok(bad) => Ok(Err(bad)),
            Err(error) => Err(error),
        },
    }
}

/// Errors and lints, for people or for programs.
fn show(found: &[Diagnostic], sources: &Sources, json: bool, out: &mut String) {
    for diagnostic in found {
        if json {
            let (line, column) = diagnostic.position(sources);
            let level = if diagnostic.level == Level::Error { "error" } else { "lint" };
            let value = serde_json::json!({
                "code": diagnostic.code, "level": level, "file": diagnostic.file, "line": line, "column": column,
                "message": diagnostic.message, "hint": diagnostic.hint,
            });
            *out += &format!("{value}\n");
        } else {
            *out += &format!("{}\n", diagnostic.render(sources));
        }
    }
}

fn passed(good: bool) -> ExitCode {
    if good { ExitCode::SUCCESS } else { ExitCode::from(super::SOME_FAILED) }
}

fn check(folder: &Folder) -> anyhow::Result<ExitCode> {
    let mut out = String::new();
    let (errors, lints, rules) = match &load(folder.folder.as_deref())? {
        Ok(grammar) => {
            show(&grammar.lints, &grammar.sources, folder.json, &mut out);
            (0, grammar.lints.len(), grammar.rules.len() + grammar.relations.len())
        }
        Err(bad) => {
            show(&bad.diagnostics, &bad.sources, folder.json, &mut out);
            let errors = bad.diagnostics.iter().filter(|d| d.level == Level::Error).count();
            (errors, bad.diagnostics.len() - errors, 0)
        }
    };
    if !folder.json {
        if rules > 0 {
            out += &format!("{rules} rules, ");
        }
        out += &format!("{errors} errors, {lints} lints\n");
    }
    print(&out, passed(errors + lints == 0))
}

fn test(folder: &Folder) -> anyhow::Result<ExitCode> {
    let grammar = load(folder.folder.as_deref())?.map_err(|e| anyhow::anyhow!("{e}"))?;
    let extractor = Extractor::with_grammar(grammar);
    let outcome = examples::run(&extractor);
    let mut out = String::new();
    show(&outcome.failures, &extractor.grammar().sources, folder.json, &mut out);
    if !folder.json {
        out += &format!(
            "{} rules, {} examples, each alone and with all rules: {} failed\n",
            extractor.grammar().rules.len() + extractor.grammar().relations.len(),
            outcome.run,
            outcome.failures.len()
        );
    }
    print(&out, passed(outcome.failures.is_empty()))
}

fn list(folder: &Folder) -> anyhow::Result<ExitCode> {
    let grammar = load(folder.folder.as_deref())?.map_err(|e| anyhow::anyhow!("{e}"))?;
    let mut out = String::new();
    let rules = grammar.rules.iter().map(|r| (&r.id, r.makes().join(", "), r.examples.len()));
    let relations = grammar.relations.iter().map(|r| (&r.id, r.kind.name().to_owned(), r.examples.len()));
    for (id, makes, examples) in rules.chain(relations) {
        if folder.json {
            let value = serde_json::json!({"rule": id, "makes": makes, "examples": examples});
            out += &format!("{value}\n");
        } else {
            out += &format!("{id:44} {makes:28} {examples} examples\n");
        }
    }
    let mut counts: Vec<(String, usize)> = lexicon::counts(&grammar.lexicon).into_iter().collect();
    counts.sort();
    for (vocabulary, entries) in counts {
        if folder.json {
            out += &format!("{}\n", serde_json::json!({"vocabulary": vocabulary, "entries": entries}));
        } else {
            out += &format!("{vocabulary:44} {entries} entries\n");
        }
    }
    print(&out, ExitCode::SUCCESS)
}

fn cost(args: &Cost) -> anyhow::Result<ExitCode> {
    let extractor = super::extractor(args.grammars.as_deref())?;
    let text = std::fs::read_to_string(&args.path)
        .with_context(|| format!("cannot read {}", args.path.display()))?;
    let texts: Vec<String> = if args.path.extension().is_some_and(|e| e == "jsonl") {
        text.lines()
            .filter_map(|l| serde_json::from_str::<serde_json::Value>(l).ok())
            .filter_map(|v| v["text"].as_str().map(str::to_owned))
            .collect()
    } else {
        vec![text]
    };
    let costs = extractor.costs(texts.iter().map(String::as_str));
    let all: u64 = costs.iter().map(|c| c.2).sum();
    let mut order: Vec<usize> = (0..costs.len()).collect();
    order.sort_by_key(|r| std::cmp::Reverse(costs[*r].2));
    let mut out =
        format!("{:44} {:>10} {:>9} {:>12} {:>6}\n", "rule", "attempts", "matches", "steps", "share");
    for rule in order.into_iter().filter(|r| costs[*r].0 > 0) {
        let (attempts, matches, steps) = costs[rule];
        let share = 100.0 * steps as f64 / all.max(1) as f64;
        let name = &extractor.grammar().rules[rule].id;
        out += &format!("{name:44} {attempts:>10} {matches:>9} {steps:>12} {share:>5.1}%\n");
    }
    print(&out, ExitCode::SUCCESS)
}
