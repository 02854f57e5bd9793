//! The transparency log as it is shown: files that anybody may fetch, and the newest checkpoint whose files are all there.
//!
//! Every signed object that was taken in gets a place, and what places there are is signed and shown to everybody. Who gives places is
//! the [`sequencer`](crate::sequencer); [`proofs`](crate::proofs) answers where a record stands.
//!
//! **The ledger decides, files follow.** Entries and the signed checkpoint become durable in one transaction, which fails if the log has grown
//! otherwise; only then are tiles and bundles written, and last of all the checkpoint that everybody reads. Whatever is lost or
//! damaged among the files is written again from the ledger; a checkpoint is shown only when all its files are there. This is
//! [Sunlight](https://sunlight.dev)'s order, with the ledger in place of its lock.
//!
//! An entry is the SHA-256 of a signed object. Place 0 is the genesis statement, then come what the deployment has signed (packs,
//! delegations), revocations of devices, entries of the desk's journal and records, each in its own order.

pub mod files;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kuager_log::checkpoint::Checkpoint;
use parking_lot::RwLock;

use self::files::{LocalLog, LogFiles};

/// The log as it is shown.
#[derive(Debug)]
pub struct Log {
    files: Arc<dyn LogFiles>,
    shown: RwLock<Option<Arc<Checkpoint>>>,
    stands_still: AtomicBool,
}

impl Log {
    /// The log whose files lie in this folder. Nothing is shown before a sequencer has looked at it.
    #[must_use]
    pub fn in_folder(dir: &Path) -> Self {
        Self::with_files(Arc::new(LocalLog::new(dir.to_path_buf())))
    }

    /// The log with files of the caller's choice.
    #[must_use]
    pub fn with_files(files: Arc<dyn LogFiles>) -> Self {
        Self { files, shown: RwLock::default(), stands_still: AtomicBool::new(false) }
    }

    /// Its files.
    #[must_use]
    pub fn files(&self) -> &Arc<dyn LogFiles> {
        &self.files
    }

    /// The newest checkpoint all of whose files are there.
    #[must_use]
    pub fn checkpoint(&self) -> Option<Arc<Checkpoint>> {
        self.shown.read().clone()
    }

    /// Whether nothing gets a place at present, which receipts promise.
    #[must_use]
    pub fn stands_still(&self) -> bool {
        self.stands_still.load(Ordering::Relaxed)
    }

    pub(crate) fn set_stands_still(&self, it_does: bool) {
        self.stands_still.store(it_does, Ordering::Relaxed);
    }

    /// Shows a checkpoint from now on.
    pub(crate) fn show(&self, checkpoint: Checkpoint) {
        *self.shown.write() = Some(Arc::new(checkpoint));
    }
}
