//! A saved run to its records, one at a time.

use super::Record;
use super::elements::{Element, Elements};
use crate::read::Failure;
use std::io::Read;
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
#[derive(Debug)]
pub struct Reader<'r> {
    elements: Elements<'r>,
}

impl Reader<'static> {
    /// Opens a file; `-` is standard input.
    ///
    /// # Errors
    /// When it cannot be opened or read.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        Ok(Reader { elements: Elements::open(path)? })
    }
}

impl<'r> Reader<'r> {
    /// Reads from anything; failures call it `path`.
    ///
    /// # Errors
    /// When its beginning cannot be read.
    pub fn new(path: &str, input: impl Read + 'r) -> Result<Self, Failure> {
        Ok(Reader { elements: Elements::new(path, input)? })
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
        self.elements.line()
    }

    /// The next record as it stands in the file: to find where it ends is a small part of reading it, and the rest may
    /// be done by another thread. None at the end.
    ///
    /// ```
    /// let saved = "{\"id\": \"a\", \"entities\": []}\n{\"id\": 7}\n";
    /// let mut reader = casegrain::run::Reader::new("run.jsonl", saved.as_bytes()).unwrap();
    /// let (first, second) = (reader.next_unread().unwrap().unwrap(), reader.next_unread().unwrap().unwrap());
    /// assert_eq!((second.line(), second.record().is_err()), (2, true));
    /// assert_eq!(first.record().unwrap().id, "a");
    /// ```
    pub fn next_unread(&mut self) -> Option<Result<Unread, Failure>> {
        Some(self.elements.next_unread()?.map(|element| Unread { element }))
    }
}

/// A record that was not read yet.
#[derive(Clone, Debug)]
pub struct Unread {
    element: Element,
}

impl Unread {
    /// The line in which it begins, counted from 1.
    pub fn line(&self) -> u64 {
        self.element.line()
    }

    /// How many bytes it is of.
    pub fn size(&self) -> usize {
        self.element.size()
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it is no record, with its file and line.
    pub fn record(&self) -> Result<Record, Failure> {
        self.element.read_as().map_err(hinted)
    }
}

fn hinted(failure: Failure) -> Failure {
    if failure.reason.contains("`entities`") {
        return failure.hint("a saved run is what `casegrain extract` writes");
    }
    failure
}

impl Iterator for Reader<'_> {
    type Item = Result<Record, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.elements.next_as::<Record>()?.map_err(hinted))
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
