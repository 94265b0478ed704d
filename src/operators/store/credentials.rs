//! What lets an operator in: the columns of her password and of her second factor.

use sqlx::query_as;
use uuid::Uuid;

use crate::db::{self, DbError, Tx};
use crate::operators::second_factor::{PLACE, PLACE_BEFORE, Secret};
use crate::secret::Keyring;

/// What is compared when she signs in.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Her row.
    pub id: Uuid,
    /// As her colleagues read it.
    pub name: String,
    /// Her password's hash; none before she chose one.
    pub password: Option<String>,
    /// Her second factor, if it was set up.
    pub factor: Factor,
    /// The step of the last code that served.
    pub step: i64,
    /// A keyed hash of where she signed in last.
    pub usual_address: Option<String>,
    /// A line of hers, to which the journal says what she does.
    pub line: Option<Uuid>,
}

/// A second factor, as far as it can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Factor {
    /// None was set up yet.
    None,
    /// The secret that her telephone has.
    Secret(Secret),
    /// Sealed with another key: no code is right, and nobody enters without one.
    Unreadable,
}

type Row = (String, String, Option<String>, Option<Vec<u8>>, i64, Option<String>, Option<String>);

/// What lets the operator of that login in, her row held against other sign-ins until this is committed; none when there
/// is no such operator or she is disabled.
pub async fn of_login(tx: &mut Tx<'_>, keyring: &Keyring, login: &str) -> Result<Option<Credentials>, DbError> {
    let select = "select o.id, o.name, o.password, o.totp, o.totp_step, o.usual_address, \
                  (select min(l.line_id) from operator_lines l where l.operator_id = o.id) as line_id \
                  from operators o where o.login = $1 and o.disabled_at is null";
    let row: Option<Row> = query_as(db::locking(tx.kind(), select)).bind(login).fetch_optional(tx.conn()).await?;
    Ok(row.and_then(|(id, name, password, totp, step, usual_address, line)| {
        let opened = totp.map(|sealed| keyring.open(PLACE, &id, &sealed).ok().and_then(|kept| Secret::read(&kept)));
        let factor = match opened {
            None => Factor::None,
            Some(None) => Factor::Unreadable,
            Some(Some(secret)) => Factor::Secret(secret),
        };
        let (id, line) = (id.parse().ok()?, line.and_then(|line| line.parse().ok()));
        Some(Credentials { id, name, password, factor, step, usual_address, line })
    }))
}

/// Lets her in by her password and the code of that step, from that address; `false` when the code served meanwhile, or
/// her password changed, or she was disabled.
pub async fn admit(tx: &mut Tx<'_>, who: &Credentials, step: i64, address: &str) -> Result<bool, DbError> {
    let admitted = sqlx::query(
        "update operators set totp_step = $1, usual_address = $2 where id = $3 and totp_step < $1 and password = $4 \
         and totp is not null and disabled_at is null",
    )
    .bind(step)
    .bind(address)
    .bind(who.id.to_string())
    .bind(&who.password)
    .execute(tx.conn())
    .await?;
    Ok(admitted.rows_affected() == 1)
}

/// Lets her in by her password alone, since she has no second factor yet; `false` when that changed meanwhile.
pub async fn admit_without_factor(tx: &mut Tx<'_>, who: &Credentials, address: &str) -> Result<bool, DbError> {
    let admitted = sqlx::query(
        "update operators set usual_address = $1 where id = $2 and password = $3 and totp is null \
         and disabled_at is null",
    )
    .bind(address)
    .bind(who.id.to_string())
    .bind(&who.password)
    .execute(tx.conn())
    .await?;
    Ok(admitted.rows_affected() == 1)
}

/// Keeps a password chosen by a one-time link, and forgets the second factor; `false` when she is disabled.
pub async fn reset(tx: &mut Tx<'_>, id: Uuid, password: &str) -> Result<bool, DbError> {
    let done = sqlx::query("update operators set password = $1, totp = null where id = $2 and disabled_at is null")
        .bind(password)
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Keeps a new password in place of the one that she has just typed; `false` when that changed meanwhile.
pub async fn change_password(tx: &mut Tx<'_>, who: &Credentials, password: &str) -> Result<bool, DbError> {
    let done =
        sqlx::query("update operators set password = $1 where id = $2 and password = $3 and disabled_at is null")
            .bind(password)
            .bind(who.id.to_string())
            .bind(&who.password)
            .execute(tx.conn())
            .await?;
    Ok(done.rows_affected() == 1)
}

/// A second factor that is being set up.
#[derive(Debug)]
pub struct Beginning {
    /// Whose it is.
    pub operator_id: Uuid,
    /// What she signs in with.
    pub login: String,
    /// As her colleagues read it.
    pub name: String,
    /// The secret that is offered to her telephone.
    pub secret: Secret,
    /// A line of hers, to which the journal says that it was set up.
    pub line: Option<Uuid>,
}

/// Offers that secret in a session, unless one is being offered there already.
pub async fn offer(tx: &mut Tx<'_>, keyring: &Keyring, session_id: &str, secret: &Secret) -> Result<(), DbError> {
    sqlx::query("update sessions set totp = $1 where id = $2 and totp is null")
        .bind(keyring.seal(PLACE_BEFORE, session_id, secret.bytes()))
        .bind(session_id)
        .execute(tx.conn())
        .await?;
    Ok(())
}

type Offered = (String, String, String, Vec<u8>, Option<String>);

/// The secret that is offered in a session to an operator who has no second factor yet.
pub async fn offered(tx: &mut Tx<'_>, keyring: &Keyring, session_id: &str) -> Result<Option<Beginning>, DbError> {
    let row: Option<Offered> = query_as(
        "select o.id, o.login, o.name, s.totp, \
         (select min(l.line_id) from operator_lines l where l.operator_id = o.id) as line_id \
         from sessions s join operators o on o.id = s.operator_id \
         where s.id = $1 and s.totp is not null and o.totp is null and o.disabled_at is null",
    )
    .bind(session_id)
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(|(id, login, name, sealed, line)| {
        let secret = Secret::read(&keyring.open(PLACE_BEFORE, session_id, &sealed).ok()?)?;
        let line = line.and_then(|line| line.parse().ok());
        Some(Beginning { operator_id: id.parse().ok()?, login, name, secret, line })
    }))
}

/// Keeps her second factor, once a code of that step was right; `false` when she has one by now.
pub async fn keep_factor(tx: &mut Tx<'_>, keyring: &Keyring, new: &Beginning, step: i64) -> Result<bool, DbError> {
    let id = new.operator_id.to_string();
    let kept = sqlx::query(
        "update operators set totp = $1, totp_step = $2 where id = $3 and totp is null and disabled_at is null",
    )
    .bind(keyring.seal(PLACE, &id, new.secret.bytes()))
    .bind(step)
    .bind(&id)
    .execute(tx.conn())
    .await?;
    Ok(kept.rows_affected() == 1)
}
