//! Short forms that a report defines itself: "small cell carcinoma (SCC)", "SCC (small cell carcinoma)". From there
//! on the short form is the concept, whatever a vocabulary takes it for.

use super::lattice::Lattice;
use crate::grammar::Grammar;
use crate::grammar::lexicon::Hit;
use crate::model::{Entity, Part, Span};
use crate::segment::Segments;
use crate::segment::token::{CAPITAL, Class, SPACE, Token};
use crate::segment::words::role;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// A short form and what it stands for.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    /// Tokens of the short form.
    pub(crate) short: (u32, u32),
    /// Tokens of the long form.
    pub(crate) long: (u32, u32),
    /// The entries it stands for; none if no vocabulary knows the long form.
    hits: SmallVec<[Hit; 2]>,
    /// Whether those entries are the whole long form, and not only its last words.
    whole: bool,
}

/// A place where a defined short form stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Use {
    /// Its tokens.
    pub(crate) tokens: (u32, u32),
    /// The number of its definition.
    pub(crate) definition: u32,
}

/// The short forms of one text.
#[derive(Debug, Default)]
pub(crate) struct ShortForms {
    pub(crate) definitions: Vec<Definition>,
    /// In the order of the text.
    pub(crate) uses: Vec<Use>,
}

/// A short form has at most so many characters.
const LONGEST: u32 = 10;
/// A long form has at most so many tokens.
const WORDS: u32 = 14;

impl ShortForms {
    /// Finds the definitions of a text and lets their short forms stand for the concept wherever they are used.
    pub(crate) fn resolve(
        &mut self,
        grammar: &Grammar,
        text: &str,
        tokens: &[Token],
        segments: &Segments,
        lattice: &mut Lattice,
    ) {
        self.definitions.clear();
        self.uses.clear();
        let finder = Finder { grammar, text, tokens, segments, lattice };
        for (at, token) in tokens.iter().enumerate() {
            if token.class == Class::Mark && matches!(text.as_bytes()[token.start as usize], b'(' | b'[') {
                self.definitions.extend(finder.definition(at as u32));
            }
        }
        if !self.definitions.is_empty() {
            self.find_uses(grammar, text, tokens, lattice);
        }
    }

    fn find_uses(&mut self, grammar: &Grammar, text: &str, tokens: &[Token], lattice: &mut Lattice) {
        let words = |(from, to): (u32, u32)| span(tokens, (from, to)).of(text);
        // By first token of the short form: the definitions, in the order of the text.
        let mut by_first: FxHashMap<&str, SmallVec<[u32; 2]>> = FxHashMap::default();
        for (number, definition) in self.definitions.iter().enumerate() {
            let first = words((definition.short.0, definition.short.0 + 1));
            by_first.entry(first).or_default().push(number as u32);
        }
        for (at, token) in tokens.iter().enumerate() {
            if !token.has(CAPITAL) && token.class != Class::Number {
                continue;
            }
            // "20 MG" is so many milligrams, whatever MG stands for elsewhere.
            let measured = token.roles & role::BEGINS_UNIT != 0;
            if measured && at.checked_sub(1).is_some_and(|before| tokens[before].class == Class::Number) {
                continue;
            }
            // The capital may be in a later token of the short form, as in "p53": such forms are passed over.
            let first = token.span().of(text);
            let Some(candidates) =
                by_first.get(first).or_else(|| first.strip_suffix('s').and_then(|f| by_first.get(f)))
            else {
                continue;
            };
            let at = at as u32;
            let ends = |definition: &Definition| ends_at(text, tokens, at, words(definition.short));
            let fitting =
                || candidates.iter().filter_map(|n| Some((*n, ends(&self.definitions[*n as usize])?)));
            let before = fitting().take_while(|(n, _)| self.definitions[*n as usize].short.0 <= at).last();
            let own = |end: u32| concept_hits(grammar, lattice, at, end).next().is_some();
            let ahead = || fitting().next().filter(|(_, end)| !own(*end) && end_is_long(tokens, at, *end));
            let Some((number, end)) = before.or_else(ahead) else { continue };
            let definition = &self.definitions[number as usize];
            definition.apply(grammar, lattice, at, end, [definition.short, definition.long].map(words));
            self.uses.push(Use { tokens: (at, end), definition: number });
        }
    }

