//! Protocols compared with their photos: two people type what they see and nothing else, a third where they differ, and somebody
//! who has typed nothing settles what is left.
//!
//! Whoever types sees the photos and the words of the form; not what the observer signed, and not what others typed.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kuager_analysis::book::PaperView;
use kuager_analysis::readings::{self, Field, Finding, Read, Stage, differences, questions};
use kuager_coordinator::ledger::FileView;
use kuager_coordinator::shelf::Published;
use kuager_wire::desk::{Act, FieldFinding};
use kuager_wire::form::{Form as AskedForm, Question, QuestionKind};
use kuager_wire::ids::{MediaHash, RecordHash};
use kuager_wire::limits;
use kuager_wire::pack::Pack;
use kuager_wire::record::{Answers, AttachmentRole, Record, Value};
use serde::Deserialize;

use crate::assets::PAPER_JS;
use crate::entry::is_shown;
use crate::frame::Frame;
use crate::language::Language;
use crate::people::access::{LEADING, READING, TYPING};
use crate::people::visitor::Visitor;
use crate::response::{html, refuse, trouble, unwritten};
use crate::sealed;
use crate::state::Desk;
use crate::stations;
use crate::time::{Moment, Zone};

/// Protocols listed of each kind.
const LISTED: usize = 100;
/// Characters of a note.
const NOTE: usize = 1000;
/// What somebody types into a field that cannot be read.
const UNREADABLE: &str = "?";

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    lang: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Queue {
    lang: Option<String>,
    /// Whether there was nothing left to read.
    none: Option<String>,
}

#[derive(Template)]
#[template(path = "papers.html")]
struct QueuePage<'a> {
    frame: Frame,
    language: &'a Language,
    /// How many stand where, with the text that says where.
    stages: Vec<(String, usize)>,
    none: bool,
    types: bool,
    unsettled: Vec<Listed>,
    differing: Vec<Listed>,
}

struct Listed {
    record: RecordHash,
    station: String,
    form: String,
    received: Moment,
}

#[derive(Template)]
#[template(path = "paper.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    js: &'static str,
    record: RecordHash,
    station: String,
    query: String,
    form: String,
    sheets: Vec<Sheet>,
    /// The fields to type; none for somebody who has typed them, or may not.
    fields: Vec<Asked>,
    /// What everybody has read; only for somebody who does not type.
    results: Vec<Compared>,
    readers: usize,
    stage: String,
    settles: bool,
    /// Whether who types may open the page of a photo, and ask for another.
    looks: bool,
    /// What was wrong with what was typed.
    wrong: Option<String>,
}

/// A picture of the paper.
struct Sheet {
    original: MediaHash,
    /// What is shown: itself, or its preview.
    shown: Option<MediaHash>,
    asked_again: bool,
}

/// A field to type.
struct Asked {
    id: String,
    text: String,
    number: bool,
    choices: Vec<(String, String)>,
    typed: String,
}

/// A field as everybody read it.
struct Compared {
    id: String,
    text: String,
    reads: Vec<String>,
    finding: String,
    class: &'static str,
    signed: String,
    differs: bool,
    open: bool,
}

/// A protocol with everything that its page needs.
struct Paper {
    view: PaperView,
    form: AskedForm,
    record: Record,
    files: Vec<FileView>,
}

impl Paper {
    async fn of(desk: &Desk, published: &Published, hash: RecordHash) -> Result<Self, Response> {
        let view = desk.look(|book| book.paper(hash)).ok_or_else(not_found)?;
        let pack = published.packs.get(&view.form.pack).map(|pack| &pack.pack);
        let form = pack.and_then(|pack| pack.form(&view.form.form)).ok_or_else(not_found)?.clone();
        let bytes = desk.app.ledger.record(hash).await.map_err(trouble)?;
        let record = bytes.as_deref().and_then(sealed::read).ok_or_else(not_found)?;
        let mut files = Vec::new();
        let first = record.attachments.iter().flatten().next().map(|attachment| attachment.hash);
        if let Some(first) = first {
            let listing = desk.app.ledger.records_listing(first, u32::MAX).await.map_err(trouble)?;
            files = listing.into_iter().find(|view| view.hash == hash).map(|view| view.files).unwrap_or_default();
        }
        Ok(Self { view, form, record, files })
    }

