//! The spoken messages of one call, written to files that any player plays. Whoever asks for them is journaled before.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write, stderr, stdout};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use anyhow::Context;
use uuid::Uuid;

use crate::calls::recording::State;
use crate::calls::recording::store::{self, Message};
use crate::db::{Db, DbError};
use crate::secret::Keyring;

/// Writes each message of a call to `folder`, for its owner alone, and says where, or why there is none.
pub async fn export(db: &Db, keyring: &Keyring, call_id: Uuid, name: &str, folder: &Path) -> anyhow::Result<()> {
    let opener = keyring.clone();
    let reading = db.read(move |tx| Box::pin(async move { store::of_call(tx, &opener, call_id).await }));
    let messages: Vec<Message> = reading.await?;
    let (mut out, mut written) = (stdout(), false);
    if messages.is_empty() {
        writeln!(out, "Aucun message parlé dans cet appel.")?;
    }
    for (index, message) in messages.iter().enumerate() {
        let Message { id, step, state, .. } = message;
        let number = index + 1;
        match audio(db, keyring, *id).await? {
            Some(audio) => {
                let step = step.replace(|one: char| !one.is_alphanumeric(), "-");
                let file = folder.join(format!("{name}-{number}-{step}.{}", extension(&audio)));
                keep(&file, &audio).with_context(|| format!("{} n'a pas pu être écrit", file.display()))?;
                writeln!(out, "{}", file.display())?;
                written = true;
            }
            None => writeln!(out, "message {number} ({step}) : {}", absent(*state))?,
        }
    }
    if written {
        writeln!(stderr(), "Effacez ces fichiers après l'écoute : le délai de garde ne les efface pas.")?;
    }
    Ok(())
}

async fn audio(db: &Db, keyring: &Keyring, id: Uuid) -> Result<Option<Vec<u8>>, DbError> {
    let keyring = keyring.clone();
    db.read(move |tx| Box::pin(async move { store::audio(tx, &keyring, id).await })).await
}

fn keep(file: &Path, audio: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    // What has this name may belong to others, or lead elsewhere.
    match std::fs::remove_file(file) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(cause),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?.write_all(audio)
}

/// What the sound is, by its first bytes: providers send one of the two.
fn extension(audio: &[u8]) -> &'static str {
    if audio.starts_with(b"RIFF") { "wav" } else { "mp3" }
}

fn absent(state: State) -> &'static str {
    match state {
        State::Waiting => "pas encore arrivé de chez l'opérateur, réessayez dans une minute",
        State::Kept => "illisible avec cette clé",
        State::Absent => "l'opérateur ne l'a pas",
        State::Discarded => "rien n'a été dit",
        State::Erased => "effacé, son délai de garde est passé",
    }
}
