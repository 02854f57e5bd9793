use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use kuager_wire::ids::MediaHash;
use tar::{Builder, EntryType, Header};
use zeroize::Zeroizing;

use super::*;
use crate::clock::SystemClock;
use crate::deployment::{Deployment, DeploymentError};
use crate::ledger::{Records, Uploads};
use crate::media::store::{LocalFiles, ObjectStore};
use crate::testing::{Fixture, noise};
use crate::{App, Ledger, SqliteLedger};

fn lock() -> Lock {
    Lock::Passphrase(Zeroizing::new("a b c".to_owned()))
}

fn key(passphrase: &str) -> Key {
    Key::Passphrase(Zeroizing::new(passphrase.to_owned()))
}

/// Every file of a folder by its name, and whether nobody else may look at it.
fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    fn walk(dir: &Path, root: &Path, found: &mut Vec<(String, Vec<u8>)>) {
        assert_eq!(fs::metadata(dir).expect("is there").permissions().mode() & 0o777, 0o700, "{}", dir.display());
        for entry in fs::read_dir(dir).expect("reads") {
            let path = entry.expect("reads").path();
            if path.is_dir() {
                walk(&path, root, found);
            } else {
                assert_eq!(
                    fs::metadata(&path).expect("is there").permissions().mode() & 0o777,
                    0o600,
                    "{}",
                    path.display()
                );
                let name = path.strip_prefix(root).expect("is below").to_string_lossy().into_owned();
                found.push((name, fs::read(path).expect("reads")));
            }
        }
    }
    let mut found = Vec::new();
    walk(dir, dir, &mut found);
    found.sort();
    found
}

async fn records(dir: &Path) -> u64 {
    let ledger = SqliteLedger::open(&dir.join("ledger.db")).expect("opens");
    let counts = ledger.counts().await.expect("reads");
    ledger.close().await;
    counts.records
}

/// Delivers a file of a device as phones do.
async fn deliver(fixture: &Fixture, seq: u64, bytes: &[u8]) -> MediaHash {
    let upload = fixture.list(1, seq, &[bytes]).await.remove(0);
    let token = upload.path.rsplit('/').next().expect("has a token").parse().expect("is a token");
    crate::testing::deliver(&fixture.media, token, bytes).await;
    upload.media
}

#[tokio::test]
async fn a_backup_of_a_busy_coordinator_is_a_deployment_again() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let photo = noise(200_000, 1);
    let media = deliver(&fixture, 0, &photo).await;
    let place = tempfile::tempdir().expect("a folder");
    let (file, restored) = (place.path().join("today.age"), place.path().join("restored"));
    // Records come in all the while.
    let (deployment, to) = (fixture.deployment.clone(), file.clone());
    let mut writing = tokio::task::spawn_blocking(move || backup(&deployment, &to, &lock(), Contents::All));
    let mut seq = 1;
    let made = loop {
        fixture.send(&[fixture.sign(1, &fixture.record(seq, "meanwhile"))]).await;
        seq += 1;
        if let Ok(made) = tokio::time::timeout(std::time::Duration::ZERO, &mut writing).await {
            break made.expect("ends").expect("is made");
        }
    };
    assert_eq!((made.damaged.as_slice(), made.size), (&[][..], fs::metadata(&file).expect("is there").len()));
    assert_eq!(fs::metadata(&file).expect("is there").permissions().mode() & 0o777, 0o600);
    let again = backup(&fixture.deployment, &file, &lock(), Contents::All);
    assert!(matches!(again, Err(BackupError::AlreadyThere(_))), "{again:?}");

    let report = restore(&file, key("a b c"), &restored).await.expect("is restored");
    assert_eq!((report.deployment, report.missing, report.devices), (fixture.deployment.id(), 0, 1));
    assert!((1..=seq).contains(&report.records), "{report:?}");
    assert_eq!(report.records, records(&restored).await);
    let object = LocalFiles::open(&restored.join("media"), 0).expect("opens").open(media).expect("reads");
    assert_eq!(object.expect("is there").size, 200_000);
    let original = files_but_received(fixture.deployment.dir());
    assert_eq!(files_but_received(&restored), original, "keys, certificates, packs, settings");
    let deployment = Deployment::open(&restored).expect("opens");
    let app = App::open(deployment, std::sync::Arc::new(SystemClock::default())).expect("opens with its keys");
    assert_ne!(app.epochs.current(), fixture.app.epochs.current());
    app.ledger.close().await;
    let again = restore(&file, key("a b c"), &restored).await;
    assert!(matches!(again, Err(BackupError::NotEmpty(_))), "{again:?}");
}

