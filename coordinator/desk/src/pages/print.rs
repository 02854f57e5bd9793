//! A record on paper: the act of an incident as the phone makes it, any other record as a sheet, each in two languages side by side.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use kuager_analysis::embargo;
use kuager_coordinator::ledger::{RecordView, Seen};
use kuager_coordinator::shelf::Published;
use kuager_forms::act::{self, ActError, ActRecord, style_beside};
use kuager_wire::ids::RecordHash;
use kuager_wire::pack::Pack;
use kuager_wire::record::{AttachmentRole, Record};
use kuager_wire::text::unseen;
use serde::Deserialize;

use crate::answers;
use crate::language::Language;
use crate::people::visitor::Visitor;
use crate::response::{html, refuse, trouble};
use crate::sealed;
use crate::state::Desk;
use crate::stations;
use crate::time::Zone;
use crate::views::seen;

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    lang: Option<String>,
}

/// The same in two languages.
type Pair = (String, String);

#[derive(Template)]
#[template(path = "sheet.html")]
struct Sheet {
    style: String,
    languages: Pair,
    title: Pair,
    note: Pair,
    circumstances: Vec<(Pair, Pair)>,
    answers_title: Pair,
    lines: Vec<(Pair, Pair)>,
    fails_title: Pair,
    fails: Vec<(Pair, String)>,
    files_title: Pair,
    files: Vec<String>,
    signature: Pair,
    record: String,
}

/// The record to be printed.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(hash): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let not_found = || refuse(StatusCode::NOT_FOUND, "there is no such record");
    let hash: RecordHash = hash.parse().map_err(|_| not_found())?;
    let views = desk.app.ledger.records_named(vec![hash]).await.map_err(trouble)?;
    let view = views.into_iter().find(|view| view.hash == hash).ok_or_else(not_found)?;
    let record = sealed::read(&view.bytes).ok_or_else(not_found)?;
    seen(&desk, &visitor, Seen::Station(record.station.clone().unwrap_or_default())).await?;
    let published = desk.published();
    let newest = &published.latest.pack;
    let of = record.form.as_ref().and_then(|form| published.packs.get(&form.pack)).map(|signed| &signed.pack);
    if embargo::withheld(&record, of, newest, desk.app.clock.now_ms()).is_some() {
        return Err(refuse(StatusCode::FORBIDDEN, "what a poll says is printed by nobody before the embargo ends"));
    }
    let pack = of.unwrap_or(newest);
    let languages = languages(pack, wanted.lang.as_deref());
    let sealed = ActRecord { hash, kid: view.kid, record: &record };
    match act::render_beside(pack, sealed, [&languages.0.code, &languages.1.code]) {
        Ok(page) => Ok(Html(page).into_response()),
        Err(ActError::NoTemplate | ActError::NotAnIncident) => {
            html(&sheet(&desk, &published, pack, &view, &record, &languages))
        }
        Err(error @ ActError::Page(_)) => {
            tracing::error!(%error, "an act cannot be printed");
            Err(StatusCode::INTERNAL_SERVER_ERROR.into_response())
        }
    }
}

/// The two languages that papers are in: the pack's first ones, or its only one and that of the page.
fn languages(pack: &Pack, wanted: Option<&str>) -> (Language, Language) {
    let one = Language::choose(pack, pack.languages.first().map(String::as_str));
    let other = pack.languages.get(1).map(String::as_str).or(wanted);
    (one, Language::choose(pack, other))
}

fn sheet(
    desk: &Desk,
    published: &Published,
    pack: &Pack,
    view: &RecordView,
    record: &Record,
    languages: &(Language, Language),
) -> Sheet {
    let both = |of: &dyn Fn(&Language) -> String| (visible(&of(&languages.0)), visible(&of(&languages.1)));
    let say = |id: &'static str| both(&|language: &Language| language.say(id));
    let zone = Zone::of(pack);
    let known = Some(pack).filter(|pack| record.form.as_ref().is_some_and(|form| pack.form(&form.form).is_some()));
    let mut circumstances = vec![(
        say("index-station"),
        both(&|language| {
            let (name, key) = stations::name(published, language, record.station.as_deref());
            if key.is_empty() { name } else { format!("{name}, {key}") }
        }),
    )];
    let sealed = zone.moment(u64::try_from(record.clock.wall_ms).unwrap_or(0)).full;
    let received = zone.moment(view.received_ms).full;
    let times = format!("{sealed} → {received} ({})", zone.name());
    circumstances.push((say("print-times"), (times.clone(), times)));
    circumstances.push((say("print-law"), (pack.law.clone(), pack.law.clone())));
    if record.training == Some(true) {
        circumstances.push((say("record-training"), say("record-training")));
    }
    if view.corrected {
        circumstances.push((say("record-corrected"), say("record-corrected")));
    }
    let lines = [&languages.0, &languages.1].map(|language| answers::lines(record, known, language));
    let [one, other] = lines;
    let lines = one.into_iter().zip(other).map(|(one, other)| {
        ((visible(&one.question), visible(&other.question)), (visible(&one.answer), visible(&other.answer)))
    });
    let fails = desk.look(|book| {
        let Some((key, _)) = book.counted(view.hash) else { return Vec::new() };
        let failing = book.station(&key).map(|station| station.failing).unwrap_or_default();
        let of_this = failing.into_iter().filter(|failing| failing.record == view.hash);
        let said = of_this.flat_map(|failing| {
            let said = failing.fails.iter().filter_map(|failure| {
                let sentence = |language: &Language| book.sentence(&failing.form, failure, &language.code);
                let law = book.relation(&failing.form, failure)?.law.clone().unwrap_or_default();
                Some(((visible(&sentence(&languages.0)?), visible(&sentence(&languages.1)?)), law))
            });
            said.collect::<Vec<_>>()
        });
        said.collect()
    });
    let files = record.attachments.iter().flatten().filter(|file| file.role == AttachmentRole::Original);
    Sheet {
        style: style_beside(),
        languages: (languages.0.code.clone(), languages.1.code.clone()),
        title: both(&|language| answers::title(record, known, language)),
        note: say("print-note"),
        circumstances,
        answers_title: say("print-answers"),
        lines: lines.collect(),
        fails_title: say("station-failing"),
        fails,
        files_title: say("print-files"),
        files: files.map(|file| format!("{}, {} B, SHA-256 {}", visible(&file.mime), file.size, file.hash)).collect(),
        signature: say("print-signature"),
        record: format!("SHA-256 {} · {} · {} · № {}", view.hash, view.kid, view.observer, record.seq),
    }
}

/// Text on paper: what nobody sees there could make it say something else than the record.
fn visible(text: &str) -> String {
    text.chars()
        .map(|character| if unseen(character) && character != '\n' { char::REPLACEMENT_CHARACTER } else { character })
        .collect()
}
