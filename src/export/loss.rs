//! What a format has no place for.

use std::collections::BTreeMap;
use std::fmt;

/// How many things of which type a format could not hold. Shown as lines, the type, a tab and the count.
///
/// ```
/// use casegrain::export::Losses;
/// let mut losses = Losses::default();
/// losses.add("issues", 2);
/// losses.add("titles of sections", 0);
/// let mut more = Losses::default();
/// more.add("issues", 1);
/// losses.merge(&more);
/// assert_eq!(losses.to_string(), "issues\t3\n");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Losses(BTreeMap<&'static str, u64>);

impl Losses {
    /// Counts some more of a type. Types are plural nouns of this library, so that they can be summed over a run.
    pub fn add(&mut self, what: &'static str, count: usize) {
        if count > 0 {
            *self.0.entry(what).or_default() += count as u64;
        }
    }

    /// Takes the counts of another.
    pub fn merge(&mut self, other: &Losses) {
        for (what, count) in &other.0 {
            *self.0.entry(what).or_default() += count;
        }
    }

    /// The types with their counts, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.0.iter().map(|(what, count)| (*what, *count))
    }

    /// Whether nothing was lost.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Losses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().try_for_each(|(what, count)| writeln!(f, "{what}\t{count}"))
    }
}
