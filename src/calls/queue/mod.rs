//! Who waits for a person, and which phone of the desk rings for whom.
//!
//! Each phone rings for one caller at a time (a unique index sees to it), by priority then arrival. A phone counts as
//! answered only when somebody pressed a key in our own whisper document: a voicemail presses nothing and never wins.

pub mod order;
pub mod store;
