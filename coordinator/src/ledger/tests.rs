use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kuager_wire::enrolment::Role;
use kuager_wire::ids::{Kid, Nonce, ObserverId, PublicKey, RecordHash, SubjectHash};
use kuager_wire::receipt::RefusalCode;
use kuager_wire::record::{RecordKind, SeqRange};
use kuager_wire::sync::ChainState;
use tempfile::TempDir;

use super::*;

const KID: Kid = Kid([7; 16]);

fn ledger() -> (TempDir, Ledger) {
    let dir = tempfile::tempdir().expect("a folder");
    let ledger = Ledger::open(&dir.path().join("ledger.db")).expect("opens");
    (dir, ledger)
}

fn record(seq: u64, salt: u8) -> NewRecord {
    let bytes = [seq.to_be_bytes().as_slice(), &[salt]].concat();
    NewRecord {
        hash: RecordHash::of(&bytes),
        kid: KID,
        seq,
        prev: RecordHash([0; 32]),
        kind: RecordKind::Note,
        station: Some("710000000-99".to_owned()),
        form: None,
        pack: None,
        supersedes: None,
        lost: None,
        training: false,
        uploads: Vec::new(),
        received_ms: 1,
        receipt: [b"receipt of ", bytes.as_slice()].concat(),
        bytes,
    }
}

fn gap(seq: u64, first: u64, last: u64) -> NewRecord {
    NewRecord { kind: RecordKind::GapStatement, lost: Some(SeqRange { first, last }), ..record(seq, 0) }
}

async fn store(ledger: &Ledger, records: Vec<NewRecord>) -> (Vec<Stored>, Vec<ChainState>) {
    let sign = |first: RecordHash, second: RecordHash, _, _| Ok([first.0, second.0].concat());
    ledger.store(records, vec![KID], Arc::new(sign)).await.expect("is stored")
}

fn missing(chains: &[ChainState]) -> Vec<(u64, u64)> {
    chains[0].missing.iter().map(|range| (range.first, range.last)).collect()
}

/// Chains keep their dense part with the device.
fn enrol(ledger: &Ledger) {
    let observer = ObserverId([1; 16]);
    let (created_ms, expires_ms) = (0, 100);
    let role = Role::Observer;
    let invite = NewInvite { token_hash: [5; 32], created_ms, expires_ms, role, stations: Vec::new(), observer };
    ledger.add_invite(&invite).expect("is stored");
    ledger
        .write_blocking(|connection| {
            connection.execute(
                "INSERT INTO devices (kid, public_key, observer, credential, invite, enrolled_ms) \
                 VALUES (?1, zeroblob(32), zeroblob(16), x'00', ?2, 0)",
                rusqlite::params![KID.0, [5_u8; 32]],
            )?;
            Ok(())
        })
        .expect("is stored");
}

#[tokio::test]
async fn the_same_record_gets_the_receipt_it_got_first() {
    let (dir, ledger) = ledger();
    let (first, _) = store(&ledger, vec![record(0, 0), record(1, 0)]).await;
    let again = NewRecord { receipt: b"another receipt".to_vec(), received_ms: 99, ..record(0, 0) };
    let (second, chains) = store(&ledger, vec![again.clone(), again]).await;
    assert_eq!(second[0].receipt, first[0].receipt);
    assert!(second.iter().all(|stored| stored.duplicate) && !first[0].duplicate);
    assert_eq!(chains[0].head_seq, 1);
    assert_eq!(ledger.count_records(), Ok(2));
    ledger.close();
    let reopened = Ledger::open(&dir.path().join("ledger.db")).expect("opens");
    let (kid, found) = reopened.find(record(0, 0).hash).expect("reads").expect("is there");
    assert_eq!((kid, found.receipt), (KID, first[0].receipt.clone()));
    assert_eq!(reopened.find(record(5, 0).hash), Ok(None));
}

