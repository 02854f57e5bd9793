//! How bytes reach the coordinator. The outbox knows calls and answers; what carries them is behind [`Transport`].

mod call;
#[cfg(test)]
pub(crate) mod fake;
pub mod http;
pub mod tus;

pub use self::call::{Answer, BoxFuture, ByteStream, Call, Method, Patch, Transport, TransportError};
