mod access;
mod api;
mod board;
mod country;
mod devices;
mod embargo;
mod events;
mod hooks;
mod import;
mod numbers;
mod people;
mod relations;
mod snapshots;
mod tables;
mod words;

use std::sync::{Arc, mpsc};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use data_encoding::BASE64;
use futures_util::StreamExt;
use kuager_coordinator::testing::Fixture;
use kuager_wire::cose::sha256;
use kuager_wire::ids::RecordHash;
use kuager_wire::record::Record;
use tower::ServiceExt;

use crate::language::Language;
use crate::pages::index::{Facts, Index};
use crate::people::reach::Reach;
use crate::routes::router;
use crate::state::Desk;

async fn open(desk: &Desk, path: &str, host: &str) -> (StatusCode, HeaderMap, String) {
    let request = Request::get(path).header(header::HOST, host).body(Body::empty()).expect("a request");
    let response = router(desk.clone()).oneshot(request).await.expect("infallible");
    let (head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a body");
    (head.status, head.headers, String::from_utf8(body.to_vec()).expect("UTF-8"))
}

async fn start(fixture: &Fixture) -> Desk {
    Desk::start(fixture.app.clone(), Arc::clone(&fixture.media), Reach::default()).await.expect("starts")
}

#[tokio::test]
async fn silent_stations_are_marked_in_every_language() {
    let fixture = Fixture::new();
    let desk = start(&fixture).await;
    for (lang, heading, silent) in [
        ("", "Келіп түскен жазбалар", "жазба жоқ"),
        ("?lang=ru", "Поступившие записи", "нет записей"),
        ("?lang=en", "Records received", "nothing yet"),
        ("?lang=xx", "Келіп түскен жазбалар", "жазба жоқ"),
    ] {
        let (status, headers, page) = open(&desk, &format!("/{lang}"), "localhost:8080").await;
        assert_eq!(status, StatusCode::OK);
        assert!(headers[header::CONTENT_TYPE].to_str().is_ok_and(|kind| kind.starts_with("text/html")));
        assert!(page.contains(heading));
        assert_eq!(page.matches(silent).count(), 20, "{lang}");
    }
}

#[tokio::test]
async fn what_arrived_is_counted_where_it_belongs() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let mut training = fixture.turnout(3, "710000000-99");
    training.training = Some(true);
    let records = [
        fixture.turnout(0, "710000000-99"),
        fixture.turnout(1, "710000000-99"),
        fixture.turnout(2, "<script>alert(1)</script>"),
        training,
        fixture.record(4, "a note without a station"),
    ];
    let sealed: Vec<_> = records.iter().map(|record| fixture.sign(1, record)).collect();
    fixture.send(&sealed).await;
    let desk = start(&fixture).await;
    let (_, _, page) = open(&desk, "/?lang=en", "127.0.0.1").await;
    let (_, _, unlisted) = open(&desk, "/?lang=en&view=unlisted", "127.0.0.1").await;
    let (_, _, training) = open(&desk, "/?lang=en&view=training", "127.0.0.1").await;
    let row_of = |page: &str, name: &str| {
        let row = page.split("<tr id=").find(|row| row.contains(name)).expect("a row");
        row.split("</tr>").next().expect("its start").to_owned()
    };
    let row = |name: &str| row_of(&page, name);
    let station = row("Astana City");
    // 04:00 UTC is 09:00 in UTC+5.
    assert!(station.contains("<td>2<time datetime=\"2023-03-19T09:00:00+05:00\">09:00</time></td>"), "{station}");
    assert!(!station.contains("nothing yet"));
    assert_eq!(page.matches("nothing yet").count(), 19);
    let typed = row_of(&unlisted, "alert(1)");
    assert!(typed.contains("&#60;script&#62;") || typed.contains("&lt;script&gt;"), "{typed}");
    for page in [&page, &unlisted, &training] {
        assert!(!page.contains("<script>alert"));
        assert!(page.contains("Stations not in the list") && page.contains("Training records"));
    }
    assert!(row_of(&unlisted, "No station given").contains("<td>1") && !page.contains("No station given"));
    assert!(row_of(&training, "Astana City").contains("<td>1<time"));
    assert!(row("\"total\"").contains("<td>3</td>"), "training does not count");
    assert!(page.contains("<dd>4</dd>") && page.contains("<dd>1 / 20</dd>"));
}

