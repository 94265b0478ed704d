//! The service seen from outside, one module a room.
#![cfg(test)]
//! The service seen from outside, one module a room. Each is `cfg(test)` so that its helpers may unwrap like its tests.
#[cfg(test)]

mod architecture;
mod db;
mod lines;
mod outbox;
mod support;
