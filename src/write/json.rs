//! One report to one JSON object, written straight into bytes.

use super::{Layout, indent};
use crate::model::{
    Assertion, Check, Entity, EntityType, Expected, Field, FieldValue, Issue, OffsetMap, OffsetUnit, Operand,
    Part, Relation, Report, Section, Span, Suggestion,
};
use crate::read::Record;
use smallvec::SmallVec;
use std::io::Write;

/// The version of the output's form.
pub const SCHEMA_VERSION: &str = "1.0";

/// Some of the entity types.
///
/// ```
/// use casegrain::{model::EntityType, write::TypeSet};
/// let some: TypeSet = [EntityType::Drug, EntityType::Dose].into_iter().collect();
/// assert!(some.contains(EntityType::Dose) && !some.contains(EntityType::Age));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeSet(u64);

const _: () = assert!(EntityType::ALL.len() <= 64);

impl TypeSet {
    /// Every type.
    pub const ALL: TypeSet = TypeSet(u64::MAX);

    /// Whether the type is among them.
    pub fn contains(self, kind: EntityType) -> bool {
        self.0 & (1 << kind as u8) != 0
    }
}

impl FromIterator<EntityType> for TypeSet {
    fn from_iter<I: IntoIterator<Item = EntityType>>(types: I) -> Self {
        TypeSet(types.into_iter().fold(0, |set, kind| set | 1 << kind as u8))
    }
}

/// What to write, and how.
#[derive(Clone, Copy, Debug)]
pub struct JsonOptions {
    /// The unit of `start` and `end`.
    pub offsets: OffsetUnit,
    /// The entities to write. Relations of others are left out, and issues that are about others only; what
    /// stays keeps its number. Cases are whole, whatever entities are written.
    pub only: TypeSet,
    /// How records are set apart.
    pub layout: Layout,
    /// Whether to write the checks that held, too.
    pub checks: bool,
}

impl Default for JsonOptions {
    /// Code points, every type, JSON Lines.
    fn default() -> Self {
        JsonOptions { offsets: OffsetUnit::Chars, only: TypeSet::ALL, layout: Layout::Lines, checks: false }
    }
}

/// Writes reports as JSON.
///
/// ```
/// use casegrain::{pipeline::Extractor, read::Record, write::{JsonOptions, JsonWriter}};
/// let extractor = Extractor::new().unwrap();
/// let writer = JsonWriter::new(extractor.grammar_hash(), JsonOptions::default());
/// let record = Record::new("case-1", "A 76-year-old man.");
/// let mut line = Vec::new();
/// writer.write(&record, &extractor.extract(&record.text), &mut line);
/// let json: serde_json::Value = serde_json::from_slice(&line).unwrap();
/// assert_eq!(json["source"]["characters"], 18);
/// ```
#[derive(Debug)]
pub struct JsonWriter {
    /// Everything up to the value of `id`: the same in every record.
    head: Vec<u8>,
    options: JsonOptions,
}

impl JsonWriter {
    /// A writer that names the grammar with each record.
    pub fn new(grammar_hash: &str, options: JsonOptions) -> Self {
        let mut head = Vec::new();
        raw(&mut head, "{\"schema\":\"");
        raw(&mut head, SCHEMA_VERSION);
        raw(&mut head, "\",\"program\":{\"name\":\"casegrain\",\"version\":");
        push_string(&mut head, env!("CARGO_PKG_VERSION"));
        raw(&mut head, ",\"grammar\":");
        push_string(&mut head, grammar_hash);
        raw(&mut head, "},\"id\":");
        JsonWriter { head, options }
    }

    /// Appends one record, with what sets it apart from its neighbours in the layout; see [`Stream`](super::Stream).
    pub fn write(&self, record: &Record<'_>, report: &Report<'_>, out: &mut Vec<u8>) {
        match self.options.layout {
            Layout::Lines => {
                self.object(record, report, out);
                out.push(b'\n');
            }
            Layout::Array => {
                let mut object = Vec::new();
                self.object(record, report, &mut object);
                raw(out, ",\n  ");
                indent(&object, 1, out);
            }
        }
    }

