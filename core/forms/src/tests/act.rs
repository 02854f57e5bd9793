//! The printed act, in the languages of its pack.

use kuager_wire::canonical::TextMap;
use kuager_wire::form::{Choice, Form, Question, QuestionKind, Repeat, Texts};
use kuager_wire::ids::{BootId, Kid, MediaHash, PackHash, RecordHash};
use kuager_wire::pack::{ActTemplate, Gravity, Incident, Pack, Station};
use kuager_wire::record::{Attachment, AttachmentRole, Body, ClockReading, FormRef, Record, RecordKind, Value};

use super::question;
use crate::act::{ActRecord, render, render_beside};

/// Texts in Kazakh, Russian and English.
fn said([kk, ru, en]: [&str; 3]) -> Texts {
    [("kk", kk), ("ru", ru), ("en", en)].map(|(language, text)| (language, text.to_owned())).into_iter().collect()
}

fn words() -> TextMap<Texts> {
    let words = [
        ("title", ["Бұзушылық туралы акт", "Акт о нарушении", "Act about a violation"]),
        (
            "intro",
            [
                "Біз, төменде қол қоюшылар, осы актіні жасадық.",
                "Мы, нижеподписавшиеся, составили этот акт.",
                "We, the undersigned, have made this act.",
            ],
        ),
        ("station", ["Учаске", "Участок", "Station"]),
        ("time", ["Уақыты", "Время", "Time"]),
        ("violations", ["Бұзушылықтар", "Нарушения", "Violations"]),
        ("law", ["Заң", "Закон", "Law"]),
        ("facts", ["Мән-жайлар", "Обстоятельства", "Facts"]),
        ("attachments", ["Қосымшалар", "Приложения", "Attachments"]),
        ("observer", ["Байқаушы", "Наблюдатель", "Observer"]),
        ("witnesses", ["Куәлар", "Свидетели", "Witnesses"]),
        ("signature", ["Қолы", "Подпись", "Signature"]),
        ("receipt_mark", ["Алғаны туралы белгі", "Отметка о получении", "Mark of receipt"]),
        ("receipt_name", ["Кім алды", "Кто получил", "Received by"]),
        ("receipt_time", ["Қашан", "Когда", "When"]),
        ("record", ["Жазба", "Запись", "Record"]),
        ("yes", ["иә", "да", "yes"]),
        ("no", ["жоқ", "нет", "no"]),
    ];
    words.into_iter().map(|(key, texts)| (key, said(texts))).collect()
}

fn pack() -> Pack {
    let asked = |id: &str, kind, texts| Question { text: said(texts), ..question(id, kind) };
    let choice = |key: &str, texts| Choice { key: key.to_owned(), text: said(texts), ..Choice::default() };
    let boxes = Question {
        questions: Some(vec![
            asked("box.seal", QuestionKind::Text, ["Пломба", "Пломба", "Seal"]),
            asked("box.at", QuestionKind::Time, ["Қашан көрілді", "Когда видели", "Seen at"]),
        ]),
        repeat: Some(Repeat { min: None, max: None }),
        ..asked("boxes", QuestionKind::Group, ["Жәшіктер", "Ящики", "Boxes"])
    };
    let questions = vec![
        question("codes", QuestionKind::Choices),
        asked("seen", QuestionKind::Text, ["Не көрдіңіз", "Что вы видели", "What you saw"]),
        asked("told", QuestionKind::YesNo, ["Төрағаға айттыңыз ба", "Сказали ли председателю", "Was the chair told"]),
        Question {
            choices: Some(vec![
                choice("hall", ["дауыс беру залы", "зал голосования", "voting hall"]),
                choice("entrance", ["кіреберіс", "вход", "entrance"]),
            ]),
            ..asked("where", QuestionKind::Choices, ["Қайда", "Где", "Where"])
        },
        Question { scale: Some(1), ..asked("frost", QuestionKind::Decimal, ["Аяз", "Мороз", "Frost"]) },
        asked("at", QuestionKind::Location, ["Орны", "Место", "Place"]),
        boxes,
        question("informant", QuestionKind::Text),
    ];
    Pack {
        languages: ["kk", "ru", "en"].map(str::to_owned).into(),
        law: "Конституциялық заң / Конституционный закон".to_owned(),
        utc_offset: Some(300),
        stations: vec![Station {
            key: "750000000-99".to_owned(),
            name: said(["№99 учаске", "Участок № 99", "Station 99"]),
            address: Some(said(["Абай көшесі, 1", "улица Абая, 1", "1 Abai Street"])),
            ..Station::default()
        }],
        incidents: Some(vec![Incident {
            code: "A01".to_owned(),
            gravity: Gravity::Critical,
            title: said(["Жәшіктің <пломбасы> бұзылған", "<Пломба> ящика нарушена", "The <seal> of a box is broken"]),
            law: Some("41(7)".to_owned()),
            record: None,
            urgent: Some(true),
            group: None,
        }]),
        act: Some(ActTemplate {
            form: "incident".to_owned(),
            codes: "codes".to_owned(),
            texts: words(),
            omit: Some(vec!["informant".to_owned()]),
        }),
        forms: vec![Form { questions, ..Form::new("incident", RecordKind::Incident) }],
        ..Pack::default()
    }
}

