mod act;
mod day;
mod engine;
mod poll;
mod protocol;
mod wording;

use kuager_wire::form::{Choice, Question, QuestionKind, Texts};

fn question(id: &str, kind: QuestionKind) -> Question {
    Question::new(id, kind)
}

fn choice(key: &str) -> Choice {
    Choice { key: key.to_owned(), text: texts(key), ..Choice::default() }
}

/// The same text in two languages, told apart.
fn texts(text: &str) -> Texts {
    [("kk", format!("{text} (kk)")), ("ru", format!("{text} (ru)"))].into_iter().collect()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}
