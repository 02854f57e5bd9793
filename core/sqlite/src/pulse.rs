//! What the thread that writes is doing, so that others can see when it does not come to an end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What the thread that writes is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriterState {
    /// Whether it is there.
    pub life: Life,
    /// Jobs that wait for it.
    pub waiting: usize,
    /// How long the present transaction has run.
    pub running: Option<Duration>,
    /// How long ago a transaction was last committed.
    pub committed: Option<Duration>,
}

/// Whether a thread is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// It is.
    Runs,
    /// It was asked to end.
    Closed,
    /// It ended without being asked: a panic.
    Died,
}

/// Written by the thread, read by everybody. Times are milliseconds since `start`, and 0 for none.
#[derive(Debug)]
pub(crate) struct Pulse {
    start: Instant,
    waiting: AtomicUsize,
    begun: AtomicU64,
    committed: AtomicU64,
    closing: AtomicBool,
    ended: AtomicBool,
}

impl Pulse {
    #[expect(clippy::disallowed_methods, reason = "this measures the process itself, not the world")]
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            waiting: AtomicUsize::new(0),
            begun: AtomicU64::new(0),
            committed: AtomicU64::new(0),
            closing: AtomicBool::new(false),
            ended: AtomicBool::new(false),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX).max(1)
    }

    pub(crate) fn queued(&self) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn taken(&self, jobs: usize) {
        self.waiting.fetch_sub(jobs, Ordering::Relaxed);
    }

    pub(crate) fn begins(&self) {
        self.begun.store(self.now(), Ordering::Release);
    }

    pub(crate) fn ends(&self, committed: bool) {
        if committed {
            self.committed.store(self.now(), Ordering::Release);
        }
        self.begun.store(0, Ordering::Release);
    }

    pub(crate) fn closes(&self) {
        self.closing.store(true, Ordering::Release);
    }

    /// Held by the thread: when it is dropped, however that comes, the thread has ended.
    pub(crate) fn life(self: &Arc<Self>) -> Ending {
        Ending(Arc::clone(self))
    }

    pub(crate) fn state(&self) -> WriterState {
        let since = |moment: &AtomicU64| match moment.load(Ordering::Acquire) {
            0 => None,
            moment => Some(Duration::from_millis(self.now().saturating_sub(moment))),
        };
        let life = match (self.closing.load(Ordering::Acquire), self.ended.load(Ordering::Acquire)) {
            (false, false) => Life::Runs,
            // It may still be at work; `running` says so.
            (true, _) => Life::Closed,
            (false, true) => Life::Died,
        };
        WriterState {
            life,
            waiting: self.waiting.load(Ordering::Relaxed),
            running: since(&self.begun),
            committed: since(&self.committed),
        }
    }
}

pub(crate) struct Ending(Arc<Pulse>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.ended.store(true, Ordering::Release);
        self.0.begun.store(0, Ordering::Release);
    }
}
