//! Jobs that were given up, as an administrator sees them: what each was for, why it failed, who waits behind it, and
//! another try. How a job is done is the worker's; when it is tried again by itself, the outbox's.

pub mod cause;
pub mod failed;
