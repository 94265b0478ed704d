//! Puts in force what towns decided of their lines, on this instance: at its start, when it is told that a line changed,
//! and at each tick of the schedule.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::Lines;
use super::overrides::{Overrides, Setting, over};
use super::store::{self, Decided};
use crate::calls::switchboard::Switchboard;
use crate::db::DbError;

/// Under what name it is kept that the scripts are to be read again.
pub const SCRIPTS: &str = "scripts";

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reloaded {
    /// Lines whose settings changed.
    pub changed: usize,
    /// When somebody last asked that the scripts be read again.
    pub scripts_asked_at: Option<Timestamp>,
}

/// Reads what was decided and puts it in force. What does not read leaves the last good value.
pub async fn reload(board: &Switchboard, lines: &Lines) -> Result<Reloaded, DbError> {
    let keyring = board.keyring.clone();
    let decided = board.db.read(move |tx| Box::pin(async move { store::decided(tx, &keyring).await }));
    let decided: Vec<Decided> = decided.await?;
    let scripts_asked_at = decided.iter().filter(|one| one.name == SCRIPTS).map(|one| one.at).max();
    let overrides = by_line(decided);
    let changed = lines.iter().filter(|line| {
        let Some(configured) = lines.configured(line.id) else { return false };
        let nothing = Overrides::new();
        let (settings, wrong) = over(&configured, &line.settings, overrides.get(&line.id).unwrap_or(&nothing));
        for (setting, why) in wrong {
            tracing::error!(line = %line.id, setting = setting.name(), why, "what was decided of a line does not read");
        }
        lines.put(line.id, &settings)
    });
    Ok(Reloaded { changed: changed.count(), scripts_asked_at })
}

/// What was decided of each line; a setting that this version does not know is another version's.
pub(super) fn by_line(decided: Vec<Decided>) -> BTreeMap<Uuid, Overrides> {
    let mut overrides: BTreeMap<Uuid, Overrides> = BTreeMap::new();
    for one in decided {
        if let Some(setting) = Setting::of_name(&one.name) {
            overrides.entry(one.line_id).or_default().insert(setting, one.value);
        }
    }
    overrides
}
