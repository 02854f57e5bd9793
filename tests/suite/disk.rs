//! A disk that is truly full, under the real program: what is put off stays on the phone, and goes on when there is room.

use std::fs::{File, remove_file};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use kuager_coordinator::testing::Fixture;
use kuager_coordinator::{Deployment, Ledger, SqliteLedger};
use kuager_core::queue::State;
use kuager_core::transport::Transport;
use kuager_core::{NewDraft, Origin};
use kuager_testing::files::{copy_dir, page_jpeg};
use kuager_testing::phone::{STATION, note};
use kuager_testing::{LONG, Phone};
use kuager_tests::served::{Served, free_address, get, phone, set_clock};

/// MiB of the disk, besides what a deployment takes.
const ROOM: u64 = 12;
/// How long a phone tries while nothing can arrive.
const IN_VAIN: Duration = Duration::from_secs(3);

/// A small disk in memory; gone when dropped. Only root can make one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path, mib: u64) -> Option<Self> {
        std::fs::create_dir(at).unwrap();
        let size = format!("size={mib}m,mode=700");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at).status();
        mounted.is_ok_and(|status| status.success()).then(|| Self(at.to_owned()))
    }

    /// Writes until nothing more fits.
    fn fill(&self) {
        let mut file = File::create(self.filler()).unwrap();
        for size in [1 << 20, 4096, 1] {
            while file.write(&vec![7; size]).is_ok_and(|written| written == size) {}
        }
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// Seals long notes until one is not delivered; how many there were.
async fn until_put_off(phone: &Phone) -> usize {
    for sealed in 1..100 {
        note(&phone.observer, &"толық ".repeat(3000)).unwrap();
        if !phone.observer.sync_until(IN_VAIN).await.unwrap().completed {
            return sealed;
        }
    }
    panic!("the disk has no room, and all of it is delivered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_puts_off_what_comes_and_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Fixture::new();
    set_clock(&fixture);
    let address = free_address();
    let Some(disk) = SmallDisk::mount(&dir.path().join("disk"), ROOM) else {
        eprintln!("SKIPPED: a small disk can only be mounted by root, and not in every container");
        return;
    };
    let data = disk.0.join("data");
    let serve = |log: &str| {
        let command = Command::new(env!("CARGO_BIN_EXE_test-coordinator"));
        Served::start(command, &data, address, &dir.path().join(log), &["--reserve", "1"])
    };
    // The invites are in the ledger that moves.
    let phone = phone(&fixture, address).await;
    fixture.ledger.close().await;
    copy_dir(fixture.deployment.dir(), &data);
    let deployment = Deployment::open(&data).unwrap();

    let mut served = serve("log");
    phone.notes(3);
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
    disk.fill();
    let client = served.client(&deployment);
    assert_eq!(client.call(get("/v1/health")).await.unwrap().status, 503);
    let mut sealed = 3 + until_put_off(&phone).await;
    // A photo finds no room either, and waits.
    let photo = dir.path().join("photo.jpg");
    std::fs::write(&photo, page_jpeg(1200, 900)).unwrap();
    let draft = phone.observer.new_draft(NewDraft::note("with a photo").station(STATION)).unwrap();
    phone.observer.attach_path(draft, &photo, Origin::Imported, None).unwrap();
    phone.observer.seal(draft).unwrap();
    sealed += 1;
    assert!(!phone.observer.sync_until(IN_VAIN).await.unwrap().completed);
    assert!(served.runs(), "{}", served.log());
    let rows = phone.observer.records().unwrap();
    let delivered = rows.iter().filter(|row| row.state == State::Accepted).count();
    assert_eq!(rows.len(), sealed, "what is put off is kept");
    assert!(delivered < sealed && rows.iter().all(|row| !matches!(row.state, State::Refused { .. })), "{rows:?}");
    assert!(served.log().lines().count() < 200, "a full disk is not filled further by saying so");

    remove_file(disk.filler()).unwrap();
    phone.observer.network_changed().unwrap();
    let summary = phone.observer.sync_until(LONG).await.unwrap();
    assert!(summary.completed, "{summary:?} {}", served.log());
    assert_eq!(client.call(get("/v1/health")).await.unwrap().status, 200);
    served.stop().await;

    let ledger: Box<dyn Ledger> = Box::new(SqliteLedger::open(&deployment.ledger_path()).unwrap());
    assert_eq!(ledger.counts().await.unwrap().records, sealed as u64);
    for row in phone.observer.records().unwrap() {
        assert_eq!(row.state, State::Accepted);
        assert!(ledger.record(row.record.hash).await.unwrap().is_some());
    }
    ledger.close().await;
    assert_eq!(phone.observer.verify().unwrap().faults, []);
}
