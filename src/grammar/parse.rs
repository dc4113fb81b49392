//! Reads `.grain` files with nom. A bad block is reported and skipped, so that one run shows all errors.

mod relation;

use super::diagnostic::Diagnostic;
use super::syntax::{
    Example, Expression, FieldRule, Fragment, Guard, GuardKind, Item, Pattern, Place, Production, Rule,
    RuleKind, Scope,
};
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while1};
use nom::character::complete::{char, digit1, satisfy};
use nom::combinator::{opt, recognize};
use nom::error::{ErrorKind, ParseError};
use nom::multi::{many0, separated_list0, separated_list1};
use nom::sequence::{delimited, pair, preceded};
use nom::{IResult, Parser};
use std::sync::Arc;

/// Why a parse failed: the rest of the text there, and what was expected.
#[derive(Debug)]
struct Fail<'a> {
    rest: &'a str,
    expected: &'static str,
}

impl<'a> ParseError<&'a str> for Fail<'a> {
    fn from_error_kind(rest: &'a str, _: ErrorKind) -> Self {
        Fail { rest, expected: "" }
    }

    fn append(_: &'a str, _: ErrorKind, other: Self) -> Self {
        other
    }

    /// The branch that got furthest knows best.
    fn or(self, other: Self) -> Self {
        if other.rest.len() < self.rest.len()
            || other.rest.len() == self.rest.len() && self.expected.is_empty()
        {
            other
        } else {
            self
        }
    }
}

type Parsed<'a, T> = IResult<&'a str, T, Fail<'a>>;

/// Fails for good, with what was expected.
fn expect<'a, T>(
    expected: &'static str,
    mut inner: impl Parser<&'a str, Output = T, Error = Fail<'a>>,
) -> impl FnMut(&'a str) -> Parsed<'a, T> {
    move |input| match inner.parse(input) {
        Err(nom::Err::Error(fail)) => {
            let deeper = fail.rest.len() < input.len() && !fail.expected.is_empty();
            Err(nom::Err::Failure(if deeper { fail } else { Fail { rest: input, expected } }))
        }
        other => other,
    }
}

fn fail<'a, T>(rest: &'a str, expected: &'static str) -> Parsed<'a, T> {
    Err(nom::Err::Error(Fail { rest, expected }))
}

/// White space and comments.
fn space(mut input: &str) -> Parsed<'_, ()> {
    loop {
        let trimmed = input.trim_start();
        match trimmed.strip_prefix('#') {
            Some(comment) => input = comment.find('\n').map_or("", |n| &comment[n..]),
            None => return Ok((trimmed, ())),
        }
    }
}

fn token<'a, T>(
    inner: impl Parser<&'a str, Output = T, Error = Fail<'a>>,
) -> impl Parser<&'a str, Output = T, Error = Fail<'a>> {
    delimited(space, inner, space)
}

fn symbol<'a>(text: &'static str) -> impl Parser<&'a str, Output = &'a str, Error = Fail<'a>> {
    token(tag(text))
}

fn name(input: &str) -> Parsed<'_, &str> {
    recognize(pair(
        satisfy(|c| c.is_ascii_alphabetic() || c == '_'),
        take_while(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-'),
    ))
    .parse(input)
}

/// A file with the offset arithmetic that nom's rests need.
struct File<'a> {
    path: &'a str,
    text: &'a str,
}

impl<'a> File<'a> {
    fn offset(&self, rest: &str) -> usize {
        // Rests are suffixes of a slice that ends where `text` says; blocks are parsed with their end in place,
        // so the distance is measured from the front.
        (rest.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize).min(self.text.len())
    }

    fn place(&self, from: &str, to: &str) -> Place {
        let start = self.offset(from);
        start..self.offset(to).max(start)
    }

    fn word(&self, word: &str) -> Place {
        let start = self.offset(word);
        start..start + word.len()
    }

