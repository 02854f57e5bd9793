//! Answers to forms, as ODK Central gives out submissions: a row for each record that counts with a column for each question, groups
//! before their questions with a hyphen between, and a table of its own for each group that repeats, whose rows name their parent.
//!
//! Central's own columns stand where it has them; `KEY` and `meta-instanceID` are the record's SHA-256. What people read in choices is
//! in the pack; here are keys, as there. Columns are those of the newest pack, and behind them questions that only earlier ones had.

use kuager_analysis::embargo;
use kuager_coordinator::ledger::Arrival;
use kuager_coordinator::shelf::Published;
use kuager_forms::wording;
use kuager_tables::{Cell, Column, Kind, Layout, Row};
use kuager_wire::form::{Form, Question, QuestionKind};
use kuager_wire::pack::Pack;
use kuager_wire::record::{Answers, Record, RecordKind, Value};

use super::table::{Look, Source, Table};

/// Decimals of a coordinate.
const DEGREES: u8 = 7;
/// One, in the unit of coordinates.
const E7: f64 = 1e7;
/// Columns of one table; a workbook has no more.
const COLUMNS: usize = 16_000;

/// A question with the path that leads to it.
#[derive(Debug, Clone)]
struct Field {
    /// Ids of groups around it, within the table.
    path: Vec<String>,
    question: Question,
}

/// The answers that a table has: of a form, or of a group of it that repeats.
#[derive(Debug, Clone)]
struct Answered {
    form: String,
    /// Ids of groups down to the one that repeats; the form itself without any.
    group: Vec<String>,
    fields: Vec<Field>,
    /// Groups that repeat directly within.
    repeats: Vec<Vec<String>>,
}

/// The tables of every form.
pub(super) fn all(published: &Published) -> Vec<Table> {
    let mut packs: Vec<&Pack> = vec![&published.latest.pack];
    let mut older: Vec<_> = published.packs.values().filter(|pack| pack.hash != published.latest.hash).collect();
    older.sort_by_key(|pack| (std::cmp::Reverse(pack.pack.edition), pack.hash));
    packs.extend(older.into_iter().map(|pack| &pack.pack));
    let mut ids: Vec<&str> = Vec::new();
    for form in packs.iter().flat_map(|pack| &pack.forms) {
        if !ids.contains(&form.id.as_str()) {
            ids.push(&form.id);
        }
    }
    ids.into_iter()
        .flat_map(|id| {
            let forms: Vec<&Form> = packs.iter().filter_map(|pack| pack.form(id)).collect();
            let is_poll = |pack: &&Pack| pack.exit_poll.as_ref().is_some_and(|poll| poll.form == id);
            let poll = packs.iter().any(is_poll) || forms.iter().any(|form| form.kind == RecordKind::ExitPollWave);
            let tables = of_form(id, &forms);
            tables.into_iter().map(move |answered| table(answered, poll))
        })
        .collect()
}

/// The form's own answers, and those of each of its groups that repeats.
fn of_form(id: &str, forms: &[&Form]) -> Vec<Answered> {
    let mut tables = vec![Answered { form: id.to_owned(), group: Vec::new(), fields: Vec::new(), repeats: Vec::new() }];
    for form in forms {
        gather(&mut tables, &form.questions, &[], &[]);
    }
    tables
}

/// Puts questions into the table of the group that they are in.
fn gather(tables: &mut Vec<Answered>, questions: &[Question], group: &[String], path: &[String]) {
    for question in questions {
        match question.kind {
            QuestionKind::Note => {}
            QuestionKind::Group => {
                let inner = question.questions.as_deref().unwrap_or_default();
                let within = [path, std::slice::from_ref(&question.id)].concat();
                if question.repeat.is_none() {
                    gather(tables, inner, group, &within);
                    continue;
                }
                let whole = [group, &within].concat();
                let form = tables.first().map(|table| table.form.clone()).unwrap_or_default();
                if let Some(around) = tables.iter_mut().find(|table| table.group == group)
                    && !around.repeats.contains(&within)
                {
                    around.repeats.push(within);
                }
                if !tables.iter().any(|table| table.group == whole) {
                    tables.push(Answered { form, group: whole.clone(), fields: Vec::new(), repeats: Vec::new() });
                }
                gather(tables, inner, &whole, &[]);
            }
            _ => {
                let Some(table) = tables.iter_mut().find(|table| table.group == group) else { continue };
                let known = |field: &Field| field.path == path && field.question.id == question.id;
                if !table.fields.iter().any(known) && table.fields.len() < COLUMNS {
                    table.fields.push(Field { path: path.to_vec(), question: question.clone() });
                }
            }
        }
    }
}

