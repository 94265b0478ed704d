//! Help requests, and the numbers of the people who phone or are to be called back.
//!
//! A request is stored by [`keep::keep`] inside the transaction of the turn that acknowledges it. Numbers live in the
//! table `callers` alone; everything else holds its ids. A request found by its six digits tells its state; a caller id
//! never opens one (F-22). Never here: who solves a request, and when somebody is called back.

pub mod caller;
pub mod keep;
pub mod request;
pub mod store;

pub use caller::Contact;
pub use request::{Consent, State};