    fn fail(&self, fail: &Fail<'_>) -> Diagnostic {
        let at = self.offset(fail.rest);
        let found = fail.rest.chars().next().map_or("the end of the block".to_owned(), |c| {
            if c == '\n' { "the end of the line".to_owned() } else { format!("`{c}`") }
        });
        let expected = if fail.expected.is_empty() { "something else" } else { fail.expected };
        let end = (at + fail.rest.chars().next().map_or(0, char::len_utf8)).max(at);
        Diagnostic::error("E001", self.path, at..end, format!("expected {expected}, found {found}"))
    }

    // ---- patterns -------------------------------------------------------------------------------------------

    fn pattern<'i>(&self, input: &'i str) -> Parsed<'i, Pattern> {
        let (mut rest, first) = self.sequence(input)?;
        let mut more = Vec::new();
        while let Ok((after, _)) = symbol("|").parse(rest) {
            let (after, next) = expect("a pattern after `|`", |i| self.sequence(i))(after)?;
            more.push(next);
            rest = after;
        }
        Ok((rest, first_and(first, more, Pattern::Choice)))
    }

    fn sequence<'i>(&self, input: &'i str) -> Parsed<'i, Pattern> {
        let (rest, ()) = space(input)?;
        let (rest, first) = self.suffixed(rest)?;
        let mut more = Vec::new();
        let mut rest = space(rest)?.0;
        loop {
            match self.suffixed(rest) {
                Ok((after, part)) => {
                    more.push(part);
                    rest = space(after)?.0;
                }
                Err(nom::Err::Error(_)) => break,
                Err(error) => return Err(error),
            }
        }
        let pattern = first_and(first, more, Pattern::Sequence);
        match symbol("->").parse(rest) {
            Ok((rest, _)) => {
                let (rest, value) = expect("a constant", |i| self.constant(i))(rest)?;
                Ok((rest, Pattern::Tag(Box::new(pattern), value)))
            }
            Err(_) => Ok((rest, pattern)),
        }
    }

    fn constant<'i>(&self, input: &'i str) -> Parsed<'i, Expression> {
        alt((
            |i| {
                let (rest, digits) = number(i)?;
                Ok((rest, Expression::Number(digits.to_owned(), self.word(digits))))
            },
            |i| {
                let (rest, text) = string(i, '"')?;
                Ok((rest, Expression::Text(text, self.place(i, rest))))
            },
            |i| {
                let (rest, word) = name(i)?;
                Ok((rest, Expression::Text(word.to_owned(), self.word(word))))
            },
        ))
        .parse(input)
    }

    fn suffixed<'i>(&self, input: &'i str) -> Parsed<'i, Pattern> {
        if let Ok((rest, word)) = name(input)
            && let Some(after) = rest.strip_prefix(':')
        {
            let after = space(after)?.0;
            let (rest, inner) = expect("a pattern after the capture's name", |i| self.repeated(i))(after)?;
            return Ok((rest, Pattern::Capture(word.to_owned(), Box::new(inner), self.word(word))));
        }
        self.repeated(input)
    }

    fn repeated<'i>(&self, input: &'i str) -> Parsed<'i, Pattern> {
        let (rest, atom) = self.atom(input)?;
        let counts = |i| {
            let (i, _) = char('{').parse(i)?;
            let (i, low) = token(digit1).parse(i)?;
            let (i, high) = opt(preceded(char(','), token(digit1))).parse(i)?;
            let (i, _) = expect("`}`", char('}'))(i)?;
            let low: u32 = low.parse().unwrap_or(0);
            Ok((i, (low, high.map_or(low, |h: &str| h.parse().unwrap_or(low)))))
        };
        let (rest, times) = opt(alt((
            |i| char('?').map(|_| (0, 1)).parse(i),
            |i| char('*').map(|_| (0, 16)).parse(i),
            |i| char('+').map(|_| (1, 16)).parse(i),
            counts,
        )))
        .parse(rest)?;
        Ok((
            rest,
            match times {
                Some((low, high)) => Pattern::Repeat(Box::new(atom), low, high),
                None => atom,
            },
        ))
    }

    fn atom<'i>(&self, input: &'i str) -> Parsed<'i, Pattern> {
        match input.chars().next() {
            Some('"') => {
                let (rest, text) = string(input, '"')?;
                Ok((rest, Pattern::Literal { text, exact: false, place: self.place(input, rest) }))
            }
            Some('\'') => {
                let (rest, text) = string(input, '\'')?;
                Ok((rest, Pattern::Literal { text, exact: true, place: self.place(input, rest) }))
            }
            Some('(') => {
                let (rest, _) = char('(').parse(input)?;
                let (rest, inner) = expect("a pattern", |i| self.pattern(i))(rest)?;
                let (rest, _) = expect("`)` or `|`", symbol(")"))(rest)?;
                Ok((trim_back(input, rest), inner))
            }
            Some('.') => self.gap(input),
            Some(c) if c.is_ascii_alphabetic() || c == '_' => self.reference(input),
            _ => fail(input, "a pattern: \"words\", 'Words', a name, `(`, or `..n`"),
        }
    }

    fn gap<'i>(&self, input: &'i str) -> Parsed<'i, Pattern> {
        let (rest, _) = tag("..").parse(input)?;
        let (rest, most) = expect("how many tokens the gap may have, as in ..5", digit1)(rest)?;
        let stop = |i| {
            let (i, _) = char('(').parse(i)?;
            let (i, _) =
                expect("`not:` and what may not be crossed", token(pair(tag("not"), symbol(":"))))(i)?;
            let (i, inner) = expect("a pattern", |i| self.pattern(i))(i)?;
            let (i, _) = expect("`)`", char(')'))(i)?;
            Ok((i, inner))
        };
        let (rest, stop) = opt(stop).parse(rest)?;
        let place = self.place(input, rest);
        Ok((rest, Pattern::Gap { most: most.parse().unwrap_or(u32::MAX), stop: stop.map(Box::new), place }))
    }

    fn reference<'i>(&self, input: &'i str) -> Parsed<'i, Pattern> {
        let (rest, word) = name(input)?;
        let option = |i| {
            let (i, key) =
                token(take_while1(|c: char| c.is_ascii_alphanumeric() || "_-/%".contains(c))).parse(i)?;
            let (i, value) = opt(preceded(
                symbol("="),
                alt((
                    |i| string(i, '"'),
                    |i| {
                        take_while1(|c: char| c.is_alphanumeric() || "_-".contains(c))
                            .map(str::to_owned)
                            .parse(i)
                    },
                )),
            ))
            .parse(i)?;
            Ok((i, (key.to_owned(), value, self.word(key))))
        };
        let (rest, options) = opt(delimited(
            char('<'),
            expect("a name", separated_list1(symbol(","), option)),
            expect("`>`", token(char('>'))),
        ))
        .parse(rest)?;
        let rest = trim_back(input, rest);
        let (rest, arguments) = opt(delimited(
            char('('),
            separated_list0(symbol(","), |i| self.pattern(i)),
            expect("`)`", token(char(')'))),
        ))
        .parse(rest)?;
        let rest = trim_back(input, rest);
        Ok((
            rest,
            Pattern::Reference {
                name: word.to_owned(),
                options: options.unwrap_or_default(),
                arguments: arguments.unwrap_or_default(),
                place: self.word(word),
            },
        ))
    }

    // ---- productions ----------------------------------------------------------------------------------------

    fn production<'i>(&self, input: &'i str, kind: RuleKind) -> Parsed<'i, Production> {
        let (rest, ()) = space(input)?;
        let mut production = Production {
            kind: String::new(),
            place: self.place(rest, rest),
            span: None,
            fields: Vec::new(),
            each: None,
            assertions: Vec::new(),
            condition: None,
        };
        let mut rest = rest;
        if kind == RuleKind::Entity {
            let (after, word) = expect("an entity type", name)(rest)?;
            production.kind = word.to_owned();
            production.place = self.word(word);
            rest = space(after)?.0;
            if let Some(after) = rest.strip_prefix('@') {
                let (after, first) = expect("a capture", token(name))(after)?;
                let (after, last) =
                    opt(preceded(tag(".."), expect("a capture", token(name)))).parse(after)?;
                production.span =
                    Some((first.to_owned(), last.unwrap_or(first).to_owned(), self.word(first)));
                rest = space(after)?.0;
            }
            if rest.starts_with('{') {
                let (after, fields) = delimited(
                    char('{'),
                    separated_list0(symbol(","), |i| self.field(i)),
                    expect("`,` or `}`", token(char('}'))),
                )
                .parse(rest)?;
                production.fields = fields;
                rest = space(after)?.0;
            }
        }
        loop {
            rest = space(rest)?.0;
            if rest.is_empty() {
                return Ok((rest, production));
            }
            let (after, word) =
                expect("`for each`, `if`, `status`, `subject`, `time`, `case` or `role`", name)(rest)?;
            let after = space(after)?.0;
            match word {
                "for" => {
                    let (after, _) = expect("`each`", token(tag("each")))(after)?;
                    let (after, capture) = expect("a capture", token(name))(after)?;
                    production.each = Some((capture.to_owned(), self.word(capture)));
                    rest = after;
                }
                "if" => {
                    let (after, capture) = expect("a capture", token(name))(after)?;
                    production.condition = Some((capture.to_owned(), self.word(capture)));
                    rest = after;
                }
                "status" | "subject" | "time" | "case" | "role" => {
                    let (after, value) = expect("a value", token(name))(after)?;
                    production.assertions.push((word.to_owned(), value.to_owned(), self.word(value)));
                    rest = symbol(",").parse(after).map_or(after, |(r, _)| r);
                }
                _ => {
                    return Err(nom::Err::Failure(Fail {
                        rest,
                        expected: "`for each`, `if`, `status`, `subject`, `time`, `case` or `role`",
                    }));
                }
            }
        }
    }

    fn field<'i>(&self, input: &'i str) -> Parsed<'i, FieldRule> {
        let (rest, ()) = space(input)?;
        if let Some(after) = rest.strip_prefix("..") {
            let (after, capture) = expect("a capture", name)(after)?;
            return Ok((after, FieldRule::Spread { capture: capture.to_owned(), place: self.word(capture) }));
        }
        let (rest, word) = name(rest)?;
        let (rest, _) = expect("`:`", symbol(":"))(rest)?;
        let (rest, value) = expect("a value", |i| self.expression(i))(rest)?;
        Ok((rest, FieldRule::Set { name: word.to_owned(), value, place: self.word(word) }))
    }

    fn expression<'i>(&self, input: &'i str) -> Parsed<'i, Expression> {
        let (rest, mut options) =
            separated_list1(token(pair(tag("or"), satisfy_space)), |i| self.single(i)).parse(input)?;
        Ok((rest, if options.len() == 1 { options.remove(0) } else { Expression::Or(options) }))
    }

    fn single<'i>(&self, input: &'i str) -> Parsed<'i, Expression> {
        let (input, ()) = space(input)?;
        match input.chars().next() {
            Some('"') => {
                let (rest, text) = string(input, '"')?;
                Ok((rest, Expression::Text(text, self.place(input, rest))))
            }
            Some('[') => {
                let (rest, items) = delimited(
                    char('['),
                    separated_list0(symbol(","), |i| self.expression(i)),
                    expect("`]`", token(char(']'))),
                )
                .parse(input)?;
                Ok((rest, Expression::List(items, self.place(input, rest))))
            }
            Some(c) if c.is_ascii_digit() => {
                let (rest, digits) = number(input)?;
                Ok((rest, Expression::Number(digits.to_owned(), self.word(digits))))
            }
            _ => {
                let (rest, word) = name(input)?;
                if let Some(after) = rest.strip_prefix('.') {
                    let (rest, attribute) = expect("the name of a column or field", name)(after)?;
                    let place = self.place(input, rest);
                    return Ok((rest, Expression::Attribute(word.to_owned(), attribute.to_owned(), place)));
                }
                if rest.starts_with('(') {
                    let (rest, arguments) = delimited(
                        char('('),
                        separated_list0(symbol(","), |i| self.expression(i)),
                        expect("`)`", token(char(')'))),
                    )
                    .parse(rest)?;
                    return Ok((rest, Expression::Call(word.to_owned(), arguments, self.word(word))));
                }
                Ok((rest, Expression::Name(word.to_owned(), self.word(word))))
            }
        }
    }

    // ---- rules ----------------------------------------------------------------------------------------------

    fn rule(&self, kind: RuleKind, block: &'a str, found: &mut Vec<Diagnostic>) -> Option<Rule> {
        let header = block.lines().next().unwrap_or_default();
        let keyword = if kind == RuleKind::Entity { "rule" } else { "context" };
        let rule_name = self.rule_name(header, keyword, found)?;
        let mut rule = Rule {
            kind,
            name: rule_name.to_owned(),
            place: self.word(rule_name),
            pattern: Pattern::Sequence(Vec::new()),
            guards: Vec::new(),
            overrides: Vec::new(),
            fallback: false,
            productions: Vec::new(),
            scope: Scope::default(),
            examples: Arc::default(),
        };
        let clauses = clauses(&block[header.len()..], KEYWORDS);
        let mut good = true;
        for (keyword, clause) in clauses {
            let result = self.clause(&mut rule, keyword, clause, found);
            if let Err(diagnostic) = result {
                found.push(*diagnostic);
                good = false;
            }
        }
        let empty = matches!(&rule.pattern, Pattern::Sequence(parts) if parts.is_empty());
        if good && empty && !(kind == RuleKind::Context && rule.scope.whole_section) {
            found.push(Diagnostic::error("E003", self.path, rule.place.clone(), "the rule has no pattern"));
            good = false;
        }
        good.then_some(rule)
    }

    /// The name in the first line of a block.
    fn rule_name(&self, header: &'a str, keyword: &str, found: &mut Vec<Diagnostic>) -> Option<&'a str> {
        match name(header[keyword.len()..].trim_start()) {
            Ok((rest, word)) if rest.split('#').next().is_none_or(|r| r.trim().is_empty()) => Some(word),
            _ => {
                let place = self.word(header);
                let message = "a rule needs a name of letters, digits, - and _";
                found.push(Diagnostic::error("E002", self.path, place, message).hint("write: rule year-old"));
                None
            }
        }
    }

    fn whole<T>(&self, result: Parsed<'_, T>) -> Result<T, Box<Diagnostic>> {
        match result {
            Ok((rest, value)) => match space(rest) {
                Ok((rest, ())) if !rest.is_empty() => {
                    Err(Box::new(self.fail(&Fail { rest, expected: "the end of the clause" })))
                }
                _ => Ok(value),
            },
            Err(nom::Err::Error(fail) | nom::Err::Failure(fail)) => Err(Box::new(self.fail(&fail))),
            Err(nom::Err::Incomplete(_)) => unreachable!("complete parsers are used throughout"),
        }
    }

    fn names(&self, text: &'a str) -> Vec<(String, Place)> {
        text.split('#')
            .next()
            .unwrap_or_default()
            .split([',', '\n'])
            .map(str::trim)
            .filter(|n| !n.is_empty())
            .map(|n| (n.to_owned(), self.word(n)))
            .collect()
    }

    fn clause(
        &self,
        rule: &mut Rule,
        keyword: &'a str,
        clause: &'a str,
        found: &mut Vec<Diagnostic>,
    ) -> Result<(), Box<Diagnostic>> {
        let place = self.word(keyword);
        let guard = |kind, negated| Guard { kind, negated, place: place.clone() };
        match keyword {
            "" => {
                if space(clause).is_ok_and(|(rest, ())| rest.is_empty()) {
                    return Ok(());
                }
                rule.pattern = self.whole(self.pattern(clause))?;
            }
            "before" | "not before" => {
                let pattern = self.whole(self.pattern(clause))?;
                rule.guards.push(guard(GuardKind::Before(pattern), keyword.starts_with("not")));
            }
            "after" | "not after" => {
                let pattern = self.whole(self.pattern(clause))?;
                rule.guards.push(guard(GuardKind::After(pattern), keyword.starts_with("not")));
            }
            "in sentence with" | "not in sentence with" => {
                let pattern = self.whole(self.pattern(clause))?;
                rule.guards.push(guard(GuardKind::Sentence(pattern), keyword.starts_with("not")));
            }
            "in opening with" | "not in opening with" => {
                let pattern = self.whole(self.pattern(clause))?;
                rule.guards.push(guard(GuardKind::Opening(pattern), keyword.starts_with("not")));
            }
            "in report with" | "not in report with" => {
                let pattern = self.whole(self.pattern(clause))?;
                rule.guards.push(guard(GuardKind::Report(pattern), keyword.starts_with("not")));
            }
            "in section" | "not in section" => {
                rule.guards.push(guard(GuardKind::Section(self.names(clause)), keyword.starts_with("not")));
            }
            "in column" | "not in column" => {
                let pattern = self.whole(self.pattern(clause))?;
                rule.guards.push(guard(GuardKind::Column(pattern), keyword.starts_with("not")));
            }
            "in row" | "not in row" => rule.guards.push(guard(GuardKind::Row, keyword.starts_with("not"))),
            "if no other" if rule.kind == RuleKind::Context => {
                return Err(Box::new(Diagnostic::error(
                    "E036",
                    self.path,
                    place,
                    "a context rule cannot stand back for others: it makes no fact",
                )));
            }
            "if no other" => rule.fallback = true,
            "overrides" => rule.overrides.extend(self.names(clause)),
            "=>" => rule.productions.push(self.whole(self.production(clause, rule.kind))?),
            "on" => rule.scope.types.extend(self.names(clause)),
            "stop at" => rule.scope.stop = Some(self.whole(self.pattern(clause))?),
            "scope" => {
                for (word, place) in clause
                    .split('#')
                    .next()
                    .unwrap_or_default()
                    .split([',', ' ', '\n'])
                    .filter(|w| !w.is_empty())
                    .map(|w| (w, self.word(w)))
                {
                    match word {
                        "forward" => rule.scope.forward = true,
                        "backward" => rule.scope.backward = true,
                        "pseudo" => rule.scope.pseudo = true,
                        "terminator" => rule.scope.terminator = true,
                        "section" => rule.scope.whole_section = true,
                        "paragraph" => rule.scope.paragraph = true,
                        "through" => rule.scope.through = true,
                        _ => match word.parse() {
                            Ok(most) => rule.scope.most = Some(most),
                            Err(_) => {
                                return Err(Box::new(
                                    Diagnostic::error("E004", self.path, place, format!("`{word}` is no scope")).hint(
                                        "use forward, backward, paragraph, section, through, pseudo, terminator, or a number of tokens",
                                    ),
                                ));
                            }
                        },
                    }
                }
            }
            "yes" | "no" => match self.example(keyword == "yes", clause) {
                Ok(example) => Arc::make_mut(&mut rule.examples).push(example),
                Err(diagnostic) => found.push(*diagnostic),
            },
            _ => unreachable!("`clauses` knows the keywords"),
        }
        Ok(())
    }

    fn example(&self, positive: bool, line: &'a str) -> Result<Example, Box<Diagnostic>> {
        let line = line.trim_start().lines().next().unwrap_or_default().trim_end();
        let place = self.word(line);
        let (written, expected) = match line.rsplit_once("=>") {
            Some((text, values)) if positive => (text.trim(), values.trim()),
            _ => (line, ""),
        };
        let mut text = String::new();
        let mut spans = Vec::new();
        let mut open = None;
        let mut rest = written;
        while !rest.is_empty() {
            let plain = rest.bytes().position(|b| matches!(b, b'\\' | b'[' | b']')).unwrap_or(rest.len());
            text.push_str(&rest[..plain]);
            let mut chars = rest[plain..].chars();
            let Some(mark) = chars.next() else { break };
            match mark {
                '\\' => match chars.next() {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some('u') => {
                        let code: String =
                            chars.by_ref().skip_while(|c| *c == '{').take_while(|c| *c != '}').collect();
                        text.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
                    }
                    Some(other) => text.push(other),
                    None => {}
                },
                '[' => open = Some(text.len()),
                ']' => match open.take() {
                    Some(start) => spans.push(start..text.len()),
                    None => {
                        return Err(Box::new(
                            Diagnostic::error("E005", self.path, place, "`]` without `[` in an example")
                                .hint("write \\[ and \\] for brackets that belong to the text"),
                        ));
                    }
                },
                other => text.push(other),
            }
            rest = chars.as_str();
        }
        if positive && (spans.is_empty() || open.is_some()) {
            return Err(Box::new(
                Diagnostic::error("E005", self.path, place, "a `yes` example needs its span in brackets")
                    .hint("write: yes a [76-year-old] man => value 76, unit a"),
            ));
        }
        let values: Vec<Vec<(String, String)>> = if expected.is_empty() {
            Vec::new()
        } else {
            expected
                .split(" | ")
                .map(|group| {
                    group
                        .split(", ")
                        .map(|field| {
                            let (name, value) = field.trim().split_once(' ').unwrap_or((field.trim(), ""));
                            (name.to_owned(), value.trim().to_owned())
                        })
                        .collect()
                })
                .collect()
        };
        if !values.is_empty() && values.len() != spans.len() {
            return Err(Box::new(
                Diagnostic::error(
                    "E006",
                    self.path,
                    place,
                    format!("{} values for {} bracketed spans", values.len(), spans.len()),
                )
                .hint("separate the values of several spans with ` | `"),
            ));
        }
        Ok(Example { positive, text, spans, values, place })
    }

    fn fragment(&self, public: bool, block: &'a str) -> Result<Fragment, Box<Diagnostic>> {
        let parse = |i: &'a str| -> Parsed<'a, Fragment> {
            let (rest, word) = expect("a name", token(name))(i)?;
            let (rest, parameters) = opt(delimited(
                char('('),
                separated_list1(symbol(","), token(name)),
                expect("`)`", token(char(')'))),
            ))
            .parse(rest)?;
            let (rest, _) = expect("`=`", symbol("="))(rest)?;
            let (rest, pattern) = expect("a pattern", |i| self.pattern(i))(rest)?;
            Ok((
                rest,
                Fragment {
                    name: word.to_owned(),
                    public,
                    parameters: parameters.unwrap_or_default().into_iter().map(str::to_owned).collect(),
                    pattern,
                    place: self.word(word),
                },
            ))
        };
        self.whole(parse(block))
    }

    fn dimension(&self, block: &'a str) -> Result<Item, Box<Diagnostic>> {
        let parse = |i: &'a str| -> Parsed<'a, Item> {
            let (rest, word) = expect("a name", token(name))(i)?;
            let (rest, _) = expect("`=`", symbol("="))(rest)?;
            let member = take_while1(|c: char| c.is_ascii_alphanumeric() || "-/".contains(c));
            let (rest, members) =
                expect("dimensions, such as mass/time", separated_list1(symbol(","), token(member)))(rest)?;
            let members = members.into_iter().map(|m: &str| (m.to_owned(), self.word(m))).collect();
            Ok((rest, Item::Dimension { name: word.to_owned(), members, place: self.word(word) }))
        };
        self.whole(parse(block))
    }
}

