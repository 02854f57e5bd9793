//! Every page as a whole, in every language. What differs from run to run is taken out; style and scripts have tests of their own.

use kuager_coordinator::ledger::DeskRole;
use kuager_coordinator::people;
use kuager_coordinator::testing::Fixture;
use kuager_wire::ids::MediaHash;
use kuager_wire::record::{Answers, Body, FormRef, Record, RecordKind};

use super::country::{second_country, turnout};
use crate::testing::{Browser, Office, PASSWORD, STATION, code, desk, photo};

/// Compares a page with the one that was approved.
fn approve(name: &str, page: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (pattern, shown) in [
        (r"(?s)<style>.*?</style>", "<style>…</style>"),
        (r"(?s)<script>.*?</script>", "<script>…</script>"),
        (r#"(?s)<nav class="places".*?</nav>"#, "<nav>…</nav>"),
        ("[0-9a-f]{64}", "[hash]"),
        ("<code>[0-9a-f]{32}</code>", "<code>[id]</code>"),
        ("person=[0-9a-f]{32}", "person=[person]"),
        ("name=\"csrf\" value=\"[^\"]*\"", "name=\"csrf\" value=\"[token]\""),
        ("<td>[0-9a-f]{8}</td>", "<td>[pseudonym]</td>"),
        ("data-at=\"[0-9a-f]{16}-", "data-at=\"[start]-"),
        ("(observer|бақылаушы|наблюдатель) [0-9a-f]{8}", "$1 [pseudonym]"),
    ] {
        settings.add_filter(pattern, shown);
    }
    settings.bind(|| insta::assert_snapshot!(name, page));
}

/// The same page in these languages.
async fn approve_all(office: &Office, name: &str, path: &str, languages: &[&str]) {
    for language in languages {
        let (_, page) = office.open(&format!("{path}lang={language}")).await;
        approve(&format!("{name}_{language}"), &page);
    }
}

/// A few reports: a photo that has arrived and one that has not, a correction, an exercise, a checklist with answers of
/// every kind, a station nobody knows, a note without one.
async fn election_day() -> Office {
    let office = Office::new().await;
    let fixture = &office.fixture;
    let (original, preview, late) = (photo(1, 90), photo(1, 30), photo(7, 90));
    let first = office.report(1, 0, STATION, &original, &preview).await;
    office.upload(1, &original).await;
    office.upload(1, &preview).await;
    let answers: Answers = [
        ("O01", "yes".into()),
        ("O02", "no".into()),
        ("O02.time", 365.into()),
        ("O03", 7.into()),
        ("O05.received", 2525.into()),
        ("O07", "not_seen".into()),
        ("O08.seals", "003417, <b>003418</b>".into()),
        ("unknown", 5.into()),
    ]
    .into_iter()
    .collect();
    let opening = Record {
        kind: RecordKind::Checklist,
        form: Some(FormRef { pack: fixture.deployment.latest_pack().hash, form: "opening".to_owned() }),
        body: Body { answers: Some(answers), language: Some("kk".to_owned()), ..Body::default() },
        ..fixture.turnout(1, STATION)
    };
    let records = [
        opening,
        Record { supersedes: Some(first), ..fixture.turnout(2, STATION) },
        Record { training: Some(true), ..fixture.turnout(3, STATION) },
        fixture.turnout(4, "750000000- <i>"),
        fixture.record(5, "a note & <nothing> else"),
    ];
    let sealed: Vec<_> = records.iter().map(|record| fixture.sign(1, record)).collect();
    fixture.send(&sealed).await;
    office.report(2, 0, "750000000-352", &original, &late).await;
    office.upload(2, &original).await;
    office.start_again().await
}

#[tokio::test]
async fn pages_are_as_they_were_approved() {
    let office = election_day().await;
    let media = MediaHash::of(&photo(1, 90));
    let languages = ["kk", "ru", "en"];
    approve_all(&office, "index", "/?", &languages).await;
    approve_all(&office, "station", &format!("/station?key={STATION}&"), &languages).await;
    approve_all(&office, "media", &format!("/media/{media}?"), &languages).await;
    approve_all(&office, "station_waiting", "/station?key=750000000-352&", &["en"]).await;
}

#[tokio::test]
async fn pages_of_another_country_are_as_they_were_approved() {
    let office = second_country().await;
    let original = photo(1, 90);
    office.send(1, turnout(&office, 0), &original, &photo(1, 30)).await;
    office.upload(1, &original).await;
    let office = office.start_again().await;
    let languages = ["en", "fr", "kk"];
    approve_all(&office, "country_index", "/?", &languages).await;
    approve_all(&office, "country_station", "/station?key=coast-1&", &languages).await;
    approve_all(&office, "country_media", &format!("/media/{}?", MediaHash::of(&original)), &languages).await;
}

#[tokio::test]
async fn pages_about_people_are_as_they_were_approved() {
    let fixture = Fixture::new();
    let add = async |name, roles: &[DeskRole]| {
        let added = people::add(&fixture.app, name, roles.iter().copied().collect(), PASSWORD).await;
        added.expect("is made").1
    };
    let minds = add("Айгүл <b>", &[DeskRole::Admin, DeskRole::Coordinator]).await;
    let types = add("Timur", &[DeskRole::Transcriber]).await;
    let desk = desk(&fixture).await;
    let [mut stranger, mut admin, mut transcriber] = [(); 3].map(|()| Browser::new(&desk));
    admin.sign_in("айгүл <b>", PASSWORD, &code(&minds, &fixture), "").await;
    transcriber.sign_in("timur", PASSWORD, &code(&types, &fixture), "").await;
    for path in ["/observers", "/chains", "/station", "/station?key=710000000-99", "/station?key=%3Ci%3E"] {
        admin.open(path).await;
    }
    for language in ["kk", "ru", "en"] {
        let lang = format!("lang={language}");
        approve(
            &format!("login_{language}"),
            &stranger.open(&format!("/login?{lang}&next=%2Fviews%3Flang%3Dru")).await.page,
        );
        let fields = [("name", "Айгүл \"<b>"), ("password", PASSWORD), ("code", "1"), ("next", "/views?lang=ru")];
        approve(&format!("login_wrong_{language}"), &stranger.send(&format!("/login?{lang}"), &fields).await.page);
        approve(&format!("me_{language}"), &admin.open(&format!("/me?{lang}")).await.page);
        approve(&format!("views_{language}"), &admin.open(&format!("/views?{lang}")).await.page);
        approve(&format!("refused_{language}"), &transcriber.open(&format!("/observers?{lang}")).await.page);
    }
}
