//! What a poll says is shown to nobody before the law allows it.

use kuager_pack::PackSource;
use kuager_pack::testing::{KAZAKHSTAN, folder};
use kuager_wire::canonical::TextMap;
use kuager_wire::record::{Answers, Body, FormRef, Record, RecordKind, Value};

use crate::testing::Office;

const STATION: &str = "100000000-57";
/// The end of the pack's election day in Astana.
const DAY_OVER_MS: u64 = 1_787_511_600_000;

#[tokio::test]
async fn cards_of_a_poll_are_on_no_page_before_the_day_is_over() {
    let office = Office::of(PackSource::Folder(folder(KAZAKHSTAN))).await;
    let fixture = &office.fixture;
    let card: TextMap<Value> = [("vote", Value::from("sample_3")), ("sex", Value::from("f"))].into_iter().collect();
    let answers: Answers = [
        ("wave", Value::from("w1")),
        ("passed", Value::Int(417)),
        ("cards", Value::List(vec![Value::Group(card.clone()), Value::Group(card)])),
    ]
    .into_iter()
    .collect();
    let pack = fixture.deployment.latest_pack().hash;
    // As it is, and as another kind of record, which a changed app could call it.
    for (seed, kind) in [(1, RecordKind::ExitPollWave), (2, RecordKind::Checklist)] {
        let record = Record {
            kind,
            form: Some(FormRef { pack, form: "exit-poll".to_owned() }),
            body: Body { answers: Some(answers.clone()), language: Some("kk".to_owned()), ..Body::default() },
            ..fixture.turnout(0, STATION)
        };
        fixture.send(&[fixture.sign(seed, &record)]).await;
    }
    fixture.clock.set(DAY_OVER_MS - 1);
    for lang in ["kk", "ru", "en"] {
        for path in
            [format!("/station?key={STATION}&lang={lang}"), format!("/?lang={lang}"), format!("/papers?lang={lang}")]
        {
            let (_, page) = office.open(&path).await;
            for said in ["sample_3", "Sample Party 3", "Образец 3", "Үлгі 3", ">417<"] {
                assert!(!page.contains(said), "{path} says {said}");
            }
        }
    }
    let (_, page) = office.open(&format!("/station?key={STATION}&lang=en")).await;
    assert_eq!(page.matches("shown to nobody until 2026-08-24 00:00").count(), 2, "{page}");
    fixture.clock.set(DAY_OVER_MS);
    let (_, page) = office.open(&format!("/station?key={STATION}&lang=en")).await;
    assert!(page.contains(">417<") && !page.contains("shown to nobody"), "{page}");
}
