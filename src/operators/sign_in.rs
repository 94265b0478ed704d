//! Signs somebody in by login, password and code; a session begins with an id that never was.
//!
//! Whatever is wrong (an unknown login, the password, the code, an account that was disabled), the answer is the same and
//! costs the same. A try counts as a failure before it is looked at, so that tries made at once are all counted.

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::gate::Gate;
use super::password::{self, Unfit};
use super::second_factor::Secret;
use super::session;
use super::store::accounts;
use super::store::credentials::{self, Credentials, Factor};
use super::store::links;
use super::store::sessions::{self, NewSession};
use super::store::tries::{self, Try};
use super::throttle;
use crate::audit;
use crate::callbacks::desk::Hand;
use crate::db::{DbError, Tx, storable};

/// What somebody who wants to come in gave.
#[derive(Clone)]
pub struct Attempt {
    /// The login that was typed.
    pub login: String,
    /// The password that was typed.
    pub password: String,
    /// The code that was typed; empty before a second factor is set up.
    pub code: String,
    /// Where it comes from, as [`throttle::place`] says it.
    pub address: String,
    /// The browser and its system, as [`session::browser`] says them.
    pub browser: String,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignIn {
    /// She is in.
    In(Opened),
    /// Too many failures: nothing was looked at. How long to wait.
    Wait(Duration),
    /// Something is wrong; nobody is told what.
    Refused,
}

/// A session that has just begun.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    /// What the browser is to keep; it is kept nowhere else.
    pub token: String,
    /// Whether the session serves to set up a second factor and nothing else.
    pub limited: bool,
}

/// Nothing of a token is ever printed.
impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened").field("limited", &self.limited).finish_non_exhaustive()
    }
}

/// Tries to sign in.
pub async fn sign_in(gate: &Gate, attempt: Attempt) -> Result<SignIn, DbError> {
    let login = attempt.login.trim().to_lowercase();
    let hashes = Hashes::of(gate, &login, &attempt.address);
    let found = match begin(gate, login, hashes.clone()).await? {
        Begun::Wait(wait) => return Ok(SignIn::Wait(wait)),
        Begun::Look(found) => found,
    };
    let kept = found.as_ref().and_then(|found| found.password.clone());
    let right = gate.compare(kept, attempt.password).await;
    let code = read_code(found.as_ref(), &attempt.code, gate.now());
    let entry = gate.row();
    match (found, right, code) {
        (Some(found), true, Code::Right(step)) => let_in(gate, found, Some(step), hashes, attempt.browser).await,
        (Some(found), true, Code::NotAsked) => let_in(gate, found, None, hashes, attempt.browser).await,
        (found, ..) => refuse(gate, entry, found).await,
    }
}

/// Login and address as rows hold them.
#[derive(Clone)]
struct Hashes {
    account: String,
    address: String,
}

impl Hashes {
    fn of(gate: &Gate, login: &str, address: &str) -> Self {
        Self { account: account(gate, login), address: gate.keyring.index("sign_in.address", address) }
    }
}

/// A login as the rows of tries hold it.
pub(super) fn account(gate: &Gate, login: &str) -> String {
    gate.keyring.index("sign_in.account", login)
}

enum Begun {
    Wait(Duration),
    Look(Option<Credentials>),
}

/// Counts the try, unless it has to wait. The operator's row is held meanwhile: her tries are counted one by one.
async fn begin(gate: &Gate, login: String, hashes: Hashes) -> Result<Begun, DbError> {
    let (keyring, row, now) = (gate.keyring.clone(), gate.row(), gate.now());
    gate.db
        .write(move |tx| {
            Box::pin(async move {
                let found = credentials::of_login(tx, &keyring, &storable(&login)).await?;
                let new = Try { id: row, account: &hashes.account, address: &hashes.address, at: now };
                let usual = found.as_ref().and_then(|found| found.usual_address.as_deref());
                let account = tries::of_account(tx, &new, usual).await?;
                let address = tries::of_address(tx, &new).await?;
                if let Some(wait) = throttle::wait(account, address, now) {
                    return Ok(Begun::Wait(wait));
                }
                tries::count(tx, &new).await?;
                Ok(Begun::Look(found))
            })
        })
        .await
}

enum Code {
    Right(i64),
    NotAsked,
    Wrong,
}

/// Looks at the code. Where there is no account, nobody's code is read: the same work again.
fn read_code(found: Option<&Credentials>, code: &str, now: Timestamp) -> Code {
    let (factor, last) = found.map_or((&Factor::Unreadable, 0), |found| (&found.factor, found.step));
    let nobody = Secret::new([0; 20]);
    let (secret, counts) = match factor {
        Factor::Secret(secret) => (secret, true),
        Factor::None | Factor::Unreadable => (&nobody, false),
    };
    match (secret.step_of(code, now, last), factor) {
        (_, Factor::None) => Code::NotAsked,
        (Some(step), _) if counts => Code::Right(step),
        _ => Code::Wrong,
    }
}

/// Opens the session, unless the code served meanwhile.
async fn let_in(
    gate: &Gate,
    who: Credentials,
    step: Option<i64>,
    hashes: Hashes,
    browser: String,
) -> Result<SignIn, DbError> {
    let (token, entry, now) = (gate.token(), gate.row(), gate.now());
    let opened = Opened { token, limited: step.is_none() };
    gate.db
        .write(move |tx| {
            Box::pin(async move {
                let admitted = match step {
                    Some(step) => credentials::admit(tx, &who, step, &hashes.address).await?,
                    None => credentials::admit_without_factor(tx, &who, &hashes.address).await?,
                };
                if !admitted {
                    journal(tx, entry, &who, "session.refuse", now).await?;
                    return Ok(SignIn::Refused);
                }
                tries::forget(tx, &hashes.account).await?;
                open(tx, who.id, &opened, &browser, now).await?;
                journal(tx, entry, &who, "session.open", now).await?;
                Ok(SignIn::In(opened))
            })
        })
        .await
}

