//! The server: TLS with the deployment's own certificate, the routes of the wire protocol, the desk beside it.
//!
//! Everything a stranger can do is bounded: connections by network and address, requests per address, time for the
//! handshake, the headers, the body and the reading of an answer, bytes of the body before and after decompression. The public listener serves the protocol and nothing else;
//! `/` is 404 there. The desk page has a listener of its own, on the same machine only.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

mod body;
mod certificate;
mod connection;
mod connections;
mod desk;
pub mod files;
mod host;
mod limits;
mod log;
mod media;
mod network;
mod open_files;
mod public;
mod router;
mod tuning;
mod underway;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum_server::Handle;
use axum_server::tls_rustls::RustlsAcceptor;

use crate::app::App;
use crate::deployment::DeploymentError;
use crate::enrol::watch_issuer;
use crate::intake::attest_waiting;
use crate::media::Media;
use crate::sequencer;
use certificate::Unusable;
use connection::Bounded;
use desk::NoDesk;
pub use desk::{Beside, PemFiles};
pub use host::{BadTarget, target};
pub use limits::Limits;
pub use network::near;
pub use open_files::room_for_connections;
pub use router::router;
use tuning::tuned;

/// How often refusal counters are written, and other processes' new packs looked for.
const HOUSEKEEPING: Duration = Duration::from_secs(2);
/// How often uploads are looked for that lie still for too long.
const SWEEP: Duration = Duration::from_secs(60 * 60);

/// What a coordinator runs with.
#[derive(Debug)]
pub struct Config {
    /// The open coordinator.
    pub app: App,
    /// Its files.
    pub media: Arc<Media>,
    /// What is served to people on this machine.
    pub desk: Option<Beside>,
    /// Serve the protocol without TLS; refused unless the listener is a loopback address. For tests.
    pub plain_http: bool,
    /// Bounds for what strangers can do.
    pub limits: Limits,
}

impl Config {
    /// TLS, no desk, the default limits.
    #[must_use]
    pub fn new(app: App, media: Arc<Media>) -> Self {
        Self { app, media, desk: None, plain_http: false, limits: Limits::default() }
    }
}

