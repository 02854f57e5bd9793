//! A phone: an observer with a store of its own, and what an observer does in a day.

use std::path::Path;
use std::sync::Arc;

use kuager_core::clock::{Clock, SystemClock};
use kuager_core::{FileKeyVault, NewDraft, Observer, ObserverConfig, ObserverError, Sealed};
use kuager_wire::ids::RecordHash;
use kuager_wire::invite::Invite;
use tempfile::TempDir;

use crate::files::copy_dir;

/// A station of the built-in pack.
pub const STATION: &str = "710000000-99";

/// A phone in a temporary folder.
pub struct Phone {
    dir: TempDir,
    /// Its observer.
    pub observer: Observer,
}

/// Opens the observer of a folder, with a file vault inside it.
///
/// # Errors
/// As [`Observer::open`].
pub fn open(dir: &Path) -> Result<Observer, ObserverError> {
    open_with(dir, Arc::new(SystemClock::new()))
}

/// As [`open`], with another clock.
///
/// # Errors
/// As [`Observer::open`].
pub fn open_with(dir: &Path, clock: Arc<dyn Clock>) -> Result<Observer, ObserverError> {
    let vault = Arc::new(FileKeyVault::new(dir.join("vault")));
    Observer::open(ObserverConfig::new(dir.join("store")), vault, clock)
}

/// As [`open`], for a folder that is locked with a passcode.
///
/// # Errors
/// As [`Observer::open_with_passcode`].
pub fn unlock(dir: &Path, passcode: &str) -> Result<Observer, ObserverError> {
    let vault = Arc::new(FileKeyVault::new(dir.join("vault")));
    Observer::open_with_passcode(ObserverConfig::new(dir.join("store")), vault, Arc::new(SystemClock::new()), passcode)
}

impl Phone {
    /// A new phone without an invite.
    #[must_use]
    pub fn new() -> Self {
        Self::with(Arc::new(SystemClock::new()))
    }

    /// As [`Phone::new`], with another clock.
    #[must_use]
    pub fn with(clock: Arc<dyn Clock>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let observer = open_with(dir.path(), clock).unwrap();
        Self { dir, observer }
    }

    /// A phone with an invite and a pack, that has not been online yet.
    #[must_use]
    pub fn invited(invite: &Invite, pack: &[u8]) -> Self {
        let phone = Self::new();
        phone.observer.accept_invite(&invite.to_url().unwrap()).unwrap();
        phone.observer.import_pack(pack.to_vec()).unwrap();
        phone
    }

    /// Its folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Closes the store and opens it again, as after a restart.
    pub fn reopen(&mut self) {
        self.observer.close();
        self.observer = open(self.dir.path()).unwrap();
    }

    /// Drops every open connection, so that the next call makes a new one.
    pub fn reconnect(&self) {
        self.observer.reconnect().unwrap();
    }

    /// A copy of everything on this phone, as a backup makes it.
    #[must_use]
    pub fn backup(&self) -> TempDir {
        self.observer.pause().unwrap();
        let copy = tempfile::tempdir().unwrap();
        copy_dir(self.dir.path(), copy.path());
        self.observer.resume().unwrap();
        copy
    }

    /// Fills and seals one opening checklist.
    pub fn checklist(&self) -> Sealed {
        checklist(&self.observer).unwrap()
    }

    /// Seals so many notes.
    pub fn notes(&self, count: usize) -> Vec<RecordHash> {
        (0..count).map(|number| note(&self.observer, &format!("жазба {number}")).unwrap().hash).collect()
    }
}

impl Default for Phone {
    fn default() -> Self {
        Self::new()
    }
}

/// Fills and seals one opening checklist.
///
/// # Errors
/// As [`Observer::seal`].
pub fn checklist(observer: &Observer) -> Result<Sealed, ObserverError> {
    let draft = observer.new_draft(NewDraft::form("opening").station(STATION).language("kk"))?;
    for question in 1..=18 {
        // O03 and O11 ask for numbers.
        let answer = if matches!(question, 3 | 11) { 7.into() } else { "yes".into() };
        observer.set_answer(draft, &format!("O{question:02}"), Some(answer))?;
    }
    observer.set_answer(draft, "O18.time", Some((7 * 60).into()))?;
    observer.seal(draft)
}

/// Seals a note.
///
/// # Errors
/// As [`Observer::seal`].
pub fn note(observer: &Observer, text: &str) -> Result<Sealed, ObserverError> {
    let draft = observer.new_draft(NewDraft::note(text).station(STATION))?;
    observer.seal(draft)
}
