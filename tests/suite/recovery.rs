//! Coordinators that lost what they had, and phones that had finished: what the phones hold brings it all back.

use std::path::{Path, PathBuf};
use std::process::Command;

use kuager_coordinator::backup::{self, Contents, Key, Lock};
use kuager_coordinator::inbox::send_message;
use kuager_core::queue::{State, UploadState};
use kuager_core::{NewDraft, Origin};
use kuager_testing::files::photo;
use kuager_testing::{LONG, Phone, TestCoordinator, phone};
use kuager_wire::ids::MediaHash;
use tempfile::TempDir;
use zeroize::Zeroizing;

/// What a phone was promised, as it keeps it.
type Promises = (Vec<Vec<u8>>, Vec<Option<Vec<u8>>>);

fn promises(phone: &Phone) -> Promises {
    let statements = phone.observer.statements().unwrap();
    let receipts = statements.into_iter().filter(|row| row.purpose == "receipt").map(|row| row.bytes).collect();
    let media = phone.observer.media().unwrap();
    (receipts, media.iter().map(|row| phone.observer.media_receipt(row.hash).unwrap()).collect())
}

fn note_with_photo(phone: &Phone, seed: u64) -> MediaHash {
    let path = phone.dir().join("photo.jpg");
    std::fs::write(&path, photo(60_000, seed)).unwrap();
    let draft = phone.observer.new_draft(NewDraft::note("photo").station(phone::STATION)).unwrap();
    let attached = phone.observer.attach_path(draft, &path, Origin::Imported, Some("page 1")).unwrap();
    std::fs::remove_file(&path).unwrap();
    phone.observer.seal(draft).unwrap();
    attached.hash
}

async fn sync(phone: &Phone) -> kuager_core::SyncSummary {
    let summary = phone.observer.sync_until(LONG).await.unwrap();
    assert!(summary.completed, "{summary:?}");
    summary
}

/// A copy of the ledger of a coordinator that is stopped for it.
async fn ledger_of(coordinator: &mut TestCoordinator) -> (TempDir, PathBuf) {
    coordinator.stop().await;
    let place = tempfile::tempdir().unwrap();
    let copy = place.path().join("ledger.db");
    std::fs::copy(coordinator.deployment.ledger_path(), &copy).unwrap();
    coordinator.restart();
    (place, copy)
}

/// Puts another ledger in the place of the one that is there.
async fn put_back(coordinator: &mut TestCoordinator, ledger: &Path) {
    coordinator.stop().await;
    let there = coordinator.deployment.ledger_path();
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", there.display()));
    }
    // Into the file that is there, which keeps its mode.
    std::fs::write(&there, std::fs::read(ledger).unwrap()).unwrap();
    coordinator.restart();
}

/// Which ledger comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Older {
    /// One that knows the phones and their first records.
    Half,
    /// One of before the phones were invited, which knows somebody else.
    Before,
    /// The one that the deployment began with.
    Empty,
}

