//! Devices that are lost, found, replaced, and put back from a copy of themselves.

use kuager_coordinator::enrol::{InviteOptions, create_invite, devices, reinstate_device, revoke_device};
use kuager_coordinator::inbox::send_message;
use kuager_coordinator::ledger::{ChainFault, DeviceRow, Standing};
use kuager_core::evidence::{Authority, device_trust, verify_continuation, verify_succession};
use kuager_core::queue::State;
use kuager_core::wire::cose::Envelope;
use kuager_core::wire::enrolment::Credential;
use kuager_core::{Observer, SyncEvent};
use kuager_testing::{LONG, Phone, TestCoordinator, phone};
use kuager_wire::ids::Kid;
use kuager_wire::receipt::RefusalCode;
use kuager_wire::record::{Record, RecordKind};
use kuager_wire::{cose, limits};

async fn sync(observer: &Observer) -> kuager_core::SyncSummary {
    let summary = observer.sync_until(LONG).await.unwrap();
    assert!(summary.completed, "{summary:?}");
    summary
}

fn kid(observer: &Observer) -> Kid {
    observer.status().unwrap().device
}

/// The devices the coordinator knows.
async fn rows(coordinator: &TestCoordinator) -> Vec<DeviceRow> {
    let app = coordinator.app();
    let rows = devices(&app, None).await.unwrap();
    app.ledger.close().await;
    rows
}

/// What the coordinator has at the phones' station, the newest first: its text, and whether it is kept apart.
async fn texts(coordinator: &TestCoordinator) -> Vec<(String, bool)> {
    let ledger = coordinator.ledger();
    let views = ledger.station_records(Some(phone::STATION), 200).await.unwrap();
    ledger.close().await;
    let read = |bytes: &[u8]| Envelope::parse(bytes, limits::RECORD).unwrap().statement::<Record>().unwrap();
    views.iter().map(|view| (read(&view.bytes).body.text.unwrap_or_default(), view.apart)).collect()
}

async fn counted(coordinator: &TestCoordinator) -> usize {
    let ledger = coordinator.ledger();
    let arrivals = ledger.arrivals_after(0, 100).await.unwrap().len();
    ledger.close().await;
    arrivals
}

