//! The service seen from outside, one module a room. Helpers may unwrap like the tests they serve.
#![cfg(test)]

mod architecture;
mod bad_input;
mod bridges;
mod browser;
mod calls;
mod campaign_duplicates;
mod campaign_kills;
mod campaign_races;
mod campaign_walks;
mod claims;
mod commands;
mod console;
mod db;
mod demo;
mod deploy;
mod finish;
mod line_changes;
mod lines;
mod live;
mod operators;
mod outages;
mod outbox;
mod places;
mod plans;
mod queue;
mod requests_desk;
mod scripts;
mod signals;
mod simulator;
mod statements;
mod stats;
mod support;
mod telephony;
mod transcripts;
mod worker;
