//! Questions: one table of the source each, or several questions when one is asked for every line of the ballot.

use kuager_forms::expression::ExpressionPlace;
use kuager_wire::form::{Choice, FenceError, Question, QuestionKind, Repeat, SUBJECTS, Texts};
use kuager_wire::pack::{Contest, Pack};
use kuager_wire::protocol::{Line, LineRole};

use super::choices::{choices_from, read_choices};
use super::expressions::{FIELDS, Offsets, slot};
use super::names::{check_incident, check_name};
use super::reader::Reader;
use crate::finding::Problem;
use crate::table::{File, Table};

/// Levels of groups within groups that the wire format has room for.
const GROUP_DEPTH: usize = 2;

/// Reads the questions of one form.
pub(super) struct Questions<'a> {
    pub(super) reader: &'a Reader<'a>,
    pub(super) pack: &'a Pack,
    pub(super) contest: Option<&'a Contest>,
    /// What is put behind the text of a number when it is asked in words.
    pub(super) words: Option<Texts>,
    pub(super) offsets: Offsets,
    pub(super) lines: Vec<(usize, Line)>,
    pub(super) ids: Vec<String>,
}

/// What a question's table says beside the question.
struct Extra {
    at: usize,
    for_each_option: bool,
    words: bool,
    role: Option<LineRole>,
    option: Option<String>,
}

