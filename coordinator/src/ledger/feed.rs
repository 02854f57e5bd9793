//! News of stored records, for whoever counts them.

use std::sync::Arc;

use async_trait::async_trait;
use kuager_analysis::book::Received;
use kuager_wire::ids::{Kid, ObserverId, RecordHash};
use kuager_wire::record::{Record, RecordKind};
use tokio::sync::broadcast;

use super::error::LedgerError;

/// News of a stored record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Order of arrival.
    pub id: i64,
    /// Its hash.
    pub hash: RecordHash,
    /// The key that signed it.
    pub kid: Kid,
    /// Whose device that is.
    pub observer: ObserverId,
    /// Its number.
    pub seq: u64,
    /// The record it corrects.
    pub supersedes: Option<RecordHash>,
    /// The record it says a word about.
    pub follows: Option<RecordHash>,
    /// Where.
    pub station: Option<String>,
    /// Form id.
    pub form: Option<String>,
    /// What it is about.
    pub kind: RecordKind,
    /// Whether it is training.
    pub training: bool,
    /// When it arrived.
    pub received_ms: u64,
    /// What it says: as it was read when it was verified, or read again from what is stored. Nothing for bytes that are no record.
    pub record: Option<Arc<Record>>,
}

/// Bytes of records that one answer of [`Feed::arrivals_after`] may read; more only when it is a single record.
pub const READ: usize = 4 << 20;

impl Arrival {
    /// What is counted of it.
    #[must_use]
    pub fn received(&self) -> Received<'_> {
        Received {
            id: self.id,
            hash: self.hash,
            kid: self.kid,
            observer: self.observer,
            seq: self.seq,
            supersedes: self.supersedes,
            follows: self.follows,
            station: self.station.as_deref(),
            form: self.form.as_deref(),
            kind: self.kind,
            training: self.training,
            received_ms: self.received_ms,
            record: self.record.as_deref(),
        }
    }
}

/// Records that count, in the order in which they became durable: those kept apart are no news. Whoever has seen an arrival will never see one with a smaller id come
/// later, so the newest id seen is enough to go on from.
///
/// News bring the record itself, read once: whoever works out what it means neither reads it from the disk nor decodes it. What
/// waits for a slow listener is bounded by batches, and a batch by what an upload may hold.
#[async_trait]
pub trait Feed {
    /// Hears of records after they have been committed, in order. A listener who is too slow is told so and reads on with
    /// [`Feed::arrivals_after`].
    fn arrivals(&self) -> broadcast::Receiver<Arc<[Arrival]>>;

    /// The next arrivals behind an id (0: from the beginning), in order, as many as wanted and as [`READ`] allows; none when there
    /// are no more.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn arrivals_after(&self, id: i64, limit: usize) -> Result<Vec<Arrival>, LedgerError>;

    /// The newest id that anything was stored under; 0 at first.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn newest_arrival(&self) -> Result<i64, LedgerError>;
}
