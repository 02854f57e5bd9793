//! Whom the desk tells by itself.

use async_trait::async_trait;
use rusqlite::{Row, params};

use super::columns::{fixed, from_sql, to_sql};
use super::handle::SqliteLedger;
use crate::ledger::error::LedgerError;
use crate::ledger::webhooks::{NewWebhook, TROUBLE, Told, WEBHOOKS, WebhookId, WebhookRow, WebhookStep, Webhooks};

#[async_trait]
impl Webhooks for SqliteLedger {
    async fn add_webhook(&self, webhook: NewWebhook) -> Result<bool, LedgerError> {
        self.write(move |connection| {
            let mut count = connection.prepare_cached("SELECT COUNT(*) FROM webhooks WHERE stopped_ms IS NULL")?;
            if count.query_row([], |row| row.get::<_, u32>(0))? >= WEBHOOKS {
                return Ok(false);
            }
            let NewWebhook { id, url, events, authorities, inside, created_ms, arrival } = webhook;
            connection
                .prepare_cached(
                    "INSERT INTO webhooks (id, url, events, authorities, inside, created_ms, arrival) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?
                .execute(params![id, url, events.join(" "), authorities, inside, to_sql(created_ms), arrival])?;
            Ok(true)
        })
        .await
    }

    async fn webhooks(&self) -> Result<Vec<WebhookRow>, LedgerError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached(
                "SELECT id, url, events, authorities, inside, created_ms, arrival, told, told_ms, failures, next_ms, trouble, \
                 stopped_ms FROM webhooks ORDER BY created_ms, id",
            )?;
            Ok(query.query_map([], webhook)?.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn step_webhook(&self, id: WebhookId, step: WebhookStep) -> Result<bool, LedgerError> {
        self.write(move |connection| {
            let changed = match step {
                // Nobody is taken back to where they were.
                WebhookStep::Told(Told { arrival, events }, None) => connection
                    .prepare_cached(
                        "UPDATE webhooks SET arrival = ?2, told = ?3 \
                         WHERE id = ?1 AND stopped_ms IS NULL AND (arrival, told) <= (?2, ?3)",
                    )?
                    .execute(params![id, arrival, events])?,
                WebhookStep::Told(Told { arrival, events }, Some(at_ms)) => connection
                    .prepare_cached(
                        "UPDATE webhooks SET arrival = ?2, told = ?3, told_ms = ?4, failures = 0, next_ms = 0, trouble = NULL \
                         WHERE id = ?1 AND stopped_ms IS NULL AND (arrival, told) <= (?2, ?3)",
                    )?
                    .execute(params![id, arrival, events, to_sql(at_ms)])?,
                WebhookStep::Failed(failures, next_ms, trouble) => connection
                    .prepare_cached(
                        "UPDATE webhooks SET failures = ?2, next_ms = ?3, trouble = ?4 WHERE id = ?1 AND stopped_ms IS NULL",
                    )?
                    .execute(params![
                        id,
                        failures,
                        to_sql(next_ms),
                        trouble.chars().take(TROUBLE).collect::<String>()
                    ])?,
                WebhookStep::Stopped(now_ms) => connection
                    .prepare_cached("UPDATE webhooks SET stopped_ms = ?2 WHERE id = ?1 AND stopped_ms IS NULL")?
                    .execute(params![id, to_sql(now_ms)])?,
            };
            Ok(changed == 1)
        })
        .await
    }
}

fn webhook(row: &Row<'_>) -> rusqlite::Result<WebhookRow> {
    let moment = |column| row.get::<_, Option<i64>>(column).map(|moment| moment.map(from_sql));
    let events: String = row.get(2)?;
    let arrival = row.get(6)?;
    Ok(WebhookRow {
        webhook: NewWebhook {
            id: fixed(row, 0)?,
            url: row.get(1)?,
            events: events.split_whitespace().map(str::to_owned).collect(),
            authorities: row.get(3)?,
            inside: row.get(4)?,
            created_ms: from_sql(row.get(5)?),
            arrival,
        },
        told: Told { arrival, events: row.get(7)? },
        told_ms: moment(8)?,
        failures: row.get(9)?,
        next_ms: from_sql(row.get(10)?),
        trouble: row.get(11)?,
        stopped_ms: moment(12)?,
    })
}
