//! What does not hold in the chains, as it was noted.

use std::collections::BTreeMap;

use async_trait::async_trait;
use kuager_wire::ids::{Kid, ObserverId, RecordHash};
use rusqlite::Connection;

use super::columns::{fault, fixed, from_sql, to_sql};
use super::handle::SqliteLedger;
use crate::ledger::error::LedgerError;
use crate::ledger::faults::{ChainFault, FaultCount, FaultExample, Faults, FaultyChain};

#[async_trait]
impl Faults for SqliteLedger {
    async fn fault_counts(&self) -> Result<BTreeMap<ChainFault, FaultCount>, LedgerError> {
        self.read(|connection| {
            let mut query = connection
                .prepare_cached("SELECT kind, COUNT(*), SUM(count) FROM chain_faults WHERE count > 0 GROUP BY kind")?;
            let mut rows = query.query([])?;
            let mut counts = BTreeMap::new();
            while let Some(row) = rows.next()? {
                let Some(fault) = fault(row.get(0)?) else { continue };
                counts.insert(fault, FaultCount { chains: from_sql(row.get(1)?), times: from_sql(row.get(2)?) });
            }
            Ok(counts)
        })
        .await
    }

    async fn faults_of(&self, records: Vec<RecordHash>) -> Result<Vec<Vec<ChainFault>>, LedgerError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached(
                "SELECT e.kind FROM records r JOIN fault_examples e ON e.record = r.id WHERE r.hash = ?1 ORDER BY e.kind",
            )?;
            let mut faults = Vec::with_capacity(records.len());
            for hash in records {
                let kinds = query.query_map([hash.0], |row| row.get(0))?.collect::<Result<Vec<u8>, _>>()?;
                faults.push(kinds.into_iter().filter_map(fault).collect());
            }
            Ok(faults)
        })
        .await
    }

    async fn faulty_chains(&self, limit: u32) -> Result<Vec<FaultyChain>, LedgerError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached(
                "SELECT f.kid, d.observer FROM chain_faults f LEFT JOIN devices d ON d.kid = f.kid WHERE f.count > 0 \
                 GROUP BY f.kid ORDER BY SUM(f.count) DESC, f.kid LIMIT ?1",
            )?;
            let kids = query
                .query_map([to_sql(limit.into())], |row| {
                    let observer: Option<Vec<u8>> = row.get(1)?;
                    Ok((Kid(fixed(row, 0)?), observer))
                })?
                .collect::<Result<Vec<_>, _>>()?;
            let mut faulty = Vec::with_capacity(kids.len());
            for (kid, observer) in kids {
                let observer = observer.and_then(|observer| observer.try_into().ok()).map(ObserverId);
                faulty.push(FaultyChain {
                    kid,
                    observer,
                    counts: counts_of(connection, kid)?,
                    examples: examples_of(connection, kid)?,
                });
            }
            Ok(faulty)
        })
        .await
    }
}

fn counts_of(connection: &Connection, kid: Kid) -> Result<BTreeMap<ChainFault, u64>, LedgerError> {
    let mut query = connection.prepare_cached("SELECT kind, count FROM chain_faults WHERE kid = ?1 AND count > 0")?;
    let mut rows = query.query([kid.0])?;
    let mut counts = BTreeMap::new();
    while let Some(row) = rows.next()? {
        if let Some(fault) = fault(row.get(0)?) {
            counts.insert(fault, from_sql(row.get(1)?));
        }
    }
    Ok(counts)
}

fn examples_of(connection: &Connection, kid: Kid) -> Result<Vec<FaultExample>, LedgerError> {
    let mut query = connection.prepare_cached(
        "SELECT e.kind, r.hash, r.seq, r.station FROM fault_examples e JOIN records r ON r.id = e.record \
         WHERE e.kid = ?1 ORDER BY e.kind, e.record",
    )?;
    let mut rows = query.query([kid.0])?;
    let mut examples = Vec::new();
    while let Some(row) = rows.next()? {
        let Some(fault) = fault(row.get(0)?) else { continue };
        let (record, seq) = (RecordHash(fixed(row, 1)?), from_sql(row.get(2)?));
        examples.push(FaultExample { fault, record, seq, station: row.get(3)? });
    }
    Ok(examples)
}
