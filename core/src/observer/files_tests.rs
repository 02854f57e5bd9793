//! Photos under questions: in groups, in entries that come and go, under several questions at once.

use kuager_forms::Path as At;
use kuager_wire::ids::MediaHash;
use kuager_wire::record::Attachment;

use super::*;
use crate::observer::Origin;

/// A protocol that also asks for a page, for a page in a group, and for a film in each entry of a repeat group.
fn with_files() -> Pack {
    let mut pack = pack();
    let required = |id: &str| Question { required: Some(true), ..question(id, QuestionKind::Attachment) };
    let group = |id: &str, questions| Question { questions: Some(questions), ..question(id, QuestionKind::Group) };
    let seen = Question { relevant: Some("answered(film)".to_owned()), ..question("seen", QuestionKind::Text) };
    let entry = group("box", vec![required("film"), question("where", QuestionKind::Text), seen]);
    pack.forms[0].questions.extend([
        required("page"),
        group("paper", vec![required("back")]),
        Question { repeat: Some(Repeat { min: None, max: None }), ..entry },
    ]);
    pack
}

struct Day {
    dir: tempfile::TempDir,
    observer: Observer,
    draft: DraftId,
}

impl Day {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let observer = observer(dir.path(), &with_files());
        let draft = observer.new_draft(NewDraft::form("protocol").station(STATION)).unwrap();
        Self { dir, observer, draft }
    }

    /// Attaches a file that begins as a photo does and differs by its number.
    fn attach(&self, number: u8, label: &str) -> MediaHash {
        let path = self.dir.path().join("photo.jpg");
        std::fs::write(&path, [0xff, 0xd8, 0xff, number]).unwrap();
        self.observer.attach_path(self.draft, &path, Origin::Imported, Some(label)).unwrap().hash
    }

    fn missing(&self) -> Vec<String> {
        look(&self.observer, self.draft, |state| state.missing.iter().map(ToString::to_string).collect())
    }

    fn entries(&self, count: usize) {
        for number in 0..count {
            let (entry, _) = self.observer.add_entry(self.draft, "box").unwrap();
            let path = At { group: Some(("box".to_owned(), entry)), question: "where".to_owned() };
            let name = char::from(b'a' + u8::try_from(number).unwrap()).to_string();
            self.observer.set_answer_at(self.draft, &path, Some(name.as_str().into())).unwrap();
        }
    }

    /// Which files the draft lists: number and label.
    fn listed(&self) -> Vec<(MediaHash, String)> {
        let files = self.observer.draft(self.draft).unwrap().attachments.unwrap_or_default();
        files.into_iter().map(|file: Attachment| (file.hash, file.label.unwrap_or_default())).collect()
    }

    fn stored(&self) -> Vec<MediaHash> {
        self.observer.media().unwrap().into_iter().map(|row| row.hash).collect()
    }
}

fn at(hash: MediaHash, label: &str) -> (MediaHash, String) {
    (hash, label.to_owned())
}

#[test]
fn photos_answer_questions_outside_and_inside_of_groups() {
    let day = Day::new();
    day.entries(2);
    assert_eq!(day.missing(), ["page", "back", "box[1].film", "box[2].film"]);
    let one = day.attach(1, "page");
    assert_eq!(day.missing(), ["back", "box[1].film", "box[2].film"]);
    assert_eq!(day.attach(1, "back"), one, "the same photo");
    assert_eq!(day.missing(), ["box[1].film", "box[2].film"]);
    day.attach(1, "box[2].film");
    assert_eq!(day.missing(), ["box[1].film"]);
    day.attach(2, "box[1].film");
    assert_eq!((day.missing(), day.stored().len()), (Vec::new(), 2));

    let seen = At { group: Some(("box".to_owned(), 1)), question: "seen".to_owned() };
    day.observer.set_answer_at(day.draft, &seen, Some("yes".into())).unwrap();
    let sealed = day.observer.seal(day.draft).unwrap();
    assert_eq!(sealed.missing, [] as [&str; 0]);
    let record = day.observer.record(sealed.hash).unwrap().record;
    let answers = record.body.answers.unwrap();
    assert_eq!((answers.get("page"), answers.get("paper")), (None, None), "labels say it, answers do not repeat it");
    let entry = |pairs: &[(&str, &str)]| {
        Value::Group(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect())
    };
    let entries = Value::List(vec![entry(&[("where", "a")]), entry(&[("where", "b"), ("seen", "yes")])]);
    assert_eq!(answers.get("box"), Some(&entries));
    let labels: Vec<String> = record.attachments.unwrap().into_iter().filter_map(|file| file.label).collect();
    assert_eq!(labels, ["page", "back", "box[2].film", "box[1].film"]);

    let again = day.observer.correct(sealed.hash).unwrap();
    assert_eq!(look(&day.observer, again, |state| state.missing.len()), 0, "a correction begins with its files");
}

