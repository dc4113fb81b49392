//! What a name in a pattern stands for: a parameter, a fragment, a vocabulary, or something built in.

use super::{Block, Emitter, SPLIT, Visible};
use crate::grammar::diagnostic::nearest;
use crate::grammar::program::{
    Assertion, Inst, LettersTest, NumberTest, TokenTest, UnitTest, VocabularyTest,
};
use crate::grammar::rule::CaptureKind;
use crate::grammar::syntax::{Pattern, Place};

const BUILT_IN: &[&str] = &[
    "number",
    "integer",
    "ordinal",
    "range",
    "quantity",
    "unit",
    "any",
    "word",
    "capital",
    "upper",
    "digits",
    "mark",
    "letters",
    "tight",
    "apart",
    "line_start",
    "line_end",
    "list",
];

impl<'c, 'g> Emitter<'c, 'g> {
    pub(super) fn reference(
        &mut self,
        name: &str,
        options: &[(String, Option<String>, Place)],
        arguments: &'g [Pattern],
        place: &Place,
    ) -> CaptureKind {
        let bound = self.bindings.last().and_then(|(parameters, patterns)| {
            parameters.iter().zip(*patterns).rfind(|(parameter, _)| *parameter == name).map(|(_, p)| p)
        });
        if let Some(pattern) = bound {
            // What a parameter stands for was written outside: the bindings of the caller hold in it.
            let inner = self.bindings.pop();
            let kind = self.pattern(pattern);
            self.bindings.extend(inner);
            return kind;
        }
        if BUILT_IN.contains(&name) {
            return self.built_in(name, options, arguments, place);
        }
        if let Some(visible) = self.file.visible.get(name) {
            return self.fragment(*visible, arguments, place);
        }
        if let Some(vocabulary) = self.cx.lexicon.vocabulary(name) {
            self.cx.used_vocabularies[vocabulary as usize] = true;
            let mut test = VocabularyTest { vocabulary, ambiguous: false, only: 0 };
            for (key, value, place) in options {
                match (key.as_str(), value) {
                    ("ambiguous", None) => test.ambiguous = true,
                    (column, Some(value)) if self.cx.lexicon.has_column(vocabulary, column) => {
                        match self.only(vocabulary, column, value) {
                            Ok(mark) => test.only |= mark,
                            Err((message, hint)) => {
                                self.error("E015", place, message, hint);
                            }
                        }
                    }
                    _ => self.error(
                        "E015",
                        place,
                        format!("the vocabulary `{name}` has no column `{key}`"),
                        "write <column=value>, or <ambiguous> for surfaces that need a cue".to_owned(),
                    ),
                }
            }
            self.push(Inst::Vocabulary(test));
            return CaptureKind::Entry(vec![vocabulary]);
        }
        let known = BUILT_IN
            .iter()
            .copied()
            .chain(self.file.visible.keys().copied())
            .chain(self.cx.lexicon.vocabularies().iter().map(String::as_str));
        let hint = nearest(name, known)
            .map_or("define it with `fragment`, or write words in quotes".to_owned(), |n| {
                format!("did you mean `{n}`?")
            });
        self.error("E016", place, format!("nothing is called `{name}`"), hint);
        CaptureKind::Words
    }

    fn fragment(
        &mut self,
        Visible { file, number, fragment }: Visible<'g>,
        arguments: &'g [Pattern],
        place: &Place,
    ) -> CaptureKind {
        if self.depth > 40 {
            self.error("E013", place, format!("`{}` uses itself", fragment.name), String::new());
            return CaptureKind::Words;
        }
        let (name, parameters) = (&fragment.name, &fragment.parameters);
        if parameters.len() != arguments.len() {
            self.error(
                "E014",
                place,
                format!("`{name}` takes {} patterns, not {}", parameters.len(), arguments.len()),
                format!("it is defined as {name}({})", parameters.join(", ")),
            );
            return CaptureKind::Words;
        }
        self.cx.used_fragments[number] = true;
        let at = self.here();
        if let Some(block) = self.cx.blocks.get(&number) {
            self.insts.extend(block.insts.iter().map(|inst| inst.moved(|to| to + at)));
            self.places.extend_from_slice(&block.places);
            self.place = block.place.clone();
            return block.kind.clone();
        }
        let before = (self.slots.len(), self.lists, self.cx.found.len());
        self.bindings.push((parameters, arguments));
        self.depth += 1;
        let outer = std::mem::replace(&mut self.file, &self.cx.files[file]);
        let kind = self.pattern(&fragment.pattern);
        self.file = outer;
        self.depth -= 1;
        self.bindings.pop();
        // What names neither a parameter nor a capture is the same everywhere.
        let insts = &self.insts[at as usize..];
        if parameters.is_empty()
            && before == (self.slots.len(), self.lists, self.cx.found.len())
            && !insts.iter().any(|inst| matches!(inst, Inst::Begin(_)))
        {
            let block = Block {
                insts: insts.iter().map(|inst| inst.moved(|to| to - at)).collect(),
                places: self.places[at as usize..].to_vec(),
                kind: kind.clone(),
                place: self.place.clone(),
            };
            self.cx.blocks.insert(number, block);
        }
        kind
    }

