//! What every room's tests share.

pub(crate) mod browser;
pub(crate) mod campaign;
pub(crate) mod chromium;
pub(crate) mod desk;
pub(crate) mod documents;
pub(crate) mod dump;
pub(crate) mod html;
pub(crate) mod ids;
pub(crate) mod people;
pub(crate) mod service;
pub(crate) mod shopping;
pub(crate) mod staff;
pub(crate) mod test_db;
pub(crate) mod texts;
pub(crate) mod volunteers;
pub(crate) mod webhook;
pub(crate) mod wire;