#[tokio::test]
async fn both_records_of_a_fork_are_kept_and_attested_once() {
    let (_dir, ledger) = ledger();
    let signed = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&signed);
    let sign: Arc<SignFork> = Arc::new(move |first: RecordHash, second: RecordHash, kid, seq| {
        counter.fetch_add(1, Ordering::SeqCst);
        assert_eq!((kid, seq), (KID, 1));
        Ok([first.0, second.0].concat())
    });
    let send = async |records| ledger.store(records, vec![KID], Arc::clone(&sign)).await.expect("is stored").0;
    let first = send(vec![record(0, 0), record(1, 1)]).await;
    assert_eq!(first[1].fork, None);
    let second = send(vec![record(1, 2)]).await;
    let evidence = Some([record(1, 1).hash.0, record(1, 2).hash.0].concat());
    assert_eq!(second[0].fork, evidence);
    assert!(!second[0].receipt.is_empty());
    // Sent again, either of the two brings the same evidence; a third one brings its own, against the first.
    assert_eq!(send(vec![record(1, 2)]).await[0].fork, evidence);
    assert_eq!(send(vec![record(1, 1)]).await[0].fork, evidence);
    assert_eq!(send(vec![record(1, 3)]).await[0].fork, Some([record(1, 1).hash.0, record(1, 3).hash.0].concat()));
    assert_eq!(signed.load(Ordering::SeqCst), 2);
    let chains = ledger.chains(&[KID]).expect("reads");
    assert_eq!(chains[0].head, record(1, 1).hash, "the head is the one that arrived first");
}

#[tokio::test]
async fn a_fork_within_one_upload_is_a_fork() {
    let (_dir, ledger) = ledger();
    let (stored, _) = store(&ledger, vec![record(0, 1), record(0, 2)]).await;
    assert_eq!((stored[0].fork.is_some(), stored[1].fork.is_some()), (false, true));
}

#[tokio::test]
async fn gaps_are_named_until_they_are_filled_or_stated() {
    let (_dir, ledger) = ledger();
    enrol(&ledger);
    let (_, chains) = store(&ledger, vec![record(7, 0), record(4, 0), record(0, 0), record(1, 0)]).await;
    assert_eq!(missing(&chains), [(2, 3), (5, 6)]);
    let (_, chains) = store(&ledger, vec![record(2, 0)]).await;
    assert_eq!(missing(&chains), [(3, 3), (5, 6)]);
    let (_, chains) = store(&ledger, vec![gap(8, 3, 3), gap(9, 6, 20)]).await;
    assert_eq!(missing(&chains), [(5, 5)]);
    // What was said to be lost turns up after all.
    let (_, chains) = store(&ledger, vec![record(3, 0), record(5, 0)]).await;
    assert!(missing(&chains).is_empty());
    let dense: i64 = ledger
        .read(|connection| Ok(connection.query_row("SELECT dense FROM devices", [], |row| row.get(0))?))
        .expect("reads");
    assert_eq!(dense, 21);
}

#[tokio::test]
async fn a_gap_statement_may_cover_the_middle_of_a_hole() {
    let (_dir, ledger) = ledger();
    enrol(&ledger);
    let (_, chains) =
        store(&ledger, vec![record(0, 0), record(20, 0), gap(21, 5, 7), gap(22, 6, 9), gap(23, 12, 12)]).await;
    assert_eq!(missing(&chains), [(1, 4), (10, 11), (13, 19)]);
}

#[tokio::test]
async fn endless_holes_make_a_bounded_answer() {
    let (_dir, ledger) = ledger();
    enrol(&ledger);
    let (_, chains) = store(&ledger, (0..200).map(|n| record(n * 2, 0)).collect()).await;
    assert_eq!(chains[0].missing.len(), ChainState::RANGES);
    assert_eq!(missing(&chains)[0], (1, 1));
    let (_, chains) = store(&ledger, vec![record(1 << 62, 0)]).await;
    assert_eq!((chains[0].head_seq, chains[0].missing.len()), (1 << 62, ChainState::RANGES));
}

#[tokio::test]
async fn a_long_wait_is_committed_in_one_transaction() {
    let (_dir, ledger) = ledger();
    let insert = |number: i64| {
        move |connection: &Connection| {
            connection.execute("INSERT INTO messages VALUES (?1, zeroblob(16), x'00', 0)", [number])?;
            Ok(())
        }
    };
    let count = |ledger: &Ledger| {
        ledger.read(|connection| {
            Ok(connection.query_row("SELECT COUNT(*) FROM messages", [], |row| row.get::<_, i64>(0))?)
        })
    };
    // The writer is held up while five jobs queue behind it.
    let (hold, held) = mpsc::channel::<()>();
    ledger.submit(move |_| Ok(held.recv().is_ok()), |_| ()).expect("is queued");
    let (report, reported) = mpsc::channel();
    for number in 1..=4 {
        ledger.submit(insert(number), |_| ()).expect("is queued");
    }
    let watching = ledger.clone();
    ledger
        .submit(
            move |connection| {
                let inside: i64 = connection.query_row("SELECT COUNT(*) FROM messages", [], |row| row.get(0))?;
                Ok((inside, count(&watching)?))
            },
            move |outcome| drop(report.send(outcome)),
        )
        .expect("is queued");
    hold.send(()).expect("the writer waits");
    let (inside, outside) = reported.recv().expect("is answered").expect("works");
    assert_eq!((inside, outside), (4, 0), "the four inserts share the fifth job's transaction and are not yet visible");
    assert_eq!(count(&ledger), Ok(4));
}