impl Questions<'_> {
    pub(super) fn read(&mut self, tables: Vec<Table<'_>>, depth: usize) -> Vec<Question> {
        let mut questions = Vec::new();
        for table in tables {
            let file = table.file;
            let (question, extra) = self.question(table, depth);
            for (question, option) in self.expanded(file, question, &extra) {
                let option = option.or_else(|| extra.option.clone());
                if let Some(role) = extra.role {
                    self.lines.push((extra.at, Line { question: question.id.clone(), role, option }));
                }
                let words = extra.words.then(|| self.in_words(file, extra.at, &question)).flatten();
                for question in [Some(question), words].into_iter().flatten() {
                    if !question.id.is_empty() && self.ids.contains(&question.id) {
                        file.error(extra.at, Problem::Twice { what: "question", name: question.id });
                        continue;
                    }
                    self.ids.push(question.id.clone());
                    questions.push(question);
                }
            }
        }
        questions
    }

    fn question(&mut self, mut table: Table<'_>, depth: usize) -> (Question, Extra) {
        let file = table.file;
        let languages = &self.reader.languages;
        let id = table.need_text("id");
        if !id.value.is_empty() {
            check_name(file, &id.value, id.at);
        }
        let kind = table.need_text("kind");
        let found = QuestionKind::from_name(&kind.value);
        if found.is_none() && !kind.value.is_empty() {
            let problem =
                Problem::unknown("kind of question", &kind.value, QuestionKind::ALL.iter().map(|kind| kind.name()));
            file.error(kind.at, problem);
        }
        let known_kind = found.is_some();
        let mut question = Question::new(id.value, found.unwrap_or(QuestionKind::Text));
        let kind = question.kind;
        // What is calculated is not shown unless somebody gives it a text.
        let silent = kind == QuestionKind::Calculate && !languages.iter().any(|language| table.has(language));
        if !silent {
            question.text = table.languages(languages);
        }
        question.hint = table.localized("hint", languages);
        question.constraint_text = table.localized("constraint_text", languages);
        for field in FIELDS {
            if let Some(found) = table.expression(field) {
                self.offsets.insert(ExpressionPlace::Question { id: &question.id, field }.to_string(), found.at);
                *slot(&mut question, field) = Some(found.value);
            }
        }
        if question.constraint.is_some() && question.constraint_text.is_none() && known_kind {
            table.error(Problem::Missing("constraint_text".to_owned()));
        }
        if known_kind && question.calculate.is_some() != (kind == QuestionKind::Calculate) {
            table.error(Problem::Unfit("`calculate` and the kind `calculate` belong together".to_owned()));
        }
        self.of(&mut table, &mut question);
        self.choices(&mut table, &mut question);
        numbers(&mut table, &mut question);
        self.group(&mut table, &mut question, depth);
        fence(&mut table, &mut question);
        question.law = table.text("law").map(|found| found.value);
        question.required = table.flag("required").then_some(true);
        question.line = table.text("line").map(|found| found.value);
        question.language = table.text("language").map(|found| found.value);
        if let Some(opens) = table.texts("opens") {
            for code in &opens.value {
                check_incident(file, code, self.pack);
            }
            if known_kind && kind != QuestionKind::YesNo && question.opens_when.is_none() {
                let problem = "`opens` answers to a \"no\"; a question of another kind needs `opens_when`";
                file.error(opens.at, Problem::Unfit(problem.to_owned()));
            }
            question.opens = Some(opens.value.into_iter().map(|code| code.value).collect());
        }
        let role = table.text("role").and_then(|role| {
            let found = LineRole::from_name(&role.value);
            if found.is_none() {
                file.error(
                    role.at,
                    Problem::unknown("role", &role.value, LineRole::ALL.iter().map(|role| role.name())),
                );
            }
            found
        });
        let extra = Extra {
            at: table.at,
            for_each_option: table.flag("for_each_option"),
            words: table.flag("words"),
            role,
            option: table.text("option").map(|found| found.value),
        };
        table.finish();
        (question, extra)
    }

    fn of(&self, table: &mut Table<'_>, question: &mut Question) {
        let Some(of) = table.text("of") else { return };
        if !self.ids.contains(&of.value) {
            let known = self.ids.iter().map(String::as_str);
            table.file.error(of.at, Problem::unknown("question above this one", &of.value, known));
        }
        question.of = Some(of.value);
    }

    fn choices(&self, table: &mut Table<'_>, question: &mut Question) {
        let mut choices: Vec<Choice> = Vec::new();
        let from = table.text("choices_from");
        match from.as_ref().map(|from| (from, from.value.as_str())) {
            Some((_, "incidents")) => choices.extend(self.pack.incidents.iter().flatten().map(|incident| Choice {
                key: incident.code.clone(),
                text: incident.title.clone(),
                ..Choice::default()
            })),
            Some((from, "contest")) => match self.contest {
                Some(contest) => choices.extend(contest.options.iter().cloned()),
                None => table.file.error(from.at, Problem::OptionsWithoutContest),
            },
            Some((named, _)) => {
                if let Some(text) = self.reader.text(table.file, named) {
                    choices_from(self.reader, &named.value, &text, &mut choices);
                }
            }
            None => {}
        }
        let tables = table.tables("choice");
        let any = !tables.is_empty();
        read_choices(tables, &self.reader.languages, &mut choices);
        let wanted = matches!(question.kind, QuestionKind::Choice | QuestionKind::Choices);
        if wanted != (any || from.is_some()) {
            table.error(Problem::Choices);
        }
        question.choices = (!choices.is_empty()).then_some(choices);
    }

    fn group(&mut self, table: &mut Table<'_>, question: &mut Question, depth: usize) {
        let inner = table.tables("question");
        let is_group = question.kind == QuestionKind::Group;
        if is_group == inner.is_empty() {
            let problem =
                "a question of kind `group` needs [[question.question]] entries, and no other kind may have them";
            table.error(Problem::Unfit(problem.to_owned()));
        }
        if let Some(mut repeat) = table.table("repeat") {
            let read = Repeat {
                min: repeat.number("min", "a number of entries").map(|found| found.value),
                max: repeat.number("max", "a number of entries").map(|found| found.value),
            };
            if read.min.zip(read.max).is_some_and(|(min, max)| min > max) {
                repeat.error(Problem::Bounds { low: "min", high: "max" });
            }
            if !is_group {
                repeat.error(Problem::Unfit("only a question of kind `group` can be repeated".to_owned()));
            }
            repeat.finish();
            question.repeat = Some(read);
        }
        if is_group && depth >= GROUP_DEPTH {
            table.error(Problem::Unfit(format!(
                "groups may be at most {GROUP_DEPTH} deep; take this one out of its group"
            )));
        } else if is_group {
            question.questions = Some(self.read(inner, depth + 1));
        }
    }

    /// The question itself, or one for each line of the ballot with the line's key.
    fn expanded(&self, file: File<'_>, question: Question, extra: &Extra) -> Vec<(Question, Option<String>)> {
        let Some(contest) = self.contest.filter(|_| extra.for_each_option) else {
            if extra.for_each_option {
                file.error(extra.at, Problem::OptionsWithoutContest);
            }
            return vec![(question, None)];
        };
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
                let id = format!("{}.{}", question.id, option.key);
                (Question { id, text, ..question.clone() }, Some(option.key.clone()))
            })
            .collect()
    }

    /// The same number in words, as the paper has it.
    fn in_words(&self, file: File<'_>, at: usize, question: &Question) -> Option<Question> {
        let Some(words) = self.words.as_ref().filter(|_| question.kind == QuestionKind::Integer) else {
            let problem = "`words = true` is for questions of kind `integer` in a form with [words] in every language";
            file.error(at, Problem::Unfit(problem.to_owned()));
            return None;
        };
        let mut asked = Question::new(format!("{}.words", question.id), QuestionKind::Words);
        asked.text = question
            .text
            .iter()
            .map(|(language, text)| (language, format!("{text} ({})", words.get(language).map_or("", String::as_str))))
            .collect();
        asked.of = Some(question.id.clone());
        asked.law.clone_from(&question.law);
        asked.line.clone_from(&question.line);
        asked.relevant.clone_from(&question.relevant);
        Some(asked)
    }
}

