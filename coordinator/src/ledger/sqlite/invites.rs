//! Invites.

use async_trait::async_trait;
use kuager_wire::ids::{Kid, ObserverId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{fixed, from_sql, role, role_number, to_sql};
use super::handle::SqliteLedger;
use crate::ledger::error::LedgerError;
use crate::ledger::invites::{InviteRow, Invites, NewInvite};

#[async_trait]
impl Invites for SqliteLedger {
    async fn add_invites(&self, invites: Vec<NewInvite>) -> Result<(), LedgerError> {
        self.write(move |connection| invites.iter().try_for_each(|invite| insert(connection, invite))).await
    }

    async fn invites(&self) -> Result<Vec<InviteRow>, LedgerError> {
        self.read(|connection| {
            let mut query =
                connection.prepare_cached(&format!("SELECT {COLUMNS} FROM invites ORDER BY created_ms, rowid"))?;
            let rows = query.query_map([], invite)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn revoke_invite(&self, token_hash: [u8; 32], now_ms: u64) -> Result<(), LedgerError> {
        self.write(move |connection| {
            connection
                .prepare_cached("UPDATE invites SET revoked_ms = COALESCE(revoked_ms, ?2) WHERE token_hash = ?1")?
                .execute(params![token_hash, to_sql(now_ms)])?;
            Ok(())
        })
        .await
    }
}

pub(super) fn insert(connection: &Connection, invite: &NewInvite) -> Result<(), LedgerError> {
    let stations = serde_json::to_string(&invite.stations).map_err(|error| LedgerError::Failed(error.to_string()))?;
    connection
        .prepare_cached(
            "INSERT INTO invites (token_hash, created_ms, expires_ms, role, stations, observer) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            invite.token_hash,
            to_sql(invite.created_ms),
            to_sql(invite.expires_ms),
            role_number(invite.role),
            stations,
            invite.observer.0
        ])?;
    Ok(())
}

pub(super) fn find(connection: &Connection, token_hash: [u8; 32]) -> Result<Option<InviteRow>, LedgerError> {
    let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM invites WHERE token_hash = ?1"))?;
    Ok(query.query_row([token_hash], invite).optional()?)
}

const COLUMNS: &str = "token_hash, created_ms, expires_ms, role, stations, observer, used_by, revoked_ms";

fn invite(row: &Row<'_>) -> rusqlite::Result<InviteRow> {
    let stations: String = row.get(4)?;
    let used_by: Option<[u8; 16]> = row.get(6)?;
    Ok(InviteRow {
        invite: NewInvite {
            token_hash: fixed(row, 0)?,
            created_ms: from_sql(row.get(1)?),
            expires_ms: from_sql(row.get(2)?),
            role: role(row.get(3)?),
            stations: serde_json::from_str(&stations).map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(4, rusqlite::types::Type::Text, Box::new(error))
            })?,
            observer: ObserverId(fixed(row, 5)?),
        },
        used_by: used_by.map(Kid),
        revoked_ms: row.get::<_, Option<i64>>(7)?.map(from_sql),
    })
}
