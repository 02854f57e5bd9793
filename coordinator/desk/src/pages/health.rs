//! How the coordinator is doing, for monitoring.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::response::trouble;
use crate::state::Desk;

/// The report, as JSON.
pub(crate) async fn page(State(desk): State<Desk>) -> Result<Response, Response> {
    let report = kuager_coordinator::health::report(&desk.app, &desk.media).await.map_err(trouble)?;
    let types = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Ok((types, report.to_string()).into_response())
}
