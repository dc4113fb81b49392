//! JSON that keeps its order and the digits of its numbers.

use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::fmt;

/// A JSON value as it was written: members in their order, numbers with their digits.
///
/// ```
/// use casegrain::gold::Datum;
/// let json = r#"{"value":1.50,"unit":"mg","any":[null,true]}"#;
/// let datum: Datum = serde_json::from_str(json).unwrap();
/// assert_eq!(datum.get("value").and_then(Datum::number), Some(1.5));
/// assert_eq!(datum.get("unit").and_then(Datum::text), Some("mg"));
/// assert_eq!(datum.to_string(), json);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Datum {
    /// `null`
    Null,
    /// `true` or `false`
    Flag(bool),
    /// A number, as it was written.
    Number(String),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Datum>),
    /// An object.
    Object(Vec<(String, Datum)>),
}

impl Datum {
    /// The member of that name, if this is an object that has it and it is not `null`.
    pub fn get(&self, name: &str) -> Option<&Datum> {
        self.members().iter().find(|(n, _)| n == name).map(|(_, value)| value).filter(|v| **v != Datum::Null)
    }

    /// The members of an object; none of anything else.
    pub fn members(&self) -> &[(String, Datum)] {
        match self {
            Datum::Object(members) => members,
            _ => &[],
        }
    }

    /// The elements of an array; none of anything else.
    pub fn elements(&self) -> &[Datum] {
        match self {
            Datum::List(elements) => elements,
            _ => &[],
        }
    }

    /// The string, if this is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Datum::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if this is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Datum::Number(number) => number.parse().ok(),
            _ => None,
        }
    }

    /// The value of a field as [`Annotation::fields`](crate::model::Annotation) has it: text without quotes,
    /// everything else as JSON.
    pub(crate) fn plain(&self) -> String {
        match self {
            Datum::Text(text) => text.clone(),
            other => other.to_string(),
        }
    }

    /// The value where a format has only text: [`of_held`](Self::of_held) gives it back. Text stands as it is, unless
    /// it would be read as something else.
    pub(super) fn held(&self) -> String {
        match self {
            Datum::Text(text) if !matches!(Datum::of_held(text), Datum::Text(same) if same == *text) => {
                self.to_string()
            }
            other => other.plain(),
        }
    }

    /// A value from text: JSON that would be written just so, and everything else as text.
    pub(super) fn of_held(text: &str) -> Datum {
        // Most text cannot be JSON.
        let may_be = matches!(
            text.as_bytes().first(),
            Some(b'"' | b'[' | b'{' | b't' | b'f' | b'n' | b'-' | b'0'..=b'9')
        );
        if may_be
            && let Ok(read) = datum(text)
            && read.held() == text
        {
            return read;
        }
        Datum::Text(text.to_owned())
    }

    /// What kind of value this is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Datum::Null => "null",
            Datum::Flag(_) => "true or false",
            Datum::Number(_) => "a number",
            Datum::Text(_) => "a string",
            Datum::List(_) => "an array",
            Datum::Object(_) => "an object",
        }
    }
}

impl fmt::Display for Datum {
    /// As JSON on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl Serialize for Datum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Datum::Null => serializer.serialize_unit(),
            Datum::Flag(flag) => serializer.serialize_bool(*flag),
            Datum::Number(number) => match number.parse::<i64>() {
                Ok(whole) if whole.to_string() == *number => serializer.serialize_i64(whole),
                _ => RawValue::from_string(number.clone())
                    .map_err(serde::ser::Error::custom)?
                    .serialize(serializer),
            },
            Datum::Text(text) => serializer.serialize_str(text),
            Datum::List(elements) => elements.serialize(serializer),
            Datum::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Datum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The text of the value: read as a number, 1.50 would become 1.5.
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        datum(raw.get()).map_err(D::Error::custom)
    }
}

pub(super) fn datum(json: &str) -> serde_json::Result<Datum> {
    Ok(match json.trim_ascii_start().as_bytes().first() {
        Some(b'"') => Datum::Text(serde_json::from_str(json)?),
        Some(b'[') => {
            let elements: Vec<&RawValue> = serde_json::from_str(json)?;
            Datum::List(elements.into_iter().map(|e| datum(e.get())).collect::<Result<_, _>>()?)
        }
        Some(b'{') => {
            let Members(members) = serde_json::from_str(json)?;
            let read = |(name, raw): (String, &RawValue)| Ok((name, datum(raw.get())?));
            Datum::Object(members.into_iter().map(read).collect::<serde_json::Result<_>>()?)
        }
        Some(b't' | b'f') => Datum::Flag(serde_json::from_str(json)?),
        Some(b'n') => Datum::Null,
        _ => {
            serde_json::from_str::<f64>(json)?;
            Datum::Number(json.trim_ascii().to_owned())
        }
    })
}

/// The members of an object in their order.
pub(super) struct Members<'a>(pub(super) Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members: Vec<(String, &RawValue)> = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                    if members.iter().any(|(known, _)| *known == name) {
                        return Err(A::Error::custom(format!("the field `{name}` stands twice")));
                    }
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(All)
    }
}

#[cfg(test)]
mod tests {
    use super::Datum;

    #[test]
    fn a_value_held_as_text_comes_back_as_it_was() {
        for json in [
            "5",
            "1.50",
            "\"5\"",
            "\"\\\"5\\\"\"",
            "true",
            "\"true\"",
            "[1,2]",
            "\"[1,2]\"",
            "\"[1, 2]\"",
            "null",
            "\"\"",
            "\"a\"",
        ] {
            let datum: Datum = serde_json::from_str(json).expect("JSON");
            assert_eq!(Datum::of_held(&datum.held()), datum, "{json} as {}", datum.held());
        }
        for text in [
            "",
            "5",
            "05",
            "1e5",
            "[1, 2]",
            "[1,2]",
            "\"5\"",
            "\"x\"",
            "truely",
            "true",
            "{sic",
            "\"\\u0041\"",
        ] {
            assert_eq!(Datum::of_held(text).held(), text);
        }
    }
}