    /// Where only the last words of a long form stand in a vocabulary, a short form takes the value that a rule gave
    /// to the whole. `places` are the tokens of the entities.
    pub(crate) fn rename(&self, places: &[(u32, u32)], entities: &mut [Entity<'_>]) {
        for used in &self.uses {
            let definition = &self.definitions[used.definition as usize];
            if definition.whole || definition.hits.is_empty() {
                continue;
            }
            let first = places.partition_point(|p| p.0 < used.tokens.0);
            for at in (first..places.len()).take_while(|a| places[*a].0 == used.tokens.0) {
                if places[at] != used.tokens {
                    continue;
                }
                let kind = entities[at].kind;
                let from = places.partition_point(|p| p.0 < definition.long.0);
                let long = (from..places.len())
                    .take_while(|l| places[*l].0 < definition.long.1)
                    .find(|l| entities[*l].kind == kind && places[*l].1 == definition.long.1);
                if let Some(long) = long.map(|l| &entities[l]) {
                    let (value, span, codes) = (long.value.clone(), long.span, long.codes);
                    let entity = &mut entities[at];
                    entity.codes = codes;
                    entity.parts = value.iter().map(|(field, _)| Part { field, span }).collect();
                    entity.value = value;
                }
            }
        }
    }
}

impl Definition {
    /// Lets the short form at these tokens stand for the concept.
    fn apply(
        &self,
        grammar: &Grammar,
        lattice: &mut Lattice,
        start: u32,
        end: u32,
        [short, long]: [&str; 2],
    ) {
        // What a vocabulary takes the short form for stays where it is what the report says, or not known to be other.
        let own = |hit: &Hit| {
            hit.end != end
                || !grammar.abbreviations.takes(hit.vocabulary)
                || agrees(grammar, grammar.name_of(hit.entry), short, long)
        };
        let mut hits: SmallVec<[Hit; 8]> =
            lattice.hits_at(start as usize).iter().filter(|h| own(h)).copied().collect();
        let kept = |hits: &[Hit], vocabulary| hits.iter().any(|h| h.end == end && h.vocabulary == vocabulary);
        for hit in &self.hits {
            if self.whole {
                hits.retain(|h| h.end != end || h.vocabulary != hit.vocabulary);
            }
            if !kept(&hits, hit.vocabulary) {
                hits.push(Hit { start, end, ambiguous: false, ..*hit });
            }
        }
        hits.sort_by_key(|h| std::cmp::Reverse(h.end));
        lattice.replace_hits(start as usize, &hits);
    }
}

/// Whether a vocabulary's name for a short form may be the long form that a report gives: it has most of its words, or
/// the name is the short form itself, as with genes.
fn agrees(grammar: &Grammar, name: &str, short: &str, long: &str) -> bool {
    if name == short {
        return true;
    }
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|w| w.len() > 2)
            .map(str::to_lowercase)
            .filter(|w| !grammar.abbreviations.is_filler(w))
            .collect()
    };
    let (own, long) = (words(name), words(long));
    let same = |a: &str, b: &str| a.starts_with(b) || b.starts_with(a);
    long.iter().filter(|w| own.iter().any(|o| same(o, w))).count() * 2 > long.len()
}

fn concept_hits<'l>(
    grammar: &'l Grammar,
    lattice: &'l Lattice,
    at: u32,
    end: u32,
) -> impl Iterator<Item = &'l Hit> {
    lattice
        .hits_at(at as usize)
        .iter()
        .filter(move |h| h.end == end && grammar.abbreviations.takes(h.vocabulary))
}

fn span(tokens: &[Token], (from, to): (u32, u32)) -> Span {
    Span::new(tokens[from as usize].start, tokens[to as usize - 1].end)
}

/// Ahead of its definition only a short form of three characters or more is taken for it.
fn end_is_long(tokens: &[Token], at: u32, end: u32) -> bool {
    tokens[end as usize - 1].end - tokens[at as usize].start >= 3
}

/// One past the last token of a short form that begins at a token, with a plural s if there is one.
fn ends_at(text: &str, tokens: &[Token], at: u32, short: &str) -> Option<u32> {
    let start = tokens[at as usize].start as usize;
    if at > 0 && !tokens[at as usize].has(SPACE) && tokens[at as usize - 1].class != Class::Mark {
        return None;
    }
    let rest = text[start..].strip_prefix(short)?;
    let rest_plural = rest.strip_prefix('s').filter(|r| !r.starts_with(char::is_alphanumeric));
    if rest_plural.is_none() && rest.starts_with(char::is_alphanumeric) {
        return None;
    }
    let stop = start + short.len() + usize::from(rest_plural.is_some());
    let mut end = at + 1;
    while (tokens[end as usize - 1].end as usize) < stop {
        end += 1;
    }
    (tokens[end as usize - 1].end as usize == stop).then_some(end)
}

