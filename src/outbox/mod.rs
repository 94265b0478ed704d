//! What must leave the building: a row per thing, written in the transaction of its cause.
//!
//! A use case calls [`enqueue`] inside its own `db.write`; the worker [`claim`]s what is due, does it outside any
//! transaction, and [`settle`]s it with an [`Outcome`]. This room knows what a [`Job`] names, not how it is done: the
//! one table from job to function is in `worker`.
//!
//! At least once: a worker that dies leaves its lease to lapse and another takes the job again, so whatever a job does
//! must bear a repetition. Never twice side by side: a claim counts an attempt, and only the claim of the last attempt
//! may settle (a worker that wakes up late is told [`Settled::Stale`]).

mod job;
mod retry;
mod store;

pub use job::{Job, JobError};
pub use retry::{Outcome, Settled};
pub use store::{
    Backlog, Buried, Claimed, FAILED_AT_ONCE, Failed, NewJob, Taken, again, backlog, claim, enqueue, failed, one,
    purge_settled, settle,
};
