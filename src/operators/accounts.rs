//! Makes, changes, disables and resets accounts. Every act is journaled.
//!
//! Whoever acts from the console is an administrator, and reaches only operators all of whose lines she has; she gives
//! only lines that she has herself (T15). A line that has an administrator keeps one, whatever two of them do to each
//! other at the same instant: the rows of all who share a line are held while an act looks at them.

use uuid::Uuid;

use super::gate::Gate;
use super::link::Purpose;
use super::links;
use super::operator::{Operator, is_login, is_name};
use super::role::{Right, Role};
use super::store::{accounts as store, links as link_rows, sessions};
use crate::audit;
use crate::callbacks::desk::Hand;
use crate::db::{DbError, Tx};
use crate::lang::Lang;
use crate::phone::PhoneNumber;

/// What an account is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// As her colleagues read it.
    pub name: String,
    /// What she does here.
    pub roles: Vec<Role>,
    /// The languages that she speaks with residents.
    pub langs: Vec<Lang>,
    /// The telephone that rings when she calls somebody back by a click.
    pub phone: Option<PhoneNumber>,
    /// The lines that she sees.
    pub lines: Vec<Uuid>,
}

/// Why an account stays as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is none of that id that whoever acts may touch.
    #[error("ce compte n'existe pas, ou n'est pas sur vos lignes")]
    Unknown,
    /// One of the lines is not hers to give.
    #[error("une de ces lignes n'est pas à vous")]
    Line,
    /// Somebody has that login.
    #[error("cet identifiant est déjà pris : choisissez-en un autre")]
    LoginTaken,
    /// Not a login.
    #[error("un identifiant a de 2 à 40 caractères : des lettres sans accent, des chiffres, un point, un tiret")]
    Login,
    /// Not a name.
    #[error("un nom a de 2 à 80 caractères")]
    Name,
    /// No role, or no line.
    #[error("il faut au moins un rôle et une ligne")]
    Empty,
    /// The line would call a number that it never calls.
    #[error("ce téléphone ne peut pas être appelé : donnez un numéro français fixe ou mobile")]
    Phone,
    /// A line would be left without an administrator who can sign in.
    #[error("une ligne n'aurait plus d'administrateur : nommez-en un autre d'abord")]
    LastAdministrator,
}

/// Why an act was not done.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// By a rule.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// By the database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// An account that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// Its row.
    pub id: Uuid,
    /// The token of the link by which she chooses her password; shown once.
    pub link: String,
}

/// Makes an account, and a link by which its operator chooses a password.
pub async fn add(gate: &Gate, hand: &Hand, login: &str, wanted: &Wanted) -> Result<Added, AccountError> {
    let login = login.trim().to_lowercase();
    if !is_login(&login) {
        return Err(Refused::Login.into());
    }
    check(wanted)?;
    let new = described(gate.row(), login, wanted);
    let (gate_of_tx, hand) = (gate.clone(), hand.clone());
    gate.db
        .write(move |tx| {
            Box::pin(async move {
                may_give(tx, &hand, &new.lines).await?;
                if !store::add(tx, &gate_of_tx.keyring, &new, hand.now).await? {
                    return Err(Refused::LoginTaken.into());
                }
                let link = links::make(tx, &gate_of_tx, new.id, Purpose::Choose).await?;
                journal(tx, &hand, "operator.add", new.id).await?;
                Ok(Added { id: new.id, link })
            })
        })
        .await
}

/// Makes an account what is wanted; its login stays.
pub async fn change(gate: &Gate, hand: &Hand, id: Uuid, wanted: &Wanted) -> Result<(), AccountError> {
    check(wanted)?;
    let (keyring, hand) = (gate.keyring.clone(), hand.clone());
    let new = described(id, String::new(), wanted);
    gate.db
        .write(move |tx| {
            Box::pin(async move {
                let lines = reach(tx, &hand, id).await?;
                may_give(tx, &hand, &new.lines).await?;
                let administered = store::administered(tx, &lines).await?;
                journal(tx, &hand, "operator.change", id).await?;
                store::change(tx, &keyring, &new).await?;
                stays_administered(tx, &administered).await
            })
        })
        .await
}

/// Disables an account: its sessions end and its links open nothing any more.
pub async fn disable(gate: &Gate, hand: &Hand, id: Uuid) -> Result<(), AccountError> {
    let hand = hand.clone();
    gate.db
        .write(move |tx| {
            Box::pin(async move {
                let lines = reach(tx, &hand, id).await?;
                let administered = store::administered(tx, &lines).await?;
                if store::disable(tx, id, hand.now).await? {
                    journal(tx, &hand, "operator.disable", id).await?;
                }
                sessions::end_others(tx, id, "").await?;
                link_rows::withdraw(tx, id, hand.now).await?;
                stays_administered(tx, &administered).await
            })
        })
        .await
}

