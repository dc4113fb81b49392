//! What a `.grain` file says, as parsed: no meaning yet.

use std::ops::Range;
use std::sync::Arc;

/// Byte offsets in the file.
pub type Place = Range<usize>;

/// One top-level block.
#[derive(Clone, Debug)]
pub enum Item {
    /// `import "file.grain"`
    Import {
        /// Path below the grammar folder.
        path: String,
        /// Where.
        place: Place,
    },
    /// `dimension name = mass, mass/time`
    Dimension {
        /// Its name, used as `unit<name>`.
        name: String,
        /// Products of base dimensions.
        members: Vec<(String, Place)>,
        /// Where.
        place: Place,
    },
    /// `fragment name(parameters) = pattern`
    Fragment(Arc<Fragment>),
    /// `rule name …` or `context name …`
    Rule(Box<Rule>),
    /// `relation name …`
    Relation(Box<RelationRule>),
}

/// A named pattern.
#[derive(Clone, Debug)]
pub struct Fragment {
    /// Its name.
    pub name: String,
    /// Whether files that import this one see it.
    pub public: bool,
    /// Names that stand for patterns.
    pub parameters: Vec<String>,
    /// What it matches.
    pub pattern: Pattern,
    /// Where its name stands.
    pub place: Place,
}

/// What a rule makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleKind {
    /// Entities.
    Entity,
    /// A cue that qualifies entities.
    Context,
}

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What it makes.
    pub kind: RuleKind,
    /// Its name, unique in its file.
    pub name: String,
    /// Where its name stands.
    pub place: Place,
    /// What it matches.
    pub pattern: Pattern,
    /// What must hold around a match.
    pub guards: Vec<Guard>,
    /// Types and rules that lose against it wherever the two overlap.
    pub overrides: Vec<(String, Place)>,
    /// Whether it counts only where no other rule finds a fact of its type in the report.
    pub fallback: bool,
    /// What it makes of a match.
    pub productions: Vec<Production>,
    /// For context rules: where the cue works.
    pub scope: Scope,
    /// Its tests.
    pub examples: Arc<Vec<Example>>,
}

/// Where a cue works.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Works on what follows.
    pub forward: bool,
    /// Works on what precedes.
    pub backward: bool,
    /// At most so many tokens away.
    pub most: Option<u32>,
    /// The cue only keeps shorter cues inside it from working.
    pub pseudo: bool,
    /// Ends the scope of other cues.
    pub terminator: bool,
    /// Works on the whole section.
    pub whole_section: bool,
    /// Works up to the end of its paragraph or, where it ends one itself, of the next.
    pub paragraph: bool,
    /// Entity types that it works on; all if empty.
    pub types: Vec<(String, Place)>,
    /// Words that end the scope.
    pub stop: Option<Pattern>,
    /// Whether the general terminators do not stop it.
    pub through: bool,
}

/// A condition on the surroundings of a match.
#[derive(Clone, Debug)]
pub struct Guard {
    /// What is looked at.
    pub kind: GuardKind,
    /// Whether it must not hold.
    pub negated: bool,
    /// Where it stands in the file.
    pub place: Place,
}

/// What a guard looks at.
#[derive(Clone, Debug)]
pub enum GuardKind {
    /// The pattern begins right after the match.
    Before(Pattern),
    /// The pattern ends right before the match.
    After(Pattern),
    /// The pattern stands somewhere in the same sentence.
    Sentence(Pattern),
    /// The pattern stands somewhere in the first words of the report, where it says who the patient is.
    Opening(Pattern),
    /// The pattern stands somewhere in the report.
    Report(Pattern),
    /// The match is in a section of one of these kinds.
    Section(Vec<(String, Place)>),
    /// The match is in a table row.
    Row,
    /// The pattern stands in the heading of the column of a table in which the match begins.
    Column(Pattern),
}

/// What a rule makes of a match.
#[derive(Clone, Debug)]
pub struct Production {
    /// Entity type, or empty for a context rule.
    pub kind: String,
    /// Where the type stands.
    pub place: Place,
    /// From which capture to which the entity reaches; the whole match if none.
    pub span: Option<(String, String, Place)>,
    /// The fields.
    pub fields: Vec<FieldRule>,
    /// The list capture of which each item gives an entity.
    pub each: Option<(String, Place)>,
    /// `status absent`, `subject family`, `time history`, `case n`, `role provisional`.
    pub assertions: Vec<(String, String, Place)>,
    /// Only if this capture matched.
    pub condition: Option<(String, Place)>,
}

/// One field of a production.
#[derive(Clone, Debug)]
pub enum FieldRule {
    /// `name: expression`
    Set {
        /// The field.
        name: String,
        /// What it holds.
        value: Expression,
        /// Where the name stands.
        place: Place,
    },
    /// `..q`: all fields of a quantity.
    Spread {
        /// The capture.
        capture: String,
        /// Where.
        place: Place,
    },
}

/// How a field is filled.
#[derive(Clone, Debug)]
pub enum Expression {
    /// A capture or a bare word.
    Name(String, Place),
    /// `c.attribute`
    Attribute(String, String, Place),
    /// `"words"`
    Text(String, Place),
    /// `3`
    Number(String, Place),
    /// `function(a, b)`
    Call(String, Vec<Expression>, Place),
    /// `[a, b]`
    List(Vec<Expression>, Place),
    /// `a or b`: the first that is there.
    Or(Vec<Expression>),
}

