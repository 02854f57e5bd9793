//! Official figures from a file: it is sent here, the columns are said once, what would change is shown, and then it is taken over.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kuager_analysis::estimate::table::Table;
use kuager_analysis::official::Changed;
use kuager_wire::form::Form as Paper;
use kuager_wire::ids::ContentHash;
use serde::Deserialize;

use crate::frame::Frame;
use crate::language::Language;
use crate::official::{self, ImportError, Plan, Remembered, Sent};
use crate::people::visitor::Visitor;
use crate::response::{html, refuse};
use crate::state::Desk;
use crate::stations::escaped;
use crate::upload::Upload;

/// Files that are kept until they are taken over; of more, the oldest is sent again.
const KEPT: usize = 4;
/// Changes and stations that are listed.
const LISTED: usize = 100;
/// Columns that are shown for saying what they are.
const COLUMNS: usize = 256;

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    lang: Option<String>,
    stage: Option<String>,
    form: Option<String>,
    /// Stations that were written down a moment ago.
    taken: Option<usize>,
}

#[derive(Template)]
#[template(path = "import.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    forms: Vec<(String, String)>,
    stage: String,
    form: String,
    taken: Option<usize>,
    /// What is wrong with what was sent, in words.
    wrong: Option<String>,
    file: Option<File>,
}

struct File {
    hash: ContentHash,
    name: String,
    station: String,
    columns: Vec<ColumnOf>,
    /// Lines of the paper.
    questions: Vec<(String, String)>,
    plan: Option<Shown>,
}

struct ColumnOf {
    number: usize,
    name: String,
    first: String,
    question: String,
}

struct Shown {
    stations: usize,
    new: usize,
    same: u64,
    gone: usize,
    unknown: Vec<String>,
    changed: Vec<Changed>,
    more: usize,
}

impl From<&Plan> for Shown {
    fn from(plan: &Plan) -> Self {
        let changed = &plan.changes.changed;
        Self {
            stations: plan.stations(),
            new: plan.changes.new.len(),
            same: plan.changes.same,
            gone: plan.changes.gone.len(),
            unknown: plan.unknown.iter().take(LISTED).cloned().collect(),
            changed: changed.iter().take(LISTED).cloned().collect(),
            more: changed.len().saturating_sub(LISTED),
        }
    }
}

/// Forms that are read from a paper, with their titles.
fn papers(desk: &Desk, language: &Language) -> Vec<(String, String)> {
    let published = desk.published();
    let pack = &published.latest.pack;
    let papers = pack.forms.iter().filter(|form| form.template.is_some());
    papers.map(|form| (form.id.clone(), pack.text(&form.title, &language.code).to_owned())).collect()
}

/// The page for sending a file.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let language = Language::choose(&desk.published().latest.pack, wanted.lang.as_deref());
    shown(&desk, &visitor, &language, &wanted, None, None)
}

#[expect(clippy::result_large_err, reason = "both are responses")]
fn shown(
    desk: &Desk,
    visitor: &Visitor,
    language: &Language,
    wanted: &Wanted,
    file: Option<File>,
    wrong: Option<String>,
) -> Result<Response, Response> {
    let published = desk.published();
    let forms = papers(desk, language);
    let form = wanted.form.clone().or_else(|| forms.first().map(|(id, _)| id.clone())).unwrap_or_default();
    let stage = wanted.stage.clone().unwrap_or_else(|| "cec".to_owned());
    let here = match &file {
        None => "/official/import?".to_owned(),
        Some(file) => format!("/official/import/{}?stage={}&form={}&", file.hash, escaped(&stage), escaped(&form)),
    };
    html(&Page {
        frame: Frame::new(&published.latest.pack, here, visitor),
        language,
        forms,
        stage,
        form,
        taken: wanted.taken,
        wrong,
        file,
    })
}

/// Takes a file in, and leads to what it says.
pub(crate) async fn send(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
    Extension(upload): Extension<Arc<Upload>>,
) -> Result<Response, Response> {
    let language = Language::choose(&desk.published().latest.pack, wanted.lang.as_deref());
    let field = |name: &str| upload.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let wanted = Wanted { stage: field("stage"), form: field("form"), ..wanted };
    let Some((name, bytes)) = upload.file.clone().filter(|(_, bytes)| !bytes.is_empty()) else {
        return shown(&desk, &visitor, &language, &wanted, None, Some(language.say("import-no-file")));
    };
    let (stage, form) = (wanted.stage.clone().unwrap_or_default(), wanted.form.clone().unwrap_or_default());
    let name = kuager_wire::text::name(&name);
    let reading = bytes.clone();
    let named = name.clone();
    let read = tokio::task::spawn_blocking(move || official::table(&named, &reading).map(drop)).await;
    let read = read.unwrap_or_else(|_| Err(broken(&name)));
    let checked = Remembered::of(&desk.app, &stage).and_then(|_| official::form(&desk.app, &form)).and(read);
    if let Err(error) = checked {
        return shown(&desk, &visitor, &language, &wanted, None, Some(error.to_string()));
    }
    let sent = Arc::new(Sent { hash: ContentHash::of(&bytes), name, bytes: bytes.to_vec() });
    let mut waiting = desk.imports.lock();
    waiting.retain(|other| other.hash != sent.hash);
    if waiting.len() >= KEPT {
        waiting.pop_front();
    }
    let to = format!(
        "/official/import/{}?stage={}&form={}&lang={}",
        sent.hash,
        escaped(&stage),
        escaped(&form),
        language.code
    );
    waiting.push_back(sent);
    drop(waiting);
    Ok(Redirect::to(&to).into_response())
}

