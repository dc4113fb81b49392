//! What links two facts.

use super::EntityType;

macro_rules! relation_types {
    ($($variant:ident $name:literal $doc:literal;)*) => {
        /// How one entity belongs to another. A closed list: registries and tests rely on the names.
        ///
        /// ```
        /// use casegrain::model::RelationType;
        /// assert_eq!(RelationType::from_name("dose_of"), Some(RelationType::DoseOf));
        /// assert_eq!(RelationType::PartOf.name(), "part_of");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum RelationType { $(#[doc = $doc] $variant,)* }

        impl RelationType {
            /// All types.
            pub const ALL: &'static [RelationType] = &[$(RelationType::$variant),*];

            /// The name in the output and in the rules.
            pub fn name(self) -> &'static str {
                match self { $(RelationType::$variant => $name,)* }
            }
        }
    };
}

relation_types! {
    DoseOf "dose_of" "A dose to its drug.";
    RouteOf "route_of" "A route to its drug.";
    FrequencyOf "frequency_of" "A frequency to its drug or regimen.";
    DurationOf "duration_of" "A duration to what lasted: a drug, a finding, a disease, a procedure.";
    ScheduleOf "schedule_of" "Days of a cycle to their drug or regimen.";
    CycleOf "cycle_of" "Cycles to their drug or regimen.";
    PartOf "part_of" "A drug to its regimen; part of a radiotherapy course to the course.";
    GivenWith "given_with" "A drug to the one told before it that was given in the same course.";
    ReasonFor "reason_for" "A disease or finding to the drug, regimen or procedure that it was the reason for.";
    SizeOf "size_of" "A size to what is so large.";
    SiteOf "site_of" "An anatomical site to the disease, finding, procedure or measurement there.";
    ResultOf "result_of" "A result to the procedure that gave it.";
    TimeOf "time_of" "A time to what was then.";
    ChangedTo "changed_to" "An earlier size, measurement or dose to the later one.";
}

impl RelationType {
    /// The types of entities from which such a relation may start; any if empty.
    pub fn starts_from(self) -> &'static [EntityType] {
        use EntityType as T;
        match self {
            RelationType::DoseOf => &[T::Dose],
            RelationType::RouteOf => &[T::Route],
            RelationType::FrequencyOf => &[T::Frequency],
            RelationType::DurationOf => &[T::Duration],
            RelationType::ScheduleOf => &[T::Schedule],
            RelationType::CycleOf => &[T::Cycle],
            RelationType::PartOf => &[T::Drug, T::Radiotherapy],
            RelationType::GivenWith => &[T::Drug],
            RelationType::SizeOf => &[T::Size],
            RelationType::SiteOf => &[T::Anatomy],
            RelationType::TimeOf => &[T::RelativeTime, T::Date, T::Age, T::Duration, T::Schedule, T::Cycle],
            RelationType::ReasonFor => &[T::Disease, T::Finding],
            RelationType::ResultOf | RelationType::ChangedTo => &[],
        }
    }

    /// The type of that name.
    pub fn from_name(name: &str) -> Option<RelationType> {
        RelationType::ALL.iter().copied().find(|t| t.name() == name)
    }
}

/// A directed link between two entities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relation<'x> {
    /// How the first belongs to the second.
    pub kind: RelationType,
    /// Index of the entity it starts from.
    pub from: u32,
    /// Index of the entity it leads to.
    pub to: u32,
    /// The rule that made it, as file/rule.
    pub rule: &'x str,
}
