//! Paths to a stream of reports.
//!
//! A path is a text file, a file of JSON Lines (`.jsonl`, `.ndjson`), a folder or `-` for standard input.
//! A folder is searched through; each folder's entries come sorted by name. In a folder, files that end in
//! `.txt` or `.text` hold one report each, `.jsonl` and `.ndjson` one a line; hidden files are left out and
//! others passed over and counted, `.md` among them, since a `README.md` is not a report. A file that is named
//! itself is read whatever its ending; standard input and files of unknown ending hold JSON Lines if their
//! first byte that is not white space is `{`.
//!
//! Nothing that is wrong with one report stops the others: it becomes a [`Failure`] in its place.
//! A [`Reader`] only finds files and cuts streams at line ends; a [`Chunk`] then reads its reports wherever it
//! was sent, and [`batch`](crate::batch) sends them.

mod binary;
mod chunk;
mod decode;
mod failure;
mod jsonl;
mod lines;
mod text;
mod walk;

pub use chunk::{Chunk, Reader, total_size};
pub use decode::{Encoding, NotText, decode};
pub use failure::Failure;
pub use jsonl::json_line;
pub use text::text_file;

use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// How many bytes are read and handed out at once.
const CHUNK: usize = 64 * 1024;

/// How much may be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes, as they are stored, of one text file or of one line; what is longer is a [`Failure`].
    pub report: usize,
}

impl Limits {
    /// The largest limit that can be set: offsets into a text are 32 bits wide, and Windows-1252 may grow by three.
    pub const MOST: usize = 1 << 30;
}

impl Default for Limits {
    /// 64 MiB a report.
    fn default() -> Self {
        Limits { report: 64 << 20 }
    }
}

/// The form in which a report came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A file of its own.
    Text,
    /// A line of JSON Lines.
    Jsonl,
}

impl Format {
    /// All formats.
    pub const ALL: &'static [Format] = &[Format::Text, Format::Jsonl];

    /// The name in the output.
    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Jsonl => "jsonl",
        }
    }
}

/// One report as it was read.
#[derive(Clone, Debug)]
pub struct Record<'t> {
    /// The file's stem, or what the line gives; a line without gives its file and number.
    pub id: Cow<'t, str>,
    /// The file it came from, below the folder that was given.
    pub name: &'t str,
    /// In which form.
    pub format: Format,
    /// How its characters were stored.
    pub encoding: Encoding,
    /// What it says; never changed from here on.
    pub text: Cow<'t, str>,
    /// The bytes of the file, where they are not those of the text.
    raw: Option<&'t [u8]>,
}

impl<'t> Record<'t> {
    /// A report that is in memory already.
    ///
    /// ```
    /// let record = casegrain::read::Record::new("case-1", "A 76-year-old man.");
    /// assert_eq!(record.name, "case-1");
    /// ```
    pub fn new(id: &'t str, text: &'t str) -> Self {
        Record {
            id: Cow::Borrowed(id),
            name: id,
            format: Format::Text,
            encoding: Encoding::Utf8,
            text: Cow::Borrowed(text),
            raw: None,
        }
    }

    /// The SHA-256 of the file's bytes; of the text's own bytes where it came in a line.
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.raw.unwrap_or(self.text.as_bytes())).into()
    }
}
