//! HTTP, in the only place of the project that builds a client.
//!
//! Nothing is trusted but the certificates an invite carries: a root certificate that a state installs on phones, as
//! happened in 2019 and 2020, changes nothing. (This also avoids the platform verifier, which panics on Android unless
//! it is given a JVM first.) Redirects are not followed: what redirects us is not our coordinator.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt;

use kuager_wire::ids::DeploymentId;
use kuager_wire::sync::{ATTESTATION_HEADER, DEPLOYMENT_HEADER, EPOCH_HEADER, PASS_HEADER};
use parking_lot::RwLock;
use reqwest::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, IF_NONE_MATCH, LOCATION, RETRY_AFTER,
};
use reqwest::{Body, Certificate, Client, RequestBuilder, Url, redirect, tls};

use super::call::{BoxFuture, Call, Method, Patch, Response, Transport, TransportError};
use crate::config::ObserverConfig;
use crate::queue::FailureClass;

/// Characters of a pass that is believed to be one.
const PASS: usize = 256;

/// Why no client can be built for an invite.
#[derive(Debug, thiserror::Error)]
pub enum HttpSetupError {
    /// A server address is not usable.
    #[error(
        "the server address {0:?} in the invite is not usable; it must start with https:// (http:// only on this machine)"
    )]
    Address(String),
    /// A trust anchor is not a certificate.
    #[error("the invite holds a trust anchor that is not a certificate")]
    Anchor,
    /// The TLS library refused the settings.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(String),
}

/// Calls a coordinator over HTTPS, trying its addresses in turn.
#[derive(Debug)]
pub struct HttpTransport {
    client: Client,
    servers: Vec<Url>,
    /// The address that answered last; tried first.
    preferred: AtomicUsize,
    deployment: String,
    pass: RwLock<Option<HeaderValue>>,
    call_timeout: Duration,
    idle_timeout: Duration,
}

impl HttpTransport {
    /// A client for the servers and trust anchors of an invite.
    ///
    /// # Errors
    /// [`HttpSetupError`].
    pub fn new(
        servers: &[String],
        anchors: &[Vec<u8>],
        deployment: DeploymentId,
        config: &ObserverConfig,
    ) -> Result<Self, HttpSetupError> {
        let servers = servers
            .iter()
            .map(|server| usable_address(server).ok_or_else(|| HttpSetupError::Address(server.clone())))
            .collect::<Result<Vec<_>, _>>()?;
        let mut deployment = deployment.to_string();
        deployment.truncate(16);
        let client = build_client(anchors, config)?;
        Ok(Self {
            client,
            servers,
            preferred: AtomicUsize::new(0),
            deployment,
            pass: RwLock::default(),
            call_timeout: config.call_timeout,
            idle_timeout: config.idle_timeout,
        })
    }

    fn request(&self, method: reqwest::Method, server: &Url, path: &str) -> Result<RequestBuilder, TransportError> {
        let url = server.join(path.trim_start_matches('/')).map_err(|error| TransportError {
            class: FailureClass::Rejected,
            detail: format!("the path does not fit the address: {error}"),
        })?;
        let request = self.client.request(method, url).header(DEPLOYMENT_HEADER, &self.deployment);
        Ok(match &*self.pass.read() {
            Some(pass) => request.header(PASS_HEADER, pass),
            None => request,
        })
    }

    async fn call_server(&self, server: &Url, call: &Call) -> Result<Response, TransportError> {
        let method = match call.method {
            Method::Get => reqwest::Method::GET,
            Method::Head => reqwest::Method::HEAD,
            Method::Post => reqwest::Method::POST,
        };
        let mut request = self.request(method, server, &call.path)?;
        if let Some(body) = &call.body {
            request = request.body(body.clone());
        }
        if !call.content_type.is_empty() {
            request = request.header(CONTENT_TYPE, call.content_type);
        }
        if let Some(encoding) = call.content_encoding {
            request = request.header(CONTENT_ENCODING, encoding);
        }
        if let Some(tag) = &call.if_none_match {
            request = request.header(IF_NONE_MATCH, tag);
        }
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        let response = request.timeout(self.call_timeout).send().await.map_err(|error| classify(&error))?;
        read(response, call.limit).await
    }

