//! A rehearsal from the command line: a whole day, and nothing of it in the real deployment.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::*;

/// Every file of a folder but those of its rehearsal, with its bytes.
fn files(dir: &Path, above: &str, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(dir).expect("is read").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        // SQLite's own index of the log is made by whoever reads.
        if above.is_empty() && (name == "rehearsal" || name.ends_with("-shm") || name.ends_with("-wal")) {
            continue;
        }
        let path = entry.path();
        if path.is_dir() {
            files(&path, &format!("{above}/{name}"), found);
        } else {
            found.insert(path.clone(), std::fs::read(&path).expect("is read"));
        }
    }
}

#[test]
fn a_night_is_rehearsed_and_leaves_nothing_behind() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data");
    let at = data.to_str().expect("UTF-8");
    kuager(&["init", "--data", at]).expect("works");
    let all = || {
        let mut found = BTreeMap::new();
        files(&data, "", &mut found);
        found
    };
    let before = all();
    let play =
        ["rehearse", "--data", at, "--at-once", "--once", "--stations", "20", "--each", "1", "--desk", "127.0.0.1:0"];
    let (out, _) = kuager(&play).expect("is played");
    assert!(out.contains("nothing ever came: 0 of 1") && !out.contains("a sum in the protocol does not hold"), "{out}");
    assert!(out.contains("left out") && out.contains("WrongSum"), "the built-in pack has no relations: {out}");
    assert!(before == all(), "the real deployment is as it was");

    let rehearsal = data.join("rehearsal");
    let sheet = std::fs::read_to_string(rehearsal.join("sheet.txt")).expect("is left");
    assert!(out.contains(&sheet));
    let practised = rehearsal.to_str().expect("UTF-8");
    let (devices, _) = kuager(&["device", "list", "--data", practised]).expect("opens");
    let lines: Vec<&str> = devices.lines().filter(|line| line.contains("record")).collect();
    assert!(
        !lines.is_empty() && lines.iter().all(|line| line.contains("revoked") || line.contains("up to")),
        "{devices}"
    );

    let again = kuager(&play).expect_err("there is one").to_string();
    assert!(again.contains("--clean"), "{again}");
    let within = kuager(&["rehearse", "--data", practised, "--once"]).expect_err("is one").to_string();
    assert!(within.contains("real deployment"), "{within}");
    let (out, _) = kuager(&["rehearse", "--data", at, "--clean"]).expect("works");
    assert!(out.contains("removed") && !rehearsal.exists());
    assert!(kuager(&["rehearse", "--data", at, "--clean"]).expect("works").0.contains("no rehearsal"));

    // What only has the name is somebody's own.
    std::fs::create_dir(&rehearsal).expect("is made");
    std::fs::write(rehearsal.join("notes.txt"), "mine").expect("is written");
    assert!(kuager(&["rehearse", "--data", at, "--clean"]).is_err());
    assert!(rehearsal.join("notes.txt").exists());
}
