//! What does not add up, what differs from official figures, how many have voted, what has happened.

use kuager_analysis::book::RowKey;
use kuager_coordinator::shelf::Published;
use kuager_forms::wording;
use kuager_tables::{Cell, Column, Kind, Row};
use kuager_wire::pack::Gravity;

use super::table::{Look, Source, Table};

const DISCREPANCIES: &[Column] = &[
    Column::new("station", Kind::Text, "Key of the station."),
    Column::new("contest", Kind::Text, "Key of the contest."),
    Column::new("question", Kind::Text, "The question of the form that reads the line."),
    Column::new("role", Kind::Text, "What the line means."),
    Column::new("option", Kind::Text, "The line of the ballot, for votes."),
    Column::new("said", Kind::Text, "What copies of the protocol say, each value once, apart by blanks."),
    Column::new("official", Kind::Whole, "What the official figures say."),
    Column::new("difference", Kind::Whole, "By how much the nearest copy differs."),
    Column::new("records", Kind::Text, "SHA-256 of the records that the copies are from, apart by blanks."),
    Column::new("entry", Kind::Text, "Hash of the entry of the desk's journal that the official figure rests on."),
];

pub(super) fn discrepancies(_: &Published) -> Table {
    let about = "A row for each line of a protocol of which no copy says what the official figures say. A difference is a reason to look; whose mistake it is, it does not say.";
    Table::new("discrepancies", about, DISCREPANCIES, Source::Stations(Box::new(discrepancy)))
}

fn discrepancy(look: &Look<'_>, key: &RowKey, rows: &mut Vec<Row>) {
    let joined = |all: Vec<String>| all.join(" ");
    rows.extend(look.book.discrepancies_at(key).into_iter().map(|found| {
        vec![
            key.station.clone().into(),
            found.contest.into(),
            found.question.map(|(_, question)| question).into(),
            found.column.role.name().into(),
            found.column.option.into(),
            joined(found.said.iter().map(ToString::to_string).collect()).into(),
            found.official.into(),
            found.difference.into(),
            joined(found.records.iter().map(ToString::to_string).collect()).into(),
            kuager_wire::ids::EntryHash(found.entry).to_string().into(),
        ]
    }));
}

const FAILURES: &[Column] = &[
    Column::new("station", Kind::Text, "Key of the station."),
    Column::new("record", Kind::Text, "SHA-256 of the record."),
    Column::new("observer", Kind::Text, "Pseudonym of the observer."),
    Column::new("form", Kind::Text, "The form that it answers."),
    Column::new("relation", Kind::Text, "Id of the relation in the form."),
    Column::new("severity", Kind::Text, "hard: must hold; soft: should; statistical: is unusual otherwise."),
    Column::new("law", Kind::Text, "Where the law says so."),
    Column::new("sentence", Kind::Text, "What does not hold, in the words of the form with the numbers of the record."),
];

pub(super) fn failures(_: &Published) -> Table {
    let about = "A row for each relation of a form that does not hold in a record that counts.";
    Table::new("failures", about, FAILURES, Source::Stations(Box::new(failure)))
}

fn failure(look: &Look<'_>, key: &RowKey, rows: &mut Vec<Row>) {
    for failing in look.book.station(key).into_iter().flat_map(|view| view.failing) {
        for fails in &failing.fails {
            let relation = look.book.relation(&failing.form, fails);
            rows.push(vec![
                key.station.clone().into(),
                Cell::id(&failing.record),
                Cell::id(&failing.observer),
                failing.form.form.as_str().into(),
                relation.map(|relation| relation.id.clone()).into(),
                fails.severity.name().into(),
                relation.and_then(|relation| relation.law.clone()).into(),
                look.book.sentence(&failing.form, fails, look.language).into(),
            ]);
        }
    }
}

const TURNOUT: &[Column] = &[
    Column::new("station", Kind::Text, "Key of the station."),
    Column::new("hour", Kind::Text, "For which hour, on the stations' clocks."),
    Column::new("told", Kind::Whole, "Voters, as the commission told it.").in_unit("voters"),
    Column::new("own", Kind::Whole, "Voters, as the observer counted them.").in_unit("voters"),
    Column::new("whole", Kind::Flag, "Whether everybody was counted, from the opening on."),
    Column::new("record", Kind::Text, "SHA-256 of the record."),
    Column::new("observer", Kind::Text, "Pseudonym of the observer."),
    Column::new("received_at", Kind::Moment, "When it arrived."),
];

pub(super) fn turnout(_: &Published) -> Table {
    let about = "A row for each figure of turnout that counts, in the order of hours.";
    Table::new("turnout", about, TURNOUT, Source::Stations(Box::new(figure)))
}

fn figure(look: &Look<'_>, key: &RowKey, rows: &mut Vec<Row>) {
    let figures = look.book.station(key).into_iter().flat_map(|view| view.turnout);
    rows.extend(figures.map(|figure| {
        vec![
            key.station.clone().into(),
            wording::time_of_day(figure.at.into()).into(),
            figure.told.into(),
            figure.own.into(),
            figure.whole.into(),
            Cell::id(&figure.record),
            Cell::id(&figure.observer),
            Cell::moment(figure.received_ms),
        ]
    }));
}

const INCIDENTS: &[Column] = &[
    Column::new("station", Kind::Text, "Key of the station."),
    Column::new("codes", Kind::Text, "Codes of the catalogue, apart by blanks."),
    Column::new("gravity", Kind::Text, "The heaviest gravity among them: procedural, serious, critical."),
    Column::new(
        "status",
        Kind::Text,
        "Where it stands by what others say: reported, corroborated, verified, disputed, withdrawn.",
    ),
    Column::new("record", Kind::Text, "SHA-256 of the record."),
    Column::new("observer", Kind::Text, "Pseudonym of the observer."),
    Column::new("received_at", Kind::Moment, "When it arrived."),
];

pub(super) fn incidents(_: &Published) -> Table {
    let about = "A row for each incident, those that weigh most first at each station. What was written about it in words is in the answers to its form.";
    Table::new("incidents", about, INCIDENTS, Source::Stations(Box::new(incident)))
}

fn incident(look: &Look<'_>, key: &RowKey, rows: &mut Vec<Row>) {
    let incidents = look.book.station(key).into_iter().flat_map(|view| view.incidents);
    rows.extend(incidents.map(|incident| {
        vec![
            key.station.clone().into(),
            incident.codes.join(" ").into(),
            incident.gravity.map(Gravity::name).into(),
            incident.status.name().into(),
            Cell::id(&incident.record),
            Cell::id(&incident.observer),
            Cell::moment(incident.received_ms),
        ]
    }));
}
