//! One way to write a concept, and how strictly it must be written so.

use std::io::Write;

/// A surface of a concept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surface {
    /// Its words.
    pub text: String,
    /// Whether it counts only as it is written here.
    pub exact: bool,
    /// Whether it counts only where a rule has a cue for it.
    pub ambiguous: bool,
}

/// A surface with fewer letters proves nothing by itself.
const SHORT: usize = 3;
/// A word in capitals with at most so many characters is a short form.
const SHORT_FORM: usize = 8;

impl Surface {
    /// A surface that stands for its concept; short forms count only as they are written.
    pub(super) fn new(text: &str) -> Surface {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let capitals = text.chars().filter(|c| c.is_uppercase()).count();
        let one_word = !text.contains(' ');
        let exact = one_word && text.chars().count() <= SHORT_FORM && capitals >= 2;
        let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
        Surface { exact, ambiguous: letters < SHORT, text }
    }

    /// One that hints at its concept only.
    pub(super) fn vague(text: &str) -> Surface {
        Surface { ambiguous: true, ..Surface::new(text) }
    }

    /// One that counts only as it is written.
    pub(super) fn exact(text: &str) -> Surface {
        Surface { exact: true, ..Surface::new(text) }
    }

    /// The surface without what a table cannot hold; `None` if no word is left.
    pub(super) fn checked(mut self) -> Option<Surface> {
        if self.text.contains(['|', '\t']) {
            self.text = self.text.replace(['|', '\t'], " ");
        }
        let text = self.text.trim().trim_start_matches(['=', '?', '!', '#']).trim();
        if text.len() != self.text.len() {
            self.text = text.to_owned();
        }
        self.text.chars().any(char::is_alphabetic).then_some(self)
    }

    pub(super) fn write(&self, out: &mut impl Write) -> std::io::Result<()> {
        if self.exact {
            out.write_all(b"=")?;
        }
        if self.ambiguous {
            out.write_all(b"?")?;
        }
        out.write_all(self.text.as_bytes())
    }
}
