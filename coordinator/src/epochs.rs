//! Epochs: by which a coordinator knows that a signed request was made now, without a clock it would have to trust.
//!
//! An epoch is sixteen random bytes, announced with every response. It begins with the process and ends after an hour at
//! most. A device names it in its request, and the coordinator answers requests of the epoch that is and of the one before,
//! each once. So nothing has to be remembered for longer than two epochs, nor on disk: whoever recorded a request cannot have
//! it answered by a coordinator that was restarted, nor by one whose ledger was put back from a backup, because both have
//! other epochs. A device with an epoch of the past signs another request at once.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

use std::collections::HashSet;
use std::fmt::{self, Debug, Formatter};
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use kuager_wire::ids::{Epoch, Kid, Nonce};
use parking_lot::Mutex;

use crate::clock::Clock;

/// How long an epoch lasts.
const LENGTH: Duration = Duration::from_secs(60 * 60);
/// Requests answered in one epoch; a further one begins the next, so that two epochs fit into some 40 MB.
const REQUESTS: usize = 1 << 18;

/// What a request is that names an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Made now, and to be answered.
    New,
    /// Answered before.
    Answered,
    /// Made in another epoch.
    Past,
}

/// The epochs of a running coordinator.
pub struct Epochs {
    clock: Arc<dyn Clock>,
    spans: Mutex<Spans>,
}

struct Spans {
    now: Span,
    before: Option<Span>,
}

struct Span {
    epoch: Epoch,
    began: Duration,
    answered: HashSet<(Kid, Nonce)>,
}

impl Debug for Epochs {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Epochs").finish_non_exhaustive()
    }
}

impl Epochs {
    /// Begins the first one.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn begin(clock: Arc<dyn Clock>) -> Result<Self, getrandom::Error> {
        let now = Span::begin(clock.elapsed())?;
        Ok(Self { clock, spans: Mutex::new(Spans { now, before: None }) })
    }

    /// The epoch to announce.
    pub fn current(&self) -> Epoch {
        self.spans.lock().at(self.clock.elapsed()).epoch
    }

    /// What a request is, whose signature has been checked. It counts as answered from now on.
    pub fn admit(&self, epoch: Epoch, kid: Kid, nonce: Nonce) -> Freshness {
        let mut spans = self.spans.lock();
        spans.at(self.clock.elapsed());
        let Spans { now, before } = &mut *spans;
        let Some(span) = [Some(now), before.as_mut()].into_iter().flatten().find(|span| span.epoch == epoch) else {
            return Freshness::Past;
        };
        if span.answered.insert((kid, nonce)) { Freshness::New } else { Freshness::Answered }
    }
}

impl Spans {
    /// The epoch that runs at this moment; begins the next one when it is time.
    fn at(&mut self, elapsed: Duration) -> &Span {
        let age = elapsed.saturating_sub(self.now.began);
        if age >= LENGTH || self.now.answered.len() >= REQUESTS {
            // Without random numbers the one that runs goes on.
            if let Ok(next) = Span::begin(elapsed) {
                let last = mem::replace(&mut self.now, next);
                self.before = Some(last).filter(|_| age < LENGTH.saturating_mul(2));
            }
        }
        &self.now
    }
}

impl Span {
    fn begin(elapsed: Duration) -> Result<Self, getrandom::Error> {
        let mut epoch = Epoch([0; 16]);
        getrandom::fill(&mut epoch.0)?;
        Ok(Self { epoch, began: elapsed, answered: HashSet::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TestClock, kid};

    fn epochs() -> (Epochs, Arc<TestClock>) {
        let clock = Arc::new(TestClock::default());
        (Epochs::begin(Arc::clone(&clock) as Arc<dyn Clock>).expect("begins"), clock)
    }

    #[test]
    fn a_request_is_answered_once_in_its_epoch_and_the_next() {
        let (epochs, clock) = epochs();
        let first = epochs.current();
        assert_eq!(epochs.admit(first, kid(1), Nonce([1; 16])), Freshness::New);
        assert_eq!(epochs.admit(first, kid(1), Nonce([1; 16])), Freshness::Answered);
        assert_eq!(epochs.admit(first, kid(2), Nonce([1; 16])), Freshness::New, "another device's nonce");
        clock.set(3_600_000);
        let second = epochs.current();
        assert_ne!(second, first);
        assert_eq!(epochs.admit(first, kid(1), Nonce([1; 16])), Freshness::Answered, "is remembered");
        assert_eq!(epochs.admit(first, kid(1), Nonce([2; 16])), Freshness::New, "was on its way for a while");
        assert_eq!(epochs.admit(second, kid(1), Nonce([1; 16])), Freshness::New);
        clock.set(7_200_000);
        assert_eq!(epochs.admit(first, kid(1), Nonce([3; 16])), Freshness::Past);
        assert_eq!(epochs.admit(second, kid(1), Nonce([1; 16])), Freshness::Answered);
        assert_eq!(epochs.admit(Epoch([0; 16]), kid(1), Nonce([9; 16])), Freshness::Past);
        // After a quiet night the epoch before is not an hour old but as old as the night.
        clock.set(100_000_000);
        assert_eq!(epochs.admit(second, kid(1), Nonce([4; 16])), Freshness::Past);
    }

    #[test]
    fn another_start_is_another_epoch() {
        let ((one, _), (other, _)) = (epochs(), epochs());
        assert_eq!(other.admit(one.current(), kid(1), Nonce([1; 16])), Freshness::Past);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (epochs, _) = epochs();
        let first = epochs.current();
        for number in 0..REQUESTS {
            let mut nonce = Nonce([0; 16]);
            nonce.0[..8].copy_from_slice(&number.to_be_bytes());
            assert_eq!(epochs.admit(first, kid(1), nonce), Freshness::New);
        }
        assert_ne!(epochs.current(), first);
        assert_eq!(epochs.admit(first, kid(1), Nonce([0; 16])), Freshness::Answered);
    }
}