    fn object(&self, record: &Record<'_>, report: &Report<'_>, out: &mut Vec<u8>) {
        let only = self.options.only;
        let kept =
            |index: u32| report.entities.get(index as usize).is_some_and(|entity| only.contains(entity.kind));
        let map = OffsetMap::new(report.text, self.options.offsets);
        out.extend_from_slice(&self.head);
        push_string(out, &record.id);
        raw(out, ",\"source\":{\"name\":");
        push_string(out, record.name);
        raw(out, ",\"format\":\"");
        raw(out, record.format.name());
        raw(out, "\",\"encoding\":\"");
        raw(out, record.encoding.name());
        raw(out, "\",\"sha256\":\"");
        hex(out, &record.sha256());
        raw(out, "\",\"characters\":");
        let characters = match self.options.offsets {
            OffsetUnit::Chars => map.convert(report.text.len() as u32),
            OffsetUnit::Bytes | OffsetUnit::Utf16 => report.text.chars().count() as u32,
        };
        number(out, characters);
        raw(out, "},\"sections\":");
        list(out, &report.sections, |out, section| section_object(out, section, report, &map));
        raw(out, ",\"entities\":");
        let entities = (0..).zip(&report.entities).filter(|(_, entity)| only.contains(entity.kind));
        list(out, entities, |out, (index, entity)| entity_object(out, index, entity, report, &map));
        raw(out, ",\"relations\":");
        let relations = (0..).zip(&report.relations).filter(|(_, r)| kept(r.from) && kept(r.to));
        list(out, relations, |out, (index, relation)| relation_object(out, index, relation));
        raw(out, ",\"cases\":");
        serde_json::to_writer(&mut *out, &report.cases)
            .expect("cases have JSON's own types, and a Vec takes every byte");
        raw(out, ",\"issues\":");
        let issues =
            report.issues.iter().filter(|i| i.entities.is_empty() || i.entities.iter().any(|e| kept(*e)));
        list(out, issues, |out, issue| issue_object(out, issue, report, &map, kept));
        if self.options.checks {
            raw(out, ",\"checks\":");
            let checks = report.checks.iter().filter(|c| c.operands.iter().any(|o| kept(o.entity)));
            list(out, checks, |out, check| check_object(out, check, report, &map, kept));
        }
        raw(out, "}");
    }
}

fn section_object(out: &mut Vec<u8>, section: &Section<'_>, report: &Report<'_>, map: &OffsetMap<'_>) {
    raw(out, "{\"kind\":");
    push_string(out, section.kind);
    raw(out, ",\"title\":");
    push_string(out, section.title.of(report.text));
    raw(out, ",");
    place(out, section.span, map);
    raw(out, "}");
}

fn entity_object(
    out: &mut Vec<u8>,
    index: u32,
    entity: &Entity<'_>,
    report: &Report<'_>,
    map: &OffsetMap<'_>,
) {
    raw(out, "{\"id\":");
    identifier(out, 'T', index);
    raw(out, ",\"type\":\"");
    raw(out, entity.kind.name());
    raw(out, "\",");
    place(out, entity.span, map);
    raw(out, ",\"text\":");
    push_string(out, report.words(entity));
    raw(out, ",\"value\":{");
    for (at, (field, value)) in entity.value.iter().enumerate() {
        raw(out, if at == 0 { "\"" } else { ",\"" });
        raw(out, field.name());
        raw(out, "\":");
        field_value(out, value);
    }
    raw(out, "}");
    if !entity.codes.is_empty() {
        raw(out, ",\"codings\":");
        list(out, entity.codings(), |out, (system, code)| {
            raw(out, "{\"system\":");
            push_string(out, system);
            raw(out, ",\"code\":");
            push_string(out, code);
            raw(out, "}");
        });
    }
    if !entity.parts.is_empty() {
        raw(out, ",\"parts\":{");
        for (at, (field, span)) in by_field(&entity.parts).into_iter().enumerate() {
            raw(out, if at == 0 { "\"" } else { ",\"" });
            raw(out, field.name());
            raw(out, "\":{");
            place(out, span, map);
            raw(out, "}");
        }
        raw(out, "}");
    }
    match entity.assertion {
        usual if usual == Assertion::default() => raw(out, USUAL),
        Assertion { status, subject, time } => {
            raw(out, ",\"assertion\":{\"status\":\"");
            raw(out, status.name());
            raw(out, "\",\"subject\":\"");
            raw(out, subject.name());
            raw(out, "\",\"time\":\"");
            raw(out, time.name());
            raw(out, "\"");
            if let Some(relative) = entity.relative {
                raw(out, ",\"relative\":");
                push_string(out, relative);
            }
            raw(out, "}");
        }
    }
    if let Some(case) = entity.case {
        raw(out, ",\"case\":");
        number(out, u32::from(case));
    }
    raw(out, ",\"section\":");
    push_string(out, report.sections.get(entity.section as usize).map_or("body", |section| section.kind));
    raw(out, ",\"rule\":");
    push_string(out, entity.rule);
    raw(out, "}");
}

/// How most facts are meant.
const USUAL: &str = ",\"assertion\":{\"status\":\"present\",\"subject\":\"patient\",\"time\":\"current\"}";

