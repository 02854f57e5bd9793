//! Processes killed for real, at every moment at which something becomes durable.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use kuager_core::queue::{State, UploadState};
use kuager_tests::coordinator::TestCoordinator;
use kuager_tests::phone;
use kuager_tests::strace::{self, Fault};
use kuager_wire::ids::{MediaHash, RecordHash};

const NOTES: usize = 3;

struct Child {
    dir: tempfile::TempDir,
    files: PathBuf,
}

/// What a child printed before it ended.
#[derive(Default, Debug)]
struct Promises {
    sealed: BTreeSet<RecordHash>,
    accepted: BTreeSet<RecordHash>,
    saved: BTreeSet<MediaHash>,
    stored: BTreeSet<MediaHash>,
    drafted: usize,
    completed: bool,
}

impl Child {
    /// A phone's folder and the two files it starts from.
    fn new(coordinator: &TestCoordinator) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let files = dir.path().to_owned();
        std::fs::write(files.join("invite"), coordinator.invite().to_url().unwrap()).unwrap();
        std::fs::write(files.join("pack"), &coordinator.deployment.latest_pack().bytes).unwrap();
        std::fs::write(files.join("photo.jpg"), phone::page_jpeg(1200, 900)).unwrap();
        Self { dir, files }
    }

    fn phone(&self) -> PathBuf {
        self.dir.path().join("phone")
    }

    fn command(&self, fault: Option<Fault>) -> Command {
        let program = Path::new(env!("CARGO_BIN_EXE_test-phone"));
        let mut command = match fault {
            Some(fault) => strace::command(program, fault, &self.files.join("trace")),
            None => Command::new(program),
        };
        command.arg(self.phone()).arg(self.files.join("invite")).arg(self.files.join("pack"));
        command.args([NOTES.to_string(), "10".to_owned()]);
        command
    }

    fn run(&self, fault: Option<Fault>) -> (bool, Promises) {
        let output = self.command(fault).stderr(Stdio::inherit()).output().unwrap();
        let mut promises = Promises::default();
        for line in String::from_utf8(output.stdout).unwrap().lines() {
            match line.split_once(' ') {
                Some(("sealed", hash)) => drop(promises.sealed.insert(hash.parse().unwrap())),
                Some(("accepted", hash)) => drop(promises.accepted.insert(hash.parse().unwrap())),
                Some(("saved", hash)) => drop(promises.saved.insert(hash.parse().unwrap())),
                Some(("stored", hash)) => drop(promises.stored.insert(hash.parse().unwrap())),
                _ if line == "drafted" => promises.drafted += 1,
                _ if line == "completed" => promises.completed = true,
                _ => {}
            }
        }
        (output.status.success(), promises)
    }

    /// Opens the phone in this process and checks that every promise holds.
    fn check(&self, promises: &Promises, when: &str) {
        let observer = phone::open(&self.phone()).unwrap_or_else(|error| panic!("{when}: {error}"));
        let rows = observer.records().unwrap();
        let held: BTreeSet<_> = rows.iter().map(|row| row.record.hash).collect();
        assert_eq!(held.len(), rows.len(), "{when}: doubled");
        assert!(promises.sealed.is_subset(&held), "{when}: a sealed record is lost: {promises:?}");
        let delivered: BTreeSet<_> =
            rows.iter().filter(|row| row.state == State::Accepted).map(|row| row.record.hash).collect();
        assert!(promises.accepted.is_subset(&delivered), "{when}: a receipt is lost");
        for hash in promises.saved.union(&promises.stored) {
            let mut bytes = Vec::new();
            observer.open_media(*hash).unwrap().read_to_end(&mut bytes).unwrap();
            assert_eq!(MediaHash::of(&bytes), *hash, "{when}: a photo is lost");
        }
        let media = observer.media().unwrap();
        let stored = media.iter().filter(|row| row.state == UploadState::Stored).map(|row| row.hash).collect();
        assert!(promises.stored.is_subset(&stored), "{when}: a photo's receipt is lost");
        let drafts = observer.drafts().unwrap().len();
        assert!(drafts <= 1 && rows.len() + drafts >= promises.drafted, "{when}: a draft is lost or doubled");
        if observer.status().unwrap().deployment.is_some() {
            assert_eq!(observer.verify().unwrap().faults, [], "{when}");
        }
        observer.close();
    }
}

