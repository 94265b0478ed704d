//! The rows of operators and of the lines that are theirs.

use jiff::Timestamp;
use uuid::Uuid;

use crate::db::{DbError, Tx};
use crate::lang::Lang;
use crate::operators::operator::{Operator, PHONE};
use crate::operators::role::words;
use crate::secret::Keyring;

/// Adds an operator, without a password yet; `false` when her login is somebody's.
pub async fn add(tx: &mut Tx<'_>, keyring: &Keyring, new: &Operator, now: Timestamp) -> Result<bool, DbError> {
    let id = new.id.to_string();
    let phone = new.phone.as_ref().map(|phone| keyring.seal(PHONE, &id, phone.as_e164().as_bytes()));
    let added = sqlx::query(
        "insert into operators (id, login, name, roles, langs, phone, created_at) values ($1, $2, $3, $4, $5, $6, $7) \
         on conflict do nothing",
    )
    .bind(&id)
    .bind(&new.login)
    .bind(&new.name)
    .bind(words(&new.roles))
    .bind(new.langs.iter().map(Lang::code).collect::<Vec<_>>().join(" "))
    .bind(phone)
    .bind(now.as_millisecond())
    .execute(tx.conn())
    .await?;
    if added.rows_affected() == 0 {
        return Ok(false);
    }
    give_lines(tx, new.id, &new.lines).await?;
    Ok(true)
}

async fn give_lines(tx: &mut Tx<'_>, id: Uuid, lines: &[Uuid]) -> Result<(), DbError> {
    for line in lines {
        sqlx::query("insert into operator_lines (operator_id, line_id) values ($1, $2) on conflict do nothing")
            .bind(id.to_string())
            .bind(line.to_string())
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}
