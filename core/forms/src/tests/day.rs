//! Incidents and their life, acts, the tally, and what is carried from record to record.

use kuager_wire::canonical::TextMap;
use kuager_wire::form::{Carried, CarriedFrom, Form, Question, QuestionKind};
use kuager_wire::ids::{BootId, Kid, MediaHash, PackHash, RecordHash};
use kuager_wire::pack::{ActTemplate, Gravity, Incident, Pack, Station};
use kuager_wire::record::{
    Answers, Attachment, AttachmentRole, Body, ClockReading, FollowUp, FormRef, IncidentStatus, Record, RecordKind,
    Value,
};

use super::{choice, question, texts};
use crate::act::{ActError, ActRecord, render};
use crate::carried::carried;
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
    let (author, other, desk) = (Kid([1; 16]), Kid([2; 16]), Kid([3; 16]));
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
        .map(|((kid, responsible, record), number)| Spoken {
            hash: RecordHash([number; 32]),
            kid: *kid,
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
    assert_eq!(tally.mark("10"), 8);
    tally.tap(-5, 12);
    assert_eq!(tally.total, 8);
    tally.tap(4, 13);
    assert!(tally.is_whole());
    assert_eq!((tally.mark("12"), tally.mark("12")), (12, 12));
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
fn earlier_answers_of_the_same_station_are_carried() {
    let wants = |name: &str, from| Carried {
        name: name.to_owned(),
        form: "turnout".to_owned(),
        question: "told".to_owned(),
        from,
    };
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
    let seen = carried(&form, Some("750000000-99"), false, &records);
    assert_eq!(seen.get("all"), Some(&Value::List(vec![Value::Int(500), Value::Int(400)])));
    assert_eq!(seen.get("last"), Some(&Value::Int(400)), "a correction stands where the corrected record stood");
    assert_eq!(carried(&form, Some("nowhere"), false, &records), TextMap::default());
    assert_eq!(carried(&form, Some("750000000-99"), true, &records).get("last"), Some(&Value::Int(300)));
}