fn numbers(table: &mut Table<'_>, question: &mut Question) {
    let (min, max) = (table.integer("min"), table.integer("max"));
    if let (Some(min), Some(max)) = (&min, &max)
        && min.value > max.value
    {
        table.file.error(min.at, Problem::Bounds { low: "min", high: "max" });
    }
    (question.min, question.max) = (min.map(|found| found.value), max.map(|found| found.value));
    question.max_length = table.number("max_length", "a number of characters").map(|found| found.value);
    let scale = table.number::<u8>("scale", "a number of decimal places from 0 to 9").filter(|found| found.value <= 9);
    if scale.is_some() != (question.kind == QuestionKind::Decimal) {
        table.error(Problem::Unfit(
            "a question of kind `decimal` needs `scale` (0 to 9), and no other kind may have it".to_owned(),
        ));
    }
    question.scale = scale.map(|found| found.value);
}

/// What files may be asked for. A pack that asks for a voter's filled ballot is never made.
fn fence(table: &mut Table<'_>, question: &mut Question) {
    const KINDS: [&str; 4] = ["image", "video", "audio", "application"];
    let subject = table.text("subject");
    let accept = table.texts("accept");
    if let Some(accept) = &accept {
        for kind in &accept.value {
            if !KINDS.contains(&kind.value.as_str()) {
                table.file.error(kind.at, Problem::unknown("kind of file", &kind.value, KINDS));
            }
        }
    }
    question.accept = accept.map(|found| found.value.into_iter().map(|kind| kind.value).collect());
    let at = subject.as_ref().map_or(table.at, |found| found.at);
    question.subject = subject.map(|found| found.value);
    let asks = question.kind == QuestionKind::Attachment || question.subject.is_some();
    match question.capture_allowed() {
        Err(FenceError::UnknownSubject { subject, .. }) => {
            table.file.error(at, Problem::unknown("subject of a file", &subject, SUBJECTS));
        }
        Err(error) if asks => table.file.error(at, Problem::Fence(error.to_string())),
        _ => {}
    }
}
