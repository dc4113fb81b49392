//! brat standoff: a `.ann` file beside its `.txt` file.

use super::marks::EVENT_ATTRIBUTES;
use super::neutral::{EXTRA, Source};
use super::problem::Lost;
use super::{Datum, Document, Form, Mapping, Place, Problem};
use crate::model::{Annotated, Annotation, Link, OffsetMap, OffsetUnit, Span};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::borrow::Cow;
use std::path::Path;

/// What brat has no place for is kept in this file beside the documents, a line for each.
pub(super) const SIDE_FILE: &str = "casegrain.jsonl";

/// Reads one `.ann` file; what of it is not kept is added to the problems.
///
/// # Errors
/// All that is wrong with its lines.
pub(super) fn read(
    file: &Path,
    mapping: &Mapping,
    told: &mut Vec<Problem>,
) -> Result<Document, Vec<Problem>> {
    let name = file.display().to_string();
    let whole = Place { file: name.clone(), line: 0 };
    let text_file = file.with_extension("txt");
    if !text_file.is_file() {
        let why = format!("its text file {} is missing", text_file.display());
        return Err(vec![Problem::error(&whole, "no-text", why)]);
    }
    let text =
        super::corpus::read_text(&text_file).map_err(|why| vec![Problem::error(&whole, "text", why)])?;
    let lines = super::corpus::read_text(file).map_err(|why| vec![Problem::error(&whole, "text", why)])?;
    let id = file.file_stem().unwrap_or_default().to_string_lossy();
    let mut reader = Reader {
        document: Annotated::new(id, text.as_str()),
        source: Source::new(Form::Brat),
        wanted: Vec::new(),
        triggers: triggers(&lines),
        event_attributes: FxHashMap::default(),
        lost: Lost::default(),
        map: OffsetMap::new(&text, OffsetUnit::Chars),
    };
    let mut problems = Vec::new();
    let lines = (1..).zip(lines.lines()).filter(|(_, line)| !line.trim().is_empty());
    let mut lines: Vec<(u64, &str)> = lines.collect();
    // Marks first, then relations: what is said of them may stand before them.
    lines.sort_by_key(|(_, line)| match line.as_bytes()[0] {
        b'T' => 0,
        b'R' => 1,
        _ => 2,
    });
    for (number, line) in lines {
        if let Err(why) = reader.line(number, line) {
            problems.push(Problem::error(&Place { file: name.clone(), line: number }, "form", why));
        }
    }
    if !problems.is_empty() {
        problems.sort_by_key(|problem| problem.place.line);
        return Err(problems);
    }
    let Reader { mut document, source, wanted, event_attributes, lost, .. } = reader;
    for (at, attributes) in event_attributes {
        let events = attributes.into_iter().map(|(event, said)| (event, Datum::Object(said))).collect();
        let held = Datum::Object(events).to_string();
        document.annotations[at].fields.push((format!("other.{EVENT_ATTRIBUTES}").into(), held.into()));
    }
    lost.tell(&name, told);
    let read = Document::of_annotated(document, &source, whole.clone(), mapping);
    let mut document = read.map_err(|problem| vec![problem])?;
    for (entity, wanted) in document.entities.iter_mut().zip(wanted) {
        // What the line repeats is held against the text by the check that all formats share.
        entity.text = wanted.or(entity.text.take());
    }
    side(&mut document, file);
    Ok(document)
}

/// The trigger of each event.
fn triggers(lines: &str) -> FxHashMap<&str, &str> {
    let event = |line: &'_ str| line.starts_with('E');
    lines
        .lines()
        .filter(|line| event(line))
        .filter_map(|line| {
            let (id, rest) = line.split_once('\t')?;
            let (_, trigger) = rest.split_whitespace().next()?.split_once(':')?;
            Some((id, trigger))
        })
        .collect()
}

/// Attributes by event, each with its value.
type EventAttributes = Vec<(String, Vec<(String, Datum)>)>;

struct Reader<'t> {
    document: Annotated<'t>,
    source: Source,
    /// By annotation: its words in the line, where they are not those of the text.
    wanted: Vec<Option<String>>,
    triggers: FxHashMap<&'t str, &'t str>,
    /// By annotation: the attributes of events that it is the trigger of. Their lines are kept as they are.
    event_attributes: FxHashMap<usize, EventAttributes>,
    lost: Lost,
    map: OffsetMap<'t>,
}

