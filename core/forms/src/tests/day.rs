//! Incidents and their life, acts, the tally, and what is carried from record to record.

use kuager_wire::canonical::TextMap;
use kuager_wire::form::{Carried, CarriedFrom, Form, Question, QuestionKind};
use kuager_wire::ids::{BootId, Kid, MediaHash, ObserverId, PackHash, RecordHash};
use kuager_wire::pack::{ActTemplate, Gravity, Incident, Pack, Station, Turnout, TurnoutHour};
use kuager_wire::record::{
    Answers, Attachment, AttachmentRole, Body, ClockReading, FollowUp, FormRef, IncidentStatus, Record, RecordKind,
    Value,
};

use super::{choice, question, texts};
use crate::act::{ActError, ActRecord, render};
use crate::carried::{Looking, carried};
use crate::incident::*;
use crate::tally::*;

fn pack() -> Pack {
    let incident = |code: &str, urgent: bool| Incident {
        code: code.to_owned(),
        gravity: Gravity::Critical,
        title: texts(&format!("incident {code} <b>")),
        law: Some("20(8)".to_owned()),
        record: None,
        urgent: urgent.then_some(true),
        group: None,
    };
    let words =
        ["title", "station", "time", "violations", "facts", "receipt_mark", "receipt_name", "attachments", "yes"];
    Pack {
        languages: vec!["kk".to_owned(), "ru".to_owned()],
        law: "the law".to_owned(),
        utc_offset: Some(300),
        stations: vec![Station {
            key: "750000000-99".to_owned(),
            name: texts("station"),
            address: Some(texts("street")),
            ..Station::default()
        }],
        incidents: Some(vec![incident("A01", true), incident("V13", false)]),
        act: Some(ActTemplate {
            form: "incident".to_owned(),
            codes: "codes".to_owned(),
            texts: words.into_iter().map(|key| (key, texts(key))).collect::<TextMap<_>>(),
            omit: Some(vec!["informant".to_owned()]),
        }),
        forms: vec![Form {
            questions: vec![
                Question { choices: Some(vec![choice("A01")]), ..question("codes", QuestionKind::Choices) },
                Question { text: texts("seen"), ..question("seen", QuestionKind::Text) },
                question("informant", QuestionKind::Text),
                Question { text: texts("told"), ..question("told", QuestionKind::YesNo) },
                question("at", QuestionKind::Time),
            ],
            ..Form::new("incident", RecordKind::Incident)
        }],
        ..Pack::default()
    }
}

fn record(kind: RecordKind, form: Option<&str>, body: Body) -> Record {
    Record {
        version: 1,
        kind,
        seq: 3,
        prev: RecordHash([0; 32]),
        // 2026-08-30 23:05 in UTC+5.
        clock: ClockReading { wall_ms: 1_788_113_100_000, monotonic_ms: 1, boot_id: BootId([1; 16]), flags: 0 },
        checkpoint: None,
        form: form.map(|form| FormRef { pack: PackHash([2; 32]), form: form.to_owned() }),
        station: Some("750000000-99".to_owned()),
        body,
        attachments: None,
        supersedes: None,
        location: None,
        training: None,
    }
}

fn filled(form: &str, entries: &[(&str, Value)]) -> Record {
    let answers: Answers = entries.iter().cloned().collect();
    record(RecordKind::Incident, Some(form), Body { answers: Some(answers), ..Body::default() })
}

#[test]
fn a_report_begins_with_its_codes_and_knows_its_urgency() {
    let pack = pack();
    let (form, answers) = begin(&pack, &["V13", "A01", "V13"]).expect("begins");
    assert_eq!(form, "incident");
    assert_eq!(answers.get("codes"), Some(&Value::List(vec!["V13".into(), "A01".into()])));
    assert!(is_urgent(&pack, form, &answers));
    let (_, usual) = begin(&pack, &["V13"]).expect("begins");
    assert!(!is_urgent(&pack, form, &usual));
    assert!(!is_urgent(&pack, "opening", &answers), "a checklist that happens to have such a question is no report");
    assert_eq!(begin(&pack, &["Z99"]), Err(IncidentError::UnknownCode("Z99".to_owned())));
    assert_eq!(begin(&Pack::default(), &["A01"]), Err(IncidentError::NoForm));
}

