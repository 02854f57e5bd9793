use axum::http::{Request, StatusCode, header};
use kuager_coordinator::journal;
use kuager_pack::PackSource;
use kuager_pack::testing::{KAZAKHSTAN, folder};
use kuager_wire::desk::Act;
use kuager_wire::ids::{MediaHash, PersonId, RecordHash};
use kuager_wire::record::{Answers, Body, FormRef, Record, RecordKind, Value};

use crate::testing::{Office, photo};

const STATION: &str = "100000000-57";
const HERE: Option<&str> = Some("http://localhost:8080");

/// An office to which a protocol with its photo has come.
async fn office() -> (Office, RecordHash, MediaHash) {
    let office = Office::of(PackSource::Folder(folder(KAZAKHSTAN))).await;
    let (page, preview) = (photo(1, 90), photo(1, 30));
    let answers: Answers =
        [("P01", 1200), ("P02", 800)].into_iter().map(|(line, number)| (line, Value::Int(number))).collect();
    let record = Record {
        kind: RecordKind::Protocol,
        form: Some(FormRef { pack: office.fixture.deployment.latest_pack().hash, form: "protocol-list".to_owned() }),
        body: Body { answers: Some(answers), language: Some("kk".to_owned()), ..Body::default() },
        ..office.fixture.turnout(0, STATION)
    };
    let hash = office.send(1, record, &page, &preview).await;
    office.upload(1, &page).await;
    (office, hash, MediaHash::of(&page))
}

/// What another person has read, as if they had signed in.
async fn reads(office: &Office, hash: RecordHash, person: u8, first: i64, second: i64) {
    let answers = [("P01", Value::Int(first)), ("P02", Value::Int(second))].into_iter().collect();
    let act = Act::Transcription { record: hash, pages: vec![MediaHash([1; 32])], answers, unreadable: None };
    journal::write(&office.fixture.app, Some(PersonId([person; 16])), vec![act]).await.expect("is written");
}

#[tokio::test]
async fn a_protocol_is_typed_from_its_photo_without_seeing_what_was_signed() {
    let (office, hash, media) = office().await;
    let office = office.start_again().await;
    let (status, queue) = office.open("/papers?lang=en").await;
    assert_eq!(status, StatusCode::OK);
    assert!(queue.contains("Read by nobody") && queue.contains("<dd>1</dd>"), "{queue}");
    let (status, page) = office.open(&format!("/papers/{hash}?lang=en")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains(&format!("/media/{media}/file")) && page.contains("name=\"q.P01\""), "{page}");
    assert!(page.contains("Total number of voters at the polling station"));
    assert!(!page.contains("1200") && !page.contains("800<"), "what the observer signed is not shown: {page}");

    let form = [("q.P01", "1 200"), ("q.P02", "8OO"), ("q.copy", "certified")];
    let (status, _, page) = office.submit(&format!("/papers/{hash}/read?lang=en"), HERE, &form).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("8OO") && page.contains("does not fit") && page.contains("value=\"1 200\""), "{page}");

    let form = [("q.P01", "1 200"), ("q.P02", "?"), ("q.copy", "certified")];
    let (status, _, _) = office.submit(&format!("/papers/{hash}/read"), None, &form).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "from a page elsewhere");
    let (status, headers, _) = office.submit(&format!("/papers/{hash}/read?lang=en"), HERE, &form).await;
    assert_eq!((status, headers["location"].to_str().ok()), (StatusCode::SEE_OTHER, Some("/papers/next?lang=en")));
    let entries = journal::read(&office.fixture.app, 0, 10).await.expect("reads");
    let Act::Transcription { record, pages, answers, unreadable } = &entries[0].entry.act else {
        panic!("{entries:?}")
    };
    assert_eq!((*record, pages.as_slice()), (hash, [media].as_slice()));
    assert_eq!(answers.get("P01"), Some(&Value::Int(1200)));
    assert_eq!(unreadable.as_deref(), Some(["P02".to_owned()].as_slice()));

    let (status, _, page) = office.submit(&format!("/papers/{hash}/read?lang=en"), HERE, &form).await;
    assert_eq!((status, page.contains("twice")), (StatusCode::CONFLICT, true), "{page}");
    let (status, _) = office.open("/papers/next?lang=en").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, queue) = office.open("/papers?lang=kk&none=1").await;
    assert!(queue.contains("Сізге оқитын хаттама қалмады") && queue.contains("Бір адам оқыған"), "{queue}");
}

