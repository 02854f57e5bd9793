//! A message as it is signed: Standard Webhooks, symmetric (`v1`). What is signed is the id, the moment of the attempt and the body with
//! full stops between.

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use kuager_coordinator::ledger::WebhookId;
use serde_json::{Value, json};
use sha2::Sha256;

use super::events::Event;

/// What secrets begin with.
const SECRET: &str = "whsec_";

/// A secret as it is given to whoever checks signatures.
#[must_use]
pub fn secret_text(secret: &[u8; 32]) -> String {
    format!("{SECRET}{}", BASE64.encode(secret))
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    /// The same at every attempt.
    pub(super) id: String,
    pub(super) body: String,
}

impl Message {
    /// Of an event at an arrival.
    pub(super) fn new(webhook: WebhookId, event: Event, arrival: i64, at: &str, data: &Value) -> Self {
        let [a, b, c, d, ..] = webhook;
        let of = u32::from_be_bytes([a, b, c, d]);
        let id = format!("msg_{of:08x}_{arrival}_{}", event.bit());
        let body = json!({ "type": event.name(), "timestamp": at, "data": data }).to_string();
        Self { id, body }
    }

    /// The signature of an attempt at this moment, seconds since 1970.
    pub(super) fn signature(&self, secret: &[u8; 32], at_s: u64) -> String {
        let mut code = <Hmac<Sha256> as KeyInit>::new_from_slice(secret).expect("HMAC takes keys of any length");
        code.update(format!("{}.{at_s}.", self.id).as_bytes());
        code.update(self.body.as_bytes());
        format!("v1,{}", BASE64.encode(&code.finalize().into_bytes()))
    }
}