fn table(answered: Answered, poll: bool) -> Table {
    let of_fields = answered.fields.iter().flat_map(columns);
    let (name, about, columns): (String, String, Vec<Column>) = if answered.group.is_empty() {
        let about = format!(
            "A row for each record that counts and answers the form {}, as ODK Central has submissions.",
            answered.form
        );
        let columns = BEFORE.into_iter().chain(of_fields).chain(BEHIND).collect();
        (format!("submissions-{}", answered.form), about, columns)
    } else {
        let group = answered.group.join("-");
        let about = format!("A row for each entry of the group {group} of the form {}.", answered.form);
        (format!("submissions-{}-{group}", answered.form), about, of_fields.chain(PARENT).collect())
    };
    let layout = Layout { name: name.into(), about: about.into(), columns: columns.into() };
    let rows = move |look: &Look<'_>, arrival: &Arrival, rows: &mut Vec<Row>| submitted(&answered, look, arrival, rows);
    let table = Table { layout, source: Source::Arrivals(Box::new(rows)), poll: false };
    if poll { table.of_a_poll() } else { table }
}

const BEFORE: [Column; 2] = [
    Column::new("SubmissionDate", Kind::Moment, "When the record arrived."),
    Column::new("meta-instanceID", Kind::Text, "SHA-256 of the record."),
];
const BEHIND: [Column; 13] = [
    Column::new("KEY", Kind::Text, "SHA-256 of the record."),
    Column::new("SubmitterID", Kind::Text, "Pseudonym of the observer."),
    Column::new("SubmitterName", Kind::Text, "Empty: who is who is not here."),
    Column::new("AttachmentsPresent", Kind::Whole, "Empty: files arrive by themselves, later."),
    Column::new("AttachmentsExpected", Kind::Whole, "Files that the record lists."),
    Column::new("Status", Kind::Text, "Empty, as for what was received whole."),
    Column::new("ReviewState", Kind::Text, "Empty; what was read on photos is in the table of protocols."),
    Column::new("DeviceID", Kind::Text, "Id of the key that signed it."),
    Column::new("Edits", Kind::Whole, "How often it was corrected."),
    Column::new("FormVersion", Kind::Text, "SHA-256 of the pack that the form is of."),
    Column::new("Station", Kind::Text, "The station as the record names it; Central has no such column."),
    Column::new("Text", Kind::Text, "What was written besides the answers; Central has no such column."),
    Column::new(
        "ClockDate",
        Kind::Moment,
        "What the device's clock said when it was sealed; Central has no such column.",
    ),
];
const PARENT: [Column; 2] = [
    Column::new("PARENT_KEY", Kind::Text, "KEY of the row that the entry is in."),
    Column::new("KEY", Kind::Text, "The parent's, the groups, and the number of the entry, from 1."),
];

/// The columns of a question; a place has four, as in Central.
fn columns(field: &Field) -> Vec<Column> {
    let name = [field.path.as_slice(), std::slice::from_ref(&field.question.id)].concat().join("-");
    let kind = match field.question.kind {
        QuestionKind::Integer | QuestionKind::Words => Kind::Whole,
        QuestionKind::Decimal => Kind::Decimal,
        _ => Kind::Text,
    };
    let about = match field.question.kind {
        QuestionKind::YesNo => "yes, no, not_seen or not_applicable.",
        QuestionKind::Time => "A time of day at the station.",
        QuestionKind::Choice => "Key of the choice.",
        QuestionKind::Choices => "Keys of the choices, apart by blanks.",
        QuestionKind::Date => "A day.",
        QuestionKind::Attachment => "SHA-256 of each file, apart by blanks.",
        QuestionKind::Calculate => "What the form worked out.",
        QuestionKind::Location => {
            return [
                ("Latitude", "Degrees north."),
                ("Longitude", "Degrees east."),
                ("Altitude", "Empty."),
                ("Accuracy", "Metres within which it is."),
            ]
            .into_iter()
            .map(|(part, about)| Column::of(format!("{name}-{part}"), Kind::Decimal, about))
            .collect();
        }
        _ => "The answer.",
    };
    vec![Column::of(name, kind, about)]
}

