//! Publications: the first thing that does not hold is named.

use std::collections::BTreeMap;

use kuager_wire::cose;
use kuager_wire::desk::{Act, DeskEntry, DeskKey, PublicationVerdict};
use kuager_wire::ids::{ContentHash, DeploymentId, EntryHash, PersonId, PublicKey};

use super::key;
use crate::{DeskKeys, Found, PublicationFault, PublicationReport, SUMS, is_name, read_sums, verify_publication};

const DEPLOYMENT: DeploymentId = DeploymentId([5; 32]);
const RECEIPTS: u8 = 2;
const DESK: u8 = 7;

struct Published {
    files: BTreeMap<String, Vec<u8>>,
    sums: Vec<u8>,
    proposal: Vec<u8>,
    verdict: Vec<u8>,
}

fn entry(by: Option<u8>, act: Act, seed: u8) -> Vec<u8> {
    let by = by.map(|by| PersonId([by; 16]));
    let entry = DeskEntry { version: 1, seq: 3, prev: EntryHash([1; 32]), at_ms: 10, by, act };
    cose::sign(&entry, DEPLOYMENT, &key(seed)).expect("fits")
}

impl Published {
    fn new() -> Self {
        let files: BTreeMap<String, Vec<u8>> = [("data/a.csv", b"1".to_vec()), ("index.html", b"<p>".to_vec())]
            .map(|(name, bytes)| (name.to_owned(), bytes))
            .into();
        let line = |(name, bytes): (&String, &Vec<u8>)| format!("{}  {name}\n", ContentHash::of(bytes));
        let sums = files.iter().map(line).collect::<String>().into_bytes();
        let mut published = Self { files, sums, proposal: vec![], verdict: vec![] };
        published.sign(Some(1), Some(2), PublicationVerdict::Approved);
        published
    }

    fn sign(&mut self, proposes: Option<u8>, says: Option<u8>, verdict: PublicationVerdict) {
        let site = ContentHash::of(&self.sums);
        let act =
            Act::Publication { site, follows: None, entries: 3, arrival: 9, contests: None, parts: None, note: None };
        self.proposal = entry(proposes, act, DESK);
        let proposal = EntryHash::of(&self.proposal);
        self.verdict = entry(says, Act::PublicationVerdict { proposal, site, verdict, note: None }, DESK);
    }

    fn verify(&self) -> Result<PublicationReport, PublicationFault> {
        let statement = DeskKey { version: 1, number: 1, key: PublicKey::from(&key(DESK)) };
        let statement = cose::sign(&statement, DEPLOYMENT, &key(RECEIPTS)).expect("fits");
        let mut keys = DeskKeys::default();
        keys.add(&statement, DEPLOYMENT, &PublicKey::from(&key(RECEIPTS))).expect("is vouched for");
        let files = self.files.iter().map(|(name, bytes)| (name.clone(), ContentHash::of(bytes))).collect();
        let found = Found { sums: &self.sums, files: &files };
        verify_publication(found, &self.proposal, &self.verdict, DEPLOYMENT, &keys)
    }
}

#[test]
fn what_two_people_published_holds() {
    let published = Published::new();
    let report = published.verify().expect("holds");
    assert_eq!((report.files, report.site), (2, ContentHash::of(&published.sums)));
    assert_eq!((report.proposed_by, report.approved_by), (PersonId([1; 16]), PersonId([2; 16])));
}

