//! What the vote was, on pages: totals, official figures, statistics, the quick count and the exit poll, and what they keep back.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use kuager_analysis::estimate::draw::{Commitment, Method, Seed};
use kuager_analysis::estimate::frame::Frame;
use kuager_coordinator::journal;
use kuager_coordinator::samples::{Given, Plan, keep};
use kuager_forms::words::Language;
use kuager_pack::PackSource;
use kuager_pack::testing::{KAZAKHSTAN, folder, protocol};
use kuager_wire::canonical::TextMap;
use kuager_wire::desk::{Act, Figures};
use kuager_wire::ids::{ContentHash, RecordHash};
use kuager_wire::record::{Answers, Body, FormRef, Record, RecordKind, Value};

use crate::testing::Office;

/// The end of the pack's election day in Astana, and 20:00, when its last turnout is told.
const DAY_OVER_MS: u64 = 1_787_511_600_000;
const CLOSED_MS: u64 = DAY_OVER_MS - 4 * 3_600_000;

async fn kazakhstan() -> Office {
    Office::of(PackSource::Folder(folder(KAZAKHSTAN))).await
}

/// Keys of the pack's stations, sorted.
fn stations(office: &Office) -> Vec<String> {
    let pack = office.fixture.deployment.latest_pack();
    let mut stations: Vec<String> = pack.pack.stations.iter().map(|station| station.key.clone()).collect();
    stations.sort();
    stations
}

fn record(office: &Office, seq: u64, station: &str, kind: RecordKind, form: &str, answers: Answers) -> Record {
    let pack = office.fixture.deployment.latest_pack().hash;
    Record {
        kind,
        form: Some(FormRef { pack, form: form.to_owned() }),
        body: Body { answers: Some(answers), language: Some("kk".to_owned()), ..Body::default() },
        ..office.fixture.turnout(seq, station)
    }
}

/// Sends a protocol of a device; returns its hash.
async fn report(office: &Office, seed: u8, seq: u64, station: &str, changed: &[(&str, i64)]) -> RecordHash {
    let answers = protocol(Language::Kazakh, changed);
    let record = record(office, seq, station, RecordKind::Protocol, "protocol-list", answers);
    let sealed = office.fixture.sign(seed, &record);
    let answer = office.fixture.send(std::slice::from_ref(&sealed)).await;
    assert!(answer.results[0].receipt.is_some(), "{seed} {seq}");
    RecordHash::of(&sealed)
}

async fn official(office: &Office, stage: &str, station: &str, figures: &[(&str, i64)]) {
    let fixture = &office.fixture;
    let act = Act::Official {
        source: ContentHash([7; 32]),
        stage: stage.to_owned(),
        form: "protocol-list".to_owned(),
        station: station.to_owned(),
        figures: figures.iter().map(|(question, figure)| (*question, *figure)).collect::<Figures>(),
        pack: Some(fixture.deployment.latest_pack().hash),
    };
    journal::write(&fixture.app, None, vec![act]).await.expect("is written");
}

/// Draws so many of each stratum, as `kuager sample` does: the first ten stations are west, the others east.
fn sample(office: &Office, method: Method, each: u32) {
    let row =
        |(at, station): (usize, &String)| format!("{},{station},{}\n", if at < 10 { "west" } else { "east" }, 900 + at);
    let rows: String = stations(office).iter().enumerate().map(row).collect();
    let text = format!("stratum,station,registered\n{rows}");
    let frame = Frame::read("frame.csv", text.as_bytes()).expect("is a frame");
    let seed = Seed::from_bytes([5; 32]);
    let sizes: BTreeMap<String, u32> = ["west", "east"].map(|stratum| (stratum.to_owned(), each)).into();
    let commitment = Commitment::new(method, &frame, &seed, sizes, None).expect("commits").to_json();
    let plan = Plan { cards: Some(40), expected_turnout: Some(0.6), ..Plan::default() };
    let given = Given { frame: text.as_bytes(), commitment: commitment.as_bytes(), seed: &seed, plan };
    let dir = office.fixture.deployment.dir();
    let (_, drawn) = keep(dir, &given, &|_| true).expect("is kept");
    assert_eq!(drawn, 2 * usize::try_from(each).expect("small"));
    assert!(keep(dir, &given, &|_| true).is_err(), "what was committed to is not changed");
}

