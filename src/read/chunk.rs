//! Work for one worker at a time: some files, or some lines, that are not looked into yet.

use super::lines::{Lines, Piece, append};
use super::walk::{Input, Kind, Walk};
use super::{CHUNK, Failure, Limits, Record, binary, json_line, text};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// As many small files as are handed out at once.
const FILES: usize = 64;

/// Some reports in their order, to be read by [`Chunk::each`]. It keeps its buffers when it is filled anew.
#[derive(Debug, Default)]
pub struct Chunk {
    items: Vec<Item>,
    bytes: Vec<u8>,
    /// The file at hand.
    file: Vec<u8>,
    size: u64,
}

#[derive(Debug)]
enum Item {
    /// A text file that the worker opens.
    File(Input, u64),
    /// A text that is in `bytes` already.
    Text(Arc<Source>, Range<usize>),
    /// Lines that are in `bytes`, and the number of the first.
    Lines(Arc<Source>, Range<usize>, u64),
    Failure(Failure),
}

/// Where bytes came from.
#[derive(Debug)]
struct Source {
    path: String,
    name: String,
}

impl Source {
    fn of(input: &Input) -> Source {
        let path = match input.kind {
            Kind::Stdin => "standard input".into(),
            _ => input.path.to_string_lossy().into_owned(),
        };
        Source { path, name: input.name.clone() }
    }
}

