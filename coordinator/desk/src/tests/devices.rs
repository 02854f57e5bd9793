//! Observers with several devices, and records that are kept apart.

use kuager_coordinator::enrol::{InviteOptions, create_invite, enrol, reinstate_device, revoke_device};
use kuager_coordinator::inbox::{fetch, send_message};
use kuager_coordinator::ledger::AttestationRow;
use kuager_coordinator::testing::kid;

use super::*;

#[tokio::test]
async fn what_is_kept_apart_is_shown_and_does_not_count() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let sealed: Vec<_> = (0..3).map(|seq| fixture.sign(1, &fixture.turnout(seq, "710000000-99"))).collect();
    fixture.send(&sealed).await;
    let desk = start(&fixture).await;
    let records = async || {
        let (_, _, page) = open(&desk, "/?lang=en", "localhost:8080").await;
        page.split("Records, corrected ones once</dt><dd>")
            .nth(1)
            .and_then(|rest| rest.split('<').next())
            .map(str::to_owned)
    };
    assert_eq!(records().await.as_deref(), Some("3"));
    // Said by another process; the desk finds out by itself.
    revoke_device(&fixture.app, kid(1), Some(0)).await.expect("works");
    let until = async |wanted: &str| {
        for _ in 0..600 {
            if records().await.as_deref() == Some(wanted) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("still {:?}", records().await);
    };
    until("1").await;
    let (_, _, page) = open(&desk, "/station?key=710000000-99&lang=en", "localhost:8080").await;
    assert_eq!(page.matches("not trusted: the device was revoked").count(), 2);
    reinstate_device(&fixture.app, kid(1)).await.expect("works");
    until("3").await;
}

#[tokio::test]
async fn an_observer_with_two_phones_is_one_observer() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    fixture.enrol(2).await;
    fixture.send(&[fixture.sign(1, &fixture.record(0, "a")), fixture.sign(1, &fixture.record(1, "b"))]).await;
    let observer = fixture.ledger.device(kid(1)).await.expect("reads").expect("is known").observer;
    let options = InviteOptions { observer: Some(observer), ..InviteOptions::new("https://localhost:8443") };
    let invite = create_invite(&fixture.app, options).await.expect("is made");
    enrol(&fixture.app, fixture.enrolment(3, invite.token)).await.expect("works").expect("is enrolled");
    fixture.send(&[fixture.sign(3, &fixture.record(0, "c"))]).await;
    revoke_device(&fixture.app, kid(1), Some(0)).await.expect("works");
    for (device, result, level) in [(1, "holds", Some("secure_element")), (3, "root", None)] {
        let row = AttestationRow {
            kid: kid(device),
            received_ms: 5,
            challenge: [0; 32],
            evidence: Vec::new(),
            result: result.to_owned(),
            level: level.map(str::to_owned),
            details: "{}".to_owned(),
        };
        assert!(fixture.ledger.add_attestation(row).await.expect("is kept"));
    }
    let desk = start(&fixture).await;
    for (lang, counted, revoked, [said, not_said]) in [
        (
            "en",
            "records that count: 2; kept apart: 1",
            "trusted up to number 0",
            ["key in a chip of its own", "does not hold: it leads to no root of the platform"],
        ),
        (
            "ru",
            "записей, которые учитываются: 2; отложено: 1",
            "доверие до № 0",
            ["ключ в отдельной микросхеме", "не подтверждается: не ведёт к корню платформы"],
        ),
        (
            "kk",
            "есепке алынатын жазбалар: 2; бөлек сақталған: 1",
            "№ 0 дейін сенімді",
            ["кілт жеке микросхемада", "расталмайды: платформаның түбіріне апармайды"],
        ),
    ] {
        let (status, _, page) = open(&desk, &format!("/observers?lang={lang}"), "localhost:8080").await;
        assert_eq!(status, StatusCode::OK);
        // Isolation marks of bidirectional text are not for comparing.
        let page = page.replace(['\u{2068}', '\u{2069}'], "");
        assert_eq!(page.matches("<article ").count(), 2, "two observers");
        let own = page.split("<article ").find(|part| part.contains(&observer.to_string()[..8])).expect("is shown");
        assert_eq!(own.matches("<tr class").count(), 2, "and one of them has two devices");
        assert!(own.contains(counted) && own.contains(revoked), "{own}");
        assert!(own.contains(said) && own.contains(not_said), "{own}");
    }
}

#[tokio::test]
async fn a_call_is_written_down_and_the_next_one_is_due() {
    let office = crate::testing::Office::new().await;
    let clock = &office.fixture.clock;
    let observer = office.fixture.ledger.observers(None).await.expect("reads")[0];
    let here = Some("http://localhost:8080");
    let path = format!("/observers/{observer}/call?lang=en");
    let called = [("outcome", "no_answer"), ("next", "15"), ("note", "Engaged <b>")];
    let (status, headers, page) = office.submit(&path, here, &called).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    assert!(headers["location"].to_str().is_ok_and(|to| to.ends_with(&format!("#o{observer}"))));
    let (_, page) = office.open("/observers?lang=en").await;
    assert!(page.contains("no answer · next call") && page.contains("Engaged &#60;b&#62;"), "{page}");
    assert!(!page.contains("To be called now"));
    clock.set(kuager_coordinator::testing::MORNING_MS + 15 * 60_000);
    assert!(office.open("/observers?lang=en").await.1.contains("To be called now"));
    for wrong in
        [[("outcome", "gone"), ("next", ""), ("note", "")], [("outcome", "reached"), ("next", "99999"), ("note", "")]]
    {
        assert_eq!(office.submit(&path, here, &wrong).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let nobody = format!("/observers/{}/call", "0".repeat(32));
    let reached = [("outcome", "reached"), ("next", ""), ("note", "")];
    assert_eq!(office.submit(&nobody, here, &reached).await.0, StatusCode::NOT_FOUND);
    assert_eq!(office.submit(&path, here, &reached).await.0, StatusCode::SEE_OTHER);
    assert!(!office.open("/observers?lang=en").await.1.contains("To be called now"), "reached");
}

#[tokio::test]
async fn whether_messages_have_reached_a_phone_is_said() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    fixture.send(&[fixture.sign(1, &fixture.turnout(0, "710000000-99"))]).await;
    let desk = start(&fixture).await;
    let says = async |words: &str| {
        let (_, _, page) = open(&desk, "/observers?lang=en", "localhost:8080").await;
        assert!(page.contains(words), "{words}: {page}");
    };
    says("pack: edition").await;
    let observer = fixture.ledger.device(kid(1)).await.expect("reads").expect("is known").observer;
    send_message(&fixture.app, &[observer], "Come home", None).await.expect("is sent");
    says("messages: 1; it has not asked for them since").await;
    let answer = fetch(&fixture.app, fixture.inbox_request(1, 1, 0)).await.expect("works").expect("is answered");
    assert_eq!(answer.messages.len(), 1);
    says("messages on their way: 1, the first of 2023-03-19 09:00").await;
    let number = fixture.ledger.next_number(0).await.expect("reads") - 1;
    fetch(&fixture.app, fixture.inbox_request(1, 2, number)).await.expect("works").expect("is answered");
    says("messages: 1, all fetched; last asked 2023-03-19 09:00").await;
}
