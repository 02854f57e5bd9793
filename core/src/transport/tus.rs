//! The calls of tus 1.0 (resumable upload) that a client needs: where does it stand, make it, send the rest.
//!
//! Nothing here is particular to our coordinator: the tests send files to other people's servers through it.

use kuager_wire::limits;

use super::call::{ByteStream, Call, Method, Patch, Response, Transport, TransportError};

/// What a server says about an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It holds so many bytes durably.
    Holds(u64),
    /// It knows nothing of it, or not any more.
    Gone,
    /// Something else; the response says what.
    Other(Response),
}

fn headers() -> Vec<(&'static str, String)> {
    vec![("Tus-Resumable", "1.0.0".to_owned())]
}

fn call(method: Method, path: &str) -> Call {
    Call { method, headers: headers(), ..Call::get(path, limits::RECEIPT * 4) }
}

/// Asks how much of an upload a server holds (HEAD).
///
/// # Errors
/// [`TransportError`].
pub async fn standing(transport: &dyn Transport, path: &str) -> Result<Standing, TransportError> {
    let response = transport.call(call(Method::Head, path)).await?;
    Ok(match (response.status, response.upload_offset) {
        (200 | 204, Some(offset)) => Standing::Holds(offset),
        (404 | 410, _) => Standing::Gone,
        _ => Standing::Other(response),
    })
}

/// Makes an upload (POST, extension "creation"). The response is 201 with its address in [`Response::location`].
///
/// # Errors
/// [`TransportError`].
pub async fn create(
    transport: &dyn Transport,
    path: &str,
    size: u64,
    metadata: &[(&str, &[u8])],
) -> Result<Response, TransportError> {
    let metadata: Vec<String> =
        metadata.iter().map(|(key, value)| format!("{key} {}", data_encoding::BASE64.encode(value))).collect();
    let mut create = Call { body: Some(Vec::new()), ..call(Method::Post, path) };
    create.headers.push(("Upload-Length", size.to_string()));
    create.headers.push(("Upload-Metadata", metadata.join(",")));
    transport.call(create).await
}

/// Sends the rest of a file (PATCH) from `offset` on.
///
/// # Errors
/// [`TransportError`]; whatever arrived before counts, [`standing`] tells how much.
pub async fn send(
    transport: &dyn Transport,
    path: &str,
    offset: u64,
    size: u64,
    bytes: ByteStream,
) -> Result<Response, TransportError> {
    transport.patch(Patch { path: path.to_owned(), offset, length: size.saturating_sub(offset), bytes }).await
}

/// Fetches what the server has to say about a finished upload (GET): our coordinator, its receipt.
///
/// # Errors
/// [`TransportError`].
pub async fn receipt(transport: &dyn Transport, path: &str) -> Result<Response, TransportError> {
    transport.call(call(Method::Get, path)).await
}
