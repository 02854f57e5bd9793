//! The order of arrival, which is the order of row ids: there is one writer.

use std::sync::Arc;

use async_trait::async_trait;
use kuager_wire::cose::Envelope;
use kuager_wire::ids::{Kid, ObserverId, RecordHash};
use kuager_wire::limits;
use kuager_wire::record::{Record, RecordKind};
use tokio::sync::broadcast;

use super::columns::{fixed, from_sql, nobodys};
use super::handle::SqliteLedger;
use crate::ledger::error::LedgerError;
use crate::ledger::feed::{Arrival, Feed, READ};

#[async_trait]
impl Feed for SqliteLedger {
    fn arrivals(&self) -> broadcast::Receiver<Arc<[Arrival]>> {
        self.feed.subscribe()
    }

    async fn arrivals_after(&self, id: i64, limit: usize) -> Result<Vec<Arrival>, LedgerError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached(
                "SELECT r.id, r.station, r.form, r.kind, r.training, r.received_ms, r.hash, r.kid, r.seq, r.supersedes, r.follows, \
                 d.observer, r.bytes FROM records r LEFT JOIN devices d ON d.kid = r.kid \
                 WHERE r.id > ?1 AND NOT EXISTS (SELECT 1 FROM apart a WHERE a.record = r.id) ORDER BY r.id",
            )?;
            let mut rows = query.query([id])?;
            let mut arrivals = Vec::new();
            let mut read = 0_usize;
            while arrivals.len() < limit
                && read < READ
                && let Some(row) = rows.next()?
            {
                let Some(kind) = RecordKind::from_number(row.get(3)?) else { continue };
                let kid = Kid(fixed(row, 7)?);
                let bytes = row.get_ref(12)?.as_blob().unwrap_or_default();
                read = read.saturating_add(bytes.len());
                arrivals.push(Arrival {
                    record: record(bytes),
                    id: row.get(0)?,
                    station: row.get(1)?,
                    form: row.get(2)?,
                    kind,
                    training: row.get(4)?,
                    received_ms: from_sql(row.get(5)?),
                    hash: RecordHash(fixed(row, 6)?),
                    kid,
                    seq: from_sql(row.get(8)?),
                    supersedes: row.get::<_, Option<[u8; 32]>>(9)?.map(RecordHash),
                    follows: row.get::<_, Option<[u8; 32]>>(10)?.map(RecordHash),
                    observer: row.get::<_, Option<[u8; 16]>>(11)?.map_or_else(|| nobodys(kid), ObserverId),
                });
            }
            Ok(arrivals)
        })
        .await
    }

    async fn newest_arrival(&self) -> Result<i64, LedgerError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached("SELECT COALESCE(MAX(id), 0) FROM records")?;
            Ok(query.query_row([], |row| row.get(0))?)
        })
        .await
    }
}

/// What was verified when it was stored, read again.
fn record(bytes: &[u8]) -> Option<Arc<Record>> {
    Envelope::parse(bytes, limits::RECORD).and_then(|envelope| envelope.statement()).ok().map(Arc::new)
}
