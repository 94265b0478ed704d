//! Text messages: what one costs (alphabet, segments), and those that are received, which an agent reads.

pub mod command;
pub mod danger;
pub mod inbound;
pub mod segments;
pub mod store;
