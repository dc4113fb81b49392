//! Vocabularies as the program carries them, laid out when it is built.

use super::column::LaidOut;
use super::trie::{Node, Pairs, Terminal};
use super::{Entry, Lexicon, Table, VocabularyId};
use crate::grammar::edges::Edges;
use crate::grammar::image::{Reader, Writer};
use crate::grammar::source::{Piece, Sources};

impl Lexicon {
    /// Writes the finished vocabularies to an image.
    #[allow(dead_code, reason = "the build script writes, the library reads")]
    pub(crate) fn write_image(&self, sources: &Sources, out: &mut Writer) {
        out.u32(self.vocabularies.len() as u32);
        for name in &self.vocabularies {
            out.text(name);
        }
        out.u32(self.tables.len() as u32);
        for table in &self.tables {
            out.text(&table.file);
            out.u32(table.vocabulary.into());
            out.text(&table.columns.join("\t"));
        }
        out.items(&self.entries, |e| {
            let ([a, b], [c, d]) = (e.name.numbers(), e.row.numbers());
            [u32::from(e.table) << 8 | u32::from(e.vocabulary), e.line, a, b, c, d]
        });
        let node = |n: &Node| {
            let small = u32::from(n.child_count) << 16 | u32::from(n.terminal_count) << 8 | u32::from(n.kind);
            [n.children, n.terminal, small]
        };
        out.items(&self.first, node);
        out.items(&self.children, |(word, child)| {
            let [a, b, c] = node(child);
            [*word, a, b, c]
        });
        out.items(&self.terminals, |t| {
            let [a, b] = t.exact.map_or([0, u32::MAX], Piece::numbers);
            [t.entry, u32::from(t.vocabulary) << 1 | u32::from(t.ambiguous), a, b]
        });
        out.items(self.many.slots(), |(node, word, child)| [*node, *word, *child]);
        out.items(&self.pairs.bits, |b| [*b as u32, (*b >> 32) as u32]);
        out.items(&self.roles, |r| [u32::from(*r)]);
        let mut names: Vec<&String> =
            self.tables.iter().flat_map(|table| table.columns.iter().skip(2)).collect();
        names.sort_unstable();
        names.dedup();
        out.u32(names.len() as u32);
        for name in names {
            let mut column = self.column(sources, name);
            // Two cells go into each number; one too many is that of no entry.
            column.cells.resize(column.cells.len().next_multiple_of(2), 0);
            out.text(name);
            out.u32(column.first);
            out.items(column.cells.as_chunks::<2>().0, |[a, b]| [u32::from(*a) | u32::from(*b) << 16]);
            out.items(&column.values, |piece| piece.numbers());
        }
    }

    /// The vocabularies of an image.
    pub(crate) fn read_image(image: &mut Reader<'static>) -> Lexicon {
        let vocabularies = (0..image.u32()).map(|_| image.text()).collect();
        let tables = (0..image.u32())
            .map(|_| Table {
                file: image.text(),
                vocabulary: image.u32() as VocabularyId,
                columns: image.text().split('\t').map(str::to_owned).collect(),
            })
            .collect();
        let node = |[children, terminal, small]: [u32; 3]| Node {
            children,
            terminal,
            child_count: (small >> 16) as u16,
            terminal_count: (small >> 8) as u8,
            kind: small as u8,
        };
        Lexicon {
            vocabularies,
            tables,
            entries: image.items(|[kind, line, a, b, c, d]| Entry {
                vocabulary: kind as VocabularyId,
                table: (kind >> 8) as u16,
                line,
                name: Piece::from_numbers([a, b]),
                row: Piece::from_numbers([c, d]),
            }),
            first: image.items(node),
            children: image.items(|[word, a, b, c]| (word, node([a, b, c]))),
            terminals: image.items(|[entry, kind, a, b]| Terminal {
                entry,
                vocabulary: (kind >> 1) as VocabularyId,
                ambiguous: kind & 1 == 1,
                exact: (b != u32::MAX).then(|| Piece::from_numbers([a, b])),
            }),
            many: Edges::of_slots(image.items(|[node, word, child]| (node, word, child))),
            pairs: Pairs { bits: image.items(|[low, high]| u64::from(low) | u64::from(high) << 32).into() },
            roles: image.items(|[role]| role as u8),
            laid_out: (0..image.u32())
                .map(|_| LaidOut {
                    name: image.text(),
                    first: image.u32(),
                    cells: image.later(),
                    values: image.later(),
                })
                .collect(),
            ..Lexicon::default()
        }
    }
}
