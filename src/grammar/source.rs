//! The files of a grammar set and pieces of their text.

use std::borrow::Cow;

/// A piece of one file's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    file: u16,
    len: u16,
    start: u32,
}

impl Piece {
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
    pub(super) fn push(&mut self, path: &str, text: Cow<'static, str>) {
        self.files.push((path.to_owned(), text));
    }

    /// Brings the files into the order of their paths; done once, before pieces are made.
    pub fn sort(&mut self) {
        self.files.sort_by(|a, b| a.0.cmp(&b.0));
    }

    /// The numbers of all files, in order.
    pub fn numbers(&self) -> impl Iterator<Item = u16> + use<> {
        0..self.files.len() as u16
    }

    /// A file's path below the grammar folder, with `/`.
    pub fn name(&self, file: u16) -> &str {
        &self.files[file as usize].0
    }

    /// A file's text.
    pub fn text(&self, file: u16) -> &str {
        &self.files[file as usize].1
    }

    /// The text of a piece.
    pub fn get(&self, piece: Piece) -> &str {
        &self.text(piece.file)[piece.start as usize..piece.start as usize + usize::from(piece.len)]
    }
}
