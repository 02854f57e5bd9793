//! Telling everybody everything, in order, for as long as it takes.
//!
//! Each webhook has a task of its own, so that one that does not answer keeps nobody else waiting. What fails is tried again after twice
//! as long as before, up to an hour, for ever; an administrator who stops it, or an answer 410, ends it.

use std::collections::HashMap;
use std::time::Duration;

use kuager_analysis::book::Book;
use kuager_coordinator::ledger::{Arrival, LedgerError, Told, WebhookId, WebhookRow, WebhookStep};
use kuager_tables::moment;
use tokio::task::JoinHandle;

use super::events::{Event, data};
use super::message::Message;
use super::send::{Line, Outcome};
use crate::state::Desk;

/// How often it is looked whether there is something to tell, and whether webhooks were added or stopped.
const LOOK: Duration = Duration::from_secs(1);
/// Arrivals looked at together.
const ARRIVALS: usize = 64;
/// The first wait after a failure, and the longest.
const FIRST_MS: u64 = 5_000;
const LONGEST_MS: u64 = 60 * 60 * 1000;

/// Tells all webhooks until the program ends.
pub(crate) async fn run(desk: Desk) {
    let mut telling: HashMap<WebhookId, JoinHandle<()>> = HashMap::new();
    let mut tick = tokio::time::interval(LOOK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        telling.retain(|_, task| !task.is_finished());
        let rows = match desk.app.ledger.webhooks().await {
            Ok(rows) => rows,
            Err(LedgerError::Closed) => return,
            Err(error) => {
                tracing::warn!(%error, "webhooks cannot be read; they are told later");
                continue;
            }
        };
        for row in rows.into_iter().filter(|row| row.stopped_ms.is_none()) {
            let due = row.next_ms <= desk.app.clock.now_ms();
            if due && !telling.contains_key(&row.webhook.id) {
                let desk = desk.clone();
                telling.insert(row.webhook.id, tokio::spawn(async move { one(&desk, row).await }));
            }
        }
    }
}

/// Tells one webhook what it was not told yet, until nothing is left or it does not take something.
async fn one(desk: &Desk, row: WebhookRow) {
    if let Err(error) = tell(desk, row).await {
        tracing::warn!(%error, "what a webhook was told cannot be written down; it is told again");
    }
}

async fn tell(desk: &Desk, row: WebhookRow) -> Result<(), LedgerError> {
    let id = row.webhook.id;
    let ledger = &desk.app.ledger;
    let events: Vec<Event> =
        Event::ALL.iter().copied().filter(|event| row.webhook.events.iter().any(|name| name == event.name())).collect();
    let mut told = row.told;
    let mut line: Option<Line> = None;
    loop {
        let newest = desk.look(Book::newest);
        let arrivals = ledger.arrivals_after(told.arrival, ARRIVALS).await?;
        let counted: Vec<&Arrival> = arrivals.iter().filter(|arrival| arrival.id <= newest).collect();
        if counted.is_empty() {
            return Ok(());
        }
        for arrival in counted {
            for event in &events {
                if told.events & event.bit() != 0 {
                    continue;
                }
                let published = desk.published();
                let Some(data) = desk.look(|book| data(*event, arrival, book, &published)) else { continue };
                let at = moment(arrival.received_ms, published.latest.pack.utc_offset.unwrap_or(0));
                let message = Message::new(id, *event, arrival.id, &at, &data);
                if line.is_none() {
                    match Line::new(&row.webhook) {
                        Ok(made) => line = Some(made),
                        Err(said) => return failed(desk, &row, said, None).await,
                    }
                }
                let Some(line) = &line else { return Ok(()) };
                let secret = desk.app.signer.people.webhook(&id);
                match line.send(&message, &secret, desk.app.clock.now_ms()).await {
                    Outcome::Taken => {
                        told.events |= event.bit();
                        let step = WebhookStep::Told(told, Some(desk.app.clock.now_ms()));
                        // Somebody has stopped it meanwhile.
                        if !ledger.step_webhook(id, step).await? {
                            return Ok(());
                        }
                    }
                    Outcome::Gone => {
                        tracing::warn!("a webhook says that it is gone (410), and is told nothing more");
                        ledger.step_webhook(id, WebhookStep::Stopped(desk.app.clock.now_ms())).await?;
                        return Ok(());
                    }
                    Outcome::Failed(said, wait) => {
                        // Failures in a row are counted from the last message that was taken.
                        let fresh = ledger.webhooks().await?.into_iter().find(|fresh| fresh.webhook.id == id);
                        return failed(desk, &fresh.unwrap_or(row), said, wait).await;
                    }
                }
            }
            told = Told { arrival: arrival.id, events: 0 };
        }
        if !ledger.step_webhook(id, WebhookStep::Told(told, None)).await? {
            return Ok(());
        }
    }
}

async fn failed(desk: &Desk, row: &WebhookRow, said: String, wait: Option<Duration>) -> Result<(), LedgerError> {
    let failures = row.failures.saturating_add(1);
    let asked = wait.map_or(0, |wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
    let next_ms = desk.app.clock.now_ms().saturating_add(pause_ms(failures).max(asked).min(LONGEST_MS));
    if failures == 1 {
        tracing::warn!(trouble = said, "a webhook does not take a message; it is tried again");
    }
    desk.app.ledger.step_webhook(row.webhook.id, WebhookStep::Failed(failures, next_ms, said)).await.map(drop)
}

/// How long to wait after so many failures in a row.
fn pause_ms(failures: u32) -> u64 {
    let doubled = 1_u64.checked_shl(failures.saturating_sub(1)).unwrap_or(u64::MAX);
    FIRST_MS.saturating_mul(doubled).min(LONGEST_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_an_hour() {
        let waits: Vec<u64> = (1..=12).map(|failures| pause_ms(failures) / 1000).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]);
        assert_eq!(pause_ms(u32::MAX), LONGEST_MS);
    }
}
