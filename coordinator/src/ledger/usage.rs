//! What each device has used in the last hours, for the budgets that bound it.
//!
//! Counted in the transaction that stores what is counted, so the two never disagree. One row per device and hour.

use async_trait::async_trait;
use kuager_wire::ids::Kid;

use super::error::LedgerError;

/// Milliseconds of an hour.
pub const HOUR_MS: u64 = 60 * 60 * 1000;
/// Hours that a day has for a budget: the one that runs, and those before it.
pub const DAY_HOURS: u64 = 24;

/// What was used in some time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Records stored.
    pub records: u64,
    /// Their bytes, with what is kept beside them.
    pub record_bytes: u64,
    /// Bytes of files that came, right or wrong.
    pub file_bytes: u64,
    /// Files that were not the signed ones.
    pub wrong_files: u64,
}

/// What a device has used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recent {
    /// In the hour that runs.
    pub hour: Usage,
    /// In the day that ends with it.
    pub day: Usage,
}

/// Who has used how much.
#[async_trait]
pub trait Usages {
    /// What a device has used by now.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn usage(&self, kid: Kid, now_ms: u64) -> Result<Recent, LedgerError>;

    /// Forgets what no budget asks for any more.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn sweep_usage(&self, now_ms: u64) -> Result<(), LedgerError>;
}
