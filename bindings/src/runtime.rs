//! The threads that work for a phone: two, named, started when first needed and kept.

use std::sync::OnceLock;

use parking_lot::Mutex;
use tokio::runtime::{Builder, Handle, Runtime};

use crate::error::KuagerError;

/// Two carry a day's traffic; blocking work on the store has threads of its own, which end when idle.
const WORKERS: usize = 2;

/// The runtime everything asynchronous runs on.
///
/// # Errors
/// When the system gives no threads; the next call tries again.
pub(crate) fn handle() -> Result<Handle, KuagerError> {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    static STARTING: Mutex<()> = Mutex::new(());
    let _one = STARTING.lock();
    if RUNTIME.get().is_none() {
        let built = Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .max_blocking_threads(8)
            .thread_name("kuager")
            .enable_all()
            .build()
            .map_err(|error| KuagerError::new("runtime", format!("no threads to work on: {error}")))?;
        // Nobody else can have set it while this thread holds the lock.
        drop(RUNTIME.set(built));
    }
    let runtime = RUNTIME.get().ok_or_else(|| KuagerError::new("runtime", "no threads to work on"))?;
    Ok(runtime.handle().clone())
}
