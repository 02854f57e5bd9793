//! The bridge as other languages see it: callbacks that fail, calls after the end, work that is stopped, nothing left behind.
//!
//! Handles are counted for the whole process, so these tests take turns.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak, mpsc};
use std::time::Duration;

use kuager_ffi::callbacks::testing::AlwaysVault;
use kuager_ffi::callbacks::{
    CallbackError, ChangeListener, Changes, Clock, ClockReply, Connectivity, Heard, KeyVault, NetworkState, VaultReply,
};
use kuager_ffi::counts::{LiveHandles, live_handles};
use kuager_ffi::error::KuagerError;
use kuager_ffi::observer::{ObserverHandle, wipe_dir};
use kuager_ffi::task::Waited;
use kuager_ffi::types::{MediaOrigin, NewDraft, SyncObstacle, Value};
use kuager_testing::files::page_jpeg;
use kuager_testing::{Fate, LONG, Proxy, TestCoordinator};
use kuager_tests::scenario::{open, options, vault};
use tempfile::TempDir;

const NONE: LiveHandles = LiveHandles { observers: 0, tasks: 0, callbacks: 0 };
/// As [`LONG`], for calls that take milliseconds.
const LONG_MS: i64 = 120_000;

fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Everything is let go of within a moment: threads that end take one.
fn nothing_is_left() {
    const SHORT: Duration = Duration::from_millis(10);
    let mut waited = Duration::ZERO;
    loop {
        let left = live_handles().unwrap();
        if left == NONE {
            return;
        }
        assert!(waited < LONG, "left behind: {left:?}");
        std::thread::sleep(SHORT);
        waited += SHORT;
    }
}

fn note(text: &str) -> NewDraft {
    NewDraft { form: None, station: None, language: None, text: Some(text.to_owned()), training: false }
}

#[test]
fn a_vault_that_fails_in_any_way_opens_nothing() {
    let _one = alone();
    let failed = || CallbackError::Failed { reason: "not today".to_owned() };
    let cases = [
        (Err(failed()), "vault_failed"),
        (Ok(VaultReply::Failed { reason: "no".to_owned() }), "vault_failed"),
        (Ok(VaultReply::Locked), "vault_locked"),
        (Ok(VaultReply::Cancelled), "vault_cancelled"),
        (Ok(VaultReply::Lost), "vault_lost"),
        (Ok(VaultReply::Done { bytes: Vec::new() }), "vault_failed"),
    ];
    for (reply, code) in cases {
        let dir = tempfile::tempdir().unwrap();
        let error =
            ObserverHandle::open(options(dir.path()), Arc::new(AlwaysVault(reply.clone())), None, None, None, None);
        assert_eq!(error.unwrap_err().code(), code);
        assert!(!dir.path().join("store/kuager.db").exists(), "{code}: a store without a key");

        // The same for a store that is there: it stays, and opens again once the vault does its work.
        open(dir.path()).unwrap().shutdown().unwrap();
        let error = ObserverHandle::open(options(dir.path()), Arc::new(AlwaysVault(reply)), None, None, None, None);
        assert!(
            ["vault_failed", "vault_locked", "vault_cancelled", "vault_lost", "identity_damaged"]
                .contains(&error.unwrap_err().code())
        );
        open(dir.path()).unwrap().shutdown().unwrap();
    }
    nothing_is_left();
}

#[test]
fn after_the_end_every_call_says_so_and_nothing_is_kept() {
    let _one = alone();
    let dir = tempfile::tempdir().unwrap();
    let observer = open(dir.path()).unwrap();
    let draft = observer.new_draft(note("жазба")).unwrap();
    observer.shutdown().unwrap();
    observer.shutdown().unwrap();
    for code in [
        observer.status().map(|_| ()),
        observer.drafts().map(|_| ()),
        observer.seal(draft.clone()).map(|_| ()),
        observer.accept_invite("KUAGER:INVITE/A".to_owned()).map(|_| ()),
        observer.start_sync(10).map(|_| ()),
        observer.start_run().map(|_| ()),
        observer.pause(),
        observer.resume(),
    ]
    .map(|result| result.unwrap_err().code().to_owned())
    {
        assert_eq!(code, "store_closed");
    }
    drop(observer);
    nothing_is_left();
    let again = open(dir.path()).unwrap();
    assert_eq!(again.draft(draft).unwrap().text.as_deref(), Some("жазба"));
    // Whoever needs to destroy everything has no time to ask whether it is open.
    again.shutdown().unwrap();
    again.wipe().unwrap();
    again.wipe().unwrap();
    assert!(!dir.path().join("vault/file-vault.key").exists());
    drop(again);
    nothing_is_left();
}

