use std::fs;
use std::path::Path;
use std::sync::Arc;

use kuager_wire::SigningKey;
use kuager_wire::ids::{DeploymentId, PublicKey};
use proptest::prelude::*;

use super::database::connect;
use super::salvage::salvage;
use super::*;
use crate::clock::SystemClock;
use crate::draft::NewDraft;
use crate::journal::Journal;
use crate::keys::StoreKey;

const KEY: StoreKey = StoreKey([42; 32]);
const DEPLOYMENT: DeploymentId = DeploymentId([5; 32]);
const SECRET: &str = "Бақылаушы 379-учаскеде тұр";

fn newest() -> u32 {
    u32::try_from(schema::MIGRATIONS.len()).unwrap()
}

fn device() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

fn journal(store: &Arc<Store>) -> Journal {
    Journal::new(Arc::clone(store), Arc::new(SystemClock::new()), crate::keyring::Keyring::of(device()))
}

/// A store with so many sealed notes and one draft, closed.
fn filled(dir: &Path, notes: usize) {
    let store = Arc::new(Store::open(dir, &KEY).unwrap());
    let journal = journal(&store);
    for number in 0..notes {
        let draft = journal.new_draft(NewDraft::note(format!("{SECRET} {number} {}", "x".repeat(600))), None).unwrap();
        journal.seal(draft, DEPLOYMENT, None).unwrap();
    }
    journal.new_draft(NewDraft::note(SECRET), None).unwrap();
    store.close();
}

fn all_bytes(dir: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        bytes.extend(fs::read(entry.unwrap().path()).unwrap());
    }
    bytes
}

#[test]
fn a_new_store_is_in_wal_mode_and_fully_synchronous() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &KEY).unwrap();
    store
        .write(|tx| {
            let pragma = |name: &str| tx.connection.pragma_query_value(None, name, |row| row.get::<_, String>(0));
            let number = |name: &str| tx.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
            assert_eq!(pragma("journal_mode")?, "wal");
            assert_eq!(number("synchronous")?, 2);
            assert_eq!(number("temp_store")?, 2);
            assert_eq!(number("foreign_keys")?, 1);
            assert!(pragma("cipher_version")?.starts_with('4'));
            assert_eq!(pragma("cipher_provider")?, "rustcrypto", "what is tested is what ships");
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

#[test]
fn nothing_readable_reaches_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    let store = Arc::new(Store::open(dir.path(), &KEY).unwrap());
    let journal = journal(&store);
    let draft = journal.new_draft(NewDraft::note(SECRET), None).unwrap();
    journal.seal(draft, DEPLOYMENT, None).unwrap();
    journal.new_draft(NewDraft::note(SECRET), None).unwrap();
    let readable = |bytes: &[u8]| {
        let wanted = ["Бақылаушы", "учаскеде", "SQLite format", "CREATE TABLE"];
        wanted.into_iter().find(|wanted| bytes.windows(wanted.len()).any(|window| window == wanted.as_bytes()))
    };
    assert_eq!(readable(&all_bytes(dir.path())), None, "while open, the WAL included");
    store.close();
    assert_eq!(readable(&all_bytes(dir.path())), None, "after closing");
}

#[test]
fn a_wrong_key_and_a_damaged_file_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path(), 1);
    assert!(matches!(Store::open(dir.path(), &StoreKey([1; 32])), Err(StoreError::WrongKey)));
    let path = dir.path().join(FILE);
    let good = fs::read(&path).unwrap();
    for at in [3, 20, 4000] {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        fs::write(&path, bad).unwrap();
        let error = Store::open(dir.path(), &KEY).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt(_)), "byte {at}: {error}");
    }
    fs::write(&path, good).unwrap();
    Store::open(dir.path(), &KEY).unwrap();
}

#[test]
fn a_newer_format_is_refused_untouched() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &KEY).unwrap();
    store.write(|tx| Ok::<_, StoreError>(tx.connection.pragma_update(None, "user_version", 99)?)).unwrap();
    store.close();
    let before = fs::read(dir.path().join(FILE)).unwrap();
    let error = Store::open(dir.path(), &KEY).unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 99, known } if known == newest()), "{error}");
    assert_eq!(fs::read(dir.path().join(FILE)).unwrap(), before);
}

