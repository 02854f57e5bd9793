//! Messages to observers: written here, fetched by their phones.
//!
//! A phone that asks is told as well what is held of it, so that one which has nothing to send still notices what a restored
//! coordinator lost.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

use kuager_wire::VERSION;
use kuager_wire::cose::Purpose;
use kuager_wire::enrolment::Action;
use kuager_wire::ids::{Kid, MediaHash, ObserverId, RecordHash, SubjectHash};
use kuager_wire::message::{Ask, Message};
use kuager_wire::receipt::RefusalCode;
use kuager_wire::sync::{Holding, InboxAnswer};

use crate::app::App;
use crate::epochs::Freshness;
use crate::ledger::{Added, LedgerError, NewMessage};
use crate::refusals::code_of;
use crate::requests::{Response, parse, reason};
use crate::sign::SignError;

/// Why a message was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// An observer nobody knows.
    #[error("there is no such observer; `kuager invite --list` shows the observers of used invites")]
    UnknownObserver,
    /// The message cannot be signed; it is too long, or breaks another rule.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The message cannot be stored.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// What a message is to say.
#[derive(Clone, Copy)]
struct Content<'a> {
    text: &'a str,
    about: Option<RecordHash>,
    media: Option<MediaHash>,
    ask: Option<Ask>,
}

/// Signs a message to each of these observers and puts it into their inboxes.
///
/// # Errors
/// [`MessageError`]; [`MessageError::UnknownObserver`] when the list is empty.
pub async fn send_message(
    app: &App,
    observers: &[ObserverId],
    text: &str,
    about: Option<RecordHash>,
) -> Result<(), MessageError> {
    send(app, observers, Content { text, about, media: None, ask: None }).await.map(drop)
}

/// Asks an observer to photograph a page again; returns the number of the message.
///
/// # Errors
/// [`MessageError`].
pub async fn ask_retake(
    app: &App,
    observer: ObserverId,
    text: &str,
    about: RecordHash,
    media: MediaHash,
) -> Result<u64, MessageError> {
    send(app, &[observer], Content { text, about: Some(about), media: Some(media), ask: Some(Ask::Retake) }).await
}

/// Returns the number of the first message.
async fn send(app: &App, observers: &[ObserverId], content: Content<'_>) -> Result<u64, MessageError> {
    if observers.is_empty() {
        return Err(MessageError::UnknownObserver);
    }
    let Content { text, about, media, ask } = content;
    let text = kuager_wire::canonical::nfc(text);
    let sent_ms = app.clock.now_ms();
    loop {
        let first = app.ledger.next_number(sent_ms).await?;
        let mut messages = Vec::with_capacity(observers.len());
        for (number, &observer) in (first..).zip(observers) {
            let text = text.clone();
            let message = Message { version: VERSION, number, observer, sent_ms, text, about, media, ask };
            let bytes = app.signer.receipts.message(&message)?;
            messages.push(NewMessage { number, observer, sent_ms, bytes });
            // Thousands of signatures take a while.
            tokio::task::yield_now().await;
        }
        match app.ledger.add_messages(messages).await? {
            Added::Stored => return Ok(first),
            // Whoever was faster has these numbers.
            Added::NumbersTaken => {}
        }
    }
}

/// Answers an inbox request with the messages to the device's observer.
///
/// # Errors
/// [`CoordinatorError`](crate::CoordinatorError); a refusal is not an error.
pub async fn fetch(app: &App, body: Vec<u8>) -> Response<InboxAnswer> {
    let subject = SubjectHash::of(&body);
    let refuse = |kid, code, text: &str| Ok(Err(app.refusals.refuse(subject, kid, code, text)?));
    let (envelope, request) = match parse(&body, Action::Inbox) {
        Ok(parsed) => parsed,
        Err((code, reason)) => return refuse(None, code, &reason),
    };
    let kid = envelope.kid();
    let Some(device) = app.ledger.device(kid).await? else {
        return refuse(Some(kid), RefusalCode::UnknownDevice, reason(RefusalCode::UnknownDevice));
    };
    if let Err(error) = envelope.verify(Purpose::Request, app.deployment.id(), &device.public_key) {
        return refuse(Some(kid), code_of(&error), &error.to_string());
    }
    if device.revoked {
        return refuse(Some(kid), RefusalCode::RevokedDevice, reason(RefusalCode::RevokedDevice));
    }
    let new = match request.epoch {
        Some(epoch) => app.epochs.admit(epoch, kid, request.nonce) == Freshness::New,
        None => app.ledger.first_use(kid, request.nonce).await?,
    };
    if !new {
        return refuse(Some(kid), RefusalCode::Replayed, reason(RefusalCode::Replayed));
    }
    let after = request.after.unwrap_or(0);
    app.contacts.note(kid, app.clock.now_ms(), after);
    let mut answer = app.ledger.inbox(device.observer, after).await?;
    if request.epoch.is_some() {
        answer.holding = Some(holding(app, kid).await?);
    }
    Ok(Ok(answer))
}

/// What is held of a device.
async fn holding(app: &App, kid: Kid) -> Result<Holding, LedgerError> {
    let chain = app.ledger.chains(vec![kid]).await?.pop();
    Ok(Holding { chain, files: app.ledger.receipts_for(kid).await? })
}

#[cfg(test)]
mod tests;
