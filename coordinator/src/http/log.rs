//! The transparency log's files, as C2SP `tlog-tiles` has them, and proofs of where records stand.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use kuager_log::tile::Tile;
use kuager_wire::canonical;
use kuager_wire::limits;
use kuager_wire::sync::{CBOR_TYPE, ProofRequest};

use super::body::{Plain, cbor, expect_type, read};
use super::public::{BUSY_SECONDS, FOR_EVER, Public};
use crate::proofs::{self, NoProofs};
use crate::sparing::{Lines, lines};

/// Lines about files of the log that cannot be read when anybody asks for them.
static UNREADABLE: Lines = lines();

/// Bytes of a request for proofs: 34 for each record.
const REQUEST: usize = limits::PROOFS * 40;

pub(super) fn routes() -> Router<Public> {
    Router::new()
        .route("/log/checkpoint", get(checkpoint))
        .route("/log/tile/{*rest}", get(tile))
        .route("/v1/proofs", post(proofs))
}

async fn checkpoint(State(public): State<Public>) -> Response {
    match public.app.log.checkpoint() {
        Some(checkpoint) => {
            let types = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
            (types, checkpoint.to_string()).into_response()
        }
        None => Plain::later(StatusCode::NOT_FOUND, BUSY_SECONDS, "the log has no checkpoint yet").into_response(),
    }
}

/// A tile or a bundle of entries. Only what is the path of one reaches the disk.
async fn tile(State(public): State<Public>, Path(rest): Path<String>) -> Result<Response, Plain> {
    let missing = || Plain::new(StatusCode::NOT_FOUND, "the log has no such file");
    let path = format!("tile/{rest}");
    if path.parse::<Tile>().is_err() && Tile::of_bundle_path(&path).is_err() {
        return Err(missing());
    }
    let files = Arc::clone(public.app.log.files());
    let read = tokio::task::spawn_blocking(move || files.get(&path)).await;
    let bytes = read.map_err(|_| unreadable(&NoProofs::Worker))?.map_err(|error| unreadable(&error.into()))?;
    let types = [(header::CONTENT_TYPE, "application/octet-stream"), (header::CACHE_CONTROL, FOR_EVER)];
    Ok((types, bytes.ok_or_else(missing)?).into_response())
}

fn unreadable(error: &NoProofs) -> Plain {
    if let Some(left_out) = UNREADABLE.pass() {
        tracing::error!(%error, left_out, "the log's files cannot be read");
    }
    Plain::later(StatusCode::SERVICE_UNAVAILABLE, BUSY_SECONDS, "the log cannot be read now; ask again later")
}

async fn proofs(State(public): State<Public>, headers: HeaderMap, body: Body) -> Result<Response, Plain> {
    expect_type(&headers, CBOR_TYPE)?;
    let body = read(&headers, body, REQUEST.min(public.limits.body_bytes), public.limits.body_time).await?;
    let request: ProofRequest = canonical::decode(&body, REQUEST)
        .map_err(|error| Plain::new(StatusCode::BAD_REQUEST, format!("this asks for no proofs: {error}")))?;
    match proofs::proofs(&public.app, &request).await {
        Ok(proofs) => cbor(&proofs),
        Err(NoProofs::Request(reason)) => Err(Plain::new(StatusCode::CONFLICT, reason)),
        Err(error @ NoProofs::Nothing) => {
            Err(Plain::later(StatusCode::SERVICE_UNAVAILABLE, BUSY_SECONDS, error.to_string()))
        }
        Err(error) => Err(unreadable(&error)),
    }
}