#[test]
fn a_store_of_the_first_format_is_brought_forward_with_everything_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE);
    fs::write(&path, b"").unwrap();
    let first = connect(&path, &KEY).unwrap();
    first.execute_batch(include_str!("migrations/001_initial.sql")).unwrap();
    first.pragma_update(None, "user_version", 1).unwrap();
    first.execute("INSERT INTO meta VALUES ('behind', x'07')", []).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let elsewhere = journal(&Arc::new(Store::open(elsewhere.path(), &KEY).unwrap()));
    let begun = elsewhere.draft(elsewhere.new_draft(NewDraft::note("begun before"), None).unwrap()).unwrap();
    let content = kuager_wire::canonical::encode(&begun, 1024).unwrap();
    first.execute("INSERT INTO drafts VALUES (?1, ?2)", (begun.id.as_bytes(), content)).unwrap();
    drop(first);
    let store = Arc::new(Store::open(dir.path(), &KEY).unwrap());
    assert_eq!(store.read(|tx| tx.meta::<u64>(Meta::Behind)).unwrap(), Some(7));
    let version = store.read(|tx| Ok::<_, StoreError>(kuager_sqlite::version(tx.connection)?)).unwrap();
    assert_eq!(version, newest());
    assert_eq!(store.read(|tx| tx.all_media()).unwrap(), []);
    let journal = journal(&store);
    assert_eq!(journal.draft(begun.id).unwrap(), begun);
    journal.seal(begun.id, DEPLOYMENT, None).unwrap();
    let draft = journal.new_draft(NewDraft::note(SECRET), None).unwrap();
    journal.seal(draft, DEPLOYMENT, None).unwrap();
}

#[test]
fn a_full_disk_is_named_and_nothing_is_half_written() {
    let dir = tempfile::tempdir().unwrap();
    let store = Arc::new(Store::open(dir.path(), &KEY).unwrap());
    let journal = journal(&store);
    // SQLite's own limit on pages gives the very error a full disk gives.
    store
        .write(|tx| {
            let pages: i64 = tx.connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
            tx.connection.query_row(&format!("PRAGMA max_page_count = {}", pages + 3), [], |_| Ok(()))?;
            Ok::<_, StoreError>(())
        })
        .unwrap();
    let mut sealed = 0;
    let error = loop {
        let full = journal
            .new_draft(NewDraft::note("x".repeat(1500)), None)
            .and_then(|draft| journal.seal(draft, DEPLOYMENT, None));
        match full {
            Ok(_) => sealed += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, crate::journal::JournalError::Store(StoreError::DiskFull)), "{error}");
    let report = journal.verify(DEPLOYMENT).unwrap();
    assert_eq!((report.records, report.faults), (sealed, Vec::new()));
}

#[test]
fn another_process_that_never_ends_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &KEY).unwrap();
    let other = connect(&dir.path().join(FILE), &KEY).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = store.write(|tx| tx.set_meta(Meta::Behind, &1_u64)).unwrap_err();
    assert!(matches!(error, StoreError::Locked), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    store.write(|tx| tx.set_meta(Meta::Behind, &1_u64)).unwrap();
}

#[test]
fn pausing_closes_every_file_and_resuming_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &KEY).unwrap();
    store.write(|tx| tx.set_meta(Meta::Behind, &7_u64)).unwrap();
    store.read(|tx| tx.meta::<u64>(Meta::Behind)).unwrap();
    store.pause().unwrap();
    store.pause().unwrap();
    let open = fs::read_dir("/proc/self/fd").unwrap().filter_map(|fd| fs::read_link(fd.unwrap().path()).ok());
    assert_eq!(open.filter(|path| path.starts_with(dir.path())).count(), 0);
    assert!(matches!(store.read(|tx| tx.meta::<u64>(Meta::Behind)), Err(StoreError::Paused)));
    assert!(matches!(store.write(|tx| tx.set_meta(Meta::Behind, &1_u64)), Err(StoreError::Paused)));
    store.resume().unwrap();
    store.resume().unwrap();
    assert_eq!(store.read(|tx| tx.meta::<u64>(Meta::Behind)).unwrap(), Some(7));
    store.close();
    assert!(matches!(store.resume(), Err(StoreError::Closed)));
}

