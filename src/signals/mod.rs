//! Safeguarding reports (F-53): what an agent heard that somebody answerable must know at once.
//!
//! One click opens a checklist; what was said is kept in its words, sealed. Only whoever has [`Right::Safeguard`] on the
//! line reads a report, and its author her own: for anybody else there is none. Supervisors are told by a text that there
//! is one, and nothing of it. Never here: telling the 119, the 3977 or the police, which people do.
//!
//! [`Right::Safeguard`]: crate::operators::Right::Safeguard

pub mod report;
pub mod signal;
pub mod store;
pub mod tell;

pub use signal::{Content, Danger};
