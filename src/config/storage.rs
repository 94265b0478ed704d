//! Files beside the database: the key, the spool.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::config::database::Database;
use crate::config::reader::Section;

/// The folder of the service under the user's state directory.
const STATE: &str = "ligne-solidaire";

/// `[storage]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage {
    /// The spool. Beside an `SQLite` file: `FILE.donnees`.
    pub data_dir: PathBuf,
    /// The key of every encrypted column, outside the database. Beside an `SQLite` file: `FILE.cle`. With `PostgreSQL`, in
    /// the state directory of the user, so that two instances of one user share it.
    pub key_file: PathBuf,
}

impl Storage {
    pub(super) fn read(section: &mut Section<'_>, database: &Database, env: &BTreeMap<String, String>) -> Self {
        let data_dir = path(section, "data_dir").unwrap_or_else(|| match database.file() {
            Some(file) => with_end(&file, ".donnees"),
            None => state_dir(env),
        });
        let key_file = path(section, "key_file").unwrap_or_else(|| match database.file() {
            Some(file) => with_end(&file, ".cle"),
            None => state_dir(env).join("ligne.cle"),
        });
        if key_file.starts_with(&data_dir) && database.file().is_some() {
            section.complain("key_file", "la clé ne doit pas être dans le dossier qu'elle protège (data_dir)");
        }
        Self { data_dir, key_file }
    }
}

fn path(section: &mut Section<'_>, key: &str) -> Option<PathBuf> {
    section.text(key, "écrire un chemin, comme \"/var/lib/ligne-solidaire/ligne.cle\"").map(PathBuf::from)
}

fn with_end(file: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(end);
    PathBuf::from(name)
}

/// `$XDG_STATE_HOME`, or `~/.local/state`, or the working directory of a process without a home.
fn state_dir(env: &BTreeMap<String, String>) -> PathBuf {
    let folder = |name: &str| env.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || folder("HOME").map(|home| home.join(".local/state"));
    folder("XDG_STATE_HOME").or_else(home).unwrap_or_default().join(STATE)
}
