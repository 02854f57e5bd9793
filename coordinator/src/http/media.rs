//! Uploads over HTTP: tus 1.0 with creation, expiration and checksum (<https://tus.io/protocols/resumable-upload>).
//!
//! The address of an upload is the only thing that is needed to use it, and nobody can guess it. Requests that are not
//! of the protocol are only the receipt (`GET` on the same address), so that a phone that was cut off at the very end
//! learns what became of its file.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use data_encoding::BASE64;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use kuager_wire::ids::MediaHash;
use kuager_wire::sync::{COSE_TYPE, MEDIA_PATH};
use tower_http::set_header::SetResponseHeaderLayer;

use super::body::{Plain, expect_type, text};
use super::files;
use super::public::{BUSY_SECONDS, FOR_EVER, Public};
use crate::error::CoordinatorError;
use crate::ledger::{RedactionRow, UploadToken};
use crate::media::store::ObjectError;
use crate::media::{Checksum, MediaError, Part, Progress, Spent, UploadError};
use crate::sparing::{Lines, lines};

const VERSION: &str = "1.0.0";
const EXTENSIONS: &str = "creation,expiration,checksum";
const OFFSET_TYPE: &str = "application/offset+octet-stream";
/// Seconds after which a phone tries again that has used up a budget of the day.
const SPENT_SECONDS: u64 = 900;
/// Seconds after which a phone tries again when the disk is full.
const FULL_SECONDS: u64 = 300;

const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
const TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
const TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
const TUS_CHECKSUM_ALGORITHM: HeaderName = HeaderName::from_static("tus-checksum-algorithm");
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const UPLOAD_CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
const METHOD_OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");

/// Lines about uploads that are put off while the disk fails.
static PUT_OFF: Lines = lines();

/// The status tus gives to bytes that are not what they should be.
fn mismatch() -> StatusCode {
    StatusCode::from_u16(460).expect("a number a status can have")
}

/// Where uploads are.
pub(super) fn routes() -> Router<Public> {
    let always = |name, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    Router::new()
        .route(MEDIA_PATH.trim_end_matches('/'), any(collection))
        .route(&format!("{MEDIA_PATH}{{token}}"), any(upload))
        .route_layer((always(TUS_RESUMABLE, VERSION), always(header::CACHE_CONTROL, "no-store")))
        .route("/v1/public/media/{hash}", get(copy))
        .route("/v1/public/media/{hash}/redaction", get(redaction))
}

/// A redacted copy. Nothing else is ever served here: what is not in the list of copies does not exist.
async fn copy(
    State(public): State<Public>,
    Path(hash): Path<String>,
    method: Method,
    asked: HeaderMap,
) -> Result<Response, Response> {
    let row = public_copy(&public, &hash).await?;
    let object = public.media.object(row.media).await.map_err(IntoResponse::into_response)?;
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CACHE_CONTROL, FOR_EVER),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, files::answer(&method, &asked, row.media, object.ok_or_else(no_copy)?)).into_response())
}

/// The signed statement of what a redacted copy is a copy of.
async fn redaction(State(public): State<Public>, Path(hash): Path<String>) -> Result<Response, Response> {
    let row = public_copy(&public, &hash).await?;
    Ok(([(header::CONTENT_TYPE, COSE_TYPE), (header::CACHE_CONTROL, FOR_EVER)], row.statement).into_response())
}

fn no_copy() -> Response {
    Plain::new(StatusCode::NOT_FOUND, "no such file was published here").into_response()
}

async fn public_copy(public: &Public, hash: &str) -> Result<RedactionRow, Response> {
    let media: MediaHash = hash.parse().map_err(|_| no_copy())?;
    let row = public.media.redaction(media).await.map_err(IntoResponse::into_response)?;
    row.ok_or_else(no_copy)
}

async fn collection(State(public): State<Public>, request: Request) -> Result<Response, Response> {
    let headers = request.headers();
    match method(&request) {
        Method::OPTIONS => Ok(options(&public)),
        Method::POST if speaks_tus(headers) => create(&public, headers).await,
        Method::POST => Err(wrong_version()),
        _ => Err(not_allowed("OPTIONS, POST")),
    }
}

