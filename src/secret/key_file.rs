//! The file that holds the master key: 64 hexadecimal digits, readable by its owner alone, made at the first start.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::Generate;
use zeroize::Zeroizing;

use super::{Keyring, hex};

/// What the person who installs must mend, in French.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file or its folder cannot be read or written.
    #[error("la clé de chiffrement {} n'a pas pu être {what} ; vérifiez le dossier et ses droits", path.display())]
    Io {
        /// The key file.
        path: PathBuf,
        /// « lue » or « créée ».
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// There is no file, and this command makes none.
    #[error(
        "la clé de chiffrement {} n'existe pas : donnez LIGNE_KEY_FILE, ou tapez cette commande sous le compte du service \
         (« ligne-solidaire serve » crée la clé au premier démarrage)", .0.display()
    )]
    Missing(PathBuf),
    /// The content is not a key.
    #[error(
        "le fichier {} ne contient pas une clé de chiffrement (64 chiffres hexadécimaux) ; remettez la sauvegarde de \
         cette clé, sans elle les données enregistrées ne peuvent plus être lues", .0.display()
    )]
    NotAKey(PathBuf),
    /// Anybody on the machine can read it.
    #[error("la clé de chiffrement est lisible par tous ; tapez : chmod 600 {}", .0.display())]
    OpenToAll(PathBuf),
}

/// Reads the key file, or makes it at the first start. Two instances that start together end with the same key: the file
/// appears whole or not at all, and whoever comes second reads the first one's.
pub fn load_or_create(path: &Path) -> Result<Keyring, KeyFileError> {
    if !exists(path)? {
        create(path).map_err(|source| KeyFileError::Io { path: path.to_owned(), what: "créée", source })?;
    }
    load(path)
}

/// Reads the key file; one that is missing is an error, and stays missing.
pub fn load(path: &Path) -> Result<Keyring, KeyFileError> {
    let failed = |what| move |source| KeyFileError::Io { path: path.to_owned(), what, source };
    if !exists(path)? {
        return Err(KeyFileError::Missing(path.to_owned()));
    }
    let mode = fs::metadata(path).map_err(failed("lue"))?.permissions().mode();
    if mode & 0o007 != 0 {
        return Err(KeyFileError::OpenToAll(path.to_owned()));
    }
    let text = Zeroizing::new(fs::read(path).map_err(failed("lue"))?);
    let master = master_in(&text).ok_or_else(|| KeyFileError::NotAKey(path.to_owned()))?;
    Ok(Keyring::from_master(&master))
}

fn exists(path: &Path) -> Result<bool, KeyFileError> {
    path.try_exists().map_err(|source| KeyFileError::Io { path: path.to_owned(), what: "lue", source })
}

fn create(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let draft = folder.join(format!(".cle-{}", hex(&<[u8; 8]>::generate())));
    let made = write_key(&draft).and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    fs::remove_file(&draft)?;
    made?;
    fs::File::open(folder)?.sync_all()
}

fn write_key(draft: &Path) -> io::Result<()> {
    let master = Zeroizing::new(<[u8; 32]>::generate());
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
    writeln!(file, "{}", *Zeroizing::new(hex(&*master)))?;
    file.sync_all()
}

/// The key that the text spells: 64 hexadecimal digits, blanks around them ignored.
fn master_in(text: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let digits = text.trim_ascii();
    let mut master = Zeroizing::new([0; 32]);
    if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    for (byte, pair) in master.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(master)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_for_its_owner_alone_and_read_again_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("donnees").join("cle");
        let first = load_or_create(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(load_or_create(&path).unwrap().fingerprint(), first.fingerprint());
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn instances_that_start_together_agree_on_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cle");
        let keys: Vec<_> = std::thread::scope(|scope| {
            let starting: Vec<_> = (0..8).map(|_| scope.spawn(|| load_or_create(&path).unwrap())).collect();
            starting.into_iter().map(|instance| instance.join().unwrap().fingerprint()).collect()
        });
        assert!(keys.iter().all(|key| key == &keys[0]));
    }

    #[test]
    fn a_damaged_key_file_is_refused_in_french_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cle");
        for damaged in ["", "zz", &"g".repeat(64), &"a".repeat(63), &"é".repeat(32)] {
            fs::write(&path, damaged).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            let message = load_or_create(&path).unwrap_err().to_string();
            assert!(message.contains("ne contient pas une clé de chiffrement"), "{message}");
            assert_eq!(fs::read_to_string(&path).unwrap(), damaged);
        }
    }

    #[test]
    fn a_key_that_everybody_can_read_is_refused_with_the_command_that_mends_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cle");
        fs::write(&path, "a".repeat(64)).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let message = load_or_create(&path).unwrap_err().to_string();
        assert!(message.contains("chmod 600"), "{message}");
    }
}
