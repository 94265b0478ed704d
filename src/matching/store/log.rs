//! What the log of a line teaches: its latest offers and what became of them.

use uuid::Uuid;

use super::super::offer::State;
use super::super::rate::{Answer, Asked, LATEST};
use crate::clock::from_millis;
use crate::db::{DbError, Tx};

/// The latest offers of a line, at most as many as are learnt from.
pub async fn latest(tx: &mut Tx<'_>, line_id: Uuid) -> Result<Vec<Asked>, DbError> {
    let rows: Vec<(i64, i64, String, Option<i64>)> = sqlx::query_as(
        "select asked_at, distance_m, state, answered_at from offers where line_id = $1 and state <> 'withdrawn' \
         order by asked_at desc limit $2",
    )
    .bind(line_id.to_string())
    .bind(i64::try_from(LATEST).unwrap_or(i64::MAX))
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(asked).collect())
}

fn asked((at, metres, state, answered): (i64, i64, String, Option<i64>)) -> Asked {
    let answer = match State::of_word(&state) {
        Some(State::Accepted | State::Late) => Some(Answer::Yes),
        Some(State::Declined) => Some(Answer::No),
        _ => None,
    };
    let answered = answered.map(from_millis).zip(answer);
    Asked { at: from_millis(at), metres: u32::try_from(metres).unwrap_or_default(), answered }
}
