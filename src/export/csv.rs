//! `csv`: flat tables, one file each.

use super::flat::{self, TABLES};
use super::{CsvRows, Document, Format, Rendered, gather};

/// One file for each of [`TABLES`].
pub(super) static FORMAT: Format = Format {
    name: "csv",
    about: "flat tables: entities, relations, and what the case records say; a CSV file each",
    needs_text: false,
    built: true,
    render,
    gather: |_| gather::tables(TABLES),
};

fn render(document: &Document<'_>, out: &mut Rendered) {
    let mut rows = CsvRows::new(TABLES.len());
    flat::rows(document, &mut rows);
    out.shared.extend(rows.finish());
    flat::losses(document, &mut out.losses);
}
