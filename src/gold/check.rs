//! What is wrong with documents that could be read.

use super::names::{did_you_mean, unmapped};
use super::{Corpus, Document, Entity, Mapping, Place, Problem, Relation, record};
use crate::model::{EntityType, OffsetMap, OffsetUnit};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// Appends to a corpus what is wrong with its documents.
pub(super) fn check(corpus: &mut Corpus, mapping: &Mapping) {
    let mut problems = std::mem::take(&mut corpus.problems);
    let mut first: FxHashMap<&str, &Place> = FxHashMap::default();
    let schema = crate::write::schema::schema();
    for document in &corpus.documents {
        if let Some(place) = first.get(document.id.as_str()) {
            let why = format!("the id `{}` is that of {}:{}, too", document.id, place.file, place.line);
            problems.push(Problem::error(&document.place, "same-id", why));
        } else {
            first.insert(&document.id, &document.place);
        }
        Checker { document, mapping, problems: &mut problems }.document();
        for fault in record::faults(document, &schema) {
            problems.push(Problem::warning(&document.place, "case", fault));
        }
    }
    unmapped(&corpus.documents, mapping, &mut problems);
    corpus.problems = problems;
}

/// Looks at one document.
pub(super) struct Checker<'c> {
    pub(super) document: &'c Document,
    pub(super) mapping: &'c Mapping,
    problems: &'c mut Vec<Problem>,
}

