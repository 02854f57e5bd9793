//! Messages and inbox requests.

use std::iter;

use async_trait::async_trait;
use kuager_wire::ids::{Kid, Nonce, ObserverId};
use kuager_wire::sync::InboxAnswer;
use rusqlite::{Connection, params};

use super::columns::{from_sql, to_sql};
use super::handle::SqliteLedger;
use crate::ledger::error::LedgerError;
use crate::ledger::messages::{Added, Messages, NONCES, NewMessage};

/// Bytes of messages in one answer, well below the limit for answers.
const ANSWER_BYTES: usize = 256 * 1024;

#[async_trait]
impl Messages for SqliteLedger {
    async fn next_number(&self, now_ms: u64) -> Result<u64, LedgerError> {
        self.read(move |connection| Ok(newest(connection)?.saturating_add(1).max(now_ms))).await
    }

    async fn add_messages(&self, messages: Vec<NewMessage>) -> Result<Added, LedgerError> {
        self.write(move |connection| {
            let mut insert = connection
                .prepare_cached("INSERT INTO messages (number, observer, bytes, sent_ms) VALUES (?1, ?2, ?3, ?4)")?;
            let before = iter::once(newest(connection)?).chain(messages.iter().map(|message| message.number));
            if before.zip(&messages).any(|(before, message)| message.number <= before) {
                return Ok(Added::NumbersTaken);
            }
            for NewMessage { number, observer, sent_ms, bytes } in messages {
                insert.execute(params![to_sql(number), observer.0, bytes, to_sql(sent_ms)])?;
            }
            Ok(Added::Stored)
        })
        .await
    }

    async fn inbox(&self, observer: ObserverId, after: u64) -> Result<InboxAnswer, LedgerError> {
        self.read(move |connection| messages(connection, observer, after)).await
    }

    async fn messages_behind(&self, observer: ObserverId, after: u64) -> Result<(u64, Option<u64>), LedgerError> {
        self.read(move |connection| {
            let mut query = connection
                .prepare_cached("SELECT COUNT(*), MIN(sent_ms) FROM messages WHERE observer = ?1 AND number > ?2")?;
            Ok(query.query_row(params![observer.0, to_sql(after)], |row| {
                Ok((from_sql(row.get(0)?), row.get::<_, Option<i64>>(1)?.map(from_sql)))
            })?)
        })
        .await
    }

    async fn first_use(&self, kid: Kid, nonce: Nonce) -> Result<bool, LedgerError> {
        self.write(move |connection| {
            let new = connection
                .prepare_cached("INSERT INTO request_nonces (kid, nonce) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
                .execute(params![kid.0, nonce.0])?;
            if new == 0 {
                return Ok(false);
            }
            connection
                .prepare_cached(
                    "DELETE FROM request_nonces WHERE kid = ?1 AND id <= \
                     (SELECT id FROM request_nonces WHERE kid = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
                )?
                .execute(params![kid.0, NONCES])?;
            Ok(true)
        })
        .await
    }
}

fn newest(connection: &Connection) -> Result<u64, LedgerError> {
    let mut query = connection.prepare_cached("SELECT COALESCE(MAX(number), 0) FROM messages")?;
    Ok(from_sql(query.query_row([], |row| row.get(0))?))
}

fn messages(connection: &Connection, observer: ObserverId, after: u64) -> Result<InboxAnswer, LedgerError> {
    let mut query =
        connection.prepare_cached("SELECT bytes FROM messages WHERE observer = ?1 AND number > ?2 ORDER BY number")?;
    let mut rows = query.query(params![observer.0, to_sql(after)])?;
    let mut answer = InboxAnswer::default();
    let mut size = 0;
    while let Some(row) = rows.next()? {
        let bytes: Vec<u8> = row.get(0)?;
        size += bytes.len();
        if size > ANSWER_BYTES {
            answer.more = true;
            break;
        }
        answer.messages.push(bytes.into());
    }
    Ok(answer)
}
