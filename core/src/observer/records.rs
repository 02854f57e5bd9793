//! What was sealed, where it stands, and what the coordinator signed about it.

use kuager_wire::cose;
use kuager_wire::ids::RecordHash;
use kuager_wire::receipt::{Receipt, Refusal};
use kuager_wire::record::Record;

use super::device::Observer;
use crate::error::ObserverError;
use crate::journal::{ChainReport, JournalError};
use crate::outbox::load_deployment;
use crate::store::{AttemptRow, FormerKey, QueueRow, StatementRow, StoreError};

/// A record as it was signed, with its place in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRecord {
    /// Its content.
    pub record: Record,
    /// The exact signed bytes.
    pub bytes: Vec<u8>,
    /// The coordinator's signed receipt, once there is one.
    pub receipt: Option<Vec<u8>>,
    /// The coordinator's signed refusal, if it was refused.
    pub refusal: Option<Vec<u8>>,
}

impl Observer {
    /// Every sealed record and where it stands, in chain order.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn records(&self) -> Result<Vec<QueueRow>, ObserverError> {
        Ok(self.store.read(|tx| tx.queue())?)
    }

    /// The newest records and where they stand, the newest first; what a list shows when the app opens.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn recent(&self, limit: u32) -> Result<Vec<QueueRow>, ObserverError> {
        Ok(self.store.read(|tx| tx.recent(limit))?)
    }

    /// One sealed record with what the coordinator signed about it.
    ///
    /// # Errors
    /// [`ObserverError::Journal`] when there is none, [`ObserverError::Store`].
    pub fn record(&self, hash: RecordHash) -> Result<SealedRecord, ObserverError> {
        let (row, bytes) = self.journal.record_bytes(hash)?.ok_or(JournalError::NoSuchRecord(hash))?;
        let record = self.journal.record(hash)?.ok_or(JournalError::NoSuchRecord(hash))?;
        Ok(self.store.read(|tx| {
            let receipt = tx.statement(row.id, "receipt")?;
            let refusal = tx.statement(row.id, "refusal")?;
            Ok::<_, StoreError>(SealedRecord { record, bytes, receipt, refusal })
        })?)
    }

    /// What the coordinator signed about a record, read and verified again.
    ///
    /// # Errors
    /// [`ObserverError::NotInvited`], [`ObserverError::Store`].
    pub fn opened_statements(
        &self,
        record: &SealedRecord,
    ) -> Result<(Option<Receipt>, Option<Refusal>), ObserverError> {
        let invite = self.invited()?;
        let Some(deployment) = self.store.read(|tx| load_deployment(tx, &invite))? else { return Ok((None, None)) };
        let key = &deployment.genesis.receipt_key;
        let receipt = record.receipt.as_ref().and_then(|bytes| cose::open(bytes, deployment.id, key).ok());
        let refusal = record.refusal.as_ref().and_then(|bytes| cose::open(bytes, deployment.id, key).ok());
        Ok((receipt, refusal))
    }

    /// Everything the coordinator ever signed about this device's records, for export as proof.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn statements(&self) -> Result<Vec<StatementRow>, ObserverError> {
        Ok(self.store.read(|tx| tx.statements())?)
    }

    /// The keys this device signed with before its store was put back from a copy, with the deployment's word on each and its own
    /// on the key that goes on for it, for export as proof.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn former_keys(&self) -> Result<Vec<FormerKey>, ObserverError> {
        Ok(self.store.read(|tx| tx.former_keys())?)
    }

    /// The log of attempts, newest first.
    ///
    /// # Errors
    /// [`ObserverError::Store`].
    pub fn attempts(&self, limit: u32) -> Result<Vec<AttemptRow>, ObserverError> {
        Ok(self.store.read(|tx| tx.attempts(limit))?)
    }

    /// Checks every signature and every link of this device's chain.
    ///
    /// # Errors
    /// [`ObserverError::NotInvited`], [`ObserverError::Store`]; what is wrong with the chain is in the report.
    pub fn verify(&self) -> Result<ChainReport, ObserverError> {
        Ok(self.journal.verify(self.deployment()?)?)
    }
}
