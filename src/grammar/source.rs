//! The files of a grammar set and pieces of their text.

use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// The lines of a table that are not its head, comments or empty, with their numbers.
pub(crate) fn rows(text: &str) -> impl Iterator<Item = (u32, &str)> {
    (1..).zip(text.lines()).skip(1).filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty())
}

/// A piece of one file's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    file: u16,
    len: u16,
    start: u32,
}

impl Piece {
    /// As numbers, for the image.
    #[allow(dead_code, reason = "the build script writes, the library reads")]
    pub(crate) fn numbers(self) -> [u32; 2] {
        [self.start, u32::from(self.file) << 16 | u32::from(self.len)]
    }

    /// From its numbers.
    pub(crate) fn from_numbers([start, packed]: [u32; 2]) -> Self {
        Piece { file: (packed >> 16) as u16, len: packed as u16, start }
    }

    /// `len` bytes from `start`.
    pub fn new(file: u16, start: usize, len: usize) -> Self {
        Piece { file, start: start as u32, len: len.min(usize::from(u16::MAX)) as u16 }
    }
}

/// The files of a grammar set, by their path below the grammar folder.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<(String, Cow<'static, str>)>,
}

impl Sources {
    /// Adds a file, or replaces the one of that path.
    pub fn add(&mut self, path: &str, text: Cow<'static, str>) {
        match self.files.iter_mut().find(|(p, _)| p == path) {
            Some(file) => file.1 = text,
            None => self.files.push((path.to_owned(), text)),
        }
    }

    /// Adds a file whose path is new.
    pub(crate) fn push(&mut self, path: &str, text: Cow<'static, str>) {
        self.files.push((path.to_owned(), text));
    }

    /// Brings the files into the order of their paths; done once, before pieces are made.
    pub fn sort(&mut self) {
        self.files.sort_by(|a, b| a.0.cmp(&b.0));
    }

    /// The text of the file of that path.
    pub(crate) fn find(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|(p, _)| p == path).map(|(_, text)| &**text)
    }

    /// `sha256:` and the hash over all files, names and texts.
    pub(crate) fn hash(&self) -> String {
        let mut sha = Sha256::new();
        for (path, text) in &self.files {
            for part in [path.as_str(), text] {
                sha.update((part.len() as u64).to_le_bytes());
                sha.update(part.as_bytes());
            }
        }
        sha.finalize().iter().fold("sha256:".to_owned(), |hash, byte| hash + &format!("{byte:02x}"))
    }

    /// The numbers of all files, in order.
    pub fn numbers(&self) -> impl Iterator<Item = u16> + use<> {
        0..self.files.len() as u16
    }

    /// The number of the file of that path; 0 if there is none.
    pub(crate) fn number(&self, path: &str) -> u16 {
        self.files.iter().position(|(p, _)| p == path).unwrap_or(0) as u16
    }

    /// A file's path below the grammar folder, with `/`.
    pub fn name(&self, file: u16) -> &str {
        &self.files[file as usize].0
    }

    /// A file's text.
    pub fn text(&self, file: u16) -> &str {
        &self.files[file as usize].1
    }

    /// A cell of a row of a table, without white space around it; `None` if it is empty or not there.
    pub(crate) fn cell(&self, row: Piece, column: usize) -> Option<Piece> {
        let text = self.get(row);
        let mut tabs = memchr::memchr_iter(b'\t', text.as_bytes());
        let start = if column == 0 { 0 } else { tabs.nth(column - 1)? + 1 };
        let cell = &text[start..tabs.next().unwrap_or(text.len())];
        let start = start + (cell.len() - cell.trim_start().len());
        let cell = cell.trim();
        (!cell.is_empty()).then(|| Piece::new(row.file, row.start as usize + start, cell.len()))
    }

    /// The text of a piece.
    pub fn get(&self, piece: Piece) -> &str {
        &self.text(piece.file)[piece.start as usize..piece.start as usize + usize::from(piece.len)]
    }
}
