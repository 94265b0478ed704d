//! What a line has settled for each urgency: how many neighbours, how often, how far, and how often the same one (F-61).
//!
//! The numbers were chosen on the simulated towns of docs/matching.md, which also shows what others would do.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// By when help is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Today.
    Today,
    /// Tomorrow.
    Tomorrow,
    /// One of these days.
    ThisWeek,
}

/// How a request of one urgency is carried to the neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    /// Neighbours asked at once where one in five says yes; fewer where they say it more often, more where less.
    pub wave: u32,
    /// Never more at once.
    pub most: u32,
    /// Minutes between two waves.
    pub gap_min: u32,
    /// After so many waves and their time to answer, staff is told; asking goes on slowly meanwhile.
    pub waves: u32,
    /// Minutes between two waves from then on.
    pub slow_gap_min: u32,
    /// Never more neighbours in all for one request.
    pub total: u32,
    /// Never further, in metres, as [`rank::distance`](super::rank::distance) counts.
    pub radius_m: u32,
    /// Whose chance of a yes is below this is not bothered.
    pub least: f64,
    /// Minutes for which an offer is open: until then its volunteer gets no other.
    pub open_min: u32,
    /// How often one volunteer may be asked.
    pub caps: Caps,
}

/// How many offers one volunteer may be made (F-34).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caps {
    /// In twenty-four hours.
    pub day: u32,
    /// In seven days.
    pub week: u32,
    /// In thirty days.
    pub month: u32,
}

impl Default for Caps {
    fn default() -> Self {
        Self { day: 2, week: 5, month: 12 }
    }
}

impl Pace {
    /// The pace of an urgency where the line has settled nothing.
    pub fn of(urgency: Urgency) -> Self {
        let today = Self {
            wave: 3,
            most: 6,
            gap_min: 20,
            waves: 3,
            slow_gap_min: 30,
            total: 40,
            radius_m: 10_000,
            least: 0.025,
            open_min: 90,
            caps: Caps::default(),
        };
        match urgency {
            Urgency::Today => today,
            Urgency::Tomorrow | Urgency::ThisWeek => Self { gap_min: 120, slow_gap_min: 240, open_min: 240, ..today },
        }
    }

    /// Between two waves, after so many of them.
    pub fn gap(&self, waves: usize) -> SignedDuration {
        let minutes = if waves < self.waves as usize { self.gap_min } else { self.slow_gap_min };
        SignedDuration::from_mins(i64::from(minutes.max(1)))
    }
}
