//! BioC in JSON. Members are read one by one, so that each fault has its line, and what is not read can be told.

use super::{Bond, Collection, Held, Location, Mark, Piece, Raw};
use crate::gold::datum::{Members, datum};
use crate::gold::lines::LineCount;
use crate::gold::pieces::Infons;
use crate::gold::problem::Lost;
use crate::gold::{Datum, Document, Form, Mapping, Place, Problem};
use serde_json::value::RawValue;
use std::path::Path;

/// Whether JSON looks like a BioC collection.
pub(in crate::gold) fn is_it(beginning: &str) -> bool {
    beginning.contains("\"documents\"") || beginning.contains("\"BioCCollection\"")
}

/// Reads a collection; what of it is not kept is added to the problems.
pub(in crate::gold) fn read(
    file: &Path,
    json: &str,
    mapping: &Mapping,
    problems: &mut Vec<Problem>,
) -> Vec<Result<Document, Problem>> {
    let name = file.display().to_string();
    let members = match serde_json::from_str(json) {
        Ok(Members(members)) => members,
        Err(error) => {
            let place = Place { file: name, line: error.line() as u64 };
            return vec![Err(Problem::error(&place, "json", error.to_string()))];
        }
    };
    let mut reader = Reader { lines: LineCount::new(json, 1), lost: Lost::default() };
    let mut collection = Collection::default();
    let mut raws = Vec::new();
    for (member, raw) in members {
        let line = reader.lines.of_raw(raw);
        let read = match member.as_str() {
            "documents" => reader.documents(raw, &mut raws),
            "source" | "date" | "key" => {
                reader.words(raw, &member).map(|words| collection.say(&member, &words))
            }
            "infons" => reader.infons(raw).map(|infons| collection.infons(infons)),
            "version" | "bioctype" => Ok(()),
            _ => {
                reader.lost.add(format!("`{member}` of a collection is not kept"), line);
                Ok(())
            }
        };
        if let Err((line, why)) = read {
            return vec![Err(Problem::error(&Place { file: name, line }, "form", why))];
        }
    }
    let all = raws.into_iter().map(|(line, raw)| {
        let place = Place { file: name.clone(), line };
        let raw = raw.map_err(|(line, why)| Problem::error(&place.at(line), "form", why))?;
        let mut document = raw.document(Form::BiocJson, &place, mapping, &mut reader.lost)?;
        collection.mark(&mut document);
        Ok(document)
    });
    let all = all.collect();
    reader.lost.tell(&name, problems);
    all
}

/// What is wrong, with the line.
type Fault = (u64, String);

type Elements<'j> = Vec<&'j RawValue>;

struct Reader<'j> {
    lines: LineCount<'j>,
    lost: Lost,
}

impl<'j> Reader<'j> {
    /// All members of an object.
    fn object(&mut self, raw: &'j RawValue, what: &str) -> Result<Vec<(String, &'j RawValue)>, Fault> {
        let line = self.lines.of_raw(raw);
        if !raw.get().starts_with('{') {
            return Err((line, format!("{what} is no object")));
        }
        let Members(members) = serde_json::from_str(raw.get()).map_err(|error| (line, error.to_string()))?;
        Ok(members)
    }

    /// The members of an object, without those that are `null`.
    fn members(&mut self, raw: &'j RawValue, what: &str) -> Result<Vec<(String, &'j RawValue)>, Fault> {
        let mut members = self.object(raw, what)?;
        members.retain(|(_, raw)| raw.get() != "null");
        Ok(members)
    }

