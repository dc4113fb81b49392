//! Words beside a fact that say what it is.

use super::desk::Desk;
use super::table::Rows;

pub(super) const COLUMNS: &[&str] = &["kind", "word"];

/// What words may say of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is the sum of others.
    Total,
    /// It is a further dose of radiation.
    Boost,
    /// It is a date of birth.
    Birth,
    /// It stands between a part and its whole.
    Share,
}

/// Beginnings of words, in lower case, by what they say.
#[derive(Debug, Default)]
pub(super) struct Words(Vec<(Kind, Box<str>)>);

impl Words {
    pub(super) fn load(rows: Rows<'_, '_>) -> Self {
        let mut words = Words::default();
        rows.each(|row| {
            let kind = match row.text(0) {
                "total" => Kind::Total,
                "boost" => Kind::Boost,
                "birth" => Kind::Birth,
                "share" => Kind::Share,
                other => {
                    row.error(format!("{other:?} is not total, boost, birth or share"));
                    return None;
                }
            };
            words.0.push((kind, row.text(1).to_lowercase().into()));
            Some(())
        });
        words
    }

    /// Whether a text has a word of that kind.
    pub(super) fn say(&self, kind: Kind, text: &str) -> bool {
        let text = text.to_lowercase();
        self.0.iter().any(|(own, word)| *own == kind && has(&text, word))
    }
}

/// Whether a word of a text begins so.
pub(super) fn has(text: &str, beginning: &str) -> bool {
    text.match_indices(beginning).any(|(at, _)| !text[..at].ends_with(char::is_alphanumeric))
}

/// At most so many bytes before a fact, within the sentence as far as a point tells.
pub(super) fn before<'a>(desk: &Desk<'a, '_>, index: u32, bytes: usize) -> &'a str {
    let (text, start) = (desk.report.text, desk.entity(index).span.start as usize);
    text[boundary(text, start.saturating_sub(bytes))..start].rsplit(". ").next().unwrap_or_default()
}

/// At most so many bytes after a fact, within the sentence as far as a point tells.
pub(super) fn after<'a>(desk: &Desk<'a, '_>, index: u32, bytes: usize) -> &'a str {
    let (text, end) = (desk.report.text, desk.entity(index).span.end as usize);
    text[end..boundary(text, (end + bytes).min(text.len()))].split(". ").next().unwrap_or_default()
}

/// The last place not after `at` where a character begins.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
