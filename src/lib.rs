//! Ligne Solidaire: the service a town puts behind its green number. ARCHITECTURE.md is the map of these rooms.

pub mod app;
pub mod audit;
pub mod callbacks;
pub mod calls;
pub mod cli;
pub mod clock;
pub mod config;
pub mod console;
pub mod db;
pub mod dialog;
pub mod http;
pub mod id;
pub mod lang;
pub mod lines;
pub mod look;
pub mod operators;
pub mod outbox;
pub mod phone;
pub mod requests;
pub mod secret;
pub mod simulator;
pub mod sms;
pub mod spool;
pub mod telemetry;
pub mod telephony;
pub mod worker;
