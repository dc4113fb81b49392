//! Genes that no vocabulary has: a partner of a fusion that was taken as it stands.

use super::desk::{Desk, Evidence};
use crate::grammar::Grammar;
use crate::model::{EntityType, Field, Operand, Severity};
use rustc_hash::FxHashSet;
use std::sync::OnceLock;

const NAME: &str = "gene";
/// The vocabulary of genes.
const VOCABULARY: &str = "gene";

/// The symbols of all genes, gathered when the first is asked for.
#[derive(Debug, Default)]
pub(super) struct Genes(OnceLock<FxHashSet<Box<str>>>);

impl Genes {
    fn has(&self, grammar: &Grammar, symbol: &str) -> bool {
        let symbols = self.0.get_or_init(|| {
            let vocabulary = grammar.lexicon.vocabulary(VOCABULARY);
            let genes = vocabulary.into_iter().flat_map(|v| grammar.lexicon.entries_of(v));
            genes.map(|(number, _)| grammar.name_of(number).into()).collect()
        });
        symbols.contains(symbol)
    }
}

pub(super) fn check(desk: &mut Desk<'_, '_>) {
    for (kind, field) in [
        (EntityType::Fusion, Field::FivePrime),
        (EntityType::Fusion, Field::ThreePrime),
        (EntityType::Variant, Field::Gene),
        (EntityType::Rearrangement, Field::Gene),
        (EntityType::CopyNumber, Field::Gene),
    ] {
        for at in 0..desk.of(kind).len() {
            let index = desk.of(kind)[at];
            let Some(symbol) = desk.entity(index).value.text(field) else { continue };
            // An arm or band of a chromosome (1q21) stands where a gene would; no symbol begins with a digit.
            if symbol.starts_with(|first: char| first.is_ascii_digit()) {
                continue;
            }
            let operands = vec![Operand { entity: index, field }];
            if desk.tables.genes.has(desk.grammar, symbol) {
                desk.hold(NAME, || Evidence { operands, expected: None, suggestion: None });
                continue;
            }
            let message = format!("{symbol:?} in {:?} is no known gene", desk.words(index));
            let evidence = Evidence { operands, expected: None, suggestion: None };
            desk.raise((NAME, "gene-unknown", Severity::Info), message, evidence);
        }
    }
}