impl Checker<'_> {
    pub(super) fn place(&self, entity: &Entity) -> Place {
        self.document.place.at(entity.line)
    }

    pub(super) fn error(&mut self, place: &Place, code: &'static str, message: String) {
        self.problems.push(Problem::error(place, code, message));
    }

    pub(super) fn warn(&mut self, place: &Place, code: &'static str, message: String) {
        self.problems.push(Problem::warning(place, code, message));
    }

    fn document(mut self) {
        let document = self.document;
        let map = OffsetMap::new(&document.text, OffsetUnit::Chars);
        for (number, entity) in (1..).zip(&document.entities) {
            self.spans(number, entity, &map);
            self.names(number, entity);
        }
        self.members();
        self.relation_names();
        self.ids();
        self.overlaps();
        self.relations();
        for name in &document.exhaustive {
            let relation = document.relations.iter().flatten().any(|r| r.label == *name);
            if EntityType::from_name(name).is_none() && !relation {
                let near = did_you_mean(name, EntityType::ALL.iter().map(|kind| kind.name()));
                let why = format!("`exhaustive` names `{name}`, which is no entity type{near}");
                self.error(&document.place, "unknown-type", why);
            }
        }
    }

    /// Every place must be a slice of the text, and the words at it those that the corpus repeats.
    fn spans(&mut self, number: usize, entity: &Entity, map: &OffsetMap<'_>) {
        let text = &self.document.text;
        let place = self.place(entity);
        let slice = |start: u32, end: u32| match (map.byte(start), map.byte(end)) {
            (Some(from), Some(to)) if from < to => text.get(from as usize..to as usize),
            _ => None,
        };
        let (start, end) = (entity.start, entity.end);
        let who = called(number, entity);
        let Some(words) = slice(start, end) else {
            let length = text.chars().count();
            let why = format!("{who}: {start} to {end} is no slice of a text of {length} characters");
            return self.error(&place, "no-slice", why);
        };
        let pieces: Vec<Option<&str>> = entity.spans.iter().map(|(from, to)| slice(*from, *to)).collect();
        let ordered = entity.spans.windows(2).all(|pair| pair[0].1 <= pair[1].0);
        let reach = entity.spans.first().zip(entity.spans.last()).map(|(first, last)| (first.0, last.1));
        if pieces.contains(&None) || !ordered || reach.is_some_and(|reach| reach != (start, end)) {
            let why = format!("{who}: its pieces are not slices of its place, one after the other");
            return self.error(&place, "no-slice", why);
        }
        for (field, from, to) in &entity.parts {
            if slice(*from, *to).is_none() {
                let why = format!("{who}: the part `{field}`, {from} to {to}, is no slice of the text");
                self.error(&place, "no-slice", why);
            }
        }
        let Some(wanted) = &entity.text else { return };
        let joined = pieces.iter().flatten().copied().collect::<Vec<_>>().join(" ");
        if wanted != words && (pieces.is_empty() || *wanted != joined) {
            let near = nearest(text, wanted, map.byte(start).unwrap_or_default() as usize);
            let near = near.map(|byte| map.convert(byte as u32));
            let there = near.map_or(String::new(), |at| {
                format!("; {wanted:?} stands at {at} to {}", at + wanted.chars().count() as u32)
            });
            self.error(
                &place,
                "shifted",
                format!("{who}: {start} to {end} is {words:?}, not {wanted:?}{there}"),
            );
        }
    }

    fn ids(&mut self) {
        let mut first: FxHashMap<&str, usize> = FxHashMap::default();
        for (number, entity) in (1..).zip(&self.document.entities) {
            if entity.id.is_empty() {
                continue;
            }
            if let Some(other) = first.insert(&entity.id, number) {
                let why = format!("entities {other} and {number} have the id `{}`", entity.id);
                self.error(&self.place(entity), "same-id", why);
            }
        }
    }

    /// Entities of one label that overlap are most likely slips; the same one twice is.
    fn overlaps(&mut self) {
        let entities = &self.document.entities;
        let mut order: Vec<usize> = (0..entities.len()).collect();
        order.sort_by_key(|at| (&entities[*at].label, entities[*at].start, entities[*at].end));
        for pair in order.windows(2) {
            let (a, b) = (&entities[pair[0]], &entities[pair[1]]);
            if a.label != b.label || b.start >= a.end {
                continue;
            }
            let (first, second) = (called(pair[0] + 1, a), called(pair[1] + 1, b));
            let place = self.place(b);
            if (a.start, a.end, &a.spans, &a.value, &a.parts)
                == (b.start, b.end, &b.spans, &b.value, &b.parts)
            {
                self.warn(&place, "twice", format!("{second} is the same as {first}"));
            } else if (a.start, a.end) != (b.start, b.end) && a.spans.is_empty() && b.spans.is_empty() {
                self.warn(&place, "overlap", format!("{second} overlaps with {first}, of the same type"));
            }
        }
    }

    /// A relation must not lead back to where it began, neither at once nor by way of others of its type.
    fn relations(&mut self) {
        let document = self.document;
        let mut next: BTreeMap<&str, Vec<Vec<usize>>> = BTreeMap::new();
        let mut ids: FxHashSet<&str> = FxHashSet::default();
        for relation in document.relations.iter().flatten().filter(|relation| !relation.id.is_empty()) {
            if !ids.insert(&relation.id) {
                let why = format!("two relations have the id `{}`", relation.id);
                self.error(&document.place.at(relation.line), "same-id", why);
            }
        }
        let mut links: FxHashSet<(&str, usize, usize)> = FxHashSet::default();
        for relation in document.relations.iter().flatten() {
            let Relation { label, from, to, .. } = relation;
            if !links.insert((label, *from, *to)) {
                let ends = [from, to].map(|at| called(at + 1, &document.entities[*at]));
                let why = format!("`{label}` from {} to {} stands twice", ends[0], ends[1]);
                self.warn(&document.place.at(relation.line), "twice", why);
            }
        }
        for relation in document.relations.iter().flatten() {
            let all =
                next.entry(&relation.label).or_insert_with(|| vec![Vec::new(); document.entities.len()]);
            all[relation.from].push(relation.to);
        }
        for (label, next) in next {
            if let Some(cycle) = cycle(&next) {
                let names: Vec<String> =
                    cycle.iter().map(|at| called(at + 1, &document.entities[*at])).collect();
                let why = format!("`{label}` leads in a circle: {}", names.join(", then "));
                // Where the circle closes: the last of the links that it is made of.
                let within =
                    |r: &&Relation| r.label == label && cycle.contains(&r.from) && cycle.contains(&r.to);
                let links = document.relations.iter().flatten().filter(within);
                let line = links.map(|relation| relation.line).max().unwrap_or_default();
                self.error(&document.place.at(line), "circle", why);
            }
        }
    }
}