    /// The pictures of the paper, as far as they have arrived.
    fn sheets(&self) -> impl Iterator<Item = (&FileView, Option<MediaHash>)> {
        let originals = self.files.iter().filter(|file| file.role == AttachmentRole::Original);
        originals.filter(|file| file.mime.starts_with("image/")).map(|file| {
            let whole = Some(file).filter(|file| file.delivered && is_shown(&file.mime));
            let preview = self
                .files
                .iter()
                .find(|other| other.of == Some(file.media) && other.delivered && is_shown(&other.mime));
            (file, whole.or(preview).map(|shown| shown.media))
        })
    }

    fn ids(&self) -> Vec<&str> {
        questions(&self.form).into_iter().map(|question| question.id.as_str()).collect()
    }
}

fn not_found() -> Response {
    refuse(StatusCode::NOT_FOUND, "there is no such protocol, or a later version of it counts")
}

/// What can be read of every protocol, for the queue.
fn waiting(desk: &Desk, published: &Published) -> Vec<(PaperView, Stage)> {
    desk.look_at_acts(|acts, book| {
        let mut asked: HashMap<(kuager_wire::ids::PackHash, String), Vec<String>> = HashMap::new();
        let staged = book.papers().map(|paper| {
            let ids = asked.entry((paper.form.pack, paper.form.form.clone())).or_insert_with(|| {
                let pack = published.packs.get(&paper.form.pack);
                let form = pack.and_then(|pack| pack.pack.form(&paper.form.form));
                let asked = form.map(questions).unwrap_or_default();
                asked.into_iter().map(|question| question.id.clone()).collect()
            });
            let stage = acts.readings.stage(paper.record, ids.iter().map(String::as_str));
            (paper, stage)
        });
        staged.collect()
    })
}

/// The page of all protocols that wait.
pub(crate) async fn queue(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Queue>,
) -> Result<Response, Response> {
    let published = desk.published();
    let pack = &published.latest.pack;
    let language = &Language::choose(pack, wanted.lang.as_deref());
    let zone = Zone::of(pack);
    let staged = waiting(&desk, &published);
    let stages = [Stage::Unread, Stage::Once, Stage::Third, Stage::Unsettled, Stage::Done].map(|stage| {
        let count = staged.iter().filter(|(_, at)| *at == stage).count();
        (language.say(said(stage)), count)
    });
    let listed = |paper: &PaperView| Listed {
        record: paper.record,
        station: stations::name(&published, language, paper.key.station.as_deref()).0,
        form: title(pack, &paper.form.form, language),
        received: zone.moment(paper.received_ms),
    };
    let reads = visitor.has_any(READING);
    let of = |wanted: Stage| staged.iter().filter(move |(_, stage)| *stage == wanted).map(|(paper, _)| paper);
    let differs = |paper: &&PaperView| {
        desk.look_at_acts(|acts, _| {
            let fields = acts.readings.fields(paper.record, paper.values.iter().map(|(question, _)| question.as_str()));
            !differences(&fields, &signed(&paper.values)).is_empty()
        })
    };
    html(&QueuePage {
        frame: Frame::new(pack, "/papers?".to_owned(), &visitor),
        language,
        stages: stages.into(),
        none: wanted.none.is_some(),
        types: visitor.has_any(TYPING),
        unsettled: of(Stage::Unsettled).filter(|_| reads).take(LISTED).map(listed).collect(),
        // Who types must not know what others read.
        differing: of(Stage::Done).filter(|_| reads).filter(differs).take(LISTED).map(listed).collect(),
    })
}

