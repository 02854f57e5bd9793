use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use kuager_coordinator::http::{Limits, router};
use kuager_coordinator::inbox::fetch;
use kuager_pack::PackSource;
use kuager_pack::testing::{KAZAKHSTAN, folder};
use kuager_wire::cose;
use kuager_wire::message::{Ask, Message};
use kuager_wire::receipt::Redaction;
use kuager_wire::record::{Attachment, FormRef, Record, RecordKind};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tower::ServiceExt;

use super::*;
use crate::testing::{Office, STATION, photo};

#[tokio::test]
async fn numbers_stand_beside_the_pictures_and_the_preview_comes_first() {
    let office = Office::new().await;
    let (original, preview) = (photo(1, 90), photo(1, 30));
    office.report(1, 0, STATION, &original, &preview).await;
    let address = format!("/station?key={STATION}&lang=en");
    let (status, page) = office.open(&address).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("Astana City"), "{page}");
    assert!(page.contains("<td>120</td>") && page.contains("has not arrived yet") && page.contains("page 1"));
    office.upload(1, &preview).await;
    let (_, page) = office.open(&address).await;
    let image = |bytes: &[u8]| format!("<img src=\"/media/{}/file\"", MediaHash::of(bytes));
    assert!(page.contains(&image(&preview)) && page.contains("original on its way"), "{page}");
    let (_, page) = office.open(&format!("/media/{}?lang=en", MediaHash::of(&original))).await;
    assert!(page.contains(&image(&preview)) && page.contains("Only the preview is shown"));
    office.upload(1, &original).await;
    let (_, page) = office.open(&format!("/media/{}?lang=en", MediaHash::of(&original))).await;
    assert!(page.contains(&image(&original)) && !page.contains("Only the preview is shown"));
    for words in ["240 × 320", "receipt given", "taken in this app", "Original", "Zoom", "Rotate"] {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("Seen at another station"), "its own preview is no news");
    let (_, overview) = office.open("/?lang=en").await;
    assert!(overview.contains(&format!("href=\"/station?key={STATION}&#38;lang=en\"")), "the overview leads here");
}

#[tokio::test]
async fn every_language_has_these_pages() {
    let office = Office::new().await;
    let original = photo(1, 90);
    office.report(1, 0, STATION, &original, &photo(1, 30)).await;
    office.upload(1, &original).await;
    for (lang, words) in [("kk", "Үлкейту"), ("ru", "Увеличение"), ("en", "Zoom")] {
        let (status, page) = office.open(&format!("/media/{}?lang={lang}", MediaHash::of(&original))).await;
        assert!(status == StatusCode::OK && page.contains(words), "{lang}");
        assert_eq!(office.open(&format!("/station?key={STATION}&lang={lang}")).await.0, StatusCode::OK);
    }
}

#[tokio::test]
async fn what_people_typed_stays_text() {
    let office = Office::new().await;
    let typed = "../<script>alert(1)</script>?a=b&c #\"";
    office.report(1, 0, typed, &photo(1, 90), &photo(1, 30)).await;
    let (status, page) =
        office.open(&format!("/station?key={}&lang=en", utf8_percent_encode(typed, NON_ALPHANUMERIC))).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("alert(1)") && !page.contains("<script>"), "{page}");
    assert!(page.contains("<td>120</td>"), "the record is found");
    let (_, page) = office.open("/station?key=nobody&lang=en").await;
    assert!(page.contains("No records from this station yet"));
    assert_eq!(office.open("/station").await.0, StatusCode::OK);
}

#[tokio::test]
async fn copies_at_other_stations_are_flagged() {
    let office = Office::new().await;
    let (original, preview) = (photo(1, 90), photo(1, 30));
    office.report(1, 0, STATION, &original, &preview).await;
    // The same page at another station: once the very file, once compressed again. And an honest, different page.
    let again = photo(1, 70);
    office.report(2, 0, "750000000-352", &original, &again).await;
    let other = photo(9, 90);
    office.report(2, 1, "750000000-353", &other, &photo(9, 30)).await;
    for (seed, bytes) in [(1, &original), (1, &preview), (2, &original), (2, &again), (2, &other)] {
        office.upload(seed, bytes).await;
    }
    let (_, page) = office.open(&format!("/media/{}?lang=en", MediaHash::of(&original))).await;
    assert!(page.contains("Seen at another station") && page.contains("This very file"));
    assert!(page.contains("750000000-352") && !page.contains("key=750000000-353"), "{page}");
    let (_, page) = office.open(&format!("/media/{}?lang=en", MediaHash::of(&preview))).await;
    assert!(page.contains("Similar picture"), "{page}");
    let (_, page) = office.open(&format!("/media/{}?lang=en", MediaHash::of(&other))).await;
    assert!(!page.contains("Seen at another station"));
}

