//! The service seen from outside, one module a room.
#![cfg(test)]

mod support;

mod db;
mod outbox;
