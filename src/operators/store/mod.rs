//! The rows of operators: accounts and sessions, a file each.

pub mod accounts;
pub mod sessions;
