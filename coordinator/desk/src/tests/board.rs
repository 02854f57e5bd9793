//! The board: filtered, paged, small on its way, the same after a restart, and plain about what does not add up.

use std::fs;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header;
use kuager_coordinator::testing::MORNING_MS;
use kuager_forms::words::Language;
use kuager_pack::PackSource;
use kuager_pack::testing::{self, KAZAKHSTAN, folder};
use kuager_wire::record::{Answers, Body as RecordBody, FormRef, Record, RecordKind, Value};

use crate::testing::Office;

const STATION: &str = "100000000-57";

async fn kazakhstan() -> Office {
    Office::of(PackSource::Folder(folder(KAZAKHSTAN))).await
}

/// A protocol of which everything adds up but for what is changed.
fn protocol(office: &Office, seq: u64, changed: &[(&str, i64)]) -> Record {
    let mut answers: Answers = testing::protocol(Language::Kazakh, changed);
    answers.insert("copy", Value::from("posted"));
    Record {
        kind: RecordKind::Protocol,
        form: Some(FormRef { pack: office.fixture.deployment.latest_pack().hash, form: "protocol-list".to_owned() }),
        body: RecordBody { answers: Some(answers), language: Some("kk".to_owned()), ..RecordBody::default() },
        ..office.fixture.turnout(seq, STATION)
    }
}

/// 300 + 300 + 9 of 500 issued.
const FORGED: [(&str, i64); 5] =
    [("P02", 500), ("P05.sample_1", 300), ("P05.sample_2", 300), ("P05.sample_3", 9), ("P05.sample_4", 0)];

#[tokio::test]
async fn a_forged_sum_stands_out_on_the_board_and_on_the_page() {
    let office = kazakhstan().await;
    let fixture = &office.fixture;
    fixture.send(&[fixture.sign(1, &protocol(&office, 0, &FORGED))]).await;
    let office = office.start_again().await;
    for (lang, says, votes) in
        [("kk", "ал берілгені 500", "партия"), ("ru", "а выдано 500", "партия"), ("en", "but 500 were issued", "party")]
    {
        for address in [format!("/?lang={lang}"), format!("/?lang={lang}&state=failed&order=trouble")] {
            let (_, page) = office.open(&address).await;
            let row = page.split("<tr id=").find(|row| row.contains(STATION)).expect("is shown");
            assert!(row.contains("class=\"trouble\"") && !row.contains("sample_2"), "{row}");
        }
        let (_, page) = office.open(&format!("/station?key={STATION}&lang={lang}")).await;
        let above = page.split("<article").next().expect("what stands above the records");
        assert!(above.contains(says), "{above}");
        assert!(!above.contains("sample_2") && above.to_lowercase().contains(votes), "{above}");
    }
    assert!(!office.open("/?lang=en&state=conflict").await.1.contains(&format!("<code>{STATION}</code>")));
}

#[tokio::test]
async fn copies_stand_side_by_side_and_lines_that_differ_are_marked() {
    let office = kazakhstan().await;
    let fixture = &office.fixture;
    fixture.send(&[fixture.sign(1, &protocol(&office, 0, &[]))]).await;
    // Copies stand in the order of their arrival.
    fixture.clock.set(MORNING_MS + 1_000);
    fixture.send(&[fixture.sign(2, &protocol(&office, 0, &[("P07", 16)]))]).await;
    let office = office.start_again().await;
    let (_, page) = office.open(&format!("/station?key={STATION}&lang=en")).await;
    let line = page.split("<tr").find(|row| row.contains("<td>15</td><td>16</td>")).expect("one line differs");
    assert!(line.contains("class=\"fails\"") && line.contains("invalid"), "{line}");
    assert!(page.contains("disputed: copies differ") && page.matches("Posted copy").count() >= 2);
    let (_, board) = office.open("/?lang=en&state=conflict").await;
    assert!(board.contains(&format!("<code>{STATION}</code>")) && board.contains("disputed: copies differ"));
}

#[tokio::test]
async fn what_is_looked_for_is_found_and_typed_text_stays_text() {
    let office = kazakhstan().await;
    let rows = async |query: &str| {
        let (_, page) = office.open(&format!("/?lang=ru&{query}")).await;
        page.matches("<tr id=\"s").count()
    };
    assert_eq!((rows("").await, rows("region=710000000").await, rows("region=nowhere").await), (20, 1, 0));
    assert_eq!(
        (rows("q=%D0%B0%D1%81%D1%82%D0%B0%D0%BD%D0%B0").await, rows("q=ASTANA+99").await, rows("q=qwertyu").await),
        (1, 1, 0)
    );
    assert_eq!((rows("page=1").await, rows("page=18446744073709551615").await), (0, 0));
    assert_eq!(
        (rows("form=turnout").await, rows("observer=00&order=news").await, rows("state=failed").await),
        (20, 0, 0)
    );
    let (_, page) = office.open("/?lang=en&q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&region=%22onload").await;
    assert!(!page.contains("<script>alert") && !page.contains("\"onload"), "{page}");
}

