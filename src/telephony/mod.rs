//! The `TwiML` family and nothing else: events in, verbs out, XML, signatures, providers.
//!
//! A webhook body becomes a [`form::Form`], is checked by [`signature`], then read as an [`event`]. The answer is a
//! [`verbs::VoiceResponse`] of the verbs that every provider of the family accepts, written by [`xml`]. What leaves on
//! our own initiative (a call, a text message, the fetching of a recording) goes through [`provider::Provider`]; the
//! adapters live in [`providers`]. This room knows neither dialog nor database nor lines.

pub mod code;
pub mod event;
pub mod form;
pub mod portable;
pub mod provider;
pub mod providers;
pub mod signature;
pub mod status;
pub mod verbs;
pub mod xml;
