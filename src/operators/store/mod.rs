//! The rows of operators: accounts, what lets them in, telephones, sessions, one-time links and tries, a file each.

pub mod accounts;
pub mod credentials;
pub mod links;
pub mod phones;
pub mod sessions;
pub mod tries;
