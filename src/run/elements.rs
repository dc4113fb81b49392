//! JSON values one after the other, from JSON Lines or from one array.

use crate::read::Failure;
use serde::de::DeserializeOwned;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

/// Cuts a stream into its JSON objects; which layout it has, the first byte that is not white space tells.
pub(crate) struct Elements<'r> {
    path: Arc<str>,
    input: Box<dyn BufRead + 'r>,
    array: bool,
    /// Whether an object outside an array may reach over several lines.
    spread: bool,
    ended: bool,
    /// The bytes of the record at hand.
    buffer: Vec<u8>,
    /// The line, counted from 1, in which what was not read yet begins.
    next_line: u64,
    /// The line in which the record at hand begins.
    line: u64,
}

impl fmt::Debug for Elements<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Elements").field("path", &self.path).field("line", &self.line).finish_non_exhaustive()
    }
}

impl Elements<'static> {
    /// Opens a file; `-` is standard input.
    ///
    /// # Errors
    /// When it cannot be opened or read.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        if path.as_os_str() == "-" {
            return Elements::new("standard input", io::stdin());
        }
        let file = File::open(path).map_err(|error| Failure::io(&name, &error))?;
        Elements::new(&name, file)
    }
}

impl<'r> Elements<'r> {
    /// Reads from anything; failures call it `path`.
    ///
    /// # Errors
    /// When its beginning cannot be read.
    pub(crate) fn new(path: &str, input: impl Read + 'r) -> Result<Self, Failure> {
        let mut elements = Elements {
            path: path.into(),
            input: Box::new(BufReader::with_capacity(256 * 1024, input)),
            array: false,
            spread: false,
            ended: false,
            buffer: Vec::new(),
            next_line: 1,
            line: 1,
        };
        elements.array =
            elements.pass_over(b"\xEF\xBB\xBF").map_err(|error| Failure::io(path, &error))? == Some(b'[');
        if elements.array {
            elements.input.consume(1);
        }
        Ok(elements)
    }

    /// Reads objects to their closing braces, also where they are not in an array. In JSON Lines this would let one
    /// broken line take the next ones with it.
    pub(crate) fn spread(mut self) -> Self {
        self.spread = true;
        self
    }

    /// The line in which the record read last begins, counted from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Passes over white space and over the bytes `also`; gives the byte after it without taking it.
    fn pass_over(&mut self, also: &[u8]) -> io::Result<Option<u8>> {
        loop {
            let bytes = match self.input.fill_buf() {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let end = bytes.iter().position(|b| !b.is_ascii_whitespace() && !also.contains(b));
            let passed = end.unwrap_or(bytes.len());
            self.next_line += memchr::memchr_iter(b'\n', &bytes[..passed]).count() as u64;
            let found = end.map(|at| bytes[at]);
            let empty = bytes.is_empty();
            self.input.consume(passed);
            if found.is_some() || empty {
                return Ok(found);
            }
        }
    }

    /// Takes the next record's bytes into the buffer; `false` at the end.
    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.clear();
        let next = self.pass_over(if self.array { b"," } else { b"" })?;
        self.line = self.next_line;
        match next {
            None if self.array => {
                Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it ends within the array"))
            }
            None => Ok(false),
            Some(b']') if self.array => Ok(false),
            Some(b'{') if self.array || self.spread => self.element().map(|()| true),
            Some(_) => {
                self.input.read_until(b'\n', &mut self.buffer)?;
                self.next_line += 1;
                // A value that is cut short ends in its own line, not in the next.
                self.buffer.truncate(self.buffer.trim_ascii_end().len());
                Ok(true)
            }
        }
    }

    /// Takes one object of an array, up to its closing brace.
    fn element(&mut self) -> io::Result<()> {
        let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
        loop {
            let bytes = match self.input.fill_buf() {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if bytes.is_empty() {
                return Ok(());
            }
            let mut end = None;
            for (at, byte) in bytes.iter().enumerate() {
                match (quoted, byte) {
                    (true, _) if escaped => escaped = false,
                    (true, b'\\') => escaped = true,
                    (_, b'"') => quoted = !quoted,
                    (false, b'{') => depth += 1,
                    (false, b'}') => {
                        depth -= 1;
                        if depth == 0 {
                            end = Some(at + 1);
                            break;
                        }
                    }
                    _ => {}
                }
            }
            let taken = end.unwrap_or(bytes.len());
            self.next_line += memchr::memchr_iter(b'\n', &bytes[..taken]).count() as u64;
            self.buffer.extend_from_slice(&bytes[..taken]);
            self.input.consume(taken);
            if end.is_some() {
                return Ok(());
            }
        }
    }

    /// The next object; none at the end. What cannot be read is passed over after its failure.
    pub(crate) fn next_as<T: DeserializeOwned>(&mut self) -> Option<Result<T, Failure>> {
        match self.advance()? {
            Ok(()) => Some(parse(&self.buffer, &self.path, self.line, self.array)),
            Err(failure) => Some(Err(failure)),
        }
    }

    /// The next object as it stands in the file, to be read elsewhere; none at the end.
    pub(crate) fn next_unread(&mut self) -> Option<Result<Element, Failure>> {
        match self.advance()? {
            Ok(()) => {
                let bytes = std::mem::take(&mut self.buffer);
                let path = Arc::clone(&self.path);
                Some(Ok(Element { bytes, path, line: self.line, array: self.array }))
            }
            Err(failure) => Some(Err(failure)),
        }
    }

    /// Takes the next object into the buffer; none at the end.
    fn advance(&mut self) -> Option<Result<(), Failure>> {
        if self.ended {
            return None;
        }
        match self.fill() {
            Ok(true) => Some(Ok(())),
            Ok(false) => {
                self.ended = true;
                None
            }
            Err(error) => {
                self.ended = true;
                Some(Err(Failure::io(&self.path, &error)))
            }
        }
    }
}

/// An object that was cut out of a stream and not read yet.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    bytes: Vec<u8>,
    path: Arc<str>,
    line: u64,
    array: bool,
}

impl Element {
    /// The line in which it begins, counted from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// It as it stands in the file; nothing if that is no text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap_or_default()
    }

    /// How many bytes it is of.
    pub(crate) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// What it holds.
    pub(crate) fn read_as<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        parse(&self.bytes, &self.path, self.line, self.array)
    }
}

/// Reads an object; a failure says where it is. Its text is not part of the message.
fn parse<T: DeserializeOwned>(bytes: &[u8], path: &str, line: u64, array: bool) -> Result<T, Failure> {
    serde_json::from_slice(bytes).map_err(|error| {
        let message = error.to_string();
        let what = message.split(" at line ").next().unwrap_or_default();
        let line = line + (error.line() as u64).saturating_sub(1);
        // An element of an array may begin anywhere in its line.
        let column = if array { String::new() } else { format!(" at column {}", error.column()) };
        Failure::new(path, format!("{what}{column}")).at(line)
    })
}
