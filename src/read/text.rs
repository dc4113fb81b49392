//! A text file to a report.

use super::lines::append;
use super::{Encoding, Failure, Format, Record, decode};
use std::borrow::Cow;
use std::fs::File;
use std::path::Path;

/// The report that the bytes of one text file hold. It is called by the stem of `name`.
///
/// # Errors
/// When the bytes are not text (see [`decode`]) or hold no words.
///
/// ```
/// let record = casegrain::read::text_file("in/case-1.txt", "case-1.txt", b"A man.\r\n").unwrap();
/// assert_eq!((record.id.as_ref(), record.text.as_ref()), ("case-1", "A man.\r\n"));
/// ```
pub fn text_file<'t>(path: &str, name: &'t str, bytes: &'t [u8]) -> Result<Record<'t>, Failure> {
    if bytes.is_empty() {
        return Err(Failure::new(path, "is empty"));
    }
    let (text, encoding) =
        decode(bytes).map_err(|error| Failure::new(path, error.to_string()).hint(error.hint()))?;
    if text.trim_ascii().is_empty() {
        return Err(Failure::new(path, "holds nothing but white space"));
    }
    let stem = Path::new(name).file_stem().and_then(|stem| stem.to_str()).unwrap_or(name);
    // The bytes are the text itself but for a mark or another encoding: then the hash needs them too.
    let raw = (encoding != Encoding::Utf8 || text.len() != bytes.len()).then_some(bytes);
    Ok(Record { id: Cow::Borrowed(stem), name, format: Format::Text, encoding, text, raw })
}

/// Reads the file at `path` into `bytes`.
pub(super) fn load(path: &Path, size: u64, limit: usize, bytes: &mut Vec<u8>) -> Result<(), Failure> {
    let shown = || path.to_string_lossy();
    let too_large = || Failure::too_large(&shown(), limit);
    if size > limit as u64 {
        return Err(too_large());
    }
    bytes.clear();
    let mut file = File::open(path).map_err(|error| Failure::io(&shown(), &error))?;
    // One byte more than expected, so that the end shows at the second call; then whatever a growing file adds.
    let mut wanted = size as usize + 1;
    loop {
        match append(&mut file, bytes, wanted) {
            Ok(got) if got < wanted => return Ok(()),
            Ok(_) if bytes.len() > limit => return Err(too_large()),
            Ok(_) => wanted = limit + 1 - bytes.len(),
            Err(error) => return Err(Failure::io(&shown(), &error)),
        }
    }
}
