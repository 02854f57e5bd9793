//! The desk's listener beside the protocol's: plain HTTP on this machine, or TLS with a certificate of its own, within bounds like
//! those of the protocol, since strangers can come.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn;
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::task::JoinHandle;

use super::certificate::tls;
use super::connection::Bounded;
use super::limits::Limits;
use super::tuning::tuned;
use super::underway::watched;
use crate::deployment::{DeploymentError, read_secret};

/// How often it is looked whether the certificate was renewed by whoever issues it.
const LOOK: Duration = Duration::from_secs(60);
/// Connections of the desk: a browser has six, and a headquarters is not a country.
const CONNECTIONS: usize = 1024;
/// Time without a step on a connection. A page that listens hears a few bytes every quarter of a minute, which are less than a step
/// (`underway`); who is quiet for long makes room for others all the same.
const IDLE: Duration = Duration::from_secs(60 * 60);

/// Pages that are served beside the protocol. What they are, and whom they let in, is the business of whoever makes them.
#[derive(Debug)]
pub struct Beside {
    /// Where; must be a loopback address unless TLS is spoken.
    pub listener: TcpListener,
    /// What.
    pub pages: Router,
    /// The certificate for it; plain HTTP without one.
    pub tls: Option<PemFiles>,
}

/// Why the desk cannot be served.
#[derive(Debug)]
pub(super) enum NoDesk {
    /// The key's file.
    Key(DeploymentError),
    /// The certificate, or that they do not fit.
    Certificate(String),
    /// The network refuses.
    Network(io::Error),
    /// It ended by a panic.
    Failed,
}

impl From<io::Error> for NoDesk {
    fn from(error: io::Error) -> Self {
        Self::Network(error)
    }
}

/// A certificate with those that lead to an authority, and its key, as files in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PemFiles {
    /// The certificates, the server's first.
    pub certificate: PathBuf,
    /// The key; only its owner may read it.
    pub key: PathBuf,
}

impl PemFiles {
    fn load(&self) -> Result<Arc<rustls::ServerConfig>, NoDesk> {
        let unreadable = |path: &Path, error: &dyn std::error::Error| {
            NoDesk::Certificate(format!("{} cannot be read ({error})", path.display()))
        };
        let chain = CertificateDer::pem_file_iter(&self.certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| unreadable(&self.certificate, &error))?;
        if chain.is_empty() {
            return Err(NoDesk::Certificate(format!("{} holds none", self.certificate.display())));
        }
        let key = PrivateKeyDer::from_pem_slice(&read_secret(&self.key).map_err(NoDesk::Key)?)
            .map_err(|error| unreadable(&self.key, &error))?;
        let config = tls(chain, key).map_err(|error| NoDesk::Certificate(error.to_string()))?;
        Ok(Arc::new(config))
    }
}

/// The desk being served.
pub(super) struct Running {
    serving: JoinHandle<io::Result<()>>,
    keeping: Option<JoinHandle<()>>,
}

impl Running {
    /// Waits for its end.
    pub(super) async fn end(self) -> Result<(), NoDesk> {
        if let Some(keeping) = self.keeping {
            keeping.abort();
        }
        Ok(self.serving.await.map_err(|_| NoDesk::Failed)??)
    }
}

/// Serves the desk until the handle says otherwise.
pub(super) fn spawn(beside: Beside, limits: &Limits, handle: &Handle<SocketAddr>) -> Result<Running, NoDesk> {
    let Beside { listener, pages, tls } = beside;
    listener.set_nonblocking(true)?;
    let Some(files) = tls else {
        let pages = pages.into_make_service_with_connect_info::<SocketAddr>();
        let server = axum_server::from_tcp(listener)?.handle(handle.clone());
        return Ok(Running { serving: tokio::spawn(server.serve(pages)), keeping: None });
    };
    let limits = Limits {
        connections: CONNECTIONS,
        connections_per_network: CONNECTIONS / 2,
        connections_per_address: CONNECTIONS / 4,
        idle_time: IDLE,
        ..limits.clone()
    };
    let config = RustlsConfig::from_config(files.load()?);
    let acceptor = RustlsAcceptor::new(config.clone()).handshake_timeout(limits.opening_time);
    let acceptor = acceptor.acceptor(Bounded::new(&limits));
    let server = tuned(axum_server::from_tcp(listener)?.acceptor(acceptor), &limits, handle);
    let pages = pages.layer(from_fn(watched)).into_make_service_with_connect_info::<SocketAddr>();
    Ok(Running { serving: tokio::spawn(server.serve(pages)), keeping: Some(tokio::spawn(keep(files, config))) })
}

/// Shows another certificate when there is one, for as long as it is polled.
async fn keep(files: PemFiles, config: RustlsConfig) {
    let mut tick = tokio::time::interval(LOOK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut shown = tokio::fs::read(&files.certificate).await.ok();
    loop {
        tick.tick().await;
        let found = tokio::fs::read(&files.certificate).await.ok();
        if found.is_none() || found == shown {
            continue;
        }
        let loading = files.clone();
        match tokio::task::spawn_blocking(move || loading.load()).await {
            Ok(Ok(loaded)) => {
                config.reload_from_config(loaded);
                shown = found;
                tracing::info!("the desk shows another certificate now");
            }
            // Whoever renews it may have written one of two files; it is looked again.
            Ok(Err(error)) => tracing::warn!(?error, "the desk's certificate cannot be read; the former one is used"),
            Err(error) => tracing::error!(%error, "looking at the desk's certificate failed"),
        }
    }
}
