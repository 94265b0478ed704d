//! A town decides something of its line while it is running: hours, telephones, what is said. Journaled; in force at once
//! here, and within seconds on every other instance.

use jiff::Timestamp;
use uuid::Uuid;

use super::Lines;
use super::overrides::{Overrides, Setting};
use super::reload::{self, SCRIPTS};
use super::store::{self, Decision};
use crate::audit;
use crate::calls::switchboard::Switchboard;
use crate::db::{DbError, Tx};
use crate::operators::Operator;
use crate::secret::Keyring;

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// It is in force.
    Done,
    /// It was so already.
    Same,
    /// It does not read: what to write. Nothing changed.
    Refused(String),
    /// There is no such line, or it is not hers.
    Unknown,
}

/// Changes one setting of a line; nothing written goes back to the file.
pub async fn change(
    board: &Switchboard,
    lines: &Lines,
    by: &Operator,
    line_id: Uuid,
    setting: Setting,
    typed: &str,
) -> Result<Changed, DbError> {
    let (Some(configured), Some(line)) = (lines.configured(line_id), lines.by_id(line_id)) else {
        return Ok(Changed::Unknown);
    };
    let typed = typed.trim().to_owned();
    let mut tried = (*configured).clone();
    if !typed.is_empty()
        && let Err(why) = setting.put(&mut tried, &typed)
    {
        return Ok(Changed::Refused(why));
    }
    let value = if typed.is_empty() { None } else { Some(setting.written(&tried)) };
    let wanted = setting.written(&tried);
    let same = wanted == setting.written(&line.settings);
    let changing = Changing::new(board, by, line_id, setting.name());
    let told = if setting.is_personal() { "…".to_owned() } else { wanted };
    let done = board.db.write(move |tx| Box::pin(async move { changing.keep(tx, value, same, &told).await })).await?;
    reload::reload(board, lines).await?;
    Ok(done)
}

/// What was decided of a line; `None` where it is not hers.
pub async fn decided(board: &Switchboard, by: &Operator, line_id: Uuid) -> Result<Option<Overrides>, DbError> {
    let (keyring, operator_id) = (board.keyring.clone(), by.id);
    board
        .db
        .read(move |tx| {
            Box::pin(async move {
                if !store::is_hers(tx, operator_id, line_id).await? {
                    return Ok(None);
                }
                let mut all = reload::by_line(store::decided(tx, &keyring).await?);
                Ok(Some(all.remove(&line_id).unwrap_or_default()))
            })
        })
        .await
}

/// Keeps that the scripts of every instance are to be read again; `false` when the line is not hers.
pub async fn ask_for_scripts(board: &Switchboard, by: &Operator, line_id: Uuid) -> Result<bool, DbError> {
    let changing = Changing::new(board, by, line_id, SCRIPTS);
    let value = Some(board.clock.now().to_string());
    let kept = board.db.write(move |tx| Box::pin(async move { changing.keep(tx, value, false, "").await }));
    Ok(kept.await? == Changed::Done)
}

struct Changing {
    keyring: Keyring,
    by: Operator,
    entry: Uuid,
    line_id: Uuid,
    name: &'static str,
    now: Timestamp,
}

impl Changing {
    fn new(board: &Switchboard, by: &Operator, line_id: Uuid, name: &'static str) -> Self {
        let now = board.clock.now();
        Self { keyring: board.keyring.clone(), by: by.clone(), entry: board.ids.row(now), line_id, name, now }
    }

    async fn keep(&self, tx: &mut Tx<'_>, value: Option<String>, same: bool, told: &str) -> Result<Changed, DbError> {
        if !store::is_hers(tx, self.by.id, self.line_id).await? {
            return Ok(Changed::Unknown);
        }
        // What is so already is not decided here: the file still says it.
        if same && value.is_some() {
            return Ok(Changed::Same);
        }
        let decision = Decision { line_id: self.line_id, name: self.name, by: self.by.id, now: self.now };
        match value {
            Some(value) => drop(store::decide(tx, &self.keyring, &decision, &value).await?),
            None => drop(store::undecide(tx, &decision).await?),
        }
        if same {
            return Ok(Changed::Same);
        }
        let (of, subject) = ((self.entry, Some(self.line_id)), format!("{} {told}", self.name));
        let action = if self.name == SCRIPTS { "line.scripts" } else { "line.change" };
        audit::store::write_of_line(tx, of, &self.by.name, action, subject.trim_end(), self.now).await?;
        Ok(Changed::Done)
    }
}