/// Says something about a device beside the running coordinator, as `kuager device` does.
async fn revoke(coordinator: &TestCoordinator, device: Kid, last_seq: Option<u64>) -> u64 {
    let app = coordinator.app();
    let apart = revoke_device(&app, device, last_seq).await.unwrap();
    app.ledger.close().await;
    apart
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_phone_is_revoked_while_it_sends_and_nothing_is_deleted() {
    let coordinator = TestCoordinator::start();
    let phone = coordinator.phone();
    let honest = phone.notes(4);
    let device = kid(&phone.observer);
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
    let late = phone.notes(2);
    // Number 1 is the last one that is trusted: 2 and 3 were received, 4 and 5 are on their way.
    assert_eq!(revoke(&coordinator, device, Some(1)).await, 2);
    let summary = sync(&phone.observer).await;
    assert_eq!((summary.accepted, summary.refused), (0, 2));
    assert_eq!(coordinator.records(), 6, "everything is kept");
    assert_eq!(counted(&coordinator).await, 2, "and the rest does not count");
    let apart = texts(&coordinator).await;
    assert_eq!(apart.iter().map(|(_, apart)| *apart).collect::<Vec<_>>(), [true, true, true, true, false, false]);

    // The phone keeps everything with what was signed about it, and says why.
    let rows = phone.observer.records().unwrap();
    let state = |hash| rows.iter().find(|row| row.record.hash == hash).unwrap().state;
    assert!(honest.iter().all(|hash| state(*hash) == State::Accepted), "receipts stay: they say that it is held");
    for hash in &late {
        assert_eq!(state(*hash), State::Refused { code: RefusalCode::RevokedDevice });
        assert!(phone.observer.record(*hash).unwrap().refusal.is_some());
    }
    let revoked = phone.observer.status().unwrap().revoked.expect("it knows");
    assert_eq!((revoked.stated, revoked.last_seq), (true, Some(1)));

    // Whoever has the deployment's statement can tell without the coordinator.
    let app = coordinator.app();
    let statement = app.ledger.revocation(device).await.unwrap().unwrap();
    let authority = Authority::new(coordinator.deployment.id(), coordinator.deployment.genesis().root_key);
    let trust = device_trust(std::iter::once(statement.as_slice()), device, &authority).unwrap();
    assert_eq!([0, 1, 2, 3].map(|seq| trust.trusts(seq)), [true, true, false, false]);

    // It was only under the sofa.
    reinstate_device(&app, device).await.unwrap();
    app.ledger.close().await;
    sync(&phone.observer).await;
    sync(&phone.observer).await;
    assert!(phone.observer.records().unwrap().iter().all(|row| row.state == State::Accepted));
    assert_eq!(phone.observer.status().unwrap().revoked, None);
    assert_eq!((coordinator.records(), counted(&coordinator).await), (6, 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sealed_before_arrives_late_from_a_revoked_phone_and_a_thief_gets_no_new_key() {
    let coordinator = TestCoordinator::start();
    let phone = coordinator.phone();
    sync(&phone.observer).await;
    let copy = phone.backup();
    phone.notes(3);
    let device = kid(&phone.observer);
    revoke(&coordinator, device, Some(2)).await;
    assert_eq!(sync(&phone.observer).await.accepted, 3, "sealed while it was trusted");
    // Whoever has a copy of it seals under the same numbers: refused, and the key has no successor.
    let thief = phone::open(copy.path()).unwrap();
    phone::note(&thief, "by the thief").unwrap();
    let summary = thief.sync_until(LONG).await.unwrap();
    assert_eq!((summary.accepted, counted(&coordinator).await), (0, 3), "{summary:?}");
    assert_eq!(rows(&coordinator).await.len(), 1, "a revoked key has no successor");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_observer_with_a_new_phone_is_one_observer_with_two_chains() {
    let coordinator = TestCoordinator::start();
    let lost = coordinator.phone();
    lost.notes(2);
    sync(&lost.observer).await;
    let observer = lost.observer.status().unwrap().credential.unwrap().observer;
    revoke(&coordinator, kid(&lost.observer), Some(1)).await;
    let app = coordinator.app();
    let servers = vec![format!("https://127.0.0.1:{}", coordinator.address.port())];
    let options = InviteOptions { servers, observer: Some(observer), ..InviteOptions::new("") };
    let invite = create_invite(&app, options.clone()).await.unwrap();
    let second = create_invite(&app, options).await.unwrap();
    let (new, tablet) = (Phone::invited(&invite, coordinator.pack()), Phone::invited(&second, coordinator.pack()));
    for phone in [&new, &tablet] {
        phone.notes(1);
        sync(&phone.observer).await;
    }
    // What is said to the observer reaches every device that is trusted; what was read on one is unread on the other.
    send_message(&app, &[observer], "Сәлем", None).await.unwrap();
    for phone in [&new, &tablet] {
        assert_eq!(sync(&phone.observer).await.messages, 1);
    }
    assert_eq!(lost.observer.sync_until(LONG).await.unwrap().messages, 0);
    let message = &new.observer.messages().unwrap()[0];
    new.observer.mark_read(message.message.number).unwrap();
    let read =
        |phone: &Phone| phone.observer.messages().unwrap().iter().map(|message| message.read).collect::<Vec<_>>();
    assert_eq!((read(&new), read(&tablet)), (vec![true], vec![false]));
    let all = devices(&app, Some(observer)).await.unwrap();
    assert_eq!(all.len(), 3);
    assert!(matches!(all[0].standing, Standing::Revoked { last_seq: Some(1), .. }));
    assert!(all[1..].iter().all(|device| device.standing == Standing::Trusted));
    app.ledger.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_restored_from_an_older_backup_goes_on_under_another_key() {
    let coordinator = TestCoordinator::start();
    let phone = coordinator.phone();
    phone.notes(2);
    sync(&phone.observer).await;
    let backup = phone.backup();
    for text in ["after the backup", "and another"] {
        phone::note(&phone.observer, text).unwrap();
    }
    sync(&phone.observer).await;

    let restored = phone::open(backup.path()).unwrap();
    let old = kid(&restored);
    let sealed = phone::note(&restored, "written on the restored phone").unwrap();
    assert_eq!(sealed.seq, 2, "the restored phone cannot know better");
    let mut events = restored.subscribe();
    let summary = sync(&restored).await;
    assert_eq!((summary.accepted, summary.forked, summary.refused), (2, 0, 0), "the key event, and the note");
    let seen: Vec<_> = std::iter::from_fn(|| events.try_recv().ok()).collect();
    assert!(seen.contains(&SyncEvent::ChainBegun { resealed: 1 }), "{seen:?}");
    let status = restored.status().unwrap();
    assert_eq!((status.continues, status.behind, status.refused), (Some(old), Some(3), 0));
    assert_eq!(coordinator.records(), 6, "four of the phone as it was, the key event, the note once");
    let ledger = coordinator.ledger();
    assert!(!ledger.fault_counts().await.unwrap().contains_key(&ChainFault::Fork), "no number is used twice");
    ledger.close().await;

    // The phone itself finds its two chains whole, and so does whoever has the records and the statements.
    assert_eq!(restored.verify().unwrap().faults, []);
    let row = rows(&coordinator).await.into_iter().find(|row| row.kid == status.device).unwrap();
    assert_eq!(row.succeeds, Some(old));
    let first = restored.records().unwrap().into_iter().find(|row| row.record.kind == RecordKind::KeyEvent).unwrap();
    let event = restored.record(first.record.hash).unwrap().record;
    let former: Vec<_> = restored.records().unwrap().into_iter().filter(|row| row.record.kid == old).collect();
    let former: Vec<_> = former.iter().map(|row| restored.record(row.record.hash).unwrap().bytes).collect();
    verify_continuation(&event.body.continues.unwrap(), former.iter().map(Vec::as_slice)).unwrap();
    let key = restored.former_keys().unwrap().remove(0);
    let (id, root) = (coordinator.deployment.id(), coordinator.deployment.genesis().root_key);
    let credential: Credential = cose::open(&key.credential, id, &root).unwrap();
    verify_succession(&key.succession, id, &credential.public_key, &status.credential.unwrap().public_key).unwrap();

    // The old copy of the phone is still in use: it finds out as well, or goes on where nobody else has been.
    phone::note(&phone.observer, "on the phone as it was").unwrap();
    assert_eq!(sync(&phone.observer).await.forked, 0);
    restored.close();
    let restored = phone::open(backup.path()).unwrap();
    assert_eq!(kid(&restored), status.device, "also after a restart");
    phone::note(&restored, "later").unwrap();
    assert_eq!(sync(&restored).await.accepted, 1);
    let texts = texts(&coordinator).await;
    assert_eq!(texts.len(), 7);
    assert!(texts.iter().all(|(_, apart)| !apart));
}

/// Restored again and again: each copy goes on, no number is used twice, and a key is made no more often than it is needed.
#[tokio::test(flavor = "multi_thread")]
async fn copies_of_copies_go_on_as_well() {
    let coordinator = TestCoordinator::start();
    let phone = coordinator.phone();
    phone.notes(1);
    sync(&phone.observer).await;
    let backup = phone.backup();
    phone.notes(1);
    sync(&phone.observer).await;
    let first = phone::open(backup.path()).unwrap();
    phone::note(&first, "a").unwrap();
    sync(&first).await;
    first.close();
    let again = tempfile::tempdir().unwrap();
    kuager_testing::files::copy_dir(backup.path(), again.path());
    let first = phone::open(backup.path()).unwrap();
    phone::note(&first, "b").unwrap();
    sync(&first).await;
    let second = phone::open(again.path()).unwrap();
    phone::note(&second, "c").unwrap();
    sync(&second).await;
    assert_eq!(second.verify().unwrap().faults, []);
    let found = texts(&coordinator).await;
    for text in ["a", "b", "c"] {
        assert_eq!(found.iter().filter(|(found, _)| found == text).count(), 1, "{text}: {found:?}");
    }
    assert_eq!(rows(&coordinator).await.len(), 3);
    let ledger = coordinator.ledger();
    assert!(!ledger.fault_counts().await.unwrap().contains_key(&ChainFault::Fork));
    ledger.close().await;
}
