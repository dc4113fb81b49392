//! Knows the files that are often taken for text, by their first bytes.

/// A kind of file that is not plain text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Binary {
    /// With its article: `a PDF file`.
    pub(super) name: &'static str,
    /// What to do with it.
    pub(super) hint: &'static str,
}

const UNPACK: &str = "unpack it first";
const CONVERT: &str = "convert it to plain text first";
const PICTURE: &str = "a picture holds no text; run text recognition first";

/// First bytes, name, what to do.
const KNOWN: &[(&[u8], &str, &str)] = &[
    (b"%PDF-", "a PDF file", "extract its text first, for example with pdftotext"),
    (b"\x1F\x8B", "a gzip archive", "unpack it first, for example: gunzip -c FILE | casegrain extract -"),
    (b"BZh", "a bzip2 archive", UNPACK),
    (b"\xFD7zXZ\0", "an xz archive", UNPACK),
    (b"\x28\xB5\x2F\xFD", "a zstd archive", UNPACK),
    (b"PK\x03\x04", "a zip archive or an Office document", "unpack it, or save the document as plain text"),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive", UNPACK),
    (b"Rar!\x1A\x07", "a rar archive", UNPACK),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an old Office document", "save it as plain text"),
    (b"{\\rtf", "an RTF document", "save it as plain text"),
    (b"\x89PNG\r\n\x1A\n", "a PNG picture", PICTURE),
    (b"\xFF\xD8\xFF", "a JPEG picture", PICTURE),
    (b"GIF8", "a GIF picture", PICTURE),
    (b"II*\0", "a TIFF picture", PICTURE),
    (b"MM\0*", "a TIFF picture", PICTURE),
    (b"\x7FELF", "a program", CONVERT),
    (b"SQLite format 3\0", "an SQLite database", "export its texts as JSON Lines"),
    (b"PAR1", "a Parquet table", "export its texts as JSON Lines"),
    (b"\xFF\xFE\0\0", "UTF-32 text", "convert it to UTF-8 first, for example with iconv"),
    (b"\0\0\xFE\xFF", "UTF-32 text", "convert it to UTF-8 first, for example with iconv"),
];

/// What the file that begins with `bytes` is, if that is known and not text.
pub(super) fn known(bytes: &[u8]) -> Option<Binary> {
    let (_, name, hint) = KNOWN.iter().find(|(magic, ..)| bytes.starts_with(magic))?;
    // Text may well begin with the letters BZh or PAR1; an archive goes on with bytes that text does not have.
    let doubtful = matches!(&bytes[..bytes.len().min(4)], [b'B', b'Z', b'h', _] | b"PAR1" | b"GIF8");
    if doubtful && std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0')) {
        return None;
    }
    Some(Binary { name, hint })
}

/// Bytes that hold too many control characters to be text, but begin like nothing known.
pub(super) const UNKNOWN: Binary = Binary { name: "binary data", hint: CONVERT };
