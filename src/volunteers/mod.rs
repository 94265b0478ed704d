//! Neighbours who offer help: the registry of F-57, what a referent saw of their papers, pauses, consent, incidents.
//!
//! A volunteer comes by the telephone, by a text, by the public form, by a list that is imported, or across the counter;
//! each way ends in [`register`], and none leads any further: **only what a referent recorded, identity seen and charter
//! accepted, writes the rows of `candidates` (F-07)**, and only who has such a row is ever asked for help. Those rows are
//! written anew, in the same transaction, by everything that changes a volunteer ([`store::candidates::write`]).
//!
//! Her number is a row of `callers`, as everybody's; her name and street are sealed. Never here: whom she is asked to help
//! ([`crate::matching`]), and what is texted.

pub mod availability;
pub mod candidacy;
pub mod event;
pub mod parting;
pub mod profile;
pub mod referent;
pub mod register;
pub mod store;
pub mod vetting;
pub mod volunteer;

pub use availability::Availability;
pub use vetting::Vetting;
pub use volunteer::{CameBy, State, Volunteer, Way};
