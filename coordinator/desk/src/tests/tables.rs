//! Tables go out whole, harmless, and not before the law allows it.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use kuager_coordinator::journal;
use kuager_pack::PackSource;
use kuager_pack::testing::{KAZAKHSTAN, folder};
use kuager_tables::Format;
use kuager_wire::canonical::TextMap;
use kuager_wire::desk::{Act, CallOutcome};
use kuager_wire::record::{Answers, Body as Content, FormRef, Record, RecordKind, Value};

use crate::tables;
use crate::testing::{Office, STATION, desk};

/// The end of the Kazakh pack's election day in Astana.
const DAY_OVER_MS: u64 = 1_787_511_600_000;

async fn taken(office: &Office, path: &str) -> (StatusCode, Vec<u8>) {
    let request = Request::get(path).header(header::HOST, "localhost:8080").body(Body::empty()).expect("a request");
    let (status, headers, bytes) = office.call(request).await;
    if status == StatusCode::OK {
        assert_eq!(headers[header::CONTENT_LENGTH], bytes.len().to_string(), "{path}");
        let disposition = headers[header::CONTENT_DISPOSITION].to_str().expect("text");
        assert!(disposition.starts_with("attachment; filename=\""), "{disposition}");
    }
    (status, bytes)
}

/// What is held against anybody who opens a table in a spreadsheet: the note of an observer.
fn noted(fixture: &kuager_coordinator::testing::Fixture, seq: u64, text: &str) -> Record {
    let record = fixture.turnout(seq, "=HYPERLINK(\"http://x\")");
    Record {
        kind: RecordKind::Note,
        form: None,
        body: Content { text: Some(text.to_owned()), ..Content::default() },
        ..record
    }
}