#[tokio::test]
async fn a_failing_job_does_not_fail_its_neighbours() {
    let (_dir, ledger) = ledger();
    let (hold, held) = mpsc::channel::<()>();
    ledger.submit(move |_| Ok(held.recv().is_ok()), |_| ()).expect("is queued");
    let (good, bad) = (ledger.clone(), ledger.clone());
    let good = tokio::spawn(async move { store(&good, vec![record(0, 0)]).await });
    let bad = tokio::spawn(async move {
        bad.write(|connection| {
            connection.execute("DELETE FROM records", [])?;
            Err::<(), _>(LedgerError::Signing("a test".to_owned()))
        })
        .await
    });
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    hold.send(()).expect("the writer waits");
    assert_eq!(bad.await.expect("ends"), Err(LedgerError::Signing("a test".to_owned())));
    good.await.expect("ends");
    assert_eq!(ledger.count_records(), Ok(1));
}

#[tokio::test]
async fn a_full_disk_stores_nothing_and_heals() {
    let (_dir, ledger) = ledger();
    store(&ledger, vec![record(0, 0)]).await;
    ledger
        .write(|connection| {
            let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            connection.pragma_update(None, "max_page_count", pages)?;
            Ok(())
        })
        .await
        .expect("works");
    let large = NewRecord { bytes: vec![1; 200_000], ..record(1, 0) };
    let sign = |_, _, _, _| Ok(Vec::new());
    let refused = ledger.store(vec![large.clone()], vec![KID], Arc::new(sign)).await;
    assert_eq!(refused.expect_err("the disk is full"), LedgerError::Full);
    assert_eq!(ledger.find(large.hash), Ok(None));
    // The limit belonged to the connection, which is replaced after a failure, as if room had been made.
    ledger.write(|connection| Ok(connection.pragma_update(None, "max_page_count", 1_000_000)?)).await.expect("works");
    store(&ledger, vec![large]).await;
    assert_eq!(ledger.count_records(), Ok(2));
}

#[tokio::test]
async fn a_closed_ledger_says_so() {
    let (_dir, ledger) = ledger();
    ledger.close();
    ledger.close();
    let sign = |_, _, _, _| Ok(Vec::new());
    let refused = ledger.store(vec![record(0, 0)], vec![], Arc::new(sign)).await;
    assert_eq!(refused.expect_err("is closed"), LedgerError::Closed);
}

#[test]
fn a_newer_database_is_left_alone() {
    let (dir, ledger) = ledger();
    ledger.write_blocking(|connection| Ok(connection.pragma_update(None, "user_version", 99)?)).expect("works");
    ledger.close();
    let error = Ledger::open(&dir.path().join("ledger.db")).expect_err("is newer");
    assert_eq!(error, LedgerError::Newer { found: 99, known: 2 });
}

#[tokio::test]
async fn two_processes_share_one_ledger() {
    let (dir, server) = ledger();
    let beside = Ledger::open(&dir.path().join("ledger.db")).expect("opens");
    let observer = ObserverId([1; 16]);
    let invite = NewInvite {
        token_hash: [5; 32],
        created_ms: 0,
        expires_ms: 100,
        role: Role::Media,
        stations: vec!["710000000-99".to_owned()],
        observer,
    };
    beside.add_invite(&invite).expect("is stored");
    let expected = invite.clone();
    let key = PublicKey([3; 32]);
    let sign = move |found: &NewInvite| {
        assert_eq!(*found, expected);
        Ok(b"credential".to_vec())
    };
    let enrolled = server.enrol(key, [5; 32], 50, sign).await.expect("works");
    assert_eq!(enrolled, Enrolled::Credential { bytes: b"credential".to_vec(), new: true });
    assert_eq!(beside.invites().expect("reads")[0].used_by, Some(key.kid()));
    assert_eq!(beside.observers(Some("710000000-99")), Ok(vec![observer]));
    assert_eq!(beside.observers(Some("elsewhere")), Ok(vec![]));
}