#[test]
fn a_change_that_fails_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &KEY).unwrap();
    let failed: Result<(), StoreError> = store.write(|tx| {
        tx.set_meta(Meta::Behind, &7_u64)?;
        Err(StoreError::Other("changed its mind".to_owned()))
    });
    assert!(failed.is_err());
    assert_eq!(store.read(|tx| tx.meta::<u64>(Meta::Behind)).unwrap(), None);
}

/// Damages so many bytes at pseudo-random places, or one whole page.
fn damage(path: &Path, at: usize, length: usize) {
    let mut bytes = fs::read(path).unwrap();
    for byte in bytes.iter_mut().skip(at).take(length) {
        *byte ^= 0xa5;
    }
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_damaged_page_costs_only_what_stood_on_it() {
    let notes = 60;
    let original = tempfile::tempdir().unwrap();
    filled(original.path(), notes);
    let pages = fs::metadata(original.path().join(FILE)).unwrap().len() / 4096;
    assert!(pages > 20);
    for page in 0..usize::try_from(pages).unwrap() {
        let dir = tempfile::tempdir().unwrap();
        fs::copy(original.path().join(FILE), dir.path().join(FILE)).unwrap();
        damage(&dir.path().join(FILE), page * 4096, 4096);
        let damaged = fs::read(dir.path().join(FILE)).unwrap();
        let device = PublicKey::from(&device());
        let (store, recovery) = salvage(dir.path(), &KEY, Some(DEPLOYMENT), &[device], 1).unwrap();
        // A record takes about 900 bytes: at most four share a page.
        assert!(recovery.records >= notes as u64 - 5, "page {page}: {recovery:?}");
        assert_eq!(fs::read(dir.path().join(&recovery.quarantined)).unwrap(), damaged, "kept as it was");

        let store = Arc::new(store);
        let journal = journal(&store);
        let lost = journal.finish_recovery(DEPLOYMENT).unwrap();
        assert!(!lost.is_empty());
        assert!(journal.finish_recovery(DEPLOYMENT).unwrap().is_empty(), "stated once");
        let report = journal.verify(DEPLOYMENT).unwrap();
        assert_eq!(report.faults, [], "page {page}");
        let draft = journal.new_draft(NewDraft::note("goes on"), None).unwrap();
        assert!(journal.seal(draft, DEPLOYMENT, None).unwrap().seq > notes as u64 + 900, "no number is used twice");
    }
}

#[test]
fn damage_met_while_working_is_salvaged_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path(), 30);
    let path = dir.path().join(FILE);
    let length = fs::metadata(&path).unwrap().len();
    damage(&path, usize::try_from(length).unwrap() - 3 * 4096, 2 * 4096);
    let store = Arc::new(Store::open(dir.path(), &KEY).unwrap());
    let met = journal(&store).verify(DEPLOYMENT);
    store.close();
    assert!(met.is_err(), "the damage lies among the records");
    assert!(matches!(Store::open(dir.path(), &KEY), Err(StoreError::Corrupt(_))));
    let device = PublicKey::from(&device());
    let (store, recovery) = salvage(dir.path(), &KEY, Some(DEPLOYMENT), &[device], 1).unwrap();
    assert!(recovery.records >= 20, "{recovery:?}");
    store.close();
    Store::open(dir.path(), &KEY).unwrap();
}

#[test]
fn records_that_are_only_in_the_wal_are_salvaged_too() {
    let dir = tempfile::tempdir().unwrap();
    let store = Arc::new(Store::open(dir.path(), &KEY).unwrap());
    let journal = journal(&store);
    for number in 0..5 {
        let draft = journal.new_draft(NewDraft::note(format!("{number}")), None).unwrap();
        journal.seal(draft, DEPLOYMENT, None).unwrap();
    }
    let copy = tempfile::tempdir().unwrap();
    for name in [FILE.to_owned(), format!("{FILE}-wal")] {
        fs::copy(dir.path().join(&name), copy.path().join(&name)).unwrap();
    }
    damage(&copy.path().join(FILE), 0, 4096);
    let device = PublicKey::from(&device());
    let (_, recovery) = salvage(copy.path(), &KEY, Some(DEPLOYMENT), &[device], 1).unwrap();
    assert_eq!(recovery.records, 5);
}

