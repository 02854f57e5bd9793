//! HTTP, in the only place of the project that builds a client.
//!
//! Nothing is trusted but the certificates an invite carries: a root certificate that a state installs on phones, as
//! happened in 2019 and 2020, changes nothing. (This also avoids the platform verifier, which panics on Android unless
//! it is given a JVM first.) Redirects are not followed: what redirects us is not our coordinator.
//!
//! Connections are kept for the next call, and a phone that has changed networks keeps one that nothing will ever come back
//! through. So whatever did not end in a response, also a call that somebody gave up, leaves its connections behind: the next
//! one dials anew, and begins at the next address, in the invite and of the server's name. A connection that has worked before gets a third of the patience, and then
//! the call is made once more on a new one. No word of the platform about its network is needed for that.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt;

use kuager_wire::ids::DeploymentId;
use kuager_wire::sync::{ATTESTATION_HEADER, DEPLOYMENT_HEADER, EPOCH_HEADER, PASS_HEADER};
use parking_lot::RwLock;
use reqwest::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderName, HeaderValue, IF_NONE_MATCH, LOCATION, RETRY_AFTER,
};
use reqwest::{Body, Client, RequestBuilder, Url, redirect};
use rustls::ClientConfig;
use tokio::time::{Instant, timeout};

use super::call::{BoxFuture, Call, Method, Patch, Response, Transport, TransportError};
use super::names::{Names, SystemNames, Turned};
pub use super::setup::HttpSetupError;
use super::{certificates, date};
use crate::config::ObserverConfig;
use crate::queue::FailureClass;
use crate::time::KnownTime;

/// Characters of a pass that is believed to be one.
const PASS: usize = 256;
/// How long a connection is kept that nothing uses. A new one costs two kilobytes and half a second; an old one may be dead.
const POOLED: Duration = Duration::from_secs(20);
/// Bytes a second that a call is given time for.
const SLOW: u32 = 2_000;
/// A call that somebody gives up sooner than this says nothing about the address it was for.
const TRIED: Duration = Duration::from_millis(500);

/// Connections that belong together: they are kept, and left behind, as one.
#[derive(Debug)]
struct Line {
    client: Client,
    /// Something has come back through one of them, so the next call may meet one that is old.
    used: AtomicBool,
    /// How many lines were left before it because nothing came back.
    turn: usize,
}

/// Calls a coordinator over HTTPS, trying its addresses in turn.
pub struct HttpTransport {
    tls: ClientConfig,
    names: Arc<dyn Names>,
    line: RwLock<Arc<Line>>,
    servers: Vec<Url>,
    /// The address that answered last, or the one after one that did not; tried first.
    preferred: AtomicUsize,
    deployment: String,
    pass: RwLock<Option<HeaderValue>>,
    connect_timeout: Duration,
    call_timeout: Duration,
    idle_timeout: Duration,
}

impl std::fmt::Debug for HttpTransport {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("HttpTransport").field("servers", &self.servers.len()).finish_non_exhaustive()
    }
}

/// A call on its way. Whatever ends it but a response, be it an error or its being dropped, leaves its line behind.
struct Underway<'a> {
    transport: &'a HttpTransport,
    line: Arc<Line>,
    server: usize,
    since: Instant,
    /// Whether it was answered; nothing where somebody gave it up.
    answered: Option<bool>,
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        if self.answered == Some(true) {
            self.line.used.store(true, Ordering::Relaxed);
            self.transport.preferred.store(self.server, Ordering::Relaxed);
            return;
        }
        let tried = self.since.elapsed() >= TRIED;
        self.transport.leave(&self.line, tried || self.answered == Some(false));
        if tried {
            let next = self.transport.after(self.server);
            let preferred = &self.transport.preferred;
            // Another call may have found one that answers meanwhile.
            let _ = preferred.compare_exchange(self.server, next, Ordering::Relaxed, Ordering::Relaxed);
        }
    }
}

