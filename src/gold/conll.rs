//! CoNLL columns with IOB2 tags: a token a line, a blank line between sentences.
//!
//! The first column is the token, the last its tag. The text is made of the tokens with a space between them, a line
//! for each sentence. `-DOCSTART-` begins a document, and so does a comment `# id = NAME`; without either, the file is
//! one document.

use super::{Document, Entity, Place, Problem};

/// Reads a file; `stem` names documents that have no id of their own.
pub(super) fn read(file: &str, stem: &str, lines: &str) -> Vec<Result<Document, Problem>> {
    let mut reader = Reader { file, stem, all: Vec::new(), current: None, open: None, length: 0 };
    for (number, line) in (1..).zip(lines.lines()) {
        if let Err(why) = reader.line(number, line) {
            let place = Place { file: file.to_owned(), line: number };
            reader.all.push(Err(Problem::error(&place, "form", why)));
        }
    }
    reader.end_document();
    reader.all
}

struct Reader<'r> {
    file: &'r str,
    stem: &'r str,
    all: Vec<Result<Document, Problem>>,
    current: Option<Document>,
    /// The entity that the next `I-` tag would continue.
    open: Option<Entity>,
    /// The length of the text in code points.
    length: u32,
}

impl Reader<'_> {
    fn line(&mut self, number: u64, line: &str) -> Result<(), String> {
        let line = line.trim_end();
        if let Some(comment) = line.strip_prefix('#').filter(|c| !c.contains('\t')) {
            if let Some((name, id)) = comment.split_once(['=', ':'])
                && matches!(name.trim(), "id" | "newdoc id" | "doc_id")
            {
                self.begin(number, Some(id.trim()));
            }
            return Ok(());
        }
        if line.is_empty() {
            self.close();
            if let Some(document) =
                self.current.as_mut().filter(|d| !d.text.is_empty() && !d.text.ends_with('\n'))
            {
                document.text.push('\n');
                self.length += 1;
            }
            return Ok(());
        }
        let columns: Vec<&str> =
            if line.contains('\t') { line.split('\t').collect() } else { line.split_whitespace().collect() };
        if columns[0] == "-DOCSTART-" {
            self.begin(number, None);
            return Ok(());
        }
        let [token, .., tag] = columns.as_slice() else {
            return Err(format!("`{line}` has no tag"));
        };
        if self.current.is_none() {
            self.begin(number, None);
        }
        self.token(number, token, tag)
    }

    fn token(&mut self, number: u64, token: &str, tag: &str) -> Result<(), String> {
        let Some(document) = &mut self.current else { return Ok(()) };
        if !document.text.is_empty() && !document.text.ends_with('\n') {
            document.text.push(' ');
            self.length += 1;
        }
        let start = self.length;
        document.text.push_str(token);
        self.length += token.chars().count() as u32;
        let end = self.length;
        match tag.split_once('-') {
            None if tag == "O" => self.close(),
            Some(("B", label)) => {
                self.close();
                let label = label.to_owned();
                self.open = Some(Entity { label, start, end, line: number, ..Entity::default() });
            }
            Some(("I", label)) => match &mut self.open {
                Some(entity) if entity.label == label => entity.end = end,
                _ => return Err(format!("`{tag}` continues no `{label}`; IOB2 begins each with `B-`")),
            },
            _ => return Err(format!("`{tag}` is no IOB2 tag; those are `O`, `B-TYPE` and `I-TYPE`")),
        }
        Ok(())
    }

    fn close(&mut self) {
        if let (Some(entity), Some(document)) = (self.open.take(), &mut self.current) {
            document.entities.push(entity);
        }
    }

    fn begin(&mut self, number: u64, id: Option<&str>) {
        // An id right after `-DOCSTART-` names that document.
        if let (Some(id), Some(document)) = (id, self.current.as_mut().filter(|d| d.text.is_empty())) {
            document.id = id.to_owned();
            return;
        }
        self.end_document();
        let number_of = self.all.len() + 1;
        let id = id.map_or_else(|| format!("{}-{number_of}", self.stem), str::to_owned);
        let place = Place { file: self.file.to_owned(), line: number };
        self.current = Some(Document { id, place, ..Document::default() });
        self.length = 0;
    }

    fn end_document(&mut self) {
        self.close();
        if let Some(document) = self.current.take().filter(|document| !document.text.is_empty()) {
            self.all.push(Ok(document));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_become_text_and_tags_entities() {
        let lines = "-DOCSTART- O\n\nTook O\nfolic B-drug\nacid I-drug\n. O\n\n5 B-dose\nmg I-dose\n# id = two\nx\tB-drug\n";
        let all = read("f.conll", "f", lines);
        let first = all[0].as_ref().expect("good");
        assert_eq!((first.id.as_str(), first.text.as_str()), ("f-1", "Took folic acid .\n5 mg"));
        let places: Vec<_> =
            first.entities.iter().map(|e| (e.label.as_str(), e.start, e.end, e.line)).collect();
        assert_eq!(places, [("drug", 5, 15, 4), ("dose", 18, 22, 8)]);
        assert_eq!(all[1].as_ref().expect("good").id, "two");
    }

    #[test]
    fn tags_that_are_not_iob2_say_where() {
        let all = read("f.conll", "f", "a O\nb I-drug\n");
        assert!(all.iter().any(|d| d.as_ref().is_err_and(|p| p.to_string().starts_with("f.conll:2: "))));
    }
}
