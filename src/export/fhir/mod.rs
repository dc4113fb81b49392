//! `fhir`: a FHIR R4 collection Bundle for each patient, with the profiles of mCODE STU4 where they fit.
//!
//! Every resource carries an extension for each entity that it was read from, so that each value leads back to its
//! words. Dates that a report does not give are absent with a reason; nothing is made up.

mod bundle;
mod conditions;
mod genes;
mod observations;
mod origin;
mod treated;

use super::sources::{Named, losses};
use super::terms::Codes;
use super::{Document, Format, Rendered, files};
use bundle::Bundle;

/// <https://hl7.org/fhir/R4/> and <https://hl7.org/fhir/us/mcode/STU4/>
pub(super) static FORMAT: Format = Format {
    name: "fhir",
    about: "FHIR R4 Bundle with mCODE profiles; a file for each patient",
    needs_text: false,
    built: true,
    render,
    gather: |_| files(),
};

fn render(document: &Document<'_>, out: &mut Rendered) {
    let (mut named, mut codes) = (Named::default(), Codes::default());
    for case in &document.record.cases {
        let bundle = Bundle::new(document, case, &mut out.losses, &mut named, &mut codes);
        out.files.push((format!("-{}.json", case.id), bundle.whole().bytes()));
    }
    losses(document, &named, &codes, &mut out.losses);
}
