//! The rows of sessions.

use jiff::Timestamp;
use uuid::Uuid;

use crate::clock::from_millis;
use crate::db::{DbError, Tx};
use crate::operators::operator::Sealed;
use crate::operators::session::{self, SEEN_EVERY, Session, SignedIn};
use crate::secret::Keyring;

/// A session to open.
#[derive(Debug)]
pub struct NewSession<'a> {
    /// The hash of its token.
    pub id: &'a str,
    /// Whose it is.
    pub operator_id: Uuid,
    /// The browser and its system, in words.
    pub browser: &'a str,
    /// Whether it serves to set up a second factor and nothing else.
    pub limited: bool,
}

/// Opens a session.
pub async fn open(tx: &mut Tx<'_>, new: &NewSession<'_>, now: Timestamp) -> Result<(), DbError> {
    sqlx::query(
        "insert into sessions (id, operator_id, browser, opened_at, seen_at, limited) values ($1, $2, $3, $4, $4, $5)",
    )
    .bind(new.id)
    .bind(new.operator_id.to_string())
    .bind(new.browser)
    .bind(now.as_millisecond())
    .bind(i64::from(new.limited))
    .execute(tx.conn())
    .await?;
    Ok(())
}

type SignedInRow = (i64, i64, String, i64, String, String, String, String, String, Option<Vec<u8>>, Option<String>);

/// Who is signed in by that session at `now`; none once it was idle or open for too long, or was ended, or its operator
/// was disabled. Asked at each request of the console.
pub async fn signed_in(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    session_id: &str,
    now: Timestamp,
) -> Result<Option<SignedIn>, DbError> {
    let (opened, seen) = session::oldest(now);
    let rows: Vec<SignedInRow> = sqlx::query_as(
        "select s.opened_at, s.seen_at, s.browser, s.limited, o.id, o.login, o.name, o.roles, o.langs, o.phone, l.line_id \
         from sessions s join operators o on o.id = s.operator_id left join operator_lines l on l.operator_id = o.id \
         where s.id = $1 and s.opened_at > $2 and s.seen_at > $3 and o.disabled_at is null order by l.line_id",
    )
    .bind(session_id)
    .bind(opened.as_millisecond())
    .bind(seen.as_millisecond())
    .fetch_all(tx.conn())
    .await?;
    Ok(read(keyring, session_id, rows))
}

/// One row for each line.
fn read(keyring: &Keyring, session_id: &str, rows: Vec<SignedInRow>) -> Option<SignedIn> {
    let lines: Vec<_> = rows.iter().filter_map(|row| row.10.clone()).collect();
    let (opened_at, seen_at, browser, limited, id, login, name, roles, langs, phone, _) = rows.into_iter().next()?;
    let session = Session {
        id: session_id.to_owned(),
        opened_at: from_millis(opened_at),
        seen_at: from_millis(seen_at),
        browser,
        limited: limited != 0,
    };
    let mut operator = Sealed { id, login, name, roles, langs, phone, lines }.open(keyring)?;
    if session.limited {
        operator.roles.clear();
        operator.lines.clear();
    }
    Some(SignedIn { operator, session })
}

/// Notes that something was done in a session: at most once a minute.
pub async fn touch(tx: &mut Tx<'_>, session_id: &str, now: Timestamp) -> Result<(), DbError> {
    let before = now.checked_sub(SEEN_EVERY).unwrap_or(now);
    sqlx::query("update sessions set seen_at = $1 where id = $2 and seen_at <= $3")
        .bind(now.as_millisecond())
        .bind(session_id)
        .bind(before.as_millisecond())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The sessions of an operator that are open at `now`, the last one used first.
pub async fn of(tx: &mut Tx<'_>, operator_id: Uuid, now: Timestamp) -> Result<Vec<Session>, DbError> {
    let (opened, seen) = session::oldest(now);
    let rows: Vec<(String, i64, i64, String, i64)> = sqlx::query_as(
        "select id, opened_at, seen_at, browser, limited from sessions \
         where operator_id = $1 and opened_at > $2 and seen_at > $3 order by seen_at desc, id",
    )
    .bind(operator_id.to_string())
    .bind(opened.as_millisecond())
    .bind(seen.as_millisecond())
    .fetch_all(tx.conn())
    .await?;
    let session = |(id, opened_at, seen_at, browser, limited)| Session {
        id,
        opened_at: from_millis(opened_at),
        seen_at: from_millis(seen_at),
        browser,
        limited: limited != 0_i64,
    };
    Ok(rows.into_iter().map(session).collect())
}

/// Ends one of the operator's sessions; `false` when she has no such session.
pub async fn end(tx: &mut Tx<'_>, operator_id: Uuid, session_id: &str) -> Result<bool, DbError> {
    let ended = sqlx::query("delete from sessions where id = $1 and operator_id = $2")
        .bind(session_id)
        .bind(operator_id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(ended.rows_affected() == 1)
}

/// Ends the operator's sessions but that one, and returns how many; an empty `kept` spares none.
pub async fn end_others(tx: &mut Tx<'_>, operator_id: Uuid, kept: &str) -> Result<u64, DbError> {
    let ended = sqlx::query("delete from sessions where operator_id = $1 and id <> $2")
        .bind(operator_id.to_string())
        .bind(kept)
        .execute(tx.conn())
        .await?;
    Ok(ended.rows_affected())
}

/// Ends the session of that id, whoever's it is.
pub async fn give_up(tx: &mut Tx<'_>, session_id: &str) -> Result<(), DbError> {
    sqlx::query("delete from sessions where id = $1").bind(session_id).execute(tx.conn()).await?;
    Ok(())
}

/// Deletes the sessions that are over.
pub async fn purge(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, DbError> {
    let (opened, seen) = session::oldest(now);
    let idle =
        sqlx::query("delete from sessions where seen_at <= $1").bind(seen.as_millisecond()).execute(tx.conn()).await?;
    let old = sqlx::query("delete from sessions where opened_at <= $1")
        .bind(opened.as_millisecond())
        .execute(tx.conn())
        .await?;
    Ok(idle.rows_affected() + old.rows_affected())
}