async fn everything_comes_back(older: Older, lose_objects: bool) {
    let mut coordinator = TestCoordinator::start();
    let (_empty, empty) = ledger_of(&mut coordinator).await;
    let early = coordinator.phone();
    early.notes(2);
    sync(&early).await;
    let (_before, before) = ledger_of(&mut coordinator).await;
    let phones = [coordinator.phone(), coordinator.phone(), coordinator.phone()];
    for phone in &phones {
        phone.notes(2);
        sync(phone).await;
    }
    let (_half, half) = ledger_of(&mut coordinator).await;
    let mut files = Vec::new();
    for (seed, phone) in (1..).zip(&phones) {
        files.push(note_with_photo(phone, seed));
        phone.notes(1);
        let summary = sync(phone).await;
        assert_eq!((summary.accepted, summary.media_stored), (2, 1));
    }
    let all = 2 + 3 * 4;
    assert_eq!(coordinator.records(), all);
    let promised: Vec<_> = phones.iter().map(promises).collect();
    let (ledger, left) = match older {
        Older::Half => (half, 2 + 3 * 2),
        Older::Before => (before, 2),
        Older::Empty => (empty, 0),
    };
    put_back(&mut coordinator, &ledger).await;
    if lose_objects {
        std::fs::remove_dir_all(coordinator.deployment.media_dir().join("objects")).unwrap();
        coordinator.stop().await;
        coordinator.restart();
    }
    assert_eq!(coordinator.records(), left);

    // Nobody has anything to send.
    for phone in phones.iter().chain([&early]) {
        sync(phone).await;
        assert!(phone.observer.records().unwrap().iter().all(|row| row.state == State::Accepted));
        assert!(phone.observer.media().unwrap().iter().all(|row| row.state == UploadState::Stored));
    }
    assert_eq!(coordinator.records(), all, "{older:?}: every record once");
    let ledger = coordinator.ledger();
    assert_eq!(ledger.counts().await.unwrap().devices, 4);
    let mut held = ledger.held_files().await.unwrap();
    ledger.close().await;
    held.sort();
    files.sort();
    assert_eq!(held, files);
    for file in files {
        let name = file.to_string();
        let object = coordinator.deployment.media_dir().join("objects").join(&name[..2]).join(&name);
        assert_eq!(MediaHash::of(&std::fs::read(object).unwrap()), file);
    }
    for (phone, promised) in phones.iter().zip(promised) {
        assert_eq!(promises(phone), promised, "receipts are the very bytes that were given first");
        let again = sync(phone).await;
        assert_eq!((again.accepted, again.media_stored), (0, 0), "and it is over");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_ledger_gets_back_what_came_since() {
    everything_comes_back(Older::Half, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_ledger_gets_everything_back() {
    everything_comes_back(Older::Empty, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_without_the_invites_knows_its_devices_again() {
    everything_comes_back(Older::Before, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_by_an_older_ledger_is_heard() {
    let mut coordinator = TestCoordinator::start();
    let phone = coordinator.phone();
    sync(&phone).await;
    let say = async |coordinator: &TestCoordinator, text: &str| {
        let app = coordinator.app();
        let observers = app.ledger.observers(None).await.unwrap();
        send_message(&app, &observers, text, None).await.unwrap();
        app.ledger.close().await;
    };
    say(&coordinator, "before the backup").await;
    let (_older, older) = ledger_of(&mut coordinator).await;
    for text in ["lost", "lost, too"] {
        say(&coordinator, text).await;
    }
    assert_eq!(sync(&phone).await.messages, 3);
    put_back(&mut coordinator, &older).await;
    say(&coordinator, "after the restore").await;
    assert_eq!(sync(&phone).await.messages, 1);
    let messages = phone.observer.messages().unwrap();
    let texts: Vec<_> = messages.iter().map(|row| row.message.text.as_str()).collect();
    assert_eq!(texts, ["before the backup", "lost", "lost, too", "after the restore"]);
}

fn passphrase() -> Zeroizing<String> {
    Zeroizing::new("қара көз".to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_serving_coordinator_and_its_phones_make_it_whole() {
    let mut coordinator = TestCoordinator::start();
    let phones = [coordinator.phone(), coordinator.phone(), coordinator.phone()];
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("noon.age");
    let mut files = vec![note_with_photo(&phones[0], 1)];
    sync(&phones[0]).await;
    let (deployment, to) = (coordinator.deployment.clone(), file.clone());
    let backing_up = tokio::task::spawn_blocking(move || {
        backup::backup(&deployment, &to, &Lock::Passphrase(passphrase()), Contents::WithoutFiles).unwrap()
    });
    for round in 0..5 {
        for phone in &phones {
            tokio::task::block_in_place(|| phone.notes(2));
            sync(phone).await;
        }
        if round == 2 {
            files.push(note_with_photo(&phones[1], 2));
        }
    }
    assert!(backing_up.await.unwrap().damaged.is_empty());
    files.push(note_with_photo(&phones[2], 3));
    sync(&phones[2]).await;
    let all = coordinator.records();
    assert_eq!(all, 3 * 5 * 2 + 3);

    // The machine is lost; another one takes its address.
    coordinator.stop().await;
    let data = coordinator.data().to_owned();
    std::fs::remove_dir_all(&data).unwrap();
    let restored = backup::restore(&file, Key::Passphrase(passphrase()), &data).await.unwrap();
    assert_eq!(restored.deployment, coordinator.deployment.id());
    assert!(
        (1..=2).contains(&restored.missing),
        "the first photo, and the second if it came before the ledger was copied"
    );
    coordinator.restart();
    for phone in &phones {
        sync(phone).await;
    }
    assert_eq!(coordinator.records(), all);
    let ledger = coordinator.ledger();
    let mut held = ledger.held_files().await.unwrap();
    ledger.close().await;
    held.sort();
    files.sort();
    assert_eq!(held, files);
}

/// The program, on a disk where no file can be larger than so many blocks of 512 bytes.
fn kuager(blocks: Option<u32>, args: &[&str]) -> (bool, String) {
    let program = env!("CARGO_BIN_EXE_test-coordinator");
    let output = match blocks {
        None => Command::new(program).args(args).output().unwrap(),
        Some(blocks) => {
            let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
            Command::new("sh").args(["-c", &script, "sh", program]).args(args).output().unwrap()
        }
    };
    let told = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&told).into_owned())
}

#[test]
fn the_program_backs_up_and_restores_and_says_when_the_disk_is_full() {
    let place = tempfile::tempdir().unwrap();
    let path = |name: &str| place.path().join(name).display().to_string();
    let (data, file, secret, new) = (path("data"), path("backup"), path("secret"), path("new"));
    std::fs::write(&secret, "қара көз\n").unwrap();
    assert!(kuager(None, &["init", "--data", &data]).0);
    let back_up = ["backup", "--data", &data, "--to", &file, "--passphrase-file", &secret];
    let (done, told) = kuager(None, &back_up);
    assert!(done && told.contains("checked"), "{told}");
    let restore = ["restore", &file, "--data", &new, "--passphrase-file", &secret];
    let (done, told) = kuager(Some(100), &restore);
    assert!(!done && told.contains("is full"), "{told}");
    assert!(!Path::new(&new).exists());
    let (done, told) = kuager(None, &restore);
    assert!(done && told.contains("Next: kuager serve"), "{told}");
    let (done, told) = kuager(None, &["invite", "--data", &new, "--server", "https://localhost"]);
    assert!(done, "{told}");
    let left: Vec<_> = std::fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 4, "{left:?}");
    // A key that only somebody else has.
    let (done, told) = kuager(None, &["backup", "--data", &data, "--to", &path("other"), "--recipient", "age1x"]);
    assert!(!done && told.contains("age1"), "{told}");
}
