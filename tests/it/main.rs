//! The service seen from outside, one module a room.
mod architecture;
