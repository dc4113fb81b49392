//! Which fact of one run is which of the other.

use crate::run::{Entity, Record};
use rustc_hash::FxHashMap;

/// What became of a fact.
#[derive(Debug)]
pub(super) enum Pair<'r> {
    /// Both runs have it alike.
    Same,
    /// It says something else, has another type or stands at another place.
    Changed(&'r Entity, &'r Entity),
    /// Only the old run has it.
    Lost(&'r Entity),
    /// Only the new run has it.
    Added(&'r Entity),
}

/// Pairs the facts of a document: first those of the same type and place, then those of the same place, then those of
/// the same type that overlap. Both lists are in the order of the text, so all three steps are one pass each.
pub(super) fn pairs<'r>(old: &'r [Entity], new: &'r [Entity]) -> Vec<Pair<'r>> {
    let mut out = Vec::new();
    let mut old_left: Vec<&Entity> = Vec::new();
    let mut new_left: Vec<Option<&Entity>> = new.iter().map(Some).collect();
    let mut by_place: FxHashMap<(u8, u32, u32), Vec<usize>> = FxHashMap::default();
    for (at, entity) in new.iter().enumerate().rev() {
        by_place.entry((entity.kind as u8, entity.start, entity.end)).or_default().push(at);
    }
    for entity in old {
        let candidates = by_place.get_mut(&(entity.kind as u8, entity.start, entity.end));
        // Several facts may share type and place, as the markers of a list do; the same one goes first.
        let found = candidates.and_then(|all| {
            let same = all.iter().rposition(|at| alike(entity, &new[*at]));
            same.map(|place| all.remove(place)).or_else(|| all.pop())
        });
        match found {
            Some(at) => {
                new_left[at] = None;
                out.push(if alike(entity, &new[at]) { Pair::Same } else { Pair::Changed(entity, &new[at]) });
            }
            None => old_left.push(entity),
        }
    }
    let old_left =
        claim(old_left, &mut new_left, &mut out, |old, new| (old.start, old.end) == (new.start, new.end));
    let old_left =
        claim(old_left, &mut new_left, &mut out, |old, new| old.kind == new.kind && overlap(old, new));
    out.extend(old_left.into_iter().map(Pair::Lost));
    out.extend(new_left.into_iter().flatten().map(Pair::Added));
    out
}

fn overlap(a: &Entity, b: &Entity) -> bool {
    a.start < b.end && b.start < a.end
}

/// Pairs what is left where `fits`; both sides are in the order of the text.
fn claim<'r>(
    old: Vec<&'r Entity>,
    new: &mut [Option<&'r Entity>],
    out: &mut Vec<Pair<'r>>,
    fits: impl Fn(&Entity, &Entity) -> bool,
) -> Vec<&'r Entity> {
    let mut left = Vec::new();
    let mut from = 0;
    for entity in old {
        // What ends before this begins ends before all that follow.
        while new.get(from).is_some_and(|other| other.is_none_or(|other| other.end <= entity.start)) {
            from += 1;
        }
        let within =
            new[from..].iter_mut().take_while(|other| other.is_none_or(|other| other.start < entity.end));
        let found = within.into_iter().find(|other| other.is_some_and(|other| fits(entity, other)));
        match found.and_then(Option::take) {
            Some(other) => out.push(Pair::Changed(entity, other)),
            None => left.push(entity),
        }
    }
    left
}

/// Whether two facts of one type and place say the same. Which rule said it does not matter, nor with how many zeros a
/// number is written.
fn alike(a: &Entity, b: &Entity) -> bool {
    a.value.is_same(&b.value)
        && a.assertion == b.assertion
        && a.parts == b.parts
        && a.case == b.case
        && a.text == b.text
}