#[tokio::test]
async fn another_photo_is_asked_for_by_a_signed_message() {
    let office = Office::new().await;
    let original = photo(1, 90);
    let record = office.report(1, 0, STATION, &original, &photo(1, 30)).await;
    let media = MediaHash::of(&original);
    let path = format!("/media/{media}/retake?lang=ru");
    let record_text = record.to_string();
    let form = [("record", record_text.as_str()), ("text", "Страница 2 нечитаема")];
    for origin in
        [None, Some("null"), Some("http://evil.example"), Some("https://localhost:8080"), Some("http://localhost")]
    {
        assert_eq!(office.submit(&path, origin, &form).await.0, StatusCode::FORBIDDEN, "{origin:?}");
    }
    let here = Some("http://localhost:8080");
    let (status, headers, _) = office.submit(&path, here, &form).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, page) = office.open(headers[header::LOCATION].to_str().expect("text")).await;
    assert!(page.contains("Просьба отправлена"));
    let wrong = "0".repeat(64);
    for (form, expected) in [
        ([("record", wrong.as_str()), ("text", "x")], StatusCode::NOT_FOUND),
        ([("record", "x"), ("text", "x")], StatusCode::UNPROCESSABLE_ENTITY),
        ([("record", &record_text), ("text", "  ")], StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        assert_eq!(office.submit(&path, here, &form).await.0, expected, "{form:?}");
    }
    let fixture = &office.fixture;
    let inbox = fetch(&fixture.app, fixture.inbox_request(1, 1, 0)).await.expect("works").expect("is answered");
    assert_eq!(inbox.messages.len(), 1);
    let key = fixture.deployment.genesis().receipt_key;
    let message: Message = cose::open(&inbox.messages[0], fixture.deployment.id(), &key).expect("verifies");
    assert_eq!((message.ask, message.media, message.about), (Some(Ask::Retake), Some(media), Some(record)));
    assert_eq!(message.text, "Страница 2 нечитаема");
    let other = fetch(&fixture.app, fixture.inbox_request(2, 1, 0)).await.expect("works").expect("is answered");
    assert!(other.messages.is_empty(), "only the observer who took it is asked");
}