    /// Sends a file to the address that answered last. A transfer may take hours, so there is no limit for the whole,
    /// only for standing still.
    async fn patch_server(&self, patch: Patch) -> Result<Response, TransportError> {
        let index = self.preferred.load(Ordering::Relaxed) % self.servers.len().max(1);
        let server = self.servers.get(index).ok_or_else(no_server)?;
        let taken = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&taken);
        let counted = patch.bytes.inspect(move |piece| {
            let length = piece.as_ref().map_or(0, |piece| piece.len() as u64);
            counter.fetch_add(length, Ordering::Relaxed);
        });
        let sending = self
            .request(reqwest::Method::PATCH, server, &patch.path)?
            .header("Tus-Resumable", "1.0.0")
            .header("Upload-Offset", patch.offset)
            .header(CONTENT_TYPE, "application/offset+octet-stream")
            .header(CONTENT_LENGTH, patch.length)
            .body(Body::wrap_stream(counted))
            .send();
        tokio::pin!(sending);
        let mut before = 0;
        loop {
            tokio::select! {
                response = &mut sending => {
                    return read(response.map_err(|error| classify(&error))?, kuager_wire::limits::RECEIPT * 4).await;
                }
                () = tokio::time::sleep(self.idle_timeout) => {
                    let now = taken.load(Ordering::Relaxed);
                    if now == before {
                        let detail = "nothing moved for too long".to_owned();
                        return Err(TransportError { class: FailureClass::Timeout, detail });
                    }
                    before = now;
                }
            }
        }
    }
}

fn no_server() -> TransportError {
    TransportError { class: FailureClass::Offline, detail: "no server address".to_owned() }
}

impl Transport for HttpTransport {
    fn call(&self, call: Call) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let first = self.preferred.load(Ordering::Relaxed);
            let mut outcome = Err(no_server());
            for turn in 0..self.servers.len() {
                let index = (first + turn) % self.servers.len();
                outcome = self.call_server(&self.servers[index], &call).await;
                if outcome.is_ok() {
                    self.preferred.store(index, Ordering::Relaxed);
                    break;
                }
            }
            outcome
        })
    }

    fn use_pass(&self, pass: &str) {
        // What no header can hold is no pass, and without one the phone is a stranger like any other.
        let value = HeaderValue::from_str(pass).ok().map(|mut value| {
            value.set_sensitive(true);
            value
        });
        *self.pass.write() = value;
    }

    fn patch(&self, patch: Patch) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(self.patch_server(patch))
    }
}

/// HTTPS anywhere, plain HTTP on the machine itself only.
fn usable_address(server: &str) -> Option<Url> {
    let with_slash = if server.ends_with('/') { server.to_owned() } else { format!("{server}/") };
    let url = Url::parse(&with_slash).ok()?;
    let loopback = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    let usable = url.scheme() == "https" || (url.scheme() == "http" && loopback);
    (usable && url.host_str().is_some() && url.query().is_none()).then_some(url)
}

