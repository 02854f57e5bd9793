//! One observer's device on the other side of the bridge.
//!
//! Each file holds the calls of one subject; all of them go through `ObserverHandle::call`.

mod attestation;
mod day;
mod drafts;
mod media;
mod outbox;
mod passcode;
mod stations;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use kuager_core::{DraftId, Observer, ObserverError, SystemClock};
use parking_lot::Mutex;
use tokio::sync::broadcast::error::RecvError;
use zeroize::Zeroizing;

pub use self::attestation::AttestationFormat;
pub use self::day::Setting;
pub use self::passcode::{PasscodeState, passcode_state};

use crate::callbacks::{
    Change, ChangeListener, Clock, Connectivity, ForeignClock, ForeignVault, KeyVault, Notifier, ask_network,
};
use crate::counts::{CALLBACKS, Counted, OBSERVERS};
use crate::error::KuagerError;
use crate::task::TaskHandle;
use crate::types::{self, ChainReport, InvitePreview, ObserverStatus, PackInfo};
use crate::{guard, runtime};

/// Where an observer's data lives and how patient the network code is.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ObserverConfig {
    /// Folder of the store, private to the app and left out of backups; made when missing.
    pub dir: String,
    /// Longest wait for a connection to one address, milliseconds; the core's own when absent.
    #[uniffi(default = None)]
    pub connect_timeout_ms: Option<i64>,
    /// Longest silence during a call, milliseconds; the core's own when absent.
    #[uniffi(default = None)]
    pub idle_timeout_ms: Option<i64>,
    /// Longest duration of one call, milliseconds; the core's own when absent.
    #[uniffi(default = None)]
    pub call_timeout_ms: Option<i64>,
}

impl ObserverConfig {
    fn config(&self) -> kuager_core::ObserverConfig {
        let mut config = kuager_core::ObserverConfig::new(&self.dir);
        let duration = |ms: Option<i64>| ms.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis);
        config.connect_timeout = duration(self.connect_timeout_ms).unwrap_or(config.connect_timeout);
        config.idle_timeout = duration(self.idle_timeout_ms).unwrap_or(config.idle_timeout);
        config.call_timeout = duration(self.call_timeout_ms).unwrap_or(config.call_timeout);
        config
    }
}

/// How long closing and pausing wait for the last step of what is being sent.
const LAST_STEP: Duration = Duration::from_secs(2);

/// What the platform does for an observer.
struct Platform {
    connectivity: Option<Arc<dyn Connectivity>>,
    notifier: Option<Arc<Notifier>>,
    _counted: Option<Counted>,
}

/// One observer's device: store, journal and outbox. Exactly one owner calls [`ObserverHandle::shutdown`] when done.
#[derive(uniffi::Object)]
pub struct ObserverHandle {
    core: Arc<Observer>,
    platform: Mutex<Platform>,
    tasks: Mutex<Vec<Weak<TaskHandle>>>,
    closed: AtomicBool,
    _counted: Counted,
}

impl ObserverHandle {
    /// What every call goes through.
    fn call<T>(&self, work: impl FnOnce(&Observer) -> Result<T, KuagerError>) -> Result<T, KuagerError> {
        guard::call(|| {
            self.usable()?;
            work(&self.core)
        })
    }

    /// As [`ObserverHandle::call`], and says what changed.
    fn change<T>(
        &self,
        changes: Change,
        work: impl FnOnce(&Observer) -> Result<T, KuagerError>,
    ) -> Result<T, KuagerError> {
        let result = self.call(work)?;
        self.notify(&[changes]);
        Ok(result)
    }

    fn usable(&self) -> Result<(), KuagerError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(KuagerError::new("store_closed", "the observer was closed or wiped; open it again"));
        }
        Ok(())
    }

    fn notify(&self, changes: &[Change]) {
        let notifier = self.platform.lock().notifier.clone();
        if let Some(notifier) = notifier {
            changes.iter().for_each(|change| notifier.notify(change));
        }
    }

    /// Asks the platform about the network and tells the core. The platform is asked without any lock.
    fn look_at_network(&self) {
        let connectivity = self.platform.lock().connectivity.clone();
        if let Some(connectivity) = connectivity {
            self.core.set_network(ask_network(connectivity.as_ref()));
        }
    }

    fn begin(&self, limit: Option<Duration>) -> Result<Arc<TaskHandle>, KuagerError> {
        guard::call(|| {
            self.usable()?;
            self.look_at_network();
            let task = TaskHandle::start(&runtime::handle()?, Arc::clone(&self.core), limit);
            let mut tasks = self.tasks.lock();
            tasks.retain(|task| task.strong_count() > 0);
            tasks.push(Arc::downgrade(&task));
            Ok(task)
        })
    }

    fn stop_tasks(&self, code: &str, reason: &str) {
        let tasks: Vec<_> = self.tasks.lock().drain(..).collect();
        let tasks: Vec<_> = tasks.iter().filter_map(Weak::upgrade).collect();
        tasks.iter().for_each(|task| task.stop(KuagerError::new(code, reason)));
        // They stop at their next await; the longest between two is one transaction.
        tasks.iter().for_each(|task| task.join(LAST_STEP));
    }

    fn release(&self) {
        self.stop_tasks("store_closed", "the observer was closed");
        let mut platform = self.platform.lock();
        let (notifier, connectivity) = (platform.notifier.take(), platform.connectivity.take());
        platform._counted = None;
        drop(platform);
        drop(connectivity);
        if let Some(notifier) = notifier {
            notifier.stop();
        }
    }
}

