//! What uploading costs, on loopback with TLS, against the coordinator as a process of its own:
//!
//! - 100 MB of photos by the phone, against `curl` sending the same bytes to the same coordinator, in turn;
//! - memory the phone needs for 100 photos of 4 MB above what it needs idle.
//!
//! `cargo bench -p kuager-tests --bench upload` prints the ratios. Not a criterion bench: one run moves 600 MB.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench is a test")]

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kuager_coordinator::clock::SystemClock;
use kuager_coordinator::enrol::create_invite;
use kuager_coordinator::{App, Deployment, InitOptions, InviteOptions, init};
use kuager_core::{NewDraft, Origin};
use kuager_testing::{LONG, Phone, files};
use kuager_wire::ids::MediaHash;

const PHOTO: usize = 4 << 20;
const SET: usize = 25;
const ROUNDS: usize = 3;
const MEGABYTES: usize = (SET * PHOTO) >> 20;

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn photo(path: &Path, seed: usize) {
    std::fs::write(path, files::photo(PHOTO, seed as u64)).unwrap();
}

/// Seals a note with one photo.
fn seal(phone: &Phone, path: &Path) -> MediaHash {
    let draft = phone.observer.new_draft(NewDraft::note("photo")).unwrap();
    let attached = phone.observer.attach_path(draft, path, Origin::Imported, None).unwrap();
    phone.observer.seal(draft).unwrap();
    attached.hash
}

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
async fn timed(phone: &Phone) -> Duration {
    let start = Instant::now();
    let summary = phone.observer.sync_until(Duration::from_secs(300)).await.unwrap();
    assert!(summary.completed, "{summary:?}");
    start.elapsed()
}

/// The same bytes by curl: records first, as the phone's own, with the photos held back; then one curl for all.
#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
async fn by_curl(
    phone: &Phone,
    address: &str,
    authority: &Path,
    files: &[(MediaHash, std::path::PathBuf)],
) -> Duration {
    for (hash, _) in files {
        phone.observer.hold_media(*hash).unwrap();
    }
    phone.observer.sync_until(LONG).await.unwrap();
    let rows = phone.observer.media().unwrap();
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--fail"]);
    for (number, (hash, file)) in files.iter().enumerate() {
        let path = rows.iter().find(|row| row.hash == *hash).unwrap().path.clone().unwrap();
        if number > 0 {
            curl.arg("--next");
        }
        curl.arg("--cacert").arg(authority).args([
            "-X",
            "PATCH",
            "-H",
            "Tus-Resumable: 1.0.0",
            "-H",
            "Upload-Offset: 0",
        ]);
        curl.args(["-H", "Content-Type: application/offset+octet-stream", "-H", "Expect:", "--data-binary"]);
        curl.arg(format!("@{}", file.display())).arg(format!("{address}{path}"));
    }
    let start = Instant::now();
    assert!(curl.stdout(Stdio::null()).status().unwrap().success());
    start.elapsed()
}

/// Kilobytes by this name in /proc/self/status.
fn memory_kb(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(run());
}

async fn run() {
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let data = dir.path().join("coordinator");
    let deployment: Deployment = init(&data, InitOptions::default()).unwrap();
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = Command::new(env!("CARGO_BIN_EXE_test-coordinator"))
        .args(["serve", "--no-desk", "--per-second", "100000", "--burst", "100000", "--listen", &address.to_string()])
        .arg("--data")
        .arg(&data)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _server = Server(server);
    while std::net::TcpStream::connect(address).is_err() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let url = format!("https://{address}");
    let invite = async || {
        let app = App::open(deployment.clone(), Arc::new(SystemClock::default())).unwrap();
        let invite = create_invite(&app, InviteOptions::new(url.clone())).await.unwrap();
        app.ledger.close().await;
        invite
    };
    let pack = deployment.latest_pack().bytes.clone();

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let phone = Phone::invited(&invite().await, &pack);
        phone.observer.sync_until(LONG).await.unwrap();
        let file = |number: usize| dir.path().join(format!("photo-{number}.jpg"));
        for number in 0..SET {
            photo(&file(number), round * 1000 + number);
            seal(&phone, &file(number));
        }
        ours.push(timed(&phone).await);
        let files: Vec<_> = (0..SET)
            .map(|number| {
                photo(&file(number), 500 + round * 1000 + number);
                (seal(&phone, &file(number)), file(number))
            })
            .collect();
        theirs.push(by_curl(&phone, &url, &data.join("tls/ca.pem"), &files).await);
    }
    ours.sort();
    theirs.sort();
    let (ours, theirs) = (ours[ROUNDS / 2], theirs[ROUNDS / 2]);
    let rate = |time: Duration| f64::from(u32::try_from(MEGABYTES).unwrap()) / time.as_secs_f64();
    println!(
        "upload of {MEGABYTES} MB: {:.2} of curl's rate ({:.0} MB/s against {:.0} MB/s, medians of {ROUNDS})",
        theirs.as_secs_f64() / ours.as_secs_f64(),
        rate(ours),
        rate(theirs)
    );

    let phone = Phone::invited(&invite().await, &pack);
    phone.observer.sync_until(LONG).await.unwrap();
    let file = dir.path().join("photo.jpg");
    for number in 0..100 {
        photo(&file, 100_000 + number);
        seal(&phone, &file);
    }
    let idle = memory_kb("VmRSS");
    // Forgets the highest value so far.
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    timed(&phone).await;
    let peak = memory_kb("VmHWM");
    println!("syncing 100 photos of 4 MB: {} MB above idle", peak.saturating_sub(idle) / 1024);
}
