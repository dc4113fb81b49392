//! The plurals of English words, from `plurals.tsv`.

use super::source::rows;
use rustc_hash::FxHashMap;

/// How words take the plural, and which words that may follow inside a name.
#[derive(Debug, Default)]
pub(crate) struct Plurals {
    /// By ending: what stands for it in the plural; nothing where such words have none.
    endings: FxHashMap<String, Vec<String>>,
    longest: usize,
    /// Words behind the head of a name: "of" in "masses of the liver".
    behind_head: Vec<String>,
}

/// Shorter words have no plural, unless they are abbreviations.
const SHORTEST: usize = 3;

impl Plurals {
    /// Reads `plurals.tsv`: ending, plural, kind; also returns what is wrong with it as line and message.
    pub(crate) fn load(text: &str) -> (Self, Vec<(u32, String)>) {
        let mut plurals = Plurals::default();
        let mut wrong = Vec::new();
        for (number, line) in rows(text) {
            match line.split('\t').collect::<Vec<_>>()[..] {
                [ending, plural, "ending"] => {
                    let known = plurals.endings.entry(ending.to_owned()).or_default();
                    if plural != "-" {
                        known.push(plural.to_owned());
                    }
                    plurals.longest = plurals.longest.max(ending.len());
                }
                [word, "", "behind"] => plurals.behind_head.push(word.to_owned()),
                _ => wrong.push((
                    number,
                    "a line is ending, plural and `ending`, or a word, nothing and `behind`".to_owned(),
                )),
            }
        }
        (plurals, wrong)
    }

    /// Whether the word before this one is the head of a name and takes the plural too.
    pub(crate) fn behind_head(&self, word: &str) -> bool {
        self.behind_head.iter().any(|known| known == word)
    }

    /// The plurals of a word of ASCII letters: by the longest ending that is known, all that it has. An abbreviation
    /// in capitals takes that of the empty ending.
    pub(crate) fn of(&self, word: &str) -> impl Iterator<Item = String> {
        let fits = word.bytes().all(|b| b.is_ascii_alphabetic());
        let longest = match () {
            () if !fits || word.len() < 2 => None,
            () if word.bytes().all(|b| b.is_ascii_uppercase()) => Some(0),
            () if word.len() < SHORTEST => None,
            () => Some(self.longest.min(word.len())),
        };
        let found = longest.into_iter().flat_map(|longest| (0..=longest).rev()).find_map(|length| {
            let (stem, ending) = word.split_at(word.len() - length);
            Some((stem, self.endings.get(ending)?))
        });
        found
            .into_iter()
            .flat_map(|(stem, plurals)| plurals.iter().map(move |plural| format!("{stem}{plural}")))
    }
}

#[cfg(test)]
mod tests {
    use super::Plurals;

    const TABLE: &str = "ending\tplural\tkind\n\ts\tending\ny\ties\tending\nay\tays\tending\nus\ti\tending\n\
                         us\tuses\tending\nous\t-\tending\nof\t\tbehind\n";

    #[test]
    fn the_longest_ending_counts() {
        let (plurals, wrong) = Plurals::load(TABLE);
        assert!(wrong.is_empty(), "{wrong:?}");
        let of = |word| plurals.of(word).collect::<Vec<_>>();
        assert_eq!(of("biopsy"), ["biopsies"]);
        assert_eq!(of("ray"), ["rays"]);
        assert_eq!(of("thrombus"), ["thrombi", "thrombuses"]);
        assert!(of("venous").is_empty());
        assert_eq!(of("CT"), ["CTs"]);
        assert!(of("of").is_empty() && of("Ki67").is_empty() && of("").is_empty());
        assert!(plurals.behind_head("of") && !plurals.behind_head("in"));
    }

    #[test]
    fn a_wrong_line_is_told() {
        let (_, wrong) = Plurals::load("ending\tplural\tkind\ny\ties\n");
        assert_eq!(wrong[0].0, 2);
    }
}
