//! `kuager serve` as a process of its own, on a deployment that a test has made.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use kuager_coordinator::clock::{Clock, SystemClock};
use kuager_coordinator::enrol::create_invite;
use kuager_coordinator::testing::Fixture;
use kuager_coordinator::{Deployment, InviteOptions};
use kuager_core::ObserverConfig;
use kuager_core::time::KnownTime;
use kuager_core::transport::http::HttpTransport;
use kuager_core::transport::{Call, Transport};
use kuager_testing::Phone;

/// Between two looks at a process.
const SHORT: Duration = Duration::from_millis(10);

/// A port of this machine that nobody listens on.
#[must_use]
pub fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Sets the clock of a fixture to that of the machine, as the process that serves it has it.
pub fn set_clock(fixture: &Fixture) {
    fixture.clock.set(SystemClock::default().now_ms());
}

/// What a phone goes by that has a clock and nothing else.
fn time() -> Arc<KnownTime> {
    Arc::new(KnownTime::new(Arc::new(kuager_core::clock::SystemClock::new())))
}

fn url(address: SocketAddr) -> String {
    format!("https://127.0.0.1:{}", address.port())
}

/// A phone that has an invite which leads to this address.
pub async fn phone(fixture: &Fixture, address: SocketAddr) -> Phone {
    let options = InviteOptions { servers: vec![url(address)], ..InviteOptions::new("") };
    let invite = create_invite(&fixture.app, options).await.unwrap();
    Phone::invited(&invite, &fixture.deployment.latest_pack().bytes)
}

/// A coordinator that serves with TLS; killed when dropped.
pub struct Served {
    process: Child,
    /// Where phones connect.
    pub address: SocketAddr,
    /// Where the desk is.
    desk: String,
    log: PathBuf,
    /// Kept open: a program that cannot say what it does ends.
    _said: BufReader<ChildStdout>,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Served {
    /// Starts `command`, which must be the program, to serve this folder of data. What it logs goes to a file.
    #[must_use]
    pub fn start(mut command: Command, data: &Path, address: SocketAddr, log: &Path, more: &[&str]) -> Self {
        let mut process = command
            .args(["serve", "--desk", "127.0.0.1:0", "--listen", &address.to_string(), "--data"])
            .arg(data)
            .args(more)
            .stdout(Stdio::piped())
            .stderr(File::create(log).unwrap())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let desk = said.by_ref().lines().find_map(|line| Some(line.ok()?.strip_prefix("desk ")?.trim().to_owned()));
        let log = log.to_owned();
        let heard = || std::fs::read_to_string(&log).unwrap_or_default();
        let desk = desk.unwrap_or_else(|| panic!("it does not serve: {}", heard()));
        Self { process, address, desk, log, _said: said }
    }

    /// A connection of somebody who has no phone, and trusts what phones trust.
    #[must_use]
    pub fn client(&self, deployment: &Deployment) -> HttpTransport {
        let config = ObserverConfig::new("unused");
        HttpTransport::new(&[url(self.address)], deployment.anchors_der(), deployment.id(), &config, &time()).unwrap()
    }

    /// What the desk says of health.
    pub async fn health(&self, deployment: &Deployment) -> serde_json::Value {
        let config = ObserverConfig::new("unused");
        let desk =
            HttpTransport::new(std::slice::from_ref(&self.desk), &[], deployment.id(), &config, &time()).unwrap();
        let response = desk.call(get("/health")).await.unwrap();
        serde_json::from_slice(&response.body).unwrap()
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// The most memory that it ever had, in KiB, as the system counts it.
    #[must_use]
    pub fn most_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }

    /// Asks it to end, and waits until it has.
    ///
    /// # Panics
    /// When it ends by a signal.
    pub async fn stop(&mut self) {
        Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status().unwrap();
        let status = loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                break status;
            }
            tokio::time::sleep(SHORT).await;
        };
        assert_eq!(status.signal(), None, "{}", self.log());
    }
}

/// A call that fetches something.
#[must_use]
pub fn get(path: &str) -> Call {
    Call::get(path, kuager_wire::limits::PACK)
}

/// A call that sends something.
#[must_use]
pub fn post(path: &str, content_type: &'static str, body: Vec<u8>) -> Call {
    Call::post(path, body, content_type, kuager_wire::limits::PACK)
}
