//! Signing in and out, what ends a session, and what strangers try.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use futures_util::StreamExt;
use kuager_coordinator::app::App;
use kuager_coordinator::journal;
use kuager_coordinator::ledger::{AccountChange, DeskRole, DeskRoles, Seen};
use kuager_coordinator::people;
use kuager_coordinator::people::totp::TotpSecret;
use kuager_coordinator::testing::Fixture;
use kuager_wire::ids::{MediaHash, PersonId};
use tower::ServiceExt;

use crate::routes::router;
use crate::state::Desk;
use crate::testing::{Answer, Browser, Office, PASSWORD, STATION, code, desk, form, photo};

const SESSION: &str = "kuager-session";
const WRONG: &str = "The name, the password or the code is not right";

async fn with(fixture: &Fixture, name: &str, roles: &[DeskRole]) -> (PersonId, TotpSecret) {
    let roles: DeskRoles = roles.iter().copied().collect();
    people::add(&fixture.app, name, roles, PASSWORD).await.expect("is made")
}

/// A browser in which somebody has signed in.
async fn signed_in(desk: &Desk, fixture: &Fixture, name: &str, secret: &TotpSecret) -> Browser {
    let mut browser = Browser::new(desk);
    // A code is good once.
    fixture.clock.set(fixture.clock_ms() + 30_000);
    let answer = browser.sign_in(name, PASSWORD, &code(secret, fixture), "").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.page);
    browser
}

fn is_out(answer: &Answer) -> bool {
    answer.status == StatusCode::SEE_OTHER && answer.location.starts_with("/login")
}

#[tokio::test]
async fn without_accounts_everybody_at_this_machine_is_in_and_told_so() {
    let fixture = Fixture::new();
    let desk = desk(&fixture).await;
    let mut browser = Browser::new(&desk);
    for (lang, words) in
        [("kk", "Есептік жазбалар жоқ"), ("ru", "Учётных записей нет"), ("en", "There are no accounts")]
    {
        for path in ["/?", "/observers?", "/station?key=710000000-99&", "/chains?", "/me?"] {
            let answer = browser.open(&format!("{path}lang={lang}")).await;
            assert!(answer.status == StatusCode::OK && answer.page.contains(words), "{path}{lang}");
        }
    }
    assert_eq!(browser.open("/login").await.location, "/");
    // Beside the running desk somebody makes an account.
    with(&fixture, "Dana", &[DeskRole::Coordinator]).await;
    let answer = browser.open("/?lang=ru").await;
    assert!(is_out(&answer) && answer.location == "/login?lang=ru&next=%2F%3Flang%3Dru", "{}", answer.location);
    assert!(is_out(&browser.open("/observers").await));
}

