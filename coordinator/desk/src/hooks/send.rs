//! One attempt to deliver a message: over a client that follows no redirect, waits for nobody long, and believes whom it should.

use std::sync::Arc;
use std::time::Duration;

use kuager_coordinator::ledger::NewWebhook;
use reqwest::header::RETRY_AFTER;
use reqwest::{Client, StatusCode, Url, redirect};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;

use super::address::{Names, read};
use super::message::Message;

/// Time for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Time for the answer: the specification asks for 15 to 30 seconds.
const ANSWER: Duration = Duration::from_secs(20);
/// What we call ourselves.
const AGENT: &str = concat!("kuager/", env!("CARGO_PKG_VERSION"));

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was taken.
    Taken,
    /// Nobody there wants messages any more (410).
    Gone,
    /// It was not taken; why, and for how long we were asked to wait.
    Failed(String, Option<Duration>),
}

/// Where one webhook is told.
#[derive(Debug)]
pub(super) struct Line {
    client: Client,
    url: Url,
}

impl Line {
    /// What stands in the way is said in words: it is shown where webhooks are listed.
    pub(super) fn new(webhook: &NewWebhook) -> Result<Self, String> {
        let url = read(&webhook.url, webhook.inside).map_err(|error| error.to_string())?;
        let tls = tls(webhook.authorities.as_deref())?;
        #[expect(clippy::disallowed_methods, reason = "talks to servers of others, and never to a deployment")]
        let client = Client::builder()
            .use_preconfigured_tls(tls)
            .dns_resolver(Arc::new(Names { inside: webhook.inside }))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .user_agent(AGENT)
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { client, url })
    }

    /// Tries once. Of the answer nothing but the status and how long to wait is read.
    pub(super) async fn send(&self, message: &Message, secret: &[u8; 32], now_ms: u64) -> Outcome {
        let at_s = now_ms.checked_div(1000).unwrap_or(0);
        let request = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", at_s.to_string())
            .header("webhook-signature", message.signature(secret, at_s))
            .body(message.body.clone());
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Outcome::Failed(said(&error), None),
        };
        let status = response.status();
        if status.is_success() {
            return Outcome::Taken;
        }
        if status == StatusCode::GONE {
            return Outcome::Gone;
        }
        let wait = response.headers().get(RETRY_AFTER).and_then(|wait| wait.to_str().ok()?.trim().parse().ok());
        let said = if status.is_redirection() {
            format!("answers {status}; redirects are not followed, add the webhook where it is now")
        } else {
            format!("answers {status}")
        };
        Outcome::Failed(said, wait.map(Duration::from_secs))
    }
}

/// What kind of failure it was, without the address, which may hold a secret.
fn said(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let kind = match () {
        () if error.is_timeout() => "no answer in time",
        () if error.is_connect() => "no connection",
        () => "broken off",
    };
    format!("{kind}: {cause}")
}

fn tls(authorities: Option<&[u8]>) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let Some(pem) = authorities else {
        let builder = builder.with_platform_verifier().map_err(|error| error.to_string())?;
        return Ok(builder.with_no_client_auth());
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| format!("the authority cannot be read: {error}"))?;
        roots.add(certificate).map_err(|error| format!("the authority cannot be used: {error}"))?;
    }
    if roots.is_empty() {
        return Err("there is no certificate of an authority in that file".to_owned());
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