fn satisfy_space(input: &str) -> Parsed<'_, char> {
    satisfy(char::is_whitespace).parse(input)
}

/// Gives back the white space that a closing `symbol` took, so that suffixes must touch.
fn trim_back<'i>(input: &'i str, rest: &'i str) -> &'i str {
    let taken = &input[..input.len() - rest.len()];
    &input[taken.trim_end().len()..]
}

fn number(input: &str) -> Parsed<'_, &str> {
    recognize(pair(digit1, many0(pair(char('.'), digit1)))).parse(input)
}

/// A pattern by itself where no more follow: most stand alone.
fn first_and(first: Pattern, mut more: Vec<Pattern>, whole: impl FnOnce(Vec<Pattern>) -> Pattern) -> Pattern {
    if more.is_empty() {
        return first;
    }
    more.insert(0, first);
    whole(more)
}

/// A string between two quotes, with `\` before a quote or a backslash that belongs to it.
fn string(input: &str, quote: char) -> Parsed<'_, String> {
    let (mut rest, _) = char(quote).parse(input)?;
    let mut out = String::new();
    // All that is looked for is ASCII, and most strings are one stretch without a backslash.
    while let Some(at) = rest.bytes().position(|b| matches!(b, b'\n' | b'\\') || b == quote as u8) {
        out.push_str(&rest[..at]);
        let (found, after) = (rest.as_bytes()[at], &rest[at + 1..]);
        if found == b'\n' {
            break;
        }
        if found == quote as u8 {
            return Ok((after, out));
        }
        let Some(escaped) = after.chars().next().filter(|c| *c != '\n') else { break };
        out.push(escaped);
        rest = &after[escaped.len_utf8()..];
    }
    Err(nom::Err::Failure(Fail { rest: input, expected: "a closing quote on the same line" }))
}

