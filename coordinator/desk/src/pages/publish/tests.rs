//! Publishing by two people, and what is public then.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::time::Duration;

use kuager_coordinator::journal;
use kuager_coordinator::ledger::{DeskRole, DeskRoles};
use kuager_coordinator::people;
use kuager_coordinator::people::totp::TotpSecret;
use kuager_evidence::{PROPOSAL, PublicationFault, SUMS, VERDICT};
use kuager_forms::words::Language as WordsLanguage;
use kuager_pack::testing::{self, KAZAKHSTAN, folder};
use kuager_wire::canonical::TextMap;
use kuager_wire::record::{Answers, Body as RecordBody, FormRef, Record, RecordKind, Value};
use tempfile::TempDir;
use zip::ZipArchive;

use super::*;
use crate::making::Progress;
use crate::site::{KeptError, Unpacked, check};
use crate::testing::{Browser, Office, PASSWORD, code, desk, photo};

const STATION: &str = "100000000-57";
/// The end of the pack's election day in Astana.
const DAY_OVER_MS: u64 = 1_787_511_600_000;

/// Files by their names.
type Files = BTreeMap<String, Vec<u8>>;

/// Two publishers, each in a browser, in front of one desk.
struct House {
    office: Office,
    desk: Desk,
    secrets: BTreeMap<&'static str, TotpSecret>,
}

impl House {
    async fn new() -> Self {
        let office = Office::of(kuager_pack::PackSource::Folder(folder(KAZAKHSTAN))).await;
        let mut secrets = BTreeMap::new();
        for name in ["Aigerim", "Timur"] {
            let roles: DeskRoles = [DeskRole::Publisher].into_iter().collect();
            let (_, secret) = people::add(&office.fixture.app, name, roles, PASSWORD).await.expect("is made");
            secrets.insert(name, secret);
        }
        let desk = desk(&office.fixture).await;
        Self { office, desk, secrets }
    }

    async fn enter(&self, name: &str) -> Browser {
        let fixture = &self.office.fixture;
        let mut browser = Browser::new(&self.desk);
        // A code is good once.
        fixture.clock.set(fixture.clock_ms() + 30_000);
        let answer = browser.sign_in(name, PASSWORD, &code(&self.secrets[name], fixture), "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.page);
        browser
    }

    /// A protocol of which everything adds up but for what is changed.
    fn protocol(&self, seq: u64, station: &str, changed: &[(&str, i64)]) -> Record {
        let mut answers: Answers = testing::protocol(WordsLanguage::Kazakh, changed);
        answers.insert("copy", Value::from("posted"));
        let pack = self.office.fixture.deployment.latest_pack().hash;
        Record {
            kind: RecordKind::Protocol,
            form: Some(FormRef { pack, form: "protocol-list".to_owned() }),
            body: RecordBody { answers: Some(answers), language: Some("kk".to_owned()), ..RecordBody::default() },
            ..self.office.fixture.turnout(seq, station)
        }
    }

    async fn send(&self, seed: u8, record: &Record) -> String {
        let sealed = self.office.fixture.sign(seed, record);
        let answer = self.office.fixture.send(std::slice::from_ref(&sealed)).await;
        assert!(answer.results[0].receipt.is_some());
        kuager_wire::ids::RecordHash::of(&sealed).to_string()
    }

    /// Proposes everything, and returns the address of the proposal.
    async fn propose(&self, browser: &mut Browser) -> String {
        browser.open("/publish?lang=en").await;
        let contests: Vec<String> =
            self.desk.published().latest.pack.contests.iter().map(|contest| contest.key.clone()).collect();
        let mut fields: Vec<(&str, &str)> = contests.iter().map(|key| ("contest", key.as_str())).collect();
        fields.extend([("part", "turnout"), ("part", "incidents"), ("part", "pictures"), ("note", "=first <b>")]);
        let answer = browser.send("/publish/propose?lang=en", &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.page);
        loop {
            match self.desk.making.job() {
                Some(Job::Proposed(proposal)) => return format!("/publish/{proposal}"),
                Some(Job::Failed(why)) => panic!("{why}"),
                _ => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    }

    fn site_of(&self, at: &str) -> ContentHash {
        proposal(&self.desk, at.rsplit('/').next().expect("a name")).expect("is there").site
    }

    async fn says(&self, browser: &mut Browser, at: &str, verdict: &str, note: &str) -> (StatusCode, String) {
        browser.open(&format!("{at}?lang=en")).await;
        let site = self.site_of(at).to_string();
        let fields = [("verdict", verdict), ("site", site.as_str()), ("note", note)];
        let answer = browser.send(&format!("{at}/say?lang=en"), &fields).await;
        (answer.status, answer.page)
    }

    /// The archive as it is given out.
    async fn archive(&self, at: &str) -> Vec<u8> {
        let named = Path(at.rsplit('/').next().expect("a name").to_owned());
        let asked = archive(State(self.desk.clone()), named, Method::GET, HeaderMap::new()).await;
        let body = asked.unwrap_or_else(|refusal| panic!("{}", refusal.status())).into_body();
        axum::body::to_bytes(body, usize::MAX).await.expect("a body").to_vec()
    }
}

fn files_of(archive: &[u8]) -> Files {
    let mut archive = ZipArchive::new(Cursor::new(archive)).expect("is an archive");
    let mut files = BTreeMap::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).expect("is there");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("is whole");
        let name = file.name().expect("is text").into_owned();
        files.insert(name, bytes);
    }
    files
}

/// A folder with these files.
fn folder_of(files: &Files) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("lies in a folder")).expect("is made");
        std::fs::write(path, bytes).expect("is written");
    }
    folder
}

