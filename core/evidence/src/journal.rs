//! Checking the desk's journal: every signature, every link, every number, and that its time does not run backwards.

use std::collections::HashMap;

use kuager_wire::cose::{self, Envelope, Purpose, Statement, StatementError};
use kuager_wire::desk::{DeskEntry, DeskKey};
use kuager_wire::ids::{DeploymentId, EntryHash, Kid, PublicKey};

/// The keys that a deployment's desk signs with, each vouched for by the receipt key.
#[derive(Debug, Clone, Default)]
pub struct DeskKeys(HashMap<Kid, PublicKey>);

impl DeskKeys {
    /// Adds a key, if the receipt key vouches for it.
    ///
    /// # Errors
    /// [`StatementError`].
    pub fn add(
        &mut self,
        bytes: &[u8],
        deployment: DeploymentId,
        receipt_key: &PublicKey,
    ) -> Result<DeskKey, StatementError> {
        let key: DeskKey = cose::open(bytes, deployment, receipt_key)?;
        self.0.insert(key.key.kid(), key.key);
        Ok(key)
    }

    /// The key with this id.
    #[must_use]
    pub fn key(&self, kid: Kid) -> Option<PublicKey> {
        self.0.get(&kid).copied()
    }
}

/// Something that does not hold in a journal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalFault {
    /// An entry is not acceptable by itself.
    #[error("the entry after number {after:?} is not valid: {error}")]
    Invalid {
        /// Number of the last valid entry before it.
        after: Option<u64>,
        /// What is wrong with it.
        error: StatementError,
    },
    /// Nobody vouches for the key that signed an entry.
    #[error("the entry after number {after:?} is signed by key {kid}, which the receipt key does not vouch for")]
    UnknownKey {
        /// Number of the last valid entry before it.
        after: Option<u64>,
        /// The key.
        kid: Kid,
    },
    /// An entry has another number than the one after the entry before.
    #[error("entry {found} stands where entry {expected} should")]
    Number {
        /// The number that should be there.
        expected: u64,
        /// The number that is.
        found: u64,
    },
    /// An entry does not name the one before it.
    #[error("entry {seq} does not follow the one before it")]
    Link {
        /// Its number.
        seq: u64,
    },
    /// An entry is dated before the one before it.
    #[error("entry {seq} is dated before the one before it")]
    Time {
        /// Its number.
        seq: u64,
    },
}

/// What checking a journal found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JournalReport {
    /// Valid entries.
    pub entries: u64,
    /// Number and hash of the last one.
    pub head: Option<(u64, EntryHash)>,
    /// What does not hold, in order. Empty: the journal is whole.
    pub faults: Vec<JournalFault>,
}

/// Checks a journal, given its entries in order.
#[must_use]
pub fn verify_journal<'a>(
    entries: impl Iterator<Item = &'a [u8]>,
    deployment: DeploymentId,
    keys: &DeskKeys,
) -> JournalReport {
    let mut report = JournalReport::default();
    let mut at_ms = 0;
    for bytes in entries {
        let after = report.head.map(|(seq, _)| seq);
        let entry = match opened(bytes, deployment, keys, after) {
            Ok(entry) => entry,
            Err(fault) => {
                report.faults.push(fault);
                continue;
            }
        };
        let seq = entry.seq;
        let (expected, prev) =
            report.head.map_or((0, EntryHash::chain_start(deployment)), |(seq, hash)| (seq.saturating_add(1), hash));
        if seq != expected {
            report.faults.push(JournalFault::Number { expected, found: seq });
        } else if entry.prev != prev {
            report.faults.push(JournalFault::Link { seq });
        }
        if entry.at_ms < at_ms {
            report.faults.push(JournalFault::Time { seq });
        }
        at_ms = entry.at_ms;
        report.entries = report.entries.saturating_add(1);
        report.head = Some((seq, EntryHash::of(bytes)));
    }
    report
}

fn opened(
    bytes: &[u8],
    deployment: DeploymentId,
    keys: &DeskKeys,
    after: Option<u64>,
) -> Result<DeskEntry, JournalFault> {
    let invalid = |error| JournalFault::Invalid { after, error };
    let envelope = Envelope::parse(bytes, DeskEntry::LIMIT).map_err(invalid)?;
    let kid = envelope.kid();
    let key = keys.key(kid).ok_or(JournalFault::UnknownKey { after, kid })?;
    envelope.verify(Purpose::DeskEntry, deployment, &key).map_err(invalid)?;
    envelope.statement().map_err(invalid)
}
