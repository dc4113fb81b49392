//! Reads free-text clinical case reports and writes what they say as structured JSON: who the patient is, what was
//! found and measured, what the tissue and the genes showed, what was given and how much, each fact with its place in
//! the text and the rule that read it.
//!
//! ```
//! use casegrain::model::{EntityType, Field, Status};
//! use casegrain::read::Record;
//! use casegrain::write::{JsonOptions, JsonWriter};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Built once; any number of threads may share it.
//! let extractor = casegrain::Extractor::new()?;
//!
//! let text = "A 17-year-old girl had a tumor of 9x7x6cm3. MSI-H was not detected.";
//! let report = extractor.extract(text);
//!
//! let first = |kind: EntityType| report.entities.iter().find(|e| e.kind == kind).ok_or(kind.name());
//! let age = first(EntityType::Age)?;
//! assert_eq!(report.words(age), "17-year-old");
//! assert_eq!(age.value.number(Field::Value).map(|n| n.to_string()).as_deref(), Some("17"));
//! assert_eq!(first(EntityType::Sex)?.value.text(Field::Code), Some("female"));
//! assert_eq!(first(EntityType::Msi)?.assertion.status, Status::Absent);
//!
//! // As JSON, one object a report.
//! let writer = JsonWriter::new(extractor.grammar_hash(), JsonOptions::default());
//! let mut line = Vec::new();
//! writer.write(&Record::new("case-1", text), &report, &mut line);
//! assert!(String::from_utf8(line)?.contains(r#""value":{"dimensions":[9,7,6],"unit":"cm"}"#));
//! # Ok(())
//! # }
//! ```
//!
//! # What holds
//!
//! - The text never changes after it is read; everything else is a [span](model::Span) into it.
//! - All clinical knowledge stands in `grammars/` (rules, vocabularies, units), all mechanism in `src/`. A folder of
//!   one's own adds to the built-in grammars or replaces them: [`Extractor::with_grammars`].
//! - The same input and the same grammars give the same bytes, at any number of threads, on any machine.
//! - [`Extractor::extract`] cannot fail: doubt is data, an [issue](model::Issue) in the report. Only input, output and
//!   bad grammars are errors.
//! - Work grows in step with the text: no backtracking, nothing quadratic in the length of a report or a sentence.
//! - Every fact can tell why it is there, and a missing one can be asked why not: [`explain`].
//! - The stages do not know each other; [`pipeline`] puts them in order.
//!
//! # The modules, in the order of the flow
//!
//! | module | from | to |
//! | --- | --- | --- |
//! | [`read`] | files, folders, JSON Lines, standard input | a [`Record`](read::Record): the text, its name, its encoding |
//! | [`segment`] | the text | tokens, sentences, sections, rows of tables |
//! | [`recognise`] | tokens | numbers, entries of vocabularies, matches of rules; where they overlap, one stands |
//! | `normalise` | matches | values: numbers as they were written, UCUM units, dates, preferred names |
//! | `qualify` | values and cues | whether a fact is so, whom it is about and when |
//! | `relate` | facts and where they stand | which belongs to which: doses to drugs, drugs to regimens, sites to lesions |
//! | `assemble` | facts | one record for each patient, with a timeline |
//! | `check` | a report | issues: sums, doses and ranges that cannot be right |
//! | [`model`] | | what comes out: a [`Report`](model::Report) with its entities, relations, sections and issues |
//! | [`write`](mod@write) | a report | JSON, and the JSON Schema of it; brat, BioC, PubAnnotation |
//!
//! Behind it stands [`export`]: records to tables and to the formats of registries and annotators.
//!
//! Beside the flow stand [`import`], which makes tables of vocabularies that users have; [`grammar`], the rule
//! language from text to programs over tokens, with its checks and examples; [`batch`], which sends many reports
//! through many threads and brings them back in order; [`run`], which reads what a run wrote; [`gold`], what should
//! be found, with [`score`] and [`diff`], which hold runs against it and against each other; and [`explain`].
//!
//! The rule language has its page in `grammars/README.md`; the command line is the binary of the same name.

mod assemble;
pub mod batch;
mod check;
pub mod diff;
pub mod explain;
pub mod export;
pub mod gold;
pub mod grammar;
pub mod import;
pub mod model;
mod normalise;
pub mod pipeline;
mod qualify;
pub mod read;
pub mod recognise;
mod relate;
pub mod run;
pub mod score;
pub mod segment;
pub mod write;

pub use pipeline::Extractor;

/// The examples of the README are run as those of this documentation are.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
