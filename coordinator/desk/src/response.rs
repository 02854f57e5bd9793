//! What a browser is told.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use kuager_coordinator::CoordinatorError;
use kuager_coordinator::journal::JournalError;

/// A page, complete.
#[expect(clippy::result_large_err, reason = "both are responses")]
pub(crate) fn html(page: &impl Template) -> Result<Response, Response> {
    page.render().map(|text| Html(text).into_response()).map_err(|error| {
        tracing::error!(%error, "a page of the desk cannot be rendered");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}

/// A refusal in plain words.
pub(crate) fn refuse(status: StatusCode, reason: &str) -> Response {
    (status, format!("{reason}\n")).into_response()
}

/// What the coordinator could not do.
pub(crate) fn trouble(error: impl Into<CoordinatorError>) -> Response {
    let error = error.into();
    tracing::error!(%error, "a page of the desk cannot be shown");
    refuse(StatusCode::SERVICE_UNAVAILABLE, &error.to_string())
}

/// What the desk's journal could not do.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(crate) fn unwritten(error: JournalError) -> Response {
    tracing::error!(%error, "the desk's journal cannot be read or written");
    refuse(StatusCode::SERVICE_UNAVAILABLE, &error.to_string())
}
