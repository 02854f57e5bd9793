//! Answers within groups: each in its place, and entries of repeat groups that come and go.
//!
//! A group is one answer of the record. Whatever changes within it, the outermost group is checked as a whole.

use kuager_wire::canonical::TextMap;
use kuager_wire::form::{Form, Question};
use kuager_wire::record::{Answers, Value};

use crate::path::Path;

use super::check::{AnswerError, check_answer};
use super::compiled::CompiledForm;

/// The groups a question is in, the outermost first; `None` when the form has no such question.
#[must_use]
pub fn groups_of<'a>(form: &'a Form, question: &str) -> Option<Vec<&'a Question>> {
    fn search<'a>(questions: &'a [Question], wanted: &str, above: &mut Vec<&'a Question>) -> bool {
        questions.iter().any(|question| {
            if question.id == wanted {
                return true;
            }
            above.push(question);
            let found = search(question.questions.as_deref().unwrap_or_default(), wanted, above);
            if !found {
                above.pop();
            }
            found
        })
    }
    let mut above = Vec::new();
    search(&form.questions, question, &mut above).then_some(above)
}

/// Sets or clears the answer at a place. An entry of a repeat group must be there, see [`add_entry`].
///
/// # Errors
/// [`AnswerError`]; the answers are then as they were.
pub fn set(form: &Form, answers: &mut Answers, path: &Path, answer: Option<Value>) -> Result<(), AnswerError> {
    change(form, answers, path, |inner| {
        match answer {
            Some(answer) => drop(inner.insert(path.question.clone(), answer)),
            None => drop(inner.remove(&path.question)),
        }
        Ok(())
    })
}

/// Adds an entry to a repeat group, with what it begins with. Gives its number.
///
/// # Errors
/// [`AnswerError`], also for an entry too many; the answers are then as they were.
pub fn add_entry(
    form: &CompiledForm,
    answers: &mut Answers,
    group: &str,
    carried: &TextMap<Value>,
) -> Result<usize, AnswerError> {
    let entry = Value::Group(form.entry_defaults(group, answers, carried));
    in_list(form.form(), answers, group, |list| {
        list.push(entry);
        Some(list.len() - 1)
    })
}

/// Takes an entry out of a repeat group; those after it move up.
///
/// # Errors
/// [`AnswerError`]; the answers are then as they were.
pub fn remove_entry(form: &Form, answers: &mut Answers, group: &str, entry: usize) -> Result<(), AnswerError> {
    in_list(form, answers, group, |list| (entry < list.len()).then(|| drop(list.remove(entry))))
}

fn in_list<T>(
    form: &Form,
    answers: &mut Answers,
    group: &str,
    work: impl FnOnce(&mut Vec<Value>) -> Option<T>,
) -> Result<T, AnswerError> {
    let path = Path::of(group);
    let missing = || missing(form, &path);
    if form.question(group).is_none_or(|question| question.repeat.is_none()) {
        return Err(missing());
    }
    change(form, answers, &path, |inner| {
        let mut list = match inner.remove(group) {
            Some(Value::List(list)) => list,
            _ => Vec::new(),
        };
        let result = work(&mut list).ok_or_else(missing)?;
        if !list.is_empty() {
            inner.insert(group, Value::List(list));
        }
        Ok(result)
    })
}

fn missing(form: &Form, path: &Path) -> AnswerError {
    AnswerError::UnknownQuestion { form: form.id.clone(), question: path.to_string() }
}

/// Changes what stands beside the question of a path, and checks the answer of the record that it belongs to.
fn change<T>(
    form: &Form,
    answers: &mut Answers,
    path: &Path,
    work: impl FnOnce(&mut Answers) -> Result<T, AnswerError>,
) -> Result<T, AnswerError> {
    let groups = groups_of(form, &path.question).ok_or_else(|| missing(form, path))?;
    let entry = path.group.as_ref().map_or(0, |(_, entry)| *entry);
    let mut changed = answers.clone();
    let result = within(&mut changed, &groups, entry, &|| missing(form, path), work)?;
    let outer = groups.first().map_or(path.question.as_str(), |group| group.id.as_str());
    if let Some(value) = changed.get(outer) {
        check_answer(form, outer, value)?;
    }
    *answers = changed;
    Ok(result)
}

