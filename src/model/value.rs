//! The fields that an entity's value may carry, and what they hold.

use super::Decimal;
use smallvec::SmallVec;
use std::borrow::Cow;

macro_rules! fields {
    ($($variant:ident $name:literal $kind:ident $doc:literal;)*) => {
        /// A field of an entity's value; the names are those of the output.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Field { $(#[doc = $doc] $variant,)* }

        impl Field {
            /// All fields, in the order in which they are written.
            pub const ALL: &'static [Field] = &[$(Field::$variant),*];

            /// The name in the output.
            pub fn name(self) -> &'static str {
                match self { $(Field::$variant => $name,)* }
            }

            /// What the field holds.
            pub fn kind(self) -> FieldType {
                match self { $(Field::$variant => FieldType::$kind,)* }
            }
        }
    };
}

/// What a field may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// A number as it was written.
    Number,
    /// Words.
    Text,
    /// Whole numbers.
    Integers,
    /// Numbers.
    Numbers,
    /// Yes or no.
    Flag,
}

fields! {
    Analyte "analyte" Text "What was measured: its preferred name.";
    Name "name" Text "The preferred name of a concept.";
    Code "code" Text "A code of a short closed list, such as a sex or a route.";
    System "system" Text "The staging system.";
    Symbol "symbol" Text "The HGNC symbol of a gene.";
    Marker "marker" Text "The preferred name of an immunohistochemical marker.";
    Gene "gene" Text "The HGNC symbol of the gene concerned.";
    FivePrime "five_prime" Text "The gene at the 5' end of a fusion.";
    ThreePrime "three_prime" Text "The gene at the 3' end of a fusion.";
    Hgvs "hgvs" Text "The HGVS description, or HGNC's A::B form of a fusion.";
    Translocation "translocation" Text "ISCN text of a rearrangement.";
    Change "change" Text "What happened to the copy number.";
    Copies "copies" Number "Number of copies.";
    Product "product" Text "The blood product.";
    Site "site" Text "The preferred name of an anatomical site.";
    Laterality "laterality" Text "left, right or bilateral.";
    Category "category" Text "The kind of a procedure.";
    Class "class" Flag "Whether the name stands for a class of drugs.";
    Result "result" Text "A result in words.";
    Status "status" Text "The state of microsatellites.";
    State "state" Text "What a measured value is: measured, reference, threshold, target.";
    Extent "extent" Text "How far or how strongly a marker is expressed.";
    Percent "percent" Number "Percentage of positive cells.";
    Systolic "systolic" Number "Systolic pressure.";
    Diastolic "diastolic" Number "Diastolic pressure.";
    Dimensions "dimensions" Numbers "Lengths in the order written.";
    Value "value" Number "The number of a quantity.";
    Low "low" Number "The lower end of a range.";
    High "high" Number "The upper end of a range.";
    Numerator "numerator" Number "The first number of a ratio.";
    Denominator "denominator" Number "The second number of a ratio.";
    Fractions "fractions" Number "Number of radiotherapy fractions.";
    DosePerFraction "dose_per_fraction" Number "Dose of one radiotherapy fraction.";
    TotalDose "total_dose" Number "Dose of a whole course of radiotherapy.";
    Unit "unit" Text "UCUM code.";
    Comparator "comparator" Text "<, <=, >, >= or ~.";
    Count "count" Number "How many, or how often in a period.";
    Period "period" Number "Length of the period of a frequency.";
    PeriodMax "period_max" Number "Longest length of the period of a frequency, where a range is given.";
    PeriodUnit "period_unit" Text "UCUM code of the period's unit.";
    Days "days" Integers "Days of a cycle.";
    Numbers "numbers" Integers "Which cycles.";
    Iso8601 "iso8601" Text "A date, as exact as the text.";
    Relation "relation" Text "after, before, at or within.";
    Anchor "anchor" Text "The words of the event from which time is counted.";
}

impl Field {
    /// The field of that name in the output.
    pub fn from_name(name: &str) -> Option<Field> {
        Field::ALL.iter().copied().find(|f| f.name() == name)
    }
}

/// What one field of a value holds.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldValue<'x> {
    /// A number as it was written.
    Number(Decimal),
    /// Words from the grammar, from the text or made of both.
    Text(Cow<'x, str>),
    /// Whole numbers.
    Integers(Vec<i64>),
    /// Numbers.
    Numbers(Vec<Decimal>),
    /// Yes or no.
    Flag(bool),
}

impl FieldValue<'_> {
    /// Whether both say the same: numbers are compared by what they are worth, not by the zeros they were written with.
    fn is_same(&self, other: &FieldValue<'_>) -> bool {
        match (self, other) {
            (FieldValue::Number(a), FieldValue::Number(b)) => a.is_same(*b),
            (FieldValue::Numbers(a), FieldValue::Numbers(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is_same(*b))
            }
            _ => self == other,
        }
    }
}

/// The value of an entity: a few fields, in the order of [`Field`].
///
/// ```
/// use casegrain::model::{Decimal, Field, FieldValue, Value};
/// let mut value = Value::default();
/// value.set(Field::Unit, FieldValue::Text("mg/m2".into()));
/// value.set(Field::Value, FieldValue::Number(Decimal::new(15, 1)));
/// assert_eq!(value.text(Field::Unit), Some("mg/m2"));
/// assert_eq!(value.number(Field::Value).unwrap().to_string(), "1.5");
/// assert_eq!(value.iter().map(|(field, _)| field.name()).collect::<Vec<_>>(), ["value", "unit"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Value<'x> {
    fields: SmallVec<[(Field, FieldValue<'x>); 3]>,
}

impl<'x> Value<'x> {
    /// Sets a field, replacing what it held.
    pub fn set(&mut self, field: Field, value: FieldValue<'x>) {
        match self.fields.iter().position(|(f, _)| *f >= field) {
            Some(at) if self.fields[at].0 == field => self.fields[at].1 = value,
            Some(at) => self.fields.insert(at, (field, value)),
            None => self.fields.push((field, value)),
        }
    }

    /// Whether both have the same fields, and these say the same; `2.60` is `2.6`.
    ///
    /// ```
    /// use casegrain::model::{Decimal, Field, FieldValue, Value};
    /// let of = |number: &str| {
    ///     let mut value = Value::default();
    ///     value.set(Field::Value, FieldValue::Number(Decimal::parse(number).unwrap()));
    ///     value
    /// };
    /// assert!(of("2.60").is_same(&of("2.6")) && of("2.60") != of("2.6"));
    /// assert!(!of("2.6").is_same(&of("2.7")) && !of("2.6").is_same(&Value::default()));
    /// ```
    pub fn is_same(&self, other: &Value<'_>) -> bool {
        self.fields.len() == other.fields.len()
            && self.fields.iter().zip(&other.fields).all(|((a, x), (b, y))| a == b && x.is_same(y))
    }

    /// What a field holds.
    pub fn get(&self, field: Field) -> Option<&FieldValue<'x>> {
        self.fields.iter().find(|(f, _)| *f == field).map(|(_, v)| v)
    }

    /// The words that a field holds, if it holds words.
    pub fn text(&self, field: Field) -> Option<&str> {
        match self.get(field) {
            Some(FieldValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The number that a field holds, if it holds one.
    pub fn number(&self, field: Field) -> Option<Decimal> {
        match self.get(field) {
            Some(FieldValue::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// All fields that are set, in the order in which they are written.
    pub fn iter(&self) -> impl Iterator<Item = (Field, &FieldValue<'x>)> {
        self.fields.iter().map(|(f, v)| (*f, v))
    }

    /// Whether no field is set.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
}
