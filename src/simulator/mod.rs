//! The other side of the telephone: an exchange that calls the service as a Twilio-family provider would, and the phones
//! plugged into it. Tests, transcripts, the `demo` page and the `phone` command all drive the same [`exchange`].
//!
//! It goes through the real signed webhooks and reads the XML back with its own strict reader; it shares no types with
//! what the service writes, so that a mistake there cannot hide here. Start with [`exchange::Exchange`].

pub mod document;
pub mod exchange;
pub mod narrator;
pub mod numbers;
pub mod player;
pub mod provider;
pub mod sign;
pub mod stage;
pub mod terminal;
pub mod transcript;
pub mod transport;
mod tree;