fn files_but_received(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let received = |name: &str| name.starts_with("ledger.db") || name.starts_with("media/") || name.ends_with(".lock");
    files(dir).into_iter().filter(|(name, _)| !received(name)).collect()
}

#[tokio::test]
async fn files_that_are_left_out_or_damaged_are_asked_for_again() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let (one, two) = (deliver(&fixture, 0, &noise(5000, 1)).await, deliver(&fixture, 1, &noise(5000, 2)).await);
    assert_eq!(fixture.ledger.receipts_for(crate::testing::kid(1)).await, Ok(2));
    let place = tempfile::tempdir().expect("a folder");
    let (without, with) = (place.path().join("without"), place.path().join("with"));
    let made = backup(&fixture.deployment, &without, &lock(), Contents::WithoutFiles).expect("is made");
    assert!(made.bytes < fs::metadata(fixture.deployment.ledger_path()).expect("is there").len() * 4 + (1 << 20));
    let report = restore(&without, key("a b c"), &place.path().join("first")).await.expect("is restored");
    assert_eq!((report.records, report.missing), (2, 2));

    let name = one.to_string();
    let object = fixture.deployment.media_dir().join("objects").join(&name[..2]).join(&name);
    fs::write(object, b"rust").expect("writes");
    let made = backup(&fixture.deployment, &with, &lock(), Contents::All).expect("is made");
    assert_eq!(made.damaged, [one]);
    let dir = place.path().join("second");
    let report = restore(&with, key("a b c"), &dir).await.expect("is restored");
    assert_eq!((report.records, report.missing), (2, 1));
    let ledger = SqliteLedger::open(&dir.join("ledger.db")).expect("opens");
    assert_eq!(ledger.held_files().await, Ok(vec![two]));
    ledger.close().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_backup_is_said_and_nothing_is_left() {
    let fixture = Fixture::new();
    let place = tempfile::tempdir().expect("a folder");
    let (good, bad, dir) = (place.path().join("good"), place.path().join("bad"), place.path().join("data"));
    backup(&fixture.deployment, &good, &lock(), Contents::All).expect("is made");
    let bytes = fs::read(&good).expect("reads");
    let mut altered = bytes.clone();
    altered[bytes.len() / 2] ^= 1;
    let cases: [(&str, Vec<u8>, &str, &str); 5] = [
        ("cut", bytes[..bytes.len() - 100].to_vec(), "a b c", "is cut"),
        ("cut where a piece ends", bytes[..bytes.len() - 65552].to_vec(), "a b c", "is cut"),
        ("altered", altered, "a b c", "was altered"),
        ("another passphrase", bytes.clone(), "a b", "not the passphrase"),
        ("another file", b"PK\x03\x04 and so on".to_vec(), "a b c", "is no backup"),
    ];
    for (what, bytes, passphrase, words) in cases {
        fs::write(&bad, bytes).expect("writes");
        let error = restore(&bad, key(passphrase), &dir).await.expect_err(what);
        assert!(error.to_string().contains(words), "{what}: {error}");
        assert!(!dir.exists(), "{what}: nothing is left");
    }
    fs::create_dir(&dir).expect("works");
    fs::write(dir.join("thesis.doc"), "years of work").expect("writes");
    assert!(matches!(restore(&good, key("a b c"), &dir).await, Err(BackupError::NotEmpty(_))));
    assert_eq!(fs::read_dir(&dir).expect("reads").count(), 1);
    // What does not belong together is no deployment, however well it was packed.
    fs::write(fixture.deployment.dir().join("keys/log.seed"), [1; 32]).expect("writes");
    backup(&fixture.deployment, &place.path().join("mixed"), &lock(), Contents::All).expect("is made");
    let error = restore(&place.path().join("mixed"), key("a b c"), &place.path().join("new")).await;
    assert!(matches!(error, Err(BackupError::Deployment(DeploymentError::Corrupt { .. }))), "{error:?}");
    assert!(!place.path().join("new").exists());
}

