//! The service seen from outside, one module a room.

mod browser;
mod simulator;
