//! Opening, closing, and more than one who has it open.

use kuager_wire::enrolment::Role;
use kuager_wire::ids::PublicKey;

use super::fixture::{KEY, Place, invite, record, store};
use crate::budgets::RecordBudget;
use crate::ledger::devices::{Enrolled, Enrolment, NewDevice};
use crate::ledger::error::LedgerError;
use crate::ledger::invites::NewInvite;
use crate::ledger::whole::WriterLife;

/// What one process writes, the other one sees.
pub async fn two_processes_share_one_ledger(place: &dyn Place) {
    let (server, beside) = (place.open().await, place.open().await);
    let made = NewInvite { role: Role::Media, stations: vec!["710000000-99".to_owned()], ..invite(5) };
    beside.add_invite(made.clone()).await.expect("is stored");
    let public_key = PublicKey([3; 32]);
    let asked = server.enrolment(public_key, [5; 32], 50).await;
    assert_eq!(asked, Ok(Enrolment::Open(made.clone())));
    let credential = b"credential".to_vec();
    let device = NewDevice { public_key, token_hash: [5; 32], credential: credential.clone(), enrolled_ms: 50 };
    assert_eq!(server.enrol(device).await, Ok(Enrolled::Credential { bytes: credential, new: true }));
    assert_eq!(beside.invites().await.expect("reads")[0].used_by, Some(public_key.kid()));
    assert_eq!(beside.observers(Some("710000000-99")).await, Ok(vec![made.observer]));
    assert_eq!(beside.observers(Some("elsewhere")).await, Ok(vec![]));
}

/// A closed ledger has kept everything and does nothing more.
pub async fn a_closed_ledger_says_so(place: &dyn Place) {
    let ledger = place.open().await;
    store(&*ledger, vec![record(0, 0)]).await;
    assert_eq!(ledger.pulse().writer, WriterLife::Runs);
    assert!(ledger.pulse().committed.is_some());
    ledger.close().await;
    ledger.close().await;
    assert_eq!((ledger.pulse().writer, ledger.pulse().running), (WriterLife::Closed, None));
    let refused = ledger.store(vec![record(1, 0)], vec![], RecordBudget::default()).await;
    assert_eq!(refused.expect_err("is closed"), LedgerError::Closed);
    assert_eq!(ledger.chains(vec![KEY.kid()]).await, Err(LedgerError::Closed));
    let reopened = place.open().await;
    assert_eq!(reopened.counts().await.expect("reads").records, 1);
}
