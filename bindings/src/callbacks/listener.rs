//! Saying that something changed, few times and from a thread of its own.
//!
//! A listener is told what to look at again, never what happened: whatever matters is in the store and survives a kill. Changes
//! that come close together become one call, and uploads report at most ten times a second, because attaching a thread of
//! Rust's to the JVM for every callback would cost more than what it says.

use std::mem;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use kuager_core::SyncEvent;
use parking_lot::{Condvar, Mutex};

use super::CallbackError;
use crate::counts::{CALLBACKS, Counted};
use crate::guard;
use crate::types::signed;

/// Shortest time between two calls that only report progress.
const PROGRESS: Duration = Duration::from_millis(100);
/// How long closing waits for a listener that does not return.
const LAST_CALL: Duration = Duration::from_secs(2);

/// How far an upload has come.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct UploadProgress {
    /// The file.
    pub media: String,
    /// Bytes on their way or there.
    pub sent: i64,
    /// Bytes in all.
    pub size: i64,
}

/// What to look at again.
#[derive(Debug, Clone, PartialEq, Eq, Default, uniffi::Record)]
pub struct Changes {
    /// Drafts, and what was counted.
    pub drafts: bool,
    /// Sealed records and where they stand.
    pub records: bool,
    /// Files and where they stand.
    pub media: bool,
    /// Messages.
    pub messages: bool,
    /// The status: enrolment, and what keeps things from being sent.
    pub status: bool,
    /// The pack.
    pub pack: bool,
    /// The stations that are on the phone.
    pub stations: bool,
    /// Uploads under way.
    pub progress: Vec<UploadProgress>,
}

impl Changes {
    fn only_progress(&self) -> bool {
        !self.progress.is_empty() && *self == Self { progress: self.progress.clone(), ..Self::default() }
    }

    fn everything() -> Self {
        Self {
            drafts: true,
            records: true,
            media: true,
            messages: true,
            status: true,
            pack: true,
            stations: true,
            progress: Vec::new(),
        }
    }
}

/// What a listener replies; an enum, so that a Kotlin `Error` cannot read as a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Heard {
    /// Go on calling.
    GoOn,
    /// Do not call again.
    Stop,
}

/// Hears that something changed. Called from one thread, one call at a time. Do not hold the observer strongly from here: it
/// holds the listener.
#[uniffi::export(foreign)]
pub trait ChangeListener: Send + Sync {
    /// Something changed.
    ///
    /// # Errors
    /// [`CallbackError`]; the listener is called again next time all the same.
    fn changed(&self, changes: Changes) -> Result<Heard, CallbackError>;
}

/// One sort of change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    Drafts,
    Records,
    Media,
    Messages,
    Status,
    Pack,
    Stations,
    Progress(UploadProgress),
    Everything,
}

impl Change {
    /// What the events of a sync change.
    pub(crate) fn of(event: &SyncEvent) -> &'static [Self] {
        match event {
            SyncEvent::AttemptStarted { .. } | SyncEvent::UploadProgress { .. } => &[],
            SyncEvent::Accepted(_) | SyncEvent::Forked(_) | SyncEvent::Refused(..) => {
                &[Self::Records, Self::Media, Self::Status]
            }
            SyncEvent::Waiting(..)
            | SyncEvent::Enrolled
            | SyncEvent::EnrolmentRefused(_)
            | SyncEvent::InviteForged(_)
            | SyncEvent::StoreIsBehind { .. }
            | SyncEvent::TrustChanged => &[Self::Status],
            // Records go under other names from then on, and drafts about them as well.
            SyncEvent::ChainBegun { .. } => &[Self::Everything],
            SyncEvent::PackArrived(_) => &[Self::Pack],
            SyncEvent::StationsArrived(_) => &[Self::Stations],
            SyncEvent::MessageArrived(_) => &[Self::Messages],
            SyncEvent::UploadStarted(_) | SyncEvent::MediaStored(_) => &[Self::Media],
        }
    }
}

#[derive(Default)]
struct Pending {
    changes: Changes,
    dirty: bool,
    stop: bool,
    ended: bool,
}

#[derive(Default)]
struct Shared {
    pending: Mutex<Pending>,
    changed: Condvar,
}

/// Gathers changes and calls the listener.
pub(crate) struct Notifier {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Notifier {
    /// Starts the thread that calls.
    pub(crate) fn start(listener: Arc<dyn ChangeListener>) -> std::io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let counted = CALLBACKS.one();
        let work = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("kuager-changes".to_owned())
            .spawn(move || deliver(&work, listener, counted))?;
        Ok(Self { shared, thread: Mutex::new(Some(thread)) })
    }

