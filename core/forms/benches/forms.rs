//! What a keystroke costs: the whole state of a form, with all its logic, over the answers so far.
//!
//! `cargo bench -p kuager-forms --bench forms`; the aim is 200 µs for a form of 40 questions.
#![allow(missing_docs, reason = "criterion's macros make undocumented items")]
#![allow(clippy::unwrap_used, reason = "a bench is a test")]

use criterion::Criterion;
use kuager_forms::CompiledForm;
use kuager_wire::canonical::TextMap;
use kuager_wire::form::{Choice, Form, Question, QuestionKind, Repeat};
use kuager_wire::protocol::{Relation, Severity};
use kuager_wire::record::{Answers, RecordKind, Value};

const LANGUAGES: [&str; 3] = ["kk", "ru", "en"];

/// A checklist in which every question but the first depends on another, has a constraint, and half have choices that
/// are filtered.
fn checklist() -> Form {
    let questions = (0..40).map(|number| {
        let before = format!("Q{:02}", if number == 0 { 39 } else { number - 1 });
        let choice = |key: i64| Choice {
            key: format!("k{key}"),
            attributes: Some([("group", (key % 3).to_string())].into_iter().collect()),
            ..Choice::default()
        };
        let question = Question::new(format!("Q{number:02}"), QuestionKind::Integer);
        if number % 2 == 0 {
            return Question {
                relevant: (number > 0).then(|| format!("{before} = 'k3' or not answered({before})")),
                required: Some(true),
                constraint: Some(format!("this >= 0 and this <= 1000 and (Q00 >= this or Q{number:02} < 2000)")),
                opens: Some(vec![format!("A{number:02}")]),
                opens_when: Some("Q00 > 5".to_owned()),
                ..question
            };
        }
        Question {
            kind: QuestionKind::Choice,
            relevant: Some(format!("answered({before}) and {before} + 1 > 0")),
            choices: Some((0..12).map(choice).collect()),
            choice_filter: Some("@group = '0' or Q00 > 2".to_owned()),
            required_if: Some("Q00 > 1".to_owned()),
            ..question
        }
    });
    Form { questions: questions.collect(), ..Form::new("checklist", RecordKind::Checklist) }
}

/// A protocol of 40 lines, half of them also in words, nine members, and 40 relations that all fail.
fn protocol() -> Form {
    let mut questions: Vec<Question> =
        (0..20).map(|number| Question::new(format!("P05.{number:02}"), QuestionKind::Integer)).collect();
    questions.extend((0..20).map(|number| Question {
        of: Some(format!("P05.{number:02}")),
        ..Question::new(format!("P05.{number:02}.words"), QuestionKind::Words)
    }));
    questions.push(Question {
        questions: Some(vec![Question::new("member.issued", QuestionKind::Integer)]),
        repeat: Some(Repeat { min: None, max: None }),
        ..Question::new("members", QuestionKind::Group)
    });
    let message = |text: &str| LANGUAGES.map(|language| (language, text.to_owned())).into_iter().collect();
    let relation = |id: String, holds: String, text: &str| Relation {
        id,
        severity: Severity::Hard,
        holds,
        message: message(text),
        incident: Some("C19".to_owned()),
        law: None,
        when: None,
    };
    let sums = (0..20).map(|number| {
        relation(
            format!("S{number}"),
            format!("sum(P05.*) + {number} = sum(member.issued)"),
            "{= sum(P05.*)} of {P05.00}",
        )
    });
    let words = (0..20).map(|number| {
        relation(format!("W{number}"), format!("words(P05.{number:02}.words) = P05.{number:02}"), "{P05.00}")
    });
    Form { relations: Some(sums.chain(words).collect()), questions, ..Form::new("protocol", RecordKind::Protocol) }
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let nothing = TextMap::default();
    let languages = LANGUAGES.map(str::to_owned);
    let mut group = criterion.benchmark_group("forms");

    let checklist = CompiledForm::new(&checklist()).unwrap();
    let answers: Answers = (0..40_i64)
        .map(|number| {
            let value = if number % 2 == 0 { Value::Int(number + 3) } else { Value::Text("k3".to_owned()) };
            (format!("Q{number:02}"), value)
        })
        .collect();
    assert_eq!(checklist.state(&answers, &nothing, "kk", &languages).asked.len(), 40);
    group.bench_function("keystroke, 40 questions", |bencher| {
        bencher.iter(|| checklist.state(&answers, &nothing, "kk", &languages).missing.len());
    });

    let protocol = CompiledForm::new(&protocol()).unwrap();
    let mut answers: Answers = (0..20).map(|number| (format!("P05.{number:02}"), Value::Int(1_417 + number))).collect();
    for number in 0..20 {
        answers.insert(format!("P05.{number:02}.words"), Value::Text("бір мың төрт жүз қырық жеті".to_owned()));
    }
    let member = Value::Group([("member.issued", Value::Int(77))].into_iter().collect());
    answers.insert("members", Value::List(vec![member; 9]));
    group.bench_function("keystroke, protocol with 40 failing relations", |bencher| {
        bencher.iter(|| protocol.state(&answers, &nothing, "kk", &languages).incidents.len());
    });
    group.bench_function("reading a form of 40 questions", |bencher| {
        bencher.iter(|| CompiledForm::new(checklist.form()).unwrap());
    });
    group.finish();
    criterion.final_summary();
}
