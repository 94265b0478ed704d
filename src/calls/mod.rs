//! Calls: one webhook is one turn, dialog and database in one transaction.
//!
//! [`turn::handle`] plays a webhook; [`translate`] is the only bridge between telephony and dialog; [`task`] does what
//! the dialog asks of the service; [`person`] and [`queue`] find somebody to talk to; [`hangup`] and [`sweep`] keep what
//! was said when a call ends; [`apology`] speaks when nothing could be stored. Never here: HTTP, and words (they are in
//! the voice-scripts).

pub mod apology;
pub mod facts;
pub mod follow_up;
pub mod hangup;
pub mod moment;
pub mod person;
pub mod queue;
pub mod recording;
pub mod recordings;
pub mod store;
pub mod sweep;
pub mod switchboard;
pub mod task;
pub mod translate;
pub mod turn;
pub mod whisper;
