//! Gives an operator her second factor: a secret is offered to her telephone, and kept once a code of it was right.

use super::gate::Gate;
use super::second_factor::Secret;
use super::sign_in::{self, Opened};
use super::store::credentials;
use super::store::sessions;
use crate::audit;
use crate::db::DbError;

/// What her telephone is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The secret.
    pub secret: Secret,
    /// What she signs in with.
    pub login: String,
}

/// The secret that this session offers, the same one however often the page is loaded; none when she has a second factor.
pub async fn offer(gate: &Gate, session_id: &str) -> Result<Option<Offer>, DbError> {
    let (keyring, id, secret) = (gate.keyring.clone(), session_id.to_owned(), Secret::new(gate.secret()));
    gate.db
        .write(move |tx| {
            Box::pin(async move {
                credentials::offer(tx, &keyring, &id, &secret).await?;
                let offered = credentials::offered(tx, &keyring, &id).await?;
                Ok(offered.map(|offered| Offer { secret: offered.secret, login: offered.login }))
            })
        })
        .await
}

/// Keeps the secret if the code is right: her sessions end, and a new one that is not limited begins in this browser. None
/// when the code is wrong.
pub async fn confirm(gate: &Gate, session_id: &str, code: &str, browser: &str) -> Result<Option<Opened>, DbError> {
    let (keyring, id, entry, now) = (gate.keyring.clone(), session_id.to_owned(), gate.row(), gate.now());
    let (code, browser) = (code.to_owned(), browser.to_owned());
    let opened = Opened { token: gate.token(), limited: false };
    gate.db
        .write(move |tx| {
            Box::pin(async move {
                let Some(new) = credentials::offered(tx, &keyring, &id).await? else { return Ok(None) };
                let Some(step) = new.secret.step_of(&code, now, 0) else { return Ok(None) };
                if !credentials::keep_factor(tx, &keyring, &new, step).await? {
                    return Ok(None);
                }
                sessions::end_others(tx, new.operator_id, "").await?;
                sign_in::open(tx, new.operator_id, &opened, &browser, now).await?;
                let subject = new.operator_id.to_string();
                let of = (entry, new.line);
                audit::store::write_of_line(tx, of, &new.name, "second_factor.set", &subject, now).await?;
                Ok(Some(opened))
            })
        })
        .await
}
