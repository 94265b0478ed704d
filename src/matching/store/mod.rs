//! All SQL of searches, offers, questions and matches.

pub mod log;
pub mod matches;
pub mod near;
pub mod offers;
pub mod questions;
pub mod searches;
