//! The rows of operators: accounts, what lets them in, sessions, one-time links and tries, a file each.

pub mod accounts;
pub mod credentials;
pub mod links;
pub mod sessions;
pub mod tries;
