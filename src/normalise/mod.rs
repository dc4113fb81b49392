//! Turns what a rule captured into values: numbers, UCUM units, dates, HGVS and ISCN text, preferred names.

mod molecular;

use crate::grammar::Constant;
use crate::grammar::Grammar;
use crate::grammar::rule::{CompiledField, CompiledProduction, Expr, Function};
use crate::model::{
    Decimal, Entity, EntityType, Field, FieldType, FieldValue, Issue, Part, Severity, Span, Value,
};
use crate::recognise::lattice::Lattice;
use crate::recognise::matcher::{Event, Machine};
use crate::recognise::{Proposal, Proposals, items};
use crate::segment::token::Token;
use smallvec::SmallVec;
use std::borrow::Cow;

/// What a capture held in one match.
#[derive(Clone, Copy, Debug)]
struct Captured {
    /// Tokens.
    range: (u32, u32),
    quantity: Option<u32>,
    entry: Option<u32>,
    unit: Option<u32>,
    constant: Option<u16>,
}

/// Makes entities of proposals of one text.
pub(crate) struct Builder<'a, 'x> {
    pub(crate) grammar: &'x Grammar,
    pub(crate) text: &'x str,
    pub(crate) tokens: &'a [Token],
    pub(crate) lattice: &'a Lattice,
    pub(crate) machine: &'a Machine,
    pub(crate) proposals: &'a Proposals,
}

/// Whether a field says what concept an entity is.
fn names(kind: EntityType, field: Field) -> bool {
    use Field as F;
    match field {
        F::Name | F::Symbol | F::Marker | F::Analyte | F::Gene | F::Product => true,
        F::Site => kind == EntityType::Anatomy,
        _ => false,
    }
}

/// What an expression came to.
#[derive(Clone, Debug)]
enum Result<'x> {
    Number(Decimal),
    Text(Cow<'x, str>),
    Numbers(Vec<Decimal>),
    Flag(bool),
}