fn verified(files: &Files) -> Result<(), KeptError> {
    let folder = folder_of(files);
    check(&Unpacked::read(folder.path())?, None).map(drop)
}

#[tokio::test]
async fn one_proposes_another_one_approves_and_anybody_can_check_it() {
    let house = House::new().await;
    let record = house.send(1, &house.protocol(0, STATION, &[])).await;
    let (mut aigerim, mut timur) = (house.enter("Aigerim").await, house.enter("Timur").await);
    let at = house.propose(&mut aigerim).await;
    let page = aigerim.open(&format!("{at}?lang=en")).await.page;
    assert!(page.contains("You have proposed this yourself") && !page.contains("Publish exactly this"), "{page}");
    assert!(page.contains("=first &#60;b&#62;") && page.contains("<bdi>Aigerim</bdi>"), "{page}");
    let (status, text) = house.says(&mut aigerim, &at, "approved", "").await;
    assert!(status == StatusCode::FORBIDDEN && text.contains("somebody else"), "{text}");
    // The other one has other bytes before them.
    let other = ContentHash([1; 32]).to_string();
    let fields = [("verdict", "approved"), ("site", other.as_str()), ("note", "")];
    timur.open(&at).await;
    let answer = timur.send(&format!("{at}/say"), &fields).await;
    assert!(answer.status == StatusCode::FORBIDDEN && answer.page.contains("not what was proposed"), "{}", answer.page);
    let unsigned = files_of(&house.archive(&at).await);
    assert!(matches!(verified(&unsigned), Err(KeptError::Unsigned(PROPOSAL))));

    let (status, text) = house.says(&mut timur, &at, "approved", "Looked at it").await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
    let published = files_of(&house.archive(&at).await);
    verified(&published).expect("holds");
    let folder = folder_of(&published);
    let unpacked = Unpacked::read(folder.path()).expect("reads");
    let report = check(&unpacked, Some(house.office.fixture.deployment.id())).expect("holds");
    assert_eq!((report.site, report.proposed_by == report.approved_by), (house.site_of(&at), false));
    assert!(matches!(
        check(&unpacked, Some(kuager_wire::ids::DeploymentId([1; 32]))),
        Err(KeptError::OtherDeployment(_))
    ));
    let records = String::from_utf8(published["data/records.csv"].clone()).expect("text");
    assert!(records.contains(&record), "{records}");
    for page in ["kk/index.html", "ru/method.html", "en/changes.html", &format!("en/stations/{STATION}.html")] {
        assert!(published.contains_key(page), "{page}");
    }
    let page = timur.open("/publish?lang=en").await.page;
    assert!(page.contains("Download as zip") && page.contains("Looked at it"), "{page}");

    // Whoever changes, adds or takes away a file is told so, and which.
    let tampered = |change: &dyn Fn(&mut Files)| {
        let mut files = published.clone();
        change(&mut files);
        verified(&files).expect_err("does not hold")
    };
    let fault = tampered(&|files| files.get_mut("en/index.html").expect("is there").push(b' '));
    assert!(matches!(fault, KeptError::Fault(PublicationFault::Changed(name)) if name == "en/index.html"));
    let fault = tampered(&|files| drop(files.remove("data/totals.csv")));
    assert!(matches!(fault, KeptError::Fault(PublicationFault::Missing(name)) if name == "data/totals.csv"));
    let fault = tampered(&|files| drop(files.insert("more.html".to_owned(), vec![])));
    assert!(matches!(fault, KeptError::Fault(PublicationFault::Added(name)) if name == "more.html"));
    let fault = tampered(&|files| files.get_mut(SUMS).expect("is there").push(b'\n'));
    assert!(matches!(fault, KeptError::Fault(PublicationFault::Line(_))));
    let fault = tampered(&|files| drop(files.insert(VERDICT.to_owned(), files[PROPOSAL].clone())));
    assert!(matches!(fault, KeptError::Fault(PublicationFault::OtherAct(VERDICT))));
}

