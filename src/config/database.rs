//! Where everything is kept.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::config::reader::Section;

/// `[database]`
#[derive(Debug, Clone)]
pub struct Database {
    /// `sqlite://FILE` or `postgres://…`; the latter holds a password.
    pub url: SecretString,
}

impl Database {
    pub(super) fn read(section: &mut Section<'_>) -> Self {
        let write = "écrire \"sqlite://FICHIER\" (comme sqlite://ligne.db) ou \"postgres://UTILISATEUR:MOT_DE_PASSE@HÔTE/BASE\"";
        let url = section.parsed("url", write, |text| is_known(text).then(|| SecretString::from(text)));
        Self { url: url.unwrap_or_else(|| SecretString::from("sqlite://ligne.db")) }
    }

    /// The file of an `SQLite` database; none for `PostgreSQL`.
    pub fn file(&self) -> Option<PathBuf> {
        sqlite_file(self.url.expose_secret()).map(PathBuf::from)
    }

    /// The address without its password.
    pub fn shown(&self) -> String {
        if let Some(file) = self.file() {
            return format!("sqlite://{}", file.display());
        }
        let Ok(mut url) = Url::parse(self.url.expose_secret()) else { return "postgres://…".to_owned() };
        // Parameters may hold a password too.
        url.set_query(None);
        let hidden = url.password().is_none() || url.set_password(Some("***")).is_ok();
        if hidden { url.to_string() } else { "postgres://…".to_owned() }
    }
}

fn is_known(text: &str) -> bool {
    let server = Url::parse(text).is_ok_and(|url| ["postgres", "postgresql"].contains(&url.scheme()));
    server || sqlite_file(text).is_some()
}

/// The file of `sqlite://FILE?options`; none when there is no file.
fn sqlite_file(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:"))?;
    let file = rest.split('?').next().unwrap_or_default();
    (!file.is_empty() && !file.contains(":memory:")).then_some(file)
}