/// Hands the events of syncing to the listener until the observer is gone.
fn follow(core: &Observer, notifier: &Arc<Notifier>) -> Result<(), KuagerError> {
    let mut events = core.subscribe();
    let notifier = Arc::downgrade(notifier);
    runtime::handle()?.spawn(async move {
        loop {
            let event = events.recv().await;
            let Some(notifier) = notifier.upgrade() else { return };
            match event {
                Ok(event) => {
                    notifier.progress(&event);
                    Change::of(&event).iter().for_each(|change| notifier.notify(change));
                }
                Err(RecvError::Lagged(_)) => notifier.notify(&Change::Everything),
                Err(RecvError::Closed) => return,
            }
        }
    });
    Ok(())
}

#[uniffi::export]
impl ObserverHandle {
    /// Opens an observer's folder, making it when it is new. Needs no network. Without a clock, the system's own serves;
    /// without connectivity, bytes are taken to be free until [`ObserverHandle::set_network`] says otherwise. The passcode is asked
    /// for where [`passcode_state`] says so; the duress passcode destroys everything and opens an app that was never used.
    ///
    /// # Errors
    /// `passcode_needed`, `passcode_wrong`, `passcode_wait`, `vault_locked` (try again after unlocking), `vault_lost` and `identity_missing` (this store belongs to another device),
    /// `store_unavailable` (try again later) and others of the store.
    #[uniffi::constructor(default(passcode = None))]
    pub fn open(
        config: ObserverConfig,
        vault: Arc<dyn KeyVault>,
        clock: Option<Arc<dyn Clock>>,
        connectivity: Option<Arc<dyn Connectivity>>,
        listener: Option<Arc<dyn ChangeListener>>,
        passcode: Option<String>,
    ) -> Result<Arc<Self>, KuagerError> {
        let passcode = passcode.map(Zeroizing::new);
        guard::call(|| {
            let (clock, vault) = (clock_or_system(clock), Arc::new(ForeignVault::new(vault)));
            let core = Arc::new(match &passcode {
                Some(passcode) => Observer::open_with_passcode(config.config(), vault, clock, passcode)?,
                None => Observer::open(config.config(), vault, clock)?,
            });
            let notifier = listener.map(Notifier::start).transpose().map_err(ObserverError::from)?.map(Arc::new);
            if let Some(notifier) = &notifier {
                follow(&core, notifier)?;
            }
            let counted = connectivity.as_ref().map(|_| CALLBACKS.one());
            let platform = Mutex::new(Platform { connectivity, notifier, _counted: counted });
            let (tasks, closed) = (Mutex::default(), AtomicBool::new(false));
            let handle = Arc::new(Self { core, platform, tasks, closed, _counted: OBSERVERS.one() });
            handle.look_at_network();
            Ok(handle)
        })
    }

    /// How things stand.
    ///
    /// # Errors
    /// Those of the store.
    pub fn status(&self) -> Result<ObserverStatus, KuagerError> {
        self.call(|core| Ok(types::status(core.status()?)))
    }

    /// Accepts an invite, the text of a QR code or link. Needs no network; from here on records can be sealed. Gives the
    /// deployment's id.
    ///
    /// # Errors
    /// `invite_unreadable`, `other_deployment`, `invite_forged`, `server_address`, and those of the vault and the store.
    pub fn accept_invite(&self, url: String) -> Result<String, KuagerError> {
        self.change(Change::Status, |core| Ok(core.accept_invite(&url)?.to_string()))
    }

    /// Says whom an invite would make this device follow, and changes nothing. Show it, with the digits, and accept the invite
    /// when the person says so.
    ///
    /// # Errors
    /// As [`ObserverHandle::accept_invite`], without the vault.
    pub fn preview_invite(&self, url: String) -> Result<InvitePreview, KuagerError> {
        self.call(|core| Ok(core.preview_invite(&url)?.into()))
    }

