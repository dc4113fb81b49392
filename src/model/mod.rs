//! What the stages hand to each other and what is written: data only, no clinical knowledge.

mod annotated;
pub mod case;
mod decimal;
mod entity;
mod issue;
mod relation;
mod report;
mod serial;
mod span;
mod value;

pub use annotated::{Annotated, Annotation, Group, Home, Level, Link, Passage};
pub use case::{Case, EntityId};
pub use decimal::Decimal;
pub use entity::{Assertion, Entity, EntityType, Part, Status, Subject, Time};
pub use issue::{Check, Expected, Issue, Operand, Severity, Suggestion};
pub use relation::{Relation, RelationType};
pub use report::{Report, Section};
pub use span::{OffsetMap, OffsetUnit, Span};
pub use value::{Field, FieldType, FieldValue, Value};
