//! Copies of pictures that somebody looks at before they are public. They are kept in memory, a few at a time, and what is kept in
//! the end is these very bytes.

use std::collections::VecDeque;
use std::sync::Arc;

use kuager_coordinator::media::Redacted;
use kuager_wire::ids::MediaHash;
use parking_lot::Mutex;

/// Copies that wait at most; the oldest goes first.
const COPIES: usize = 8;
/// Bytes of all of them at most, unless a single one is larger.
const BYTES: usize = 64 << 20;

/// A copy that is public if somebody says so.
#[derive(Debug, Clone)]
pub(crate) struct Preview {
    pub(crate) original: MediaHash,
    pub(crate) copy: MediaHash,
    pub(crate) made: Redacted,
}

/// All that wait.
#[derive(Debug, Default)]
pub(crate) struct Previews(Mutex<VecDeque<Arc<Preview>>>);

impl Previews {
    /// Keeps a copy for a while, and says what it is called.
    pub(crate) fn add(&self, original: MediaHash, made: Redacted) -> MediaHash {
        let copy = MediaHash::of(&made.bytes);
        let mut waiting = self.0.lock();
        waiting.retain(|other| (other.original, other.copy) != (original, copy));
        waiting.push_back(Arc::new(Preview { original, copy, made }));
        while waiting.len() > COPIES || (waiting.len() > 1 && bytes(&waiting) > BYTES) {
            waiting.pop_front();
        }
        copy
    }

    /// The copy of an original, if it still waits.
    pub(crate) fn get(&self, original: MediaHash, copy: MediaHash) -> Option<Arc<Preview>> {
        self.0.lock().iter().find(|preview| (preview.original, preview.copy) == (original, copy)).cloned()
    }

    /// As [`Previews::get`], and it waits no longer.
    pub(crate) fn take(&self, original: MediaHash, copy: MediaHash) -> Option<Arc<Preview>> {
        let mut waiting = self.0.lock();
        let at = waiting.iter().position(|preview| (preview.original, preview.copy) == (original, copy))?;
        waiting.remove(at)
    }
}

fn bytes(waiting: &VecDeque<Arc<Preview>>) -> usize {
    waiting.iter().fold(0, |sum, preview| sum.saturating_add(preview.made.bytes.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(fill: u8, size: usize) -> Redacted {
        Redacted { bytes: vec![fill; size], regions: vec![[0, 0, 1, 1]] }
    }

    #[test]
    fn a_few_wait_and_the_oldest_goes() {
        let (previews, original) = (Previews::default(), MediaHash([1; 32]));
        let first = previews.add(original, made(0, 10));
        assert!(previews.get(original, first).is_some() && previews.get(MediaHash([2; 32]), first).is_none());
        for fill in 1..=8 {
            previews.add(original, made(fill, 10));
        }
        assert!(previews.get(original, first).is_none(), "eight are younger");
        let large = previews.add(original, made(9, BYTES + 1));
        assert_eq!(previews.0.lock().len(), 1, "one that is large is alone");
        assert!(previews.take(original, large).is_some() && previews.take(original, large).is_none());
    }
}
