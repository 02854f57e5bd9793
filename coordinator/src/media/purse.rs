//! What a device may still send of files, looked at before each step is written.
//!
//! What has been delivered today is in the ledger; what is unfinished is the length of files, kept here in memory and read again
//! from the folder when a coordinator starts. Nothing is reserved for a size that a record names: only bytes that came count, so
//! nobody can book a disk.

use std::collections::HashMap;
use std::sync::Arc;

use kuager_wire::ids::Kid;
use parking_lot::Mutex;

use crate::budgets::{FileBudget, SMALL};
use crate::ledger::UploadToken;

/// Which of its budgets a device has used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Spent {
    /// Its files of today.
    #[error("this device has sent as many bytes of files as it may in a day; the rest is taken later")]
    Day,
    /// Uploads it has begun.
    #[error("this device has begun as much as it may at a time; its other uploads have to be finished first")]
    Unfinished,
    /// Its share of the room.
    #[error("the disk is filling up, and this device has had its share of what is left; the rest is taken later")]
    Share,
    /// Files that were not the signed ones.
    #[error("too many files of this device were not the signed ones; others are taken later")]
    Wrong,
}

/// What devices have begun and not finished: bytes of each upload.
#[derive(Debug, Default)]
pub(super) struct Unfinished(Mutex<HashMap<Kid, HashMap<UploadToken, u64>>>);

impl Unfinished {
    /// Notes how much of an upload is there.
    pub(super) fn set(&self, kid: Kid, token: UploadToken, bytes: u64) {
        let mut all = self.0.lock();
        if bytes > 0 {
            all.entry(kid).or_default().insert(token, bytes);
        } else if let Some(own) = all.get_mut(&kid) {
            own.remove(&token);
            if own.is_empty() {
                all.remove(&kid);
            }
        }
    }
}

/// One upload, and what its device has for it.
#[derive(Debug, Clone)]
pub(super) struct Purse {
    pub(super) unfinished: Arc<Unfinished>,
    pub(super) budget: FileBudget,
    pub(super) kid: Kid,
    pub(super) token: UploadToken,
    /// Bytes of files that the device has sent today and that are not unfinished.
    pub(super) sent: u64,
}

impl Purse {
    /// Whether the device may send so many more bytes of this upload while there is `room` for files.
    pub(super) fn affords(&self, bytes: u64, room: u64) -> Result<(), Spent> {
        let all = self.unfinished.0.lock();
        let none = HashMap::new();
        let own = all.get(&self.kid).unwrap_or(&none);
        let here = own.get(&self.token).copied().unwrap_or(0);
        let others = own.iter().filter(|(token, _)| **token != self.token).map(|(_, bytes)| *bytes);
        let (count, most) = (u64::try_from(others.clone().count()).unwrap_or(u64::MAX), others.clone().max());
        let others = others.fold(0_u64, u64::saturating_add);
        // Whatever has come furthest may be finished, or nothing ever would be.
        let furthest = here > 0 && most.is_none_or(|most| most <= here);
        let unfinished = others.saturating_add(here).saturating_add(bytes);
        if here == 0 && count >= self.budget.unfinished || unfinished > self.budget.unfinished_bytes && !furthest {
            return Err(Spent::Unfinished);
        }
        let used = self.sent.saturating_add(others).saturating_add(here);
        let share = room.saturating_add(used) / 100;
        let share = share.saturating_mul(self.budget.share_percent);
        if used.saturating_add(bytes) > share.max(SMALL) { Err(Spent::Share) } else { Ok(()) }
    }

    /// Notes that the upload has grown to so many bytes.
    pub(super) fn holds(&self, bytes: u64) {
        self.unfinished.set(self.kid, self.token, bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLENTY: u64 = 1 << 40;

    fn purse(unfinished: &Arc<Unfinished>, kid: u8, token: u8) -> Purse {
        let budget = FileBudget { unfinished: 3, unfinished_bytes: 10_000, ..FileBudget::default() };
        let unfinished = Arc::clone(unfinished);
        Purse { unfinished, budget, kid: Kid([kid; 16]), token: UploadToken([token; 16]), sent: 0 }
    }

    #[test]
    fn what_is_begun_is_bounded_and_something_can_always_be_finished() {
        let unfinished = Arc::default();
        for (token, bytes) in [(1, 6000), (2, 3000), (3, 100)] {
            let purse = purse(&unfinished, 1, token);
            assert_eq!(purse.affords(bytes, PLENTY), Ok(()));
            purse.holds(bytes);
        }
        let of = |token| purse(&unfinished, 1, token);
        assert_eq!(of(4).affords(1, PLENTY), Err(Spent::Unfinished), "too many at a time");
        assert_eq!(of(3).affords(900, PLENTY), Ok(()));
        assert_eq!(of(3).affords(901, PLENTY), Err(Spent::Unfinished));
        assert_eq!(of(1).affords(1 << 30, PLENTY), Ok(()), "the one that has come furthest goes on");
        of(1).holds(0);
        assert_eq!(of(4).affords(6900, PLENTY), Ok(()));
        assert_eq!(purse(&unfinished, 2, 1).affords(10_000, PLENTY), Ok(()), "others are not concerned");
    }

    #[test]
    fn nobody_gets_more_than_a_share_of_a_disk_that_is_filling_up() {
        let unfinished = Arc::default();
        let budget = FileBudget { unfinished_bytes: PLENTY, ..FileBudget::default() };
        let (mut room, mut sent) = (80_u64 << 20, 0_u64);
        // It finishes whatever it sends.
        while (Purse { budget, sent, ..purse(&unfinished, 1, 1) }).affords(1 << 15, room).is_ok() {
            (room, sent) = (room - (1 << 15), sent + (1 << 15));
        }
        assert!((19 << 20..=20 << 20).contains(&sent), "{sent}");
        assert_eq!(purse(&unfinished, 2, 1).affords(5000, room), Ok(()));
        let small = Purse { budget, ..purse(&unfinished, 3, 1) };
        assert_eq!(small.affords(SMALL, 2 << 20), Ok(()), "a preview gets through");
        assert_eq!(small.affords(SMALL + 1, 2 << 20), Err(Spent::Share));
    }
}
