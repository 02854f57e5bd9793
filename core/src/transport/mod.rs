//! How bytes reach the coordinator. The outbox knows calls and answers; what carries them is behind [`Transport`].

#[cfg(test)]
pub(crate) mod fake;
pub mod http;

use std::future::Future;
use std::pin::Pin;

use crate::outbox::machine::FailureClass;

/// A call to the coordinator. Every call may be repeated without harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Path below a server address, such as `/v1/records`.
    pub path: String,
    /// Body of a POST; `None` for a GET.
    pub body: Option<Vec<u8>>,
    /// Media type of the body.
    pub content_type: &'static str,
    /// `Content-Encoding` of the body.
    pub content_encoding: Option<&'static str>,
    /// Entity tag of what is held already; the answer may then be 304 without a body.
    pub if_none_match: Option<String>,
    /// Bytes of an answer at most.
    pub limit: usize,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Media type, without parameters.
    pub content_type: String,
    /// `Retry-After` in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// Body.
    pub body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", .class.name())]
pub struct TransportError {
    /// The kind of failure.
    pub class: FailureClass,
    /// For the log; holds no address and nothing personal.
    pub detail: String,
}

/// A future that an object-safe trait can return.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Carries calls. Dropping a returned future abandons the call; the coordinator may have received it all the same.
pub trait Transport: Send + Sync {
    /// Makes a call.
    fn call(&self, call: Call) -> BoxFuture<'_, Result<Answer, TransportError>>;
}