/// Opens a session.
pub(super) async fn open(
    tx: &mut Tx<'_>,
    operator_id: Uuid,
    opened: &Opened,
    browser: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    let id = session::id_of(&opened.token);
    sessions::open(tx, &NewSession { id: &id, operator_id, browser, limited: opened.limited }, now).await
}

async fn refuse(gate: &Gate, entry: Uuid, who: Option<Credentials>) -> Result<SignIn, DbError> {
    let now = gate.now();
    gate.db
        .write(move |tx| {
            Box::pin(async move {
                match &who {
                    Some(who) => journal(tx, entry, who, "session.refuse", now).await?,
                    None => audit::store::write(tx, entry, "inconnu", "session.refuse", "", now).await?,
                }
                Ok(SignIn::Refused)
            })
        })
        .await
}

async fn journal(tx: &mut Tx<'_>, entry: Uuid, who: &Credentials, action: &str, now: Timestamp) -> Result<(), DbError> {
    audit::store::write_of_line(tx, (entry, who.line), &who.name, action, &who.id.to_string(), now).await
}

/// What became of a wish for another password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordChange {
    /// The new one is kept, and her other sessions have ended.
    Done,
    /// The new one is not good enough.
    Unfit(Unfit),
    /// The present one is not what was typed.
    Wrong,
    /// Too many failures: nothing was looked at.
    Wait(Duration),
}

/// Changes the password of whoever is signed in, who types the present one again: somebody else may sit at her desk. The
/// sessions but `session_id` end. `about` are words that everybody expects in it: login, name, town.
pub async fn change_password(
    gate: &Gate,
    (login, session_id): (String, String),
    (present, new): (String, String),
    (about, address): (Vec<String>, String),
) -> Result<PasswordChange, DbError> {
    if let Err(unfit) = accepted(gate, new.clone(), about).await {
        return Ok(PasswordChange::Unfit(unfit));
    }
    let hashes = Hashes::of(gate, &login, &address);
    let found = match begin(gate, login, hashes.clone()).await? {
        Begun::Wait(wait) => return Ok(PasswordChange::Wait(wait)),
        Begun::Look(found) => found,
    };
    let kept = found.as_ref().and_then(|found| found.password.clone());
    let right = gate.compare(kept, present).await;
    let Some(who) = found.filter(|_| right) else { return Ok(PasswordChange::Wrong) };
    let (hash, entry, now) = (gate.hash(new).await?, gate.row(), gate.now());
    gate.db
        .write(move |tx| {
            Box::pin(async move {
                if !credentials::change_password(tx, &who, &hash).await? {
                    return Ok(PasswordChange::Wrong);
                }
                tries::forget(tx, &hashes.account).await?;
                links::withdraw(tx, who.id, now).await?;
                sessions::end_others(tx, who.id, &session_id).await?;
                journal(tx, entry, &who, "password.change", now).await?;
                Ok(PasswordChange::Done)
            })
        })
        .await
}

/// Whether a new password is good enough; weighing one takes time too.
pub(super) async fn accepted(gate: &Gate, new: String, about: Vec<String>) -> Result<(), Unfit> {
    let weigh = move || password::accept(&new, &about.iter().map(String::as_str).collect::<Vec<_>>());
    gate.in_turn(weigh).await.unwrap_or(Err(Unfit::Easy))
}

/// Ends one of her sessions from another: that of a computer that she left, or lost; `false` when it is over already.
pub async fn end(gate: &Gate, hand: &Hand, session_id: &str) -> Result<bool, DbError> {
    let Some(operator) = hand.operator else { return Ok(false) };
    let (hand, id) = (hand.clone(), session_id.to_owned());
    gate.db
        .write(move |tx| {
            Box::pin(async move {
                let ended = sessions::end(tx, operator, &id).await?;
                if ended {
                    ended_by(tx, &hand, operator).await?;
                }
                Ok(ended)
            })
        })
        .await
}

/// Ends all her sessions but that one.
pub async fn end_others(gate: &Gate, hand: &Hand, kept: &str) -> Result<u64, DbError> {
    let Some(operator) = hand.operator else { return Ok(0) };
    let (hand, kept) = (hand.clone(), kept.to_owned());
    gate.db
        .write(move |tx| {
            Box::pin(async move {
                let ended = sessions::end_others(tx, operator, &kept).await?;
                if ended > 0 {
                    ended_by(tx, &hand, operator).await?;
                }
                Ok(ended)
            })
        })
        .await
}

async fn ended_by(tx: &mut Tx<'_>, hand: &Hand, operator: Uuid) -> Result<(), DbError> {
    let line = accounts::lines_of(tx, operator).await?.and_then(|lines| lines.first().copied());
    let subject = operator.to_string();
    audit::store::write_of_line(tx, (hand.entry, line), &hand.agent, "session.end", &subject, hand.now).await
}

/// Ends the session that a browser had before it began another one, whoever's it was.
pub async fn give_up(gate: &Gate, token: &str) -> Result<(), DbError> {
    let id = session::id_of(token);
    gate.db.write(move |tx| Box::pin(async move { sessions::give_up(tx, &id).await })).await
}

/// Forgets sessions, links and failures that are over; returns how many rows that were.
pub async fn forget(gate: &Gate) -> Result<u64, DbError> {
    let now = gate.now();
    gate.db
        .write(move |tx| {
            Box::pin(async move {
                let forgotten = sessions::purge(tx, now).await? + links::purge(tx, now).await?;
                Ok(forgotten + tries::purge(tx, now).await?)
            })
        })
        .await
}
