//! The rows of sign-ins that failed, or that are being looked at: one counts as a failure until it succeeds.

use jiff::Timestamp;
use uuid::Uuid;

use crate::clock::from_millis;
use crate::db::{DbError, Tx};
use crate::operators::throttle::{ACCOUNT_MEMORY, ADDRESS_MEMORY, Failures};

/// A try, by keyed hashes.
#[derive(Debug)]
pub struct Try<'a> {
    /// Its row.
    pub id: Uuid,
    /// The login that was typed.
    pub account: &'a str,
    /// Where it came from.
    pub address: &'a str,
    /// When.
    pub at: Timestamp,
}

/// Counts a try.
pub async fn count(tx: &mut Tx<'_>, new: &Try<'_>) -> Result<(), DbError> {
    sqlx::query("insert into sign_in_tries (id, account, address, at) values ($1, $2, $3, $4)")
        .bind(new.id.to_string())
        .bind(new.account)
        .bind(new.address)
        .bind(new.at.as_millisecond())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Failures of an account: those from `usual`, where she signed in last, if that is where the try comes from; otherwise
/// those from anywhere else.
pub async fn of_account(tx: &mut Tx<'_>, new: &Try<'_>, usual: Option<&str>) -> Result<Failures, DbError> {
    let since = new.at.checked_sub(ACCOUNT_MEMORY).unwrap_or(Timestamp::MIN);
    let (count, last): (i64, Option<i64>) = sqlx::query_as(
        "select count(*), max(at) from sign_in_tries where account = $1 and at > $2 and \
         case when address = $3 then 1 else 0 end = case when $4 = $3 then 1 else 0 end",
    )
    .bind(new.account)
    .bind(since.as_millisecond())
    .bind(usual.unwrap_or_default())
    .bind(new.address)
    .fetch_one(tx.conn())
    .await?;
    Ok(Failures { count, last: last.map(from_millis) })
}

/// Failures from an address, whatever the accounts.
pub async fn of_address(tx: &mut Tx<'_>, new: &Try<'_>) -> Result<Failures, DbError> {
    let since = new.at.checked_sub(ADDRESS_MEMORY).unwrap_or(Timestamp::MIN);
    let (count, last): (i64, Option<i64>) =
        sqlx::query_as("select count(*), max(at) from sign_in_tries where address = $1 and at > $2")
            .bind(new.address)
            .bind(since.as_millisecond())
            .fetch_one(tx.conn())
            .await?;
    Ok(Failures { count, last: last.map(from_millis) })
}

/// Forgets the failures of an account: she came in.
pub async fn forget(tx: &mut Tx<'_>, account: &str) -> Result<(), DbError> {
    sqlx::query("delete from sign_in_tries where account = $1").bind(account).execute(tx.conn()).await?;
    Ok(())
}

/// Deletes the failures that nobody counts any more.
pub async fn purge(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, DbError> {
    let before = now.checked_sub(ACCOUNT_MEMORY).unwrap_or(Timestamp::MIN);
    let deleted = sqlx::query("delete from sign_in_tries where at <= $1");
    Ok(deleted.bind(before.as_millisecond()).execute(tx.conn()).await?.rows_affected())
}
