//! Reads free-text clinical case reports and writes what they say as structured JSON.

pub mod batch;
pub mod explain;
pub mod grammar;
pub mod model;
mod normalise;
pub mod pipeline;
mod qualify;
pub mod read;
pub mod recognise;
pub mod segment;
pub mod write;

pub use pipeline::Extractor;
