//! JSON that is put together before it is written, its members in the order in which they were added.
//!
//! Beside `serde_json::Value` it keeps the digits of numbers: 1.50 stays 1.50, which FHIR reads as a precision.

use crate::model::Decimal;
use crate::write::json::push_string;
use std::borrow::Cow;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json<'j> {
    Text(Cow<'j, str>),
    Number(Decimal),
    Flag(bool),
    /// Written already, on one line, as all is below the levels that have a line for each member.
    Written(String),
    List(Vec<Json<'j>>),
    Object(Vec<(&'static str, Json<'j>)>),
}

impl<'j> Json<'j> {
    /// An object without members.
    pub(super) fn object() -> Self {
        Json::Object(Vec::new())
    }

    /// The object with one more member; what is none or empty does not become one.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<Part<'j>>) -> Self {
        self.set(name, value);
        self
    }

    /// Adds a member to an object; what is none or empty does not become one.
    pub(super) fn set(&mut self, name: &'static str, value: impl Into<Part<'j>>) {
        if let (Json::Object(members), Part(Some(value))) = (self, value.into()) {
            members.push((name, value));
        }
    }

    /// The object with the members of another after its own.
    pub(super) fn and(mut self, other: Json<'j>) -> Self {
        if let (Json::Object(members), Json::Object(more)) = (&mut self, other) {
            members.extend(more);
        }
        self
    }

    fn is_empty(&self) -> bool {
        match self {
            Json::List(items) => items.is_empty(),
            Json::Object(members) => members.is_empty(),
            Json::Text(text) => text.is_empty(),
            Json::Written(json) => json.is_empty(),
            Json::Number(_) | Json::Flag(_) => false,
        }
    }

    /// Written with a line for each member of the two outermost levels, so that files can be read and compared.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1 << 14);
        self.write(&mut out, 0);
        out.push(b'\n');
        out
    }

    fn write(&self, out: &mut Vec<u8>, depth: usize) {
        match self {
            Json::Text(text) => push_string(out, text),
            Json::Written(json) => out.extend_from_slice(json.as_bytes()),
            Json::Number(number) => number.write_to(out),
            Json::Flag(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
            Json::List(items) => {
                out.push(b'[');
                for (at, item) in items.iter().enumerate() {
                    between(out, at, depth);
                    item.write(out, depth + 1);
                }
                close(out, b']', depth);
            }
            Json::Object(members) => {
                out.push(b'{');
                for (at, (name, value)) in members.iter().enumerate() {
                    between(out, at, depth);
                    // Names are those of the formats, in which nothing is to be escaped.
                    out.push(b'"');
                    out.extend_from_slice(name.as_bytes());
                    out.extend_from_slice(b"\":");
                    value.write(out, depth + 1);
                }
                close(out, b'}', depth);
            }
        }
    }
}

/// How many levels have a line for each member.
const LINES: usize = 2;

fn between(out: &mut Vec<u8>, at: usize, depth: usize) {
    if at > 0 {
        out.push(b',');
    }
    if depth < LINES {
        out.push(b'\n');
        out.resize(out.len() + depth + 1, b' ');
    }
}

fn close(out: &mut Vec<u8>, bracket: u8, depth: usize) {
    if depth < LINES {
        out.push(b'\n');
        out.resize(out.len() + depth, b' ');
    }
    out.push(bracket);
}

/// What a member may be made of.
pub(super) struct Part<'j>(Option<Json<'j>>);

macro_rules! parts {
    ($($type:ty: $value:ident => $json:expr;)*) => {$(
        impl<'j> From<$type> for Json<'j> {
            fn from($value: $type) -> Self {
                $json
            }
        }

        impl<'j> From<$type> for Part<'j> {
            fn from(value: $type) -> Self {
                Part(Some(Json::from(value)).filter(|json| !json.is_empty()))
            }
        }

        impl<'j> From<Option<$type>> for Part<'j> {
            fn from(value: Option<$type>) -> Self {
                Part(value.map(Json::from).filter(|json| !json.is_empty()))
            }
        }
    )*};
}

parts! {
    &'j str: text => Json::Text(text.into());
    &'j String: text => Json::Text(text.as_str().into());
    String: text => Json::Text(text.into());
    Cow<'j, str>: text => Json::Text(text);
    Decimal: number => Json::Number(number);
    i64: number => Json::Number(Decimal::integer(number));
    bool: flag => Json::Flag(flag);
    Vec<Json<'j>>: items => Json::List(items);
}

impl<'j> From<Json<'j>> for Part<'j> {
    fn from(json: Json<'j>) -> Self {
        Part(Some(json).filter(|json| !json.is_empty()))
    }
}

impl<'j> From<Option<Json<'j>>> for Part<'j> {
    fn from(json: Option<Json<'j>>) -> Self {
        Part(json.filter(|json| !json.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits_and_nothing_empty_is_written() {
        let json = Json::object()
            .with("a", Decimal::parse("1.50"))
            .with("b", None::<&str>)
            .with("c", Vec::new())
            .with("d", Json::object())
            .with("e", "\"µ\"");
        let text = String::from_utf8(json.bytes()).unwrap();
        assert_eq!(text, "{\n \"a\":1.50,\n \"e\":\"\\\"µ\\\"\"\n}\n");
    }
}
