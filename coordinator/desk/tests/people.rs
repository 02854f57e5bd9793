//! The desk where others reach it: over TLS of its own, behind a proxy, and not at all without what keeps strangers out.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use kuager_coordinator::clock::{Clock, SystemClock};
use kuager_coordinator::http::{Config, PemFiles};
use kuager_coordinator::ledger::{DeskRole, DeskRoles};
use kuager_coordinator::people;
use kuager_coordinator::people::totp::{TotpSecret, step};
use kuager_coordinator::testing::Fixture;
use kuager_desk::{DeskError, Missing, Reach, Way, beside};
use kuager_testing::{LONG, TestCoordinator, now};
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};

const HOST: &str = "desk.example";
const PASSWORD: &str = "five words drawn by dice";

fn certificate() -> CertifiedKey<KeyPair> {
    generate_simple_self_signed(vec![HOST.to_owned()]).unwrap()
}

/// Writes a certificate and its key as an administrator would, for the owner only.
fn written(certificate: &CertifiedKey<KeyPair>, dir: &Path) -> PemFiles {
    let files = PemFiles { certificate: dir.join("desk.pem"), key: dir.join("desk.key") };
    std::fs::write(&files.certificate, certificate.cert.pem()).unwrap();
    let mut key = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&files.key).unwrap();
    std::io::Write::write_all(&mut key, certificate.signing_key.serialize_pem().as_bytes()).unwrap();
    files
}

/// A browser that trusts this certificate.
fn connector(certificate: &CertifiedKey<KeyPair>) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.cert.der().clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_root_certificates(roots);
    TlsConnector::from(Arc::new(config.with_no_client_auth()))
}

async fn dial(connector: &TlsConnector, address: SocketAddr) -> impl AsyncRead + AsyncWrite + Unpin {
    let stream = TcpStream::connect(address).await.unwrap();
    connector.connect(ServerName::try_from(HOST).unwrap(), stream).await.unwrap()
}

/// Sends a request and returns all that is answered.
async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, head: &str, body: &str) -> String {
    let length = body.len();
    let request = format!("{head}connection: close\r\ncontent-length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    // A connection that is cut off ends with an error, which is an end too.
    let _ = tokio::time::timeout(LONG, stream.read_to_end(&mut bytes)).await.expect("the server ends it");
    String::from_utf8_lossy(&bytes).into_owned()
}

fn head(method: &str, path: &str, more: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nhost: {HOST}\r\naccept: text/html\r\n{more}")
}

/// What the answers say that a browser is to keep.
fn cookie<'a>(answer: &'a str, name: &str) -> &'a str {
    let begin = format!("set-cookie: {name}=");
    answer.lines().find_map(|line| line.strip_prefix(&begin)).unwrap_or_else(|| panic!("{name}: {answer}"))
}

fn value(cookie: &str) -> &str {
    cookie.split(';').next().unwrap()
}

async fn account(config: &Config) -> TotpSecret {
    let roles: DeskRoles = [DeskRole::ReadOnly].into_iter().collect();
    people::add(&config.app, "Dana", roles, PASSWORD).await.unwrap().1
}

fn elsewhere(way: Way) -> Reach {
    Reach { way, hosts: vec![HOST.parse().unwrap()] }
}