#[test]
fn two_hundred_calls_at_once() {
    let _one = alone();
    let dir = tempfile::tempdir().unwrap();
    let observer = open(dir.path()).unwrap();
    std::thread::scope(|scope| {
        for number in 0..200 {
            let observer = &observer;
            scope.spawn(move || {
                let draft = observer.new_draft(note(&format!("{number}"))).unwrap();
                observer.set_text(draft.clone(), format!("{number}!")).unwrap();
                assert_eq!(observer.draft(draft).unwrap().text, Some(format!("{number}!")));
                observer.status().unwrap();
            });
        }
    });
    assert_eq!(observer.drafts().unwrap().len(), 200);
    observer.shutdown().unwrap();
    drop(observer);
    nothing_is_left();
}

/// Sends what it hears, and tries to call in.
struct Listens {
    heard: mpsc::Sender<(Changes, Option<String>)>,
    observer: OnceLock<Weak<ObserverHandle>>,
}

impl ChangeListener for Listens {
    fn changed(&self, changes: Changes) -> Result<Heard, CallbackError> {
        let observer = self.observer.get().and_then(Weak::upgrade);
        let inside = observer.and_then(|observer| observer.status().err()).map(|error| error.code().to_owned());
        drop(self.heard.send((changes, inside)));
        Err(CallbackError::Failed { reason: "a listener that always fails".to_owned() })
    }
}

#[test]
fn a_listener_that_fails_hears_on_and_cannot_call_in() {
    let _one = alone();
    let dir = tempfile::tempdir().unwrap();
    let (sender, heard) = mpsc::channel();
    let listener = Arc::new(Listens { heard: sender, observer: OnceLock::new() });
    let observer =
        ObserverHandle::open(options(dir.path()), vault(dir.path()), None, None, Some(listener.clone()), None).unwrap();
    drop(listener.observer.set(Arc::downgrade(&observer)));
    for _ in 0..3 {
        observer.new_draft(note("x")).unwrap();
        let (changes, inside) = heard.recv_timeout(LONG).unwrap();
        assert!(changes.drafts);
        assert_eq!(inside.as_deref(), Some("reentrant_call"));
    }
    observer.shutdown().unwrap();
    assert_eq!(Arc::strong_count(&listener), 1, "the listener is let go of");
    drop(observer);
    nothing_is_left();
}

/// A vault that looks at the observer while it works, as one that shows a prompt may.
struct Prompting {
    inner: Arc<dyn KeyVault>,
    observer: OnceLock<Weak<ObserverHandle>>,
    seen: Mutex<Vec<Result<(), KuagerError>>>,
}

