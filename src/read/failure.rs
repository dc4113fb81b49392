//! What could not be read, where, why and what to do.

use std::fmt;

/// One thing that could not be read while the rest went on.
///
/// ```
/// use casegrain::read::Failure;
/// let failure = Failure::new("cases.jsonl", "`text` is a number, not a string").at(12);
/// assert_eq!(failure.to_string(), "cases.jsonl:12: `text` is a number, not a string");
/// let failure = Failure::new("scan.txt", "is a PDF file, not text").hint("extract its text first");
/// assert_eq!(failure.to_string(), "scan.txt: is a PDF file, not text (extract its text first)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The path as it was given or found.
    pub path: String,
    /// The line of a file that holds a report a line, counted from 1.
    pub line: Option<u64>,
    /// What is wrong.
    pub reason: String,
    /// What to do about it, where that is known.
    pub hint: Option<String>,
}

impl Failure {
    /// Something wrong with the whole of `path`.
    pub fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Failure { path: path.into(), line: None, reason: reason.into(), hint: None }
    }

    /// The same, at a line.
    #[must_use]
    pub fn at(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// The same, with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A report above the limit of [`Limits`](super::Limits).
    pub(super) fn too_large(path: &str, limit: usize) -> Self {
        Failure::new(path, format!("larger than the {limit} bytes that one report may have"))
            .hint("raise the limit with --max-size")
    }

    /// An error of the operating system.
    pub(crate) fn io(path: &str, error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Failure::new(path, "no such file or folder"),
            std::io::ErrorKind::PermissionDenied => {
                Failure::new(path, "may not be read").hint("its permissions forbid it")
            }
            _ => Failure::new(path, format!("cannot be read: {error}")),
        }
    }
}

impl std::error::Error for Failure {}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One failure is one line, whatever a file is called.
        if self.path.chars().any(char::is_control) {
            write!(f, "{:?}", self.path)?;
        } else {
            f.write_str(&self.path)?;
        }
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.reason)?;
        if let Some(hint) = &self.hint {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}
