//! Finds what the rules describe: numbers, entries of vocabularies, then whole facts.

pub(crate) mod abbreviation;
pub mod lattice;
pub(crate) mod matcher;
pub mod number;
mod rules;
mod settle;

pub(crate) use rules::{
    CaseCue, Proposal, Proposals, Which, failed_guard, first_failed, items, propose, propose_for,
};
pub(crate) use settle::{Loss, settle};
