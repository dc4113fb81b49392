//! Single things that went wrong.

/// How many characters around a fact are shown.
pub(crate) const AROUND: u32 = 60;

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
            FaultKind::RelationMissed => "relation missed",
            FaultKind::RelationFalse => "relation false",
            FaultKind::CaseMissed => "case missed",
            FaultKind::CaseFalse => "case false",
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
    /// for something else. Empty where no rule did anything.
    pub rule: String,
}
