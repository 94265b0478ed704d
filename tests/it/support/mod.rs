//! What every room's tests share.

pub(crate) mod service;
pub(crate) mod test_db;
