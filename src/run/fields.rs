//! The parts of an entity whose JSON form is not that of a plain structure.

use super::{Expected, Part};
use crate::model::{Decimal, EntityType, Field, FieldType, FieldValue, Value};
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

pub(super) fn kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<EntityType, D::Error> {
    let name = Cow::<str>::deserialize(deserializer)?;
    EntityType::from_name(&name).ok_or_else(|| D::Error::custom(format!("unknown entity type `{name}`")))
}

pub(super) fn field<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field, D::Error> {
    let name = Cow::<str>::deserialize(deserializer)?;
    Field::from_name(&name).ok_or_else(|| D::Error::custom(format!("unknown field `{name}`")))
}

/// What a value should be, as a run writes it: one number has a name of its own.
#[derive(Deserialize)]
pub(super) struct Bounds {
    value: Option<Decimal>,
    low: Option<Decimal>,
    high: Option<Decimal>,
    #[serde(default)]
    unit: String,
}

impl From<Bounds> for Expected {
    fn from(Bounds { value, low, high, unit }: Bounds) -> Self {
        Expected { low: value.or(low), high: value.or(high), unit }
    }
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
            FieldType::Number => map.next_value::<Option<Decimal>>()?.map(FieldValue::Number),
            FieldType::Text => map.next_value::<Option<String>>()?.map(|t| FieldValue::Text(t.into())),
            FieldType::Integers => map.next_value::<Option<Vec<i64>>>()?.map(FieldValue::Integers),
            FieldType::Numbers => map.next_value::<Option<Vec<Decimal>>>()?.map(FieldValue::Numbers),
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
