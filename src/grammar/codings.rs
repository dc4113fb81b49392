//! The codes of entries, from the column `codes` of their tables.

use super::lexicon::{EntryId, Lexicon};
use super::source::Sources;
use rustc_hash::FxHashMap;

/// Where the codes of entries stand.
#[derive(Debug, Default)]
pub(crate) struct Codings {
    /// By table: the number of its column `codes`.
    columns: Vec<Option<usize>>,
    /// Entries that take the codes of another, which has their name.
    links: FxHashMap<EntryId, EntryId>,
}

impl Codings {
    /// The codings of a loaded lexicon.
    pub(super) fn new(lexicon: &mut Lexicon) -> Codings {
        let columns = lexicon.tables.iter().map(|t| t.columns.iter().position(|c| c == "codes")).collect();
        let mut links = FxHashMap::default();
        for (entry, coded) in std::mem::take(&mut lexicon.links) {
            links.entry(entry).or_insert(coded);
        }
        Codings { columns, links }
    }

    /// The codes of an entry as its table has them, `SYSTEM:CODE` with `|` between; empty if it has none.
    pub(crate) fn of<'s>(&self, lexicon: &Lexicon, sources: &'s Sources, entry: EntryId) -> &'s str {
        let own = |entry: EntryId| {
            let entry = &lexicon.entries()[entry as usize];
            let column = self.columns.get(usize::from(entry.table)).copied().flatten()?;
            sources.get(entry.row).split('\t').nth(column).map(str::trim).filter(|codes| !codes.is_empty())
        };
        own(entry).or_else(|| own(*self.links.get(&entry)?)).unwrap_or_default()
    }
}
