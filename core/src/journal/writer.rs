//! The chain of one device: each record signed, numbered and linked to the one before, and read back.

use std::sync::Arc;

use kuager_evidence::{ChainReport, verify_chain};
use kuager_wire::SigningKey;
use kuager_wire::cose::{self, Envelope, Statement};
use kuager_wire::ids::{DeploymentId, Kid, PublicKey, RecordHash};
use kuager_wire::record::{Attachment, AttachmentRole, Body, ClockReading, FormRef, Location, Record, RecordKind};

use super::error::JournalError;
use crate::clock::{Clock, ClockSample};
use crate::queue::{Urgency, media_priority, priority};
use crate::store::{NewRecord, RecordRow, Store, StoreError, Tx};

/// Wall and monotonic clock may drift apart by this much before it is worth a flag.
const JUMP_MS: u64 = 120_000;

/// A record that has just been sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Its id.
    pub hash: RecordHash,
    /// Its number in this device's chain.
    pub seq: u64,
    /// Size in bytes.
    pub size: usize,
    /// Required questions left without an answer.
    pub missing: Vec<String>,
}

/// Writes the journal of one device.
pub struct Journal {
    pub(super) store: Arc<Store>,
    pub(super) clock: Arc<dyn Clock>,
    key: SigningKey,
    pub(super) kid: Kid,
}

impl Journal {
    /// The journal of the device with this key.
    #[must_use]
    pub fn new(store: Arc<Store>, clock: Arc<dyn Clock>, key: SigningKey) -> Self {
        let kid = PublicKey::from(&key).kid();
        Self { store, clock, key, kid }
    }

    /// The key this journal signs with.
    pub(crate) const fn kid(&self) -> Kid {
        self.kid
    }

    pub(super) fn append(
        &self,
        tx: &Tx<'_>,
        deployment: DeploymentId,
        content: Content,
    ) -> Result<Sealed, JournalError> {
        let now = self.clock.now();
        let head = tx.head(self.kid)?;
        let previous_clock = head.as_ref().map(|head| head.clock);
        let (seq, prev) = head.map_or((0, RecordHash::chain_start(deployment)), |head| (head.seq + 1, head.hash));
        let record = Record {
            version: kuager_wire::VERSION,
            kind: content.kind,
            seq: seq + content.skip,
            prev,
            clock: reading(&now, previous_clock.as_ref()),
            checkpoint: None,
            form: content.form,
            station: content.station,
            body: content.body,
            attachments: content.attachments,
            supersedes: content.supersedes,
            location: content.location,
            training: content.training.then_some(true),
        };
        let bytes = cose::sign(&record, deployment, &self.key)?;
        let hash = RecordHash::of(&bytes);
        tx.add_record(&NewRecord {
            hash,
            kid: self.kid,
            seq: record.seq,
            kind: record.kind,
            clock: record.clock,
            station: record.station.as_deref(),
            form: record.form.as_ref().map(|form| form.form.as_str()),
            supersedes: record.supersedes,
            priority: priority(record.kind, content.urgency),
            bytes: &bytes,
        })?;
        for file in record.attachments.iter().flatten() {
            tx.enqueue_media(file.hash, media_priority(record.kind, file.role), file.role == AttachmentRole::Original)?;
        }
        Ok(Sealed { hash, seq: record.seq, size: bytes.len(), missing: Vec::new() })
    }

    /// The content of a sealed record.
    ///
    /// # Errors
    /// [`JournalError::Store`], [`JournalError::Statement`].
    pub fn record(&self, hash: RecordHash) -> Result<Option<Record>, JournalError> {
        let found = self.record_bytes(hash)?;
        Ok(found.map(|(_, bytes)| Envelope::parse(&bytes, Record::LIMIT)?.statement()).transpose()?)
    }

    /// The exact signed bytes of a record.
    ///
    /// # Errors
    /// [`JournalError::Store`].
    pub fn record_bytes(&self, hash: RecordHash) -> Result<Option<(RecordRow, Vec<u8>)>, JournalError> {
        Ok(self.store.read(|tx| {
            let Some(row) = tx.record(hash)? else { return Ok::<_, StoreError>(None) };
            let bytes = tx.record_bytes(row.id)?;
            Ok(Some((row, bytes)))
        })?)
    }

    /// Checks every signature and every link of this device's chain.
    ///
    /// # Errors
    /// [`JournalError::Store`]; what is wrong with the chain itself is in the report.
    pub fn verify(&self, deployment: DeploymentId) -> Result<ChainReport, JournalError> {
        let key = PublicKey::from(&self.key);
        self.store.read(|tx| {
            let mut records = Vec::new();
            tx.each_record::<StoreError>(self.kid, |_, bytes| {
                records.push(bytes.to_vec());
                Ok(())
            })?;
            Ok(verify_chain(records.iter().map(Vec::as_slice), deployment, &key))
        })
    }
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Journal").field("kid", &self.kid).finish_non_exhaustive()
    }
}

pub(super) struct Content {
    pub(super) kind: RecordKind,
    pub(super) form: Option<FormRef>,
    pub(super) station: Option<String>,
    pub(super) body: Body,
    pub(super) supersedes: Option<RecordHash>,
    pub(super) location: Option<Location>,
    pub(super) training: bool,
    pub(super) attachments: Option<Vec<Attachment>>,
    /// Numbers left out before this record.
    pub(super) skip: u64,
    pub(super) urgency: Urgency,
}

impl Content {
    pub(super) fn of(kind: RecordKind) -> Self {
        Self {
            kind,
            form: None,
            station: None,
            body: Body::default(),
            supersedes: None,
            location: None,
            training: false,
            attachments: None,
            skip: 0,
            urgency: Urgency::Usual,
        }
    }
}

fn reading(now: &ClockSample, previous: Option<&ClockReading>) -> ClockReading {
    let jumped = previous.is_some_and(|previous| {
        previous.boot_id == now.boot_id && {
            let wall = i128::from(now.wall_ms) - i128::from(previous.wall_ms);
            let monotonic = i128::from(now.monotonic_ms) - i128::from(previous.monotonic_ms);
            (wall - monotonic).unsigned_abs() > u128::from(JUMP_MS)
        }
    });
    ClockReading {
        wall_ms: now.wall_ms,
        monotonic_ms: now.monotonic_ms,
        boot_id: now.boot_id,
        flags: if jumped { ClockReading::WALL_JUMPED } else { 0 },
    }
}
