//! Text messages: what one costs (alphabet, segments), those that are received, which an agent reads, and those that
//! leave: [`outgoing`] takes them, [`send`] hands them over, [`report`] hears what became of them.

pub mod command;
pub mod danger;
pub mod inbound;
pub mod outbound;
pub mod outgoing;
pub mod reconcile;
pub mod report;
pub mod segments;
pub mod send;
pub mod stopping;
pub mod stops;
pub mod store;
