//! One observer's day with the real core, the real server and the real network stack.

use std::time::Duration;

use kuager_coordinator::inbox::send_message;
use kuager_core::queue::{FailureClass, Obstacle, State};
use kuager_core::{ObserverError, SyncEvent};
use kuager_testing::clock::WrongClock;
use kuager_testing::files::copy_dir;
use kuager_testing::{Fate, LONG, Phone, Proxy, TestCoordinator, phone, until};
use kuager_wire::cose;
use kuager_wire::genesis::Deployment;
use kuager_wire::ids::RecordHash;
use kuager_wire::receipt::{Receipt, RefusalCode};
use kuager_wire::record::ClockReading;

#[tokio::test(flavor = "multi_thread")]
async fn offline_first_then_everything_arrives_with_receipts_that_verify() {
    let coordinator = TestCoordinator::start();
    let phone = coordinator.phone();
    let mut sealed = vec![phone.checklist().hash];
    sealed.extend(phone.notes(3));
    assert_eq!(phone.observer.status().unwrap().waiting, 4);

    let summary = phone.observer.sync_until(LONG).await.unwrap();
    assert!(summary.completed, "{summary:?}");
    assert_eq!(summary.accepted, 4);
    assert_eq!(coordinator.records(), 4);
    let status = phone.observer.status().unwrap();
    assert_eq!((status.delivered, status.waiting, status.refused), (4, 0, 0));
    assert!(status.credential.is_some());

    // A third party with nothing but the genesis statement checks every receipt.
    let deployment = Deployment::open(coordinator.deployment.genesis_bytes()).unwrap();
    for hash in sealed {
        let record = phone.observer.record(hash).unwrap();
        let receipt: Receipt =
            cose::open(&record.receipt.unwrap(), deployment.id, &deployment.genesis.receipt_key).unwrap();
        assert_eq!((receipt.record, receipt.seq), (RecordHash::of(&record.bytes), record.record.seq));
        assert!(receipt.merge_deadline_ms > receipt.received_ms);
    }
    assert_eq!(phone.observer.verify().unwrap().faults, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_record_always_gets_the_same_receipt() {
    let coordinator = TestCoordinator::start();
    let phone = coordinator.phone();
    let before = phone.backup();
    let hash = phone.checklist().hash;
    let sealed = phone.backup();
    phone.observer.sync_until(LONG).await.unwrap();
    let first = phone.observer.record(hash).unwrap().receipt.unwrap();
    // Two copies of the phone as it was before it synced deliver the same record again, at once.
    let copies = [phone::open(sealed.path()).unwrap(), {
        let copy = tempfile::tempdir().unwrap();
        copy_dir(sealed.path(), copy.path());
        phone::open(&copy.keep()).unwrap()
    }];
    let (one, two) = tokio::join!(copies[0].sync_until(LONG), copies[1].sync_until(LONG));
    assert!(one.unwrap().completed && two.unwrap().completed);
    for copy in &copies {
        assert_eq!(copy.record(hash).unwrap().receipt.unwrap(), first);
    }
    assert_eq!(coordinator.records(), 1);
    drop(before);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_handles_on_one_outbox_deliver_each_record_once() {
    let coordinator = TestCoordinator::start();
    let phone = coordinator.phone();
    phone.notes(40);
    let second = phone::open(phone.dir()).unwrap();
    let (one, two) = tokio::join!(phone.observer.sync_until(LONG), second.sync_until(LONG));
    assert!(one.unwrap().completed && two.unwrap().completed);
    assert_eq!(coordinator.records(), 40);
    let hash = phone::note(&second, "from the extension").unwrap();
    assert_eq!(hash.seq, 40, "both write one chain");
    assert_eq!(phone.observer.verify().unwrap().faults, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_invite_is_replaced_without_touching_what_is_sealed() {
    let coordinator = TestCoordinator::start();
    let invite = coordinator.invite();
    let first = Phone::invited(&invite, coordinator.pack());
    assert!(first.observer.sync_until(LONG).await.unwrap().completed);

    let second = Phone::invited(&invite, coordinator.pack());
    let sealed = second.checklist();
    let summary = second.observer.sync_until(LONG).await.unwrap();
    assert_eq!(summary.obstacle, Some(Obstacle::Enrolment(RefusalCode::InviteUsed)));
    let before = second.observer.status().unwrap();
    assert_eq!(before.enrolment_refused, Some(RefusalCode::InviteUsed));

    second.observer.accept_invite(&coordinator.invite().to_url().unwrap()).unwrap();
    let summary = second.observer.sync_until(LONG).await.unwrap();
    assert!(summary.completed, "{summary:?}");
    let after = second.observer.status().unwrap();
    assert_eq!((after.device, after.delivered), (before.device, 1));
    assert!(second.observer.record(sealed.hash).unwrap().receipt.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invite_of_another_deployment_is_refused() {
    let (here, there) = (TestCoordinator::start(), TestCoordinator::start());
    let phone = here.phone();
    let error = phone.observer.accept_invite(&there.invite().to_url().unwrap()).unwrap_err();
    assert!(matches!(error, ObserverError::OtherDeployment), "{error}");
    let error = phone.observer.import_pack(there.pack().to_vec()).unwrap_err();
    assert!(matches!(error, ObserverError::Pack(_)), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_network_failure_has_its_own_name() {
    let coordinator = TestCoordinator::start();
    let proxy = Proxy::start(coordinator.address).await;
    let class_of = async |invite: &kuager_wire::invite::Invite| {
        let phone = Phone::invited(invite, coordinator.pack());
        phone.checklist();
        let mut events = phone.observer.subscribe();
        let waiting = until(&mut events, |event| match event {
            SyncEvent::Waiting(obstacle, _) => Some(*obstacle),
            _ => None,
        });
        // It goes on trying for as long as it may; what is wanted is why the first attempt failed.
        let obstacle = tokio::select! {
            ended = phone.observer.run() => panic!("{ended:?}"),
            obstacle = waiting => obstacle,
        };
        let outlook = phone.observer.outlook().unwrap();
        assert_eq!((outlook.completed, outlook.left, outlook.obstacle), (false, 1, Some(obstacle)));
        match obstacle {
            Obstacle::Network(class) => class,
            other => panic!("{other:?}"),
        }
    };

    proxy.plan([Fate::Portal; 50]);
    assert_eq!(class_of(&coordinator.invite_through(proxy.address)).await, FailureClass::Tls);
    proxy.plan([Fate::Refused; 50]);
    assert_eq!(class_of(&coordinator.invite_through(proxy.address)).await, FailureClass::Reset);
    proxy.plan([]);

    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(class_of(&coordinator.invite_through(nobody)).await, FailureClass::Offline);

    let nowhere = vec!["https://coordinator.invalid".to_owned()];
    let nameless = coordinator.unsigned_invite(nowhere, coordinator.deployment.anchors_der());
    assert_eq!(class_of(&nameless).await, FailureClass::Dns);

    // Somebody in the middle with a certificate of their own.
    let other = TestCoordinator::start();
    let (here, there) =
        [&coordinator, &other].map(|one| vec![format!("https://127.0.0.1:{}", one.address.port())]).into();
    let intercepted = coordinator.unsigned_invite(here, other.deployment.anchors_der());
    assert_eq!(class_of(&intercepted).await, FailureClass::Tls);

    // The address now belongs to another deployment, whose certificate happens to be trusted.
    let moved = coordinator.unsigned_invite(there, other.deployment.anchors_der());
    assert_eq!(class_of(&moved).await, FailureClass::WrongServer);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_address_is_tried_when_the_first_is_dead() {
    let coordinator = TestCoordinator::start();
    let here = format!("https://127.0.0.1:{}", coordinator.address.port());
    let invite = coordinator.invite_to(vec!["https://127.0.0.1:1".to_owned(), here]);
    let phone = Phone::invited(&invite, coordinator.pack());
    phone.checklist();
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_ten_years_wrong_changes_nothing_but_the_evidence() {
    let coordinator = TestCoordinator::start();
    let dir = tempfile::tempdir().unwrap();
    let clock = std::sync::Arc::new(WrongClock::new());
    let observer = phone::open_with(dir.path(), clock.clone()).unwrap();
    observer.accept_invite(&coordinator.invite().to_url().unwrap()).unwrap();
    observer.import_pack(coordinator.pack().to_vec()).unwrap();
    let ten_years = 10 * 365 * 86_400_000_i64;
    let flags: Vec<u32> = [0, ten_years, -ten_years, -ten_years]
        .into_iter()
        .map(|offset| {
            clock.set(offset);
            let hash = phone::note(&observer, "x").unwrap().hash;
            observer.record(hash).unwrap().record.clock.flags
        })
        .collect();
    assert_eq!(flags, [0, ClockReading::WALL_JUMPED, ClockReading::WALL_JUMPED, 0]);
    let summary = observer.sync_until(LONG).await.unwrap();
    assert_eq!((summary.completed, summary.accepted), (true, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_reaches_its_observer_and_nobody_else() {
    let coordinator = TestCoordinator::start();
    let (one, two) = (coordinator.phone(), coordinator.phone());
    assert!(one.observer.sync_until(LONG).await.unwrap().completed);
    assert!(two.observer.sync_until(LONG).await.unwrap().completed);
    let observer = one.observer.status().unwrap().credential.unwrap().observer;
    let app = coordinator.app();
    send_message(&app, &[observer], "2-бетті қайта түсіріңіз", None).await.unwrap();
    app.ledger.close().await;
    assert_eq!(one.observer.sync_until(LONG).await.unwrap().messages, 1);
    assert_eq!(two.observer.sync_until(LONG).await.unwrap().messages, 0);
    let messages = one.observer.messages().unwrap();
    assert_eq!((messages[0].message.text.as_str(), messages[0].read), ("2-бетті қайта түсіріңіз", false));
    one.observer.mark_read(messages[0].message.number).unwrap();
    assert!(one.observer.messages().unwrap()[0].read);
}

fn asks_for_messages(event: &SyncEvent) -> Option<()> {
    matches!(event, SyncEvent::AttemptStarted { purpose: "inbox", .. }).then_some(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_continuous_run_delivers_what_is_sealed_while_it_runs() {
    let coordinator = TestCoordinator::start();
    let phone = coordinator.phone();
    let mut events = phone.observer.subscribe();
    let delivered = async {
        // The run has sent what there was, which was nothing, and looks for news.
        until(&mut events, asks_for_messages).await;
        let hash = tokio::task::block_in_place(|| phone.checklist()).hash;
        until(&mut events, |event| (*event == SyncEvent::Accepted(hash)).then_some(())).await;
    };
    tokio::select! {
        result = phone.observer.run() => panic!("ended: {result:?}"),
        () = delivered => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_continuous_run_asks_for_messages_when_the_network_changed() {
    let coordinator = TestCoordinator::start();
    let phone = coordinator.phone();
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
    let observer = phone.observer.status().unwrap().credential.unwrap().observer;
    let mut events = phone.observer.subscribe();
    let arrives = async {
        // The run has asked once and found nothing.
        until(&mut events, asks_for_messages).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let app = coordinator.app();
        send_message(&app, &[observer], "хабар", None).await.unwrap();
        app.ledger.close().await;
        tokio::task::block_in_place(|| phone.observer.network_changed().unwrap());
        until(&mut events, |event| matches!(event, SyncEvent::MessageArrived(_)).then_some(())).await;
    };
    tokio::select! {
        result = phone.observer.run() => panic!("ended: {result:?}"),
        () = arrives => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pausing_in_mid_sync_is_a_typed_error_and_loses_nothing() {
    let coordinator = TestCoordinator::start();
    let proxy = Proxy::start(coordinator.address).await;
    proxy.plan([Fate::Late(40); 50]);
    let phone = coordinator.phone_through(&proxy);
    phone.notes(20);
    let mut events = phone.observer.subscribe();
    let pausing = async {
        until(&mut events, |event| matches!(event, SyncEvent::AttemptStarted { .. }).then_some(())).await;
        tokio::task::block_in_place(|| phone.observer.pause()).unwrap();
    };
    let (synced, ()) = tokio::join!(phone.observer.sync_until(LONG), pausing);
    let error = synced.unwrap_err();
    assert_eq!(error.code(), "store_paused");
    phone.observer.resume().unwrap();
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
    assert_eq!(coordinator.records(), 20);
    let rows = phone.observer.records().unwrap();
    assert!(rows.iter().all(|row| row.state == State::Accepted));
}

#[tokio::test(flavor = "multi_thread")]
async fn wiping_leaves_nothing_to_read() {
    let coordinator = TestCoordinator::start();
    let phone = coordinator.phone();
    phone.checklist();
    phone.observer.wipe().unwrap();
    phone.observer.wipe().unwrap();
    assert_eq!(std::fs::read_dir(phone.dir().join("store")).unwrap().count(), 0);
    assert_eq!(phone.observer.records().unwrap_err().code(), "store_closed");
}