#[expect(clippy::disallowed_methods, reason = "this is the one builder that every other place is sent to")]
fn build_client(anchors: &[Vec<u8>], config: &ObserverConfig) -> Result<Client, HttpSetupError> {
    // Installing it twice is an error that says that it is installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let anchors = anchors
        .iter()
        .map(|der| Certificate::from_der(der).map_err(|_| HttpSetupError::Anchor))
        .collect::<Result<Vec<_>, _>>()?;
    Client::builder()
        .tls_certs_only(anchors)
        // Older versions show whoever is in between the server's certificate.
        .tls_version_min(tls::Version::TLS_1_3)
        .redirect(redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .connect_timeout(config.connect_timeout)
        .read_timeout(config.idle_timeout)
        .tcp_keepalive(Duration::from_secs(20))
        .pool_idle_timeout(Duration::from_secs(60))
        .user_agent(concat!("kuager/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| HttpSetupError::Client(error.to_string()))
}

async fn read(mut response: reqwest::Response, limit: usize) -> Result<Response, TransportError> {
    let header = |name: HeaderName| response.headers().get(name).and_then(|value| value.to_str().ok());
    let content_type = header(CONTENT_TYPE).unwrap_or_default().split(';').next().unwrap_or_default().trim().to_owned();
    // Dates are allowed here too, but no clock of a phone can be trusted to read them.
    let retry_after_ms =
        header(RETRY_AFTER).and_then(|value| value.trim().parse::<u64>().ok()).map(|s| s.saturating_mul(1000));
    let upload_offset = header(HeaderName::from_static("upload-offset")).and_then(|value| value.trim().parse().ok());
    let location = header(LOCATION).map(str::to_owned);
    let pass = header(HeaderName::from_static(PASS_HEADER)).filter(|pass| pass.len() <= PASS).map(str::to_owned);
    let epoch = header(HeaderName::from_static(EPOCH_HEADER)).and_then(|value| value.parse().ok());
    let takes_attestations = header(HeaderName::from_static(ATTESTATION_HEADER)) == Some("1");
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| classify(&error))? {
        if body.len() + chunk.len() > limit {
            return Err(TransportError {
                class: FailureClass::CaptivePortal,
                detail: format!("a response of more than {limit} bytes"),
            });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Response {
        status,
        content_type,
        retry_after_ms,
        upload_offset,
        location,
        pass,
        epoch,
        takes_attestations,
        body,
    })
}

/// Finds out what kind of failure it was. reqwest keeps the causes but has no words for most of them.
fn classify(error: &reqwest::Error) -> TransportError {
    let mut causes = vec![error.to_string()];
    let mut class = None;
    let mut cause = error.source();
    while let Some(current) = cause {
        if let Some(io) = current.downcast_ref::<std::io::Error>() {
            class = class.or_else(|| classify_io(io));
        }
        if current.is::<rustls::Error>() {
            class = Some(FailureClass::Tls);
        }
        causes.push(current.to_string());
        cause = current.source();
    }
    let text = causes.join(": ");
    let class = class.unwrap_or_else(|| {
        if text.contains("dns error") {
            FailureClass::Dns
        } else if error.is_timeout() {
            FailureClass::Timeout
        } else if error.is_connect() {
            FailureClass::Offline
        } else {
            FailureClass::Reset
        }
    });
    // The message itself names the address; the causes below it do not.
    let detail = causes.into_iter().skip(1).collect::<Vec<_>>().join(": ");
    TransportError { class, detail }
}

fn classify_io(error: &std::io::Error) -> Option<FailureClass> {
    use std::io::ErrorKind;
    // An io::Error hides what it wraps from `source`, and layers wrap each other's.
    if let Some(inner) = error.get_ref() {
        if inner.is::<rustls::Error>() {
            return Some(FailureClass::Tls);
        }
        if let Some(class) = inner.downcast_ref::<std::io::Error>().and_then(classify_io) {
            return Some(class);
        }
    }
    match error.kind() {
        ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::UnexpectedEof => Some(FailureClass::Reset),
        ErrorKind::ConnectionRefused
        | ErrorKind::NotConnected
        | ErrorKind::HostUnreachable
        | ErrorKind::NetworkUnreachable
        | ErrorKind::NetworkDown
        | ErrorKind::AddrNotAvailable => Some(FailureClass::Offline),
        ErrorKind::TimedOut => Some(FailureClass::Timeout),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::path::Path;

    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use rustls::version::{TLS12, TLS13};

    use super::*;

    /// A server that speaks one version of TLS to one caller. Returns where, and what phones trust.
    fn server(version: &'static rustls::SupportedProtocolVersion) -> (String, Vec<u8>) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/ledger-v2/tls");
        let certificate = |name| CertificateDer::from_pem_file(folder.join(name)).expect("a certificate");
        let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .expect("a version")
            .with_no_client_auth()
            .with_single_cert(vec![certificate("server.pem")], key)
            .expect("fits");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("https://127.0.0.1:{}", listener.local_addr().expect("an address").port());
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept()?;
            let mut session = rustls::ServerConnection::new(Arc::new(config)).map_err(std::io::Error::other)?;
            let mut session = rustls::Stream::new(&mut session, &mut stream);
            let mut request = [0; 4096];
            let _ = session.read(&mut request)?;
            session.write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
        });
        (address, certificate("ca.pem").to_vec())
    }

    #[tokio::test]
    async fn tls_is_1_3_or_nothing() {
        for (version, expected) in [(&TLS13, Ok(204)), (&TLS12, Err(FailureClass::Tls))] {
            let (address, anchor) = server(version);
            let config = ObserverConfig::new("unused");
            let transport =
                HttpTransport::new(&[address], &[anchor], DeploymentId([0; 32]), &config).expect("is set up");
            let call = Call {
                method: Method::Get,
                path: "/".to_owned(),
                body: None,
                content_type: "",
                headers: Vec::new(),
                content_encoding: None,
                if_none_match: None,
                limit: 100,
            };
            let answer = transport.call(call).await;
            assert_eq!(answer.map(|answer| answer.status).map_err(|error| error.class), expected);
        }
    }

    #[test]
    fn only_addresses_that_can_be_trusted_are_usable() {
        for good in ["https://kuager.example", "https://10.0.0.1:8443/", "http://127.0.0.1:80", "http://localhost:9"] {
            assert!(usable_address(good).is_some(), "{good}");
        }
        for bad in ["http://kuager.example", "ftp://127.0.0.1", "kuager.example", "https://", "https://a/?b=c", ""] {
            assert!(usable_address(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn paths_are_joined_below_the_address() {
        let base = usable_address("https://kuager.example/astana").expect("usable");
        assert_eq!(base.join("v1/records").expect("joins").as_str(), "https://kuager.example/astana/v1/records");
    }

    #[test]
    fn an_anchor_that_is_no_certificate_is_refused() {
        let config = ObserverConfig::new("unused");
        let made = HttpTransport::new(
            &["https://kuager.example".to_owned()],
            &[b"not a certificate".to_vec()],
            DeploymentId([0; 32]),
            &config,
        );
        assert!(matches!(made, Err(HttpSetupError::Anchor | HttpSetupError::Client(_))), "{made:?}");
    }
}
