//! Whether two values say the same.

use crate::gold::Datum;
use crate::model::{Field, FieldValue, Value};

/// A value in a form in which spelling does not matter: letters in lower case, without spaces, hyphens, slashes and
/// underscores; numbers as floating-point numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Plain {
    Flag(bool),
    Number(f64),
    Text(String),
    List(Vec<Plain>),
}

impl Plain {
    pub(super) fn of_datum(datum: &Datum) -> Option<Plain> {
        Some(match datum {
            Datum::Null | Datum::Object(_) => return None,
            Datum::Flag(flag) => Plain::Flag(*flag),
            Datum::Number(_) => Plain::Number(datum.number()?),
            Datum::Text(text) => Plain::Text(plain_text(text)),
            Datum::List(all) => Plain::List(all.iter().filter_map(Plain::of_datum).collect()),
        })
    }

    fn of_field(value: &FieldValue<'_>) -> Plain {
        match value {
            FieldValue::Number(number) => Plain::Number(number.to_f64()),
            FieldValue::Text(text) => Plain::Text(plain_text(text)),
            FieldValue::Integers(all) => Plain::List(all.iter().map(|n| Plain::Number(*n as f64)).collect()),
            FieldValue::Numbers(all) => Plain::List(all.iter().map(|n| Plain::Number(n.to_f64())).collect()),
            FieldValue::Flag(flag) => Plain::Flag(*flag),
        }
    }
}

fn plain_text(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_' | '/'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// What a gold value wants of some fields.
#[derive(Debug)]
pub(super) struct Wanted {
    /// By field: what it may hold. A field that gold does not have may hold anything and is not here.
    fields: Vec<(String, Vec<Plain>)>,
    /// Other values as good as the first.
    others: Vec<Wanted>,
    /// Single values, any of which is enough in any field.
    loose: Vec<Plain>,
    /// The fields that count.
    counted: Vec<String>,
}

impl Wanted {
    /// What `value` wants of the fields that count; of all that it has if none is named.
    pub(super) fn new(value: &Datum, counted: Option<&[String]>) -> Wanted {
        let counted: Vec<String> = match counted {
            Some(names) => names.to_vec(),
            None => value
                .members()
                .iter()
                .filter(|(n, _)| !n.ends_with("_any") && n != "any")
                .map(|(n, _)| n.clone())
                .collect(),
        };
        let fields = counted
            .iter()
            .filter_map(|name| {
                let mut allowed = vec![Plain::of_datum(value.get(name)?)?];
                let any = value.get(&format!("{name}_any")).map(Datum::elements).unwrap_or_default();
                allowed.extend(any.iter().filter_map(Plain::of_datum));
                Some((name.clone(), allowed))
            })
            .collect();
        let any = value.get("any").map(Datum::elements).unwrap_or_default();
        let (objects, loose): (Vec<&Datum>, Vec<&Datum>) =
            any.iter().partition(|d| matches!(d, Datum::Object(_)));
        Wanted {
            fields,
            others: objects.into_iter().map(|d| Wanted::new(d, Some(&counted))).collect(),
            loose: loose.into_iter().filter_map(Plain::of_datum).collect(),
            counted,
        }
    }

    /// Whether a value says that.
    pub(super) fn is_met(&self, value: &Value<'_>) -> bool {
        self.is_met_at_first(value)
            || self.others.iter().any(|other| other.is_met(value))
            || !self.loose.is_empty()
                && self.counted.iter().filter_map(|name| held(value, name)).any(|v| self.loose.contains(&v))
    }

    /// Whether a value says that by the first reading, without the others that gold allows.
    pub(super) fn is_met_at_first(&self, value: &Value<'_>) -> bool {
        self.faults(value).next().is_none()
    }

    /// By field that gold has: whether the value agrees.
    pub(super) fn by_field<'w>(&'w self, value: &Value<'_>) -> impl Iterator<Item = (&'w str, bool)> {
        self.fields.iter().map(move |(name, allowed)| {
            (name.as_str(), held(value, name).is_some_and(|v| allowed.contains(&v)))
        })
    }

    /// The fields in which a value does not agree.
    pub(super) fn faults<'w>(&'w self, value: &Value<'_>) -> impl Iterator<Item = &'w str> {
        self.by_field(value).filter(|(_, right)| !right).map(|(name, _)| name)
    }
}

fn held(value: &Value<'_>, name: &str) -> Option<Plain> {
    value.get(Field::from_name(name)?).map(Plain::of_field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Record;

    fn value(json: &str) -> Value<'static> {
        let line = format!(r#"{{"id":"a","entities":[{{"type":"dose","start":0,"end":1,"value":{json}}}]}}"#);
        serde_json::from_str::<Record>(&line).expect("a record").entities.remove(0).value
    }

    fn met(gold: &str, fields: Option<&[&str]>, got: &str) -> bool {
        let fields: Option<Vec<String>> = fields.map(|all| all.iter().map(|f| f.to_string()).collect());
        let gold = serde_json::from_str(gold).expect("JSON");
        Wanted::new(&gold, fields.as_deref()).is_met(&value(got))
    }

    #[test]
    fn spelling_does_not_matter_and_what_gold_does_not_say_is_free() {
        assert!(met(
            r#"{"value":1.0,"unit":"MG/m2"}"#,
            None,
            r#"{"value":1,"unit":"mg/m2","comparator":"~"}"#
        ));
        assert!(!met(r#"{"value":1.0,"unit":"mg"}"#, None, r#"{"value":1}"#));
        assert!(met(r#"{"value":1.0,"unit":"mg"}"#, Some(&["value"]), r#"{"value":1}"#));
        assert!(met(r#"{"dimensions":[1,2.50]}"#, None, r#"{"dimensions":[1.0,2.5]}"#));
        assert!(!met(r#"{"dimensions":[1,2]}"#, None, r#"{"dimensions":[2,1]}"#));
    }

    #[test]
    fn other_readings_count_where_gold_allows_them() {
        let gold = r#"{"value":1,"unit":"mg","unit_any":["g"],"any":[{"value":1000,"unit":"ug"},"once"]}"#;
        assert!(met(gold, None, r#"{"value":1,"unit":"g"}"#));
        assert!(met(gold, None, r#"{"value":1000,"unit":"ug"}"#));
        assert!(met(gold, None, r#"{"value":7,"unit":"On-ce"}"#));
        assert!(!met(gold, None, r#"{"value":1000,"unit":"mg"}"#));
    }
}
