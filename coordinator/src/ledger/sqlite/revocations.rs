//! Which devices are trusted.

use async_trait::async_trait;
use kuager_wire::ids::{Kid, ObserverId, PackHash};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{fixed, from_sql, to_sql};
use super::handle::SqliteLedger;
use crate::ledger::error::LedgerError;
use crate::ledger::revocations::{Attested, DeviceRow, NewRevocation, Revocations, Revoked, Standing, WITHHELD};

#[async_trait]
impl Revocations for SqliteLedger {
    async fn device_rows(&self, observer: Option<ObserverId>, limit: u32) -> Result<Vec<DeviceRow>, LedgerError> {
        self.read(move |connection| {
            let rows = match observer {
                None => {
                    let sql = format!("SELECT {DEVICE} FROM devices d ORDER BY d.observer, d.enrolled_ms LIMIT ?1");
                    let mut query = connection.prepare_cached(&sql)?;
                    query.query_map([limit], device)?.collect::<Result<_, _>>()?
                }
                Some(observer) => {
                    let sql =
                        format!("SELECT {DEVICE} FROM devices d WHERE d.observer = ?1 ORDER BY d.enrolled_ms LIMIT ?2");
                    let mut query = connection.prepare_cached(&sql)?;
                    query.query_map(params![observer.0, limit], device)?.collect::<Result<_, _>>()?
                }
            };
            Ok(rows)
        })
        .await
    }

    async fn device_row(&self, kid: Kid) -> Result<Option<DeviceRow>, LedgerError> {
        self.read(move |connection| {
            let sql = format!("SELECT {DEVICE} FROM devices d WHERE d.kid = ?1");
            Ok(connection.prepare_cached(&sql)?.query_row([kid.0], device).optional()?)
        })
        .await
    }

    async fn revocation(&self, kid: Kid) -> Result<Option<Vec<u8>>, LedgerError> {
        self.read(move |connection| {
            let mut query = connection
                .prepare_cached("SELECT statement FROM revocations WHERE kid = ?1 ORDER BY dated_ms DESC LIMIT 1")?;
            Ok(query.query_row([kid.0], |row| row.get(0)).optional()?)
        })
        .await
    }

    async fn add_revocation(&self, revocation: NewRevocation) -> Result<Revoked, LedgerError> {
        self.write(move |connection| add(connection, &revocation)).await
    }

    async fn revocation_count(&self) -> Result<u64, LedgerError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached("SELECT COALESCE(MAX(id), 0) FROM revocations")?;
            Ok(query.query_row([], |row| row.get(0).map(from_sql))?)
        })
        .await
    }
}

const DEVICE: &str = "d.kid, d.observer, d.enrolled_ms, d.revoked_ms, d.last_seq, d.succeeds, \
     (SELECT COUNT(*) FROM records r WHERE r.kid = d.kid), (SELECT COUNT(*) FROM apart a WHERE a.kid = d.kid), \
     (SELECT MAX(r.seq) FROM records r WHERE r.kid = d.kid), (SELECT r.received_ms FROM records r \
     WHERE r.kid = d.kid ORDER BY r.seq DESC, r.id DESC LIMIT 1), \
     (SELECT t.result FROM attestations t WHERE t.kid = d.kid), (SELECT t.level FROM attestations t WHERE t.kid = d.kid), \
     (SELECT r.pack FROM records r WHERE r.kid = d.kid AND r.pack IS NOT NULL ORDER BY r.seq DESC, r.id DESC LIMIT 1)";

fn device(row: &Row<'_>) -> rusqlite::Result<DeviceRow> {
    let number = |column| row.get::<_, Option<i64>>(column).map(|number| number.map(from_sql));
    let standing = match number(3)? {
        None => Standing::Trusted,
        Some(since_ms) => Standing::Revoked { since_ms, last_seq: number(4)? },
    };
    Ok(DeviceRow {
        kid: Kid(fixed(row, 0)?),
        observer: ObserverId(fixed(row, 1)?),
        enrolled_ms: from_sql(row.get(2)?),
        standing,
        succeeds: row.get::<_, Option<[u8; 16]>>(5)?.map(Kid),
        records: from_sql(row.get(6)?),
        apart: from_sql(row.get(7)?),
        head: number(8)?,
        last_ms: number(9)?,
        pack: row.get::<_, Option<[u8; 32]>>(12)?.map(PackHash),
        attested: match row.get(10)? {
            Some(result) => Some(Attested { result, level: row.get(11)? }),
            None => None,
        },
    })
}

