//! What stands at the head of a record: of the file that it is of, and of the program that read it.

use super::{Document, Losses};

/// One thing that a head tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
    Schema,
    File,
    Form,
    Encoding,
    Hash,
    Length,
    Program,
    Version,
    Grammar,
}

impl Head {
    /// For formats that leave out nothing of it.
    pub(super) const ALL: &'static [Head] = &[
        Head::Schema,
        Head::File,
        Head::Form,
        Head::Encoding,
        Head::Hash,
        Head::Length,
        Head::Program,
        Head::Version,
        Head::Grammar,
    ];
}

/// Counts what a format leaves out of the head. A format that holds the text holds its length.
pub(super) fn losses(document: &Document<'_>, written: &[Head], losses: &mut Losses) {
    let record = document.record;
    let (source, program) = (&record.source, &record.program);
    for (head, what, there) in [
        (Head::Schema, "versions of the form of the output", !record.schema.is_empty()),
        (Head::File, "names of files", !source.name.is_empty()),
        (Head::Form, "forms of files", !source.format.is_empty()),
        (Head::Encoding, "encodings of files", !source.encoding.is_empty()),
        (Head::Hash, "hashes of files", !source.sha256.is_empty()),
        (Head::Length, "lengths of texts", source.characters > 0),
        (Head::Program, "names of programs", !program.name.is_empty()),
        (Head::Version, "versions of programs", !program.version.is_empty()),
        (Head::Grammar, "hashes of grammars", !program.grammar.is_empty()),
    ] {
        losses.add(what, usize::from(there && !written.contains(&head)));
    }
}
