//! The rows of operators: accounts, telephones and sessions, a file each.

pub mod accounts;
pub mod phones;
pub mod sessions;
