//! The register of complaints: what is overdue stands on top, and each complaint has a page where it is said what became of it.

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::DateTime;
use kuager_analysis::book::{Book, RowKey};
use kuager_analysis::complaints::{Complaint, Place, answer_by, appeal_by};
use kuager_coordinator::ledger::Seen;
use kuager_coordinator::shelf::Published;
use kuager_wire::desk::{Act, Addressee, ComplaintStep};
use kuager_wire::ids::RecordHash;
use kuager_wire::pack::Pack;
use serde::Deserialize;

use crate::acts::Acts;
use crate::answers;
use crate::frame::Frame;
use crate::language::Language;
use crate::listing::{Chip, Filters, Pages};
use crate::names::Names;
use crate::pages::{incidents, note};
use crate::people::access::LEADING;
use crate::people::visitor::Visitor;
use crate::response::{html, refuse, trouble, unwritten};
use crate::sealed;
use crate::state::Desk;
use crate::stations;
use crate::time::{Moment, Zone};
use crate::views::seen;

/// Rows of a page.
const ROWS: usize = 100;

/// What is asked for in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    lang: Option<String>,
    place: String,
    page: usize,
    /// What became of a form.
    said: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Said {
    step: String,
    #[serde(default)]
    to: String,
    /// When it was handed in, at the stations' clocks; now where it is empty.
    #[serde(default)]
    filed: String,
    /// By when an answer is due, where it is not the law's usual time.
    #[serde(default)]
    due: String,
    #[serde(default)]
    note: String,
    /// How much had been said when the form was shown.
    said: u64,
}

/// Where a complaint stands, in words.
pub(crate) struct Standing {
    /// For the style.
    pub(crate) class: &'static str,
    pub(crate) step: String,
    pub(crate) to: String,
    /// By when something is due, in words.
    pub(crate) until: String,
}

#[derive(Template)]
#[template(path = "complaints.html")]
struct Register<'a> {
    frame: Frame,
    language: &'a Language,
    zone: String,
    chips: Vec<Chip>,
    rows: Vec<Row>,
    pages: Pages,
}

struct Row {
    record: RecordHash,
    about: String,
    station: String,
    query: String,
    standing: Standing,
    last: Moment,
    note: String,
}