/// The relations that only one of two records has: their type, and whether it is the new one.
pub(super) fn relations<'r>(old: &'r Record, new: &'r Record) -> Vec<(&'r str, bool)> {
    fn keys(record: &Record) -> Vec<(&str, [u32; 4])> {
        let place = |id: &str| record.entity(id).map_or([0, 0], |e| [e.start, e.end]);
        let mut all: Vec<_> = record
            .relations
            .iter()
            .map(|r| {
                let ([a, b], [c, d]) = (place(&r.from), place(&r.to));
                (r.kind.as_str(), [a, b, c, d])
            })
            .collect();
        all.sort_unstable();
        all
    }
    let (old, new) = (keys(old), keys(new));
    let (mut a, mut b) = (old.iter().peekable(), new.iter().peekable());
    let mut out = Vec::new();
    loop {
        match (a.peek(), b.peek()) {
            (Some(x), Some(y)) if x == y => {
                a.next();
                b.next();
            }
            (Some(x), Some(y)) if x < y => {
                out.push((x.0, false));
                a.next();
            }
            (_, Some(y)) => {
                out.push((y.0, true));
                b.next();
            }
            (Some(x), None) => {
                out.push((x.0, false));
                a.next();
            }
            (None, None) => return out,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(entities: &str) -> Record {
        serde_json::from_str(&format!(r#"{{"id":"a","entities":[{entities}]}}"#)).expect("a record")
    }

    fn told(old: &str, new: &str) -> Vec<String> {
        let (old, new) = (record(old), record(new));
        let show = |e: &Entity| format!("{} {}..{}", e.kind.name(), e.start, e.end);
        pairs(&old.entities, &new.entities)
            .iter()
            .map(|pair| match pair {
                Pair::Same => "same".to_owned(),
                Pair::Changed(a, b) => format!("{} to {}", show(a), show(b)),
                Pair::Lost(a) => format!("lost {}", show(a)),
                Pair::Added(a) => format!("added {}", show(a)),
            })
            .collect()
    }

    fn entity(kind: &str, start: u32, end: u32, more: &str) -> String {
        format!(r#"{{"type":"{kind}","start":{start},"end":{end}{more}}}"#)
    }

    #[test]
    fn facts_are_paired_by_place_then_by_overlap() {
        let old = [
            entity("drug", 0, 5, r#","value":{"name":"a"},"rule":"x""#),
            entity("drug", 6, 9, ""),
            entity("finding", 10, 14, ""),
            entity("dose", 20, 24, ""),
        ];
        let new = [
            entity("drug", 0, 5, r#","value":{"name":"a"},"rule":"y""#),
            entity("drug", 6, 12, ""),
            entity("disease", 10, 14, ""),
            entity("dose", 30, 34, ""),
        ];
        assert_eq!(
            told(&old.join(","), &new.join(",")),
            [
                "same",
                "finding 10..14 to disease 10..14",
                "drug 6..9 to drug 6..12",
                "lost dose 20..24",
                "added dose 30..34"
            ]
        );
    }

    #[test]
    fn numbers_are_the_same_whatever_their_zeros() {
        let value = |value: &str| entity("size", 0, 5, &format!(r#","value":{value}"#));
        for (old, new, told_as) in [
            (r#"{"value":2.60,"unit":"cm"}"#, r#"{"value":2.6,"unit":"cm"}"#, "same"),
            (r#"{"dimensions":[2.0,3]}"#, r#"{"dimensions":[2,3.00]}"#, "same"),
            (r#"{"dimensions":[2,3]}"#, r#"{"dimensions":[3,2]}"#, "size 0..5 to size 0..5"),
            (r#"{"value":2.60}"#, r#"{"value":2.06}"#, "size 0..5 to size 0..5"),
            (r#"{"value":2.6,"unit":"cm"}"#, r#"{"value":2.60}"#, "size 0..5 to size 0..5"),
            (r#"{"value":0.10000000000000001}"#, r#"{"value":0.1}"#, "size 0..5 to size 0..5"),
        ] {
            assert_eq!(told(&value(old), &value(new)), [told_as], "{old} {new}");
        }
    }

    #[test]
    fn several_facts_at_one_place_find_their_own() {
        let marker = |name: &str| entity("ihc", 0, 5, &format!(r#","value":{{"marker":"{name}"}}"#));
        let old = [marker("CD20"), marker("CD3")].join(",");
        let new = [marker("CD3"), marker("CD20"), marker("CD5")].join(",");
        assert_eq!(told(&old, &new), ["same", "same", "added ihc 0..5"]);
    }

    #[test]
    fn relations_are_told_by_their_ends() {
        let entities =
            [entity("drug", 0, 5, r#","id":"T1""#), entity("dose", 6, 9, r#","id":"T2""#)].join(",");
        let with = |relations: &str| -> Record {
            let json = format!(r#"{{"id":"a","entities":[{entities}],"relations":[{relations}]}}"#);
            serde_json::from_str(&json).expect("a record")
        };
        let dose = r#"{"type":"dose_of","from":"T2","to":"T1"}"#;
        let route = r#"{"type":"route_of","from":"T2","to":"T1"}"#;
        let (old, new) = (with(dose), with(route));
        assert_eq!(relations(&old, &new), [("dose_of", false), ("route_of", true)]);
        assert!(relations(&old, &old).is_empty());
    }
}
