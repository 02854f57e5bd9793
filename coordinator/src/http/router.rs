//! The routes of the wire protocol. Everything here is idempotent, and only bodies that verify count.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use headers::{HeaderMapExt, IfNoneMatch};
use kuager_wire::compression::{CompressionError, ENCODING};
use kuager_wire::cose::Envelope;
use kuager_wire::ids::{Kid, PackHash, ShardHash};
use kuager_wire::limits;
use kuager_wire::pack::SignedPack;
use kuager_wire::receipt::RefusalCode;
use kuager_wire::sync::{
    ATTESTATION_HEADER, COSE_TYPE, DEPLOYMENT_HEADER, EPOCH_HEADER, FORKS_HEADER, FORKS_REFUSE, LOG_HEADER,
    PASS_HEADER, SEQUENCE_TYPE,
};

use super::body::{Plain, cbor, expect_type, read, text};
use super::connections::Link;
use super::host::with_target;
use super::limits::Limits;
use super::public::{BUSY_SECONDS, FOR_EVER, Public};
use super::underway::watched;
use super::{log, media};
use crate::app::App;
use crate::error::CoordinatorError;
use crate::intake::OnFork;
use crate::media::Media;
use crate::metrics::{Listener, measured};
use crate::refusals::SignedRefusal;
use crate::sparing::{Lines, lines};
use crate::{enrol, health, inbox};

/// Lines about files of the deployment that cannot be read when anybody asks for them.
static UNREADABLE: Lines = lines();

/// The routes of the public listener.
pub fn router(app: App, media: Arc<Media>, limits: &Limits) -> Router {
    let public = Public::new(app, media, limits);
    Router::new()
        .route("/v1/genesis", get(genesis))
        .route("/v1/delegations", get(delegations))
        .route("/v1/revocations/{kid}", get(revocation))
        .route("/v1/packs/latest", get(latest_pack))
        .route("/v1/packs/{hash}", get(pack))
        .route("/v1/stations/{hash}", get(stations))
        .route("/v1/enrolments", post(enrol))
        .route("/v1/records", post(records))
        .route("/v1/inbox", post(inbox))
        .route("/v1/health", get(health))
        .merge(log::routes())
        .merge(media::routes())
        .fallback(async || Plain::new(StatusCode::NOT_FOUND, "there is nothing here"))
        .layer(from_fn_with_state(public.clone(), admit))
        .layer(from_fn_with_state((public.app.clone(), Listener::Phones), measured))
        .layer(from_fn(with_target))
        .layer(from_fn(watched))
        .with_state(public)
}

/// What every request goes through: the rate limit, and whether it means this deployment.
async fn admit(State(public): State<Public>, request: Request, next: Next) -> Response {
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let address = address.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip());
    let holder = text(request.headers(), PASS_HEADER).and_then(|pass| public.app.signer.passes.holder(pass));
    if let Some(link) = request.extensions().get::<Arc<Link>>().filter(|_| holder.is_some()) {
        link.known();
    }
    if let Err(wait) = public.rate.check(address, holder) {
        let text = "too many requests from this address";
        return Plain::later(StatusCode::TOO_MANY_REQUESTS, wait.as_secs().saturating_add(1), text).into_response();
    }
    if let Some(wanted) = request.headers().get(DEPLOYMENT_HEADER) {
        let id = public.app.deployment.id().to_string();
        let short = id.as_bytes().get(..16).unwrap_or_default();
        if !wanted.as_bytes().eq_ignore_ascii_case(short) {
            return Plain::new(StatusCode::MISDIRECTED_REQUEST, "this is the coordinator of another deployment")
                .into_response();
        }
    }
    let mut response = next.run(request).await;
    if let Ok(epoch) = HeaderValue::try_from(public.app.epochs.current().to_string()) {
        response.headers_mut().insert(EPOCH_HEADER, epoch);
    }
    response.headers_mut().insert(ATTESTATION_HEADER, HeaderValue::from_static("1"));
    response.headers_mut().insert(LOG_HEADER, HeaderValue::from_static("1"));
    response
}

async fn genesis(State(public): State<Public>) -> Response {
    let bytes = public.app.deployment.genesis_bytes().to_vec();
    ([(header::CONTENT_TYPE, COSE_TYPE), (header::CACHE_CONTROL, FOR_EVER)], bytes).into_response()
}

