//! The words of a text message: alphabet, segments, budget.

pub mod segments;
