//! How the model's own types are written and read with serde.

use super::case::EntityId;
use super::{Decimal, Status, Subject, Time};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// The greatest mantissa for which the shortest spelling of the nearest floating-point number is the number itself.
const EXACT: u64 = 1_000_000_000_000_000;

impl Serialize for Decimal {
    /// As a number with the digits it was written with.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (mantissa, scale) = self.parts();
        if scale == 0 {
            return serializer.serialize_i64(mantissa);
        }
        // What a floating-point number is spelled like anyway needs no detour: no zero at the end, unless it is the
        // only digit after the point, and neither so great nor so small that an exponent would be used.
        let small = (1..=4).contains(&scale) && mantissa.unsigned_abs() < EXACT;
        if small && mantissa != 0 && (mantissa % 10 != 0 || scale == 1) {
            return serializer.serialize_f64(self.to_f64());
        }
        RawValue::from_string(self.to_string()).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    /// From a JSON number, with its digits.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get();
        Decimal::parse(text)
            .or_else(|| text.parse::<f64>().ok().and_then(|number| Decimal::parse(&number.to_string())))
            .ok_or_else(|| D::Error::invalid_value(Unexpected::Other(text), &"a number of at most 18 digits"))
    }
}

impl JsonSchema for Decimal {
    fn schema_name() -> Cow<'static, str> {
        "decimal".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "number"})
    }

    fn inline_schema() -> bool {
        true
    }
}

impl Serialize for EntityId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.written(|id| serializer.serialize_str(id))
    }
}

impl<'de> Deserialize<'de> for EntityId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Id;
        impl Visitor<'_> for Id {
            type Value = EntityId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the id of an entity, such as \"T1\"")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<EntityId, E> {
                let number = text.strip_prefix('T').and_then(|digits| digits.parse::<u32>().ok());
                let index = number.and_then(|number| number.checked_sub(1));
                index.map(EntityId).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Id)
    }
}

impl JsonSchema for EntityId {
    fn schema_name() -> Cow<'static, str> {
        "entity_id".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^T[1-9][0-9]*$"})
    }

    fn inline_schema() -> bool {
        true
    }
}

/// A closed list of names, as it stands in the output.
macro_rules! by_name {
    ($($type:ident)*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = Cow::<'de, str>::deserialize(deserializer)?;
                $type::from_name(&name)
                    .ok_or_else(|| D::Error::invalid_value(Unexpected::Str(&name), &"a name from the schema"))
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                let names: Vec<_> = $type::ALL.iter().map(|value| value.name()).collect();
                json_schema!({"enum": names})
            }

            fn inline_schema() -> bool {
                true
            }
        }
    )*};
}

by_name!(Status Subject Time);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_their_digits() {
        for written in [
            "0",
            "0.0",
            "-3",
            "1.0",
            "1.50",
            "57.7",
            "0.00005",
            "158.400",
            "123456789012345.6",
            "-0.05",
            "100",
        ] {
            let decimal = Decimal::parse(written).expect("a number");
            let json = serde_json::to_string(&decimal).expect("JSON");
            assert_eq!(json, written);
            assert_eq!(serde_json::from_str::<Decimal>(&json).expect("a number"), decimal);
        }
        assert_eq!(serde_json::to_string(&Decimal::new(15, -2)).expect("JSON"), "1500");
    }

    #[test]
    fn a_decimal_is_read_in_every_spelling_of_json() {
        assert_eq!(serde_json::from_str::<Decimal>("1.5e2").expect("a number").to_i64(), Some(150));
        assert_eq!(
            serde_json::from_value::<Decimal>(serde_json::json!(0.5)).expect("one").to_string(),
            "0.5"
        );
        assert!(serde_json::from_str::<Decimal>("\"1\"").is_err());
        assert!(serde_json::from_str::<Decimal>("null").is_err());
    }

    #[test]
    fn ids_count_from_one() {
        for wrong in ["\"T0\"", "\"R1\"", "\"T\"", "1"] {
            assert!(serde_json::from_str::<EntityId>(wrong).is_err(), "{wrong}");
        }
    }
}
