//! A volunteer wrote STOP: from that instant nobody asks her anything (F-58).

use uuid::Uuid;

use super::event::{Act, Kind};
use super::store::{self, candidates, events};
use super::volunteer::State;
use crate::db::{DbError, Tx};
use crate::lines::Line;
use crate::secret::Keyring;

/// Whoever has that number helps no more; `false` when nobody of the line has it.
pub async fn stopped(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    line: &Line,
    contact_id: Uuid,
    act: &Act<'_>,
) -> Result<bool, DbError> {
    let zone = line.settings.hours.zone();
    let Some(volunteer) = store::of_contact(tx, keyring, zone, line.id, contact_id).await? else { return Ok(false) };
    candidates::write(tx, &volunteer, None).await?;
    if store::change(tx, line.id, volunteer.id, (volunteer.state, State::Left), act.now).await? {
        events::leave(tx, keyring, volunteer.id, Kind::Stopped, act, "");
    }
    Ok(true)
}