/// Why the coordinator cannot run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Records would travel readable by anybody.
    #[error("plain HTTP is only served on a loopback address, and {0} is none; leave TLS on")]
    PlainHttp(SocketAddr),
    /// Whatever people type at the desk would travel readable by anybody.
    #[error(
        "without TLS the desk is only served on a loopback address, and {0} is none; use 127.0.0.1 and an SSH tunnel"
    )]
    Desk(SocketAddr),
    /// The desk's own certificate.
    #[error("the desk's certificate cannot be used: {0}")]
    DeskCertificate(String),
    /// The data directory cannot be used.
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    /// The certificate and its key do not fit TLS.
    #[error("the server's certificate cannot be used ({0}); restore tls/ from a backup")]
    Tls(#[from] rustls::Error),
    /// The network refuses.
    #[error("the network listener fails: {0}")]
    Network(#[from] io::Error),
    /// A part of the server ended by a panic; a bug.
    #[error("a part of the server failed; the log says more")]
    Failed,
}

impl From<Unusable> for ServeError {
    fn from(error: Unusable) -> Self {
        match error {
            Unusable::Deployment(error) => Self::Deployment(error),
            Unusable::Tls(error) => Self::Tls(error),
        }
    }
}

impl From<NoDesk> for ServeError {
    fn from(error: NoDesk) -> Self {
        match error {
            NoDesk::Key(error) => Self::Deployment(error),
            NoDesk::Certificate(reason) => Self::DeskCertificate(reason),
            NoDesk::Network(error) => Self::Network(error),
            NoDesk::Failed => Self::Failed,
        }
    }
}

/// Serves until `shutdown` is ready, then finishes what is under way, closes the ledger, and returns when everything is
/// on disk.
///
/// # Errors
/// [`ServeError`].
pub async fn serve(
    listener: TcpListener,
    config: Config,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), ServeError> {
    let address = listener.local_addr()?;
    if config.plain_http && !address.ip().is_loopback() {
        return Err(ServeError::PlainHttp(address));
    }
    if let Some(desk) = &config.desk {
        let address = desk.listener.local_addr()?;
        if desk.tls.is_none() && !address.ip().is_loopback() {
            return Err(ServeError::Desk(address));
        }
    }
    let Config { app, media, .. } = config;
    let _serving = app.deployment.claim()?;
    let routes = router(app.clone(), Arc::clone(&media), &config.limits);
    let handle = Handle::new();
    let routes = routes.into_make_service_with_connect_info::<SocketAddr>();
    let bounded = Bounded::new(&config.limits);
    listener.set_nonblocking(true)?;
    let mut keeping = None;
    let mut server = if config.plain_http {
        let server = axum_server::from_tcp(listener)?.acceptor(bounded);
        tokio::spawn(tuned(server, &config.limits, &handle).serve(routes))
    } else {
        let certificate = certificate::config(&app)?;
        keeping = Some(tokio::spawn(certificate::keep(app.clone(), certificate.clone())));
        let tls = RustlsAcceptor::new(certificate).handshake_timeout(config.limits.opening_time).acceptor(bounded);
        let server = axum_server::from_tcp(listener)?.acceptor(tls);
        tokio::spawn(tuned(server, &config.limits, &handle).serve(routes))
    };
    let desk_handle = Handle::new();
    let desk = match config.desk {
        None => None,
        Some(beside) => Some(desk::spawn(beside, &config.limits, &desk_handle)?),
    };
    let housekeeping = tokio::spawn(keep_house(app.clone()));
    let sweeping = tokio::spawn(sweep(app.clone(), Arc::clone(&media)));
    let sequencing = tokio::spawn(sequencer::run(app.clone()));
    let watching = tokio::spawn(watch_issuer(app.clone()));
    let looking = tokio::spawn({
        let media = Arc::clone(&media);
        async move { media.examine_all().await }
    });
    tracing::info!(port = address.port(), tls = !config.plain_http, "the coordinator serves");
    let outcome = tokio::select! {
        () = shutdown => {
            tracing::info!("shutting down");
            handle.graceful_shutdown(Some(config.limits.shutdown_time));
            (&mut server).await
        }
        ended = &mut server => ended,
    };
    if let Some(desk) = desk {
        // Open pages listen for ever; they are simply cut off and connect again after a restart.
        desk_handle.shutdown();
        desk.end().await?;
    }
    housekeeping.abort();
    sequencing.abort();
    sweeping.abort();
    watching.abort();
    looking.abort();
    if let Some(keeping) = keeping {
        keeping.abort();
    }
    media.settle(config.limits.shutdown_time).await;
    if let Err(error) = app.refusals.flush(&*app.ledger).await {
        tracing::warn!(%error, "the refusal counters of the last seconds are lost");
    }
    // Whatever was accepted is committed before this returns, and the write-ahead log is moved into the database.
    app.ledger.close().await;
    outcome.map_err(|_| ServeError::Failed)??;
    Ok(())
}

async fn keep_house(app: App) {
    let mut tick = tokio::time::interval(HOUSEKEEPING);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut attested = false;
    loop {
        tick.tick().await;
        if !attested {
            match attest_waiting(&app).await {
                Ok(()) => attested = true,
                Err(error) => tracing::warn!(%error, "forks that an earlier run found are attested later"),
            }
        }
        if let Err(error) = app.refusals.flush(&*app.ledger).await {
            tracing::warn!(%error, "the refusal counters are written later");
        }
        let shelf = Arc::clone(&app.shelf);
        match tokio::task::spawn_blocking(move || shelf.refresh()).await {
            Ok(Ok(false)) => {}
            Ok(Ok(true)) => tracing::info!("a new pack is published"),
            Ok(Err(error)) => tracing::warn!(%error, "the published packs cannot be read again"),
            Err(error) => tracing::error!(%error, "reading the published packs failed"),
        }
    }
}

async fn sweep(app: App, media: Arc<Media>) {
    let mut tick = tokio::time::interval(SWEEP);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(error) = media.sweep().await {
            tracing::warn!(%error, "uploads that lie still are looked for again later");
        }
        if let Err(error) = app.ledger.sweep_usage(app.clock.now_ms()).await {
            tracing::warn!(%error, "what devices used days ago is forgotten later");
        }
    }
}

#[cfg(test)]
mod tests;