async fn upload(
    State(public): State<Public>,
    Path(token): Path<String>,
    request: Request,
) -> Result<Response, Response> {
    let asked = method(&request);
    if asked == Method::OPTIONS {
        return Ok(options(&public));
    }
    let token: UploadToken = token.parse().map_err(|_| UploadError::Unknown.into_response())?;
    match asked {
        Method::GET => receipt(&public, token).await,
        _ if !speaks_tus(request.headers()) => Err(wrong_version()),
        Method::HEAD => head(&public, token).await,
        Method::PATCH => patch(&public, token, request).await,
        _ => Err(not_allowed("OPTIONS, HEAD, PATCH, GET")),
    }
}

/// Some networks let no other methods through than GET and POST.
fn method(request: &Request) -> Method {
    let wanted = text(request.headers(), METHOD_OVERRIDE).and_then(|wanted| wanted.parse().ok());
    wanted.unwrap_or_else(|| request.method().clone())
}

fn speaks_tus(headers: &HeaderMap) -> bool {
    text(headers, TUS_RESUMABLE) == Some(VERSION)
}

fn wrong_version() -> Response {
    let plain = Plain::new(StatusCode::PRECONDITION_FAILED, format!("this is tus {VERSION}; say Tus-Resumable"));
    ([(TUS_VERSION, VERSION)], plain).into_response()
}

fn not_allowed(methods: &'static str) -> Response {
    let plain = Plain::new(StatusCode::METHOD_NOT_ALLOWED, format!("only {methods} here"));
    ([(header::ALLOW, methods)], plain).into_response()
}

fn bad(reason: impl Into<String>) -> Response {
    Plain::new(StatusCode::BAD_REQUEST, reason).into_response()
}

