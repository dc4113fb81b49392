//! What was read, as JSON; and marks on texts in the formats of annotators' tools, from an
//! [`Annotated`](crate::model::Annotated) text.

pub mod bioc;
pub mod brat;
pub mod json;
mod pretty;
pub mod pubannotation;
pub mod schema;

pub use json::{JsonOptions, JsonWriter, TypeSet};
pub use pretty::indent;

use std::io::{self, Write};

/// How records stand in the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// JSON Lines: one record a line.
    #[default]
    Lines,
    /// One array of records, indented for reading.
    Array,
}

/// Turns what [`JsonWriter`] appended into a whole file. Nothing is held back, so a file may be of any size.
///
/// ```
/// use casegrain::write::{Layout, Stream};
/// let mut stream = Stream::new(Vec::new(), Layout::Lines);
/// stream.records(b"{\"id\":\"a\"}\n").unwrap();
/// assert_eq!(stream.finish().unwrap(), b"{\"id\":\"a\"}\n");
/// assert_eq!(Stream::new(Vec::new(), Layout::Array).finish().unwrap(), b"[]\n");
/// ```
#[derive(Debug)]
pub struct Stream<W> {
    output: W,
    layout: Layout,
    begun: bool,
}

impl<W: Write> Stream<W> {
    /// A file without records.
    pub fn new(output: W, layout: Layout) -> Self {
        Stream { output, layout, begun: false }
    }

    /// Writes whole records, as [`JsonWriter::write`] appends them.
    ///
    /// # Errors
    /// Those of the output.
    pub fn records(&mut self, bytes: &[u8]) -> io::Result<()> {
        match bytes.split_first() {
            // In an array every record comes with the comma before it; the first has the bracket instead.
            Some((_, rest)) if self.layout == Layout::Array && !self.begun => {
                self.begun = true;
                self.output.write_all(b"[")?;
                self.output.write_all(rest)
            }
            _ => self.output.write_all(bytes),
        }
    }

    /// Writes what ends the file.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(mut self) -> io::Result<W> {
        match (self.layout, self.begun) {
            (Layout::Lines, _) => {}
            (Layout::Array, true) => self.output.write_all(b"\n]\n")?,
            (Layout::Array, false) => self.output.write_all(b"[]\n")?,
        }
        self.output.flush()?;
        Ok(self.output)
    }
}
