//! What leaves the house: what is public now, what is proposed, what has changed since, and the word of a second person.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, Query, RawForm, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use kuager_analysis::publications::{NoWord, Publication, Standing};
use kuager_coordinator::http::files;
use kuager_coordinator::media::store::Object;
use kuager_evidence::is_name;
use kuager_wire::desk::{Act, PublicationVerdict};
use kuager_wire::ids::{ContentHash, EntryHash, MediaHash, PersonId};
use kuager_wire::pack::Pack;
use percent_encoding::percent_decode_str;
use serde::Deserialize;

use crate::frame::Frame;
use crate::language::Language;
use crate::making::Job;
use crate::people::access::PUBLISHING;
use crate::people::visitor::{Visitor, Who};
use crate::publishing;
use crate::response::{html, refuse, trouble, unwritten};
use crate::site::input::{Choice, Part};
use crate::site::{Change, Index, Kept, changes_of};
use crate::state::Desk;
use crate::time::{Moment, Zone};

/// Changes shown.
const CHANGES: usize = 200;
/// Characters of a note.
const NOTE: usize = 500;
/// Seconds after which a page that shows how far it is loads itself again.
const AGAIN: &str = "3";
/// What a browser may do with pages of a publication, beside what they allow themselves: nothing but be shown.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'; sandbox allow-same-origin";

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    lang: Option<String>,
}

#[derive(Template)]
#[template(path = "publish.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    zone: String,
    /// Whether who looks at it may propose and decide.
    publishes: bool,
    /// Whether there are no accounts, so that nobody may.
    nobody: bool,
    published: Option<Shown>,
    job: Option<Making>,
    waiting: Vec<Shown>,
    history: Vec<Shown>,
    contests: Vec<(String, String)>,
    parts: Vec<(&'static str, String)>,
}

/// The publication that is being made.
enum Making {
    Working { by: String, since: Moment, done: usize, of: usize },
    Failed(String),
    Proposed(EntryHash),
}

/// A proposal as it is shown.
struct Shown {
    entry: EntryHash,
    site: ContentHash,
    at: Moment,
    by: String,
    class: &'static str,
    standing: String,
    /// Who decided, when, and why.
    word: Option<(String, Moment, String)>,
    what: String,
    note: String,
    arrival: u64,
    entries: u64,
}

#[derive(Template)]
#[template(path = "proposal.html")]
struct Proposal<'a> {
    frame: Frame,
    language: &'a Language,
    zone: String,
    shown: Shown,
    first: bool,
    counts: Vec<(&'static str, String, usize)>,
    changes: Vec<Row>,
    more: bool,
    /// What does not hold about what lies here.
    fault: String,
    approves: bool,
    rejects: bool,
    why_not: String,
}

struct Row {
    class: &'static str,
    kind: String,
    station: String,
    query: String,
    what: String,
    before: String,
    now: String,
}

/// Names of people by their numbers.
async fn names(desk: &Desk) -> Result<HashMap<PersonId, String>, Response> {
    let accounts = desk.app.ledger.accounts().await.map_err(trouble)?;
    Ok(accounts.into_iter().map(|account| (account.person, account.name)).collect())
}

fn called(names: &HashMap<PersonId, String>, person: PersonId) -> String {
    names.get(&person).cloned().unwrap_or_else(|| person.to_string())
}

const fn standing(standing: Standing) -> (&'static str, &'static str) {
    match standing {
        Standing::Waiting => ("unknown", "publish-waiting"),
        Standing::Published => ("holds", "publish-published"),
        Standing::Rejected => ("fails", "publish-rejected"),
        Standing::Outdated => ("aside", "publish-outdated"),
    }
}

fn shown(
    publication: &Publication,
    names: &HashMap<PersonId, String>,
    pack: &Pack,
    language: &Language,
    zone: Zone,
) -> Shown {
    let (class, text) = standing(publication.standing);
    let contests = publication.contests.iter().map(|key| {
        let title = pack.contest(key).map(|contest| pack.text(&contest.title, &language.code));
        title.filter(|title| !title.is_empty()).unwrap_or(key).to_owned()
    });
    let parts = publication.parts.iter().filter_map(|part| Some(language.say(Part::named(part)?.text())));
    Shown {
        entry: publication.entry,
        site: publication.site,
        at: zone.moment(publication.at_ms),
        by: called(names, publication.by),
        class,
        standing: language.say(text),
        word: publication
            .word
            .as_ref()
            .map(|word| (called(names, word.by), zone.moment(word.at_ms), word.note.clone().unwrap_or_default())),
        what: contests.chain(parts).collect::<Vec<_>>().join(" · "),
        note: publication.note.clone().unwrap_or_default(),
        arrival: publication.arrival,
        entries: publication.entries,
    }
}

