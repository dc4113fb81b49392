//! The JSON Schema of the output, made from the types that are written.

use super::json::SCHEMA_VERSION;
use crate::model::{Case, EntityType, Field, FieldType, RelationType, Severity, Status, Subject, Time};
use crate::read::{Encoding, Format};
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// The schema of one record, in JSON Schema draft 2020-12.
///
/// ```
/// let schema = casegrain::write::schema::schema();
/// assert_eq!(schema["$defs"]["age_value"]["properties"]["unit"]["type"], "string");
/// ```
pub fn schema() -> Value {
    let mut defs = Map::new();
    defs.insert("offset".into(), json!({"type": "integer", "minimum": 0}));
    defs.insert("place".into(), object(&[("start", reference("offset")), ("end", reference("offset"))], &[]));
    defs.insert("entity".into(), entity());
    defs.insert("section".into(), section());
    defs.insert("relation".into(), relation());
    defs.insert("issue".into(), issue());
    defs.extend(case());
    defs.insert("operand".into(), operand());
    defs.insert("expected".into(), expected());
    defs.insert("check".into(), check());
    for kind in EntityType::ALL {
        defs.insert(value_name(*kind), value_of(*kind));
    }
    let program = object(
        &[
            ("name", json!({"const": "casegrain"})),
            ("version", text()),
            ("grammar", json!({"type": "string", "pattern": "^sha256:[0-9a-f]+$"})),
        ],
        &[],
    );
    let source = object(
        &[
            ("name", text()),
            ("format", names(Format::ALL.iter().map(|format| format.name()))),
            ("encoding", names(Encoding::ALL.iter().map(|encoding| encoding.name()))),
            ("sha256", json!({"type": "string", "pattern": "^[0-9a-f]{64}$"})),
            ("characters", reference("offset")),
        ],
        &[],
    );
    let mut schema = object(
        &[
            ("schema", json!({"const": SCHEMA_VERSION})),
            ("program", program),
            ("id", text()),
            ("source", source),
            ("sections", list_of("section")),
            ("entities", list_of("entity")),
            ("relations", list_of("relation")),
            ("cases", list_of("Case")),
            ("issues", list_of("issue")),
        ],
        &[("checks", list_of("check"))],
    );
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("What casegrain reads from one case report");
    schema["$defs"] = Value::Object(defs);
    schema
}

/// The definitions of a case and of all that it holds.
fn case() -> Map<String, Value> {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    generator.subschema_for::<Case>();
    generator.take_definitions(true)
}

fn entity() -> Value {
    let assertion = object(
        &[
            ("status", names(Status::ALL.iter().map(|status| status.name()))),
            ("subject", names(Subject::ALL.iter().map(|subject| subject.name()))),
            ("time", names(Time::ALL.iter().map(|time| time.name()))),
        ],
        &[("relative", text())],
    );
    let mut entity = object(
        &[
            ("id", identifier('T')),
            ("type", names(EntityType::ALL.iter().map(|kind| kind.name()))),
            ("start", reference("offset")),
            ("end", reference("offset")),
            ("text", text()),
            ("value", json!({"type": "object"})),
            ("assertion", assertion),
            ("section", text()),
            ("rule", text()),
        ],
        &[
            (
                "parts",
                json!({"type": "object", "minProperties": 1, "additionalProperties": reference("place")}),
            ),
            (
                "codings",
                json!({"type": "array", "minItems": 1, "items": object(&[("system", text()), ("code", text())], &[])}),
            ),
            ("case", json!({"type": "integer", "minimum": 1})),
        ],
    );
    let by_type = EntityType::ALL.iter().map(|kind| {
        json!({
            "if": {"properties": {"type": {"const": kind.name()}}},
            "then": {"properties": {
                "value": reference(&value_name(*kind)),
                "parts": {"propertyNames": names(kind.fields().iter().map(|field| field.name()))},
            }},
        })
    });
    entity["allOf"] = by_type.collect();
    entity
}