#[derive(Template)]
#[template(path = "complaint.html")]
struct Page<'a> {
    frame: Frame,
    language: &'a Language,
    zone: String,
    record: RecordHash,
    about: String,
    incident: bool,
    station: String,
    query: String,
    standing: Option<Standing>,
    steps: Vec<Told>,
    said: u64,
    leads: bool,
    choices: Vec<(&'static str, String)>,
    addressees: Vec<(&'static str, String)>,
    /// By when each would have to answer what is handed in now.
    terms: Vec<(String, String)>,
    appeal_until: Moment,
    wrong: Option<String>,
}

struct Told {
    at: Moment,
    who: String,
    step: String,
    to: String,
    due: Moment,
    note: String,
}

/// The register.
pub(crate) async fn register(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    seen(&desk, &visitor, Seen::Observers).await?;
    let published = desk.published();
    let pack = &published.latest.pack;
    let language = &Language::choose(pack, wanted.lang.as_deref());
    let now_ms = desk.app.clock.now_ms();
    let asked = Place::ALL.into_iter().find(|place| place_name(*place).0 == wanted.place);
    let first = wanted.page.saturating_mul(ROWS);
    let (counts, found, rows) = desk.look_at_acts(|acts, book| {
        let all = acts.complaints.register(pack, now_ms);
        let counts = Place::ALL.map(|place| all.iter().filter(|(known, ..)| *known == place).count());
        let wanted = || all.iter().filter(|(place, ..)| asked.is_none_or(|asked| asked == *place));
        let rows: Vec<Row> = wanted()
            .skip(first)
            .take(ROWS)
            .map(|(place, record, complaint)| row(*place, *record, complaint, book, &published, language))
            .collect();
        (counts, wanted().count(), rows)
    });
    let filters = Filters::new("/complaints", &[("place", wanted.place.as_str())], wanted.page);
    let chips = Place::ALL.into_iter().zip(counts).map(|(place, count)| {
        let (name, text) = place_name(place);
        let current = asked == Some(place);
        Chip {
            address: format!("{}lang={}", filters.with(&[("place", if current { "" } else { name })]), language.code),
            name: language.say(text),
            count: u64::try_from(count).unwrap_or(u64::MAX),
            current,
            class: name,
        }
    });
    let chips = chips.collect();
    html(&Register {
        frame: Frame::new(pack, filters.here(), &visitor),
        language,
        zone: Zone::of(pack).name(),
        chips,
        pages: filters.pages(rows.len(), ROWS, found, language),
        rows,
    })
}

fn row(
    place: Place,
    record: RecordHash,
    complaint: &Complaint,
    book: &Book,
    published: &Published,
    language: &Language,
) -> Row {
    let pack = &published.latest.pack;
    let zone = Zone::of(pack);
    let key = book.counted(record).map(|(key, _)| key);
    let station = key.as_ref().and_then(|key| key.station.as_deref());
    let last = complaint.last();
    Row {
        record,
        about: about(book, record, pack, language),
        station: stations::name(published, language, station).0,
        query: stations::query(station),
        standing: stands(place, complaint, pack, language),
        last: zone.moment(last.map_or(0, |last| last.at_ms)),
        note: last.and_then(|last| last.note.clone()).unwrap_or_default(),
    }
}

/// What a record is about, where it is an incident.
fn about(book: &Book, record: RecordHash, pack: &Pack, language: &Language) -> String {
    let life = book.incident(record);
    life.map_or_else(
        || language.say("complaint-record"),
        |life| incidents::named(pack, &life.row.incident.codes, language).join("; "),
    )
}

/// Where the complaint about a record stands, if there is one.
pub(crate) fn standing(
    acts: &Acts,
    book: &Book,
    record: RecordHash,
    pack: &Pack,
    language: &Language,
    now_ms: u64,
) -> Option<Standing> {
    let (place, _, complaint) = about_record(acts, book, record, pack, now_ms)?;
    Some(stands(place, complaint, pack, language))
}

/// The complaints about records of a station, overdue ones first.
pub(crate) fn at(
    acts: &Acts,
    book: &Book,
    key: &RowKey,
    pack: &Pack,
    language: &Language,
    now_ms: u64,
) -> Vec<(RecordHash, String, Standing)> {
    let all = acts.complaints.register(pack, now_ms);
    let here = all.into_iter().filter(|(_, record, _)| book.counted(*record).is_some_and(|(of, _)| of == *key));
    here.map(|(place, record, complaint)| {
        (record, about(book, record, pack, language), stands(place, complaint, pack, language))
    })
    .collect()
}

/// The complaint about a record, by whichever of its versions.
fn about_record<'a>(
    acts: &'a Acts,
    book: &Book,
    record: RecordHash,
    pack: &Pack,
    now_ms: u64,
) -> Option<(Place, RecordHash, &'a Complaint)> {
    let counts = book.counted(record).map(|(_, counts)| counts);
    let all = acts.complaints.register(pack, now_ms);
    let same =
        |of: RecordHash| of == record || counts.is_some() && book.counted(of).map(|(_, counts)| counts) == counts;
    all.into_iter().find(|(_, of, _)| same(*of))
}

fn stands(place: Place, complaint: &Complaint, pack: &Pack, language: &Language) -> Standing {
    let zone = Zone::of(pack);
    let until = |text: &str, ms: u64| language.say_with(text, &[("at", zone.moment(ms).full.as_str())]);
    Standing {
        class: place_name(place).0,
        step: complaint.last().map_or(String::new(), |last| language.say(step_text(last.step))),
        to: complaint.to().map_or(String::new(), |to| language.say(addressee_text(to))),
        until: match (place, complaint.due_ms(), complaint.appeal_by(pack)) {
            (Place::Overdue, Some(due), _) => until("complaint-overdue-since", due),
            (Place::Waiting, Some(due), _) => until("complaint-due", due),
            (Place::Appealable, _, Some(by)) => until("complaint-appeal-until", by),
            _ => String::new(),
        },
    }
}