#[test]
fn the_life_of_an_incident_is_told_by_those_who_may() {
    let (author, other, desk) = (ObserverId([1; 16]), ObserverId([2; 16]), ObserverId([3; 16]));
    let incident = RecordHash([7; 32]);
    let says = |about, status| {
        let follows = Some(FollowUp { record: about, status });
        record(RecordKind::Note, None, Body { text: Some("why".to_owned()), follows, ..Body::default() })
    };
    let words = [
        (author, false, says(incident, IncidentStatus::Corroborated)),
        (other, false, says(incident, IncidentStatus::Corroborated)),
        (other, false, says(incident, IncidentStatus::Verified)),
        (other, false, says(RecordHash([8; 32]), IncidentStatus::Disputed)),
        (desk, true, says(incident, IncidentStatus::Verified)),
        (other, false, says(incident, IncidentStatus::Withdrawn)),
        (other, false, says(incident, IncidentStatus::Disputed)),
        (desk, true, says(incident, IncidentStatus::Reported)),
        (author, false, says(incident, IncidentStatus::Withdrawn)),
        (other, false, says(incident, IncidentStatus::Corroborated)),
    ];
    let spoken: Vec<Spoken<'_>> = words
        .iter()
        .zip(0_u8..)
        .map(|((observer, responsible, record), number)| Spoken {
            hash: RecordHash([number; 32]),
            observer: *observer,
            responsible: *responsible,
            record,
        })
        .collect();
    let told: Vec<(u8, &str)> =
        history(incident, author, &spoken).iter().map(|step| (step.by.0[0], step.status.name())).collect();
    assert_eq!(told, [(7, "reported"), (1, "corroborated"), (4, "verified"), (6, "disputed"), (8, "withdrawn")]);
}

#[test]
fn an_act_is_a_page_that_means_what_the_record_says() {
    let pack = pack();
    let evil = "</dd><script>alert('x')</script> & \"q\" \u{202e}gpj";
    let mut record = filled(
        "incident",
        &[
            ("codes", Value::List(vec!["A01".into()])),
            ("seen", evil.into()),
            ("informant", "somebody".into()),
            ("told", "yes".into()),
            ("at", Value::Int(485)),
        ],
    );
    record.attachments = Some(vec![Attachment {
        hash: MediaHash([9; 32]),
        size: 77,
        mime: "image/jpeg".to_owned(),
        role: AttachmentRole::Original,
        of: None,
        source: None,
        claims: None,
        label: None,
    }]);
    let sealed = ActRecord { hash: RecordHash([7; 32]), kid: Kid([1; 16]), record: &record };
    let page = render(&pack, sealed, "ru").expect("is made");
    assert!(
        page.contains("&lt;/dd&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;q&quot; \u{fffd}gpj")
    );
    assert!(!page.contains("<script") && !page.contains("somebody") && !page.contains("http:"), "{page}");
    assert!(page.contains("A01 incident A01 &lt;b&gt; (ru) (20(8))"), "{page}");
    assert!(page.contains("station (ru), street (ru), 750000000-99"), "{page}");
    assert!(page.contains("2026-08-30 23:05 (UTC+05:00)"), "{page}");
    assert!(page.contains("yes (ru)") && page.contains("<dd>08:05</dd>"), "{page}");
    assert!(page.contains(&"07".repeat(32)) && page.contains(&"09".repeat(32)), "{page}");
    assert!(
        page.contains("<html lang=\"ru\">") && page.contains("receipt_mark (ru)") && page.contains("class=\"line\"")
    );
    assert!(render(&pack, sealed, "kk").expect("is made").contains("title (kk)"));
    let mut typed_in = record.clone();
    typed_in.station = Some("мешіт жанындағы <учаске>".to_owned());
    let page = render(&pack, ActRecord { record: &typed_in, ..sealed }, "kk").expect("is made");
    assert!(page.contains("мешіт жанындағы &lt;учаске&gt;"));
    let other = filled("opening", &[]);
    let refused = render(&pack, ActRecord { record: &other, ..sealed }, "kk");
    assert_eq!(refused, Err(ActError::NotAnIncident));
    assert_eq!(render(&Pack::default(), sealed, "kk"), Err(ActError::NoTemplate));
}

#[test]
fn a_tally_counts_up_and_never_below_what_was_reported() {
    let mut tally = Tally::default();
    assert!(!tally.is_whole());
    (0..10).for_each(|second| tally.tap(1, second));
    tally.tap(-2, 11);
    assert_eq!(tally.mark("10", None), Some(8));
    tally.tap(-5, 12);
    assert_eq!(tally.total, 8);
    tally.tap(4, 13);
    assert!(tally.is_whole());
    assert_eq!((tally.mark("12", None), tally.mark("12", None)), (Some(12), Some(12)));
    assert_eq!(tally.marks.len(), 2);
    tally.leave(20);
    tally.leave(21);
    tally.tap(1, 30);
    assert_eq!(tally.absences, [Absence { from_ms: 20, until_ms: Some(30) }]);
    assert!(!tally.is_whole());
    tally.tap(i32::MIN, 31);
    assert_eq!(tally.total, 12);
}