#[tokio::test]
async fn an_invite_is_spent_once_and_a_device_spends_one() {
    let (_dir, ledger) = ledger();
    let invite = |hash: u8, expires_ms| NewInvite {
        token_hash: [hash; 32],
        created_ms: 0,
        expires_ms,
        role: Role::Observer,
        stations: Vec::new(),
        observer: ObserverId([hash; 16]),
    };
    for (hash, expires) in [(1, 100), (2, 100), (3, 10), (4, 100)] {
        ledger.add_invite(&invite(hash, expires)).expect("is stored");
    }
    ledger.revoke_invite([4; 32], 5).expect("works");
    let enrol = async |key: u8, token: u8| {
        let sign = move |invite: &NewInvite| Ok(invite.observer.0.to_vec());
        ledger.enrol(PublicKey([key; 32]), [token; 32], 50, sign).await.expect("works")
    };
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
    assert_eq!(ledger.revoke_device(PublicKey([2; 32]).kid(), 60), Ok(true));
    assert_eq!(enrol(2, 2).await, Enrolled::Refused(RefusalCode::RevokedDevice));
    assert_eq!(ledger.revoke_device(Kid([0; 16]), 60), Ok(false));
}

#[tokio::test]
async fn an_inbox_is_read_page_by_page_and_each_request_once() {
    let (_dir, ledger) = ledger();
    let (to, other) = (ObserverId([1; 16]), ObserverId([2; 16]));
    let messages: Vec<_> =
        (0..40).map(|n| NewMessage { observer: if n % 4 == 3 { other } else { to }, sent_ms: n }).collect();
    let sign = |number: u64, _: &NewMessage| Ok([number.to_be_bytes().as_slice(), &[0; 15_000]].concat());
    ledger.write_blocking(|_| Ok(())).expect("works");
    let adding = ledger.clone();
    tokio::task::spawn_blocking(move || adding.add_messages(messages, sign)).await.expect("ends").expect("works");
    let number = |bytes: &[u8]| u64::from_be_bytes(bytes[..8].try_into().expect("eight bytes"));
    let (mut after, mut seen) = (0, Vec::new());
    for nonce in 0.. {
        let page = ledger.inbox(KID, Nonce([nonce; 16]), to, after).await.expect("works").expect("is new");
        seen.extend(page.messages.iter().map(|message| number(message)));
        after = *seen.last().expect("a message");
        if !page.more {
            break;
        }
    }
    assert_eq!(seen, (1..=40).filter(|n| n % 4 != 0).collect::<Vec<_>>());
    assert_eq!(ledger.inbox(KID, Nonce([0; 16]), to, 0).await, Ok(None), "replayed");
    assert!(
        ledger.inbox(Kid([8; 16]), Nonce([0; 16]), to, 0).await.expect("works").is_some(),
        "another device's nonce"
    );
}

#[tokio::test]
async fn rubbish_is_remembered_within_bounds() {
    let (_dir, ledger) = ledger();
    for round in 0..3_u64 {
        let mut batch = RefusalBatch::default();
        for n in 0..5000_u64 {
            let subject = SubjectHash::of(&(round * 5000 + n).to_be_bytes());
            batch.subjects.insert(RefusalKey { subject, kid: Some(KID), code: RefusalCode::Malformed }, 1);
        }
        batch.counts.insert(RefusalCode::Malformed, 5000);
        ledger.add_refusals(batch, round).await.expect("works");
    }
    let (rows, oldest): (i64, i64) = ledger
        .read(|connection| {
            let query = "SELECT COUNT(*), MIN(last_ms) FROM refusals";
            Ok(connection.query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
        })
        .expect("reads");
    assert_eq!((rows, oldest), (10_000, 1));
    assert_eq!(ledger.refusal_counts().expect("reads")[&RefusalCode::Malformed], 15_000);
}

#[tokio::test]
async fn news_follow_the_commit() {
    let (_dir, ledger) = ledger();
    let mut arrivals = ledger.arrivals();
    store(&ledger, vec![record(0, 0), record(1, 0)]).await;
    store(&ledger, vec![record(0, 0)]).await;
    store(&ledger, vec![record(2, 0)]).await;
    let ids = |batch: Arc<[Arrival]>| batch.iter().map(|arrival| arrival.id).collect::<Vec<_>>();
    assert_eq!(ids(arrivals.recv().await.expect("news")), [1, 2]);
    assert_eq!(ids(arrivals.recv().await.expect("news")), [3], "a duplicate is no news");
    let mut all = Vec::new();
    ledger.each_arrival(|arrival| all.push(arrival.id)).expect("reads");
    assert_eq!(all, [1, 2, 3]);
}