fn submitted(answered: &Answered, look: &Look<'_>, arrival: &Arrival, rows: &mut Vec<Row>) {
    if arrival.form.as_deref() != Some(answered.form.as_str()) {
        return;
    }
    let Some(record) = arrival.record.as_deref() else { return };
    let Some(versions) = look.book.versions(&arrival.hash) else { return };
    let pack = record.form.as_ref().map(|form| form.pack);
    let of = pack.and_then(|pack| look.published.packs.get(&pack)).map(|signed| &signed.pack);
    // Whatever the record calls itself.
    if embargo::withheld(record, of, &look.published.latest.pack, look.now_ms).is_some() {
        return;
    }
    let none = Answers::default();
    let answers = record.body.answers.as_ref().unwrap_or(&none);
    let key = arrival.hash.to_string();
    if !answered.group.is_empty() {
        entries(answered, answers, &answered.group, &key, rows);
        return;
    }
    let mut row = vec![Cell::moment(arrival.received_ms), key.as_str().into()];
    answered.fields.iter().for_each(|field| answer(field, answers, &mut row));
    row.extend(behind(record, arrival, &key, versions, pack.map(|pack| pack.to_string())));
    rows.push(row);
}

fn behind(record: &Record, arrival: &Arrival, key: &str, versions: u32, pack: Option<String>) -> [Cell; 13] {
    [
        key.into(),
        Cell::id(&arrival.observer),
        Cell::Empty,
        Cell::Empty,
        record.attachments.as_ref().map_or(0, Vec::len).into(),
        Cell::Empty,
        Cell::Empty,
        Cell::id(&arrival.kid),
        versions.saturating_sub(1).into(),
        pack.into(),
        arrival.station.clone().into(),
        record.body.text.clone().into(),
        Cell::moment(u64::try_from(record.clock.wall_ms).unwrap_or(0)),
    ]
}

/// The rows of the entries of a group, down the groups that are left to go.
fn entries(answered: &Answered, answers: &Answers, down: &[String], parent: &str, rows: &mut Vec<Row>) {
    // Groups that do not repeat lie between; those that do are lists.
    let Some((first, rest)) = down.split_first() else { return };
    match answers.get(first) {
        Some(Value::Group(group)) => entries(answered, group, rest, parent, rows),
        Some(Value::List(list)) => {
            for (number, entry) in (1_u32..).zip(list) {
                let Value::Group(entry) = entry else { continue };
                let key = format!("{parent}/{first}[{number}]");
                if rest.is_empty() {
                    let mut row = Vec::new();
                    answered.fields.iter().for_each(|field| answer(field, entry, &mut row));
                    row.extend([parent.into(), key.into()]);
                    rows.push(row);
                } else {
                    entries(answered, entry, rest, &key, rows);
                }
            }
        }
        _ => {}
    }
}

/// The cells of a question.
fn answer(field: &Field, answers: &Answers, row: &mut Row) {
    let mut within = Some(answers);
    for group in &field.path {
        within = within.and_then(|answers| match answers.get(group) {
            Some(Value::Group(group)) => Some(group),
            _ => None,
        });
    }
    let value = within.and_then(|answers| answers.get(&field.question.id));
    match (field.question.kind, value) {
        (QuestionKind::Location, value) => row.extend(place(value)),
        (_, None) => row.push(Cell::Empty),
        (QuestionKind::Integer | QuestionKind::Words, Some(Value::Int(number))) => row.push((*number).into()),
        (QuestionKind::Time, Some(Value::Int(minutes))) => row.push(wording::time_of_day(*minutes).into()),
        (QuestionKind::Decimal, Some(Value::Int(number))) => {
            let scale = field.question.scale.unwrap_or(0);
            #[expect(clippy::cast_precision_loss, reason = "what a person measured")]
            let number = *number as f64 / 10_f64.powi(scale.into());
            row.push(Cell::Decimal(number, scale));
        }
        (_, Some(value)) => row.push(written(value).into()),
    }
}

/// Latitude, longitude, altitude, accuracy.
fn place(value: Option<&Value>) -> [Cell; 4] {
    let number = |at: usize| match value {
        Some(Value::List(parts)) => parts.get(at).and_then(Value::as_int),
        _ => None,
    };
    #[expect(clippy::cast_precision_loss, reason = "degrees in 1e-7, metres")]
    let scaled = |at: usize, unit: f64, digits: u8| {
        number(at).map_or(Cell::Empty, |number| Cell::Decimal(number as f64 / unit, digits))
    };
    [scaled(0, E7, DEGREES), scaled(1, E7, DEGREES), Cell::Empty, scaled(2, 1.0, 0)]
}

/// A value as it was signed, in one line.
fn written(value: &Value) -> String {
    match value {
        Value::Int(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::List(values) => values.iter().map(written).collect::<Vec<_>>().join(" "),
        Value::Group(group) => {
            group.iter().map(|(id, value)| format!("{id}={}", written(value))).collect::<Vec<_>>().join(" ")
        }
    }
}
