//! A coordinator that runs inside the test, and ends with it.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

use kuager_coordinator::clock::SystemClock;
use kuager_coordinator::enrol::create_invite;
use kuager_coordinator::{
    App, Config, Deployment, InitOptions, InviteOptions, Ledger, Media, MediaPolicy, SqliteLedger, init, serve,
};
use kuager_pack::PackSource;
use kuager_wire::invite::{Invite, Way};
use rcgen::{CertificateParams, DistinguishedName, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::CertificateDer;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::{Phone, Proxy};

/// A running coordinator with a deployment of its own.
pub struct TestCoordinator {
    dir: TempDir,
    /// Where it listens.
    pub address: SocketAddr,
    /// Its deployment.
    pub deployment: Deployment,
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl TestCoordinator {
    /// Makes a deployment and serves it with TLS on a random loopback port. Needs a tokio runtime.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(|_| {})
    }

    /// As [`TestCoordinator::start`], with another configuration.
    pub fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::make(InitOptions::default(), change)
    }

    /// As [`TestCoordinator::start`], with the pack of a source folder.
    #[must_use]
    pub fn start_from(pack: &Path) -> Self {
        Self::make(InitOptions { pack: PackSource::Folder(pack.to_owned()), ..InitOptions::default() }, |_| {})
    }

    fn make(options: InitOptions, change: impl FnOnce(&mut Config)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let deployment = init(&dir.path().join("data"), options).unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut coordinator = Self { dir, address, deployment, running: None };
        coordinator.run(change);
        coordinator
    }

    fn run(&mut self, change: impl FnOnce(&mut Config)) {
        let listener = TcpListener::bind(self.address).unwrap();
        let app = self.app();
        let media = Media::open(app.clone(), MediaPolicy::default()).unwrap();
        let mut config = Config::new(app, Arc::new(media));
        change(&mut config);
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let shutdown = async {
                let _ = stopped.await;
            };
            serve(listener, config, shutdown).await.unwrap();
        });
        self.running = Some((stop, task));
    }

    /// Stops it gracefully.
    pub async fn stop(&mut self) {
        if let Some((stop, task)) = self.running.take() {
            let _ = stop.send(());
            task.await.unwrap();
        }
    }

    /// Starts it again on the same port, after [`TestCoordinator::stop`].
    pub fn restart(&mut self) {
        self.deployment = Deployment::open(&self.dir.path().join("data")).unwrap();
        self.run(|_| {});
    }

    /// Gives the server a certificate for these years, by its own authority; it is read with the next start.
    pub fn show_certificate(&self, from: i32, to: i32) {
        let tls = self.dir.path().join("data/tls");
        let key = |name: &str| KeyPair::from_pem(&std::fs::read_to_string(tls.join(name)).unwrap()).unwrap();
        let anchor = CertificateDer::from(self.deployment.anchors_der()[0].clone());
        let issuer = Issuer::from_ca_cert_der(&anchor, key("ca.key")).unwrap();
        let mut params = CertificateParams::new(["localhost", "127.0.0.1"].map(str::to_owned)).unwrap();
        params.distinguished_name = DistinguishedName::new();
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(to, 1, 1);
        let certificate = params.signed_by(&key("server.key"), &issuer).unwrap();
        std::fs::write(tls.join("server.pem"), certificate.pem()).unwrap();
    }

    /// Its data directory.
    #[must_use]
    pub fn data(&self) -> &Path {
        self.deployment.dir()
    }

    /// A second handle on its database.
    #[must_use]
    pub fn ledger(&self) -> Arc<dyn Ledger> {
        Arc::new(SqliteLedger::open(&self.deployment.ledger_path()).unwrap())
    }

    /// The coordinator opened once more, beside the one that runs. Close its ledger after use.
    #[must_use]
    pub fn app(&self) -> App {
        App::open(self.deployment.clone(), Arc::new(SystemClock::default())).unwrap()
    }

    /// An invite that leads to this coordinator.
    #[must_use]
    pub fn invite(&self) -> Invite {
        self.invite_through(self.address)
    }

    /// An invite that leads to another address, such as a proxy's.
    #[must_use]
    pub fn invite_through(&self, address: SocketAddr) -> Invite {
        self.invite_to(vec![format!("https://127.0.0.1:{}", address.port())])
    }

    /// An invite of version 1 that leads anywhere, as anybody can make one who knows a deployment's id and root key.
    #[must_use]
    pub fn unsigned_invite(&self, addresses: Vec<String>, anchors: &[Vec<u8>]) -> Invite {
        let way = Way::Unsigned { addresses, anchors: anchors.iter().cloned().map(Into::into).collect() };
        Invite { way, ..self.invite() }
    }

    /// An invite that leads to these addresses, in this order.
    #[must_use]
    pub fn invite_to(&self, servers: Vec<String>) -> Invite {
        let app = self.app();
        let options = InviteOptions { servers, ..InviteOptions::new("") };
        now(async {
            let invite = create_invite(&app, options).await.unwrap();
            app.ledger.close().await;
            invite
        })
    }

    /// The signed pack that phones get.
    #[must_use]
    pub fn pack(&self) -> &[u8] {
        &self.deployment.latest_pack().bytes
    }

    /// A new phone with an invite and the pack, that has not been online yet.
    #[must_use]
    pub fn phone(&self) -> Phone {
        Phone::invited(&self.invite(), self.pack())
    }

    /// As [`TestCoordinator::phone`], with this bad network in between.
    #[must_use]
    pub fn phone_through(&self, proxy: &Proxy) -> Phone {
        Phone::invited(&self.invite_through(proxy.address), self.pack())
    }

    /// How many records it holds.
    #[must_use]
    pub fn records(&self) -> u64 {
        let ledger = self.ledger();
        now(async {
            let counts = ledger.counts().await.unwrap();
            ledger.close().await;
            counts.records
        })
    }
}

/// Waits for something asynchronous where a test is not.
pub fn now<T>(work: impl Future<Output = T>) -> T {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(work))
}