    /// The bit that entries have whose column holds a value.
    fn only(&mut self, vocabulary: u8, column: &str, value: &str) -> Result<u32, (String, String)> {
        let key = (vocabulary, column.to_owned(), value.to_owned());
        if let Some(known) = self.cx.filters.get(&key) {
            return Ok(*known);
        }
        let number = self.cx.filters.keys().filter(|(v, _, _)| *v == vocabulary).count();
        if number >= 32 {
            let name = &self.cx.lexicon.vocabularies()[usize::from(vocabulary)];
            let message = format!("rules ask for more than 32 different values of `{name}`");
            return Err((message, "take several values together in a column of their own".to_owned()));
        }
        let cells = self.cx.column(column);
        if !self.cx.lexicon.mark(self.cx.sources, vocabulary, &cells, value, number) {
            let name = &self.cx.lexicon.vocabularies()[usize::from(vocabulary)];
            return Err((format!("no {name} has {column} = {value}"), String::new()));
        }
        self.cx.filters.insert(key, 1 << number);
        Ok(1 << number)
    }

    fn built_in(
        &mut self,
        name: &str,
        options: &[(String, Option<String>, Place)],
        arguments: &'g [Pattern],
        place: &Place,
    ) -> CaptureKind {
        if name == "list" {
            return self.list(arguments, place);
        }
        let mut test = UnitTest { dimensions: 0, guarded: false };
        let mut letters = LettersTest::default();
        if matches!(name, "quantity" | "unit") {
            for (key, _, place) in options {
                if key == "guarded" {
                    test.guarded = true;
                    continue;
                }
                match self.cx.units.set(key) {
                    Some(set) => test.dimensions = set,
                    None => {
                        let known = self
                            .cx
                            .units
                            .dimensions()
                            .iter()
                            .chain(self.cx.units.sets().iter().map(|s| &s.name));
                        let hint = nearest(key, known.map(String::as_str)).map_or(
                            "name a dimension of units.tsv or define one with `dimension`".to_owned(),
                            |n| format!("did you mean `{n}`?"),
                        );
                        self.error("E017", place, format!("`{key}` is no dimension"), hint);
                    }
                }
            }
            if !options.iter().any(|(k, _, _)| k != "guarded") {
                self.error(
                    "E017",
                    place,
                    format!("`{name}` needs a dimension"),
                    format!("write {name}<time>"),
                );
            }
        } else if name == "letters" {
            for (key, value, place) in options {
                match (key.as_str(), value) {
                    ("after", Some(prefix)) => letters.after = prefix.as_str().into(),
                    (set, None) => letters.set = set.into(),
                    _ => self.error(
                        "E017",
                        place,
                        format!("`letters` takes no `{key}`"),
                        "letters<ACGT, after=del>".to_owned(),
                    ),
                }
            }
        } else if let Some((key, _, place)) = options.first() {
            self.error("E017", place, format!("`{name}` takes no `{key}`"), String::new());
        }
        let (inst, kind) = match name {
            "number" => (Inst::Number(NumberTest::Single), CaptureKind::Number),
            "integer" => (Inst::Number(NumberTest::Whole), CaptureKind::Number),
            "ordinal" => (Inst::Number(NumberTest::Ordinal), CaptureKind::Number),
            "range" => (Inst::Number(NumberTest::Range), CaptureKind::Range),
            "quantity" => (Inst::Quantity(test), CaptureKind::Quantity),
            "unit" => (Inst::Unit(test), CaptureKind::Unit),
            "any" => (Inst::Token(TokenTest::Any), CaptureKind::Words),
            "word" => (Inst::Token(TokenTest::Word), CaptureKind::Words),
            "capital" => (Inst::Token(TokenTest::Capital), CaptureKind::Words),
            "upper" => (Inst::Token(TokenTest::Upper), CaptureKind::Words),
            "digits" => (Inst::Token(TokenTest::Digits), CaptureKind::Words),
            "mark" => (Inst::Token(TokenTest::Mark), CaptureKind::Words),
            "letters" => (Inst::Letters(Box::new(letters)), CaptureKind::Words),
            "apart" => (Inst::Assert(Assertion::Apart), CaptureKind::Words),
            "tight" => (Inst::Assert(Assertion::Tight), CaptureKind::Words),
            "line_start" => (Inst::Assert(Assertion::LineStart), CaptureKind::Words),
            _ => (Inst::Assert(Assertion::LineEnd), CaptureKind::Words),
        };
        self.push(inst);
        kind
    }

    fn list(&mut self, arguments: &'g [Pattern], place: &Place) -> CaptureKind {
        let separator = match arguments {
            [_] => None,
            [_, separator] => Some(separator),
            _ => {
                self.error(
                    "E018",
                    place,
                    "`list` takes an item and perhaps a separator".to_owned(),
                    "list(m:marker)".to_owned(),
                );
                return CaptureKind::Words;
            }
        };
        if self.list.is_some() {
            self.error("E018", place, "a list inside a list".to_owned(), String::new());
        }
        let list = self.lists;
        self.lists += 1;
        self.list = Some(list);
        self.push(Inst::Item(list));
        self.pattern(&arguments[0]);
        let split = self.insts.len();
        self.push(SPLIT);
        self.list = None;
        match separator {
            Some(separator) => self.pattern(separator),
            None => self.separator(place),
        };
        self.list = Some(list);
        self.push(Inst::Item(list));
        self.pattern(&arguments[0]);
        self.push(Inst::Jump(split as u32));
        self.insts[split] = Inst::Split(split as u32 + 1, self.here());
        self.list = None;
        CaptureKind::Words
    }
}