/// What the root key has delegated and taken back, read anew: a revocation must not wait for a restart.
async fn delegations(State(public): State<Public>) -> Result<Response, Plain> {
    let deployment = public.app.deployment.clone();
    match tokio::task::spawn_blocking(move || deployment.delegations()).await {
        Ok(Ok(delegations)) => Ok(([(header::CACHE_CONTROL, "no-cache")], cbor(&delegations)?).into_response()),
        Ok(Err(error)) => {
            if let Some(left_out) = UNREADABLE.pass() {
                tracing::error!(%error, left_out, "delegations cannot be read");
            }
            let text = "the delegations cannot be read now; ask again later";
            Err(Plain::later(StatusCode::SERVICE_UNAVAILABLE, BUSY_SECONDS, text))
        }
        Err(_) => Err(CoordinatorError::Worker.into()),
    }
}

/// The last signed word about trusting a device. Whoever knows the key's id has a record of it, or is it.
async fn revocation(State(public): State<Public>, Path(kid): Path<String>) -> Result<Response, Plain> {
    let missing = || Plain::new(StatusCode::NOT_FOUND, "no such device was ever revoked here");
    let kid: Kid = kid.parse().map_err(|_| missing())?;
    let statement = public.app.ledger.revocation(kid).await.map_err(CoordinatorError::from)?.ok_or_else(missing)?;
    Ok(([(header::CONTENT_TYPE, COSE_TYPE), (header::CACHE_CONTROL, "no-cache")], statement).into_response())
}

async fn latest_pack(State(public): State<Public>, headers: HeaderMap) -> Response {
    let latest = Arc::clone(&public.app.shelf.published().latest);
    signed_pack(&latest, &headers, "no-cache")
}

async fn pack(State(public): State<Public>, Path(hash): Path<String>, headers: HeaderMap) -> Response {
    let published = public.app.shelf.published();
    match hash.parse::<PackHash>().ok().and_then(|hash| published.packs.get(&hash)) {
        Some(signed) => signed_pack(signed, &headers, FOR_EVER),
        None => Plain::new(StatusCode::NOT_FOUND, "no such pack was published here").into_response(),
    }
}

/// The signed stations of one region; like a pack they never change under their name.
async fn stations(State(public): State<Public>, Path(hash): Path<String>) -> Result<Response, Plain> {
    let missing = || Plain::new(StatusCode::NOT_FOUND, "no pack that was published here names these stations");
    let hash: ShardHash = hash.parse().map_err(|_| missing())?;
    let deployment = public.app.deployment.clone();
    let read = tokio::task::spawn_blocking(move || deployment.station_shard(hash)).await;
    match read {
        Ok(Ok(Some(bytes))) => {
            Ok(([(header::CONTENT_TYPE, COSE_TYPE), (header::CACHE_CONTROL, FOR_EVER)], bytes).into_response())
        }
        Ok(Ok(None)) => Err(missing()),
        Ok(Err(error)) => {
            if let Some(left_out) = UNREADABLE.pass() {
                tracing::error!(%error, left_out, "stations cannot be read");
            }
            let text = "the stations cannot be read now; ask again later";
            Err(Plain::later(StatusCode::SERVICE_UNAVAILABLE, BUSY_SECONDS, text))
        }
        Err(_) => Err(CoordinatorError::Worker.into()),
    }
}

fn signed_pack(signed: &SignedPack, headers: &HeaderMap, cache: &'static str) -> Response {
    let tag = format!("\"{}\"", signed.hash);
    let known = tag.parse().ok().zip(headers.typed_get::<IfNoneMatch>());
    let common = [(header::ETAG, tag), (header::CACHE_CONTROL, cache.to_owned())];
    if known.is_some_and(|(tag, known)| !known.precondition_passes(&tag)) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (common, [(header::CONTENT_TYPE, COSE_TYPE)], signed.bytes.clone()).into_response()
}

