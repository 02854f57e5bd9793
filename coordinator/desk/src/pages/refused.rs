//! What somebody is shown who may not come here.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kuager_coordinator::ledger::{DeskRole, DeskRoles};

use crate::frame::Frame;
use crate::language::Language;
use crate::people::visitor::{Visitor, Who};
use crate::response::html;
use crate::state::Desk;

#[derive(Template)]
#[template(path = "refused.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    roles: String,
}

/// The page of what is not for one's roles.
pub(crate) fn page(desk: &Desk, visitor: &Visitor, query: Option<&str>) -> Response {
    let published = desk.published();
    let pack = &published.latest.pack;
    let wanted = query.unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("lang="));
    let language = &Language::choose(pack, wanted);
    let roles = if let Who::Person(person, _) = &visitor.who { person.roles } else { DeskRoles::default() };
    let page = Page { frame: Frame::new(pack, "/me?".to_owned(), visitor), language, roles: said(roles, language) };
    (StatusCode::FORBIDDEN, html(&page)).into_response()
}

/// Roles in words.
pub(crate) fn said(roles: DeskRoles, language: &Language) -> String {
    let words: Vec<_> = roles.iter().map(|role| language.say(text(role))).collect();
    words.join(", ")
}

fn text(role: DeskRole) -> &'static str {
    match role {
        DeskRole::Admin => "role-admin",
        DeskRole::Coordinator => "role-coordinator",
        DeskRole::Transcriber => "role-transcriber",
        DeskRole::Analyst => "role-analyst",
        DeskRole::Publisher => "role-publisher",
        DeskRole::ReadOnly => "role-read-only",
    }
}
