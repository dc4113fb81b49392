//! A text with marks on it, in no particular format: what annotators' tools exchange.

use super::Span;
use smallvec::{SmallVec, smallvec};
use std::borrow::Cow;

/// One text and what is marked in it. Readers and writers of annotation formats meet here, so that a format has to
/// know nothing of another, nor of what the labels mean. Words may be borrowed from where they are, since a report has
/// hundreds of marks with a dozen words each.
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
pub struct Annotated<'a> {
    /// What the document is called.
    pub id: Cow<'a, str>,
    /// Its text.
    pub text: Cow<'a, str>,
    /// What else is known of the document, by name.
    pub infons: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// The pieces in which some formats keep a text, in its order; empty for one that covers all.
    pub passages: Vec<Passage<'a>>,
    /// What is marked.
    pub annotations: Vec<Annotation<'a>>,
    /// Links between what is marked.
    pub links: Vec<Link<'a>>,
    /// Records of the format read for which there is no place here, as they were written.
    pub extra: Vec<Cow<'a, str>>,
}

impl<'a> Annotated<'a> {
    /// A text without marks.
    pub fn new(id: impl Into<Cow<'a, str>>, text: impl Into<Cow<'a, str>>) -> Self {
        Annotated { id: id.into(), text: text.into(), ..Annotated::default() }
    }
}

/// A piece of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passage<'a> {
    /// Its place, in bytes.
    pub span: Span,
    /// What is known of it, by name, such as its kind of section.
    pub infons: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// One mark.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Annotation<'a> {
    /// What links call it.
    pub id: Cow<'a, str>,
    /// What kind of thing is marked.
    pub label: Cow<'a, str>,
    /// Its place, in bytes; several where words between do not belong to it. In the order of the text.
    pub spans: SmallVec<[Span; 1]>,
    /// Properties from short closed lists, or such as are only there or not.
    pub attributes: Vec<(Cow<'a, str>, Option<Cow<'a, str>>)>,
    /// What was read from the words, by name. Numbers and lists stand as in JSON, text without quotes.
    pub fields: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// A remark for people.
    pub note: Option<Cow<'a, str>>,
}

impl<'a> Annotation<'a> {
    /// A mark at one place.
    pub fn new(id: impl Into<Cow<'a, str>>, label: impl Into<Cow<'a, str>>, span: Span) -> Self {
        Annotation { id: id.into(), label: label.into(), spans: smallvec![span], ..Annotation::default() }
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

    /// Everything that is known of the mark, by name: attributes, of which those without a value are `true`, then
    /// fields, then the remark as `note`.
    ///
    /// ```
    /// use casegrain::model::{Annotation, Span};
    /// let mut mark = Annotation::new("T1", "finding", Span::new(4, 8));
    /// mark.attributes.push(("Negation".into(), None));
    /// mark.note = Some("see below".into());
    /// assert_eq!(mark.properties().collect::<Vec<_>>(), [("Negation", "true"), ("note", "see below")]);
    /// ```
    pub fn properties(&self) -> impl Iterator<Item = (&str, &str)> {
        let attributes =
            self.attributes.iter().map(|(name, value)| (name.as_ref(), value.as_deref().unwrap_or("true")));
        let fields = self.fields.iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
        attributes.chain(fields).chain(self.note.iter().map(|note| ("note", note.as_ref())))
    }
}

/// A directed link between two marks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link<'a> {
    /// What the link is called.
    pub id: Cow<'a, str>,
    /// What kind of link.
    pub label: Cow<'a, str>,
    /// The id of the mark that it starts from.
    pub from: Cow<'a, str>,
    /// The id of the mark that it leads to.
    pub to: Cow<'a, str>,
    /// The roles of the two; empty for those that are usual in a format.
    pub roles: (Cow<'a, str>, Cow<'a, str>),
}
