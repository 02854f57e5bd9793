use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::thread;

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;

const STEPS: &[&str] = &["CREATE TABLE notes (text TEXT NOT NULL) STRICT", "ALTER TABLE notes ADD COLUMN more TEXT"];

fn plain() -> Config {
    Config { key: None, steps: STEPS, tuning: &[("cache_size", -1024), ("wal_autocheckpoint", 7)], readers: 2 }
}

fn pool() -> (TempDir, Arc<Pool>) {
    let dir = tempfile::tempdir().unwrap();
    let pool = Pool::open(&dir.path().join("a.db"), plain()).unwrap();
    (dir, Arc::new(pool))
}

fn add(connection: &Connection, text: &str) -> Result<(), Error> {
    connection.execute("INSERT INTO notes (text) VALUES (?1)", [text])?;
    Ok(())
}

fn count(connection: &Connection) -> Result<i64, Error> {
    Ok(connection.query_row("SELECT count(*) FROM notes", [], |row| row.get(0))?)
}

fn counted(pool: &Pool) -> i64 {
    pool.read(count).unwrap().unwrap()
}

fn files(dir: &TempDir) -> Vec<PathBuf> {
    fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn only_the_owner_may_read_any_of_the_files() {
    let (dir, pool) = pool();
    pool.write(|connection| add(connection, "one")).unwrap().unwrap();
    let files = files(&dir);
    assert_eq!(files.len(), 3, "the database, its write-ahead log and their index");
    for file in files {
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{}", file.display());
    }
}

#[test]
fn every_connection_is_durable_and_strict() {
    let (_dir, pool) = pool();
    let settings = |connection: &Connection| {
        let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        assert_eq!(mode, "wal");
        let names = ["synchronous", "foreign_keys", "trusted_schema", "cell_size_check"];
        assert_eq!(names.map(|name| number(name).unwrap()), [2, 1, 0, 1]);
        Ok::<_, Error>((number("query_only")?, number("wal_autocheckpoint")?))
    };
    assert_eq!(pool.write(settings).unwrap().unwrap(), (0, 7));
    let (query_only, _) = pool.read(settings).unwrap().unwrap();
    assert_eq!(query_only, 1);
    let refused = pool.read(|connection| add(connection, "from a reader")).unwrap();
    assert!(matches!(refused, Err(Error::Unreachable(_))), "{refused:?}");
}

#[test]
fn all_missing_steps_are_taken_or_none() {
    const BROKEN: &[&str] = &[STEPS[0], STEPS[1], "CREATE TABLE broken ("];
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let first = Config { steps: &STEPS[..1], ..plain() };
    let old = Pool::open(&path, first.clone()).unwrap();
    old.write(|connection| add(connection, "old")).unwrap().unwrap();
    old.close();
    let broken = Config { steps: BROKEN, ..plain() };
    assert!(matches!(Pool::open(&path, broken), Err(Error::Other(_))));
    assert_eq!(version(&first.connect(&path).unwrap()).unwrap(), 1);
    let new = Pool::open(&path, plain()).unwrap();
    let more: Option<String> =
        new.read(|connection| connection.query_row("SELECT more FROM notes", [], |row| row.get(0))).unwrap().unwrap();
    assert_eq!(more, None);
}

#[test]
fn a_newer_file_is_left_as_it_is() {
    let (dir, pool) = pool();
    pool.write(|connection| connection.pragma_update(None, "user_version", 99)).unwrap().unwrap();
    pool.close();
    let before = fs::read(dir.path().join("a.db")).unwrap();
    let refused = Pool::open(&dir.path().join("a.db"), plain()).unwrap_err();
    assert_eq!(refused, Error::Newer { found: 99, known: 2 });
    assert_eq!(fs::read(dir.path().join("a.db")).unwrap(), before);
}

#[test]
fn an_encrypted_file_opens_with_its_key_only() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let with = |key: Option<[u8; 32]>| Config { key: key.map(|key| Key { key, header: [7; 16] }), ..plain() };
    let pool = Pool::open(&path, with(Some([1; 32]))).unwrap();
    pool.write(|connection| add(connection, "a secret")).unwrap().unwrap();
    pool.close();
    let bytes = fs::read(&path).unwrap();
    assert_eq!(bytes[..16], [7; 16]);
    assert!(!bytes.windows(8).any(|window| window == b"a secret"));
    for other in [Some([2; 32]), None] {
        assert!(matches!(Pool::open(&path, with(other)), Err(Error::Damaged(_))));
    }
    assert_eq!(counted(&Pool::open(&path, with(Some([1; 32]))).unwrap()), 1);
}

