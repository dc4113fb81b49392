//! Edges from a place with a word to another place: an open-addressing map, one look for nearly all questions.

use crate::segment::words::WordId;

/// What follows a place with a word. Places are counted from 1.
#[derive(Debug, Default)]
pub(crate) struct Edges {
    slots: Vec<(u32, WordId, u32)>,
    filled: usize,
}

impl Edges {
    /// None yet, with room for so many.
    pub(crate) fn with_room(edges: usize) -> Self {
        Edges { slots: vec![(0, 0, 0); (edges * 2).next_power_of_two()], filled: 0 }
    }

    /// Those whose table was laid out before.
    pub(crate) fn of_slots(slots: Vec<(u32, WordId, u32)>) -> Self {
        Edges { slots, filled: 0 }
    }

    /// The table, empty slots with it.
    pub(crate) fn slots(&self) -> &[(u32, WordId, u32)] {
        &self.slots
    }

    /// All edges: place, word and where it leads, in no order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &(u32, WordId, u32)> {
        self.slots.iter().filter(|(place, _, _)| *place != 0)
    }

    fn slot(&self, node: u32, word: WordId) -> usize {
        let key = u64::from(node) << 32 | u64::from(word);
        (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize & (self.slots.len() - 1)
    }

    /// Where a word leads from a place.
    pub(crate) fn get(&self, node: u32, word: WordId) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let mut at = self.slot(node, word);
        loop {
            let (n, w, child) = self.slots[at];
            if n == node && w == word {
                return Some(child);
            }
            if n == 0 {
                return None;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    /// Adds an edge that is not there, and makes room for it where there is none.
    pub(crate) fn insert(&mut self, node: u32, word: WordId, child: u32) {
        if self.filled * 2 >= self.slots.len() {
            let old = std::mem::take(&mut self.slots);
            self.slots = vec![(0, 0, 0); (old.len() * 2).max(1 << 15)];
            for (node, word, child) in old.into_iter().filter(|(n, _, _)| *n != 0) {
                self.place(node, word, child);
            }
        }
        self.place(node, word, child);
        self.filled += 1;
    }

    /// Adds an edge that is not there and has room.
    pub(crate) fn place(&mut self, node: u32, word: WordId, child: u32) {
        let mut at = self.slot(node, word);
        while self.slots[at].0 != 0 {
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.slots[at] = (node, word, child);
    }
}
