//! The router, the middleware in order, webhooks and health.

pub mod server;