#[test]
fn all_queries_of_one_read_see_one_state() {
    let (_dir, pool) = pool();
    let seen = pool
        .read(|connection| {
            let before = count(connection)?;
            let pool = &pool;
            thread::scope(|scope| {
                scope.spawn(move || pool.write(|connection| add(connection, "meanwhile")).unwrap().unwrap());
            });
            Ok::<_, Error>((before, count(connection)?))
        })
        .unwrap();
    assert_eq!(seen, Ok((0, 0)));
    assert_eq!(counted(&pool), 1);
}

#[test]
fn a_change_that_fails_leaves_nothing() {
    let (_dir, pool) = pool();
    let failed = pool.write(|connection| {
        add(connection, "changed its mind")?;
        Err::<(), _>(Error::Busy)
    });
    assert_eq!(failed.unwrap(), Err(Error::Busy));
    assert_eq!(counted(&pool), 0);
}

#[test]
fn closing_waits_for_readers_and_leaves_one_file() {
    let (dir, pool) = pool();
    pool.write(|connection| add(connection, "one")).unwrap().unwrap();
    let (started, begun) = mpsc::channel();
    let (go, gone) = mpsc::channel::<()>();
    let reading = {
        let pool = Arc::clone(&pool);
        thread::spawn(move || {
            pool.read(|connection| {
                started.send(()).unwrap();
                gone.recv().unwrap();
                count(connection)
            })
        })
    };
    begun.recv().unwrap();
    let closing = {
        let pool = Arc::clone(&pool);
        thread::spawn(move || pool.close())
    };
    go.send(()).unwrap();
    assert_eq!(reading.join().unwrap().unwrap(), Ok(1));
    closing.join().unwrap();
    assert_eq!(files(&dir), [dir.path().join("a.db")]);
    assert_eq!(pool.read(count).unwrap_err(), Error::Closed);
    assert_eq!(pool.write(count).unwrap_err(), Error::Closed);
    assert_eq!(pool.pause(), Err(Error::Closed));
    assert_eq!(pool.resume(), Err(Error::Closed));
    pool.close();
}

#[test]
fn a_paused_pool_goes_on_where_it_was() {
    let (dir, pool) = pool();
    pool.write(|connection| add(connection, "one")).unwrap().unwrap();
    pool.pause().unwrap();
    assert_eq!(files(&dir), [dir.path().join("a.db")]);
    assert_eq!(pool.read(count).unwrap_err(), Error::Paused);
    pool.resume().unwrap();
    assert_eq!(counted(&pool), 1, "the first one back may be a reader");
    pool.write(|connection| add(connection, "two")).unwrap().unwrap();
    assert_eq!(counted(&pool), 2);
}

type Outcome = Result<i64, Error>;

/// A writer that is held up until something is sent, so that jobs queue behind it.
fn held_up(pool: &Arc<Pool>) -> (Writer<Error>, mpsc::Sender<()>) {
    let writer = Writer::start(Arc::clone(pool), "writer").unwrap();
    let (hold, held) = mpsc::channel::<()>();
    writer.submit(move |_| Ok(held.recv().is_ok()), |_| ()).unwrap();
    (writer, hold)
}

