//! Tracing, with personal data masked.
