//! Numbers for monitoring, as OpenMetrics writes them.
//!
//! What happens often is counted where it happens (`counters`); what is a state is looked up when somebody asks ([`render`]). Labels are
//! names of routes, codes and the like: nothing of observers, devices, stations, addresses.

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use serde_json::Value;

use crate::app::App;
pub use crate::counters::Listener;
use crate::health::report;
use crate::ledger::LedgerError;
use crate::media::Media;

/// The media type of what is written.
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Named {
    name: String,
}

/// Lets a request through and counts it. Routes are named as they are written down; what has none is counted together, so that nobody
/// makes up names.
pub async fn measured(
    axum::extract::State((app, listener)): axum::extract::State<(App, Listener)>,
    request: Request,
    next: Next,
) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let method = match request.method().as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PATCH" => "PATCH",
        _ => "other",
    };
    let begun = app.clock.elapsed();
    let response = next.run(request).await;
    let took = app.clock.elapsed().saturating_sub(begun);
    app.metrics.count(listener, route.as_deref().unwrap_or("none"), method, response.status().as_u16(), took);
    response
}

fn gauge(registry: &mut Registry, name: &str, help: &str, value: Option<&Value>) {
    let Some(value) = value.and_then(Value::as_i64) else { return };
    set(registry, name, help, value);
}

/// Adds a state to what is written.
pub fn set(registry: &mut Registry, name: &str, help: &str, value: i64) {
    let gauge = Gauge::<i64>::default();
    gauge.set(value);
    registry.register(name, help, gauge);
}

/// Adds a state of each of several named things.
fn set_each(registry: &mut Registry, name: &str, help: &str, values: impl Iterator<Item = (String, i64)>) {
    let family = Family::<Named, Gauge>::default();
    for (name, value) in values {
        family.get_or_create(&Named { name }).set(value);
    }
    registry.register(name, help, family);
}

/// Everything there is to measure, with what the caller adds.
///
/// # Errors
/// [`LedgerError`].
pub async fn render(app: &App, media: &Media, add: impl FnOnce(&mut Registry) + Send) -> Result<String, LedgerError> {
    let report = report(app, media).await?;
    let mut registry = Registry::with_prefix("kuager");
    registry.register(
        "requests",
        "Requests answered, by listener, route, method and status.",
        app.metrics.requests.clone(),
    );
    registry.register_with_unit(
        "request_duration",
        "Time until the answer began.",
        Unit::Seconds,
        app.metrics.seconds.clone(),
    );
    let at = |path: &str| report.pointer(path);
    let registry_ref = &mut registry;
    set(
        registry_ref,
        "up",
        "Whether records can be stored.",
        at("/ok").and_then(Value::as_bool).unwrap_or(false).into(),
    );
    gauge(registry_ref, "records", "Records stored.", at("/records"));
    gauge(registry_ref, "devices", "Devices enrolled.", at("/devices"));
    gauge(registry_ref, "disk_free_bytes", "Bytes free on the disk.", at("/disk/free"));
    gauge(registry_ref, "disk_reserve_bytes", "Bytes that files leave free for records.", at("/disk/reserve"));
    gauge(registry_ref, "writer_waiting", "Calls that wait for who writes the database.", at("/writer/waiting"));
    gauge(
        registry_ref,
        "writer_transaction_seconds",
        "How long the present transaction has run; nothing without one.",
        at("/writer/transaction_seconds"),
    );
    gauge(
        registry_ref,
        "writer_committed_seconds",
        "How long ago something was last committed.",
        at("/writer/committed_seconds_ago"),
    );
    let state = at("/writer/state").and_then(Value::as_str) == Some("runs");
    set(registry_ref, "writer_runs", "Whether somebody writes the database.", state.into());
    gauge(
        registry_ref,
        "certificate_ends_seconds",
        "When the server's certificate ends, seconds since 1970.",
        at("/certificates/server_ends_ms").and_then(Value::as_i64).map(|ms| Value::from(ms.div_euclid(1000))).as_ref(),
    );
    let numbers = |path: &str| {
        let object = report.pointer(path).and_then(Value::as_object);
        object.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())).collect::<Vec<_>>()
    };
    let refusals = numbers("/refusals").into_iter().filter_map(|(name, count)| Some((name, count.as_i64()?)));
    set_each(registry_ref, "refusals", "Records refused, by reason.", refusals);
    let faults = numbers("/chain_faults").into_iter();
    let faults = faults.filter_map(|(name, count)| Some((name, count.get("times")?.as_i64()?)));
    set_each(registry_ref, "chain_faults", "What does not hold in chains, by kind.", faults);
    let warnings = at("/warnings").and_then(Value::as_array).into_iter().flatten();
    let warnings = warnings.filter_map(Value::as_str).map(|name| (name.to_owned(), 1));
    set_each(registry_ref, "warnings", "What will be trouble if nobody does anything; should have none.", warnings);
    let journal = app.ledger.desk_head().await?.map_or(0, |head| head.seq.saturating_add(1));
    set(
        registry_ref,
        "desk_journal_entries",
        "Entries of the desk's journal.",
        i64::try_from(journal).unwrap_or(i64::MAX),
    );
    let webhooks = app.ledger.webhooks().await?;
    let told = webhooks.iter().filter(|row| row.stopped_ms.is_none());
    let failing = told.clone().filter(|row| row.failures > 0).count();
    set(registry_ref, "webhooks", "Webhooks that are told something.", i64::try_from(told.count()).unwrap_or(i64::MAX));
    set(
        registry_ref,
        "webhooks_failing",
        "Those of them that did not take the last message.",
        i64::try_from(failing).unwrap_or(i64::MAX),
    );
    add(registry_ref);
    let mut text = String::new();
    encode(&mut text, &registry).map_err(|error| LedgerError::Failed(format!("metrics cannot be written: {error}")))?;
    Ok(text)
}