/// The page of the complaint about a record.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(hash): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let (record, key) = find(&desk, &hash)?;
    seen(&desk, &visitor, Seen::Station(key.station.clone().unwrap_or_default())).await?;
    let published = desk.published();
    let pack = &published.latest.pack;
    let language = &Language::choose(pack, wanted.lang.as_deref());
    let zone = Zone::of(pack);
    let now_ms = desk.app.clock.now_ms();
    let names = Names::of(&desk).await?;
    let bytes = desk.app.ledger.record(record).await.map_err(trouble)?;
    let sealed = bytes.as_deref().and_then(sealed::read);
    let (incident, about, complaint) = desk.look_at_acts(|acts, book| {
        let incident = book.incident(record).is_some();
        let about = if incident {
            about(book, record, pack, language)
        } else {
            sealed.as_ref().map_or_else(String::new, |sealed| {
                let of = sealed.form.as_ref().and_then(|form| published.packs.get(&form.pack));
                answers::title(sealed, of.map(|signed| &signed.pack), language)
            })
        };
        let complaint = about_record(acts, book, record, pack, now_ms);
        (incident, about, complaint.map(|(place, _, complaint)| (place, complaint.clone())))
    });
    let happened_ms = desk.look(|book| book.incident(record)).map_or(now_ms, |life| life.row.incident.received_ms);
    let steps = complaint.iter().flat_map(|(_, complaint)| complaint.steps.iter().rev()).map(|step| Told {
        at: zone.moment(step.at_ms),
        who: names.who(step.by, language),
        step: language.say(step_text(step.step)),
        to: step.to.map_or(String::new(), |to| language.say(addressee_text(to))),
        due: zone.moment(step.due_ms.unwrap_or(0)),
        note: step.note.clone().unwrap_or_default(),
    });
    let terms = Addressee::ALL.iter().map(|to| {
        let (due_ms, law) = answer_by(*to, now_ms, pack);
        let by = if due_ms <= now_ms {
            language.say_with("complaint-at-once", &[("law", law)])
        } else {
            let at = zone.moment(due_ms).full;
            language.say_with("complaint-within", &[("at", at.as_str()), ("law", law)])
        };
        (language.say(addressee_text(*to)), by)
    });
    html(&Page {
        frame: Frame::new(pack, format!("/complaints/{record}?"), &visitor),
        language,
        zone: zone.name(),
        record,
        about,
        incident,
        station: stations::name(&published, language, key.station.as_deref()).0,
        query: stations::query(key.station.as_deref()),
        standing: complaint.as_ref().map(|(place, complaint)| stands(*place, complaint, pack, language)),
        steps: steps.collect(),
        said: complaint.as_ref().map_or(0, |(_, complaint)| complaint.said()),
        leads: visitor.has_any(LEADING),
        choices: ComplaintStep::ALL.iter().map(|step| (step.name(), language.say(step_text(*step)))).collect(),
        addressees: Addressee::ALL.iter().map(|to| (to.name(), language.say(addressee_text(*to)))).collect(),
        terms: terms.collect(),
        appeal_until: zone.moment(appeal_by(happened_ms, pack)),
        wrong: wanted.said.as_deref().and_then(|said| wrong(said, language)),
    })
}

/// Why nothing was written down, in words.
fn wrong(said: &str, language: &Language) -> Option<String> {
    match said {
        "faster" => Some(language.say("incident-faster")),
        "time" => Some(language.say("complaint-time")),
        "to" => Some(language.say("complaint-to-whom")),
        _ => None,
    }
}

