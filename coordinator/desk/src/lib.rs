//! The desk: which stations have been heard from, live; each station's records; each file.
//!
//! Rendered on the server, complete without a script; a small script only swaps rows as server-sent events bring them.
//! The page has no access control of its own yet, so it is served on loopback addresses only, by plain HTTP, and answers
//! only requests that name such an address as their host (another web page in the same browser must not read it). The
//! public listener answers `/` with 404. Use an SSH tunnel to look from elsewhere.

mod answers;
mod media;
mod page;
mod station;
mod tally;

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::net::{IpAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use data_encoding::BASE64;
use futures_util::Stream;
use kuager_wire::cose::sha256;
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{self, Receiver};

use kuager_coordinator::CoordinatorError;
use kuager_coordinator::app::App;
use kuager_coordinator::http::{Beside, Config};
use kuager_coordinator::ledger::{Arrival, Ledger, LedgerError};
use kuager_coordinator::media::Media;
use page::{Language, Renderer, languages};
use tally::{RowKey, Tally};

/// Arrivals of this long are shown together.
const PAUSE: Duration = Duration::from_millis(200);
/// Changes a slow browser may be behind before it is told to load the page again.
const BEHIND: usize = 256;

/// Bytes of a form somebody fills in here.
const FORM: usize = 16 * 1024;

type Changed = Arc<BTreeSet<RowKey>>;

/// The desk's state, shared by all its pages.
#[derive(Clone)]
pub struct Desk {
    app: App,
    media: Arc<Media>,
    tally: Arc<Mutex<Tally>>,
    changes: broadcast::Sender<Changed>,
    languages: Arc<[Language]>,
}

impl Desk {
    /// Counts what is there and keeps counting in the background.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn start(app: App, media: Arc<Media>) -> Result<Self, LedgerError> {
        let ledger = app.ledger.clone();
        // Heard first, counted second: what arrives in between is known by its number and not counted twice.
        let arrivals = ledger.arrivals();
        let desk = Self {
            app,
            media,
            tally: Arc::default(),
            changes: broadcast::Sender::new(BEHIND),
            languages: languages().into(),
        };
        desk.count(ledger).await?;
        tokio::spawn(desk.clone().follow(arrivals));
        Ok(desk)
    }

    /// Counts everything the ledger holds that is not counted yet.
    async fn count(&self, ledger: Ledger) -> Result<(), LedgerError> {
        let tally = Arc::clone(&self.tally);
        let counting = tokio::task::spawn_blocking(move || {
            let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
            ledger.each_arrival(|arrival| tally.add(&arrival, &mut BTreeSet::new()))
        });
        counting.await.unwrap_or(Err(LedgerError::Closed))
    }

    async fn follow(self, mut arrivals: Receiver<Arc<[Arrival]>>) {
        loop {
            let mut changed = BTreeSet::new();
            match arrivals.recv().await {
                Ok(batch) => self.add(&batch, &mut changed),
                Err(RecvError::Lagged(_)) => {
                    if let Err(error) = self.count(self.app.ledger.clone()).await {
                        tracing::warn!(%error, "the desk page is out of date until the next record arrives");
                    }
                }
                Err(RecvError::Closed) => return,
            }
            tokio::time::sleep(PAUSE).await;
            while let Ok(batch) = arrivals.try_recv() {
                self.add(&batch, &mut changed);
            }
            // No page may be open, which is fine.
            let _ = self.changes.send(Arc::new(changed));
        }
    }

    fn add(&self, batch: &[Arrival], changed: &mut BTreeSet<RowKey>) {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        for arrival in batch {
            tally.add(arrival, changed);
        }
    }

    /// Renders with the newest pack.
    fn render<T>(
        &self,
        language: &Language,
        work: impl FnOnce(&Renderer<'_>, &Tally) -> askama::Result<T>,
    ) -> Option<T> {
        let published = self.app.shelf.published();
        let tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        let renderer = Renderer { language, pack: &published.latest.pack, stations: &published.stations };
        work(&renderer, &tally).map_err(|error| tracing::error!(%error, "the desk page cannot be rendered")).ok()
    }

    fn language(&self, wanted: Option<&str>) -> Language {
        let found = self.languages.iter().find(|language| Some(language.code) == wanted);
        found.or(self.languages.first()).expect("the page has languages").clone()
    }

    /// The routes of the desk's own listener.
    pub fn router(self) -> Router {
        Router::new()
            .route("/", get(index))
            .route("/events", get(events))
            .route("/station", get(station::station))
            .route("/media/{hash}", get(media::page))
            .route("/media/{hash}/file", get(media::bytes))
            .route("/media/{hash}/retake", post(media::retake))
            .route("/media/{hash}/redact", post(media::redact))
            .layer(DefaultBodyLimit::max(FORM))
            .fallback(async || (StatusCode::NOT_FOUND, "there is nothing here\n"))
            .layer(from_fn(guard))
            .with_state(self)
    }
}

/// The desk of a coordinator that is about to be served.
///
/// # Errors
/// [`LedgerError`].
pub async fn beside(listener: TcpListener, config: &Config) -> Result<Beside, LedgerError> {
    let desk = Desk::start(config.app.clone(), Arc::clone(&config.media)).await?;
    Ok(Beside { listener, pages: desk.router() })
}

#[derive(Debug, Deserialize)]
struct Wanted {
    lang: Option<String>,
}

async fn index(State(desk): State<Desk>, Query(wanted): Query<Wanted>) -> Response {
    let language = desk.language(wanted.lang.as_deref());
    match desk.render(&language, |renderer, tally| renderer.page(tally).map(Html)) {
        Some(page) => page.into_response(),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn events(State(desk): State<Desk>, Query(wanted): Query<Wanted>) -> impl IntoResponse {
    let language = desk.language(wanted.lang.as_deref());
    let changes = desk.changes.subscribe();
    Sse::new(parts(desk, language, changes)).keep_alive(KeepAlive::default())
}

/// The parts of the page that change, as they change.
fn parts(desk: Desk, language: Language, changes: Receiver<Changed>) -> impl Stream<Item = Result<Event, Infallible>> {
    let waiting: Vec<String> = Vec::new();
    futures_util::stream::unfold(
        (desk, language, changes, waiting),
        |(desk, language, mut changes, mut waiting)| async {
            while waiting.is_empty() {
                match changes.recv().await {
                    Ok(changed) => {
                        waiting = desk.render(&language, |renderer, tally| {
                            let rows = changed.iter().map(|key| renderer.row(key, tally));
                            rows.chain([renderer.total(tally), renderer.numbers(tally)]).collect()
                        })?;
                    }
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

/// A page, complete.
#[expect(clippy::result_large_err, reason = "both are answers")]
fn html(page: &impl Template) -> Result<Response, Response> {
    page.render().map(|text| Html(text).into_response()).map_err(|error| {
        tracing::error!(%error, "a page of the desk cannot be rendered");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}

/// An answer in plain words.
fn refuse(status: StatusCode, reason: &str) -> Response {
    (status, format!("{reason}\n")).into_response()
}

#[expect(clippy::needless_pass_by_value, reason = "takes what `map_err` has")]
fn trouble(error: CoordinatorError) -> Response {
    tracing::error!(%error, "a page of the desk cannot be shown");
    refuse(StatusCode::SERVICE_UNAVAILABLE, &error.to_string())
}

/// Refuses requests that reached this listener under a foreign name, and tells the browser to trust nothing but this page.
async fn guard(request: Request, next: Next) -> Response {
    if !names_this_machine(request.headers()) {
        return (StatusCode::MISDIRECTED_REQUEST, "the desk answers on this machine only\n").into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    response
}

/// A web page elsewhere can point its own name at 127.0.0.1 (DNS rebinding); the `Host` header gives it away.
fn names_this_machine(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else { return false };
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn policy() -> HeaderValue {
    let hash = |text: &str| BASE64.encode(&sha256(text.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}' 'sha256-{}'; connect-src 'self'; \
         img-src 'self'; media-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        hash(page::CSS),
        hash(page::JS),
        hash(page::REDACT_JS)
    );
    HeaderValue::from_str(&policy).expect("made of ASCII")
}

#[cfg(test)]
mod tests;
