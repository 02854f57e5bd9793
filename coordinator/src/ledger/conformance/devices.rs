//! Invites and the devices they make.

use std::sync::Arc;

use futures_util::future::join_all;
use kuager_wire::enrolment::Role;
use kuager_wire::ids::{Kid, ObserverId, PublicKey};
use kuager_wire::receipt::RefusalCode;

use super::fixture::{Place, invite, revoke};
use crate::ledger::devices::{Enrolled, Enrolment, NewDevice, ReturnedDevice};
use crate::ledger::invites::NewInvite;
use crate::ledger::revocations::Revoked;
use crate::ledger::whole::Ledger;

/// Does what enrolment does: asks, signs for what the invite says, stores.
async fn enrol(ledger: &dyn Ledger, key: u8, token: u8) -> Enrolled {
    let public_key = PublicKey([key; 32]);
    match ledger.enrolment(public_key, [token; 32], 50).await.expect("works") {
        Enrolment::Refused(code) => Enrolled::Refused(code),
        Enrolment::Enrolled(bytes) => Enrolled::Credential { bytes, new: false },
        Enrolment::Open(invite) => {
            let credential = invite.observer.0.to_vec();
            let device = NewDevice { public_key, token_hash: [token; 32], credential, enrolled_ms: 50 };
            ledger.enrol(device).await.expect("works")
        }
    }
}

/// Every token once, every device one credential.
pub async fn an_invite_is_spent_once_and_a_device_spends_one(place: &dyn Place) {
    let ledger = place.open().await;
    for (hash, expires_ms) in [(1, 100), (2, 100), (3, 10), (4, 100)] {
        ledger.add_invite(NewInvite { expires_ms, ..invite(hash) }).await.expect("is stored");
    }
    ledger.revoke_invite([4; 32], 5).await.expect("works");
    let enrol = async |key, token| enrol(&*ledger, key, token).await;
    assert_eq!(enrol(1, 9).await, Enrolled::Refused(RefusalCode::InviteUnknown));
    assert_eq!(enrol(1, 3).await, Enrolled::Refused(RefusalCode::InviteExpired));
    assert_eq!(enrol(1, 4).await, Enrolled::Refused(RefusalCode::InviteRevoked));
    assert_eq!(enrol(1, 1).await, Enrolled::Credential { bytes: vec![1; 16], new: true });
    // The same device again, with its own, another or an invalid invite: the credential it has.
    for token in [1, 2, 3, 9] {
        assert_eq!(enrol(1, token).await, Enrolled::Credential { bytes: vec![1; 16], new: false });
    }
    assert_eq!(enrol(2, 1).await, Enrolled::Refused(RefusalCode::InviteUsed));
    assert_eq!(enrol(2, 2).await, Enrolled::Credential { bytes: vec![2; 16], new: true });
    assert_eq!(ledger.credentials().await.expect("reads").len(), 2);
    assert_eq!(revoke(&*ledger, PublicKey([2; 32]).kid(), 60, None).await, Revoked::Stored { apart: 0 });
    assert_eq!(enrol(2, 2).await, Enrolled::Refused(RefusalCode::RevokedDevice));
    assert_eq!(revoke(&*ledger, Kid([0; 16]), 60, None).await, Revoked::UnknownDevice);
    let rows = ledger.invites().await.expect("reads");
    let used: Vec<_> = rows.iter().map(|row| row.used_by).collect();
    assert_eq!(used, [Some(PublicKey([1; 32]).kid()), Some(PublicKey([2; 32]).kid()), None, None]);
    assert_eq!(rows[3].revoked_ms, Some(5));
    assert_eq!(rows[0].invite, invite(1));
}

/// A crash between the signature and the device: the token is as good as before, for any device. And what was judged by the
/// question is judged again by the answer.
pub async fn a_credential_that_was_not_stored_costs_nothing(place: &dyn Place) {
    let ledger = place.open().await;
    ledger.add_invite(invite(1)).await.expect("is stored");
    let ask = async |ledger: &dyn Ledger, key| ledger.enrolment(PublicKey([key; 32]), [1; 32], 50).await;
    assert_eq!(ask(&*ledger, 1).await, Ok(Enrolment::Open(invite(1))));
    ledger.close().await;
    let ledger = place.open().await;
    assert_eq!(ask(&*ledger, 2).await, Ok(Enrolment::Open(invite(1))));
    let device = |key: u8, text: &[u8]| NewDevice {
        public_key: PublicKey([key; 32]),
        token_hash: [1; 32],
        credential: text.to_vec(),
        enrolled_ms: 50,
    };
    let enrol = async |device| ledger.enrol(device).await.expect("works");
    assert_eq!(enrol(device(2, b"first")).await, Enrolled::Credential { bytes: b"first".to_vec(), new: true });
    // The same device was asked about twice and signed for twice: it has one credential.
    assert_eq!(enrol(device(2, b"second")).await, Enrolled::Credential { bytes: b"first".to_vec(), new: false });
    assert_eq!(enrol(device(1, b"too late")).await, Enrolled::Refused(RefusalCode::InviteUsed));
    assert_eq!(ask(&*ledger, 2).await, Ok(Enrolment::Enrolled(b"first".to_vec())));
    assert_eq!(ledger.credentials().await, Ok(vec![b"first".to_vec()]));
}

