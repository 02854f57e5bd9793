//! How bytes reach the coordinator. The outbox knows calls and responses; what carries them is behind [`Transport`].
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

mod call;
mod certificates;
mod date;
#[cfg(test)]
pub(crate) mod fake;
pub mod http;
pub mod names;
mod setup;
pub mod tus;

pub use self::call::{BoxFuture, ByteStream, Call, Method, Patch, Response, Transport, TransportError};