#[test]
fn a_film_goes_with_its_entry_and_the_others_follow_theirs() {
    let day = Day::new();
    day.entries(3);
    let [first, second, third] = [1, 2, 3].map(|number| day.attach(number, &format!("box[{number}].film")));
    day.attach(1, "page");
    day.observer.remove_entry(day.draft, "box", 0).unwrap();
    assert_eq!(day.listed(), [at(second, "box[1].film"), at(third, "box[2].film"), at(first, "page")]);
    assert_eq!(day.missing(), ["back"]);
    day.observer.remove_entry(day.draft, "box", 0).unwrap();
    assert_eq!(day.listed(), [at(third, "box[1].film"), at(first, "page")]);
    assert_eq!(day.stored(), [first, third], "what nothing refers to is gone, too");
    assert!(day.observer.remove_entry(day.draft, "box", 5).is_err());
    assert_eq!(day.listed().len(), 2, "what fails changes nothing");
}

#[test]
fn entries_that_are_set_as_a_whole_keep_their_films() {
    let day = Day::new();
    day.entries(3);
    let [first, second, third] = [1, 2, 3].map(|number| day.attach(number, &format!("box[{number}].film")));
    let answers = day.observer.draft(day.draft).unwrap().answers;
    let Some(Value::List(mut entries)) = answers.get("box").cloned() else { panic!("three entries") };
    entries.rotate_left(1);
    day.observer.set_answer(day.draft, "box", Some(Value::List(entries.clone()))).unwrap();
    assert_eq!(day.listed(), [at(first, "box[3].film"), at(second, "box[1].film"), at(third, "box[2].film")]);
    entries.remove(0);
    day.observer.set_answer(day.draft, "box", Some(Value::List(entries))).unwrap();
    assert_eq!(day.listed(), [at(first, "box[2].film"), at(third, "box[1].film")]);
    day.observer.set_answer(day.draft, "box", None).unwrap();
    assert_eq!((day.listed(), day.stored()), (Vec::new(), Vec::new()));
}

#[test]
fn a_file_leaves_one_question_and_stays_for_another() {
    let day = Day::new();
    day.entries(1);
    let photo = day.attach(1, "film");
    day.attach(1, "page");
    assert_eq!(day.listed(), [at(photo, "box[1].film"), at(photo, "page")], "the bare question is the only entry");
    day.observer.detach(day.draft, photo, Some("box[1].film")).unwrap();
    assert_eq!((day.listed(), day.stored()), (vec![at(photo, "page")], vec![photo]));
    day.observer.detach(day.draft, photo, None).unwrap();
    assert_eq!((day.listed(), day.stored()), (Vec::new(), Vec::new()));
}

#[test]
fn a_fence_holds_in_entries_too() {
    let dir = tempfile::tempdir().unwrap();
    let mut fenced = with_files();
    let ballot =
        Question { subject: Some("something else".to_owned()), ..question("ballot", QuestionKind::Attachment) };
    fenced.forms[0].questions.last_mut().unwrap().questions.as_mut().unwrap().push(ballot);
    let observer = observer(dir.path(), &fenced);
    let draft = observer.new_draft(NewDraft::form("protocol").station(STATION)).unwrap();
    observer.add_entry(draft, "box").unwrap();
    for label in ["ballot", "box[1].ballot", "box[7].ballot", "elsewhere[1].ballot"] {
        assert_eq!(observer.capture_allowed(draft, Some(label)).unwrap_err().code(), "capture_forbidden", "{label}");
    }
}

#[test]
fn a_preview_stays_as_long_as_its_original() {
    let day = Day::new();
    day.entries(2);
    let original = day.attach(1, "box[1].film");
    day.attach(1, "box[2].film");
    let preview = day.observer.attach_preview(day.draft, original, &[0xff, 0xd8, 0xff, 9]).unwrap();
    day.observer.remove_entry(day.draft, "box", 0).unwrap();
    assert_eq!(day.listed(), [at(original, "box[1].film"), at(preview, "")]);
    day.observer.remove_entry(day.draft, "box", 0).unwrap();
    assert_eq!((day.listed(), day.stored()), (Vec::new(), Vec::new()));
}
