//! The rows of texts that leave ([`messages`]), of what was reported of them ([`fates`]), of the numbers that asked for none
//! ([`stops`]) and of what was read of the provider's list ([`watermarks`]).
//!
//! Whoever changes messages of a number holds the row of that number first ([`messages::hold_number`]): a STOP and a text
//! of the same number never pass each other unseen.

pub mod fates;
pub mod messages;
pub mod stops;
pub mod watermarks;
