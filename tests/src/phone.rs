//! A phone: an observer with a store of its own, and what an observer does in a day.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use kuager_core::clock::{Clock, ClockSample, SystemClock};
use kuager_core::{FileKeyVault, NewDraft, Observer, ObserverConfig, ObserverError, Sealed};
use kuager_wire::ids::RecordHash;
use kuager_wire::invite::Invite;
use tempfile::TempDir;

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

impl Phone {
    /// A new phone without an invite.
    #[must_use]
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let observer = open(dir.path()).unwrap();
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

/// A JPEG of a page with a table and strokes on it.
#[must_use]
pub fn page_jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut random = crate::Seeded::new(1);
    let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height));
    for y in 0..u32::from(height) {
        for x in 0..u32::from(width) {
            let ink = y % 90 < 3 || x % 400 < 3 || ((x / 9 + y / 7) % 11 == 0 && x % 9 < 3);
            let noise = u8::try_from(random.below(16)).expect("small");
            pixels.push(if ink { 30 } else { 215 } + noise);
        }
    }
    let mut jpeg = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut jpeg, 90);
    encoder.encode(&pixels, width, height, jpeg_encoder::ColorType::Luma).unwrap();
    jpeg
}

/// Copies a folder with everything in it.
pub fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target: PathBuf = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The machine's clock, set wrong by as much as a test wants.
pub struct WrongClock {
    real: SystemClock,
    offset_ms: Mutex<i64>,
}

impl WrongClock {
    /// A clock that is right until it is [set](WrongClock::set).
    #[must_use]
    pub fn new() -> Self {
        Self { real: SystemClock::new(), offset_ms: Mutex::new(0) }
    }

    /// Sets the wall clock wrong by so many milliseconds.
    pub fn set(&self, offset_ms: i64) {
        *self.offset_ms.lock().unwrap() = offset_ms;
    }
}

impl Default for WrongClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for WrongClock {
    fn now(&self) -> ClockSample {
        let real = self.real.now();
        ClockSample { wall_ms: real.wall_ms + *self.offset_ms.lock().unwrap(), ..real }
    }
}
