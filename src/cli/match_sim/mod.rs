//! `match-sim`: the matching rules at work in a simulated city, over JSON lines.
//!
//! One message a line on the standard input, one answer a line on the standard output, flushed. What decides is
//! [`crate::matching`], which the service runs too; here is only the little that stands in for its database: who lives where,
//! what was sent, what was answered. A line that is no message gets an empty answer and is explained on the error output.

pub mod city;
pub mod frame;
pub mod grid;
pub mod protocol;

use std::io::{self, BufRead, Write};

use city::City;
use protocol::{Answer, Message};

/// A conversation with somebody who simulates a city.
#[derive(Debug)]
pub struct Session {
    city: City,
}

impl Session {
    /// A conversation in which nothing was said yet.
    pub fn new() -> Self {
        Self { city: City::empty() }
    }

    /// The answer to a line, without its end, and what is to be said about the line.
    pub fn answer(&mut self, line: &str) -> (String, Vec<String>) {
        let mut remarks = Vec::new();
        let answer = match serde_json::from_str(line) {
            Ok(message) => self.hear(message, &mut remarks),
            Err(cause) => {
                remarks.push(format!("ligne incompréhensible, laissée de côté : {cause}"));
                Answer::default()
            }
        };
        let written = serde_json::to_string(&answer);
        (written.unwrap_or_else(|_| r#"{"send":[],"wake":null}"#.to_owned()), remarks)
    }

    fn hear(&mut self, message: Message, remarks: &mut Vec<String>) -> Answer {
        match message {
            Message::Init(init) => self.city = City::new(&init, remarks),
            Message::Request(request) => self.city.request(&request, remarks),
            Message::Reply(reply) => self.city.reply(&reply, remarks),
            Message::Expired { t, request } => self.city.expired(t, &request, remarks),
            Message::Wake { t } => self.city.wake(t, remarks),
            Message::Other => {
                remarks.push("type de message inconnu, laissé de côté".to_owned());
                return Answer::default();
            }
        }
        self.city.step()
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

/// Answers every line until the input ends.
pub fn run() -> anyhow::Result<()> {
    let (mut input, mut out) = (io::stdin().lock(), io::stdout().lock());
    let mut session = Session::new();
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        // Bytes that are no text make a line that is no message, like any other.
        let (answer, remarks) = session.answer(String::from_utf8_lossy(&line).trim());
        for remark in remarks {
            // A closed error output changes nothing to the answers.
            drop(writeln!(io::stderr(), "match-sim : {remark}"));
        }
        writeln!(out, "{answer}")?;
        out.flush()?;
        line.clear();
    }
    Ok(())
}
