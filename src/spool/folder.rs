//! The notebook's folder: one sealed file per entry, written aside, synced, then renamed into place.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::SpoolEntry;
use crate::secret::Keyring;

/// The place to which entries are sealed.
const PLACE: &str = "spool";
const ENTRY: &str = "appel";
const DRAFT: &str = "brouillon";
const UNREADABLE: &str = "illisible";

/// How many processes may share a root.
const PROCESSES: u32 = 64;

pub(super) struct Folder {
    path: PathBuf,
    /// The lock on the folder, for as long as this process lives.
    _held: Option<File>,
    /// Where the folders of the other processes are.
    root: Option<PathBuf>,
    keyring: Keyring,
    limit: usize,
    /// Held while a file takes its place or leaves it, so that the limit is exact; never while the disk writes.
    change: Mutex<()>,
    drafts: AtomicU64,
}

impl Folder {
    /// Drafts found here were never acknowledged to anybody: a crash left them, and they go.
    pub(super) fn open(path: &Path, keyring: Keyring, limit: usize) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        let folder = Self::at(path, keyring, limit);
        folder.clean()?;
        Ok(folder)
    }

    /// The first folder under `root` that no living process holds; its name says nothing, so that a change of the
    /// settings orphans no entry.
    pub(super) fn share(root: &Path, keyring: Keyring, limit: usize) -> io::Result<Self> {
        for number in 1..=PROCESSES {
            let path = root.join(number.to_string());
            DirBuilder::new().recursive(true).mode(0o700).create(&path)?;
            let held = File::open(&path)?;
            match held.try_lock() {
                Ok(()) => {
                    let folder = Self::at(&path, keyring, limit);
                    folder.clean()?;
                    return Ok(Self { _held: Some(held), root: Some(root.to_owned()), ..folder });
                }
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Err(io::Error::new(ErrorKind::ResourceBusy, "too many processes share this folder"))
    }

    fn at(path: &Path, keyring: Keyring, limit: usize) -> Self {
        let (change, drafts) = (Mutex::new(()), AtomicU64::new(0));
        Self { path: path.to_owned(), _held: None, root: None, keyring, limit, change, drafts }
    }

    fn clean(&self) -> io::Result<()> {
        self.files()?.into_iter().filter(|file| has_extension(file, DRAFT)).try_for_each(fs::remove_file)
    }

    /// The folders of the other processes, living or gone.
    fn others(&self) -> io::Result<Vec<Self>> {
        let Some(root) = &self.root else { return Ok(Vec::new()) };
        let mut others = Vec::new();
        for found in fs::read_dir(root)? {
            let found = found?;
            if found.file_type()?.is_dir() && found.path() != self.path {
                others.push(Self::at(&found.path(), self.keyring.clone(), self.limit));
            }
        }
        Ok(others)
    }

    pub(super) fn note(&self, entry: &SpoolEntry) -> io::Result<()> {
        let target = self.file_of(&entry.id)?;
        let plain = serde_json::to_vec(entry)?;
        let sealed = self.keyring.seal(PLACE, &entry.id, &plain);
        let number = self.drafts.fetch_add(1, Ordering::Relaxed);
        let draft = self.path.join(format!("{}-{number}.{DRAFT}", entry.id));
        let placed = write_through(&draft, &sealed).and_then(|()| self.place(&draft, &target));
        if placed.is_err() {
            let _ = fs::remove_file(&draft);
        }
        placed.and_then(|()| self.sync())
    }

    fn place(&self, draft: &Path, target: &Path) -> io::Result<()> {
        let _alone = self.change.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = self.files()?.iter().filter(|file| has_extension(file, ENTRY)).count();
        if kept >= self.limit && !target.try_exists()? {
            return Err(ErrorKind::QuotaExceeded.into());
        }
        fs::rename(draft, target)
    }

    /// The entries of all processes, oldest first, and how many files were set aside.
    pub(super) fn entries(&self) -> io::Result<(Vec<SpoolEntry>, usize)> {
        let (mut entries, mut set_aside) = self.own_entries()?;
        for other in self.others()? {
            let (theirs, aside) = other.own_entries()?;
            entries.extend(theirs);
            set_aside += aside;
        }
        entries.sort_by(|a, b| (a.at_ms, &a.id).cmp(&(b.at_ms, &b.id)));
        Ok((entries, set_aside))
    }

    fn own_entries(&self) -> io::Result<(Vec<SpoolEntry>, usize)> {
        let (mut entries, mut set_aside) = (Vec::new(), 0);
        for file in self.files()? {
            if has_extension(&file, UNREADABLE) || has_extension(&file, DRAFT) {
                continue;
            }
            match fs::read(&file) {
                Ok(sealed) => match self.read(&file, &sealed) {
                    Some(entry) => entries.push(entry),
                    None => set_aside += usize::from(self.set_aside(&file)?),
                },
                // Removed meanwhile, or the disk fails: the file is left as it is for the next sweep.
                Err(error) => tracing::warn!(%error, "spool: a file was not read"),
            }
        }
        Ok((entries, set_aside))
    }

    /// Whoever noted it: an entry that two processes noted is one call.
    pub(super) fn remove(&self, id: &str) -> io::Result<()> {
        self.remove_own(id)?;
        self.others()?.iter().try_for_each(|other| other.remove_own(id))
    }

    fn remove_own(&self, id: &str) -> io::Result<()> {
        let file = self.file_of(id)?;
        let _alone = self.change.lock().unwrap_or_else(PoisonError::into_inner);
        match fs::remove_file(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            removed => removed.and_then(|()| self.sync()),
        }
    }

    fn read(&self, file: &Path, sealed: &[u8]) -> Option<SpoolEntry> {
        let id = file.file_stem()?.to_str().filter(|_| has_extension(file, ENTRY))?;
        let plain = self.keyring.open(PLACE, id, sealed).ok()?;
        serde_json::from_slice(&plain).ok().filter(|entry: &SpoolEntry| entry.id == id)
    }

    /// Renames a file that is not an entry of ours, never over another; false when it is gone.
    fn set_aside(&self, file: &Path) -> io::Result<bool> {
        let name = file.file_name().unwrap_or_default();
        let _alone = self.change.lock().unwrap_or_else(PoisonError::into_inner);
        let mut aside = appended(file, name, &format!(".{UNREADABLE}"));
        let mut copies = 1;
        while aside.try_exists()? {
            copies += 1;
            aside = appended(file, name, &format!("-{copies}.{UNREADABLE}"));
        }
        match fs::rename(file, aside) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            renamed => renamed.and_then(|()| self.sync()).map(|()| true),
        }
    }

    fn files(&self) -> io::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for found in fs::read_dir(&self.path)? {
            let found = found?;
            if found.file_type()?.is_file() {
                files.push(found.path());
            }
        }
        Ok(files)
    }

    fn file_of(&self, id: &str) -> io::Result<PathBuf> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if id.is_empty() || id.len() > 128 || !id.chars().all(plain) {
            return Err(io::Error::new(ErrorKind::InvalidInput, "this id cannot name a file"));
        }
        Ok(self.path.join(format!("{id}.{ENTRY}")))
    }

    /// A name given or taken is only safe once its folder is.
    fn sync(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }
}

