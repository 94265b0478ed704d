//! One page a file, with its template beside it.

pub(super) mod carried;
pub(super) mod home;
pub(super) mod item;
pub(super) mod item_acts;
pub(super) mod message;
pub(super) mod queue;
pub(super) mod sign_in;
