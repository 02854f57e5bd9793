//! `pack.toml` and the forms it names, checked and joined.

use kuager_wire::form::{Choice, Form, Question, QuestionKind, Texts};
use kuager_wire::pack::{Contest, Pack};
use kuager_wire::record::RecordKind;

use super::error::{PackError, Problem};
use super::source::PackSource;
use super::stations;
use super::table::{File, Found, Table};

/// The key of the ballot line "against all"; `packs/README.md` fixes it.
const AGAINST_ALL: &str = "against_all";
const KINDS: [(&str, QuestionKind); 5] = [
    ("yes_no", QuestionKind::YesNo),
    ("integer", QuestionKind::Integer),
    ("time", QuestionKind::Time),
    ("text", QuestionKind::Text),
    ("choice", QuestionKind::Choice),
];

/// Reads a whole source; the dictionary is still missing.
pub(super) fn read(source: &PackSource) -> Result<Pack, PackError> {
    let text = source.read("pack.toml")?;
    let mut table = File { name: "pack.toml", text: &text }.table()?;
    let day = table.need_text("election_day")?;
    if day.value.parse::<jiff::civil::Date>().is_err() {
        return Err(table.file.error(day.at, Problem::Date(day.value)));
    }
    let languages: Vec<String> = table.need_texts("languages")?.value.into_iter().map(|found| found.value).collect();
    let mut contests = Vec::new();
    for contest in table.tables("contest")? {
        let at = contest.at;
        let contest = read_contest(contest, &languages)?;
        if contests.iter().any(|other: &Contest| other.key == contest.key) {
            return Err(table.file.error(at, Problem::Twice { what: "contest", name: contest.key }));
        }
        contests.push(contest);
    }
    let mut forms = Vec::new();
    for name in table.need_texts("forms")?.value {
        let form = read_form(source, &name.value, &languages, &contests)?;
        if forms.iter().any(|other: &Form| other.id == form.id) {
            return Err(table.file.error(name.at, Problem::Twice { what: "form", name: form.id }));
        }
        forms.push(form);
    }
    let directory = table.need_text("stations")?.value;
    let stations = stations::read(&directory, &source.read(&directory)?, &languages)?;
    let mut title = table.need_table("title")?;
    let notes = table.texts("notes")?.map(|found| found.value).unwrap_or_default();
    let pack = Pack {
        version: kuager_wire::VERSION,
        id: table.need_text("id")?.value,
        title: title.languages(&languages)?,
        election_day: day.value,
        languages,
        law: table.need_text("law")?.value,
        notes: notes.into_iter().map(|note| note.value).collect(),
        contests,
        stations,
        forms,
        dictionary: None,
    };
    title.finish()?;
    table.finish()?;
    Ok(pack)
}

fn read_contest(mut table: Table<'_>, languages: &[String]) -> Result<Contest, PackError> {
    let key = table.need_text("key")?.value;
    let mut title = table.need_table("title")?;
    let against_all = table.flag("against_all")?;
    let tables = table.tables("option")?;
    let options = read_choices(tables, languages)?;
    if options.is_empty() {
        return Err(table.error(Problem::Empty("option")));
    }
    if against_all && options.last().is_none_or(|option| option.key != AGAINST_ALL) {
        return Err(table.error(Problem::AgainstAll));
    }
    let contest = Contest {
        key,
        title: title.languages(languages)?,
        options,
        against_all: against_all.then(|| AGAINST_ALL.to_owned()),
    };
    title.finish()?;
    table.finish()?;
    Ok(contest)
}

fn read_choices(tables: Vec<Table<'_>>, languages: &[String]) -> Result<Vec<Choice>, PackError> {
    let mut choices: Vec<Choice> = Vec::new();
    for mut table in tables {
        let key = table.need_text("key")?;
        if choices.iter().any(|choice| choice.key == key.value) {
            return Err(table.file.error(key.at, Problem::Twice { what: "choice", name: key.value }));
        }
        choices.push(Choice { key: key.value, text: table.languages(languages)? });
        table.finish()?;
    }
    Ok(choices)
}

