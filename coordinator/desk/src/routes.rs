//! Every route of the desk, and who may come there. A route is added here or nowhere: without a rule it cannot be written down, and
//! a test walks all of them with every role (`tests/access.rs`).

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Extensions, HeaderMap, StatusCode, Version, header};
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};
use kuager_coordinator::ledger::TokenScope;
use kuager_coordinator::metrics::{Listener, measured};
use tower_http::compression::CompressionLayer;

use crate::api;
use crate::guard::{FORM, TABLE, admit, guard};
use crate::live;
use crate::pages::{
    chains, complaints, evidence, exit_poll, health, import, incident, incidents, index, login, me, media, metrics,
    norms, observers, official, papers, print, publish, quick_count, redact, release, station, statistics, tables,
    totals, turnout, views,
};
use crate::people::access::{Access, LEADING, LOOKING, MINDING, PUBLISHING, READING, Rule, TYPING, WATCHING};
use crate::state::Desk;

/// A route: where, who, what.
pub(crate) struct Route {
    pub(crate) path: &'static str,
    pub(crate) rule: Rule,
    handlers: fn() -> MethodRouter<Desk>,
}

const fn route(path: &'static str, access: Access, handlers: fn() -> MethodRouter<Desk>) -> Route {
    Route { path, rule: Rule { access, touches: true, upload: 0 }, handlers }
}

/// A route to which a file may be sent, so large at most.
const fn taking(path: &'static str, access: Access, upload: usize, handlers: fn() -> MethodRouter<Desk>) -> Route {
    Route { path, rule: Rule { access, touches: true, upload }, handlers }
}

/// All of them.
pub(crate) const ROUTES: &[Route] = &[
    route("/", Access::Roles(READING), || get(index::page)),
    // An open page listens for hours while nobody sits in front of it.
    Route {
        path: "/events",
        rule: Rule { access: Access::Roles(READING), touches: false, upload: 0 },
        handlers: || get(live::events),
    },
    route("/chains", Access::Roles(READING), || get(chains::page)),
    route("/evidence/{hash}", Access::Roles(READING), || get(evidence::page)),
    route("/health", Access::Roles(WATCHING), || get(health::page)),
    route("/observers", Access::Roles(READING), || get(observers::page)),
    route("/observers/{observer}/call", Access::Roles(LEADING), || post(observers::call)),
    route("/names", Access::Roles(LEADING), || get(observers::names)),
    route("/station", Access::Roles(READING), || get(station::page)),
    route("/incidents", Access::Roles(READING), || get(incidents::page)),
    route("/incidents/{hash}", Access::Roles(READING), || get(incident::page)),
    route("/incidents/{hash}/step", Access::Roles(LEADING), || post(incident::step)),
    route("/complaints", Access::Roles(READING), || get(complaints::register)),
    route("/complaints/{hash}", Access::Roles(READING), || get(complaints::page)),
    route("/complaints/{hash}/say", Access::Roles(LEADING), || post(complaints::say)),
    route("/records/{hash}/print", Access::Roles(READING), || get(print::page)),
    route("/norms", Access::Roles(READING), || get(norms::page)),
    route("/turnout", Access::Roles(READING), || get(turnout::page)),
    route("/media/{hash}", Access::Roles(READING), || get(media::page)),
    route("/media/{hash}/file", Access::Roles(LOOKING), || get(media::bytes)),
    route("/media/{hash}/retake", Access::Roles(LEADING), || post(media::retake)),
    route("/media/{hash}/redact", Access::Roles(PUBLISHING), || post(redact::make)),
    route("/media/{hash}/redact/{copy}", Access::Roles(PUBLISHING), || get(redact::page).post(redact::keep)),
    route("/media/{hash}/redact/{copy}/file", Access::Roles(PUBLISHING), || get(redact::bytes)),
    route("/official", Access::Roles(READING), || get(official::page)),
    taking("/official/import", Access::Roles(LEADING), TABLE, || get(import::page).post(import::send)),
    route("/official/import/{hash}", Access::Roles(LEADING), || get(import::preview).post(import::say)),
    route("/export", Access::Roles(READING), || get(tables::page)),
    route("/export/{file}", Access::RolesOrToken(READING, TokenScope::Read), || get(tables::file)),
    route("/api/v1/openapi.json", Access::RolesOrToken(READING, TokenScope::Read), || get(api::description)),
    route("/api/v1/tables", Access::Token(TokenScope::Read), || get(api::tables)),
    route("/api/v1/tables/{table}", Access::Token(TokenScope::Read), || get(api::rows)),
    route("/metrics", Access::RolesOrToken(WATCHING, TokenScope::Metrics), || get(metrics::page)),
    route("/official/back", Access::Roles(LEADING), || post(official::back)),
    route("/totals", Access::Roles(READING), || get(totals::page)),
    route("/totals/records", Access::Roles(READING), || get(totals::sources)),
    route("/statistics", Access::Roles(READING), || get(statistics::page)),
    route("/quick-count", Access::Roles(READING), || get(quick_count::page)),
    route("/exit-poll", Access::Roles(READING), || get(exit_poll::page)),
    route("/station/release", Access::Roles(LEADING), || post(release::release)),
    route("/papers", Access::Roles(LOOKING), || get(papers::queue)),
    route("/papers/next", Access::Roles(TYPING), || get(papers::next)),
    route("/papers/{hash}", Access::Roles(LOOKING), || get(papers::page)),
    route("/papers/{hash}/read", Access::Roles(TYPING), || post(papers::read)),
    route("/papers/{hash}/settle", Access::Roles(LEADING), || post(papers::settle)),
    route("/publish", Access::Roles(READING), || get(publish::page)),
    route("/publish/propose", Access::Roles(PUBLISHING), || post(publish::propose)),
    route("/publish/stop", Access::Roles(PUBLISHING), || post(publish::stop)),
    route("/publish/{hash}", Access::Roles(READING), || get(publish::one)),
    route("/publish/{hash}/say", Access::Roles(PUBLISHING), || post(publish::say)),
    route("/publish/{hash}/zip", Access::Roles(READING), || get(publish::archive)),
    route("/publish/{hash}/site/{*path}", Access::Roles(READING), || get(publish::look)),
    route("/login", Access::Everybody, || get(login::page).post(login::enter)),
    route("/leave", Access::SignedIn, || post(me::leave)),
    route("/leave/all", Access::SignedIn, || post(me::leave_all)),
    route("/me", Access::SignedIn, || get(me::page)),
    route("/me/password", Access::SignedIn, || post(me::password)),
    route("/views", Access::Roles(MINDING), || get(views::page)),
    // Browsers ask for it, and would show an error for nothing.
    route("/favicon.ico", Access::Everybody, || get(async || StatusCode::NO_CONTENT)),
];

/// The routes of the desk's own listener.
pub(crate) fn router(desk: Desk) -> Router {
    let routes = ROUTES.iter().fold(Router::new(), |router, route| {
        let door = from_fn_with_state((desk.clone(), route.rule), admit);
        router.route(route.path, (route.handlers)().route_layer(door))
    });
    routes
        .layer(DefaultBodyLimit::max(FORM))
        .layer(CompressionLayer::new().compress_when(is_page))
        .fallback(async || (StatusCode::NOT_FOUND, "there is nothing here\n"))
        .layer(from_fn_with_state(desk.clone(), guard))
        .layer(from_fn_with_state((desk.app.clone(), Listener::Desk), measured))
        .with_state(desk)
}

/// Whether an answer is made small on its way: pages are. Events are sent as they come, and files as they are.
fn is_page(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}
