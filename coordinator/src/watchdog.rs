//! Ends a coordinator that cannot write any more, so that whoever started it starts it again.
//!
//! A process in which nothing can be stored looks alive for ever: it listens, it answers what needs no writing, and phones send
//! again and again. Started anew it may be well, and everything that was acknowledged is on disk. So a thread of its own,
//! which waits for nothing the others wait for, looks at the ledger's [`Pulse`].

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use crate::ledger::{Ledger, Pulse, WriterLife};

/// The longest time between two looks.
const LOOK: Duration = Duration::from_secs(1);

/// Why the ledger cannot write any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Stuck {
    /// A transaction does not come to its end.
    #[error("a transaction of the ledger has run for {} s and does not end", .0.as_secs())]
    Transaction(Duration),
    /// The thread that writes ended by a panic.
    #[error("the thread that writes the ledger has died")]
    Died,
}

impl Pulse {
    /// Why nothing is written any more, if that is so; a transaction may take as long as this.
    #[must_use]
    pub fn stuck(&self, longest: Duration) -> Option<Stuck> {
        match self.running {
            Some(running) if running > longest => Some(Stuck::Transaction(running)),
            _ => (self.writer == WriterLife::Died).then_some(Stuck::Died),
        }
    }
}

/// A thread that watches; it ends when this is dropped.
#[derive(Debug)]
pub struct Watchdog {
    _alive: Sender<()>,
}

impl Watchdog {
    /// Watches a ledger, and calls `end` once when it has been stuck for as long as this.
    ///
    /// # Errors
    /// When the system has no more threads.
    pub fn start(
        ledger: Arc<dyn Ledger>,
        longest: Duration,
        end: impl FnOnce(Stuck) + Send + 'static,
    ) -> io::Result<Self> {
        let (alive, watched) = channel();
        let look = LOOK.min(longest / 4);
        let watch = move || {
            while let Err(RecvTimeoutError::Timeout) = watched.recv_timeout(look) {
                if let Some(stuck) = ledger.pulse().stuck(longest) {
                    return end(stuck);
                }
            }
        };
        thread::Builder::new().name("watchdog".to_owned()).spawn(watch)?;
        Ok(Self { _alive: alive })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stuck_is_told_from_what_is_busy() {
        let well = Pulse { writer: WriterLife::Runs, waiting: 9, running: None, committed: None };
        let longest = Duration::from_secs(60);
        let runs = |seconds| Pulse { running: Some(Duration::from_secs(seconds)), ..well };
        assert_eq!((well.stuck(longest), runs(59).stuck(longest)), (None, None));
        assert_eq!(runs(61).stuck(longest), Some(Stuck::Transaction(Duration::from_secs(61))));
        assert_eq!(Pulse { writer: WriterLife::Closed, ..well }.stuck(longest), None, "it was asked to end");
        assert!(Pulse { writer: WriterLife::Closed, ..runs(61) }.stuck(longest).is_some(), "and does not");
        assert_eq!(Pulse { writer: WriterLife::Died, ..well }.stuck(longest), Some(Stuck::Died));
    }
}
