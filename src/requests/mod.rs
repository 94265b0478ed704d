//! Help requests, and the numbers of the people who phone or are to be called back.
//!
//! A request is stored by [`keep::keep`] inside the transaction of the turn that acknowledges it, or typed at the desk.
//! Numbers live in the tables `callers` and `beneficiaries` alone; everything else holds ids. A request found by its six
//! digits tells its state; a caller id never opens one (F-22). What agents do with one is in [`desk`]; whatever changes
//! it leaves a row of its [`timeline`] in the same transaction. Never here: who solves a request, and when somebody is
//! called back.

pub mod caller;
pub mod content;
pub mod desk;
pub mod duplicates;
pub mod event;
pub mod filter;
pub mod keep;
pub mod place;
pub mod plan;
pub mod plans;
pub mod pointed;
pub mod request;
pub mod store;
pub mod timeline;
pub mod typed;
pub mod whole;

pub use caller::Contact;
pub use request::{Consent, State};
