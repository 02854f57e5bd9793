use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use kuager_log::batch::verify_batch;
use kuager_log::proof::{inclusion, inclusion_tiles, verify_consistency, verify_inclusion};
use kuager_log::tile::Tiles;
use kuager_log::tree::Head;
use kuager_wire::ids::RecordHash;
use kuager_wire::sync::ProofRequest;
use parking_lot::Mutex;

use super::*;
use crate::log::Log;
use crate::proofs::{NoProofs, proofs};
use crate::testing::Fixture;

/// Files in memory, which fail when they are told to: every so-many-th write, before or after it was stored.
#[derive(Debug, Default)]
struct Fragile {
    files: Mutex<BTreeMap<String, Vec<u8>>>,
    writes: AtomicU64,
    /// The write that fails; 0 for none.
    fails: AtomicU64,
    /// Whether it is stored all the same.
    stores: bool,
}

impl LogFiles for Fragile {
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), LogFilesError> {
        let fails = self.writes.fetch_add(1, Ordering::SeqCst) + 1 == self.fails.load(Ordering::SeqCst);
        if !fails || self.stores {
            self.files.lock().insert(path.to_owned(), bytes.to_vec());
        }
        if fails { Err(LogFilesError("was told to fail".to_owned())) } else { Ok(()) }
    }

    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, LogFilesError> {
        Ok(self.files.lock().get(path).cloned())
    }
}

/// The coordinator of a fixture with another place for the log's files, as after a restart.
fn with_files(fixture: &Fixture, files: Arc<dyn LogFiles>) -> App {
    App { log: Arc::new(Log::with_files(files)), ..fixture.app.clone() }
}

async fn add(fixture: &Fixture, seq: u64, count: u64) -> Vec<[u8; 32]> {
    let records: Vec<_> = (seq..seq + count).map(|seq| fixture.sign(1, &fixture.record(seq, "a note"))).collect();
    for some in records.chunks(100) {
        fixture.send(some).await;
    }
    records.iter().map(|bytes| sha256(bytes)).collect()
}

/// Reads the log as a stranger does: the checkpoint, then every tile and every entry, and all of them must agree.
fn audit(app: &App) -> (Head, Vec<Vec<u8>>) {
    let files = app.log.files();
    let get = |path: &str| files.get(path).expect("reads").unwrap_or_else(|| panic!("{path} is missing"));
    let checkpoint = Checkpoint::open(&get("checkpoint"), &app.signer.log.verifier()).expect("holds");
    let size = checkpoint.head().size;
    let mut entries = Vec::new();
    let mut edge = Edge::new();
    for tile in Tile::all(size) {
        let hashes = tile.read(&get(&tile.to_string())).expect("is whole");
        if tile.level == 0 {
            let bundle = get(&tile.bundle_path());
            for (entry, hash) in tile.read_bundle(&bundle).expect("is whole").into_iter().zip(hashes) {
                assert_eq!(Hash::of_leaf(entry), hash);
                edge.push(hash, |_, _| ()).expect("is not full");
                entries.push(entry.to_vec());
            }
        }
    }
    assert_eq!(edge.head(), checkpoint.head());
    (checkpoint.head(), entries)
}

#[tokio::test]
async fn everything_that_was_taken_in_gets_one_place() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let app = fixture.app.clone();
    let mut sequencer = Sequencer::open(app.clone()).await.expect("opens");
    assert!(app.log.checkpoint().is_none());
    let statements = sequencer.step().await.expect("steps");
    assert_eq!(sequencer.step().await.expect("steps"), 0, "nothing is said twice");
    let (head, entries) = audit(&app);
    assert_eq!((head.size, entries.len()), (statements as u64, statements));
    assert_eq!(entries[0], fixture.deployment.id().0, "the log begins with genesis");
    assert!(entries.contains(&fixture.deployment.latest_pack().hash.0.to_vec()));
    let records = add(&fixture, 0, 300).await;
    assert_eq!(sequencer.step().await.expect("steps"), 300);
    let (head, entries) = audit(&app);
    assert_eq!(entries[statements..], records);
    assert_eq!(app.log.checkpoint().expect("is shown").head(), head);
    assert_eq!(sequencer.step().await.expect("steps"), 0);

    let more = add(&fixture, 300, 5).await;
    let mut again = Sequencer::open(app.clone()).await.expect("opens");
    assert_eq!(again.step().await.expect("steps"), 5);
    assert_eq!(audit(&app).1[statements + 300..], more);
    add(&fixture, 305, 1).await;
    assert!(matches!(sequencer.step().await, Err(LogError::Moved)), "another one was faster");
    assert_eq!(audit(&app).0, again.edge.head());
}