/// The page of everything that was proposed.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let pack_published = desk.published();
    let pack = &pack_published.latest.pack;
    let (language, zone) = (&Language::choose(pack, wanted.lang.as_deref()), Zone::of(pack));
    let names = names(&desk).await?;
    let (all, published) = desk.look_at_acts(|acts, _| {
        (acts.publications.all().to_vec(), acts.publications.published().map(|published| published.entry))
    });
    let show = |publication: &Publication| shown(publication, &names, pack, language, zone);
    let job = match desk.making.job() {
        Some(Job::Working { by, since_ms, progress }) => {
            let (done, of) = progress.stations();
            Some(Making::Working { by: called(&names, by), since: zone.moment(since_ms), done, of })
        }
        Some(Job::Failed(why)) => Some(Making::Failed(why)),
        Some(Job::Proposed(proposal)) => {
            let waits = all.iter().any(|one| one.entry == proposal && one.standing == Standing::Waiting);
            waits.then_some(Making::Proposed(proposal))
        }
        None => None,
    };
    let works = matches!(job, Some(Making::Working { .. }));
    let title = |contest: &kuager_wire::pack::Contest| {
        (contest.key.clone(), pack.text(&contest.title, &language.code).to_owned())
    };
    let page = Page {
        frame: Frame::new(pack, "/publish?".to_owned(), &visitor),
        language,
        zone: zone.name(),
        publishes: visitor.has_any(PUBLISHING) && visitor.by().is_some(),
        nobody: visitor.who == Who::Anybody,
        published: all.iter().find(|one| Some(one.entry) == published).map(show),
        job,
        waiting: all.iter().rev().filter(|one| one.standing == Standing::Waiting).map(show).collect(),
        history: all.iter().rev().filter(|one| one.standing != Standing::Waiting).map(show).collect(),
        contests: pack.contests.iter().map(title).collect(),
        parts: Part::ALL.into_iter().map(|part| (part.name(), language.say(part.text()))).collect(),
    };
    let mut response = html(&page)?;
    if works {
        response.headers_mut().insert(header::REFRESH, HeaderValue::from_static(AGAIN));
    }
    Ok(response)
}

