//! Corrections and words: a record counts once, as its latest version, and what is said about it stands with it.

use kuager_pack::PackSource;
use kuager_pack::testing::{KAZAKHSTAN, folder};
use kuager_wire::ids::RecordHash;
use kuager_wire::record::{Answers, Body, FollowUp, FormRef, IncidentStatus, Record, RecordKind, Value};

use crate::testing::Office;

const STATION: &str = "100000000-57";

fn incident(office: &Office, seq: u64, supersedes: Option<RecordHash>) -> Record {
    let answers: Answers = [("codes", Value::List(vec!["A01".into()]))].into_iter().collect();
    let pack = office.fixture.deployment.latest_pack().hash;
    Record {
        kind: RecordKind::Incident,
        form: Some(FormRef { pack, form: "incident".to_owned() }),
        body: Body { answers: Some(answers), language: Some("kk".to_owned()), ..Body::default() },
        supersedes,
        ..office.fixture.turnout(seq, STATION)
    }
}

fn word(office: &Office, seq: u64, about: RecordHash, status: IncidentStatus, why: &str) -> Record {
    let mut word = office.fixture.record(seq, why);
    word.body.follows = Some(FollowUp { record: about, status });
    word
}

/// The row of the station on the page of all stations, as far as its numbers.
async fn row(office: &Office) -> Vec<String> {
    let (_, page) = office.open("/?lang=en").await;
    let row = page.split("<tr id=").find(|row| row.contains(STATION)).expect("a row").to_owned();
    let cells = row.split("<td>").skip(1);
    cells.map(|cell| cell.split(['<', '\u{2013}']).next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_record_counts_once_and_what_is_said_stands_with_it() {
    let office = Office::of(PackSource::Folder(folder(KAZAKHSTAN))).await;
    let fixture = &office.fixture;
    let sealed = fixture.sign(1, &incident(&office, 0, None));
    let first = RecordHash::of(&sealed);
    let twins =
        [fixture.sign(1, &incident(&office, 1, Some(first))), fixture.sign(1, &incident(&office, 2, Some(first)))];
    // Somebody else's word, who knows the record and not the station, arrives before all of it.
    fixture.send(&[fixture.sign(2, &word(&office, 0, first, IncidentStatus::Corroborated, "I saw it, too"))]).await;
    fixture.send(&[sealed, twins[0].clone(), twins[1].clone()]).await;
    let office = office.start_again().await;
    let numbers = row(&office).await;
    assert_eq!(numbers.iter().filter(|cell| cell.as_str() == "1").count(), 2, "an incident and a word: {numbers:?}");
    assert!(numbers.iter().all(|cell| cell != "2" && cell != "3"), "{numbers:?}");
    assert!(!office.open("/?lang=en").await.1.contains("No station given"));

    let (_, page) = office.open(&format!("/station?key={STATION}&lang=en")).await;
    assert_eq!(page.matches("corrected by a later record").count(), 2, "one of three versions stands");
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} is not on {page}"));
    let about =
        format!("<a href=\"#r{first}\">About another record</a>: <strong>corroborated by another source</strong>");
    assert!(at(&format!("id=\"r{first}\"")) < at(&about) && page.contains("I saw it, too"));
    assert_eq!(page.matches("<strong class=\"stands\">corroborated by another source</strong>").count(), 3, "{page}");

    // The author withdraws what the latest version says.
    let latest = RecordHash::of(&twins[1]);
    let fixture = &office.fixture;
    fixture.send(&[fixture.sign(1, &word(&office, 3, latest, IncidentStatus::Withdrawn, "a mistake"))]).await;
    for (lang, stands) in [("kk", "қайтарып алынған"), ("ru", "отозвано"), ("en", "withdrawn")] {
        let (_, page) = office.open(&format!("/station?key={STATION}&lang={lang}")).await;
        assert_eq!(page.matches(&format!("<strong class=\"stands\">{stands}</strong>")).count(), 3, "{lang}");
    }
}
