//! Whom the desk tells by itself what has arrived, and how far each of them was told.
//!
//! A place is moved on only after it was told, so everybody is told everything at least once, in order. Of an arrival several things may be
//! told; which of them were is kept, too.

use async_trait::async_trait;

use super::error::LedgerError;

/// Webhooks there may be.
pub const WEBHOOKS: u32 = 20;
/// Characters that are kept of what went wrong.
pub const TROUBLE: usize = 200;

/// What a webhook is found by.
pub type WebhookId = [u8; 16];

/// A new webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWebhook {
    /// What it is found by.
    pub id: WebhookId,
    /// Where it is told.
    pub url: String,
    /// Of what, by stable names.
    pub events: Vec<String>,
    /// The only authorities that its certificate is believed from, as PEM; those of the system without any.
    pub authorities: Option<Vec<u8>>,
    /// Whether it may be in a network that only some reach: private, of this machine's neighbours.
    pub inside: bool,
    /// When it was added, milliseconds since 1970.
    pub created_ms: u64,
    /// The arrival behind which it begins.
    pub arrival: i64,
}

/// How far a webhook was told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// Every arrival up to this one, whole.
    pub arrival: i64,
    /// What was said of the next one already, as a set of bits.
    pub events: u32,
}

/// A webhook as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRow {
    /// As it was added.
    pub webhook: NewWebhook,
    /// How far it was told.
    pub told: Told,
    /// When it last took something, milliseconds since 1970.
    pub told_ms: Option<u64>,
    /// How often in a row it did not.
    pub failures: u32,
    /// Before when it is not tried again, milliseconds since 1970.
    pub next_ms: u64,
    /// What went wrong last.
    pub trouble: Option<String>,
    /// Since when it is told nothing more.
    pub stopped_ms: Option<u64>,
}

/// What is written down of a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookStep {
    /// It was told up to here, and took something at this moment, if at any.
    Told(Told, Option<u64>),
    /// It did not take something: how often in a row, when it is tried again, and what was wrong.
    Failed(u32, u64, String),
    /// It is told nothing more, since this moment.
    Stopped(u64),
}

/// Whom the desk tells.
#[async_trait]
pub trait Webhooks {
    /// Stores a new one; `false` when there are [`WEBHOOKS`] that are told something.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn add_webhook(&self, webhook: NewWebhook) -> Result<bool, LedgerError>;

    /// All of them, the oldest first, also those that are told nothing more.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn webhooks(&self) -> Result<Vec<WebhookRow>, LedgerError>;

    /// Writes down what became of telling it something; `false` when there is none that is told anything.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn step_webhook(&self, id: WebhookId, step: WebhookStep) -> Result<bool, LedgerError>;
}