struct Finder<'d> {
    grammar: &'d Grammar,
    text: &'d str,
    tokens: &'d [Token],
    segments: &'d Segments,
    lattice: &'d Lattice,
}

impl<'d> Finder<'d> {
    fn words(&self, range: (u32, u32)) -> &'d str {
        span(self.tokens, range).of(self.text)
    }

    /// The definition around the parenthesis at a token.
    fn definition(&self, open: u32) -> Option<Definition> {
        let sentence = self.segments.sentences[self.segments.sentence_of(open)];
        let limit = sentence.end.min(open + 1 + WORDS * 2);
        let closes = |t: &u32| {
            let token = &self.tokens[*t as usize];
            token.class == Class::Mark
                && matches!(self.text.as_bytes()[token.start as usize], b')' | b']' | b',' | b';' | b'=')
        };
        let close = (open + 1..limit).find(closes).filter(|c| *c > open + 1)?;
        let inside = (open + 1, close);
        if self.is_short(inside) {
            let from = sentence.start.max(open.saturating_sub(WORDS));
            return self.long_before(inside, (from, open));
        }
        let mut from = open;
        while from > sentence.start && (from == open || !self.tokens[from as usize].has(SPACE)) {
            from -= 1;
        }
        let short = (from, open);
        let capitals = || self.words(short).chars().filter(|c| c.is_uppercase()).count();
        if from < open && self.is_short(short) && capitals() >= 2 && close - open > 1 {
            return self.long_inside(short, inside);
        }
        None
    }

    /// Whether these tokens can be a short form: written together, short, with a capital.
    fn is_short(&self, (from, to): (u32, u32)) -> bool {
        let tokens = &self.tokens[from as usize..to as usize];
        let length = tokens.last().map_or(0, |t| t.end) - tokens[0].start;
        if !(2..=LONGEST).contains(&length) || tokens[1..].iter().any(|t| t.has(SPACE)) {
            return false;
        }
        let words = self.words((from, to));
        words.starts_with(char::is_alphanumeric)
            && words.contains(char::is_uppercase)
            && words.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '/' | '&' | '‐' | '‑' | '–'))
            && !self.grammar.abbreviations.is_never(words)
    }

    /// The entries that fill these tokens.
    fn entries(&self, (from, to): (u32, u32)) -> SmallVec<[Hit; 2]> {
        concept_hits(self.grammar, self.lattice, from, to).copied().collect()
    }

    /// "small cell carcinoma (SCC)"
    fn long_before(&self, short: (u32, u32), (from, to): (u32, u32)) -> Option<Definition> {
        let letters = self.words(short);
        let start = self.initials(letters, (from, to));
        // An entry of which each word gives a letter; otherwise the longest that has the letters in their order.
        let known = |start: u32| {
            let hits = self.entries((start, to));
            (!hits.is_empty()).then_some(Definition { short, long: (start, to), hits, whole: true })
        };
        if let Some(whole) = start.and_then(known) {
            return Some(whole);
        }
        let fits = |start: &u32| in_order(self.words((*start, to)), letters);
        if let Some(whole) = (from..to).filter(fits).find_map(known) {
            return Some(whole);
        }
        let long = (start?, to);
        Some(Definition { short, long, hits: self.head(long), whole: false })
    }

    /// The entries that fill the last words of a long form, if nothing before them says that they are not its head.
    fn head(&self, (from, to): (u32, u32)) -> SmallVec<[Hit; 2]> {
        let filler = |t: &u32| {
            let word = self.tokens[*t as usize].span().of(self.text);
            self.grammar.abbreviations.is_filler(&word.to_lowercase())
        };
        let plain = (from..to).rev().take_while(|t| !filler(t)).last().unwrap_or(to);
        if plain > from {
            return SmallVec::new();
        }
        (from + 1..to).map(|t| self.entries((t, to))).find(|hits| !hits.is_empty()).unwrap_or_default()
    }

    /// "SCC (small cell carcinoma)"
    fn long_inside(&self, short: (u32, u32), long: (u32, u32)) -> Option<Definition> {
        let letters = self.words(short);
        let hits = self.entries(long);
        if !hits.is_empty() && in_order(self.words(long), letters) {
            return Some(Definition { short, long, hits, whole: true });
        }
        (self.initials(letters, long)? == long.0).then(|| Definition {
            short,
            long,
            hits: self.head(long),
            whole: false,
        })
    }

    /// Where the words begin whose initials are the letters of a short form, one word a letter but for fillers.
    fn initials(&self, letters: &str, (from, to): (u32, u32)) -> Option<u32> {
        let mut left = letters.chars().filter(|c| c.is_alphanumeric()).rev().peekable();
        let mut at = to;
        while let Some(letter) = left.peek() {
            at = at.checked_sub(1).filter(|a| *a >= from)?;
            let token = &self.tokens[at as usize];
            let word = token.span().of(self.text);
            match token.class {
                Class::Mark if matches!(word, "-" | "‐" | "‑" | "–" | "'" | "’") => continue,
                Class::Mark => return None,
                _ => {}
            }
            if word.chars().next().is_some_and(|c| c.to_lowercase().eq(letter.to_lowercase())) {
                left.next();
            } else if !self.grammar.abbreviations.is_filler(&word.to_lowercase()) {
                return None;
            }
        }
        Some(at)
    }
}

