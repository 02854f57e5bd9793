//! Reading a request's body within its bounds, and saying in plain words which bound was hit.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;

/// An answer for people; phones go by the status.
pub(super) fn plain(status: StatusCode, text: impl Into<String>) -> Response {
    let mut text: String = text.into();
    text.push('\n');
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// The same with the seconds after which another attempt makes sense.
pub(super) fn later(status: StatusCode, seconds: u64, text: impl Into<String>) -> Response {
    let mut response = plain(status, text);
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    response
}

/// Reads a whole body of at most `limit` bytes within `time`.
pub(super) async fn read(headers: &HeaderMap, body: Body, limit: usize, time: Duration) -> Result<Vec<u8>, Response> {
    let too_large = || plain(StatusCode::PAYLOAD_TOO_LARGE, format!("the body may have at most {limit} bytes"));
    let announced = text(headers, header::CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let collect = async {
        let mut bytes = Vec::with_capacity(announced.unwrap_or(0));
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| plain(StatusCode::BAD_REQUEST, "the body ended before its end"))?;
            if bytes.len() + chunk.len() > limit {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    let slow = || plain(StatusCode::REQUEST_TIMEOUT, format!("the body did not arrive within {time:?}"));
    tokio::time::timeout(time, collect).await.unwrap_or_else(|_| Err(slow()))
}

/// Checks the media type, parameters aside.
pub(super) fn expect_type(headers: &HeaderMap, expected: &'static str) -> Result<(), Response> {
    let essence = |value: &str| value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let found = text(headers, header::CONTENT_TYPE).map(essence);
    if found.as_deref() == Some(&*essence(expected)) {
        Ok(())
    } else {
        Err(plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("the body must be {expected}")))
    }
}

/// A header as text.
pub(super) fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}
