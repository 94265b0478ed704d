//! The service seen from outside, one module a room.

mod support;

mod db;