#[tokio::test]
async fn only_redacted_copies_are_public() {
    let office = Office::new().await;
    let (original, preview) = (photo(1, 90), photo(1, 30));
    office.report(1, 0, STATION, &original, &preview).await;
    office.upload(1, &original).await;
    office.upload(1, &preview).await;
    let media = MediaHash::of(&original);
    let path = format!("/media/{media}/redact?lang=en");
    let here = Some("http://localhost:8080");
    let regions = [("regions", "10, 20, 30, 40\n\n 100;100 5 5\n")];
    assert_eq!(office.submit(&path, Some("http://evil.example"), &regions).await.0, StatusCode::FORBIDDEN);
    for (wrong, words) in [("1, 2, 3", "line 1"), ("\n1,2,3,4\n-1,2,3,4", "line 3"), ("9999, 0, 5, 5", "outside")] {
        let (status, _, text) = office.submit(&path, here, &[("regions", wrong)]).await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && text.contains(words), "{text}");
    }
    // To hide nothing is said, and not done by forgetting to mark something.
    let nothing = [("regions", " \n"), ("nothing", "1")];
    for form in [&[("regions", "")][..], &[("regions", "10, 20, 30, 40"), ("nothing", "1")]] {
        let (status, _, text) = office.submit(&path, here, form).await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && text.contains("nothing to hide"), "{text}");
    }
    let looked_at = async |form: &[(&str, &str)]| {
        let (status, headers, text) = office.submit(&path, here, form).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
        headers[header::LOCATION].to_str().expect("text").to_owned()
    };
    let at = looked_at(&regions).await;
    let (_, page) = office.open(&at).await;
    assert!(page.contains("cannot be withdrawn") && page.contains("Rectangles that are black: 2"), "{page}");
    let address = at.split('?').next().expect("an address");
    let request = Request::get(format!("{address}/file")).header(header::HOST, "localhost").body(Body::empty());
    let (status, headers, shown) = office.call(request.expect("a request")).await;
    assert_eq!((status, &headers[header::CONTENT_TYPE]), (StatusCode::OK, &HeaderValue::from_static("image/jpeg")));
    let copies = office.fixture.ledger.redactions_of(media).await.expect("reads");
    assert_eq!(copies.len(), 0, "nothing is public because somebody looked at it");
    assert_eq!(office.submit(&at, here, &[]).await.0, StatusCode::SEE_OTHER);
    assert_eq!(office.submit(&at, here, &[]).await.0, StatusCode::NOT_FOUND, "it does not wait any more");
    assert_eq!(looked_at(&regions).await, at, "the same copy again");
    assert_eq!(office.submit(&at, here, &[]).await.0, StatusCode::SEE_OTHER);
    let (_, page) = office.open(&looked_at(&nothing).await).await;
    assert!(page.contains("Nothing is hidden."), "{page}");
    let entries = journal::read(&office.fixture.app, 0, 10).await.expect("reads");
    let acts: Vec<&Act> = entries.iter().map(|entry| &entry.entry.act).collect();
    let act = Act::Redaction { media, copy: MediaHash::of(&shown), regions: 2 };
    assert_eq!(acts, [&act, &act], "who looked at a copy and left it there did nothing");
    let copies = office.fixture.ledger.redactions_of(media).await.expect("reads");
    assert_eq!(copies.len(), 1);
    let copy = copies[0].media;
    let (_, page) = office.open(&format!("/media/{media}?lang=en")).await;
    assert!(page.contains(&format!("/v1/public/media/{copy}")));
    assert_eq!(office.open(&format!("/media/{copy}/file")).await.0, StatusCode::OK);

    let fixture = &office.fixture;
    let public = router(fixture.app.clone(), Arc::clone(&fixture.media), &Limits::default());
    let get = async |path: String| {
        let request = Request::get(&path).header(header::HOST, "localhost").body(Body::empty()).expect("a request");
        let response = public.clone().oneshot(request).await;
        let (head, body) = response.expect("infallible").into_parts();
        (head.status, to_bytes(body, usize::MAX).await.expect("a body").to_vec())
    };
    let (status, bytes) = get(format!("/v1/public/media/{copy}")).await;
    assert_eq!((status, MediaHash::of(&bytes)), (StatusCode::OK, copy));
    assert_eq!(bytes, shown, "what is public is what was looked at");
    let (status, statement) = get(format!("/v1/public/media/{copy}/redaction")).await;
    assert_eq!(status, StatusCode::OK);
    let key = fixture.deployment.genesis().receipt_key;
    let statement: Redaction = cose::open(&statement, fixture.deployment.id(), &key).expect("verifies");
    assert_eq!((statement.of, statement.media, statement.size), (media, copy, bytes.len() as u64));
    assert_eq!(statement.regions, [[10, 20, 30, 40], [100, 100, 5, 5]]);
    // The fence: originals and previews do not exist out there, whatever the path.
    for secret in [media, MediaHash::of(&preview)] {
        for path in [
            format!("/v1/public/media/{secret}"),
            format!("/v1/public/media/{secret}/redaction"),
            format!("/v1/media/{secret}"),
            format!("/media/{secret}"),
            format!("/media/{secret}/file"),
        ] {
            assert_eq!(get(path.clone()).await.0, StatusCode::NOT_FOUND, "{path}");
        }
    }
}

