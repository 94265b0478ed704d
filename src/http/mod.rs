//! The router, the middleware in order, webhooks and health.
