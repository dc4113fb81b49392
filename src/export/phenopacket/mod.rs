//! `phenopacket`: GA4GH Phenopackets v2 as JSON, one packet for each patient.
//!
//! Nothing is invented to please the schema. What it has no true place for is left out and counted: doses of drugs,
//! because a `DoseInterval` wants calendar times; what is only possible or planned, because the schema can only say
//! that something is so or is excluded; comparators and ranges, which become terms instead of numbers.

mod genomic;
mod measured;
mod packet;
mod treated;

use super::sources::{Named, losses};
use super::terms::Codes;
use super::{Document, Format, Rendered, files};
use packet::Packet;

/// <https://phenopacket-schema.readthedocs.io/en/2.0.0/>
pub(super) static FORMAT: Format = Format {
    name: "phenopacket",
    about: "GA4GH Phenopackets v2 JSON; a file for each patient",
    needs_text: false,
    built: true,
    render,
    gather: |_| files(),
};

fn render(document: &Document<'_>, out: &mut Rendered) {
    let record = document.record;
    let (mut named, mut codes) = (Named::default(), Codes::default());
    for case in &record.cases {
        let mut packet = Packet::new(document, case, &mut out.losses, &mut named, &mut codes);
        let json = packet.whole();
        out.files.push((format!("-{}.json", case.id), json.bytes()));
    }
    losses(document, &named, &codes, &mut out.losses);
}
