//! Incidents over all stations: what weighs most stands first, and where each stands follows from what everybody said, in time.

use kuager_wire::ids::{PersonId, RecordHash};
use kuager_wire::pack::Gravity;
use kuager_wire::record::{Answers, Attachment, AttachmentRole, FollowUp, IncidentStatus, RecordKind, Value};

use super::{DAWN_MS, STATION, Sent, arrive, book, orders, pack, settle};
use crate::book::parts::GIST;
use crate::book::{Book, DeskStep, Entry, IncidentOrder, IncidentQuery, StepBy};

fn incident(observer: u8, seq: u64, codes: &[&str], seen: &str) -> Sent {
    let codes = Value::List(codes.iter().map(|code| Value::from(*code)).collect());
    let answers: Answers = [("codes", codes), ("seen", Value::from(seen))].into_iter().collect();
    Sent::new(observer, seq, RecordKind::Incident, "incident", answers)
}

fn word(observer: u8, seq: u64, about: RecordHash, status: IncidentStatus) -> Sent {
    let mut word = Sent::new(observer, seq, RecordKind::Note, "", Answers::default());
    word.record.body.follows = Some(FollowUp { record: about, status });
    word
}

fn step(book: &mut Book, seq: u64, record: RecordHash, at_ms: u64, status: IncidentStatus) {
    let step = DeskStep { seq, at_ms, by: Some(PersonId([4; 16])), status, note: Some("called the chair".to_owned()) };
    book.entry([u8::try_from(seq).expect("few"); 32], Entry::Step { record, step });
}

fn found(book: &Book, query: &IncidentQuery) -> Vec<RecordHash> {
    let page = book.incidents(query, 0, 100);
    assert_eq!(page.rows.len(), page.found);
    page.rows.into_iter().map(|row| row.incident.record).collect()
}

#[test]
fn the_heaviest_and_the_untouched_stand_first_and_filters_fit_together() {
    let pack = pack();
    let mut all = book(&pack);
    // Procedural; serious, with a word; critical twice, one of them elsewhere.
    let sent = [
        incident(1, 0, &["B01"], "ten minutes late"),
        incident(1, 1, &["A06"], "no figure was told"),
        incident(2, 0, &["V01"], "a stack of <b>ballots</b>"),
        incident(3, 0, &["V01", "A06"], "ballots from a bag").at("750000000-352"),
        word(2, 1, super::hash((1 << 32) | 1), IncidentStatus::Disputed),
    ];
    arrive(&mut all, &sent);
    let hashes: Vec<RecordHash> = sent.iter().map(|sent| sent.hash).collect();
    let everything = IncidentQuery::default();
    assert_eq!(found(&all, &everything), [hashes[3], hashes[2], hashes[1], hashes[0]]);
    let news = IncidentQuery { order: IncidentOrder::News, ..everything.clone() };
    assert_eq!(found(&all, &news), [hashes[3], hashes[2], hashes[1], hashes[0]]);
    let of = |query: IncidentQuery| found(&all, &query);
    assert_eq!(of(IncidentQuery { gravity: Some(Gravity::Procedural), ..everything.clone() }), [hashes[0]]);
    assert_eq!(of(IncidentQuery { code: Some("A06".to_owned()), ..everything.clone() }), [hashes[3], hashes[1]]);
    assert_eq!(of(IncidentQuery { status: Some(IncidentStatus::Disputed), ..everything.clone() }), [hashes[1]]);
    assert_eq!(of(IncidentQuery { region: Some("750000000".to_owned()), ..everything.clone() }), [hashes[3]]);
    for (words, wanted) in [
        ("stack", &hashes[2..3]),
        ("вброс", &[hashes[3], hashes[2]]),
        ("V01 bag", &hashes[3..4]),
        ("astana 99", &[hashes[2], hashes[1], hashes[0]]),
        ("nothing of the kind", &[]),
    ] {
        let query = IncidentQuery { words: words.to_owned(), ..everything.clone() };
        assert_eq!(found(&all, &query), wanted, "{words}");
    }
    let page = all.incidents(&IncidentQuery { gravity: Some(Gravity::Serious), ..everything }, 0, 100);
    assert_eq!(page.gravities, [(Gravity::Critical, 2), (Gravity::Serious, 1), (Gravity::Procedural, 1)]);
    assert_eq!(page.statuses.iter().map(|(_, count)| count).sum::<u64>(), 1);
    assert_eq!(page.codes, [("A06".to_owned(), 2), ("V01".to_owned(), 2), ("B01".to_owned(), 1)]);
}

