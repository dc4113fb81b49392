//! A line of JSON Lines to a report.

use super::{Encoding, Failure, Format, Record};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;

/// The fields that are read; others are passed over.
#[derive(Deserialize)]
struct Line<'l> {
    #[serde(borrow)]
    id: Option<Words<'l>>,
    #[serde(borrow)]
    pmcid: Option<Words<'l>>,
    #[serde(borrow)]
    pmid: Option<Words<'l>>,
    #[serde(borrow)]
    text: Option<Text<'l>>,
}

/// A string, borrowed from the line where it holds no escapes.
struct Text<'l>(Cow<'l, str>);

/// The same, or a whole number, as identifiers often are.
struct Words<'l>(Cow<'l, str>);

struct StringVisitor {
    numbers: bool,
}

impl<'de> Visitor<'de> for StringVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        if self.numbers { Ok(Cow::Owned(number.to_string())) } else { Err(E::custom("not a string")) }
    }
}

impl<'l, 'de: 'l> Deserialize<'de> for Text<'l> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(StringVisitor { numbers: false }).map(Text)
    }
}

impl<'l, 'de: 'l> Deserialize<'de> for Words<'l> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StringVisitor { numbers: true }).map(Words)
    }
}

/// The report on one line: an object with `text` and with `id`, `pmcid` or `pmid`, the first of them that is
/// there and not empty. A line without any is called by its file and line.
///
/// # Errors
/// When the line is not UTF-8, not an object, or lacks a `text` with words in it. The text of the line is not
/// part of the message, so that a log never holds what a report says.
///
/// ```
/// use casegrain::read::json_line;
/// let record = json_line("cases.jsonl", "cases.jsonl", 1, br#"{"pmid": 12345, "text": "A man."}"#).unwrap();
/// assert_eq!((record.id.as_ref(), record.text.as_ref()), ("12345", "A man."));
/// let failure = json_line("in/cases.jsonl", "cases.jsonl", 7, br#"{"id": "x"}"#).unwrap_err();
/// assert_eq!(failure.to_string(), "in/cases.jsonl:7: lacks the field `text`");
/// ```
pub fn json_line<'t>(path: &str, name: &'t str, line: u64, bytes: &'t [u8]) -> Result<Record<'t>, Failure> {
    let fail = |reason: String| Failure::new(path, reason).at(line);
    let json = std::str::from_utf8(bytes).map_err(|error| {
        fail(format!("is not UTF-8: bad byte at column {}", error.valid_up_to() + 1))
            .hint("JSON Lines are always UTF-8; convert the file with iconv")
    })?;
    let read: Line<'t> = serde_json::from_str(json).map_err(|error| diagnose(json, &error, fail))?;
    let Some(Text(text)) = read.text else {
        return Err(diagnose_missing(json, fail));
    };
    if text.trim_ascii().is_empty() {
        return Err(fail("`text` is empty".into()));
    }
    let id =
        [read.id, read.pmcid, read.pmid].into_iter().flatten().map(|Words(id)| id).find(|id| !id.is_empty());
    Ok(Record {
        id: id.unwrap_or_else(|| Cow::Owned(format!("{name}:{line}"))),
        name,
        format: Format::Jsonl,
        encoding: Encoding::Utf8,
        text,
        raw: None,
    })
}

/// Why a line could not be read, in words. Only bad lines come here, so it may read the line a second time.
fn diagnose(json: &str, error: &serde_json::Error, fail: impl Fn(String) -> Failure) -> Failure {
    let object = match serde_json::from_str(json) {
        Ok(Value::Object(object)) => object,
        Ok(Value::Array(_)) => {
            return fail("is an array, not an object".into())
                .hint("write one object a line, for example with: jq -c '.[]'");
        }
        Ok(value) => return fail(format!("is {}, not an object", kind(&value))),
        Err(error) => {
            let message = error.to_string();
            let what = message.split(" at line ").next().unwrap_or_default();
            let failure = fail(format!("is not valid JSON: {what} at column {}", error.column()));
            return match json.trim_ascii() {
                "{" | "[" => failure.hint("an object must stand on one line, for example with: jq -c ."),
                _ => failure,
            };
        }
    };
    match object.get("text") {
        Some(text) if !text.is_string() => return fail(format!("`text` is {}, not a string", kind(text))),
        _ => {}
    }
    for name in ["id", "pmcid", "pmid"] {
        match object.get(name) {
            Some(id) if !(id.is_string() || id.is_u64() || id.is_null()) => {
                return fail(format!("`{name}` is {}, not a string", kind(id)));
            }
            _ => {}
        }
    }
    // What is left: a field that stands twice. Its message names the field only.
    fail(format!("cannot be read: {}", error.to_string().split(" at line ").next().unwrap_or_default()))
}

fn diagnose_missing(json: &str, fail: impl Fn(String) -> Failure) -> Failure {
    let object: serde_json::Map<String, Value> = serde_json::from_str(json).unwrap_or_default();
    let failure = fail(if object.contains_key("text") {
        "`text` is null, not a string".into()
    } else {
        "lacks the field `text`".into()
    });
    if object.contains_key("schema") && object.contains_key("entities") {
        return failure.hint("it looks like the output of casegrain, not its input");
    }
    failure
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
