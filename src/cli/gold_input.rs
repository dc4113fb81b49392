//! The arguments that name gold, and what is done with gold that is broken: shared by the commands that read it.

use anyhow::bail;
use casegrain::Extractor;
use casegrain::batch::{self, Sink};
use casegrain::gold::{Corpus, Level, MAPPING_FILE, Mapping, Problem};
use casegrain::read::{self, Failure};
use casegrain::run::{Reader, Record};
use rayon::prelude::*;
use std::io::Write;
use std::path::{Path, PathBuf};

/// How much of what is not kept or not scored is named where gold is used.
const NAMED: usize = 5;

/// Which gold, and what its labels mean.
#[derive(Debug, clap::Args)]
pub(super) struct GoldArgs {
    /// A file of JSON with mappings from the labels of the corpus to our types; `mapping.json` in the folder of the
    /// gold if there is one.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,

    /// Which of several mappings of the file; the name of the first gold file otherwise.
    #[arg(long, value_name = "NAME", requires = "map")]
    map_name: Option<String>,

    /// Go on without the documents that are broken, and say so.
    #[arg(long)]
    partial: bool,
}

impl GoldArgs {
    /// The mapping for gold at a path.
    pub(super) fn mapping(&self, path: &Path) -> anyhow::Result<Mapping> {
        let beside = path.join(MAPPING_FILE);
        let file = match &self.map {
            Some(file) => file,
            None if beside.is_file() => &beside,
            None => return Ok(Mapping::default()),
        };
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        Mapping::load(file, self.map_name.as_deref().or(stem.as_deref()).unwrap_or_default())
    }

    /// Reads gold; says what is wrong with it, and what of it is not kept or not scored, on standard error. Gives how many documents were left out.
    pub(super) fn load(&self, paths: &[PathBuf], mapping: &Mapping) -> anyhow::Result<(Corpus, usize)> {
        let mut corpus = Corpus::load(paths, mapping).map_err(|failure| anyhow::anyhow!("{failure}"))?;
        let mut left_out = 0;
        let mut stderr = std::io::stderr();
        let aside = |problem: &&Problem| matches!(problem.code, "lost" | "unmapped");
        let aside: Vec<&Problem> = corpus.problems.iter().filter(aside).collect();
        for problem in aside.iter().take(NAMED) {
            let _ = writeln!(stderr, "casegrain: {problem}");
        }
        if aside.len() > NAMED {
            let more = aside.len() - NAMED;
            let _ = writeln!(
                stderr,
                "casegrain: {more} more that are not kept or not scored; `gold check` names them"
            );
        }
        if corpus.is_broken() {
            for problem in corpus.problems.iter().filter(|p| p.level == Level::Error) {
                // Standard error may be closed; then nothing is said.
                let _ = writeln!(stderr, "casegrain: {problem}");
            }
            if !self.partial {
                bail!("the gold is broken; mend it, or use --partial to go on without the documents named");
            }
            left_out = corpus.drop_broken();
        }
        if corpus.documents.is_empty() {
            bail!("the gold has no documents");
        }
        Ok((corpus, left_out))
    }
}

/// A text with what it is called.
pub(super) type Named = (String, String);

/// What the extractor finds in some texts, in their order.
pub(super) fn read(extractor: &Extractor, texts: &[Named]) -> Vec<Record> {
    texts
        .par_iter()
        .map(|(id, text)| {
            let input = read::Record::new(id, text);
            Record::of(&input, &extractor.extract(&input.text), extractor.grammar_hash())
        })
        .collect()
}

/// What the extractor finds in the texts of a corpus, in its order.
pub(super) fn extract(extractor: &Extractor, corpus: &Corpus) -> Vec<Record> {
    let texts: Vec<Named> = corpus.documents.iter().map(|d| (d.id.clone(), d.text.clone())).collect();
    read(extractor, &texts)
}

/// The texts at some paths. A report that cannot be read is said on standard error and left out.
pub(super) fn texts(paths: &[PathBuf]) -> anyhow::Result<Vec<Named>> {
    struct Collect(Vec<Named>);
    impl Sink for Collect {
        fn output(&mut self, bytes: &[u8]) -> std::io::Result<()> {
            for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                self.0.push(serde_json::from_slice(line)?);
            }
            Ok(())
        }

        fn failure(&mut self, failure: &Failure) {
            eprintln!("casegrain: {failure}");
        }
    }
    let mut collect = Collect(Vec::new());
    // Reports come in any form that `extract` reads; what is wanted of them here is only id and text.
    let work = |record: &read::Record<'_>, out: &mut Vec<u8>| {
        let named = (&record.id, &record.text);
        serde_json::to_writer(&mut *out, &named).expect("strings are JSON, and a Vec takes every byte");
        out.push(b'\n');
    };
    batch::run(paths, batch::Options::default(), work, &mut collect)?;
    if collect.0.is_empty() {
        bail!("no text could be read");
    }
    Ok(collect.0)
}

/// All records of a saved run.
pub(super) fn saved(path: &Path) -> anyhow::Result<Vec<Record>> {
    let mut records = Vec::new();
    for record in Reader::open(path)? {
        records.push(record?);
    }
    if records.is_empty() {
        bail!("the run {} has no records", path.display());
    }
    Ok(records)
}
