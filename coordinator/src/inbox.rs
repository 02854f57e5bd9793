//! Messages to observers: written here, fetched by their phones.

use kuager_wire::VERSION;
use kuager_wire::cose::Purpose;
use kuager_wire::enrolment::Action;
use kuager_wire::ids::{Kid, MediaHash, ObserverId, RecordHash, SubjectHash};
use kuager_wire::message::{Ask, Message};
use kuager_wire::receipt::RefusalCode;
use kuager_wire::sync::InboxAnswer;

use crate::app::App;
use crate::error::CoordinatorError;
use crate::ledger::{Device, LedgerError, NewMessage};
use crate::refusals::code_of;
use crate::requests::{Answer, parse, reason};

/// Why a message was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// An observer nobody knows.
    #[error("there is no such observer; `kuager invite --list` shows the observers of used invites")]
    UnknownObserver,
    /// The message cannot be stored or signed.
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

/// Signs a message to each of these observers and puts it into their inboxes. Waits for the disk, so call it from a
/// blocking thread when many other tasks share this one.
///
/// # Errors
/// [`MessageError::UnknownObserver`] when the list is empty, [`MessageError::Ledger`].
pub fn send_message(
    app: &App,
    observers: &[ObserverId],
    text: &str,
    about: Option<RecordHash>,
) -> Result<(), MessageError> {
    send(app, observers, Content { text, about, media: None, ask: None })
}

/// Asks an observer to photograph a page again. Waits for the disk.
///
/// # Errors
/// [`MessageError::Ledger`].
pub fn ask_retake(
    app: &App,
    observer: ObserverId,
    text: &str,
    about: RecordHash,
    media: MediaHash,
) -> Result<(), MessageError> {
    send(app, &[observer], Content { text, about: Some(about), media: Some(media), ask: Some(Ask::Retake) })
}

fn send(app: &App, observers: &[ObserverId], content: Content<'_>) -> Result<(), MessageError> {
    if observers.is_empty() {
        return Err(MessageError::UnknownObserver);
    }
    let Content { text, about, media, ask } = content;
    let text = kuager_wire::canonical::nfc(text);
    let signer = app.signer.clone();
    let sign = move |number, to: &NewMessage| {
        let message = Message {
            version: VERSION,
            number,
            observer: to.observer,
            sent_ms: to.sent_ms,
            text: text.clone(),
            about,
            media,
            ask,
        };
        signer.receipts.message(&message).map_err(|error| LedgerError::Signing(error.to_string()))
    };
    let sent_ms = app.clock.now_ms();
    let messages = observers.iter().map(|observer| NewMessage { observer: *observer, sent_ms }).collect();
    Ok(app.ledger.add_messages(messages, sign)?)
}

/// Answers an inbox request with the messages to the device's observer.
///
/// # Errors
/// [`CoordinatorError`]; a refusal is not an error.
pub async fn fetch(app: &App, body: Vec<u8>) -> Answer<InboxAnswer> {
    let subject = SubjectHash::of(&body);
    let refuse = |kid, code, text: &str| Ok(Err(app.refusals.refuse(subject, kid, code, text)?));
    let (envelope, request) = match parse(&body, Action::Inbox) {
        Ok(parsed) => parsed,
        Err((code, reason)) => return refuse(None, code, &reason),
    };
    let kid = envelope.kid();
    let Some(device) = device(app, kid).await? else {
        return refuse(Some(kid), RefusalCode::UnknownDevice, reason(RefusalCode::UnknownDevice));
    };
    if let Err(error) = envelope.verify(Purpose::Request, app.deployment.id(), &device.public_key) {
        return refuse(Some(kid), code_of(&error), &error.to_string());
    }
    if device.revoked {
        return refuse(Some(kid), RefusalCode::RevokedDevice, reason(RefusalCode::RevokedDevice));
    }
    let after = request.after.unwrap_or(0);
    match app.ledger.inbox(kid, request.nonce, device.observer, after).await? {
        Some(answer) => Ok(Ok(answer)),
        None => refuse(Some(kid), RefusalCode::Replayed, reason(RefusalCode::Replayed)),
    }
}

async fn device(app: &App, kid: Kid) -> Result<Option<Device>, CoordinatorError> {
    let ledger = app.ledger.clone();
    let read = tokio::task::spawn_blocking(move || ledger.device(kid)).await;
    Ok(read.map_err(|_| CoordinatorError::Worker)??)
}
