//! The folder of files that `extract` and `convert` write, and the options of it.

use super::inputs::Destination;
use anyhow::{Context, bail};
use casegrain::export::{FORMATS, Folder, Format, Gather, Ids, Losses, Rendered, Settings};
use clap::builder::{PossibleValue, PossibleValuesParser};
use std::io::{self, Write};
use std::path::Path;

#[derive(Debug, clap::Args)]
pub(super) struct ExportArgs {
    /// Print what the format has no place for: the type, a tab and how many.
    #[arg(long)]
    report_loss: bool,

    /// The day to write where a format demands a date that no report gives; 1970-01-01 otherwise.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    date: Option<String>,

    /// How notes and terms of OMOP are numbered, so that no two runs give the same number: the first note_id and the
    /// first note_nlp_id, such as 5001,180001; or stable, numbers of 63 bits that follow from the id of the report.
    #[arg(long, value_name = "NOTE,TERM", default_value = "1,1")]
    ids: Ids,
}

impl ExportArgs {
    pub(super) fn settings(&self) -> Settings {
        Settings { date: self.date.clone(), ids: self.ids }
    }
}

/// Takes the name of a format, or one of those besides.
pub(super) fn parser(besides: &[(&'static str, &'static str)]) -> PossibleValuesParser {
    let formats = FORMATS.iter().map(|format| (format.name, format.about));
    let all = besides.iter().copied().chain(formats);
    PossibleValuesParser::new(all.map(|(name, about)| PossibleValue::new(name).help(about)))
}

fn day(text: &str) -> Result<String, String> {
    let bytes = text.as_bytes();
    let shaped = bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-';
    let part = |range: std::ops::Range<usize>| text.get(range).and_then(|digits| digits.parse::<u32>().ok());
    match (part(0..4), part(5..7), part(8..10)) {
        (Some(_), Some(1..=12), Some(1..=31)) if shaped => Ok(text.to_owned()),
        _ => Err("use a day such as 2024-05-17".into()),
    }
}

/// A folder that is being filled.
pub(super) struct Exported {
    folder: Folder,
    gather: Box<dyn Gather>,
    losses: Option<Losses>,
}

impl Exported {
    pub(super) fn create(format: &Format, output: Option<&Path>, args: &ExportArgs) -> anyhow::Result<Self> {
        if !format.built {
            bail!(
                "this casegrain was built without {0}; build it with: cargo install --path . --features {0}",
                format.name
            );
        }
        let output = output
            .with_context(|| format!("--format {} writes a folder of files; name it with -o", format.name))?;
        let mut folder = Folder::create(output)?;
        let mut gather = (format.gather)(&args.settings());
        gather.begin(&mut folder)?;
        Ok(Exported { folder, gather, losses: args.report_loss.then(Losses::default) })
    }
}

impl Destination<Rendered> for Exported {
    fn take(&mut self, items: &[Rendered]) -> io::Result<()> {
        for rendered in items {
            self.gather.take(rendered, &mut self.folder)?;
            if let Some(losses) = &mut self.losses {
                losses.merge(&rendered.losses);
            }
        }
        Ok(())
    }

    fn finish(mut self) -> anyhow::Result<()> {
        self.gather.finish(&mut self.folder)?;
        self.folder.finish()?;
        if let Some(losses) = &self.losses {
            // Whoever reads it may have enough of it.
            let _ = write!(io::stdout(), "{losses}");
        }
        Ok(())
    }
}
