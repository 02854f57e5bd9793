//! What programs show that read from the desk.

use async_trait::async_trait;
use rusqlite::{OptionalExtension, Row, params};

use super::columns::{fixed, from_sql, to_sql};
use super::handle::SqliteLedger;
use crate::ledger::error::LedgerError;
use crate::ledger::tokens::{AddedToken, NewToken, TOKENS, TokenId, TokenRow, TokenScopes, Tokens};

const COLUMNS: &str = "id, name, scopes, hash, created_ms, ends_ms, revoked_ms, used_ms";

#[async_trait]
impl Tokens for SqliteLedger {
    async fn add_token(&self, token: NewToken) -> Result<AddedToken, LedgerError> {
        self.write(move |connection| {
            let mut taken = connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM tokens WHERE name = ?1)")?;
            if taken.query_row([&token.name], |row| row.get(0))? {
                return Ok(AddedToken::NameTaken);
            }
            let mut count = connection.prepare_cached("SELECT COUNT(*) FROM tokens")?;
            if count.query_row([], |row| row.get::<_, u32>(0))? >= TOKENS {
                return Ok(AddedToken::Full);
            }
            connection
                .prepare_cached(
                    "INSERT INTO tokens (id, name, scopes, hash, created_ms, ends_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute(params![
                    token.id,
                    token.name,
                    token.scopes.bits(),
                    token.hash,
                    to_sql(token.created_ms),
                    to_sql(token.ends_ms)
                ])?;
            Ok(AddedToken::Added)
        })
        .await
    }

    async fn tokens(&self) -> Result<Vec<TokenRow>, LedgerError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM tokens ORDER BY name"))?;
            Ok(query.query_map([], token)?.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn token(&self, id: TokenId) -> Result<Option<TokenRow>, LedgerError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM tokens WHERE id = ?1"))?;
            Ok(query.query_row([id], token).optional()?)
        })
        .await
    }

    async fn revoke_token(&self, name: &str, now_ms: u64) -> Result<bool, LedgerError> {
        let name = name.to_owned();
        self.write(move |connection| {
            let revoked = connection
                .prepare_cached("UPDATE tokens SET revoked_ms = COALESCE(revoked_ms, ?2) WHERE name = ?1")?
                .execute(params![name, to_sql(now_ms)])?;
            Ok(revoked == 1)
        })
        .await
    }

    async fn note_token(&self, id: TokenId, now_ms: u64) -> Result<(), LedgerError> {
        self.write(move |connection| {
            connection
                .prepare_cached("UPDATE tokens SET used_ms = MAX(COALESCE(used_ms, 0), ?2) WHERE id = ?1")?
                .execute(params![id, to_sql(now_ms)])?;
            Ok(())
        })
        .await
    }
}

fn token(row: &Row<'_>) -> rusqlite::Result<TokenRow> {
    let moment = |column| row.get::<_, Option<i64>>(column).map(|moment| moment.map(from_sql));
    Ok(TokenRow {
        token: NewToken {
            id: fixed(row, 0)?,
            name: row.get(1)?,
            scopes: TokenScopes::from_bits(row.get(2)?),
            hash: fixed(row, 3)?,
            created_ms: from_sql(row.get(4)?),
            ends_ms: from_sql(row.get(5)?),
        },
        revoked_ms: moment(6)?,
        used_ms: moment(7)?,
    })
}