    /// Takes back an invite whose deployment was never reached. What was sealed stays.
    ///
    /// # Errors
    /// `not_invited`, `joined_already`, and those of the vault and the store.
    pub fn forget_invite(&self) -> Result<(), KuagerError> {
        self.change(Change::Status, |core| Ok(core.forget_invite()?))
    }

    /// Takes a pack from a file, so that work can begin before the coordinator was ever reached. Gives the name of the pack that is
    /// current then: of another one when a newer one is here, or when stations that are here would be gone until its own come.
    ///
    /// # Errors
    /// `pack_not_acceptable`, `not_invited`, `file`, and those of the store.
    pub fn import_pack(&self, path: String) -> Result<String, KuagerError> {
        self.change(Change::Pack, |core| Ok(core.import_pack(read(&path)?)?.to_string()))
    }

    /// The current pack, in a language of it.
    ///
    /// # Errors
    /// `no_pack`, and those of the store.
    pub fn pack(&self, language: String) -> Result<PackInfo, KuagerError> {
        self.call(|core| Ok(types::pack_info(core.pack()?.as_ref(), &language)))
    }

    /// Checks every signature and every link of this device's chain.
    ///
    /// # Errors
    /// `not_invited`, and those of the store; what is wrong with the chain is in the report.
    pub fn verify(&self) -> Result<ChainReport, KuagerError> {
        self.call(|core| Ok(types::chain_report(&core.verify()?)))
    }

    /// Stops what is being sent and closes every connection to the store, as iOS demands before an app is suspended. Calls
    /// fail with `store_paused` until [`ObserverHandle::resume`]. Safe to call twice.
    ///
    /// # Errors
    /// `store_closed`.
    pub fn pause(&self) -> Result<(), KuagerError> {
        guard::call(|| {
            self.usable()?;
            self.stop_tasks("store_paused", "the observer was paused");
            Ok(self.core.pause()?)
        })
    }

    /// Goes on after [`ObserverHandle::pause`]. Safe to call twice.
    ///
    /// # Errors
    /// `store_closed`.
    pub fn resume(&self) -> Result<(), KuagerError> {
        self.change(Change::Everything, |core| Ok(core.resume()?))
    }

    /// Closes everything and lets go of every callback: the core's `close`, which the generated class has already. Afterwards every call fails with `store_closed`. Safe to call twice.
    ///
    /// # Errors
    /// `reentrant_call` from a callback.
    pub fn shutdown(&self) -> Result<(), KuagerError> {
        guard::call(|| {
            if !self.closed.swap(true, Ordering::AcqRel) {
                self.release();
                self.core.close();
            }
            Ok(())
        })
    }

    /// Destroys everything, the key first, and closes the observer whatever comes of it. There is no way back. Works while
    /// paused and after the end, too: whoever needs this has no time to ask.
    ///
    /// # Errors
    /// Those of the vault, and `file`: the first step that failed. Call it again.
    pub fn wipe(&self) -> Result<(), KuagerError> {
        guard::call(|| {
            self.closed.store(true, Ordering::Release);
            self.stop_tasks("store_closed", "the observer was wiped");
            let wiped = self.core.wipe();
            self.release();
            Ok(wiped?)
        })
    }
}

impl Drop for ObserverHandle {
    fn drop(&mut self) {
        if !self.closed.swap(true, Ordering::AcqRel) {
            self.release();
            self.core.close();
        }
    }
}

impl std::fmt::Debug for ObserverHandle {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ObserverHandle").field("core", &self.core).finish_non_exhaustive()
    }
}

fn clock_or_system(clock: Option<Arc<dyn Clock>>) -> Arc<dyn kuager_core::Clock> {
    match clock {
        Some(clock) => Arc::new(ForeignClock::new(clock)),
        None => Arc::new(SystemClock::new()),
    }
}

/// Destroys a folder that is not open, or cannot be opened: first the keys, which makes everything unreadable, then the
/// files.
///
/// # Errors
/// Those of the vault, and `file`: the first step that failed. Call it again.
#[uniffi::export]
pub fn wipe_dir(dir: String, vault: Arc<dyn KeyVault>) -> Result<(), KuagerError> {
    guard::call(|| Ok(kuager_core::wipe(Path::new(&dir), &ForeignVault::new(vault))?))
}

fn read(path: &str) -> Result<Vec<u8>, KuagerError> {
    std::fs::read(path).map_err(|error| KuagerError::new("file", error.to_string()))
}

fn draft_id(text: &str) -> Result<DraftId, KuagerError> {
    let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok();
    let bytes = bytes.and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
    bytes.map(DraftId::from_bytes).ok_or_else(|| KuagerError::new("not_an_id", "a draft has 32 hexadecimal digits"))
}