/// The parts in the order of their fields, each field once: words that stand apart ("left and right") become the
/// span from the first to the last of them.
pub(crate) fn by_field(parts: &[Part]) -> SmallVec<[(Field, Span); 4]> {
    let mut fields: SmallVec<[(Field, Span); 4]> = SmallVec::new();
    for part in parts {
        match fields.binary_search_by_key(&part.field, |(field, _)| *field) {
            Ok(at) => fields[at].1 = fields[at].1.union(part.span),
            Err(at) => fields.insert(at, (part.field, part.span)),
        }
    }
    fields
}

fn field_value(out: &mut Vec<u8>, value: &FieldValue<'_>) {
    match value {
        FieldValue::Number(value) => value.write_to(out),
        FieldValue::Text(text) => push_string(out, text),
        FieldValue::Integers(values) => list(out, values, display),
        FieldValue::Numbers(values) => list(out, values, |out, value| value.write_to(out)),
        FieldValue::Flag(flag) => raw(out, if *flag { "true" } else { "false" }),
    }
}

fn relation_object(out: &mut Vec<u8>, index: u32, relation: &Relation<'_>) {
    raw(out, "{\"id\":");
    identifier(out, 'R', index);
    raw(out, ",\"type\":\"");
    raw(out, relation.kind.name());
    raw(out, "\",\"from\":");
    identifier(out, 'T', relation.from);
    raw(out, ",\"to\":");
    identifier(out, 'T', relation.to);
    raw(out, ",\"rule\":");
    push_string(out, relation.rule);
    raw(out, "}");
}

fn issue_object(
    out: &mut Vec<u8>,
    issue: &Issue,
    report: &Report<'_>,
    map: &OffsetMap<'_>,
    kept: impl Fn(u32) -> bool,
) {
    raw(out, "{\"code\":");
    push_string(out, &issue.code);
    raw(out, ",\"severity\":\"");
    raw(out, issue.severity.name());
    raw(out, "\",\"message\":");
    push_string(out, &issue.message);
    raw(out, ",\"entities\":");
    list(out, issue.entities.iter().filter(|e| kept(**e)), |out, entity| identifier(out, 'T', *entity));
    if let Some(check) = &issue.check {
        raw(out, ",\"check\":");
        push_string(out, check);
    }
    if !issue.operands.is_empty() {
        operands(out, &issue.operands, report, map, &kept);
    }
    if let Some(range) = &issue.expected {
        expected(out, range);
    }
    if let Some(suggestion) = issue.suggestion.as_ref().filter(|suggestion| kept(suggestion.entity)) {
        let Suggestion { entity, value, unit } = suggestion;
        raw(out, ",\"suggestion\":{\"entity\":");
        identifier(out, 'T', *entity);
        if let Some(value) = value {
            raw(out, ",\"value\":");
            display(out, value);
        }
        raw(out, ",\"unit\":");
        push_string(out, unit);
        raw(out, "}");
    }
    raw(out, "}");
}

fn check_object(
    out: &mut Vec<u8>,
    check: &Check,
    report: &Report<'_>,
    map: &OffsetMap<'_>,
    kept: impl Fn(u32) -> bool,
) {
    raw(out, "{\"check\":");
    push_string(out, &check.name);
    operands(out, &check.operands, report, map, &kept);
    if let Some(range) = &check.expected {
        expected(out, range);
    }
    raw(out, "}");
}

/// The operands of a check, each with its value as it was read and the words that it was read from.
fn operands(
    out: &mut Vec<u8>,
    operands: &[Operand],
    report: &Report<'_>,
    map: &OffsetMap<'_>,
    kept: &impl Fn(u32) -> bool,
) {
    raw(out, ",\"operands\":");
    list(out, operands.iter().filter(|operand| kept(operand.entity)), |out, operand| {
        let entity = &report.entities[operand.entity as usize];
        raw(out, "{\"entity\":");
        identifier(out, 'T', operand.entity);
        raw(out, ",\"field\":\"");
        raw(out, operand.field.name());
        raw(out, "\",");
        let part = entity.parts.iter().find(|part| part.field == operand.field);
        place(out, part.map_or(entity.span, |part| part.span), map);
        if let Some(value) = entity.value.get(operand.field) {
            raw(out, ",\"value\":");
            field_value(out, value);
        }
        let counted = matches!(operand.field, Field::Fractions | Field::Count | Field::Name);
        if let Some(unit) = entity.value.text(Field::Unit).filter(|_| !counted) {
            raw(out, ",\"unit\":");
            push_string(out, unit);
        }
        raw(out, "}");
    });
}

