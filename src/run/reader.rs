//! A saved run to its records, one at a time.

use super::Record;
use crate::read::Failure;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// Reads a saved run record by record, from JSON Lines or from one JSON array; which of them it is, the first byte
/// that is not white space tells. Memory holds one record at a time.
///
/// A record that cannot be read is a [`Failure`] with the file and the line, and the next one is tried; an error of
/// the file itself ends the run.
///
/// ```
/// use casegrain::run::Reader;
/// let saved = "[\n  {\"id\": \"a\", \"entities\": []},\n  {\"entities\": []}\n]\n";
/// let read: Vec<_> = Reader::new("run.json", saved.as_bytes()).unwrap().collect();
/// assert_eq!(read[0].as_ref().unwrap().id, "a");
/// assert_eq!(read[1].as_ref().unwrap_err().to_string(), "run.json:3: missing field `id`");
/// ```
pub struct Reader<'r> {
    path: String,
    input: Box<dyn BufRead + 'r>,
    array: bool,
    ended: bool,
    /// The bytes of the record at hand.
    buffer: Vec<u8>,
    /// The line, counted from 1, in which what was not read yet begins.
    next_line: u64,
    /// The line in which the record at hand begins.
    line: u64,
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("path", &self.path).field("line", &self.line).finish_non_exhaustive()
    }
}

impl Reader<'static> {
    /// Opens a file; `-` is standard input.
    ///
    /// # Errors
    /// When it cannot be opened or read.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        if path.as_os_str() == "-" {
            return Reader::new("standard input", io::stdin());
        }
        let file = File::open(path).map_err(|error| Failure::io(&name, &error))?;
        Reader::new(&name, file)
    }
}

impl<'r> Reader<'r> {
    /// Reads from anything; failures call it `path`.
    ///
    /// # Errors
    /// When its beginning cannot be read.
    pub fn new(path: &str, input: impl Read + 'r) -> Result<Self, Failure> {
        let mut reader = Reader {
            path: path.to_owned(),
            input: Box::new(BufReader::with_capacity(256 * 1024, input)),
            array: false,
            ended: false,
            buffer: Vec::new(),
            next_line: 1,
            line: 1,
        };
        reader.array =
            reader.pass_over(b"\xEF\xBB\xBF").map_err(|error| Failure::io(path, &error))? == Some(b'[');
        if reader.array {
            reader.input.consume(1);
        }
        Ok(reader)
    }

    /// The line in which the record read last begins, counted from 1.
    ///
    /// ```
    /// let saved = "\n{\"id\": \"a\", \"entities\": []}\n";
    /// let mut reader = casegrain::run::Reader::new("run.jsonl", saved.as_bytes()).unwrap();
    /// reader.next().unwrap().unwrap();
    /// assert_eq!(reader.line(), 2);
    /// ```
    pub fn line(&self) -> u64 {
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
            Some(b'{') if self.array => self.element().map(|()| true),
            Some(_) => {
                self.input.read_until(b'\n', &mut self.buffer)?;
                self.next_line += 1;
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

    /// Why the record at hand cannot be read. Its text is not part of the message.
    fn bad(&self, error: &serde_json::Error) -> Failure {
        let message = error.to_string();
        let what = message.split(" at line ").next().unwrap_or_default();
        let line = self.line + (error.line() as u64).saturating_sub(1);
        // An element of an array may begin anywhere in its line.
        let column = if self.array { String::new() } else { format!(" at column {}", error.column()) };
        let failure = Failure::new(&self.path, format!("{what}{column}")).at(line);
        if error.is_data() && what.contains("`entities`") {
            return failure.hint("a saved run is what `casegrain extract` writes");
        }
        failure
    }
}

impl Iterator for Reader<'_> {
    type Item = Result<Record, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.fill() {
            Ok(true) => Some(serde_json::from_slice(&self.buffer).map_err(|error| self.bad(&error))),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(saved: &str) -> Vec<Result<String, String>> {
        let reader = Reader::new("run", saved.as_bytes()).expect("a beginning");
        reader.map(|r| r.map(|r| r.id).map_err(|f| f.to_string())).collect()
    }

    #[test]
    fn lines_and_arrays_in_any_layout() {
        let one = r#"{"id":"a}]\"","entities":[],"new":{"x":[1]}}"#;
        let two = r#"{"id":"b","entities":[]}"#;
        let both = vec![Ok("a}]\"".to_owned()), Ok("b".to_owned())];
        for saved in [
            format!("{one}\n{two}\n"),
            format!("\u{feff}\n{one}\r\n\n{two}"),
            format!("[{one},{two}]"),
            format!("[\n{one}\n,\n{two}\n]\n"),
        ] {
            assert_eq!(read(&saved), both, "{saved}");
        }
        assert!(read("").is_empty() && read("[]\n").is_empty() && read(" \n").is_empty());
    }

    #[test]
    fn failures_say_where_and_the_rest_is_read() {
        let good = r#"{"id":"b","entities":[]}"#;
        let all = read(&format!("{{\"id\":\"a\"}}\n{good}\nnonsense\n"));
        assert_eq!(
            all[0],
            Err("run:1: missing field `entities` at column 10 (a saved run is what `casegrain extract` writes)"
                .into())
        );
        assert_eq!(all[1], Ok("b".into()));
        assert!(all[2].as_ref().is_err_and(|e| e.starts_with("run:3: ")), "{all:?}");

        let bad = r#"{"id":"a","entities":[
            {"type":"nonsense","start":0,"end":1}]}"#;
        let all = read(&format!("[\n{bad},\n{good}\n]"));
        assert!(
            all[0].as_ref().is_err_and(|e| e.starts_with("run:3: unknown entity type `nonsense`")),
            "{all:?}"
        );
        assert_eq!(all[1], Ok("b".into()));

        let all = read(&format!("[{good},"));
        assert_eq!(all[1], Err("run: cannot be read: it ends within the array".into()));
        assert_eq!(all.len(), 2);
    }

    #[test]
    fn values_keep_their_digits() {
        let saved = r#"{"id":"a","entities":[{"type":"size","start":1,"end":2,
            "value":{"dimensions":[4.80,4.0],"unit":"cm","unheard_of":{"x":1},"low":null,"value":1.5e3,"high":-0.50},
            "parts":{"unit":{"start":3,"end":4}},"assertion":{"status":"absent"},"case":2}]}"#
            .replace('\n', " ");
        let record = Reader::new("run", saved.as_bytes()).expect("good").next().expect("one").expect("good");
        let entity = &record.entities[0];
        let shown: Vec<String> = entity.value.iter().map(|(f, v)| format!("{} {v:?}", f.name())).collect();
        assert_eq!(shown.len(), 4, "{shown:?}");
        use crate::model::{Field, FieldValue, Status};
        let Some(FieldValue::Numbers(numbers)) = entity.value.get(Field::Dimensions) else {
            panic!("{shown:?}")
        };
        assert_eq!(numbers.iter().map(ToString::to_string).collect::<Vec<_>>(), ["4.80", "4.0"]);
        assert_eq!(entity.value.number(Field::Value).map(|n| n.to_string()).as_deref(), Some("1500"));
        assert_eq!(entity.value.number(Field::High).map(|n| n.to_string()).as_deref(), Some("-0.50"));
        assert_eq!(entity.parts[0], crate::run::Part { field: Field::Unit, start: 3, end: 4 });
        assert_eq!((entity.assertion.status, entity.case), (Status::Absent, Some(2)));
    }
}
