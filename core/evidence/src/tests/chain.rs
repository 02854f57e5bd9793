//! Chains: what is missing, forked or not linked is named.

use kuager_wire::SigningKey;
use kuager_wire::cose::{self, Envelope, Statement};
use kuager_wire::enrolment::Succession;
use kuager_wire::ids::{DeploymentId, PublicKey, RecordHash};
use kuager_wire::record::{Body, ChainHead, Record, RecordKind, SeqRange};
use proptest::prelude::*;

use super::{device, signed};
use crate::{ChainFault, ChainReport, verify_chain, verify_continuation, verify_succession};

const DEPLOYMENT: DeploymentId = DeploymentId([5; 32]);

fn note(seq: u64, prev: RecordHash, text: &str, lost: Option<SeqRange>) -> Vec<u8> {
    signed(DEPLOYMENT, seq, prev, text, lost)
}

fn chain(length: u64) -> Vec<Vec<u8>> {
    let mut prev = RecordHash::chain_start(DEPLOYMENT);
    (0..length)
        .map(|seq| {
            let bytes = note(seq, prev, "x", None);
            prev = RecordHash::of(&bytes);
            bytes
        })
        .collect()
}

fn report(records: &[Vec<u8>]) -> ChainReport {
    verify_chain(records.iter().map(Vec::as_slice), DEPLOYMENT, &PublicKey::from(&device()))
}

fn faults(records: &[Vec<u8>]) -> Vec<ChainFault> {
    report(records).faults
}

#[test]
fn forks_gaps_and_broken_links_are_named() {
    let whole = chain(5);
    assert_eq!(faults(&whole), []);

    let mut gap = whole.clone();
    gap.remove(2);
    assert_eq!(faults(&gap), [ChainFault::Gap(SeqRange { first: 2, last: 2 })]);

    let mut forked = whole.clone();
    let other = note(3, RecordHash::of(&whole[2]), "another", None);
    forked.insert(4, other.clone());
    let (first, second) = (RecordHash::of(&whole[3]), RecordHash::of(&other));
    assert_eq!(faults(&forked), [ChainFault::Fork { seq: 3, first, second }]);

    let mut unlinked = whole.clone();
    unlinked[4] = note(4, RecordHash([1; 32]), "x", None);
    assert_eq!(faults(&unlinked), [ChainFault::Link { seq: 4 }]);

    let mut stated = whole[..3].to_vec();
    stated.push(note(10, RecordHash::of(&whole[2]), "", Some(SeqRange { first: 3, last: 9 })));
    assert_eq!(faults(&stated), []);
}

#[test]
fn a_report_counts_what_holds_and_names_the_head() {
    let whole = chain(3);
    let found = report(&whole);
    assert_eq!((found.records, found.head), (3, Some((2, RecordHash::of(&whole[2])))));
    assert_eq!(report(&[]), ChainReport::default());

    let mut altered = whole.clone();
    let last = altered[1].len() - 1;
    altered[1][last] ^= 1;
    let found = report(&altered);
    assert_eq!(found.records, 2);
    let [ChainFault::Invalid { after: Some(0), error }, ChainFault::Gap(gap)] = found.faults.as_slice() else {
        panic!("{:?}", found.faults)
    };
    assert_eq!((error.code(), *gap), ("bad_signature", SeqRange { first: 1, last: 1 }));

    // The same records are no chain of another deployment.
    let elsewhere = verify_chain(whole.iter().map(Vec::as_slice), DeploymentId([6; 32]), &PublicKey::from(&device()));
    assert_eq!((elsewhere.records, elsewhere.faults.len()), (0, 3));
}

#[test]
fn a_chain_goes_on_from_where_its_key_event_says() {
    let successor = SigningKey::from_bytes(&[10; 32]);
    let (old, new) = (PublicKey::from(&device()), PublicKey::from(&successor));
    let former = chain(5);
    // The copy knew the chain up to number 2.
    let continues = ChainHead { kid: old.kid(), seq: 2, hash: RecordHash::of(&former[2]) };
    let start = RecordHash::chain_start(DEPLOYMENT);
    let note: Record = Envelope::parse(&note(0, start, "x", None), Record::LIMIT)
        .and_then(|envelope| envelope.statement())
        .expect("is a record");
    let body = Body { continues: Some(continues), ..Body::default() };
    let event = cose::sign(&Record { kind: RecordKind::KeyEvent, body, ..note }, DEPLOYMENT, &successor).expect("fits");
    let found = verify_chain(std::iter::once(event.as_slice()), DEPLOYMENT, &new);
    assert_eq!((found.continues, found.faults), (Some(continues), Vec::new()));
    let goes_on = |head: &ChainHead, former: &[Vec<u8>]| verify_continuation(head, former.iter().map(Vec::as_slice));
    assert_eq!(goes_on(&continues, &former), Ok(()), "that there is more changes nothing");
    let cut = ChainHead { seq: 3, ..continues };
    for (head, records) in [(continues, &former[3..]), (cut, &former[..]), (continues, &[])] {
        assert_eq!(goes_on(&head, records), Err(ChainFault::Continues(head)));
    }

    let succession = |public_key, key: &SigningKey| {
        cose::sign(&Succession { version: 1, public_key, wall_ms: 0 }, DEPLOYMENT, key).expect("fits")
    };
    let word =
        |bytes: &[u8], deployment| verify_succession(bytes, deployment, &old, &new).map_err(|error| error.code());
    assert!(word(&succession(new, &device()), DEPLOYMENT).is_ok());
    assert_eq!(word(&succession(old, &device()), DEPLOYMENT), Err("wrong_key"), "names another successor");
    assert_eq!(word(&succession(new, &successor), DEPLOYMENT), Err("wrong_key"), "nobody succeeds by their own word");
    assert_eq!(word(&succession(new, &device()), DeploymentId([6; 32])), Err("bad_signature"));
}

proptest! {
    /// No subset of a chain but a prefix passes, and none is worse than gaps.
    #[test]
    fn every_hole_is_found(keep in prop::collection::vec(any::<bool>(), 12)) {
        let whole = chain(12);
        let kept: Vec<_> = whole.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(bytes, _)| bytes.clone()).collect();
        let prefix = keep.iter().skip_while(|keep| **keep).all(|keep| !keep);
        let found = faults(&kept);
        prop_assert_eq!(found.is_empty(), prefix);
        prop_assert!(found.iter().all(|fault| matches!(fault, ChainFault::Gap(_))));
    }
}
