//! One-time links: how an operator gets in without a password, to choose one or to see the demonstration.
//!
//! Looking at a link does not use it up (programs that read mail look at links), sending its page does: of two at once,
//! on whatever instance, one opens.

use uuid::Uuid;

use super::gate::Gate;
use super::link::{Link, Purpose};
use super::password::Unfit;
use super::sign_in::{self, Opened};
use super::store::links as store;
use super::store::{credentials, sessions, tries};
use crate::audit;
use crate::db::{DbError, Tx};
use crate::secret::token_hash;

/// What became of a link by which a password was to be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// The password is kept; the session serves to set up a second factor.
    In(Opened),
    /// The password is not good enough; the link still opens.
    Unfit(Unfit),
    /// The link served already, or expired.
    Gone,
}

/// Makes a link inside a transaction, and gives the token that its address carries.
pub(super) async fn make(tx: &mut Tx<'_>, gate: &Gate, whose: Uuid, purpose: Purpose) -> Result<String, DbError> {
    let token = gate.token();
    store::make(tx, &token_hash(&token), whose, purpose, gate.now()).await?;
    Ok(token)
}

/// A link that enters the demonstration at once.
pub async fn to_enter(gate: &Gate, whose: Uuid) -> Result<String, DbError> {
    let gate_of_tx = gate.clone();
    gate.db.write(move |tx| Box::pin(async move { make(tx, &gate_of_tx, whose, Purpose::Enter).await })).await
}

/// What the link of that token opens; none when it served already or expired.
pub async fn find(gate: &Gate, token: &str) -> Result<Option<Link>, DbError> {
    let (id, now) = (token_hash(token), gate.now());
    gate.db.read(move |tx| Box::pin(async move { store::find(tx, &id, now).await })).await
}

/// Chooses a password by a link: every session of hers ends, her second factor is to be set up anew. `towns` are words
/// that everybody expects in it.
pub async fn choose(
    gate: &Gate,
    token: &str,
    password: String,
    towns: Vec<String>,
    browser: &str,
) -> Result<Chosen, DbError> {
    let found = find(gate, token).await?.filter(|link| link.purpose == Purpose::Choose);
    let Some(link) = found else { return Ok(Chosen::Gone) };
    let about = [vec![link.login.clone(), link.name.clone()], towns].concat();
    if let Err(unfit) = sign_in::accepted(gate, password.clone(), about).await {
        return Ok(Chosen::Unfit(unfit));
    }
    let hash = gate.hash(password).await?;
    let opened = Opened { token: gate.token(), limited: true };
    let account = sign_in::account(gate, &link.login);
    let (id, entry, now, browser) = (token_hash(token), gate.row(), gate.now(), browser.to_owned());
    gate.db
        .write(move |tx| {
            Box::pin(async move {
                let open = store::consume(tx, &id, Purpose::Choose, now).await?
                    && credentials::reset(tx, link.operator_id, &hash).await?;
                if !open {
                    return Ok(Chosen::Gone);
                }
                sessions::end_others(tx, link.operator_id, "").await?;
                tries::forget(tx, &account).await?;
                sign_in::open(tx, link.operator_id, &opened, &browser, now).await?;
                journal(tx, entry, &link, "password.choose", now).await?;
                Ok(Chosen::In(opened))
            })
        })
        .await
}

/// Enters by a link; none when it served already, expired, or is for something else.
pub async fn enter(gate: &Gate, token: &str, browser: &str) -> Result<Option<Opened>, DbError> {
    let found = find(gate, token).await?.filter(|link| link.purpose == Purpose::Enter);
    let Some(link) = found else { return Ok(None) };
    let opened = Opened { token: gate.token(), limited: false };
    let (id, entry, now, browser) = (token_hash(token), gate.row(), gate.now(), browser.to_owned());
    gate.db
        .write(move |tx| {
            Box::pin(async move {
                if !store::consume(tx, &id, Purpose::Enter, now).await? {
                    return Ok(None);
                }
                sign_in::open(tx, link.operator_id, &opened, &browser, now).await?;
                journal(tx, entry, &link, "session.open", now).await?;
                Ok(Some(opened))
            })
        })
        .await
}

async fn journal(tx: &mut Tx<'_>, entry: Uuid, link: &Link, action: &str, now: jiff::Timestamp) -> Result<(), DbError> {
    let subject = link.operator_id.to_string();
    audit::store::write_of_line(tx, (entry, link.line), &link.name, action, &subject, now).await
}
