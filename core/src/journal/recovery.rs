//! The end of a recovery: which numbers are lost, said under signature.

use kuager_wire::ids::DeploymentId;
use kuager_wire::record::{Body, RecordKind, SeqRange};

use super::error::JournalError;
use super::writer::{Content, Journal};
use crate::store::{Meta, StoreError};

/// Numbers skipped after salvaging, since nobody knows how many records the lost part of the file held.
const SALVAGE_SKIP: u64 = 1_000;

impl Journal {
    /// Ends a recovery that salvaged records: says under signature which numbers are lost, those missing in the middle
    /// and an ample stretch after the last one that was found. Without this a salvaged phone could use a number twice.
    /// Does nothing when no recovery is unfinished. Returns the lost numbers.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn finish_recovery(&self, deployment: DeploymentId) -> Result<Vec<SeqRange>, JournalError> {
        if self.store.read(|tx| tx.meta_bytes(Meta::GapsUnstated))?.is_none() {
            return Ok(Vec::new());
        }
        self.store.write(|tx| {
            let mut lost = Vec::new();
            let mut expected = 0;
            tx.each_record::<StoreError>(self.keyring.current_kid(tx)?, |seq, _| {
                if seq > expected {
                    lost.push(SeqRange { first: expected, last: seq - 1 });
                }
                expected = seq + 1;
                Ok(())
            })?;
            lost.push(SeqRange { first: expected, last: expected + SALVAGE_SKIP - 1 });
            for (position, range) in lost.iter().enumerate() {
                let skip = if position == 0 { SALVAGE_SKIP } else { 0 };
                let body = Body { lost: Some(*range), ..Body::default() };
                let content = Content { skip, body, ..Content::of(RecordKind::GapStatement) };
                self.append(tx, deployment, content)?;
            }
            tx.remove_meta(Meta::GapsUnstated)?;
            Ok(lost)
        })
    }
}