/// The entities of a circle, if there is one. Marks nodes as it leaves them, so that each link is followed once.
fn cycle(next: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut done = vec![false; next.len()];
    let mut on_way = vec![false; next.len()];
    for start in 0..next.len() {
        let mut way: Vec<(usize, usize)> = Vec::new();
        if !done[start] {
            way.push((start, 0));
            on_way[start] = true;
        }
        while let Some((node, at)) = way.last_mut() {
            let Some(&to) = next[*node].get(*at) else {
                done[*node] = true;
                on_way[*node] = false;
                way.pop();
                continue;
            };
            *at += 1;
            if on_way[to] {
                let from = way.iter().position(|(node, _)| *node == to)?;
                return Some(way[from..].iter().map(|(node, _)| *node).collect());
            }
            if !done[to] {
                on_way[to] = true;
                way.push((to, 0));
            }
        }
    }
    None
}

/// What a message calls an entity.
pub(super) fn called(number: usize, entity: &Entity) -> String {
    if entity.id.is_empty() {
        format!("entity {number} ({})", entity.label)
    } else {
        format!("{} ({})", entity.id, entity.label)
    }
}

/// Where the words stand that are nearest to a byte of the text.
fn nearest(text: &str, words: &str, byte: usize) -> Option<usize> {
    if words.is_empty() {
        return None;
    }
    let end = (byte + words.len()..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let before = text[..end].rfind(words);
    let after = text.get(byte..).and_then(|rest| rest.find(words)).map(|at| at + byte);
    [before, after].into_iter().flatten().min_by_key(|at| at.abs_diff(byte))
}

#[cfg(test)]
mod tests {
    use super::super::lines::ElementLines;
    use super::super::{Level, json};
    use super::*;

    /// The codes of what is wrong with one document.
    fn problems(document: &str) -> Vec<Problem> {
        let place = Place { file: "gold.jsonl".into(), line: 1 };
        let datum = serde_json::from_str(document).expect("JSON");
        let documents = vec![json::document(datum, &place, &ElementLines::default()).expect("a document")];
        let mut corpus = Corpus { documents, ..Corpus::default() };
        check(&mut corpus, &Mapping::default());
        corpus.problems
    }

    fn codes(document: &str) -> Vec<&'static str> {
        problems(document).iter().map(|p| p.code).collect()
    }

    fn with(entities: &str) -> String {
        format!(r#"{{"id":"a","text":"Took 5 µg drug A and drug B.","entities":[{entities}]}}"#)
    }

    #[test]
    fn good_gold_has_no_problems() {
        let good = with(
            r#"{"id":"T1","type":"dose","start":5,"end":9,"text":"5 µg","value":{"value":5,"unit":"ug","unit_any":["mcg"]}},
               {"type":"drug","start":10,"end":16,"text":"drug A"},{"type":"drug","start":21,"end":27,"status":"absent"}"#,
        );
        assert_eq!(problems(&good), []);
    }

    #[test]
    fn a_shifted_span_says_where_its_words_are() {
        let shifted = problems(&with(r#"{"type":"drug","start":11,"end":17,"text":"drug A"}"#));
        assert_eq!(
            shifted[0].to_string(),
            "gold.jsonl:1: error: entity 1 (drug): 11 to 17 is \"rug A \", not \"drug A\"; \"drug A\" stands at 10 to 16 \
             (shifted)"
        );
        assert_eq!(codes(&with(r#"{"type":"drug","start":10,"end":100}"#)), ["no-slice"]);
        assert_eq!(codes(&with(r#"{"type":"drug","start":10,"end":10}"#)), ["no-slice"]);
        let part = r#"{"type":"dose","start":5,"end":9,"parts":{"unit":{"start":90,"end":91}}}"#;
        assert_eq!(codes(&with(part)), ["no-slice"]);
    }

    #[test]
    fn unknown_names_are_told() {
        assert_eq!(codes(&with(r#"{"type":"drugs","start":10,"end":16}"#)), ["unknown-type"]);
        assert_eq!(
            codes(&with(r#"{"type":"drug","start":10,"end":16,"value":{"nme":"x"}}"#)),
            ["unknown-field"]
        );
        assert_eq!(codes(&with(r#"{"type":"drug","start":10,"end":16,"status":"maybe"}"#)), ["unknown-name"]);
        assert_eq!(codes(&with(r#"{"type":"drug","start":10,"end":16,"assertin":{}}"#)), ["unknown-field"]);
    }

    #[test]
    fn slips_in_records_are_told() {
        let document = |case: &str| {
            format!(
                r#"{{"id":"a","text":"Took drug A.","entities":[{{"id":"T1","type":"drug","start":5,"end":11}}],"cases":[{case}]}}"#
            )
        };
        let told = |case: &str| {
            let problems = problems(&document(case));
            problems.into_iter().map(|p| (p.code, p.message)).collect::<Vec<_>>()
        };
        let good = r#"{"treatments":{"drugs":[{"name":"drug A","name_any":["A"],"dose":{"value":5},"entities":["T1"]}]},"outcome":null}"#;
        assert_eq!(told(good), []);
        for (case, place) in [
            (r#"{"drgus":[]}"#, "case 1.drgus"),
            (r#"{"findings":[{"nmae":"fever"}]}"#, "case 1.findings.nmae"),
            (r#"{"findings":[{"name":"fever","status":"abscent"}]}"#, "case 1.findings.status"),
            (r#"{"outcome":"alive"}"#, "case 1.outcome"),
            (r#"{"patient":[]}"#, "case 1.patient"),
            (r#"{"findings":[{"name":"fever","entities":["T99"]}]}"#, "case 1.findings.entities"),
        ] {
            let told = told(case);
            assert_eq!((told.len(), told[0].0), (1, "case"), "{case}: {told:?}");
            assert!(told[0].1.starts_with(&format!("{place}: ")), "{case}: {told:?}");
        }
    }

    #[test]
    fn one_id_for_two_relations_is_an_error() {
        let document = r#"{"id":"a","text":"abc","entities":[{"id":"T1","type":"size","start":0,"end":1},{"id":"T2","type":"size","start":1,"end":2}],
            "relations":[{"id":"R1","type":"changed_to","from":"T1","to":"T2"},{"id":"R1","type":"changed_to","from":"T1","to":"T2"}]}"#;
        let document = document.replace('\n', "");
        assert_eq!(codes(&document), ["same-id", "twice"]);
        assert_eq!(
            problems(&document.replace(r#""id":"R1","#, ""))[0].to_string(),
            "gold.jsonl:1: warning: `changed_to` from T1 (size) to T2 (size) stands twice (twice)"
        );
    }

    #[test]
    fn overlaps_and_doubles_are_told() {
        let one = r#"{"type":"drug","start":10,"end":16}"#;
        assert_eq!(codes(&with(&format!("{one},{one}"))), ["twice"]);
        assert_eq!(codes(&with(&format!(r#"{one},{{"type":"drug","start":15,"end":22}}"#))), ["overlap"]);
        assert_eq!(codes(&with(&format!(r#"{one},{{"type":"dose","start":15,"end":22}}"#))), [""; 0]);
    }

    #[test]
    fn a_circle_of_relations_is_an_error() {
        let document = |relations: &str| {
            let entities: Vec<String> = (0..4)
                .map(|n| format!(r#"{{"id":"T{n}","type":"size","start":{n},"end":{}}}"#, n + 1))
                .collect();
            format!(
                r#"{{"id":"a","text":"abcdef","entities":[{}],"relations":[{relations}]}}"#,
                entities.join(",")
            )
        };
        let link =
            |from: usize, to: usize| format!(r#"{{"type":"changed_to","from":"T{from}","to":"T{to}"}}"#);
        let straight = [link(0, 1), link(1, 2), link(0, 2), link(3, 2)].join(",");
        assert_eq!(problems(&document(&straight)), []);
        let round = problems(&document(&[link(0, 1), link(1, 2), link(2, 1)].join(",")));
        assert_eq!((round[0].code, round[0].level), ("circle", Level::Error));
        assert!(round[0].message.ends_with("T1 (size), then T2 (size)"), "{}", round[0].message);
        assert_eq!(codes(&document(&link(1, 1))), ["circle"]);
    }
}