fn add(connection: &Connection, revocation: &NewRevocation) -> Result<Revoked, LedgerError> {
    let NewRevocation { kid, dated_ms, last_seq, reinstated, statement } = revocation;
    let mut newest = connection.prepare_cached("SELECT MAX(dated_ms) FROM revocations WHERE kid = ?1")?;
    let newest: Option<i64> = newest.query_row([kid.0], |row| row.get(0))?;
    if let Some(newest) = newest.map(from_sql).filter(|newest| newest >= dated_ms) {
        return Ok(Revoked::NotLater(newest));
    }
    let (revoked_ms, last_seq) =
        if *reinstated { (None, None) } else { (Some(to_sql(*dated_ms)), last_seq.map(to_sql)) };
    let known = connection
        .prepare_cached("UPDATE devices SET revoked_ms = ?2, last_seq = ?3 WHERE kid = ?1")?
        .execute(params![kid.0, revoked_ms, last_seq])?;
    if known == 0 {
        return Ok(Revoked::UnknownDevice);
    }
    connection
        .prepare_cached(
            "INSERT INTO revocations (kid, dated_ms, last_seq, reinstated, statement) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![kid.0, to_sql(*dated_ms), last_seq, reinstated, statement])?;
    if *reinstated {
        connection.prepare_cached("DELETE FROM apart WHERE kid = ?1")?.execute([kid.0])?;
        return Ok(Revoked::Stored { apart: 0 });
    }
    let last = last_seq.unwrap_or(-1);
    // What came late under a number that was taken stays apart, however far the device is trusted.
    connection
        .prepare_cached(
            "DELETE FROM apart WHERE kid = ?1 AND record IN (SELECT r.id FROM records r WHERE r.kid = ?1 AND r.seq <= ?2 \
             AND NOT EXISTS (SELECT 1 FROM forks f WHERE f.second = r.hash))",
        )?
        .execute(params![kid.0, last])?;
    connection
        .prepare_cached(
            "INSERT INTO apart (record, kid, withheld) SELECT r.id, r.kid, 0 FROM records r \
             WHERE r.kid = ?1 AND r.seq > ?2 ON CONFLICT (record) DO NOTHING",
        )?
        .execute(params![kid.0, last])?;
    let mut apart = connection.prepare_cached("SELECT COUNT(*) FROM apart WHERE kid = ?1")?;
    Ok(Revoked::Stored { apart: apart.query_row([kid.0], |row| row.get(0).map(from_sql))? })
}

/// How far one revoked device is trusted, and what of it is withheld already.
pub(super) struct Distrust {
    /// The last number that is trusted; -1 for none.
    last: i64,
    withheld: u32,
}

impl Distrust {
    /// Nothing for a device that is trusted, or not known.
    pub(super) fn of(connection: &Connection, kid: Kid) -> Result<Option<Self>, LedgerError> {
        let mut query =
            connection.prepare_cached("SELECT last_seq FROM devices WHERE kid = ?1 AND revoked_ms IS NOT NULL")?;
        let Some(last) = query.query_row([kid.0], |row| row.get::<_, Option<i64>>(0)).optional()? else {
            return Ok(None);
        };
        let mut count = connection.prepare_cached("SELECT COUNT(*) FROM apart WHERE kid = ?1 AND withheld = 1")?;
        let withheld = count.query_row([kid.0], |row| row.get(0))?;
        Ok(Some(Self { last: last.unwrap_or(-1), withheld }))
    }

    /// Whether a record with this number belongs apart.
    pub(super) const fn covers(&self, seq: i64, rival: bool) -> bool {
        seq > self.last || rival
    }

    /// Whether no more may be withheld.
    pub(super) const fn is_full(&self) -> bool {
        self.withheld >= WITHHELD
    }

    /// Sets a new record apart.
    pub(super) fn withhold(&mut self, connection: &Connection, id: i64, kid: Kid) -> Result<(), LedgerError> {
        self.withheld = self.withheld.saturating_add(1);
        connection
            .prepare_cached("INSERT INTO apart (record, kid, withheld) VALUES (?1, ?2, 1)")?
            .execute(params![id, kid.0])?;
        Ok(())
    }
}
