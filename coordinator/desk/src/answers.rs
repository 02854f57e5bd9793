//! A record's answers, said with the words of its pack and, where the pack has none, with the desk's.

use kuager_forms::wording::Wording;
use kuager_wire::pack::Pack;
use kuager_wire::record::Record;

use crate::language::Language;

/// The desk's words for yes, no, not seen, not applicable.
const YES_NO: [&str; 4] = ["answer-yes", "answer-no", "answer-not-seen", "answer-not-applicable"];

/// One question and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) question: String,
    pub(crate) answer: String,
}

/// What the record is: its form's title, or its kind.
pub(crate) fn title(record: &Record, pack: Option<&Pack>, language: &Language) -> String {
    let form = pack.zip(record.form.as_ref()).and_then(|(pack, form)| Some((pack, pack.form(&form.form)?)));
    let title = form.map(|(pack, form)| pack.text(&form.title, &language.code)).filter(|title| !title.is_empty());
    title.map_or_else(|| record.kind.name().to_owned(), str::to_owned)
}

/// The label of a file in words of its record's form, where it names a question of it.
pub(crate) fn label(record: &Record, pack: Option<&Pack>, language: &Language, label: &str) -> String {
    let form = record.form.as_ref().and_then(|form| pack?.form(&form.form));
    let questions = form.map(|form| form.questions.as_slice()).unwrap_or_default();
    Wording::new(pack, &language.code).place(questions, label)
}

/// Every answer, in the form's order; what the form does not ask comes last, under its bare name.
pub(crate) fn lines(record: &Record, pack: Option<&Pack>, language: &Language) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(answers) = &record.body.answers {
        let form = record.form.as_ref().and_then(|form| pack?.form(&form.form));
        let questions = form.map(|form| form.questions.as_slice()).unwrap_or_default();
        let words = YES_NO.map(|id| language.say(id));
        let wording = Wording::new(pack, &language.code).with_yes_no(words.each_ref().map(String::as_str));
        let said = wording.lines(questions, answers).into_iter();
        lines.extend(said.map(|line| Line { question: line.heading(), answer: line.answer }));
    }
    if let Some(text) = &record.body.text {
        lines.push(Line { question: language.say("record-text"), answer: text.clone() });
    }
    lines
}