/// One number, or a range that may be open at one end.
fn expected(out: &mut Vec<u8>, Expected { low, high, unit }: &Expected) {
    raw(out, ",\"expected\":{");
    let bounds = match low == high {
        true => [("value", low), ("value", &None)],
        false => [("low", low), ("high", high)],
    };
    for (name, bound) in bounds {
        if let Some(bound) = bound {
            push_string(out, name);
            raw(out, ":");
            display(out, bound);
            raw(out, ",");
        }
    }
    raw(out, "\"unit\":");
    push_string(out, unit);
    raw(out, "}");
}

fn raw(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

fn list<T>(out: &mut Vec<u8>, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Vec<u8>, T)) {
    out.push(b'[');
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

/// `"start":…,"end":…`
fn place(out: &mut Vec<u8>, span: Span, map: &OffsetMap<'_>) {
    raw(out, "\"start\":");
    number(out, map.convert(span.start));
    raw(out, ",\"end\":");
    number(out, map.convert(span.end));
}

/// `"T1"` for the first.
fn identifier(out: &mut Vec<u8>, letter: char, index: u32) {
    out.extend_from_slice(&[b'"', letter as u8]);
    number(out, index + 1);
    out.push(b'"');
}

/// Appends a number, without the detour of formatting.
pub(crate) fn number(out: &mut Vec<u8>, mut number: u32) {
    let mut digits = [0; 10];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return out.extend_from_slice(&digits[at..]);
        }
    }
}

fn display(out: &mut Vec<u8>, value: impl std::fmt::Display) {
    write!(out, "{value}").expect("a Vec takes every byte");
}

const HEX: &[u8; 16] = b"0123456789abcdef";

fn hex(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend(bytes.iter().flat_map(|b| [HEX[usize::from(b >> 4)], HEX[usize::from(b & 15)]]));
}

fn needs_escape(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// Whether some byte needs an escape: eight at a time, of which the last may be looked at twice.
fn any_needs_escape(bytes: &[u8]) -> bool {
    let Some(last) = bytes.last_chunk::<8>() else { return bytes.iter().any(|byte| needs_escape(*byte)) };
    let eight = |bytes: &[u8; 8]| {
        let eight = u64::from_le_bytes(*bytes);
        let all = |byte: u8| u64::from(byte) * 0x0101_0101_0101_0101;
        // The top bit of some byte is set if some byte is less than the other; below 0x80 that is exact.
        let less = |eight: u64, than: u8| eight.wrapping_sub(all(than)) & !eight;
        less(eight, 0x20) | less(eight ^ all(b'"'), 1) | less(eight ^ all(b'\\'), 1)
    };
    let found = bytes.as_chunks::<8>().0.iter().fold(eight(last), |found, bytes| found | eight(bytes));
    found & 0x8080_8080_8080_8080 != 0
}

/// Appends names and values as an object; `push` writes each value.
pub(crate) fn push_members<'m>(
    out: &mut Vec<u8>,
    members: impl Iterator<Item = (&'m str, &'m str)>,
    push: impl Fn(&mut Vec<u8>, &str),
) {
    out.push(b'{');
    for (at, (name, value)) in members.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        push_string(out, name);
        out.push(b':');
        push(out, value);
    }
    out.push(b'}');
}

/// Appends `text` as a JSON string, with the escapes that `serde_json` writes and no others.
///
/// ```
/// let mut out = Vec::new();
/// casegrain::write::json::push_string(&mut out, "5 µg \"daily\"\n");
/// assert_eq!(out, "\"5 µg \\\"daily\\\"\\n\"".as_bytes());
/// ```
pub fn push_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    // Nearly all texts need no escape.
    if !any_needs_escape(bytes) {
        out.extend_from_slice(bytes);
        out.push(b'"');
        return;
    }
    let mut start = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if !needs_escape(byte) {
            continue;
        }
        out.extend_from_slice(&bytes[start..at]);
        start = at + 1;
        let short = match byte {
            b'"' | b'\\' => byte,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x08 => b'b',
            0x0C => b'f',
            _ => {
                raw(out, "\\u00");
                hex(out, &[byte]);
                continue;
            }
        };
        out.extend_from_slice(&[b'\\', short]);
    }
    out.extend_from_slice(&bytes[start..]);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn strings_are_those_of_serde_json(text in "[\\x00-\\x7f€é\u{80}\u{fffd}]{0,40}", plain in "[ -~]{0,40}") {
            for text in [&text, &plain] {
                let mut out = Vec::new();
                push_string(&mut out, text);
                prop_assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(text).unwrap());
            }
        }
    }
}
