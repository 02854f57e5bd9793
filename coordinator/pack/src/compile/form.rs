//! A form file: the questions, what must add up between them, and the paper they are read from.

use kuager_wire::canonical::TextMap;
use kuager_wire::form::{Carried, CarriedFrom, Form, Parameter, Question, QuestionKind};
use kuager_wire::pack::{Contest, Pack};
use kuager_wire::protocol::{Line, LineRole, Template};
use kuager_wire::record::RecordKind;

use super::expressions::Offsets;
use super::names::check_name;
use super::question::Questions;
use super::reader::Reader;
use super::relation::read_relations;
use crate::finding::{Position, Problem};
use crate::table::{File, Found, Table};

/// Reads one form; an empty id means that nothing could be read.
pub(super) fn read(reader: &Reader<'_>, name: &str, text: &str, pack: &Pack) -> (Form, Offsets) {
    let file = File { name, text, log: reader.log };
    let mut table = file.table();
    let kinds = || RecordKind::ALL.iter().copied().filter(|kind| kind.has_form());
    let kind = table.need_text("kind");
    let found = kinds().find(|known| known.name() == kind.value);
    if found.is_none() && !kind.value.is_empty() {
        file.error(kind.at, Problem::unknown("kind of form", &kind.value, kinds().map(RecordKind::name)));
    }
    let contest = table.text("contest").and_then(|key| {
        let contest = pack.contest(&key.value);
        if contest.is_none() {
            let known = pack.contests.iter().map(|contest| contest.key.as_str());
            file.error(key.at, Problem::unknown("contest", &key.value, known));
        }
        contest
    });
    let mut form = Form::new(table.need_text("id").value, found.unwrap_or(RecordKind::Checklist));
    form.title = table.need_localized("title", &reader.languages);
    form.hint = table.localized("hint", &reader.languages);
    form.contest = contest.map(|contest| contest.key.clone());
    form.parameters = table.table("parameters").map(read_parameters);
    let words = table.localized("words", &reader.languages);
    let mut questions =
        Questions { reader, pack, contest, words, offsets: Offsets::new(), lines: Vec::new(), ids: Vec::new() };
    form.questions = questions.read(table.tables("question"), 0);
    if form.questions.is_empty() && !table.is_broken() {
        table.error(Problem::Empty("question"));
    }
    let Questions { mut offsets, lines, .. } = questions;
    form.carried = read_carried(&mut table);
    form.relations = read_relations(reader, &mut table, pack, &form, contest, &mut offsets);
    form.template = read_template(&mut table, &form, lines, contest);
    table.finish();
    if form.id.is_empty() && !kind.value.is_empty() {
        reader.log.error(Position::file(name), Problem::Missing("id".to_owned()));
    }
    (form, offsets)
}

fn read_parameters(mut table: Table<'_>) -> TextMap<Parameter> {
    let mut parameters = TextMap::default();
    for (name, at, value) in table.rest() {
        let value = value.get_ref();
        let integer = || value.as_integer().and_then(|held| i64::from_str_radix(held.as_str(), held.radix()).ok());
        let parameter = value
            .as_bool()
            .map(Parameter::Bool)
            .or_else(|| integer().map(Parameter::Int))
            .or_else(|| value.as_str().map(|text| Parameter::Text(kuager_wire::canonical::nfc(text))));
        match parameter {
            _ if !check_name(table.file, &name, at) => {}
            Some(parameter) => {
                parameters.insert(name, parameter);
            }
            None => {
                table.file.error(at, Problem::kind(&name, "true, false, a whole number or text in quotation marks"));
            }
        }
    }
    parameters
}

/// Which forms and questions these name is checked when all forms are read.
fn read_carried(table: &mut Table<'_>) -> Option<Vec<Carried>> {
    let tables = table.tables("carried");
    if tables.is_empty() {
        return None;
    }
    let read = |mut entry: Table<'_>| {
        let from = entry.text("from").unwrap_or(Found { value: "latest".to_owned(), at: entry.at });
        let carried = Carried {
            name: entry.need_text("name").value,
            form: entry.need_text("form").value,
            question: entry.need_text("question").value,
            from: match from.value.as_str() {
                "latest" => CarriedFrom::Latest,
                "all" => CarriedFrom::All,
                "before" => CarriedFrom::Before,
                "after" => CarriedFrom::After,
                other => {
                    let known = ["latest", "all", "before", "after"];
                    entry.file.error(from.at, Problem::unknown("choice of records", other, known));
                    CarriedFrom::Latest
                }
            },
            by: entry.text("by").map(|by| by.value),
            // Filled in when all forms are read.
            order: None,
            with: entry.texts("with").map(|with| with.value.into_iter().map(|question| question.value).collect()),
        };
        if carried.by.is_none() && matches!(carried.from, CarriedFrom::Before | CarriedFrom::After) {
            entry.error(Problem::Missing("by".to_owned()));
        }
        entry.finish();
        carried
    };
    Some(tables.into_iter().map(read).collect())
}

fn read_template(
    table: &mut Table<'_>,
    form: &Form,
    lines: Vec<(usize, Line)>,
    contest: Option<&Contest>,
) -> Option<Template> {
    let file = table.file;
    for (index, (at, line)) in lines.iter().enumerate() {
        let same = |other: &Line| other.role == line.role && other.option == line.option;
        if lines.iter().take(index).any(|(_, other)| same(other)) {
            file.error(*at, Problem::Twice { what: "line with the role", name: line.role.name().to_owned() });
        }
        let known = contest.into_iter().flat_map(|contest| &contest.options).map(|option| option.key.as_str());
        let known: Vec<&str> = known.collect();
        match &line.option {
            Some(option) if !known.contains(&option.as_str()) => {
                file.error(*at, Problem::unknown("line of the ballot", option, known));
            }
            None if line.role == LineRole::Votes => {
                let problem = "a question with the role `votes` needs `for_each_option` or `option`";
                file.error(*at, Problem::Unfit(problem.to_owned()));
            }
            _ => {}
        }
    }
    let lines: Vec<Line> = lines.into_iter().map(|(_, line)| line).collect();
    let Some(mut template) = table.table("template") else {
        return (!lines.is_empty()).then(|| Template { lines, ..Template::default() });
    };
    let mut named = |field: &str, kind: QuestionKind| {
        let named = template.text(field)?;
        match form.question(&named.value) {
            Some(question) if question.kind == kind => {}
            Some(_) => {
                let problem = format!("`{field}` must name a question of kind {}", kind.name());
                file.error(named.at, Problem::Unfit(problem));
            }
            None => {
                let all = form.every_question();
                let known = all.iter().map(|question| question.id.as_str());
                file.error(named.at, Problem::unknown("question of this form", &named.value, known));
            }
        }
        Some(named.value)
    };
    let copy = named("copy", QuestionKind::Choice);
    let annex_question = named("annex_question", QuestionKind::Text);
    let photos = named("photos", QuestionKind::Attachment);
    let copies =
        copy.as_ref().and_then(|copy| form.question(copy)).and_then(|question: &Question| question.choices.clone());
    let read = Template {
        annex: template.text("annex").map(|found| found.value),
        sheets: template.number("sheets", "a number of sheets").map(|found| found.value),
        lines,
        copy,
        copies,
        annex_question,
        photos,
    };
    template.finish();
    Some(read)
}
