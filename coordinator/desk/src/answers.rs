//! A record's answers in the pack's words.

use kuager_wire::form::{Question, QuestionKind};
use kuager_wire::pack::Pack;
use kuager_wire::record::{Answers, Record, Value};

use super::page::MediaTexts;

/// One question and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) question: String,
    pub(super) answer: String,
}

/// Speaks one language with one pack, or with none when a record's pack is not known.
pub(super) struct Words<'a> {
    pub(super) pack: Option<&'a Pack>,
    pub(super) language: &'a str,
    pub(super) texts: &'a MediaTexts,
}

impl Words<'_> {
    /// What the record is: its form's title, or its kind.
    pub(super) fn title(&self, record: &Record) -> String {
        let form = self.pack.zip(record.form.as_ref()).and_then(|(pack, form)| Some((pack, pack.form(&form.form)?)));
        let title = form.map(|(pack, form)| pack.text(&form.title, self.language)).filter(|title| !title.is_empty());
        title.map_or_else(|| record.kind.name().to_owned(), str::to_owned)
    }

    /// Every answer, in the form's order; what the form does not ask comes last, under its bare name.
    pub(super) fn lines(&self, record: &Record) -> Vec<Line> {
        let mut lines = Vec::new();
        if let Some(answers) = &record.body.answers {
            let form = record.form.as_ref().and_then(|form| self.pack?.form(&form.form));
            let questions = form.map(|form| form.questions.as_slice()).unwrap_or_default();
            self.answered("", questions, answers, &mut lines);
        }
        if let Some(text) = &record.body.text {
            lines.push(Line { question: self.texts.text.clone(), answer: text.clone() });
        }
        lines
    }

    fn answered(&self, before: &str, questions: &[Question], answers: &Answers, lines: &mut Vec<Line>) {
        for question in questions {
            if let Some(value) = answers.get(&question.id) {
                self.answer(before, question, value, lines);
            }
        }
        let known = |id: &str| questions.iter().any(|question| question.id == id);
        for (id, value) in answers.iter().filter(|(id, _)| !known(id)) {
            lines.push(Line { question: format!("{before}{id}"), answer: self.plain(value) });
        }
    }

    fn answer(&self, before: &str, question: &Question, value: &Value, lines: &mut Vec<Line>) {
        let text = self.pack.map_or("", |pack| pack.text(&question.text, self.language));
        let text = if text.is_empty() { &question.id } else { text };
        let name = format!("{before}{text}");
        let nested = question.questions.as_deref().unwrap_or_default();
        match value {
            Value::Group(group) => self.answered(&format!("{name} · "), nested, group, lines),
            Value::List(entries) if entries.iter().any(|entry| matches!(entry, Value::Group(_))) => {
                for (number, entry) in (1..).zip(entries) {
                    match entry {
                        Value::Group(group) => self.answered(&format!("{name} · {number} · "), nested, group, lines),
                        other => lines.push(Line { question: name.clone(), answer: self.plain(other) }),
                    }
                }
            }
            value => lines.push(Line { question: name, answer: self.value(question, value) }),
        }
    }

    fn value(&self, question: &Question, value: &Value) -> String {
        match (question.kind, value) {
            (QuestionKind::Time, Value::Int(minutes)) if (0..1440).contains(minutes) => {
                format!("{:02}:{:02}", minutes / 60, minutes % 60)
            }
            (QuestionKind::Decimal, Value::Int(number)) => decimal(*number, question.scale.unwrap_or(0)),
            (QuestionKind::Attachment, Value::List(files)) => format!("{} ×", files.len()),
            (_, Value::List(values)) => {
                values.iter().map(|value| self.value(question, value)).collect::<Vec<_>>().join(", ")
            }
            (_, Value::Text(key)) => {
                let choice = question.choices.iter().flatten().find(|choice| choice.key == *key);
                let text = choice.and_then(|choice| Some(self.pack?.text(&choice.text, self.language)));
                let text = text.filter(|text| !text.is_empty()).or_else(|| self.yes_no(question.kind, key));
                text.map_or_else(|| key.clone(), str::to_owned)
            }
            (_, value) => self.plain(value),
        }
    }

    fn yes_no(&self, kind: QuestionKind, key: &str) -> Option<&str> {
        match key {
            _ if kind != QuestionKind::YesNo => None,
            "yes" => Some(&self.texts.yes),
            "no" => Some(&self.texts.no),
            "not_seen" => Some(&self.texts.not_seen),
            "not_applicable" => Some(&self.texts.not_applicable),
            _ => None,
        }
    }

    fn plain(&self, value: &Value) -> String {
        match value {
            Value::Int(number) => number.to_string(),
            Value::Text(text) => text.clone(),
            Value::List(values) => values.iter().map(|value| self.plain(value)).collect::<Vec<_>>().join(", "),
            Value::Group(group) => {
                group.iter().map(|(id, value)| format!("{id} = {}", self.plain(value))).collect::<Vec<_>>().join("; ")
            }
        }
    }
}

/// A scaled whole number as people write it.
fn decimal(number: i64, scale: u8) -> String {
    let scale = usize::from(scale.min(18));
    let digits = format!("{:0>width$}", number.unsigned_abs(), width = scale + 1);
    let (whole, part) = digits.split_at(digits.len() - scale);
    let sign = if number < 0 { "−" } else { "" };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaled_numbers_are_written_with_a_point() {
        let cases =
            [(125, 1, "12.5"), (5, 2, "0.05"), (-5, 1, "−0.5"), (7, 0, "7"), (i64::MIN, 0, "−9223372036854775808")];
        for (number, scale, text) in cases {
            assert_eq!(decimal(number, scale), text);
        }
    }
}
