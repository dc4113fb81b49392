//! The part of the record that tells what tissue and genes showed.

use super::EntityId;
use crate::model::{Decimal, Status};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

structs! {
    /// What tissue and genes showed.
    Pathology {
        /// Immunohistochemistry.
        #[serde(default)] ihc: Vec<Ihc>,
        /// Fusions of two genes.
        #[serde(default)] fusions: Vec<Fusion>,
        /// Rearranged genes and translocations.
        #[serde(default)] rearrangements: Vec<Rearrangement>,
        /// Sequence variants.
        #[serde(default)] variants: Vec<Variant>,
        /// Changes of copy number.
        #[serde(default)] copy_numbers: Vec<CopyNumber>,
        /// Microsatellites.
        #[serde(default)] msi: Option<Msi>,
        /// Tumour mutational burden.
        #[serde(default)] tmb: Option<Tmb>,
        /// Stages and grades.
        #[serde(default)] stages: Vec<Stage>,
    }

    /// Expression of a marker.
    Ihc {
        /// Its preferred name.
        marker: String,
        /// `positive`, `negative` or `equivocal`.
        result: String,
        /// `focal`, `diffuse`, `weak`, `strong`, …
        #[serde(default, skip_serializing_if = "Option::is_none")] extent: Option<String>,
        /// Percentage of positive cells.
        #[serde(default, skip_serializing_if = "Option::is_none")] percent: Option<Decimal>,
        /// The lower end of a range of percentages.
        #[serde(default, skip_serializing_if = "Option::is_none")] low: Option<Decimal>,
        /// The upper end of a range of percentages.
        #[serde(default, skip_serializing_if = "Option::is_none")] high: Option<Decimal>,
        /// `<`, `<=`, `>`, `>=` or `~`.
        #[serde(default, skip_serializing_if = "Option::is_none")] comparator: Option<String>,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// A fusion of two genes.
    Fusion {
        /// HGNC symbol of the gene at the 5' end.
        #[serde(default, skip_serializing_if = "Option::is_none")] five_prime: Option<String>,
        /// HGNC symbol of the gene at the 3' end.
        #[serde(default, skip_serializing_if = "Option::is_none")] three_prime: Option<String>,
        /// HGNC's form, `EWSR1::WT1`.
        #[serde(default, skip_serializing_if = "Option::is_none")] hgvs: Option<String>,
        /// Whether it was found.
        status: Status,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// A rearranged gene or a translocation.
    Rearrangement {
        /// HGNC symbol.
        #[serde(default, skip_serializing_if = "Option::is_none")] gene: Option<String>,
        /// ISCN text.
        #[serde(default, skip_serializing_if = "Option::is_none")] translocation: Option<String>,
        /// Whether it was found.
        status: Status,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// A sequence variant.
    Variant {
        /// HGNC symbol.
        #[serde(default, skip_serializing_if = "Option::is_none")] gene: Option<String>,
        /// The HGVS description.
        #[serde(default, skip_serializing_if = "Option::is_none")] hgvs: Option<String>,
        /// Whether it was found.
        status: Status,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// A change of copy number.
    CopyNumber {
        /// HGNC symbol.
        gene: String,
        /// `amplification`, `gain`, `loss` or `deletion`.
        #[serde(default, skip_serializing_if = "Option::is_none")] change: Option<String>,
        /// Number of copies.
        #[serde(default, skip_serializing_if = "Option::is_none")] copies: Option<Decimal>,
        /// Whether it was found.
        status: Status,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// Microsatellites.
    Msi {
        /// `MSI-H`, `MSI-L`, `MSS`, `dMMR` or `pMMR`.
        status: String,
        /// `absent` where the text says that `status` is not so ("MSI-H was not detected").
        #[serde(default, skip_serializing_if = "Status::is_present")] assertion: Status,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// Tumour mutational burden.
    Tmb {
        /// The number; none for a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] value: Option<Decimal>,
        /// The lower end of a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] low: Option<Decimal>,
        /// The upper end of a range.
        #[serde(default, skip_serializing_if = "Option::is_none")] high: Option<Decimal>,
        /// `{mutations}/Mb`.
        #[serde(default, skip_serializing_if = "Option::is_none")] unit: Option<String>,
        /// `<`, `<=`, `>`, `>=` or `~`.
        #[serde(default, skip_serializing_if = "Option::is_none")] comparator: Option<String>,
        /// A result in words: `high`, `low`.
        #[serde(default, skip_serializing_if = "Option::is_none")] result: Option<String>,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }

    /// A stage or a grade.
    Stage {
        /// `TNM`, `AJCC`, `FIGO`, …
        #[serde(default, skip_serializing_if = "Option::is_none")] system: Option<String>,
        /// As that system writes it.
        code: String,
        /// Where it was read.
        #[serde(default)] entities: Vec<EntityId>,
    }
}
