//! Two runs in step.

use crate::read::Failure;
use crate::run::{Reader, Record};
use rustc_hash::FxHashMap;

/// Brings the records of two runs together by their ids. Records whose partner has not come yet wait; of runs over the
/// same input none ever does, since their order is that of the input.
///
/// ```
/// use casegrain::{diff::walk, run::Reader};
/// let run = |ids: &[&str]| ids.iter().map(|id| format!("{{\"id\":\"{id}\",\"entities\":[]}}\n")).collect::<String>();
/// let (old, new) = (run(&["a", "b", "c"]), run(&["a", "c", "d"]));
/// let mut met = Vec::new();
/// walk(Reader::new("old", old.as_bytes()).unwrap(), Reader::new("new", new.as_bytes()).unwrap(), |old, new| {
///     met.push((old.map(|r| r.id.clone()), new.map(|r| r.id.clone())));
/// }).unwrap();
/// let id = |id: &str| Some(id.to_string());
/// assert_eq!(met, [(id("a"), id("a")), (id("c"), id("c")), (id("b"), None), (None, id("d"))]);
/// ```
///
/// # Errors
/// When a record cannot be read, or two of one run have the same id. Half a run is not compared.
pub fn walk(
    mut old: Reader<'_>,
    mut new: Reader<'_>,
    mut each: impl FnMut(Option<&Record>, Option<&Record>),
) -> Result<(), Failure> {
    let (mut old_waits, mut new_waits) = (Waiting::default(), Waiting::default());
    loop {
        let (a, b) = (old.next().transpose()?, new.next().transpose()?);
        match (&a, &b) {
            (None, None) => break,
            (Some(a), Some(b)) if a.id == b.id => {
                each(Some(a), Some(b));
                continue;
            }
            _ => {}
        }
        if let Some(a) = a {
            match new_waits.take(&a.id) {
                Some(b) => each(Some(&a), Some(&b)),
                None => old_waits.put(a)?,
            }
        }
        if let Some(b) = b {
            match old_waits.take(&b.id) {
                Some(a) => each(Some(&a), Some(&b)),
                None => new_waits.put(b)?,
            }
        }
    }
    for record in old_waits.rest() {
        each(Some(&record), None);
    }
    for record in new_waits.rest() {
        each(None, Some(&record));
    }
    Ok(())
}

/// Records whose partner has not come yet, with the order in which they came.
#[derive(Default)]
struct Waiting {
    records: FxHashMap<String, (u64, Record)>,
    came: u64,
}

impl Waiting {
    fn put(&mut self, record: Record) -> Result<(), Failure> {
        self.came += 1;
        let id = record.id.clone();
        match self.records.insert(id.clone(), (self.came, record)) {
            None => Ok(()),
            Some(_) => Err(Failure::new("the run", format!("has two records of the id `{id}`"))),
        }
    }

    fn take(&mut self, id: &str) -> Option<Record> {
        self.records.remove(id).map(|(_, record)| record)
    }

    fn rest(self) -> impl Iterator<Item = Record> {
        let mut all: Vec<(u64, Record)> = self.records.into_values().collect();
        all.sort_by_key(|(came, _)| *came);
        all.into_iter().map(|(_, record)| record)
    }
}