/// A pattern over tokens.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// One after the other.
    Sequence(Vec<Pattern>),
    /// The first that fits.
    Choice(Vec<Pattern>),
    /// Between so many and so many times, as often as possible.
    Repeat(Box<Pattern>, u32, u32),
    /// `name:pattern`
    Capture(String, Box<Pattern>, Place),
    /// `pattern -> constant`: the capture around it holds the constant.
    Tag(Box<Pattern>, Expression),
    /// `"words"`, in any case, or `'Words'`, in this case.
    Literal {
        /// The words.
        text: String,
        /// Whether the case counts.
        exact: bool,
        /// Where.
        place: Place,
    },
    /// A built-in, a vocabulary, a fragment or a parameter, with what stands in `<>` and in `()`.
    Reference {
        /// Its name.
        name: String,
        /// What stands between `<` and `>`.
        options: Vec<(String, Option<String>, Place)>,
        /// What stands between `(` and `)`.
        arguments: Vec<Pattern>,
        /// Where.
        place: Place,
    },
    /// `..n(not: pattern)`: at most n tokens of any kind, as few as possible, none of which begins the pattern.
    Gap {
        /// At most so many tokens.
        most: u32,
        /// What may not be crossed.
        stop: Option<Box<Pattern>>,
        /// Where.
        place: Place,
    },
}

/// A test that stands in a rule.
#[derive(Clone, Debug)]
pub struct Example {
    /// Whether the rule must match.
    pub positive: bool,
    /// The text, without brackets.
    pub text: String,
    /// The bracketed parts, as byte offsets in `text`.
    pub spans: Vec<Place>,
    /// For each part the fields and what they must hold.
    pub values: Vec<Vec<(String, String)>>,
    /// Where the line stands.
    pub place: Place,
}

/// A rule that links facts.
#[derive(Clone, Debug)]
pub struct RelationRule {
    /// Its name, unique in its file.
    pub name: String,
    /// Where its name stands.
    pub place: Place,
    /// The facts that look for a partner.
    pub seekers: Vec<FactTest>,
    /// On which side of the partner the seeker stands.
    pub side: Side,
    /// The partners.
    pub partners: Vec<FactTest>,
    /// Where both must stand.
    pub within: Within,
    /// At most so many tokens lie between them.
    pub most: Option<u32>,
    /// All that may lie between them.
    pub across: Option<Pattern>,
    /// What may not begin between them.
    pub not_across: Option<Pattern>,
    /// What must lie between them.
    pub through: Option<Pattern>,
    /// With `across`: facts of these types may lie between them, too.
    pub over: Vec<(String, Place)>,
    /// Facts of these types may not lie between them.
    pub not_over: Vec<(String, Place)>,
    /// What must hold around the two.
    pub guards: Vec<Guard>,
    /// What must hold around the seeker.
    pub seeker_guards: Vec<Guard>,
    /// What must hold around the partner.
    pub partner_guards: Vec<Guard>,
    /// Seekers in a list share their partners.
    pub seeker_list: Option<ListRule>,
    /// Partners in a list share the seeker.
    pub partner_list: Option<ListRule>,
    /// The partners of a list must be alike in having facts of these types behind them.
    pub alike: Vec<(String, Place)>,
    /// Two lists are paired one by one.
    pub in_order: bool,
    /// A partner has one seeker at most.
    pub once: bool,
    /// Facts that have a partner already may find another one.
    pub also: bool,
    /// The relation type, whether it leads from the partner to the seeker, and where it stands.
    pub makes: Option<(String, bool, Place)>,
    /// Its tests.
    pub examples: Arc<Vec<Example>>,
}

/// What may stand between two facts of a list.
#[derive(Clone, Debug, Default)]
pub struct ListRule {
    /// Words; the prelude's `separator` if none.
    pub separator: Option<Pattern>,
    /// Facts of these types.
    pub over: Vec<(String, Place)>,
}

/// `drug<class=false>`
#[derive(Clone, Debug)]
pub struct FactTest {
    /// The entity type.
    pub kind: String,
    /// Where it stands.
    pub place: Place,
    /// Fields, whether they must not hold the words, and the words.
    pub fields: Vec<(String, bool, Vec<String>, Place)>,
}

/// On which side of its partner a seeker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Behind it.
    After,
    /// In front of it.
    Before,
    /// On either side, the nearer first.
    Beside,
    /// Inside it.
    Inside,
}

/// Where both facts of a pair stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Within {
    /// In one sentence.
    #[default]
    Sentence,
    /// In one row of a table.
    Row,
    /// In one column of a table, the partner nearest above (or below).
    Column,
    /// In one table.
    Table,
    /// In one section.
    Section,
}

impl Within {
    /// All places, by name.
    pub const ALL: &'static [(&'static str, Within)] = &[
        ("sentence", Within::Sentence),
        ("row", Within::Row),
        ("column", Within::Column),
        ("table", Within::Table),
        ("section", Within::Section),
    ];
}
