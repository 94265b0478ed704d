//! The rows of operators and of the lines that are theirs.

use jiff::Timestamp;
use sqlx::{query, query_as};
use uuid::Uuid;

use crate::clock::from_millis;
use crate::db::{self, DbError, Tx};
use crate::lang::Lang;
use crate::operators::operator::{Operator, PHONE, Sealed};
use crate::operators::role::{Role, words};
use crate::phone::PhoneNumber;
use crate::secret::Keyring;

/// Adds an operator, without a password yet; `false` when her login is somebody's.
pub async fn add(tx: &mut Tx<'_>, keyring: &Keyring, new: &Operator, now: Timestamp) -> Result<bool, DbError> {
    let added = query(
        "insert into operators (id, login, name, roles, langs, phone, created_at) values ($1, $2, $3, $4, $5, $6, $7) \
         on conflict do nothing",
    )
    .bind(new.id.to_string())
    .bind(&new.login)
    .bind(&new.name)
    .bind(words(&new.roles))
    .bind(codes(&new.langs))
    .bind(sealed(keyring, new.id, new.phone.as_ref()))
    .bind(now.as_millisecond())
    .execute(tx.conn())
    .await?;
    if added.rows_affected() == 0 {
        return Ok(false);
    }
    give_lines(tx, new.id, &new.lines).await?;
    Ok(true)
}

/// Makes an operator what is wanted; her login stays.
pub async fn change(tx: &mut Tx<'_>, keyring: &Keyring, new: &Operator) -> Result<(), DbError> {
    query("update operators set name = $1, roles = $2, langs = $3, phone = $4 where id = $5")
        .bind(&new.name)
        .bind(words(&new.roles))
        .bind(codes(&new.langs))
        .bind(sealed(keyring, new.id, new.phone.as_ref()))
        .bind(new.id.to_string())
        .execute(tx.conn())
        .await?;
    query("delete from operator_lines where operator_id = $1").bind(new.id.to_string()).execute(tx.conn()).await?;
    give_lines(tx, new.id, &new.lines).await
}

