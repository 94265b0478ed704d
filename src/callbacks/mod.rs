//! The staff queue: what the machine cannot solve, with its priority and what was promised.
//!
//! A callback is opened in the transaction of the turn that speaks of it, so nothing is promised that is not stored. A
//! call opens at most one for each reason. Operators take them in [`order`], one at a time ([`claims`]), call back by a click
//! ([`bridge`]) and say how it ended ([`finish`]). Never here: words (the dialog has them), and dialling anybody whom no
//! agent asked for, but those who are to be alerted ([`alert`]). Whoever was tried in vain is told so by a text ([`tried`]).

pub mod alert;
pub mod attempts;
pub mod bridge;
pub mod callback;
pub mod claims;
pub mod desk;
pub mod dialling;
pub mod disposition;
pub mod finish;
pub mod note;
pub mod open;
pub mod order;
pub mod overview;
pub mod shift;
pub mod spooled;
pub mod store;
pub mod tried;
pub mod waiting;

pub use callback::Reason;
pub use disposition::Disposition;
