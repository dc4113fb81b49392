//! Bytes to text.

use super::binary::{self, Binary};
use std::borrow::Cow;
use std::fmt;

/// How the characters of a file were stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[default]
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Windows-1252, which covers ISO 8859-1.
    Windows1252,
}

impl Encoding {
    /// All encodings.
    pub const ALL: &'static [Encoding] =
        &[Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Windows1252];

    /// The name in the output: that of IANA, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Utf16Le => "utf-16le",
            Encoding::Utf16Be => "utf-16be",
            Encoding::Windows1252 => "windows-1252",
        }
    }
}

/// Why bytes are not a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotText(Reason);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    Binary(Binary),
    BrokenUtf8(usize),
    BrokenUtf16,
}

impl NotText {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self.0 {
            Reason::Binary(binary) => binary.hint,
            Reason::BrokenUtf8(_) => "it was cut or damaged; repair it, or convert it to UTF-8 with iconv",
            Reason::BrokenUtf16 => "it was cut or damaged; convert it to UTF-8 with iconv",
        }
    }
}

impl fmt::Display for NotText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Reason::Binary(binary) => write!(f, "is {}, not plain text", binary.name),
            Reason::BrokenUtf8(at) => write!(f, "is UTF-8 with a broken character at byte {at}"),
            Reason::BrokenUtf16 => write!(f, "is UTF-16 with a broken character"),
        }
    }
}

impl std::error::Error for NotText {}

/// The text that `bytes` store, without its byte order mark and otherwise unchanged (line ends stay).
///
/// A byte order mark decides; without one, UTF-16 shows by its zero bytes, and what is not UTF-8 is taken for
/// Windows-1252. Text that is UTF-8 nearly everywhere is refused rather than read as Windows-1252, which would
/// turn every `µg` into `Âµg` for one damaged byte.
///
/// # Errors
/// When the bytes are not text, or are UTF-8 or UTF-16 with broken characters.
///
/// ```
/// use casegrain::read::{Encoding, decode};
/// let (text, encoding) = decode(b"\xEF\xBB\xBF5 mg\r\n").unwrap();
/// assert_eq!((text.as_ref(), encoding), ("5 mg\r\n", Encoding::Utf8));
/// let (text, encoding) = decode(b"5 \xB5g").unwrap();
/// assert_eq!((text.as_ref(), encoding), ("5 µg", Encoding::Windows1252));
/// assert!(decode(b"%PDF-1.7\n").unwrap_err().to_string().contains("PDF"));
/// ```
pub fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), NotText> {
    if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        return match std::str::from_utf8(rest) {
            Ok(text) => refuse_nul(Cow::Borrowed(text), Encoding::Utf8),
            Err(error) => Err(NotText(Reason::BrokenUtf8(error.valid_up_to() + 3))),
        };
    }
    if let Some(binary) = binary::known(bytes) {
        return Err(NotText(Reason::Binary(binary)));
    }
    match bytes {
        [0xFF, 0xFE, rest @ ..] => return utf16(rest, Encoding::Utf16Le),
        [0xFE, 0xFF, rest @ ..] => return utf16(rest, Encoding::Utf16Be),
        _ => {}
    }
    if let Some(encoding) = utf16_by_zeros(bytes) {
        return utf16(bytes, encoding);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => refuse_nul(Cow::Borrowed(text), Encoding::Utf8),
        Err(error) => windows_1252(bytes, error.valid_up_to()),
    }
}

fn utf16(bytes: &[u8], encoding: Encoding) -> Result<(Cow<'_, str>, Encoding), NotText> {
    let table = if encoding == Encoding::Utf16Le { encoding_rs::UTF_16LE } else { encoding_rs::UTF_16BE };
    match table.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => refuse_nul(text, encoding),
        None => Err(NotText(Reason::BrokenUtf16)),
    }
}

/// UTF-16 without a mark: Latin letters have a zero in every high byte and nowhere else.
fn utf16_by_zeros(bytes: &[u8]) -> Option<Encoding> {
    let sample = &bytes[..bytes.len().min(4096)];
    memchr::memchr(0, sample)?;
    let pairs = sample.len() / 2;
    let zeros = |from: usize| sample.iter().skip(from).step_by(2).filter(|&&b| b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let most = |zeros: usize| zeros * 2 > pairs;
    let few = |zeros: usize| zeros * 50 <= pairs;
    match (few(even) && most(odd), few(odd) && most(even)) {
        (true, _) => Some(Encoding::Utf16Le),
        (_, true) => Some(Encoding::Utf16Be),
        _ => None,
    }
}

/// A stray zero character may stand in a text; more than one in a hundred bytes is data.
fn refuse_nul(text: Cow<'_, str>, encoding: Encoding) -> Result<(Cow<'_, str>, Encoding), NotText> {
    let zeros = memchr::memchr_iter(0, text.as_bytes()).count();
    if zeros * 100 > text.len() {
        return Err(NotText(Reason::Binary(binary::UNKNOWN)));
    }
    Ok((text, encoding))
}

fn windows_1252(bytes: &[u8], first_bad: usize) -> Result<(Cow<'_, str>, Encoding), NotText> {
    let control = |b: u8| b < 0x20 && !matches!(b, b'\t' | b'\n' | 0x0B | 0x0C | b'\r');
    let controls = bytes.iter().filter(|&&b| control(b)).count();
    if memchr::memchr(0, bytes).is_some() || controls * 50 > bytes.len() {
        return Err(NotText(Reason::Binary(binary::UNKNOWN)));
    }
    let (mut good, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    if good >= bad {
        return Err(NotText(Reason::BrokenUtf8(first_bad)));
    }
    let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes);
    Ok((text, Encoding::Windows1252))
}