/// Changes an operator's telephone.
pub async fn set_phone(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    id: Uuid,
    phone: Option<&PhoneNumber>,
) -> Result<(), DbError> {
    query("update operators set phone = $1 where id = $2")
        .bind(sealed(keyring, id, phone))
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

fn codes(langs: &[Lang]) -> String {
    langs.iter().map(Lang::code).collect::<Vec<_>>().join(" ")
}

fn sealed(keyring: &Keyring, id: Uuid, phone: Option<&PhoneNumber>) -> Option<Vec<u8>> {
    phone.map(|phone| keyring.seal(PHONE, &id.to_string(), phone.as_e164().as_bytes()))
}

async fn give_lines(tx: &mut Tx<'_>, id: Uuid, lines: &[Uuid]) -> Result<(), DbError> {
    for line in lines {
        query("insert into operator_lines (operator_id, line_id) values ($1, $2) on conflict do nothing")
            .bind(id.to_string())
            .bind(line.to_string())
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// Disables an operator; `false` when she is already.
pub async fn disable(tx: &mut Tx<'_>, id: Uuid, now: Timestamp) -> Result<bool, DbError> {
    let disabled = query("update operators set disabled_at = $1 where id = $2 and disabled_at is null")
        .bind(now.as_millisecond())
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(disabled.rows_affected() == 1)
}

/// Lets an operator sign in again; `false` when she may already.
pub async fn enable(tx: &mut Tx<'_>, id: Uuid) -> Result<bool, DbError> {
    let enabled = query("update operators set disabled_at = null where id = $1 and disabled_at is not null")
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(enabled.rows_affected() == 1)
}

/// Whether an operator is there and not disabled.
pub async fn is_enabled(tx: &mut Tx<'_>, id: Uuid) -> Result<bool, DbError> {
    let (enabled,): (i64,) = query_as("select count(*) from operators where id = $1 and disabled_at is null")
        .bind(id.to_string())
        .fetch_one(tx.conn())
        .await?;
    Ok(enabled == 1)
}

/// Holds the rows of an operator and of all who share a line with her: acts on their accounts wait for each other.
pub async fn hold_colleagues(tx: &mut Tx<'_>, id: Uuid) -> Result<(), DbError> {
    let select = "select id from operators where id = $1 or id in (select b.operator_id from operator_lines a \
                  join operator_lines b on b.line_id = a.line_id where a.operator_id = $1) order by id";
    let _: Vec<(String,)> = query_as(db::locking(tx.kind(), select)).bind(id.to_string()).fetch_all(tx.conn()).await?;
    Ok(())
}

/// The lines of an operator; none when there is no such operator.
pub async fn lines_of(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Vec<Uuid>>, DbError> {
    let rows: Vec<(String, Option<String>)> = query_as(
        "select o.id, l.line_id from operators o left join operator_lines l on l.operator_id = o.id where o.id = $1 \
         order by l.line_id",
    )
    .bind(id.to_string())
    .fetch_all(tx.conn())
    .await?;
    let lines = |rows: Vec<(String, Option<String>)>| rows.into_iter().filter_map(|(_, line)| line?.parse().ok());
    Ok(if rows.is_empty() { None } else { Some(lines(rows).collect()) })
}

/// The lines of an enabled operator who has such a role; no line for anybody else.
pub async fn lines_with_role(tx: &mut Tx<'_>, id: Uuid, wanted: impl Fn(&Role) -> bool) -> Result<Vec<Uuid>, DbError> {
    let rows: Vec<(String, String)> = query_as(
        "select o.roles, l.line_id from operators o join operator_lines l on l.operator_id = o.id \
         where o.id = $1 and o.disabled_at is null",
    )
    .bind(id.to_string())
    .fetch_all(tx.conn())
    .await?;
    let has = |roles: &str| roles.split(' ').filter_map(Role::of_word).any(|role| wanted(&role));
    Ok(rows.into_iter().filter(|(roles, _)| has(roles)).filter_map(|(_, line)| line.parse().ok()).collect())
}

/// Every line that has a row.
pub async fn every_line(tx: &mut Tx<'_>) -> Result<Vec<Uuid>, DbError> {
    let rows: Vec<(String,)> = query_as("select id from lines order by id").fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().filter_map(|(line,)| line.parse().ok()).collect())
}

/// Those of these lines that have an administrator who can sign in: enabled, with a password.
pub async fn administered(tx: &mut Tx<'_>, lines: &[Uuid]) -> Result<Vec<Uuid>, DbError> {
    let mut found = Vec::new();
    for line in lines {
        let (administrators,): (i64,) = query_as(
            "select count(*) from operator_lines l join operators o on o.id = l.operator_id where l.line_id = $1 \
             and o.disabled_at is null and o.password is not null and ' ' || o.roles || ' ' like '% administrateur %'",
        )
        .bind(line.to_string())
        .fetch_one(tx.conn())
        .await?;
        if administrators > 0 {
            found.push(*line);
        }
    }
    Ok(found)
}

/// An account as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Who; her lines are those that whoever looks has too.
    pub operator: Operator,
    /// Whether whoever looks has every line of hers, and so may change her account.
    pub reachable: bool,
    /// Since when she may not sign in.
    pub disabled_at: Option<Timestamp>,
    /// Whether she chose a password.
    pub has_password: bool,
    /// Whether she set up a second factor.
    pub has_factor: bool,
    /// When she last did something in a session that is still known.
    pub seen_at: Option<Timestamp>,
    /// Until when a link of hers opens.
    pub link_until: Option<Timestamp>,
}

type ListedRow = (
    String,
    String,
    String,
    String,
    String,
    Option<Vec<u8>>,
    Option<i64>,
    i64,
    i64,
    Option<i64>,
    Option<i64>,
    Option<String>,
    Option<String>,
);

/// The operators who share a line with `viewer`, by name.
pub async fn of_lines(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    viewer: Uuid,
    now: Timestamp,
) -> Result<Vec<Listed>, DbError> {
    let rows: Vec<ListedRow> = query_as(
        "select o.id, o.login, o.name, o.roles, o.langs, o.phone, o.disabled_at, \
         cast(case when o.password is null then 0 else 1 end as bigint), \
         cast(case when o.totp is null then 0 else 1 end as bigint), \
         (select max(s.seen_at) from sessions s where s.operator_id = o.id), \
         (select max(k.expires_at) from sign_in_links k \
          where k.operator_id = o.id and k.used_at is null and k.expires_at > $2), l.line_id, m.line_id \
         from operators o join operator_lines l on l.operator_id = o.id \
         left join operator_lines m on m.line_id = l.line_id and m.operator_id = $1 \
         where o.id in (select t.operator_id from operator_lines t join operator_lines v on v.line_id = t.line_id \
         where v.operator_id = $1) order by o.name, o.id, l.line_id",
    )
    .bind(viewer.to_string())
    .bind(now.as_millisecond())
    .fetch_all(tx.conn())
    .await?;
    Ok(read(keyring, rows))
}

/// Every operator, by name: for the terminal.
pub async fn all(tx: &mut Tx<'_>, keyring: &Keyring, now: Timestamp) -> Result<Vec<Listed>, DbError> {
    let rows: Vec<ListedRow> = query_as(
        "select o.id, o.login, o.name, o.roles, o.langs, o.phone, o.disabled_at, \
         cast(case when o.password is null then 0 else 1 end as bigint), \
         cast(case when o.totp is null then 0 else 1 end as bigint), \
         (select max(s.seen_at) from sessions s where s.operator_id = o.id), \
         (select max(k.expires_at) from sign_in_links k \
          where k.operator_id = o.id and k.used_at is null and k.expires_at > $1), l.line_id, l.line_id \
         from operators o left join operator_lines l on l.operator_id = o.id order by o.name, o.id, l.line_id",
    )
    .bind(now.as_millisecond())
    .fetch_all(tx.conn())
    .await?;
    Ok(read(keyring, rows))
}

/// One row for each line of each operator: her line, and the same if whoever looks has it too.
fn read(keyring: &Keyring, rows: Vec<ListedRow>) -> Vec<Listed> {
    let mut listed: Vec<Listed> = Vec::new();
    for (id, login, name, roles, langs, phone, disabled_at, password, factor, seen_at, link, line, shared) in rows {
        let reachable = line == shared;
        let line: Option<Uuid> = shared.and_then(|line| line.parse().ok());
        if let Some(last) = listed.last_mut().filter(|last| last.operator.id.to_string() == id) {
            last.operator.lines.extend(line);
            last.reachable &= reachable;
            continue;
        }
        let sealed = Sealed { id, login, name, roles, langs, phone, lines: Vec::new() };
        let Some(mut operator) = sealed.open(keyring) else { continue };
        operator.lines.extend(line);
        listed.push(Listed {
            operator,
            reachable,
            disabled_at: disabled_at.map(from_millis),
            has_password: password != 0,
            has_factor: factor != 0,
            seen_at: seen_at.map(from_millis),
            link_until: link.map(from_millis),
        });
    }
    listed
}