#[tokio::test]
async fn bytes_go_out_as_what_they_are_and_never_as_programs() {
    let office = Office::new().await;
    let page = b"<html><script>alert(1)</script></html>".to_vec();
    let mut record = office.fixture.with_files(office.fixture.record(0, "a"), &[&page]);
    record.attachments.iter_mut().flatten().for_each(|file| file.mime = "text/html".to_owned());
    office.fixture.send(&[office.fixture.sign(1, &record)]).await;
    office.upload(1, &page).await;
    let path = format!("/media/{}/file", MediaHash::of(&page));
    let request = Request::get(&path).header(header::HOST, "localhost").body(Body::empty()).expect("a request");
    let (status, headers, body) = office.call(request).await;
    assert_eq!((status, body), (StatusCode::OK, page));
    assert_eq!(headers[header::CONTENT_TYPE], "application/octet-stream");
    assert_eq!(headers[header::CONTENT_DISPOSITION], "attachment");
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    for path in ["/media/0", "/media/0/file", &format!("/media/{}", "0".repeat(64))] {
        assert_eq!(office.open(path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    let foreign = Request::get(path).header(header::HOST, "evil.example").body(Body::empty()).expect("a request");
    assert_eq!(office.call(foreign).await.0, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn the_policy_allows_what_the_page_holds() {
    let office = Office::new().await;
    let original = photo(1, 90);
    office.report(1, 0, STATION, &original, &photo(1, 30)).await;
    office.upload(1, &original).await;
    let path = format!("/media/{}", MediaHash::of(&original));
    let request = Request::get(&path).header(header::HOST, "localhost").body(Body::empty()).expect("a request");
    let (_, headers, body) = office.call(request).await;
    let page = String::from_utf8(body).expect("UTF-8");
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
    for (open, close) in [("<style>", "</style>"), ("<script>", "</script>")] {
        let inside = page.split(open).nth(1).and_then(|rest| rest.split(close).next()).expect("is there");
        let hash = data_encoding::BASE64.encode(&cose::sha256(inside.as_bytes()));
        assert!(policy.contains(&format!("'sha256-{hash}'")), "{open}");
    }
    assert!(policy.contains("form-action 'self'") && policy.contains("img-src 'self'"));
    assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("style=\""));
    // Chrome sends no origin with a form from a page that hides its referrer.
    assert_eq!(headers[header::REFERRER_POLICY], "same-origin");
}

#[tokio::test]
async fn a_video_is_played_from_its_middle() {
    let office = Office::new().await;
    let film = kuager_coordinator::testing::noise(200_000, 5);
    let record = office.fixture.with_files(office.fixture.turnout(0, STATION), &[&film]);
    let mut files = record.attachments.clone().expect("has one");
    files[0].mime = "video/mp4".to_owned();
    let record = Record { attachments: Some(files), ..record };
    office.fixture.send(&[office.fixture.sign(1, &record)]).await;
    office.upload(1, &film).await;
    let path = format!("/media/{}/file", MediaHash::of(&film));
    let ask = async |method: &str, range: &str| {
        let request = Request::builder().method(method).uri(&path).header(header::HOST, "localhost:8080");
        office.call(request.header(header::RANGE, range).body(Body::empty()).expect("a request")).await
    };
    let (status, headers, part) = ask("GET", "bytes=150000-").await;
    assert_eq!(status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(headers[header::CONTENT_TYPE], "video/mp4");
    assert_eq!(headers[header::CONTENT_RANGE], "bytes 150000-199999/200000");
    assert!(part == film[150_000..]);
    let (status, headers, body) = ask("HEAD", "bytes=0-1").await;
    assert_eq!((status, body.len()), (StatusCode::OK, 0));
    assert_eq!(headers[header::CONTENT_LENGTH], "200000");
    assert_eq!(headers[header::ACCEPT_RANGES], "bytes");
    assert_eq!(ask("GET", "bytes=200000-").await.0, StatusCode::RANGE_NOT_SATISFIABLE);
}

#[tokio::test]
async fn what_phones_make_is_played_or_saved_and_never_opened() {
    let office = Office::new().await;
    for (number, (mime, kind, name)) in (0..).zip([
        ("audio/mp4", "audio/mp4", None),
        ("audio/mpeg", "audio/mpeg", None),
        ("audio/ogg", "audio/ogg", None),
        ("video/webm", "video/webm", None),
        ("video/3gpp", "video/3gpp", None),
        ("audio/amr", "application/octet-stream", Some(".amr\"")),
        ("application/pdf", "application/pdf", Some(".pdf\"")),
        ("image/heic", "application/octet-stream", Some(".heic\"")),
        ("image/svg+xml", "application/octet-stream", Some("attachment")),
    ]) {
        let file = kuager_coordinator::testing::noise(2000, number);
        let mut record = office.fixture.with_files(office.fixture.turnout(number, STATION), &[&file]);
        record.attachments.iter_mut().flatten().for_each(|attachment| attachment.mime = mime.to_owned());
        office.fixture.send(&[office.fixture.sign(1, &record)]).await;
        office.upload(1, &file).await;
        let get = async |path: String| {
            let request = Request::get(path).header(header::HOST, "localhost").body(Body::empty()).expect("a request");
            office.call(request).await
        };
        let media = MediaHash::of(&file);
        let (status, headers, body) = get(format!("/media/{media}/file")).await;
        assert!((status, body) == (StatusCode::OK, file), "{mime}");
        assert_eq!(headers[header::CONTENT_TYPE], kind, "{mime}");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        let saved = headers.get(header::CONTENT_DISPOSITION).map(|value| value.to_str().expect("ASCII"));
        assert_eq!(saved.is_some(), name.is_some(), "{mime}");
        assert!(saved.is_none_or(|saved| saved.starts_with("attachment") && saved.ends_with(name.unwrap_or_default())));
        let (_, _, page) = get(format!("/media/{media}")).await;
        let page = String::from_utf8(page).expect("a page is text");
        for (tag, kind) in [("<audio ", "audio/"), ("<video ", "video/")] {
            assert_eq!(page.contains(tag), name.is_none() && mime.starts_with(kind), "{mime}: {tag}");
        }
        assert!(!page.contains("<iframe") && !page.contains("<embed") && !page.contains("<object"), "{mime}");
    }
}

/// How a repeat group of the protocol and a question in it are called.
const PORTABLE: [(&str, &str, &str); 3] = [
    ("kk", "Тасымалданатын жәшіктер", "Осы жәшік бойынша жазбаша өтініштер саны (A02)"),
    ("ru", "Переносные урны", "Письменных заявлений по этой урне (A02)"),
    ("en", "Portable boxes", "Written requests for this box (A02)"),
];

/// The places of files as people read them, on both pages and in every language of the pack.
#[tokio::test]
async fn the_place_of_a_file_is_said_in_words_of_its_form() {
    let office = Office::of(PackSource::Folder(folder(KAZAKHSTAN))).await;
    let fixture = &office.fixture;
    let files = [photo(1, 90), photo(2, 90), photo(3, 90)];
    let form = FormRef { pack: fixture.deployment.latest_pack().hash, form: "protocol-list".to_owned() };
    let record = Record { kind: RecordKind::Protocol, form: Some(form), ..fixture.turnout(0, STATION) };
    let mut record = fixture.with_files(record, &[&files[0], &files[1], &files[2]]);
    let labels = ["portable[2].A02", "portable[2].nothing", "бет <1>"];
    for (file, label) in record.attachments.iter_mut().flatten().zip(labels) {
        file.label = Some(label.to_owned());
    }
    fixture.send(&[fixture.sign(1, &record)]).await;
    for (lang, group, question) in PORTABLE {
        let (_, station) = office.open(&format!("/station?key={STATION}&lang={lang}")).await;
        let (_, page) = office.open(&format!("/media/{}?lang={lang}", MediaHash::of(&files[0]))).await;
        for page in [station, page] {
            assert!(page.contains(&format!("{group} · 2 · {question}")), "{page}");
            assert!(!page.contains("portable[2].A02"));
        }
        let (_, station) = office.open(&format!("/station?key={STATION}&lang={lang}")).await;
        assert!(station.contains("portable[2].nothing") && station.contains("бет &#60;1&#62;"), "as it is: {station}");
    }
}

#[tokio::test]
async fn pieces_of_one_original_are_shown_together() {
    let office = Office::new().await;
    let fixture = &office.fixture;
    let [original, whole, top, bottom, other, part] = [1, 2, 3, 4, 5, 6].map(|seed| photo(seed, 60));
    let record = fixture.with_files(fixture.turnout(0, STATION), &[&original, &whole, &top, &bottom, &other, &part]);
    let mut files = record.attachments.clone().expect("has files");
    let preview = |file: &Attachment, of: &[u8]| Attachment {
        role: AttachmentRole::Preview,
        of: Some(MediaHash::of(of)),
        ..file.clone()
    };
    for (place, of) in [(1, &original), (2, &original), (3, &original), (5, &other)] {
        files[place] = preview(&files[place], of);
    }
    fixture.send(&[fixture.sign(1, &Record { attachments: Some(files), ..record })]).await;
    for file in [&whole, &top, &bottom, &part] {
        office.upload(1, file).await;
    }
    let shown = async |file: &[u8]| {
        let (_, page) = office.open(&format!("/media/{}?lang=en", MediaHash::of(file))).await;
        let pictures = page.split("<img src=\"/media/").skip(1).map(|rest| rest[..64].to_owned());
        pictures.collect::<Vec<_>>()
    };
    let hashes = |files: &[&Vec<u8>]| files.iter().map(|file| MediaHash::of(file).to_string()).collect::<Vec<_>>();
    assert_eq!(
        shown(&original).await,
        hashes(&[&whole, &top, &bottom]),
        "the whole first, its pieces below, in their order"
    );
    assert_eq!(shown(&other).await, hashes(&[&part]), "and none of another");
    let (_, station) = office.open(&format!("/station?key={STATION}&lang=en")).await;
    assert_eq!(station.matches("<img src").count(), 2, "a station's page shows each original once");
    office.upload(1, &original).await;
    assert_eq!(shown(&original).await[0], MediaHash::of(&original).to_string());
    assert!(!shown(&original).await.contains(&MediaHash::of(&top).to_string()), "the original says it all");
}
