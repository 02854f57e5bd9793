//! Bodies: reading a request's within its bounds, saying in plain words which bound was hit, and writing an answer's.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::AsHeaderName;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use headers::{ContentLength, ContentType, HeaderMapExt};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use kuager_wire::canonical;
use kuager_wire::limits;
use kuager_wire::sync::CBOR_TYPE;
use mime::Mime;
use minicbor::Encode;

use crate::sparing::{Lines, lines};

/// Lines about answers that cannot be written; a bug that somebody may have found before us.
static UNWRITTEN: Lines = lines();

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

/// An answer that is one CBOR item.
pub(super) fn cbor<T: Encode<()>>(answer: &T) -> Result<Response, Plain> {
    let bytes = canonical::encode(answer, limits::ANSWER).map_err(|error| {
        if let Some(left_out) = UNWRITTEN.pass() {
            tracing::error!(%error, left_out, "an answer could not be written");
        }
        Plain::new(StatusCode::INTERNAL_SERVER_ERROR, "the answer could not be written; it is logged")
    })?;
    Ok(([(header::CONTENT_TYPE, CBOR_TYPE)], bytes).into_response())
}

/// Reads a whole body of at most `limit` bytes within `time`.
pub(super) async fn read(headers: &HeaderMap, body: Body, limit: usize, time: Duration) -> Result<Vec<u8>, Plain> {
    let too_large = || Plain::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body may have at most {limit} bytes"));
    let announced = headers.typed_get::<ContentLength>();
    if announced.is_some_and(|length| usize::try_from(length.0).map_or(true, |length| length > limit)) {
        return Err(too_large());
    }
    match tokio::time::timeout(time, Limited::new(body, limit).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes().into()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Plain::new(StatusCode::BAD_REQUEST, "the body ended before its end")),
        Err(_) => Err(Plain::new(StatusCode::REQUEST_TIMEOUT, format!("the body did not arrive within {time:?}"))),
    }
}

/// Checks the media type, parameters aside.
pub(super) fn expect_type(headers: &HeaderMap, expected: &'static str) -> Result<(), Plain> {
    let found = headers.typed_get::<ContentType>().map(Mime::from);
    let expected_type = expected.parse::<Mime>().ok();
    if found.is_some() && found.as_ref().map(Mime::essence_str) == expected_type.as_ref().map(Mime::essence_str) {
        Ok(())
    } else {
        Err(Plain::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("the body must be {expected}")))
    }
}

/// A header as text.
pub(super) fn text(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}
