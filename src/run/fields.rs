//! The parts of an entity whose JSON form is not that of a plain structure.

use super::Part;
use crate::model::{
    Assertion, Decimal, EntityType, Field, FieldType, FieldValue, Status, Subject, Time, Value,
};
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

pub(super) fn kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<EntityType, D::Error> {
    let name = Cow::<str>::deserialize(deserializer)?;
    EntityType::from_name(&name).ok_or_else(|| D::Error::custom(format!("unknown entity type `{name}`")))
}

pub(super) fn assertion<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Assertion, D::Error> {
    #[derive(Deserialize)]
    struct Names<'a> {
        #[serde(borrow)]
        status: Option<Cow<'a, str>>,
        #[serde(borrow)]
        subject: Option<Cow<'a, str>>,
        #[serde(borrow)]
        time: Option<Cow<'a, str>>,
    }
    fn read<T: Default, E: Error>(
        what: &str,
        name: Option<Cow<'_, str>>,
        from_name: impl Fn(&str) -> Option<T>,
    ) -> Result<T, E> {
        match name {
            None => Ok(T::default()),
            Some(name) => from_name(&name).ok_or_else(|| E::custom(format!("unknown {what} `{name}`"))),
        }
    }
    let names = Names::deserialize(deserializer)?;
    Ok(Assertion {
        status: read("status", names.status, Status::from_name)?,
        subject: read("subject", names.subject, Subject::from_name)?,
        time: read("time", names.time, Time::from_name)?,
    })
}

/// The words of each part, in the order of the fields.
pub(super) fn parts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Part>, D::Error> {
    deserializer.deserialize_map(FieldVisitor(PhantomData))
}

/// The fields that a value carries.
pub(super) fn value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value<'static>, D::Error> {
    deserializer.deserialize_map(FieldVisitor(PhantomData))
}

/// What is filled from an object whose keys are fields.
trait ByField: Default {
    fn take<'de, A: MapAccess<'de>>(&mut self, field: Field, map: &mut A) -> Result<(), A::Error>;
}

impl ByField for Vec<Part> {
    fn take<'de, A: MapAccess<'de>>(&mut self, field: Field, map: &mut A) -> Result<(), A::Error> {
        #[derive(Deserialize)]
        struct Place {
            start: u32,
            end: u32,
        }
        let Place { start, end } = map.next_value()?;
        self.push(Part { field, start, end });
        Ok(())
    }
}

impl ByField for Value<'static> {
    fn take<'de, A: MapAccess<'de>>(&mut self, field: Field, map: &mut A) -> Result<(), A::Error> {
        let value = match field.kind() {
            FieldType::Number => map.next_value::<Option<Number>>()?.map(|n| FieldValue::Number(n.0)),
            FieldType::Text => map.next_value::<Option<String>>()?.map(|t| FieldValue::Text(t.into())),
            FieldType::Integers => map.next_value::<Option<Vec<i64>>>()?.map(FieldValue::Integers),
            FieldType::Numbers => map
                .next_value::<Option<Vec<Number>>>()?
                .map(|all| FieldValue::Numbers(all.into_iter().map(|n| n.0).collect())),
            FieldType::Flag => map.next_value::<Option<bool>>()?.map(FieldValue::Flag),
        };
        // A field that is null is not set.
        if let Some(value) = value {
            self.set(field, value);
        }
        Ok(())
    }
}

struct FieldVisitor<T>(PhantomData<T>);

impl<'de, T: ByField> Visitor<'de> for FieldVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut all = T::default();
        while let Some(FieldName(field)) = map.next_key()? {
            match field {
                Some(field) => all.take(field, &mut map)?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(all)
    }
}

/// A field that this version knows, or none.
struct FieldName(Option<Field>);

impl<'de> Deserialize<'de> for FieldName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;
        impl Visitor<'_> for Name {
            type Value = FieldName;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a field")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<FieldName, E> {
                Ok(FieldName(Field::from_name(name)))
            }
        }
        deserializer.deserialize_str(Name)
    }
}

/// A number with the digits that it was written with.
struct Number(Decimal);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The text of the number: as a floating-point number, 1.50 would become 1.5.
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        decimal(raw.get()).map(Number).ok_or_else(|| D::Error::custom(format!("{raw} is not a number")))
    }
}

/// A JSON number; more digits than a [`Decimal`] holds are rounded.
fn decimal(text: &str) -> Option<Decimal> {
    let (digits, power) = match text.split_once(['e', 'E']) {
        Some((digits, power)) => (digits, power.parse().ok()?),
        None => (text, 0),
    };
    let exact = match Decimal::parse(digits) {
        Some(exact) => exact,
        None => Decimal::parse(&format!("{:.6}", digits.parse::<f64>().ok()?))?,
    };
    Some(exact.shift(power))
}
