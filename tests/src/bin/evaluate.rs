//! What the phone makes of answers to a form of a built pack, for judges in other languages.
//!
//! `test-evaluate PACK FORM < ANSWERS`: a line of JSON with answers comes in, a line goes out with what is asked, what is
//! computed, which choices are offered, and whose constraint does not hold.

use std::error::Error;
use std::io::{BufRead, Write};

use kuager_core::forms::{CompiledForm, Path, ReminderKind};
use kuager_core::wire::canonical::TextMap;
use kuager_core::wire::record::Value;
use kuager_pack::Built;
use serde_json::{Map, json};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(file), Some(id)) = (arguments.next(), arguments.next()) else {
        return Err("usage: test-evaluate PACK FORM < ANSWERS".into());
    };
    let built = Built::from_bytes(&file, &std::fs::read(&file)?)?;
    let form = built.pack.form(&id).ok_or("the pack has no such form")?;
    let form = CompiledForm::new(form)?;
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let given: serde_json::Value = serde_json::from_str(&line?)?;
        let answers = given.as_object().ok_or("answers are an object")?;
        // A form begins with its defaults; what is answered replaces them.
        let mut all = form.defaults(&TextMap::default());
        for (id, value) in answers {
            all.insert(id.clone(), answer(value)?);
        }
        let answers = all;
        let state = form.state(&answers, &TextMap::default(), "", &built.pack.languages);
        let mut asked = Map::new();
        for question in &state.asked {
            let choices =
                question.choices.as_ref().map(|choices| choices.iter().map(|choice| &choice.key).collect::<Vec<_>>());
            let value = question.value.as_ref().map(shown);
            let said = json!({ "required": question.required, "value": value, "choices": choices });
            asked.insert(path(&question.path), said);
        }
        let broken: Vec<String> = state
            .reminders
            .iter()
            .filter(|reminder| matches!(reminder.kind, ReminderKind::Constraint(_)))
            .map(|reminder| path(&reminder.path))
            .collect();
        writeln!(out, "{}", json!({ "asked": asked, "broken": broken }))?;
    }
    Ok(())
}

fn path(path: &Path) -> String {
    path.to_string()
}

fn answer(value: &serde_json::Value) -> Result<Value, String> {
    Ok(match value {
        serde_json::Value::String(text) => Value::Text(text.clone()),
        serde_json::Value::Number(number) => Value::Int(number.as_i64().ok_or("numbers are whole")?),
        serde_json::Value::Array(values) => Value::List(values.iter().map(answer).collect::<Result<_, _>>()?),
        serde_json::Value::Object(fields) => {
            let fields = fields.iter().map(|(id, value)| Ok((id.clone(), answer(value)?)));
            Value::Group(fields.collect::<Result<_, String>>()?)
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) => {
            return Err("an answer is text, a number or a list".into());
        }
    })
}

fn shown(value: &Value) -> serde_json::Value {
    match value {
        Value::Int(number) => json!(number),
        Value::Text(text) => json!(text),
        Value::List(values) => values.iter().map(shown).collect(),
        Value::Group(fields) => {
            fields.iter().map(|(id, value)| (id.to_owned(), shown(value))).collect::<Map<_, _>>().into()
        }
    }
}