/// Ten devices with one token, five of them by way of another process.
pub async fn of_many_at_once_one_device_gets_the_invite(place: &dyn Place) {
    let (ledger, beside) = (place.open().await, place.open().await);
    ledger.add_invite(invite(1)).await.expect("is stored");
    let attempts = (0..10).map(|key: u8| {
        let ledger = Arc::clone(if key.is_multiple_of(2) { &ledger } else { &beside });
        tokio::spawn(async move { enrol(&*ledger, key, 1).await })
    });
    let outcomes: Vec<_> = join_all(attempts).await.into_iter().map(|ended| ended.expect("ends")).collect();
    let new = outcomes.iter().filter(|outcome| matches!(outcome, Enrolled::Credential { new: true, .. })).count();
    let used = outcomes.iter().filter(|outcome| **outcome == Enrolled::Refused(RefusalCode::InviteUsed)).count();
    assert_eq!((new, used), (1, 9));
    assert_eq!(ledger.counts().await.expect("reads").devices, 1);
}

/// Observers with a device, all or those of a station.
pub async fn observers_are_found_where_they_were_sent(place: &dyn Place) {
    let ledger = place.open().await;
    let sent = |hash: u8, stations: &[&str]| NewInvite {
        stations: stations.iter().map(|&station| station.to_owned()).collect(),
        ..invite(hash)
    };
    for invite in
        [sent(1, &["750000000-101", "750000000-102"]), sent(2, &["750000000-102"]), sent(3, &[]), sent(4, &[])]
    {
        ledger.add_invite(invite).await.expect("is stored");
    }
    for key in 1..=3 {
        enrol(&*ledger, key, key).await;
    }
    let observers = |ids: &[u8]| Ok(ids.iter().map(|&id| ObserverId([id; 16])).collect::<Vec<_>>());
    assert_eq!(ledger.observers(None).await, observers(&[1, 2, 3]));
    assert_eq!(ledger.observers(Some("750000000-101")).await, observers(&[1]));
    assert_eq!(ledger.observers(Some("750000000-102")).await, observers(&[1, 2]));
    assert_eq!(ledger.observers(Some("elsewhere")).await, observers(&[]));
}

/// A device that is not known any more is known again by what it was given, whatever has become of its invite.
pub async fn a_device_returns_with_its_credential(place: &dyn Place) {
    let ledger = place.open().await;
    for hash in 1..=4 {
        ledger.add_invite(invite(hash)).await.expect("is stored");
    }
    assert!(matches!(enrol(&*ledger, 9, 2).await, Enrolled::Credential { new: true, .. }));
    ledger.revoke_invite([4; 32], 5).await.expect("works");
    let take_back = async |key: u8, token: u8, observer: u8| {
        let device = ReturnedDevice {
            public_key: PublicKey([key; 32]),
            observer: ObserverId([observer; 16]),
            role: Role::Interviewer,
            stations: vec!["750000000-101".to_owned()],
            token_hash: [token; 32],
            credential: vec![key; 16],
            returned_ms: 60,
        };
        ledger.take_back(device).await.expect("works")
    };
    let back = |key: u8| Enrolled::Credential { bytes: vec![key; 16], new: true };
    assert_eq!(take_back(1, 1, 1).await, back(1), "its invite is there and open");
    assert_eq!(take_back(2, 2, 2).await, back(2), "its invite was used by another device since");
    assert_eq!(take_back(3, 3, 7).await, back(3), "the token is of another observer's invite");
    assert_eq!(take_back(4, 4, 4).await, back(4), "its invite was withdrawn since");
    assert_eq!(take_back(5, 5, 5).await, back(5), "its invite is not known");
    assert_eq!(take_back(5, 5, 6).await, Enrolled::Credential { bytes: vec![5; 16], new: false }, "is known by now");
    let device = ledger.device(PublicKey([5; 32]).kid()).await.expect("reads").expect("is known");
    assert_eq!((device.observer, device.revoked), (ObserverId([5; 16]), false));
    for (key, token) in [(6, 1), (7, 5)] {
        assert_eq!(enrol(&*ledger, key, token).await, Enrolled::Refused(RefusalCode::InviteUsed), "is spent");
    }
    assert!(matches!(enrol(&*ledger, 8, 3).await, Enrolled::Credential { new: true, .. }), "is nobody's yet");
    let observers = ledger.observers(Some("750000000-101")).await.expect("reads");
    assert_eq!(observers, [2, 5, 7].map(|id| ObserverId([id; 16])), "those whose invites were not theirs any more");
    assert_eq!(revoke(&*ledger, PublicKey([5; 32]).kid(), 70, None).await, Revoked::Stored { apart: 0 });
    assert_eq!(take_back(5, 5, 5).await, Enrolled::Refused(RefusalCode::RevokedDevice));
}
