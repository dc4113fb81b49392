//! A score as a JUnit report, as continuous integration shows it.

use super::html::escape;
use super::{missing_output, percent, title};
use crate::score::Score;
use std::fmt::Write;

/// The score as JUnit XML. With floors, each is a test case, and one that is not held a failure; without, each type is
/// one, which tells its figures and cannot fail. Documents that could not be scored are errors in both.
///
/// ```
/// use casegrain::score::{Score, floors::Floors, show::junit};
/// let mut score = Score::default();
/// score.hold(&Floors::parse("part\tname\tfloor\nrecall\tdrug\t92.5\n").unwrap());
/// assert!(junit(&score).contains("<failure message=\"not measured, floor 92.5\""));
/// ```
pub fn junit(score: &Score) -> String {
    let mut cases = String::new();
    let (mut tests, mut failures, mut errors) = (0, 0, 0);
    for floor in score.floors.iter().flatten() {
        tests += 1;
        let (part, name, told) = (escape(&floor.part), escape(&floor.name), floor.told());
        let _ = write!(cases, "<testcase classname=\"score.{part}\" name=\"{name}\">");
        if floor.is_held() {
            let _ = write!(cases, "<system-out>{told}, floor {:.1}</system-out>", floor.least);
        } else {
            failures += 1;
            let _ = write!(cases, "<failure message=\"{told}, floor {:.1}\" type=\"floor\"/>", floor.least);
        }
        cases.push_str("</testcase>\n");
    }
    for row in score.rows.iter().filter(|_| score.floors.is_none()) {
        tests += 1;
        let (name, c) = (escape(&row.name), &row.counts);
        let _ = writeln!(
            cases,
            "<testcase classname=\"score.type\" name=\"{name}\"><system-out>recall {}, precision {}, F1 {}; {} of gold, \
             {} found</system-out></testcase>",
            percent(c.recall()),
            percent(c.precision()),
            percent(c.f1()),
            c.gold,
            c.found
        );
    }
    let without_output = score.missing.iter().map(|id| (id.as_str(), missing_output(id)));
    let broken = score.broken.iter().map(|problem| ("broken gold", problem.clone()));
    for (name, why) in without_output.chain(broken) {
        tests += 1;
        errors += 1;
        let (name, why) = (escape(name), escape(&why));
        let _ = writeln!(
            cases,
            "<testcase classname=\"score.document\" name=\"{name}\"><error message=\"{why}\" type=\"not scored\"/></testcase>"
        );
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"casegrain score: {}\" \
         tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">\n{cases}</testsuite>\n</testsuites>\n",
        escape(&title(score))
    )
}
