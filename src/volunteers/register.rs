//! Somebody offers help, by whatever way: one door. She is a candidate until a referent says yes (F-07); nobody is asked
//! anything before.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::availability::Availability;
use super::event::{Act, Kind};
use super::profile::Profile;
use super::store::{self, events};
use super::volunteer::{BUDGET_MIN, CameBy, State, Volunteer, Way};
use crate::db::{DbError, Tx};
use crate::geo::Spot;
use crate::lang::Lang;
use crate::secret::Keyring;

/// What somebody says of herself when she offers help.
#[derive(Debug, Clone, PartialEq)]
pub struct Application {
    /// The row of her number.
    pub contact_id: Uuid,
    /// Her name and the rest that people read; empty while it is only in a recording.
    pub profile: Profile,
    /// Her postal code.
    pub postal_code: Option<String>,
    /// Where she lives, if that is known.
    pub spot: Option<Spot>,
    /// What she can do: codes of the voice-scripts.
    pub skills: BTreeSet<String>,
    /// The languages that she speaks.
    pub langs: BTreeSet<Lang>,
    /// When she is free.
    pub availability: Availability,
    /// Whether she may be asked on Sundays and public holidays.
    pub holidays: bool,
    /// How she wants to be asked.
    pub way: Way,
    /// Minutes a month that she gives.
    pub budget_min: u32,
    /// How she came.
    pub came_by: CameBy,
    /// The call in which she offered help.
    pub call_id: Option<Uuid>,
}

impl Application {
    /// Somebody of whom only the number is known.
    pub fn of(contact_id: Uuid, came_by: CameBy, way: Way, zone: &TimeZone) -> Option<Self> {
        Some(Self {
            contact_id,
            profile: Profile::default(),
            postal_code: None,
            spot: None,
            skills: BTreeSet::new(),
            langs: BTreeSet::from([Lang::FRENCH]),
            availability: Availability::parse("", zone.clone()).ok()?,
            holidays: false,
            way,
            budget_min: BUDGET_MIN,
            came_by,
            call_id: None,
        })
    }
}

/// What became of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// She is a candidate now; a referent meets her.
    New(Uuid),
    /// Her number is that of somebody who helps already, or offered to: nothing changed.
    Known(Uuid),
}

/// Keeps an application; the same number twice is the same volunteer.
pub async fn register(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    line_id: Uuid,
    zone: &TimeZone,
    application: Application,
    (id, act): (Uuid, &Act<'_>),
) -> Result<Registered, DbError> {
    if let Some(known) = store::of_contact(tx, keyring, zone, line_id, application.contact_id).await? {
        return Ok(Registered::Known(known.id));
    }
    let call_id = application.call_id;
    let volunteer = candidate(line_id, application, id, act.now);
    if store::insert(tx, keyring, &volunteer, call_id).await? {
        events::leave(tx, keyring, id, Kind::Came, act, volunteer.came_by.label());
        return Ok(Registered::New(id));
    }
    // The same number, sent twice at once: the other one was first.
    let known = store::of_contact(tx, keyring, zone, line_id, volunteer.contact_id).await?;
    known
        .map(|known| Registered::Known(known.id))
        .ok_or_else(|| DbError::Refused("ce bénévole n'a pas pu être gardé".to_owned()))
}

fn candidate(line_id: Uuid, of: Application, id: Uuid, now: Timestamp) -> Volunteer {
    Volunteer {
        id,
        line_id,
        contact_id: of.contact_id,
        state: State::Candidate,
        profile: of.profile,
        postal_code: of.postal_code,
        spot: of.spot,
        skills: of.skills,
        langs: of.langs,
        availability: of.availability,
        holidays: of.holidays,
        way: of.way,
        budget_min: of.budget_min,
        came_by: of.came_by,
        paused_until: None,
        created_at: now,
        updated_at: now,
    }
}
