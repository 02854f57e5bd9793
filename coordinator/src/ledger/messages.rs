//! Messages to observers, and the inbox requests that fetch them.

use kuager_wire::ids::{Kid, Nonce, ObserverId};
use kuager_wire::sync::InboxAnswer;
use rusqlite::{Connection, params};

use super::{Ledger, LedgerError, to_sql};

/// Bytes of messages in one answer, well below the limit for answers.
const ANSWER_BYTES: usize = 256 * 1024;

/// A message to be numbered, signed and stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewMessage {
    /// To whom.
    pub observer: ObserverId,
    /// When it was written.
    pub sent_ms: u64,
}

impl Ledger {
    /// Gives each message the next number, has it signed under that number and stores them all, or none.
    ///
    /// # Errors
    /// [`LedgerError`], also when `sign` fails.
    pub fn add_messages(
        &self,
        messages: Vec<NewMessage>,
        sign: impl Fn(u64, &NewMessage) -> Result<Vec<u8>, LedgerError> + Send + 'static,
    ) -> Result<(), LedgerError> {
        self.write_blocking(move |connection| {
            let mut query = connection.prepare_cached("SELECT COALESCE(MAX(number), 0) FROM messages")?;
            let newest: i64 = query.query_row([], |row| row.get(0))?;
            for (number, message) in (newest + 1..).zip(&messages) {
                let bytes = sign(super::from_sql(number), message)?;
                connection
                    .prepare_cached("INSERT INTO messages (number, observer, bytes, sent_ms) VALUES (?1, ?2, ?3, ?4)")?
                    .execute(params![number, message.observer.0, bytes, to_sql(message.sent_ms)])?;
            }
            Ok(())
        })
    }

    /// The messages to an observer behind a number; `None` when this nonce has been used before. The nonce is remembered
    /// durably before anything is answered.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn inbox(
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
