//! Files under questions, from an entry of a form to the desk's judgement of the record.

use kuager_core::forms::files::with_files;
use kuager_core::{NewDraft, Origin};
use kuager_pack::testing::{SECOND_COUNTRY, folder};
use kuager_testing::files::{copy_dir, photo};
use kuager_testing::{LONG, TestCoordinator, phone};
use kuager_wire::ids::MediaHash;

/// A form with a photo per box, and one that serves two questions.
const BOXES: &str = r#"
id = "boxes"
kind = "checklist"
[title]
en = "Boxes"
fr = "Urnes"

[[question]]
id = "seal"
kind = "attachment"
subject = "scene"
required = true
en = "Photo of the seals"
fr = "Photo des scellés"

[[question]]
id = "box"
kind = "group"
en = "Ballot box"
fr = "Urne"
[question.repeat]
max = 5

[[question.question]]
id = "number"
kind = "integer"
en = "Its number"
fr = "Son numéro"

[[question.question]]
id = "film"
kind = "attachment"
subject = "scene"
required = true
en = "Its photo"
fr = "Sa photo"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn photos_follow_their_entries_and_arrive_under_their_questions() {
    let source = tempfile::tempdir().unwrap();
    copy_dir(&folder(SECOND_COUNTRY), source.path());
    std::fs::write(source.path().join("forms/boxes.toml"), BOXES).unwrap();
    let pack = source.path().join("pack.toml");
    let text = std::fs::read_to_string(&pack).unwrap().replace("forms = [", "forms = [\"forms/boxes.toml\", ");
    std::fs::write(&pack, text).unwrap();
    let coordinator = TestCoordinator::start_from(source.path());
    let phone = coordinator.phone();
    let draft = phone.observer.new_draft(NewDraft::form("boxes").station(phone::STATION)).unwrap();
    let path = phone.dir().join("photo.jpg");
    let attach = |seed: u64, label: &str| {
        let bytes = photo(50_000, seed);
        std::fs::write(&path, &bytes).unwrap();
        phone.observer.attach_path(draft, &path, Origin::Imported, Some(label)).unwrap();
        MediaHash::of(&bytes)
    };
    for number in 0..3_u64 {
        phone.observer.add_entry(draft, "box").unwrap();
        attach(number, &format!("box[{}].film", number + 1));
    }
    let gone = MediaHash::of(&photo(50_000, 0));
    phone.observer.remove_entry(draft, "box", 0).unwrap();
    let seal = attach(1, "seal");
    let sealed = phone.observer.seal(draft).unwrap();
    assert_eq!(sealed.missing, [] as [&str; 0]);

    let summary = phone.observer.sync_until(LONG).await.unwrap();
    assert!(summary.completed && summary.media_stored == 2, "{summary:?}");
    let view = coordinator.ledger().records_listing(seal, 1).await.unwrap().remove(0);
    let labels: Vec<(MediaHash, Option<&str>)> =
        view.files.iter().map(|file| (file.media, file.label.as_deref())).collect();
    let third = MediaHash::of(&photo(50_000, 2));
    assert_eq!(labels, [(seal, Some("box[1].film")), (third, Some("box[2].film")), (seal, Some("seal"))]);
    assert!(view.files.iter().all(|file| file.media != gone && file.delivered));

    let record = phone.observer.record(sealed.hash).unwrap().record;
    let published = coordinator.app().shelf.published();
    let form = published.latest.pack.forms.iter().find(|form| form.id == "boxes").unwrap();
    let seen = with_files(form, &record.body.answers.unwrap(), &record.attachments.unwrap());
    let text = format!("{seen:?}");
    assert_eq!(text.matches(&seal.to_string()).count(), 2, "one photo answers two questions");
    assert_eq!(text.matches(&third.to_string()).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_phones_and_messengers_make_arrives_under_its_name() {
    let coordinator = TestCoordinator::start();
    let phone = coordinator.phone();
    let draft = phone.observer.new_draft(NewDraft::note("all sorts").station(phone::STATION)).unwrap();
    let path = phone.dir().join("file");
    let kinds: [(&[u8], &str); 9] = [
        (b"\0\0\0\x18ftyp3gp4\0\0\0\0isom3gp4", "video/3gpp"),
        (b"\0\0\0\x18ftyphvc1\0\0\0\0iso8mp42", "video/mp4"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heix", "image/heic"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42\0\0\0\x36moov\0\0\0\x2etrak\0\0\0\x26mdia\0\0\0\x1ehdlr\0\0\0\0\0\0\0\0soun\0\0\0\0\0\0\0\0\0\0", "audio/mp4"),
        (b"#!AMR\n\x3c\x91\x17\x16\xbe\x66", "audio/amr"),
        (b"ID3\x04\0\0\0\0\0\0\xff\xfb\x90\x64\0\0", "audio/mpeg"),
        (b"OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x13OpusHead", "audio/ogg"),
        (b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0", "audio/wav"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "application/pdf"),
    ];
    for (bytes, mime) in kinds {
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(phone.observer.attach_path(draft, &path, Origin::Imported, None).unwrap().mime, mime);
    }
    std::fs::write(&path, "<svg onload='alert(1)'/>").unwrap();
    let refused = phone.observer.attach_path(draft, &path, Origin::Imported, None).unwrap_err();
    assert_eq!(refused.code(), "media_type");
    assert_eq!(phone.observer.draft(draft).unwrap().attachments.unwrap().len(), kinds.len(), "the draft is as it was");
    phone.observer.seal(draft).unwrap();
    let summary = phone.observer.sync_until(LONG).await.unwrap();
    assert!(summary.completed, "{summary:?}");
    for (bytes, mime) in kinds {
        let media = MediaHash::of(bytes);
        let records = coordinator.ledger().records_listing(media, 1).await.unwrap();
        let file = records[0].files.iter().find(|file| file.media == media).unwrap();
        assert_eq!((file.mime.as_str(), file.delivered), (mime, true));
    }
}
