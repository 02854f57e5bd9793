//! Processes killed for real, at every moment at which something becomes durable.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use kuager_testing::files::copy_dir;
use kuager_testing::{LONG, TestCoordinator};
use kuager_tests::promises::{Promises, lay_out};
use kuager_tests::strace::{self, Fault};

const NOTES: usize = 3;
/// Between two looks at a process.
const SHORT: Duration = Duration::from_millis(10);

struct Child {
    dir: tempfile::TempDir,
    files: PathBuf,
}

impl Child {
    /// A phone's folder and the two files it starts from.
    fn new(coordinator: &TestCoordinator) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let files = dir.path().to_owned();
        lay_out(&files, coordinator);
        Self { dir, files }
    }

    fn phone(&self) -> PathBuf {
        self.dir.path().join("phone")
    }

    fn command(&self, fault: Option<Fault>, notes: usize) -> Command {
        let program = Path::new(env!("CARGO_BIN_EXE_test-phone"));
        let mut command = match fault {
            Some(fault) => strace::command(program, fault, &self.files.join("trace")),
            None => Command::new(program),
        };
        command.arg(self.phone()).arg(self.files.join("invite")).arg(self.files.join("pack"));
        command.args([notes.to_string(), LONG.as_secs().to_string()]);
        command
    }

    fn run(&self, fault: Option<Fault>) -> (bool, Promises) {
        self.run_until(fault, NOTES)
    }

    /// Seals until there are so many notes, and sends them.
    fn run_until(&self, fault: Option<Fault>, notes: usize) -> (bool, Promises) {
        let output = self.command(fault, notes).stderr(Stdio::inherit()).output().unwrap();
        let promises = Promises::heard(String::from_utf8(output.stdout).unwrap().lines());
        (output.status.success(), promises)
    }

    fn check(&self, promises: &Promises, when: &str) {
        promises.check(&self.phone(), when);
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

/// A phone that was put back from a copy, killed at every moment at which something becomes durable: it goes on under one new
/// key, and what was sealed under numbers that are used arrives once.
#[tokio::test(flavor = "multi_thread")]
async fn a_restored_phone_killed_at_every_fsync_changes_its_key_once() {
    assert!(strace::available(), "strace is needed and must be allowed to trace");
    let coordinator = TestCoordinator::start();
    let mut points = 0;
    for number in 1..100 {
        let child = Child::new(&coordinator);
        let (finished, _) = tokio::task::block_in_place(|| child.run_until(None, NOTES));
        assert!(finished);
        let copy = tempfile::tempdir().unwrap();
        copy_dir(&child.phone(), copy.path());
        let (finished, rest) = tokio::task::block_in_place(|| child.run_until(None, NOTES + 2));
        assert!(finished && rest.completed);
        std::fs::remove_dir_all(child.phone()).unwrap();
        copy_dir(copy.path(), &child.phone());

        let held = coordinator.records();
        let fault = Fault::KillAtSync(number);
        let when = format!("{fault:?}");
        let (reached, promises) = tokio::task::block_in_place(|| child.run_until(Some(fault), NOTES + 2));
        child.check(&promises, &when);
        let (finished, rest) = tokio::task::block_in_place(|| child.run_until(None, NOTES + 2));
        assert!(finished && rest.completed, "{when}: does not go on: {rest:?}");
        child.check(&rest, &when);
        assert_eq!(coordinator.records() - held, 3, "{when}: the key event and two notes, each once");
        let observer = kuager_testing::phone::open(&child.phone()).unwrap();
        assert_eq!(observer.former_keys().unwrap().len(), 1, "{when}");
        observer.close();
        if reached {
            break;
        }
        points += 1;
    }
    let ledger = coordinator.ledger();
    assert!(ledger.fault_counts().await.unwrap().is_empty(), "no number is used twice, no link is broken");
    ledger.close().await;
    assert!(points >= 10, "only {points} durable writes: the test no longer sees what it should");
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

/// Waits until a process has ended.
async fn gone(process: &mut std::process::Child) {
    while process.try_wait().unwrap().is_none() {
        tokio::time::sleep(SHORT).await;
    }
}

/// A coordinator killed at every fsync while phones send: whatever it receipted, it still holds.
#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_killed_at_every_fsync_holds_what_it_receipted() {
    assert!(strace::available(), "strace is needed and must be allowed to trace");
    let mut coordinator = TestCoordinator::start();
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
        while std::net::TcpStream::connect(coordinator.address).is_err() && server.try_wait().unwrap().is_none() {
            tokio::time::sleep(SHORT).await;
        }
        let phone = coordinator.phone();
        let mut killed = false;
        for _ in 0..4 {
            phone.notes(1);
            tokio::select! {
                summary = phone.observer.sync_until(LONG), if !killed => drop(summary.unwrap()),
                () = gone(&mut server), if !killed => killed = true,
                else => {}
            }
        }
        if !killed {
            strace::kill(&mut server);
        }
        kills += u32::from(killed);

        let receipted: Vec<_> =
            phone.observer.statements().unwrap().into_iter().map(|statement| statement.record).collect();
        let ledger = coordinator.ledger();
        for hash in &receipted {
            assert!(ledger.record(*hash).await.unwrap().is_some(), "kill {number}: receipted and lost");
        }
        ledger.close().await;
        coordinator.restart();
        let summary = phone.observer.sync_until(LONG).await.unwrap();
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
