//! Somebody in the middle: ends the phone's TLS with a certificate of their own, reads everything, and passes it on to the
//! genuine coordinator, so that the observer notices nothing. A phone talks to it only if it trusts its certificate.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::TestCoordinator;

/// Both ends speak the version of HTTP that a person can read along.
const HTTP: &[u8] = b"http/1.1";

/// Somebody in the middle; ends when dropped.
pub struct Interceptor {
    /// Where phones would connect.
    pub address: SocketAddr,
    /// The certificate (X.509, DER) that a phone must trust for it to work.
    pub anchor: Vec<u8>,
    read: Arc<Mutex<Vec<u8>>>,
    task: JoinHandle<()>,
}

impl Interceptor {
    /// Stands between phones and a coordinator.
    pub async fn start(coordinator: &TestCoordinator) -> Self {
        let (server, anchor) = certificates();
        let mut roots = RootCertStore::empty();
        for genuine in coordinator.deployment.anchors_der() {
            roots.add(CertificateDer::from(genuine.clone())).unwrap();
        }
        let mut client = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        client.alpn_protocols = vec![HTTP.to_vec()];
        let connector = TlsConnector::from(Arc::new(client));
        let acceptor = TlsAcceptor::from(Arc::new(server));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let read = Arc::new(Mutex::new(Vec::new()));
        let (genuine, copy) = (coordinator.address, Arc::clone(&read));
        let task = tokio::spawn(async move {
            while let Ok((phone, _)) = listener.accept().await {
                let (acceptor, connector, copy) = (acceptor.clone(), connector.clone(), Arc::clone(&copy));
                tokio::spawn(async move {
                    // A phone that does not trust the certificate leaves here.
                    let Ok(phone) = acceptor.accept(phone).await else { return };
                    let Ok(server) = TcpStream::connect(genuine).await else { return };
                    let name = ServerName::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST).into());
                    let Ok(server) = connector.connect(name, server).await else { return };
                    let ((phone_read, phone_write), (server_read, server_write)) = (split(phone), split(server));
                    tokio::join!(pass(phone_read, server_write, Some(copy)), pass(server_read, phone_write, None));
                });
            }
        });
        Self { address, anchor, read, task }
    }

    /// The address as an invite has it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.address.port())
    }

    /// What phones asked for, in the clear: method and path of each call.
    #[must_use]
    pub fn calls(&self) -> Vec<String> {
        let read = self.read.lock().unwrap().clone();
        let text = String::from_utf8_lossy(&read);
        let calls = text.lines().filter_map(|line| line.strip_suffix(" HTTP/1.1"));
        // A body of bytes has no line end before the next call.
        let starts = |call: &str| ["GET /", "POST /", "HEAD /", "PATCH /"].iter().filter_map(|m| call.rfind(m)).max();
        calls.filter_map(|call| starts(call).map(|at| call[at..].to_owned())).collect()
    }
}

impl Drop for Interceptor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, copy: Option<Arc<Mutex<Vec<u8>>>>) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        if let Some(copy) = &copy {
            copy.lock().unwrap().extend_from_slice(&buffer[..read]);
        }
        if to.write_all(&buffer[..read]).await.is_err() || to.flush().await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}

/// A certificate for this machine, and the authority it chains to.
fn certificates() -> (ServerConfig, Vec<u8>) {
    // Installing it twice is an error that says that it is installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut config =
        ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap();
    config.alpn_protocols = vec![HTTP.to_vec()];
    (config, authority.der().to_vec())
}