impl<'x> Builder<'_, 'x> {
    fn events(&self, proposal: &Proposal, production: &CompiledProduction) -> (&[Event], Option<&[Event]>) {
        let all = self.proposals.events_of(proposal);
        let own = match (production.each, proposal.item) {
            (Some((list, _)), Some(item)) => items(all, list).nth(usize::from(item)),
            _ => None,
        };
        (all, own)
    }

    /// All that a capture held, in order: the item's own if the capture belongs to the list.
    fn captured(
        &self,
        proposal: &Proposal,
        production: &CompiledProduction,
        slot: u8,
    ) -> impl Iterator<Item = Captured> {
        let (all, own) = self.events(proposal, production);
        let rule = &self.grammar.rules[proposal.rule as usize];
        let events = match (own, rule.slots[slot as usize].list, production.each) {
            (Some(own), Some(list), Some((each, _))) if list == each => own,
            _ => all,
        };
        let mut events = events.iter();
        let mut open: Option<Captured> = None;
        std::iter::from_fn(move || {
            for event in events.by_ref() {
                match (event, &mut open) {
                    (Event::Begin(s, at), _) if *s == slot => {
                        open = Some(Captured {
                            range: (*at, *at),
                            quantity: None,
                            entry: None,
                            unit: None,
                            constant: None,
                        });
                    }
                    (Event::End(s, at), Some(_)) if *s == slot => {
                        if let Some(mut done) = open.take() {
                            done.range.1 = *at;
                            // A capture around something optional may hold nothing.
                            if done.range.0 < done.range.1 {
                                return Some(done);
                            }
                        }
                    }
                    (Event::Quantity(q), Some(capture)) => {
                        capture.quantity.get_or_insert(*q);
                    }
                    (Event::Entry(e), Some(capture)) => {
                        capture.entry.get_or_insert(*e);
                    }
                    (Event::Unit(u), Some(capture)) => {
                        capture.unit.get_or_insert(*u);
                    }
                    (Event::Tag(c), Some(capture)) => capture.constant = Some(*c),
                    _ => {}
                }
            }
            None
        })
    }

    /// The first thing that a capture held.
    fn first(&self, proposal: &Proposal, production: &CompiledProduction, slot: u8) -> Option<Captured> {
        self.captured(proposal, production, slot).next()
    }

    /// The bytes from the first to the last token, without a comparator before a number.
    fn bytes(&self, capture: &Captured) -> Span {
        let mut first = capture.range.0;
        if let Some(q) = capture.quantity.map(|q| &self.lattice.quantities[q as usize])
            && q.from == first
            && q.start < capture.range.1
        {
            first = q.start;
        }
        self.span((first, capture.range.1))
    }

    fn span(&self, (first, end): (u32, u32)) -> Span {
        let tokens = self.tokens;
        Span::new(tokens[first as usize].start, tokens[end as usize - 1].end)
    }

    /// The entity that a proposal stands for, and the issues met on the way. `None` where a needed value is not
    /// to be had, for example a date with a thirteenth month.
    pub(crate) fn entity(
        &self,
        proposal: &Proposal,
        issues: &mut Vec<(Cow<'static, str>, String)>,
    ) -> Option<Entity<'x>> {
        let rule = &self.grammar.rules[proposal.rule as usize];
        let production = &rule.productions[proposal.production as usize];
        let kind = production.kind?;
        let mut span = self.span(proposal.span);
        if let Some((a, b)) = production.span {
            let first = self.first(proposal, production, a).map(|c| self.bytes(&c));
            let last = self.captured(proposal, production, b).last().map(|c| self.bytes(&c));
            if let (Some(first), Some(last)) = (first, last) {
                span = first.union(last);
            }
        }
        let mut value = Value::default();
        let mut parts: SmallVec<[Part; 2]> = SmallVec::new();
        let mut codes = "";
        for field in &production.fields {
            match field {
                CompiledField::Spread(slot) => {
                    let Some(capture) = self.first(proposal, production, *slot) else { continue };
                    self.spread(&capture, &mut value);
                    self.note_part(&mut parts, Field::Value, &capture, span);
                    self.check_repair(&capture, issues);
                }
                CompiledField::Set(field, expr) => {
                    let Some(result) = self.evaluate(proposal, production, expr) else { continue };
                    let Some(found) = convert(field.kind(), result) else { continue };
                    value.set(*field, found);
                    if names(kind, *field) {
                        codes = self.codes(proposal, production, expr);
                    }
                    self.note_parts(proposal, production, *field, expr, span, &mut parts, issues);
                }
            }
        }
        if value.is_empty() && !production.fields.is_empty() {
            return None;
        }
        parts.sort_unstable_by_key(|p| (p.field, p.span));
        parts.dedup();
        let mut entity = Entity {
            kind,
            span,
            value,
            codes,
            parts,
            assertion: Default::default(),
            relative: None,
            case: None,
            role: None,
            section: 0,
            rule: &rule.id,
        };
        entity.assertion.status = production.status.unwrap_or_default();
        entity.assertion.subject = production.subject.unwrap_or_default();
        entity.assertion.time = production.time.unwrap_or_default();
        Some(entity)
    }

    /// The codes of the entry that an expression names.
    fn codes(&self, proposal: &Proposal, production: &CompiledProduction, expr: &Expr) -> &'x str {
        match expr {
            Expr::Slot(slot) | Expr::Column(slot, _) => {
                let entry = self.first(proposal, production, *slot).and_then(|c| c.entry);
                entry.map_or("", |entry| self.grammar.codes_of(entry))
            }
            // The same name, written small.
            Expr::Call(Function::Lower, parts) => {
                parts.first().map_or("", |part| self.codes(proposal, production, part))
            }
            Expr::Or(inner) => inner
                .iter()
                .find(|e| self.evaluate(proposal, production, e).is_some())
                .map_or("", |chosen| self.codes(proposal, production, chosen)),
            _ => "",
        }
    }

    fn note_part(&self, parts: &mut SmallVec<[Part; 2]>, field: Field, capture: &Captured, own: Span) {
        if capture.range.0 >= capture.range.1 {
            return;
        }
        let span = self.bytes(capture);
        if !own.contains(span) {
            parts.push(Part { field, span });
        }
    }

    #[allow(clippy::too_many_arguments, reason = "walks an expression with all that it may touch")]
    fn note_parts(
        &self,
        proposal: &Proposal,
        production: &CompiledProduction,
        field: Field,
        expr: &'x Expr,
        own: Span,
        parts: &mut SmallVec<[Part; 2]>,
        issues: &mut Vec<(Cow<'static, str>, String)>,
    ) {
        match expr {
            Expr::Slot(slot) | Expr::Column(slot, _) | Expr::Quantity(slot, _) => {
                for capture in self.captured(proposal, production, *slot) {
                    self.note_part(parts, field, &capture, own);
                    self.check_repair(&capture, issues);
                }
            }
            Expr::Call(_, inner) | Expr::List(inner) => {
                for expr in inner {
                    self.note_parts(proposal, production, field, expr, own, parts, issues);
                }
            }
            Expr::Or(inner) => {
                if let Some(chosen) = inner.iter().find(|e| self.evaluate(proposal, production, e).is_some())
                {
                    self.note_parts(proposal, production, field, chosen, own, parts, issues);
                }
            }
            Expr::Number(_) | Expr::Text(_) | Expr::Flag(_) => {}
        }
    }

    /// A damaged unit or number that was read all the same is told.
    fn check_repair(&self, capture: &Captured, issues: &mut Vec<(Cow<'static, str>, String)>) {
        let grammar = self.grammar;
        let quantity = capture.quantity.map(|q| &self.lattice.quantities[q as usize]);
        if let Some(q) = quantity.filter(|q| q.repaired) {
            let words = self.bytes(capture).of(self.text);
            let message = match q.high {
                Some(high) => format!("{words:?} was read with the numbers {} and {high}", q.low),
                None => format!("{words:?} was read with the number {}", q.low),
            };
            if !issues.iter().any(|(_, m)| *m == message) {
                issues.push((Cow::Borrowed("number-repaired"), message));
            }
        }
        let unit =
            quantity.and_then(|q| q.unit).or_else(|| capture.unit.map(|u| self.machine.units[u as usize]));
        if let Some(unit) = unit.filter(|u| u.repaired) {
            let words = self.bytes(capture).of(self.text);
            let message = format!("{words:?} was read with the unit {}", grammar.units.ucum(&unit));
            if !issues.iter().any(|(_, m)| *m == message) {
                issues.push((Cow::Borrowed("unit-repaired"), message));
            }
        }
    }

    fn spread(&self, capture: &Captured, value: &mut Value<'x>) {
        let grammar = self.grammar;
        if let Some(q) = capture.quantity {
            let q = &self.lattice.quantities[q as usize];
            match q.high {
                Some(high) => {
                    value.set(Field::Low, FieldValue::Number(q.low));
                    value.set(Field::High, FieldValue::Number(high));
                }
                None => value.set(Field::Value, FieldValue::Number(q.low)),
            }
            if let Some(unit) = &q.unit {
                value.set(Field::Unit, FieldValue::Text(grammar.units.ucum(unit)));
            }
            if let Some(code) =
                q.comparator.and_then(|c| grammar.lexicon.cell(&grammar.sources, c, &grammar.code))
            {
                value.set(Field::Comparator, FieldValue::Text(Cow::Borrowed(code)));
            }
        } else if let Some(Constant::Number(number)) =
            capture.constant.map(|c| &grammar.constants[c as usize])
        {
            value.set(Field::Value, FieldValue::Number(*number));
        }
    }

    fn number(&self, capture: &Captured) -> Option<Decimal> {
        match capture.constant.map(|c| &self.grammar.constants[c as usize]) {
            Some(Constant::Number(number)) => Some(*number),
            Some(Constant::Text(_)) => None,
            None => capture.quantity.map(|q| self.lattice.quantities[q as usize].low),
        }
    }

    fn quantity(&self, capture: &Captured, field: Field) -> Option<Result<'x>> {
        let grammar = self.grammar;
        let unit_code = |unit| Some(Result::Text(grammar.units.ucum(unit)));
        if field == Field::Unit
            && let Some(unit) = capture.unit
        {
            return unit_code(&self.machine.units[unit as usize]);
        }
        let Some(q) = capture.quantity.map(|q| &self.lattice.quantities[q as usize]) else {
            return (field == Field::Value).then(|| self.number(capture).map(Result::Number)).flatten();
        };
        match field {
            Field::Value if q.high.is_none() => Some(Result::Number(q.low)),
            Field::Low if q.high.is_some() => Some(Result::Number(q.low)),
            Field::High => q.high.map(Result::Number),
            Field::Unit => q.unit.as_ref().and_then(unit_code),
            Field::Comparator => {
                let code = grammar.lexicon.cell(&grammar.sources, q.comparator?, &grammar.code)?;
                Some(Result::Text(Cow::Borrowed(code)))
            }
            _ => None,
        }
    }

    fn words(&self, capture: &Captured) -> Cow<'x, str> {
        let words = self.bytes(capture).of(self.text);
        if words.split(' ').all(|w| !w.is_empty() && !w.contains(char::is_whitespace)) {
            Cow::Borrowed(words)
        } else {
            Cow::Owned(words.split_whitespace().collect::<Vec<_>>().join(" "))
        }
    }

    fn evaluate(
        &self,
        proposal: &Proposal,
        production: &CompiledProduction,
        expr: &'x Expr,
    ) -> Option<Result<'x>> {
        let grammar = self.grammar;
        match expr {
            Expr::Number(number) => Some(Result::Number(*number)),
            Expr::Flag(flag) => Some(Result::Flag(*flag)),
            Expr::Text(text) => Some(Result::Text(Cow::Borrowed(text))),
            Expr::Slot(slot) => {
                let capture = self.first(proposal, production, *slot)?;
                match capture.constant.map(|c| &grammar.constants[c as usize]) {
                    Some(Constant::Text(text)) => return Some(Result::Text(Cow::Borrowed(text))),
                    Some(Constant::Number(number)) => return Some(Result::Number(*number)),
                    None => {}
                }
                if let Some(entry) = capture.entry {
                    return Some(Result::Text(Cow::Borrowed(grammar.name_of(entry))));
                }
                if capture.unit.is_some() {
                    return self.quantity(&capture, Field::Unit);
                }
                match self.number(&capture) {
                    Some(number) => Some(Result::Number(number)),
                    None => Some(Result::Text(self.words(&capture))),
                }
            }
            Expr::Column(slot, column) => {
                let entry = self.captured(proposal, production, *slot).find_map(|c| c.entry)?;
                let cell = grammar.lexicon.cell(&grammar.sources, entry, column)?;
                Some(Result::Text(Cow::Borrowed(cell)))
            }
            Expr::Quantity(slot, field) => self.quantity(&self.first(proposal, production, *slot)?, *field),
            Expr::Or(options) => options.iter().find_map(|o| self.evaluate(proposal, production, o)),
            Expr::List(items) => {
                let mut numbers = Vec::new();
                for item in items {
                    match item {
                        Expr::Slot(slot) => {
                            numbers.extend(
                                self.captured(proposal, production, *slot).filter_map(|c| self.number(&c)),
                            );
                        }
                        other => match self.evaluate(proposal, production, other) {
                            Some(Result::Number(number)) => numbers.push(number),
                            Some(Result::Numbers(more)) => numbers.extend(more),
                            _ => {}
                        },
                    }
                }
                (!numbers.is_empty()).then_some(Result::Numbers(numbers))
            }
            Expr::Call(function, arguments) => self.call(proposal, production, *function, arguments),
        }
    }

    fn call(
        &self,
        proposal: &Proposal,
        production: &CompiledProduction,
        function: Function,
        arguments: &'x [Expr],
    ) -> Option<Result<'x>> {
        let text = |expr: &'x Expr| -> Option<Cow<'x, str>> {
            match expr {
                Expr::Slot(slot) => Some(self.words(&self.first(proposal, production, *slot)?)),
                other => match self.evaluate(proposal, production, other)? {
                    Result::Text(text) => Some(text),
                    Result::Number(number) => Some(Cow::Owned(number.to_string())),
                    _ => None,
                },
            }
        };
        let number = |expr: &'x Expr| match self.evaluate(proposal, production, expr) {
            Some(Result::Number(number)) => Some(number),
            Some(Result::Text(text)) => Decimal::parse(text.trim()),
            _ => None,
        };
        let first = arguments.first();
        match function {
            Function::Text => Some(Result::Text(text(first?)?)),
            Function::Compact => {
                let words = text(first?)?;
                Some(Result::Text(if words.contains(char::is_whitespace) {
                    Cow::Owned(words.chars().filter(|c| !c.is_whitespace()).collect())
                } else {
                    words
                }))
            }
            Function::Lower => Some(Result::Text(Cow::Owned(text(first?)?.to_lowercase()))),
            Function::Upper => Some(Result::Text(Cow::Owned(text(first?)?.to_uppercase()))),
            Function::Join => {
                let mut joined = String::new();
                for argument in arguments {
                    let part = match argument {
                        // A name, not its words: the preferred symbol of a gene.
                        Expr::Slot(_) | Expr::Column(..) => {
                            match self.evaluate(proposal, production, argument)? {
                                Result::Text(text) => text,
                                Result::Number(number) => Cow::Owned(number.to_string()),
                                _ => return None,
                            }
                        }
                        other => text(other)?,
                    };
                    joined.push_str(&part);
                }
                Some(Result::Text(Cow::Owned(joined)))
            }
            Function::Num => number(first?).map(Result::Number),
            Function::Date => {
                let year = first.and_then(number).and_then(Decimal::to_i64);
                let month = arguments.get(1).and_then(number).and_then(Decimal::to_i64);
                let day = arguments.get(2).and_then(number).and_then(Decimal::to_i64);
                date(year, month, day).map(|d| Result::Text(Cow::Owned(d)))
            }
            Function::Expand => {
                let mut numbers: Vec<Decimal> = Vec::new();
                for argument in arguments {
                    let Expr::Slot(slot) = argument else { continue };
                    for capture in self.captured(proposal, production, *slot) {
                        let Some(low) = self.number(&capture)?.to_i64() else { continue };
                        let high = capture
                            .quantity
                            .and_then(|q| self.lattice.quantities[q as usize].high)
                            .and_then(Decimal::to_i64)
                            .unwrap_or(low);
                        if high < low || high - low > 400 {
                            return None;
                        }
                        numbers.extend((low..=high).map(Decimal::integer));
                    }
                }
                (!numbers.is_empty()).then_some(Result::Numbers(numbers))
            }
            Function::Fill => {
                let low = first.and_then(number)?.to_i64()?;
                let high = arguments.get(1).and_then(number)?.to_i64()?;
                (low <= high && high - low <= 400)
                    .then(|| Result::Numbers((low..=high).map(Decimal::integer).collect()))
            }
            Function::Sum => {
                let numbers = arguments.iter().map(number).collect::<Option<Vec<_>>>()?;
                numbers.into_iter().reduce(Decimal::plus).map(Result::Number)
            }
            Function::Times => {
                let (a, b) = (first.and_then(number)?, arguments.get(1).and_then(number)?);
                let product = a.to_f64() * b.to_f64();
                Decimal::parse(&format!("{product}")).map(Result::Number)
            }
            Function::Hgvs => {
                let residues = &self.grammar.residues;
                Some(Result::Text(Cow::Owned(molecular::hgvs(residues, &text(first?)?))))
            }
            Function::Iscn => Some(Result::Text(Cow::Owned(molecular::iscn(&text(first?)?)))),
        }
    }
}