/// Signs in through whatever is in between, and returns the answer to it.
async fn sign_in(connector: &TlsConnector, address: SocketAddr, secret: &TotpSecret) -> String {
    let page = exchange(dial(connector, address).await, &head("GET", "/login", ""), "").await;
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    let entry = value(cookie(&page, "__Host-kuager-entry"));
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let code = secret.code(step(SystemClock::default().now_ms()));
    let form = format!("csrf={csrf}&name=Dana&password={}&code={code:06}", PASSWORD.replace(' ', "+"));
    let more = format!(
        "cookie: __Host-kuager-entry={entry}\r\norigin: https://{HOST}\r\nsec-fetch-site: same-origin\r\n\
         content-type: application/x-www-form-urlencoded\r\n"
    );
    exchange(dial(connector, address).await, &head("POST", "/login", &more), &form).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_others_reach_says_what_it_is_missing() {
    let fixture = Fixture::new();
    let config = fixture.config(Arc::new(SystemClock::default()));
    let own = || Way::Tls(PemFiles { certificate: "desk.pem".into(), key: "desk.key".into() });
    let open = || TcpListener::bind("0.0.0.0:0").unwrap();
    let here = || TcpListener::bind("127.0.0.1:0").unwrap();
    let missing = async |listener, reach| match beside(listener, &config, reach).await {
        Err(DeskError::Missing { missing, .. }) => missing,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("is served"),
    };
    let nothing = Missing { accounts: true, tls: true, hosts: true };
    assert_eq!(missing(open(), Reach::default()).await, nothing);
    let said = nothing.to_string();
    for flag in ["--desk-cert", "--desk-key", "--desk-behind-proxy", "--desk-host", "kuager user add"] {
        assert!(said.contains(flag), "{said}");
    }
    assert_eq!(missing(open(), elsewhere(own())).await, Missing { accounts: true, tls: false, hosts: false });
    assert_eq!(missing(here(), elsewhere(Way::Proxy)).await, Missing { accounts: true, tls: false, hosts: false });
    beside(here(), &config, Reach::default()).await.expect("on this machine nothing is needed");
    account(&config).await;
    assert_eq!(missing(open(), elsewhere(Way::Plain)).await, Missing { accounts: false, tls: true, hosts: false });
    let nameless = Reach { way: own(), hosts: Vec::new() };
    assert_eq!(missing(open(), nameless).await, Missing { accounts: false, tls: false, hosts: true });
    let refused = beside(open(), &config, elsewhere(Way::Proxy)).await.expect_err("others would get past the proxy");
    assert!(matches!(refused, DeskError::ProxyElsewhere(_)), "{refused}");
    beside(open(), &config, elsewhere(own())).await.expect("has all it needs");
    config.app.ledger.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_signs_in_over_tls() {
    let dir = tempfile::tempdir().unwrap();
    let certificate = certificate();
    let files = written(&certificate, dir.path());
    let listener = TcpListener::bind("0.0.0.0:0").unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], listener.local_addr().unwrap().port()));
    let mut secret = None;
    let mut coordinator = TestCoordinator::start_with(|config| {
        secret = Some(now(account(config)));
        config.desk = Some(now(beside(listener, config, elsewhere(Way::Tls(files.clone())))).unwrap());
    });
    let browser = connector(&certificate);
    let stranger = exchange(dial(&browser, address).await, &head("GET", "/observers", ""), "").await;
    assert!(
        stranger.starts_with("HTTP/1.1 303") && stranger.contains("location: /login?next=%2Fobservers"),
        "{stranger}"
    );
    assert!(stranger.contains("strict-transport-security: max-age=31536000"), "{stranger}");
    let answer = sign_in(&browser, address, &secret.unwrap()).await;
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    let session = cookie(&answer, "__Host-kuager-session");
    assert!(session.ends_with("; Path=/; HttpOnly; SameSite=Strict; Secure"), "{session}");
    let shown = format!("cookie: __Host-kuager-session={}\r\n", value(session));
    let page = exchange(dial(&browser, address).await, &head("GET", "/observers?lang=en", &shown), "").await;
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("Dana"), "{page}");
    // Without TLS, under another name, by way of somebody's proxy: nothing.
    let plain = exchange(TcpStream::connect(address).await.unwrap(), &head("GET", "/", &shown), "").await;
    assert!(!plain.contains("HTTP/1.1 2") && !plain.contains("HTTP/1.1 3"), "{plain}");
    let rebound = format!("GET /observers HTTP/1.1\r\nhost: evil.example\r\n{shown}");
    let rebound = exchange(dial(&browser, address).await, &rebound, "").await;
    assert!(rebound.starts_with("HTTP/1.1 421"), "{rebound}");
    let proxied = head("GET", "/observers", &format!("{shown}x-forwarded-for: 127.0.0.1\r\n"));
    let proxied = exchange(dial(&browser, address).await, &proxied, "").await;
    assert!(proxied.starts_with("HTTP/1.1 400"), "{proxied}");
    // A page that listens does not hold up the end.
    let mut open = dial(&browser, address).await;
    open.write_all(format!("{}\r\n", head("GET", "/events", &shown)).as_bytes()).await.unwrap();
    let mut begun = [0; 12];
    open.read_exact(&mut begun).await.unwrap();
    assert_eq!(&begun, b"HTTP/1.1 200");
    tokio::time::timeout(LONG, coordinator.stop()).await.expect("ends");
}