#[tokio::test]
async fn records_are_proved_in_batches() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let app = &fixture.app;
    let request = |records: &[[u8; 32]], verified| ProofRequest {
        records: records.iter().map(|hash| RecordHash(*hash)).collect(),
        verified,
    };
    assert_eq!(proofs(app, &request(&[], 0)).await, Err(NoProofs::Nothing));
    let mut sequencer = Sequencer::open(app.clone()).await.expect("opens");
    let early = add(&fixture, 0, 20).await;
    sequencer.step().await.expect("steps");
    let first = app.log.checkpoint().expect("is shown").head();
    let late = add(&fixture, 20, 280).await;
    sequencer.step().await.expect("steps");
    let waits = add(&fixture, 300, 1).await;
    let asked = [&early[3..5], &late[100..112], &waits[..], &[[0; 32]]].concat();
    let answer = proofs(app, &request(&asked, first.size)).await.expect("answers");
    let places: Vec<bool> = answer.places.iter().map(Option::is_some).collect();
    assert_eq!(places, [vec![true; 14], vec![false; 2]].concat());
    let checkpoint = Checkpoint::open(answer.checkpoint.as_bytes(), &app.signer.log.verifier()).expect("holds");
    let hashes = |bytes: &[u8]| bytes.as_chunks::<32>().0.iter().copied().map(Hash).collect::<Vec<_>>();
    assert_eq!(verify_consistency(first, checkpoint.head(), &hashes(&answer.consistency)), Ok(()));
    let entries: Vec<(u64, &[u8])> =
        asked.iter().zip(&answer.places).filter_map(|(hash, place)| Some(((*place)?, hash.as_slice()))).collect();
    let paths = verify_batch(&entries, checkpoint.head(), &hashes(&answer.path)).expect("holds");
    for (place, entry) in entries {
        assert_eq!(verify_inclusion(entry, place, checkpoint.head(), &paths[&place]), Ok(()));
    }
    let refused = |outcome| matches!(outcome, Err(NoProofs::Request(_)));
    assert!(refused(proofs(app, &request(&[], checkpoint.head().size + 1)).await));
    assert!(refused(proofs(app, &request(&vec![[1; 32]; 257], 0)).await));
    assert_eq!(proofs(app, &request(&[], 0)).await.map(|answer| answer.path.len()), Ok(0));
}

/// Sunlight's method: at every write one fault, before it was stored or after, then a restart; nothing that was shown is ever taken back.
#[tokio::test]
async fn whatever_write_fails_nothing_that_was_shown_is_taken_back() {
    for stores in [false, true] {
        let fixture = Fixture::new();
        fixture.enrol(1).await;
        let files = Arc::new(Fragile { stores, ..Fragile::default() });
        let mut shown: Vec<Head> = Vec::new();
        let (mut seq, mut failed) = (0, 0);
        for round in 1..40 {
            let app = with_files(&fixture, files.clone());
            files.writes.store(0, Ordering::SeqCst);
            files.fails.store(round % 13, Ordering::SeqCst);
            let count = 1 + round * 7 % 60;
            add(&fixture, seq, count).await;
            seq += count;
            let stepped = async {
                let mut sequencer = Sequencer::open(app.clone()).await?;
                sequencer.step().await
            };
            failed += u32::from(stepped.await.is_err());
            if let Some(checkpoint) = files.get("checkpoint").expect("reads") {
                let head = Checkpoint::open(&checkpoint, &app.signer.log.verifier()).expect("holds").head();
                assert_eq!(audit(&app).0, head, "all files of what is shown are there");
                if shown.last() != Some(&head) {
                    shown.push(head);
                }
            }
        }
        assert!(failed > 10 && shown.len() >= 15, "{failed} {}", shown.len());
        files.fails.store(0, Ordering::SeqCst);
        let app = with_files(&fixture, files.clone());
        Sequencer::open(app.clone()).await.expect("opens").step().await.expect("steps");
        let (last, entries) = audit(&app);
        assert_eq!(entries.len() as u64, last.size);
        let distinct: std::collections::BTreeSet<_> = entries.iter().collect();
        assert_eq!(distinct.len(), entries.len(), "each once");
        let mut tiles = Tiles::new();
        for tile in Tile::all(last.size) {
            tiles.add(tile, &files.get(&tile.to_string()).expect("reads").expect("is there")).expect("is whole");
        }
        for head in shown {
            let proof = kuager_log::proof::consistency(head.size, last.size, &tiles).expect("all is there");
            assert_eq!(verify_consistency(head, last, &proof), Ok(()));
        }
        let needed = inclusion_tiles(0, last.size).expect("is in it");
        assert!(needed.iter().all(|tile| tiles.has(*tile)));
        let path = inclusion(0, last.size, &tiles).expect("all is there");
        assert_eq!(verify_inclusion(&entries[0], 0, last, &path), Ok(()));
    }
}

