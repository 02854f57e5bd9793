//! What looking at passwords may cost: each takes 64 MiB and a good part of a second, so one is looked at at a time, and another one
//! for those whose browser is known; a few wait, the rest is told to come again. However many ask, it is 128 MiB.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::sync::Semaphore;

/// How many wait for their turn; the last of them for some seconds.
const WAITING: usize = 8;

/// In which queue somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// With everybody.
    Strangers,
    /// With those whose browser is known.
    Known,
}

/// Too many wait already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Busy;

#[derive(Debug)]
struct Queue {
    turn: Arc<Semaphore>,
    inside: AtomicUsize,
}

impl Default for Queue {
    fn default() -> Self {
        Self { turn: Arc::new(Semaphore::new(1)), inside: AtomicUsize::new(0) }
    }
}

/// Who is looked at, and who waits.
#[derive(Debug, Default)]
pub(crate) struct Work {
    strangers: Queue,
    known: Queue,
    done: AtomicU64,
}

/// A place in a queue, until it is dropped, however that comes.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Work {
    /// Does something expensive when it is its turn, on a thread that may wait.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let queue = if lane == Lane::Known { &self.known } else { &self.strangers };
        let before = queue.inside.fetch_add(1, Ordering::AcqRel);
        let _place = Place(&queue.inside);
        if before > WAITING {
            return Err(Busy);
        }
        let turn = Arc::clone(&queue.turn).acquire_owned().await.map_err(|_| Busy)?;
        self.done.fetch_add(1, Ordering::Relaxed);
        let working = tokio::task::spawn_blocking(move || {
            // Held by the thread: whoever hangs up meanwhile does not make room for more at once.
            let _turn = turn;
            work()
        });
        working.await.map_err(|error| {
            tracing::error!(%error, "work on a password failed");
            Busy
        })
    }

    /// How often something was done.
    #[cfg(test)]
    pub(crate) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn one_works_some_wait_and_known_browsers_do_not_wait_for_strangers() {
        let work = Arc::new(Work::default());
        let (end, ended) = mpsc::channel::<()>();
        let first = tokio::spawn({
            let work = Arc::clone(&work);
            async move { work.run(Lane::Strangers, move || ended.recv().is_ok()).await }
        });
        while work.done() == 0 {
            tokio::task::yield_now().await;
        }
        let mut waiting = Vec::new();
        for _ in 0..WAITING {
            let work = Arc::clone(&work);
            waiting.push(tokio::spawn(async move { work.run(Lane::Strangers, || true).await }));
        }
        while work.strangers.inside.load(Ordering::Acquire) <= WAITING {
            tokio::task::yield_now().await;
        }
        for _ in 0..10_000 {
            assert_eq!(work.run(Lane::Strangers, || true).await, Err(Busy));
        }
        assert_eq!(work.run(Lane::Known, || true).await, Ok(true));
        // Who hangs up makes room.
        waiting.pop().expect("waits").abort();
        while work.strangers.inside.load(Ordering::Acquire) > WAITING {
            tokio::task::yield_now().await;
        }
        let late = tokio::spawn({
            let work = Arc::clone(&work);
            async move { work.run(Lane::Strangers, || true).await }
        });
        end.send(()).expect("is awaited");
        assert_eq!(first.await.expect("ends"), Ok(true));
        assert_eq!(late.await.expect("ends"), Ok(true));
        for waiting in waiting {
            assert_eq!(waiting.await.expect("ends"), Ok(true));
        }
        assert_eq!(work.strangers.inside.load(Ordering::Acquire), 0);
    }
}
