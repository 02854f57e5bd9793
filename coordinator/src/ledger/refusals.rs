//! What was refused: counted for ever per reason, remembered for a while per subject.

use std::collections::BTreeMap;

use async_trait::async_trait;
use kuager_wire::ids::{Kid, SubjectHash};
use kuager_wire::receipt::RefusalCode;

use super::error::LedgerError;

/// Subjects remembered. Whoever floods the coordinator with rubbish pushes out rubbish, not evidence: records that
/// verify are never here.
pub const REMEMBERED: usize = 10_000;

/// What was refused and why; equal refusals are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RefusalKey {
    /// SHA-256 of the refused bytes.
    pub subject: SubjectHash,
    /// The key they name, unchecked.
    pub kid: Option<Kid>,
    /// Why.
    pub code: RefusalCode,
}

/// Refusals of some seconds.
#[derive(Debug, Clone, Default)]
pub struct RefusalBatch {
    /// How often each reason was given.
    pub counts: BTreeMap<RefusalCode, u64>,
    /// Single subjects, as many as were worth keeping.
    pub subjects: BTreeMap<RefusalKey, u64>,
}

/// A remembered refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalRow {
    /// SHA-256 of the refused bytes.
    pub subject: SubjectHash,
    /// Why, the last time.
    pub code: RefusalCode,
    /// How often.
    pub count: u64,
    /// When last.
    pub last_ms: u64,
}

/// The count of what was not accepted.
#[async_trait]
pub trait Refusals {
    /// Adds refusals to the counters, and forgets the oldest subjects beyond [`REMEMBERED`].
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn add_refusals(&self, batch: RefusalBatch, now_ms: u64) -> Result<(), LedgerError>;

    /// How often each reason was given since the beginning.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn refusal_counts(&self) -> Result<BTreeMap<RefusalCode, u64>, LedgerError>;

    /// What is remembered of refusals, the newest first.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn refused(&self, limit: u32) -> Result<Vec<RefusalRow>, LedgerError>;
}