#[tokio::test]
async fn what_does_not_hold_in_a_chain_is_counted_and_shown_where_it_is() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let desk = start(&fixture).await;
    assert!(open(&desk, "/?lang=en", "localhost").await.2.contains("<dt>Chain faults</dt><dd>0</dd>"));
    assert!(open(&desk, "/chains?lang=en", "localhost").await.2.contains("every chain holds"));
    let (_, mut changes) = desk.news.since(None);
    let (first, second) = (fixture.turnout(0, "710000000-99"), fixture.turnout(1, "710000000-99"));
    // The second one names a record that is not the first, and there are two of it.
    let records = [first, second.clone(), Record { supersedes: Some(RecordHash([1; 32])), ..second }];
    fixture.send(&records.map(|record| fixture.sign(1, &record))).await;
    tokio::time::timeout(Duration::from_secs(180), changes.recv()).await.expect("in time").expect("is told");
    for (lang, heading, fork, link) in [
        ("kk", "Тізбектегі ақаулар", "осы нөмірмен басқа жазба бар", "алдыңғы жазбаны жалғастырмайды"),
        ("ru", "Нарушения цепочек", "есть другая запись с тем же номером", "не продолжает предыдущую запись"),
        ("en", "Chain faults", "another record has the same number", "does not follow the record before it"),
    ] {
        let (_, _, index) = open(&desk, &format!("/?lang={lang}"), "localhost").await;
        assert!(
            index.contains(&format!("<dt>{heading}</dt><dd><a href=\"/chains?lang={lang}\">3</a></dd>")),
            "{index}"
        );
        let (_, _, chains) = open(&desk, &format!("/chains?lang={lang}"), "localhost").await;
        assert!(
            chains.contains(fork) && chains.contains(link) && chains.contains("station?key=710000000-99&#38;lang=")
        );
        let (_, _, station) = open(&desk, &format!("/station?key=710000000-99&lang={lang}"), "localhost").await;
        assert_eq!((station.matches(fork).count(), station.matches(link).count()), (1, 2));
    }
    let (status, headers, report) = open(&desk, "/health", "localhost").await;
    assert_eq!(
        (status, &headers[header::CONTENT_TYPE]),
        (StatusCode::OK, &"application/json".parse().expect("a type"))
    );
    assert!(
        report.contains("\"chain_faults\":{\"broken_link\":{\"chains\":1,\"times\":2}") && report.contains("\"free\":")
    );
    assert_eq!(open(&desk, "/health", "evil.example").await.0, StatusCode::MISDIRECTED_REQUEST);
}

/// What an open page is sent from now on, until it says this.
async fn heard(desk: &Desk, address: &str, last: Option<&str>, until: &str) -> String {
    let mut request = Request::get(address).header(header::HOST, "localhost");
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let response =
        router(desk.clone()).oneshot(request.body(Body::empty()).expect("a request")).await.expect("infallible");
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
    let mut events = response.into_body().into_data_stream();
    let mut heard = String::new();
    let listening = async {
        while !heard.contains(until) {
            let chunk = events.next().await.expect("goes on").expect("works");
            heard.push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
        }
    };
    tokio::time::timeout(Duration::from_secs(180), listening).await.expect("in time");
    heard
}