fn within<T, F: FnOnce(&mut Answers) -> Result<T, AnswerError>>(
    answers: &mut Answers,
    groups: &[&Question],
    entry: usize,
    missing: &dyn Fn() -> AnswerError,
    work: F,
) -> Result<T, AnswerError> {
    let Some((group, inner)) = groups.split_first() else { return work(answers) };
    let held = answers.remove(&group.id);
    if group.repeat.is_some() {
        let Some(Value::List(mut list)) = held else { return Err(missing()) };
        let Some(Value::Group(one)) = list.get_mut(entry) else { return Err(missing()) };
        let result = within(one, inner, entry, missing, work)?;
        answers.insert(group.id.clone(), Value::List(list));
        return Ok(result);
    }
    let mut one = match held {
        Some(Value::Group(one)) => one,
        _ => Answers::default(),
    };
    let result = within(&mut one, inner, entry, missing, work)?;
    if !one.is_empty() {
        answers.insert(group.id.clone(), Value::Group(one));
    }
    Ok(result)
}

#[cfg(test)]
mod tests {
    use kuager_wire::form::{QuestionKind, Repeat};
    use kuager_wire::record::RecordKind;

    use super::*;

    /// `A`; a group `G` with `G.a` and a repeat group `R` in it, of at most two entries with `R.a`.
    fn form() -> Form {
        let mut form = Form::new("f", RecordKind::Checklist);
        let mut repeat = Question::new("R", QuestionKind::Group);
        repeat.repeat = Some(Repeat { min: None, max: Some(2) });
        let mut inner = Question::new("R.a", QuestionKind::Integer);
        inner.default = Some("7".to_owned());
        repeat.questions = Some(vec![inner, Question::new("R.b", QuestionKind::Text)]);
        let mut group = Question::new("G", QuestionKind::Group);
        group.questions = Some(vec![Question::new("G.a", QuestionKind::Integer), repeat]);
        form.questions = vec![Question::new("A", QuestionKind::Integer), group];
        form
    }

    fn at(question: &str, entry: usize) -> Path {
        Path { group: Some(("R".to_owned(), entry)), question: question.to_owned() }
    }

    #[test]
    fn answers_come_and_go_in_their_places() {
        let form = form();
        let compiled = CompiledForm::new(&form).expect("compiles");
        let mut answers = Answers::default();
        set(&form, &mut answers, &Path::of("A"), Some(1.into())).expect("outside");
        set(&form, &mut answers, &Path::of("G.a"), Some(2.into())).expect("in a group");
        let carried = TextMap::default();
        assert_eq!(add_entry(&compiled, &mut answers, "R", &carried), Ok(0));
        assert_eq!(add_entry(&compiled, &mut answers, "R", &carried), Ok(1));
        assert!(matches!(add_entry(&compiled, &mut answers, "R", &carried), Err(AnswerError::DoesNotFit { .. })));
        set(&form, &mut answers, &at("R.a", 1), Some(3.into())).expect("in an entry");
        set(&form, &mut answers, &at("R.b", 0), Some("x".into())).expect("in an entry");

        let group = |pairs: &[(&str, Value)]| {
            Value::Group(pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
        };
        let entries = Value::List(vec![group(&[("R.a", 7.into()), ("R.b", "x".into())]), group(&[("R.a", 3.into())])]);
        assert_eq!(answers.get("G"), Some(&group(&[("G.a", 2.into()), ("R", entries)])));

        remove_entry(&form, &mut answers, "R", 0).expect("the first");
        let entries = Value::List(vec![group(&[("R.a", 3.into())])]);
        assert_eq!(answers.get("G"), Some(&group(&[("G.a", 2.into()), ("R", entries)])));
        remove_entry(&form, &mut answers, "R", 0).expect("the last");
        set(&form, &mut answers, &Path::of("G.a"), None).expect("clears");
        assert_eq!(answers.get("G"), None, "an empty group is no answer");
    }

    #[test]
    fn what_has_no_place_or_does_not_fit_changes_nothing() {
        let form = form();
        let mut answers = Answers::default();
        set(&form, &mut answers, &Path::of("G.a"), Some(2.into())).expect("in a group");
        let before = answers.clone();
        for (path, answer) in [
            (Path::of("nothing"), 1.into()),
            (at("R.a", 0), 1.into()),
            (Path::of("G.a"), Value::from("two")),
            (Path::of("G"), Value::from("two")),
        ] {
            assert!(set(&form, &mut answers, &path, Some(answer)).is_err(), "{path}");
        }
        assert!(remove_entry(&form, &mut answers, "R", 0).is_err());
        assert!(remove_entry(&form, &mut answers, "G", 0).is_err());
        assert_eq!(answers, before);
    }
}