impl<'t> Reader<'t> {
    fn line(&mut self, number: u64, line: &str) -> Result<(), String> {
        let line = line.trim_end_matches('\r');
        let (id, rest) = line.split_once('\t').ok_or("there is no tab after the id")?;
        match id.as_bytes().first() {
            Some(b'T') => {
                self.source.annotations.push(number);
                self.mark(id, rest)
            }
            Some(b'A' | b'M') => self.attribute(line, rest),
            Some(b'R') => {
                self.source.links.push(number);
                self.link(id, rest)
            }
            Some(b'#') => self.note(number, line, rest),
            Some(b'E' | b'N' | b'*') => self.keep(line),
            _ => Err(format!("`{id}` is no id of brat")),
        }
    }

    fn mark(&mut self, id: &str, rest: &str) -> Result<(), String> {
        let (head, words) = rest.split_once('\t').ok_or("there is no tab before the words")?;
        let (label, places) = head.split_once(' ').ok_or("there are no offsets after the label")?;
        let mut spans: SmallVec<[Span; 1]> = SmallVec::new();
        for place in places.split(';') {
            let (start, end) = place.split_once(' ').ok_or_else(|| format!("`{place}` is no place"))?;
            let byte = |offset: &str| {
                let offset: u32 = offset.parse().map_err(|_| format!("`{offset}` is no offset"))?;
                let beyond = || format!("{offset} is beyond the end of the text");
                self.map.byte(offset).ok_or_else(beyond)
            };
            let span = Span::new(byte(start)?, byte(end)?);
            if span.start >= span.end || spans.last().is_some_and(|last| last.end > span.start) {
                return Err(format!("the places `{places}` are not one after the other"));
            }
            // brat breaks what reaches over line breaks into pieces; those are one place.
            match spans.last_mut() {
                Some(last) if breaks_only(&self.document.text[last.end as usize..span.start as usize]) => {
                    last.end = span.end;
                }
                _ => spans.push(span),
            }
        }
        let text = &self.document.text;
        let joined: Vec<&str> = spans.iter().map(|span| span.of(text)).collect();
        let plain = |words: &str| words.split_whitespace().collect::<Vec<_>>().join(" ");
        let same = plain(&joined.join(" ")) == plain(words);
        self.wanted.push((!same).then(|| words.to_owned()));
        self.document.annotations.push(Annotation {
            id: id.to_owned().into(),
            label: label.to_owned().into(),
            spans,
            ..Annotation::default()
        });
        Ok(())
    }

    /// The annotation of that id, by its number.
    fn annotation(&self, id: &str) -> Option<usize> {
        self.document.annotations.iter().position(|annotation| annotation.id == id)
    }

    fn keep(&mut self, line: &str) -> Result<(), String> {
        if let Some(id) = names(line).find(|id| self.annotation(id).is_none()) {
            return Err(format!("`{id}` is not there"));
        }
        self.document.extra.push(line.to_owned().into());
        Ok(())
    }

    fn attribute(&mut self, line: &str, rest: &str) -> Result<(), String> {
        let mut parts = rest.splitn(3, ' ');
        let (Some(name), Some(target)) = (parts.next(), parts.next()) else {
            return Err(format!("`{rest}` is no attribute with its target"));
        };
        let value = parts.next().filter(|value| !value.is_empty());
        let attribute = (name.to_owned().into(), value.map(|value| value.to_owned().into()));
        if let Some(at) = self.annotation(target) {
            self.document.annotations[at].attributes.push(attribute);
        } else if let Some(link) = self.document.links.iter_mut().find(|link| link.id == target) {
            link.attributes.push(attribute);
        } else if let Some(at) = self.triggers.get(target).and_then(|trigger| self.annotation(trigger)) {
            let events = self.event_attributes.entry(at).or_default();
            let value = value.map_or(Datum::Flag(true), |value| Datum::Text(value.to_owned()));
            match events.iter_mut().find(|(event, _)| event == target) {
                Some((_, said)) if said.iter().any(|(own, _)| own == name) => {}
                Some((_, said)) => said.push((name.to_owned(), value)),
                None => events.push((target.to_owned(), vec![(name.to_owned(), value)])),
            }
            return self.keep(line);
        } else {
            return Err(format!("`{target}` is not there"));
        }
        Ok(())
    }

    fn link(&mut self, id: &str, rest: &str) -> Result<(), String> {
        let bad = || format!("`{rest}` is no relation between two");
        let parts: Vec<&str> = rest.split_whitespace().collect();
        let [label, from, to] = parts.as_slice() else { return Err(bad()) };
        let (first, from) = from.split_once(':').ok_or_else(bad)?;
        let (second, to) = to.split_once(':').ok_or_else(bad)?;
        let owned = |text: &str| Cow::Owned(text.to_owned());
        let mark = |id| self.triggers.get(id).copied().unwrap_or(id);
        let of_events = mark(from) != from || mark(to) != to;
        self.document.links.push(Link {
            id: owned(id),
            label: owned(label),
            from: owned(mark(from)),
            to: owned(mark(to)),
            roles: ((first, second) != ("Arg1", "Arg2")).then(|| (owned(first), owned(second))),
            ends: of_events.then(|| (owned(from), owned(to))),
            ..Link::default()
        });
        Ok(())
    }

