//! The desk: which stations have been heard from, live; each station's records; each file.
//!
//! Rendered on the server, complete without a script; a small script only swaps rows as server-sent events bring them.
//! The page has no access control of its own yet, so it is served on loopback addresses only, by plain HTTP, and answers
//! only requests that name such an address as their host (another web page in the same browser must not read it). The
//! public listener answers `/` with 404. Use an SSH tunnel to look from elsewhere.
//!
//! The desk is a client of the coordinator's library: it counts what the ledger tells of (`state` keeps the book of `kuager-analysis`, `snapshot`
//! writes it down), and
//! turns what it reads into `pages`. Its words come from `texts`, those of the election from the pack, each in a `language`
//! and a `time` that the pack decides about.

mod acts;
mod answers;
mod assets;
mod entry;
mod frame;
mod guard;
mod language;
mod live;
mod news;
mod pages;
mod protocols;
mod relations;
mod rendered;
mod response;
mod sealed;
mod snapshot;
mod state;
mod stations;
#[cfg(test)]
mod testing;
mod texts;
mod time;

use std::net::TcpListener;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{Extensions, HeaderMap, StatusCode, Version, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use kuager_coordinator::http::{Beside, Config};
use kuager_coordinator::journal::JournalError;
use tower_http::compression::CompressionLayer;

use crate::guard::guard;
use crate::pages::{chains, index, media, observers, papers, station};
use crate::response::trouble;
use crate::state::Desk;

/// Bytes of a form somebody fills in here.
const FORM: usize = 16 * 1024;

/// The desk of a coordinator that is about to be served.
///
/// # Errors
/// [`JournalError`], when the ledger or the desk's journal cannot be read.
pub async fn beside(listener: TcpListener, config: &Config) -> Result<Beside, JournalError> {
    let desk = Desk::start(config.app.clone(), Arc::clone(&config.media)).await?;
    Ok(Beside { listener, pages: router(desk) })
}

/// The routes of the desk's own listener.
fn router(desk: Desk) -> Router {
    Router::new()
        .route("/", get(index::page))
        .route("/events", get(live::events))
        .route("/chains", get(chains::page))
        .route("/health", get(health))
        .route("/observers", get(observers::page))
        .route("/station", get(station::page))
        .route("/papers", get(papers::queue))
        .route("/papers/next", get(papers::next))
        .route("/papers/{hash}", get(papers::page))
        .route("/papers/{hash}/read", post(papers::read))
        .route("/papers/{hash}/settle", post(papers::settle))
        .route("/media/{hash}", get(media::page))
        .route("/media/{hash}/file", get(media::bytes))
        .route("/media/{hash}/retake", post(media::retake))
        .route("/media/{hash}/redact", post(media::redact))
        // Browsers ask for it, and would show an error for nothing.
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .layer(DefaultBodyLimit::max(FORM))
        .layer(CompressionLayer::new().compress_when(is_page))
        .fallback(async || (StatusCode::NOT_FOUND, "there is nothing here\n"))
        .layer(from_fn(guard))
        .with_state(desk)
}

/// Whether an answer is made small on its way: pages are. Events are sent as they come, and files as they are.
fn is_page(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// How the coordinator is doing, for monitoring on this machine.
async fn health(State(desk): State<Desk>) -> Result<Response, Response> {
    let report = kuager_coordinator::health::report(&desk.app, &desk.media).await.map_err(trouble)?;
    let types = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Ok((types, report.to_string()).into_response())
}

#[cfg(test)]
mod tests;
