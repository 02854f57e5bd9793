//! One request at a time per upload, and the newest one wins.
//!
//! A phone whose connection died half-open comes back long before the server notices. Its new request must not wait for
//! the old one to time out: asking for a turn makes whoever has it yield.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard, watch};

use crate::ledger::UploadToken;

/// Slots remembered before dead ones are cleared away.
const CLEAR_AFTER: usize = 1024;

#[derive(Debug)]
struct Slot {
    newest: watch::Sender<u64>,
    owner: Arc<AsyncMutex<()>>,
}

/// Who is at work on which upload.
#[derive(Debug, Default)]
pub(super) struct Turns {
    slots: Mutex<HashMap<UploadToken, Weak<Slot>>>,
}

/// The right to work on one upload, until dropped.
#[derive(Debug)]
pub(super) struct Turn {
    number: u64,
    newest: watch::Receiver<u64>,
    _slot: Arc<Slot>,
    _owner: OwnedMutexGuard<()>,
}

impl Turns {
    fn slot(&self, token: UploadToken) -> Arc<Slot> {
        let mut slots = self.slots.lock();
        if let Some(slot) = slots.get(&token).and_then(Weak::upgrade) {
            return slot;
        }
        if slots.len() >= CLEAR_AFTER {
            slots.retain(|_, slot| slot.strong_count() > 0);
        }
        let slot = Arc::new(Slot { newest: watch::Sender::new(0), owner: Arc::default() });
        slots.insert(token, Arc::downgrade(&slot));
        slot
    }

    /// Waits for a turn, after telling whoever has it to yield.
    pub(super) async fn take(&self, token: UploadToken) -> Turn {
        let slot = self.slot(token);
        let mut number = 0;
        slot.newest.send_modify(|newest| {
            *newest = newest.wrapping_add(1);
            number = *newest;
        });
        let newest = slot.newest.subscribe();
        let owner = Arc::clone(&slot.owner).lock_owned().await;
        Turn { number, newest, _slot: slot, _owner: owner }
    }

    /// A turn, if nobody has it.
    pub(super) fn try_take(&self, token: UploadToken) -> Option<Turn> {
        let slot = self.slot(token);
        let owner = Arc::clone(&slot.owner).try_lock_owned().ok()?;
        let newest = slot.newest.subscribe();
        let number = *newest.borrow();
        Some(Turn { number, newest, _slot: slot, _owner: owner })
    }
}

impl Turn {
    /// Returns when somebody newer waits.
    pub(super) async fn superseded(&mut self) {
        let number = self.number;
        // The sender lives in the slot, which this turn holds.
        let _ = self.newest.wait_for(|newest| *newest > number).await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn the_newest_wins() {
        let turns = Arc::new(Turns::default());
        let token = UploadToken([1; 16]);
        let mut first = turns.take(token).await;
        assert!(turns.try_take(token).is_none());
        assert!(turns.try_take(UploadToken([2; 16])).is_some(), "other uploads are not concerned");
        let waiting = tokio::spawn({
            let turns = Arc::clone(&turns);
            async move { drop(turns.take(token).await) }
        });
        tokio::time::timeout(Duration::from_secs(5), first.superseded()).await.expect("is told");
        assert!(!waiting.is_finished());
        drop(first);
        waiting.await.expect("has had its turn");
        let mut alone = turns.try_take(token).expect("is free");
        let told = tokio::time::timeout(Duration::from_millis(20), alone.superseded()).await;
        assert!(told.is_err(), "nobody waits");
    }

    #[tokio::test]
    async fn what_is_over_is_forgotten() {
        let turns = Turns::default();
        for number in 0..3000_u16 {
            let mut token = [0; 16];
            token[..2].copy_from_slice(&number.to_be_bytes());
            drop(turns.take(UploadToken(token)).await);
        }
        assert!(turns.slots.lock().len() <= CLEAR_AFTER);
    }
}
