//! The encrypted notebook kept beside the database for the minutes when it does not answer.
//!
//! When a turn cannot be stored, the caller's number and the time are [`Spool::note`]d here before she hears that her
//! call is noted; a sweep reads [`Spool::entries`] once the database is back, opens a callback for each and
//! [`Spool::remove`]s it. One sealed file per entry, on the disk before `note` answers `Ok`. Each process writes in a
//! folder of its own and reads those of all: whoever reaches the database merges also what a process that is gone has
//! noted. Nothing here ever deletes what it cannot read: such a file is set aside as `*.illisible`.

mod folder;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::secret::Keyring;
use folder::Folder;

/// The most entries that are kept: beyond it the disk is protected and the caller is told the truth.
pub const LIMIT: usize = 10_000;
/// How long a caller waits for her call to be noted.
const PATIENCE: Duration = Duration::from_secs(1);
/// How many threads a disk that hangs may hold.
const WRITERS: usize = 8;

/// A call to be called back, noted while the database did not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpoolEntry {
    /// Names the entry: letters, digits, `-` and `_`, at most 128. Noting the same id again replaces the entry.
    pub id: String,
    /// When, in unix milliseconds.
    pub at_ms: i64,
    /// The line that was called, E.164.
    pub line_number: String,
    /// The caller's number, E.164.
    pub caller: String,
    /// The provider's name of the call.
    pub call_sid: String,
    /// Where the caller was in the dialog, if she had begun.
    pub step: Option<String>,
}

/// The notebook. Cheap to clone.
#[derive(Clone)]
pub struct Spool {
    folder: Arc<Folder>,
    writers: Arc<Semaphore>,
}

impl Spool {
    /// Opens the folder, for its owner alone; makes it at need.
    pub fn open(dir: &Path, keyring: Keyring) -> io::Result<Self> {
        Self::open_with_limit(dir, keyring, LIMIT)
    }

    /// Takes a folder under `root` that no living process holds, and reads the others too: the processes of one house
    /// that keep their files together share `root`.
    pub fn share(root: &Path, keyring: Keyring) -> io::Result<Self> {
        let folder = Arc::new(Folder::share(root, keyring, LIMIT)?);
        Ok(Self { folder, writers: Arc::new(Semaphore::new(WRITERS)) })
    }

    /// [`Spool::open`] with another limit than [`LIMIT`].
    pub fn open_with_limit(dir: &Path, keyring: Keyring, limit: usize) -> io::Result<Self> {
        let folder = Arc::new(Folder::open(dir, keyring, limit)?);
        Ok(Self { folder, writers: Arc::new(Semaphore::new(WRITERS)) })
    }

    /// Notes a call: when this answers `Ok`, the entry is on the disk. It answers within a second; an error may still be
    /// followed by the entry (the disk was only slow).
    pub async fn note(&self, entry: &SpoolEntry) -> io::Result<()> {
        let (folder, entry) = (self.folder.clone(), entry.clone());
        let writing = async {
            let turn = self.writers.clone().acquire_owned().await.map_err(io::Error::other)?;
            spawn_blocking(move || {
                let noted = folder.note(&entry);
                drop(turn);
                noted
            })
            .await?
        };
        timeout(PATIENCE, writing).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    /// Every entry of every process, oldest first. Files that cannot be read are set aside.
    pub async fn entries(&self) -> io::Result<Vec<SpoolEntry>> {
        let folder = self.folder.clone();
        let (entries, set_aside) = spawn_blocking(move || folder.entries()).await??;
        if set_aside > 0 {
            tracing::error!(files = set_aside, "spool: unreadable files set aside as *.illisible");
        }
        Ok(entries)
    }

    /// Forgets an entry that has become a callback; one that is gone already is no error.
    pub async fn remove(&self, id: &str) -> io::Result<()> {
        let (folder, id) = (self.folder.clone(), id.to_owned());
        spawn_blocking(move || folder.remove(&id)).await?
    }
}