impl HttpTransport {
    /// A client for the servers and trust anchors of an invite, that judges their dates by this time.
    ///
    /// # Errors
    /// [`HttpSetupError`].
    pub fn new(
        servers: &[String],
        anchors: &[Vec<u8>],
        deployment: DeploymentId,
        config: &ObserverConfig,
        time: &Arc<KnownTime>,
    ) -> Result<Self, HttpSetupError> {
        Self::with_names(servers, anchors, deployment, config, time, Arc::new(SystemNames))
    }

    /// As [`HttpTransport::new`], for names that somebody else than the system knows.
    ///
    /// # Errors
    /// [`HttpSetupError`].
    pub fn with_names(
        servers: &[String],
        anchors: &[Vec<u8>],
        deployment: DeploymentId,
        config: &ObserverConfig,
        time: &Arc<KnownTime>,
        names: Arc<dyn Names>,
    ) -> Result<Self, HttpSetupError> {
        let servers = servers
            .iter()
            .map(|server| usable_address(server).ok_or_else(|| HttpSetupError::Address(server.clone())))
            .collect::<Result<Vec<_>, _>>()?;
        let mut deployment = deployment.to_string();
        deployment.truncate(16);
        let tls = certificates::client(anchors, time)?;
        let turned = Turned { names: Arc::clone(&names), turn: 0 };
        let line = new_line(&tls, turned, config.connect_timeout, config.idle_timeout)?;
        Ok(Self {
            tls,
            names,
            line: RwLock::new(Arc::new(line)),
            servers,
            preferred: AtomicUsize::new(0),
            deployment,
            pass: RwLock::default(),
            connect_timeout: config.connect_timeout,
            call_timeout: config.call_timeout,
            idle_timeout: config.idle_timeout,
        })
    }

    fn request(
        &self,
        client: &Client,
        method: reqwest::Method,
        server: &Url,
        path: &str,
    ) -> Result<RequestBuilder, TransportError> {
        let url = server.join(path.trim_start_matches('/')).map_err(|error| TransportError {
            class: FailureClass::Rejected,
            detail: format!("the path does not fit the address: {error}"),
        })?;
        let request = client.request(method, url).header(DEPLOYMENT_HEADER, &self.deployment);
        Ok(match &*self.pass.read() {
            Some(pass) => request.header(PASS_HEADER, pass),
            None => request,
        })
    }

    /// Leaves connections behind, unless somebody has done so already. The new ones begin at the next address of their server
    /// where this one was given its chance.
    fn leave(&self, line: &Arc<Line>, tried: bool) {
        let mut current = self.line.write();
        if Arc::ptr_eq(&current, line) {
            let turn = if tried { line.turn.wrapping_add(1) } else { line.turn };
            let turned = Turned { names: Arc::clone(&self.names), turn };
            match new_line(&self.tls, turned, self.connect_timeout, self.idle_timeout) {
                Ok(new) => *current = Arc::new(new),
                // The same settings have worked before.
                Err(error) => tracing::error!(%error, "connections are kept that should not be"),
            }
        }
    }