#[tokio::test]
async fn every_table_goes_out_in_every_format() {
    let office = Office::new().await;
    let fixture = &office.fixture;
    let records = [fixture.turnout(0, STATION), noted(fixture, 1, "=1+1")].map(|record| fixture.sign(1, &record));
    fixture.send(&records).await;
    let observer = fixture.ledger.observers(None).await.expect("reads")[0];
    let call =
        Act::Call { observer, outcome: CallOutcome::NoAnswer, next_ms: Some(9), note: Some("Айгүл".to_owned()) };
    journal::write(&fixture.app, None, vec![call]).await.expect("is written");
    let office = office.start_again().await;
    let published = office.fixture.app.shelf.published();
    for table in tables::all(&published) {
        let name = &table.layout.name;
        let mut columns: Vec<_> = table.layout.columns.iter().map(|column| &column.name).collect();
        columns.sort();
        columns.dedup();
        assert_eq!(columns.len(), table.layout.columns.len(), "{name} has a column twice");
        for format in Format::ALL {
            let (status, bytes) = taken(&office, &format!("/export/{name}.{format}?lang=ru")).await;
            let there = format != Format::GeoJson || table.layout.has_places();
            assert_eq!(status, if there { StatusCode::OK } else { StatusCode::NOT_FOUND }, "{name}.{format}");
            assert!(!bytes.is_empty());
        }
    }
    let (_, page) = office.open("/export?lang=kk").await;
    assert!(page.contains("/export/protocols.parquet?lang=kk") && page.contains("SubmissionDate"), "{page}");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    let stations = text(taken(&office, "/export/stations.csv?lang=ru").await.1);
    assert!(stations.contains("\"'=HYPERLINK(\"\"http://x\"\")\";\"false\""), "{stations}");
    let stations = text(taken(&office, "/export/stations.csv").await.1);
    assert!(stations.starts_with("\u{feff}\"station\",\"listed\","), "without a language as RFC 4180 has it");
    let calls = text(taken(&office, "/export/calls.json").await.1);
    assert!(calls.contains("no_answer") && !calls.contains("Айгүл"), "{calls}");
    let stations = text(taken(&office, "/export/stations.csv?separator=tab").await.1);
    assert!(stations.contains(&format!("\"{STATION}\"\t\"true\"\t")), "{stations}");
    for path in [
        "/export/nothing.csv",
        "/export/stations",
        "/export/stations.exe",
        "/export/turnout.geojson",
        "/export/..%2f.csv",
    ] {
        assert_eq!(taken(&office, path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(taken(&office, "/export/turnout.csv?separator=x").await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_corrected_record_is_submitted_once() {
    let office = Office::new().await;
    let fixture = &office.fixture;
    let first = fixture.sign(1, &fixture.turnout(0, STATION));
    let hash = kuager_wire::ids::RecordHash::of(&first);
    let second = fixture.sign(1, &Record { supersedes: Some(hash), ..fixture.turnout(1, STATION) });
    fixture.send(&[first, second]).await;
    let office = office.start_again().await;
    let (_, records) = taken(&office, "/export/records.json").await;
    let records: serde_json::Value = serde_json::from_slice(&records).expect("JSON");
    let counts: Vec<_> = records["rows"].as_array().expect("rows").iter().map(|row| row["counts"].clone()).collect();
    assert_eq!(counts, [false, true]);
    let form = office.fixture.turnout(0, STATION).form.expect("a form").form;
    let (_, submitted) = taken(&office, &format!("/export/submissions-{form}.json")).await;
    let submitted: serde_json::Value = serde_json::from_slice(&submitted).expect("JSON");
    let rows = submitted["rows"].as_array().expect("rows");
    assert_eq!((rows.len(), &rows[0]["Edits"]), (1, &1.into()));
    assert_eq!(rows[0]["KEY"], rows[0]["meta-instanceID"]);
}

#[tokio::test]
async fn what_a_poll_says_is_in_no_format_before_the_day_is_over() {
    let office = Office::of(PackSource::Folder(folder(KAZAKHSTAN))).await;
    let fixture = &office.fixture;
    let card: TextMap<Value> = [("vote", Value::from("sample_3")), ("sex", Value::from("f"))].into_iter().collect();
    let answers: Answers = [
        ("wave", Value::from("w1")),
        ("passed", Value::Int(417_417)),
        ("cards", Value::List(vec![Value::Group(card.clone()), Value::Group(card)])),
    ]
    .into_iter()
    .collect();
    let pack = fixture.deployment.latest_pack().hash;
    for (seed, kind) in [(1, RecordKind::ExitPollWave), (2, RecordKind::Checklist)] {
        let record = Record {
            kind,
            form: Some(FormRef { pack, form: "exit-poll".to_owned() }),
            body: Content { answers: Some(answers.clone()), language: Some("kk".to_owned()), ..Content::default() },
            ..fixture.turnout(0, "100000000-57")
        };
        fixture.send(&[fixture.sign(seed, &record)]).await;
    }
    let office = office.start_again().await;
    let published = office.fixture.app.shelf.published();
    let names: Vec<String> = tables::all(&published).into_iter().map(|table| table.layout.name.into_owned()).collect();
    let of_poll = |name: &str| name.starts_with("submissions-exit-poll");
    assert_eq!(
        names.iter().filter(|name| of_poll(name)).count(),
        3,
        "the waves, their cards and what is in them: {names:?}"
    );
    office.fixture.clock.set(DAY_OVER_MS - 1);
    for name in &names {
        for format in Format::ALL {
            let (status, bytes) = taken(&office, &format!("/export/{name}.{format}")).await;
            if of_poll(name) && format != Format::GeoJson {
                assert_eq!(status, StatusCode::FORBIDDEN, "{name}.{format}");
            }
            // Workbooks and Parquet are packed; what they would hold is the same rows.
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains("sample_3\"") || !text.contains("417417"), "{name}.{format}");
            assert!(!text.contains("417417"), "{name}.{format}");
        }
    }
    office.fixture.clock.set(DAY_OVER_MS);
    let (status, bytes) = taken(&office, "/export/submissions-exit-poll.csv").await;
    let text = String::from_utf8(bytes).expect("text");
    assert!(status == StatusCode::OK && text.contains("417417"), "{text}");
    let (_, bytes) = taken(&office, "/export/submissions-exit-poll-cards.csv").await;
    let text = String::from_utf8(bytes).expect("text");
    assert!(text.contains("/cards[2]\""), "{text}");
}

#[tokio::test]
async fn a_place_in_a_table_shows_what_comes_after_it() {
    let office = Office::new().await;
    let fixture = &office.fixture;
    let first: Vec<_> = (0..5).map(|seq| fixture.sign(1, &fixture.turnout(seq, STATION))).collect();
    fixture.send(&first).await;
    let desk = desk(fixture).await;
    let published = fixture.app.shelf.published();
    for (name, all) in [("records", 5), ("submissions-turnout", 5), ("observers", 2), ("devices", 2)] {
        let table = tables::find(&published, name).expect("is there");
        let mut reader = tables::Reader::new(&desk, &table, tables::Asked::default());
        let (mut rows, mut at, mut more) = (Vec::new(), tables::Position::default(), true);
        while more {
            let piece = reader.piece(at, 2).await.expect("reads");
            assert!(piece.rows.len() <= 2);
            rows.extend(piece.rows);
            at = tables::Position::read(&piece.next.text()).expect("is a place");
            assert_eq!(at, piece.next);
            more = piece.more;
        }
        assert_eq!(rows.len(), all, "{name}");
        let whole = reader.piece(tables::Position::default(), 1000).await.expect("reads");
        assert_eq!((whole.rows, whole.more), (rows, false), "{name}");
        assert!(reader.piece(at, 10).await.expect("reads").rows.is_empty(), "{name}");
    }
    for nonsense in ["", "x", "!!", "MTox", &"a".repeat(2000)] {
        let read = tables::Position::read(nonsense);
        assert!(read.is_none() || nonsense == "MTox", "{nonsense}");
    }
}
