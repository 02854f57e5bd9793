//! Reading a request's body within its bounds, and saying in plain words which bound was hit.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;

/// An answer for people; phones go by the status.
#[derive(Debug)]
pub(super) struct Plain {
    status: StatusCode,
    text: String,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Plain {
    pub(super) fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, text: text.into(), header: None }
    }

    /// With the seconds after which another attempt makes sense.
    pub(super) fn later(status: StatusCode, seconds: u64, text: impl Into<String>) -> Self {
        Self { header: Some((header::RETRY_AFTER, seconds.into())), ..Self::new(status, text) }
    }

    /// With the content encoding that would be understood (RFC 7694).
    pub(super) fn encoding(accepted: &'static str, text: impl Into<String>) -> Self {
        let header = (header::ACCEPT_ENCODING, HeaderValue::from_static(accepted));
        Self { header: Some(header), ..Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, text) }
    }
}

impl IntoResponse for Plain {
    fn into_response(self) -> Response {
        let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
        let mut response = (self.status, kind, self.text + "\n").into_response();
        response.headers_mut().extend(self.header);
        response
    }
}

/// Reads a whole body of at most `limit` bytes within `time`.
pub(super) async fn read(headers: &HeaderMap, body: Body, limit: usize, time: Duration) -> Result<Vec<u8>, Plain> {
    let too_large = || Plain::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body may have at most {limit} bytes"));
    let announced = text(headers, header::CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let collect = async {
        let mut bytes = Vec::with_capacity(announced.unwrap_or(0));
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| Plain::new(StatusCode::BAD_REQUEST, "the body ended before its end"))?;
            if bytes.len() + chunk.len() > limit {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    let slow = || Plain::new(StatusCode::REQUEST_TIMEOUT, format!("the body did not arrive within {time:?}"));
    tokio::time::timeout(time, collect).await.unwrap_or_else(|_| Err(slow()))
}

/// Checks the media type, parameters aside.
pub(super) fn expect_type(headers: &HeaderMap, expected: &'static str) -> Result<(), Plain> {
    let essence = |value: &str| value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let found = text(headers, header::CONTENT_TYPE).map(essence);
    if found.as_deref() == Some(&*essence(expected)) {
        Ok(())
    } else {
        Err(Plain::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("the body must be {expected}")))
    }
}

/// A header as text.
pub(super) fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}
