//! `brat`: standoff annotation, a `.txt` and an `.ann` file for each document, and `annotation.conf`.

use super::annotated::{annotated, without_passages};
use super::head::Head;
use super::{Document, Folder, Format, Gather, Rendered, files};
use crate::model::{Annotated, Annotation, EntityType, Link, Span, Status, Subject, Time};
use crate::write::brat::{Configuration, standoff};
use rustc_hash::FxHashSet;
use std::borrow::Cow;
use std::io;

/// For the brat rapid annotation tool.
pub(super) static FORMAT: Format = Format {
    name: "brat",
    about: "brat standoff: the text, an .ann file beside it, and annotation.conf",
    needs_text: true,
    built: true,
    render,
    gather: |_| Box::new(Brat { files: files(), links: FxHashSet::default(), cases: 0 }),
};

/// A shared piece: a kind of link and the types at its ends, with tabs between.
const LINK: usize = 0;

/// A shared piece: the highest number of a patient.
const CASES: usize = 1;

fn render(document: &Document<'_>, out: &mut Rendered) {
    let marks = annotated(document);
    without_passages(document, &[Head::Length], out);
    out.files.push((".ann".into(), standoff(&marks).into_bytes()));
    out.files.push((".txt".into(), document.text.as_bytes().to_vec()));
    // The configuration must name every kind of link with the types at its ends.
    let mut seen = FxHashSet::default();
    for relation in &document.record.relations {
        let Some((from, to)) = document.named(&relation.from).zip(document.named(&relation.to)) else {
            continue;
        };
        if seen.insert((&relation.kind, from.kind, to.kind)) {
            let line = format!("{}\t{}\t{}", relation.kind, from.kind.name(), to.kind.name());
            out.shared.push((LINK, line.into_bytes()));
        }
    }
    // And every value of an attribute.
    if let Some(most) = document.record.entities.iter().filter_map(|entity| entity.case).max() {
        out.shared.push((CASES, most.to_string().into_bytes()));
    }
}

struct Brat {
    files: Box<dyn Gather>,
    links: FxHashSet<Vec<u8>>,
    cases: u16,
}

impl Gather for Brat {
    fn take(&mut self, rendered: &Rendered, folder: &mut Folder) -> io::Result<()> {
        for (kind, bytes) in &rendered.shared {
            if *kind == LINK && !self.links.contains(bytes) {
                self.links.insert(bytes.clone());
            } else if *kind == CASES {
                let number = String::from_utf8_lossy(bytes).parse().unwrap_or_default();
                self.cases = self.cases.max(number);
            }
        }
        self.files.take(rendered, folder)
    }

    /// The configuration is the same for every run but for its links: brat refuses what it has not been told of.
    fn finish(&mut self, folder: &mut Folder) -> io::Result<()> {
        let mut everything = Annotated::new("", "");
        let numbers: Vec<String> = (1..=self.cases).map(|number| number.to_string()).collect();
        for kind in EntityType::ALL {
            let mut mark = Annotation::new(kind.name(), kind.name(), Span::default());
            let statuses = Status::ALL.iter().map(|value| ("status", value.name()));
            let subjects = Subject::ALL.iter().map(|value| ("subject", value.name()));
            let times = Time::ALL.iter().map(|value| ("time", value.name()));
            let cases = numbers.iter().map(|number| ("case", number.as_str()));
            let all = statuses.chain(subjects).chain(times).chain(cases);
            mark.attributes = all.map(|(name, value)| (name.into(), Some(value.into()))).collect();
            everything.annotations.push(mark);
        }
        for link in &self.links {
            let line = String::from_utf8_lossy(link);
            let mut columns = line.split('\t').map(|column| Cow::Owned(column.to_owned()));
            if let (Some(label), Some(from), Some(to)) = (columns.next(), columns.next(), columns.next()) {
                everything.links.push(Link { label, from, to, ..Link::default() });
            }
        }
        let mut configuration = Configuration::default();
        configuration.add(&everything);
        folder.write("annotation.conf", configuration.annotation_conf().as_bytes())?;
        self.files.finish(folder)
    }
}
