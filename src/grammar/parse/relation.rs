//! Blocks that begin with `relation`.

use super::{File, Parsed, clauses, expect, name, space, symbol, token};
use crate::grammar::diagnostic::{Diagnostic, nearest};
use crate::grammar::syntax::{FactTest, Guard, GuardKind, ListRule, RelationRule, Side, Within};
use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while1};
use nom::character::complete::{char, digit1};
use nom::combinator::opt;
use nom::multi::separated_list1;
use nom::sequence::{delimited, terminated};
use std::sync::Arc;

/// Longer ones stand before their beginnings.
const KEYWORDS: &[&str] = &[
    "within",
    "at most",
    "not across",
    "across",
    "through",
    "not over",
    "over",
    "from list",
    "to list",
    "from not before",
    "from not after",
    "from before",
    "from after",
    "to not before",
    "to not after",
    "to before",
    "to after",
    "not in sentence with",
    "in sentence with",
    "not in section",
    "in section",
    "not in row",
    "not in column",
    "in row",
    "in column",
    "alike",
    "in order",
    "once",
    "also",
    "=>",
    "yes",
    "no",
];

const SIDES: &[(&str, Side)] =
    &[("after", Side::After), ("before", Side::Before), ("beside", Side::Beside), ("inside", Side::Inside)];

type Pair = (Vec<FactTest>, Side, Vec<FactTest>);

impl<'a> File<'a> {
    /// One `relation` block; `None` if something in it is wrong, which is then told in `found`.
    pub(super) fn relation(&self, block: &'a str, found: &mut Vec<Diagnostic>) -> Option<RelationRule> {
        let header = block.lines().next().unwrap_or_default();
        let rule_name = self.rule_name(header, "relation", found)?;
        let clauses = clauses(&block[header.len()..], KEYWORDS);
        let errors = found.len();
        let (seekers, side, partners) = match clauses.first().map(|(_, text)| self.pair(text, rule_name)) {
            Some(Ok(pair)) => pair,
            Some(Err(diagnostic)) => {
                found.push(*diagnostic);
                return None;
            }
            None => return None,
        };
        let mut rule = RelationRule {
            name: rule_name.to_owned(),
            place: self.word(rule_name),
            seekers,
            side,
            partners,
            within: Within::default(),
            most: None,
            across: None,
            not_across: None,
            through: None,
            over: Vec::new(),
            not_over: Vec::new(),
            guards: Vec::new(),
            seeker_guards: Vec::new(),
            partner_guards: Vec::new(),
            seeker_list: None,
            partner_list: None,
            alike: Vec::new(),
            in_order: false,
            once: false,
            also: false,
            makes: None,
            examples: Arc::default(),
        };
        for (keyword, clause) in clauses.into_iter().skip(1) {
            if let Err(diagnostic) = self.relation_clause(&mut rule, keyword, clause) {
                found.push(*diagnostic);
            }
        }
        (found.len() == errors).then_some(rule)
    }

    /// `dose after drug<class=false> | regimen`
    fn pair(&self, clause: &'a str, rule_name: &'a str) -> Result<Pair, Box<Diagnostic>> {
        let wrong = |place, message: &str| {
            Box::new(
                Diagnostic::error("E060", self.path, place, message)
                    .hint("write who looks for whom: dose after drug; after, before, beside or inside"),
            )
        };
        if space(clause).is_ok_and(|(rest, ())| rest.is_empty()) {
            return Err(wrong(self.word(rule_name), "the rule links nothing"));
        }
        let parse = |i: &'a str| -> Parsed<'a, _> {
            let (rest, seekers) = expect("an entity type", |i| self.facts(i))(i)?;
            let (rest, word) = expect("after, before, beside or inside", token(name))(rest)?;
            let (rest, partners) = expect("an entity type", |i| self.facts(i))(rest)?;
            Ok((rest, (seekers, word, partners)))
        };
        let (seekers, word, partners) = self.whole(parse(clause))?;
        match SIDES.iter().find(|(side, _)| *side == word) {
            Some((_, side)) => Ok((seekers, *side, partners)),
            None => Err(wrong(self.word(word), &format!("`{word}` is no side"))),
        }
    }

