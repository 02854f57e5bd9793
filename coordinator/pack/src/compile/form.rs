//! A form file: the questions, what must add up between them, and the paper they are read from.

use std::collections::HashMap;

use kuager_forms::expression::{ExpressionPlace, is_name};
use kuager_wire::canonical::TextMap;
use kuager_wire::form::{Carried, CarriedFrom, Form, Parameter, Question, QuestionKind, Texts};
use kuager_wire::pack::{Contest, Pack};
use kuager_wire::protocol::{Line, LineRole, Relation, Severity, Template};
use kuager_wire::record::RecordKind;

use super::super::error::Problem;
use super::super::table::{File, Found, Table};
use super::question::Questions;
use super::{Reader, whole};

/// Where the expressions of a form begin in its file, by the words that name their place.
pub(super) type Places = HashMap<String, usize>;

/// Reads one form; an empty id means that nothing could be read.
pub(super) fn read(reader: &Reader<'_>, name: &str, text: &str, pack: &Pack) -> (Form, Places) {
    let file = File { name, text, log: reader.log };
    let mut table = file.table();
    let kinds = || RecordKind::ALL.into_iter().filter(|kind| kind.has_form());
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
        Questions { reader, pack, contest, words, places: Places::new(), lines: Vec::new(), ids: Vec::new() };
    form.questions = questions.read(table.tables("question"), 0);
    if form.questions.is_empty() && !table.is_broken() {
        table.error(Problem::Empty("question"));
    }
    let Questions { mut places, lines, .. } = questions;
    form.carried = read_carried(&mut table);
    form.relations = read_relations(reader, &mut table, pack, &form, contest, &mut places);
    form.template = read_template(&mut table, &form, lines, contest);
    table.finish();
    if form.id.is_empty() && !kind.value.is_empty() {
        reader.log.error(whole(name), Problem::Missing("id".to_owned()));
    }
    (form, places)
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
            _ if !is_name(&name) => table.file.error(at, Problem::Unfit(no_name(&name))),
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

pub(super) fn no_name(name: &str) -> String {
    format!(
        "`{name}` cannot be a name: use letters, digits and _ (and . or - between them), beginning with a letter, and \
         none of the words and, or, not, true, false, this"
    )
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
                other => {
                    entry.file.error(from.at, Problem::unknown("choice of records", other, ["latest", "all"]));
                    CarriedFrom::Latest
                }
            },
        };
        entry.finish();
        carried
    };
    Some(tables.into_iter().map(read).collect())
}

fn read_relations(
    reader: &Reader<'_>,
    table: &mut Table<'_>,
    pack: &Pack,
    form: &Form,
    contest: Option<&Contest>,
    places: &mut Places,
) -> Option<Vec<Relation>> {
    let mut relations: Vec<Relation> = Vec::new();
    for entry in table.tables("relation") {
        let file = entry.file;
        let (at, each, found) = read_relation(reader, entry, pack);
        let names = match each.as_ref().map(|each| each.value.as_str()) {
            None => vec![None],
            Some("words") => {
                let all = form.every_question();
                let words = all.iter().filter(|question| question.kind == QuestionKind::Words);
                words.filter_map(|question| question.of.clone()).map(Some).collect()
            }
            Some("option") => {
                let options = contest.into_iter().flat_map(|contest| &contest.options);
                let against_all = contest.and_then(|contest| contest.against_all.as_ref());
                options.map(|option| option.key.clone()).filter(|key| Some(key) != against_all).map(Some).collect()
            }
            Some(other) => {
                let at = each.as_ref().map_or(entry_at(&at), |each| each.at);
                file.error(at, Problem::unknown("repetition", other, ["words", "option"]));
                Vec::new()
            }
        };
        for name in names {
            let relation = found.named(name.as_deref());
            for (field, offset) in &at {
                let field = field.as_str();
                let place = match field {
                    "holds" => ExpressionPlace::Relation { id: &relation.id, field: "holds" },
                    "when" => ExpressionPlace::Relation { id: &relation.id, field: "when" },
                    language => ExpressionPlace::Message { id: &relation.id, language },
                };
                places.insert(place.to_string(), *offset);
            }
            if relations.iter().any(|other| other.id == relation.id) {
                file.error(entry_at(&at), Problem::Twice { what: "relation", name: relation.id.clone() });
            }
            relations.push(relation);
        }
    }
    (!relations.is_empty()).then_some(relations)
}

/// Where the expressions of a relation begin, by field.
type RelationPlaces = Vec<(String, usize)>;

fn entry_at(places: &RelationPlaces) -> usize {
    places.first().map_or(0, |(_, at)| *at)
}

/// The word that stands for one question or one line of the ballot in a relation that is repeated for each.
const EACH: &str = "EACH";

/// A relation as written, before it is repeated.
struct Written(Relation);

impl Written {
    /// With a name instead of [`EACH`], which also tells the copies apart.
    fn named(&self, name: Option<&str>) -> Relation {
        let Some(name) = name else { return self.0.clone() };
        let put = |text: &str| text.replace(EACH, name);
        Relation {
            id: format!("{}.{name}", self.0.id),
            holds: put(&self.0.holds),
            when: self.0.when.as_deref().map(put),
            message: self.0.message.iter().map(|(language, text)| (language, put(text))).collect(),
            ..self.0.clone()
        }
    }
}

fn read_relation(
    reader: &Reader<'_>,
    mut entry: Table<'_>,
    pack: &Pack,
) -> (RelationPlaces, Option<Found<String>>, Written) {
    let id = entry.need_text("id");
    let each = entry.text("for_each");
    let severity = entry.need_text("severity");
    let found = Severity::from_name(&severity.value);
    if found.is_none() && !severity.value.is_empty() {
        let problem = Problem::unknown("severity", &severity.value, Severity::ALL.map(Severity::name));
        entry.file.error(severity.at, problem);
    }
    let mut places = RelationPlaces::new();
    let mut expression = |entry: &mut Table<'_>, field: &str| {
        let found = entry.expression(field)?;
        places.push((field.to_owned(), found.at));
        Some(found.value)
    };
    let holds = expression(&mut entry, "holds");
    let when = expression(&mut entry, "when");
    if holds.is_none() {
        entry.error(Problem::Missing("holds".to_owned()));
    }
    let mut message = Texts::default();
    for language in &reader.languages {
        match expression(&mut entry, language) {
            Some(text) => {
                message.insert(language.clone(), text);
            }
            None => entry.error(Problem::MissingLanguage(language.clone())),
        }
    }
    let incident = entry.text("incident");
    if let Some(code) = &incident {
        check_incident(entry.file, code, pack);
    }
    let relation = Relation {
        id: id.value,
        severity: found.unwrap_or(Severity::Soft),
        holds: holds.unwrap_or_else(|| "true".to_owned()),
        message,
        incident: incident.map(|found| found.value),
        law: entry.text("law").map(|found| found.value),
        when,
    };
    entry.finish();
    (places, each, Written(relation))
}

/// A pack without a catalogue may name incidents of another tool.
pub(super) fn check_incident(file: File<'_>, code: &Found<String>, pack: &Pack) {
    if let Some(incidents) = &pack.incidents
        && pack.incident(&code.value).is_none()
    {
        let known = incidents.iter().map(|incident| incident.code.as_str());
        file.error(code.at, Problem::unknown("incident", &code.value, known));
    }
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
