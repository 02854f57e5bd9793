//! The parts of a page that change, sent to the pages that are open, and to those that come back after they were away.

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::response::sse::{Event, Sse};
use futures_util::{Stream, StreamExt, future, stream};
use kuager_analysis::book::RowKey;
use serde::Deserialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::language::Language;
use crate::news::{Mark, Numbered, Since};
use crate::pages::index::{self, Facts, Index};
use crate::people::visitor::Visitor;
use crate::state::Desk;

/// A page that hears nothing takes the connection for dead after three of these (`live.js`).
const ALIVE: Duration = Duration::from_secs(15);

#[derive(Debug, Deserialize)]
pub(crate) struct Known {
    /// Up to where the page knows.
    at: Option<String>,
}

/// The changes of the board, as server-sent events: those since the page was loaded, or since the last event it has heard, and then
/// as they come; of rows, those that this page shows. What cannot be continued is told to load again.
pub(crate) async fn events(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(page): Query<index::Wanted>,
    Query(wanted): Query<Known>,
    headers: HeaderMap,
) -> impl IntoResponse {
    let language = Language::choose(&desk.published().latest.pack, page.lang.as_deref());
    // Which rows those are is found out once; what comes to match the filter later is on the page when it is loaded again.
    let now_ms = desk.app.clock.now_ms();
    let board = desk.look(|book| index::board(book, &page, now_ms));
    let shown = board.rows.into_iter().map(|row| row.key).collect();
    // A browser that connects again by itself says so in a header, and asks for the same address as before.
    let heard = headers.get("last-event-id").map(|id| id.to_str().unwrap_or_default().to_owned());
    let known = heard.or(wanted.at).map(|mark| mark.parse::<Mark>());
    let (since, changes) = desk.news.since(known.and_then(Result::ok));
    let since = if matches!(known, Some(Err(_))) { Since::LoadAnew } else { since };
    let over = Arc::clone(&desk.people).over(visitor);
    // Whose session is over hears nothing more, and the page that is loaded again says why.
    let last = stream::once(future::ready(Ok(reload())));
    Sse::new(parts(Page::new(desk, language, shown, since, changes, ALIVE)).take_until(over).chain(last))
}

/// An open page.
struct Page {
    desk: Desk,
    language: Language,
    /// The rows it shows.
    shown: HashSet<RowKey>,
    changes: Receiver<Numbered>,
    alive: Duration,
    /// What is to be sent next, the last one first.
    waiting: Vec<Event>,
}

impl Page {
    fn new(
        desk: Desk,
        language: Language,
        shown: HashSet<RowKey>,
        since: Since,
        changes: Receiver<Numbered>,
        alive: Duration,
    ) -> Self {
        let mut page = Self { desk, language, shown, changes, alive, waiting: Vec::new() };
        page.waiting = match since {
            Since::LoadAnew => vec![reload()],
            Since::Missed(None) => Vec::new(),
            Since::Missed(Some(missed)) => page.rendered(&missed).unwrap_or_else(|| vec![reload()]),
        };
        page
    }

    /// The sums, and the changed rows that the page shows. The last part alone says up to where the page knows then: one that loses
    /// the connection in between gets all of them again.
    fn rendered(&self, (mark, changed): &Numbered) -> Option<Vec<Event>> {
        let overview = self.desk.overview();
        let index = Index::new(&overview, &self.language, self.desk.look(Facts::live));
        let rows = changed.iter().filter(|key| self.shown.contains(key)).map(|key| {
            // Rendered once, however many pages show it.
            self.desk.rendered.row(*mark, &self.language.code, key, || {
                match index::changed(&self.desk, key, overview.now_ms, &self.language) {
                    Some((row, sentence)) => index.row(&row, sentence),
                    None => index.gone(key),
                }
            })
        });
        let rows: askama::Result<Vec<_>> = rows.collect();
        let failed = |error: &askama::Error| tracing::error!(%error, "a part of the desk cannot be rendered");
        let sums: askama::Result<Vec<String>> = [index.numbers(), index.total()].into_iter().collect();
        let (sums, rows) = (sums.inspect_err(failed).ok()?, rows.inspect_err(failed).ok()?);
        // Typed station names may hold carriage returns, which would end a line of the event.
        let event = |part: &str| Event::default().event("part").data(part.replace('\r', " "));
        let parts = sums.iter().map(String::as_str).chain(rows.iter().map(|row| &**row));
        let mut events: Vec<Event> = parts.map(event).collect();
        if let Some(last) = events.first_mut() {
            *last = std::mem::take(last).id(mark.to_string());
        }
        Some(events)
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop() {
                return Some(event);
            }
            let Ok(heard) = tokio::time::timeout(self.alive, self.changes.recv()).await else {
                return Some(Event::default().event("alive").data(""));
            };
            match heard {
                Ok(changed) => self.waiting = self.rendered(&changed)?,
                Err(RecvError::Lagged(_)) => return Some(reload()),
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

fn reload() -> Event {
    Event::default().event("reload").data("behind")
}

fn parts(page: Page) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(page, |mut page| async { page.next().await.map(|event| (Ok(event), page)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kuager_coordinator::testing::Fixture;

    use crate::people::reach::Reach;

    /// A page that hears nothing cannot tell silence from a dead connection, so it is told.
    #[tokio::test]
    async fn silence_has_signs_of_life() {
        let fixture = Fixture::new();
        let desk =
            Desk::start(fixture.app.clone(), Arc::clone(&fixture.media), Reach::default()).await.expect("starts");
        let language = Language::choose(&desk.published().latest.pack, Some("en"));
        let (since, changes) = desk.news.since(None);
        let mut page = Page::new(desk, language, HashSet::new(), since, changes, Duration::from_millis(1));
        for _ in 0..2 {
            let event = page.next().await.expect("goes on");
            assert!(format!("{event:?}").contains("alive"), "{event:?}");
        }
    }
}