fn write_through(draft: &Path, sealed: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(draft)?;
    file.write_all(sealed)?;
    file.sync_all()
}

fn has_extension(file: &Path, extension: &str) -> bool {
    file.extension() == Some(OsStr::new(extension))
}

fn appended(file: &Path, name: &OsStr, suffix: &str) -> PathBuf {
    let mut name = name.to_owned();
    name.push(suffix);
    file.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::Spool;
    use super::*;

    const CALLER: &str = "+33465710001";

    fn house() -> Keyring {
        Keyring::from_master(&[7; 32])
    }

    fn entry(n: i64) -> SpoolEntry {
        SpoolEntry {
            id: format!("CA-{n}"),
            at_ms: 1_776_153_600_000 - n,
            line_number: "+33199001001".into(),
            caller: CALLER.into(),
            call_sid: format!("CA{n}"),
            step: (n % 2 == 0).then(|| "menu".into()),
        }
    }

    fn names(path: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(path).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn calls_noted_are_found_again_oldest_first_also_after_a_restart() {
        let place = tempfile::tempdir().unwrap();
        let spool = Spool::open(&place.path().join("carnet"), house()).unwrap();
        for n in 0..3 {
            spool.note(&entry(n)).await.unwrap();
        }
        drop(spool);
        let spool = Spool::open(&place.path().join("carnet"), house()).unwrap();
        assert_eq!(spool.entries().await.unwrap(), [entry(2), entry(1), entry(0)]);
        spool.remove("CA-1").await.unwrap();
        spool.remove("CA-1").await.unwrap();
        assert_eq!(spool.entries().await.unwrap(), [entry(2), entry(0)]);
    }

    #[tokio::test]
    async fn the_disk_shows_no_number_and_only_its_owner_reads_the_files() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("carnet");
        Spool::open(&path, house()).unwrap().note(&entry(1)).await.unwrap();
        assert_eq!(names(&path), ["CA-1.appel"]);
        let file = path.join("CA-1.appel");
        assert!(!String::from_utf8_lossy(&fs::read(&file).unwrap()).contains("465710001"));
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[tokio::test]
    async fn the_same_call_noted_twice_is_one_entry() {
        let place = tempfile::tempdir().unwrap();
        let spool = Spool::open_with_limit(place.path(), house(), 1).unwrap();
        spool.note(&entry(1)).await.unwrap();
        let later = SpoolEntry { at_ms: 5, ..entry(1) };
        spool.note(&later).await.unwrap();
        assert_eq!(spool.entries().await.unwrap(), [later]);
    }

    #[tokio::test]
    async fn a_full_notebook_says_so_and_keeps_what_it_has() {
        let place = tempfile::tempdir().unwrap();
        let spool = Spool::open_with_limit(place.path(), house(), 5).unwrap();
        let calls: Vec<_> = (0..20).map(entry).collect();
        let noting = calls.iter().map(|call| spool.note(call));
        let kept = futures_util::future::join_all(noting).await.into_iter().flatten().count();
        assert_eq!(kept, 5);
        assert_eq!(spool.entries().await.unwrap().len(), 5);
        assert_eq!(names(place.path()).len(), 5, "refused calls leave no file");
    }

    #[tokio::test]
    async fn broken_and_foreign_files_are_set_aside_and_never_lost() {
        let place = tempfile::tempdir().unwrap();
        let spool = Spool::open(place.path(), house()).unwrap();
        spool.note(&entry(1)).await.unwrap();
        spool.note(&entry(2)).await.unwrap();
        let sealed = fs::read(place.path().join("CA-2.appel")).unwrap();
        fs::rename(place.path().join("CA-2.appel"), place.path().join("CA-3.appel")).unwrap();
        fs::write(place.path().join("CA-4.appel"), "").unwrap();
        fs::write(place.path().join("CA-4.appel.illisible"), "earlier").unwrap();
        fs::write(place.path().join("lisez-moi"), "bonjour").unwrap();
        assert_eq!(spool.entries().await.unwrap(), [entry(1)]);
        let expected = [
            "CA-1.appel",
            "CA-3.appel.illisible",
            "CA-4.appel-2.illisible",
            "CA-4.appel.illisible",
            "lisez-moi.illisible",
        ];
        assert_eq!(names(place.path()), expected);
        assert_eq!(fs::read(place.path().join("CA-3.appel.illisible")).unwrap(), sealed);
        assert_eq!(spool.entries().await.unwrap(), [entry(1)]);
        assert_eq!(names(place.path()), expected);
    }

    #[tokio::test]
    async fn a_notebook_of_another_house_is_set_aside_whole() {
        let place = tempfile::tempdir().unwrap();
        Spool::open(place.path(), house()).unwrap().note(&entry(1)).await.unwrap();
        let other = Spool::open(place.path(), Keyring::from_master(&[8; 32])).unwrap();
        assert_eq!(other.entries().await.unwrap(), []);
        assert_eq!(names(place.path()), ["CA-1.appel.illisible"]);
    }

    #[tokio::test]
    async fn a_crash_while_writing_leaves_nothing_that_counts() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("CA-1-0.brouillon"), "half").unwrap();
        let spool = Spool::open(place.path(), house()).unwrap();
        assert_eq!(spool.entries().await.unwrap(), []);
        assert_eq!(names(place.path()), [""; 0]);
    }

    #[tokio::test]
    async fn processes_that_share_a_root_write_apart_and_read_everything() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("carnet");
        let one = Spool::share(&root, house()).unwrap();
        fs::write(root.join("1/CA-9-0.brouillon"), "being written").unwrap();
        let other = Spool::share(&root, house()).unwrap();
        one.note(&entry(1)).await.unwrap();
        other.note(&entry(2)).await.unwrap();
        assert_eq!((names(&root.join("1")).len(), names(&root.join("2"))), (2, vec!["CA-2.appel".to_owned()]));
        for spool in [&one, &other] {
            assert_eq!(spool.entries().await.unwrap(), [entry(2), entry(1)]);
        }
        other.remove("CA-1").await.unwrap();
        assert_eq!(one.entries().await.unwrap(), [entry(2)]);
    }

    #[tokio::test]
    async fn what_a_process_noted_is_found_by_the_next_one_wherever_it_writes() {
        let place = tempfile::tempdir().unwrap();
        let gone = [Spool::share(place.path(), house()).unwrap(), Spool::share(place.path(), house()).unwrap()];
        gone[1].note(&entry(1)).await.unwrap();
        fs::write(place.path().join("1/CA-9-0.brouillon"), "half").unwrap();
        drop(gone);
        let earlier = Spool::open(&place.path().join("127-0-0-1-8080"), house()).unwrap();
        earlier.note(&entry(2)).await.unwrap();
        let spool = Spool::share(place.path(), house()).unwrap();
        assert_eq!(names(&place.path().join("1")), [""; 0], "the place of a process that is gone is taken, and clean");
        assert_eq!(spool.entries().await.unwrap(), [entry(2), entry(1)]);
        spool.remove("CA-1").await.unwrap();
        assert_eq!(spool.entries().await.unwrap(), [entry(2)]);
    }

    #[tokio::test]
    async fn an_id_that_leads_elsewhere_is_refused() {
        let place = tempfile::tempdir().unwrap();
        let spool = Spool::open(place.path(), house()).unwrap();
        for id in ["", "../x", "a/b", "é", "a.b", &"a".repeat(129)] {
            let refused = spool.note(&SpoolEntry { id: id.into(), ..entry(1) }).await;
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::InvalidInput, "{id}");
            assert!(spool.remove(id).await.is_err());
        }
    }

    #[tokio::test]
    async fn a_disk_that_refuses_is_an_error_and_not_a_promise() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("carnet");
        let spool = Spool::open(&path, house()).unwrap();
        fs::remove_dir(&path).unwrap();
        assert!(spool.note(&entry(1)).await.is_err());
        assert!(spool.entries().await.is_err());
    }
}