#[test]
fn whoever_looks_sees_what_the_writer_is_at() {
    let (_dir, pool) = pool();
    let (writer, hold) = held_up(&pool);
    while writer.state().running.is_none() {
        thread::yield_now();
    }
    writer.submit(|connection| add(connection, "waits"), |_| ()).unwrap();
    let state = writer.state();
    assert_eq!((state.life, state.waiting, state.committed), (Life::Runs, 1, None));
    hold.send(()).unwrap();
    writer.close();
    let state = writer.state();
    assert_eq!((state.life, state.waiting, state.running), (Life::Closed, 0, None));
    assert!(state.committed.is_some());
}

#[test]
fn a_writer_that_died_is_seen() {
    let (_dir, pool) = pool();
    let writer = Writer::<Error>::start(pool, "writer").unwrap();
    writer.submit::<()>(|_| panic!("a mistake in a job"), |_| ()).unwrap();
    while writer.state().life == Life::Runs {
        thread::yield_now();
    }
    assert_eq!((writer.state().life, writer.state().running), (Life::Died, None));
    assert_eq!(writer.submit(|connection| add(connection, "late"), |_| ()), Err(Error::Closed));
    assert_eq!(writer.state().waiting, 0);
}

#[test]
fn a_long_wait_is_committed_in_one_transaction() {
    let (_dir, pool) = pool();
    let (writer, hold) = held_up(&pool);
    for number in 0..4 {
        writer.submit(move |connection| add(connection, &number.to_string()), |_| ()).unwrap();
    }
    let (report, reported) = mpsc::channel();
    let watching = Arc::clone(&pool);
    let look = move |connection: &Connection| Ok((count(connection)?, watching.read(count)??));
    writer.submit(look, move |outcome| report.send(outcome).unwrap()).unwrap();
    hold.send(()).unwrap();
    let (inside, outside) = reported.recv().unwrap().unwrap();
    assert_eq!((inside, outside), (4, 0), "the four inserts share the fifth job's transaction and are not yet visible");
    assert_eq!(counted(&pool), 4);
}

#[test]
fn a_failing_job_does_not_fail_its_neighbours() {
    let (_dir, pool) = pool();
    let (writer, hold) = held_up(&pool);
    let (report, reported) = mpsc::channel::<Outcome>();
    let send = |report: &mpsc::Sender<Outcome>| {
        let report = report.clone();
        move |outcome: Outcome| report.send(outcome).unwrap()
    };
    writer.submit(|connection| add(connection, "one").and_then(|()| count(connection)), send(&report)).unwrap();
    let bad = |connection: &Connection| {
        connection.execute("DELETE FROM notes", [])?;
        Err(Error::Other("a test".to_owned()))
    };
    writer.submit(bad, send(&report)).unwrap();
    writer.submit(count, send(&report)).unwrap();
    hold.send(()).unwrap();
    let outcomes: Vec<_> = reported.iter().take(3).collect();
    assert_eq!(outcomes, [Ok(1), Err(Error::Other("a test".to_owned())), Ok(1)]);
    writer.close();
    writer.close();
    assert_eq!(writer.submit(count, |_| ()), Err(Error::Closed));
    assert_eq!(counted(&pool), 1);
}

#[test]
fn a_full_disk_fails_the_group_and_heals() {
    let (_dir, pool) = pool();
    // SQLite's own limit on pages gives the very error a full disk gives.
    pool.write(|connection| {
        let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
        connection.pragma_update(None, "max_page_count", pages)
    })
    .unwrap()
    .unwrap();
    let (writer, hold) = held_up(&pool);
    let (report, reported) = mpsc::channel();
    let large = "x".repeat(200_000);
    writer.submit(move |connection| add(connection, &large), move |outcome| report.send(outcome).unwrap()).unwrap();
    hold.send(()).unwrap();
    assert_eq!(reported.recv().unwrap(), Err(Error::Full));
    writer.close();
    assert_eq!(counted(&pool), 0);
}
