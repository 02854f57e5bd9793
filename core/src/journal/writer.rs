//! The chain of one device: each record signed, numbered and linked to the one before, and read back.

use std::sync::Arc;

use kuager_evidence::{ChainReport, verify_chain, verify_continuation};
use kuager_wire::SigningKey;
use kuager_wire::cose::{self, Envelope, Statement};
use kuager_wire::ids::{DeploymentId, Kid, PublicKey, RecordHash};
use kuager_wire::record::{Attachment, AttachmentRole, Body, ClockReading, FormRef, Location, Record, RecordKind};

use super::error::JournalError;
use crate::clock::{Clock, ClockSample};
use crate::keyring::Keyring;
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
    pub(super) keyring: Arc<Keyring>,
}

impl Journal {
    /// The journal of the device with these keys.
    #[must_use]
    pub fn new(store: Arc<Store>, clock: Arc<dyn Clock>, keyring: Arc<Keyring>) -> Self {
        Self { store, clock, keyring }
    }

    pub(super) fn append(
        &self,
        tx: &Tx<'_>,
        deployment: DeploymentId,
        content: Content,
    ) -> Result<Sealed, JournalError> {
        let now = self.clock.now();
        let key = self.keyring.current(tx)?;
        let head = tx.head(PublicKey::from(&key).kid())?;
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
        let urgency = priority(record.kind, content.urgency);
        let (hash, size) = add(tx, deployment, &key, &record, urgency)?;
        Ok(Sealed { hash, seq: record.seq, size, missing: Vec::new() })
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

    /// Checks every signature and every link of this device's chains, and that each names the end of the one before as it was
    /// known then. The head is that of the chain that goes on.
    ///
    /// # Errors
    /// [`JournalError::Store`]; what is wrong with a chain itself is in the report.
    pub fn verify(&self, deployment: DeploymentId) -> Result<ChainReport, JournalError> {
        self.store.read(|tx| {
            let current = self.keyring.current_kid(tx)?;
            let mut all = ChainReport::default();
            let mut former: Vec<(Kid, Vec<Vec<u8>>)> = Vec::new();
            for key in self.keyring.public_keys() {
                let mut records = Vec::new();
                tx.each_record::<StoreError>(key.kid(), |_, bytes| {
                    records.push(bytes.to_vec());
                    Ok(())
                })?;
                let report = verify_chain(records.iter().map(Vec::as_slice), deployment, &key);
                if let Some(head) = &report.continues {
                    let named = former.iter().find(|(kid, _)| *kid == head.kid);
                    let records = named.map(|(_, records)| records.as_slice()).unwrap_or_default();
                    all.faults.extend(verify_continuation(head, records.iter().map(Vec::as_slice)).err());
                }
                all.records = all.records.saturating_add(report.records);
                all.lost.extend(report.lost);
                all.faults.extend(report.faults);
                if key.kid() == current {
                    (all.head, all.continues) = (report.head, report.continues);
                }
                former.push((key.kid(), records));
            }
            Ok(all)
        })
    }
}

/// Signs a record, appends it and puts it into the outbox, with its files. Gives its name and its size.
pub(super) fn add(
    tx: &Tx<'_>,
    deployment: DeploymentId,
    key: &SigningKey,
    record: &Record,
    priority: u32,
) -> Result<(RecordHash, usize), JournalError> {
    let bytes = cose::sign(record, deployment, key)?;
    let row = NewRecord::of(record, &bytes, PublicKey::from(key).kid(), priority);
    tx.add_record(&row)?;
    for file in record.attachments.iter().flatten() {
        tx.enqueue_media(file.hash, media_priority(record.kind, file.role), file.role == AttachmentRole::Original)?;
    }
    Ok((row.hash, bytes.len()))
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Journal").field("keyring", &self.keyring).finish_non_exhaustive()
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

pub(super) fn reading(now: &ClockSample, previous: Option<&ClockReading>) -> ClockReading {
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