#[tokio::test]
async fn totals_say_what_they_cover_and_every_number_leads_to_its_records() {
    let office = kazakhstan().await;
    let all = stations(&office);
    let hash = report(&office, 1, 0, &all[0], &[]).await;
    report(&office, 1, 1, &all[1], &[("P04", 777)]).await;
    report(&office, 1, 2, &all[2], &[]).await;
    report(&office, 2, 0, &all[2], &[("P05.sample_1", 391), ("P05.sample_2", 209)]).await;
    official(&office, "cec", &all[0], &[("P05.sample_1", 450), ("P05.sample_2", 150)]).await;
    let office = office.start_again().await;
    let (status, page) = office.open("/totals?lang=en").await;
    assert_eq!(status, StatusCode::OK);
    for said in [
        "no projection of the result",
        "2 / 20 · 10.0",
        "href=\"/totals/records?contest=KUR&#38;line=",
        "stands=disputed&#38;lang=en",
        "<strong class=\"fault\">+50</strong>",
        "<strong class=\"fault\">−50</strong>",
        "Without failing relations",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let link = page.split("/totals/records?").nth(1).and_then(|rest| rest.split('"').next()).expect("leads somewhere");
    let (_, sources) = office.open(&format!("/totals/records?{}&order=value", link.replace("&#38;", "&"))).await;
    assert!(sources.contains(&format!("#r{hash}")) && sources.contains("1–2 of 2"), "{sources}");
    let (_, board) = office.open("/?contest=KUR&stands=failing&lang=en").await;
    assert!(board.contains("relations fail") && board.contains("1–1 of 1"), "{board}");
    let (_, board) = office.open("/?contest=KUR&stands=none&lang=en").await;
    assert!(board.contains("1–17 of 17"), "{board}");
    let (_, region) =
        office.open(&format!("/totals?region={}&lang=en", all[3].split('-').next().expect("a region"))).await;
    assert!(region.contains("0 / 1 · 0.0"), "{region}");
    let (_, unusual) = office.open("/statistics?lang=en").await;
    assert!(unusual.contains("is not a violation") && unusual.contains("too few numbers"), "{unusual}");
}

#[tokio::test]
async fn official_figures_are_filtered_and_can_be_taken_back() {
    let office = kazakhstan().await;
    let all = stations(&office);
    report(&office, 1, 0, &all[0], &[]).await;
    report(&office, 1, 1, &all[1], &[]).await;
    official(&office, "tec", &all[0], &[("P05.sample_1", 410)]).await;
    official(&office, "cec", &all[0], &[("P05.sample_1", 470)]).await;
    official(&office, "cec", &all[1], &[("P05.sample_1", 390)]).await;
    let office = office.start_again().await;
    let (_, page) = office.open("/official?lang=en").await;
    let differences: Vec<&str> = page.split("<td><strong>").skip(1).filter_map(|rest| rest.split('<').next()).collect();
    assert_eq!(differences, ["70", "10"], "the largest first");
    let region = all[1].split('-').next().expect("a region");
    let (_, page) = office.open(&format!("/official?region={region}&contest=KUR&lang=en")).await;
    assert!(page.contains("<strong>10</strong>") && !page.contains("<strong>70</strong>"), "{page}");
    let (_, page) = office.open("/official?contest=nothing&lang=en").await;
    assert!(page.contains("Nothing differs"), "{page}");

    let origin = Some("http://localhost:8080");
    let form = [("stage", "cec"), ("form", "protocol-list"), ("station", all[0].as_str())];
    let (status, ..) = office.submit("/official/back?lang=en", origin, &form).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, page) = office.open("/official?lang=en").await;
    assert!(
        page.contains(">410<") && !page.contains(">470<"),
        "the territorial commission's figures stand again: {page}"
    );
    let (status, ..) = office.submit("/official/back?lang=en", origin, &form).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn without_a_drawn_sample_there_is_no_projection_and_the_page_says_why() {
    let office = kazakhstan().await;
    for station in stations(&office).iter().zip(0..) {
        report(&office, 1, station.1, station.0, &[]).await;
    }
    let office = office.start_again().await;
    office.fixture.clock.set(DAY_OVER_MS);
    for (lang, why) in [("en", "No sample was drawn"), ("ru", "Выборки нет"), ("kk", "Іріктеме жоқ")]
    {
        let (status, page) = office.open(&format!("/quick-count?lang={lang}")).await;
        assert!(status == StatusCode::OK && page.contains(why) && !page.contains("id=\"shares\""), "{page}");
    }
}

#[tokio::test]
async fn a_quick_count_keeps_the_embargo_the_secret_and_the_floors() {
    let office = kazakhstan().await;
    sample(&office, Method::Simple, 5);
    let office = office.start_again().await;
    let open = async |office: &Office, at_ms: u64| {
        office.fixture.clock.set(at_ms);
        office.open("/quick-count?lang=en").await.1
    };
    let named = |page: &str| page.matches("/station?key=").count();
    let page = open(&office, CLOSED_MS - 1).await;
    assert!(page.contains("10 / 20") && page.contains("secret until the polls have closed"), "{page}");
    assert_eq!(named(&page), 0, "which stations were drawn is secret");
    let page = open(&office, CLOSED_MS).await;
    assert_eq!(named(&page), 10, "and after the vote whoever leads sees whom to chase: {page}");
    assert!(page.contains("No estimate is shown until 2026-08-24 00:00"));

    // All report but one of each stratum, and one of these contradicts itself.
    let all = stations(&office);
    let drawn: Vec<&String> = all.iter().filter(|station| page.contains(&format!("key={station}&"))).collect();
    assert_eq!(drawn.len(), 10);
    let mut failing = None;
    for (at, station) in (0_i64..).zip(&drawn) {
        let votes = [("P05.sample_1", 400 + at), ("P05.sample_2", 200 - at)];
        let changed: &[(&str, i64)] = if at == 9 { &[("P04", 777)] } else { &votes };
        office.fixture.clock.set(CLOSED_MS + at.unsigned_abs() * 20 * 60_000);
        let hash = report(&office, 1, at.unsigned_abs(), station, changed).await;
        failing = (at == 9).then_some((hash, *station)).or(failing);
    }
    let office = office.start_again().await;
    let page = open(&office, DAY_OVER_MS - 1).await;
    let nothing = |page: &str| !page.contains("id=\"shares\"") && !page.contains("Design effect");
    assert!(nothing(&page) && page.contains("No estimate is shown until"), "{page}");
    assert!(page.contains("90.0"), "response is no result: {page}");
    let page = open(&office, DAY_OVER_MS).await;
    assert!(page.contains("id=\"shares\""), "nine of ten, and four of five: {page}");

    // Somebody lets it count, with a reason, and the estimate is shown with and without it.
    let (hash, station) = failing.expect("one contradicts itself");
    let (_, page) = office.open(&format!("/station?key={station}&lang=en")).await;
    assert!(page.contains("Let it count"), "{page}");
    let origin = Some("http://localhost:8080");
    let record = hash.to_string();
    let form =
        [("station", station.as_str()), ("record", record.as_str()), ("reason", "Two <b>lines</b> were swapped")];
    let none = [("station", station.as_str()), ("record", record.as_str()), ("reason", " ")];
    assert_eq!(office.submit("/station/release?lang=en", origin, &none).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, ..) = office.submit("/station/release?lang=en", origin, &form).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, page) = office.open(&format!("/station?key={station}&lang=en")).await;
    assert!(page.contains("Two &#60;b&#62;lines") && !page.contains("<b>lines"), "{page}");
    let page = open(&office, DAY_OVER_MS).await;
    assert!(page.contains("Without 1 let count") && page.contains("100.0"), "{page}");
    assert!(page.contains("role=\"img\"") && page.contains("95 % interval"));

    // A release of a record that adds up, or that is not there, is none.
    let other = RecordHash([0; 32]).to_string();
    let form = [("station", station.as_str()), ("record", other.as_str()), ("reason", "x")];
    assert_eq!(office.submit("/station/release?lang=en", origin, &form).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn below_the_floors_no_share_is_shown() {
    let office = kazakhstan().await;
    sample(&office, Method::Simple, 5);
    report(&office, 1, 0, &stations(&office)[0], &[]).await;
    let office = office.start_again().await;
    office.fixture.clock.set(DAY_OVER_MS);
    let (_, page) = office.open("/quick-count?lang=en").await;
    assert!(page.contains("No share is shown") && page.contains("90\u{202f}% are needed"), "{page}");
    assert!(!page.contains("id=\"shares\""), "{page}");
}

/// A wave in which every fourth card is for another party.
fn wave(seed: i64) -> Answers {
    let group = |pairs: &[(&str, &str)]| {
        Value::Group(pairs.iter().map(|(id, text)| (*id, Value::from(*text))).collect::<TextMap<Value>>())
    };
    let mut contacts: Vec<Value> = (0..12).map(|_| group(&[("disposition", "1.0")])).collect();
    contacts.extend((0..4).map(|_| group(&[("disposition", "2.1"), ("seen_sex", "male"), ("seen_age", "60+")])));
    let card = |at: i64| {
        let vote = if (at + seed) % 4 == 0 { "sample_2" } else { "sample_1" };
        group(&[("Q1", vote), ("Q4", if at % 2 == 0 { "female" } else { "male" }), ("Q5", "60+")])
    };
    [
        ("wave", Value::from("w1")),
        ("interval", Value::Int(14)),
        ("start", Value::Int(3)),
        ("passed", Value::Int(219)),
        ("contacts", Value::List(contacts)),
        ("cards", Value::List((0..12).map(card).collect())),
    ]
    .into_iter()
    .collect()
}

#[tokio::test]
async fn an_exit_poll_has_rates_and_no_share_without_its_sample_and_nothing_before_the_embargo_ends() {
    let office = kazakhstan().await;
    let all = stations(&office);
    for (seq, station) in (0..).zip(&all) {
        let answers = wave(i64::try_from(seq).expect("small"));
        let record = record(&office, seq, station, RecordKind::ExitPollWave, "exit-poll", answers);
        office.fixture.send(&[office.fixture.sign(1, &record)]).await;
    }
    let mut office = office.start_again().await;
    let said = ["Sample Party 1", "RR1", "75.0", "Refused", "sample_1"];
    for at_ms in [CLOSED_MS, DAY_OVER_MS - 1] {
        office.fixture.clock.set(at_ms);
        for lang in ["kk", "ru", "en"] {
            let (_, page) = office.open(&format!("/exit-poll?lang={lang}")).await;
            assert!(page.contains("2026-08-24 00:00"), "{page}");
            assert!(said.iter().all(|said| !page.contains(said)), "{page}");
        }
    }
    office.fixture.clock.set(DAY_OVER_MS);
    let (_, page) = office.open("/exit-poll?lang=en").await;
    assert!(page.contains("RR1") && page.contains("75.0") && page.contains("knows no drawn sample"), "{page}");
    assert!(!page.contains("id=\"shares\"") && !page.contains("Cards of each wave"), "{page}");

    sample(&office, Method::BySize, 5);
    office = office.start_again().await;
    office.fixture.clock.set(DAY_OVER_MS - 1);
    let (_, page) = office.open("/exit-poll?lang=en").await;
    assert!(said.iter().all(|said| !page.contains(said)), "{page}");
    office.fixture.clock.set(DAY_OVER_MS);
    let (_, page) = office.open("/exit-poll?lang=en").await;
    assert!(page.contains("id=\"shares\"") && page.contains("10 / 10"), "{page}");
    assert!(page.contains("75.0\u{202f}%") && page.contains("left out: 10"), "{page}");
    assert!(page.contains("Cards of each wave") && page.contains("Whom/which party did you vote for?"), "{page}");
}

/// Before the embargo is over no page of numbers says anything of cards or estimates, in any language.
#[tokio::test]
async fn no_page_of_numbers_breaks_the_embargo() {
    let office = kazakhstan().await;
    let all = stations(&office);
    sample(&office, Method::Simple, 5);
    for (seq, station) in (0..).zip(&all) {
        let kind = if seq % 2 == 0 { RecordKind::ExitPollWave } else { RecordKind::Protocol };
        // As another kind of record, which a changed app could call it.
        let record = record(&office, seq, station, kind, "exit-poll", wave(3));
        office.fixture.send(&[office.fixture.sign(1, &record)]).await;
    }
    let office = office.start_again().await;
    office.fixture.clock.set(DAY_OVER_MS - 1);
    for lang in ["kk", "ru", "en"] {
        for path in
            ["/totals", "/totals/records?contest=KUR", "/statistics", "/quick-count", "/exit-poll", "/official", "/"]
        {
            let mark = if path.contains('?') { '&' } else { '?' };
            let (status, page) = office.open(&format!("{path}{mark}lang={lang}")).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            assert!(!page.contains(">219<") && !page.contains("75.0") && !page.contains("75,0"), "{path}: {page}");
        }
    }
}