#[test]
fn an_hour_that_is_noted_late_gets_the_sum_of_that_hour() {
    let pack = Pack { election_day: "2026-08-30".to_owned(), turnout: Some(turnout()), ..pack() };
    // 2026-08-30 05:00 in UTC+5.
    let five = 1_788_048_000_000;
    let at = |minutes: i64| five + (minutes - 300) * 60_000;
    let mut tally = Tally::default();
    assert_eq!(tally.mark("10", Some(at(600))), None, "nobody has counted");
    for minute in (480..720).chain(725..900) {
        tally.tap(1, at(minute));
    }
    assert_eq!(past_hour(&pack, "10", at(600)), None, "it is now");
    assert_eq!(past_hour(&pack, "10", at(605)), Some(at(600)));
    assert_eq!(past_hour(&pack, "10", at(605) + 86_400_000), None, "another day's");
    assert_eq!(tally.mark("14", past_hour(&pack, "14", at(905))), Some(240 + 115), "what was counted before it");
    assert_eq!(tally.mark("10", past_hour(&pack, "10", at(905))), Some(120));
    assert_eq!((tally.total_at(at(723)), tally.total_at(at(479))), (Some(240), None));
    // Nothing below what was taken for any hour is taken back, in whatever order they were noted.
    tally.tap(i32::MIN, at(906));
    assert_eq!(tally.total, 355);
    // Until when: the last tap, or when they left.
    assert_eq!(tally.counted_until(None).and_then(|until| local_minutes(&pack, until)), Some(906));
    tally.leave(at(910));
    assert_eq!(tally.counted_until(None), Some(at(910)));
    assert_eq!(tally.counted_until(Some(at(840))), Some(at(840)));
    assert!(tally.has_break(None) && !tally.has_break(Some(at(840))));
    // A day of taps stays small, and so does a clock that jumps about.
    for jump in 0..5_000_i64 {
        tally.tap(1, at(jump * 7 % 3_000));
        assert!(tally.sums.len() <= 300 && tally.sums.is_sorted_by_key(|sum| sum.at_ms));
    }
}

#[test]
fn a_tally_of_an_earlier_release_goes_on() {
    // {1: 12, 2: [{1: "10", 2: 12}], 3: 1000, 4: 2000, 5: []}, without sums.
    let stored =
        [0xa5, 1, 12, 2, 0x81, 0xa2, 1, 0x62, b'1', b'0', 2, 12, 3, 0x19, 0x03, 0xe8, 4, 0x19, 0x07, 0xd0, 5, 0x80];
    let mut tally: Tally = minicbor::decode(&stored).expect("is read");
    assert_eq!((tally.total, tally.sums.len()), (12, 0));
    assert_eq!((tally.total_at(2000), tally.total_at(1999)), (Some(12), None), "of before, nothing is known");
    tally.tap(1, 3000);
    assert_eq!(tally.total_at(3000), Some(13));
}

fn turnout() -> Turnout {
    let hour = |key: &str, at| TurnoutHour { key: key.to_owned(), at };
    Turnout {
        form: "turnout".to_owned(),
        hour: "hour".to_owned(),
        told: "told".to_owned(),
        own: "own".to_owned(),
        hours: vec![hour("10", 600), hour("12", 720), hour("14", 840)],
        whole: None,
        until: None,
    }
}

fn by_hour(name: &str, question: &str, from: CarriedFrom) -> Carried {
    let order = ["10", "12", "14"].map(str::to_owned).to_vec();
    Carried { by: Some("hour".to_owned()), order: Some(order), ..Carried::new(name, "turnout", question, from) }
}

