//! Messages from the coordinator.

use kuager_core::observer::InboxMessage;
use kuager_core::wire::message::Ask;

use super::numbers::signed;

/// What a message asks for, so that the app can offer it as one tap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum MessageAsk {
    /// Photograph this page again.
    Retake,
}

/// A message from the coordinator, verified.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct MessageInfo {
    /// Its number.
    pub number: i64,
    /// When it was written, by the coordinator's clock.
    pub sent_ms: i64,
    /// What it says.
    pub text: String,
    /// The record it is about.
    pub about: Option<String>,
    /// The file it is about.
    pub media: Option<String>,
    /// What it asks for.
    pub ask: Option<MessageAsk>,
    /// Whether it has been marked as read.
    pub read: bool,
}

pub(crate) fn message_info(arrived: InboxMessage) -> MessageInfo {
    let message = arrived.message;
    MessageInfo {
        number: signed(message.number),
        sent_ms: signed(message.sent_ms),
        text: message.text,
        about: message.about.map(|hash| hash.to_string()),
        media: message.media.map(|hash| hash.to_string()),
        ask: message.ask.map(|ask| match ask {
            Ask::Retake => MessageAsk::Retake,
        }),
        read: arrived.read,
    }
}