#[tokio::test]
async fn what_readers_dispute_is_settled_by_somebody_who_has_not_read_it() {
    let (office, hash, _) = office().await;
    for (person, second) in [(1, 800), (2, 300), (3, 500)] {
        reads(&office, hash, person, 1200, second).await;
    }
    let office = office.start_again().await;
    let (_, queue) = office.open("/papers?lang=en").await;
    assert!(queue.contains("Waiting to be settled") && queue.contains(&format!("/papers/{hash}")), "{queue}");
    let (_, page) = office.open(&format!("/papers/{hash}?lang=en")).await;
    assert!(page.contains("read differently") && page.contains("Reader 3") && page.contains("1200"), "{page}");
    let path = format!("/papers/{hash}/settle?lang=en");
    let (status, ..) = office.submit(&path, HERE, &[("question", "P02"), ("value", "x"), ("note", "")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, ..) = office.submit(&path, HERE, &[("question", "P99"), ("value", "1"), ("note", "")]).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let settled = [("question", "P02"), ("value", "300"), ("note", "A stamp covers the first digit")];
    let (status, ..) = office.submit(&path, HERE, &settled).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, page) = office.open(&format!("/papers/{hash}?lang=en")).await;
    assert!(page.contains("differs") && !page.contains("read differently"), "{page}");
    let (_, queue) = office.open("/papers?lang=ru").await;
    assert!(queue.contains("Фотография расходится с числами наблюдателя"), "{queue}");
}

#[tokio::test]
async fn a_paper_that_two_read_differently_only_in_which_copy_it_is_goes_to_a_third() {
    let (office, hash, _) = office().await;
    for (person, copy) in [(1, "certified"), (2, "posted")] {
        let answers = [("P01", Value::Int(1200)), ("P02", Value::Int(800)), ("copy", Value::from(copy))];
        let answers = answers.into_iter().collect();
        let act = Act::Transcription { record: hash, pages: vec![MediaHash([1; 32])], answers, unreadable: None };
        journal::write(&office.fixture.app, Some(PersonId([person; 16])), vec![act]).await.expect("is written");
    }
    let office = office.start_again().await;
    let (_, queue) = office.open("/papers?lang=en").await;
    assert!(queue.contains("Needs a third reader</dt><dd>1</dd>"), "{queue}");
    let asked = Request::get("/papers/next?lang=en").header(header::HOST, "localhost:8080");
    let (status, headers, _) = office.call(asked.body(axum::body::Body::empty()).expect("a request")).await;
    let location = headers["location"].to_str().expect("is text").to_owned();
    assert_eq!((status, location), (StatusCode::SEE_OTHER, format!("/papers/{hash}?lang=en")));
}

#[tokio::test]
async fn what_everybody_reads_as_it_was_signed_is_confirmed() {
    let (office, hash, _) = office().await;
    for person in [1, 2] {
        reads(&office, hash, person, 1200, 800).await;
    }
    let office = office.start_again().await;
    let (_, page) = office.open(&format!("/station?key={STATION}&lang=en")).await;
    assert!(page.contains("confirmed") || page.contains("verified"), "{page}");
    let (_, queue) = office.open("/papers?lang=en").await;
    assert!(!queue.contains("differ</h2>") && queue.contains("Read</dt><dd>1</dd>"), "{queue}");
}

#[tokio::test]
async fn what_is_no_protocol_has_no_page() {
    let (office, ..) = office().await;
    for path in ["/papers/xyz".to_owned(), format!("/papers/{}", RecordHash([7; 32]))] {
        assert_eq!(office.open(&path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_photo_of_another_copy_than_the_observer_named_is_shown_as_differing() {
    let (office, hash, _) = office().await;
    for person in [1, 2] {
        let answers = [("P01", Value::Int(1200)), ("P02", Value::Int(800)), ("copy", Value::from("posted"))];
        let answers = answers.into_iter().collect();
        let act = Act::Transcription { record: hash, pages: vec![MediaHash([1; 32])], answers, unreadable: None };
        journal::write(&office.fixture.app, Some(PersonId([person; 16])), vec![act]).await.expect("is written");
    }
    let office = office.start_again().await;
    let (_, queue) = office.open("/papers?lang=en").await;
    assert!(queue.contains("differ</h2>") && queue.contains(&format!("/papers/{hash}")), "{queue}");
}