#[tokio::test]
async fn pages_are_small_on_their_way_and_events_are_not_held_up() {
    let office = kazakhstan().await;
    let ask = async |path: &str| {
        let request = Request::get(path).header(header::HOST, "localhost").header(header::ACCEPT_ENCODING, "gzip");
        office.call(request.body(Body::empty()).expect("a request")).await
    };
    let (_, headers, body) = ask("/?lang=en").await;
    assert_eq!(headers[header::CONTENT_ENCODING], "gzip");
    let (_, plain) = office.open("/?lang=en").await;
    assert!(body.len() * 3 < plain.len(), "{} of {}", body.len(), plain.len());
    let (_, headers, _) = ask("/health").await;
    assert!(headers.get(header::CONTENT_ENCODING).is_none());
}

#[tokio::test]
async fn a_start_goes_on_from_what_was_written_down() {
    let office = kazakhstan().await;
    let fixture = &office.fixture;
    fixture.send(&[fixture.sign(1, &protocol(&office, 0, &FORGED))]).await;
    let office = office.start_again().await;
    let path = office.fixture.deployment.dir().join("desk-book.snapshot");
    let first = fs::read(&path).expect("is written down");
    let page = async |office: &Office| {
        let (_, page) = office.open(&format!("/station?key={STATION}&lang=ru")).await;
        // What forms carry is of one start, too.
        let page = page.split("name=\"csrf\" value=").map(|part| part.get(66..).unwrap_or(part)).collect::<String>();
        let (_, board) = office.open("/?lang=ru").await;
        // Marks are of one start.
        let board =
            board.split("data-at=").map(|part| part.split_once('"').map_or(part, |(_, rest)| rest)).collect::<String>();
        (page, board.split_once("data-query").map_or(String::new(), |(_, rest)| rest.to_owned()))
    };
    let before = page(&office).await;
    // Read again, and gone on from.
    let office = office.start_again().await;
    assert!(page(&office).await == before);
    let fixture = &office.fixture;
    fixture.send(&[fixture.sign(2, &protocol(&office, 0, &[]))]).await;
    let office = office.start_again().await;
    assert!(office.open("/?lang=en&state=conflict").await.1.contains(&format!("<code>{STATION}</code>")));
    let newest = page(&office).await;
    assert!(newest != before);
    // Damaged, of another ledger, or ahead of this one: worked out again, and the same.
    let mut damaged = first.clone();
    damaged[100] ^= 1;
    let whole = fs::read(&path).expect("is written down");
    let mut office = office;
    for bytes in [damaged, first[..200].to_vec(), Vec::new(), first] {
        fs::write(&path, bytes).expect("is written");
        office = office.start_again().await;
        assert!(page(&office).await == newest);
    }
    let other = kazakhstan().await;
    fs::write(other.fixture.deployment.dir().join("desk-book.snapshot"), whole).expect("is written");
    let other = other.start_again().await;
    assert!(!other.open("/?lang=en&state=conflict").await.1.contains(&format!("<code>{STATION}</code>")));
}

#[tokio::test]
async fn a_station_with_many_records_is_read_page_by_page_in_chain_order() {
    let office = kazakhstan().await;
    let fixture = &office.fixture;
    let mut sealed: Vec<_> = (0..130).map(|seq| fixture.sign(1, &fixture.turnout(seq, STATION))).collect();
    // They come as networks let them.
    sealed.swap(3, 40);
    for upload in sealed.chunks(60) {
        fixture.send(upload).await;
    }
    let numbers = async |page: &str| {
        let (_, page) = office.open(&format!("/station?key={STATION}&lang=en{page}")).await;
        let seqs = page
            .split(" · № ")
            .skip(1)
            .filter_map(|rest| rest.split(|character: char| !character.is_ascii_digit()).next()?.parse::<u64>().ok());
        (seqs.collect::<Vec<_>>(), page.contains("older records"), page.contains("newer records"))
    };
    let (first, older, newer) = numbers("").await;
    assert_eq!((first.len(), first[0], older, newer), (100, 129, true, false));
    assert!(first.is_sorted_by(|one, next| one > next), "{first:?}");
    let (second, older, newer) = numbers("&page=1").await;
    assert_eq!((second.len(), older, newer), (30, false, true));
    let all: std::collections::BTreeSet<u64> = first.into_iter().chain(second).collect();
    assert_eq!(all.len(), 130);
    assert_eq!(numbers("&page=4294967295").await.0.len(), 0);
}
