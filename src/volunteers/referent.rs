//! What a referent does with a volunteer: what was seen, yes, corrections, pause, incident, goodbye. Each in one
//! transaction with its row of what happened, its entry of the journal, and the rows by which she is asked or not.

use jiff::Timestamp;
use uuid::Uuid;

use super::candidacy;
use super::event::{Act, Kind};
use super::store::{self, candidates, events, vettings};
use super::vetting::{self, Vetting};
use super::volunteer::{State, Volunteer};
use crate::audit;
use crate::db::{DbError, Tx};
use crate::lines::Line;
use crate::lines::store::is_hers;
use crate::secret::Keyring;

/// Who does it.
#[derive(Debug, Clone)]
pub struct Hand {
    /// The operator.
    pub operator_id: Uuid,
    /// Her name, as colleagues read it.
    pub name: String,
    /// Her entry of the journal.
    pub entry: Uuid,
    /// The row of what happened.
    pub event: Uuid,
    /// When.
    pub now: Timestamp,
}

impl Hand {
    fn act(&self) -> Act<'_> {
        Act { event: self.event, actor: &self.name, now: self.now }
    }
}

/// Why something was not done, in words for whoever asked for it.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There is no such volunteer on a line of hers.
    #[error("ce bénévole n'existe pas")]
    Nobody,
    /// Somebody changed her meanwhile.
    #[error("quelqu'un a modifié cette fiche entre-temps : relisez-la")]
    Stale,
    /// A referent must see more before.
    #[error("il manque : {0}")]
    Missing(String),
    /// The database did not do its part.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Something to do with a volunteer.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Something was seen.
    See(vetting::Kind),
    /// What was seen does not count any more.
    Unsee(vetting::Kind),
    /// She may be asked from now on.
    Accept,
    /// She pauses until then; none: she is back.
    Pause(Option<Timestamp>),
    /// She helps no more.
    Part,
    /// A suspension ends.
    Reinstate,
}

/// Does it, to a volunteer of a line of the operator's.
pub async fn perform(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    line: &Line,
    id: Uuid,
    deed: &Deed,
    hand: &Hand,
) -> Result<(), Refused> {
    let volunteer = hers(tx, keyring, line, id, hand).await?;
    let (kind, detail) = match deed {
        Deed::See(kind) => see(tx, &volunteer, *kind, line, hand).await?,
        Deed::Unsee(kind) if vettings::drop(tx, id, *kind).await? => (Kind::Unvetted, kind.label().to_owned()),
        Deed::Unsee(_) => return Err(Refused::Stale),
        Deed::Accept => accept(tx, &volunteer, hand).await?,
        Deed::Pause(until) => pause(tx, &volunteer, *until, hand).await?,
        Deed::Part => moved(tx, &volunteer, State::Left, Kind::Left, hand).await?,
        Deed::Reinstate => moved(tx, &volunteer, State::Active, Kind::Reinstated, hand).await?,
    };
    events::leave(tx, keyring, id, kind, &hand.act(), &detail);
    renew(tx, keyring, line, id, hand.now).await?;
    journal(tx, line.id, kind, id, hand).await
}

/// Keeps what was corrected of her; `seen` is the version that the form showed.
pub async fn correct(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    line: &Line,
    after: &Volunteer,
    seen: Timestamp,
    hand: &Hand,
) -> Result<(), Refused> {
    hers(tx, keyring, line, after.id, hand).await?;
    let after = Volunteer { updated_at: hand.now, ..after.clone() };
    if !store::update(tx, keyring, &after, seen).await? {
        return Err(Refused::Stale);
    }
    events::leave(tx, keyring, after.id, Kind::Changed, &hand.act(), "");
    renew(tx, keyring, line, after.id, hand.now).await?;
    journal(tx, line.id, Kind::Changed, after.id, hand).await
}

/// Writes anew the rows by which she is asked.
pub async fn renew(tx: &mut Tx<'_>, keyring: &Keyring, line: &Line, id: Uuid, now: Timestamp) -> Result<(), DbError> {
    let zone = line.settings.hours.zone();
    let Some(volunteer) = store::one(tx, keyring, zone, line.id, id).await? else { return Ok(()) };
    let seen: Vec<Vetting> = vettings::of(tx, id).await?.into_iter().map(|(vetting, _)| vetting).collect();
    let candidate = candidacy::candidate(&volunteer, &seen, now);
    candidates::write(tx, &volunteer, candidate.as_ref()).await
}

async fn hers(tx: &mut Tx<'_>, keyring: &Keyring, line: &Line, id: Uuid, hand: &Hand) -> Result<Volunteer, Refused> {
    if !is_hers(tx, hand.operator_id, line.id).await? {
        return Err(Refused::Nobody);
    }
    store::one(tx, keyring, line.settings.hours.zone(), line.id, id).await?.ok_or(Refused::Nobody)
}

async fn see(
    tx: &mut Tx<'_>,
    volunteer: &Volunteer,
    kind: vetting::Kind,
    line: &Line,
    hand: &Hand,
) -> Result<(Kind, String), Refused> {
    let expires_at = kind.expires(hand.now, line.settings.hours.zone());
    let vetting = Vetting { kind, seen_at: hand.now, expires_at };
    vettings::put(tx, volunteer.id, &vetting, hand.operator_id).await?;
    Ok((Kind::Vetted, kind.label().to_owned()))
}

async fn accept(tx: &mut Tx<'_>, volunteer: &Volunteer, hand: &Hand) -> Result<(Kind, String), Refused> {
    let seen: Vec<Vetting> = vettings::of(tx, volunteer.id).await?.into_iter().map(|(vetting, _)| vetting).collect();
    let missing: Vec<_> = vetting::missing("", &seen, hand.now).into_iter().map(vetting::Kind::label).collect();
    if !missing.is_empty() {
        return Err(Refused::Missing(missing.join(", ")));
    }
    moved(tx, volunteer, State::Active, Kind::Accepted, hand).await
}

async fn pause(
    tx: &mut Tx<'_>,
    volunteer: &Volunteer,
    until: Option<Timestamp>,
    hand: &Hand,
) -> Result<(Kind, String), Refused> {
    if !store::pause(tx, volunteer.line_id, volunteer.id, until, hand.now).await? {
        return Err(Refused::Stale);
    }
    Ok((if until.is_some() { Kind::Paused } else { Kind::Resumed }, String::new()))
}

async fn moved(
    tx: &mut Tx<'_>,
    volunteer: &Volunteer,
    to: State,
    kind: Kind,
    hand: &Hand,
) -> Result<(Kind, String), Refused> {
    let step = (volunteer.state, to);
    if !store::change(tx, volunteer.line_id, volunteer.id, step, hand.now).await? {
        return Err(Refused::Stale);
    }
    Ok((kind, String::new()))
}

async fn journal(tx: &mut Tx<'_>, line_id: Uuid, kind: Kind, id: Uuid, hand: &Hand) -> Result<(), Refused> {
    let action = match kind {
        Kind::Vetted | Kind::Unvetted => "volunteer.vet",
        Kind::Accepted => "volunteer.accept",
        Kind::Paused | Kind::Resumed => "volunteer.pause",
        Kind::Suspended | Kind::Reinstated => "volunteer.suspend",
        Kind::Left | Kind::Stopped => "volunteer.part",
        Kind::Came | Kind::Changed => "volunteer.change",
    };
    let place = (hand.entry, Some(line_id));
    Ok(audit::store::write_of_line(tx, place, &hand.name, action, &id.to_string(), hand.now).await?)
}
