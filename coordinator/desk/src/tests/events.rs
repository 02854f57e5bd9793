//! Incidents, complaints, norms, turnout and paper: what people do there, and what hostile texts come to.

use axum::http::{StatusCode, header};
use kuager_coordinator::testing::MORNING_MS;
use kuager_forms::words::Language;
use kuager_pack::PackSource;
use kuager_pack::testing::{self, KAZAKHSTAN, folder};
use kuager_wire::ids::RecordHash;
use kuager_wire::record::{Answers, Body, FormRef, Record, RecordKind, Value};

use crate::testing::{Office, photo};

const STATION: &str = "710000000-99";
const OTHER: &str = "750000000-352";
const HERE: Option<&str> = Some("http://localhost:8080");
/// What observers could type to harm whoever reads it: markup, direction marks, what nobody sees.
const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> \u{202e}txet\u{2066} a\u{200b}b";

async fn office() -> Office {
    Office::of(PackSource::Folder(folder(KAZAKHSTAN))).await
}

fn record(office: &Office, seq: u64, kind: RecordKind, form: &str, answers: Answers) -> Record {
    let pack = office.fixture.deployment.latest_pack().hash;
    Record {
        kind,
        form: Some(FormRef { pack, form: form.to_owned() }),
        body: Body { answers: Some(answers), language: Some("kk".to_owned()), ..Body::default() },
        ..office.fixture.turnout(seq, STATION)
    }
}

fn incident(office: &Office, seq: u64, code: &str, seen: &str) -> Record {
    let codes = Value::List(vec![code.into()]);
    let answers = [("codes", codes), ("seen", seen.into()), ("safety", "danger".into())].into_iter().collect();
    record(office, seq, RecordKind::Incident, "incident", answers)
}

fn checklist(office: &Office, seq: u64, answers: &[(&str, &str)]) -> Record {
    let answers = answers.iter().map(|(id, said)| ((*id).to_owned(), Value::from(*said))).collect();
    record(office, seq, RecordKind::Checklist, "opening", answers)
}

/// Nothing that somebody typed means anything to a browser, or turns around what stands beside it.
fn harmless(page: &str, what: &str) {
    assert!(
        !page.contains("<script>alert") && !page.contains("<img src=x") && !page.contains("\"'>"),
        "{what}: {page}"
    );
}