fn read_form(source: &PackSource, name: &str, languages: &[String], contests: &[Contest]) -> Result<Form, PackError> {
    let text = source.read(name)?;
    let file = File { name, text: &text };
    let mut table = file.table()?;
    let kind = table.need_text("kind")?;
    let kind = RecordKind::from_name(&kind.value).filter(|kind| kind.has_form()).ok_or_else(|| {
        let known: Vec<_> = RecordKind::ALL.iter().filter(|kind| kind.has_form()).map(|kind| kind.name()).collect();
        unknown(file, "kind of form", kind, &known)
    })?;
    let contest = match table.text("contest")? {
        None => None,
        Some(key) => Some(contests.iter().find(|contest| contest.key == key.value).ok_or_else(|| {
            let known: Vec<_> = contests.iter().map(|contest| contest.key.as_str()).collect();
            unknown(file, "contest", key, &known)
        })?),
    };
    let mut questions: Vec<Question> = Vec::new();
    for question in table.tables("question")? {
        let at = question.at;
        for question in read_question(question, languages, contest, &questions)? {
            if questions.iter().any(|other| other.id == question.id) {
                return Err(file.error(at, Problem::Twice { what: "question", name: question.id }));
            }
            questions.push(question);
        }
    }
    if questions.is_empty() {
        return Err(table.error(Problem::Empty("question")));
    }
    let mut title = table.need_table("title")?;
    let form = Form {
        id: table.need_text("id")?.value,
        kind,
        title: title.languages(languages)?,
        questions,
        contest: contest.map(|contest| contest.key.clone()),
    };
    title.finish()?;
    table.finish()?;
    Ok(form)
}

fn unknown(file: File<'_>, what: &'static str, name: Found<String>, known: &[&str]) -> PackError {
    file.error(name.at, Problem::Unknown { what, name: name.value, known: known.join(", ") })
}

/// One question of the source; several when it is asked for each line of the ballot.
fn read_question(
    mut table: Table<'_>,
    languages: &[String],
    contest: Option<&Contest>,
    before: &[Question],
) -> Result<Vec<Question>, PackError> {
    let id = table.need_text("id")?.value;
    let kind = table.need_text("kind")?;
    let kind = KINDS.iter().find(|(name, _)| *name == kind.value).map(|(_, kind)| *kind).ok_or_else(|| {
        let known: Vec<_> = KINDS.iter().map(|(name, _)| *name).collect();
        unknown(table.file, "kind of question", kind, &known)
    })?;
    let text = table.languages(languages)?;
    let of = table.text("of")?;
    if let Some(of) = &of
        && !before.iter().any(|question| question.id == of.value)
    {
        let known: Vec<_> = before.iter().map(|question| question.id.as_str()).collect();
        let of = Found { value: of.value.clone(), at: of.at };
        return Err(unknown(table.file, "question above this one", of, &known));
    }
    let tables = table.tables("choice")?;
    let choices = read_choices(tables, languages)?;
    if choices.is_empty() == (kind == QuestionKind::Choice) {
        return Err(table.error(Problem::Choices));
    }
    let (min, max) = (table.integer("min")?.map(|found| found.value), table.integer("max")?.map(|found| found.value));
    if min.zip(max).is_some_and(|(min, max)| min > max) {
        return Err(table.error(Problem::Bounds));
    }
    let max_length = match table.integer("max_length")? {
        None => None,
        Some(found) => Some(u32::try_from(found.value).map_err(|_| {
            let problem = Problem::Type { field: "max_length".to_owned(), expected: "a number of characters" };
            table.file.error(found.at, problem)
        })?),
    };
    let opens = table.texts("opens")?.map(|found| found.value.into_iter().map(|code| code.value).collect());
    let for_each_option = table.flag("for_each_option")?;
    let question = Question {
        id,
        kind,
        text,
        law: table.text("law")?.map(|found| found.value),
        opens,
        required: table.flag("required")?.then_some(true),
        min,
        max,
        max_length,
        choices: (!choices.is_empty()).then_some(choices),
        of: of.map(|found| found.value),
    };
    let expanded = match (for_each_option, contest) {
        (false, _) => vec![question],
        (true, None) => return Err(table.error(Problem::OptionsWithoutContest)),
        (true, Some(contest)) => expand(&question, contest),
    };
    table.finish()?;
    Ok(expanded)
}

fn expand(question: &Question, contest: &Contest) -> Vec<Question> {
    let against_all = contest.against_all.as_deref();
    let lines = contest.options.iter().filter(|option| Some(option.key.as_str()) != against_all);
    lines
        .map(|option| {
            let text: Texts = question
                .text
                .iter()
                .map(|(language, text)| {
                    let name = option.text.get(language).map_or(option.key.as_str(), String::as_str);
                    (language, format!("{text}: {name}"))
                })
                .collect();
            Question { id: format!("{}.{}", question.id, option.key), text, ..question.clone() }
        })
        .collect()
}
