//! The built-in vocabularies as the build script lays them out, so that a start need not read their tables.
//! Numbers are little-endian; a sequence is its length and its items.

/// Appends to an image.
#[allow(dead_code, reason = "the build script writes, the library reads")]
#[derive(Default)]
pub(crate) struct Writer {
    pub(crate) bytes: Vec<u8>,
}

#[allow(dead_code, reason = "the build script writes, the library reads")]
impl Writer {
    pub(crate) fn u32(&mut self, value: u32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.u32(text.len() as u32);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// A sequence of items that are `N` numbers each.
    pub(crate) fn items<T, const N: usize>(&mut self, items: &[T], numbers: impl Fn(&T) -> [u32; N]) {
        self.u32(items.len() as u32);
        for item in items {
            for number in numbers(item) {
                self.u32(number);
            }
        }
    }
}

/// A sequence of an image that is read when it is needed; each item is `N` numbers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Items<'a, const N: usize>(&'a [[[u8; 4]; N]]);

impl<const N: usize> Items<'_, N> {
    /// The items.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = [u32; N]> {
        self.0.iter().map(|numbers| numbers.map(u32::from_le_bytes))
    }
}

/// Reads an image that the same program wrote; the lengths in it are right.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Reader { bytes }
    }

    fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        taken
    }

    pub(crate) fn u32(&mut self) -> u32 {
        let mut four = [0; 4];
        four.copy_from_slice(self.take(4));
        u32::from_le_bytes(four)
    }

    pub(crate) fn text(&mut self) -> String {
        let length = self.u32() as usize;
        String::from_utf8_lossy(self.take(length)).into_owned()
    }

    /// A sequence of items that are `N` numbers each.
    pub(crate) fn items<T, const N: usize>(&mut self, item: impl Fn([u32; N]) -> T) -> Vec<T> {
        self.later().iter().map(item).collect()
    }

    /// A sequence of items that are `N` numbers each, to be read when it is needed.
    pub(crate) fn later<const N: usize>(&mut self) -> Items<'a, N> {
        let count = self.u32() as usize;
        Items(self.take(count * N * 4).as_chunks::<4>().0.as_chunks::<N>().0)
    }
}