/// Whether the letters of a short form stand in a long form in their order, the first at its beginning.
fn in_order(long: &str, short: &str) -> bool {
    let fold = |text: &str| {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect::<SmallVec<[char; 32]>>()
    };
    let (long, short) = (fold(long), fold(short));
    if long.first() != short.first() || long.len() <= short.len() {
        return false;
    }
    let mut rest = long.iter();
    short.iter().all(|letter| rest.any(|c| c == letter))
}

#[cfg(test)]
mod tests {
    use crate::Extractor;
    use crate::model::Field;

    /// The names that the words `short` have in a text, in its order; "" where they are no concept.
    fn names(text: &str, short: &str) -> Vec<String> {
        let extractor = Extractor::new().expect("good grammars");
        let report = extractor.extract(text);
        let name = |at: usize| {
            let entity = report.entities.iter().find(|e| e.span.start as usize == at);
            entity.and_then(|e| e.value.text(Field::Name)).unwrap_or_default().to_owned()
        };
        text.match_indices(short).map(|(at, _)| name(at)).collect()
    }

    #[test]
    fn a_short_form_is_what_the_report_says() {
        let text = "He had mitral stenosis (MS). The MS was severe, MSs are rare; MSX is not meant.";
        assert_eq!(names(text, "MS"), ["mitral stenosis", "mitral stenosis", "mitral stenosis", ""]);
        assert_eq!(names("The HCC was treated.", "HCC"), ["hepatocellular carcinoma"]);
        let unit = "Myasthenia gravis (MG). MG was treated with 20 MG of prednisone.";
        assert_eq!(names(unit, "MG"), ["myasthenia gravis", "myasthenia gravis", ""]);
    }

    #[test]
    fn the_later_definition_holds_from_its_place_on() {
        let text = "Mitral stenosis (MS). MS again. Multiple sclerosis (MS). MS.";
        let (heart, nerves) = ("mitral stenosis", "multiple sclerosis");
        assert_eq!(names(text, "MS"), [heart, heart, nerves, nerves]);
    }

    #[test]
    fn the_short_form_may_come_first() {
        assert_eq!(names("The QPC (quick portal cirrhosis) grew. QPC grew.", "QPC"), ["liver cirrhosis"; 2]);
        assert_eq!(names("The QPC (quite another cirrhosis) grew. QPC grew.", "QPC"), ["", ""]);
    }

    #[test]
    fn only_the_head_may_be_known() {
        let extractor = Extractor::new().expect("good grammars");
        let report = extractor.extract("A painful thymic redness (PTR) was seen. The PTR grew.");
        let last = report.entities.last().expect("the short form");
        assert_eq!(report.words(last), "PTR");
        assert_eq!(
            (last.value.text(Field::Name), last.value.text(Field::Site)),
            (Some("erythema"), Some("thymus"))
        );
        assert!(last.parts.iter().all(|p| p.span.of(report.text).contains("thymic redness")));
    }

    #[test]
    fn an_unknown_long_form_takes_a_known_short_form_away() {
        assert_eq!(names("The health care centre (HCC) had it. HCC closed.", "HCC"), ["", ""]);
        assert_eq!(names("The doctor (HCC) saw it. HCC grew.", "HCC"), ["hepatocellular carcinoma"; 2]);
    }
}