const KEYWORDS: &[&str] = &[
    "not before",
    "not after",
    "not in sentence with",
    "not in opening with",
    "not in report with",
    "not in section",
    "not in row",
    "not in column",
    "before",
    "after",
    "in sentence with",
    "in opening with",
    "in report with",
    "in section",
    "in row",
    "in column",
    "if no other",
    "overrides",
    "=>",
    "on",
    "stop at",
    "scope",
    "yes",
    "no",
];

/// Cuts the body of a rule at lines that begin with a keyword; the pattern comes first, with an empty keyword.
fn clauses<'a>(body: &'a str, keywords: &[&str]) -> Vec<(&'a str, &'a str)> {
    let mut out: Vec<(&str, usize, usize)> = vec![(&body[..0], 0, 0)];
    let mut at = 0;
    for line in body.split_inclusive('\n') {
        let text = line.trim_start();
        let start = at + (line.len() - text.len());
        let keyword = keywords.iter().find(|k| {
            text.strip_prefix(**k)
                .is_some_and(|rest| k.starts_with('=') || rest.chars().next().is_none_or(char::is_whitespace))
        });
        at += line.len();
        match keyword {
            Some(keyword) => out.push((&body[start..start + keyword.len()], start + keyword.len(), at)),
            None => {
                if let Some(last) = out.last_mut() {
                    last.2 = at;
                }
            }
        }
    }
    out.into_iter().map(|(keyword, from, to)| (keyword, body[from..to].trim_end())).collect()
}

