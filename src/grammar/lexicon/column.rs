//! Columns of tables beside the first two, laid out so that a look at a cell is a look at a small number.

use super::{EntryId, Lexicon, VocabularyId};
use crate::grammar::image::Items;
use crate::grammar::source::{Piece, Sources};
use rustc_hash::FxHashMap;

/// A column of all tables. Its values are mostly few: categories, codes, classes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Column {
    is_name: bool,
    /// The first entry that has the column.
    pub(super) first: EntryId,
    /// By entry, from the first on: the number of its value, plus one; 0 for an empty cell.
    pub(super) cells: Vec<u16>,
    pub(super) values: Vec<Piece>,
    /// By table: the place of the column.
    places: Vec<Option<usize>>,
}

/// A [`Column`] as an image has it.
#[derive(Debug)]
pub(super) struct LaidOut {
    pub(super) name: String,
    pub(super) first: EntryId,
    /// Two cells in each number.
    pub(super) cells: Items<'static, 1>,
    pub(super) values: Items<'static, 2>,
}

/// The value has no number, because there are too many.
const MANY: u16 = u16::MAX;

impl Lexicon {
    /// A column of all tables that have it, laid out so that a look at a cell is a look at a small number.
    pub(crate) fn column(&self, sources: &Sources, name: &str) -> Column {
        let mut column = Column { is_name: name == "name", ..Column::default() };
        if column.is_name {
            return column;
        }
        let places: Vec<Option<usize>> =
            self.tables.iter().map(|t| t.columns.iter().position(|c| c == name)).collect();
        if let Some(known) = self.laid_out.iter().find(|column| column.name == name) {
            return Column {
                is_name: false,
                first: known.first,
                cells: known.cells.iter().flat_map(|[two]| [two as u16, (two >> 16) as u16]).collect(),
                values: known.values.iter().map(Piece::from_numbers).collect(),
                places,
            };
        }
        let Some(first) = places.iter().position(Option::is_some) else { return column };
        let last = places.iter().rposition(Option::is_some).unwrap_or(first);
        let (first, last) = (self.entries_of_table(first).start, self.entries_of_table(last).end);
        let mut known: FxHashMap<&str, u16> = FxHashMap::default();
        column.first = first as EntryId;
        column.cells = self.entries[first..last]
            .iter()
            .map(|entry| {
                let Some(piece) = places[usize::from(entry.table)].and_then(|at| sources.cell(entry.row, at))
                else {
                    return 0;
                };
                *known.entry(sources.get(piece)).or_insert_with(|| {
                    column.values.push(piece);
                    u16::try_from(column.values.len()).unwrap_or(MANY)
                })
            })
            .collect();
        column.places = places;
        column
    }

    /// What a column of an entry holds, as [`attribute`](Lexicon::attribute).
    pub(crate) fn cell<'s>(&self, sources: &'s Sources, entry: EntryId, column: &Column) -> Option<&'s str> {
        if column.is_name {
            return Some(sources.get(self.entries[entry as usize].name));
        }
        match *column.cells.get(entry.checked_sub(column.first)? as usize)? {
            0 => None,
            MANY => {
                let entry = &self.entries[entry as usize];
                let at = column.places[usize::from(entry.table)]?;
                sources.cell(entry.row, at).map(|piece| sources.get(piece))
            }
            value => Some(sources.get(column.values[usize::from(value) - 1])),
        }
    }

    /// Gives the entries of a vocabulary whose column holds a value, perhaps among others, the mark of that number;
    /// whether there are any.
    pub(crate) fn mark(
        &mut self,
        sources: &Sources,
        vocabulary: VocabularyId,
        column: &Column,
        value: &str,
        number: usize,
    ) -> bool {
        let mut marks = std::mem::take(&mut self.marks);
        marks.resize(self.entries.len(), 0);
        // Most values have a number, so that their text is looked at once and not at each entry.
        let holds = |cell: &str| cell.split('|').any(|c| c == value);
        let numbers: Vec<bool> = column.values.iter().map(|piece| holds(sources.get(*piece))).collect();
        let mut any = false;
        for (number_of_table, table) in self.tables.iter().enumerate() {
            if table.vocabulary != vocabulary {
                continue;
            }
            for entry in self.entries_of_table(number_of_table) {
                let fits = match column.cells.get(entry.wrapping_sub(column.first as usize)) {
                    _ if column.is_name => holds(sources.get(self.entries[entry].name)),
                    None | Some(0) => false,
                    Some(&MANY) => self.cell(sources, entry as EntryId, column).is_some_and(holds),
                    Some(cell) => numbers[usize::from(*cell) - 1],
                };
                if fits {
                    marks[entry] |= 1 << number;
                    any = true;
                }
            }
        }
        self.marks = marks;
        any
    }

    /// The marks of an entry; see [`mark`](Lexicon::mark).
    pub(crate) fn marks(&self, entry: EntryId) -> u32 {
        self.marks.get(entry as usize).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use crate::grammar::Grammar;

    #[test]
    fn columns_of_the_image_are_those_of_the_tables() {
        let (image, text) = (Grammar::built_in().unwrap(), Grammar::built_in_from_text().unwrap());
        let mut held = 0;
        for known in &image.lexicon.laid_out {
            let from_image = image.lexicon.column(&image.sources, &known.name);
            let from_text = text.lexicon.column(&text.sources, &known.name);
            for entry in 0..text.lexicon.entries.len() as u32 {
                let expected = text.lexicon.attribute(&text.sources, entry, &known.name);
                assert_eq!(image.lexicon.cell(&image.sources, entry, &from_image), expected, "{entry}");
                assert_eq!(text.lexicon.cell(&text.sources, entry, &from_text), expected, "{entry}");
                held += usize::from(expected.is_some());
            }
        }
        assert!(held > 10_000, "{held} cells");
    }
}