    /// Says that something changed. Never waits.
    pub(crate) fn notify(&self, change: &Change) {
        let mut pending = self.shared.pending.lock();
        let changes = &mut pending.changes;
        match change {
            Change::Drafts => changes.drafts = true,
            Change::Records => changes.records = true,
            Change::Media => changes.media = true,
            Change::Messages => changes.messages = true,
            Change::Status => changes.status = true,
            Change::Pack => changes.pack = true,
            Change::Stations => changes.stations = true,
            Change::Progress(progress) => {
                changes.progress.retain(|known| known.media != progress.media);
                changes.progress.push(progress.clone());
            }
            Change::Everything => {
                *changes = Changes { progress: mem::take(&mut changes.progress), ..Changes::everything() }
            }
        }
        pending.dirty = true;
        drop(pending);
        self.shared.changed.notify_one();
    }

    /// Says how far an upload has come.
    pub(crate) fn progress(&self, event: &SyncEvent) {
        if let SyncEvent::UploadProgress { media, sent, size } = event {
            let progress = UploadProgress { media: media.to_string(), sent: signed(*sent), size: signed(*size) };
            self.notify(&Change::Progress(progress));
        }
    }

    /// Ends the calls; once this has returned there is none under way, unless the listener did not return in time.
    pub(crate) fn stop(&self) {
        let mut pending = self.shared.pending.lock();
        pending.stop = true;
        self.shared.changed.notify_all();
        let thread = self.thread.lock().take();
        if thread.is_none_or(|thread| thread.thread().id() == thread::current().id()) {
            return;
        }
        let waiting = |pending: &mut Pending| !pending.ended;
        self.shared.changed.wait_while_for(&mut pending, waiting, LAST_CALL);
    }
}

impl Drop for Notifier {
    fn drop(&mut self) {
        let mut pending = self.shared.pending.lock();
        pending.stop = true;
        self.shared.changed.notify_all();
    }
}

fn deliver(shared: &Shared, listener: Arc<dyn ChangeListener>, counted: Counted) {
    struct Ended<'a>(&'a Shared);
    impl Drop for Ended<'_> {
        fn drop(&mut self) {
            self.0.pending.lock().ended = true;
            self.0.changed.notify_all();
        }
    }
    let _ended = Ended(shared);
    // Dropped before the end is said: whoever waits for it may count on the listener being let go.
    let (listener, _counted) = (listener, counted);
    loop {
        let mut pending = shared.pending.lock();
        while !pending.dirty && !pending.stop {
            shared.changed.wait(&mut pending);
        }
        if pending.changes.only_progress() && !pending.stop {
            let soon = |pending: &mut Pending| !pending.stop && pending.changes.only_progress();
            shared.changed.wait_while_for(&mut pending, soon, PROGRESS);
        }
        if pending.stop {
            return;
        }
        pending.dirty = false;
        let changes = mem::take(&mut pending.changes);
        drop(pending);
        match guard::callback(|| listener.changed(changes)) {
            Ok(Heard::GoOn) => {}
            Ok(Heard::Stop) => return,
            Err(_) => tracing::warn!("a change listener failed; it is called again next time"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    struct Sends(mpsc::Sender<Changes>, Result<Heard, CallbackError>);

    impl ChangeListener for Sends {
        fn changed(&self, changes: Changes) -> Result<Heard, CallbackError> {
            drop(self.0.send(changes));
            self.1.clone()
        }
    }

    const SOON: Duration = Duration::from_secs(5);

    #[test]
    fn a_listener_that_fails_is_called_again_and_one_that_stops_is_not() {
        let (sender, heard) = mpsc::channel();
        let failing = Err(CallbackError::Failed { reason: "no".to_owned() });
        let notifier = Notifier::start(Arc::new(Sends(sender, failing))).expect("a thread");
        for _ in 0..3 {
            notifier.notify(&Change::Drafts);
            assert!(heard.recv_timeout(SOON).expect("called").drafts);
        }
        notifier.stop();
        notifier.notify(&Change::Drafts);
        assert!(heard.recv_timeout(Duration::from_millis(50)).is_err(), "nothing after the end");

        let (sender, heard) = mpsc::channel();
        let notifier = Notifier::start(Arc::new(Sends(sender, Ok(Heard::Stop)))).expect("a thread");
        notifier.notify(&Change::Records);
        assert!(heard.recv_timeout(SOON).is_ok());
        notifier.notify(&Change::Records);
        assert!(heard.recv_timeout(SOON).is_err(), "the sender is gone");
        notifier.stop();
    }

    #[test]
    fn a_burst_becomes_few_calls_and_nothing_in_it_is_lost() {
        let (sender, heard) = mpsc::channel();
        let notifier = Notifier::start(Arc::new(Sends(sender, Ok(Heard::GoOn)))).expect("a thread");
        for sent in 0..1000 {
            let media = "m".to_owned();
            notifier.notify(&Change::Progress(UploadProgress { media, sent, size: 1000 }));
        }
        notifier.notify(&Change::Media);
        let mut calls = Vec::new();
        while calls.iter().all(|changes: &Changes| !changes.media) {
            calls.push(heard.recv_timeout(SOON).expect("called"));
        }
        assert!(calls.len() < 20, "{} calls", calls.len());
        let last = calls.iter().flat_map(|changes| &changes.progress).next_back();
        assert_eq!(last.map(|progress| progress.sent), Some(999));
        notifier.stop();
    }
}
