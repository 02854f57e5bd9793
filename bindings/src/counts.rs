//! How many objects the other side still holds, so that its tests can see a leak.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::error::KuagerError;

/// One kind of object.
pub(crate) struct Count(AtomicI64);

pub(crate) static OBSERVERS: Count = Count::new();
pub(crate) static TASKS: Count = Count::new();
pub(crate) static CALLBACKS: Count = Count::new();

impl Count {
    const fn new() -> Self {
        Self(AtomicI64::new(0))
    }

    /// Counts one more, until what this gives is dropped.
    pub(crate) fn one(&'static self) -> Counted {
        self.0.fetch_add(1, Ordering::Relaxed);
        Counted(self)
    }

    fn now(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Something that is counted while it lives.
pub(crate) struct Counted(&'static Count);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Objects that are alive on the Rust side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct LiveHandles {
    /// Observers.
    pub observers: i64,
    /// Syncs and other long pieces of work.
    pub tasks: i64,
    /// Callback objects that are kept from here. A log sink is kept for good once it was given.
    pub callbacks: i64,
}

/// Objects that are alive on the Rust side; all zero once everything was closed.
///
/// # Errors
/// None; fallible like every call.
#[uniffi::export]
pub fn live_handles() -> Result<LiveHandles, KuagerError> {
    Ok(LiveHandles { observers: OBSERVERS.now(), tasks: TASKS.now(), callbacks: CALLBACKS.now() })
}
