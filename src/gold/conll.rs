//! CoNLL columns with IOB2 tags: a token a line, a blank line between sentences.
//!
//! The first column is the token, the last its tag. The text is made of the tokens with a space between them, a line
//! for each sentence. `-DOCSTART-` begins a document, and so does a comment `# id = NAME`; without either, the file is
//! one document. Where the second and third column are the places of the token in code points, as this module writes
//! them, the text gets as many spaces, or line breaks between sentences, as stand between two tokens.

use super::save::flat_losses;
use super::{Document, Entity, Place, Problem};
use crate::export::Losses;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Reads a file; `stem` names documents that have no id of their own.
pub(super) fn read(file: &str, stem: &str, lines: &str) -> Vec<Result<Document, Problem>> {
    let mut reader =
        Reader { file, stem, all: Vec::new(), current: None, open: None, length: 0, broken: false };
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
    /// Whether an empty line stands before the next token.
    broken: bool,
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
            self.broken = true;
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
        let place = match columns.as_slice() {
            [_, start, end, _] => start.parse::<u32>().ok().zip(end.parse::<u32>().ok()),
            _ => None,
        };
        self.token(number, token, place, tag)
    }

    fn token(
        &mut self,
        number: u64,
        token: &str,
        place: Option<(u32, u32)>,
        tag: &str,
    ) -> Result<(), String> {
        let Some(document) = &mut self.current else { return Ok(()) };
        let between = if std::mem::take(&mut self.broken) { '\n' } else { ' ' };
        let gap = match place {
            Some((start, end)) => {
                let fits = start.checked_add(token.chars().count() as u32) == Some(end);
                let gap = start.checked_sub(self.length).filter(|_| fits);
                gap.ok_or_else(|| format!("`{token}` cannot stand at {start} to {end}"))?
            }
            None => u32::from(!document.text.is_empty()),
        };
        document.text.extend(std::iter::repeat_n(between, gap as usize));
        self.length += gap;
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
        (self.length, self.broken) = (0, false);
    }

    fn end_document(&mut self) {
        self.close();
        if let Some(document) = self.current.take().filter(|document| !document.text.is_empty()) {
            self.all.push(Ok(document));
        }
    }
}

/// Documents with four columns: token, start, end, tag. Of entities that overlap the longest stands; counts what the
/// form cannot hold.
pub(super) fn write(documents: &[Document], losses: &mut Losses) -> Vec<u8> {
    let mut out = String::new();
    for document in documents {
        document_lines(document, losses, &mut out);
    }
    out.into_bytes()
}

fn document_lines(document: &Document, losses: &mut Losses, out: &mut String) {
    flat_losses(document, losses);
    let characters: Vec<char> = document.text.chars().collect();
    let mut longest: Vec<&Entity> =
        document.entities.iter().filter(|entity| entity.start < entity.end).collect();
    longest.sort_by_key(|entity| (std::cmp::Reverse(entity.end - entity.start), entity.start));
    // By the place where it begins; they do not overlap.
    let mut kept: BTreeMap<u32, &Entity> = BTreeMap::new();
    for entity in longest {
        let before = kept.range(..entity.end).next_back();
        if before.is_none_or(|(_, other)| other.end <= entity.start) {
            kept.insert(entity.start, entity);
        } else {
            losses.add("entities that overlap with a longer one", 1);
        }
    }
    let mut bounds = BTreeSet::new();
    for entity in kept.values() {
        bounds.extend([entity.start, entity.end]);
        losses.add("pieces of entities", entity.spans.len());
        losses.add("ids of entities", usize::from(!entity.id.is_empty()));
        losses.add("values of entities", usize::from(entity.value.is_some()));
        let told = [&entity.status, &entity.subject, &entity.time];
        losses.add("assertions of entities", told.into_iter().flatten().count());
        losses.add("marks of optional entities", entity.optional.into());
        let edge = |at: u32| characters.get(at as usize).is_none_or(|c| c.is_whitespace());
        let bare = edge(entity.start) || edge(entity.end - 1);
        losses.add("white space at the ends of entities", bare.into());
    }
    let _ = writeln!(out, "# newdoc id = {}", document.id);
    let within = |at: usize| {
        let before = kept.range(..=at as u32).next_back().map(|(_, entity)| *entity);
        before.filter(|entity| entity.end > at as u32)
    };
    losses.add("documents without words", characters.iter().all(|c| c.is_whitespace()).into());
    let mut at = 0;
    while at < characters.len() {
        let start = at;
        if characters[at].is_whitespace() {
            while at < characters.len() && characters[at].is_whitespace() {
                at += 1;
            }
            // An entity must not be cut by an empty line.
            let apart = within(start).is_none() && start > 0;
            space(&characters[start..at], apart, at == characters.len(), losses, out);
            continue;
        }
        let word = characters[at].is_alphanumeric();
        at += 1;
        // A word, or one other character; no token reaches over the bound of an entity.
        while word
            && characters.get(at).is_some_and(|c| c.is_alphanumeric())
            && !bounds.contains(&(at as u32))
        {
            at += 1;
        }
        out.extend(&characters[start..at]);
        let _ = write!(out, "\t{start}\t{at}\t");
        let _ = match within(start) {
            None => writeln!(out, "O"),
            Some(entity) => {
                let first = characters[entity.start as usize..start].iter().all(|c| c.is_whitespace());
                writeln!(out, "{}-{}", if first { 'B' } else { 'I' }, entity.own_label())
            }
        };
    }
    out.push('\n');
}

/// An empty line where a line of the text ends; counts the white space that comes back as another.
fn space(run: &[char], apart: bool, last: bool, losses: &mut Losses, out: &mut String) {
    if last {
        return losses.add("white space at the ends of texts", run.len());
    }
    let broken = apart && run.contains(&'\n');
    if broken {
        out.push('\n');
    }
    let back = if broken { '\n' } else { ' ' };
    losses.add("white space of another kind", run.iter().filter(|c| **c != back).count());
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
