//! The service seen from outside, one module a room.
#![cfg(test)]

mod architecture;
mod db;
mod outbox;
mod support;
