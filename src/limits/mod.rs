//! What the house spends and whom it may reach, below every adapter: whatever leaves passes [`Guarded`], which holds a
//! text or a call back once a limit of the day is reached, and refuses what no rule above should have let through.

mod guarded;
mod rules;
pub mod store;

pub use guarded::Guarded;
pub use rules::{EURO, Limits, Weight, is_limit, is_prefix};
