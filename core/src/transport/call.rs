//! A call, its response, and whoever carries them.

use std::future::Future;
use std::io;
use std::pin::Pin;

use bytes::Bytes;
use futures_util::Stream;
use kuager_wire::ids::Epoch;

use crate::queue::FailureClass;

/// The HTTP methods that are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Fetch.
    Get,
    /// Ask without a body in the response.
    Head,
    /// Send.
    Post,
}

/// A call to the coordinator. Every call may be repeated without harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// HTTP method.
    pub method: Method,
    /// Path below a server address, such as `/v1/records`.
    pub path: String,
    /// Body of a POST.
    pub body: Option<Vec<u8>>,
    /// Media type of the body; empty for none.
    pub content_type: &'static str,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
    /// `Content-Encoding` of the body.
    pub content_encoding: Option<&'static str>,
    /// Entity tag of what is here already; the response may then be 304 without a body.
    pub if_none_match: Option<String>,
    /// Bytes of a response at most.
    pub limit: usize,
}

impl Call {
    /// Fetches something of at most so many bytes.
    #[must_use]
    pub fn get(path: &str, limit: usize) -> Self {
        Self {
            method: Method::Get,
            path: path.to_owned(),
            body: None,
            content_type: "",
            headers: Vec::new(),
            content_encoding: None,
            if_none_match: None,
            limit,
        }
    }

    /// Sends something; the response has at most so many bytes.
    #[must_use]
    pub fn post(path: &str, body: Vec<u8>, content_type: &'static str, limit: usize) -> Self {
        Self { method: Method::Post, body: Some(body), content_type, ..Self::get(path, limit) }
    }
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Media type, without parameters.
    pub content_type: String,
    /// `Retry-After` in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// `Date` in milliseconds since 1970: what time the server says it is. Nothing signed, so only for people.
    pub date_ms: Option<u64>,
    /// `Upload-Offset` (tus 1.0).
    pub upload_offset: Option<u64>,
    /// `Location`.
    pub location: Option<String>,
    /// The pass that came with the answer to a signed request.
    pub pass: Option<String>,
    /// The epoch that the coordinator says it is in.
    pub epoch: Option<Epoch>,
    /// Whether the coordinator says that it takes attestations.
    pub takes_attestations: bool,
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

/// The bytes of a file, piece by piece.
pub type ByteStream = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// The rest of a file, sent in one PATCH (tus 1.0).
pub struct Patch {
    /// Path of the upload below a server address.
    pub path: String,
    /// Where the bytes start.
    pub offset: u64,
    /// How many there are.
    pub length: u64,
    /// The bytes.
    pub bytes: ByteStream,
}

/// A future that an object-safe trait can return.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Carries calls. Dropping a returned future abandons the call; the coordinator may have received it all the same.
pub trait Transport: Send + Sync {
    /// Makes a call.
    fn call(&self, call: Call) -> BoxFuture<'_, Result<Response, TransportError>>;

    /// Shows this pass from now on.
    fn use_pass(&self, pass: &str);

    /// Sends the rest of a file. Whatever arrived before the connection broke counts.
    fn patch(&self, patch: Patch) -> BoxFuture<'_, Result<Response, TransportError>>;
}
