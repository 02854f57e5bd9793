//! Stations: where each stands, and where its contests do.

use kuager_analysis::book::{HourState, RowKey};
use kuager_coordinator::shelf::Published;
use kuager_tables::{Cell, Column, Kind, Row};
use kuager_wire::pack::Gravity;

use super::names::state;
use super::table::{Look, Source, Table};

const STATIONS: &[Column] = &[
    Column::new(
        "station",
        Kind::Text,
        "Key of the station, or the name that records give; empty for records without one.",
    ),
    Column::new("listed", Kind::Flag, "Whether it is in the list of the newest pack."),
    Column::new("region", Kind::Text, "Key of its region."),
    Column::new("number", Kind::Whole, "Its number within the region."),
    Column::new("name", Kind::Text, "Its name, in the language that was asked for."),
    Column::new(
        "kind",
        Kind::Text,
        "What kind of place it is (hospital, military, abroad); empty for an ordinary one.",
    ),
    Column::new("district", Kind::Text, "Code of its district."),
    Column::new("registered", Kind::Whole, "Voters registered there when the list was made.").in_unit("voters"),
    Column::new(
        "states",
        Kind::Text,
        "What it can be looked for by, apart by blanks: failed, conflict, missing, late, unreachable, partial, unattended.",
    ),
    Column::new("records", Kind::Whole, "Records that count, corrected ones once.").in_unit("records"),
    Column::new("forms_expected", Kind::Whole, "Forms that are expected of it.").in_unit("forms"),
    Column::new("forms_missing", Kind::Text, "Those of them that have not come, apart by blanks."),
    Column::new("hours_heard", Kind::Whole, "Hours for which turnout has come.").in_unit("hours"),
    Column::new("hours_late", Kind::Whole, "Hours for which turnout is late.").in_unit("hours"),
    Column::new("observers", Kind::Whole, "Observers that are sent there or report from there.").in_unit("observers"),
    Column::new("last_record_at", Kind::Moment, "When the last record came."),
    Column::new("last_contact_at", Kind::Moment, "When anything was heard last of a phone there."),
    Column::new("missing_numbers", Kind::Whole, "Numbers that are missing in the chains of its phones.")
        .in_unit("numbers"),
    Column::new("fails_hard", Kind::Whole, "Relations that must hold and do not.").in_unit("relations"),
    Column::new("fails_soft", Kind::Whole, "Relations that should hold and do not.").in_unit("relations"),
    Column::new("fails_statistical", Kind::Whole, "Relations that are unusual.").in_unit("relations"),
    Column::new("incidents", Kind::Whole, "Incidents that are not withdrawn.").in_unit("incidents"),
    Column::new("gravest", Kind::Text, "The heaviest gravity among them: procedural, serious, critical."),
];

pub(super) fn stations(_: &Published) -> Table {
    let about = "A row for each station of the list and for each name of one that only records give: what has come from it, and what needs attention.";
    Table::new("stations", about, STATIONS, Source::Stations(Box::new(station)))
}

fn station(look: &Look<'_>, key: &RowKey, rows: &mut Vec<Row>) {
    let board = look.book.board_row(key, look.now_ms);
    let listed = key.station.as_ref().and_then(|station| look.published.stations.get(station));
    let pack = &look.published.latest.pack;
    let board = board.as_ref();
    let hours = |wanted: HourState| board.map(|row| row.hours.iter().filter(|(_, state)| *state == wanted).count());
    let missing = board.map(|row| {
        let missing = row.expected.iter().filter(|form| !row.forms.contains_key(&Some((*form).clone())));
        missing.map(String::as_str).collect::<Vec<_>>().join(" ")
    });
    let states = board.map(|row| row.states.iter().map(|one| state(*one)).collect::<Vec<_>>().join(" "));
    let records = board.map(|row| row.forms.values().fold(0_u64, |sum, count| sum.saturating_add(count.count)));
    let fails = board.map_or([0; 3], |row| row.fails);
    let [hard, soft, statistical] = fails;
    rows.push(vec![
        key.station.clone().into(),
        listed.is_some().into(),
        listed.map(|station| station.region.clone()).into(),
        listed.map(|station| station.number).into(),
        listed.map(|station| pack.text(&station.name, look.language).to_owned()).into(),
        listed.and_then(|station| station.kind.clone()).into(),
        listed.and_then(|station| station.district.clone()).into(),
        listed.and_then(|station| station.registered).into(),
        states.into(),
        records.unwrap_or(0).into(),
        board.map(|row| row.expected.len()).into(),
        missing.into(),
        hours(HourState::Heard).into(),
        hours(HourState::Late).into(),
        board.map(|row| row.observers).into(),
        Cell::moment(board.map_or(0, |row| row.last_ms)),
        Cell::moment(board.map_or(0, |row| row.seen_ms)),
        board.map(|row| row.missing_numbers).into(),
        hard.into(),
        soft.into(),
        statistical.into(),
        board.map(|row| row.incidents).into(),
        board.and_then(|row| row.gravest).map(Gravity::name).into(),
    ]);
}

const CONTESTS: &[Column] = &[
    Column::new("station", Kind::Text, "Key of the station."),
    Column::new("contest", Kind::Text, "Key of the contest."),
    Column::new(
        "status",
        Kind::Text,
        "Where it stands: reported, confirmed, disputed, official_match, official_mismatch.",
    ),
    Column::new("copies", Kind::Whole, "Copies of its protocol.").in_unit("copies"),
    Column::new("observers", Kind::Whole, "Observers whose copies these are.").in_unit("observers"),
    Column::new("differing", Kind::Whole, "Lines in which copies differ.").in_unit("lines"),
];

pub(super) fn contests(_: &Published) -> Table {
    let about = "A row for each contest at each station from which a protocol of it has come.";
    Table::new("contests", about, CONTESTS, Source::Stations(Box::new(contest)))
}

fn contest(look: &Look<'_>, key: &RowKey, rows: &mut Vec<Row>) {
    let contests = look.book.board_row(key, look.now_ms).into_iter().flat_map(|row| row.contests);
    rows.extend(contests.map(|contest| {
        vec![
            key.station.clone().into(),
            contest.contest.into(),
            contest.status.name().into(),
            contest.copies.into(),
            contest.observers.into(),
            contest.differing.into(),
        ]
    }));
}