/// Writes down what became of a complaint.
pub(crate) async fn say(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(hash): Path<String>,
    Query(wanted): Query<Wanted>,
    Form(form): Form<Said>,
) -> Result<Response, Response> {
    let (record, _) = find(&desk, &hash)?;
    let published = desk.published();
    let pack = &published.latest.pack;
    let language = Language::choose(pack, wanted.lang.as_deref());
    let back = |said: &str| {
        let said = if said.is_empty() { String::new() } else { format!("said={said}&") };
        Redirect::to(&format!("/complaints/{record}?{said}lang={}", language.code)).into_response()
    };
    let Some(step) = ComplaintStep::from_name(&form.step) else {
        return Err(refuse(StatusCode::UNPROCESSABLE_ENTITY, "say where the complaint stands from now on"));
    };
    let now_ms = desk.app.clock.now_ms();
    // What was written about an earlier version of the record goes on there.
    let (of, said) = desk.look_at_acts(|acts, book| {
        about_record(acts, book, record, pack, now_ms).map_or((record, 0), |(_, of, complaint)| (of, complaint.said()))
    });
    if said != form.said {
        return Ok(back("faster"));
    }
    let Ok(filed_ms) = moment(&form.filed, pack) else { return Ok(back("time")) };
    let Ok(due_ms) = moment(&form.due, pack) else { return Ok(back("time")) };
    let to = Addressee::from_name(&form.to);
    let is_handed_in = matches!(step, ComplaintStep::Filed | ComplaintStep::Appealed);
    let due_ms = match (is_handed_in, to) {
        (true, None) => return Ok(back("to")),
        (true, Some(to)) => due_ms.or_else(|| Some(answer_by(to, filed_ms.unwrap_or(now_ms), pack).0)),
        (false, _) => None,
    };
    let act = Act::Complaint { record: of, step, due_ms, note: note(&form.note), to: to.filter(|_| is_handed_in) };
    desk.act(visitor.by(), act).await.map_err(unwritten)?;
    Ok(back(""))
}

/// The record that a complaint is about, if it counts, and where.
#[expect(clippy::result_large_err, reason = "both are answers")]
fn find(desk: &Desk, hash: &str) -> Result<(RecordHash, RowKey), Response> {
    let hash: Option<RecordHash> = hash.parse().ok();
    let found = hash.and_then(|hash| Some((hash, desk.look(|book| book.counted(hash))?.0)));
    found.ok_or_else(|| refuse(StatusCode::NOT_FOUND, "there is no such record among those that count"))
}

/// A moment as people type it at the stations' clocks, `2026-08-23 14:05`, as browsers write it, too; nothing where nothing is typed.
fn moment(typed: &str, pack: &Pack) -> Result<Option<u64>, ()> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let local: DateTime = typed.replacen(' ', "T", 1).parse().map_err(drop)?;
    let zone = kuager_forms::wording::zone(pack.utc_offset);
    let at = local.to_zoned(zone).map_err(drop)?.timestamp().as_millisecond();
    u64::try_from(at).map(Some).map_err(drop)
}

const fn place_name(place: Place) -> (&'static str, &'static str) {
    match place {
        Place::Overdue => ("overdue", "complaints-overdue"),
        Place::Waiting => ("waiting", "complaints-waiting"),
        Place::Appealable => ("appealable", "complaints-appealable"),
        Place::Over => ("over", "complaints-over"),
    }
}

const fn step_text(step: ComplaintStep) -> &'static str {
    match step {
        ComplaintStep::Filed => "complaint-filed",
        ComplaintStep::NotAccepted => "complaint-not-accepted",
        ComplaintStep::Granted => "complaint-granted",
        ComplaintStep::Rejected => "complaint-rejected",
        ComplaintStep::Unanswered => "complaint-unanswered",
        ComplaintStep::Appealed => "complaint-appealed",
    }
}

const fn addressee_text(to: Addressee) -> &'static str {
    match to {
        Addressee::Commission => "complaint-to-commission",
        Addressee::HigherCommission => "complaint-to-higher",
        Addressee::Court => "complaint-to-court",
        Addressee::Prosecutor => "complaint-to-prosecutor",
    }
}

#[cfg(test)]
mod tests {
    use kuager_pack::testing::{KAZAKHSTAN, compiled};

    use super::*;

    #[test]
    fn moments_are_read_as_people_and_browsers_write_them() {
        let pack = compiled(KAZAKHSTAN);
        let at = Ok(Some(1_787_475_900_000));
        for typed in ["2026-08-23 14:05", "2026-08-23T14:05", " 2026-08-23T14:05:00 "] {
            assert_eq!(moment(typed, &pack), at, "{typed}");
        }
        assert_eq!(moment("  ", &pack), Ok(None));
        for wrong in ["14:05", "23.08.2026", "2026-08-32 10:00", "0001-01-01 00:00", "<b>"] {
            assert!(moment(wrong, &pack).is_err(), "{wrong}");
        }
    }
}