#[tokio::test]
async fn an_incident_is_handled_to_verified_and_everybody_sees_who_did_it() {
    let office = office().await;
    let fixture = &office.fixture;
    let first = fixture.sign(1, &incident(&office, 0, "V01", HOSTILE));
    let hash = RecordHash::of(&first);
    let mut alike = incident(&office, 0, "V01", "I saw it, too");
    alike.station = Some(STATION.to_owned());
    fixture.send(&[first, fixture.sign(1, &incident(&office, 1, "B01", "ten minutes late"))]).await;
    let office = office.start_again().await;
    let (_, board) = office.open("/incidents?lang=en").await;
    harmless(&board, "board");
    let (stuffing, late) = (board.find("V01 ").expect("is listed"), board.rfind("B01 ").expect("is listed"));
    assert!(stuffing < late && board.contains("<bdi>&#60;script"), "{board}");
    assert_eq!(
        office.open("/incidents?lang=en&gravity=procedural").await.1.matches("<tr><th scope=\"row\"").count(),
        1
    );
    for query in
        ["q=stuffing", "code=V01&region=710000000", "q=%22%3E%3Cscript%3E", "status=verified&order=news&page=7"]
    {
        harmless(&office.open(&format!("/incidents?lang=ru&{query}")).await.1, query);
    }

    let path = format!("/incidents/{hash}");
    let (status, page) = office.open(&format!("{path}?lang=en")).await;
    harmless(&page, "incident");
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("UK 150") && page.contains("name=\"steps\" value=\"1\""), "{page}");
    let step = async |office: &Office, fields: &[(&str, &str)]| {
        let (_, headers, _) = office.submit(&format!("{path}/step?lang=en"), HERE, fields).await;
        headers.get(header::LOCATION).map(|to| to.to_str().expect("text").to_owned()).unwrap_or_default()
    };
    // One source and no media corroborate nothing without a word.
    let why = step(&office, &[("status", "corroborated"), ("note", ""), ("steps", "1")]).await;
    assert!(why.contains("said=why"), "{why}");
    assert!(office.open(&why).await.1.contains("role=\"alert\">Say why."));
    let taken = step(&office, &[("status", "corroborated"), ("note", HOSTILE), ("steps", "1")]).await;
    assert_eq!(taken, format!("{path}?lang=en"));
    // Somebody else had the page open.
    let faster = step(&office, &[("status", "disputed"), ("note", "no"), ("steps", "1")]).await;
    assert!(faster.contains("said=faster"), "{faster}");
    step(&office, &[("status", "verified"), ("note", "called the chair"), ("steps", "2")]).await;
    for wrong in ["withdrawn", "reported", "<b>"] {
        let fields = [("status", wrong), ("note", "x"), ("steps", "3")];
        let (status, ..) = office.submit(&format!("{path}/step"), HERE, &fields).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let (_, page) = office.open(&format!("{path}?lang=en")).await;
    harmless(&page, "history");
    for said in ["corroborated by another source", "verified", "called the chair", "without an account"] {
        assert!(page.contains(said), "{said}");
    }
    assert!(office.open("/incidents?lang=en&status=verified").await.1.contains(&hash.to_string()));
    // The station's page says the same, and a desk that starts again.
    let office = office.start_again().await;
    let (_, station) = office.open(&format!("/station?key={STATION}&lang=en")).await;
    harmless(&station, "station");
    assert!(station.contains("<strong class=\"stands\">verified</strong>"), "{station}");
    assert_eq!(office.open(&format!("/incidents/{}", RecordHash([7; 32]))).await.0, StatusCode::NOT_FOUND);
    assert_eq!(office.open("/incidents/nothing").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_complaint_has_the_deadline_of_the_law_and_is_overdue_on_top() {
    let office = office().await;
    let fixture = &office.fixture;
    let records = [incident(&office, 0, "A08", HOSTILE), incident(&office, 1, "A05", "no filming")];
    let sealed = records.map(|record| fixture.sign(1, &record));
    let hashes = [RecordHash::of(&sealed[0]), RecordHash::of(&sealed[1])];
    fixture.send(&sealed).await;
    let office = office.start_again().await;
    let (_, page) = office.open(&format!("/complaints/{}?lang=en", hashes[0])).await;
    harmless(&page, "complaint");
    assert!(page.contains("No complaint about this") && page.contains("(20(9))") && page.contains("(49)"), "{page}");
    let say = async |office: &Office, record: RecordHash, fields: &[(&str, &str)]| {
        let (_, headers, _) = office.submit(&format!("/complaints/{record}/say?lang=en"), HERE, fields).await;
        headers.get(header::LOCATION).map(|to| to.to_str().expect("text").to_owned()).unwrap_or_default()
    };
    let filed =
        |to: &'static str, said: &'static str| [("step", "filed"), ("to", to), ("note", HOSTILE), ("said", said)];
    assert!(say(&office, hashes[0], &filed("", "0")).await.contains("said=to"));
    let late = [("step", "filed"), ("to", "court"), ("filed", "<b>"), ("said", "0")];
    assert!(say(&office, hashes[0], &late).await.contains("said=time"));
    say(&office, hashes[0], &filed("higher_commission", "0")).await;
    assert!(say(&office, hashes[0], &filed("court", "0")).await.contains("said=faster"));
    let other = [("step", "filed"), ("to", "commission"), ("due", "2023-03-19 10:00"), ("said", "0"), ("note", "")];
    say(&office, hashes[1], &other).await;
    // 19 March 2023, 09:00 in Astana; three days end with 22 March.
    let (_, register) = office.open("/complaints?lang=en").await;
    harmless(&register, "register");
    assert!(register.contains("answer due 2023-03-23 00:00") && register.contains("answer due 2023-03-19 10:00"));
    office.fixture.clock.set(MORNING_MS + 2 * 3_600_000);
    let (_, register) = office.open("/complaints?lang=en").await;
    let (overdue, waits) = (register.find("overdue since 2023-03-19 10:00"), register.find("answer due 2023-03-23"));
    assert!(overdue.expect("is overdue") < waits.expect("waits"), "{register}");
    assert!(!office.open("/complaints?lang=en&place=overdue").await.1.contains("answer due"));
    let (_, station) = office.open(&format!("/station?key={STATION}&lang=en")).await;
    harmless(&station, "station");
    assert!(station.contains("overdue since") && station.contains("to the commission above"), "{station}");
    say(&office, hashes[1], &[("step", "rejected"), ("said", "1"), ("note", "in writing")]).await;
    let office = office.start_again().await;
    let (_, register) = office.open("/complaints?lang=en").await;
    assert!(
        register.contains("appeal until 2023-03-30 00:00 (20(9))") && !register.contains("overdue since"),
        "{register}"
    );
}

#[tokio::test]
async fn every_number_of_a_norm_leads_to_its_stations_and_records() {
    let office = office().await;
    let fixture = &office.fixture;
    let broken = checklist(&office, 0, &[("O08", "no"), ("O06", "yes"), ("O08.seals", HOSTILE)]);
    let kept = Record { station: Some(OTHER.to_owned()), ..checklist(&office, 0, &[("O08", "yes")]) };
    let (broken, kept) = (fixture.sign(1, &broken), fixture.sign(2, &kept));
    let hash = RecordHash::of(&broken);
    fixture.send(&[broken]).await;
    fixture.send(&[kept]).await;
    let office = office.start_again().await;
    let (_, all) = office.open("/norms?lang=en").await;
    let row = all.split("<tr").find(|row| row.contains(">40(4)</a>")).expect("is listed");
    assert!(row.contains("<td>2</td><td>1</td>"), "two stations answered, one of them kept it: {row}");
    let (_, page) = office.open("/norms?lang=en&norm=40%284%29").await;
    assert!(page.contains(&format!("#r{hash}")) && page.contains("sealed in your view"), "{page}");
    let (_, page) = office.open("/norms?lang=en&norm=40%284%29&outcome=kept").await;
    assert!(page.contains(OTHER) && !page.contains(&format!("#r{hash}")));
    for query in ["norm=%3Cscript%3E", "norm=40&q=%22%3E%3Cscript%3E&region=%22onload", "region=%3Cb%3E", "norm=%2C"] {
        let (status, page) = office.open(&format!("/norms?lang=kk&{query}")).await;
        harmless(&page, query);
        assert!(status == StatusCode::OK || status == StatusCode::NOT_FOUND, "{query}");
        assert!(!page.contains("\"onload"));
    }
}

/// What the commission told at 20:00, and a protocol.
fn day(office: &Office, told: i64) -> [Record; 2] {
    let turnout = [("hour", Value::from("20")), ("T01", "yes".into()), ("told", told.into())].into_iter().collect();
    let mut paper = testing::protocol(Language::Kazakh, &[]);
    paper.insert("copy", Value::from("posted"));
    [
        record(office, 0, RecordKind::Turnout, "turnout", turnout),
        record(office, 1, RecordKind::Protocol, "protocol-list", paper),
    ]
}

#[tokio::test]
async fn a_late_jump_is_found_with_its_arithmetic() {
    let office = office().await;
    let fixture = &office.fixture;
    let sealed = day(&office, 261).map(|record| fixture.sign(1, &record));
    fixture.send(&sealed).await;
    let office = office.start_again().await;
    for (lang, says) in [
        ("en", "539 more, with a limit of 100"),
        ("ru", "разница 539 при пороге 100"),
        ("kk", "айырмасы 539, шегі 100"),
    ] {
        for path in ["/turnout?flag=jump&", "/turnout?region=710000000&", &format!("/station?key={STATION}&")] {
            let (_, page) = office.open(&format!("{path}lang={lang}")).await;
            assert!(page.contains(says), "{path}{lang}: {page}");
            assert!(page.contains("role=\"img\"") || path.starts_with("/turnout"), "{path}");
        }
    }
    let (_, page) = office.open("/turnout?lang=en").await;
    assert!(page.contains("66.66 %") && page.contains("1 / 20"), "800 of 1,200 at one of twenty stations: {page}");
    let (_, elsewhere) = office.open("/turnout?lang=en&region=750000000").await;
    assert!(!elsewhere.contains("539 more"));
    for query in ["q=%22%3E%3Cscript%3E", "region=%22onload", "flag=%3Cb%3E", "page=18446744073709551615"] {
        let (status, page) = office.open(&format!("/turnout?lang=ru&{query}")).await;
        harmless(&page, query);
        assert!(status == StatusCode::OK && !page.contains("\"onload"), "{query}");
    }
}

#[tokio::test]
async fn acts_and_sheets_are_printed_in_both_languages_and_hold_nothing_hidden() {
    let office = office().await;
    let fixture = &office.fixture;
    let act = fixture.sign(1, &incident(&office, 2, "A08", HOSTILE));
    let mut paper = testing::protocol(Language::Kazakh, &[("P02", 500)]);
    paper.insert("form_code", Value::from(HOSTILE));
    let forged = fixture.sign(2, &record(&office, 0, RecordKind::Protocol, "protocol-list", paper));
    let hashes = [RecordHash::of(&act), RecordHash::of(&forged)];
    fixture.send(&[act]).await;
    fixture.send(&[forged]).await;
    let office = office.start_again().await;
    for hash in hashes {
        let request = axum::extract::Request::get(format!("/records/{hash}/print?lang=en"));
        let request = request.header(header::HOST, "localhost:8080").body(axum::body::Body::empty());
        let (status, headers, body) = office.call(request.expect("a request")).await;
        let page = String::from_utf8(body).expect("text");
        assert_eq!(status, StatusCode::OK);
        harmless(&page, "paper");
        assert!(!page.contains('\u{202e}') && !page.contains('\u{2066}'), "{page}");
        assert!(page.contains("lang=\"kk\"") && page.contains("lang=\"ru\"") && page.contains(&hash.to_string()));
        // Its style is one that the desk's policy lets through.
        let style = page.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()).expect("has a style");
        let allowed = data_encoding::BASE64.encode(&kuager_wire::cose::sha256(style.as_bytes()));
        assert!(headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text").contains(&allowed));
    }
    let (_, act) = office.open(&format!("/records/{}/print", hashes[0])).await;
    assert!(act.contains("Бұзушылық туралы акт") && act.contains("Акт о нарушении") && act.contains("43(8)"), "{act}");
    assert!(!act.contains("Көмек керек"), "what endangers people is not printed");
    let (_, sheet) = office.open(&format!("/records/{}/print", hashes[1])).await;
    assert!(sheet.contains("общее число избирателей") || sheet.to_lowercase().contains("избирателей"), "{sheet}");
    assert!(sheet.contains("1200") || sheet.contains("1\u{202f}200") || sheet.contains("1 200"), "{sheet}");
    assert_eq!(office.open(&format!("/records/{}/print", RecordHash([9; 32]))).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_wave_of_a_poll_is_on_no_paper_and_in_no_number_before_the_embargo_ends() {
    let office = office().await;
    let fixture = &office.fixture;
    let answers: Answers = [("wave", Value::from("w1")), ("passed", Value::Int(417))].into_iter().collect();
    let wave = fixture.sign(1, &record(&office, 0, RecordKind::ExitPollWave, "exit-poll", answers.clone()));
    let disguised = fixture.sign(2, &record(&office, 0, RecordKind::Checklist, "exit-poll", answers));
    let hashes = [RecordHash::of(&wave), RecordHash::of(&disguised)];
    fixture.send(&[wave]).await;
    fixture.send(&[disguised]).await;
    let office = office.start_again().await;
    for hash in hashes {
        let (status, page) = office.open(&format!("/records/{hash}/print?lang=en")).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert!(!page.contains(">417<"));
        assert!(!office.open(&format!("/complaints/{hash}?lang=en")).await.1.contains(">417<"));
    }
    for path in ["/norms", "/turnout", "/incidents", "/complaints"] {
        assert!(!office.open(path).await.1.contains(">417<"), "{path}");
    }
}

#[tokio::test]
async fn clocks_and_chains_stand_beside_the_records() {
    let office = office().await;
    let fixture = &office.fixture;
    let mut ahead = incident(&office, 0, "B01", "late");
    ahead.clock.wall_ms = i64::try_from(MORNING_MS).expect("fits") + 3_600_000;
    let mut gap = incident(&office, 2, "B01", "later");
    gap.clock = ahead.clock;
    gap.clock.wall_ms = i64::try_from(MORNING_MS).expect("fits");
    gap.clock.flags = kuager_wire::record::ClockReading::WALL_JUMPED;
    fixture.send(&[fixture.sign(1, &ahead), fixture.sign(1, &gap)]).await;
    office.report(2, 0, STATION, &photo(1, 90), &photo(1, 30)).await;
    let office = office.start_again().await;
    let (_, page) = office.open(&format!("/station?key={STATION}&lang=en")).await;
    assert!(page.contains("clock is ahead by 60 min at least") && page.contains("clock was moved"), "{page}");
    assert!(page.contains("receipt given") && page.contains("Record before"));
    let chains = page.split("Chains of the devices").nth(1).expect("is there");
    assert!(chains.contains("<td>№ 2</td><td>1</td><td>0</td>"), "number 1 is missing: {chains}");
}
