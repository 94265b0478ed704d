//! The journal of who looked at or changed what (F-77). It holds ids, never personal data.

pub mod exported;
pub mod store;
pub mod words;
