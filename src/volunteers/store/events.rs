//! What happened to a volunteer.

use uuid::Uuid;

use super::super::event::{Act, Event, Kind};
use crate::clock::from_millis;
use crate::db::{DbError, Tx};
use crate::secret::Keyring;

/// What sealed details are bound to, with the row.
const PLACE: &str = "volunteer_events.detail";

/// Leaves the row of what happened, with the change that it tells. `detail` is in words; empty for nothing.
pub fn leave(tx: &mut Tx<'_>, keyring: &Keyring, volunteer_id: Uuid, kind: Kind, act: &Act<'_>, detail: &str) {
    let (id, actor, at) = (act.event.to_string(), act.actor.to_owned(), act.now.as_millisecond());
    let sealed = (!detail.is_empty()).then(|| keyring.seal(PLACE, &id, detail.as_bytes()));
    tx.at_end(
        "insert into volunteer_events (id, volunteer_id, at, actor, kind, detail) values ($1, $2, $3, $4, $5, $6)",
        move |event| event.bind(id).bind(volunteer_id.to_string()).bind(at).bind(actor).bind(kind.word()).bind(sealed),
    );
}

/// All that happened to her, the latest first.
pub async fn of(tx: &mut Tx<'_>, keyring: &Keyring, volunteer_id: Uuid) -> Result<Vec<Event>, DbError> {
    type Row = (String, i64, String, String, Option<Vec<u8>>);
    let rows: Vec<Row> = sqlx::query_as(
        "select id, at, actor, kind, detail from volunteer_events where volunteer_id = $1 order by at desc, id desc",
    )
    .bind(volunteer_id.to_string())
    .fetch_all(tx.conn())
    .await?;
    let read = |(id, at, actor, kind, sealed): Row| {
        let plain = sealed.and_then(|sealed| keyring.open(PLACE, &id, &sealed).ok());
        let detail = plain.and_then(|plain| String::from_utf8(plain).ok()).unwrap_or_default();
        Some(Event { at: from_millis(at), actor, kind: Kind::of_word(&kind)?, detail })
    };
    Ok(rows.into_iter().filter_map(read).collect())
}