/// The definition of the value of such an entity.
fn value_name(kind: EntityType) -> String {
    format!("{}_value", kind.name())
}

/// What the value of such an entity may hold.
fn value_of(kind: EntityType) -> Value {
    let fields: Vec<_> = kind.fields().iter().map(|field| (field.name(), content(*field))).collect();
    object(&[], &fields)
}

fn content(field: Field) -> Value {
    match (field, field.kind()) {
        (Field::Comparator, _) => names(["<", "<=", ">", ">=", "~"].into_iter()),
        (Field::Laterality, _) => names(["left", "right", "bilateral"].into_iter()),
        (_, FieldType::Number) => json!({"type": "number"}),
        (_, FieldType::Text) => json!({"type": "string", "minLength": 1}),
        (_, FieldType::Integers) => json!({"type": "array", "items": {"type": "integer"}, "minItems": 1}),
        (_, FieldType::Numbers) => json!({"type": "array", "items": {"type": "number"}, "minItems": 1}),
        (_, FieldType::Flag) => json!({"type": "boolean"}),
    }
}

fn section() -> Value {
    object(
        &[("kind", text()), ("title", text()), ("start", reference("offset")), ("end", reference("offset"))],
        &[],
    )
}

fn relation() -> Value {
    object(
        &[
            ("id", identifier('R')),
            ("type", names(RelationType::ALL.iter().map(|kind| kind.name()))),
            ("from", identifier('T')),
            ("to", identifier('T')),
            ("rule", text()),
        ],
        &[],
    )
}

fn issue() -> Value {
    let severities = [Severity::Info, Severity::Warning, Severity::Error];
    object(
        &[
            ("code", text()),
            ("severity", names(severities.iter().map(|severity| severity.name()))),
            ("message", text()),
            ("entities", json!({"type": "array", "items": identifier('T')})),
        ],
        &[
            ("check", text()),
            ("operands", list_of("operand")),
            ("expected", reference("expected")),
            (
                "suggestion",
                object(
                    &[("entity", identifier('T')), ("unit", text())],
                    &[("value", json!({"type": "number"}))],
                ),
            ),
        ],
    )
}

/// A check that held; written where it is asked for.
fn check() -> Value {
    object(&[("check", text()), ("operands", list_of("operand"))], &[("expected", reference("expected"))])
}

/// One field of one entity that a check looked at.
fn operand() -> Value {
    object(
        &[
            ("entity", identifier('T')),
            ("field", names(Field::ALL.iter().map(|field| field.name()))),
            ("start", reference("offset")),
            ("end", reference("offset")),
        ],
        &[("value", json!({"type": ["number", "string", "array"]})), ("unit", text())],
    )
}

/// What a value should be.
fn expected() -> Value {
    let number = || json!({"type": "number"});
    object(&[("unit", text())], &[("value", number()), ("low", number()), ("high", number())])
}

/// An object with these fields and no others.
fn object(required: &[(&str, Value)], optional: &[(&str, Value)]) -> Value {
    let properties: Map<_, _> =
        required.iter().chain(optional).map(|(name, schema)| ((*name).to_string(), schema.clone())).collect();
    let mut object = json!({"type": "object", "properties": properties, "additionalProperties": false});
    if !required.is_empty() {
        object["required"] = required.iter().map(|(name, _)| *name).collect();
    }
    object
}

fn text() -> Value {
    json!({"type": "string"})
}

fn names(names: impl Iterator<Item = &'static str>) -> Value {
    json!({"enum": names.collect::<Vec<_>>()})
}

fn identifier(letter: char) -> Value {
    json!({"type": "string", "pattern": format!("^{letter}[1-9][0-9]*$")})
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/$defs/{name}")})
}

fn list_of(name: &str) -> Value {
    json!({"type": "array", "items": reference(name)})
}