    fn underway(&self, server: usize) -> Underway<'_> {
        let line = Arc::clone(&self.line.read());
        Underway { transport: self, line, server, since: Instant::now(), answered: None }
    }

    /// The address that answered last.
    fn preferred(&self) -> usize {
        let server = self.preferred.load(Ordering::Relaxed);
        if server < self.servers.len() { server } else { 0 }
    }

    /// The address to try after this one; the first one where there is no such.
    fn after(&self, server: usize) -> usize {
        let next = server.saturating_add(1);
        if next < self.servers.len() { next } else { 0 }
    }

    /// A third of the time without an answer.
    fn third(&self) -> Duration {
        self.idle_timeout.checked_div(3).unwrap_or_default()
    }

    /// How long a call on connections that have worked before may be without an answer.
    fn patience(&self, call: &Call) -> Duration {
        let bytes = call.body.as_ref().map_or(0, |body| u32::try_from(body.len()).unwrap_or(u32::MAX));
        let crawling = Duration::from_secs(u64::from(bytes.checked_div(SLOW).unwrap_or_default()));
        self.third().saturating_add(crawling).min(self.idle_timeout)
    }

    /// Calls one address: on the connections there are, and on new ones when those are silent.
    async fn call_server(&self, server: usize, call: &Call) -> Result<Response, TransportError> {
        let mut old = self.underway(server);
        if old.line.used.load(Ordering::Relaxed) {
            let outcome = self.call_on(&old.line.client, server, call, self.patience(call)).await;
            old.answered = Some(outcome.is_ok());
            if !matches!(&outcome, Err(error) if error.class == FailureClass::Timeout) {
                return outcome;
            }
            drop(old);
            tracing::info!("connections have gone silent; new ones are made");
            old = self.underway(server);
        }
        let outcome = self.call_on(&old.line.client, server, call, self.idle_timeout).await;
        old.answered = Some(outcome.is_ok());
        outcome
    }

    async fn call_on(
        &self,
        client: &Client,
        server: usize,
        call: &Call,
        patience: Duration,
    ) -> Result<Response, TransportError> {
        let server = self.servers.get(server).ok_or_else(no_server)?;
        let method = match call.method {
            Method::Get => reqwest::Method::GET,
            Method::Head => reqwest::Method::HEAD,
            Method::Post => reqwest::Method::POST,
        };
        let mut request = self.request(client, method, server, &call.path)?;
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
        let response = timeout(patience, request.timeout(self.call_timeout).send()).await.map_err(|_| silence())?;
        read(response.map_err(|error| classify(&error))?, call.limit, self.idle_timeout).await
    }

    /// Sends a file to the address that answered last. A transfer may take hours, so there is no limit for the whole,
    /// only for standing still.
    async fn patch_server(&self, patch: Patch) -> Result<Response, TransportError> {
        let index = self.preferred();
        let server = self.servers.get(index).ok_or_else(no_server)?;
        let mut underway = self.underway(index);
        let (taken, length) = (Arc::new(AtomicU64::new(0)), patch.length);
        let counter = Arc::clone(&taken);
        let counted = patch.bytes.inspect(move |piece| {
            let length = piece.as_ref().map_or(0, |piece| piece.len() as u64);
            counter.fetch_add(length, Ordering::Relaxed);
        });
        let sending = self
            .request(&underway.line.client, reqwest::Method::PATCH, server, &patch.path)?
            .header("Tus-Resumable", "1.0.0")
            .header("Upload-Offset", patch.offset)
            .header(CONTENT_TYPE, "application/offset+octet-stream")
            .header(CONTENT_LENGTH, patch.length)
            .body(Body::wrap_stream(counted))
            .send();
        tokio::pin!(sending);
        let (mut before, mut still) = (0, 0);
        loop {
            tokio::select! {
                response = &mut sending => {
                    underway.answered = Some(false);
                    let response = response.map_err(|error| classify(&error))?;
                    let outcome = read(response, kuager_wire::limits::RECEIPT * 4, self.idle_timeout).await;
                    underway.answered = Some(outcome.is_ok());
                    return outcome;
                }
                () = tokio::time::sleep(self.idle_timeout) => {
                    let now = taken.load(Ordering::Relaxed);
                    still = if now == before { u32::saturating_add(still, 1) } else { 0 };
                    // What was taken last may be a hundred kilobytes that crawl; nobody sees them move.
                    if still > u32::from(now >= length) {
                        return Err(silence());
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

fn silence() -> TransportError {
    TransportError { class: FailureClass::Timeout, detail: "nothing came back or moved for too long".to_owned() }
}

impl Transport for HttpTransport {
    fn call(&self, call: Call) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let mut server = self.preferred();
            let mut outcome = Err(no_server());
            for _ in &self.servers {
                outcome = self.call_server(server, &call).await;
                if outcome.is_ok() {
                    break;
                }
                server = self.after(server);
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
fn new_line(tls: &ClientConfig, names: Turned, connect: Duration, idle: Duration) -> Result<Line, HttpSetupError> {
    let turn = names.turn;
    let client = Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .redirect(redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .dns_resolver(names)
        .connect_timeout(connect)
        // While something is in flight only. A ping waits behind what was sent before it, so it gets the whole patience.
        .http2_keep_alive_interval(idle.checked_div(3).unwrap_or(idle))
        .http2_keep_alive_timeout(idle)
        .tcp_keepalive(Duration::from_secs(20))
        .pool_idle_timeout(POOLED)
        .user_agent(concat!("kuager/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| HttpSetupError::Client(error.to_string()))?;
    Ok(Line { client, used: AtomicBool::new(false), turn })
}

async fn read(mut response: reqwest::Response, limit: usize, idle: Duration) -> Result<Response, TransportError> {
    let header = |name: HeaderName| response.headers().get(name).and_then(|value| value.to_str().ok());
    let content_type = header(CONTENT_TYPE).unwrap_or_default().split(';').next().unwrap_or_default().trim().to_owned();
    let date_ms = header(DATE).and_then(date::read);
    let retry_after_ms = header(RETRY_AFTER).and_then(|value| match value.trim().parse::<u64>() {
        Ok(seconds) => Some(seconds.saturating_mul(1000)),
        // A date is as far away as the response's own date says. The phone's clock is not asked.
        Err(_) => Some(date::read(value)?.saturating_sub(date_ms?)),
    });
    let upload_offset = header(HeaderName::from_static("upload-offset")).and_then(|value| value.trim().parse().ok());
    let location = header(LOCATION).map(str::to_owned);
    let pass = header(HeaderName::from_static(PASS_HEADER)).filter(|pass| pass.len() <= PASS).map(str::to_owned);
    let epoch = header(HeaderName::from_static(EPOCH_HEADER)).and_then(|value| value.parse().ok());
    let takes_attestations = header(HeaderName::from_static(ATTESTATION_HEADER)) == Some("1");
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) =
        timeout(idle, response.chunk()).await.map_err(|_| silence())?.map_err(|error| classify(&error))?
    {
        if body.len().saturating_add(chunk.len()) > limit {
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
        date_ms,
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
    use crate::clock::SystemClock;

    fn time() -> Arc<KnownTime> {
        Arc::new(KnownTime::new(Arc::new(SystemClock::new())))
    }

    /// A server that speaks one version of TLS to one caller. Returns where, and what phones trust.
    fn server(version: &'static rustls::SupportedProtocolVersion, headers: &'static str) -> (String, Vec<u8>) {
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
            session.write_all(format!("HTTP/1.1 204 No Content\r\n{headers}\r\n").as_bytes())
        });
        (address, certificate("ca.pem").to_vec())
    }

    #[tokio::test]
    async fn tls_is_1_3_or_nothing() {
        for (version, expected) in [(&TLS13, Ok(204)), (&TLS12, Err(FailureClass::Tls))] {
            let (address, anchor) = server(version, "");
            let config = ObserverConfig::new("unused");
            let transport =
                HttpTransport::new(&[address], &[anchor], DeploymentId([0; 32]), &config, &time()).expect("is set up");
            let answer = transport.call(Call::get("/", 100)).await;
            assert_eq!(answer.map(|answer| answer.status).map_err(|error| error.class), expected);
        }
    }

    #[tokio::test]
    async fn a_date_to_come_back_at_is_read_by_the_date_of_its_response() {
        let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
        for (headers, expected) in [
            ("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:51:37 GMT\r\n", Some(120_000)),
            ("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:00:00 GMT\r\n", Some(0)),
            ("Retry-After: Sun, 06 Nov 1994 08:51:37 GMT\r\n", None),
            ("Retry-After: 7\r\n", Some(7_000)),
        ] {
            let (address, anchor) = server(&TLS13, headers);
            let config = ObserverConfig::new("unused");
            let transport = HttpTransport::new(&[address], &[anchor], DeploymentId([0; 32]), &config, &time());
            let answer = transport.expect("is set up").call(Call::get("/", 100)).await.expect("is answered");
            assert_eq!(answer.retry_after_ms, expected, "{headers}");
            assert_eq!(answer.date_ms, headers.starts_with(date).then_some(784_111_777_000));
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
            &time(),
        );
        assert!(matches!(made, Err(HttpSetupError::Anchor | HttpSetupError::Client(_))), "{made:?}");
    }
}
