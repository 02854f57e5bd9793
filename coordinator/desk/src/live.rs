//! The parts of a page that change, sent to the pages that are open.

use std::convert::Infallible;

use axum::extract::{Query, State};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use serde::Deserialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::language::Language;
use crate::pages::index::Index;
use crate::state::{Changed, Desk};

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    lang: Option<String>,
}

/// The changes of the page of all stations, as server-sent events.
pub(crate) async fn events(State(desk): State<Desk>, Query(wanted): Query<Wanted>) -> impl IntoResponse {
    let changes = desk.changes();
    let language = Language::choose(&desk.published().latest.pack, wanted.lang.as_deref());
    Sse::new(parts(desk, language, changes)).keep_alive(KeepAlive::default())
}

fn parts(desk: Desk, language: Language, changes: Receiver<Changed>) -> impl Stream<Item = Result<Event, Infallible>> {
    let waiting: Vec<String> = Vec::new();
    futures_util::stream::unfold(
        (desk, language, changes, waiting),
        |(desk, language, mut changes, mut waiting)| async {
            while waiting.is_empty() {
                match changes.recv().await {
                    Ok(changed) => waiting = rendered(&desk, &language, &changed)?,
                    Err(RecvError::Lagged(_)) => {
                        let event = Event::default().event("reload").data("behind");
                        return Some((Ok(event), (desk, language, changes, waiting)));
                    }
                    Err(RecvError::Closed) => return None,
                }
            }
            let part = waiting.pop()?;
            // Typed station names may hold carriage returns, which would end a line of the event.
            let event = Event::default().event("part").data(part.replace('\r', " "));
            Some((Ok(event), (desk, language, changes, waiting)))
        },
    )
}

/// The changed rows and the sums.
fn rendered(desk: &Desk, language: &Language, changed: &Changed) -> Option<Vec<String>> {
    let overview = desk.overview();
    let index = Index::new(&overview, language);
    let rows = changed.iter().map(|key| index.row(key));
    let parts: askama::Result<_> = rows.chain([index.total(), index.numbers()]).collect();
    parts.inspect_err(|error| tracing::error!(%error, "a part of the desk cannot be rendered")).ok()
}
