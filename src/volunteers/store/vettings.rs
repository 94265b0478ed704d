//! What was seen of a volunteer.

use jiff::Timestamp;
use uuid::Uuid;

use super::super::vetting::{Kind, Vetting};
use crate::clock::from_millis;
use crate::db::{DbError, Tx};

/// Keeps that something was seen; seen again, it counts from then on.
pub async fn put(tx: &mut Tx<'_>, volunteer_id: Uuid, vetting: &Vetting, seen_by: Uuid) -> Result<(), DbError> {
    sqlx::query(
        "insert into vettings (volunteer_id, kind, seen_at, seen_by, expires_at) values ($1, $2, $3, $4, $5) \
         on conflict (volunteer_id, kind) do update set seen_at = $3, seen_by = $4, expires_at = $5",
    )
    .bind(volunteer_id.to_string())
    .bind(vetting.kind.word())
    .bind(vetting.seen_at.as_millisecond())
    .bind(seen_by.to_string())
    .bind(vetting.expires_at.map(Timestamp::as_millisecond))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Forgets that something was seen; `false` when it was not.
pub async fn drop(tx: &mut Tx<'_>, volunteer_id: Uuid, kind: Kind) -> Result<bool, DbError> {
    let done = sqlx::query("delete from vettings where volunteer_id = $1 and kind = $2")
        .bind(volunteer_id.to_string())
        .bind(kind.word())
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() == 1)
}

/// All that was seen of her, with the name of who saw it.
pub async fn of(tx: &mut Tx<'_>, volunteer_id: Uuid) -> Result<Vec<(Vetting, String)>, DbError> {
    let rows: Vec<(String, i64, Option<i64>, String)> = sqlx::query_as(
        "select v.kind, v.seen_at, v.expires_at, o.name from vettings v join operators o on o.id = v.seen_by \
         where v.volunteer_id = $1 order by v.seen_at, v.kind",
    )
    .bind(volunteer_id.to_string())
    .fetch_all(tx.conn())
    .await?;
    let read = |(kind, seen, expires, by): (String, i64, Option<i64>, String)| {
        let kind = Kind::of_word(&kind)?;
        Some((Vetting { kind, seen_at: from_millis(seen), expires_at: expires.map(from_millis) }, by))
    };
    Ok(rows.into_iter().filter_map(read).collect())
}