fn convert<'x>(kind: FieldType, result: Result<'x>) -> Option<FieldValue<'x>> {
    Some(match (kind, result) {
        (FieldType::Number, Result::Number(number)) => FieldValue::Number(number),
        (FieldType::Text, Result::Text(text)) => FieldValue::Text(text),
        (FieldType::Text, Result::Number(number)) => FieldValue::Text(Cow::Owned(number.to_string())),
        (FieldType::Flag, Result::Flag(flag)) => FieldValue::Flag(flag),
        (FieldType::Numbers, Result::Numbers(numbers)) => FieldValue::Numbers(numbers),
        (FieldType::Integers, Result::Numbers(numbers)) => {
            FieldValue::Integers(numbers.iter().filter_map(|n| n.to_i64()).collect())
        }
        _ => return None,
    })
}

/// An ISO 8601 date as exact as what is known, `--03-17` where the year is not; `None` if there is no such day.
fn date(year: Option<i64>, month: Option<i64>, day: Option<i64>) -> Option<String> {
    // Two digits of a year: 68 and earlier are in this century, as in POSIX.
    let year = match year {
        Some(short @ 0..=68) => Some(2000 + short),
        Some(short @ 69..=99) => Some(1900 + short),
        Some(full @ 1800..=2100) => Some(full),
        Some(_) => return None,
        None => None,
    };
    let written = year.map_or("-".to_owned(), |y| format!("{y:04}"));
    let Some(month) = month else { return year.map(|_| written) };
    if !(1..=12).contains(&month) {
        return None;
    }
    let Some(day) = day else { return Some(format!("{written}-{month:02}")) };
    let leap = year.is_none_or(|y| y % 4 == 0 && (y % 100 != 0 || y % 400 == 0));
    let most = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (1..=most).contains(&day).then(|| format!("{written}-{month:02}-{day:02}"))
}

/// A doubt met while an entity was made, as it stands in the report.
pub(crate) fn issue_of((code, message): (Cow<'static, str>, String), entity: u32) -> Issue {
    Issue::new(code, Severity::Info, message, vec![entity])
}
