//! The telephones of those who work at the desk: whom an alert reaches, and which one rings for a call back by a click.

use uuid::Uuid;

use crate::db::{DbError, Tx};
use crate::operators::operator::PHONE;
use crate::operators::role::{Right, Role};
use crate::phone::PhoneNumber;
use crate::secret::Keyring;

/// Somebody of the desk, by her telephone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    /// Her account.
    pub operator_id: Uuid,
    /// As colleagues read it.
    pub name: String,
    /// Her telephone.
    pub number: PhoneNumber,
}

/// The telephones of whoever has that right on that line, by name.
pub async fn of_line(tx: &mut Tx<'_>, keyring: &Keyring, line_id: Uuid, right: Right) -> Result<Vec<Phone>, DbError> {
    let rows: Vec<(String, String, String, Vec<u8>)> = sqlx::query_as(
        "select o.id, o.name, o.roles, o.phone from operator_lines l join operators o on o.id = l.operator_id \
         where l.line_id = $1 and o.disabled_at is null and o.phone is not null order by o.name, o.id",
    )
    .bind(line_id.to_string())
    .fetch_all(tx.conn())
    .await?;
    let may = |roles: &str| roles.split(' ').filter_map(Role::of_word).any(|role| role.may(right));
    let rows = rows.into_iter().filter(|(_, _, roles, _)| may(roles));
    let phones = rows.filter_map(|(id, name, _, sealed)| {
        let number = opened(keyring, &id, &sealed)?;
        Some(Phone { operator_id: id.parse().ok()?, name, number })
    });
    Ok(phones.collect())
}

/// Her own telephone, if she gave one.
pub async fn of(tx: &mut Tx<'_>, keyring: &Keyring, operator_id: Uuid) -> Result<Option<PhoneNumber>, DbError> {
    let id = operator_id.to_string();
    let row: Option<(Vec<u8>,)> =
        sqlx::query_as("select phone from operators where id = $1 and disabled_at is null and phone is not null")
            .bind(&id)
            .fetch_optional(tx.conn())
            .await?;
    Ok(row.and_then(|(sealed,)| opened(keyring, &id, &sealed)))
}

fn opened(keyring: &Keyring, id: &str, sealed: &[u8]) -> Option<PhoneNumber> {
    let plain = keyring.open(PHONE, id, sealed).ok()?;
    PhoneNumber::parse(std::str::from_utf8(&plain).ok()?).ok()
}