/// Lets a disabled account sign in again.
pub async fn enable(gate: &Gate, hand: &Hand, id: Uuid) -> Result<(), AccountError> {
    let hand = hand.clone();
    gate.db
        .write(move |tx| {
            Box::pin(async move {
                reach(tx, &hand, id).await?;
                if store::enable(tx, id).await? {
                    journal(tx, &hand, "operator.enable", id).await?;
                }
                Ok(())
            })
        })
        .await
}

/// A link by which its operator chooses a password anew, and sets up her second factor again.
pub async fn reset(gate: &Gate, hand: &Hand, id: Uuid) -> Result<String, AccountError> {
    let (gate_of_tx, hand) = (gate.clone(), hand.clone());
    gate.db
        .write(move |tx| {
            Box::pin(async move {
                reach(tx, &hand, id).await?;
                if !store::is_enabled(tx, id).await? {
                    return Err(Refused::Unknown.into());
                }
                let link = links::make(tx, &gate_of_tx, id, Purpose::Choose).await?;
                journal(tx, &hand, "operator.reset", id).await?;
                Ok(link)
            })
        })
        .await
}

/// Changes one's own telephone.
pub async fn own_phone(gate: &Gate, hand: &Hand, phone: Option<PhoneNumber>) -> Result<(), AccountError> {
    if phone.as_ref().is_some_and(|phone| !phone.is_dialable()) {
        return Err(Refused::Phone.into());
    }
    let Some(id) = hand.operator else { return Err(Refused::Unknown.into()) };
    let (keyring, hand) = (gate.keyring.clone(), hand.clone());
    gate.db
        .write(move |tx| {
            Box::pin(async move {
                store::set_phone(tx, &keyring, id, phone.as_ref()).await?;
                Ok(journal(tx, &hand, "operator.phone", id).await?)
            })
        })
        .await
}

fn check(wanted: &Wanted) -> Result<(), Refused> {
    if !is_name(&wanted.name) {
        return Err(Refused::Name);
    }
    if wanted.roles.is_empty() || wanted.lines.is_empty() {
        return Err(Refused::Empty);
    }
    let undialable = wanted.phone.as_ref().is_some_and(|phone| !phone.is_dialable());
    if undialable { Err(Refused::Phone) } else { Ok(()) }
}

fn described(id: Uuid, login: String, wanted: &Wanted) -> Operator {
    let Wanted { name, roles, langs, phone, lines } = wanted.clone();
    let name = name.trim().to_owned();
    Operator { id, login, name, roles, langs, phone, lines }
}

/// The lines of an account that whoever acts may touch. Everybody who shares a line with it is held until the end.
async fn reach(tx: &mut Tx<'_>, hand: &Hand, id: Uuid) -> Result<Vec<Uuid>, AccountError> {
    store::hold_colleagues(tx, id).await?;
    let Some(lines) = store::lines_of(tx, id).await? else { return Err(Refused::Unknown.into()) };
    if let Some(acting) = hand.operator {
        let hers = store::lines_with_role(tx, acting, administrators()).await?;
        if lines.is_empty() || !lines.iter().all(|line| hers.contains(line)) {
            return Err(Refused::Unknown.into());
        }
    }
    Ok(lines)
}

/// Whether whoever acts may give these lines: the terminal gives any that exists.
async fn may_give(tx: &mut Tx<'_>, hand: &Hand, lines: &[Uuid]) -> Result<(), AccountError> {
    let theirs = match hand.operator {
        Some(acting) => store::lines_with_role(tx, acting, administrators()).await?,
        None => store::every_line(tx).await?,
    };
    if lines.iter().all(|line| theirs.contains(line)) { Ok(()) } else { Err(Refused::Line.into()) }
}

/// The roles that may keep accounts.
fn administrators() -> impl Fn(&Role) -> bool {
    |role| role.may(Right::Accounts)
}

/// Every line that had an administrator still has one; otherwise all of the act is undone.
async fn stays_administered(tx: &mut Tx<'_>, before: &[Uuid]) -> Result<(), AccountError> {
    let after = store::administered(tx, before).await?;
    if after.len() == before.len() { Ok(()) } else { Err(Refused::LastAdministrator.into()) }
}

async fn journal(tx: &mut Tx<'_>, hand: &Hand, action: &str, id: Uuid) -> Result<(), DbError> {
    let line = store::lines_of(tx, id).await?.and_then(|lines| lines.first().copied());
    audit::store::write_of_line(tx, (hand.entry, line), &hand.agent, action, &id.to_string(), hand.now).await
}