/// The mark a page was made with.
fn mark(page: &str) -> String {
    page.split("data-at=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("is there").to_owned()
}

/// The last mark that a page was sent.
fn last_id(heard: &str) -> &str {
    heard.lines().rev().find_map(|line| line.strip_prefix("id: ")).expect("a mark")
}

#[tokio::test]
async fn open_pages_hear_of_what_arrives() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let desk = start(&fixture).await;
    let (listening, record) = (desk.clone(), fixture.sign(1, &fixture.turnout(0, "750000000-352 <i>")));
    let page = tokio::spawn(async move { heard(&listening, "/events?lang=ru", None, "\nid: ").await });
    // Listens before anything arrives: a page without a mark hears of what comes, not of what was.
    tokio::time::timeout(Duration::from_secs(180), async {
        while desk.news.open() == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("listens");
    fixture.send(&[fixture.sign(1, &fixture.turnout(1, "710000000-99")), record]).await;
    let heard = page.await.expect("ends");
    // The numbers, the sums, and the one row that the page shows; a typed name is on another one.
    assert_eq!(heard.matches("event: part").count(), 3);
    assert!(heard.contains("город Астана") && heard.contains("id=\"total\"") && heard.contains("id=\"numbers\""));
    assert!(!heard.contains("750000000-352"), "{heard}");
}

/// A laptop sleeps and wakes: the page of before hears of everything that came meanwhile, or is told to load again.
#[tokio::test]
async fn a_page_that_slept_is_told_what_it_missed() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let desk = start(&fixture).await;
    let made = mark(&open(&desk, "/?lang=en", "localhost").await.2);
    let (_, mut changes) = desk.news.since(None);
    let mut arrive = async |seq: u64, station: &str| {
        fixture.send(&[fixture.sign(1, &fixture.turnout(seq, station))]).await;
        tokio::time::timeout(Duration::from_secs(180), changes.recv())
            .await
            .expect("in time")
            .expect("is told")
            .0
            .to_string()
    };
    // Between making the page and its first connection.
    let first = arrive(0, "710000000-99").await;
    let address = format!("/events?lang=en&at={made}");
    let begun = heard(&desk, &address, None, "\nid: ").await;
    assert!(begun.contains("Astana City") && begun.contains("id=\"numbers\"") && last_id(&begun) == first, "{begun}");
    // Asleep; two more stations. The browser asks for the same address, with the last event it has heard.
    arrive(1, "750000000-352").await;
    let newest = arrive(2, "790000000-130").await;
    let woken = heard(&desk, &address, Some(&first), "\nid: ").await;
    assert!(woken.contains("750000000-352") && woken.contains("790000000-130"), "{woken}");
    assert!(!woken.contains("Astana City") && last_id(&woken) == newest && !woken.contains("reload"), "{woken}");
    // The mark is with the last part alone, so that a connection which broke in between begins again.
    assert!(
        woken.rfind("event: part").expect("is there")
            < woken.find("\nid: ").expect("is there") + "event: part".len() * 2
    );
    assert_eq!(woken.matches("\nid: ").count(), 1);
    // Nothing was missed: nothing is sent but what comes.
    let quiet =
        tokio::time::timeout(Duration::from_millis(300), heard(&desk, &address, Some(&newest), "event: part")).await;
    assert!(quiet.is_err(), "{quiet:?}");
    // Of another start of the program, or of nonsense, nobody knows what was missed.
    for unknown in ["0000000000000001-1", "nonsense", "", "\u{e9}"] {
        let told = heard(&desk, &address, Some(unknown), "\n\n").await;
        assert!(told.contains("event: reload") && !told.contains("event: part"), "{unknown:?}: {told}");
    }
    let again = start(&fixture).await;
    let told = heard(&again, &address, Some(&newest), "\n\n").await;
    assert!(told.contains("event: reload"), "{told}");
}

#[tokio::test]
async fn the_page_trusts_itself_only() {
    let fixture = Fixture::new();
    let desk = start(&fixture).await;
    let (_, headers, page) = open(&desk, "/", "[::1]:8080").await;
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
    for (open, close) in [("<style>", "</style>"), ("<script>", "</script>")] {
        let inside = page.split(open).nth(1).and_then(|rest| rest.split(close).next()).expect("is there");
        let hash = BASE64.encode(&sha256(inside.as_bytes()));
        assert!(policy.contains(&format!("'sha256-{hash}'")), "{open} does not have the hash the policy allows");
    }
    assert!(!page.contains("http://") && !page.contains("https://"), "nothing comes from elsewhere");
    for host in ["evil.example", "evil.example:8080", "10.0.0.1", "localhost.evil.example", "[::ffff:7f00:1]", "[::]"] {
        assert_eq!(open(&desk, "/", host).await.0, StatusCode::MISDIRECTED_REQUEST, "{host}");
    }
    for host in [
        "",
        "localhost.",
        "127.1",
        "2130706433",
        "localhost:",
        "localhost:x",
        "a@localhost",
        "[::1",
        "[::1]evil.example",
    ] {
        assert_eq!(open(&desk, "/", host).await.0, StatusCode::BAD_REQUEST, "{host}");
    }
    let twice =
        Request::get("/").header(header::HOST, "localhost").header(header::HOST, "evil.example").body(Body::empty());
    let absolute = Request::get("http://evil.example/").header(header::HOST, "localhost").body(Body::empty());
    for request in [twice, absolute] {
        let answer = router(desk.clone()).oneshot(request.expect("a request")).await.expect("infallible");
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    }
    assert_eq!(open(&desk, "/v1/genesis", "localhost").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_page_that_takes_long_does_not_hold_up_the_counting() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let desk = start(&fixture).await;
    let (_, mut changes) = desk.news.since(None);
    // A page that is being rendered until somebody lets it end.
    let (rendering, (begun, begins), (end, ended)) = (desk.clone(), mpsc::channel(), mpsc::channel::<()>());
    let slow = tokio::task::spawn_blocking(move || {
        let overview = rendering.overview();
        let language = Language::choose(&overview.published.latest.pack, Some("en"));
        let index = Index::new(&overview, &language, rendering.look(Facts::live));
        begun.send(()).expect("is awaited");
        ended.recv().expect("is let end");
        index.numbers().expect("renders")
    });
    tokio::task::spawn_blocking(move || begins.recv()).await.expect("runs").expect("begins");
    fixture.send(&[fixture.sign(1, &fixture.turnout(0, "710000000-99"))]).await;
    let changed = tokio::time::timeout(Duration::from_secs(180), changes.recv()).await;
    assert_eq!(changed.expect("is counted while the page is rendered").expect("is told").1.len(), 1);
    assert!(open(&desk, "/?lang=en", "localhost").await.2.contains("<dd>1 / 20</dd>"));
    end.send(()).expect("is awaited");
    assert!(slow.await.expect("ends").contains("<dd>0 / 20</dd>"), "and shows what was counted when it began");
}
