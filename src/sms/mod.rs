//! The words of a text message: alphabet, segments, budget.

pub mod danger;
pub mod inbound;
pub mod segments;
pub mod store;
