//! Accounts, sign-in and sessions, on both databases.

mod accounts;
mod links;
mod sessions;
mod sign_in;