/// Parses one file.
pub(crate) fn parse(path: &str, text: &str) -> (Vec<Item>, Vec<Diagnostic>) {
    let file = File { path, text };
    let mut items = Vec::new();
    let mut found = Vec::new();
    for block in blocks(text) {
        let keyword = block.split(|c: char| c.is_whitespace()).next().unwrap_or_default();
        let rest = &block[keyword.len()..];
        let result = match keyword {
            "rule" | "context" => {
                let kind = if keyword == "rule" { RuleKind::Entity } else { RuleKind::Context };
                items.extend(file.rule(kind, block, &mut found).map(|r| Item::Rule(Box::new(r))));
                continue;
            }
            "relation" => {
                items.extend(file.relation(block, &mut found).map(|r| Item::Relation(Box::new(r))));
                continue;
            }
            "fragment" => file.fragment(false, rest).map(|f| Item::Fragment(Arc::new(f))),
            "public" => {
                let inner = rest.trim_start();
                match inner.strip_prefix("fragment") {
                    Some(rest) => file.fragment(true, rest).map(|f| Item::Fragment(Arc::new(f))),
                    None => Err(Box::new(file.fail(&Fail { rest: inner, expected: "`fragment` after `public`" }))),
                }
            }
            "dimension" => file.dimension(rest),
            "import" => {
                let parsed = expect("a file in quotes", token(|i| string(i, '"')))(rest);
                let place = file.word(rest.trim());
                file.whole(parsed).map(|path| Item::Import { path, place })
            }
            _ => Err(Box::new(
                Diagnostic::error("E000", path, file.word(keyword), format!("`{keyword}` begins no block"))
                    .hint("a block begins with rule, context, relation, fragment, public fragment, dimension or import; the lines of a rule are indented"),
            )),
        };
        match result {
            Ok(item) => items.push(item),
            Err(diagnostic) => found.push(*diagnostic),
        }
    }
    (items, found)
}

/// Cuts a file at the lines that begin at the margin, without comments and empty lines between them.
fn blocks(text: &str) -> Vec<&str> {
    let mut starts = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with(|c: char| !c.is_whitespace() && c != '#') {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain(std::iter::once(text.len()));
    starts.iter().zip(ends).map(|(&start, end)| text[start..end].trim_end()).collect()
}
