//! How far two readings of the same texts agree.

use super::{Corpus, Datum, Document, Entity, Mapping, Problem};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// What an assertion tells, in the order in which it is shown.
const ASSERTION: [&str; 3] = ["status", "subject", "time"];

/// How many documents of one reading only are named in a table; all of them are in JSON.
const NAMED: usize = 5;

/// What two readings say of the entities of one type, or of all.
#[derive(Clone, Debug, Default)]
struct Row {
    first: u32,
    second: u32,
    /// Of both: pairs that overlap, each entity in one.
    both: u32,
    same_span: u32,
    /// Pairs with a field in common, and those of them in which all such fields are the same.
    with_value: u32,
    same_value: u32,
    /// By status, subject and time: how often the one said this and the other that.
    said: [Said; 3],
}

impl Row {
    fn add(&mut self, other: &Row) {
        self.first += other.first;
        self.second += other.second;
        self.both += other.both;
        self.same_span += other.same_span;
        self.with_value += other.with_value;
        self.same_value += other.same_value;
        for (own, more) in self.said.iter_mut().zip(&other.said) {
            more.iter().for_each(|(pair, count)| *own.entry(pair.clone()).or_default() += count);
        }
    }

    fn f1(&self) -> Option<f64> {
        share(2 * self.both, self.first + self.second)
    }

    fn json(&self) -> Value {
        let mut out = json!({
            "first": self.first, "second": self.second, "both": self.both, "f1": self.f1(),
            "same_span": share(self.same_span, self.both), "same_value": share(self.same_value, self.with_value),
        });
        for (what, said) in ASSERTION.into_iter().zip(&self.said) {
            out[what] = json!({"pairs": pairs(said), "agree": share(agreed(said), pairs(said)), "kappa": kappa(said)});
        }
        out
    }
}

/// A share in percent.
pub(crate) fn share(part: u32, whole: u32) -> Option<f64> {
    (whole > 0).then(|| 100.0 * f64::from(part) / f64::from(whole))
}

type Said = BTreeMap<(String, String), u32>;

fn pairs(said: &Said) -> u32 {
    said.values().sum()
}

fn agreed(said: &Said) -> u32 {
    said.iter().filter(|((first, second), _)| first == second).map(|(_, count)| count).sum()
}

/// Cohen's kappa: the agreement beyond what two would have that only knew how often each word is said. None where both say
/// the same word always, or nothing.
pub(crate) fn kappa(said: &BTreeMap<(String, String), u32>) -> Option<f64> {
    let all = f64::from(pairs(said));
    let words: BTreeSet<&str> =
        said.keys().flat_map(|(first, second)| [first.as_str(), second.as_str()]).collect();
    let part = |of: &dyn Fn(&(String, String)) -> bool| {
        said.iter().filter(|(pair, _)| of(pair)).map(|(_, count)| f64::from(*count)).sum::<f64>() / all
    };
    let by_chance = |word: &&str| part(&|pair| pair.0 == *word) * part(&|pair| pair.1 == *word);
    let chance: f64 = words.iter().map(by_chance).sum();
    (all > 0.0 && chance < 1.0).then(|| (f64::from(agreed(said)) / all - chance) / (1.0 - chance))
}

/// Two readings of the same texts, compared.
///
/// Entities of one type are a pair if they share a character; each is in one pair, those of the same place first. What is
/// optional and has no partner counts on neither side. Only documents that both have are compared.
///
/// ```
/// use casegrain::gold::{Corpus, Document, Entity, Mapping, Readings};
/// let corpus = |status: &str, end: u32| {
///     let fever = Entity { label: "finding".into(), start: 3, end, status: Some(status.into()), ..Entity::default() };
///     let document = Document { id: "a".into(), text: "No fever.".into(), entities: vec![fever], ..Document::default() };
///     Corpus { documents: vec![document], ..Corpus::default() }
/// };
/// let readings = Readings::compare(&corpus("absent", 8), &corpus("present", 7), &Mapping::default()).unwrap();
/// assert_eq!((readings.f1(), readings.differences().len()), (Some(100.0), 2));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Readings {
    documents: usize,
    /// The ids that only one reading has.
    alone: Vec<String>,
    rows: BTreeMap<String, Row>,
    differences: Vec<String>,
}

impl Readings {
    /// Compares two readings.
    ///
    /// # Errors
    /// A document whose text is not the same in both.
    pub fn compare(first: &Corpus, second: &Corpus, mapping: &Mapping) -> Result<Readings, Problem> {
        let mut out = Readings::default();
        let by_id = |corpus| -> BTreeMap<&str, &Document> {
            let documents: &Vec<Document> = corpus;
            documents.iter().map(|document| (document.id.as_str(), document)).collect()
        };
        let (ones, others) = (by_id(&first.documents), by_id(&second.documents));
        let ids = ones
            .keys()
            .chain(others.keys())
            .filter(|id| !ones.contains_key(*id) || !others.contains_key(*id));
        out.alone = ids.map(|id| (*id).to_owned()).collect();
        let assumed = [first.assumed(mapping), second.assumed(mapping)];
        for (id, one) in &ones {
            let Some(other) = others.get(id) else { continue };
            if one.text != other.text {
                let why = format!("the text of `{id}` is not that of {}:{}", one.place.file, one.place.line);
                return Err(Problem::error(&other.place, "text", why));
            }
            out.documents += 1;
            out.document(one, other, |first, second| [assumed[0].of(first), assumed[1].of(second)]);
        }
        Ok(out)
    }