fn record() -> Record {
    let entry = |seal: &str, at: i64| {
        Value::Group([("box.seal", Value::from(seal)), ("box.at", Value::Int(at))].into_iter().collect())
    };
    let list = |keys: &[&str]| Value::List(keys.iter().map(|key| Value::from(*key)).collect());
    let answers = [
        ("codes", list(&["A01"])),
        ("seen", Value::from("Пломба сорвана,\n\u{202e}\"так и было\" & <b>'")),
        ("told", Value::from("no")),
        ("where", list(&["entrance", "hall"])),
        ("frost", Value::Int(-105)),
        ("at", Value::List(vec![511_694_000.into(), 714_491_000.into(), 15.into()])),
        ("boxes", Value::List(vec![entry("40011", 485), entry("", 1290)])),
        ("informant", Value::from("nobody is to know")),
    ];
    let file = Attachment {
        hash: MediaHash([3; 32]),
        size: 123_456,
        mime: "image/jpeg".to_owned(),
        role: AttachmentRole::Original,
        of: None,
        source: None,
        claims: None,
        label: None,
    };
    let preview = Attachment { role: AttachmentRole::Preview, ..file.clone() };
    Record {
        version: 1,
        kind: RecordKind::Incident,
        seq: 3,
        prev: RecordHash([0; 32]),
        // 2026-08-30 23:05 five hours ahead of UTC.
        clock: ClockReading { wall_ms: 1_788_113_100_000, monotonic_ms: 1, boot_id: BootId([1; 16]), flags: 0 },
        checkpoint: None,
        form: Some(FormRef { pack: PackHash([2; 32]), form: "incident".to_owned() }),
        station: Some("750000000-99".to_owned()),
        body: Body { answers: Some(answers.into_iter().collect()), ..Body::default() },
        attachments: Some(vec![file, preview]),
        supersedes: None,
        location: None,
        training: None,
    }
}

#[test]
fn an_act_in_two_languages_says_once_what_both_say_alike() {
    let (pack, record) = (pack(), record());
    let sealed = ActRecord { hash: RecordHash([7; 32]), kid: Kid([9; 16]), record: &record };
    let page = render_beside(&pack, sealed, ["kk", "ru"]).expect("is made");
    assert!(!page.contains("nobody is to know"), "what endangers people is left out");
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("act-beside", page);
    });
}

#[test]
fn an_act_in_every_language_of_its_pack() {
    let (pack, record) = (pack(), record());
    let sealed = ActRecord { hash: RecordHash([7; 32]), kid: Kid([9; 16]), record: &record };
    for language in ["kk", "ru", "en"] {
        let page = render(&pack, sealed, language).expect("is made");
        assert!(!page.contains("nobody is to know"), "what endangers people is left out");
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("act-{language}"), page);
        });
    }
}