fn signed(values: &[(String, Option<i64>)]) -> Answers {
    values.iter().filter_map(|(question, value)| Some((question.clone(), Value::Int((*value)?)))).collect()
}

const fn said(stage: Stage) -> &'static str {
    match stage {
        Stage::Unread => "paper-unread",
        Stage::Once => "paper-once",
        Stage::Third => "paper-third",
        Stage::Unsettled => "paper-unsettled",
        Stage::Done => "paper-done",
    }
}

fn title(pack: &Pack, form: &str, language: &Language) -> String {
    let title = pack.form(form).map(|form| pack.text(&form.title, &language.code).to_owned());
    title.filter(|title| !title.is_empty()).unwrap_or_else(|| form.to_owned())
}

/// Leads to the protocol that this person should read next.
pub(crate) async fn next(State(desk): State<Desk>, visitor: Visitor, Query(wanted): Query<Wanted>) -> Redirect {
    let published = desk.published();
    let language = Language::choose(&published.latest.pack, wanted.lang.as_deref());
    let staged = waiting(&desk, &published);
    let standing = staged.iter().map(|(paper, stage)| (paper.record, *stage));
    let next = desk.look_at_acts(|acts, _| readings::next(&acts.readings, visitor.by(), standing));
    match next {
        Some(record) => Redirect::to(&format!("/papers/{record}?lang={}", language.code)),
        None => Redirect::to(&format!("/papers?lang={}&none=1", language.code)),
    }
}

/// The page of a protocol: to type it, or, for whoever cannot, what came of it.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(record): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let hash = record.parse().map_err(|_| not_found())?;
    let published = desk.published();
    let language = Language::choose(&published.latest.pack, wanted.lang.as_deref());
    let paper = Paper::of(&desk, &published, hash).await?;
    html(&shown(&desk, &visitor, &published, &language, &paper, &HashMap::new(), None))
}

fn shown<'a>(
    desk: &Desk,
    visitor: &Visitor,
    published: &Published,
    language: &'a Language,
    paper: &Paper,
    typed: &HashMap<String, String>,
    wrong: Option<String>,
) -> Page<'a> {
    let record = paper.view.record;
    let pack = published.packs.get(&paper.view.form.pack).map_or(&published.latest.pack, |pack| &pack.pack);
    let person = visitor.by();
    let (reads, settles, stage, fields, asked) = desk.look_at_acts(|acts, _| {
        let stage = acts.readings.stage(record, paper.ids());
        let may_read = visitor.has_any(TYPING) && acts.readings.may_read(record, person) && stage < Stage::Unsettled;
        let again: Vec<bool> =
            paper.sheets().map(|(file, _)| acts.readings.was_asked_again(record, file.media)).collect();
        (
            may_read,
            visitor.has_any(LEADING) && acts.readings.may_settle(record, person),
            stage,
            acts.readings.fields(record, paper.ids()),
            again,
        )
    });
    let sheets = paper.sheets().zip(asked).map(|((file, shown), asked_again)| Sheet {
        original: file.media,
        shown,
        asked_again,
    });
    let text = |question: &Question| pack.text(&question.text, &language.code).to_owned();
    let signed = paper.record.body.answers.clone().unwrap_or_default();
    let questions = questions(&paper.form);
    let to_type = questions.iter().map(|question| Asked {
        id: question.id.clone(),
        text: text(question),
        number: question.kind == QuestionKind::Integer,
        choices: question
            .choices
            .iter()
            .flatten()
            .map(|choice| (choice.key.clone(), pack.text(&choice.text, &language.code).to_owned()))
            .collect(),
        typed: typed.get(&format!("q.{}", question.id)).cloned().unwrap_or_default(),
    });
    let results = questions.iter().zip(&fields).map(|(question, field)| {
        let word = |value: Option<&Value>| worded(value, question, pack, language);
        let (class, finding) = match &field.finding {
            Finding::Open => ("open", language.say("field-open")),
            Finding::Agreed(value) => ("holds", word(value.as_ref())),
            Finding::Disputed => ("fails", language.say("field-disputed")),
            Finding::Unreadable => ("unknown", language.say("field-unreadable")),
        };
        let said = signed.get(&question.id);
        Compared {
            id: question.id.clone(),
            text: text(question),
            reads: read_words(field, word, language),
            class,
            finding,
            signed: word(said),
            differs: matches!(&field.finding, Finding::Agreed(value) if value.as_ref() != said),
            open: field.finding == Finding::Disputed,
        }
    });
    Page {
        looks: visitor.has_any(READING),
        frame: Frame::new(&published.latest.pack, format!("/papers/{record}?"), visitor),
        language,
        js: PAPER_JS,
        record,
        station: stations::name(published, language, paper.view.key.station.as_deref()).0,
        query: stations::query(paper.view.key.station.as_deref()),
        form: title(pack, &paper.form.id, language),
        sheets: sheets.collect(),
        fields: if reads { to_type.collect() } else { Vec::new() },
        // Who types must not know what others read.
        results: if reads || !visitor.has_any(READING) { Vec::new() } else { results.collect() },
        readers: fields.first().map_or(0, |field| field.reads.len()),
        stage: language.say(said(stage)),
        settles: settles && stage == Stage::Unsettled,
        wrong,
    }
}

