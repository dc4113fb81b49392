//! A text with marks on it, in no particular format: what annotators' tools exchange.

use super::Span;

/// One text and what is marked in it. Readers and writers of annotation formats meet here, so that a format has to
/// know nothing of another, nor of what the labels mean.
///
/// ```
/// use casegrain::model::{Annotated, Annotation, Span};
/// let mut document = Annotated::new("note-1", "Denies chest pain.");
/// let mut pain = Annotation::new("T1", "finding", Span::new(7, 17));
/// pain.attributes.push(("status".into(), Some("absent".into())));
/// pain.fields.push(("name".into(), "chest pain".into()));
/// document.annotations.push(pain);
/// let standoff = casegrain::write::brat::standoff(&document);
/// assert!(standoff.starts_with("T1\tfinding 7 17\tchest pain\nA1\tstatus T1 absent\n"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Annotated {
    /// What the document is called.
    pub id: String,
    /// Its text.
    pub text: String,
    /// What else is known of the document, by name.
    pub infons: Vec<(String, String)>,
    /// The pieces in which some formats keep a text, in its order; empty for one that covers all.
    pub passages: Vec<Passage>,
    /// What is marked.
    pub annotations: Vec<Annotation>,
    /// Links between what is marked.
    pub links: Vec<Link>,
    /// Records of the format read for which there is no place here, as they were written.
    pub extra: Vec<String>,
}

impl Annotated {
    /// A text without marks.
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Annotated { id: id.into(), text: text.into(), ..Annotated::default() }
    }
}

/// A piece of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passage {
    /// Its place, in bytes.
    pub span: Span,
    /// What is known of it, by name, such as its kind of section.
    pub infons: Vec<(String, String)>,
}

/// One mark.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Annotation {
    /// What links call it.
    pub id: String,
    /// What kind of thing is marked.
    pub label: String,
    /// Its place, in bytes; several where words between do not belong to it. In the order of the text.
    pub spans: Vec<Span>,
    /// Properties from short closed lists, or such as are only there or not.
    pub attributes: Vec<(String, Option<String>)>,
    /// What was read from the words, by name. Numbers and lists stand as in JSON, text without quotes.
    pub fields: Vec<(String, String)>,
    /// A remark for people.
    pub note: Option<String>,
}

impl Annotation {
    /// A mark at one place.
    pub fn new(id: impl Into<String>, label: impl Into<String>, span: Span) -> Self {
        Annotation { id: id.into(), label: label.into(), spans: vec![span], ..Annotation::default() }
    }

    /// From the beginning of the first place to the end of the last.
    ///
    /// ```
    /// use casegrain::model::{Annotation, Span};
    /// let mut mark = Annotation::new("T1", "anatomy", Span::new(4, 8));
    /// mark.spans.push(Span::new(20, 26));
    /// assert_eq!(mark.reach(), Span::new(4, 26));
    /// ```
    pub fn reach(&self) -> Span {
        self.spans.iter().copied().reduce(Span::union).unwrap_or_default()
    }
}

/// A directed link between two marks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// What the link is called.
    pub id: String,
    /// What kind of link.
    pub label: String,
    /// The id of the mark that it starts from.
    pub from: String,
    /// The id of the mark that it leads to.
    pub to: String,
    /// The roles of the two; empty for those that are usual in a format.
    pub roles: (String, String),
}
