//! Matching: which neighbours are asked for a request, in which order and why, how many now, and when it is for staff.
//!
//! Everything here is a rule over values and `now`, without memory: whoever reads the same log at the same instant
//! decides the same, so a restart changes nothing and `match-sim` runs what the service runs. A decision goes through the
//! files in this order:
//!
//! 1. [`suitable`]: who may be asked at all, and otherwise why not;
//! 2. [`rate`]: how likely a yes is, and how long answers take, learned from the log;
//! 3. [`rank`]: who comes first and for which reasons, which agents see (F-79);
//! 4. [`pace`]: what a line has settled for each urgency (F-61);
//! 5. [`wave`]: how many are asked now, when to look again, when to hand over.
//!
//! [`nearest`] reads who comes first from the database, exactly as a ranking of everybody would have it.

pub mod code;
pub mod mission;
pub mod nearest;
pub mod offer;
pub mod pace;
pub mod rank;
pub mod rate;
pub mod store;
pub mod suitable;
pub mod wave;
pub mod when;