#[tokio::test]
async fn a_ledger_that_does_not_fit_its_checkpoint_stops_the_log() {
    let fixture = Fixture::new();
    let app = fixture.app.clone();
    let head = Head { size: 1, root: Hash::of_leaf(b"another") };
    let checkpoint = app.signer.log.checkpoint(head).expect("signs").to_string().into_bytes();
    let entry = LogEntry { hash: [1; 32], source: Source::Statement, since_ms: 0 };
    assert_eq!(app.ledger.advance_log(0, vec![entry], checkpoint).await, Ok(Advanced::Stored));
    assert!(matches!(Sequencer::open(app.clone()).await, Err(LogError::Damaged)));
    assert_eq!(app.ledger.cosign_log(1, b"no note".to_vec()).await, Ok(Advanced::Stored));
    assert!(matches!(Sequencer::open(app.clone()).await, Err(LogError::Checkpoint(_))));
    assert!(app.log.checkpoint().is_none());
}

/// A copy of a ledger of before, and files of now: what was shown stays, whatever the ledger has forgotten.
#[tokio::test]
async fn a_ledger_that_was_put_back_takes_over_what_was_shown() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let files = Arc::new(Fragile::default());
    let app = with_files(&fixture, files.clone());
    let mut sequencer = Sequencer::open(app.clone()).await.expect("opens");
    add(&fixture, 0, 300).await;
    sequencer.step().await.expect("steps");
    let (head, entries) = audit(&app);

    // Another ledger of the same deployment, which knows the first 280 of the entries only.
    let place = tempfile::tempdir().expect("makes a folder");
    let older = crate::ledger::SqliteLedger::open(&place.path().join("ledger.db")).expect("opens");
    let older = App { ledger: Arc::new(older), ..with_files(&fixture, files.clone()) };
    let (mut edge, mut known) = (Edge::new(), Vec::new());
    for entry in &entries[..280] {
        edge.push(Hash::of_leaf(entry), |_, _| ()).expect("is not full");
        known.push(LogEntry {
            hash: entry.as_slice().try_into().expect("is a hash"),
            source: Source::Statement,
            since_ms: 0,
        });
    }
    let before = older.signer.log.checkpoint(edge.head()).expect("signs").to_string().into_bytes();
    assert_eq!(older.ledger.advance_log(0, known, before).await, Ok(Advanced::Stored));
    let mut again = Sequencer::open(older.clone()).await.expect("opens");
    assert_eq!((again.edge.head(), again.step().await.expect("steps")), (head, 0));
    assert_eq!(
        older.ledger.log_places(vec![entries[299].as_slice().try_into().expect("is a hash")]).await,
        Ok(vec![Some(299)])
    );

    // So does one whose files are gone, too, from a copy that somebody kept; an older copy is of no use.
    let place = tempfile::tempdir().expect("makes a folder");
    let empty = crate::ledger::SqliteLedger::open(&place.path().join("ledger.db")).expect("opens");
    let empty = App { ledger: Arc::new(empty), ..with_files(&fixture, Arc::new(Fragile::default())) };
    assert_eq!(take_copy(&empty, files.clone()).await.expect("is taken"), head.size);
    assert!(matches!(take_copy(&empty, files.clone()).await, Err(LogError::Copy(_))));
    assert_eq!(Sequencer::open(empty.clone()).await.expect("opens").edge.head(), head);
    assert_eq!(audit(&empty), (head, entries.clone()));
    // Tiles of a copy are nobody's word: one that is wrong, or missing, harms nothing.
    let careless = Arc::new(Fragile::default());
    careless.files.lock().extend(files.files.lock().iter().map(|(path, bytes)| (path.clone(), bytes.clone())));
    careless.files.lock().get_mut("tile/0/000").expect("is there")[40] ^= 1;
    careless.files.lock().remove("tile/1/000.p/1").expect("is there");
    let taken = with_files(&fixture, Arc::new(Fragile::default()));
    assert_eq!(take_copy(&taken, careless).await.expect("is taken"), head.size);
    assert_eq!(audit(&taken), (head, entries.clone()));
    let damaged = Arc::new(Fragile::default());
    damaged.files.lock().extend(files.files.lock().iter().map(|(path, bytes)| (path.clone(), bytes.clone())));
    damaged.files.lock().get_mut("tile/entries/000").expect("is there")[40] ^= 1;
    let untouched = with_files(&fixture, Arc::new(Fragile::default()));
    assert!(matches!(take_copy(&untouched, damaged).await, Err(LogError::Copy(_))));
    assert_eq!(untouched.log.files().get("checkpoint"), Ok(None));

    // Without its files nobody knows what was shown, and the log stops until somebody says so.
    let gone = with_files(&fixture, Arc::new(Fragile::default()));
    assert!(matches!(Sequencer::open(gone.clone()).await, Err(LogError::Gone)));
    Sequencer::write_anew(gone.clone()).await.expect("writes all of it");
    assert_eq!(audit(&gone), (head, entries));
    assert!(Sequencer::open(gone).await.is_ok());
}