#[tokio::test]
async fn bytes_that_were_changed_since_cannot_be_approved() {
    let house = House::new().await;
    house.send(1, &house.protocol(0, STATION, &[])).await;
    let (mut aigerim, mut timur) = (house.enter("Aigerim").await, house.enter("Timur").await);
    let at = house.propose(&mut aigerim).await;
    let path = house.office.fixture.deployment.dir().join("publications").join(format!("{}.zip", house.site_of(&at)));
    // Somebody at the machine puts other numbers in, and lists them as they are.
    let mut files = files_of(&std::fs::read(&path).expect("is there"));
    files.insert("en/index.html".to_owned(), b"nothing".to_vec());
    let listed = files.iter().filter(|(name, _)| *name != SUMS);
    let sums: String = listed.map(|(name, bytes)| format!("{}  {name}\n", ContentHash::of(bytes))).collect();
    files.insert(SUMS.to_owned(), sums.into_bytes());
    let mut forged = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in &files {
        forged.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).expect("is begun");
        forged.write_all(bytes).expect("is written");
    }
    std::fs::write(&path, forged.finish().expect("is written").into_inner()).expect("is written");
    let (status, text) = house.says(&mut timur, &at, "approved", "").await;
    assert!(status == StatusCode::CONFLICT && text.contains("not what was proposed"), "{text}");
    assert!(house.desk.look_at_acts(|acts, _| acts.publications.published().is_none()));
    let (status, _) = house.says(&mut timur, &at, "rejected", " ").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "a rejection says why");
    assert_eq!(house.says(&mut timur, &at, "rejected", "changed").await.0, StatusCode::SEE_OTHER);
    assert!(!path.exists(), "nobody wants it");
}

#[tokio::test]
async fn what_changes_is_said_and_nothing_disappears_without_a_word() {
    let house = House::new().await;
    house.send(1, &house.protocol(0, STATION, &[])).await;
    let (mut aigerim, mut timur) = (house.enter("Aigerim").await, house.enter("Timur").await);
    let first = house.propose(&mut aigerim).await;
    assert_eq!(house.says(&mut timur, &first, "approved", "").await.0, StatusCode::SEE_OTHER);
    // Another copy says something else; a station is new.
    house.send(2, &house.protocol(0, STATION, &[("P07", 16)])).await;
    house.send(2, &house.protocol(1, "110000000-312", &[])).await;
    let desk = &house.desk;
    while desk.look(|book| book.newest()) < 3 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let second = house.propose(&mut timur).await;
    let page = aigerim.open(&format!("{second}?lang=en")).await.page;
    assert!(page.contains("disputed: copies differ") && page.contains("No. 312"), "{page}");
    let files = files_of(&house.archive(&second).await);
    let changes = String::from_utf8(files["data/changes.csv"].clone()).expect("text");
    assert!(
        changes.contains(&format!("changed,protocol,{STATION},")) && changes.contains("reported,disputed"),
        "{changes}"
    );
    assert!(changes.contains("added,protocol,110000000-312,"), "{changes}");
    // A proposal that says its changes from something else than what is public now is not one to approve.
    let late = house.propose(&mut aigerim).await;
    assert_eq!(house.says(&mut aigerim, &second, "approved", "").await.0, StatusCode::SEE_OTHER);
    let (status, text) = house.says(&mut timur, &late, "approved", "").await;
    assert!(status == StatusCode::FORBIDDEN && text.contains("propose it again"), "{text}");
}

