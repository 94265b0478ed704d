//! What the provider reported of each of its ids: the greatest fate that was heard.

use jiff::Timestamp;

use crate::db::{DbError, Tx, storable};
use crate::sms::outbound::message::Fate;

/// Keeps what a report says of an id, and answers what is known of it now. Whoever else does that for the same id waits
/// for the end of this transaction, and then finds what it kept.
pub async fn heard(tx: &mut Tx<'_>, sid: &str, fate: Fate, now: Timestamp) -> Result<Fate, DbError> {
    let (known,): (i64,) = sqlx::query_as(
        "insert into message_fates (sid, fate, at) values ($1, $2, $3) on conflict (sid) do update set \
         fate = case when excluded.fate > message_fates.fate then excluded.fate else message_fates.fate end \
         returning fate",
    )
    .bind(storable(sid).into_owned())
    .bind(fate.number())
    .bind(now.as_millisecond())
    .fetch_one(tx.conn())
    .await?;
    Ok(Fate::of_number(known))
}

/// Forgets the ids first heard of before that instant (F-73: 90 days).
pub async fn forget(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, DbError> {
    let delete = sqlx::query("delete from message_fates where at < $1").bind(before.as_millisecond());
    Ok(delete.execute(tx.conn()).await?.rows_affected())
}
