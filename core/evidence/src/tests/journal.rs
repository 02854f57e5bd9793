use kuager_wire::VERSION;
use kuager_wire::cose::{self, StatementError};
use kuager_wire::desk::{Act, CallOutcome, DeskEntry, DeskKey};
use kuager_wire::ids::{DeploymentId, EntryHash, ObserverId, PublicKey};

use super::key;
use crate::{DeskKeys, JournalFault, verify_journal};

const DEPLOYMENT: DeploymentId = DeploymentId([9; 32]);

fn keys(seeds: &[u8]) -> DeskKeys {
    let receipt = key(2);
    let mut keys = DeskKeys::default();
    for (number, seed) in (1..).zip(seeds) {
        let statement = DeskKey { version: VERSION, number, key: PublicKey::from(&key(*seed)) };
        let bytes = cose::sign(&statement, DEPLOYMENT, &receipt).expect("fits");
        keys.add(&bytes, DEPLOYMENT, &PublicKey::from(&receipt)).expect("is vouched for");
    }
    keys
}

fn entry(seq: u64, prev: EntryHash, at_ms: u64, seed: u8) -> Vec<u8> {
    let act = Act::Call { observer: ObserverId([1; 16]), outcome: CallOutcome::Reached, next_ms: None, note: None };
    let entry = DeskEntry { version: VERSION, seq, prev, at_ms, by: None, act };
    cose::sign(&entry, DEPLOYMENT, &key(seed)).expect("fits")
}

fn faults(entries: &[Vec<u8>]) -> Vec<JournalFault> {
    verify_journal(entries.iter().map(Vec::as_slice), DEPLOYMENT, &keys(&[7, 8])).faults
}

#[test]
fn a_journal_holds_over_a_change_of_keys_and_every_tampering_is_named() {
    let start = EntryHash::chain_start(DEPLOYMENT);
    let first = entry(0, start, 5, 7);
    let second = entry(1, EntryHash::of(&first), 5, 8);
    let third = entry(2, EntryHash::of(&second), 6, 8);
    let whole = [first.clone(), second.clone(), third.clone()];
    let report = verify_journal(whole.iter().map(Vec::as_slice), DEPLOYMENT, &keys(&[7, 8]));
    assert_eq!((report.entries, report.head), (3, Some((2, EntryHash::of(&third)))));
    assert_eq!(report.faults, []);

    assert_eq!(faults(&[first.clone(), third.clone()]), [JournalFault::Number { expected: 1, found: 2 }]);
    assert_eq!(faults(std::slice::from_ref(&second)), [JournalFault::Number { expected: 0, found: 1 }]);
    let twice = [JournalFault::Number { expected: 1, found: 0 }];
    assert_eq!(faults(&[first.clone(), first.clone()]), twice);
    let other = entry(1, start, 5, 7);
    assert_eq!(faults(&[first.clone(), other]), [JournalFault::Link { seq: 1 }]);
    let earlier = entry(1, EntryHash::of(&first), 4, 7);
    assert_eq!(faults(&[first.clone(), earlier]), [JournalFault::Time { seq: 1 }]);
    let stranger = entry(1, EntryHash::of(&first), 5, 4);
    let kid = PublicKey::from(&key(4)).kid();
    assert_eq!(faults(&[first.clone(), stranger]), [JournalFault::UnknownKey { after: Some(0), kid }]);
    let mut altered = second;
    let last = altered.len() - 1;
    altered[last] ^= 1;
    let error = StatementError::BadSignature;
    assert_eq!(faults(&[first, altered]), [JournalFault::Invalid { after: Some(0), error }]);
}

#[test]
fn only_the_receipt_key_vouches() {
    let statement = DeskKey { version: VERSION, number: 1, key: PublicKey::from(&key(7)) };
    let bytes = cose::sign(&statement, DEPLOYMENT, &key(3)).expect("fits");
    let refused = DeskKeys::default().add(&bytes, DEPLOYMENT, &PublicKey::from(&key(2)));
    assert!(matches!(refused, Err(StatementError::WrongKey { .. })), "{refused:?}");
}