#[tokio::test]
async fn a_ledger_of_another_log_than_the_one_that_was_shown_adds_nothing() {
    let fixture = Fixture::new();
    let files = Arc::new(Fragile::default());
    let app = with_files(&fixture, files.clone());
    Sequencer::open(app.clone()).await.expect("opens").step().await.expect("steps");
    let shown = audit(&app).0;
    for size in [shown.size, shown.size - 1, shown.size + 1] {
        let place = tempfile::tempdir().expect("makes a folder");
        let other = crate::ledger::SqliteLedger::open(&place.path().join("ledger.db")).expect("opens");
        let other = App { ledger: Arc::new(other), ..with_files(&fixture, files.clone()) };
        let (mut edge, mut entries) = (Edge::new(), Vec::new());
        for number in 0..size {
            let hash = sha256(&number.to_be_bytes());
            edge.push(Hash::of_leaf(&hash), |_, _| ()).expect("is not full");
            entries.push(LogEntry { hash, source: Source::Statement, since_ms: 0 });
        }
        let checkpoint = other.signer.log.checkpoint(edge.head()).expect("signs").to_string().into_bytes();
        assert_eq!(other.ledger.advance_log(0, entries, checkpoint).await, Ok(Advanced::Stored));
        assert!(matches!(Sequencer::open(other.clone()).await, Err(LogError::Split)), "{size}");
        assert_eq!(
            other.ledger.log_head().await.expect("reads").expect("is there").size,
            size,
            "nor is the ledger changed"
        );
        assert_eq!(audit(&app).0, shown, "what was shown is as it was");
    }
}

/// Partial files may be deleted once the full ones are there; an older checkpoint is proved by those all the same.
#[tokio::test]
async fn a_copy_whose_partial_files_gave_way_to_full_ones_is_taken() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let files = Arc::new(Fragile::default());
    let app = with_files(&fixture, files.clone());
    let mut sequencer = Sequencer::open(app.clone()).await.expect("opens");
    add(&fixture, 0, 300).await;
    sequencer.step().await.expect("steps");
    let (head, entries) = audit(&app);
    let checkpoint = files.get("checkpoint").expect("reads").expect("is there");
    add(&fixture, 300, 260).await;
    sequencer.step().await.expect("steps");
    let copy = Arc::new(Fragile::default());
    copy.files.lock().extend(files.files.lock().iter().map(|(path, bytes)| (path.clone(), bytes.clone())));
    copy.files.lock().retain(|path, _| !path.starts_with("tile/entries/001.p/"));
    copy.files.lock().insert("checkpoint".to_owned(), checkpoint);
    let taken = with_files(&fixture, Arc::new(Fragile::default()));
    assert_eq!(take_copy(&taken, copy).await.expect("is taken"), head.size);
    assert_eq!(audit(&taken), (head, entries));
}
