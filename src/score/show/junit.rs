//! Floors as a JUnit report: a test case for each figure that has one.

use super::html::escape;
use crate::score::floors::{Figures, Floors};
use std::fmt::Write;

/// The floors as JUnit XML, as continuous integration shows it, in a suite of the name of the gold. A figure below its
/// floor is a failure.
///
/// ```
/// use casegrain::score::{floors::{Figure, Figures, Floors}, show::junit};
/// let floors = Floors::parse("part\tname\tfloor\nrecall\tdrug\t92.5\n").unwrap();
/// let figures: Figures = [(("recall".into(), "drug".into()), Figure { percent: 90.0, of: 40 })].into();
/// assert!(junit("held.jsonl", &floors, &figures).contains("<failure message=\"90.0, floor 92.5\""));
/// ```
pub fn junit(gold: &str, floors: &Floors, figures: &Figures) -> String {
    let fallen = floors.fallen(figures);
    let all: Vec<(&str, &str, f64)> = floors.iter().collect();
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"casegrain score {}\" tests=\"{}\" \
         failures=\"{}\">\n",
        escape(gold),
        all.len(),
        fallen.len()
    );
    for (part, name, least) in all {
        let _ = write!(out, "<testcase classname=\"score.{}\" name=\"{}\"", escape(part), escape(name));
        match fallen.iter().find(|fall| fall.part == part && fall.name == name) {
            None => out.push_str("/>\n"),
            Some(fall) => {
                let figure = fall.figure.map_or("nothing to count".into(), |figure| format!("{figure:.1}"));
                let _ = writeln!(
                    out,
                    "><failure message=\"{figure}, floor {least:.1}\" type=\"floor\"/></testcase>"
                );
            }
        }
    }
    out.push_str("</testsuite>\n</testsuites>\n");
    out
}
