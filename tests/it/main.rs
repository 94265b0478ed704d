//! The service seen from outside, one module a room. Helpers may unwrap like the tests they serve.
#![cfg(test)]

mod telephony;