#[test]
fn records_larger_than_a_page_are_salvaged_too() {
    let dir = tempfile::tempdir().unwrap();
    let store = Arc::new(Store::open(dir.path(), &KEY).unwrap());
    let journal = journal(&store);
    for length in [3_500, 3_900, 4_000, 4_100, 9_000, 30_000] {
        let draft = journal.new_draft(NewDraft::note("ү".repeat(length / 2)), None).unwrap();
        journal.seal(draft, DEPLOYMENT, None).unwrap();
    }
    store.close();
    damage(&dir.path().join(FILE), 0, 4096);
    let device = PublicKey::from(&device());
    let (_, recovery) = salvage(dir.path(), &KEY, Some(DEPLOYMENT), &[device], 1).unwrap();
    assert_eq!(recovery.records, 6);
}

#[test]
fn photos_survive_damage_that_does_not_hit_them() {
    let original = tempfile::tempdir().unwrap();
    let store = Store::open(original.path(), &KEY).unwrap();
    let mut hashes = Vec::new();
    for number in 0_u8..6 {
        let mut bytes = vec![0xff, 0xd8, 0xff, number];
        bytes.resize(150_000, number);
        let path = original.path().join("photo");
        fs::write(&path, &bytes).unwrap();
        let keep = |_: &Tx<'_>, _: &MediaRow| Ok::<_, crate::media::MediaError>(());
        let row = crate::media::import(&store, &mut fs::File::open(&path).unwrap(), u64::MAX, 1, keep).unwrap();
        hashes.push(row.hash);
    }
    store.close();
    let length = usize::try_from(fs::metadata(original.path().join(FILE)).unwrap().len()).unwrap();
    for at in (0..length).step_by(length / 7) {
        let dir = tempfile::tempdir().unwrap();
        fs::copy(original.path().join(FILE), dir.path().join(FILE)).unwrap();
        damage(&dir.path().join(FILE), at / 4096 * 4096, 4096);
        let device = PublicKey::from(&device());
        let (store, recovery) = salvage(dir.path(), &KEY, Some(DEPLOYMENT), &[device], 1).unwrap();
        // A page of the schema or of the table of files hides all of them; any other costs one photo at most.
        assert!(recovery.media >= 5 || recovery.media == 0 && at < 20 * 4096, "at {at}: {recovery:?}");
        let rows = store.read(|tx| tx.all_media()).unwrap();
        assert_eq!(rows.len() as u64, recovery.media);
        assert!(rows.iter().all(|row| hashes.contains(&row.hash)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    /// Wherever bits flip, opening or salvaging ends in a store whose records all verify.
    #[test]
    fn bit_flips_never_cost_the_store(places in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..8), 1..40)) {
        let dir = tempfile::tempdir().unwrap();
        filled(dir.path(), 12);
        let path = dir.path().join(FILE);
        let mut bytes = fs::read(&path).unwrap();
        for (place, bit) in places {
            let at = place.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        fs::write(&path, bytes).unwrap();
        let device = PublicKey::from(&device());
        let store = match Store::open(dir.path(), &KEY) {
            Ok(store) => {
                let store = Arc::new(store);
                if journal(&store).verify(DEPLOYMENT).is_ok() {
                    return Ok(());
                }
                store.close();
                salvage(dir.path(), &KEY, Some(DEPLOYMENT), &[device], 1).unwrap().0
            }
            Err(StoreError::Corrupt(_)) => salvage(dir.path(), &KEY, Some(DEPLOYMENT), &[device], 1).unwrap().0,
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        };
        let store = Arc::new(store);
        let journal = journal(&store);
        journal.finish_recovery(DEPLOYMENT).unwrap();
        prop_assert_eq!(journal.verify(DEPLOYMENT).unwrap().faults, []);
    }
}