#[tokio::test]
async fn somebody_signs_in_works_and_signs_out() {
    let fixture = Fixture::new();
    let (_, secret) = with(&fixture, "Дана <b>", &[DeskRole::Coordinator, DeskRole::Analyst]).await;
    let desk = desk(&fixture).await;
    for (lang, title, button) in [
        ("kk", "<title>Кіру</title>", "Кіру"),
        ("ru", "<title>Вход</title>", "Войти"),
        ("en", "<title>Sign in</title>", "Sign in"),
    ] {
        let page = Browser::new(&desk).open(&format!("/login?lang={lang}")).await.page;
        assert!(page.contains(title) && page.contains(&format!("<button>{button}</button>")), "{page}");
        assert!(page.contains(&format!("<html lang=\"{lang}\">")) && !page.contains("<script"), "{page}");
        for field in ["name", "password", "code"] {
            assert!(page.contains(&format!("<label for=\"{field}\">")) && page.contains(&format!("id=\"{field}\"")));
        }
    }
    let mut browser = Browser::new(&desk);
    // Somebody has put a session of theirs into this browser.
    let planted = "0".repeat(64);
    browser.cookies.insert(SESSION.to_owned(), planted.clone());
    let sign_in = browser.sign_in("дана  <B>", PASSWORD, &code(&secret, &fixture), "/observers?lang=en").await;
    assert_eq!((sign_in.status, sign_in.location.as_str()), (StatusCode::SEE_OTHER, "/observers?lang=en"));
    let token = browser.cookies[SESSION].clone();
    assert!(token != planted && token.len() == 64);
    let page = browser.open("/observers?lang=en").await.page;
    assert!(page.contains("Дана &#60;b&#62;") && !page.contains("There are no accounts"), "{page}");
    let me = browser.open("/me?lang=en").await.page;
    assert!(me.contains("coordinator, analyst") && me.contains("<dd>1</dd>") && !me.contains("/views"), "{me}");
    let views = browser.open("/views?lang=en").await;
    assert!(views.status == StatusCode::FORBIDDEN && views.page.contains("not for your roles"), "{}", views.page);

    // Signed out, neither this browser nor who copied its cookie is in.
    let out = browser.send("/leave?lang=ru", &[]).await;
    assert_eq!((out.status, out.location.as_str()), (StatusCode::SEE_OTHER, "/login?lang=ru"));
    assert!(!browser.cookies.contains_key(SESSION));
    browser.cookies.insert(SESSION.to_owned(), token);
    assert!(is_out(&browser.open("/").await));
    assert_eq!(browser.send("/leave", &[]).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn whatever_is_wrong_the_answer_and_its_cost_are_the_same() {
    let fixture = Fixture::new();
    let (_, secret) = with(&fixture, "Dana", &[DeskRole::ReadOnly]).await;
    let (gone, theirs) = with(&fixture, "Timur", &[DeskRole::ReadOnly]).await;
    fixture.ledger.change_account(gone, AccountChange::Disabled(5)).await.expect("works");
    let desk = desk(&fixture).await;
    let mut known = signed_in(&desk, &fixture, "Dana", &secret).await;
    let used = code(&secret, &fixture);
    let long = "x".repeat(10_000);
    let tries = [
        ("Dana", "another password", used.as_str()),
        ("Dana", "", used.as_str()),
        ("Dana", &long, used.as_str()),
        ("Dana", PASSWORD, "000000"),
        ("Timur", PASSWORD, &code(&theirs, &fixture)),
        ("Nobody", PASSWORD, used.as_str()),
        ("", PASSWORD, used.as_str()),
        (&long, PASSWORD, used.as_str()),
    ];
    let mut pages = Vec::new();
    for (number, (name, password, code)) in (1_u8..).zip(tries) {
        let mut browser = Browser::new(&desk);
        browser.address = [198, 51, 100, number];
        let before = desk.people.work.done();
        let answer = browser.sign_in(name, password, code, "").await;
        assert_eq!(desk.people.work.done(), before + 1, "{name:.10}");
        assert!(answer.status == StatusCode::UNPROCESSABLE_ENTITY && answer.page.contains(WRONG), "{name:.10}");
        assert!(!browser.cookies.contains_key(SESSION));
        pages.push(
            answer.page.split("role=\"alert\"").nth(1).and_then(|page| page.split('<').next()).map(str::to_owned),
        );
    }
    pages.dedup();
    assert_eq!(pages.len(), 1);
    // The very code that was good is not any more, nor is it later.
    let again = Browser::new(&desk).sign_in("Dana", PASSWORD, &used, "").await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(known.open("/").await.status, StatusCode::OK, "who is in stays in");
}

#[tokio::test]
async fn ten_thousand_attempts_cost_a_few_and_keep_nobody_out_whose_browser_is_known() {
    let fixture = Fixture::new();
    let (_, secret) = with(&fixture, "Dana", &[DeskRole::Coordinator]).await;
    let desk = desk(&fixture).await;
    let mut known = signed_in(&desk, &fixture, "Dana", &secret).await;
    known.open("/").await;
    assert_eq!(known.send("/leave", &[]).await.status, StatusCode::SEE_OTHER);
    let before = desk.people.work.done();
    let mut flood = Browser::new(&desk);
    flood.open("/login").await;
    let (mut looked_at, mut waits) = (0, 0);
    for number in 0..10_000 {
        let name = if number % 2 == 0 { "Dana".to_owned() } else { format!("nobody {number}") };
        let fields = [("name", name.as_str()), ("password", "a guess of theirs"), ("code", "123456")];
        let answer = flood.send("/login", &fields).await;
        match answer.status {
            StatusCode::UNPROCESSABLE_ENTITY => looked_at += 1,
            StatusCode::TOO_MANY_REQUESTS => {
                assert!(answer.headers[header::RETRY_AFTER].to_str().is_ok_and(|wait| wait.parse::<u64>().is_ok()));
                waits += 1;
            }
            status => panic!("{status}"),
        }
    }
    assert_eq!((looked_at, waits, desk.people.work.done() - before), (20, 9980, 20));
    // The same name, the same address, another browser: the one that is known.
    fixture.clock.set(fixture.clock_ms() + 30_000);
    let answer = known.sign_in("Dana", PASSWORD, &code(&secret, &fixture), "").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.page);
}

#[tokio::test]
async fn forms_are_taken_from_pages_of_this_very_session_only() {
    let fixture = Fixture::new();
    let roles = [DeskRole::Coordinator, DeskRole::Publisher];
    let (_, secret) = with(&fixture, "Dana", &roles).await;
    let (_, theirs) = with(&fixture, "Timur", &roles).await;
    let desk = desk(&fixture).await;
    let mut browser = signed_in(&desk, &fixture, "Dana", &secret).await;
    let mut other = signed_in(&desk, &fixture, "Timur", &theirs).await;
    other.open("/").await;
    let stranger = {
        let mut stranger = Browser::new(&desk);
        stranger.open("/login").await;
        stranger.csrf
    };
    browser.open("/").await;
    let mine = browser.csrf.clone();
    let path = format!("/media/{}/redact", "0".repeat(64));
    for wrong in ["", "0", &"0".repeat(64), &mine[..63], &mine.to_uppercase(), &stranger, &other.csrf] {
        browser.csrf = wrong.to_owned();
        assert_eq!(browser.send(&path, &[("regions", "")]).await.status, StatusCode::FORBIDDEN, "{wrong}");
        assert_eq!(browser.send("/leave", &[]).await.status, StatusCode::FORBIDDEN, "{wrong}");
    }
    browser.csrf = mine.clone();
    let twice = browser.send(&path, &[("csrf", mine.as_str()), ("regions", "")]).await;
    assert_eq!(twice.status, StatusCode::FORBIDDEN, "said twice");
    let post = |kind: &str, origin: &str| {
        Request::post(&path).header(header::ORIGIN, origin).header(header::CONTENT_TYPE, kind)
    };
    let (kind, here) = ("application/x-www-form-urlencoded", "http://localhost:8080");
    let body = form(&[("csrf", mine.as_str()), ("regions", "")]);
    for origin in ["http://evil.example", "null", "https://localhost:8080", "http://localhost"] {
        assert_eq!(browser.ask(post(kind, origin), body.clone()).await.status, StatusCode::FORBIDDEN, "{origin}");
    }
    for kind in ["text/plain", "multipart/form-data; boundary=x", "application/json"] {
        assert_eq!(browser.ask(post(kind, here), body.clone()).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let large = format!("{body}&more={}", "x".repeat(20_000));
    assert_eq!(browser.ask(post(kind, here), large).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(browser.ask(post(kind, here), body).await.status, StatusCode::NOT_FOUND, "no record lists such a file");
    assert_eq!(browser.open("/").await.status, StatusCode::OK, "nobody was signed out by all of this");
    // Nobody is signed in as somebody else by a form that another page has sent.
    let mut victim = Browser::new(&desk);
    victim.csrf = stranger;
    let fields = [("name", "Timur"), ("password", PASSWORD), ("code", "123456")];
    assert_eq!(victim.send("/login", &fields).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn after_signing_in_one_is_on_this_desk() {
    let fixture = Fixture::new();
    let (_, secret) = with(&fixture, "Dana", &[DeskRole::ReadOnly]).await;
    let (_, types) = with(&fixture, "Timur", &[DeskRole::Transcriber]).await;
    let desk = desk(&fixture).await;
    for (wanted, next) in [
        ("", "/"),
        ("/station?key=a&lang=kk", "/station?key=a&lang=kk"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/x\r\nset-cookie: a=b", "/"),
        ("/login?next=//evil.example", "/"),
    ] {
        fixture.clock.set(fixture.clock_ms() + 30_000);
        let mut browser = Browser::new(&desk);
        let answer = browser.sign_in("Dana", PASSWORD, &code(&secret, &fixture), wanted).await;
        assert_eq!((answer.status, answer.location.as_str()), (StatusCode::SEE_OTHER, next), "{wanted:?}");
        let asked = form(&[("next", wanted)]);
        assert_eq!(browser.open(&format!("/login?{asked}")).await.location, next, "who is in is sent on at once");
    }
    let landed = Browser::new(&desk).sign_in("Timur", PASSWORD, &code(&types, &fixture), "").await;
    assert_eq!(landed.location, "/me", "who only types reads nothing else");
}

#[tokio::test]
async fn a_session_ends_by_itself_by_its_person_and_by_whoever_runs_the_coordinator() {
    let fixture = Fixture::new();
    let (person, secret) = with(&fixture, "Dana", &[DeskRole::Coordinator]).await;
    let desk = desk(&fixture).await;
    // Another process, as `kuager user` is one.
    let beside = App::open(fixture.deployment.clone(), Arc::clone(&fixture.app.clock)).expect("opens");
    let mut browser = signed_in(&desk, &fixture, "Dana", &secret).await;
    fixture.clock.set(fixture.clock_ms() + 59 * 60 * 1000);
    assert_eq!(browser.open("/").await.status, StatusCode::OK);
    fixture.clock.set(fixture.clock_ms() + 60 * 60 * 1000);
    assert!(is_out(&browser.open("/").await), "a quiet hour");
    for change in ["roles", "password", "totp", "disable", "everywhere"] {
        let mut browser = signed_in(&desk, &fixture, "Dana", &secret).await;
        let mut elsewhere = signed_in(&desk, &fixture, "Dana", &secret).await;
        assert_eq!(elsewhere.open("/").await.status, StatusCode::OK);
        let reader: DeskRoles = [DeskRole::ReadOnly].into_iter().collect();
        match change {
            "roles" => people::set_roles(&beside, "Dana", reader).await.expect("works"),
            "password" => people::set_password(&beside, "Dana", PASSWORD).await.expect("works"),
            "totp" => {
                let sealed = secret.seal(&beside.signer.people, person).expect("is sealed");
                beside.ledger.change_account(person, AccountChange::Totp(sealed)).await.expect("works");
            }
            "disable" => {
                people::disable(&beside, "Dana").await.expect("works");
                people::enable(&beside, "Dana").await.expect("works");
            }
            _ => {
                elsewhere.open("/me").await;
                assert_eq!(elsewhere.send("/leave/all", &[]).await.status, StatusCode::SEE_OTHER);
            }
        }
        assert!(is_out(&browser.open("/").await) && is_out(&elsewhere.open("/").await), "{change}");
    }
    beside.ledger.close().await;
}

/// What an open page hears until it is told to load again.
async fn hears_the_end(desk: &Desk, browser: &Browser, then: impl AsyncFnOnce()) {
    let cookie = browser.cookies.get(SESSION).map(|token| format!("{SESSION}={token}")).unwrap_or_default();
    let request = Request::get("/events?lang=en").header(header::HOST, "localhost").header(header::COOKIE, cookie);
    let request = request.body(Body::empty()).expect("a request");
    let response = router(desk.clone()).oneshot(request).await.expect("infallible");
    assert_eq!(response.status(), StatusCode::OK);
    then().await;
    let events = async {
        let mut events = response.into_body().into_data_stream();
        let mut heard = String::new();
        while let Some(chunk) = events.next().await {
            heard.push_str(std::str::from_utf8(&chunk.expect("works")).expect("UTF-8"));
        }
        heard
    };
    let heard = tokio::time::timeout(Duration::from_secs(180), events).await.expect("ends");
    assert!(heard.ends_with("event: reload\ndata: behind\n\n"), "{heard}");
}

#[tokio::test]
async fn open_pages_hear_nothing_more_when_the_session_is_over() {
    let fixture = Fixture::new();
    let desk = desk(&fixture).await;
    let nobody = Browser::new(&desk);
    let mut secret = None;
    // The first account ends what was open to everybody.
    hears_the_end(&desk, &nobody, async || secret = Some(with(&fixture, "Dana", &[DeskRole::ReadOnly]).await.1)).await;
    let secret = secret.expect("was made");
    let mut leaving = signed_in(&desk, &fixture, "Dana", &secret).await;
    leaving.open("/").await;
    let mut copy = Browser::new(&desk);
    copy.cookies.clone_from(&leaving.cookies);
    hears_the_end(&desk, &copy, async || assert_eq!(leaving.send("/leave", &[]).await.status, StatusCode::SEE_OTHER))
        .await;
    let disabled = signed_in(&desk, &fixture, "Dana", &secret).await;
    hears_the_end(&desk, &disabled, async || people::disable(&fixture.app, "Dana").await.expect("works")).await;
    people::enable(&fixture.app, "Dana").await.expect("works");
    let asleep = signed_in(&desk, &fixture, "Dana", &secret).await;
    hears_the_end(&desk, &asleep, async || fixture.clock.set(fixture.clock_ms() + 60 * 60 * 1000)).await;
}

#[tokio::test]
async fn who_looked_at_what_is_written_down_and_shown_to_admins() {
    let fixture = Fixture::new();
    let (_, admin) = with(&fixture, "Aigerim", &[DeskRole::Admin]).await;
    let (dana, secret) = with(&fixture, "Dana", &[DeskRole::Coordinator]).await;
    let desk = desk(&fixture).await;
    let mut browser = signed_in(&desk, &fixture, "Dana", &secret).await;
    let media = MediaHash([0; 32]);
    for path in ["/", "/observers", "/observers", "/station?key=710000000-99", "/chains"] {
        assert_eq!(browser.open(path).await.status, StatusCode::OK);
    }
    assert_eq!(browser.open(&format!("/media/{media}")).await.status, StatusCode::NOT_FOUND);
    let rows = fixture.ledger.views(None, Some(dana), 10).await.expect("reads");
    let seen: Vec<_> = rows.into_iter().filter_map(|row| row.seen).collect();
    assert_eq!(
        seen,
        [Seen::File(media), Seen::Chains, Seen::Station("710000000-99".to_owned()), Seen::Observers],
        "once each, and what is nobody's is not written down"
    );
    let mut minds = signed_in(&desk, &fixture, "Aigerim", &admin).await;
    let page = minds.open("/views?lang=en").await.page;
    for words in
        ["Who looked at what", "Dana", "Astana City (sample), 710000000-99", "Observers and their devices", "UTC+5"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let only = minds.open(&format!("/views?person={dana}&lang=kk")).await.page;
    assert!(only.contains("Кім нені қарады") && only.matches("<tr>").count() == 5, "{only}");
    let none = minds.open(&format!("/views?person={}&lang=ru", PersonId([9; 16]))).await.page;
    assert!(none.contains("Пока никто"), "{none}");
    assert_eq!(browser.open("/views").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn somebody_changes_their_password_and_nobody_elses() {
    let fixture = Fixture::new();
    let (_, secret) = with(&fixture, "Dana", &[DeskRole::Transcriber]).await;
    let desk = desk(&fixture).await;
    let mut browser = signed_in(&desk, &fixture, "Dana", &secret).await;
    let mut elsewhere = signed_in(&desk, &fixture, "Dana", &secret).await;
    let new = "another five words of dice";
    fixture.clock.set(fixture.clock_ms() + 30_000);
    let now = code(&secret, &fixture);
    browser.open("/me?lang=en").await;
    for (password, code, new, again, words) in [
        (PASSWORD, now.as_str(), new, "another five words", "The two new passwords differ"),
        (PASSWORD, now.as_str(), "short", "short", "fewer than 12 characters"),
        (PASSWORD, now.as_str(), &"x".repeat(600), &"x".repeat(600), "is very long"),
        ("not the password", now.as_str(), new, new, WRONG),
        (PASSWORD, "000000", new, new, WRONG),
    ] {
        let fields = [("password", password), ("code", code), ("new", new), ("again", again)];
        let answer = browser.send("/me/password?lang=en", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{words}");
        assert!(answer.page.contains(words) && answer.page.contains("role=\"alert\""), "{words}: {}", answer.page);
    }
    let fields = [("password", PASSWORD), ("code", now.as_str()), ("new", new), ("again", new)];
    let changed = browser.send("/me/password?lang=en", &fields).await;
    assert_eq!((changed.status, changed.location.as_str()), (StatusCode::SEE_OTHER, "/login?lang=en"));
    assert!(is_out(&browser.open("/me").await) && is_out(&elsewhere.open("/me").await));
    fixture.clock.set(fixture.clock_ms() + 30_000);
    let former = browser.sign_in("Dana", PASSWORD, &code(&secret, &fixture), "").await;
    assert_eq!(former.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(browser.sign_in("Dana", new, &code(&secret, &fixture), "").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_somebody_does_is_written_down_under_their_name() {
    let office = Office::new().await;
    let original = photo(1, 90);
    let record = office.report(1, 0, STATION, &original, &photo(1, 30)).await;
    let (dana, secret) = with(&office.fixture, "Dana", &[DeskRole::Coordinator]).await;
    let desk = desk(&office.fixture).await;
    let mut browser = signed_in(&desk, &office.fixture, "Dana", &secret).await;
    browser.open("/").await;
    let (media, record_text) = (MediaHash::of(&original), record.to_string());
    let page = browser.open(&format!("/media/{media}?lang=en")).await.page;
    assert!(page.contains("/retake?") && !page.contains("/redact?"), "what is not for her is not offered: {page}");
    let fields = [("record", record_text.as_str()), ("text", "once more")];
    let sent = browser.send(&format!("/media/{media}/retake?lang=en"), &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.page);
    let entries = journal::about(&office.fixture.app, record).await.expect("reads");
    assert_eq!(entries.iter().map(|written| written.entry.by).collect::<Vec<_>>(), [Some(dana)]);
}
