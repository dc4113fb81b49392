//! Cuts a stream into pieces of whole lines, without looking into the lines.

use super::CHUNK;
use std::io::{self, Read};
use std::ops::Range;

/// Appends up to `most` bytes; fewer come only at the end of the stream.
pub(super) fn append(reader: &mut impl Read, bytes: &mut Vec<u8>, most: usize) -> io::Result<usize> {
    let start = bytes.len();
    let mut end = start;
    // In steps, so that a large limit is not paid for by a small file.
    while end < start + most {
        bytes.resize(end + (start + most - end).min(CHUNK.max(end - start)), 0);
        match reader.read(&mut bytes[end..]) {
            Ok(0) => break,
            Ok(got) => end += got,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                bytes.truncate(end);
                return Err(error);
            }
        }
    }
    bytes.truncate(end);
    Ok(end - start)
}

/// A stream with a report a line.
pub(super) struct Lines {
    reader: Box<dyn Read + Send>,
    /// What was read beyond the last piece.
    carry: Vec<u8>,
    /// The number of the next line.
    pub(super) line: u64,
    limit: usize,
    ended: bool,
}

/// What comes next in the stream.
pub(super) enum Piece {
    /// Whole lines, the first of them with this number.
    Lines(Range<usize>, u64),
    /// A line above the limit, of which nothing was kept: its number and its length.
    TooLong(u64, usize),
    /// Nothing.
    End,
}

impl Lines {
    /// The stream whose beginning `carry` was read already.
    pub(super) fn new(reader: Box<dyn Read + Send>, carry: Vec<u8>, limit: usize) -> Self {
        Lines { reader, carry, line: 1, limit, ended: false }
    }

    /// Appends the next whole lines to `bytes`: about [`CHUNK`], or one line if it is longer.
    pub(super) fn next(&mut self, bytes: &mut Vec<u8>) -> io::Result<Piece> {
        let start = bytes.len();
        bytes.append(&mut self.carry);
        let mut searched = start;
        loop {
            if let Some(at) = memchr::memrchr(b'\n', &bytes[searched..]) {
                let end = searched + at + 1;
                self.carry.extend_from_slice(&bytes[end..]);
                bytes.truncate(end);
                let first = self.line;
                self.line += memchr::memchr_iter(b'\n', &bytes[start..]).count() as u64;
                return Ok(Piece::Lines(start..end, first));
            }
            searched = bytes.len();
            if bytes.len() - start > self.limit {
                let held = bytes.len() - start;
                bytes.truncate(start);
                self.line += 1;
                return Ok(Piece::TooLong(self.line - 1, held + self.skip()?));
            }
            if self.ended {
                let range = start..bytes.len();
                return Ok(if range.is_empty() { Piece::End } else { Piece::Lines(range, self.line) });
            }
            self.ended = append(&mut self.reader, bytes, CHUNK)? < CHUNK;
        }
    }

    /// Reads on to the next line without keeping anything; says how much that was.
    fn skip(&mut self) -> io::Result<usize> {
        let mut skipped = 0;
        while !self.ended {
            self.carry.clear();
            self.ended = append(&mut self.reader, &mut self.carry, CHUNK)? < CHUNK;
            if let Some(at) = memchr::memchr(b'\n', &self.carry) {
                self.carry.drain(..=at);
                return Ok(skipped + at + 1);
            }
            skipped += self.carry.len();
        }
        self.carry.clear();
        Ok(skipped)
    }
}
