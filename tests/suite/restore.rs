//! Backups that come back: an older coordinator, an older phone.

use std::path::Path;
use std::sync::Arc;

use kuager_coordinator::app::App;
use kuager_coordinator::clock::SystemClock;
use kuager_coordinator::deployment::Deployment;
use kuager_coordinator::enrol::{devices, reinstate_device, revoke_device};
use kuager_coordinator::intake::Intake;
use kuager_coordinator::ledger::Standing;
use kuager_core::VaultError;
use kuager_core::queue::State;
use kuager_testing::files::copy_dir;
use kuager_testing::{LONG, Phone, TestCoordinator, phone};
use kuager_wire::{canonical, limits};
use tempfile::TempDir;

/// A copy of the folder of a coordinator that is stopped for it.
async fn backup_of(coordinator: &mut TestCoordinator) -> TempDir {
    coordinator.stop().await;
    let backup = tempfile::tempdir().unwrap();
    copy_dir(coordinator.data(), backup.path());
    coordinator.restart();
    backup
}

/// Puts a copy in the place of what is there.
async fn put_back(coordinator: &mut TestCoordinator, backup: &Path) {
    coordinator.stop().await;
    let data = coordinator.data().to_owned();
    std::fs::remove_dir_all(&data).unwrap();
    copy_dir(backup, &data);
    coordinator.restart();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_restored_from_an_older_backup_gets_everything_again() {
    let mut coordinator = TestCoordinator::start();
    let (known, unknown) = (coordinator.phone(), coordinator.phone());
    known.notes(2);
    assert!(known.observer.sync_until(LONG).await.unwrap().completed);

    let backup = backup_of(&mut coordinator).await;
    known.notes(3);
    unknown.notes(2);
    assert!(known.observer.sync_until(LONG).await.unwrap().completed);
    assert!(unknown.observer.sync_until(LONG).await.unwrap().completed, "enrolled after the backup");
    assert_eq!(coordinator.records(), 7);

    put_back(&mut coordinator, backup.path()).await;
    assert_eq!(coordinator.records(), 2);
    known.notes(1);
    unknown.notes(1);
    for phone in [&known, &unknown] {
        let summary = phone.observer.sync_until(LONG).await.unwrap();
        assert!(summary.completed, "{summary:?}");
        assert!(phone.observer.records().unwrap().iter().all(|row| row.state == State::Accepted));
    }
    assert_eq!(coordinator.records(), 9, "every record is back, and the new ones are there");
}

/// Of strangers a coordinator answers one record of an upload. A phone whose enrolment was lost with the backup learns it from
/// that, for all of them, enrols again and delivers.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_with_many_records_learns_from_one_word_that_it_is_not_enrolled() {
    let mut coordinator = TestCoordinator::start();
    let phone = coordinator.phone();
    let backup = backup_of(&mut coordinator).await;
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed, "enrolled, nothing sent");
    put_back(&mut coordinator, backup.path()).await;
    phone.notes(30);
    let summary = phone.observer.sync_until(LONG).await.unwrap();
    assert!(summary.completed, "{summary:?}");
    assert_eq!((summary.refused, summary.accepted, coordinator.records()), (1, 30, 30));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_without_its_identity_is_not_taken_for_another() {
    let phone = Phone::new();
    let copy = phone.backup();
    std::fs::remove_file(copy.path().join("store/identity.kuager")).unwrap();
    assert_eq!(phone::open(copy.path()).unwrap_err().code(), "identity_missing");
    let copy = phone.backup();
    std::fs::remove_dir_all(copy.path().join("vault")).unwrap();
    let error = phone::open(copy.path()).unwrap_err();
    assert!(matches!(error, kuager_core::ObserverError::Vault(VaultError::Lost)), "{error}");
}

#[test]
fn stores_of_every_released_format_still_open() {
    for fixture in ["store-v2", "store-v3"] {
        still_opens(fixture);
    }
}

fn still_opens(fixture: &str) {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let copy = tempfile::tempdir().unwrap();
    copy_dir(&fixtures.join(fixture), copy.path());
    let observer = phone::open(copy.path()).unwrap();
    let report = observer.verify().unwrap();
    assert_eq!((report.records, report.faults), (4, Vec::new()));
    assert!(observer.pack().unwrap().pack.form("opening").is_some());
    let media = observer.media().unwrap();
    let mut photo = Vec::new();
    std::io::Read::read_to_end(&mut observer.open_media(media[0].hash).unwrap(), &mut photo).unwrap();
    assert_eq!(kuager_wire::ids::MediaHash::of(&photo), media[0].hash);
    let before = observer.records().unwrap().len();
    phone::note(&observer, "goes on").unwrap();
    assert_eq!(observer.records().unwrap().len(), before + 1);
}

/// Keys are kept from others; git does not remember that.
fn only_mine(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mode = if path.is_dir() { 0o700 } else { 0o600 };
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        if path.is_dir() {
            only_mine(&path);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ledgers_of_every_earlier_format_still_open_and_answer_as_they_did() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/ledger-v2");
    let copy = tempfile::tempdir().unwrap();
    copy_dir(&fixture, copy.path());
    only_mine(copy.path());
    let deployment = Deployment::open(copy.path()).unwrap();
    let app = App::open(deployment, Arc::new(SystemClock::default())).unwrap();
    let before = app.ledger.counts().await.unwrap();
    assert_eq!((before.records, before.devices), (6, 2));

    // Receipts and the statement about the fork are the very bytes that were given out then.
    let answer = Intake::new(app.clone()).receive(std::fs::read(fixture.join("sent.cborseq")).unwrap()).await.unwrap();
    assert_eq!(
        canonical::encode(&answer, limits::ANSWER).unwrap(),
        std::fs::read(fixture.join("answer.cbor")).unwrap()
    );
    assert_eq!(app.ledger.counts().await.unwrap().records, 6, "nothing is stored twice");
    assert_eq!(answer.results.iter().filter(|result| result.fork.is_some()).count(), 2);
    assert_eq!(app.ledger.next_number(0).await.unwrap(), 3, "no number of a message is used again");
    assert_eq!(app.ledger.invites().await.unwrap().len(), 3);
    app.ledger.close().await;
}

/// A coordinator of before devices were revoked by signed statements takes such a statement like any other.
#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_of_before_devices_were_revoked_still_opens() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/ledger-v8");
    let copy = tempfile::tempdir().unwrap();
    copy_dir(&fixture, copy.path());
    only_mine(copy.path());
    let app = App::open(Deployment::open(copy.path()).unwrap(), Arc::new(SystemClock::default())).unwrap();
    let [device] = devices(&app, None).await.unwrap().try_into().unwrap();
    assert_eq!((device.standing, device.records, device.apart, device.head), (Standing::Trusted, 3, 0, Some(2)));
    assert_eq!(revoke_device(&app, device.kid, Some(0)).await.unwrap(), 2);
    assert_eq!(app.ledger.arrivals_after(0, 9).await.unwrap().len(), 1, "what is kept apart does not count");
    reinstate_device(&app, device.kid).await.unwrap();
    assert_eq!(app.ledger.arrivals_after(0, 9).await.unwrap().len(), 3);
    app.ledger.close().await;
}
