use std::fs;
use std::sync::Arc;

use futures_util::future::join_all;
use kuager_wire::desk::CallOutcome;
use kuager_wire::ids::ObserverId;

use super::*;
use crate::testing::{Fixture, MORNING_MS};

fn call(observer: u8) -> Act {
    let outcome = CallOutcome::NoAnswer;
    Act::Call { observer: ObserverId([observer; 16]), outcome, next_ms: None, note: None }
}

#[tokio::test]
async fn what_is_written_is_read_and_verifies() {
    let fixture = Fixture::new();
    let app = &fixture.app;
    let person = PersonId([7; 16]);
    let first = write(app, Some(person), vec![call(1), call(2)]).await.expect("is written");
    // A clock that was set back.
    fixture.clock.set(MORNING_MS - 3_600_000);
    let second = write(app, None, vec![call(3)]).await.expect("is written");
    assert_eq!(write(app, None, Vec::new()).await, Ok(Vec::new()), "nothing was done");
    let all: Vec<Entry> = first.into_iter().chain(second).collect();
    assert_eq!(read(app, 0, 100).await, Ok(all.clone()));
    assert_eq!(read(app, 2, 100).await, Ok(all[2..].to_vec()));
    let said: Vec<_> = all.iter().map(|entry| (entry.entry.seq, entry.entry.at_ms, entry.entry.by)).collect();
    assert_eq!(said, [(0, MORNING_MS, Some(person)), (1, MORNING_MS, Some(person)), (2, MORNING_MS, None)]);
    let report = verify(app).await.expect("reads");
    assert_eq!((report.entries, report.head, report.faults), (3, Some((2, all[2].hash)), Vec::new()));
}

#[tokio::test]
async fn processes_that_write_at_once_make_one_chain() {
    let fixture = Fixture::new();
    let other = fixture.config(Arc::clone(&fixture.clock) as _).app;
    let writers = (0..16).map(|count| {
        let app = if count % 2 == 0 { &fixture.app } else { &other };
        async move { write(app, None, vec![call(count), call(count)]).await.expect("is written") }
    });
    let written = join_all(writers).await;
    assert!(written.iter().all(|entries| entries[1].entry.seq == entries[0].entry.seq + 1), "acts stay together");
    let report = verify(&fixture.app).await.expect("reads");
    assert_eq!((report.entries, report.faults), (32, Vec::new()));
    assert_eq!(fixture.deployment.desk_keys().expect("reads").len(), 1, "both sign with one key");
}

#[tokio::test]
async fn a_lost_key_is_followed_by_another_and_what_it_signed_stays_good() {
    let fixture = Fixture::new();
    write(&fixture.app, None, vec![call(1)]).await.expect("is written");
    for entry in fs::read_dir(fixture.deployment.dir().join("keys")).expect("is there").flatten() {
        if entry.file_name().to_string_lossy().starts_with("desk-") {
            fs::remove_file(entry.path()).expect("is removed");
        }
    }
    let again = fixture.config(Arc::clone(&fixture.clock) as _).app;
    write(&again, None, vec![call(2)]).await.expect("is written");
    let report = verify(&again).await.expect("reads");
    assert_eq!((report.entries, report.faults), (2, Vec::new()));
    assert_eq!(fixture.deployment.desk_keys().expect("reads").len(), 2);
}

#[tokio::test]
async fn what_cannot_be_signed_is_not_written_and_nothing_of_it() {
    let fixture = Fixture::new();
    let long = Act::Call {
        observer: ObserverId([1; 16]),
        outcome: CallOutcome::Reached,
        next_ms: None,
        note: Some("х".repeat(4000)),
    };
    let refused = write(&fixture.app, None, vec![call(1), long]).await;
    assert!(matches!(refused, Err(JournalError::Sign(_))), "{refused:?}");
    let refused = write(&fixture.app, None, vec![call(1); AT_ONCE + 1]).await;
    assert_eq!(refused, Err(JournalError::TooMany(AT_ONCE + 1)));
    assert_eq!(read(&fixture.app, 0, 1).await, Ok(Vec::new()));
}
