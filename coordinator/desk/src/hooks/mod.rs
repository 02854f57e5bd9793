//! Webhooks: other servers that are told by themselves what has arrived.
//!
//! - `events`: what there is to say about an arrival;
//! - `address`: where a message may go;
//! - `message`: a message as it is signed, by Standard Webhooks;
//! - `send`: one attempt to deliver it;
//! - `tell`: all of them in order, for ever.
//!
//! Everything is told at least once, in the order of arrival, and never twice at the same time; whoever takes it tells messages apart by
//! their ids. What was told lies in the ledger, so a restart goes on where it was. Messages say what something is found by, and nothing
//! of what was answered.

mod address;
mod events;
mod message;
mod send;
mod tell;

pub use self::address::{BadAddress, check};
pub use self::events::Event;
pub use self::message::secret_text;
pub(crate) use self::tell::run;
