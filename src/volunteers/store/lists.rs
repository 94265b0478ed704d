//! Volunteers as lists show them: by state, by a word of their name, by number.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;
use uuid::Uuid;

use super::super::profile::{Profile, word_index};
use super::super::volunteer::{CameBy, State};
use crate::clock::from_millis;
use crate::db::{DbError, Tx};
use crate::secret::Keyring;

/// The most that a list shows at once.
pub const AT_ONCE: i64 = 100;

/// A volunteer in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The row.
    pub id: Uuid,
    /// The line.
    pub line_id: Uuid,
    /// Where she stands.
    pub state: State,
    /// Her name and the rest that people read.
    pub profile: Profile,
    /// Her postal code.
    pub postal_code: Option<String>,
    /// What she can do.
    pub skills: Vec<String>,
    /// How she came.
    pub came_by: CameBy,
    /// Until when she pauses.
    pub paused_until: Option<Timestamp>,
    /// Whether somebody placed her on the map.
    pub placed: bool,
    /// When she came.
    pub created_at: Timestamp,
}

/// Those of the lines of an operator in a state, the latest first, beginning after `last`.
pub async fn in_state(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    operator_id: Uuid,
    state: State,
    last: Option<&Listed>,
) -> Result<Vec<Listed>, DbError> {
    let (at, id) =
        last.map_or((i64::MAX, String::new()), |last| (last.created_at.as_millisecond(), last.id.to_string()));
    let rows = sqlx::query(
        "select v.id, v.line_id, v.state, v.profile, v.postal_code, v.skills, v.came_by, v.paused_until, v.lat, v.created_at \
         from operator_lines o join volunteers v on v.line_id = o.line_id where o.operator_id = $1 and v.state = $2 \
         and (v.created_at < $3 or (v.created_at = $3 and v.id > $4)) order by v.created_at desc, v.id limit $5",
    )
    .bind(operator_id.to_string())
    .bind(state.word())
    .bind(at)
    .bind(id)
    .bind(AT_ONCE)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.iter().filter_map(|row| listed(keyring, row)).collect())
}

/// Those of the lines of an operator who have that folded word in their name, whatever their state.
pub async fn named(tx: &mut Tx<'_>, keyring: &Keyring, operator_id: Uuid, word: &str) -> Result<Vec<Listed>, DbError> {
    let rows = sqlx::query(
        "select v.id, v.line_id, v.state, v.profile, v.postal_code, v.skills, v.came_by, v.paused_until, v.lat, v.created_at \
         from operator_lines o join volunteer_words w on w.line_id = o.line_id join volunteers v on v.id = w.volunteer_id \
         where o.operator_id = $1 and w.word = $2 order by v.created_at desc, v.id limit $3",
    )
    .bind(operator_id.to_string())
    .bind(word_index(keyring, word))
    .bind(AT_ONCE)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.iter().filter_map(|row| listed(keyring, row)).collect())
}

/// How many of the lines of an operator are in a state.
pub async fn counted(tx: &mut Tx<'_>, operator_id: Uuid, state: State) -> Result<i64, DbError> {
    let (count,): (i64,) = sqlx::query_as(
        "select count(*) from operator_lines o join volunteers v on v.line_id = o.line_id \
         where o.operator_id = $1 and v.state = $2",
    )
    .bind(operator_id.to_string())
    .bind(state.word())
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}

/// A row that makes no sense is left out of a list.
fn listed(keyring: &Keyring, row: &AnyRow) -> Option<Listed> {
    let text = |name: &str| row.try_get::<String, _>(name).ok();
    let (id, sealed): (String, Vec<u8>) = (text("id")?, row.try_get("profile").ok()?);
    Some(Listed {
        line_id: text("line_id")?.parse().ok()?,
        state: State::of_word(&text("state")?)?,
        profile: Profile::unseal(keyring, &id, &sealed),
        postal_code: row.try_get("postal_code").ok()?,
        skills: text("skills")?.split_whitespace().map(str::to_owned).collect(),
        came_by: CameBy::of_word(&text("came_by")?)?,
        paused_until: row.try_get::<Option<i64>, _>("paused_until").ok()?.map(from_millis),
        placed: row.try_get::<Option<i64>, _>("lat").ok()?.is_some(),
        created_at: from_millis(row.try_get("created_at").ok()?),
        id: id.parse().ok()?,
    })
}
