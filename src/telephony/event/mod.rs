//! What providers tell us: a turn of a call, a text message, the end of something.
//!
//! Reading is lenient, since a person waits at the other end: a missing, repeated, endless or senseless parameter
//! becomes `None` or is cut, never an error. Only an id that is missing or longer than 128 characters is refused, for
//! without it nothing can be kept. Texts lose the characters that no database keeps.

mod call;
mod message;
mod read;
mod report;

pub use call::{CallEvent, DialEvent, Direction, RecordingEvent, Speech};
pub use message::{InboundMessage, OptOut};
pub use report::{CallReport, MessageReport, RecordingReport, StatusEvent};

/// Why a webhook cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// The id that names the thing is missing or empty.
    #[error("identifiant absent : {0}")]
    NoId(&'static str),
    /// The id is longer than 128 characters or holds something else than printable ASCII.
    #[error("identifiant impossible : {0}")]
    BadId(&'static str),
}

#[cfg(test)]
mod tests;
