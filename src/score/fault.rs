//! Single things that went wrong.

/// How many characters around a fact are shown.
pub(crate) const AROUND: u32 = 60;

/// The weight of what turns a fact into another one: another number, unit, drug, side or result.
pub(super) const GRAVE: u32 = 5;

/// The weight of what follows from another fault, which is counted itself.
pub(super) const FOLLOWS: u32 = 0;

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// Gold has it, the run does not.
    Missed,
    /// The run has it, and gold rules it out.
    False,
    /// It was found with another value.
    Value,
    /// It was found with another status.
    Status,
    /// It was found, of somebody else.
    Subject,
    /// It was found, at another time.
    Time,
    /// It was found, but begins or ends elsewhere.
    Place,
    /// A relation of gold that the run does not have.
    RelationMissed,
    /// A relation of the run that gold does not have.
    RelationFalse,
    /// A leaf of gold's case record that the run's does not have.
    CaseMissed,
    /// A leaf of the run's case record that gold's does not have.
    CaseFalse,
}

impl FaultKind {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            FaultKind::Missed => "missed",
            FaultKind::False => "false",
            FaultKind::Value => "value",
            FaultKind::Status => "status",
            FaultKind::Subject => "subject",
            FaultKind::Time => "time",
            FaultKind::Place => "place",
            FaultKind::RelationMissed => "relation missed",
            FaultKind::RelationFalse => "relation false",
            FaultKind::CaseMissed => "case missed",
            FaultKind::CaseFalse => "case false",
        }
    }

    /// How bad it is, if nothing more is known of it. What is said of the wrong person, or affirmed where it is denied,
    /// is worse than what was made up; that is worse than a gap; and where a fact begins and ends changes nothing that it
    /// says.
    pub fn weight(self) -> u32 {
        match self {
            FaultKind::Status | FaultKind::Subject => GRAVE,
            FaultKind::False => 4,
            FaultKind::Missed
            | FaultKind::Value
            | FaultKind::Time
            | FaultKind::RelationMissed
            | FaultKind::RelationFalse
            | FaultKind::CaseMissed
            | FaultKind::CaseFalse => 3,
            FaultKind::Place => 1,
        }
    }
}

/// One thing that went wrong, in its context.
#[derive(Clone, Debug)]
pub struct Fault {
    /// What went wrong.
    pub kind: FaultKind,
    /// The label of gold, or the type predicted.
    pub label: String,
    /// The document.
    pub document: String,
    /// Where the words begin, in code points.
    pub start: u32,
    /// Where they end, exclusive.
    pub end: u32,
    /// What stands before the words.
    pub before: String,
    /// The words.
    pub words: String,
    /// What stands after them.
    pub after: String,
    /// What gold says.
    pub gold: String,
    /// What the run says.
    pub got: String,
    /// The rule at fault: the one that made the wrong entity, or, for what was missed, the one that took its words
    /// for something else, or else the one that came nearest, if that was tried
    /// ([`note_nearest`](super::note_nearest)). Empty where no rule did anything.
    pub rule: String,
    /// For what was missed: how the nearest rule failed, if that was tried.
    pub near: String,
    /// Why, in words that all faults alike share.
    pub reason: String,
    /// What it is about, or what was taken for what; empty for what is no more than a number.
    pub what: String,
    /// How bad it is: 5 at most, and 0 for what follows from another fault, as a fact that was not found cannot be in the
    /// record.
    pub weight: u32,
}
