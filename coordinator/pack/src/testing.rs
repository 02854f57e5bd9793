//! The packs that come with the program, for the tests of every crate that reads one, and a protocol as it should be.
#![allow(clippy::expect_used, clippy::panic, reason = "for tests, which fail by panicking")]

use std::path::{Path, PathBuf};

use kuager_forms::words::{Language, write};
use kuager_wire::pack::Pack;
use kuager_wire::record::{Answers, Value};

use crate::{PackSource, compile};

/// The pack of the national elections of Kazakhstan.
pub const KAZAKHSTAN: &str = "kz-2026";
/// The pack of another country: another time, other languages.
pub const SECOND_COUNTRY: &str = "example-en-fr";

/// The folder of a pack that comes with the program.
#[must_use]
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sources").join(name)
}

/// A pack that comes with the program, compiled.
#[must_use]
pub fn compiled(name: &str) -> Pack {
    compile(&PackSource::Folder(folder(name))).unwrap_or_else(|error| panic!("{name}: {error}")).pack
}

/// Answers to `protocol-list` of [`KAZAKHSTAN`] in which everything adds up, but for the lines that are changed. What a line
/// says in words follows its digits.
#[must_use]
pub fn protocol(language: Language, changed: &[(&str, i64)]) -> Answers {
    let numbers = [
        ("P01", 1200),
        ("P02", 800),
        ("P04", 780),
        ("P05.sample_1", 400),
        ("P05.sample_2", 200),
        ("P05.sample_3", 100),
        ("P05.sample_4", 30),
        ("P05.sample_5", 20),
        ("P05.sample_6", 10),
        ("P06", 20),
        ("P07", 15),
        ("P08", 1212),
        ("P09", 412),
        ("P10", 30),
        ("P11", 4),
    ];
    let mut answers = Answers::default();
    for (line, number) in numbers {
        let number = changed.iter().find(|(other, _)| *other == line).map_or(number, |(_, number)| *number);
        answers.insert(line, Value::Int(number));
        answers.insert(format!("{line}.words"), Value::Text(write(number, language).expect("has words")));
        if let Some(option) = line.strip_prefix("P05.") {
            answers.insert(format!("A05.{option}"), Value::Int(number));
        }
    }
    let member = |issued| group(&[("P03.role", "member".into()), ("P03.issued", Value::Int(issued))]);
    answers.insert("P03", Value::List(vec![member(500), member(300)]));
    answers.insert("portable", Value::List(vec![group(&[("A02", Value::Int(32)), ("A03", Value::Int(30))])]));
    answers.insert("count_start", Value::Int(20 * 60 + 20));
    answers.insert("count_end", Value::Int(3 * 60));
    answers.insert("form_code", "Приложение 20 к постановлению 18/672".into());
    answers
}

/// An entry of a repeat group.
#[must_use]
pub fn group(fields: &[(&str, Value)]) -> Value {
    Value::Group(fields.iter().map(|(id, value)| ((*id).to_owned(), value.clone())).collect())
}
