//! The part of the record that tells what happened when, and how it ended.

use super::EntityId;
use crate::model::{Decimal, Status};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

structs! {
    /// Something that happened, with when it happened as the text tells it and as it follows from all that it tells.
    Event {
        /// What happened.
        event: String,
        /// Whether it did.
        #[serde(default, skip_serializing_if = "Status::is_present")] status: Status,
        /// The event from which the time is counted.
        #[serde(default, skip_serializing_if = "Option::is_none")] anchor: Option<String>,
        /// From the anchor, in `unit`: not before; none if it is open. Negative before the anchor.
        #[serde(default, skip_serializing_if = "Option::is_none")] earliest: Option<Decimal>,
        /// From the anchor, in `unit`: not after; none if it is open.
        #[serde(default, skip_serializing_if = "Option::is_none")] latest: Option<Decimal>,
        /// UCUM code of the unit that the text uses: `d`, `wk`, `mo`, `a`, …
        #[serde(default, skip_serializing_if = "Option::is_none")] unit: Option<String>,
        /// The date, if the text gives it.
        #[serde(default, skip_serializing_if = "Option::is_none")] iso8601: Option<String>,
        /// In days from presentation, as it follows from all intervals together.
        #[serde(default, skip_serializing_if = "Option::is_none")] day: Option<Interval>,
        /// Where it was read: the event's words, then those of the time.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// Days, from the presentation of the patient; an end that is missing is open.
    Interval {
        /// Not before.
        #[serde(default, skip_serializing_if = "Option::is_none")] earliest: Option<i64>,
        /// Not after.
        #[serde(default, skip_serializing_if = "Option::is_none")] latest: Option<i64>,
    }

    /// How it ended.
    Outcome {
        /// `alive`, `dead`, `remission`, `recurrence`, `stable`, `progression` or `lost-to-follow-up`.
        status: String,
        /// When that was said to be so.
        #[serde(default, skip_serializing_if = "Option::is_none")] time: Option<OutcomeTime>,
        /// What the report says of the disease at that time: what persists, what has not come back.
        #[serde(default, skip_serializing_if = "Vec::is_empty")] disease: Vec<OutcomeDisease>,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// When an outcome was observed.
    OutcomeTime {
        /// The number; none for a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] value: Option<Decimal>,
        /// The lower end of a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] low: Option<Decimal>,
        /// The upper end of a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] high: Option<Decimal>,
        /// UCUM code.
        #[serde(default, skip_serializing_if = "Option::is_none")] unit: Option<String>,
        /// `<`, `<=`, `>`, `>=` or `~`.
        #[serde(default, skip_serializing_if = "Option::is_none")] comparator: Option<String>,
        /// The event from which it is counted.
        #[serde(default, skip_serializing_if = "Option::is_none")] anchor: Option<String>,
    }

    /// A disease at the end of the report.
    OutcomeDisease {
        /// Its preferred name.
        name: String,
        /// Where in the body.
        #[serde(default, skip_serializing_if = "Option::is_none")] site: Option<String>,
        /// Whether the patient has it.
        status: Status,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }
}
