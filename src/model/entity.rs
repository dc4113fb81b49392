//! A fact with its place in the text.

use super::case::Role;
use super::{Field, Span, Value};
use smallvec::SmallVec;

macro_rules! entity_types {
    ($($variant:ident $name:literal [$($field:ident),*] $doc:literal;)*) => {
        /// What kind of fact an entity is.
        ///
        /// ```
        /// use casegrain::model::{EntityType, Field};
        /// let kind = EntityType::from_name("dose").unwrap();
        /// assert_eq!(kind, EntityType::Dose);
        /// assert!(kind.fields().contains(&Field::Unit));
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum EntityType { $(#[doc = $doc] $variant,)* }

        impl EntityType {
            /// All types.
            pub const ALL: &'static [EntityType] = &[$(EntityType::$variant),*];

            /// The name in the output and in the rules.
            pub fn name(self) -> &'static str {
                match self { $(EntityType::$variant => $name,)* }
            }

            /// The fields that a value of this type may carry.
            pub fn fields(self) -> &'static [Field] {
                match self { $(EntityType::$variant => &[$(Field::$field),*],)* }
            }
        }
    };
}

entity_types! {
    Age "age" [Value, Low, High, Unit, Comparator] "How old somebody is.";
    Sex "sex" [Code] "Sex of a person.";
    Duration "duration" [Value, Low, High, Unit, Comparator] "How long something lasts or has lasted.";
    Date "date" [Iso8601] "A calendar date or part of one.";
    RelativeTime "relative_time" [Value, Low, High, Unit, Comparator, Relation, Anchor] "A time told from an event.";
    Frequency "frequency" [Count, Low, High, Period, PeriodMax, PeriodUnit] "How often.";
    Drug "drug" [Name, Class] "A drug or a class of drugs.";
    Dose "dose" [Value, Low, High, Unit, Comparator] "How much is given.";
    Route "route" [Code] "Where a drug goes in.";
    Schedule "schedule" [Days] "On which days of a cycle.";
    Cycle "cycle" [Numbers, Count] "Which cycles, or how many.";
    Regimen "regimen" [Name] "A named combination of drugs.";
    Radiotherapy "radiotherapy" [Fractions, DosePerFraction, TotalDose, Unit, Comparator] "A radiation dose.";
    Measurement "measurement" [Analyte, Value, Low, High, Unit, Comparator, Result, Laterality, State, Systolic, Diastolic]
        "A measured quantity or a result in words.";
    Size "size" [Dimensions, Low, High, Unit, Comparator] "How large something is.";
    Percentage "percentage" [Value, Low, High, Comparator] "A percentage that no other type claims.";
    Ratio "ratio" [Numerator, Denominator] "A ratio that no other type claims.";
    Count "count" [Value, Low, High, Comparator] "A number of things that no other type claims.";
    Transfusion "transfusion" [Product, Value, Low, High, Unit, Comparator] "A blood product given.";
    Ihc "ihc" [Marker, Result, Extent, Percent, Low, High, Comparator] "Expression of a marker.";
    Fusion "fusion" [FivePrime, ThreePrime, Hgvs] "A fusion of two genes.";
    Rearrangement "rearrangement" [Gene, Translocation] "A rearranged gene or a translocation.";
    Variant "variant" [Gene, Hgvs] "A sequence variant.";
    CopyNumber "copy_number" [Gene, Change, Copies] "A change of copy number.";
    Msi "msi" [Status] "Microsatellite state.";
    Tmb "tmb" [Value, Low, High, Unit, Comparator, Result] "Tumour mutational burden.";
    Gene "gene" [Symbol] "A gene that no other type claims.";
    Stage "stage" [System, Code] "A tumour stage or grade.";
    Finding "finding" [Name, Site, Laterality] "A sign, symptom or test finding.";
    Disease "disease" [Name, Site, Laterality] "A diagnosis.";
    Anatomy "anatomy" [Site, Laterality] "An anatomical site.";
    Procedure "procedure" [Name, Category, Site, Laterality] "Something done to or for a patient.";
    Outcome "outcome" [Code] "How it ended.";
}