    fn document<'d>(
        &mut self,
        one: &'d Document,
        other: &'d Document,
        said: impl Fn(&'d Entity, &'d Entity) -> [[Option<&'d str>; 3]; 2],
    ) {
        let partners = partners(&one.entities, &other.entities);
        let mut taken = vec![false; other.entities.len()];
        let mut tell = |entity: &Entity, what: String| {
            let words = words(one, entity);
            self.differences.push(format!(
                "{}:{}-{}\t{}\t{words}\t{what}",
                one.id, entity.start, entity.end, entity.label
            ));
        };
        for (entity, partner) in one.entities.iter().zip(partners) {
            let row = self.rows.entry(entity.label.clone()).or_default();
            let Some(at) = partner else {
                if !entity.optional {
                    row.first += 1;
                    tell(entity, "only the first".into());
                }
                continue;
            };
            taken[at] = true;
            let second = &other.entities[at];
            row.first += 1;
            row.second += 1;
            row.both += 1;
            if same_place(entity, second) {
                row.same_span += 1;
            } else {
                tell(entity, format!("the second: {}", words(other, second)));
            }
            let fields = differing(entity, second);
            row.with_value += u32::from(fields.is_some());
            row.same_value += u32::from(fields.as_ref().is_some_and(Vec::is_empty));
            for field in fields.into_iter().flatten() {
                tell(entity, field);
            }
            let [own, theirs] = said(entity, second);
            for (at, (own, theirs)) in own.into_iter().zip(theirs).enumerate() {
                let (Some(own), Some(theirs)) = (own, theirs) else { continue };
                *row.said[at].entry((own.to_owned(), theirs.to_owned())).or_default() += 1;
                if own != theirs {
                    tell(entity, format!("{} {own}, the second: {theirs}", ASSERTION[at]));
                }
            }
        }
        for (entity, taken) in other.entities.iter().zip(taken) {
            if !taken && !entity.optional {
                self.rows.entry(entity.label.clone()).or_default().second += 1;
                tell(entity, "only the second".into());
            }
        }
    }

    fn all(&self) -> Row {
        let mut all = Row::default();
        self.rows.values().for_each(|row| all.add(row));
        all
    }

    /// How far they agree on what there is, in percent; none where neither has anything.
    pub fn f1(&self) -> Option<f64> {
        self.all().f1()
    }

    /// What they do not agree on, each as place, type, words and what is not the same, with tabs between.
    pub fn differences(&self) -> &[String] {
        &self.differences
    }

    /// All figures as JSON; percentages and kappas are null where there is nothing to count.
    ///
    /// ```
    /// use casegrain::gold::Readings;
    /// assert_eq!(Readings::default().json()["documents"], 0);
    /// ```
    pub fn json(&self) -> Value {
        let types: serde_json::Map<String, Value> =
            self.rows.iter().map(|(label, row)| (label.clone(), row.json())).collect();
        json!({"documents": self.documents, "documents_of_one": self.alone, "types": types, "all": self.all().json()})
    }

    /// All figures as a table for people: F1 and shares in percent, kappas from -1 to 1.
    ///
    /// ```
    /// use casegrain::gold::Readings;
    /// assert!(Readings::default().table().starts_with("0 documents\n"));
    /// ```
    pub fn table(&self) -> String {
        let mut out = format!("{}\n", super::count(self.documents, "document"));
        if !self.alone.is_empty() {
            let what = super::count(self.alone.len(), "document");
            let names: Vec<&str> = self.alone.iter().take(NAMED).map(String::as_str).collect();
            let more = if self.alone.len() > NAMED { ", …" } else { "" };
            let _ = writeln!(out, "{what} of one reading only, left out: {}{more}", names.join(", "));
        }
        let _ = writeln!(
            out,
            "\n{:16} {:>6} {:>6} {:>6} {:>6} {:>6}   {:>6} {:>6} {:>7} {:>6} {:>6} {:>6}",
            "type",
            "first",
            "second",
            "F1",
            "span",
            "value",
            "status",
            "kappa",
            "subject",
            "kappa",
            "time",
            "kappa"
        );
        let mut rows: Vec<(&str, Row)> =
            self.rows.iter().map(|(label, row)| (label.as_str(), row.clone())).collect();
        rows.sort_by_key(|(_, row)| std::cmp::Reverse(row.first));
        rows.push(("all", self.all()));
        for (label, row) in rows {
            let shown = |part: Option<f64>| part.map_or_else(|| "-".to_owned(), |part| format!("{part:.1}"));
            let of = |at: usize| {
                let said = &row.said[at];
                let kappa = kappa(said).map_or_else(|| "-".to_owned(), |kappa| format!("{kappa:.2}"));
                (shown(share(agreed(said), pairs(said))), kappa)
            };
            let [status, subject, time] = [of(0), of(1), of(2)];
            let _ = writeln!(
                out,
                "{label:16} {:>6} {:>6} {:>6} {:>6} {:>6}   {:>6} {:>6} {:>7} {:>6} {:>6} {:>6}",
                row.first,
                row.second,
                shown(row.f1()),
                shown(share(row.same_span, row.both)),
                shown(share(row.same_value, row.with_value)),
                status.0,
                status.1,
                subject.0,
                subject.1,
                time.0,
                time.1
            );
        }
        out
    }
}

fn same_place(one: &Entity, other: &Entity) -> bool {
    (one.start, one.end, &one.spans) == (other.start, other.end, &other.spans)
}

/// By entity of the first reading: its partner in the second.
fn partners(ones: &[Entity], others: &[Entity]) -> Vec<Option<usize>> {
    let mut out = vec![None; ones.len()];
    let mut order: Vec<usize> = (0..others.len()).collect();
    order.sort_by_key(|at| (others[*at].start, others[*at].end));
    let mut taken = vec![false; others.len()];
    // Those of the same place before those that only overlap, so that no partner is taken from who fits it.
    let passes: [fn(&Entity, &Entity) -> bool; 2] =
        [same_place, |one, other| one.overlaps(other.start, other.end)];
    for fits in passes {
        for (at, one) in ones.iter().enumerate().filter(|(at, _)| out[*at].is_none()).collect::<Vec<_>>() {
            let partner = order.iter().copied().find(|other| {
                let other_entity = &others[*other];
                !taken[*other] && one.label == other_entity.label && fits(one, other_entity)
            });
            if let Some(partner) = partner {
                taken[partner] = true;
                out[at] = Some(partner);
            }
        }
    }
    out
}

/// The fields that both have and that are not the same; none if they have no field in common.
fn differing(one: &Entity, other: &Entity) -> Option<Vec<String>> {
    let (one, other) = (one.value.as_ref()?, other.value.as_ref()?);
    let mut common = 0;
    let mut out = Vec::new();
    for (name, own) in one.members().iter().filter(|(name, _)| name != "any" && !name.ends_with("_any")) {
        let Some(theirs) = other.get(name) else { continue };
        common += 1;
        let any = format!("{name}_any");
        let also = |of: &Datum, said: &Datum| {
            of.get(&any).is_some_and(|any| any.elements().iter().any(|any| same(any, said)))
        };
        if !same(own, theirs) && !also(one, theirs) && !also(other, own) {
            out.push(format!("{name} {own}, the second: {theirs}"));
        }
    }
    (common > 0).then_some(out)
}

fn same(one: &Datum, other: &Datum) -> bool {
    match (one.number(), other.number()) {
        (Some(one), Some(other)) => one == other,
        _ => one.plain().to_lowercase() == other.plain().to_lowercase(),
    }
}

/// The words of an entity, on one line.
fn words(document: &Document, entity: &Entity) -> String {
    let all = document.text.chars().skip(entity.start as usize);
    let words = all.take(entity.end.saturating_sub(entity.start) as usize);
    words.map(|c| if c.is_whitespace() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kappa_is_what_is_beyond_chance() {
        let said = |counts: &[(&str, &str, u32)]| -> Said {
            counts.iter().map(|(one, other, count)| (((*one).into(), (*other).into()), *count)).collect()
        };
        // The example of Cohen's measure with 20 and 15 of 50 agreed: 0.7 against 0.5 by chance.
        let table = said(&[("yes", "yes", 20), ("yes", "no", 5), ("no", "yes", 10), ("no", "no", 15)]);
        assert!((kappa(&table).expect("a number") - 0.4).abs() < 1e-12);
        assert_eq!(kappa(&said(&[("yes", "yes", 7)])), None, "nothing to tell apart");
        assert_eq!(kappa(&said(&[("yes", "yes", 7), ("no", "no", 1)])), Some(1.0));
        assert_eq!(kappa(&Said::new()), None);
    }

    #[test]
    fn no_entity_has_two_partners() {
        let entity = |start, end| Entity { label: "drug".into(), start, end, ..Entity::default() };
        let ones = [entity(0, 9), entity(0, 4), entity(20, 24)];
        assert_eq!(partners(&ones, &[entity(0, 4), entity(5, 9)]), [Some(1), Some(0), None]);
        assert_eq!(partners(&ones, &[entity(3, 22)]), [Some(0), None, None]);
    }
}
