//! Numbers for monitoring.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kuager_analysis::book::Book;
use kuager_coordinator::metrics::{MEDIA_TYPE, render, set};

use crate::response::trouble;
use crate::state::Desk;

/// Arrivals looked for that the desk has not counted.
const BEHIND: usize = 1024;

/// The numbers, as OpenMetrics has them.
pub(crate) async fn page(State(desk): State<Desk>) -> Result<Response, Response> {
    let newest = desk.look(Book::newest);
    let behind = desk.app.ledger.arrivals_after(newest, BEHIND).await.map_err(trouble)?.len();
    let (heard, stations) = desk.look(Book::heard);
    let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let listeners = desk.news.open();
    let text = render(&desk.app, &desk.media, |registry| {
        set(
            registry,
            "desk_behind",
            "Records that have arrived and are not counted yet, 1024 at most.",
            number(behind),
        );
        set(registry, "desk_open_pages", "Pages that listen for changes.", number(listeners));
        set(registry, "stations", "Stations of the list.", number(stations));
        set(registry, "stations_heard", "Those of them that were heard from.", number(heard));
    });
    let text = text.await.map_err(trouble)?;
    Ok(([(header::CONTENT_TYPE, MEDIA_TYPE), (header::CACHE_CONTROL, "no-store")], text).into_response())
}
