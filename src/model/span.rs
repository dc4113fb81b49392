//! Places in a text.

/// A half-open range of byte offsets into a report's text.
///
/// Inside the library all offsets are bytes, so that `&text[span.range()]` is the slice. The writers turn
/// them into the unit that the output promises (code points by default) with an [`OffsetMap`].
///
/// ```
/// use casegrain::model::Span;
/// let text = "a 76-year-old man";
/// let span = Span::new(2, 13);
/// assert_eq!(span.of(text), "76-year-old");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end`, in bytes, end exclusive.
    pub fn new(start: u32, end: u32) -> Self {
        Span { start, end }
    }

    /// The bytes as a range, for slicing.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The slice of `text` that this span names.
    ///
    /// # Panics
    /// When the span is not a slice of `text`; spans that the extractor made always are, for the text that
    /// they were made from.
    pub fn of(self, text: &str) -> &str {
        &text[self.range()]
    }

    /// Whether the two share at least one byte.
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The smallest span that covers both.
    pub fn union(self, other: Span) -> Span {
        Span::new(self.start.min(other.start), self.end.max(other.end))
    }
}

/// The unit in which offsets are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OffsetUnit {
    /// Unicode code points: the convention of brat, BioC, PubAnnotation and spaCy.
    #[default]
    Chars,
    /// UTF-8 bytes.
    Bytes,
    /// UTF-16 code units, as JavaScript and Java count.
    Utf16,
}

/// Turns byte offsets of one text into another unit, in constant time each.
///
/// ```
/// use casegrain::model::{OffsetMap, OffsetUnit};
/// let map = OffsetMap::new("5 µg 💊", OffsetUnit::Chars);
/// assert_eq!(map.convert(6), 5);
/// assert_eq!(OffsetMap::new("5 µg 💊", OffsetUnit::Utf16).convert(10), 7);
/// ```
#[derive(Debug)]
pub struct OffsetMap<'t> {
    /// The units before each block of `BLOCK` bytes; empty when bytes are the unit or the text is ASCII.
    blocks: Vec<u32>,
    text: &'t [u8],
    utf16: bool,
}

const BLOCK: usize = 64;

impl<'t> OffsetMap<'t> {
    /// Reads `text` once.
    pub fn new(text: &'t str, unit: OffsetUnit) -> Self {
        let bytes = text.as_bytes();
        let utf16 = unit == OffsetUnit::Utf16;
        let mut blocks = Vec::new();
        if unit != OffsetUnit::Bytes && !text.is_ascii() {
            blocks.reserve(bytes.len() / BLOCK + 1);
            let mut count = 0;
            for block in bytes.chunks(BLOCK) {
                blocks.push(count);
                count += units(block, utf16);
            }
            blocks.push(count);
        }
        OffsetMap { blocks, text: bytes, utf16 }
    }

    /// The offset, in the unit of this map, of the byte offset `byte`, which must be a character boundary.
    pub fn convert(&self, byte: u32) -> u32 {
        if self.blocks.is_empty() {
            return byte;
        }
        let block = byte as usize / BLOCK;
        self.blocks[block] + units(&self.text[block * BLOCK..byte as usize], self.utf16)
    }

    /// The byte offset of `offset`, which counts in the unit of this map; `None` where that is beyond the text or
    /// within a character.
    ///
    /// ```
    /// use casegrain::model::{OffsetMap, OffsetUnit};
    /// let map = OffsetMap::new("5 µg 💊", OffsetUnit::Utf16);
    /// assert_eq!(map.byte(5), Some(6));
    /// assert_eq!(map.byte(7), Some(10));
    /// assert_eq!((map.byte(6), map.byte(8)), (None, None));
    /// ```
    pub fn byte(&self, offset: u32) -> Option<u32> {
        let length = self.text.len() as u32;
        if self.blocks.is_empty() {
            let within = offset < length && self.text[offset as usize] & 0xC0 == 0x80;
            return (offset <= length && !within).then_some(offset);
        }
        // The last block that begins at or before the offset.
        let block = self.blocks.partition_point(|count| *count <= offset).checked_sub(1)?;
        let mut count = self.blocks[block];
        let start = (block * BLOCK).min(self.text.len());
        for (at, byte) in (start..).zip(&self.text[start..]) {
            if byte & 0xC0 == 0x80 {
                continue;
            }
            if count >= offset {
                return (count == offset).then_some(at as u32);
            }
            count += units(&[*byte], self.utf16);
        }
        (count == offset).then_some(length)
    }
}

/// How many units begin in `bytes`: a continuation byte begins none, a four-byte character is two in UTF-16.
fn units(bytes: &[u8], utf16: bool) -> u32 {
    // A loop for each, so that either is done many bytes at a time.
    let begin = bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
    let twice = if utf16 { bytes.iter().filter(|byte| **byte >= 0xF0).count() } else { 0 };
    (begin + twice) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_go_there_and_back() {
        for text in ["", "plain", "5 µg 💊 twice – ½ tablet. ", "💊"] {
            let text = text.repeat(40);
            for unit in [OffsetUnit::Chars, OffsetUnit::Bytes, OffsetUnit::Utf16] {
                let map = OffsetMap::new(&text, unit);
                let boundaries: Vec<u32> =
                    text.char_indices().map(|(at, _)| at as u32).chain([text.len() as u32]).collect();
                for byte in &boundaries {
                    assert_eq!(map.byte(map.convert(*byte)), Some(*byte), "{unit:?}");
                }
                let end = map.convert(text.len() as u32);
                let reached = (0..=end + 2).filter(|offset| map.byte(*offset).is_some()).count();
                assert_eq!(reached, boundaries.len(), "{unit:?}");
            }
        }
    }
}
