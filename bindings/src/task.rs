//! Long work as something that can be stopped: a handle to cancel, to ask, and to await.
//!
//! The work runs on its own; awaiting it only waits for its end. So a future that is dropped (Kotlin cancels coroutines by
//! dropping, Swift does not cancel across the bridge at all) changes nothing about the work, and stopping it is always
//! said aloud: [`TaskHandle::cancel`], or dropping the handle.

use std::sync::Arc;
use std::time::Duration;

use kuager_core::{Observer, SyncSummary as CoreSummary};
use parking_lot::{Condvar, Mutex};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::counts::{Counted, TASKS};
use crate::error::KuagerError;
use crate::guard;
use crate::types::SyncSummary;

type Outcome = Result<SyncSummary, KuagerError>;

/// Where the end of the work is written down.
struct End {
    sender: watch::Sender<Option<Outcome>>,
    ended: Mutex<bool>,
    signal: Condvar,
    /// Why it was stopped, by whoever was first.
    why: Mutex<Option<KuagerError>>,
}

impl End {
    fn set(&self, outcome: Outcome) {
        self.sender.send_replace(Some(outcome));
        *self.ended.lock() = true;
        self.signal.notify_all();
    }

    fn why(&self) -> KuagerError {
        let why = self.why.lock().take();
        why.unwrap_or_else(cancelled)
    }

    fn wait(&self, limit: Duration) -> Option<Outcome> {
        let mut ended = self.ended.lock();
        self.signal.wait_while_for(&mut ended, |ended| !*ended, limit);
        drop(ended);
        self.sender.borrow().clone()
    }
}

/// A sync that is under way. Dropping the handle cancels it.
#[derive(uniffi::Object)]
pub struct TaskHandle {
    end: Arc<End>,
    work: AbortHandle,
    _counted: Counted,
}

impl TaskHandle {
    /// Starts a sync that ends by itself, or one that goes on until it is cancelled.
    pub(crate) fn start(runtime: &Handle, observer: Arc<Observer>, limit: Option<Duration>) -> Arc<Self> {
        let (sender, _) = watch::channel(None);
        let (ended, signal, why) = (Mutex::new(false), Condvar::new(), Mutex::new(None));
        let end = Arc::new(End { sender, ended, signal, why });
        let result = Arc::clone(&end);
        // A task of its own inside, so that a panic arrives here as an error and not as silence.
        let inner = runtime.spawn(async move {
            match limit {
                Some(limit) => observer.sync_until(limit).await,
                None => observer.run().await.map(|()| CoreSummary::default()),
            }
        });
        let work = inner.abort_handle();
        runtime.spawn(async move {
            result.set(match inner.await {
                Ok(Ok(summary)) => Ok(summary.into()),
                Ok(Err(error)) => Err(error.into()),
                Err(error) if error.is_cancelled() => Err(result.why()),
                Err(_) => {
                    let reason = "a mistake in Kuager while syncing; what was saved is still there";
                    Err(KuagerError::new("panicked", reason))
                }
            });
        });
        Arc::new(Self { end, work, _counted: TASKS.one() })
    }

    /// Stops the work for a reason. It has ended when the end is said, not when this returns.
    pub(crate) fn stop(&self, why: KuagerError) {
        self.end.why.lock().get_or_insert(why);
        self.work.abort();
    }

    /// Waits until the work has ended and let go of everything, for as long as `limit`.
    pub(crate) fn join(&self, limit: Duration) {
        drop(self.end.wait(limit));
    }
}

fn cancelled() -> KuagerError {
    KuagerError::new("cancelled", "the sync was cancelled; what it had stored stays")
}

/// How waiting for an end came out.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Waited {
    /// It ended.
    Ended {
        /// What it did.
        summary: SyncSummary,
    },
    /// It is still under way.
    StillRunning,
}

#[uniffi::export]
impl TaskHandle {
    /// Stops the work at its next step. What it has stored stays; what it had not is done again by the next one. Safe to
    /// call at any time, from any thread, as often as wanted.
    ///
    /// # Errors
    /// None; fallible like every call.
    pub fn cancel(&self) -> Result<(), KuagerError> {
        self.stop(cancelled());
        Ok(())
    }

    /// Whether the work has ended, in whatever way.
    ///
    /// # Errors
    /// None; fallible like every call.
    pub fn is_finished(&self) -> Result<bool, KuagerError> {
        Ok(self.end.sender.borrow().is_some())
    }

    /// Waits for the end without a runtime, for as long as `limit_ms`; for schedulers that give a thread.
    ///
    /// # Errors
    /// What the work ended with: `cancelled`, `store_paused`, `store_closed` and others of the store.
    pub fn wait(&self, limit_ms: i64) -> Result<Waited, KuagerError> {
        guard::call(|| match self.end.wait(Duration::from_millis(u64::try_from(limit_ms).unwrap_or(0))) {
            Some(outcome) => outcome.map(|summary| Waited::Ended { summary }),
            None => Ok(Waited::StillRunning),
        })
    }

    /// Waits for the end. The future may be dropped at any moment; the work goes on until it is cancelled.
    ///
    /// # Errors
    /// As [`TaskHandle::wait`].
    pub async fn finished(&self) -> Result<SyncSummary, KuagerError> {
        let mut ended = self.end.sender.subscribe();
        let outcome = ended.wait_for(Option::is_some).await.map(|outcome| outcome.clone());
        // The sender lives as long as this handle.
        outcome.ok().flatten().unwrap_or_else(|| Err(cancelled()))
    }
}

impl Drop for TaskHandle {
    fn drop(&mut self) {
        self.work.abort();
    }
}

impl std::fmt::Debug for TaskHandle {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("TaskHandle")
            .field("finished", &self.end.sender.borrow().is_some())
            .finish_non_exhaustive()
    }
}
