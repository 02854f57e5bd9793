//! Chains: what is missing, forked or not linked is named.

use kuager_wire::ids::{DeploymentId, PublicKey, RecordHash};
use kuager_wire::record::SeqRange;
use proptest::prelude::*;

use super::{device, signed};
use crate::{ChainFault, ChainReport, verify_chain};

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