/// The fields of a form, of which some may be there several times.
fn fields(form: &[u8]) -> Vec<(String, String)> {
    let text = std::str::from_utf8(form).unwrap_or_default();
    let decoded = |part: &str| percent_decode_str(&part.replace('+', " ")).decode_utf8_lossy().into_owned();
    text.split('&')
        .filter_map(|field| field.split_once('='))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

fn note_of(typed: &str) -> Option<String> {
    let note: String = typed.trim().chars().filter(|character| !character.is_control()).take(NOTE).collect();
    Some(kuager_wire::canonical::nfc(&note)).filter(|note| !note.is_empty())
}

/// Who does something here; nobody may who is not signed in.
#[expect(clippy::result_large_err, reason = "both are responses")]
fn person(visitor: &Visitor) -> Result<PersonId, Response> {
    visitor.by().ok_or_else(|| refuse(StatusCode::FORBIDDEN, &NoWord::Nobody.to_string()))
}

fn here(desk: &Desk, wanted: &Wanted) -> Redirect {
    let language = Language::choose(&desk.published().latest.pack, wanted.lang.as_deref());
    Redirect::to(&format!("/publish?lang={}", language.code))
}

/// Begins to make a publication, which is proposed once it is made.
pub(crate) async fn propose(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
    RawForm(form): RawForm,
) -> Result<Response, Response> {
    let by = person(&visitor)?;
    let wrong = |reason: &str| refuse(StatusCode::UNPROCESSABLE_ENTITY, reason);
    let fields = fields(&form);
    let values = |wanted: &str| -> Vec<&str> {
        fields.iter().filter(|(name, _)| name == wanted).map(|(_, value)| value.as_str()).collect()
    };
    let published = desk.published();
    let named = values("contest");
    let contests = published.latest.pack.contests.iter().filter(|contest| named.contains(&contest.key.as_str()));
    let contests: Vec<String> = contests.map(|contest| contest.key.clone()).collect();
    let parts: Vec<Part> = Part::ALL.into_iter().filter(|part| values("part").contains(&part.name())).collect();
    if contests.is_empty() && parts.is_empty() {
        return Err(wrong("choose what is to be published"));
    }
    let note = note_of(values("note").first().copied().unwrap_or_default());
    publishing::begin(&desk, by, Choice { contests, parts }, note)
        .map_err(|error| refuse(StatusCode::CONFLICT, &error.to_string()))?;
    Ok(here(&desk, &wanted).into_response())
}

/// Stops the publication that is being made.
pub(crate) async fn stop(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    person(&visitor)?;
    desk.making.stop();
    Ok(here(&desk, &wanted).into_response())
}

fn unknown() -> Response {
    refuse(StatusCode::NOT_FOUND, &NoWord::Unknown.to_string())
}

/// A proposal by its name.
#[expect(clippy::result_large_err, reason = "both are responses")]
fn proposal(desk: &Desk, named: &str) -> Result<Publication, Response> {
    let entry: EntryHash = named.parse().map_err(|_| unknown())?;
    desk.look_at_acts(|acts, _| acts.publications.get(entry).cloned()).ok_or_else(unknown)
}

fn no_word(error: NoWord, language: &Language) -> String {
    language.say(match error {
        NoWord::Unknown | NoWord::OtherSite => "publish-other",
        NoWord::Decided => "publish-decided",
        NoWord::Outdated => "publish-outdated-why",
        NoWord::SamePerson => "publish-same",
        NoWord::Nobody => "publish-nobody",
    })
}

/// The page of a proposal.
pub(crate) async fn one(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(named): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let publication = proposal(&desk, &named)?;
    let published = desk.published();
    let pack = &published.latest.pack;
    let (language, zone) = (&Language::choose(pack, wanted.lang.as_deref()), Zone::of(pack));
    let names = names(&desk).await?;
    let before = publication
        .follows
        .and_then(|before| desk.look_at_acts(|acts, _| acts.publications.get(before).map(|before| before.site)));
    let (kept, site) = (Kept::of(desk.app.deployment.dir()), publication.site);
    let read = tokio::task::spawn_blocking(move || {
        let now = kept.index(site)?;
        let before = before.map(|before| kept.index(before)).transpose()?;
        Ok::<(Index, Option<Index>), crate::site::SiteError>((now, before))
    });
    let (found, fault) = match read.await {
        Ok(Ok((now, before))) => (changes_of(&before.unwrap_or_default(), &now), String::new()),
        Ok(Err(error)) => (Vec::new(), error.to_string()),
        Err(_) => return Err(StatusCode::INTERNAL_SERVER_ERROR.into_response()),
    };
    let may = |verdict: PublicationVerdict| {
        let may = desk.look_at_acts(|acts, _| {
            acts.publications.may_say(visitor.by(), publication.entry, publication.site, verdict)
        });
        if visitor.has_any(PUBLISHING) { may.map_err(Some) } else { Err(None) }
    };
    let (approves, rejects) = (may(PublicationVerdict::Approved), may(PublicationVerdict::Rejected));
    let count = |kind: &str| found.iter().filter(|change| change.kind() == kind).count();
    let kinds = ["taken-back", "changed", "added"];
    let why_not = match &approves {
        Err(Some(NoWord::Decided)) | Err(None) | Ok(()) => String::new(),
        Err(Some(error)) => no_word(*error, language),
    };
    let row = |change: &Change| {
        let (station, _) = crate::stations::name(&published, language, Some(&change.item.station));
        Row {
            class: change.kind(),
            kind: kind(change.kind(), language),
            station,
            query: crate::stations::query(Some(&change.item.station)),
            what: what(change, pack, language),
            before: said(change.before.as_deref(), language),
            now: said(change.now.as_deref(), language),
        }
    };
    html(&Proposal {
        frame: Frame::new(pack, format!("/publish/{}?", publication.entry), &visitor),
        language,
        zone: zone.name(),
        shown: shown(&publication, &names, pack, language, zone),
        first: publication.follows.is_none(),
        counts: kinds.into_iter().map(|name| (name, kind(name, language), count(name))).collect(),
        changes: found.iter().take(CHANGES).map(row).collect(),
        more: found.len() > CHANGES,
        approves: approves.is_ok() && fault.is_empty(),
        rejects: rejects.is_ok(),
        fault,
        why_not,
    })
}

/// What a change is about, in words.
fn what(change: &Change, pack: &Pack, language: &Language) -> String {
    let item = &change.item;
    match item.what.as_str() {
        "protocol" => {
            let title = pack.contest(&item.of).map(|contest| pack.text(&contest.title, &language.code));
            title.filter(|title| !title.is_empty()).unwrap_or(&item.of).to_owned()
        }
        "turnout" => language.say(Part::Turnout.text()),
        "incidents" => language.say(Part::Incidents.text()),
        _ => language.say("picture"),
    }
}

fn kind(kind: &str, language: &Language) -> String {
    language.say(match kind {
        "added" => "site-added",
        "changed" => "site-changed",
        _ => "site-taken-back",
    })
}

/// A status as a table has it, in words; a number stays one.
fn said(status: Option<&str>, language: &Language) -> String {
    let status = status.unwrap_or_default();
    match status {
        "reported" => language.say("contest-reported"),
        "confirmed" => language.say("contest-confirmed"),
        "disputed" => language.say("contest-disputed"),
        "official_match" => language.say("contest-official-match"),
        "official_mismatch" => language.say("contest-official-mismatch"),
        _ => status.to_owned(),
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Word {
    verdict: String,
    site: String,
    note: String,
}

/// Says whether a proposal is published.
pub(crate) async fn say(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(named): Path<String>,
    Query(wanted): Query<Wanted>,
    axum::extract::Form(form): axum::extract::Form<Word>,
) -> Result<Response, Response> {
    person(&visitor)?;
    let publication = proposal(&desk, &named)?;
    let wrong = |reason: &str| refuse(StatusCode::UNPROCESSABLE_ENTITY, reason);
    let verdict =
        PublicationVerdict::from_name(&form.verdict).ok_or_else(|| wrong("say whether it is to be published"))?;
    let site: ContentHash = form.site.parse().map_err(|_| wrong("say what was looked at"))?;
    let note = note_of(&form.note);
    let may = desk.look_at_acts(|acts, _| acts.publications.may_say(visitor.by(), publication.entry, site, verdict));
    may.map_err(|error| refuse(StatusCode::FORBIDDEN, &error.to_string()))?;
    if verdict == PublicationVerdict::Rejected && note.is_none() {
        return Err(wrong("say why it is not to be published"));
    }
    let kept = Kept::of(desk.app.deployment.dir());
    if verdict == PublicationVerdict::Approved {
        let (kept, site) = (kept.clone(), publication.site);
        let whole = tokio::task::spawn_blocking(move || kept.is_whole(site)).await;
        let whole = whole.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())?;
        whole.map_err(|error| refuse(StatusCode::CONFLICT, &error.to_string()))?;
    }
    let act = Act::PublicationVerdict { proposal: publication.entry, site, verdict, note };
    let said = desk.act_named(visitor.by(), act).await.map_err(unwritten)?;
    let counted = desk.look_at_acts(|acts, _| {
        acts.publications.get(publication.entry).and_then(|one| one.word.as_ref().map(|word| word.entry))
    });
    if counted != Some(said) {
        let text = "somebody else has decided in the same moment; open the page again to see what";
        return Err(refuse(StatusCode::CONFLICT, text));
    }
    if verdict == PublicationVerdict::Rejected {
        kept.forget(publication.site);
    }
    let language = Language::choose(&desk.published().latest.pack, wanted.lang.as_deref());
    Ok(Redirect::to(&format!("/publish/{}?lang={}", publication.entry, language.code)).into_response())
}

fn not_kept(error: &impl std::fmt::Display) -> Response {
    tracing::error!(%error, "a publication cannot be read");
    refuse(StatusCode::NOT_FOUND, &error.to_string())
}

/// The archive of a proposal; with what was signed about it once it is published.
pub(crate) async fn archive(
    State(desk): State<Desk>,
    Path(named): Path<String>,
    method: Method,
    asked: HeaderMap,
) -> Result<Response, Response> {
    let publication = proposal(&desk, &named)?;
    let (site, published) = (publication.site, publication.is_public());
    let file = crate::publication::archive(&desk.app, &publication).await.map_err(|error| not_kept(&error))?;
    let size = file.metadata().map(|known| known.len()).map_err(|error| not_kept(&error))?;
    let object = Object { size, bytes: Box::new(file) };
    // Named by both, since one archive has more in it than the other.
    let tag = if published { publication.entry.0 } else { site.0 };
    let mut response = files::answer(&method, &asked, MediaHash(tag), object);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    let name = if published { "publication" } else { "proposal" };
    let short: String = site.to_string().chars().take(16).collect();
    if let Ok(disposition) = HeaderValue::try_from(format!("attachment; filename=\"{name}-{short}.zip\"")) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

/// A page of a proposal, to be looked at before it is decided.
pub(crate) async fn look(
    State(desk): State<Desk>,
    Path((named, path)): Path<(String, String)>,
) -> Result<Response, Response> {
    let publication = proposal(&desk, &named)?;
    let missing = || refuse(StatusCode::NOT_FOUND, "the publication has no such page");
    if !is_name(&path) {
        return Err(missing());
    }
    let kind = match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("jpg") => "image/jpeg",
        Some("json") => "application/json",
        Some("csv" | "txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    let (kept, site) = (Kept::of(desk.app.deployment.dir()), publication.site);
    let read = tokio::task::spawn_blocking(move || kept.file(site, &path)).await;
    let read = read.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())?;
    let bytes = read.map_err(|error| not_kept(&error))?.ok_or_else(missing)?;
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, POLICY)];
    Ok((headers, bytes).into_response())
}

#[cfg(test)]
mod tests;