fn read_words(field: &Field, word: impl Fn(Option<&Value>) -> String, language: &Language) -> Vec<String> {
    let said = |read: &Read| match read {
        Read::Value(value) => word(value.as_ref()),
        Read::Unreadable => language.say("field-unreadable"),
    };
    field.reads.iter().map(said).collect()
}

/// A value as it stands on the paper.
fn worded(value: Option<&Value>, question: &Question, pack: &Pack, language: &Language) -> String {
    match value {
        None => language.say("field-empty"),
        Some(Value::Int(number)) => number.to_string(),
        Some(Value::Text(key)) => {
            let choice = question.choices.iter().flatten().find(|choice| choice.key == *key);
            choice.map_or_else(|| key.clone(), |choice| pack.text(&choice.text, &language.code).to_owned())
        }
        Some(Value::List(_) | Value::Group(_)) => "…".to_owned(),
    }
}

/// What was typed into a field: a value, nothing where the paper has nothing, or that it cannot be read.
fn typed(question: &Question, text: &str) -> Result<Read, ()> {
    let text = text.trim();
    match (text, question.kind) {
        ("", _) => Ok(Read::Value(None)),
        (UNREADABLE, _) => Ok(Read::Unreadable),
        (text, QuestionKind::Integer) => {
            // Papers group digits, and so do people.
            let digits: String = text.chars().filter(|character| !character.is_whitespace()).collect();
            let number = digits.parse::<u32>().map_err(|_| ())?;
            Ok(Read::Value(Some(Value::Int(number.into()))))
        }
        (text, QuestionKind::Choice) => {
            let known = question.choices.iter().flatten().any(|choice| choice.key == text);
            if known { Ok(Read::Value(Some(Value::from(text)))) } else { Err(()) }
        }
        (text, _) if text.len() <= limits::DESK_NAME && !text.chars().any(char::is_control) => {
            Ok(Read::Value(Some(Value::Text(kuager_wire::canonical::nfc(text)))))
        }
        _ => Err(()),
    }
}