#[test]
fn where_it_stands_follows_from_observers_and_the_desk_in_time() {
    use IncidentStatus::{Corroborated, Disputed, Verified, Withdrawn};
    let pack = pack();
    let report = incident(1, 0, &["V01"], "a stack of ballots");
    let about = report.hash;
    let corrected = incident(1, 1, &["V01"], "two stacks of ballots").correcting(&report);
    let sent = [report, corrected.clone(), word(2, 0, about, Corroborated), word(3, 0, about, Corroborated)];
    for order in orders(&sent) {
        let mut all = book(&pack);
        // The desk's word may be told before the record arrives, and names an earlier version.
        step(&mut all, 1, about, DAWN_MS + 2_500, Verified);
        arrive(&mut all, &order);
        let life = all.incident(about).expect("is there");
        assert_eq!((life.row.incident.record, life.row.incident.status), (corrected.hash, Verified));
        assert_eq!((life.row.sources, life.row.steps, life.versions), (3, 3, 2));
        let counts: Vec<(IncidentStatus, bool)> = life.steps.iter().map(|step| (step.status, step.counts)).collect();
        // The second observer at 2 s, the desk at 2.5 s; the third at 3 s takes nothing back.
        let expected =
            [(IncidentStatus::Reported, true), (Corroborated, true), (Verified, true), (Corroborated, false)];
        assert_eq!(counts, expected);
        assert!(matches!(life.steps[2].by, StepBy::Person(Some(_), _)) && life.steps[2].note.is_some());
        assert_eq!(all.station(&super::row(STATION)).expect("is there").incidents[0].status, Verified);
    }
    let mut all = book(&pack);
    arrive(&mut all, &sent);
    let steps = [(1, Verified), (2, Disputed), (2, Disputed), (3, Withdrawn)];
    for (seq, status) in steps {
        step(&mut all, seq, about, DAWN_MS + 10_000 + seq, status);
    }
    settle(&mut all, |_| None);
    let life = all.incident(about).expect("is there");
    assert_eq!(life.row.incident.status, Disputed, "only its author withdraws, and an entry counts once");
    assert_eq!(life.steps.iter().filter(|step| step.status == Disputed).count(), 1);
    // The author withdraws; then nothing moves it.
    arrive(&mut all, &[word(1, 2, corrected.hash, Withdrawn)]);
    step(&mut all, 9, about, DAWN_MS + 90_000, Verified);
    settle(&mut all, |_| None);
    assert_eq!(all.incident(about).expect("is there").row.incident.status, Withdrawn);
}

#[test]
fn two_sources_or_media_are_grounds_and_a_second_report_of_oneself_is_none() {
    let pack = pack();
    let mut all = book(&pack);
    let (one, again) = (incident(1, 0, &["V01"], "seen"), incident(1, 1, &["V01"], "seen again"));
    arrive(&mut all, &[one.clone(), again.clone()]);
    let row = |all: &Book, hash| all.incident(hash).expect("is there").row;
    assert_eq!((row(&all, one.hash).sources, row(&all, one.hash).has_grounds()), (1, false));
    let elsewhere = incident(2, 0, &["V01"], "seen").at("750000000-352");
    arrive(&mut all, &[elsewhere, incident(3, 0, &["B01"], "late")]);
    assert_eq!(row(&all, one.hash).sources, 1, "another station, or another code, is another matter");
    let mut second = incident(2, 1, &["B01", "V01"], "I saw it, too");
    second.record.attachments = Some(vec![Attachment {
        hash: kuager_wire::ids::MediaHash([3; 32]),
        size: 5,
        mime: "image/jpeg".to_owned(),
        role: AttachmentRole::Original,
        of: None,
        source: None,
        claims: None,
        label: None,
    }]);
    arrive(&mut all, &[second.clone()]);
    assert_eq!((row(&all, one.hash).sources, row(&all, one.hash).has_grounds()), (2, true));
    assert_eq!((row(&all, second.hash).files, row(&all, second.hash).sources), (1, 3));
    assert_eq!(all.incident(one.hash).expect("is there").alike.len(), 2);
}

#[test]
fn what_is_kept_of_a_text_is_short_and_may_stand_in_an_act() {
    let pack = pack();
    let mut all = book(&pack);
    let mut long = incident(1, 0, &["V01"], &"я".repeat(4_000));
    // What could endanger people is printed nowhere, and is no gist.
    let mut hidden = incident(1, 1, &["V01"], "  ");
    for (sent, id) in [(&mut long, "witnesses"), (&mut hidden, "told")] {
        sent.record.body.answers.as_mut().expect("has answers").insert(id, Value::from("a name"));
    }
    arrive(&mut all, &[long.clone(), hidden.clone()]);
    let gist = |hash| all.incident(hash).expect("is there").row.gist;
    assert_eq!(gist(long.hash).expect("is kept").chars().count(), GIST + 1);
    assert_eq!(gist(hidden.hash), None);
    assert!(all.incident(super::hash(77)).is_none() && all.counted(super::hash(77)).is_none());
}
