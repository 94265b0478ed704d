//! One page a file, with its template beside it.

pub(super) mod accessibility;
pub(super) mod account;
pub(super) mod account_form;
pub(super) mod accounts;
pub(super) mod carried;
pub(super) mod counter;
pub(super) mod figures;
pub(super) mod home;
pub(super) mod item;
pub(super) mod item_acts;
pub(super) mod jobs;
pub(super) mod journal;
pub(super) mod line;
pub(super) mod link;
pub(super) mod map;
pub(super) mod message;
pub(super) mod plans;
pub(super) mod queue;
pub(super) mod request;
pub(super) mod request_acts;
pub(super) mod requests;
pub(super) mod second_factor;
pub(super) mod sheet;
pub(super) mod shift;
pub(super) mod sign_in;
pub(super) mod signals;