fn options(public: &Public) -> Response {
    let headers = [
        (TUS_VERSION, VERSION.to_owned()),
        (TUS_EXTENSION, EXTENSIONS.to_owned()),
        (TUS_MAX_SIZE, public.media.limit().to_string()),
        (TUS_CHECKSUM_ALGORITHM, Checksum::ALGORITHMS.to_owned()),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Where an upload is, and until when it waits.
fn progress(progress: &Progress) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(UPLOAD_OFFSET, progress.offset.into());
    let expires = progress.expires_ms.and_then(|ms| i64::try_from(ms).ok());
    let expires = expires.and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let expires = expires.and_then(|at| DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok());
    if let Some(expires) = expires.and_then(|text| HeaderValue::from_str(&text).ok()) {
        headers.insert(UPLOAD_EXPIRES, expires);
    }
    headers
}

async fn create(public: &Public, headers: &HeaderMap) -> Result<Response, Response> {
    let length = text(headers, UPLOAD_LENGTH).and_then(|length| length.parse().ok());
    let length = length.ok_or_else(|| bad("say the file's size as Upload-Length"))?;
    let metadata = text(headers, UPLOAD_METADATA).unwrap_or_default();
    let token = token_in(metadata)
        .ok_or_else(|| bad("say the upload's token, which its address ends with, as `token` in Upload-Metadata"))?;
    let token = token.map_err(|_| UploadError::Unknown.into_response())?;
    let at = public.media.create(token, length).await.map_err(IntoResponse::into_response)?;
    let location = [(header::LOCATION, format!("{MEDIA_PATH}{token}"))];
    Ok((StatusCode::CREATED, progress(&at), location).into_response())
}

/// The `token` of an `Upload-Metadata` header: comma-separated pairs of a key and a base64 value. The outer `None` when
/// there is no such key.
fn token_in(metadata: &str) -> Option<Result<UploadToken, ()>> {
    let mut pairs = metadata.split(',').map(|pair| pair.trim().split_once(' ').unwrap_or((pair.trim(), "")));
    let (_, value) = pairs.find(|(key, _)| *key == "token")?;
    let bytes = BASE64.decode(value.trim().as_bytes()).ok();
    Some(bytes.and_then(|bytes| String::from_utf8(bytes).ok()).and_then(|text| text.parse().ok()).ok_or(()))
}

async fn head(public: &Public, token: UploadToken) -> Result<Response, Response> {
    let at = public.media.progress(token).await.map_err(IntoResponse::into_response)?;
    Ok((progress(&at), [(UPLOAD_LENGTH, at.length.to_string())]).into_response())
}

async fn patch(public: &Public, token: UploadToken, request: Request) -> Result<Response, Response> {
    let (head, body) = request.into_parts();
    expect_type(&head.headers, OFFSET_TYPE).map_err(IntoResponse::into_response)?;
    let number = |name| text(&head.headers, name).and_then(|number| number.parse().ok());
    let part = Part {
        offset: number(UPLOAD_OFFSET).ok_or_else(|| bad("say where the bytes belong as Upload-Offset"))?,
        announced: number(header::CONTENT_LENGTH),
        checksum: match text(&head.headers, UPLOAD_CHECKSUM) {
            Some(checksum) => Some(Checksum::parse(checksum).map_err(|error| bad(error.to_string()))?),
            None => None,
        },
        body: Body::into_data_stream(body),
        idle: public.limits.upload_idle_time,
    };
    let at = public.media.add(token, part).await.map_err(IntoResponse::into_response)?;
    Ok((StatusCode::NO_CONTENT, progress(&at)).into_response())
}

async fn receipt(public: &Public, token: UploadToken) -> Result<Response, Response> {
    match public.media.receipt(token).await.map_err(IntoResponse::into_response)? {
        Some(receipt) => Ok(([(header::CONTENT_TYPE, COSE_TYPE)], receipt).into_response()),
        None => {
            Err(Plain::new(StatusCode::NOT_FOUND, "the file is not delivered yet; go on uploading").into_response())
        }
    }
}

impl IntoResponse for MediaError {
    fn into_response(self) -> Response {
        UploadError::from(self).into_response()
    }
}

impl IntoResponse for UploadError {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Unknown => StatusCode::NOT_FOUND,
            Self::Expired => StatusCode::GONE,
            Self::TooLarge { .. } | Self::TooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::WrongLength { .. } | Self::Broken => StatusCode::BAD_REQUEST,
            Self::WrongOffset(_) | Self::Superseded => StatusCode::CONFLICT,
            Self::Idle => StatusCode::REQUEST_TIMEOUT,
            Self::Checksum => mismatch(),
            Self::Mismatch(refusal) => {
                return (mismatch(), [(header::CONTENT_TYPE, COSE_TYPE)], refusal.bytes.clone()).into_response();
            }
            Self::Spent(spent) => {
                let (status, seconds) = match spent {
                    Spent::Day | Spent::Wrong => (StatusCode::TOO_MANY_REQUESTS, SPENT_SECONDS),
                    // Of this upload and not of the device: a phone goes on with its others.
                    Spent::Unfinished => (StatusCode::PAYLOAD_TOO_LARGE, FULL_SECONDS),
                    Spent::Share => (StatusCode::INSUFFICIENT_STORAGE, FULL_SECONDS),
                };
                return Plain::later(status, seconds, self.to_string()).into_response();
            }
            Self::Store(ObjectError::Full) => {
                let status = StatusCode::INSUFFICIENT_STORAGE;
                return Plain::later(status, FULL_SECONDS, self.to_string()).into_response();
            }
            Self::Store(ObjectError::Busy) => {
                return Plain::later(StatusCode::LOCKED, BUSY_SECONDS, self.to_string()).into_response();
            }
            Self::Store(ObjectError::Disk(cause)) => {
                if let Some(left_out) = PUT_OFF.pass() {
                    tracing::error!(%cause, left_out, "an upload is put off");
                }
                let text = "the coordinator cannot store now; go on later";
                return Plain::later(StatusCode::SERVICE_UNAVAILABLE, BUSY_SECONDS, text).into_response();
            }
            Self::Ledger(cause) => return Plain::from(CoordinatorError::from(cause.clone())).into_response(),
            Self::Worker => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Plain::new(status, self.to_string()).into_response()
    }
}

#[cfg(test)]
mod tests;
