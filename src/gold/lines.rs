//! The lines of a file in which the parts of its documents stand.

use super::datum::Members;
use serde_json::value::RawValue;

/// Where the lines of a text end.
pub(super) struct LineCount<'x> {
    text: &'x str,
    first: u64,
    ends: Vec<usize>,
}

impl<'x> LineCount<'x> {
    /// Of a text that begins in that line.
    pub(super) fn new(text: &'x str, first: u64) -> Self {
        LineCount { text, first, ends: memchr::memchr_iter(b'\n', text.as_bytes()).collect() }
    }

    /// The line of a byte.
    pub(super) fn of(&self, byte: usize) -> u64 {
        self.first + self.ends.partition_point(|end| *end < byte) as u64
    }

    /// The line of a value of JSON that was borrowed from the text.
    pub(super) fn of_raw(&self, raw: &RawValue) -> u64 {
        self.of(raw.get().as_ptr() as usize - self.text.as_ptr() as usize)
    }
}

/// The lines of the members of a document in JSON, and of the elements of those that are arrays.
#[derive(Debug, Default)]
pub(super) struct ElementLines(Vec<(String, u64, Vec<u64>)>);

impl ElementLines {
    /// Of an object that begins in that line. None are known of an object on one line, where all have its own.
    pub(super) fn new(json: &str, line: u64) -> Self {
        let lines = LineCount::new(json, line);
        if lines.ends.is_empty() {
            return Self::default();
        }
        let Ok(Members(members)) = serde_json::from_str(json) else { return Self::default() };
        let of = |(name, raw): (String, &RawValue)| {
            let line = lines.of_raw(raw);
            let elements: Vec<&RawValue> = serde_json::from_str(raw.get()).unwrap_or_default();
            (name, line, elements.into_iter().map(|element| lines.of_raw(element)).collect())
        };
        ElementLines(members.into_iter().map(of).collect())
    }

    /// The line of a member; 0 if it is the document's.
    pub(super) fn member(&self, name: &str) -> u64 {
        self.0.iter().find(|(own, ..)| own == name).map_or(0, |(_, line, _)| *line)
    }

    /// The line of an element of a member, by its number from 0; 0 if it is the document's.
    pub(super) fn element(&self, name: &str, at: usize) -> u64 {
        let member = self.0.iter().find(|(own, ..)| own == name);
        member.and_then(|(.., elements)| elements.get(at)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::ElementLines;

    #[test]
    fn elements_have_their_lines() {
        let json = "{\"id\": 1,\n\n \"entities\": [\n{},\n {\n}, {}],\n\"text\": \"a\\n\"}";
        let lines = ElementLines::new(json, 10);
        assert_eq!((lines.member("id"), lines.member("entities"), lines.member("text")), (10, 12, 16));
        let elements: Vec<u64> = (0..4).map(|at| lines.element("entities", at)).collect();
        assert_eq!(elements, [13, 14, 15, 0]);
        assert_eq!(ElementLines::new("{\"entities\": [{}]}", 10).element("entities", 0), 0);
    }
}
