//! What must add up in a protocol, as the coordinator judges it, stands beside what the phone has sealed.

use kuager_pack::PackSource;
use kuager_pack::testing::{KAZAKHSTAN, folder};
use kuager_wire::record::{Answers, Body, Check, FormRef, Record, RecordKind, Value, Verdict};

use crate::testing::Office;

const STATION: &str = "100000000-57";

/// A protocol in which more ballots are issued than there are voters, and what its phone says of that.
fn protocol(office: &Office, seq: u64, checks: Option<Vec<Check>>) -> Record {
    let numbers = [("P01", 700), ("P02", 800)];
    let answers: Answers = numbers.into_iter().map(|(line, number)| (line, Value::Int(number))).collect();
    let pack = office.fixture.deployment.latest_pack().hash;
    Record {
        kind: RecordKind::Protocol,
        form: Some(FormRef { pack, form: "protocol-list".to_owned() }),
        body: Body { answers: Some(answers), language: Some("kk".to_owned()), checks, ..Body::default() },
        ..office.fixture.turnout(seq, STATION)
    }
}

/// What the page says of the relation.
fn row<'a>(page: &'a str, relation: &str) -> &'a str {
    let start = page.find(&format!("<th scope=\"row\">{relation}</th>")).expect("is shown");
    let rest = &page[start..];
    &rest[..rest.find("</tr>").expect("ends")]
}

#[tokio::test]
async fn relations_are_judged_here_and_differences_are_seen() {
    let office = Office::of(PackSource::Folder(folder(KAZAKHSTAN))).await;
    let fixture = &office.fixture;
    // One phone says what is so about K01 and calls K03 wrong that nobody can decide yet.
    let says = |relation: &str| Check { relation: relation.to_owned(), verdict: Verdict::Fails };
    let record = protocol(&office, 0, Some(vec![says("K01"), says("K03")]));
    fixture.send(&[fixture.sign(1, &record)]).await;
    let (_, page) = office.open(&format!("/station?key={STATION}&lang=en")).await;
    let failed = row(&page, "K01");
    assert!(failed.contains("does not hold") && failed.contains("800") && failed.contains("43(4)"), "{failed}");
    assert!(!failed.contains("the phone sealed"), "both say the same: {failed}");
    let unknown = row(&page, "K03");
    assert!(unknown.contains("cannot be decided") && unknown.contains("the phone sealed: does not hold"), "{unknown}");
    assert!(page.contains("A difference can also mean") && page.contains("others hold."));

    // Another one says nothing.
    fixture.send(&[fixture.sign(2, &protocol(&office, 0, None))]).await;
    let (_, page) = office.open(&format!("/station?key={STATION}&lang=ru")).await;
    assert!(row(&page, "K01").contains("не выполняется"), "{page}");
    assert!(page.contains("телефон записал: ничего"), "{page}");
}

#[tokio::test]
async fn a_form_without_relations_says_nothing_of_them() {
    let office = Office::new().await;
    let fixture = &office.fixture;
    fixture.send(&[fixture.sign(1, &fixture.turnout(0, crate::testing::STATION))]).await;
    let (_, page) = office.open(&format!("/station?key={}&lang=en", crate::testing::STATION)).await;
    assert!(page.contains("120") && !page.contains("What must add up"), "{page}");
}
