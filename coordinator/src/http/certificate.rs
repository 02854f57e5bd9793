//! The server's certificate while it serves: issued again before it ends, and exchanged when another process has issued it
//! for another host. Connections that are open keep the one they have.

use std::sync::Arc;
use std::time::Duration;

use axum_server::tls_rustls::RustlsConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::app::App;
use crate::deployment::DeploymentError;

/// How often it is looked whether another certificate is there.
const LOOK: Duration = Duration::from_secs(2);
/// Looks between two times that its end is looked at: a day.
const DAILY: u32 = 24 * 60 * 60 / 2;

/// Why TLS cannot be spoken with what is in the data directory.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unusable {
    /// The files.
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    /// The certificate and its key do not fit TLS.
    #[error(transparent)]
    Tls(#[from] rustls::Error),
}

/// TLS 1.3 with the certificate that is in the data directory.
pub(super) fn config(app: &App) -> Result<RustlsConfig, Unusable> {
    renew(app);
    Ok(RustlsConfig::from_config(load(app)?))
}

fn load(app: &App) -> Result<Arc<rustls::ServerConfig>, Unusable> {
    let (chain, key) = app.deployment.server_certificate()?;
    Ok(Arc::new(tls(chain, key)?))
}

/// No older version: TLS 1.2 shows certificates to whoever is in between, and every phone of this project speaks 1.3.
pub(super) fn tls(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<rustls::ServerConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Issues the certificate again if it is time to, and says so when nothing helps any more but another authority.
fn renew(app: &App) {
    let now_ms = app.clock.now_ms();
    match app.deployment.renew_certificate(&[], now_ms) {
        Ok((summary, new)) => {
            if new {
                tracing::info!("the server's certificate is issued again");
            }
            if summary.authority_ends_soon(now_ms) {
                tracing::warn!(
                    ends_ms = summary.authority_ends_ms,
                    "the certificate authority ends soon, and phones will not connect after that; make a new deployment"
                );
            }
        }
        Err(error) => tracing::warn!(%error, "the certificate cannot be renewed; the one that is there is used"),
    }
}

/// Keeps a configuration current, for as long as it is polled.
pub(super) async fn keep(app: App, config: RustlsConfig) {
    let mut tick = tokio::time::interval(LOOK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut current = app.deployment.server_chain().ok();
    let mut looks: u32 = 0;
    loop {
        tick.tick().await;
        looks = looks.wrapping_add(1);
        let (app, known) = (app.clone(), current.clone());
        let looked = tokio::task::spawn_blocking(move || {
            if looks.is_multiple_of(DAILY) {
                renew(&app);
            }
            let chain = app.deployment.server_chain()?;
            if known.as_ref() == Some(&chain) { Ok(None) } else { Ok(Some((chain, load(&app)?))) }
        });
        match looked.await {
            Ok(Ok(None)) => {}
            Ok(Ok(Some((chain, loaded)))) => {
                config.reload_from_config(loaded);
                current = Some(chain);
                tracing::info!("the server shows another certificate now");
            }
            Ok(Err::<_, Unusable>(error)) => {
                tracing::warn!(%error, "the certificate cannot be read; the former one is used");
            }
            Err(error) => tracing::error!(%error, "looking at the certificate failed"),
        }
    }
}