/// The child ends by `fault` at every point there is; then it is looked at, then it goes on undisturbed.
fn at_every_point(coordinator: &TestCoordinator, fault: impl Fn(u32) -> Fault, stops: bool) -> u32 {
    assert!(strace::available(), "strace is needed and must be allowed to trace");
    for number in 1..400 {
        let held = coordinator.records();
        let child = Child::new(coordinator);
        let (finished, promises) = child.run(Some(fault(number)));
        let when = format!("{:?}", fault(number));
        let reached = !finished || !stops && !promises.completed;
        if child.phone().exists() {
            child.check(&promises, &when);
        }
        let (finished, rest) = child.run(None);
        assert!(finished && rest.completed, "{when}: does not go on: {rest:?}");
        child.check(&rest, &when);
        assert_eq!(coordinator.records() - held, NOTES as u64, "{when}: lost or doubled at the coordinator");
        if !reached {
            return number - 1;
        }
    }
    panic!("more durable writes than expected")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_killed_at_every_fsync_loses_nothing_that_it_promised() {
    let coordinator = TestCoordinator::start();
    let points = tokio::task::block_in_place(|| at_every_point(&coordinator, Fault::KillAtSync, true));
    assert!(points >= 25, "only {points} durable writes: the test no longer sees what it should");
    eprintln!("killed at each of {points} durable writes");
}

/// A disk that fails once: the step that met it says so, and everything goes on afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_whose_disk_fails_at_any_fsync_loses_nothing_that_it_promised() {
    let coordinator = TestCoordinator::start();
    assert!(strace::available(), "strace is needed and must be allowed to trace");
    tokio::task::block_in_place(|| {
        for number in (1..40).step_by(3) {
            let child = Child::new(&coordinator);
            let (_, promises) = child.run(Some(Fault::SyncFails(number)));
            if child.phone().exists() {
                child.check(&promises, &format!("EIO at fsync {number}"));
            }
            let (finished, rest) = child.run(None);
            assert!(finished && rest.completed, "EIO at fsync {number}: {rest:?}");
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_whose_disk_fills_up_loses_nothing_that_it_promised() {
    let coordinator = TestCoordinator::start();
    assert!(strace::available(), "strace is needed and must be allowed to trace");
    tokio::task::block_in_place(|| {
        for number in (1..120).step_by(9) {
            let child = Child::new(&coordinator);
            let (_, promises) = child.run(Some(Fault::DiskFullFrom(number)));
            if child.phone().exists() {
                child.check(&promises, &format!("disk full from write {number}"));
            }
            let (finished, rest) = child.run(None);
            assert!(finished && rest.completed, "disk full from write {number}: {rest:?}");
        }
    });
}

/// A coordinator killed at every fsync while phones send: whatever it receipted, it still holds.
#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_killed_at_every_fsync_holds_what_it_receipted() {
    assert!(strace::available(), "strace is needed and must be allowed to trace");
    let mut coordinator = TestCoordinator::start();
    let pack = coordinator.deployment.latest_pack().bytes.clone();
    coordinator.stop().await;
    let mut kills = 0;
    for number in 1..30 {
        let held = coordinator.records();
        let trace = coordinator.data().join("trace");
        let program = Path::new(env!("CARGO_BIN_EXE_test-coordinator"));
        let mut server = strace::command(program, Fault::KillAtSync(number), &trace)
            .arg("serve")
            .arg("--data")
            .arg(coordinator.data())
            .args(["--listen", &coordinator.address.to_string(), "--no-desk"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        for _ in 0..1_000 {
            let up = std::net::TcpStream::connect(coordinator.address).is_ok();
            if up || server.try_wait().unwrap().is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let phone = phone::Phone::invited(&coordinator.invite(), &pack);
        for _ in 0..4 {
            phone.notes(1);
            phone.observer.sync_until(Duration::from_millis(700)).await.unwrap();
        }
        let killed = server.try_wait().unwrap().is_some();
        if !killed {
            strace::kill(&mut server);
        }
        kills += u32::from(killed);

        let receipted: Vec<_> =
            phone.observer.statements().unwrap().into_iter().map(|statement| statement.record).collect();
        let ledger = coordinator.ledger();
        for hash in &receipted {
            assert!(ledger.record(*hash).unwrap().is_some(), "kill {number}: receipted and lost");
        }
        ledger.close();
        coordinator.restart();
        let summary = phone.observer.sync_until(Duration::from_secs(20)).await.unwrap();
        assert!(summary.completed, "kill {number}: {summary:?}");
        assert_eq!(coordinator.records() - held, 4, "kill {number}");
        coordinator.stop().await;
        if !killed {
            break;
        }
    }
    assert!(kills >= 4, "only {kills} kills: the test no longer sees what it should");
    eprintln!("killed at each of {kills} durable writes");
}
