//! Nothing of one country is in the desk: another one's pack is read in its own time and languages.

use kuager_pack::PackSource;
use kuager_pack::testing::{SECOND_COUNTRY, folder};
use kuager_wire::ids::{MediaHash, RecordHash};
use kuager_wire::record::{Answers, Body, Record};

use crate::testing::{Office, photo};

/// A coordinator of the second country that comes with the program: UTC+1, English and French.
pub(super) async fn second_country() -> Office {
    Office::of(PackSource::Folder(folder(SECOND_COUNTRY))).await
}

/// A turnout report of that country.
pub(super) fn turnout(office: &Office, seq: u64) -> Record {
    let answers: Answers = [("at", "noon".into()), ("told", 212.into())].into_iter().collect();
    let body = Body { answers: Some(answers), language: Some("fr".to_owned()), ..Body::default() };
    Record { body, ..office.fixture.turnout(seq, "coast-1") }
}

#[tokio::test]
async fn another_country_is_read_in_its_own_time_and_languages() {
    let office = second_country().await;
    let (original, preview) = (photo(1, 90), photo(1, 30));
    let hash: RecordHash = office.send(1, turnout(&office, 0), &original, &preview).await;
    office.upload(1, &original).await;
    let office = office.start_again().await;
    let (_, english) = office.open("/").await;
    assert!(english.contains("<html lang=\"en\">"), "the pack's first language comes first");
    let languages = ["<strong>English</strong>", ">français</a>", ">Қазақша</a>", ">Русский</a>"];
    let places: Vec<_> = languages.iter().map(|name| english.find(name).unwrap_or_else(|| panic!("{name}"))).collect();
    assert!(places.is_sorted(), "{places:?}");
    // 04:00 UTC is 05:00 in UTC+1.
    assert!(
        english.contains("UTC+1:") && english.contains("<time datetime=\"2023-03-19T05:00:00+01:00\">05:00</time>")
    );
    let (_, french) = office.open("/?lang=fr").await;
    for words in ["<html lang=\"fr\">", "Élections générales", "École du Port", "Participation", "Records received"]
    {
        assert!(french.contains(words), "{words}");
    }
    let media = MediaHash::of(&original);
    let file = format!("/media/{media}?lang=fr");
    for (path, name) in [
        ("/?lang=kk", "Harbour school"),
        ("/station?key=coast-1&lang=fr", "École du Port"),
        (file.as_str(), "École du Port"),
    ] {
        let (_, page) = office.open(path).await;
        assert!(!page.contains("UTC+5") && !page.contains("09:00") && page.contains(name), "{path}: {page}");
    }
    let (_, station) = office.open("/station?key=coast-1&lang=fr").await;
    assert!(station.contains(&format!("id=\"r{hash}\"")) && station.contains("2023-03-19 05:00"));
    assert!(station.contains("12 h") && station.contains("À quelle heure ?"), "{station}");
    assert!(office.open(&format!("/media/{media}?lang=en")).await.1.contains("Arrived (UTC+1)"));
}