    /// Fields and a remark on a mark or a relation. All other notes are kept as they are.
    fn note(&mut self, number: u64, line: &str, rest: &str) -> Result<(), String> {
        let (head, note) = rest.split_once('\t').ok_or("there is no tab before the note")?;
        let (kind, target) = head.split_once(' ').ok_or("there is no target before the note")?;
        if target.starts_with(['A', 'M']) {
            // Attributes have no ids here.
            self.lost.add("a note on an attribute is not kept", number);
            return Ok(());
        }
        if kind != "AnnotatorNotes" || note.trim().is_empty() {
            return self.keep(line);
        }
        let (fields, remark) = if let Some(at) = self.annotation(target) {
            let annotation = &mut self.document.annotations[at];
            (&mut annotation.fields, &mut annotation.note)
        } else if let Some(link) = self.document.links.iter_mut().find(|link| link.id == target) {
            (&mut link.fields, &mut link.note)
        } else if target.starts_with(['T', 'R']) {
            return Err(format!("`{target}` is not there"));
        } else {
            return self.keep(line);
        };
        if !fields.is_empty() || remark.is_some() {
            // A second one.
            return self.keep(line);
        }
        let mut rest = note;
        if has_fields(note) {
            // Fields that a hand has spoilt must not become a remark without a word.
            let mut stream = serde_json::Deserializer::from_str(note).into_iter::<Datum>();
            let datum = stream.next().and_then(Result::ok);
            let datum = datum.ok_or_else(|| format!("the fields of `{target}` are no JSON: {note}"))?;
            let each = datum.members().iter();
            fields.extend(each.map(|(name, value)| (name.clone().into(), value.to_string().into())));
            rest = note[stream.byte_offset()..].trim_start();
        }
        if !rest.is_empty() {
            *remark = Some(rest.to_owned().into());
        }
        Ok(())
    }
}

/// The ids of marks that a line names which is kept as it is: an event, a normalisation, an equivalence, a note.
pub(super) fn names(line: &str) -> impl Iterator<Item = &str> {
    let named = line.split('\t').nth(1).unwrap_or_default().split_whitespace();
    let ids = named.map(|word| word.rsplit_once(':').map_or(word, |(_, id)| id));
    ids.filter(|id| {
        id.strip_prefix('T').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    })
}

/// Whether a note begins with fields, as those that are written here do.
fn has_fields(note: &str) -> bool {
    note.starts_with("{\"") || note.starts_with("{}")
}

fn breaks_only(between: &str) -> bool {
    !between.is_empty() && between.bytes().all(|byte| byte == b'\n')
}

/// Takes from the side file what brat cannot hold of this document.
fn side(document: &mut Document, file: &Path) {
    let Ok(lines) = std::fs::read_to_string(file.with_file_name(SIDE_FILE)) else { return };
    for line in lines.lines() {
        let Ok(datum) = serde_json::from_str::<Datum>(line) else { continue };
        if datum.get("id").and_then(Datum::text) != Some(&document.id) {
            continue;
        }
        for (name, value) in datum.members() {
            match name.as_str() {
                "id" => {}
                "exhaustive" => {
                    document.exhaustive = value.elements().iter().map(Datum::plain).collect();
                }
                "cases" => document.cases = Some(value.elements().to_vec()),
                "relations" => {
                    document.relations.get_or_insert_default();
                }
                _ => document.other.push((name.clone(), value.clone())),
            }
        }
    }
}

/// The side file's line of a document; none where brat holds everything.
pub(super) fn side_line(document: &Document) -> Option<Datum> {
    let mut members = vec![("id".to_owned(), Datum::Text(document.id.clone()))];
    if !document.exhaustive.is_empty() {
        let types = document.exhaustive.iter().cloned().map(Datum::Text).collect();
        members.push(("exhaustive".into(), Datum::List(types)));
    }
    if let Some(cases) = &document.cases {
        members.push(("cases".into(), Datum::List(cases.clone())));
    }
    // That a document has no relations at all is something else than that nobody looked.
    if document.relations.as_ref().is_some_and(Vec::is_empty) {
        members.push(("relations".into(), Datum::List(Vec::new())));
    }
    members.extend(document.other.iter().filter(|(name, _)| name != EXTRA).cloned());
    (members.len() > 1).then_some(Datum::Object(members))
}