#[test]
fn relations_go_by_the_hour_and_not_by_the_order_of_noting() {
    let with_own = Some(vec!["own".to_owned()]);
    let form = Form {
        carried: Some(vec![
            by_hour("all", "told", CarriedFrom::All),
            by_hour("last", "told", CarriedFrom::Latest),
            by_hour("before", "told", CarriedFrom::Before),
            by_hour("after", "told", CarriedFrom::After),
            by_hour("own", "own", CarriedFrom::Latest),
            Carried { with: with_own, ..by_hour("own_hour", "hour", CarriedFrom::Latest) },
        ]),
        ..Form::new("turnout", RecordKind::Turnout)
    };
    let told = |hour: &str, number: i64| filled("turnout", &[("hour", hour.into()), ("told", Value::Int(number))]);
    let mut records: Vec<(RecordHash, Record)> =
        [told("14", 300), told("10", 100), told("12", 250), told("12", 200), told("elsewhen", 1)]
            .into_iter()
            .zip(1..)
            .map(|(record, number)| (RecordHash([number; 32]), record))
            .collect();
    records.push((RecordHash([6; 32]), filled("turnout", &[("told", Value::Int(2))])));
    let mut own = told("10", 100);
    own.body.answers.as_mut().expect("has some").insert("own", Value::Int(90));
    records[1].1 = own;
    let seen = |hour: Option<&str>, supersedes| {
        let answers: Answers = hour.map(|hour| ("hour", Value::from(hour))).into_iter().collect();
        let looking = Looking { station: Some("750000000-99"), training: false, supersedes, answers: &answers };
        carried(&form, looking, &records)
    };
    let protocol = seen(None, None);
    assert_eq!(protocol.get("all"), Some(&Value::List([100, 200, 300].map(Value::Int).to_vec())));
    assert_eq!(protocol.get("last"), Some(&Value::Int(300)));
    assert_eq!((protocol.get("before"), protocol.get("after")), (None, None), "it is for no hour");
    assert_eq!(
        (protocol.get("own"), protocol.get("own_hour")),
        (Some(&Value::Int(90)), Some(&"10".into())),
        "together"
    );
    let noon = seen(Some("12"), None);
    assert_eq!((noon.get("before"), noon.get("after")), (Some(&Value::Int(100)), Some(&Value::Int(300))));
    assert_eq!(seen(Some("10"), None).get("before"), None);
    // A correction that moves the figure for 14 h to 12 h is not compared with what it corrects.
    assert_eq!(seen(Some("12"), Some(RecordHash([1; 32]))).get("after"), None);
}

#[test]
fn of_two_corrections_the_latest_counts_and_none_is_compared_with_what_it_corrects() {
    let form = Form {
        carried: Some(vec![Carried::new("all", "turnout", "told", CarriedFrom::All)]),
        ..Form::new("protocol", RecordKind::Protocol)
    };
    let told = |number: u8, value: i64, supersedes: Option<u8>| {
        let mut record = filled("turnout", &[("told", Value::Int(value))]);
        record.supersedes = supersedes.map(|number| RecordHash([number; 32]));
        (RecordHash([number; 32]), record)
    };
    let mut moved = told(6, 7, Some(5));
    moved.1.station = Some("another".to_owned());
    // 2 and 3 correct 1; 6 takes 5 to another station.
    let records =
        [told(1, 10, None), told(4, 40, None), told(2, 20, Some(1)), told(3, 30, Some(1)), told(5, 50, None), moved];
    let nothing = Answers::default();
    let seen = |supersedes: Option<u8>| {
        let supersedes = supersedes.map(|number| RecordHash([number; 32]));
        let looking = Looking { station: Some("750000000-99"), training: false, supersedes, answers: &nothing };
        match carried(&form, looking, &records).get("all") {
            Some(Value::List(list)) => list.iter().map(|value| value.as_int().expect("a number")).collect(),
            _ => Vec::new(),
        }
    };
    assert_eq!(seen(None), [30, 40]);
    for any_version in [1, 2, 3] {
        assert_eq!(seen(Some(any_version)), [40], "{any_version}");
    }
    assert_eq!(seen(Some(9)), [30, 40], "a record nobody has");
}

#[test]
fn earlier_answers_of_the_same_station_are_carried() {
    let wants = |name: &str, from| Carried::new(name, "turnout", "told", from);
    let form = Form {
        carried: Some(vec![wants("last", CarriedFrom::Latest), wants("all", CarriedFrom::All)]),
        ..Form::new("protocol", RecordKind::Protocol)
    };
    let told = |number: i64| filled("turnout", &[("told", Value::Int(number))]);
    let mut records: Vec<(RecordHash, Record)> =
        (1..=5).map(|number| (RecordHash([number; 32]), told(i64::from(number) * 100))).collect();
    records[1].1.station = Some("another".to_owned());
    records[2].1.training = Some(true);
    records[4].1.supersedes = Some(RecordHash([1; 32]));
    let nothing = Answers::default();
    let seen = |station, training| {
        carried(&form, Looking { station: Some(station), training, supersedes: None, answers: &nothing }, &records)
    };
    let here = seen("750000000-99", false);
    assert_eq!(here.get("all"), Some(&Value::List(vec![Value::Int(500), Value::Int(400)])));
    assert_eq!(here.get("last"), Some(&Value::Int(400)), "a correction stands where the corrected record stood");
    assert_eq!(seen("nowhere", false), TextMap::default());
    assert_eq!(seen("750000000-99", true).get("last"), Some(&Value::Int(300)));
}
