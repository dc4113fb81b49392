//! Words that are compounded, from `compounds.tsv`: what is written together in one text and with a hyphen in another.

use super::source::rows;
use rustc_hash::FxHashSet;
use smallvec::SmallVec;

/// The forms with which compounded words begin: "neuro" of "neurosarcoidosis".
#[derive(Debug, Default)]
pub(crate) struct Compounds {
    forms: FxHashSet<String>,
    longest: usize,
}

/// What stands behind a form has at least so many letters: "hypo" and "xia" are not two words.
const SHORTEST_REST: usize = 4;

/// So many forms at most are cut from a word, so that no word of an imported vocabulary has cuts without end.
const MOST_FORMS: usize = 3;

impl Compounds {
    /// Reads `compounds.tsv`: form and what it means; also returns what is wrong with it as line and message.
    pub(crate) fn load(text: &str) -> (Self, Vec<(u32, String)>) {
        let mut compounds = Compounds::default();
        let mut wrong = Vec::new();
        for (number, line) in rows(text) {
            let form = line.split('\t').next().unwrap_or_default();
            if form.is_empty() || !form.bytes().all(|b| b.is_ascii_lowercase()) {
                wrong.push((number, format!("{form:?} is no form: use small letters from a to z")));
            } else if compounds.forms.insert(form.to_owned()) {
                compounds.longest = compounds.longest.max(form.len());
            } else {
                wrong.push((number, format!("`{form}` stands twice; leave one out")));
            }
        }
        (compounds, wrong)
    }

    /// All ways to cut a word into forms and a rest, the shortest first form first; none where it begins with no form.
    pub(crate) fn cuts(&self, word: &str) -> Vec<SmallVec<[String; 3]>> {
        let mut cuts = Vec::new();
        if word.bytes().all(|b| b.is_ascii_alphabetic()) {
            self.cut(&word.to_ascii_lowercase(), &mut SmallVec::new(), &mut cuts);
        }
        cuts
    }

    fn cut(&self, word: &str, before: &mut SmallVec<[String; 3]>, cuts: &mut Vec<SmallVec<[String; 3]>>) {
        for length in 1..=self.longest.min(word.len().saturating_sub(SHORTEST_REST)) {
            let (form, rest) = word.split_at(length);
            if before.len() < MOST_FORMS && self.forms.contains(form) {
                before.push(form.to_owned());
                let mut cut = before.clone();
                cut.push(rest.to_owned());
                cuts.push(cut);
                self.cut(rest, before, cuts);
                before.pop();
            }
        }
    }

    /// The one word that a form and a rest make; `None` if the first is no form.
    pub(crate) fn joined(&self, form: &str, rest: &str) -> Option<String> {
        let fits = rest.len() >= SHORTEST_REST && rest.bytes().all(|b| b.is_ascii_alphabetic());
        let form = form.to_ascii_lowercase();
        (fits && self.forms.contains(&form)).then(|| format!("{form}{}", rest.to_ascii_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::Compounds;
    use crate::grammar::Grammar;

    const TABLE: &str =
        "form\tmeaning\n# Of organs.\nesophago\tesophagus\ngastro\tstomach\nhypo\ttoo little\n";

    #[test]
    fn a_word_is_cut_behind_each_of_its_forms() {
        let (compounds, wrong) = Compounds::load(TABLE);
        assert!(wrong.is_empty(), "{wrong:?}");
        let cuts: Vec<String> =
            compounds.cuts("Esophagogastroscopy").iter().map(|cut| cut.join("-")).collect();
        assert_eq!(cuts, ["esophago-gastroscopy", "esophago-gastro-scopy"]);
        for whole in ["hypoxia", "scopy", "hypo", "hypo1234", ""] {
            assert!(compounds.cuts(whole).is_empty(), "{whole}");
        }
    }

    #[test]
    fn a_form_and_a_rest_are_joined() {
        let (compounds, _) = Compounds::load(TABLE);
        assert_eq!(compounds.joined("Hypo", "echoic").as_deref(), Some("hypoechoic"));
        assert_eq!(compounds.joined("hypo", "xia"), None);
        assert_eq!(compounds.joined("echo", "graphy"), None);
    }

    #[test]
    fn wrong_lines_are_told() {
        let (_, wrong) = Compounds::load("form\tmeaning\nneuro\tnerve\nNeuro\tnerve\nneuro\tnerve\n");
        assert_eq!(wrong.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 4]);
    }

    #[test]
    fn the_built_in_table_is_right() {
        let grammar = Grammar::built_in().unwrap();
        let text = grammar.sources.find("compounds.tsv").unwrap();
        assert_eq!(Compounds::load(text).1, []);
    }
}
