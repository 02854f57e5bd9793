//! Letting a protocol count although relations that must hold do not: a signed word with its reason.

use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kuager_analysis::book::RowKey;
use kuager_wire::canonical::nfc;
use kuager_wire::desk::Act;
use kuager_wire::ids::RecordHash;
use kuager_wire::protocol::Severity;
use serde::Deserialize;

use crate::language::Language;
use crate::people::visitor::Visitor;
use crate::response::{refuse, unwritten};
use crate::state::Desk;
use crate::stations;

/// Characters of a reason.
const REASON: usize = 1000;

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    lang: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Released {
    station: String,
    record: String,
    reason: String,
}

/// Writes down that a protocol counts, in spite of what fails in it now.
pub(crate) async fn release(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
    Form(form): Form<Released>,
) -> Result<Response, Response> {
    let unknown =
        || refuse(StatusCode::NOT_FOUND, "there is no such protocol in which something must hold and does not");
    let record: RecordHash = form.record.parse().map_err(|_| unknown())?;
    let reason: String = form.reason.trim().chars().filter(|character| !character.is_control()).take(REASON).collect();
    if reason.is_empty() {
        return Err(refuse(StatusCode::UNPROCESSABLE_ENTITY, "say why it counts"));
    }
    let key = RowKey { training: false, station: Some(form.station.clone()) };
    let relations = desk.look(|book| {
        let view = book.station(&key)?;
        let is_copy = view.contests.iter().flat_map(|contest| &contest.copies).any(|copy| copy.record == record);
        let failing = view.failing.iter().find(|failing| failing.record == record).filter(|_| is_copy)?;
        let hard = failing.fails.iter().filter(|failure| failure.severity == Severity::Hard);
        Some(hard.filter_map(|failure| Some(book.relation(&failing.form, failure)?.id.clone())).collect::<Vec<_>>())
    });
    let relations = relations.filter(|relations| !relations.is_empty()).ok_or_else(unknown)?;
    let act = Act::Release { record, relations, reason: nfc(&reason) };
    desk.act(visitor.by(), act).await.map_err(unwritten)?;
    let language = Language::choose(&desk.published().latest.pack, wanted.lang.as_deref());
    let query = stations::query(Some(&form.station));
    Ok(Redirect::to(&format!("/station?{query}lang={}#f{record}", language.code)).into_response())
}