/// A proxy as the guide sets one up: it speaks TLS, and says for whom it asks instead of what the browser says about that.
async fn proxy(certificate: &CertifiedKey<KeyPair>, desk: SocketAddr) -> SocketAddr {
    let key = PrivateKeyDer::try_from(certificate.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let acceptor =
        TlsAcceptor::from(Arc::new(config.with_single_cert(vec![certificate.cert.der().clone()], key).unwrap()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, peer)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut browser) = acceptor.accept(stream).await else { return };
                let mut asked = Vec::new();
                while !asked.windows(4).any(|four| four == b"\r\n\r\n") {
                    asked.push(browser.read_u8().await.unwrap());
                }
                let asked = String::from_utf8(asked).unwrap();
                let mut head: String = asked
                    .lines()
                    .filter(|line| !line.is_empty() && !line.to_ascii_lowercase().starts_with("x-forwarded"))
                    .fold(String::new(), |head, line| head + line + "\r\n");
                head.push_str(&format!("X-Forwarded-For: {}\r\nX-Forwarded-Proto: https\r\n\r\n", peer.ip()));
                let mut desk = TcpStream::connect(desk).await.unwrap();
                desk.write_all(head.as_bytes()).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut browser, &mut desk).await;
                let _ = browser.shutdown().await;
            });
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_signs_in_through_a_proxy_and_nobody_past_it() {
    let certificate = certificate();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let desk = listener.local_addr().unwrap();
    let mut secret = None;
    let mut coordinator = TestCoordinator::start_with(|config| {
        secret = Some(now(account(config)));
        config.desk = Some(now(beside(listener, config, elsewhere(Way::Proxy))).unwrap());
    });
    let address = proxy(&certificate, desk).await;
    let browser = connector(&certificate);
    let answer = sign_in(&browser, address, &secret.unwrap()).await;
    let session = value(cookie(&answer, "__Host-kuager-session"));
    let shown = format!("cookie: __Host-kuager-session={session}\r\n");
    for (smuggled, status) in [
        ("", "200"),
        ("x-forwarded-for: 127.0.0.1\r\nx-forwarded-proto: http\r\n", "200"),
        ("forwarded: for=127.0.0.1;host=localhost;proto=https\r\n", "400"),
        ("x-real-ip: 127.0.0.1\r\n", "400"),
    ] {
        let asked = head("GET", "/observers?lang=en", &format!("{shown}{smuggled}"));
        let answer = exchange(dial(&browser, address).await, &asked, "").await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{smuggled}: {answer}");
    }
    // Whoever is on this machine and asks the desk itself does not get past the proxy.
    for (said, host) in [("", HOST), ("", "localhost"), ("x-forwarded-for: 203.0.113.9\r\n", HOST)] {
        let asked = format!("GET /observers HTTP/1.1\r\nhost: {host}\r\n{shown}{said}");
        let answer = exchange(TcpStream::connect(desk).await.unwrap(), &asked, "").await;
        let status = if host == HOST { "400" } else { "421" };
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
    }
    coordinator.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_nobody_told_of_publishes_nothing() {
    let certificate = certificate();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let desk = listener.local_addr().unwrap();
    let mut coordinator = TestCoordinator::start_with(|config| {
        config.desk = Some(now(beside(listener, config, Reach::default())).unwrap());
    });
    let address = proxy(&certificate, desk).await;
    let asked = "GET / HTTP/1.1\r\nhost: localhost\r\n";
    let answer = exchange(dial(&connector(&certificate), address).await, asked, "").await;
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("--desk-behind-proxy"), "{answer}");
    coordinator.stop().await;
}
