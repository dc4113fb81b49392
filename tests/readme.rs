//! What the README shows is what the program does: its `console` blocks are run, and their output is compared.
//!
//! `CASEGRAIN_WRITE_README=1 cargo test --test readme` writes the output as it is now into the page; read the
//! difference before it is committed.

use casegrain::grammar::examples;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The first block of that language.
fn block<'p>(page: &'p str, language: &str) -> &'p str {
    let (_, rest) =
        page.split_once(&format!("\n```{language}\n")).unwrap_or_else(|| panic!("no {language} block"));
    rest.split("```").next().unwrap_or_default()
}

/// A folder with the reports and with the grammars that the page tells to write.
fn folder(page: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mine = folder.path().join("mine");
    for name in ["entity", "lexicon/drug"] {
        fs::create_dir_all(mine.join(name)).expect("a folder");
    }
    fs::write(mine.join("entity/smoking.grain"), block(page, "grain")).expect("a file");
    fs::write(mine.join("lexicon/drug/new.tsv"), block(page, "tsv")).expect("a file");
    for part in ["corpus", "corpus/gold", "corpus/second", "corpus/second/gold"] {
        fs::create_dir(folder.path().join(part)).expect("a folder");
        for entry in fs::read_dir(root().join(part)).expect("corpus") {
            let path = entry.expect("an entry").path();
            if path.is_file() {
                let name = path.file_name().expect("a name");
                fs::copy(&path, folder.path().join(part).join(name)).expect("a copy");
            }
        }
    }
    folder
}

/// What a command says on standard error, then what it writes: which of them a terminal shows first depends on luck
/// where there is a pipe.
fn run(folder: &Path, line: &str) -> String {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_casegrain"));
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let mut all = vec![program.parent().expect("a folder").to_owned()];
    all.extend(std::env::split_paths(&paths));
    let line = line.replace("cargo run --release -- ", "casegrain ");
    let ran = Command::new("sh")
        .args(["-c", &line])
        .current_dir(folder)
        .env("PATH", std::env::join_paths(all).expect("paths"))
        .output()
        .expect("a shell");
    String::from_utf8([ran.stderr, ran.stdout].concat()).expect("UTF-8")
}

/// The page with the output of each command as the program gives it now.
fn rerun(page: &str, folder: &Path) -> String {
    let mut out = String::new();
    let mut console = false;
    for line in page.lines() {
        if let Some(command) = line.strip_prefix("$ ").filter(|_| console) {
            let _ = writeln!(out, "{line}\n{}", run(folder, command).trim_end());
            if out.ends_with("\n\n") {
                out.pop();
            }
        } else if !console || line == "```" {
            let _ = writeln!(out, "{line}");
        }
        console = if console { line != "```" } else { line == "```console" };
    }
    out
}

/// Without what changes with every grammar: its hash, and the lines at which rules stand.
fn settled(page: &str) -> String {
    let mut out = String::new();
    let mut rest = page;
    while let Some(at) =
        [r#""grammar": "sha256:"#, ".grain:"].iter().filter_map(|m| rest.find(m).map(|at| at + m.len())).min()
    {
        out.push_str(&rest[..at]);
        rest = rest[at..].trim_start_matches(|c: char| c.is_ascii_hexdigit());
    }
    out + rest
}

#[test]
fn the_page_shows_what_the_program_writes() {
    let path = root().join("README.md");
    let page = fs::read_to_string(&path).expect("README.md");
    let folder = folder(&page);
    let now = rerun(&page, folder.path());
    assert!(page.matches("\n$ ").count() >= 5, "the page shows commands");
    if std::env::var_os("CASEGRAIN_WRITE_README").is_some() {
        fs::write(&path, &now).expect("a writable page");
        return;
    }
    let (page, now) = (settled(&page), settled(&now));
    let differs = page.lines().zip(now.lines()).position(|(shown, is)| shown != is);
    if let Some(at) = differs {
        let line = |text: &str| text.lines().nth(at).unwrap_or_default().to_owned();
        panic!("README.md:{}\n  shows:   {}\n  but now: {}", at + 1, line(&page), line(&now));
    }
    assert_eq!(page.lines().count(), now.lines().count(), "lines of README.md");
}

#[test]
fn the_example_rule_is_good() {
    let page = fs::read_to_string(root().join("README.md")).expect("README.md");
    let folder = folder(&page);
    let extractor =
        casegrain::Extractor::with_grammars(&folder.path().join("mine")).unwrap_or_else(|e| panic!("{e:#}"));
    let own = |file: &str| file == "entity/smoking.grain" || file == "lexicon/drug/new.tsv";
    let grammar = extractor.grammar();
    assert_eq!(grammar.rules.iter().filter(|rule| own(&rule.file)).count(), 1);
    let outcome = examples::run(&extractor);
    let found: Vec<String> = (grammar.lints.iter().chain(&outcome.failures))
        .filter(|diagnostic| own(&diagnostic.file))
        .map(|diagnostic| diagnostic.render(&grammar.sources))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}
