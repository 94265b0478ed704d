//! For what a volunteer may be asked, and until when: the rows that a search reads. Pure.
//!
//! This is where F-07 is kept: without identity seen and charter accepted there is no row, by whatever way she came.

use jiff::Timestamp;

use super::vetting::{self, Vetting};
use super::volunteer::{State, Volunteer};
use crate::geo::Spot;

/// One skill for which she may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidacy {
    /// The skill.
    pub skill: String,
    /// Not before: her pause.
    pub from: Timestamp,
    /// Nor after: what was seen of her lapses.
    pub until: Timestamp,
}

/// Where and for what she may be asked from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Where she lives.
    pub spot: Spot,
    /// The blocks of the week in which she may be free.
    pub blocks: i64,
    /// Her skills, those only that she may use.
    pub skills: Vec<Candidacy>,
}

/// Where and for what she may be asked; `None` for whoever may not be asked at all.
pub fn candidate(volunteer: &Volunteer, seen: &[Vetting], now: Timestamp) -> Option<Candidate> {
    if volunteer.state != State::Active {
        return None;
    }
    let (spot, blocks) = (volunteer.spot?, volunteer.availability.blocks(now));
    let from = volunteer.paused_until.unwrap_or(Timestamp::UNIX_EPOCH);
    let one = |skill: &String| {
        let until = vetting::holds_until(skill, seen, now)?;
        Some(Candidacy { skill: skill.clone(), from, until })
    };
    let skills: Vec<_> = volunteer.skills.iter().filter_map(one).collect();
    (!skills.is_empty() && blocks != 0).then_some(Candidate { spot, blocks, skills })
}
