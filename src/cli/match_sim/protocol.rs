//! The messages of `match-sim`, as they stand on the line. Fields that are not named here are ignored.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A line that came in.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Message {
    /// The city, once.
    Init(Init),
    /// Somebody needs help.
    Request(Request),
    /// A volunteer answered.
    Reply(Reply),
    /// An hour that was asked for has come.
    Wake {
        /// Minutes from midnight of day 0.
        t: f64,
    },
    /// Nobody may be asked for this request any more.
    Expired {
        /// Minutes from midnight of day 0.
        t: f64,
        /// Which.
        request: Value,
    },
    /// Something else.
    #[serde(other)]
    Other,
}

/// The city.
#[derive(Debug, Deserialize)]
pub struct Init {
    /// Minutes from midnight of day 0.
    #[serde(default)]
    pub t: f64,
    /// From which hour to which hour nobody is texted.
    #[serde(default)]
    pub quiet: Option<(f64, f64)>,
    /// Who lives there: each read by itself, so that a broken one does not hide the others.
    #[serde(default)]
    pub volunteers: Vec<Value>,
}

/// A volunteer of the city.
#[derive(Debug, Deserialize)]
pub struct Volunteer {
    /// Her name for the simulator, given back as it came.
    pub id: Value,
    /// Where she lives.
    #[serde(flatten)]
    pub place: Place,
    /// What she helps with.
    #[serde(default)]
    pub categories: Vec<Value>,
    /// Whether an operator has validated her; nobody else is ever asked (F-07).
    #[serde(default)]
    pub verified: bool,
}

/// A request.
#[derive(Debug, Deserialize)]
pub struct Request {
    /// When.
    pub t: f64,
    /// Its name for the simulator, given back as it came.
    pub id: Value,
    /// Where help is needed.
    #[serde(flatten)]
    pub place: Place,
    /// What is needed; nothing: whatever anybody does.
    #[serde(default)]
    pub category: Value,
}

/// An answer of a volunteer.
#[derive(Debug, Deserialize)]
pub struct Reply {
    /// When.
    pub t: f64,
    /// To which request.
    pub request: Value,
    /// Whose.
    pub volunteer: Value,
    /// What she said.
    pub answer: Said,
}

/// What a volunteer said, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// Yes, and the request is hers.
    Claimed,
    /// Yes, after somebody else.
    Late,
    /// No.
    No,
    /// STOP.
    Stop,
}

/// A place: metres on the plan, degrees on the earth, or both.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Place {
    /// Degrees.
    #[serde(default)]
    pub lon: Option<f64>,
    /// Degrees.
    #[serde(default)]
    pub lat: Option<f64>,
    /// Metres.
    #[serde(default)]
    pub x: Option<f64>,
    /// Metres.
    #[serde(default)]
    pub y: Option<f64>,
}

/// What is answered to every line.
#[derive(Debug, Default, Serialize)]
pub struct Answer {
    /// Who is asked for what: request, then volunteer.
    pub send: Vec<(Value, Value)>,
    /// When the next message is wanted at the latest.
    pub wake: Option<f64>,
}
