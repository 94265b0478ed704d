//! The desk that is measured: what is open there, and who is signed in.

use std::time::Duration;

use jiff::Timestamp;
use ligne_solidaire::app::App;
use ligne_solidaire::callbacks::callback::Reason;
use ligne_solidaire::callbacks::store::{self as callbacks, NewCallback};
use ligne_solidaire::db::{DbError, Tx};
use ligne_solidaire::id::Ids;
use ligne_solidaire::lang::Lang;
use ligne_solidaire::operators::store::{accounts, sessions};
use ligne_solidaire::operators::{Operator, Role, session};
use ligne_solidaire::phone::PhoneNumber;
use ligne_solidaire::requests;
use ligne_solidaire::secret::Keyring;
use uuid::Uuid;

/// Open callbacks.
pub(crate) const OPEN: u64 = 20_000;
/// Agents who are signed in.
pub(crate) const AGENTS: usize = 200;

/// How many are written in one transaction.
const TOGETHER: u64 = 500;
/// Different people who wait: some wait for several things.
const CALLERS: u64 = 5_000;
const HOUR: u64 = 3_600;

/// What the browser of an agent keeps.
pub(crate) fn cookie(agent: usize) -> String {
    format!("agent-{agent}")
}

/// Fills the only line.
pub(crate) async fn fill(app: &App) -> anyhow::Result<()> {
    let line = app.lines.iter().next().map(|line| line.id).unwrap_or_default();
    let (keyring, ids, now) = (app.board.keyring.clone(), app.board.ids.clone(), app.board.clock.now());
    for first in (0..OPEN).step_by(usize::try_from(TOGETHER)?) {
        let (keyring, ids) = (keyring.clone(), ids.clone());
        let opening = app.board.db.write(move |tx| {
            Box::pin(async move {
                for number in first..first + TOGETHER {
                    open(tx, &keyring, &*ids, line, number, now).await?;
                }
                Ok::<_, DbError>(())
            })
        });
        opening.await?;
    }
    let signing_in = app.board.db.write(move |tx| {
        Box::pin(async move {
            for number in 0..AGENTS {
                sign_in(tx, &keyring, ids.row(now), line, number, now).await?;
            }
            Ok::<_, DbError>(())
        })
    });
    Ok(signing_in.await?)
}

/// One callback: of every level but danger, in three languages, opened in the last ten days, one in eight late.
async fn open(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    ids: &dyn Ids,
    line_id: Uuid,
    number: u64,
    now: Timestamp,
) -> Result<(), DbError> {
    let phone = PhoneNumber::parse(&format!("+3346571{:04}", number % CALLERS)).ok();
    let caller = match phone {
        Some(phone) => Some(requests::store::caller(tx, keyring, ids.row(now), &phone, now).await?),
        None => None,
    };
    let (age, left) = (number * 37 % (240 * HOUR), (number * 101 % (240 * HOUR)).saturating_sub(24 * HOUR));
    let opened_at = now.checked_sub(Duration::from_secs(age)).unwrap_or(now);
    let new = NewCallback {
        id: ids.row(opened_at),
        line_id,
        call_id: None,
        request_id: None,
        contact_id: caller,
        reason: Reason::Request,
        category: Some(["courses", "papier", "enfant", "visite", "autre"][usize::try_from(number % 5).unwrap_or(0)]),
        priority: [3, 3, 2, 3, 2, 1][usize::try_from(number % 6).unwrap_or(0)],
        lang: ["fr", "fr", "fr", "es", "fr", "ar", "fr"][usize::try_from(number % 7).unwrap_or(0)]
            .parse()
            .unwrap_or(Lang::FRENCH),
        opened_at,
        due_at: now.checked_add(Duration::from_secs(left)).unwrap_or(now),
        promised_until: None,
        answers: br#"{"pour":"moi","courses_type":"nourriture","quand":"demain"}"#,
        spool_id: None,
    };
    callbacks::open(tx, keyring, &new).await?;
    Ok(())
}

async fn sign_in(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    id: Uuid,
    line: Uuid,
    number: usize,
    now: Timestamp,
) -> Result<(), DbError> {
    let operator = Operator {
        id,
        login: cookie(number),
        name: format!("Agent {number}"),
        roles: vec![Role::Agent],
        langs: vec![Lang::FRENCH],
        phone: None,
        lines: vec![line],
    };
    accounts::add(tx, keyring, &operator, now).await?;
    let session_id = session::id_of(&cookie(number));
    let new = sessions::NewSession { id: &session_id, operator_id: id, browser: "Firefox sur Linux", limited: false };
    sessions::open(tx, &new, now).await
}
