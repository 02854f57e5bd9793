//! Messages and inbox requests.

use async_trait::async_trait;
use kuager_wire::ids::{Kid, Nonce, ObserverId};
use kuager_wire::sync::InboxAnswer;
use rusqlite::{Connection, params};

use super::columns::{from_sql, to_sql};
use super::handle::SqliteLedger;
use crate::ledger::error::LedgerError;
use crate::ledger::messages::{Added, Messages, NewMessage};

/// Bytes of messages in one answer, well below the limit for answers.
const ANSWER_BYTES: usize = 256 * 1024;

#[async_trait]
impl Messages for SqliteLedger {
    async fn next_number(&self) -> Result<u64, LedgerError> {
        self.read(next_number).await
    }

    async fn add_messages(&self, messages: Vec<NewMessage>) -> Result<Added, LedgerError> {
        self.write(move |connection| {
            let mut insert = connection
                .prepare_cached("INSERT INTO messages (number, observer, bytes, sent_ms) VALUES (?1, ?2, ?3, ?4)")?;
            let next = next_number(connection)?;
            if (next..).zip(&messages).any(|(next, message)| message.number != next) {
                return Ok(Added::NumbersTaken);
            }
            for NewMessage { number, observer, sent_ms, bytes } in messages {
                insert.execute(params![to_sql(number), observer.0, bytes, to_sql(sent_ms)])?;
            }
            Ok(Added::Stored)
        })
        .await
    }

    async fn inbox(
        &self,
        kid: Kid,
        nonce: Nonce,
        observer: ObserverId,
        after: u64,
    ) -> Result<Option<InboxAnswer>, LedgerError> {
        self.write(move |connection| {
            let new = connection
                .prepare_cached("INSERT INTO request_nonces (kid, nonce) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
                .execute(params![kid.0, nonce.0])?;
            if new == 0 { Ok(None) } else { messages(connection, observer, after).map(Some) }
        })
        .await
    }
}

fn next_number(connection: &Connection) -> Result<u64, LedgerError> {
    let mut query = connection.prepare_cached("SELECT COALESCE(MAX(number), 0) + 1 FROM messages")?;
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