impl Chunk {
    /// How many bytes of input it stands for.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Reads each report and hands it on, or why it could not be read.
    pub fn each(&mut self, limits: Limits, mut handle: impl FnMut(Result<Record<'_>, Failure>)) {
        for item in &self.items {
            match item {
                Item::File(input, size) => {
                    let path = input.path.to_string_lossy();
                    match text::load(&input.path, *size, limits.report, &mut self.file) {
                        Ok(()) => handle(text::text_file(&path, &input.name, &self.file)),
                        Err(failure) => handle(Err(failure)),
                    }
                }
                Item::Text(source, range) => {
                    handle(text::text_file(&source.path, &source.name, &self.bytes[range.clone()]));
                }
                Item::Lines(source, range, first) => {
                    lines(source, &self.bytes[range.clone()], *first, limits, &mut handle);
                }
                Item::Failure(failure) => handle(Err(failure.clone())),
            }
        }
    }

    fn clear(&mut self) {
        self.items.clear();
        self.size = 0;
        for buffer in [&mut self.bytes, &mut self.file] {
            buffer.clear();
            buffer.shrink_to(4 * CHUNK);
        }
    }
}

fn lines(
    source: &Source,
    bytes: &[u8],
    first: u64,
    limits: Limits,
    handle: &mut impl FnMut(Result<Record<'_>, Failure>),
) {
    let mut start = 0;
    let ends = memchr::memchr_iter(b'\n', bytes).chain((bytes.last() != Some(&b'\n')).then_some(bytes.len()));
    for (number, end) in (first..).zip(ends) {
        let line = &bytes[start..end];
        start = end + 1;
        if line.len() > limits.report {
            handle(Err(Failure::too_large(&source.path, limits.report).at(number)));
        } else if !line.trim_ascii().is_empty() {
            handle(json_line(&source.path, &source.name, number, line));
        }
    }
}

/// Fills [`Chunk`]s from paths, in a fixed order, without ever holding more than what is handed out.
///
/// ```
/// use casegrain::read::{Chunk, Limits, Reader};
/// let folder = tempfile::tempdir().unwrap();
/// std::fs::write(folder.path().join("b.txt"), "A man.").unwrap();
/// std::fs::write(folder.path().join("a.jsonl"), "{\"id\": \"x\", \"text\": \"A boy.\"}\n{}\n").unwrap();
/// let mut reader = Reader::new(&[folder.path().to_owned()], Limits::default());
/// let (mut chunk, mut ids, mut failed) = (Chunk::default(), vec![], 0);
/// while reader.fill(&mut chunk) {
///     chunk.each(Limits::default(), |report| match report {
///         Ok(record) => ids.push(record.id.into_owned()),
///         Err(_) => failed += 1,
///     });
/// }
/// assert_eq!((ids, failed), (vec!["x".to_owned(), "b".to_owned()], 1));
/// ```
pub struct Reader {
    walk: Walk,
    lines: Option<(Arc<Source>, Lines)>,
    limits: Limits,
}

impl Reader {
    /// Files, folders (searched through, sorted by name) and `-` for standard input.
    pub fn new(paths: &[PathBuf], limits: Limits) -> Self {
        Reader { walk: Walk::new(paths.to_vec()), lines: None, limits }
    }

    /// How many files in folders were passed over, by their extension, and folders of annotated copies, under
    /// `gold/`, as far as reading has come.
    pub fn passed_over(&self) -> &BTreeMap<String, u64> {
        self.walk.passed_over()
    }

    /// Puts the next reports into `chunk`, in place of what it held; `false` when there are no more.
    pub fn fill(&mut self, chunk: &mut Chunk) -> bool {
        chunk.clear();
        while chunk.size < CHUNK as u64 && chunk.items.len() < FILES {
            if let Some((source, lines)) = &mut self.lines {
                let next = lines.next(&mut chunk.bytes);
                let failed = next.is_err();
                match next {
                    Ok(Piece::Lines(range, first)) => {
                        chunk.size += range.len() as u64;
                        chunk.items.push(Item::Lines(source.clone(), range, first));
                        continue;
                    }
                    Ok(Piece::TooLong(line, length)) => {
                        chunk.size += length as u64;
                        let failure = Failure::too_large(&source.path, self.limits.report).at(line);
                        chunk.items.push(Item::Failure(failure));
                        continue;
                    }
                    Ok(Piece::End) => {}
                    Err(error) => {
                        chunk.items.push(Item::Failure(Failure::io(&source.path, &error).at(lines.line)));
                    }
                }
                self.lines = None;
                if failed {
                    continue;
                }
            }
            match self.walk.next() {
                None => break,
                Some(Err(failure)) => chunk.items.push(Item::Failure(failure)),
                Some(Ok(Input { kind: Kind::Text, size: Some(size), path, name })) => {
                    chunk.size += size;
                    chunk
                        .items
                        .push(Item::File(Input { kind: Kind::Text, size: Some(size), path, name }, size));
                }
                Some(Ok(input)) => {
                    if let Err(failure) = self.open(&input, chunk) {
                        chunk.items.push(Item::Failure(failure));
                    }
                }
            }
        }
        !chunk.items.is_empty()
    }

    /// Begins with a file whose first bytes must be seen, or one with a report a line.
    fn open(&mut self, input: &Input, chunk: &mut Chunk) -> Result<(), Failure> {
        let source = Source::of(input);
        let fail = |error: io::Error| Failure::io(&source.path, &error);
        let mut reader: Box<dyn Read + Send> = match input.kind {
            Kind::Stdin => Box::new(io::stdin()),
            _ => Box::new(File::open(&input.path).map_err(fail)?),
        };
        let mut head = Vec::new();
        append(&mut reader, &mut head, CHUNK).map_err(fail)?;
        if head.is_empty() {
            return Err(Failure::new(source.path, "is empty"));
        }
        let binary = binary::known(&head);
        let first = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&head).trim_ascii_start().first();
        let jsonl = match input.kind {
            Kind::Jsonl => true,
            Kind::Text => false,
            Kind::Unknown | Kind::Stdin => first == Some(&b'{') && binary.is_none(),
        };
        if !jsonl {
            let rest = (self.limits.report + 1).saturating_sub(head.len());
            append(&mut reader, &mut head, rest).map_err(fail)?;
            if head.len() > self.limits.report {
                return Err(Failure::too_large(&source.path, self.limits.report));
            }
            let start = chunk.bytes.len();
            chunk.bytes.append(&mut head);
            chunk.size += (chunk.bytes.len() - start) as u64;
            chunk.items.push(Item::Text(Arc::new(source), start..chunk.bytes.len()));
            return Ok(());
        }
        if let Some(binary) = binary {
            let failure = Failure::new(source.path, format!("is {}, not JSON Lines", binary.name));
            return Err(failure.hint(binary.hint));
        }
        if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
            return Err(Failure::new(source.path, "is UTF-16, not JSON Lines")
                .hint("JSON Lines are always UTF-8; convert the file with iconv"));
        }
        if head.starts_with(b"\xEF\xBB\xBF") {
            head.drain(..3);
        }
        self.lines = Some((Arc::new(source), Lines::new(reader, head, self.limits.report)));
        Ok(())
    }
}

/// How many bytes lie below `paths`, for a progress bar; `None` where that cannot be known beforehand.
pub fn total_size(paths: &[impl AsRef<Path>]) -> Option<u64> {
    let paths = paths.iter().map(|path| path.as_ref().to_owned()).collect();
    let mut total = 0;
    for input in Walk::new(paths).flatten() {
        total += input.size?;
    }
    Some(total)
}