async fn enrol(State(public): State<Public>, headers: HeaderMap, body: Body) -> Result<Response, Plain> {
    let body = request_body(&public, &headers, body).await?;
    let pass = pass_for(&public, &body);
    Ok(match enrol::enrol(&public.app, body).await? {
        Ok(credential) => (pass, [(header::CONTENT_TYPE, COSE_TYPE)], credential).into_response(),
        Err(refusal) => refused(refusal),
    })
}

async fn inbox(State(public): State<Public>, headers: HeaderMap, body: Body) -> Result<Response, Plain> {
    let body = request_body(&public, &headers, body).await?;
    let pass = pass_for(&public, &body);
    let kid = Envelope::parse(&body, limits::REQUEST).ok().map(|envelope| envelope.kid());
    Ok(match inbox::fetch(&public.app, body).await? {
        Ok(answer) => {
            if let Some((kid, program)) = kid.zip(text(&headers, header::USER_AGENT.as_str())) {
                public.app.contacts.calls_itself(kid, program);
            }
            (pass, cbor(&answer)?).into_response()
        }
        Err(refusal) => refused(refusal),
    })
}

/// The pass of the device that has signed a request, for the answer to it, if there is one: only who has the key gets one.
fn pass_for(public: &Public, body: &[u8]) -> Option<[(&'static str, String); 1]> {
    let envelope = Envelope::parse(body, limits::REQUEST).ok()?;
    Some([(PASS_HEADER, public.app.signer.passes.device(envelope.kid()))])
}

async fn request_body(public: &Public, headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Plain> {
    expect_type(headers, COSE_TYPE)?;
    expect_identity(headers)?;
    read(headers, body, limits::REQUEST.min(public.limits.body_bytes), public.limits.body_time).await
}

fn expect_identity(headers: &HeaderMap) -> Result<(), Plain> {
    match text(headers, header::CONTENT_ENCODING) {
        None | Some("identity") => Ok(()),
        Some(_) => Err(Plain::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "send this body without content encoding")),
    }
}

async fn records(State(public): State<Public>, headers: HeaderMap, body: Body) -> Result<Response, Plain> {
    let (body, travelled) = records_body(&public, &headers, body).await?;
    let on_fork = if text(&headers, FORKS_HEADER) == Some(FORKS_REFUSE) { OnFork::Refuse } else { OnFork::Keep };
    cbor(&public.intake.receive_decompressed(body, travelled, on_fork).await?)
}

/// The sequence of records, and how many bytes it had on its way.
async fn records_body(public: &Public, headers: &HeaderMap, body: Body) -> Result<(Vec<u8>, usize), Plain> {
    expect_type(headers, SEQUENCE_TYPE)?;
    let compressed = match text(headers, header::CONTENT_ENCODING) {
        None | Some("identity") => false,
        Some(ENCODING) => true,
        Some(_) => return Err(Plain::encoding(ENCODING, format!("the content encoding must be {ENCODING} or none"))),
    };
    let body = read(headers, body, public.limits.body_bytes, public.limits.body_time).await?;
    let travelled = body.len();
    if !compressed {
        return Ok((body, travelled));
    }
    let decompressed = public.app.shelf.published().decompress(&body).map_err(|error| {
        let status = match error {
            CompressionError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            CompressionError::OtherDictionary => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            CompressionError::NotDcz | CompressionError::Damaged | CompressionError::BadDictionary => {
                StatusCode::BAD_REQUEST
            }
        };
        Plain::new(status, format!("{error}; send it again, uncompressed if this repeats"))
    })?;
    Ok((decompressed, travelled))
}

/// One word: numbers are for those who run it, and stand beside the desk.
async fn health(State(public): State<Public>) -> Response {
    let well = health::is_well(&public.app, &public.media);
    let status = if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let types = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, types, format!("{{\"ok\":{well}}}")).into_response()
}

/// A signed refusal is the body; the status only helps those who do not read it.
fn refused(refusal: SignedRefusal) -> Response {
    let status = match refusal.code {
        RefusalCode::Malformed | RefusalCode::UnsupportedVersion => StatusCode::BAD_REQUEST,
        RefusalCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        RefusalCode::InviteUsed | RefusalCode::Replayed => StatusCode::CONFLICT,
        RefusalCode::Busy => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::FORBIDDEN,
    };
    (status, [(header::CONTENT_TYPE, COSE_TYPE)], refusal.bytes).into_response()
}