    fn list(&mut self, raw: &'j RawValue, what: &str) -> Result<Elements<'j>, Fault> {
        let line = self.lines.of_raw(raw);
        serde_json::from_str(raw.get()).map_err(|_| (line, format!("`{what}` is no array")))
    }

    fn datum(&mut self, raw: &'j RawValue) -> Result<Datum, Fault> {
        let line = self.lines.of_raw(raw);
        datum(raw.get()).map_err(|error| (line, error.to_string()))
    }

    /// A string, or a number as one.
    fn words(&mut self, raw: &'j RawValue, what: &str) -> Result<String, Fault> {
        match self.datum(raw)? {
            Datum::Text(text) | Datum::Number(text) => Ok(text),
            other => Err((self.lines.of_raw(raw), format!("`{what}` is {}, not a string", other.kind()))),
        }
    }

    fn number(&mut self, raw: &'j RawValue, what: &str) -> Result<u32, Fault> {
        let read = self.datum(raw)?;
        let number = if let Datum::Number(number) = &read { number.parse().ok() } else { None };
        number.ok_or_else(|| (self.lines.of_raw(raw), format!("`{what}` is {read}, not an offset")))
    }

    fn unknown(&mut self, of: &str, member: &str, raw: &'j RawValue) {
        if member != "bioctype" {
            let line = self.lines.of_raw(raw);
            self.lost.add(format!("`{member}` of a {of} is not kept"), line);
        }
    }

    /// Infons are text; other kinds of values become text.
    fn infons(&mut self, raw: &'j RawValue) -> Result<Infons<'static>, Fault> {
        let mut infons = Vec::new();
        for (name, raw) in self.object(raw, "`infons`")? {
            let datum = self.datum(raw)?;
            if datum.text().is_none() {
                let line = self.lines.of_raw(raw);
                let why = format!("the infon `{name}` is {}; it becomes text", datum.kind());
                self.lost.add(why, line);
            }
            infons.push((name.into(), datum.plain().into()));
        }
        Ok(infons)
    }

    fn documents(
        &mut self,
        raw: &'j RawValue,
        raws: &mut Vec<(u64, Result<Raw, Fault>)>,
    ) -> Result<(), Fault> {
        for raw in self.list(raw, "documents")? {
            let line = self.lines.of_raw(raw);
            raws.push((line, self.document(raw)));
        }
        Ok(())
    }

    fn document(&mut self, raw: &'j RawValue) -> Result<Raw, Fault> {
        let mut out = Raw::default();
        for (name, raw) in self.members(raw, "a document")? {
            match name.as_str() {
                "id" => out.id = self.words(raw, "id")?,
                "infons" => out.infons = self.infons(raw)?,
                "passages" => {
                    for raw in self.list(raw, "passages")? {
                        out.passages.push(self.piece(raw, "passage")?);
                    }
                }
                _ => self.held(&mut out.held, "document", &name, raw)?,
            }
        }
        Ok(out)
    }

    /// A passage or a sentence.
    fn piece(&mut self, raw: &'j RawValue, what: &'static str) -> Result<Piece, Fault> {
        let mut out = Piece { line: self.lines.of_raw(raw), ..Piece::default() };
        for (name, raw) in self.members(raw, what)? {
            match name.as_str() {
                "offset" => out.offset = self.number(raw, "offset")?,
                "infons" => out.infons = self.infons(raw)?,
                "text" => out.text = Some(self.words(raw, "text")?),
                "sentences" => {
                    for raw in self.list(raw, "sentences")? {
                        out.sentences.push(self.piece(raw, "sentence")?);
                    }
                }
                _ => self.held(&mut out.held, what, &name, raw)?,
            }
        }
        Ok(out)
    }

    fn held(&mut self, held: &mut Held, of: &str, name: &str, raw: &'j RawValue) -> Result<(), Fault> {
        match name {
            "annotations" => {
                for raw in self.list(raw, name)? {
                    held.marks.push(self.mark(raw)?);
                }
            }
            "relations" => {
                for raw in self.list(raw, name)? {
                    held.bonds.push(self.bond(raw)?);
                }
            }
            _ => self.unknown(of, name, raw),
        }
        Ok(())
    }

    fn mark(&mut self, raw: &'j RawValue) -> Result<Mark, Fault> {
        let mut out = Mark { line: self.lines.of_raw(raw), ..Mark::default() };
        for (name, raw) in self.members(raw, "an annotation")? {
            match name.as_str() {
                "id" => out.id = self.words(raw, "id")?,
                "infons" => out.infons = self.infons(raw)?,
                "text" => out.text = Some(self.words(raw, "text")?),
                "locations" => {
                    for raw in self.list(raw, "locations")? {
                        out.locations.push(self.location(raw)?);
                    }
                }
                _ => self.unknown("annotation", &name, raw),
            }
        }
        Ok(out)
    }

    fn location(&mut self, raw: &'j RawValue) -> Result<Location, Fault> {
        let line = self.lines.of_raw(raw);
        let (mut offset, mut length) = (None, None);
        for (name, raw) in self.members(raw, "a location")? {
            match name.as_str() {
                "offset" => offset = Some(self.number(raw, "offset")?),
                "length" => length = Some(self.number(raw, "length")?),
                _ => self.unknown("location", &name, raw),
            }
        }
        let location = offset.zip(length).map(|(offset, length)| Location { offset, length });
        location.ok_or_else(|| (line, "a location lacks `offset` or `length`".into()))
    }

    fn bond(&mut self, raw: &'j RawValue) -> Result<Bond, Fault> {
        let mut out = Bond { line: self.lines.of_raw(raw), ..Bond::default() };
        for (name, raw) in self.members(raw, "a relation")? {
            match name.as_str() {
                "id" => out.id = self.words(raw, "id")?,
                "infons" => out.infons = self.infons(raw)?,
                "nodes" => {
                    for raw in self.list(raw, "nodes")? {
                        out.nodes.push(self.node(raw)?);
                    }
                }
                _ => self.unknown("relation", &name, raw),
            }
        }
        Ok(out)
    }

    fn node(&mut self, raw: &'j RawValue) -> Result<(String, String), Fault> {
        let (mut role, mut id) = (String::new(), String::new());
        for (name, raw) in self.members(raw, "a node")? {
            match name.as_str() {
                "role" => role = self.words(raw, "role")?,
                "refid" => id = self.words(raw, "refid")?,
                _ => self.unknown("node", &name, raw),
            }
        }
        Ok((role, id))
    }
}
