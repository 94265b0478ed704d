//! The last webhooks that were refused, so that a wrong public URL is explained and not a dead line.
//!
//! Nothing personal is kept: a time, a route, why, and the address that would have matched. A command in another
//! process reads them from a small file that the worker writes.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How many refusals are kept.
const KEPT: usize = 20;

/// A webhook that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// When.
    pub at: Timestamp,
    /// The route.
    pub path: String,
    /// Why, in French.
    pub cause: String,
    /// The address under which its signature would have held.
    pub would_match: Option<String>,
}

/// The last refusals, newest last.
#[derive(Debug)]
pub struct Refusals {
    file: PathBuf,
    last: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    refusals: VecDeque<Refusal>,
    written: bool,
}

impl Refusals {
    /// Kept in `file` between two writings.
    pub fn in_file(file: PathBuf) -> Self {
        let refusals = Self::read(&file).into();
        Self { file, last: Mutex::new(Kept { refusals, written: true }) }
    }

    /// What `file` holds; nothing where it cannot be read.
    pub fn read(file: &Path) -> Vec<Refusal> {
        let text = std::fs::read(file).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Remembers a refusal.
    pub fn note(&self, refusal: Refusal) {
        let mut kept = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        kept.refusals.push_back(refusal);
        while kept.refusals.len() > KEPT {
            kept.refusals.pop_front();
        }
        kept.written = false;
    }

    /// Writes what is new: called now and then, so that a flood of forgeries costs no disk.
    pub async fn write(&self) {
        let refusals: Vec<_> = {
            let mut kept = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            if std::mem::replace(&mut kept.written, true) {
                return;
            }
            kept.refusals.iter().cloned().collect()
        };
        let Ok(text) = serde_json::to_vec_pretty(&refusals) else { return };
        if let Err(cause) = tokio::fs::write(&self.file, text).await {
            tracing::warn!(%cause, "the refused webhooks could not be written for the doctor");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_last_refusals_are_kept_for_the_doctor() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("refus.json");
        let refusals = Refusals::in_file(file.clone());
        for number in 0..30 {
            let at = Timestamp::from_second(number).unwrap();
            refusals.note(Refusal { at, path: "/voice".into(), cause: "signature".into(), would_match: None });
        }
        refusals.write().await;
        let read = Refusals::read(&file);
        assert_eq!(read.len(), KEPT);
        assert_eq!(read.last().map(|refusal| refusal.at.as_second()), Some(29));
    }
}