#[tokio::test]
async fn the_same_state_makes_the_same_bytes() {
    let house = House::new().await;
    house.send(1, &house.protocol(0, STATION, &[])).await;
    let (mut aigerim, mut timur) = (house.enter("Aigerim").await, house.enter("Timur").await);
    let one = house.propose(&mut aigerim).await;
    let (archive, site) = (house.archive(&one).await, house.site_of(&one));
    // The journal has gone on by the proposal: what is made from the same number of entries is the same.
    let progress = std::sync::Arc::default();
    let choice = || Choice {
        contests: house.desk.published().latest.pack.contests.iter().map(|contest| contest.key.clone()).collect(),
        parts: Part::ALL.to_vec(),
    };
    let mut made = Vec::new();
    for _ in 0..2 {
        let mut input = publishing::gather(&house.desk, choice(), &progress).await.expect("is gathered");
        input.as_of.entries = proposal(&house.desk, one.rsplit('/').next().expect("a name")).expect("is there").entries;
        let (file, made_of) =
            crate::site::write(&input, Cursor::new(Vec::new()), &progress, |_| Ok(None)).expect("is written");
        assert_eq!(made_of.site, site);
        made.push(file.into_inner());
    }
    assert_eq!(made[0], archive);
    assert_eq!(made[1], archive);
    assert_eq!(house.says(&mut timur, &one, "approved", "").await.0, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn nothing_personal_is_public_and_what_people_typed_is_not_there() {
    let house = House::new().await;
    let fixture = &house.office.fixture;
    let hostile = "<script>alert(1)</script> שלום =cmd";
    let (original, preview) = (photo(1, 90), photo(1, 30));
    let mut record = house.protocol(0, STATION, &[("P07", 999_999)]);
    let mut answers = record.body.answers.clone().expect("has answers");
    answers.insert("copy", Value::from(hostile));
    record.body.answers = Some(answers);
    house.office.send(1, record, &original, &preview).await;
    house.office.upload(1, &original).await;
    // A station that somebody typed, an incident in words, an exercise.
    house.send(2, &fixture.turnout(0, hostile)).await;
    house.send(2, &fixture.record(1, hostile)).await;
    let training = Record { training: Some(true), ..house.protocol(2, STATION, &[]) };
    let training = house.send(2, &training).await;
    let (mut aigerim, mut timur) = (house.enter("Aigerim").await, house.enter("Timur").await);
    let media = MediaHash::of(&original);
    aigerim.open(&format!("/media/{media}?lang=en")).await;
    let made = aigerim.send(&format!("/media/{media}/redact?lang=en"), &[("regions", "0, 0, 50, 50")]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.page);
    aigerim.open(&made.location).await;
    assert_eq!(aigerim.send(&made.location, &[]).await.status, StatusCode::SEE_OTHER);
    let at = house.propose(&mut aigerim).await;
    assert_eq!(house.says(&mut timur, &at, "approved", "").await.0, StatusCode::SEE_OTHER);
    let files = files_of(&house.archive(&at).await);
    let observers = fixture.ledger.observers(None).await.expect("reads");
    let mut secrets: Vec<String> = observers.iter().map(ToString::to_string).collect();
    secrets.extend(observers.iter().map(|observer| observer.to_string()[..8].to_owned()));
    secrets.extend([1, 2].map(|seed| kuager_coordinator::testing::kid(seed).to_string()));
    secrets.extend(["alert(1)", "שלום", "Aigerim", "Timur", training.as_str()].map(str::to_owned));
    for (name, bytes) in &files {
        let text = String::from_utf8_lossy(bytes);
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "{name} says {secret}");
        }
        if name.ends_with(".html") {
            assert!(!text.contains("<script") && !text.contains("http://") && !text.contains("https://"), "{name}");
        }
        assert_ne!(bytes, &original, "{name}");
        assert_ne!(bytes, &preview, "{name}");
    }
    let copies = fixture.ledger.redactions_of(media).await.expect("reads");
    let page = String::from_utf8_lossy(&files[&format!("en/stations/{STATION}.html")]).into_owned();
    assert!(page.contains(&format!("../../pictures/{}.jpg", copies[0].media)) && page.contains("observer 1"), "{page}");
    assert_eq!(MediaHash::of(&files[&format!("pictures/{}.jpg", copies[0].media)]), copies[0].media);
    assert!(page.contains("Does not add up"), "what contradicts itself is said in words: {page}");
    // Every link leads to something in the folder.
    for (name, bytes) in files.iter().filter(|(name, _)| name.ends_with(".html")) {
        let text = String::from_utf8_lossy(bytes);
        for part in ["href=\"", "src=\""] {
            for link in text.split(part).skip(1).filter_map(|rest| rest.split('"').next()) {
                let mut to: Vec<&str> = name.split('/').collect();
                to.pop();
                for step in link.split('/') {
                    if step == ".." {
                        to.pop().expect("leads out of the folder");
                    } else {
                        to.push(step);
                    }
                }
                assert!(files.contains_key(&to.join("/")), "{name} leads to {link}");
            }
        }
    }
}