    /// `drug<class=false> | regimen`
    fn facts<'i>(&self, input: &'i str) -> Parsed<'i, Vec<FactTest>> {
        let words = |i: &'i str| -> Parsed<'i, &'i str> {
            token(take_while1(|c: char| c.is_alphanumeric() || " -_./".contains(c))).parse(i)
        };
        let field = |i: &'i str| -> Parsed<'i, _> {
            let (i, field) = expect("a field", token(name))(i)?;
            let (i, sign) = expect("`=` or `!=`", alt((tag("!="), tag("="))))(i)?;
            let (i, all) = expect("what the field holds", separated_list1(char('|'), words))(i)?;
            let all = all.into_iter().map(|w| w.trim().to_owned()).collect();
            Ok((i, (field.to_owned(), sign == "!=", all, self.word(field))))
        };
        let fact = |i: &'i str| -> Parsed<'i, FactTest> {
            let (i, word) = name(space(i)?.0)?;
            let (i, fields) = opt(delimited(
                char('<'),
                separated_list1(symbol(","), field),
                expect("`,` or `>`", token(char('>'))),
            ))
            .parse(i)?;
            let fields = fields.unwrap_or_default();
            Ok((space(i)?.0, FactTest { kind: word.to_owned(), place: self.word(word), fields }))
        };
        separated_list1(symbol("|"), fact).parse(input)
    }

    fn relation_clause(
        &self,
        rule: &mut RelationRule,
        keyword: &'a str,
        clause: &'a str,
    ) -> Result<(), Box<Diagnostic>> {
        let pattern = || self.whole(self.pattern(clause));
        let guard = |kind| Guard { kind, negated: keyword.contains("not "), place: self.word(keyword) };
        match keyword {
            "within" => rule.within = self.within(clause)?,
            "at most" => {
                let most = |i: &'a str| -> Parsed<'a, &'a str> {
                    terminated(token(expect("a number of tokens", digit1)), opt(tag("tokens"))).parse(i)
                };
                rule.most = Some(self.whole(most(clause))?.parse().unwrap_or(u32::MAX));
            }
            "across" => rule.across = Some(pattern()?),
            "not across" => rule.not_across = Some(pattern()?),
            "through" => rule.through = Some(pattern()?),
            "over" => rule.over.extend(self.names(clause)),
            "not over" => rule.not_over.extend(self.names(clause)),
            "from list" => rule.seeker_list = Some(self.list_rule(clause)?),
            "to list" => rule.partner_list = Some(self.list_rule(clause)?),
            "from before" | "from not before" => {
                rule.seeker_guards.push(guard(GuardKind::Before(pattern()?)))
            }
            "from after" | "from not after" => rule.seeker_guards.push(guard(GuardKind::After(pattern()?))),
            "to before" | "to not before" => rule.partner_guards.push(guard(GuardKind::Before(pattern()?))),
            "to after" | "to not after" => rule.partner_guards.push(guard(GuardKind::After(pattern()?))),
            "in sentence with" | "not in sentence with" => {
                rule.guards.push(guard(GuardKind::Sentence(pattern()?)));
            }
            "in section" | "not in section" => {
                rule.guards.push(guard(GuardKind::Section(self.names(clause))))
            }
            "in row" | "not in row" => rule.guards.push(guard(GuardKind::Row)),
            "in column" | "not in column" => rule.guards.push(guard(GuardKind::Column(pattern()?))),
            "alike" => rule.alike.extend(self.names(clause)),
            "in order" => rule.in_order = true,
            "once" => rule.once = true,
            "also" => rule.also = true,
            "=>" => {
                let makes = |i: &'a str| -> Parsed<'a, _> {
                    let (i, word) = expect("a relation type", token(name))(i)?;
                    let (i, reversed) = opt(token(tag("reversed"))).parse(i)?;
                    Ok((i, (word.to_owned(), reversed.is_some(), self.word(word))))
                };
                rule.makes = Some(self.whole(makes(clause))?);
            }
            "yes" | "no" => {
                let example = self.example(keyword == "yes", clause)?;
                Arc::make_mut(&mut rule.examples).push(example);
            }
            _ => unreachable!("`clauses` knows the keywords"),
        }
        Ok(())
    }

    /// `separator | "at" over dose, route`, each part of which may be missing.
    fn list_rule(&self, clause: &'a str) -> Result<ListRule, Box<Diagnostic>> {
        let (pattern, types) = match over(clause) {
            Some(at) => (&clause[..at], &clause[at + OVER.len()..]),
            None => (clause, &clause[clause.len()..]),
        };
        let empty = space(pattern).is_ok_and(|(rest, ())| rest.is_empty());
        let separator = if empty { None } else { Some(self.whole(self.pattern(pattern))?) };
        Ok(ListRule { separator, over: self.names(types) })
    }

    fn within(&self, clause: &'a str) -> Result<Within, Box<Diagnostic>> {
        let word = self.whole(expect("sentence, row, column, table or section", token(name))(clause))?;
        Within::ALL.iter().find(|(n, _)| *n == word).map(|(_, w)| *w).ok_or_else(|| {
            let hint = nearest(word, Within::ALL.iter().map(|(n, _)| *n))
                .map_or("use sentence, row, column, table or section".to_owned(), |n| {
                    format!("did you mean `{n}`?")
                });
            let message = format!("nothing stands within a `{word}`");
            Box::new(Diagnostic::error("E062", self.path, self.word(word), message).hint(hint))
        })
    }
}

const OVER: &str = "over";

/// Where the word `over` stands in a clause, outside quotes.
fn over(clause: &str) -> Option<usize> {
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in clause.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None => {
                let after = clause[at..].strip_prefix(OVER).and_then(|rest| rest.chars().next());
                if before.is_whitespace() && after.is_some_and(char::is_whitespace) {
                    return Some(at);
                }
            }
        }
        before = c;
    }
    None
}
