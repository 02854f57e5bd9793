//! A rehearsal: every page says so, and what is training counts there.

use std::sync::Arc;

use axum::http::StatusCode;
use kuager_coordinator::deployment::{Deployment, Rehearsal};
use kuager_coordinator::{App, testing::Fixture};
use kuager_wire::record::Record;

use crate::people::reach::Reach;
use crate::state::Desk;
use crate::testing::{Browser, STATION, desk};

#[tokio::test]
async fn in_a_rehearsal_training_counts_and_every_page_says_what_it_is() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let exercise = Record { training: Some(true), ..fixture.turnout(0, STATION) };
    let answer = fixture.send(&[fixture.sign(1, &exercise)]).await;
    assert!(answer.results[0].receipt.is_some());

    let real = desk(&fixture).await;
    let page = Browser::new(&real).open("/?lang=en").await.page;
    assert!(!page.contains("class=\"rehearsal\""), "a real day is none");
    assert!(page.contains("view=training"), "and exercises are apart in it");

    // A real day never becomes a rehearsal; here one does, and must forget what was worked out before.
    std::fs::remove_file(fixture.deployment.dir().join("desk-book.snapshot")).expect("was written");
    Rehearsal { clock_ms: fixture.clock_ms() }.write(fixture.deployment.dir()).expect("is marked");
    let deployment = Deployment::open(fixture.deployment.dir()).expect("opens");
    let app = App { deployment, ..fixture.app.clone() };
    let practised = Desk::start(app, Arc::clone(&fixture.media), Reach::default()).await.expect("starts");
    let mut browser = Browser::new(&practised);
    for path in ["/?lang=en", "/observers?lang=kk", "/papers?lang=ru", "/chains?lang=en"] {
        let answer = browser.open(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(answer.page.contains("class=\"rehearsal\""), "{path}: {}", answer.page);
    }
    let board = browser.open("/?lang=en").await.page;
    assert!(!board.contains("view=training"), "nothing is apart: {board}");
    let station = browser.open(&format!("/station?key={STATION}&lang=en")).await.page;
    assert!(!station.contains("class=\"faint\"") && !station.contains("training"), "{station}");
}