/// An archive that somebody else made, who knows the passphrase.
fn forged(at: &Path, entries: &[(&str, EntryType, &[u8])], sums: &str) {
    let (sealer, _) = age::seal(fs::File::create(at).expect("creates"), &lock()).expect("begins");
    let mut tar = Builder::new(sealer);
    for (name, kind, bytes) in entries.iter().chain(&[("SHA256SUMS", EntryType::Regular, sums.as_bytes())]) {
        let mut header = Header::new_gnu();
        header.set_entry_type(*kind);
        header.set_size(bytes.len() as u64);
        // The library would refuse some of these names.
        header.as_gnu_mut().expect("is one").name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        tar.append(&header, *bytes).expect("writes");
    }
    tar.into_inner().expect("ends").finish().expect("ends");
}

#[tokio::test]
async fn a_forged_archive_reaches_nothing_outside_and_leaves_nothing_inside() {
    let place = tempfile::tempdir().expect("a folder");
    let (file, dir) = (place.path().join("forged"), place.path().join("data"));
    let sum = |name: &str| format!("{}  {name}\n", MediaHash::of(b"x"));
    for (name, kind) in [
        ("../outside", EntryType::Regular),
        ("/tmp/outside", EntryType::Regular),
        ("keys/../../outside", EntryType::Regular),
        ("keys/", EntryType::Regular),
        ("a\nb", EntryType::Regular),
        ("link", EntryType::Symlink),
        ("folder", EntryType::Directory),
        ("device", EntryType::Block),
    ] {
        forged(&file, &[(name, kind, b"x")], &sum(name));
        let error = restore(&file, key("a b c"), &dir).await.expect_err(name);
        assert!(matches!(error, BackupError::BadEntry { .. }), "{name}: {error:?}");
        assert!(!dir.exists() && fs::read_dir(place.path()).expect("reads").count() == 1, "{name}");
    }
    let twice = [("a", EntryType::Regular, &b"x"[..]), ("a", EntryType::Regular, b"x")];
    forged(&file, &twice, &sum("a"));
    assert!(matches!(restore(&file, key("a b c"), &dir).await, Err(BackupError::BadEntry { .. })));
    for sums in [String::new(), sum("b"), sum("a").to_uppercase(), sum("a").repeat(2)] {
        forged(&file, &twice[..1], &sums);
        assert!(matches!(restore(&file, key("a b c"), &dir).await, Err(BackupError::Altered(_))), "{sums}");
    }
    forged(&file, &twice[..1], &sum("a"));
    let error = restore(&file, key("a b c"), &dir).await.expect_err("is no deployment");
    assert!(!dir.exists(), "{error}");
}

/// Takes so many bytes, like a stick of that size.
struct Small(usize);

impl Write for Small {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_named() {
    let fixture = Fixture::new();
    let to = Path::new("/media/stick/backup");
    for size in [0, 3000, 100_000] {
        match write::fill(&fixture.deployment, Small(size), Contents::All, to) {
            Err(BackupError::Full(path)) => assert_eq!(path, to),
            other => panic!("{size}: {:?}", other.map(|(_, sums, _)| sums)),
        }
    }
    let left = fs::read_dir(fixture.deployment.dir()).expect("reads").flatten();
    assert!(left.into_iter().all(|entry| !entry.file_name().to_string_lossy().starts_with('.')), "no copy is left");
}