fn broken(file: &str) -> ImportError {
    ImportError::Workbook { file: file.to_owned(), reason: "a part of it makes no sense".to_owned() }
}

/// The file with this hash.
#[expect(clippy::result_large_err, reason = "a response")]
fn find(desk: &Desk, hash: &str) -> Result<Arc<Sent>, Response> {
    let gone = || refuse(StatusCode::NOT_FOUND, "this file is not here any more; send it again at /official/import");
    let hash: ContentHash = hash.parse().map_err(|_| gone())?;
    desk.imports.lock().iter().find(|sent| sent.hash == hash).cloned().ok_or_else(gone)
}

/// Reads it, with what is remembered of its stage.
async fn opened(desk: &Desk, sent: &Arc<Sent>, wanted: &Wanted) -> Result<(Table, Paper, Remembered), ImportError> {
    let form = official::form(&desk.app, wanted.form.as_deref().unwrap_or_default())?;
    let remembered = Remembered::of(&desk.app, wanted.stage.as_deref().unwrap_or_default())?;
    let reading = Arc::clone(sent);
    let table = tokio::task::spawn_blocking(move || official::table(&reading.name, &reading.bytes)).await;
    let table = table.unwrap_or_else(|_| Err(broken(&sent.name)))?;
    Ok((table, form, remembered))
}

/// What a file says, and what taking it over would change.
pub(crate) async fn preview(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(hash): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let sent = find(&desk, &hash)?;
    let language = Language::choose(&desk.published().latest.pack, wanted.lang.as_deref());
    let (table, form, remembered) = match opened(&desk, &sent, &wanted).await {
        Ok(opened) => opened,
        Err(error) => return shown(&desk, &visitor, &language, &wanted, None, Some(error.to_string())),
    };
    let stage = wanted.stage.as_deref().unwrap_or_default();
    let planned = official::plan(&desk.app, stage, &form, (sent.hash, &table), &remembered).await;
    let (plan, wrong) = match planned {
        Ok(plan) => (Some(Shown::from(&plan)), None),
        Err(error) => (None, Some(error.to_string())),
    };
    let file = of_file(&desk, &sent, &table, &form, &remembered, plan, &language);
    shown(&desk, &visitor, &language, &wanted, Some(file), wrong)
}

fn of_file(
    desk: &Desk,
    sent: &Sent,
    table: &Table,
    form: &Paper,
    remembered: &Remembered,
    plan: Option<Shown>,
    language: &Language,
) -> File {
    let published = desk.published();
    let lines = form.template.iter().flat_map(|template| &template.lines);
    let questions: Vec<(String, String)> = lines
        .filter_map(|line| form.question(&line.question))
        .map(|question| (question.id.clone(), published.latest.pack.text(&question.text, &language.code).to_owned()))
        .collect();
    let mapping = remembered.mapping(table);
    let first = table.rows().next();
    let columns = table.header().iter().take(COLUMNS).enumerate().map(|(number, name)| {
        let own = questions.iter().any(|(id, _)| id == name).then_some(name);
        ColumnOf {
            number,
            name: name.clone(),
            first: first.map(|row| row.text(name).to_owned()).unwrap_or_default(),
            question: mapping.get(name).or(own).cloned().unwrap_or_default(),
        }
    });
    File {
        hash: sent.hash,
        name: sent.name.clone(),
        station: remembered.station().to_owned(),
        columns: columns.collect(),
        questions,
        plan,
    }
}

/// Says which columns are which lines, or takes the file over, as the button says.
pub(crate) async fn say(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(hash): Path<String>,
    Query(wanted): Query<Wanted>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Response> {
    let sent = find(&desk, &hash)?;
    let language = Language::choose(&desk.published().latest.pack, wanted.lang.as_deref());
    let stage = wanted.stage.clone().unwrap_or_default();
    let trouble = |error: ImportError| refuse(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string());
    let (table, form, mut remembered) = opened(&desk, &sent, &wanted).await.map_err(trouble)?;
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let back =
        format!("/official/import/{hash}?stage={}&form={}&lang={}", escaped(&stage), escaped(&form.id), language.code);
    if field("do") == Some("take") {
        let plan = official::plan(&desk.app, &stage, &form, (sent.hash, &table), &remembered).await.map_err(trouble)?;
        let taken = official::take_over(&desk.app, visitor.by(), plan).await.map_err(trouble)?;
        desk.imports.lock().retain(|other| other.hash != sent.hash);
        desk.read_acts().await.map_err(|error| trouble(error.into()))?;
        let to = format!(
            "/official/import?taken={taken}&stage={}&form={}&lang={}",
            escaped(&stage),
            escaped(&form.id),
            language.code
        );
        return Ok(Redirect::to(&to).into_response());
    }
    if let Some(station) = field("station").filter(|station| table.has(station)) {
        remembered.station = Some(station.to_owned());
    }
    let lines = form.template.iter().flat_map(|template| &template.lines);
    let lines: Vec<&str> = lines.map(|line| line.question.as_str()).collect();
    for (number, column) in table.header().iter().take(COLUMNS).enumerate() {
        let said = field(&format!("c{number}")).filter(|question| lines.contains(question));
        remembered.say(column, said);
    }
    remembered.keep(&desk.app, &stage).map_err(trouble)?;
    Ok(Redirect::to(&back).into_response())
}