impl KeyVault for Prompting {
    fn seal(&self, secret: Vec<u8>) -> Result<VaultReply, CallbackError> {
        if let Some(observer) = self.observer.get().and_then(Weak::upgrade) {
            self.seen.lock().unwrap().push(observer.status().map(|_| ()));
            // A screen on another thread goes on meanwhile.
            let other = Arc::clone(&observer);
            let status = std::thread::spawn(move || other.status().map(|_| ())).join().unwrap();
            self.seen.lock().unwrap().push(status);
        }
        self.inner.seal(secret)
    }
    fn unseal(&self, sealed: Vec<u8>) -> Result<VaultReply, CallbackError> {
        self.inner.unseal(sealed)
    }
    fn destroy_key(&self) -> Result<VaultReply, CallbackError> {
        self.inner.destroy_key()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_prompts_stops_nobody_else() {
    let coordinator = TestCoordinator::start();
    let invite = coordinator.invite().to_url().unwrap();
    tokio::task::block_in_place(|| {
        let _one = alone();
        let dir = tempfile::tempdir().unwrap();
        let prompting =
            Arc::new(Prompting { inner: vault(dir.path()), observer: OnceLock::new(), seen: Mutex::default() });
        let observer = ObserverHandle::open(options(dir.path()), prompting.clone(), None, None, None, None).unwrap();
        drop(prompting.observer.set(Arc::downgrade(&observer)));
        observer.accept_invite(invite).unwrap();
        let seen: Vec<_> = prompting.seen.lock().unwrap().drain(..).collect();
        assert_eq!(seen[0].as_ref().unwrap_err().code(), "reentrant_call");
        assert_eq!(seen[1], Ok(()));
        drop(observer);
        nothing_is_left();
    });
}

struct WrongClock;

impl Clock for WrongClock {
    fn now(&self) -> Result<ClockReply, CallbackError> {
        Ok(ClockReply::Now { wall_ms: 42, monotonic_ms: 7, boot_id: vec![9; 16] })
    }
}

struct BrokenClock;

impl Clock for BrokenClock {
    fn now(&self) -> Result<ClockReply, CallbackError> {
        Err(CallbackError::Failed { reason: "no clock".to_owned() })
    }
}

#[test]
fn a_clock_is_believed_and_one_that_fails_is_replaced() {
    let _one = alone();
    let dir = tempfile::tempdir().unwrap();
    let changed = |clock: Arc<dyn Clock>| {
        let observer =
            ObserverHandle::open(options(dir.path()), vault(dir.path()), Some(clock), None, None, None).unwrap();
        let draft = observer.new_draft(note("x")).unwrap();
        let changed_ms = observer.draft(draft).unwrap().changed_ms;
        observer.shutdown().unwrap();
        changed_ms
    };
    assert_eq!(changed(Arc::new(WrongClock)), 42);
    assert!(changed(Arc::new(BrokenClock)) > 1_600_000_000_000);
    nothing_is_left();
}

/// Says what it was told, and counts how often it was asked.
struct Says(Result<NetworkState, CallbackError>, AtomicUsize);

impl Connectivity for Says {
    fn current(&self) -> Result<NetworkState, CallbackError> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.clone()
    }
}

struct Phone {
    dir: TempDir,
    observer: Arc<ObserverHandle>,
}

fn phone(coordinator: &TestCoordinator, invite: &str, connectivity: Option<Arc<dyn Connectivity>>) -> Phone {
    let dir = tempfile::tempdir().unwrap();
    let vault = vault(dir.path());
    let observer = ObserverHandle::open(options(dir.path()), vault, None, connectivity, None, None).unwrap();
    observer.accept_invite(invite.to_owned()).unwrap();
    let pack = dir.path().join("pack");
    std::fs::write(&pack, coordinator.pack()).unwrap();
    observer.import_pack(pack.to_string_lossy().into_owned()).unwrap();
    Phone { dir, observer }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_costs_money_waits_by_the_platforms_word() {
    let coordinator = TestCoordinator::start();
    let invite = coordinator.invite().to_url().unwrap();
    tokio::task::block_in_place(|| {
        let _one = alone();
        // A platform that fails is taken for a network that costs money.
        let says = Arc::new(Says(Err(CallbackError::Failed { reason: String::new() }), AtomicUsize::new(0)));
        let Phone { dir, observer } = phone(&coordinator, &invite, Some(says.clone()));
        let photo = dir.path().join("photo.jpg");
        std::fs::write(&photo, page_jpeg(800, 600)).unwrap();
        let draft = observer.new_draft(note("бет")).unwrap();
        let path = photo.to_string_lossy().into_owned();
        let attached = observer.attach(draft.clone(), path, MediaOrigin::Imported, None).unwrap();
        observer.seal(draft).unwrap();
        let task = observer.start_sync(LONG_MS).unwrap();
        let Waited::Ended { summary } = task.wait(2 * LONG_MS).unwrap() else { panic!("it ends by itself") };
        assert_eq!((summary.accepted, summary.media_stored, summary.media_left), (1, 1, 1), "{summary:?}");
        let outlook = observer.outlook().unwrap();
        assert!(matches!(outlook.obstacle, Some(SyncObstacle::Held { .. })), "{outlook:?}");
        assert!(says.1.load(Ordering::Relaxed) >= 2, "asked when opened and when synced");
        assert!(observer.send_media_now(attached.hash.clone()).unwrap());
        let Waited::Ended { summary } = observer.start_sync(LONG_MS).unwrap().wait(2 * LONG_MS).unwrap() else {
            panic!("it ends by itself")
        };
        assert!(summary.completed, "{summary:?}");
        let stored = observer.read_media(attached.hash.clone(), 0, 1 << 20).unwrap();
        assert_eq!(stored, std::fs::read(&photo).unwrap(), "bit for bit");
        assert_eq!(observer.read_media(attached.hash, 1 << 30, 10).unwrap(), [0_u8; 0]);
        drop(task);
        observer.shutdown().unwrap();
        drop(observer);
        drop(says);
        nothing_is_left();
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn work_stops_when_it_is_cancelled_let_go_of_paused_or_closed() {
    let coordinator = TestCoordinator::start();
    let proxy = Proxy::start(coordinator.address).await;
    proxy.plan([Fate::HalfOpen; 1000]);
    let invite = coordinator.invite_through(proxy.address).to_url().unwrap();
    tokio::task::block_in_place(|| {
        let _one = alone();
        let Phone { dir: _dir, observer } = phone(&coordinator, &invite, None);
        let draft = observer.new_draft(note("x")).unwrap();
        observer.seal(draft).unwrap();
        let ended = |task: &kuager_ffi::task::TaskHandle| task.wait(LONG_MS).unwrap_err().code().to_owned();

        let task = observer.start_sync(600_000).unwrap();
        assert_eq!(task.wait(100).unwrap(), Waited::StillRunning);
        assert!(!task.is_finished().unwrap());
        task.cancel().unwrap();
        task.cancel().unwrap();
        assert_eq!(ended(&task), "cancelled");
        assert!(task.is_finished().unwrap());
        drop(task);

        // Letting go of the handle stops the work: the next one need not wait for it.
        drop(observer.start_run().unwrap());

        let task = observer.start_run().unwrap();
        observer.pause().unwrap();
        observer.pause().unwrap();
        assert_eq!(ended(&task), "store_paused");
        assert_eq!(observer.status().unwrap_err().code(), "store_paused");
        observer.resume().unwrap();
        observer.resume().unwrap();
        assert_eq!(observer.status().unwrap().waiting, 1);
        drop(task);

        let task = observer.start_sync(600_000).unwrap();
        observer.shutdown().unwrap();
        assert_eq!(ended(&task), "store_closed");
        drop(task);
        drop(observer);
        nothing_is_left();
    });
}

#[test]
fn a_folder_is_wiped_without_being_opened() {
    let _one = alone();
    let dir = tempfile::tempdir().unwrap();
    let folder = options(dir.path()).dir;
    open(dir.path()).unwrap().shutdown().unwrap();
    let refused = Arc::new(AlwaysVault(Ok(VaultReply::Locked)));
    assert_eq!(wipe_dir(folder.clone(), refused).unwrap_err().code(), "vault_locked");
    assert!(Path::new(&folder).join("kuager.db").exists(), "the key goes first");
    wipe_dir(folder.clone(), vault(dir.path())).unwrap();
    wipe_dir(folder.clone(), vault(dir.path())).unwrap();
    assert!(!Path::new(&folder).join("kuager.db").exists());
    assert!(!dir.path().join("vault/file-vault.key").exists());
    wipe_dir(dir.path().join("never made").to_string_lossy().into_owned(), vault(dir.path())).unwrap();
    nothing_is_left();
}

#[test]
fn names_that_are_none_are_errors() {
    let _one = alone();
    let dir = tempfile::tempdir().unwrap();
    let observer = open(dir.path()).unwrap();
    for wrong in ["", "xyz", "00", "ә"] {
        let answer = Some(Value::Int { value: 1 });
        for error in [
            observer.draft(wrong.to_owned()).map(|_| ()),
            observer.set_answer(wrong.to_owned(), "q".to_owned(), answer.clone()),
            observer.record(wrong.to_owned()).map(|_| ()),
            observer.correct(wrong.to_owned()).map(|_| ()),
            observer.media_receipt(wrong.to_owned()).map(|_| ()),
            observer.read_media(wrong.to_owned(), 0, 1).map(|_| ()),
        ] {
            assert_eq!(error.unwrap_err().code(), "not_an_id");
        }
    }
    observer.shutdown().unwrap();
    drop(observer);
    nothing_is_left();
}
