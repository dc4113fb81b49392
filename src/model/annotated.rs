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
    /// Relations of another number than two.
    pub groups: Vec<Group<'a>>,
    /// Records of the format read for which there is no place here, as they were written.
    pub extra: Vec<Cow<'a, str>>,
}

impl<'a> Annotated<'a> {
    /// A text without marks.
    pub fn new(id: impl Into<Cow<'a, str>>, text: impl Into<Cow<'a, str>>) -> Self {
        Annotated { id: id.into(), text: text.into(), ..Annotated::default() }
    }

    /// The innermost piece of the text that holds all of a place. Without passages the text is one.
    ///
    /// ```
    /// use casegrain::model::{Annotated, Home, Passage, Span};
    /// let mut document = Annotated::new("a", "Fever. No rash.");
    /// assert_eq!(document.home(Span::new(0, 5)), Home::Passage(0));
    /// for (start, end) in [(0, 6), (7, 15)] {
    ///     document.passages.push(Passage { span: Span::new(start, end), ..Passage::default() });
    /// }
    /// assert_eq!(document.home(Span::new(10, 14)), Home::Passage(1));
    /// assert_eq!(document.home(Span::new(0, 14)), Home::Document);
    /// ```
    pub fn home(&self, place: Span) -> Home {
        // Pieces come in the order of the text.
        let holds = |pieces: &[Passage<'_>]| {
            let at = pieces.partition_point(|piece| piece.span.end < place.end);
            pieces.get(at).is_some_and(|piece| piece.span.contains(place)).then_some(at)
        };
        if self.passages.is_empty() {
            return Home::Passage(0);
        }
        let Some(passage) = holds(&self.passages) else { return Home::Document };
        match holds(&self.passages[passage].sentences) {
            Some(sentence) => Home::Sentence(passage, sentence),
            None => Home::Passage(passage),
        }
    }
}

/// Where in a document a mark stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// In none of its pieces.
    Document,
    /// In a passage, by its number from 0.
    Passage(usize),
    /// In a sentence of a passage.
    Sentence(usize, usize),
}

impl Home {
    /// The innermost piece that both are in.
    ///
    /// ```
    /// use casegrain::model::Home;
    /// assert_eq!(Home::Sentence(1, 0).with(Home::Sentence(1, 2)), Home::Passage(1));
    /// assert_eq!(Home::Passage(0).with(Home::Passage(1)), Home::Document);
    /// ```
    pub fn with(self, other: Home) -> Home {
        let passage = |home| match home {
            Home::Document => None,
            Home::Passage(passage) | Home::Sentence(passage, _) => Some(passage),
        };
        match passage(self) {
            _ if self == other => self,
            Some(own) if passage(other) == Some(own) => Home::Passage(own),
            _ => Home::Document,
        }
    }

    /// The piece of that level that this is in.
    ///
    /// ```
    /// use casegrain::model::{Home, Level};
    /// assert_eq!(Home::Sentence(1, 0).at(Level::Passage), Home::Passage(1));
    /// assert_eq!(Home::Passage(1).at(Level::Document), Home::Document);
    /// ```
    pub fn at(self, level: Level) -> Home {
        match (level, self) {
            (Level::Innermost, home) => home,
            (Level::Passage, Home::Sentence(passage, _)) => Home::Passage(passage),
            (Level::Passage, home) => home,
            (Level::Document, _) => Home::Document,
        }
    }
}

/// In which of the pieces around it a format with pieces keeps a mark or a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// In the innermost one.
    #[default]
    Innermost,
    /// In the passage, though a sentence would hold it.
    Passage,
    /// In the document, though a passage would hold it.
    Document,
}

/// A piece of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passage<'a> {
    /// Its place, in bytes.
    pub span: Span,
    /// What is known of it, by name, such as its kind of section.
    pub infons: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// The sentences in which a passage keeps its text, in their order; they have none of their own.
    pub sentences: Vec<Passage<'a>>,
    /// Whether the text stands in the passage as well as in its sentences.
    pub repeats: bool,
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
    /// Its words as a format repeats them, where they are not all those from the first place to the last.
    pub words: Option<Cow<'a, str>>,
    /// The piece of the text that it is kept in.
    pub level: Level,
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
        properties(&self.attributes, &self.fields, self.note.as_deref())
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
    /// The roles of the two, where they are not those that are usual in a format.
    pub roles: Option<(Cow<'a, str>, Cow<'a, str>)>,
    /// What the format calls the two ends, where one is an event and the mark is its trigger.
    pub ends: Option<(Cow<'a, str>, Cow<'a, str>)>,
    /// Properties, as those of a mark.
    pub attributes: Vec<(Cow<'a, str>, Option<Cow<'a, str>>)>,
    /// More that is known of it, as of a mark.
    pub fields: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// A remark for people.
    pub note: Option<Cow<'a, str>>,
    /// The piece of the text that it is kept in.
    pub level: Level,
}

impl Link<'_> {
    /// The roles of the two ends, if they are not the usual ones.
    pub(crate) fn role_names(&self) -> Option<(&str, &str)> {
        self.roles.as_ref().map(|(from, to)| (from.as_ref(), to.as_ref()))
    }

    /// Everything that is known of the link, by name, as of a mark.
    ///
    /// ```
    /// use casegrain::model::Link;
    /// let link = Link { note: Some("see below".into()), ..Link::default() };
    /// assert_eq!(link.properties().collect::<Vec<_>>(), [("note", "see below")]);
    /// ```
    pub fn properties(&self) -> impl Iterator<Item = (&str, &str)> {
        properties(&self.attributes, &self.fields, self.note.as_deref())
    }
}

/// A relation that does not join two marks: it has more members, fewer, or such as are relations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group<'a> {
    /// What it is called.
    pub id: Cow<'a, str>,
    /// The role and the id of each member.
    pub members: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// What is known of it, by name.
    pub infons: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// The piece of the text that it is kept in.
    pub level: Level,
}

/// Attributes, fields and a remark by name, as [`Annotation::properties`] has them.
fn properties<'p>(
    attributes: &'p [(Cow<'_, str>, Option<Cow<'_, str>>)],
    fields: &'p [(Cow<'_, str>, Cow<'_, str>)],
    note: Option<&'p str>,
) -> impl Iterator<Item = (&'p str, &'p str)> {
    let attributes =
        attributes.iter().map(|(name, value)| (name.as_ref(), value.as_deref().unwrap_or("true")));
    let fields = fields.iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
    attributes.chain(fields).chain(note.map(|note| ("note", note)))
}
