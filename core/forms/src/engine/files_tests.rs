use kuager_wire::form::Repeat;
use kuager_wire::ids::MediaHash;
use kuager_wire::record::RecordKind;

use super::*;

/// `page`; a group `G` with `G.page` and a repeat group `R`, whose entries have `name`, `film` and a group `H` with `sound`.
fn form() -> Form {
    let attachment = |id: &str| Question::new(id, QuestionKind::Attachment);
    let group = |id: &str, questions| Question { questions: Some(questions), ..Question::new(id, QuestionKind::Group) };
    let inner =
        vec![Question::new("name", QuestionKind::Text), attachment("film"), group("H", vec![attachment("sound")])];
    let repeat = Question { repeat: Some(Repeat { min: None, max: None }), ..group("R", inner) };
    let mut form = Form::new("f", RecordKind::Checklist);
    form.questions = vec![attachment("page"), group("G", vec![attachment("G.page"), repeat])];
    form
}

fn file(number: u8, label: &str) -> Attachment {
    Attachment {
        hash: MediaHash([number; 32]),
        size: 1,
        mime: "image/jpeg".to_owned(),
        role: AttachmentRole::Original,
        of: None,
        source: None,
        claims: None,
        label: Some(label.to_owned()),
    }
}

fn hashes(numbers: &[u8]) -> Value {
    Value::List(numbers.iter().map(|number| Value::Text(MediaHash([*number; 32]).to_string())).collect())
}

fn group(pairs: &[(&str, Value)]) -> Value {
    Value::Group(pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
}

fn entries_of(names: &[&str]) -> Value {
    Value::List(names.iter().map(|name| group(&[("name", (*name).into())])).collect())
}

fn answers(names: &[&str]) -> Answers {
    [("G".to_owned(), group(&[("R", entries_of(names))]))].into_iter().collect()
}

#[test]
fn a_label_is_read_as_it_is_written() {
    for label in ["page", "G.page", "R[1].film", "R[65535].H.x", "page 1", "бет"] {
        assert_eq!(Path::read(label).to_string(), label);
    }
    let path = Path { group: Some(("R".to_owned(), 1)), question: "film".to_owned() };
    assert_eq!(Path::read("R[2].film"), path);
    for odd in [
        "R[0].film",
        "R[02].film",
        "R[+2].film",
        "R[70000].film",
        "R[99999999999999999999].film",
        "R[x].film",
        "R[1]film",
        "[",
        "",
    ] {
        assert_eq!(Path::read(odd), Path::of(odd), "{odd}");
    }
}

#[test]
fn files_answer_in_groups_and_entries_and_leave_the_answers_as_they_were() {
    let (form, given) = (form(), answers(&["a", "b"]));
    let files = [
        file(1, "page"),
        file(1, "G.page"),
        file(2, "R[2].film"),
        file(3, "R[2].film"),
        file(3, "R[2].film"),
        file(1, "R[1].sound"),
        file(4, "R[3].film"),
        file(5, "nothing"),
        Attachment { role: AttachmentRole::Preview, ..file(6, "page") },
    ];
    let seen = with_files(&form, &given, &files);
    let expected = Value::List(vec![
        group(&[("name", "a".into()), ("H", group(&[("sound", hashes(&[1]))]))]),
        group(&[("name", "b".into()), ("film", hashes(&[2, 3]))]),
    ]);
    assert_eq!(seen.get("page"), Some(&hashes(&[1])));
    assert_eq!(seen.get("G"), Some(&group(&[("G.page", hashes(&[1])), ("R", expected)])));
    let mut sealed = seen.clone();
    without_files(&form, &mut sealed, &given);
    assert_eq!(sealed, given);
    let only = with_files(&form, &Answers::default(), &[file(1, "G.page")]);
    assert_eq!(only.get("G"), Some(&group(&[("G.page", hashes(&[1]))])), "a group of nothing but a file");
    let mut sealed = only;
    without_files(&form, &mut sealed, &Answers::default());
    assert!(sealed.is_empty());
}

#[test]
fn what_was_answered_by_hand_stays_and_a_blank_answer_is_none() {
    let form = form();
    let by_hand: Answers = [("page".to_owned(), hashes(&[9]))].into_iter().collect();
    assert_eq!(with_files(&form, &by_hand, &[file(1, "page")]), by_hand);
    let blank: Answers = [("page".to_owned(), Value::List(Vec::new()))].into_iter().collect();
    assert_eq!(with_files(&form, &blank, &[file(1, "page")]).get("page"), Some(&hashes(&[1])));
}

#[test]
fn a_bare_question_means_the_only_entry() {
    let form = form();
    assert_eq!(label_of(&form, &answers(&["a"]), "film"), "R[1].film");
    assert_eq!(label_of(&form, &answers(&["a"]), "sound"), "R[1].sound");
    for (given, label) in
        [(&["a", "b"][..], "film"), (&[], "film"), (&["a"], "G.page"), (&["a"], "R[1].film"), (&["a"], "page 1")]
    {
        assert_eq!(label_of(&form, &answers(given), label), label);
    }
}

#[test]
fn entries_are_found_where_they_went() {
    let form = form();
    let moved = |before: &[&str], after: &[&str]| moves(&form, &answers(before), &answers(after)).remove("R");
    assert_eq!(moved(&["a", "b"], &["a", "b"]), None);
    assert_eq!(moved(&["a", "b", "c"], &["b", "c"]), Some(vec![None, Some(0), Some(1)]));
    assert_eq!(moved(&["a", "b", "c"], &["c", "a", "b"]), Some(vec![Some(1), Some(2), Some(0)]));
    assert_eq!(moved(&["a", "b"], &["a", "edited"]), Some(vec![Some(0), Some(1)]));
    assert_eq!(moved(&["a", "b"], &["b", "edited"]), Some(vec![Some(1), Some(0)]));
    assert_eq!(moved(&["a", "b"], &["b", "edited", "new"]), Some(vec![Some(1), Some(0)]));
    assert_eq!(moved(&["a", "a"], &["a"]), Some(vec![Some(0), None]));
    assert_eq!(moved(&["a", "b"], &[]), Some(vec![None, None]));
    assert_eq!(
        removal(&form, &answers(&["a", "a", "a"]), "R", 0),
        Moves::from([("R".to_owned(), vec![None, Some(0), Some(1)])])
    );
}