impl EntityType {
    /// The type of that name.
    pub fn from_name(name: &str) -> Option<EntityType> {
        EntityType::ALL.iter().copied().find(|t| t.name() == name)
    }
}

macro_rules! names {
    ($(#[$meta:meta])* $type:ident { $($(#[$doc:meta])* $variant:ident $name:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $type { $($(#[$doc])* $variant,)* }

        impl $type {
            /// All values.
            pub const ALL: &'static [$type] = &[$($type::$variant),*];

            /// The name in the output and in the rules.
            pub fn name(self) -> &'static str {
                match self { $($type::$variant => $name,)* }
            }

            /// The value of that name.
            pub fn from_name(name: &str) -> Option<$type> {
                $type::ALL.iter().copied().find(|v| v.name() == name)
            }
        }
    };
}

names! {
    /// Whether the text says that it is so.
    Status {
        /// It is so.
        #[default]
        Present "present",
        /// It is not so.
        Absent "absent",
        /// It may be so.
        Possible "possible",
        /// It is so under a condition.
        Conditional "conditional",
        /// It is only thought of.
        Hypothetical "hypothetical",
    }
}

names! {
    /// Whom a fact is about.
    Subject {
        /// The patient of the report.
        #[default]
        Patient "patient",
        /// A relative.
        Family "family",
        /// Somebody else, such as a donor.
        Other "other",
        /// What the authors say of the disease or of other patients.
        Literature "literature",
    }
}

names! {
    /// When it is so, seen from the episode that the report tells.
    Time {
        /// In the episode.
        #[default]
        Current "current",
        /// Before it.
        History "history",
        /// Intended.
        Planned "planned",
    }
}

/// How a fact is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Assertion {
    /// Whether it is so.
    pub status: Status,
    /// Whom it is about.
    pub subject: Subject,
    /// When.
    pub time: Time,
}

/// The words from which one field was read, where they lie outside the entity's own span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The field.
    pub field: Field,
    /// Its words.
    pub span: Span,
}

/// One fact.
///
/// ```
/// let extractor = casegrain::Extractor::new().unwrap();
/// let report = extractor.extract("Case 1\nA 40-year-old man.\nCase 2\nA 7-month-old girl.");
/// let cases: Vec<_> = report.entities.iter().map(|e| (report.words(e), e.case)).collect();
/// assert!(cases.contains(&("40-year-old", Some(1))) && cases.contains(&("7-month-old", Some(2))));
/// ```
#[derive(Clone, Debug)]
pub struct Entity<'x> {
    /// What kind of fact.
    pub kind: EntityType,
    /// The smallest text that carries the value.
    pub span: Span,
    /// What it says.
    pub value: Value<'x>,
    /// The codes of its concept as the vocabulary has them: `SYSTEM:CODE`, with `|` between; see [`Entity::codings`].
    pub codes: &'x str,
    /// Where fields were read from, as far as that is outside `span`.
    pub parts: SmallVec<[Part; 2]>,
    /// How it is meant.
    pub assertion: Assertion,
    /// Which relative it is about, where the subject is the family and the text says so: `mother`.
    pub relative: Option<&'x str>,
    /// Which patient it is about, counted from 1, where the report tells of several one by one.
    pub case: Option<u16>,
    /// The place of a diagnosis in the course of the case, where words near it tell it; for the record.
    pub role: Option<Role>,
    /// Index of the section it stands in.
    pub section: u32,
    /// The rule that read it, as file/rule.
    pub rule: &'x str,
}

impl<'x> Entity<'x> {
    /// System and code of its concept, for each system that a vocabulary names.
    ///
    /// ```
    /// let extractor = casegrain::Extractor::new().unwrap();
    /// let report = extractor.extract("A mutation of the gene TP53 was found.");
    /// let gene = report.entities.iter().find(|e| e.kind.name() == "gene").unwrap();
    /// assert_eq!(gene.codings().collect::<Vec<_>>(), [("HGNC", "11998")]);
    /// ```
    pub fn codings(&self) -> impl Iterator<Item = (&'x str, &'x str)> + use<'x> {
        let codes = self.codes.split('|').map(str::trim).filter(|code| !code.is_empty());
        codes.map(|code| code.split_once(':').unwrap_or(("", code)))
    }
}