/// Takes what somebody has read.
pub(crate) async fn read(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(record): Path<String>,
    Query(wanted): Query<Wanted>,
    Form(form): Form<HashMap<String, String>>,
) -> Result<Response, Response> {
    let hash: RecordHash = record.parse().map_err(|_| not_found())?;
    let published = desk.published();
    let language = Language::choose(&published.latest.pack, wanted.lang.as_deref());
    let paper = Paper::of(&desk, &published, hash).await?;
    let person = visitor.by();
    let pages: Vec<MediaHash> = paper
        .sheets()
        .filter(|(_, shown)| shown.is_some())
        .map(|(file, _)| file.media)
        .take(limits::ATTACHMENTS)
        .collect();
    if pages.is_empty() {
        return Err(refuse(StatusCode::CONFLICT, "no picture of this protocol has arrived"));
    }
    if !desk.look_at_acts(|acts, _| acts.readings.may_read(hash, person)) {
        return Err(refuse(StatusCode::CONFLICT, "the same person does not read a protocol twice"));
    }
    let (mut answers, mut unreadable) = (Answers::default(), Vec::new());
    for question in questions(&paper.form) {
        let text = form.get(&format!("q.{}", question.id)).map(String::as_str).unwrap_or_default();
        match typed(question, text) {
            Ok(Read::Value(Some(value))) => drop(answers.insert(question.id.clone(), value)),
            Ok(Read::Value(None)) => {}
            Ok(Read::Unreadable) => unreadable.push(question.id.clone()),
            Err(()) => {
                let name = published.packs.get(&paper.view.form.pack).map_or_else(
                    || question.id.clone(),
                    |pack| pack.pack.text(&question.text, &language.code).to_owned(),
                );
                let wrong = language.say_with("paper-wrong", &[("field", name.as_str()), ("typed", text)]);
                let page = html(&shown(&desk, &visitor, &published, &language, &paper, &form, Some(wrong)))?;
                return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
            }
        }
    }
    if answers.is_empty() && unreadable.is_empty() {
        let page =
            html(&shown(&desk, &visitor, &published, &language, &paper, &form, Some(language.say("paper-nothing"))))?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let unreadable = (!unreadable.is_empty()).then_some(unreadable);
    desk.act(person, Act::Transcription { record: hash, pages, answers, unreadable }).await.map_err(unwritten)?;
    Ok(Redirect::to(&format!("/papers/next?lang={}", language.code)).into_response())
}

#[derive(Debug, Deserialize)]
pub(crate) struct Settle {
    question: String,
    value: String,
    note: String,
}

/// Settles one field.
pub(crate) async fn settle(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(record): Path<String>,
    Query(wanted): Query<Wanted>,
    Form(form): Form<Settle>,
) -> Result<Response, Response> {
    let hash: RecordHash = record.parse().map_err(|_| not_found())?;
    let published = desk.published();
    let language = Language::choose(&published.latest.pack, wanted.lang.as_deref());
    let paper = Paper::of(&desk, &published, hash).await?;
    let person = visitor.by();
    if !desk.look_at_acts(|acts, _| acts.readings.may_settle(hash, person)) {
        return Err(refuse(StatusCode::CONFLICT, "who has read a protocol does not settle it"));
    }
    let asked = questions(&paper.form);
    let question = asked.iter().find(|question| question.id == form.question).ok_or_else(not_found)?;
    let wrong = || refuse(StatusCode::UNPROCESSABLE_ENTITY, "that is no value of this field");
    let (finding, value) = match typed(question, &form.value).map_err(|()| wrong())? {
        Read::Unreadable => (FieldFinding::Unreadable, None),
        Read::Value(Some(value)) => (FieldFinding::Agreed, Some(value)),
        Read::Value(None) => return Err(wrong()),
    };
    let note: String = form.note.trim().chars().take(NOTE).collect();
    let note = Some(kuager_wire::canonical::nfc(&note)).filter(|note| !note.is_empty());
    let act = Act::Settlement { record: hash, question: question.id.clone(), finding, value, note };
    desk.act(person, act).await.map_err(unwritten)?;
    Ok(Redirect::to(&format!("/papers/{hash}?lang={}", language.code)).into_response())
}

#[cfg(test)]
mod tests;
