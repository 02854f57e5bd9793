//! Power loss. A killed process leaves everything it wrote; a phone whose battery dies leaves only what was made
//! durable. The child is stopped after every fsync, and from what it had made durable by then, and nothing else, the
//! phone must start again and hold every promise made so far.
//!
//! The model is the strict one: a file's content is what it was at its own last fsync, a name is there if its folder was
//! fsynced since, and everything else is gone.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kuager_testing::{LONG, TestCoordinator};
use kuager_tests::promises::{Promises, lay_out};
use kuager_tests::strace::{self, Fault};

/// Between two looks at the trace.
const SHORT: Duration = Duration::from_millis(2);

/// What a disk would hold if the power failed now.
#[derive(Default)]
struct Disk {
    contents: HashMap<u64, Vec<u8>>,
    names: BTreeMap<PathBuf, u64>,
    folders: BTreeSet<PathBuf>,
}

impl Disk {
    /// `path` has just been fsynced.
    fn synced(&mut self, path: &Path) {
        let Ok(metadata) = fs::metadata(path) else { return };
        if metadata.is_file() {
            self.contents.insert(metadata.ino(), fs::read(path).unwrap());
            return;
        }
        self.names.retain(|name, _| name.parent() != Some(path));
        for entry in fs::read_dir(path).unwrap() {
            let entry = entry.unwrap();
            let metadata = entry.metadata().unwrap();
            if metadata.is_dir() {
                self.folders.insert(entry.path());
            } else {
                self.names.insert(entry.path(), metadata.ino());
            }
        }
    }

    /// Writes what is left of `live` into `to`.
    fn restore(&self, live: &Path, to: &Path) {
        let there = |path: &Path| {
            path.ancestors().take_while(|folder| *folder != live).all(|folder| self.folders.contains(folder))
        };
        for folder in self.folders.iter().filter(|folder| folder.starts_with(live) && there(folder)) {
            fs::create_dir_all(to.join(folder.strip_prefix(live).unwrap())).unwrap();
        }
        for (name, inode) in self.names.iter().filter(|(name, _)| name.starts_with(live)) {
            if there(name.parent().unwrap()) {
                let empty = Vec::new();
                let content = self.contents.get(inode).unwrap_or(&empty);
                fs::write(to.join(name.strip_prefix(live).unwrap()), content).unwrap();
            }
        }
    }
}

/// The path of every fsync in the trace so far, and how many stops have followed.
fn progress(trace: &Path) -> (Vec<PathBuf>, usize) {
    let text = fs::read_to_string(trace).unwrap_or_default();
    let mut synced = Vec::new();
    let mut stops = 0;
    for line in text.lines() {
        if line.contains("sync(") && line.contains("= 0") {
            let path = line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(path, _)| path);
            synced.extend(path.map(PathBuf::from));
        }
        stops += usize::from(line.contains("stopped by SIGSTOP"));
    }
    (synced, stops)
}

fn traced_process(tracer: &Child) -> Option<u32> {
    let output = Command::new("pgrep").args(["-P", &tracer.id().to_string()]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().next()?.parse().ok()
}

fn check(disk: &Disk, live: &Path, promises: &Promises, after: &str) {
    let rest = tempfile::tempdir().unwrap();
    disk.restore(live, rest.path());
    promises.check(rest.path(), after);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_whose_battery_dies_holds_what_it_promised() {
    assert!(strace::available(), "strace is needed and must be allowed to trace");
    let coordinator = TestCoordinator::start();
    let dir = tempfile::tempdir().unwrap();
    lay_out(dir.path(), &coordinator);
    let points = tokio::task::block_in_place(|| stop_and_check(dir.path()));
    assert!(points >= 25, "only {points} durable writes: the test no longer sees what it should");
    eprintln!("power lost after each of {points} durable writes");
}

fn stop_and_check(dir: &Path) -> usize {
    let (trace, live) = (dir.join("trace"), dir.join("phone"));
    let program = Path::new(env!("CARGO_BIN_EXE_test-phone"));
    let mut child = strace::command(program, Fault::StopAtEverySync, &trace)
        .arg(&live)
        .arg(dir.join("invite"))
        .arg(dir.join("pack"))
        .args(["3", "600"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = Arc::new(Mutex::new(Vec::new()));
    let (stdout, heard) = (child.stdout.take().unwrap(), Arc::clone(&lines));
    let listener = std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines() {
            heard.lock().unwrap().push(line.unwrap());
        }
    });
    let promised = || Promises::heard(lines.lock().unwrap().iter().map(String::as_str));

    let mut disk = Disk::default();
    let mut seen = 0;
    let mut idle = Duration::ZERO;
    while child.try_wait().unwrap().is_none() {
        let (synced, stops) = progress(&trace);
        if stops < synced.len() || synced.len() == seen {
            if idle > LONG {
                strace::kill(&mut child);
                panic!("the traced phone does not go on after {seen} durable writes");
            }
            idle += SHORT;
            std::thread::sleep(SHORT);
            continue;
        }
        idle = Duration::ZERO;
        // It is stopped: everything printed so far was promised before the write that has just become durable, and
        // must hold without it.
        std::thread::sleep(Duration::from_millis(5));
        let promised = promised();
        check(&disk, &live, &promised, &format!("before durable write {} ({:?})", seen + 1, synced.last()));
        for path in &synced[seen..] {
            disk.synced(path);
        }
        seen = synced.len();
        check(&disk, &live, &promised, &format!("after durable write {seen} ({:?})", synced.last()));
        if let Some(process) = traced_process(&child) {
            Command::new("kill").args(["-CONT", &process.to_string()]).status().unwrap();
        }
    }
    listener.join().unwrap();
    assert!(child.wait().unwrap().success());
    let promised = promised();
    assert!(promised.completed);
    check(&disk, &live, &promised, "at the end");
    seen
}
