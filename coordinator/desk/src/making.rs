//! The publication that is being made, or was last: how far it is, and how to stop it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use kuager_wire::ids::{EntryHash, PersonId};
use parking_lot::Mutex;

/// How far it is, and whether somebody wants it stopped.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    done: AtomicUsize,
    of: AtomicUsize,
    stopped: AtomicBool,
}

impl Progress {
    /// Stations that are written, and how many there are.
    pub(crate) fn stations(&self) -> (usize, usize) {
        (self.done.load(Ordering::Relaxed), self.of.load(Ordering::Relaxed))
    }

    /// Says how far it is.
    pub(crate) fn is_at(&self, done: usize, of: usize) {
        self.done.store(done, Ordering::Relaxed);
        self.of.store(of, Ordering::Relaxed);
    }

    /// Says that it is not wanted any more.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether it is not wanted any more.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

/// Where a publication stands that is being made.
#[derive(Debug, Clone)]
pub(crate) enum Job {
    /// It is being made.
    Working { by: PersonId, since_ms: u64, progress: Arc<Progress> },
    /// It was proposed.
    Proposed(EntryHash),
    /// It was not made, for this reason.
    Failed(String),
}

/// The one that is being made, or was last.
#[derive(Debug, Default)]
pub(crate) struct Making(Mutex<Option<Job>>);

impl Making {
    /// The one that is being made, or was last.
    pub(crate) fn job(&self) -> Option<Job> {
        self.0.lock().clone()
    }

    /// Begins one, unless another is being made.
    pub(crate) fn begin(&self, by: PersonId, since_ms: u64) -> Option<Arc<Progress>> {
        let mut job = self.0.lock();
        if matches!(*job, Some(Job::Working { .. })) {
            return None;
        }
        let progress = Arc::new(Progress::default());
        *job = Some(Job::Working { by, since_ms, progress: Arc::clone(&progress) });
        Some(progress)
    }

    /// Stops the one that is being made.
    pub(crate) fn stop(&self) {
        if let Some(Job::Working { progress, .. }) = &*self.0.lock() {
            progress.stop();
        }
    }

    /// Says what came of it.
    pub(crate) fn end(&self, job: Job) {
        *self.0.lock() = Some(job);
    }
}
