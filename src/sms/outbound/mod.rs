//! A text that leaves: its states, when it may leave, its rows and the list of those who asked for none.

pub mod hold;
pub mod message;
pub mod store;