#[tokio::test]
async fn a_publication_before_the_embargo_ends_has_nothing_of_a_poll() {
    let house = House::new().await;
    let fixture = &house.office.fixture;
    house.send(1, &house.protocol(0, STATION, &[])).await;
    let card: TextMap<Value> = [("vote", Value::from("sample_3")), ("sex", Value::from("f"))].into_iter().collect();
    let answers: Answers = [
        ("wave", Value::from("w1")),
        ("passed", Value::Int(41_717)),
        ("cards", Value::List(vec![Value::Group(card.clone()), Value::Group(card)])),
    ]
    .into_iter()
    .collect();
    let pack = fixture.deployment.latest_pack().hash;
    let mut polls = Vec::new();
    for (seq, kind) in [(0, RecordKind::ExitPollWave), (1, RecordKind::Checklist)] {
        let record = Record {
            kind,
            form: Some(FormRef { pack, form: "exit-poll".to_owned() }),
            body: RecordBody { answers: Some(answers.clone()), ..RecordBody::default() },
            ..fixture.turnout(seq, STATION)
        };
        polls.push(house.send(2, &record).await);
    }
    // Accounts sign in by a code of the time; the day is the last thing that is set.
    let mut aigerim = house.enter("Aigerim").await;
    let before = house.propose(&mut aigerim).await;
    for (name, bytes) in files_of(&house.archive(&before).await) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for said in ["41717", "exit-poll", polls[0].as_str(), polls[1].as_str()] {
            assert!(!text.contains(said), "{name} says {said}");
        }
    }
    fixture.clock.set(DAY_OVER_MS);
    let choice = Choice { contests: vec![], parts: vec![Part::Turnout] };
    let input = publishing::gather(&house.desk, choice, &std::sync::Arc::default()).await.expect("is gathered");
    assert_eq!((input.withheld, input.records.len()), (0, 3), "hashes say nothing of a poll, and are there afterwards");
    let (file, _) =
        crate::site::write(&input, Cursor::new(Vec::new()), &Progress::default(), |_| Ok(None)).expect("is written");
    for (name, bytes) in files_of(&file.into_inner()) {
        assert!(!String::from_utf8_lossy(&bytes).contains("41717"), "{name}: a publication has no poll at all");
    }
}

#[tokio::test]
async fn without_accounts_nothing_is_published() {
    let office = Office::new().await;
    let (_, page) = office.open("/publish?lang=en").await;
    assert!(page.contains("two people with accounts") && !page.contains("Make and propose"), "{page}");
    let here = Some("http://localhost:8080");
    let (status, _, text) = office.submit("/publish/propose", here, &[("part", "turnout")]).await;
    assert!(status == StatusCode::FORBIDDEN && text.contains("two people"), "{text}");
    for path in ["/publish/0", &format!("/publish/{}", "0".repeat(64)), &format!("/publish/{}/zip", "0".repeat(64))] {
        assert_eq!(office.open(path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(journal::read(&office.fixture.app, 0, 10).await.expect("reads").is_empty());
}

#[tokio::test]
async fn what_is_being_made_can_be_stopped() {
    let house = House::new().await;
    house.send(1, &house.protocol(0, STATION, &[])).await;
    let progress = std::sync::Arc::new(Progress::default());
    progress.stop();
    let by = PersonId([1; 16]);
    let stopped = publishing::propose(&house.desk, by, Choice::default(), None, &progress).await;
    assert!(matches!(stopped, Err(crate::site::SiteError::Stopped)));
    let folder = house.office.fixture.deployment.dir().join("publications");
    assert!(std::fs::read_dir(folder).map_or(0, Iterator::count) == 0, "nothing is left of it");
}

#[tokio::test]
async fn a_proposal_is_looked_at_as_it_will_be() {
    let house = House::new().await;
    house.send(1, &house.protocol(0, STATION, &[])).await;
    let mut aigerim = house.enter("Aigerim").await;
    let at = house.propose(&mut aigerim).await;
    let page = aigerim.open(&format!("{at}/site/ru/index.html")).await;
    assert!(page.status == StatusCode::OK && page.page.contains("Это не официальный результат"), "{}", page.page);
    let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
    assert!(policy.contains("default-src 'none'") && !policy.contains("script-src"), "{policy}");
    for path in ["..%2f..%2fledger.db", "%2e%2e/x", "nothing.html"] {
        assert_ne!(aigerim.open(&format!("{at}/site/{path}")).await.status, StatusCode::OK, "{path}");
    }
}