#[test]
fn a_file_that_was_changed_removed_or_added_is_named() {
    let changed = |change: &dyn Fn(&mut Published)| {
        let mut published = Published::new();
        change(&mut published);
        published.verify().expect_err("does not hold")
    };
    let name = || "data/a.csv".to_owned();
    let fault = changed(&|published| drop(published.files.insert(name(), b"2".to_vec())));
    assert_eq!(fault, PublicationFault::Changed(name()));
    let fault = changed(&|published| drop(published.files.remove("data/a.csv")));
    assert_eq!(fault, PublicationFault::Missing(name()));
    let fault = changed(&|published| drop(published.files.insert("x.html".to_owned(), vec![])));
    assert_eq!(fault, PublicationFault::Added("x.html".to_owned()));
    // Whoever changes a file and the list has another list.
    let fault = changed(&|published| {
        let text = String::from_utf8(published.sums.clone()).expect("text");
        let (old, new) = (ContentHash::of(b"1").to_string(), ContentHash::of(b"2").to_string());
        published.sums = text.replace(&old, &new).into_bytes();
        published.files.insert(name(), b"2".to_vec());
    });
    assert_eq!(fault, PublicationFault::NotProposed);
}

#[test]
fn it_takes_two_people_and_a_key_of_this_desk() {
    let mut published = Published::new();
    for (proposes, says) in [(Some(1), Some(1)), (None, Some(2)), (Some(1), None), (None, None)] {
        published.sign(proposes, says, PublicationVerdict::Approved);
        assert_eq!(published.verify(), Err(PublicationFault::NotTwoPeople), "{proposes:?} {says:?}");
    }
    published.sign(Some(1), Some(2), PublicationVerdict::Rejected);
    assert_eq!(published.verify(), Err(PublicationFault::Rejected));
    let mut published = Published::new();
    let site = ContentHash::of(&published.sums);
    let verdict = PublicationVerdict::Approved;
    let other = Act::PublicationVerdict { proposal: EntryHash([9; 32]), site, verdict, note: None };
    published.verdict = entry(Some(2), other, DESK);
    assert_eq!(published.verify(), Err(PublicationFault::NotApproved));
    published.verdict = published.proposal.clone();
    assert_eq!(published.verify(), Err(PublicationFault::OtherAct("signed/verdict.cbor")));
    let proposal = EntryHash::of(&published.proposal);
    published.verdict = entry(Some(2), Act::PublicationVerdict { proposal, site, verdict, note: None }, 8);
    assert_eq!(published.verify(), Err(PublicationFault::UnknownKey("signed/verdict.cbor")));
    let mut published = Published::new();
    *published.proposal.last_mut().expect("has bytes") ^= 1;
    let Err(PublicationFault::Statement { file: "signed/proposal.cbor", error }) = published.verify() else {
        panic!("{:?}", published.verify())
    };
    assert_eq!(error.code(), "bad_signature");
}

#[test]
fn a_list_leads_nowhere_else() {
    for name in ["index.html", "kk/stations/710000000-99.html", "data/a_b.csv"] {
        assert!(is_name(name), "{name}");
    }
    let long = "a".repeat(201);
    for name in ["", "/etc/passwd", "../a", "a/../b", "a//b", ".hidden", "a b", "a\\b", "é", "a/", "c:x", long.as_str()]
    {
        assert!(!is_name(name), "{name}");
    }
    let hash = ContentHash::of(b"");
    let list = |lines: &[&str]| read_sums(lines.iter().map(|line| format!("{line}\n")).collect::<String>().as_bytes());
    let named = |name: &str| format!("{hash}  {name}");
    assert_eq!(list(&[&named("a"), &named("b")]).map(|files| files.len()), Ok(2));
    for (lines, line) in [
        (vec![named("b"), named("a")], 2),
        (vec![named("a"), named("a")], 2),
        (vec![named("../a")], 1),
        (vec![format!("{hash} a")], 1),
        (vec![format!("{}  a", &hash.to_string()[1..])], 1),
        (vec![named("a"), String::new()], 2),
    ] {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(list(&lines), Err(PublicationFault::Line(line)), "{lines:?}");
    }
    assert_eq!(read_sums(&[0xff]), Err(PublicationFault::Line(1)));
    assert!(!read_sums(format!("{hash}  a\n").as_bytes()).expect("reads").contains_key(SUMS));
}
